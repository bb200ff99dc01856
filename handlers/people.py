"""A person's own affairs: switching seats, what is kept about them, leaving."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.incoming import Incoming, Tx
from bot.services import people
from bot.views import people as views
from bot.views.base import View
from handlers import home
from handlers.routing import Command, Feature, Press, Who, number


def _bloc(incoming: Incoming, tx: Tx) -> View:
    held = people.seats_of(tx.session, tx.actor.person.id or 0)
    if not held:
        return home.show(tx)
    current = tx.actor.seat.id if tx.actor.seat else None
    return views.seats(tx.t, held, current, number(incoming))


def _switch(incoming: Incoming, tx: Tx) -> View:
    people.switch(tx.session, tx.actor, number(incoming))
    tx.form = None
    home.meet_again(tx)
    return replace(home.show(tx), toast=views.switched(tx.t))


def _privacy(_incoming: Incoming, tx: Tx) -> View:
    # Somebody without a seat has no bloc whose zone could count.
    zone = tx.actor.zone if tx.actor.seat else ZoneInfo("UTC")
    return views.privacy(tx.t, people.kept(tx.session, tx.actor), zone)


def _leave(_incoming: Incoming, tx: Tx) -> View:
    return views.confirm_leave(tx.t, people.seats_of(tx.session, tx.actor.person.id or 0))


def _leave_yes(_incoming: Incoming, tx: Tx) -> View:
    people.leave(tx.session, tx.actor)
    return views.has_left(tx.t)


FEATURE = Feature(
    name="people",
    commands=(
        Command("bloc", _bloc, Who.EVERYONE, views.describe_bloc),
        Command("privacy", _privacy, Who.EVERYONE, views.describe_privacy),
    ),
    buttons={
        "bloc": Press(_bloc),
        "switch": Press(_switch),
        "privacy": Press(_privacy),
        "leave": Press(_leave),
        "leave_yes": Press(_leave_yes),
    },
)
