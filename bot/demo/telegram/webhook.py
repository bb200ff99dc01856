"""Updates out to a webhook: in order per chat, again and again until it says 2xx."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from functools import partial

import aiohttp

from bot.demo.telegram.checks import Args
from bot.demo.telegram.core import Core
from bot.demo.telegram.errors import ApiError
from bot.demo.telegram.methods import execute
from bot.demo.telegram.updates import Waiting, Webhook, chat_of

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
log = logging.getLogger(__name__)


class WebhookSender:
    """Posts what waits while a webhook is set. Pauses after failures grow up to `longest`."""

    def __init__(
        self, tg: Core, pause: float = 0.1, longest: float = 5.0, timeout: float = 30.0
    ) -> None:
        self.tg = tg
        self.pause = pause
        self.longest = longest
        self.timeout = timeout
        self._wake = asyncio.Event()
        self._busy: set[int] = set()
        self._posting: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled."""
        self.tg.queue.wake = self._wake.set
        timeout = aiohttp.ClientTimeout(total=self.timeout)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session:
                while True:
                    await self._wake.wait()
                    self._wake.clear()
                    self._begin(session)
        finally:
            self.tg.queue.wake = None
            for task in self._posting.values():
                task.cancel()
            await asyncio.gather(*self._posting.values(), return_exceptions=True)

    def _begin(self, session: aiohttp.ClientSession) -> None:
        hook = self.tg.queue.webhook
        if hook is None:
            return
        self.tg.queue.expire()
        for waiting in list(self.tg.queue.pending):
            if len(self._posting) >= hook.max_connections:
                return
            chat = chat_of(waiting.update)
            if chat in self._busy:
                continue
            self._busy.add(chat)
            task = asyncio.create_task(self._deliver(session, hook, waiting))
            self._posting[waiting.update_id] = task
            task.add_done_callback(partial(self._finished, waiting, chat))

    def _finished(self, waiting: Waiting, chat: int, _: asyncio.Task[None]) -> None:
        self._busy.discard(chat)
        self._posting.pop(waiting.update_id, None)
        self._wake.set()

    async def _deliver(
        self, session: aiohttp.ClientSession, hook: Webhook, waiting: Waiting
    ) -> None:
        queue = self.tg.queue
        pause = self.pause
        while queue.webhook is hook:
            problem = await self._post(session, hook, waiting)
            if not problem:
                queue.done(waiting)
                fault = self.tg.faults.pick("webhook", "repeat")
                if fault is not None:
                    for one in list(queue.confirmed)[-fault.updates :]:
                        await self._post(session, hook, one)
                return
            hook.last_error_date = int(self.tg.now())
            hook.last_error_message = problem
            await asyncio.sleep(pause)
            pause = min(pause * 2, self.longest)

    async def _post(self, session: aiohttp.ClientSession, hook: Webhook, waiting: Waiting) -> str:
        """Post one update; what went wrong, or empty."""
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        try:
            async with session.post(hook.url, json=waiting.update, headers=headers) as response:
                body = await response.read()
                if not 200 <= response.status < 300:
                    return f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return "Connection timed out" if isinstance(error, TimeoutError) else str(error)
        await self._do(body)
        return ""

    async def _do(self, body: bytes) -> None:
        """Carry out the method that an answer may hold; its result goes nowhere."""
        with contextlib.suppress(ValueError):
            answer = json.loads(body)
            if isinstance(answer, dict) and isinstance(answer.get("method"), str):
                name = answer.pop("method")
                with contextlib.suppress(ApiError):
                    await execute(self.tg, name, Args(answer))
