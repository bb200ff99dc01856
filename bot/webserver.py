"""Web servers inside the bot's loop: the webhook and the health pages."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

log = structlog.get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
#: Updates are small; whatever is larger is none.
LARGEST_BODY = 1 << 20
#: Seconds that Telegram's request is held open for the commit, before it is asked to come again.
PATIENCE = 50.0


class Takes(Protocol):
    """What the webhook needs of the intake."""

    def take(self, bodies: Sequence[dict[str, Any]]) -> list[asyncio.Future[None]]:
        """Take updates; each future is done when the effect is committed."""
        ...


class Server(uvicorn.Server):
    """A server that leaves signals to the program around it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: the bot's own handlers stop it."""
        yield


def make_server(app: ASGIApp, listen: str) -> Server:
    """A server for ``HOST:PORT``; await its ``serve()`` and set ``should_exit`` to stop it."""
    host, _, port = listen.rpartition(":")
    config = uvicorn.Config(
        app,
        host=host.strip("[]"),
        port=int(port),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    return Server(config)


def webhook_app(intake: Takes, secret: str, path: str) -> Starlette:
    """The application that Telegram posts updates to.

    200 only after the commit: whatever else happens, Telegram comes again.
    """

    async def receive(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            log.warning("webhook_wrong_secret")
            return Response(status_code=403)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                return Response(status_code=413)
        try:
            update = json.loads(body)
            int(update["update_id"])
        except (ValueError, LookupError, TypeError):
            return Response(status_code=400)
        (future,) = intake.take([update])
        try:
            await asyncio.wait_for(asyncio.shield(future), PATIENCE)
        except TimeoutError:
            return Response(status_code=503)
        return Response(status_code=200)

    return Starlette(routes=[Route(path, receive, methods=["POST"])])
