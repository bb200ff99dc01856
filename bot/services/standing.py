"""Who owes what and until when: one's own duties, and a month's board of the whole bloc.

Later features add duties of theirs by one line in ``SOURCES``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from bot.domain import calendar
from bot.errors import Forbidden, NotFound
from bot.models import Bloc, BlocYear, OutMessage, Person, Report, ReportState, Seat, SeatRole, Unit
from bot.services import review, units
from bot.services.access import Actor

#: States in which a unit still owes its report; None stands for a report that isn't begun.
OWED: Final = (None, ReportState.DRAFT, ReportState.RETURNED)
#: A month is shown first from so many days before its deadline on.
NEAR_DAYS: Final = 7
#: Nobody is reminded of the same report by hand more often than that.
NUDGE_PAUSE: Final = dt.timedelta(hours=12)
NUDGE: Final = "nudge_report"


# --- One's own duties -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that somebody owes.

    ``kind``: ``report`` (to be sent), ``report_returned`` (to be corrected), ``review``
    (``count`` reports wait for a decision, the oldest until ``due_at``). ``days`` are the local
    calendar days left, negative when they are past.
    """

    kind: str
    due_at: dt.datetime
    days: int
    month: dt.date | None = None
    report_id: int | None = None
    number: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """A report of one's own unit that waits for its reviewers."""

    report_id: int
    number: int
    month: dt.date
    in_review: bool
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class BlocLine:
    """How a bloc stands in the month that is due: of ``units`` open ones so many have sent."""

    bloc: str
    year: int
    month: dt.date | None
    units: int
    sent: int
    approved: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Status:
    """What a person owes, and what they wait for."""

    duties: Sequence[Duty]
    sent: Sequence[Sent]
    people: Sequence[units.Sitting]
    blocs: Sequence[BlocLine]


def days_left(now: dt.datetime, due_at: dt.datetime, zone: ZoneInfo) -> int:
    """Local calendar days from now to a deadline."""
    return (calendar.local_date(due_at, zone) - calendar.local_date(now, zone)).days


def owes_from(bloc: Bloc, year: BlocYear, unit: Unit) -> dt.date | None:
    """The first month of the year that a unit owes a report of, or None for none.

    A unit owes from the month in which it joined. A year that is recorded afterwards is owed
    whole by the units that the bloc was made with.
    """
    zone = ZoneInfo(bloc.timezone)
    joined = calendar.first_of_month(calendar.local_date(unit.joined_at, zone))
    first = dt.date(year.year, 1, 1)
    if joined.year > year.year:
        return first if unit.joined_at <= bloc.created_at else None
    return max(joined, first)


def months_until_now(
    year: BlocYear, first: dt.date, now: dt.datetime, zone: ZoneInfo
) -> list[dt.date]:
    """The months of the year that have begun, from ``first`` on."""
    current = calendar.current_month(now, zone)
    months = (dt.date(year.year, number, 1) for number in range(1, 13))
    return [month for month in months if first <= month <= current]


def _reports(session: Session, actor: Actor) -> list[Duty]:
    """The unit's reports of this year that are not sent, and any that was returned."""
    unit = actor.unit
    if unit is None or unit.closed_at is not None:
        return []
    place = actor.here
    rows = session.exec(
        select(Report).where(
            col(Report.unit_id) == unit.id,
            or_(
                col(Report.bloc_year_id) == place.year.id,
                col(Report.state) == ReportState.RETURNED,
            ),
        )
    )
    known = {report.month: report for report in rows}
    first = owes_from(place.bloc, place.year, unit)
    months = set(months_until_now(place.year, first, actor.now, actor.zone)) if first else set()
    months |= {month for month, report in known.items() if report.state is ReportState.RETURNED}
    duties = []
    for month in sorted(months):
        report = known.get(month)
        if (report.state if report else None) not in OWED:
            continue
        due = report.due_at if report else calendar.due(month, place.year.due_day, actor.zone)
        returned = report is not None and report.state is ReportState.RETURNED
        duties.append(
            Duty(
                kind="report_returned" if returned else "report",
                due_at=due,
                days=days_left(actor.now, due, actor.zone),
                month=month,
                report_id=report.id if report else None,
                number=report.number if report else None,
            )
        )
    return duties


def _reviews(session: Session, actor: Actor) -> list[Duty]:
    """Reports that wait for this reviewer's decision."""
    if not actor.is_reviewer:
        return []
    waiting = [one for one in review.pending(session, actor).waiting if not one.stand_in]
    if not waiting:
        return []
    soonest = min(one.due for one in waiting)
    due = dt.datetime.combine(soonest, calendar.END_OF_DAY, actor.zone).astimezone(dt.UTC)
    return [
        Duty("review", due, days_left(actor.now, due, actor.zone), count=len(waiting)),
    ]


#: Where duties come from; each is asked once, with a constant number of queries.
SOURCES: tuple[Callable[[Session, Actor], list[Duty]], ...] = (_reports, _reviews)


def duties(session: Session, actor: Actor) -> list[Duty]:
    """What this person owes now, the most urgent first."""
    if actor.seat is None:
        return []
    found = [duty for source in SOURCES for duty in source(session, actor)]
    return sorted(found, key=lambda duty: duty.due_at)


