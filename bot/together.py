"""Several people's updates in one commit: they share the wait for the disk.

While one batch is being written, the next one gathers; nobody waits for a batch to fill. SQLite
has one writer at a time; PostgreSQL gets two, so that one works while the other waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bot.updates import Outcome, Piece, Updates

#: Updates in one commit at most: a long one would make the first of them wait.
MOST = 16

InThread = Callable[..., Awaitable[Any]]


class Shows(Protocol):
    """What is needed of the replies: which answers were shown, to be noted in the same commit."""

    def take_shown(self) -> list[int]:
        """The answers to be noted as shown."""
        ...

    def noted(self, shown: list[int], *, well: bool = True) -> None:
        """What became of it."""
        ...


class Together:
    """Applies updates in batches. At most one update of a person may be under way at a time."""

    def __init__(
        self, updates: Updates, replies: Shows, in_thread: InThread, *, writers: int
    ) -> None:
        self._updates = updates
        self._replies = replies
        self._in_thread = in_thread
        self._free = writers
        self._waiting: list[tuple[Piece, asyncio.Future[Outcome]]] = []
        self._writing: set[asyncio.Task[None]] = set()

    async def apply(self, piece: Piece) -> Outcome:
        """Apply with whatever else is waiting; raises what applying it raised."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((piece, future))
        if self._free:
            self._free -= 1
            task = asyncio.create_task(self._write())
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)
        return await future

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            shown = self._replies.take_shown()
            try:
                outcomes = await self._in_thread(
                    self._updates.apply_all, [piece for piece, _ in batch], shown
                )
            except Exception as error:
                outcomes = [error] * len(batch)
                self._replies.noted(shown, well=False)
            else:
                self._replies.noted(shown)
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.done():
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)
        self._free += 1
