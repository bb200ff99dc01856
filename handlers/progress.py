"""Plan against done: one's own targets, the board of all units, an indicator of all units."""

from __future__ import annotations

from bot.incoming import Incoming, Tx
from bot.services import progress
from bot.views import progress as views
from bot.views.base import View
from handlers.routing import Feature, Press, arguments, number


def _mine(incoming: Incoming, tx: Tx) -> View:
    return views.unit(tx.t, progress.unit_board(tx.session, tx.actor), number(incoming), own=True)


def _unit(incoming: Incoming, tx: Tx) -> View:
    found = progress.unit_board(tx.session, tx.actor, number(incoming))
    own = tx.actor.unit is not None and tx.actor.unit.id == found.unit_id
    return views.unit(tx.t, found, number(incoming, 1), own=own and not tx.actor.is_reviewer)


def _board(incoming: Incoming, tx: Tx) -> View:
    return views.board(tx.t, progress.board(tx.session, tx.actor), number(incoming))


def _totals(incoming: Incoming, tx: Tx) -> View:
    return views.totals(tx.t, progress.board(tx.session, tx.actor), number(incoming))


def _by(incoming: Incoming, tx: Tx) -> View:
    code = (arguments(incoming) or [""])[0]
    found = progress.board(tx.session, tx.actor)
    return views.by_indicator(tx.t, found, code, number(incoming, 1))


FEATURE = Feature(
    name=views.FEATURE,
    buttons={
        "mine": Press(_mine),
        "unit": Press(_unit),
        "board": Press(_board),
        "totals": Press(_totals),
        "by": Press(_by),
    },
)
