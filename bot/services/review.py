"""Deciding on reports: what waits, the start of a review, approving, returning.

Reviewers are the leader's and the deputy's people. Nobody decides on a report of a unit where
they hold a seat: the leader's own unit is reviewed by the deputy, the deputy's by the leader.
The first decision holds; the rows of a report's history are written once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.domain.names import clean
from bot.errors import Expected, Forbidden, Invalid, NotFound, Superseded
from bot.models import (
    BlocYear,
    Person,
    Report,
    ReportState,
    ReportStep,
    Seat,
    StepKind,
    Unit,
)
from bot.services import audit, notices
from bot.services.access import Actor
from bot.services.figures import template_of

#: Most characters of a comment or a reason: it is quoted whole in a message.
COMMENT_LIMIT = 1000
#: States in which a report waits for a decision.
WAITING = (ReportState.SENT, ReportState.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report that waits for a decision, ``since`` and ``due`` by local days.

    ``stand_in``: this reviewer may decide, but it is first of all the other one's to do.
    """

    report_id: int
    number: int
    unit_id: int
    unit: str
    month: dt.date
    late: bool
    in_review: bool
    since: dt.date
    due: dt.date
    overdue: bool
    stand_in: bool


@dataclass(frozen=True, slots=True)
class Board:
    """What waits in a bloc-year: for this reviewer, and what of it is their own unit's.

    ``has_other``: there is another reviewer, who reviews one's own unit.
    """

    waiting: list[Waiting]
    own: list[Waiting]
    has_other: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision just taken or read from the history, with everyone named."""

    report: Report
    unit: Unit
    step: ReportStep


def pending(session: Session, actor: Actor) -> Board:
    """What waits for a decision, the oldest first; the deputy sees the leader's unit's first.

    What is left of earlier years is the present reviewers' too. Observers see everything and
    decide nothing. One query, whatever the number of reports.
    """
    actor.require_reader()
    year = actor.here.year
    rows = session.exec(
        select(Report, Unit)
        .join(Unit, col(Unit.id) == Report.unit_id)
        .where(col(Unit.bloc_id) == year.bloc_id, col(Report.state).in_(WAITING))
        .order_by(col(Report.sent_at), col(Report.number))
    )
    mine = actor.unit.id if actor.unit else None
    waiting: list[Waiting] = []
    own: list[Waiting] = []
    for report, unit in rows:
        one = _waiting(actor, year, report, unit)
        (own if unit.id == mine else waiting).append(one)
    waiting.sort(key=lambda one: one.stand_in)
    other = year.deputy_unit_id if actor.is_leader else year.leader_unit_id
    return Board(waiting, own, has_other=other is not None and other != mine)


def _waiting(actor: Actor, year: BlocYear, report: Report, unit: Unit) -> Waiting:
    since = _sent_day(actor, report)
    due = review_due(actor, report)
    # The deputy's own task is the leader's unit; everything else is done by the leader first.
    stand_in = actor.is_deputy and not actor.is_leader and unit.id != year.leader_unit_id
    return Waiting(
        report_id=report.id or 0,
        number=report.number or 0,
        unit_id=unit.id or 0,
        unit=unit.short_name,
        month=report.month,
        late=report.late,
        in_review=report.state is ReportState.IN_REVIEW,
        since=since,
        due=due,
        overdue=actor.now.astimezone(actor.zone).date() > due,
        stand_in=stand_in,
    )


def review_due(actor: Actor, report: Report) -> dt.date:
    """The local day by which a decision is expected: ``review_days`` after the sending."""
    return _sent_day(actor, report) + dt.timedelta(days=actor.here.year.review_days)


def _sent_day(actor: Actor, report: Report) -> dt.date:
    return (report.sent_at or report.changed_at).astimezone(actor.zone).date()


def refusal(session: Session, actor: Actor, report: Report, unit: Unit) -> Expected | None:
    """Why this person may not decide on this unit's report, or None where they may."""
    if not actor.is_reviewer:
        return Forbidden("reviewers_only")
    year = actor.here.year
    mine = actor.my_unit().id
    number = report.number or 0
    if unit.id == mine:
        other = year.deputy_unit_id if actor.is_leader else year.leader_unit_id
        if other is None or other == mine:
            code = "own_report_no_deputy" if actor.is_leader else "own_report_no_leader"
            return Forbidden(code, number=number)
        name = session.get_one(Unit, other).short_name
        return Forbidden("own_report", number=number, unit=name)
    seats = session.exec(
        select(Seat.id).where(
            col(Seat.person_id) == actor.person.id,
            col(Seat.unit_id) == unit.id,
            col(Seat.until).is_(None),
        )
    )
    if seats.first() is not None or report.sent_by == actor.person.id:
        return Forbidden("own_seat_report", number=number, unit=unit.short_name)
    return None


def start(session: Session, actor: Actor, report: Report, unit: Unit) -> None:
    """Begin the review of a locked report that was sent: its unit can't withdraw it any more."""
    if report.state is not ReportState.SENT:
        return
    report.state = ReportState.IN_REVIEW
    report.review_started_at = actor.now
    report.changed_at = actor.now
    session.add(report)
    audit.append(
        session,
        unit.bloc_id,
        "report.review_started",
        actor.now,
        person_id=actor.person.id,
        report=report.id,
        number=report.number,
        round=report.round,
    )


