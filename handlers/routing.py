"""What a feature offers, and how an update finds its handler.

Each ``handlers/<feature>.py`` exports one :class:`Feature`; ``handlers/__init__.py`` has the one
ordered list. A handler is a plain function ``(incoming, tx) -> View``; it parses, makes one
service call and returns a view. Rights are checked in the service: ``who`` here only decides
what the menus show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from markupsafe import Markup

from bot.i18n import Texts
from bot.incoming import Incoming, Tx
from bot.services.access import Actor
from bot.views.base import View

Handler = Callable[[Incoming, Tx], View]


class Who(Enum):
    """Whom a command is shown to in the menus."""

    EVERYONE = "everyone"
    SEATED = "seated"
    MEMBER = "member"
    REVIEWER = "reviewer"
    READER = "reader"
    ADMIN = "admin"

    @staticmethod
    def of(actor: Actor | None) -> frozenset[Who]:
        """All that an actor is; somebody unknown is like everyone."""
        if actor is None:
            return frozenset({Who.EVERYONE})
        holds = {
            Who.EVERYONE: True,
            Who.SEATED: actor.seat is not None,
            Who.MEMBER: actor.is_member,
            Who.REVIEWER: actor.is_reviewer,
            Who.READER: actor.is_reviewer or actor.is_observer,
            Who.ADMIN: actor.is_admin,
        }
        return frozenset(who for who, yes in holds.items() if yes)

    def includes(self, actor: Actor) -> bool:
        """Whether an actor sees it."""
        return self in Who.of(actor)


@dataclass(frozen=True, slots=True)
class Command:
    """A typed command, with its line in Telegram's command menu (in a language)."""

    name: str
    handle: Handler
    who: Who
    describe: Callable[[Texts], Markup]


@dataclass(frozen=True, slots=True)
class Press:
    """What a button does. ``form``: it belongs to the form at the version that it names."""

    handle: Handler
    form: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """One capability's Telegram side.

    ``buttons`` maps the action in ``feature:action:version:…`` to what it does. ``on_text`` and
    ``on_file`` get what the person sends while a form of this feature is open; ``show`` draws
    that form as it stands now (after a stale button, a restart, an unexpected kind of message).
    ``left`` shows what a form was about (by its subject) that has just been closed: for a button
    of it that is pressed twice. ``asks_again``: what is sent counts for others at once, so that
    the first message after the person has looked at something else is not taken.
    """

    name: str
    commands: Sequence[Command] = ()
    buttons: Mapping[str, Press] = field(default_factory=dict)
    on_text: Handler | None = None
    on_file: Handler | None = None
    show: Callable[[Tx], View] | None = None
    left: Callable[[Tx, int], View] | None = None
    asks_again: bool = False


def arguments(incoming: Incoming) -> list[str]:
    """The arguments of a pressed button (after feature, action and version)."""
    return incoming.data.split(":")[3:]


def number(incoming: Incoming, index: int = 0) -> int:
    """A whole-number argument of a pressed button; 0 where a forged one has none.

    Longer ones than the database's integers hold are forged too.
    """
    words = arguments(incoming)
    if index < len(words) and words[index].isascii() and words[index].isdigit():
        return int(words[index]) if len(words[index]) < 10 else 0
    return 0
