"""How every unit of a bloc stands in a month: sent, returned, still to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.domain import calendar
from bot.errors import NotFound
from bot.models import OutMessage, Report, ReportState
from bot.services import standing, units
from bot.services.access import Actor

#: Nobody is reminded of the same report by hand more often than that.
NUDGE_PAUSE: Final = dt.timedelta(hours=12)
#: The kind of such a reminder in the outbox.
NUDGE: Final = "nudge_report"


@dataclass(frozen=True, slots=True)
class UnitLine:
    """How a unit stands in a month.

    ``state`` is None for a report that isn't begun; others don't see that one is. ``late``: it
    came, or comes, after its deadline. ``nudged_at``: when its people were reminded by hand
    within the last ``NUDGE_PAUSE``.
    """

    unit_id: int
    unit: str
    state: ReportState | None
    report_id: int | None
    number: int | None
    late: bool
    people: tuple[units.Sitting, ...]
    nudged_at: dt.datetime | None

    @property
    def owes(self) -> bool:
        """Whether the unit's report is still to come."""
        return self.state in standing.OWED

    @property
    def reachable(self) -> tuple[units.Sitting, ...]:
        """Those of its people who hear the bot."""
        return tuple(one for one in self.people if not one.blocked)


@dataclass(frozen=True, slots=True)
class MonthBoard:
    """A month of the bloc; ``months`` are all that can be chosen, none before the year begins."""

    month: dt.date
    months: Sequence[dt.date]
    due_at: dt.datetime
    days: int
    lines: Sequence[UnitLine]
    zone: ZoneInfo
    may_nudge: bool
    own_unit_id: int | None

    @property
    def owing(self) -> list[UnitLine]:
        """The units whose report is still to come."""
        return [line for line in self.lines if line.owes]

    def of(self, *states: ReportState) -> list[UnitLine]:
        """The units whose report is in one of these states."""
        return [line for line in self.lines if line.state in states]


def month_board(session: Session, actor: Actor, month: dt.date | None = None) -> MonthBoard:
    """How every open unit stands in a month, by default the one that is due.

    For leader, deputy and observers. Raises NotFound(``month_not_due``) for a month that nobody
    owes yet. The number of queries is constant.
    """
    actor.require_reader()
    place = actor.here
    listed = units.listing(session, actor).units
    months = standing.months_of(place.bloc, place.year, [one.unit for one in listed], actor.now)
    if not months or (month is not None and month not in months):
        raise NotFound("month_not_due", year=place.year.year)
    month = month or standing.default_month(months, place.year, actor.zone, actor.now)
    reports = {
        report.unit_id: report
        for report in session.exec(
            select(Report).where(
                col(Report.bloc_year_id) == place.year.id, col(Report.month) == month
            )
        )
    }
    due_at = calendar.due(month, place.year.due_day, actor.zone)
    owing = [
        one
        for one in listed
        if one.unit.id in reports or standing.owes(place.bloc, place.year, one.unit, month)
    ]
    nudged = _nudged(session, actor, month, [p.person.id or 0 for one in owing for p in one.people])
    return MonthBoard(
        month=month,
        months=months,
        due_at=due_at,
        days=standing.days_left(actor.now, due_at, actor.zone),
        lines=[_line(one, reports.get(one.unit.id or 0), due_at, nudged, actor) for one in owing],
        zone=actor.zone,
        may_nudge=actor.is_reviewer,
        own_unit_id=actor.unit.id if actor.unit else None,
    )


def _line(
    one: units.UnitPeople,
    report: Report | None,
    due_at: dt.datetime,
    nudged: Mapping[int, dt.datetime],
    actor: Actor,
) -> UnitLine:
    state = report.state if report and report.state is not ReportState.DRAFT else None
    sent = report is not None and state is not None
    return UnitLine(
        unit_id=one.unit.id or 0,
        unit=one.unit.short_name,
        state=state,
        report_id=report.id if report and sent else None,
        number=report.number if report and sent else None,
        late=report.late
        if report and sent
        else calendar.is_late(actor.now, report.due_at if report else due_at),
        people=one.people,
        nudged_at=nudged.get(one.unit.id or 0),
    )


def _nudged(
    session: Session, actor: Actor, month: dt.date, person_ids: Sequence[int]
) -> dict[int, dt.datetime]:
    """When each unit was last reminded by hand of this month's report, within the pause."""
    if not person_ids:
        return {}
    rows = session.exec(
        select(OutMessage)
        .where(
            col(OutMessage.person_id).in_(person_ids),
            col(OutMessage.kind) == NUDGE,
            col(OutMessage.created_at) > actor.now - NUDGE_PAUSE,
        )
        .order_by(col(OutMessage.created_at))
    )
    return {
        int(str(row.ids["unit"])): row.created_at
        for row in rows
        if row.ids["month"] == f"{month:%Y-%m}"
    }
