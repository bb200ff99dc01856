"""The pages an operator's tools look at: ``/healthz``, ``/readyz`` and ``/metrics``."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.log import get_logger

_log = get_logger(__name__)

CHECK_SECONDS: Final = 5.0
"""A check that has not answered by then counts as failed."""


def health_app(
    checks: Mapping[str, Callable[[], bool]],
    registry: CollectorRegistry,
    *,
    check_seconds: float = CHECK_SECONDS,
) -> Starlette:
    """The application for HEALTH_LISTEN.

    ``/healthz`` says that the process answers; ``/readyz`` runs every check (in threads: they may
    ask the database) and gives 503 with the names of those that were false, raised or took longer
    than ``check_seconds``; ``/metrics`` is the registry in Prometheus's text form.
    """
    running: dict[str, asyncio.Task[bool]] = {}

    async def passes(name: str) -> bool:
        # A check that hangs is waited for by later calls too, not started again: a probe every
        # few seconds would use up all threads.
        task = running.get(name)
        if task is None or task.done():
            task = running[name] = asyncio.create_task(asyncio.to_thread(checks[name]))
        try:
            async with asyncio.timeout(check_seconds):
                return bool(await asyncio.shield(task))
        except Exception as error:
            _log.warning("check_failed", check=name, kind=type(error).__name__)
            return False

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_request: Request) -> Response:
        results = await asyncio.gather(*(passes(name) for name in checks))
        failed = [name for name, passed in zip(checks, results, strict=True) if not passed]
        if failed:
            return JSONResponse({"status": "not ready", "failed": failed}, status_code=503)
        return JSONResponse({"status": "ready"})

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ]
    )
