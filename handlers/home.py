"""The start: menu, help, cancel. What everybody sees first and comes back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.errors import Expected
from bot.incoming import Incoming, Tx
from bot.models import Report
from bot.services import forms, invitations, people
from bot.services.access import find_actor
from bot.views import errors
from bot.views import home as views
from bot.views import people as people_views
from bot.views.base import View
from handlers.routing import Command, Feature, Press, Who


def show(tx: Tx, note: str = "") -> View:
    """The main menu for this person, with a note above it if there is one."""
    if tx.actor.seat is None and not tx.actor.is_admin:
        return people_views.welcome(tx.t, note)
    return views.menu(
        tx.t,
        tx.actor,
        several=len(people.seats_of(tx.session, tx.actor.person.id or 0)) > 1,
        opened=_open(tx),
        note=note,
    )


def meet_again(tx: Tx) -> None:
    """Read anew who acts: a seat was taken, left or chosen."""
    tx.session.flush()
    person = tx.actor.person
    admins = (person.telegram_id,) if tx.actor.is_admin else ()
    actor = find_actor(tx.session, person.telegram_id, tx.now, admins, lock=False)
    if actor is not None:
        tx.actor = actor


def _open(tx: Tx) -> views.Open | None:
    """The open form as the menu names it."""
    if tx.form is None:
        return None
    month = None
    if tx.form.feature == "report" and tx.form.subject:
        report = tx.session.get(Report, tx.form.subject)
        month = report.month if report is not None else None
    return views.Open(tx.form.feature, month)


def _close(tx: Tx) -> None:
    forms.leave(tx.session, tx.actor.person.id or 0, tx.now)
    tx.form = None


def _start(incoming: Incoming, tx: Tx) -> View:
    words = incoming.text.split()
    if not words:
        return replace(show(tx), fresh=True)
    try:
        outcome = invitations.accept(tx.session, tx.actor.person, words[0], tx.now)
    except Expected as error:
        # Nothing was changed, and the sentence stands above what the person can do anyway.
        return replace(show(tx, note=errors.sentence(tx.t, error)), fresh=True)
    # An open form belongs to the seat it was opened from; what was entered is kept there.
    _close(tx)
    meet_again(tx)
    return replace(show(tx, note=people_views.accepted(tx.t, outcome)), fresh=True)


def _menu(_incoming: Incoming, tx: Tx) -> View:
    return show(tx)


def _cancel(_incoming: Incoming, tx: Tx) -> View:
    opened = _open(tx)
    _close(tx)
    return show(tx, note=views.cancelled(tx.t, opened))


def feature(others: Sequence[Feature]) -> Feature:
    """The start of a bot that has ``others`` besides: help lists their commands."""
    by_name = {one.name: one for one in others}

    def _help(_incoming: Incoming, tx: Tx) -> View:
        seen = [
            (command.name, command.describe(tx.t))
            for one in (start, *others)
            for command in one.commands
            if command.who.includes(tx.actor)
        ]
        return views.help_page(tx.t, seen)

    def _continue(_incoming: Incoming, tx: Tx) -> View:
        opened = by_name.get(tx.form.feature) if tx.form else None
        return opened.show(tx) if opened and opened.show else show(tx)

    start = Feature(
        name="home",
        commands=(
            Command("start", _start, Who.EVERYONE, views.describe_start),
            Command("help", _help, Who.EVERYONE, views.describe_help),
            Command("cancel", _cancel, Who.EVERYONE, views.describe_cancel),
        ),
        buttons={
            "menu": Press(_menu),
            "help": Press(_help),
            "continue": Press(_continue),
        },
    )
    return start
