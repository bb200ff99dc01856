"""Messages out: rows are claimed, worded, sent, and noted as sent.

Several processes may run this on one PostgreSQL: a row is claimed by one of them for a while. A
process that dies gives its claims up by time, or at its next start where it is the only one.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select
from telegram.error import TelegramError

from bot.database import Database
from bot.errors import DatabaseAway
from bot.i18n import texts
from bot.limits import WAVE
from bot.log import log_unexpected
from bot.metrics import outbox_lag_seconds, outbox_pending, outbox_sent_total
from bot.models import OutMessage, OutState, Person
from bot.patience import patiently
from bot.sending import Refused, Sender, Unreachable
from bot.views.base import View
from bot.views.notices import COLLECTED, NOTICES
from bot.worker import Worker

log = structlog.get_logger(__name__)

#: How many rows a process takes at once, and for how long they are its own.
BATCH = 60
CLAIM = dt.timedelta(seconds=60)
#: A message that failed for a passing reason is given up after this long.
GIVE_UP = dt.timedelta(days=3)
LONGEST_PAUSE = 300.0
#: A letter that has waited for its turn longer than this is worded anew before it is sent.
FRESH = dt.timedelta(seconds=2)

InThread = Callable[..., Awaitable[Any]]


@dataclass(slots=True)
class Letter:
    """A worded message: one view for one person, made from one or more rows of a kind."""

    rows: list[OutMessage]
    person: Person
    view: View | None
    worded_at: dt.datetime


class Pointless(Exception):
    """What a letter says has become pointless while it waited."""


class Outbox(Worker):
    """Claims what is due and sends it."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        in_thread: InThread,
        now: Callable[[], dt.datetime],
    ) -> None:
        super().__init__()
        self._database = database
        self._sender = sender
        self._in_thread = in_thread
        self._now = now

    async def work_off(self) -> int:
        """Send one batch of what is due; returns how many rows were taken up."""
        letters: list[Letter] = await self._in_thread(self._take)
        lines: dict[int, list[Letter]] = defaultdict(list)
        for letter in letters:
            lines[letter.person.id or 0].append(letter)
        await asyncio.gather(*(self._line(line) for line in lines.values()))
        return sum(len(letter.rows) for letter in letters)

    async def _line(self, letters: Sequence[Letter]) -> None:
        """One person's messages in order."""
        for letter in letters:
            await self._send(letter)

    async def _send(self, letter: Letter) -> None:
        kind = letter.rows[0].kind
        message_id: int | None = None
        state, error = OutState.SENT, None

        async def anew() -> View:
            await self._reword(letter)
            if letter.view is None:
                raise Pointless
            return letter.view

        if letter.view is None:
            state = OutState.DROPPED
        else:
            try:
                # Before it waits for its turn, and after: a turn of something pointless is lost.
                message_id = await self._sender.show(
                    letter.person.telegram_id,
                    await anew(),
                    priority=min(WAVE, letter.rows[0].priority),
                    anew=anew,
                )
            except Pointless:
                state = OutState.DROPPED
            except Unreachable:
                state, error = OutState.FAILED, "blocked"
            except Refused as refused:
                log_unexpected(refused, message=letter.rows[0].id)
                state, error = OutState.FAILED, "refused"
            except (TelegramError, DatabaseAway) as fault:
                state, error = OutState.WAITING, type(fault).__name__
            except Exception as fault:
                # It couldn't be worded anew; the others must not wait for it.
                log_unexpected(fault, message=letter.rows[0].id)
                state, error = OutState.WAITING, type(fault).__name__
        outbox_sent_total.labels(kind, error or state.value).inc()
        await patiently(lambda: self._in_thread(self._note, letter, state, error, message_id))

    async def _reword(self, letter: Letter) -> None:
        """Word a letter anew if it has waited: its report may have been withdrawn meanwhile."""
        if self._now() - letter.worded_at > FRESH:
            await self._in_thread(self._word_anew, letter)

    # In a thread.

    def release(self) -> None:
        """Give up all claims: at the start of the only process that sends."""
        with self._database.transaction() as session:
            session.exec(
                update(OutMessage)
                .where(col(OutMessage.state) == OutState.WAITING)
                .values(claimed_until=None)
            )

    def _take(self) -> list[Letter]:
        now = self._now()
        with self._database.transaction() as session:
            due = (
                select(OutMessage.id)
                .where(*_due(now))
                .order_by(col(OutMessage.priority), col(OutMessage.next_at), col(OutMessage.id))
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            rows = session.exec(
                update(OutMessage)
                .where(col(OutMessage.id).in_(due))
                .values(claimed_until=now + CLAIM)
                .returning(OutMessage)
            ).scalars()
            claimed = sorted(rows, key=lambda row: (row.priority, row.next_at, row.id or 0))
            return self._word(session, claimed, now)

    def _word(self, session: Session, rows: list[OutMessage], now: dt.datetime) -> list[Letter]:
        people = {
            person.id: person
            for person in session.exec(
                select(Person).where(col(Person.id).in_({row.person_id for row in rows}))
            )
        }
        bundles: dict[tuple[Any, ...], list[OutMessage]] = defaultdict(list)
        for row in rows:
            single = None if row.kind in COLLECTED else row.id
            bundles[row.person_id, row.kind, single].append(row)
        letters = []
        for (person_id, kind, _), bundle in bundles.items():
            person = people[person_id]
            view: View | None = None
            try:
                with session.begin_nested():
                    view = NOTICES[kind](
                        session, texts(person.language), person, [row.ids for row in bundle], now
                    )
            except Exception as error:
                # One that can't be worded must not hold up the others; it is tried again later.
                log_unexpected(error, message=bundle[0].id)
                for row in bundle:
                    self._postpone(row, now, type(error).__name__)
                    session.add(row)
                continue
            letters.append(Letter(bundle, person, view, now))
        return letters

    def _word_anew(self, letter: Letter) -> None:
        now = self._now()
        with self._database.transaction() as session:
            person = session.get_one(Person, letter.person.id)
            ids = [row.ids for row in letter.rows]
            word = NOTICES[letter.rows[0].kind]
            letter.view = word(session, texts(person.language), person, ids, now)
        letter.worded_at = now

    def _note(
        self, letter: Letter, state: OutState, error: str | None, message_id: int | None
    ) -> None:
        now = self._now()
        with self._database.transaction() as session:
            for row in letter.rows:
                row.message_id, row.error = message_id, error
                if state is OutState.WAITING:
                    self._postpone(row, now, error)
                else:
                    row.state, row.done_at, row.claimed_until = state, now, None
                session.merge(row)
            if error == "blocked":
                session.exec(
                    update(Person)
                    .where(col(Person.id) == letter.person.id, col(Person.blocked_at).is_(None))
                    .values(blocked_at=now)
                )

    @staticmethod
    def _postpone(row: OutMessage, now: dt.datetime, error: str | None) -> None:
        row.attempts += 1
        row.claimed_until = None
        row.error = error
        if now - row.created_at > GIVE_UP:
            row.state, row.done_at = OutState.FAILED, now
        else:
            row.next_at = now + dt.timedelta(seconds=min(2.0**row.attempts, LONGEST_PAUSE))

    def measure(self) -> None:
        """Set the gauges of what waits and how long the oldest has waited."""
        now = self._now()
        with self._database.transaction() as session:
            count, oldest = session.exec(
                select(func.count(), func.min(OutMessage.next_at)).where(
                    col(OutMessage.state) == OutState.WAITING
                )
            ).one()
        outbox_pending.set(count)
        lag = (now - oldest).total_seconds() if oldest else 0.0
        outbox_lag_seconds.set(max(0.0, lag))


def _due(now: dt.datetime) -> tuple[Any, ...]:
    return (
        col(OutMessage.state) == OutState.WAITING,
        col(OutMessage.next_at) <= now,
        or_(col(OutMessage.claimed_until).is_(None), col(OutMessage.claimed_until) < now),
    )
