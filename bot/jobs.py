"""Work that takes time, outside of updates: fetch a file from Telegram, or make one.

A job is a row that any process may claim. Its kind says what it is about, what to do with that
outside a transaction, and what to write down inside one.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """What a kind of job does.

    Either ``file`` tells which of Telegram's files is wanted, and ``work`` gets its bytes; or
    ``subject`` reads what ``work`` gets. None from them: the job is no longer needed.
    ``work`` runs outside any transaction, in a thread, or awaited where it is a coroutine
    function; an :class:`Expected` error from it, or a file that Telegram doesn't have, goes to
    ``give_up`` at once, other errors are tried again, ``tries`` times where that is given, else
    for days. ``finish`` writes down the result, ``give_up`` the code of what went wrong.
    Jobs of a kind that is ``alone`` are done one after another.
    """

    file: Callable[[Session, Job], str | None] | None = None
    subject: Callable[[Session, Job, dt.datetime], Any | None] | None = None
    work: Callable[[Any], Any]
    finish: Callable[[Session, Job, Any, dt.datetime], None]
    give_up: Callable[[Session, Job, Expected, dt.datetime], None]
    tries: int | None = None
    alone: bool = False

    def wanted(self, session: Session, job: Job, now: dt.datetime) -> Any | None:
        """What the job is about now: Telegram's name of a file, or the subject itself."""
        if self.file is not None:
            return self.file(session, job)
        return self.subject(session, job, now) if self.subject else None


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
        jobs: list[tuple[Job, Any]] = await self._in_thread(self._take)
        alone = [one for one in jobs if self._kinds[one[0].kind].alone]
        beside = [one for one in jobs if not self._kinds[one[0].kind].alone]
        await asyncio.gather(*(self._do(*one) for one in beside), self._in_turn(alone))
        return len(jobs)

    async def _in_turn(self, jobs: Sequence[tuple[Job, Any]]) -> None:
        for one in jobs:
            await self._do(*one)

    async def _do(self, job: Job, wanted: Any | None) -> None:
        kind = self._kinds[job.kind]
        try:
            if wanted is not None:
                given = await self._fetch(wanted) if kind.file else wanted
                if inspect.iscoroutinefunction(kind.work):
                    result = await kind.work(given)
                else:
                    result = await self._in_thread(kind.work, given)
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

    def _take(self) -> list[tuple[Job, Any]]:
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
            return [(job, self._kinds[job.kind].wanted(session, job, now)) for job in list(jobs)]

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
        tries = self._kinds[job.kind].tries
        if now - job.created_at > GIVE_UP or (tries is not None and job.attempts + 1 >= tries):
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
