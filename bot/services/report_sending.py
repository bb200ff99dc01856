"""Sending a report to its reviewers, and taking it back until they begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.domain import calendar
from bot.domain.report import check_all, values_from_json
from bot.errors import Invalid, Superseded
from bot.models import Bloc, BlocYear, Person, Report, ReportState, ReportStep, StepKind, Unit
from bot.services import audit, notices, report_sheet, reports
from bot.services.access import Actor
from bot.services.figures import template_of


@dataclass(frozen=True, slots=True)
class Sending:
    """A sending or withdrawal as the history has it, with everyone named."""

    report: Report
    step: ReportStep
    unit: Unit
    person: Person
    zone: ZoneInfo

    @property
    def late(self) -> bool:
        """Whether this sending came after the deadline; correcting a returned report doesn't."""
        first = self.report.first_sent_at
        return calendar.is_late(self.step.at, self.report.due_at) and (
            first is None or first >= self.step.at
        )


def send(session: Session, actor: Actor, report_id: int) -> Report:
    """Send a report to its reviewers; it gets its number at the first time.

    Raises Superseded where somebody of the unit has sent it already, Invalid
    (``report_incomplete`` with ``count``) where something is missing or breaks a rule.
    """
    report = reports.locked(session, actor, report_id)
    reports.require_open(report)
    template = template_of(session, report.bloc_year_id, report.template_version)
    problems = check_all(template, values_from_json(template, report.values))
    if problems:
        raise Invalid("report_incomplete", count=len(problems))
    # The bloc before its year, as whoever changes the year does; the audit entry needs it anyway.
    session.exec(select(Bloc.id).where(Bloc.id == actor.here.bloc.id).with_for_update()).one()
    year = session.exec(
        select(BlocYear)
        .where(BlocYear.id == report.bloc_year_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    if report.number is None:
        year.last_number += 1
        report.number = year.last_number
        session.add(year)
    report.round += 1
    report.state = ReportState.SENT
    report.first_sent_at = report.first_sent_at or actor.now
    report.late = calendar.is_late(report.first_sent_at, report.due_at)
    report.sent_at, report.sent_by = actor.now, actor.person.id
    report.review_started_at = report.decided_at = None
    report.changed_at = actor.now
    session.add(report)
    _record(session, actor, report, StepKind.SENT)
    notices.tell(
        session,
        notices.people_of_units(session, _reviewing(actor.here.year, report)),
        "review_new",
        ids={"report": report.id, "round": report.round},
        key=f"review_new:{report.id}:{report.round}",
        now=actor.now,
    )
    return report


def _reviewing(year: BlocYear, report: Report) -> Sequence[int]:
    """The unit whose people review this report: the leader, the deputy for the leader's own.

    ``year`` is the bloc's present one, for a report of an earlier year too.
    """
    leader, deputy = year.leader_unit_id, year.deputy_unit_id
    wanted = deputy if report.unit_id == leader else leader
    return [wanted] if wanted is not None else []


def withdraw(session: Session, actor: Actor, report_id: int) -> Report:
    """Take a sent report back, until its review has started; it can be changed and sent again.

    One that had been returned before is a returned one again. Raises Superseded.
    """
    report = reports.locked(session, actor, report_id)
    if report.state is not ReportState.SENT or report.review_started_at is not None:
        if report.state in report_sheet.OPEN:
            raise Superseded("report_not_sent")
        raise Superseded("report_in_review", number=report.number)
    returned = session.exec(
        select(ReportStep.id)
        .where(ReportStep.report_id == report_id, ReportStep.kind == StepKind.RETURNED)
        .limit(1)
    ).first()
    if returned is None:
        # Nobody has looked at it: what counts for the deadline is the next sending.
        report.state = ReportState.DRAFT
        report.first_sent_at, report.late = None, False
    else:
        report.state = ReportState.RETURNED
    report.changed_at = actor.now
    session.add(report)
    _record(session, actor, report, StepKind.WITHDRAWN)
    return report


def _record(session: Session, actor: Actor, report: Report, kind: StepKind) -> None:
    """The step in the report's history, the entry in the audit chain, the unit's confirmation."""
    unit = actor.my_unit()
    session.add(
        ReportStep(
            report_id=report.id or 0,
            round=report.round,
            kind=kind,
            person_id=actor.person.id or 0,
            unit_id=unit.id or 0,
            at=actor.now,
            values=dict(report.values) if kind is StepKind.SENT else {},
        )
    )
    details: dict[str, object] = {"late": report.late} if kind is StepKind.SENT else {}
    audit.append(
        session,
        unit.bloc_id,
        f"report.{kind.value}",
        actor.now,
        person_id=actor.person.id,
        report=report.id,
        number=report.number,
        unit=unit.id,
        month=f"{report.month:%Y-%m}",
        round=report.round,
        **details,
    )
    notices.tell(
        session,
        notices.people_of_units(session, [unit.id or 0]),
        f"report_{kind.value}",
        ids={"report": report.id, "round": report.round},
        key=f"report:{report.id}:{kind.value}:{report.round}",
        now=actor.now,
        priority=0,
    )


def sending(session: Session, report_id: int, round_: int, kind: StepKind) -> Sending | None:
    """The sending or withdrawal of a round, from the history."""
    row = session.exec(
        select(Report, ReportStep, Unit, Person)
        .join(ReportStep, col(ReportStep.report_id) == Report.id)
        .join(Unit, col(Unit.id) == Report.unit_id)
        .join(Person, col(Person.id) == ReportStep.person_id)
        .where(Report.id == report_id, ReportStep.round == round_, ReportStep.kind == kind)
    ).first()
    if row is None:
        return None
    report, step, unit, person = row
    bloc = session.get_one(Bloc, unit.bloc_id)
    return Sending(report, step, unit, person, ZoneInfo(bloc.timezone))
