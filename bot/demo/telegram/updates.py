"""Updates that wait for the bot: kept until confirmed, at most a day."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.demo.telegram.errors import ApiError, conflict
from bot.demo.telegram.limits import UPDATE_SECONDS

Json = dict[str, Any]

# These come only to bots that ask for them.
ON_DEMAND = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
OTHER_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


@dataclass(slots=True)
class Webhook:
    """Where updates are posted to, and how it went."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""


@dataclass(slots=True)
class Waiting:
    """One update and when it came."""

    update_id: int
    at: float
    update: Json


def chat_of(update: Json) -> int:
    """The chat an update belongs to: within it, order is kept."""
    for body in update.values():
        if isinstance(body, dict):
            source = body.get("message", body)
            for name in ("chat", "from", "user"):
                if name in source:
                    return int(source[name]["id"])
    return 0


@dataclass
class UpdateQueue:
    """The queue of one bot. `wake` is called when something came (the webhook's sender)."""

    now: Callable[[], float]
    next_id: int = 100_000_001
    pending: deque[Waiting] = field(default_factory=deque)
    # What was confirmed last, for the fault "repeat".
    confirmed: deque[Waiting] = field(default_factory=lambda: deque(maxlen=200))
    allowed: frozenset[str] | None = None
    webhook: Webhook | None = None
    wake: Callable[[], None] | None = None
    _poller: asyncio.Future[None] | None = None

    def add(self, update: Json) -> int | None:
        """Queue it under the next id; None where the bot doesn't want this kind."""
        kind = next(iter(update))
        if (kind in ON_DEMAND) if self.allowed is None else (kind not in self.allowed):
            return None
        update_id = self.next_id
        self.next_id += 1
        self.pending.append(Waiting(update_id, self.now(), {"update_id": update_id, **update}))
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
        if self.wake is not None:
            self.wake()
        return update_id

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Which kinds come from now on: None changes nothing, none at all is the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def confirm(self, offset: int) -> None:
        """Forget what lies before `offset`; negative: keep only so many from the end."""
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        while offset > 0 and self.pending and self.pending[0].update_id < offset:
            self.confirmed.append(self.pending.popleft())

    def done(self, waiting: Waiting) -> None:
        """The webhook took it."""
        try:
            self.pending.remove(waiting)
        except ValueError:
            return
        self.confirmed.append(waiting)

    def expire(self) -> None:
        """Drop what is older than a day."""
        before = self.now() - UPDATE_SECONDS
        while self.pending and self.pending[0].at < before:
            self.pending.popleft()

    def interrupt(self, error: ApiError) -> None:
        """End a getUpdates that waits."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(error)
        self._poller = None

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """getUpdates: what waits from `offset` on, else wait for it."""
        self.interrupt(conflict(OTHER_POLLER))
        self.confirm(offset)
        self.expire()
        if not self.pending and seconds > 0:
            poller = self._poller = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await poller
            except TimeoutError:
                pass
            finally:
                if self._poller is poller:
                    self._poller = None
        return [one.update for one, _ in zip(self.pending, range(limit), strict=False)]
