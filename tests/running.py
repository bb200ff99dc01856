"""A whole bot in a thread, against a stand-in for Telegram in another: for tests from outside."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app import App
from bot.config import Settings
from bot.database import Database
from bot.demo.telegram.server import StandIn

TOKEN = "123456789:test-token-of-no-bot-at-all"


def settings_for(database: Database | str, api_url: str, folder: Path, **more: Any) -> Settings:
    """Settings of a bot on a database that has its tables, without any file of the machine's."""
    url = (
        database
        if isinstance(database, str)
        else database.engine.url.render_as_string(hide_password=False)
    )
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        bot_token=SecretStr(TOKEN),
        telegram_api_url=api_url,
        database_url=SecretStr(url),
        data_dir=folder,
        **more,
    )


class Running:
    """A bot in a thread. ``error`` is what ended it, if anything did."""

    def __init__(self, make: Callable[[], App], *, webhook: bool) -> None:
        self._make = make
        self._webhook = webhook
        self._ready = threading.Event()
        self.error: BaseException | None = None
        self.app: App
        self._loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=self._main, daemon=True)

    def _main(self) -> None:
        async def work() -> None:
            self.app = self._make()
            self._loop = asyncio.get_running_loop()
            self._ready.set()
            await self.app.run(webhook=self._webhook)

        try:
            asyncio.run(work())
        except BaseException as error:
            self.error = error
            self._ready.set()

    def start(self) -> None:
        """Begin; returns when the application object is there."""
        self._thread.start()
        self._ready.wait(10)
        if self.error is not None:
            raise self.error

    def stop(self) -> None:
        """A graceful end, as by SIGTERM. Raises what ended the bot otherwise."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self.app.stop)
            self._thread.join(20)
        if self.error is not None:
            raise self.error
        assert not self._thread.is_alive(), "the bot did not stop"


@contextmanager
def running_bot(
    database: Database,
    tg: StandIn,
    folder: Path,
    *,
    webhook: bool = False,
    settings: dict[str, Any] | None = None,
    **options: Any,
) -> Iterator[Running]:
    """A bot that runs for the time of the block."""
    bot = Running(
        lambda: App(settings_for(database, tg.url, folder, **(settings or {})), **options),
        webhook=webhook,
    )
    bot.start()
    try:
        yield bot
    finally:
        bot.stop()
