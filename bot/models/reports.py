"""Monthly reports, what was sent and decided, and evidence."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.models.base import choice, json_list, json_object


class ReportState(StrEnum):
    """Draft → sent → in review → approved, or returned, which is a draft with marked fields."""

    DRAFT = "draft"
    SENT = "sent"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"


class Report(SQLModel, table=True):
    """One unit's report of one month; ``values`` maps indicator code to its canonical text.

    A canonical text is a decimal with a point (``1200.5``), an ISO date, or words. ``number`` is
    given at the first sending and stays. ``round`` counts sendings. ``marked`` are the codes that
    the reviewer returned. ``given`` are the figures that the register of models gave when the
    report was last opened (None: nothing), so that nobody types them.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("unit_id", "month"),
        UniqueConstraint("bloc_year_id", "number"),
        Index("ix_report_bloc_year_id_month_state", "bloc_year_id", "month", "state"),
        Index("ix_report_bloc_year_id_state", "bloc_year_id", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    bloc_year_id: int = Field(foreign_key="bloc_year.id")
    unit_id: int = Field(foreign_key="unit.id")
    month: dt.date
    template_version: int
    state: ReportState = choice(ReportState, ReportState.DRAFT)
    number: int | None = None
    round: int = 0
    values: dict[str, str] = json_object()
    given: dict[str, str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    marked: list[str] = json_list()
    due_at: dt.datetime
    first_sent_at: dt.datetime | None = None
    sent_at: dt.datetime | None = None
    sent_by: int | None = Field(default=None, foreign_key="person.id")
    late: bool = False
    review_started_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    created_at: dt.datetime
    changed_at: dt.datetime


class StepKind(StrEnum):
    """What can happen to a report after its draft."""

    SENT = "sent"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    RETURNED = "returned"


class ReportStep(SQLModel, table=True):
    """A sending, withdrawal or decision. Written once, never changed: the report's history.

    ``values`` is what was sent (for a sending) and ``marked`` the returned codes.
    """

    __tablename__ = "report_step"

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    round: int
    kind: StepKind = choice(StepKind)
    person_id: int = Field(foreign_key="person.id")
    unit_id: int = Field(foreign_key="unit.id")
    at: dt.datetime
    comment: str | None = None
    marked: list[str] = json_list()
    values: dict[str, str] = json_object()


class EvidenceKind(StrEnum):
    """How Telegram carries it."""

    PHOTO = "photo"
    DOCUMENT = "document"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"


class Evidence(SQLModel, table=True):
    """A picture or file to a row (``indicator``) or to the whole report (None).

    Telegram keeps the file (``file_id``); a worker stores a copy under its SHA-256.
    ``content_key`` is Telegram's stable identity of the content, the same in every chat.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_sha256", "sha256"),
        Index("ix_evidence_content_key", "content_key"),
    )

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    indicator: str | None = Field(default=None, max_length=64)
    kind: EvidenceKind = choice(EvidenceKind)
    file_id: str = Field(max_length=256)
    content_key: str = Field(max_length=64)
    file_name: str | None = Field(default=None, max_length=255)
    mime: str | None = Field(default=None, max_length=100)
    size: int | None = Field(default=None, sa_type=BigInteger)
    caption: str | None = Field(default=None, max_length=1024)
    sha256: str | None = Field(default=None, max_length=64)
    stored_at: dt.datetime | None = None
    failed: str | None = Field(default=None, max_length=64)
    added_by: int = Field(foreign_key="person.id")
    added_at: dt.datetime
    removed_at: dt.datetime | None = None
