"""A person's own affairs: language, which seat they act from, what is kept about them, leaving."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import Session, col, delete, select, update

from bot.errors import Invalid, NotFound
from bot.i18n import KNOWN_LANGUAGES
from bot.models import (
    Adoption,
    Bloc,
    BlocYear,
    DeadLetter,
    Evidence,
    Model,
    ModelQuestion,
    OutMessage,
    OutState,
    Person,
    ReportStep,
    Seat,
    StepKind,
    TextComment,
    Unit,
)
from bot.services import audit, forms, invitations, notices
from bot.services.access import Actor

#: What stands where the name of a person stood who has left.
NOBODY = "—"


@dataclass(frozen=True, slots=True)
class Held:
    """A seat that a person holds, or held until ``seat.until``."""

    seat: Seat
    bloc: Bloc
    unit: Unit | None
    office: str | None


def choose_language(session: Session, person: Person, code: str) -> None:
    """Keep the language that the person chose. Raises Invalid(``language_unknown``)."""
    if code not in KNOWN_LANGUAGES:
        raise Invalid("language_unknown")
    person.language, person.language_chosen = code, True
    session.add(person)


def seats_of(session: Session, person_id: int, *, ended: bool = False) -> list[Held]:
    """The seats of a person, oldest first; with ``ended`` also those they no longer hold."""
    query = (
        select(Seat, Bloc, Unit, BlocYear)
        .join(Bloc, col(Bloc.id) == col(Seat.bloc_id))
        .outerjoin(Unit, col(Unit.id) == col(Seat.unit_id))
        .join(
            BlocYear,
            (col(BlocYear.bloc_id) == col(Bloc.id)) & (col(BlocYear.year) == col(Bloc.year)),
        )
        .where(col(Seat.person_id) == person_id)
        .order_by(col(Seat.id))
    )
    if not ended:
        query = query.where(col(Seat.until).is_(None))
    held = []
    for seat, bloc, unit, year in session.exec(query):
        office = None
        if unit is not None and seat.until is None:
            office = {year.leader_unit_id: "leader", year.deputy_unit_id: "deputy"}.get(unit.id)
        held.append(Held(seat, bloc, unit, office))
    return held


def switch(session: Session, actor: Actor, seat_id: int) -> None:
    """Act from another of the actor's own seats. Raises NotFound(``seat_unknown``)."""
    seat = session.get(Seat, seat_id)
    if seat is None or seat.person_id != actor.person.id or seat.until is not None:
        raise NotFound("seat_unknown")
    invitations.act_from(session, seat, actor.now)
    # An open form belongs to the seat that it was opened from; its draft is kept there.
    forms.leave(session, actor.person.id or 0, actor.now)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept about a person, the seats they have left too.

    ``signatures``: under the pact and approvals of other texts, also withdrawn ones and those of
    old versions. ``questions``: asked and answered ones.
    """

    person: Person
    seats: tuple[Held, ...]
    reports: int
    evidence: int
    comments: int
    signatures: int
    models: int
    questions: int


def kept(session: Session, actor: Actor) -> Kept:
    """Everything kept about the actor, for themselves."""
    person_id = actor.person.id or 0
    counted = (
        select(func.count()).where(
            col(ReportStep.person_id) == person_id, col(ReportStep.kind) == StepKind.SENT
        ),
        select(func.count()).where(col(Evidence.added_by) == person_id),
        select(func.count()).where(col(TextComment.person_id) == person_id),
        select(func.count()).where(col(Adoption.person_id) == person_id),
        select(func.count()).where(col(Model.created_by) == person_id),
        select(func.count()).where(
            or_(
                col(ModelQuestion.person_id) == person_id,
                col(ModelQuestion.answered_by) == person_id,
            )
        ),
    )
    columns: Any = [one.scalar_subquery() for one in counted]
    reports, evidence, comments, signatures, models, questions = session.execute(
        select(*columns)
    ).one()
    return Kept(
        person=actor.person,
        seats=tuple(seats_of(session, person_id, ended=True)),
        reports=reports,
        evidence=evidence,
        comments=comments,
        signatures=signatures,
        models=models,
        questions=questions,
    )


def leave(session: Session, actor: Actor) -> None:
    """End all of the actor's seats and forget who they were.

    Name, username and Telegram's number are erased: whoever comes back by an invitation is a new
    person. Reports, decisions and the audit chain keep the bare id. The leader's people hear of
    every unit that was left.
    """
    person = actor.person
    person_id = person.id or 0
    # By bloc, so that two who leave the same ones lock them in the same order.
    held = sorted(seats_of(session, person_id), key=lambda one: one.bloc.id or 0)
    for one in held:
        one.seat.until = actor.now
        session.add(one.seat)
    session.flush()
    for one in held:
        audit.append(
            session,
            one.bloc.id or 0,
            "seat.left",
            actor.now,
            person_id=person_id,
            seat=one.seat.id,
            unit=one.seat.unit_id,
        )
        leaders = notices.people_of_units(session, invitations.leading(session, one.bloc))
        notices.tell(
            session,
            set(leaders) - {person_id},
            "left",
            ids={"seat": one.seat.id},
            key=f"left:{one.seat.id}",
            now=actor.now,
        )
    _forget(session, person, actor.now)


def _forget(session: Session, person: Person, now: dt.datetime) -> None:
    person_id = person.id or 0
    forms.forget(session, person_id, now)
    session.exec(
        update(OutMessage)
        .where(col(OutMessage.person_id) == person_id, col(OutMessage.state) == OutState.WAITING)
        .values(state=OutState.DROPPED, done_at=now)
    )
    session.exec(delete(DeadLetter).where(col(DeadLetter.telegram_id) == person.telegram_id))
    person.name, person.username, person.menu = NOBODY, None, None
    # Telegram's numbers of persons are positive: this one is nobody's.
    person.telegram_id = -person_id
    session.add(person)
