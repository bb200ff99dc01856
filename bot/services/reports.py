"""The monthly report of a unit: opening it, reading it, filling it in.

The draft belongs to the unit. Several representatives may write in it at once: its row is locked
for every change, a value counts as soon as it is typed, and the last one holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.domain import calendar
from bot.domain.report import (
    PartProgress,
    Problem,
    Value,
    Values,
    check_all,
    check_field,
    compute,
    filled,
    progress,
    same_as_last_month,
    values_from_json,
    values_to_json,
    zero_for_empty,
)
from bot.domain.template import DATE, IndicatorSpec, TemplateSpec
from bot.errors import Forbidden, Invalid, NotFound, Superseded
from bot.models import (
    Bloc,
    BlocYear,
    Evidence,
    Person,
    Report,
    ReportState,
    ReportStep,
    StepKind,
    Unit,
)
from bot.services.access import Actor
from bot.services.figures import template_of

#: States in which the unit fills in the report.
OPEN = (ReportState.DRAFT, ReportState.RETURNED)
#: Of a month's first days in which the month before is still offered.
EARLY_DAYS = 10


@dataclass(frozen=True)
class Sheet:
    """A report with everything that its screens show.

    ``values`` are typed, with totals; ``last`` those of the month before, if there is a report.
    ``evidence`` counts files by indicator (None: the whole report). ``returned`` is the step by
    which the report came back, with its unit's name; ``sender`` who sent it last.
    """

    report: Report
    unit: Unit
    bloc: Bloc
    year: BlocYear
    template: TemplateSpec
    values: Values
    last: Values
    now: dt.datetime
    evidence: Mapping[str | None, int] = field(default_factory=dict)
    returned: ReportStep | None = None
    returned_by: str = ""
    sender: str = ""

    @property
    def id(self) -> int:
        """The report's id."""
        return self.report.id or 0

    @property
    def zone(self) -> ZoneInfo:
        """The bloc's zone."""
        return ZoneInfo(self.bloc.timezone)

    @property
    def open(self) -> bool:
        """Whether the unit can write in it."""
        return self.report.state in OPEN

    @property
    def overdue(self) -> bool:
        """Whether it would be late if it were sent for the first time now, or was late then."""
        first = self.report.first_sent_at
        return calendar.is_late(first or self.now, self.report.due_at)

    @property
    def withdrawable(self) -> bool:
        """Whether it was sent and nobody has begun to review it."""
        return self.report.state is ReportState.SENT and self.report.review_started_at is None

    @cached_property
    def problems(self) -> list[Problem]:
        """All that stands in the way of sending it."""
        return check_all(self.template, self.values)

    @cached_property
    def broken(self) -> dict[str, Problem]:
        """Fields that hold something wrong, with what is wrong first; empty ones are not."""
        found: dict[str, Problem] = {}
        for one in self.template.inputs:
            for problem in check_field(self.template, self.values, one.code)[:1]:
                found[one.code] = problem
        return found

    @cached_property
    def progress(self) -> dict[str, PartProgress]:
        """How far each part is."""
        return {one.part: one for one in progress(self.template, self.values)}

    @property
    def marked(self) -> frozenset[str]:
        """The returned fields, while it is returned."""
        returned = self.report.state is ReportState.RETURNED
        return frozenset(self.report.marked) if returned else frozenset()

    def is_filled(self, code: str) -> bool:
        """Whether something stands there."""
        return filled(self.values.get(code))

    def same(self, part: str | None = None) -> dict[str, Value]:
        """What last month proposes for the empty stocks, of one part or of all."""
        return {
            code: value
            for code, value in same_as_last_month(self.template, self.last).items()
            if not self.is_filled(code) and part in (None, self.template[code].part)
        }

    def zeros(self, part: str | None = None) -> dict[str, Value]:
        """The zeros for what is empty, of one part or of all."""
        return {
            code: value
            for code, value in zero_for_empty(self.template, self.values).items()
            if part in (None, self.template[code].part)
        }

    def proposal(self, code: str) -> Value:
        """Last month's figure for one field: what it proposes for a stock, its own for a flow."""
        one = self.template[code]
        if not one.numeric:
            return None
        return same_as_last_month(self.template, self.last).get(code, self.last.get(code))

    def is_needed(self, one: IndicatorSpec) -> bool:
        """Whether the report can't be sent without it, as things stand."""
        return one.required or one.code in self.needed

    def following(self, code: str | None = None, part: str | None = None) -> list[IndicatorSpec]:
        """Empty fields in the order in which they are asked for: needed ones, then the others.

        ``code`` begins after that field; ``part`` keeps to one part.
        """
        inputs = list(self.template.inputs)
        if code is not None:
            inputs = inputs[[one.code for one in inputs].index(code) + 1 :]
        empty = [one for one in inputs if part in (None, one.part) and not self.is_filled(one.code)]
        return sorted(empty, key=lambda one: not self.is_needed(one))

    def to_type(self, part: str | None = None, code: str | None = None) -> list[IndicatorSpec]:
        """The figures into which typed numbers go, in order.

        With an open field it is the first of them, then what is empty after it; with a part the
        empty ones of that part; else all that are needed.
        """
        first = [self.template[code]] if code is not None else []
        return first + [
            one
            for one in self.following(code, None if code else part)
            if one.numeric and (self.is_needed(one) or one.part == part)
        ]

    @cached_property
    def needed(self) -> frozenset[str]:
        """Optional fields that a rule asks for as things stand."""
        return frozenset(
            problem.field for problem in self.problems if problem.code in ("needs", "missing")
        )


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month of a unit's year, with its report if there is one."""

    month: dt.date
    due_at: dt.datetime
    report: Report | None


