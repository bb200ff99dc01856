"""The monthly report of a unit: opening it, reading it, filling it in.

The draft belongs to the unit. Several representatives may write in it at once: its row is locked
for every change, a value counts as soon as it is typed, and the last one holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from bot.domain import calendar
from bot.domain.report import (
    Value,
    check_field,
    values_to_json,
)
from bot.domain.template import DATE, IndicatorSpec, TemplateSpec
from bot.errors import Forbidden, Invalid, NotFound, Superseded
from bot.models import (
    BlocYear,
    Evidence,
    Report,
    ReportState,
    Unit,
    write,
)
from bot.services import register_figures
from bot.services.access import Actor
from bot.services.figures import template_of
from bot.services.report_sheet import OPEN, Sheet, refreshed, sheet

#: Of a month's first days in which the month before is still offered.
EARLY_DAYS = 10


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
        session.exec(
            select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True)
        ).one()
        report = session.exec(query).first()
    if report is None:
        given = _given(session, actor, unit, month, year)
        report = Report(
            bloc_year_id=year.id or 0,
            unit_id=unit.id or 0,
            month=month,
            template_version=year.template_version,
            values=dict(given),
            given=given or None,
            due_at=calendar.due(month, year.due_day, actor.zone),
            created_at=actor.now,
            changed_at=actor.now,
        )
        session.add(report)
        session.flush()
    elif report.state in OPEN:
        if report.template_version != year.template_version and _untouched(session, report):
            report.template_version = year.template_version
            session.add(report)
        report = _follow_register(session, actor, report, unit, year)
    return report


def _given(
    session: Session, actor: Actor, unit: Unit, month: dt.date, year: BlocYear, version: int = 0
) -> dict[str, str]:
    """What the register of models gives to a month's report, as texts by code."""
    template = template_of(session, year.id or 0, version or year.template_version)
    found = register_figures.of_month(session, unit, month, template, actor.zone)
    values: dict[str, Value] = dict(found)
    return {code: text for code, text in values_to_json(values).items() if text is not None}


def _follow_register(
    session: Session, actor: Actor, report: Report, unit: Unit, year: BlocYear
) -> Report:
    """Keep what the register gives; figures of a draft that nobody has touched follow it."""
    given = _given(session, actor, unit, report.month, year, report.template_version)
    if given == (report.given or {}):
        return report
    report = locked(session, actor, report.id or 0)
    if report.state not in OPEN:
        return report
    if report.state is ReportState.DRAFT:
        old = report.given or {}
        followed = {
            code: given.get(code, text)
            for code, text in report.values.items()
            if old.get(code) == text
        }
        report.values = {**report.values, **followed}
    report.given = given or None
    session.add(report)
    return report


def _untouched(session: Session, report: Report) -> bool:
    typed = report.values != (report.given or {})
    if report.state is not ReportState.DRAFT or report.round or typed:
        return False
    found = session.exec(select(Evidence.id).where(Evidence.report_id == report.id).limit(1))
    return found.first() is None


_LOCKED = (
    select(Report)
    .where(Report.id == bindparam("report"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)


def locked(session: Session, actor: Actor, report_id: int) -> Report:
    """The report of the actor's own unit, held until the transaction ends."""
    unit = my_open_unit(actor)
    report = session.exec(_LOCKED, params={"report": report_id}).first()
    if report is None or report.unit_id != unit.id:
        raise NotFound("report_not_yours")
    return report


def require_open(report: Report) -> None:
    """Raises Superseded unless the unit can write in it."""
    if report.state is ReportState.APPROVED:
        raise Superseded("report_approved", number=report.number)
    if report.state not in OPEN:
        raise Superseded("report_sent_already", number=report.number)


def change(
    session: Session,
    actor: Actor,
    report_id: int,
    changes: Mapping[str, Value],
    known: Sheet | None = None,
) -> Saved:
    """Put values into a report, or take them out (None); it counts at once.

    ``known`` is the sheet where it was read in this transaction already: what can't have changed
    is not read again.

    Values are figures, dates or words of the fields' types; what breaks a rule between fields is
    kept and refused at sending. Raises Invalid(``value_…``), Superseded where the report was sent
    meanwhile, NotFound.
    """
    if known is not None and known.held:
        my_open_unit(actor)
        report = known.report
    else:
        report = locked(session, actor, report_id)
    require_open(report)
    template = template_of(session, report.bloc_year_id, report.template_version)
    texts: dict[str, str | None] = {}
    for code, value in changes.items():
        if code not in template or code in template.computed:
            raise Invalid("value_no_field")
        texts[code] = _text(actor, template[code], value)
    return _store(session, actor, report, texts, known)


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
    session: Session,
    actor: Actor,
    report: Report,
    texts: Mapping[str, str | None],
    known: Sheet | None = None,
) -> Saved:
    was = {code: report.values.get(code) for code in texts}
    values = {**report.values, **texts}
    write(
        session,
        report,
        values={code: text for code, text in values.items() if text is not None},
        changed_at=actor.now,
    )
    if known is None or known.template != template_of(
        session, report.bloc_year_id, report.template_version
    ):
        return Saved(sheet(session, actor, report.id or 0), was, dict(texts))
    return Saved(refreshed(known, report), was, dict(texts))


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
