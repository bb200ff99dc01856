"""Work that takes time, outside of updates: fetch a file from Telegram, do something with it.

A job is a row that any process may claim. Its kind says which file it is about, what to do with
the bytes outside a transaction, and what to write down inside one.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import or_, update
from sqlmodel import Session, col, select
from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.database import Database
from bot.errors import DatabaseAway, Expected
from bot.log import log_unexpected
from bot.models import Job, JobState
from bot.worker import Worker

log = structlog.get_logger(__name__)

BATCH = 4
CLAIM = dt.timedelta(minutes=5)
GIVE_UP = dt.timedelta(days=3)
LONGEST_PAUSE = 900.0

InThread = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class JobKind:
    """What a kind of job does.

    ``file`` tells which of Telegram's files is wanted (None: the job is no longer needed).
    ``work`` gets the bytes, outside any transaction; an :class:`Expected` error from it, or a
    file that Telegram doesn't have, goes to ``give_up`` at once, other errors are tried again.
    ``finish`` writes down the result, ``give_up`` the code of what went wrong.
    """

    file: Callable[[Session, Job], str | None]
    work: Callable[[bytes], Any]
    finish: Callable[[Session, Job, Any, dt.datetime], None]
    give_up: Callable[[Session, Job, Expected, dt.datetime], None]


class Jobs(Worker):
    """Claims jobs that are due and does them."""

    def __init__(
        self,
        database: Database,
        bot: Bot,
        kinds: Mapping[str, JobKind],
        in_thread: InThread,
        *,
        now: Callable[[], dt.datetime],
        done: Callable[[], None],
    ) -> None:
        super().__init__()
        self._database = database
        self._bot = bot
        self._kinds = kinds
        self._in_thread = in_thread
        self._now = now
        self._done = done

    async def work_off(self) -> int:
        """Do one batch of what is due; returns how many were taken up."""
        jobs: list[tuple[Job, str | None]] = await self._in_thread(self._take)
        await asyncio.gather(*(self._do(job, file_id) for job, file_id in jobs))
        return len(jobs)

    async def _do(self, job: Job, file_id: str | None) -> None:
        kind = self._kinds[job.kind]
        try:
            if file_id is not None:
                content = await self._fetch(file_id)
                result = await self._in_thread(kind.work, content)
                await self._in_thread(self._finish, job, result)
            else:
                await self._in_thread(self._drop, job)
        except Expected as error:
            await self._in_thread(self._give_up, job, error)
        except DatabaseAway:
            raise
        except Exception as error:
            if not isinstance(error, TelegramError | OSError):
                log_unexpected(error, job=job.id)
            await self._in_thread(self._postpone, job, error)
        self._done()

    async def _fetch(self, file_id: str) -> bytes:
        try:
            file = await self._bot.get_file(file_id)
            return bytes(await file.download_as_bytearray())
        except (BadRequest, Forbidden) as error:
            raise Expected("file_unavailable", reason=error.message) from None

    # In a thread.

    def release(self) -> None:
        """Give up all claims: at the start of the only process that works."""
        with self._database.transaction() as session:
            session.exec(
                update(Job).where(col(Job.state) == JobState.WAITING).values(claimed_until=None)
            )

    def _take(self) -> list[tuple[Job, str | None]]:
        now = self._now()
        with self._database.transaction() as session:
            due = (
                select(Job.id)
                .where(
                    col(Job.state) == JobState.WAITING,
                    col(Job.next_at) <= now,
                    or_(col(Job.claimed_until).is_(None), col(Job.claimed_until) < now),
                )
                .order_by(col(Job.next_at), col(Job.id))
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            jobs = session.exec(
                update(Job)
                .where(col(Job.id).in_(due))
                .values(claimed_until=now + CLAIM)
                .returning(Job)
            ).scalars()
            return [(job, self._kinds[job.kind].file(session, job)) for job in list(jobs)]

    def _finish(self, job: Job, result: Any) -> None:
        with self._database.transaction() as session:
            current = self._own(session, job)
            if current is not None:
                self._kinds[job.kind].finish(session, current, result, self._now())
                current.state, current.done_at = JobState.DONE, self._now()
                session.add(current)

    def _drop(self, job: Job) -> None:
        with self._database.transaction() as session:
            current = self._own(session, job)
            if current is not None:
                current.state, current.done_at = JobState.DONE, self._now()
                session.add(current)

    def _give_up(self, job: Job, error: Expected) -> None:
        with self._database.transaction() as session:
            current = self._own(session, job)
            if current is not None:
                self._kinds[job.kind].give_up(session, current, error, self._now())
                current.state, current.done_at = JobState.FAILED, self._now()
                current.error = error.code
                session.add(current)

    def _postpone(self, job: Job, error: Exception) -> None:
        now = self._now()
        if now - job.created_at > GIVE_UP:
            self._give_up(job, Expected("file_unavailable", reason=type(error).__name__))
            return
        with self._database.transaction() as session:
            current = self._own(session, job)
            if current is not None:
                current.attempts += 1
                current.claimed_until = None
                current.error = type(error).__name__
                pause = min(2.0**current.attempts, LONGEST_PAUSE)
                current.next_at = now + dt.timedelta(seconds=pause)
                session.add(current)

    @staticmethod
    def _own(session: Session, job: Job) -> Job | None:
        """The job's row, locked, unless somebody has finished it meanwhile."""
        current = session.exec(
            select(Job)
            .where(col(Job.id) == job.id, col(Job.state) == JobState.WAITING)
            .with_for_update()
        ).first()
        return current
