"""A model's card as everybody of the bloc reads it, with all that hangs on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from bot.domain.template import TemplateSpec
from bot.models import (
    ChangeState,
    Model,
    ModelChange,
    ModelPicture,
    ModelQuestion,
    ModelState,
    Person,
    Replication,
    Unit,
)
from bot.services import register
from bot.services.access import Actor


@dataclass(frozen=True, slots=True)
class Copy:
    """A unit that has taken the model over, and its own model that came of it."""

    model_id: int
    number: int
    unit: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class Event:
    """A change of state that was decided on, or that waits; with who asked and who decided."""

    change: ModelChange
    asked_by: str
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """A model with everything about it. ``keeper`` is the unit that keeps it now (None: none).

    ``origin`` is the model that it was taken over from. ``mine``: the reader's unit keeps it;
    ``taken``: the copy that the reader's unit has of it; ``ties``: they may say which movements it
    belongs to.
    """

    model: Model
    unit: Unit
    keeper: Unit | None
    origin: tuple[Model, Unit] | None
    copies: Sequence[Copy]
    taken: Copy | None
    pictures: int
    questions: int
    unanswered: int
    waiting: ModelChange | None
    mine: bool
    member: bool
    ties: bool
    template: TemplateSpec
    zone: ZoneInfo
    today: dt.date

    @property
    def missing(self) -> tuple[str, ...]:
        """Parts that hold nothing yet."""
        return register.missing(self.model)

    @property
    def may_ask(self) -> bool:
        """Whether the reader's unit can ask about it: there is somebody else to answer."""
        return self.member and not self.mine and self.keeper is not None

    @property
    def may_take(self) -> bool:
        """Whether the reader's unit can take it over."""
        return (
            self.member
            and not self.mine
            and self.taken is None
            and self.model.state is not ModelState.ENDED
        )


def keeper_of(session: Session, model: Model, line: register.Lineage | None = None) -> Unit | None:
    """The open unit that keeps a model now; None where its unit was closed."""
    line = line or register.lineage(session, model.bloc_id)
    unit = session.get_one(Unit, line.now(model.unit_id))
    return unit if unit.closed_at is None else None


def open_card(session: Session, actor: Actor, model_id: int) -> Card:
    """The card of a model of the bloc. Raises NotFound, Forbidden. A constant number of queries."""
    model = register.find(session, actor, model_id)
    line = register.lineage(session, model.bloc_id)
    mine = line.of(actor.unit.id or 0) if actor.unit else []
    origin = session.get(Model, model.origin_id) if model.origin_id else None
    copies = [
        Copy(copy.id or 0, copy.number, unit.short_name, unit.id or 0)
        for copy, unit in session.exec(
            select(Model, Unit)
            .join(Replication, col(Replication.copy_id) == col(Model.id))
            .join(Unit, col(Unit.id) == col(Model.unit_id))
            .where(col(Replication.model_id) == model_id)
            .order_by(col(Replication.id))
        )
    ]
    pictures = session.exec(
        select(func.count())
        .select_from(ModelPicture)
        .where(col(ModelPicture.model_id) == model_id, col(ModelPicture.removed_at).is_(None))
    ).one()
    questions, unanswered = session.exec(
        select(
            func.count(),
            func.coalesce(func.sum(case((col(ModelQuestion.answer).is_(None), 1), else_=0)), 0),
        )
        .select_from(ModelQuestion)
        .where(col(ModelQuestion.model_id) == model_id)
    ).one()
    return Card(
        model=model,
        unit=session.get_one(Unit, model.unit_id),
        keeper=keeper_of(session, model, line),
        origin=(origin, session.get_one(Unit, origin.unit_id)) if origin else None,
        copies=copies,
        taken=next((one for one in copies if one.unit_id in mine), None),
        pictures=pictures,
        questions=questions,
        unanswered=int(unanswered),
        waiting=waiting_change(session, model_id),
        mine=model.unit_id in mine,
        member=actor.unit is not None and actor.unit.closed_at is None,
        ties=model.unit_id in mine or actor.is_reviewer,
        template=register.template(session, actor),
        zone=actor.zone,
        today=actor.now.astimezone(actor.zone).date(),
    )


def waiting_change(session: Session, model_id: int) -> ModelChange | None:
    """The change of a model's state that waits for a decision, if any."""
    return session.exec(
        select(ModelChange).where(
            col(ModelChange.model_id) == model_id, col(ModelChange.state) == ChangeState.WAITING
        )
    ).first()


def history(session: Session, actor: Actor, model_id: int) -> tuple[Model, Sequence[Event]]:
    """A model's changes of state, the latest first. Raises NotFound, Forbidden."""
    model = register.find(session, actor, model_id)
    changes = session.exec(
        select(ModelChange)
        .where(col(ModelChange.model_id) == model_id)
        .order_by(col(ModelChange.id).desc())
    ).all()
    ids = {one for change in changes for one in (change.asked_by, change.decided_by) if one}
    rows = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids)))
    names = {person_id or 0: name for person_id, name in rows}
    return model, [
        Event(
            change,
            names.get(change.asked_by, ""),
            names.get(change.decided_by) if change.decided_by else None,
        )
        for change in changes
    ]
