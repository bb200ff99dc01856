"""What is owed: /status for everybody, /missing with reminders for those who lead."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.domain import calendar
from bot.errors import Expected, Forbidden, NotFound
from bot.incoming import Incoming, Tx
from bot.services import boards, nudging, progress, standing
from bot.views import errors
from bot.views import nudging as nudging_views
from bot.views import standing as views
from bot.views.base import TOAST_LIMIT, View, clip, plain
from handlers.routing import Command, Feature, Press, Who, arguments, number


def _status(_incoming: Incoming, tx: Tx) -> View:
    found = standing.status(tx.session, tx.actor)
    return views.status(tx.t, found, tx.actor, progress.glance(tx.session, tx.actor))


def _missing(incoming: Incoming, tx: Tx) -> View:
    """``/missing`` shows the month that is due, ``/missing 2025-03`` another."""
    tx.actor.require_reader()
    month = None
    if incoming.text.strip():
        today = calendar.local_date(tx.now, tx.actor.zone)
        month = calendar.parse_month(incoming.text, today)
    return views.missing(tx.t, boards.month_board(tx.session, tx.actor, month))


def _month(incoming: Incoming, tx: Tx) -> dt.date | None:
    """The month in a button; None for the one that is due. NotFound for a forged one."""
    words = arguments(incoming)
    if not words:
        return None
    try:
        return dt.date.fromisoformat(f"{words[0]}-01")
    except ValueError as error:
        raise NotFound("month_not_due", year=tx.actor.here.year.year) from error


def _press_missing(incoming: Incoming, tx: Tx) -> View:
    board = boards.month_board(tx.session, tx.actor, _month(incoming, tx))
    return views.missing(tx.t, board, number(incoming, 1))


def _all(incoming: Incoming, tx: Tx) -> View:
    board = boards.month_board(tx.session, tx.actor, _month(incoming, tx))
    return views.all_units(tx.t, board, number(incoming, 1))


def _ask(incoming: Incoming, tx: Tx) -> View:
    unit_id = number(incoming, 1)
    month = _month(incoming, tx) or calendar.current_month(tx.now, tx.actor.zone)
    plan = nudging.plan(tx.session, tx.actor, month, unit_id or None)
    return nudging_views.ask(tx.t, plan, unit_id)


def _nudge(incoming: Incoming, tx: Tx) -> View:
    unit_id = number(incoming, 1)
    month = _month(incoming, tx) or calendar.current_month(tx.now, tx.actor.zone)
    try:
        return nudging_views.nudged(
            tx.t, nudging.nudge(tx.session, tx.actor, month, unit_id or None)
        )
    except (Forbidden, NotFound):
        raise
    except Expected as error:
        # Reminded by somebody else meanwhile, or sent: show how it stands, with the sentence.
        sentence = errors.sentence(tx.t, error)
        board = boards.month_board(tx.session, tx.actor, month)
        view = views.missing(tx.t, board, note=sentence)
        return replace(view, toast=clip(plain(sentence), TOAST_LIMIT))


FEATURE = Feature(
    name="standing",
    commands=(
        Command("status", _status, Who.EVERYONE, views.describe_status),
        Command("missing", _missing, Who.READER, views.describe_missing),
    ),
    buttons={
        "status": Press(_status),
        "missing": Press(_press_missing),
        "all": Press(_all),
        "ask": Press(_ask),
        "nudge": Press(_nudge),
    },
)
