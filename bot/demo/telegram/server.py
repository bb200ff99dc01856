"""Running the stand-in: inside an event loop (`serve`, `running`) or in a thread (`StandIn`)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.demo.telegram.control import control_routes
from bot.demo.telegram.errors import conflict
from bot.demo.telegram.model import Message
from bot.demo.telegram.state import Telegram
from bot.demo.telegram.webhook import WebhookSender
from bot.demo.telegram.wire import BotApi

T = TypeVar("T")


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: who runs it decides when it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def application(state: Telegram, extra_routes: Sequence[BaseRoute] = ()) -> BotApi:
    """The ASGI application: Bot API, control side, and whatever else is to be served."""
    return BotApi(state, Starlette(routes=[*control_routes(state), *extra_routes]))


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. asyncio turns Nagle's algorithm off only where the protocol is named;
    with it every answer would come 40 ms late."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.asynccontextmanager
async def running(
    state: Telegram,
    host: str = "127.0.0.1",
    port: int = 0,
    extra_routes: Sequence[BaseRoute] = (),
    *,
    webhook_pause: float = 0.1,
) -> AsyncIterator[str]:
    """Serve inside this event loop for the time of the block; gives the address.

    `port` 0 takes a free one. `webhook_pause`: the first pause after a failed post.
    """
    listener = _listen(host, port)
    name = f"[{host}]" if ":" in host else host
    url = f"http://{name}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        application(state, extra_routes),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    posting = asyncio.create_task(WebhookSender(state, webhook_pause).run())
    try:
        while not server.started:
            if serving.done():
                await serving
            await asyncio.sleep(0.001)
        yield url
    finally:
        server.should_exit = server.force_exit = True
        state.queue.interrupt(conflict("terminated by the end of the server"))
        posting.cancel()
        await asyncio.gather(serving, posting, return_exceptions=True)
        listener.close()


async def serve(
    state: Telegram,
    host: str = "127.0.0.1",
    port: int = 0,
    extra_routes: Sequence[BaseRoute] = (),
    started: Callable[[str], None] | None = None,
) -> None:
    """Serve until cancelled; `started(url)` is called once requests are taken."""
    async with running(state, host, port, extra_routes) as url:
        if started is not None:
            started(url)
        await asyncio.Event().wait()


class StandIn:
    """The stand-in in a thread of its own on a free port, for tests:

        with StandIn("1:abc", rates=Rates.off()) as tg:
            tg.add_user(7, "Lan")
            tg.start(7)
            bot = telegram.Bot("1:abc", base_url=tg.base_url, base_file_url=tg.base_file_url)

    Every attribute of `Telegram` can be used from any thread: methods run in the loop's
    thread, logs come as lists. Keyword arguments are `Telegram`'s.
    """

    def __init__(
        self,
        token: str = "1:abc",  # noqa: S107 - a made-up token
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        extra_routes: Callable[[Telegram], Sequence[BaseRoute]] | None = None,
        webhook_pause: float = 0.05,
        **settings: Any,
    ) -> None:
        self.state = Telegram(token, **settings)
        self.url = ""
        self._address = (host, port)
        self._extra = extra_routes
        self._pause = webhook_pause
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready: Future[str] = Future()
        self._thread = threading.Thread(target=self._main, name="stand-in", daemon=True)

    @property
    def base_url(self) -> str:
        """`base_url` for `telegram.Bot`."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """`base_file_url` for `telegram.Bot`."""
        return f"{self.url}/file/bot"

    def __enter__(self) -> StandIn:
        self._thread.start()
        self.url = self._ready.result(timeout=20)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=20)

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except Exception as error:
            if not self._ready.done():
                self._ready.set_exception(error)
                return
            raise

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        extra = self._extra(self.state) if self._extra else ()
        async with running(self.state, *self._address, extra, webhook_pause=self._pause) as url:
            self._ready.set_result(url)
            await self._stop.wait()

    def do(self, work: Callable[[], T]) -> T:
        """Run `work` in the loop's thread and give its result."""
        if self._loop is None or threading.current_thread() is self._thread:
            return work()
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(work())
            except BaseException as error:
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result(timeout=60)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.__dict__["state"], name)
        if isinstance(value, deque):
            return self.do(lambda: list(value))
        if not callable(value):
            return value

        def threadsafe(*args: Any, **kwargs: Any) -> Any:
            return self.do(lambda: value(*args, **kwargs))

        return threadsafe

    # -- waiting --------------------------------------------------------------------------

    def wait_for(
        self, predicate: Callable[[], T], timeout: float = 10.0, what: str = "a condition"
    ) -> T:
        """Call `predicate` (in the loop's thread) until it gives something true; that is given.

        `TimeoutError` after `timeout` seconds, naming `what`.
        """
        end = time.monotonic() + timeout
        while True:
            value = self.do(predicate)
            if value:
                return value
            if time.monotonic() >= end:
                raise TimeoutError(f"waited {timeout} s for {what}")
            time.sleep(0.005)

    def wait_message(
        self,
        user_id: int,
        after: int = 0,
        contains: str | None = None,
        timeout: float = 10.0,
    ) -> Message:
        """The bot's first message in the chat with an id above `after` (and this in its text)."""

        def found() -> Message | None:
            for message in self.state.chat(user_id):
                fits = contains is None or contains in message.text
                if message.from_bot and message.message_id > after and fits:
                    return message
            return None

        message = self.wait_for(found, timeout, f"a message to {user_id} with {contains!r}")
        assert message is not None  # noqa: S101 - wait_for gives only what is true
        return message

    def wait_edit(
        self, user_id: int, message_id: int, contains: str, timeout: float = 10.0
    ) -> Message:
        """The message once its text (or caption) holds this."""

        def found() -> Message | None:
            message = self.state.find(user_id, message_id)
            return message if message is not None and contains in message.text else None

        what = f"{contains!r} in message {message_id} of {user_id}"
        message = self.wait_for(found, timeout, what)
        assert message is not None  # noqa: S101 - wait_for gives only what is true
        return message

    def quiet(self, seconds: float = 0.2, timeout: float = 20.0) -> None:
        """Wait until the bot has confirmed every update and nothing happened for `seconds`."""

        def still() -> bool:
            idle = self.state.monotonic() - self.state.active_at
            return idle >= seconds and not self.state.queue.pending

        self.wait_for(still, timeout, "quiet")
