"""Ticks: APScheduler only says when; what is due stands in the database.

Every process ticks, with schedules in memory. A tick that overruns doesn't pile up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.errors import DatabaseAway
from bot.log import log_unexpected
from bot.metrics import tick_lag_seconds

log = structlog.get_logger(__name__)


def make_scheduler() -> AsyncIOScheduler:
    """A scheduler whose jobs never pile up and may be late."""
    return AsyncIOScheduler(
        timezone=ZoneInfo("UTC"),
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
    )


def add_tick(
    scheduler: AsyncIOScheduler, name: str, seconds: float, work: Callable[[], Awaitable[object]]
) -> None:
    """Call ``work`` every ``seconds``. A failure is logged, and the next tick tries again."""
    due = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)

    async def tick() -> None:
        nonlocal due
        now = dt.datetime.now(dt.UTC)
        tick_lag_seconds.labels(name).observe(max(0.0, (now - due).total_seconds()))
        try:
            await work()
        except DatabaseAway as error:
            log.warning("database_away", tick=name, error=str(error))
        except Exception as error:
            log_unexpected(error, tick=name)
        due = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)

    scheduler.add_job(tick, IntervalTrigger(seconds=seconds, timezone=ZoneInfo("UTC")), id=name)
