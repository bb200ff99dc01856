"""Telegram's command menus: per language for everybody, per person by role.

What a person's chat shows is kept as a short key; a change of role or language makes it due. The
key is forgotten in the transaction of that change, so that a restart in between finds it due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any

import structlog
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.errors import DatabaseAway
from bot.i18n import KNOWN_LANGUAGES, texts
from bot.ledger import Ledger
from bot.services.access import Actor

log = structlog.get_logger(__name__)

#: Seconds until a menu that failed for a passing reason is tried again.
AGAIN = 5.0

InThread = Callable[..., Awaitable[Any]]


class Menu(tuple[tuple[str, str], ...]):
    """The commands that somebody sees in a language: (name, description)."""

    @cached_property
    def key(self) -> str:
        """A digest, by which it is known again."""
        text = "\n".join(f"{name} {what}" for name, what in self)
        return sha256(text.encode()).hexdigest()[:32]


#: The menu of an actor in a language; without one, that for everybody.
Listing = Callable[[Actor | None, str], Menu]


class Menus:
    """Keeps every chat's command menu as its person's role and language ask for."""

    def __init__(self, bot: Bot, ledger: Ledger, listing: Listing, in_thread: InThread) -> None:
        self._bot = bot
        self._ledger = ledger
        self._listing = listing
        self._in_thread = in_thread
        self._due: asyncio.Queue[int] = asyncio.Queue()
        self._wanted: dict[int, Actor] = {}

    def due(self, actor: Actor) -> None:
        """This person's menu no longer fits."""
        person_id = actor.person.id or 0
        if person_id not in self._wanted:
            self._due.put_nowait(person_id)
        self._wanted[person_id] = actor

    async def run(self, default_language: str) -> None:
        """Set the menus that everybody starts with, then persons' own as they fall due."""
        await self._everybody(default_language)
        while True:
            actor = self._wanted.pop(await self._due.get())
            try:
                await self._bot.set_my_commands(
                    _commands(self._listing(actor, actor.person.language)),
                    scope=BotCommandScopeChat(actor.person.telegram_id),
                )
                await self._in_thread(
                    self._ledger.menu_shown, actor.person.id, menu_key(self._listing, actor)
                )
            except (BadRequest, Forbidden) as error:
                # Nobody there to see it; whoever comes back is asked about again.
                log.info("menu_refused", person=actor.person.id, error=type(error).__name__)
            except (TelegramError, DatabaseAway) as error:
                log.info("menu_failed", person=actor.person.id, error=type(error).__name__)
                asyncio.get_running_loop().call_later(AGAIN, self._again, actor)

    def _again(self, actor: Actor) -> None:
        if actor.person.id not in self._wanted:
            self.due(actor)

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
    return listing(actor, actor.person.language).key
