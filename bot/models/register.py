"""The register of models and products, and the movements that they belong to."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.models.base import choice, json_object
from bot.models.reports import EvidenceKind


class ModelState(StrEnum):
    """A model's life. ``replicated``: kept up, and taken over by others."""

    NEW = "new"
    SUSTAINED = "sustained"
    REPLICATED = "replicated"
    ENDED = "ended"


class Model(SQLModel, table=True):
    """A unit's model with its product: the card that others read, ask about and take over.

    ``number`` is short and per bloc. ``field`` is one of the report's fields (economy, culture,
    …). ``card`` maps the card's other parts (problem, goal, method, area, people, resources,
    sustainability) to words. ``plain`` is name, product and unit folded for searching.
    ``origin_id`` is the model that this one replicates. ``since`` is the day its state holds from.
    """

    __tablename__ = "model"
    __table_args__ = (
        UniqueConstraint("bloc_id", "number"),
        Index("ix_model_bloc_id_state", "bloc_id", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    bloc_id: int = Field(foreign_key="bloc.id")
    unit_id: int = Field(foreign_key="unit.id", index=True)
    number: int
    name: str = Field(max_length=200)
    product: str = Field(default="", max_length=300)
    field: str = Field(default="", max_length=64)
    card: dict[str, str] = json_object()
    plain: str = Field(default="", max_length=600)
    state: ModelState = choice(ModelState, ModelState.NEW)
    since: dt.date
    origin_id: int | None = Field(default=None, foreign_key="model.id")
    created_by: int = Field(foreign_key="person.id")
    created_at: dt.datetime
    changed_at: dt.datetime


class ChangeState(StrEnum):
    """Whether a change of state was decided on."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


class ModelChange(SQLModel, table=True):
    """A change of a model's state: asked for by its unit, decided on by the leader.

    ``was`` is None for the beginning, which needs no decision. The approved ones, in order of
    ``since``, say which state a model had on any day.
    """

    __tablename__ = "model_change"
    __table_args__ = (Index("ix_model_change_model_id_since", "model_id", "since"),)

    id: int | None = Field(default=None, primary_key=True)
    model_id: int = Field(foreign_key="model.id")
    was: str | None = Field(default=None, max_length=20)
    becomes: ModelState = choice(ModelState)
    since: dt.date
    state: ChangeState = choice(ChangeState, ChangeState.WAITING)
    why: str | None = Field(default=None, max_length=500)
    asked_by: int = Field(foreign_key="person.id")
    asked_at: dt.datetime
    word: str | None = Field(default=None, max_length=500)
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    decided_at: dt.datetime | None = None


class ModelPicture(SQLModel, table=True):
    """A picture on a model's card. Telegram keeps the file; a worker stores a copy.

    ``kind``: a photo, or a picture that was sent as a file.
    """

    __tablename__ = "model_picture"

    id: int | None = Field(default=None, primary_key=True)
    model_id: int = Field(foreign_key="model.id", index=True)
    kind: EvidenceKind = choice(EvidenceKind)
    file_id: str = Field(max_length=256)
    content_key: str = Field(max_length=64)
    caption: str | None = Field(default=None, max_length=1024)
    size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = Field(default=None, max_length=64)
    stored_at: dt.datetime | None = None
    failed: str | None = Field(default=None, max_length=64)
    added_by: int = Field(foreign_key="person.id")
    added_at: dt.datetime
    removed_at: dt.datetime | None = None


class ModelQuestion(SQLModel, table=True):
    """What another unit asked about a model; the answer stays on its card."""

    __tablename__ = "model_question"

    id: int | None = Field(default=None, primary_key=True)
    model_id: int = Field(foreign_key="model.id", index=True)
    unit_id: int = Field(foreign_key="unit.id")
    person_id: int = Field(foreign_key="person.id")
    body: str = Field(max_length=1000)
    at: dt.datetime
    answer: str | None = Field(default=None, max_length=1000)
    answered_by: int | None = Field(default=None, foreign_key="person.id")
    answered_at: dt.datetime | None = None


class Replication(SQLModel, table=True):
    """A unit takes over another's model: ``copy_id`` is the model of its own that came of it."""

    __tablename__ = "replication"
    __table_args__ = (UniqueConstraint("model_id", "unit_id"),)

    id: int | None = Field(default=None, primary_key=True)
    model_id: int = Field(foreign_key="model.id")
    unit_id: int = Field(foreign_key="unit.id")
    copy_id: int = Field(foreign_key="model.id")
    person_id: int = Field(foreign_key="person.id")
    at: dt.datetime


class Movement(SQLModel, table=True):
    """A theme of one or several years to which models and reports of several blocs add up.

    Made in a bloc (``bloc_id``), whose leader and observers keep it.
    """

    __tablename__ = "movement"

    id: int | None = Field(default=None, primary_key=True)
    bloc_id: int = Field(foreign_key="bloc.id", index=True)
    name: str = Field(max_length=200)
    plain: str = Field(max_length=200)
    first_year: int
    last_year: int
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: dt.datetime
    ended_at: dt.datetime | None = None


class MovementBloc(SQLModel, table=True):
    """A bloc that takes part: the reports of its units in the movement's years count."""

    __tablename__ = "movement_bloc"
    __table_args__ = (UniqueConstraint("movement_id", "bloc_id"),)

    id: int | None = Field(default=None, primary_key=True)
    movement_id: int = Field(foreign_key="movement.id")
    bloc_id: int = Field(foreign_key="bloc.id", index=True)
    joined_by: int | None = Field(default=None, foreign_key="person.id")
    joined_at: dt.datetime


class MovementModel(SQLModel, table=True):
    """A model that belongs to a movement."""

    __tablename__ = "movement_model"
    __table_args__ = (UniqueConstraint("movement_id", "model_id"),)

    id: int | None = Field(default=None, primary_key=True)
    movement_id: int = Field(foreign_key="movement.id")
    model_id: int = Field(foreign_key="model.id", index=True)
    tied_by: int = Field(foreign_key="person.id")
    tied_at: dt.datetime