@dataclass(frozen=True, slots=True)
class YearBoard:
    """A unit's months of one year up to now, newest first, and the years there are."""

    unit: Unit
    year: int
    years: list[int]
    months: list[MonthLine]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Saved:
    """What a change did: the new texts and those before, by code, and the report after it."""

    sheet: Sheet
    was: dict[str, str | None]
    now: dict[str, str | None]


def my_open_unit(actor: Actor) -> Unit:
    """The unit acted for, which must not be closed."""
    unit = actor.my_unit()
    if unit.closed_at is not None:
        raise Forbidden("unit_closed", unit=unit.short_name)
    return unit


def _year(session: Session, actor: Actor, year: int) -> BlocYear:
    place = actor.here
    if place.year.year == year:
        return place.year
    found = session.exec(
        select(BlocYear).where(BlocYear.bloc_id == place.bloc.id, BlocYear.year == year)
    ).first()
    if found is None:
        raise NotFound("report_no_year", year=year)
    return found


def month_of(actor: Actor, text: str) -> dt.date:
    """The month that a person typed. Raises MonthError."""
    return calendar.parse_month(text, calendar.local_date(actor.now, actor.zone))


def open_months(session: Session, actor: Actor) -> list[dt.date]:
    """The months that ``/report`` means now, the likelier first: one, or two to choose from.

    In a month's first days the month before is offered too, if it was the unit's already and has
    not been sent; alone, if the present month's report has been.
    """
    unit = my_open_unit(actor)
    current = calendar.current_month(actor.now, actor.zone)
    last = calendar.add_months(current, -1)
    if calendar.local_date(actor.now, actor.zone).day > EARLY_DAYS:
        return [current]
    found = {
        report.month: report
        for report in session.exec(
            select(Report).where(Report.unit_id == unit.id, col(Report.month).in_([last, current]))
        )
    }
    joined = unit.joined_at < calendar.month_bounds(current, actor.zone)[0]
    if last not in found and not (joined and _has_year(session, actor, last.year)):
        return [current]
    if last in found and found[last].state not in OPEN:
        return [current]
    if current in found and found[current].state not in OPEN:
        return [last]
    return [last, current]


def _has_year(session: Session, actor: Actor, year: int) -> bool:
    try:
        _year(session, actor, year)
    except NotFound:
        return False
    return True


def open_month(session: Session, actor: Actor, month: dt.date) -> Report:
    """The unit's report of a month; begun now if there is none.

    It takes the template in force, and keeps it from the first value on. Raises Invalid for a
    month to come, NotFound for a year that the bloc doesn't have, Forbidden.
    """
    unit = my_open_unit(actor)
    month = calendar.first_of_month(month)
    if month > calendar.current_month(actor.now, actor.zone):
        raise Invalid("report_future", month=month)
    year = _year(session, actor, month.year)
    query = select(Report).where(Report.unit_id == unit.id, Report.month == month)
    report = session.exec(query).first()
    if report is None:
        # Two representatives may open it at the same moment: one after the other.
        session.exec(select(Unit.id).where(Unit.id == unit.id).with_for_update()).one()
        report = session.exec(query).first()
    if report is None:
        report = Report(
            bloc_year_id=year.id or 0,
            unit_id=unit.id or 0,
            month=month,
            template_version=year.template_version,
            due_at=calendar.due(month, year.due_day, actor.zone),
            created_at=actor.now,
            changed_at=actor.now,
        )
        session.add(report)
        session.flush()
    elif report.template_version != year.template_version and _untouched(session, report):
        report.template_version = year.template_version
        session.add(report)
    return report


def _untouched(session: Session, report: Report) -> bool:
    if report.state is not ReportState.DRAFT or report.round or report.values:
        return False
    found = session.exec(select(Evidence.id).where(Evidence.report_id == report.id).limit(1))
    return found.first() is None


