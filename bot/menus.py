"""Telegram's command menus: per language for everybody, per person by role.

What a person's chat shows is kept as a short key; a change of role or language makes it due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from typing import Any

import structlog
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

from bot.errors import DatabaseAway
from bot.i18n import KNOWN_LANGUAGES, texts
from bot.services.access import Actor
from bot.updates import Updates

log = structlog.get_logger(__name__)

InThread = Callable[..., Awaitable[Any]]
#: The commands that an actor sees in a language: (name, description).
Listing = Callable[[Actor | None, str], Sequence[tuple[str, str]]]


class Menus:
    """Keeps every chat's command menu as its person's role and language ask for."""

    def __init__(self, bot: Bot, updates: Updates, listing: Listing, in_thread: InThread) -> None:
        self._bot = bot
        self._updates = updates
        self._listing = listing
        self._in_thread = in_thread
        self._due: asyncio.Queue[Actor] = asyncio.Queue()

    def due(self, actor: Actor) -> None:
        """This person's menu no longer fits."""
        self._due.put_nowait(actor)

    async def run(self, default_language: str) -> None:
        """Set the menus that everybody starts with, then persons' own as they fall due."""
        await self._everybody(default_language)
        while True:
            actor = await self._due.get()
            try:
                await self._bot.set_my_commands(
                    _commands(self._listing(actor, actor.person.language)),
                    scope=BotCommandScopeChat(actor.person.telegram_id),
                )
                await self._in_thread(
                    self._updates.menu_shown, actor.person.id, menu_key(self._listing, actor)
                )
            except (TelegramError, DatabaseAway) as error:
                # The person's next update makes it due again.
                log.info("menu_failed", person=actor.person.id, error=type(error).__name__)

    async def _everybody(self, default_language: str) -> None:
        for code in (None, *KNOWN_LANGUAGES):
            language = code or default_language
            texts(language)
            pause = 1.0
            while True:
                try:
                    await self._bot.set_my_commands(
                        _commands(self._listing(None, language)),
                        scope=BotCommandScopeAllPrivateChats(),
                        language_code=code,
                    )
                    break
                except TelegramError as error:
                    log.info("menu_failed", language=language, error=type(error).__name__)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 60.0)


def _commands(lines: Sequence[tuple[str, str]]) -> list[BotCommand]:
    return [BotCommand(name, description) for name, description in lines]


def menu_key(listing: Listing, actor: Actor) -> str:
    """A digest of the menu that an actor should see."""
    text = "\n".join(f"{name} {what}" for name, what in listing(actor, actor.person.language))
    return sha256(text.encode()).hexdigest()[:32]
