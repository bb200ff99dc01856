"""What the messages about sent and decided reports need to know when they are worded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, or_, select

from bot.domain.template import TemplateSpec
from bot.models import (
    Bloc,
    BlocYear,
    Person,
    Report,
    ReportState,
    ReportStep,
    Seat,
    StepKind,
    Unit,
)
from bot.services.figures import template_of
from bot.services.review import WAITING


@dataclass(frozen=True, slots=True)
class Arrived:
    """A report that has come and still waits."""

    report_id: int
    number: int
    unit: str
    month: dt.date
    late: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision that still stands. ``by`` names the deciding unit."""

    report_id: int
    number: int
    unit: str
    month: dt.date
    kind: StepKind
    by: str
    at: dt.datetime
    comment: str | None
    marked: tuple[str, ...]
    template: TemplateSpec
    timezone: str


def still_waiting(
    session: Session, person: Person, ids: Iterable[Mapping[str, Any]]
) -> list[Arrived]:
    """Of these sendings (report, round) those that wait and that this person may decide on."""
    rounds = {int(one["report"]): int(one["round"]) for one in ids}
    rows = session.exec(
        select(Report, Unit)
        .join(Unit, col(Unit.id) == Report.unit_id)
        .join(Bloc, col(Bloc.id) == Unit.bloc_id)
        .join(BlocYear, (col(BlocYear.bloc_id) == Bloc.id) & (col(BlocYear.year) == Bloc.year))
        .join(
            Seat,
            (col(Seat.person_id) == person.id)
            & col(Seat.until).is_(None)
            & or_(
                col(Seat.unit_id) == BlocYear.leader_unit_id,
                col(Seat.unit_id) == BlocYear.deputy_unit_id,
            ),
        )
        .where(
            col(Report.id).in_(list(rounds)),
            col(Report.state).in_(WAITING),
            col(Report.unit_id) != Seat.unit_id,
        )
        .order_by(col(Report.number))
    )
    found = {
        report.id: Arrived(
            report.id or 0, report.number or 0, unit.short_name, report.month, report.late
        )
        for report, unit in rows
        if rounds[report.id or 0] == report.round
    }
    return list(found.values())


def outcome(session: Session, person: Person, ids: Mapping[str, Any]) -> Outcome | None:
    """The decision on a sending (report, round), or None where it has become pointless.

    So it is when the report has been sent again since, or the person has left the unit.
    """
    row = session.exec(
        select(Report, ReportStep, Bloc.timezone)
        .join(ReportStep, col(ReportStep.report_id) == Report.id)
        .join(BlocYear, col(BlocYear.id) == Report.bloc_year_id)
        .join(Bloc, col(Bloc.id) == BlocYear.bloc_id)
        .join(
            Seat,
            (col(Seat.person_id) == person.id)
            & (col(Seat.unit_id) == Report.unit_id)
            & col(Seat.until).is_(None),
        )
        .where(
            col(Report.id) == int(ids["report"]),
            col(Report.round) == int(ids["round"]),
            col(Report.state).in_((ReportState.APPROVED, ReportState.RETURNED)),
            col(ReportStep.round) == Report.round,
            col(ReportStep.kind).in_((StepKind.APPROVED, StepKind.RETURNED)),
        )
        .order_by(col(ReportStep.id).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    report, step, timezone = row
    return Outcome(
        report_id=report.id or 0,
        number=report.number or 0,
        unit=session.get_one(Unit, report.unit_id).short_name,
        month=report.month,
        kind=step.kind,
        by=session.get_one(Unit, step.unit_id).short_name,
        at=step.at,
        comment=step.comment,
        marked=tuple(step.marked),
        template=template_of(session, report.bloc_year_id, report.template_version),
        timezone=timezone,
    )
