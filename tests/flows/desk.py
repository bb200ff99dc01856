"""The background of a bot in tests: its jobs done, its messages worded, without a network."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import col, select
from telegram.error import BadRequest

from bot.i18n import texts
from bot.jobs import JobKind, Jobs
from bot.models import Job, OutMessage, OutState, Person
from bot.views.base import View
from bot.views.notices import NOTICES
from tests.builders import World


class _File:
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def download_as_bytearray(self) -> bytearray:
        return bytearray(self._content)


class Desk:
    """Telegram's files by their id, and what the bot does with them."""

    def __init__(self, world: World, kinds: Mapping[str, JobKind]) -> None:
        self.world, self.kinds = world, kinds
        self.files: dict[str, bytes] = {}

    async def get_file(self, file_id: str) -> _File:
        """What the Bot API answers."""
        if file_id not in self.files:
            raise BadRequest("Invalid file_id")
        return _File(self.files[file_id])

    def work(self, *, now: dt.datetime | None = None) -> None:
        """Do every job that is due."""

        async def call(what: Callable[..., Any], *args: Any) -> Any:
            return what(*args)

        async def run() -> None:
            jobs = Jobs(
                self.world.database,
                self,  # type: ignore[arg-type]
                self.kinds,
                call,
                now=lambda: now or self.world.now,
                done=lambda: None,
            )
            while await jobs.work_off():
                pass

        asyncio.run(run())

    def jobs(self) -> list[Job]:
        with self.world.database.transaction() as session:
            return list(session.exec(select(Job).order_by(col(Job.id))))

    def news(self, person: Person) -> list[View]:
        """The messages that wait for a person, worded and taken out of the box."""
        found = []
        with self.world.database.transaction() as session:
            rows = session.exec(
                select(OutMessage)
                .where(OutMessage.person_id == person.id, OutMessage.state == OutState.WAITING)
                .order_by(col(OutMessage.id))
            ).all()
            for row in rows:
                t = texts(person.language)
                view = NOTICES[row.kind](session, t, person, [row.ids], self.world.now)
                row.state = OutState.SENT if view else OutState.DROPPED
                session.add(row)
                found += [view] if view else []
        return found
