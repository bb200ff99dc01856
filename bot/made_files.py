"""Files that the bot has made, where the sender finds them: contents stored, names in rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col

from bot.database import Database
from bot.evidence_store import CopyDamaged, EvidenceStore
from bot.models import Made
from bot.sending import Refused
from bot.views.base import Attachment

InThread = Callable[..., Awaitable[Any]]


class MadeFiles:
    """What :class:`bot.sending.Sender` asks for stored attachments."""

    def __init__(self, database: Database, store: EvidenceStore, in_thread: InThread) -> None:
        self._database = database
        self._store = store
        self._in_thread = in_thread

    async def content(self, file: Attachment) -> bytes:
        """The content. Raises StoreAway, or Refused for a lost one, which is then made anew."""
        try:
            content: bytes = await self._in_thread(self._store.get, file.stored)
        except (FileNotFoundError, CopyDamaged):
            await self._in_thread(self._forget, file.made)
            raise Refused("a made file is lost") from None
        return content

    async def sent(self, file: Attachment, file_id: str) -> None:
        """Remember Telegram's name of the file: the next one needs no upload."""
        await self._in_thread(self._name, file.made, file_id)

    def _forget(self, made_id: int) -> None:
        with self._database.transaction() as session:
            session.exec(delete(Made).where(col(Made.id) == made_id))

    def _name(self, made_id: int, file_id: str) -> None:
        with self._database.transaction() as session:
            session.exec(update(Made).where(col(Made.id) == made_id).values(file_id=file_id))
