"""Questions that other units ask about a model, and their answers, which stay on its card."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from bot.domain.names import clean
from bot.errors import Invalid, NotFound, Superseded
from bot.models import Model, ModelQuestion, Person, Unit
from bot.services import notices, register
from bot.services.access import Actor
from bot.services.register_card import keeper_of

#: Longest question or answer.
LIMIT: Final = 1000
#: Questions of one unit about one model that may wait for their answers.
MOST_WAITING: Final = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with who asked and who answered."""

    question: ModelQuestion
    unit: str
    person: str
    answered_by: str | None


@dataclass(frozen=True, slots=True)
class Questions:
    """All questions about a model; ``mine``: the reader's unit answers them."""

    model: Model
    asked: Sequence[Asked]
    mine: bool
    zone: ZoneInfo


def ask(session: Session, actor: Actor, model_id: int, text: str) -> ModelQuestion:
    """Ask another unit about its model; its people are told.

    Raises Invalid (``text_empty``, ``text_too_long``, ``model_own``, ``model_nobody``,
    ``model_questions_many``), Forbidden, NotFound.
    """
    may_ask(session, actor, model_id)
    body = _read(text)
    model = register.locked(session, actor, model_id)
    unit = actor.my_unit()
    waiting = session.exec(
        select(func.count())
        .select_from(ModelQuestion)
        .where(
            col(ModelQuestion.model_id) == model_id,
            col(ModelQuestion.unit_id) == unit.id,
            col(ModelQuestion.answer).is_(None),
        )
    ).one()
    if waiting >= MOST_WAITING:
        raise Invalid("model_questions_many", limit=MOST_WAITING)
    question = ModelQuestion(
        model_id=model_id,
        unit_id=unit.id or 0,
        person_id=actor.person.id or 0,
        body=body,
        at=actor.now,
    )
    session.add(question)
    session.flush()
    register.record(session, actor, model, "asked", question=question.id, asker=unit.id,
                    text=hashlib.sha256(body.encode()).hexdigest())  # fmt: skip
    keeper = keeper_of(session, model)
    notices.tell(
        session,
        notices.people_of_units(session, [keeper.id or 0] if keeper else []),
        "model_asked",
        ids={"question": question.id},
        key=f"model_question:{question.id}",
        now=actor.now,
    )
    return question


def may_ask(session: Session, actor: Actor, model_id: int) -> Model:
    """A model that the actor's unit can ask about. Raises as :func:`ask` does."""
    register.my_open_unit(actor)
    model = register.find(session, actor, model_id)
    if register.is_mine(session, actor, model):
        raise Invalid("model_own", number=model.number)
    if keeper_of(session, model) is None:
        raise Invalid("model_nobody", number=model.number)
    return model


def _read(text: str) -> str:
    body = clean(text, LIMIT, newlines=True)
    if not body:
        raise Invalid("text_empty")
    return body


def listing(session: Session, actor: Actor, model_id: int) -> Questions:
    """All questions about a model, those without an answer first, then the latest first."""
    model = register.find(session, actor, model_id)
    rows = session.exec(
        select(ModelQuestion, Unit.short_name, Person.name)
        .join(Unit, col(Unit.id) == col(ModelQuestion.unit_id))
        .join(Person, col(Person.id) == col(ModelQuestion.person_id))
        .where(col(ModelQuestion.model_id) == model_id)
        .order_by(col(ModelQuestion.id).desc())
    ).all()
    ids = {one.answered_by for one, _, _ in rows if one.answered_by}
    people = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids)))
    names: dict[int | None, str] = dict(people.all())
    asked = [Asked(one, unit, person, names.get(one.answered_by)) for one, unit, person in rows]
    asked.sort(key=lambda one: one.question.answer is not None)
    return Questions(model, asked, register.is_mine(session, actor, model), actor.zone)


def find(session: Session, actor: Actor, question_id: int) -> tuple[ModelQuestion, Model]:
    """A question about a model of the bloc. Raises NotFound(``model_no_question``), Forbidden."""
    bloc_id = actor.here.bloc.id
    question = session.get(ModelQuestion, question_id) if 0 < question_id < 2**31 else None
    model = session.get(Model, question.model_id) if question else None
    if question is None or model is None or model.bloc_id != bloc_id:
        raise NotFound("model_no_question")
    return question, model


def to_answer(session: Session, actor: Actor, question_id: int) -> tuple[ModelQuestion, Model]:
    """A question that the actor's unit still owes the answer to; its model is held.

    Raises NotFound, Forbidden, Superseded(``model_answered``).
    """
    question, model = find(session, actor, question_id)
    model = register.own(session, actor, model.id or 0)
    session.refresh(question)
    if question.answer is not None:
        raise Superseded("model_answered", number=model.number)
    return question, model


def answer(session: Session, actor: Actor, question_id: int, text: str) -> Model:
    """Answer a question about one's own model, once; the people who asked are told.

    Raises Invalid (``text_empty``, ``text_too_long``) and as :func:`to_answer` does.
    """
    question, model = to_answer(session, actor, question_id)
    question.answer = _read(text)
    question.answered_by, question.answered_at = actor.person.id, actor.now
    session.add(question)
    digest = hashlib.sha256(question.answer.encode()).hexdigest()
    register.record(session, actor, model, "answered", question=question.id, text=digest)
    asker = register.lineage(session, model.bloc_id).now(question.unit_id)
    notices.tell(
        session,
        notices.people_of_units(session, [asker]),
        "model_answered",
        ids={"question": question.id},
        key=f"model_answer:{question.id}",
        now=actor.now,
    )
    return model
