"""Waiting for a database that is away: nothing is lost, and everything goes on when it is back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.errors import DatabaseAway

log = structlog.get_logger(__name__)

#: Pauses between tries, in seconds: from the first they double up to the longest.
FIRST, LONGEST = 0.1, 5.0

T = TypeVar("T")


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """What ``call`` gives, called again for as long as the database is away."""
    pause = FIRST
    while True:
        try:
            return await call()
        except DatabaseAway as error:
            log.warning("database_away", error=str(error), pause=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST)