def status(session: Session, actor: Actor) -> Status:
    """Everything that ``/status`` shows. Raises Forbidden(``no_seat``)."""
    if actor.seat is None:
        raise Forbidden("no_seat")
    sent: list[Sent] = []
    people: list[units.Sitting] = []
    if actor.unit is not None:
        rows = session.exec(
            select(Report)
            .where(col(Report.unit_id) == actor.unit.id, col(Report.state).in_(review.WAITING))
            .order_by(col(Report.month))
        )
        sent = [
            Sent(
                report.id or 0,
                report.number or 0,
                report.month,
                report.state is ReportState.IN_REVIEW,
                report.sent_at or report.changed_at,
            )
            for report in rows
        ]
        people = _colleagues(session, actor, actor.unit)
    return Status(
        duties=duties(session, actor),
        sent=sent,
        people=people,
        blocs=_blocs(session, actor) if actor.is_observer else [],
    )


def _colleagues(session: Session, actor: Actor, unit: Unit) -> list[units.Sitting]:
    """Who else has a seat at the unit, signatories first."""
    rows = session.exec(
        select(Seat, Person)
        .join(Person, col(Person.id) == Seat.person_id)
        .where(
            col(Seat.unit_id) == unit.id,
            col(Seat.until).is_(None),
            col(Seat.person_id) != actor.person.id,
        )
        .order_by(col(Seat.id))
    )
    found = [units.Sitting(seat, person) for seat, person in rows]
    return sorted(found, key=lambda one: one.seat.role is not SeatRole.SIGNATORY)


def _blocs(session: Session, actor: Actor) -> list[BlocLine]:
    """The blocs that an observer was given, each with its month that is due. Three queries."""
    rows = session.exec(
        select(Bloc, BlocYear)
        .join(Seat, col(Seat.bloc_id) == Bloc.id)
        .join(BlocYear, (col(BlocYear.bloc_id) == Bloc.id) & (col(BlocYear.year) == Bloc.year))
        .where(
            col(Seat.person_id) == actor.person.id,
            col(Seat.role) == SeatRole.OBSERVER,
            col(Seat.until).is_(None),
        )
        .order_by(col(Bloc.name), col(Bloc.id))
    ).all()
    members: dict[int, list[Unit]] = {}
    for unit in session.exec(
        select(Unit).where(
            col(Unit.bloc_id).in_([bloc.id for bloc, _ in rows]), col(Unit.closed_at).is_(None)
        )
    ):
        members.setdefault(unit.bloc_id, []).append(unit)
    counts: dict[tuple[int, dt.date], dict[ReportState, int]] = {}
    # Four columns: more than SQLModel's own typing of select() knows.
    query: Any = (
        sqlalchemy.select(
            col(Report.bloc_year_id), col(Report.month), col(Report.state), func.count()
        )
        .join(Unit, col(Unit.id) == Report.unit_id)
        .where(
            col(Report.bloc_year_id).in_([year.id for _, year in rows]),
            col(Unit.closed_at).is_(None),
        )
        .group_by(col(Report.bloc_year_id), col(Report.month), col(Report.state))
    )
    for year_id, month, state, count in session.exec(query):
        counts.setdefault((year_id, month), {})[state] = count
    lines = []
    for bloc, year in rows:
        mine = members.get(bloc.id or 0, [])
        months = _months(bloc, year, mine, actor.now)
        month = _default(months, year, ZoneInfo(bloc.timezone), actor.now) if months else None
        states = counts.get((year.id or 0, month), {}) if month else {}
        waiting = sum(states.get(state, 0) for state in review.WAITING)
        approved = states.get(ReportState.APPROVED, 0)
        owing = [unit for unit in mine if month and _owes(bloc, year, unit, month)]
        lines.append(
            BlocLine(bloc.name, year.year, month, len(owing), waiting + approved, approved, waiting)
        )
    return lines


# --- A month of the bloc ----------------------------------------------------------------------


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
        return self.state in OWED

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


def _owes(bloc: Bloc, year: BlocYear, unit: Unit, month: dt.date) -> bool:
    first = owes_from(bloc, year, unit)
    return first is not None and first <= month


def _months(bloc: Bloc, year: BlocYear, members: Iterable[Unit], now: dt.datetime) -> list[dt.date]:
    firsts = [first for unit in members if (first := owes_from(bloc, year, unit)) is not None]
    return months_until_now(year, min(firsts), now, ZoneInfo(bloc.timezone)) if firsts else []


def _default(
    months: Sequence[dt.date], year: BlocYear, zone: ZoneInfo, now: dt.datetime
) -> dt.date:
    """The latest month whose deadline is near or past; the first one where none is."""
    near = [
        month
        for month in months
        if days_left(now, calendar.due(month, year.due_day, zone), zone) <= NEAR_DAYS
    ]
    return near[-1] if near else months[0]


def month_board(session: Session, actor: Actor, month: dt.date | None = None) -> MonthBoard:
    """How every open unit stands in a month, by default the one that is due.

    For leader, deputy and observers. Raises NotFound(``month_not_due``) for a month that nobody
    owes yet. The number of queries is constant.
    """
    actor.require_reader()
    place = actor.here
    listed = units.listing(session, actor).units
    months = _months(place.bloc, place.year, [one.unit for one in listed], actor.now)
    if not months or (month is not None and month not in months):
        raise NotFound("month_not_due", year=place.year.year)
    month = month or _default(months, place.year, actor.zone, actor.now)
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
        if one.unit.id in reports or _owes(place.bloc, place.year, one.unit, month)
    ]
    nudged = _nudged(session, actor, month, [p.person.id or 0 for one in owing for p in one.people])
    return MonthBoard(
        month=month,
        months=months,
        due_at=due_at,
        days=days_left(actor.now, due_at, actor.zone),
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
