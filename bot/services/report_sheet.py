"""A unit's report as its own people see it: everything that its screens show, read at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot.domain import calendar
from bot.domain.report import (
    PartProgress,
    Problem,
    Value,
    Values,
    asked_for,
    check_all,
    check_typed,
    compute,
    filled,
    progress,
    same_as_last_month,
    values_from_json,
    zero_for_empty,
)
from bot.domain.template import IndicatorSpec, TemplateSpec
from bot.errors import NotFound
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
from bot.services.units import name_at

#: States in which the unit fills in the report.
OPEN = (ReportState.DRAFT, ReportState.RETURNED)


@dataclass(frozen=True)
class Sheet:
    """A report with everything that its screens show.

    ``values`` are typed, with totals; ``last`` those of the month before, if there is a report.
    ``evidence`` counts files by indicator (None: the whole report). ``returned`` is the step by
    which the report came back, with its unit's name; ``sent_values`` what had been
    sent then; ``sender`` who sent it last. ``held``: the report's row was locked when it was read.
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
    sent_values: Mapping[str, str] = field(default_factory=dict)
    returned_by: str = ""
    #: The unit's short name: the present one, or for a report that was sent the one of that time.
    name: str = ""
    sender: str = ""
    held: bool = False

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
        return check_typed(self.template, self.values)

    @cached_property
    def progress(self) -> dict[str, PartProgress]:
        """How far each part is."""
        return {one.part: one for one in progress(self.template, self.values)}

    @cached_property
    def marked(self) -> frozenset[str]:
        """The returned fields, while it is returned."""
        returned = self.report.state is ReportState.RETURNED
        return frozenset(self.report.marked) if returned else frozenset()

    @cached_property
    def corrected(self) -> frozenset[str]:
        """The returned fields that have been changed since."""
        return frozenset(
            code
            for code in self.marked
            if self.report.values.get(code) != self.sent_values.get(code)
        )

    def is_filled(self, code: str) -> bool:
        """Whether something stands there."""
        return filled(self.values.get(code))

    def same(self, part: str | None = None) -> dict[str, Value]:
        """What last month proposes for the empty stocks, of one part or of all.

        What the register of models knows is its own to propose.
        """
        return {
            code: value
            for code, value in same_as_last_month(self.template, self.last).items()
            if not self.is_filled(code)
            and code not in self.given
            and part in (None, self.template[code].part)
        }

    @cached_property
    def given(self) -> Values:
        """The figures that the register of models gave when the report was last opened."""
        return values_from_json(self.template, self.report.given or {})

    def from_register(self, code: str) -> bool:
        """Whether what stands there is the register's figure."""
        return code in self.given and self.values.get(code) == self.given[code]

    def by_register(self, part: str) -> dict[str, Value]:
        """What the register proposes for rows of a part that hold nothing or something else."""
        return {
            code: value
            for code, value in self.given.items()
            if self.template[code].part == part and not self.from_register(code)
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
        inputs: Sequence[IndicatorSpec]
        inputs = self.template.inputs if part is None else self.template.inputs_of[part]
        if code is not None:
            place = self.template.order[code]
            inputs = [one for one in inputs if self.template.order[one.code] > place]
        empty = [one for one in inputs if not self.is_filled(one.code)]
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
        return asked_for(self.template, self.values)


# Built once: every value typed asks this. ``_Before`` is the latest report before this one.
_Before = aliased(Report)
_earlier = aliased(Report)
_OWN: Any = (
    sqlalchemy.select(
        Report,
        col(Person.name),
        col(_Before.month),
        col(_Before.bloc_year_id),
        col(_Before.template_version),
        col(_Before.values),
        sqlalchemy.exists().where(
            col(Evidence.report_id) == col(Report.id), col(Evidence.removed_at).is_(None)
        ),
    )
    .outerjoin(Person, col(Person.id) == col(Report.sent_by))
    .outerjoin(
        _Before,
        (col(_Before.unit_id) == col(Report.unit_id))
        & (
            col(_Before.month)
            == sqlalchemy.select(func.max(_earlier.month))
            .where(
                col(_earlier.unit_id) == col(Report.unit_id),
                col(_earlier.month) < col(Report.month),
            )
            .scalar_subquery()
        ),
    )
    .where(col(Report.id) == bindparam("report"), col(Report.unit_id) == bindparam("unit"))
)
_OWN_AND_HOLD: Any = _OWN.with_for_update(of=Report, key_share=True).execution_options(
    populate_existing=True
)
_FILES = (
    select(Evidence.indicator, func.count())
    .where(Evidence.report_id == bindparam("report"), col(Evidence.removed_at).is_(None))
    .group_by(col(Evidence.indicator))
)


def sheet(session: Session, actor: Actor, report_id: int, *, hold: bool = False) -> Sheet:
    """The report of the actor's own unit with all that is shown. A constant number of queries.

    ``hold`` locks its row until the transaction ends, for whoever is going to change it.
    """
    mine = actor.my_unit()
    query = _OWN_AND_HOLD if hold else _OWN
    row = session.execute(query, {"report": report_id, "unit": mine.id}).first()
    if row is None:
        raise NotFound("report_not_yours")
    report, sender, *before, has_files = row
    template = template_of(session, report.bloc_year_id, report.template_version)
    counts = session.exec(_FILES, params={"report": report_id}).all() if has_files else ()
    step, by, sent_values = _return(session, report)
    name = mine.short_name
    if report.state not in OPEN and report.sent_at is not None:
        name = name_at(session, report.unit_id, report.sent_at).short_name
    return Sheet(
        report=report,
        unit=mine,
        bloc=actor.here.bloc,
        year=session.get_one(BlocYear, report.bloc_year_id),
        template=template,
        values=compute(template, values_from_json(template, report.values)),
        last=_last(session, report.month, *before),
        now=actor.now,
        evidence=dict(counts),
        returned=step,
        returned_by=by,
        name=name,
        sent_values=sent_values,
        sender=sender or "",
        held=hold,
    )


def refreshed(known: Sheet, report: Report) -> Sheet:
    """The same after the report's values were changed; nothing else is read again."""
    values = compute(known.template, values_from_json(known.template, report.values))
    return replace(known, report=report, values=values)


def _last(
    session: Session,
    month: dt.date,
    before: dt.date | None,
    bloc_year_id: int,
    version: int,
    values: dict[str, str],
) -> Values:
    """The values of the report before, if that was of the month before."""
    if before != calendar.add_months(month, -1):
        return {}
    template = template_of(session, bloc_year_id, version)
    return compute(template, values_from_json(template, values))


def _return(session: Session, report: Report) -> tuple[ReportStep | None, str, Mapping[str, str]]:
    """By which step the report came back, from whom, and what had been sent."""
    if report.state is not ReportState.RETURNED:
        return None, "", {}
    row = session.exec(
        select(ReportStep, Unit.short_name)
        .join(Unit, col(Unit.id) == ReportStep.unit_id)
        .where(ReportStep.report_id == report.id, ReportStep.kind == StepKind.RETURNED)
        .order_by(col(ReportStep.id).desc())
        .limit(1)
    ).first()
    if row is None:
        return None, "", {}
    step, by = row
    sent = session.exec(
        select(ReportStep).where(
            ReportStep.report_id == report.id,
            ReportStep.kind == StepKind.SENT,
            ReportStep.round == step.round,
        )
    ).first()
    return step, by, sent.values if sent else {}
