"""Blocs, their years, their member units and the names that units had."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.models.base import choice, json_object


class BlocKind(StrEnum):
    """A bloc and a cluster are the same thing of another kind."""

    BLOC = "bloc"
    CLUSTER = "cluster"


class Bloc(SQLModel, table=True):
    """A standing group of member units. ``audit_seq`` and ``audit_hash`` are its chain's head."""

    __tablename__ = "bloc"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200)
    kind: BlocKind = choice(BlocKind, BlocKind.BLOC)
    province: str | None = Field(default=None, max_length=100)
    timezone: str = Field(max_length=64)
    language: str = Field(max_length=8)
    year: int
    created_at: dt.datetime
    audit_seq: int = 0
    audit_hash: str = Field(default="", max_length=64)


class BlocYear(SQLModel, table=True):
    """One year of a bloc: who leads, the template in force, the numbers given out.

    ``due_day`` is the day of the month on which a report is due (month ends clamp);
    ``review_days`` is how long the leader has. Short numbers are per bloc-year. ``papers`` is what
    the year's texts and documents are filled with: ``themes`` and ``legal_basis`` (lists of words),
    ``issuer`` and ``parent`` (the bodies in a document's head), ``place``.
    """

    __tablename__ = "bloc_year"
    __table_args__ = (UniqueConstraint("bloc_id", "year"),)

    id: int | None = Field(default=None, primary_key=True)
    bloc_id: int = Field(foreign_key="bloc.id")
    year: int
    leader_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    deputy_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    template_version: int = 1
    due_day: int = 25
    review_days: int = 5
    last_number: int = 0
    papers: dict[str, object] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    opened_at: dt.datetime


class Template(SQLModel, table=True):
    """A version of a bloc-year's indicators and rules; a report keeps the one it began with.

    ``spec`` is :class:`bot.domain.template.TemplateSpec` as JSON.
    """

    __tablename__ = "template"
    __table_args__ = (UniqueConstraint("bloc_year_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    bloc_year_id: int = Field(foreign_key="bloc_year.id")
    version: int
    spec: dict[str, object] = json_object()
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: dt.datetime


class Unit(SQLModel, table=True):
    """A member unit under its present name. ``closed_at`` ends its duties, not its history."""

    __tablename__ = "unit"
    __table_args__ = (Index("ix_unit_bloc_id_closed_at", "bloc_id", "closed_at"),)

    id: int | None = Field(default=None, primary_key=True)
    bloc_id: int = Field(foreign_key="bloc.id")
    name: str = Field(max_length=200)
    short_name: str = Field(max_length=40)
    staff: int | None = None
    joined_at: dt.datetime
    closed_at: dt.datetime | None = None
    merged_into_id: int | None = Field(default=None, foreign_key="unit.id")


class UnitName(SQLModel, table=True):
    """A name that a unit had from a moment on: history stays under the name of its time."""

    __tablename__ = "unit_name"

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    name: str = Field(max_length=200)
    short_name: str = Field(max_length=40)
    since: dt.datetime
