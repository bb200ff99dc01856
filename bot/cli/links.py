"""Deep links from the command line. The bot's name is asked of Telegram, where that can be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from telegram import User

    from bot.config import Settings
    from bot.models import SeatRole

#: Seconds that Telegram has to say who the bot is.
PATIENCE = 5.0


async def ask_me(settings: Settings, patience: float = PATIENCE) -> User:
    """Who the bot is. Raises TelegramError (InvalidToken for a wrong token) or TimeoutError."""
    from telegram import Bot

    from bot.request import AiohttpRequest

    bot = Bot(
        settings.token,
        base_url=f"{settings.telegram_api_url}/bot",
        request=AiohttpRequest(proxy=settings.proxy),
        get_updates_request=AiohttpRequest(connections=1, proxy=settings.proxy),
    )
    try:
        async with asyncio.timeout(patience):
            await bot.initialize()
            return bot.bot
    finally:
        await bot.shutdown()


def bot_name(settings: Settings) -> str | None:
    """The bot's username, or None with a hint on standard error."""
    if settings.bot_token is None:
        typer.echo("No links without BOT_TOKEN: only their payloads.", err=True)
        return None
    from telegram.error import InvalidToken, TelegramError

    try:
        return asyncio.run(ask_me(settings)).username
    except InvalidToken:
        typer.echo("No links: Telegram refuses BOT_TOKEN. Only their payloads.", err=True)
    except (TelegramError, TimeoutError):
        typer.echo("No links: Telegram can't be reached. Only their payloads.", err=True)
    return None


def invite_json(name: str | None, role: SeatRole, secret: str) -> dict[str, Any]:
    """An invitation as JSON; ``link`` is null where the bot's name isn't known."""
    from bot.services.invitations import link

    return {
        "role": role.value,
        "payload": secret,
        "link": None if name is None else link(name, secret),
    }


def print_invite(invite: dict[str, Any]) -> None:
    """An invitation in a line of its own, to be copied."""
    typer.echo(f"  {invite['role']:<15} {invite['link'] or invite['payload']}")
