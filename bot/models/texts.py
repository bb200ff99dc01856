"""The regulation, the action plan and the pact: drafts, versions, comments, who adopted them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.models.base import choice, json_object


class TextKind(StrEnum):
    """The texts that a bloc adopts for a year."""

    REGULATION = "regulation"
    PLAN = "plan"
    PACT = "pact"


class TextState(StrEnum):
    """A draft is its authors' own; open for comments, every unit sees it; published, it is none.

    A published text that is worked on again is a draft once more; its versions stay.
    """

    DRAFT = "draft"
    COMMENTING = "commenting"
    PUBLISHED = "published"


class BlocText(SQLModel, table=True):
    """A text of a bloc-year as it is worked on. ``version`` is the one in force, 0 for none.

    ``body`` is plain text, a paragraph a line. ``round`` counts how often it was put up for
    comment; ``revision`` every change of the body, so that two authors don't overwrite each other.
    """

    __tablename__ = "bloc_text"
    __table_args__ = (UniqueConstraint("bloc_year_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    bloc_year_id: int = Field(foreign_key="bloc_year.id")
    kind: TextKind = choice(TextKind)
    state: TextState = choice(TextState, TextState.DRAFT)
    body: str = Field(sa_column=Column(Text, nullable=False))
    revision: int = 1
    round: int = 0
    version: int = 0
    changed_by: int | None = Field(default=None, foreign_key="person.id")
    changed_at: dt.datetime


class TextVersion(SQLModel, table=True):
    """What was published. Written once, never changed; ``sha256`` is of the body in UTF-8.

    ``why`` tells the units why there is a new version (None for the first).
    """

    __tablename__ = "text_version"
    __table_args__ = (UniqueConstraint("text_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    text_id: int = Field(foreign_key="bloc_text.id")
    version: int
    body: str = Field(sa_column=Column(Text, nullable=False))
    sha256: str = Field(max_length=64)
    why: str | None = Field(default=None, max_length=1000)
    published_by: int = Field(foreign_key="person.id")
    published_at: dt.datetime
    #: When the last unit adopted it.
    complete_at: dt.datetime | None = None


class CommentVerdict(StrEnum):
    """What the leader made of a comment."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"


class TextComment(SQLModel, table=True):
    """A unit's comment on a paragraph (None: the whole text), and what became of it.

    ``quote`` is the paragraph as it stood: later drafts may have moved or dropped it.
    """

    __tablename__ = "text_comment"
    __table_args__ = (Index("ix_text_comment_text_id_round", "text_id", "round"),)

    id: int | None = Field(default=None, primary_key=True)
    text_id: int = Field(foreign_key="bloc_text.id")
    round: int
    paragraph: int | None = None
    quote: str = Field(default="", max_length=400)
    unit_id: int = Field(foreign_key="unit.id")
    person_id: int = Field(foreign_key="person.id")
    body: str = Field(max_length=1000)
    at: dt.datetime
    verdict: CommentVerdict = choice(CommentVerdict, CommentVerdict.OPEN)
    word: str | None = Field(default=None, max_length=500)
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    decided_at: dt.datetime | None = None


class Adoption(SQLModel, table=True):
    """A unit's approval of a regulation or plan, or its signature under the pact.

    Names are those of the moment. ``commitment`` is what a pact was signed with (targets, models
    and products) and ``commitment_hash`` the SHA-256 of its canonical JSON. One that stands a unit
    and version; a withdrawn one stays as history.
    """

    __tablename__ = "adoption"
    __table_args__ = (
        Index(
            "uq_adoption_version_id_unit_id_standing",
            "version_id",
            "unit_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="text_version.id")
    unit_id: int = Field(foreign_key="unit.id", index=True)
    unit_name: str = Field(max_length=200)
    person_id: int = Field(foreign_key="person.id")
    person_name: str = Field(max_length=100)
    post: str = Field(max_length=100)
    at: dt.datetime
    commitment: dict[str, object] = json_object()
    commitment_hash: str = Field(default="", max_length=64)
    withdrawn_at: dt.datetime | None = None
    withdrawn_by: int | None = Field(default=None, foreign_key="person.id")
    withdrawn_why: str | None = Field(default=None, max_length=500)


class Target(SQLModel, table=True):
    """What a unit plans to reach in the year for an indicator; ``planned`` is a canonical decimal.

    For a flow the year's sum, for a stock the state at the year's end.
    """

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("bloc_year_id", "unit_id", "indicator"),)

    id: int | None = Field(default=None, primary_key=True)
    bloc_year_id: int = Field(foreign_key="bloc_year.id")
    unit_id: int = Field(foreign_key="unit.id")
    indicator: str = Field(max_length=64)
    planned: str = Field(max_length=32)
    changed_by: int = Field(foreign_key="person.id")
    changed_at: dt.datetime
