"""What the messages about models need to know when they are worded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, or_, select

from bot.models import (
    Bloc,
    BlocYear,
    ChangeState,
    Model,
    ModelChange,
    ModelQuestion,
    ModelState,
    Person,
    Seat,
    Unit,
)
from bot.services import notices, register


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change of state that waits for this person's decision."""

    change_id: int
    number: int
    name: str
    unit: str
    becomes: ModelState


@dataclass(frozen=True, slots=True)
class News:
    """A model that something has happened to, with its unit and what it was."""

    model: Model
    unit: Unit
    change: ModelChange | None = None
    question: ModelQuestion | None = None
    copy: Model | None = None
    by: str = ""


def to_decide(session: Session, person: Person, ids: Iterable[Mapping[str, Any]]) -> list[Waiting]:
    """Of these changes those that wait and that this person may decide on. One query."""
    rows = session.exec(
        select(ModelChange, Model, Unit)
        .join(Model, col(Model.id) == col(ModelChange.model_id))
        .join(Unit, col(Unit.id) == col(Model.unit_id))
        .join(Bloc, col(Bloc.id) == col(Model.bloc_id))
        .join(
            BlocYear,
            (col(BlocYear.bloc_id) == col(Bloc.id)) & (col(BlocYear.year) == col(Bloc.year)),
        )
        .join(
            Seat,
            (col(Seat.person_id) == person.id)
            & col(Seat.until).is_(None)
            & or_(
                col(Seat.unit_id) == col(BlocYear.leader_unit_id),
                col(Seat.unit_id) == col(BlocYear.deputy_unit_id),
            ),
        )
        .where(
            col(ModelChange.id).in_([int(one["change"]) for one in ids]),
            col(ModelChange.state) == ChangeState.WAITING,
            col(ModelChange.asked_by) != person.id,
            col(Model.unit_id) != col(Seat.unit_id),
        )
        .order_by(col(ModelChange.id))
    )
    found = {
        change.id: Waiting(
            change.id or 0, model.number, model.name, unit.short_name, change.becomes
        )
        for change, model, unit in rows
    }
    return list(found.values())


def _kept(session: Session, person: Person, model: Model) -> bool:
    """Whether this person now sits at the unit that keeps the model."""
    unit_id = register.lineage(session, model.bloc_id).now(model.unit_id)
    return notices.sits(session, person, unit_id=unit_id)


def decided(session: Session, person: Person, ids: Mapping[str, Any]) -> News | None:
    """The decision on a change; None for whoever has left the model's unit."""
    change = session.get_one(ModelChange, int(ids["change"]))
    model = session.get_one(Model, change.model_id)
    if change.state is ChangeState.WAITING or not _kept(session, person, model):
        return None
    by = session.get_one(Person, change.decided_by)
    return News(model, session.get_one(Unit, model.unit_id), change=change, by=by.name)


def asked(session: Session, person: Person, ids: Mapping[str, Any]) -> News | None:
    """A question that still waits for an answer of this person's unit."""
    question = session.get_one(ModelQuestion, int(ids["question"]))
    model = session.get_one(Model, question.model_id)
    if question.answer is not None or not _kept(session, person, model):
        return None
    unit = session.get_one(Unit, question.unit_id)
    return News(model, unit, question=question)


def answered(session: Session, person: Person, ids: Mapping[str, Any]) -> News | None:
    """The answer to a question of this person's unit."""
    question = session.get_one(ModelQuestion, int(ids["question"]))
    model = session.get_one(Model, question.model_id)
    asker = register.lineage(session, model.bloc_id).now(question.unit_id)
    if not notices.sits(session, person, unit_id=asker):
        return None
    return News(model, session.get_one(Unit, model.unit_id), question=question)


def taken(session: Session, person: Person, ids: Mapping[str, Any]) -> News | None:
    """Another unit has taken over a model of this person's unit."""
    model = session.get_one(Model, int(ids["model"]))
    if not _kept(session, person, model):
        return None
    copy = session.get_one(Model, int(ids["copy"]))
    return News(model, session.get_one(Unit, copy.unit_id), copy=copy)


def incomplete(session: Session, person: Person, ids: Mapping[str, Any]) -> News | None:
    """A model of this person's unit whose card still isn't complete."""
    model = session.get_one(Model, int(ids["model"]))
    if model.state is ModelState.ENDED or not register.missing(model):
        return None
    if not _kept(session, person, model):
        return None
    return News(model, session.get_one(Unit, model.unit_id))
