"""Plan against done: what the units of a bloc planned for the year, and how far they have come.

Done is what the year's counted reports hold (sent and not returned): flows added up, stocks as
last reported. A target is *on course* when at least that part of its planned value is done that
the reports due so far are of all that the unit owes in the year: after three of twelve monthly
deadlines a quarter. One deadline more is asked for only when it has passed. A unit is on course
when all its targets are.

A unit's targets are its own: a unit that was merged into another has its plan and its reports
ended, and the one that took it in sets targets anew. Open units are shown; the bloc's total of
an indicator is that of the open units that have a target for it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlalchemy import Date, Text, cast, literal, null
from sqlmodel import Session, col, select

from bot.domain import calendar
from bot.domain.report import Values, cumulate, values_from_json
from bot.domain.template import TemplateSpec
from bot.errors import NotFound
from bot.models import Bloc, BlocYear, Report, Target, Unit
from bot.services import standing
from bot.services.access import Actor
from bot.services.figures import COUNTED, template_of

_ZERO: Final = Decimal(0)
#: The whole plan, in tenths of a per cent.
WHOLE: Final = 1000

Months = dict[dt.date, Values]


@dataclass(frozen=True, slots=True)
class Progress:
    """One target: what is planned for the year, what is done, what should be done by now.

    ``code`` is the indicator's. Figures are in its unit of measure. A bloc's total has the unit
    id 0 and no name.
    """

    unit_id: int
    unit: str
    code: str
    planned: Decimal
    done: Decimal
    expected: Decimal

    @property
    def share(self) -> int:
        """What is done of the plan, in tenths of a per cent, rounded down; may be above 1000.

        A plan of nothing is done.
        """
        return int(self.done * WHOLE // self.planned) if self.planned else WHOLE

    @property
    def on_course(self) -> bool:
        """Whether as much is done as the deadlines passed so far ask for."""
        return self.done >= self.expected


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """A unit's targets, the worst first. Of ``owed`` monthly reports ``due`` are past.

    ``template`` has the indicators' names.
    """

    unit_id: int
    unit: str
    due: int
    owed: int
    targets: Sequence[Progress]
    template: TemplateSpec = field(repr=False)

    @property
    def behind(self) -> int:
        """How many targets are not on course."""
        return sum(not one.on_course for one in self.targets)

    @property
    def on_course(self) -> bool:
        """Whether all targets are."""
        return self.behind == 0


@dataclass(frozen=True, slots=True)
class Board:
    """A bloc-year's targets. ``units`` have some, the worst first; ``without`` have none yet.

    Members see their own unit and the ``totals`` by indicator, which are in the template's order.
    ``own`` is None for observers and for a unit without targets.
    """

    year: BlocYear
    template: TemplateSpec
    units: Sequence[UnitProgress]
    without: Sequence[str]
    totals: Sequence[Progress]
    own: UnitProgress | None
    reads_all: bool

    @property
    def on_course(self) -> int:
        """How many units are."""
        return sum(one.on_course for one in self.units)

    def of(self, code: str) -> list[Progress]:
        """The units' targets for one indicator, the worst first."""
        return sorted(
            (one for unit in self.units for one in unit.targets if one.code == code), key=_worst
        )


@dataclass(frozen=True, slots=True)
class Glance:
    """Plan against done in a few words: one's own unit's, and for readers the whole bloc's.

    ``units`` counts those with targets; None for who doesn't read the bloc.
    """

    own: UnitProgress | None
    units: int | None = None
    on_course: int = 0


def _worst(one: Progress) -> tuple[bool, int]:
    return one.on_course, one.share


# --- Whole blocs and single units -------------------------------------------------------------


