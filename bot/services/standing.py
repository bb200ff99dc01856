"""Who owes what and until when: one's own duties, what one waits for, how the blocs stand.

Later features add duties of theirs by one line in ``SOURCES``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from bot.domain import calendar
from bot.errors import Forbidden
from bot.models import Bloc, BlocYear, Person, Report, ReportState, Seat, SeatRole, Unit
from bot.services import adoptions, register, review, units
from bot.services.access import Actor

#: States in which a unit still owes its report; None stands for a report that isn't begun.
OWED: Final = (None, ReportState.DRAFT, ReportState.RETURNED)
#: A month is shown first from so many days before its deadline on.
NEAR_DAYS: Final = 7


# --- One's own duties -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that somebody owes.

    ``kind``: ``report`` (to be sent), ``report_returned`` (to be corrected), ``review``
    (``count`` reports wait for a decision, the oldest until ``due_at``), ``adopt`` (a text, its
    kind in ``what`` and its version in ``number``, published at ``due_at``, is to be signed or
    approved), ``model_card`` (``count`` models whose cards lack parts: can wait, is owed to
    nobody). ``days`` are the local calendar days left, negative when they are past; 0 where there
    is no deadline.
    """

    kind: str
    due_at: dt.datetime
    days: int
    month: dt.date | None = None
    report_id: int | None = None
    number: int | None = None
    count: int = 1
    what: str = ""


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


def owes(bloc: Bloc, year: BlocYear, unit: Unit, month: dt.date) -> bool:
    """Whether a unit owes a report of that month."""
    first = owes_from(bloc, year, unit)
    return first is not None and first <= month


def months_of(
    bloc: Bloc, year: BlocYear, members: Iterable[Unit], now: dt.datetime
) -> list[dt.date]:
    """The months that have begun and that any of these units owes."""
    firsts = [first for unit in members if (first := owes_from(bloc, year, unit)) is not None]
    return months_until_now(year, min(firsts), now, ZoneInfo(bloc.timezone)) if firsts else []


def default_month(
    months: Sequence[dt.date], year: BlocYear, zone: ZoneInfo, now: dt.datetime
) -> dt.date:
    """The latest month whose deadline is near or past; the first one where none is."""
    near = [
        month
        for month in months
        if days_left(now, calendar.due(month, year.due_day, zone), zone) <= NEAR_DAYS
    ]
    return near[-1] if near else months[0]


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


def _adoptions(session: Session, actor: Actor) -> list[Duty]:
    """Published texts that the unit hasn't adopted."""
    return [
        Duty(
            "adopt",
            one.version.published_at,
            0,
            number=one.version.version,
            what=one.kind.value,
        )
        for one in adoptions.owed(session, actor)
    ]


def _model_cards(session: Session, actor: Actor) -> list[Duty]:
    """Cards of the unit's models that can be completed, as one line."""
    if actor.unit is None:
        return []
    lacking = [
        one for one in register.of_unit(session, actor.unit.id or 0) if register.missing(one)
    ]
    if not lacking:
        return []
    since = max(one.created_at for one in lacking) + dt.timedelta(days=register.REMIND_DAYS)
    return [Duty("model_card", max(since, actor.now), 0, count=len(lacking))]


#: Where duties come from; each is asked once, with a constant number of queries.
SOURCES: tuple[Callable[[Session, Actor], list[Duty]], ...] = (
    _reports,
    _reviews,
    _adoptions,
    _model_cards,
)


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
        months = months_of(bloc, year, mine, actor.now)
        month = default_month(months, year, ZoneInfo(bloc.timezone), actor.now) if months else None
        states = counts.get((year.id or 0, month), {}) if month else {}
        waiting = sum(states.get(state, 0) for state in review.WAITING)
        approved = states.get(ReportState.APPROVED, 0)
        owing = [unit for unit in mine if month and owes(bloc, year, unit, month)]
        lines.append(
            BlocLine(bloc.name, year.year, month, len(owing), waiting + approved, approved, waiting)
        )
    return lines
