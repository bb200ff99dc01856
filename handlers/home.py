"""The start: menu, help, cancel. What everybody sees first and comes back to."""

from __future__ import annotations

from bot.incoming import Incoming, Tx
from bot.views import home as views
from bot.views.base import View
from handlers.routing import Command, Feature, Press, Who


def show(tx: Tx, note: str = "") -> View:
    """The main menu for this person, with a note above it if there is one."""
    return views.menu(tx.t, tx.actor, note=note)


def _menu(_incoming: Incoming, tx: Tx) -> View:
    return show(tx)


FEATURE = Feature(
    name="home",
    commands=(Command("start", _menu, Who.EVERYONE, views.describe_start),),
    buttons={"menu": Press(_menu)},
)