def approve(
    session: Session,
    actor: Actor,
    number: int | None,
    comment: str = "",
    *,
    report_id: int | None = None,
    seen_round: int | None = None,
) -> Decision:
    """Approve the report of this number (or of this id, where ``number`` is None), at once.

    ``seen_round`` is the sending that the person has looked at, where they have.
    Raises Forbidden, NotFound, Invalid (``comment_too_long``) or Superseded.
    """
    actor.require_reviewer()
    comment = tidy(comment)
    report, unit = find(session, actor, number, report_id)
    return _decide(session, actor, report, unit, StepKind.APPROVED, comment, (), seen_round)


def give_back(
    session: Session,
    actor: Actor,
    number: int | None,
    reason: str,
    marked: Iterable[str] = (),
    *,
    report_id: int | None = None,
    seen_round: int | None = None,
) -> Decision:
    """Return the report of this number (or id) with a reason and the codes to be corrected.

    The unit's form reopens with exactly these marked, or as a whole where none are. Raises as
    :func:`approve` does, and Invalid(``reason_needed``).
    """
    actor.require_reviewer()
    reason = tidy(reason)
    if not reason:
        raise Invalid("reason_needed")
    report, unit = find(session, actor, number, report_id)
    return _decide(session, actor, report, unit, StepKind.RETURNED, reason, marked, seen_round)


def tidy(comment: str) -> str:
    """A comment as it is kept. Raises Invalid(``comment_too_long``)."""
    kept = clean(comment, 4 * len(comment) + 1, newlines=True)
    if len(kept) > COMMENT_LIMIT:
        raise Invalid("comment_too_long", limit=COMMENT_LIMIT, length=len(kept))
    return kept


def locked(
    session: Session, actor: Actor, number: int | None, report_id: int | None = None
) -> tuple[Report, Unit]:
    """The report with this number of the present year, or with this id, and its unit.

    Only of the actor's bloc. Its row is held until the transaction ends. Raises
    NotFound(``no_report``), also for a draft that was never sent: others don't see those.
    """
    actor.require_reader()
    year = actor.here.year
    unknown = NotFound("no_report", number=number or 0, year=year.year)
    # What is typed may be longer than a database's integers.
    wanted = report_id if number is None else number
    if wanted is None or not 0 < wanted < 2**31:
        raise unknown
    which = (
        (col(Report.id) == report_id,)
        if number is None
        else (col(Report.bloc_year_id) == year.id, col(Report.number) == number)
    )
    report = session.exec(
        select(Report).where(*which).with_for_update().execution_options(populate_existing=True)
    ).first()
    if report is None or report.number is None:
        raise unknown
    unit = session.get_one(Unit, report.unit_id)
    if unit.bloc_id != year.bloc_id:
        raise unknown
    return report, unit


def find(
    session: Session, actor: Actor, number: int | None, report_id: int | None = None
) -> tuple[Report, Unit]:
    """The report of this number or id, held, which this reviewer may decide on now.

    Raises Forbidden, NotFound or Superseded with the decision that was taken.
    """
    actor.require_reviewer()
    report, unit = locked(session, actor, number, report_id)
    if (refused := refusal(session, actor, report, unit)) is not None:
        raise refused
    if report.state not in WAITING:
        raise _over(session, actor, report, unit)
    return report, unit


def _decide(
    session: Session,
    actor: Actor,
    report: Report,
    unit: Unit,
    kind: StepKind,
    comment: str,
    marked: Iterable[str],
    seen_round: int | None,
) -> Decision:
    if seen_round is not None and seen_round != report.round:
        raise Superseded("report_sent_again", number=report.number, unit=unit.short_name)
    template = template_of(session, report.bloc_year_id, report.template_version)
    codes = [one.code for one in template.inputs if one.code in set(marked)]
    approved = kind is StepKind.APPROVED
    step = ReportStep(
        report_id=report.id or 0,
        round=report.round,
        kind=kind,
        person_id=actor.person.id or 0,
        unit_id=actor.my_unit().id or 0,
        at=actor.now,
        comment=comment or None,
        marked=codes,
    )
    session.add(step)
    report.state = ReportState.APPROVED if approved else ReportState.RETURNED
    report.marked = codes
    report.decided_at = actor.now
    report.changed_at = actor.now
    if approved:
        report.review_started_at = report.review_started_at or actor.now
    else:
        # The next sending may be withdrawn again, until somebody starts to review that.
        report.review_started_at = None
    session.add(report)
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
        marked=codes,
        comment=hashlib.sha256(comment.encode()).hexdigest() if comment else None,
    )
    notices.tell(
        session,
        notices.people_of_units(session, [unit.id or 0]),
        f"report_{kind.value}",
        ids={"report": report.id, "round": report.round},
        key=f"report:{report.id}:{kind.value}:{report.round}",
        now=actor.now,
    )
    return Decision(report, unit, step)


def _over(session: Session, actor: Actor, report: Report, unit: Unit) -> Superseded:
    """Why nothing is to be decided any more: who decided and when, or that it was withdrawn."""
    step, person, by = session.exec(
        select(ReportStep, Person, Unit)
        .join(Person, col(Person.id) == ReportStep.person_id)
        .join(Unit, col(Unit.id) == ReportStep.unit_id)
        .where(col(ReportStep.report_id) == report.id)
        .order_by(col(ReportStep.id).desc())
        .limit(1)
    ).one()
    if step.kind not in (StepKind.APPROVED, StepKind.RETURNED):
        return Superseded("report_withdrawn", number=report.number, unit=unit.short_name)
    return Superseded(
        "already_approved" if step.kind is StepKind.APPROVED else "already_returned",
        number=report.number,
        unit=unit.short_name,
        person=person.name,
        by=by.short_name,
        at=step.at,
        zone=actor.zone,
        mine=person.id == actor.person.id,
    )
