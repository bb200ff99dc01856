"""Fixtures for the stand-in's own tests: it runs in a thread, the real client talks to it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import telegram

from bot.demo.telegram import Rates, StandIn

TOKEN = "1:abc"
LAN, MINH = 7, 8


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 1_700_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tg(clock: Clock) -> Iterator[StandIn]:
    """A stand-in without rates in which Lan has pressed start and Minh hasn't."""
    with StandIn(TOKEN, rates=Rates.off(), now=clock) as stand_in:
        stand_in.add_user(LAN, "Lan", "Nguyễn", "lan")
        stand_in.add_user(MINH, "Minh", language_code="en")
        stand_in.start(LAN)
        yield stand_in


Talk = Callable[[Callable[[telegram.Bot], Awaitable[Any]]], Any]


@pytest.fixture
def talk(tg: StandIn) -> Talk:
    """Run `work(bot)` with the real client."""

    def run(work: Callable[[telegram.Bot], Awaitable[Any]]) -> Any:
        async def main() -> Any:
            async with telegram.Bot(
                TOKEN, base_url=tg.base_url, base_file_url=tg.base_file_url
            ) as bot:
                return await work(bot)

        return asyncio.run(main())

    return run


def raw(
    url: str, body: bytes | None = None, kind: str = "application/json"
) -> tuple[int, dict[str, Any]]:
    """A request without a client library between: status and answer."""
    try:
        with urlopen(Request(url, body, {"Content-Type": kind}), timeout=10) as response:
            return response.status, json.load(response)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.fixture
def api(tg: StandIn) -> Callable[..., Any]:
    """Carry out a method and give its result."""

    def run(method: str, **params: Any) -> Any:
        status, answer = raw(f"{tg.url}/bot{TOKEN}/{method}", json.dumps(params).encode())
        assert status == 200, answer
        return answer["result"]

    return run


@pytest.fixture
def refused(tg: StandIn) -> Callable[..., str]:
    """Run a method that must be refused; its error as code and text."""

    def run(method: str, **params: Any) -> str:
        status, answer = raw(f"{tg.url}/bot{TOKEN}/{method}", json.dumps(params).encode())
        assert not answer["ok"], answer
        assert status == answer["error_code"] == tg.refusals[-1].error_code
        return f"{status} {answer['description']}"

    return run


def _spec() -> Path:
    beside = Path(__file__).parents[3] / "shared" / "telegram-bot-api-spec" / "api.json"
    return Path(os.environ.get("BOT_API_SPEC", beside))


@pytest.fixture
def api_spec() -> Path:
    """The Bot API as data; tests that need it are deselected where it is absent."""
    return _spec()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if _spec().exists():
        return
    without = [item for item in items if "api_spec" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in without]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _spec().exists():
        terminalreporter.write_line("Bot API as data: not compared, no BOT_API_SPEC", yellow=True)
