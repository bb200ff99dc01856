"""Reminding by hand: whom it will reach, whom it reached, and the reminder itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel import Session

from bot.i18n import Texts
from bot.models import Person
from bot.services import nudging
from bot.services.boards import UnitLine
from bot.services.nudging import Plan
from bot.views.base import Button, Rows, View, clip, data, lines, plain
from bot.views.standing import FEATURE, days_words, key, menu

_MOST_UNITS: Final = 10


def ask(t: Texts, plan: Plan, unit_id: int) -> View:
    """Whom a reminder will reach, before it is sent."""
    board = plan.board
    month = key(board.month)
    blocks: list[Markup | str] = []
    rows = Rows()
    if plan.lines:
        blocks += [*_whom(t, plan), *_names(t, plan.lines)]
        rows.add(
            Button(plain(t._("🔔 Send")), data(FEATURE, "nudge", month, unit_id), style="primary")
        )
    elif plan.waiting and plan.last and plan.again_at:
        blocks.append(lately(t, plan.last, plan.again_at, board.zone))
    elif plan.alone:
        blocks.append(t._("Nobody but you would get it."))
    elif not plan.silent:
        blocks.append(t._("✅ Nobody owes the report for {month}.", month=t.month(board.month)))
    if plan.lines and plan.waiting:
        n = len(plan.waiting)
        blocks += [
            "",
            t.ngettext(
                "{n} unit was reminded lately and is left out.",
                "{n} units were reminded lately and are left out.",
                n,
                n=t.number(n),
            ),
        ]
    blocks += _silent(t, plan)
    rows.add(Button(plain(t._("◀ Back")), data(FEATURE, "missing", month, 0)))
    heading = t._("<b>Reminder: reports for {month}</b>", month=t.month(board.month))
    return View(text=lines(heading, "", *blocks), rows=rows.done())


def _whom(t: Texts, plan: Plan) -> list[Markup]:
    n, units = plan.people, len(plan.lines)
    return [
        t.ngettext(
            "{n} person will get a reminder.",
            "{n} people will get a reminder.",
            n,
            n=t.number(n),
        ),
        t.ngettext("{n} unit owes it:", "{n} units owe it:", units, n=t.number(units)),
    ]


def _names(t: Texts, shown: Sequence[UnitLine]) -> list[Markup]:
    left = len(shown[_MOST_UNITS:])
    return [
        *(
            Markup("• {}: {}").format(
                line.unit, clip(", ".join(one.person.name for one in line.reachable), 80)
            )
            for line in shown[:_MOST_UNITS]
        ),
        *([t.ngettext("and {n} more", "and {n} more", left, n=t.number(left))] if left else []),
    ]


def _silent(t: Texts, plan: Plan) -> list[Markup | str]:
    """Units whom nothing reaches: nobody came yet, or all have blocked the bot."""
    empty = [line.unit for line in plan.silent if not line.people]
    blocked = [line.unit for line in plan.silent if line.people]
    found: list[Markup | str] = []
    if empty:
        found += [
            "",
            t._(
                "Nobody has taken a seat yet: {units}. Please invite them.",
                units=clip(t.join(empty), 300),
            ),
        ]
    if blocked:
        found += [
            "",
            t._(
                "Everybody has blocked the bot: {units}. Please reach them in another way.",
                units=clip(t.join(blocked), 300),
            ),
        ]
    return found


def nudged(t: Texts, plan: Plan) -> View:
    """What was sent."""
    n = plan.people
    units = len(plan.lines)
    text = t.ngettext(
        "🔔 {n} person is being reminded.", "🔔 {n} people are being reminded.", n, n=t.number(n)
    )
    of_units = t.ngettext("{n} unit owes it.", "{n} units owe it.", units, n=t.number(units))
    return View(
        text=lines(text, of_units, *_silent(t, plan)),
        rows=(
            (
                Button(plain(t._("◀ Back")), data(FEATURE, "missing", key(plan.board.month), 0)),
                menu(t),
            ),
        ),
    )


def lately(t: Texts, last: dt.datetime, again: dt.datetime, zone: ZoneInfo) -> Markup:
    """Why nobody is reminded now."""
    return t._(
        "A reminder went out {last}. The next one is possible from {again} on.",
        last=t.when(last, zone),
        again=t.when(again, zone),
    )


def _reminder(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], now: dt.datetime
) -> View | None:
    """To the people of a unit that owes: what, until when, and one tap to do it."""
    found = nudging.reminder(session, person, ids[0], now)
    if found is None:
        return None
    values = {
        "by": found.by,
        "unit": found.unit,
        "month": t.month(found.month),
        "when": t.when(found.due_at, found.zone),
        "days": days_words(t, found.days),
        "number": found.number or "",
    }
    if found.returned:
        text = t._(
            "🔔 {by} asks {unit} to correct report {number} for {month}, which was returned.",
            **values,
        )
        button = t._("↩ Correct {month}", **values)
    else:
        text = t._("🔔 {by} asks {unit} for the report for {month}, due {when}: {days}", **values)
        button = t._("✎ Report {month}", **values)
    return View(
        text=text,
        rows=(
            (Button(plain(button), data("report", "month", key(found.month)), style="primary"),),
        ),
        card=False,
    )


NOTICES: dict[str, Callable[..., View | None]] = {"nudge_report": _reminder}

ERRORS: dict[str, Callable[..., Markup]] = {
    "month_not_due": lambda t, year, **_v: t._(
        "No report is due in that month of {year}.", year=year
    ),
    "nudged_lately": lambda t, last, again, zone, **_v: lately(t, last, again, zone),
    "nobody_owes": lambda t, month, **_v: t._(
        "Nobody owes the report for {month} any more.", month=t.month(month)
    ),
    "nobody_to_reach": lambda t, **_v: t._(
        "There is nobody to remind: nobody of these units has a seat and hears the bot."
    ),
}