def board(session: Session, actor: Actor) -> Board:
    """The present year's plan and done: of every open unit for who reads the whole bloc.

    Raises Forbidden(``no_seat``). Two statements, whatever the size of bloc and history.
    """
    place = actor.here
    reads_all = actor.is_reviewer or actor.is_observer
    members = _open_units(session, place.bloc)
    template = template_of(session, place.year.id or 0, place.year.template_version)
    found = all_units(session, place.bloc, place.year, actor.now, members)
    mine = actor.unit.id if actor.unit else None
    own = next((one for one in found if one.unit_id == mine), None)
    known = {one.unit_id for one in found}
    return Board(
        year=place.year,
        template=template,
        units=found if reads_all else [own] if own else [],
        without=[one.short_name for one in members if one.id not in known] if reads_all else [],
        totals=totals(template, found),
        own=own,
        reads_all=reads_all,
    )


def unit_board(session: Session, actor: Actor, unit_id: int | None = None) -> UnitProgress:
    """The targets of one unit, by default the actor's own; it may have none.

    Others' units are for leader, deputy and observers. Raises Forbidden, or
    NotFound(``unit_unknown``) for what the actor doesn't see and for units that are closed.
    """
    place = actor.here
    if unit_id is None:
        unit = actor.my_unit()
    elif actor.unit is not None and unit_id == actor.unit.id:
        unit = actor.unit
    else:
        actor.require_reader()
        found = session.get(Unit, unit_id)
        if found is None or found.bloc_id != place.bloc.id or found.closed_at is not None:
            raise NotFound("unit_unknown")
        unit = found
    return one_unit(session, place.bloc, place.year, unit, actor.now)


def glance(session: Session, actor: Actor) -> Glance:
    """What ``/status`` tells of it. Raises Forbidden(``no_seat``). At most two statements."""
    if actor.is_reviewer or actor.is_observer:
        found = board(session, actor)
        return Glance(found.own, len(found.units), found.on_course)
    actor.here  # noqa: B018 - raises for who holds no seat
    if actor.unit is None or actor.unit.closed_at is not None:
        return Glance(None)
    own = unit_board(session, actor)
    return Glance(own if own.targets else None)


def all_units(
    session: Session,
    bloc: Bloc,
    year: BlocYear,
    now: dt.datetime,
    members: Sequence[Unit] | None = None,
) -> list[UnitProgress]:
    """The open units of a bloc-year that have targets, the worst first. Asks for no rights.

    One statement beside that for the units (``members``, where they are known).
    """
    members = _open_units(session, bloc) if members is None else members
    planned, months = _read(session, year)
    found = [
        one
        for unit in members
        if unit.id in planned
        and (one := _unit(session, bloc, year, unit, now, planned, months)).targets
    ]
    return sorted(found, key=_worst_unit)


def _worst_unit(one: UnitProgress) -> tuple[Decimal, Decimal]:
    count = Decimal(len(one.targets))
    done = sum(min(target.share, WHOLE) for target in one.targets)
    return -one.behind / count, done / count


def one_unit(
    session: Session, bloc: Bloc, year: BlocYear, unit: Unit, now: dt.datetime
) -> UnitProgress:
    """The targets of one unit. Asks for no rights. One statement."""
    return _unit(session, bloc, year, unit, now, *_read(session, year, unit.id or 0))


def with_report(
    session: Session,
    bloc: Bloc,
    year: BlocYear,
    unit: Unit,
    now: dt.datetime,
    report: tuple[dt.date, Values],
) -> dict[str, Progress]:
    """A unit's targets by indicator as they stand with this report (its month and values).

    Whether it counts already or is still being written. One statement.
    """
    planned, months = _read(session, year, unit.id or 0)
    month, values = report
    mine = {**months.get(unit.id or 0, {}), month: values}
    found = _unit(session, bloc, year, unit, now, planned, {unit.id or 0: mine})
    return {one.code: one for one in found.targets}


def _open_units(session: Session, bloc: Bloc) -> Sequence[Unit]:
    return session.exec(
        select(Unit)
        .where(col(Unit.bloc_id) == bloc.id, col(Unit.closed_at).is_(None))
        .order_by(col(Unit.joined_at), col(Unit.id))
    ).all()