def locked(session: Session, actor: Actor, report_id: int) -> Report:
    """The report of the actor's own unit, held until the transaction ends."""
    unit = my_open_unit(actor)
    report = session.exec(
        select(Report)
        .where(Report.id == report_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if report is None or report.unit_id != unit.id:
        raise NotFound("report_not_yours")
    return report


def require_open(report: Report) -> None:
    """Raises Superseded unless the unit can write in it."""
    if report.state is ReportState.APPROVED:
        raise Superseded("report_approved", number=report.number)
    if report.state not in OPEN:
        raise Superseded("report_sent_already", number=report.number)


def sheet(session: Session, actor: Actor, report_id: int) -> Sheet:
    """The report of the actor's own unit with all that is shown. A constant number of queries."""
    mine = actor.my_unit()
    row = session.exec(
        select(Report, BlocYear, Person.name)
        .join(BlocYear, col(BlocYear.id) == Report.bloc_year_id)
        .outerjoin(Person, col(Person.id) == Report.sent_by)
        .where(Report.id == report_id, Report.unit_id == mine.id)
    ).first()
    if row is None:
        raise NotFound("report_not_yours")
    report, year, sender = row
    template = template_of(session, report.bloc_year_id, report.template_version)
    before = session.exec(
        select(Report).where(
            Report.unit_id == mine.id, Report.month == calendar.add_months(report.month, -1)
        )
    ).first()
    counts = session.exec(
        select(Evidence.indicator, func.count())
        .where(Evidence.report_id == report_id, col(Evidence.removed_at).is_(None))
        .group_by(col(Evidence.indicator))
    ).all()
    step, by = None, ""
    if report.state is ReportState.RETURNED:
        found = session.exec(
            select(ReportStep, Unit.short_name)
            .join(Unit, col(Unit.id) == ReportStep.unit_id)
            .where(ReportStep.report_id == report_id, ReportStep.kind == StepKind.RETURNED)
            .order_by(col(ReportStep.id).desc())
            .limit(1)
        ).first()
        step, by = found if found else (None, "")
    return Sheet(
        report=report,
        unit=mine,
        bloc=actor.here.bloc,
        year=year,
        template=template,
        values=compute(template, values_from_json(template, report.values)),
        last=_last(session, before),
        now=actor.now,
        evidence=dict(counts),
        returned=step,
        returned_by=by,
        sender=sender or "",
    )


def _last(session: Session, before: Report | None) -> Values:
    if before is None:
        return {}
    template = template_of(session, before.bloc_year_id, before.template_version)
    return compute(template, values_from_json(template, before.values))


def change(session: Session, actor: Actor, report_id: int, changes: Mapping[str, Value]) -> Saved:
    """Put values into a report, or take them out (None); it counts at once.

    Values are figures, dates or words of the fields' types; what breaks a rule between fields is
    kept and refused at sending. Raises Invalid(``value_…``), Superseded where the report was sent
    meanwhile, NotFound.
    """
    report = locked(session, actor, report_id)
    require_open(report)
    template = template_of(session, report.bloc_year_id, report.template_version)
    texts: dict[str, str | None] = {}
    for code, value in changes.items():
        if code not in template or code in template.computed:
            raise Invalid("value_no_field")
        texts[code] = _text(actor, template[code], value)
    return _store(session, actor, report, texts)


def _text(actor: Actor, one: IndicatorSpec, value: Value) -> str | None:
    if value is None or value == "":
        return None
    single = TemplateSpec((), (one,))
    for problem in check_field(single, {one.code: value}, one.code):
        raise Invalid(f"value_{problem.code}", limit=one.max_length, decimals=one.decimals)
    today = calendar.local_date(actor.now, actor.zone)
    if one.type == DATE and isinstance(value, dt.date) and value > today:
        raise Invalid("value_date_to_come")
    return values_to_json({one.code: value})[one.code]


def _store(
    session: Session, actor: Actor, report: Report, texts: Mapping[str, str | None]
) -> Saved:
    was = {code: report.values.get(code) for code in texts}
    values = {**report.values, **texts}
    report.values = {code: text for code, text in values.items() if text is not None}
    report.changed_at = actor.now
    session.add(report)
    session.flush()
    return Saved(sheet(session, actor, report.id or 0), was, dict(texts))


def undo(
    session: Session,
    actor: Actor,
    report_id: int,
    was: Mapping[str, str | None],
    now: Mapping[str, str | None],
) -> Saved:
    """Take a change back, but for what somebody has changed again since."""
    report = locked(session, actor, report_id)
    require_open(report)
    back = {code: text for code, text in was.items() if report.values.get(code) == now.get(code)}
    return _store(session, actor, report, back)


def year_board(session: Session, actor: Actor, year: int | None = None) -> YearBoard:
    """The unit's months of a year: those that are due so far, and those that have a report."""
    unit = actor.my_unit()
    place = actor.here
    rows = list(session.exec(select(BlocYear).where(BlocYear.bloc_id == place.bloc.id)))
    by_year = {row.year: row for row in rows}
    shown = by_year.get(year or place.year.year, place.year)
    reports = {
        report.month: report
        for report in session.exec(
            select(Report).where(Report.unit_id == unit.id, Report.bloc_year_id == shown.id)
        )
    }
    current = calendar.current_month(actor.now, actor.zone)
    joined = calendar.first_of_month(calendar.local_date(unit.joined_at, actor.zone))
    months = [dt.date(shown.year, number, 1) for number in range(12, 0, -1)]
    return YearBoard(
        unit,
        shown.year,
        sorted(by_year),
        [
            MonthLine(
                month,
                reports[month].due_at
                if month in reports
                else calendar.due(month, shown.due_day, actor.zone),
                reports.get(month),
            )
            for month in months
            if month in reports or joined <= month <= current
        ],
        actor.zone,
    )
