"""The machine room's rows: updates done, messages out, jobs, forms, the audit chain."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.models.base import choice, json_object


class DoneUpdate(SQLModel, table=True):
    """An update whose effect is committed. ``reply`` is what is still to be shown, then null."""

    __tablename__ = "done_update"
    __table_args__ = (Index("ix_done_update_at", "at"),)

    update_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: dt.datetime
    reply: dict[str, object] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class ParkedUpdate(SQLModel, table=True):
    """An update of somebody who sends faster than is worked off, kept until its turn."""

    __tablename__ = "parked_update"
    __table_args__ = (Index("ix_parked_update_telegram_id", "telegram_id", "update_id"),)

    update_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    telegram_id: int = Field(sa_type=BigInteger)
    body: dict[str, object] = json_object()
    at: dt.datetime


class DeadLetter(SQLModel, table=True):
    """An update that failed again and again. Its content is kept for whoever mends the fault."""

    __tablename__ = "dead_letter"

    update_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    telegram_id: int | None = Field(default=None, sa_type=BigInteger)
    body: dict[str, object] = json_object()
    error_id: str = Field(max_length=16)
    error: str = Field(max_length=200)
    at: dt.datetime


class OutState(StrEnum):
    """A message's way: waiting, sent, dropped as pointless, failed for good."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"


class OutMessage(SQLModel, table=True):
    """A message that must arrive: kind and ids, worded at sending time. Unique by dedupe key."""

    __tablename__ = "out_message"
    __table_args__ = (Index("ix_out_message_state_next_at", "state", "next_at"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str = Field(max_length=40)
    ids: dict[str, object] = json_object()
    dedupe_key: str = Field(max_length=120, unique=True)
    #: 0: an answer somebody waits for; 1: news; 2: a wave to many.
    priority: int = 1
    state: OutState = choice(OutState, OutState.WAITING)
    next_at: dt.datetime
    attempts: int = 0
    claimed_until: dt.datetime | None = None
    created_at: dt.datetime
    done_at: dt.datetime | None = None
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    error: str | None = Field(default=None, max_length=200)


class JobState(StrEnum):
    """A job's way."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Job(SQLModel, table=True):
    """Work that takes time and is done outside an update: a file fetched, a table read."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_next_at", "state", "next_at"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    ids: dict[str, object] = json_object()
    dedupe_key: str = Field(max_length=120, unique=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    state: JobState = choice(JobState, JobState.WAITING)
    next_at: dt.datetime
    attempts: int = 0
    claimed_until: dt.datetime | None = None
    created_at: dt.datetime
    done_at: dt.datetime | None = None
    error: str | None = Field(default=None, max_length=200)


class Form(SQLModel, table=True):
    """Where a person is in a form. One row a person; ``version`` is in every button.

    ``subject`` is the id of what the form is about (a report). ``card_id`` is Telegram's number
    of the message that shows the form, edited in place.
    """

    __tablename__ = "form"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    feature: str = Field(max_length=24)
    step: str = Field(max_length=40)
    subject: int | None = None
    draft: dict[str, object] = json_object()
    version: int = 1
    card_id: int | None = Field(default=None, sa_type=BigInteger)
    changed_at: dt.datetime


class AuditEntry(SQLModel, table=True):
    """A durable act in a bloc's hash chain. ``body`` holds ids and figures, no personal texts."""

    __tablename__ = "audit_entry"
    __table_args__ = (UniqueConstraint("bloc_id", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    bloc_id: int = Field(foreign_key="bloc.id")
    seq: int
    at: dt.datetime
    person_id: int | None = Field(default=None, foreign_key="person.id")
    action: str = Field(max_length=40)
    body: dict[str, object] = json_object()
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)