# --- Reading and counting ---------------------------------------------------------------------


def _read(
    session: Session, year: BlocYear, unit_id: int | None = None
) -> tuple[dict[int, dict[str, Decimal]], dict[int, Months]]:
    """Planned values by unit and indicator, and typed values by unit and month.

    One statement for both, because screens that show them beside other things have no room for
    more. It reads a row a target and a row a counted report.
    """
    reports: Any = sqlalchemy.select(
        col(Report.unit_id).label("unit_id"),
        col(Report.month).label("month"),
        col(Report.template_version).label("version"),
        cast(col(Report.values), Text).label("held"),
        literal("").label("indicator"),
    ).where(col(Report.bloc_year_id) == year.id, col(Report.state).in_(COUNTED))
    targets: Any = sqlalchemy.select(
        col(Target.unit_id),
        cast(null(), Date),
        literal(0),
        cast(col(Target.planned), Text),
        col(Target.indicator),
    ).where(col(Target.bloc_year_id) == year.id)
    if unit_id is not None:
        reports = reports.where(col(Report.unit_id) == unit_id)
        targets = targets.where(col(Target.unit_id) == unit_id)
    planned: dict[int, dict[str, Decimal]] = {}
    months: dict[int, Months] = {}
    query: Any = reports.union_all(targets)
    for unit, month, version, held, indicator in session.exec(query).all():
        if indicator:
            planned.setdefault(unit, {})[indicator] = Decimal(held)
        else:
            template = template_of(session, year.id or 0, version)
            months.setdefault(unit, {})[month] = values_from_json(template, json.loads(held))
    return planned, months


def _unit(
    session: Session,
    bloc: Bloc,
    year: BlocYear,
    unit: Unit,
    now: dt.datetime,
    planned: Mapping[int, Mapping[str, Decimal]],
    months: Mapping[int, Months],
) -> UnitProgress:
    """One unit's targets. What the present template doesn't know as a figure is left out."""
    template = template_of(session, year.id or 0, year.template_version)
    due, owed = due_so_far(bloc, year, unit, now)
    wanted = planned.get(unit.id or 0, {})
    done = cumulate(template, months.get(unit.id or 0, {}).items()) if wanted else {}
    targets = [
        Progress(
            unit_id=unit.id or 0,
            unit=unit.short_name,
            code=one.code,
            planned=wanted[one.code],
            done=done.get(one.code, _ZERO),
            expected=wanted[one.code] * due / owed if owed else _ZERO,
        )
        for one in template.indicators
        if one.numeric and one.code in wanted
    ]
    return UnitProgress(
        unit.id or 0, unit.short_name, due, owed, tuple(sorted(targets, key=_worst)), template
    )


def due_so_far(bloc: Bloc, year: BlocYear, unit: Unit, now: dt.datetime) -> tuple[int, int]:
    """How many monthly reports of the year a unit's deadlines have passed for, and of how many."""
    first = standing.owes_from(bloc, year, unit)
    if first is None:
        return 0, 0
    zone = ZoneInfo(bloc.timezone)
    months = [dt.date(year.year, number, 1) for number in range(first.month, 13)]
    due = sum(calendar.due(month, year.due_day, zone) <= now for month in months)
    return due, len(months)


def totals(template: TemplateSpec, found: Iterable[UnitProgress]) -> list[Progress]:
    """The bloc's totals by indicator, in the template's order."""
    sums: dict[str, Progress] = {}
    for unit in found:
        for one in unit.targets:
            held = sums.get(one.code) or Progress(0, "", one.code, _ZERO, _ZERO, _ZERO)
            sums[one.code] = replace(
                held,
                planned=held.planned + one.planned,
                done=held.done + one.done,
                expected=held.expected + one.expected,
            )
    return [sums[one.code] for one in template.indicators if one.code in sums]
