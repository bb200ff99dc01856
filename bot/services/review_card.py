"""What a reviewer sees of one report: what was sent, against last month, with its flags.

A card shows the latest *sending*, not the draft that a returned report has become: what others
read is what the unit has put its name to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from sqlmodel import Session, col, or_, select

from bot.domain.calendar import add_months
from bot.domain.report import (
    Difference,
    Problem,
    Value,
    check_all,
    compute,
    differences,
    values_from_json,
)
from bot.domain.template import TemplateSpec
from bot.errors import Expected, Superseded
from bot.models import BlocYear, Evidence, Person, Report, ReportState, ReportStep, StepKind, Unit
from bot.services import progress, register_figures, review
from bot.services.access import Actor
from bot.services.figures import template_of
from bot.services.progress import Progress

#: A figure that is so many times last month's, or that part of it, is pointed out …
_JUMP: Final = Decimal(3)
#: … unless both are so small that this happens by itself.
_SMALL: Final = Decimal(10)


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a report's history."""

    step: ReportStep
    person: str
    unit: str


@dataclass(frozen=True, slots=True)
class Twin:
    """The same file at another report of the bloc."""

    number: int
    unit: str
    month: dt.date


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence, and where else the same file was seen."""

    evidence: Evidence
    twins: tuple[Twin, ...]


@dataclass(frozen=True)
class Card:
    """Everything about a report that was sent.

    ``values`` and ``before`` (last month's, None where there is none) have their totals.
    ``refused`` says why this person may not decide, None where they may.
    """

    report: Report
    unit: Unit
    template: TemplateSpec
    sent: ReportStep
    values: Mapping[str, Value]
    before: Mapping[str, Value] | None
    changes: Mapping[str, Difference]
    jumps: tuple[str, ...]
    #: Figures that differ from the register of models: (code, the register's, the report's).
    registered: tuple[tuple[str, Decimal, Value], ...]
    problems: tuple[Problem, ...]
    history: Sequence[Event]
    evidence: Sequence[Proof]
    due: dt.date
    refused: Expected | None
    #: The unit's targets of that year by indicator, with what this report says.
    targets: Mapping[str, Progress] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """Whether a decision is still to be taken."""
        return self.report.state in review.WAITING

    @property
    def may_decide(self) -> bool:
        """Whether this person may take it."""
        return self.waits and self.refused is None

    def count(self, kind: StepKind) -> int:
        """How often this has happened to the report."""
        return sum(event.step.kind is kind for event in self.history)


def open_card(session: Session, actor: Actor, report_id: int) -> Card:
    """The card of a report of this bloc; a reviewer's opening starts the review.

    For reviewers and observers. Raises Forbidden, NotFound, or Superseded
    (``report_withdrawn``) while the unit has taken it back. The number of queries is constant.
    """
    actor.require_reader()
    report, unit = review.locked(session, actor, None, report_id)
    history = _history(session, report)
    if history[-1].step.kind is StepKind.WITHDRAWN:
        raise Superseded("report_withdrawn", number=report.number, unit=unit.short_name)
    refused = review.refusal(session, actor, report, unit)
    if refused is None:
        review.start(session, actor, report, unit)
    sent = next(event.step for event in reversed(history) if event.step.kind is StepKind.SENT)
    template = template_of(session, report.bloc_year_id, report.template_version)
    values = compute(template, values_from_json(template, sent.values))
    before = _last_month(session, report, template)
    changes = {} if before is None else _by_code(template, values, before)
    return Card(
        report=report,
        unit=unit,
        template=template,
        sent=sent,
        values=values,
        before=before,
        changes=changes,
        jumps=tuple(code for code, change in changes.items() if _is_jump(change)),
        registered=_registered(session, actor, report, unit, template, values),
        problems=tuple(check_all(template, values)),
        history=history,
        evidence=_evidence(session, report, unit, sent.at),
        due=review.review_due(actor, report),
        refused=refused,
        targets=_targets(session, actor, report, unit, values),
    )


def _targets(
    session: Session, actor: Actor, report: Report, unit: Unit, values: Mapping[str, Value]
) -> dict[str, Progress]:
    place = actor.here
    year = place.year
    if report.bloc_year_id != year.id:
        year = session.get_one(BlocYear, report.bloc_year_id)
    shown = (report.month, values)
    return progress.with_report(session, place.bloc, year, unit, actor.now, shown)


def _registered(
    session: Session,
    actor: Actor,
    report: Report,
    unit: Unit,
    template: TemplateSpec,
    values: Mapping[str, Value],
) -> tuple[tuple[str, Decimal, Value], ...]:
    """Where the figures and the register of models, as it is now, differ."""
    known = register_figures.of_month(session, unit, report.month, template, actor.zone)
    return tuple(
        (code, figure, values.get(code))
        for code, figure in known.items()
        if values.get(code) not in (figure, None)
    )


def _history(session: Session, report: Report) -> list[Event]:
    rows = session.exec(
        select(ReportStep, Person.name, Unit.short_name)
        .join(Person, col(Person.id) == ReportStep.person_id)
        .join(Unit, col(Unit.id) == ReportStep.unit_id)
        .where(col(ReportStep.report_id) == report.id)
        .order_by(col(ReportStep.id))
    )
    return [Event(step, person, unit) for step, person, unit in rows]


def _last_month(
    session: Session, report: Report, template: TemplateSpec
) -> Mapping[str, Value] | None:
    """What the unit sent for the month before; codes that this template doesn't know are left."""
    values = session.exec(
        select(ReportStep.values)
        .join(Report, col(Report.id) == ReportStep.report_id)
        .where(
            col(Report.unit_id) == report.unit_id,
            col(Report.month) == add_months(report.month, -1),
            col(Report.state) != ReportState.DRAFT,
            col(ReportStep.kind) == StepKind.SENT,
        )
        .order_by(col(ReportStep.id).desc())
        .limit(1)
    ).first()
    return None if values is None else compute(template, values_from_json(template, values))


def _by_code(
    template: TemplateSpec, values: Mapping[str, Value], before: Mapping[str, Value]
) -> dict[str, Difference]:
    return {one.code: one for one in differences(template, values, before)}


def _is_jump(change: Difference) -> bool:
    if change.before is None or change.now is None:
        return False
    if max(change.before, change.now) < _SMALL:
        return False
    return change.now >= change.before * _JUMP or change.now * _JUMP <= change.before


def _evidence(session: Session, report: Report, unit: Unit, at: dt.datetime) -> list[Proof]:
    """The evidence as it was when the report was sent, each with its twins in the bloc."""
    found = session.exec(
        select(Evidence)
        .where(
            col(Evidence.report_id) == report.id,
            col(Evidence.added_at) <= at,
            or_(col(Evidence.removed_at).is_(None), col(Evidence.removed_at) > at),
        )
        .order_by(col(Evidence.id))
    ).all()
    if not found:
        return []
    hashes = {one.sha256 for one in found if one.sha256}
    keys = {one.content_key for one in found}
    rows = session.exec(
        select(Evidence, Report, Unit)
        .join(Report, col(Report.id) == Evidence.report_id)
        .join(Unit, col(Unit.id) == Report.unit_id)
        .where(
            or_(col(Evidence.sha256).in_(hashes), col(Evidence.content_key).in_(keys)),
            col(Evidence.report_id) != report.id,
            col(Evidence.removed_at).is_(None),
            col(Unit.bloc_id) == unit.bloc_id,
            # What was never sent is the other unit's own business.
            col(Report.number).is_not(None),
        )
        .order_by(col(Report.month), col(Unit.id))
    ).all()
    return [
        Proof(
            one,
            tuple(
                dict.fromkeys(
                    Twin(report.number or 0, other.short_name, report.month)
                    for twin, report, other in rows
                    if twin.content_key == one.content_key
                    or (one.sha256 is not None and twin.sha256 == one.sha256)
                )
            ),
        )
        for one in found
    ]
