"""Persons on their phones, the seats they hold, and the invitations that lead to a seat."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from bot.models.base import choice, telegram_id


class SeatRole(StrEnum):
    """What a person may do in a bloc. Leader and deputy are units, not persons."""

    SIGNATORY = "signatory"
    REPRESENTATIVE = "representative"
    OBSERVER = "observer"


class Person(SQLModel, table=True):
    """Somebody who wrote to the bot."""

    __tablename__ = "person"

    id: int | None = Field(default=None, primary_key=True)
    telegram_id: int = telegram_id(unique=True)
    name: str = Field(max_length=200)
    username: str | None = Field(default=None, max_length=64)
    language: str = Field(max_length=8)
    language_chosen: bool = False
    first_seen_at: dt.datetime
    blocked_at: dt.datetime | None = None
    #: The command menu that Telegram shows this person now, as a digest; see bot.menus.
    menu: str | None = Field(default=None, max_length=64)


class Seat(SQLModel, table=True):
    """A person's place in a bloc: at a unit, or as observer (no unit). Ended, never deleted.

    Of several open seats a person acts from the one with the latest ``chosen_at`` (``/bloc``).
    """

    __tablename__ = "seat"
    __table_args__ = (Index("ix_seat_unit_id_until", "unit_id", "until"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    bloc_id: int = Field(foreign_key="bloc.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    role: SeatRole = choice(SeatRole)
    since: dt.datetime
    chosen_at: dt.datetime
    until: dt.datetime | None = None


class Invitation(SQLModel, table=True):
    """A deep link to a seat. Only the hash of its secret is kept; it works once."""

    __tablename__ = "invitation"

    id: int | None = Field(default=None, primary_key=True)
    secret_hash: str = Field(max_length=64, unique=True)
    bloc_id: int = Field(foreign_key="bloc.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    role: SeatRole = choice(SeatRole)
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None = None
    used_at: dt.datetime | None = None
    used_by: int | None = Field(default=None, foreign_key="person.id")
