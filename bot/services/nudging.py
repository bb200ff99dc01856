"""Reminding by hand those who still owe a report, and nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.domain import calendar
from bot.errors import Invalid, NotFound, Superseded
from bot.models import Bloc, BlocYear, Person, Report, ReportState, Seat, Unit
from bot.services import audit, boards, notices, standing
from bot.services.access import Actor
from bot.services.boards import MonthBoard, UnitLine


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom a reminder would reach: ``lines`` are units with somebody to reach.

    ``waiting`` were reminded lately (the last time at ``last``); ``silent`` have nobody who
    hears the bot; at those ``alone`` only the one who asks does. ``people`` counts persons, each
    once.
    """

    board: MonthBoard
    lines: Sequence[UnitLine]
    waiting: Sequence[UnitLine]
    silent: Sequence[UnitLine]
    alone: Sequence[UnitLine]
    people: int
    last: dt.datetime | None
    again_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a reminder says. ``by`` names the unit that asks for the report."""

    unit: str
    month: dt.date
    due_at: dt.datetime
    days: int
    returned: bool
    number: int | None
    by: str
    zone: ZoneInfo


def plan(session: Session, actor: Actor, month: dt.date, unit_id: int | None = None) -> Plan:
    """Whom a reminder of this month's report would reach: all who owe, or one unit's people."""
    actor.require_reviewer()
    board = boards.month_board(session, actor, month)
    owing = [line for line in board.owing if unit_id in (None, line.unit_id)]
    if unit_id is not None and not any(line.unit_id == unit_id for line in board.lines):
        raise NotFound("unit_unknown")
    waiting = [line for line in owing if line.nudged_at is not None]
    rest = [line for line in owing if line.nudged_at is None]
    lines = [line for line in rest if _reached(line, actor)]
    moments = [line.nudged_at for line in waiting if line.nudged_at is not None]
    return Plan(
        board=board,
        lines=lines,
        waiting=waiting,
        silent=[line for line in rest if not line.reachable],
        alone=[line for line in rest if line.reachable and not _reached(line, actor)],
        people=len({person for line in lines for person in _reached(line, actor)}),
        last=max(moments, default=None),
        again_at=min(moments) + boards.NUDGE_PAUSE if moments else None,
    )


def _reached(line: UnitLine, actor: Actor) -> list[int]:
    """Those whom it reaches: who hears the bot, and isn't the one who asks."""
    return [one.person.id or 0 for one in line.reachable if one.person.id != actor.person.id]


def nudge(session: Session, actor: Actor, month: dt.date, unit_id: int | None = None) -> Plan:
    """Remind those who owe this month's report; whom it reaches is what comes back.

    Nobody twice within the pause. Raises Superseded(``nudged_lately`` with ``last`` and
    ``again``, ``nobody_owes``) or Invalid(``nobody_to_reach``) where there is nobody to tell.
    """
    actor.require_reviewer()
    place = actor.here
    # Two who press at once: one after the other, and the second finds the first's reminders.
    session.exec(select(BlocYear.id).where(col(BlocYear.id) == place.year.id).with_for_update())
    found = plan(session, actor, month, unit_id)
    if not found.lines:
        if found.waiting:
            raise Superseded(
                "nudged_lately", last=found.last, again=found.again_at, zone=actor.zone
            )
        if found.silent or found.alone:
            raise Invalid("nobody_to_reach")
        raise Superseded("nobody_owes", month=month)
    text = f"{month:%Y-%m}"
    stamp = int(actor.now.timestamp())
    for line in found.lines:
        notices.tell(
            session,
            _reached(line, actor),
            boards.NUDGE,
            ids={"unit": line.unit_id, "month": text, "by": actor.my_unit().id},
            key=f"nudge:{place.year.id}:{text}:{line.unit_id}:{stamp}",
            now=actor.now,
            priority=2,
        )
    audit.append(
        session,
        place.bloc.id or 0,
        "report.nudged",
        actor.now,
        person_id=actor.person.id,
        month=text,
        units=[line.unit_id for line in found.lines],
        people=found.people,
    )
    return found


def reminder(
    session: Session, person: Person, ids: Mapping[str, Any], now: dt.datetime
) -> Reminder | None:
    """What a reminder says now; None when the report has come or the person has left."""
    month = dt.date.fromisoformat(f"{ids['month']}-01")
    row = session.exec(
        select(Unit, Bloc, BlocYear)
        .join(Bloc, col(Bloc.id) == Unit.bloc_id)
        .join(BlocYear, (col(BlocYear.bloc_id) == Bloc.id) & (col(BlocYear.year) == month.year))
        .join(
            Seat,
            (col(Seat.unit_id) == Unit.id)
            & (col(Seat.person_id) == person.id)
            & col(Seat.until).is_(None),
        )
        .where(col(Unit.id) == int(ids["unit"]), col(Unit.closed_at).is_(None))
        .limit(1)
    ).first()
    if row is None:
        return None
    unit, bloc, year = row
    report = session.exec(
        select(Report).where(col(Report.unit_id) == unit.id, col(Report.month) == month)
    ).first()
    state = report.state if report else None
    if state not in standing.OWED:
        return None
    zone = ZoneInfo(bloc.timezone)
    due_at = report.due_at if report else calendar.due(month, year.due_day, zone)
    by = session.get(Unit, int(ids["by"]))
    return Reminder(
        unit=unit.short_name,
        month=month,
        due_at=due_at,
        days=standing.days_left(now, due_at, zone),
        returned=state is ReportState.RETURNED,
        number=report.number if report else None,
        by=by.short_name if by else "",
        zone=zone,
    )
