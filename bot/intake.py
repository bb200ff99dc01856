"""Updates in: by long polling or webhook, acknowledged to Telegram only after their commit.

In order per person, persons beside each other: each person has a line, and each line has at most
one update in a thread at a time, so the threads' queue takes turns between people. Somebody who
sends faster than is worked off has the surplus parked as rows in one commit: it is acknowledged
with the others and holds up nobody.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.client import Client
from bot.incoming import Body, Incoming, number, read
from bot.ledger import Ledger
from bot.log import log_unexpected
from bot.metrics import dead_letters_total, update_seconds, updates_total
from bot.patience import patiently
from bot.replies import Replies
from bot.together import Together
from bot.updates import Outcome, Piece, Updates

log = structlog.get_logger(__name__)

#: Kinds of updates that the bot has any use for.
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
#: How many updates of one person wait in memory before the surplus is parked.
LINE_LENGTH = 10
#: Tries before an update goes to the dead letters, and the pause after each, in seconds.
TRIES = (0.1, 0.5)
#: After this many seconds of work a pressed button's spinner is stopped without a result.
SPINNER = 2.0
#: Seconds after which the next updates are asked for though some of the last are still in work:
#: whoever has been answered already goes on meanwhile.
NEXT_POLL = 0.005
#: Seconds that one long poll waits.
POLL = 30

InThread = Callable[..., Awaitable[Any]]


@dataclass(slots=True)
class _Line:
    """One person's updates in order. ``writing`` are parkings that are not committed yet."""

    waiting: deque[tuple[Incoming, Body, asyncio.Future[None]]] = field(default_factory=deque)
    parked: bool = False
    writing: set[asyncio.Future[None]] = field(default_factory=set)


