"""A loop that works off rows as they fall due: woken by a commit, looking by itself besides."""

from __future__ import annotations

import asyncio

import structlog

from bot.errors import DatabaseAway
from bot.log import log_unexpected

log = structlog.get_logger(__name__)


class Worker:
    """What outbox and jobs have in common; :meth:`work_off` is theirs."""

    #: Seconds after which it looks for what is due though nothing woke it.
    idle = 1.0

    def __init__(self) -> None:
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something was committed that may be due."""
        self._wake.set()

    async def work_off(self) -> int:
        """Do one batch of what is due; returns how many rows were taken up."""
        raise AssertionError("a worker says what it works off")

    async def run(self) -> None:
        """Work off what falls due until cancelled. A failure is logged and tried again."""
        while True:
            self._wake.clear()
            try:
                count = await self.work_off()
            except DatabaseAway as error:
                log.warning("database_away", error=str(error))
                await asyncio.sleep(self.idle)
                continue
            except Exception as error:
                log_unexpected(error)
                await asyncio.sleep(self.idle)
                continue
            if not count:
                try:
                    await asyncio.wait_for(self._wake.wait(), self.idle)
                except TimeoutError:
                    continue
