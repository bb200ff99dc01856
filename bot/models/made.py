"""Files that the bot makes: documents and pictures, kept by what they are made from."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel


class Made(SQLModel, table=True):
    """A file that was made. ``key`` is the SHA-256 of everything that went into it.

    The content lies in the evidence store under ``sha256``; ``file_id`` is Telegram's, once it
    was sent to anybody.
    """

    __tablename__ = "made"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=120)
    mime: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    file_id: str | None = Field(default=None, max_length=256)
    made_at: dt.datetime