class Intake:
    """Takes updates to the database, each person's in order."""

    def __init__(
        self,
        bot: Client,
        updates: Updates,
        ledger: Ledger,
        replies: Replies,
        in_thread: InThread,
        *,
        after: Callable[[Outcome], None],
        together: Together,
    ) -> None:
        self._bot = bot
        self._updates = updates
        self._ledger = ledger
        self._replies = replies
        self._in_thread = in_thread
        self._after = after
        self._together = together
        self._lines: dict[int, _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def resume(self) -> None:
        """Go on with updates that were parked when the process stopped."""
        for telegram_id in await self._patient(self._ledger.who_is_parked):
            if telegram_id not in self._lines:
                self._lines[telegram_id] = _Line(parked=True)
                self._start(telegram_id)

    def take(self, bodies: Sequence[Body]) -> list[asyncio.Future[None]]:
        """Take updates in; each future is done when the update's effect is committed or parked."""
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[None]] = []
        surplus: dict[int, list[tuple[Body, asyncio.Future[None]]]] = {}
        for body in bodies:
            future: asyncio.Future[None] = loop.create_future()
            futures.append(future)
            try:
                incoming = read(body)
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                log.warning("update_unreadable", update=number(body), error=type(error).__name__)
                incoming = None
            if incoming is None:
                updates_total.labels("unknown", "ignored").inc()
                future.set_result(None)
                continue
            line = self._lines.get(incoming.telegram_id)
            if line is None:
                line = self._lines[incoming.telegram_id] = _Line()
                self._start(incoming.telegram_id)
            if line.parked or len(line.waiting) >= LINE_LENGTH:
                line.parked = True
                surplus.setdefault(incoming.telegram_id, []).append((body, future))
            else:
                line.waiting.append((incoming, body, future))
        for telegram_id, rest in surplus.items():
            line = self._lines[telegram_id]
            line.writing.update(future for _, future in rest)
            self._spawn(self._park(telegram_id, rest))
        return futures

    async def _park(self, telegram_id: int, rest: list[tuple[Body, asyncio.Future[None]]]) -> None:
        bodies = {number(body): body for body, _ in rest}
        await self._patient(self._ledger.park, telegram_id, bodies)
        line = self._lines.get(telegram_id)
        for _, future in rest:
            future.set_result(None)
            if line is not None:
                line.writing.discard(future)

    def _start(self, telegram_id: int) -> None:
        self._spawn(self._work(telegram_id))

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, telegram_id: int) -> None:
        line = self._lines[telegram_id]
        while True:
            if line.waiting:
                incoming, body, future = line.waiting.popleft()
                await self._one(incoming, body, parked=False)
                if not future.done():
                    future.set_result(None)
            elif line.writing:
                await asyncio.wait(set(line.writing))
            elif line.parked:
                bodies = await self._patient(self._ledger.parked, telegram_id)
                for body in bodies:
                    if (kept := read(body)) is not None:
                        await self._one(kept, body, parked=True)
                line.parked = bool(bodies) or bool(line.writing)
            else:
                break
        del self._lines[telegram_id]

    async def _one(self, incoming: Incoming, body: Body, *, parked: bool) -> None:
        began = perf_counter()
        try:
            outcome = await self._apply(incoming, parked=parked)
        except Exception as error:
            error_id = log_unexpected(error, update=incoming.update_id)
            dead_letters_total.inc()
            updates_total.labels(incoming.kind, "dead").inc()
            reply = await self._patient(self._updates.bury, incoming, body, error, error_id)
            self._replies.put(reply)
            return
        updates_total.labels(incoming.kind, "done").inc()
        update_seconds.observe(perf_counter() - began)
        if outcome.reply is not None:
            self._replies.put(outcome.reply)
        self._after(outcome)

    async def _apply(self, incoming: Incoming, *, parked: bool) -> Outcome:
        """Apply, with new tries where it may help; the last failure is raised."""
        tries = iter(TRIES)
        while True:
            try:
                if not incoming.query_id:
                    return await self._commit(incoming, parked)
                return await self._spinning(incoming, parked)
            except Exception as error:
                pause = next(tries, None)
                if pause is None:
                    raise
                log.warning("update_failed", update=incoming.update_id, error=type(error).__name__)
                await asyncio.sleep(pause)

    async def _spinning(self, incoming: Incoming, parked: bool) -> Outcome:
        """Commit what a pressed button does, stopping its spinner where that takes long."""
        work = asyncio.ensure_future(self._commit(incoming, parked))
        done, _ = await asyncio.wait({work}, timeout=SPINNER)
        if not done:
            self._replies.answer_early(incoming.query_id)
        return await work

    async def _commit(self, incoming: Incoming, parked: bool) -> Outcome:
        """Apply and commit; while the database is away, wait and try again for ever."""
        tries = count()

        def once() -> Awaitable[Outcome]:
            return self._together.apply(Piece(incoming, parked, again=next(tries) > 0))

        return await patiently(once)

    async def _patient(self, call: Callable[..., Any], *args: Any) -> Any:
        """Call in a thread; while the database is away, wait and try again for ever."""
        return await patiently(lambda: self._in_thread(call, *args))

    async def settle(self) -> None:
        """Wait until nothing is in work."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    # Long polling.

    async def poll(self, stop: asyncio.Event) -> None:
        """Poll until ``stop``. The offset never passes an update that isn't committed.

        Raises InvalidToken. Other faults are waited out with growing pauses.
        """
        window: dict[int, asyncio.Future[None]] = {}
        newest = 0
        pause = 1.0
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            offset = min(window, default=newest + 1 if newest else None)
            poll = asyncio.ensure_future(
                self._bot.poll(offset, seconds=0 if window else POLL, allowed=ALLOWED)
            )
            await asyncio.wait({poll, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not poll.done():
                poll.cancel()
                break
            try:
                batch = poll.result()
            except InvalidToken:
                raise
            except TimedOut:
                continue
            except (NetworkError, Conflict, RetryAfter, TelegramError) as error:
                log.warning("poll_failed", error=type(error).__name__, pause=pause)
                await _either(stop, pause)
                pause = min(pause * 2, 30.0)
                continue
            pause = 1.0
            fresh = [
                body
                for body in batch
                if number(body) not in window and (number(body) > newest or not newest)
            ]
            for body, future in zip(fresh, self.take(fresh), strict=True):
                window[number(body)] = future
                newest = max(newest, number(body))
            if window:
                await asyncio.wait(
                    window.values(),
                    timeout=NEXT_POLL if fresh else 0.5,
                    return_when=asyncio.ALL_COMPLETED if fresh else asyncio.FIRST_COMPLETED,
                )
            window = {key: future for key, future in window.items() if not future.done()}
        stopping.cancel()
        await self._farewell(window, newest)

    async def _farewell(self, window: dict[int, asyncio.Future[None]], newest: int) -> None:
        """On a graceful stop: finish what was taken, and tell Telegram how far that was."""
        if window:
            await asyncio.wait(window.values(), timeout=5)
        undone = [key for key, future in window.items() if not future.done()]
        if newest:
            try:
                await self._bot.poll(
                    min(undone, default=newest + 1), seconds=0, allowed=ALLOWED, limit=1
                )
            except TelegramError as error:
                log.info("farewell_failed", error=type(error).__name__)


async def _either(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
