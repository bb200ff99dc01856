"""A story played once with a bot of its own: undisturbed, or killed again and again."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy.engine import make_url

from bot.database import Database
from bot.demo.telegram import Rates, StandIn
from tests.crash.bot import ACTS, Supervised, command, environment
from tests.crash.human import UNITS, Tale, play, roster
from tests.crash.left import dead_letters, unfinished
from tests.crash.shown import Doubled, Showing, compare, look, noted_messages, showings
from tests.running import TOKEN

#: Faults besides the kills: kind, method, how probable.
FAULTS = [
    *((kind, method, 0.015) for method in sorted(ACTS) for kind in ("cut_before", "cut_after")),
    *(("error", method, 0.01) for method in sorted(ACTS)),
    ("cut_before", "getUpdates", 0.01),
    ("cut_after", "getUpdates", 0.02),
]


#: Kills on each database altogether where nothing else is said; how many hit one run at most.
KILLS = os.environ.get("CRASH_KILLS")
A_RUN = 25


@dataclass(frozen=True)
class Plot:
    """A story, and what it leaves behind: a dataclass whose values are equal in two runs."""

    tell: Callable[[StandIn, dict[tuple[int, str], str]], Tale]
    left: Callable[[Database, StandIn], Any]


@dataclass(frozen=True)
class Run:
    """What a run has left, what it has shown, and at what kinds of moments it was killed."""

    left: Any
    shown: list[Showing]
    names: set[str]
    moments: list[str]
    doubled: Doubled | None = None


def run(
    plot: Plot,
    database_url: str,
    folder: Path,
    *,
    kills: int = 0,
    seed: int = 0,
    like: Run | None = None,
) -> Run:
    """The story from an empty database to its end; with kills and faults if asked for."""
    folder.mkdir()
    with StandIn(TOKEN, rates=Rates.off(), seed=seed) as tg:
        settings = environment(tg.url, database_url, folder)
        tale = plot.tell(tg, _set_up(settings, folder))
        database = Database(database_url)
        try:
            with Supervised(
                tg,
                settings,
                folder,
                kills=kills,
                seed=seed,
                look=lambda death: look(database, death),
            ) as bot:
                if kills:
                    for kind, method, probability in FAULTS:
                        tg.faults.add(kind, method=method, probability=probability)
                    tg.faults.add("repeat", probability=0.3, updates=3)
                try:
                    play(tale, 60, bot.over)
                except (TimeoutError, RuntimeError):
                    for person in tale.people:
                        print(person.name, person.sees())
                    print("\n".join(bot.log.read_text("utf-8").splitlines()[-30:]))
                    raise
                tg.do(tg.state.faults.rules.clear)
                _settle(tg, database)
            assert bot.exit_status == 0, bot.log.read_text()
            assert bot.starts == len(bot.deaths) + 1
            _check_health(tg, database, bot.log, disturbed=bool(kills))
            verified = command(["audit", "verify"], settings, folder)
            assert verified["ok"], verified
            names = {one.name for one in tale.people}
            shown = showings(tg)
            moments = [death.moment for death in bot.deaths]
            if like is None:
                return Run(plot.left(database, tg), shown, names, moments)
            doubled = compare(like.shown, shown, bot.deaths, names, noted_messages(database))
            return Run(plot.left(database, tg), shown, names, moments, doubled)
        finally:
            database.close()


def _set_up(settings: dict[str, str], folder: Path) -> dict[tuple[int, str], str]:
    """The bloc of this year, by the command line; gives the invitations."""
    created = command(
        [
            *("bloc", "create", "Khối thi đua các hội đặc thù", "--year", str(today().year)),
            *("--province", "Ninh Thuận", "--roster", str(roster(folder))),
        ],
        settings,
        folder,
    )
    return {
        (UNITS.index(unit["short_name"]), invite["role"]): invite["payload"]
        for unit in created["units"]
        for invite in unit["invites"]
    }


def today() -> dt.date:
    """The day that people in Vietnam have now."""
    return dt.datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()


def _settle(tg: StandIn, database: Database) -> None:
    end = time.monotonic() + 60
    while unfinished(database) or tg.do(lambda: len(tg.state.queue.pending)):
        assert time.monotonic() < end, f"never finished: {unfinished(database)}"
        time.sleep(0.05)
    tg.quiet(0.5)


def _check_health(tg: StandIn, database: Database, log: Path, *, disturbed: bool) -> None:
    assert dead_letters(database) == []
    errors = [
        line
        for line in log.read_text("utf-8").splitlines()
        if not line.startswith("{") or json.loads(line).get("level") in ("error", "critical")
    ]
    assert errors == [], "\n".join(errors[:20])
    if not disturbed:
        assert [(one.method, one.description) for one in tg.refusals] == []
        unanswered = [one for one in tg.state.presses.values() if one.answered_at is None]
        assert unanswered == []


def killed_again_and_again(
    plot: Plot,
    backend: str,
    undisturbed: Run,
    kills: int,
    folder: Path,
    request: pytest.FixtureRequest,
) -> None:
    """As many runs as the kills need: each leaves and shows what the undisturbed one does."""
    began = time.monotonic()
    runs: list[Run] = []
    while (killed := sum(len(one.moments) for one in runs)) < kills:
        number = len(runs) + 1
        if backend == "sqlite":
            url = f"sqlite:///{folder / f'{number}.db'}"
        else:
            url = request.getfixturevalue("fresh_postgres_url")
            _empty(url)
        one = run(
            plot,
            url,
            folder / f"run{number}",
            kills=min(A_RUN, kills - killed),
            seed=1000 * number + len(backend),
            like=undisturbed,
        )
        for part in fields(undisturbed.left):
            now, then = getattr(one.left, part.name), getattr(undisturbed.left, part.name)
            assert now == then, f"{part.name}: {_differences(now, then)}"
        runs.append(one)
        print(f"{backend}: run {number} of {len(one.moments)} kills: {one.doubled}")
    moments = Counter(moment for one in runs for moment in one.moments)
    doubled = [one.doubled for one in runs if one.doubled]
    print(
        f"{backend}: kills {killed:,}, restarts {killed:,}, runs {len(runs)}, "
        f"messages {sum(one.sent for one in doubled):,}, "
        f"twice {sum(one.messages for one in doubled):,} "
        "(allowed: accepted by Telegram but not yet noted), "
        f"cards drawn again {sum(one.cards for one in doubled):,}, "
        f"{time.monotonic() - began:.0f} s; moments {dict(moments)}"
    )


def _differences(now: Any, then: Any) -> Any:
    """The first few, where it can be said by their names."""
    if not isinstance(now, dict):
        return now, then
    keys = [key for key in {**now, **then} if now.get(key) != then.get(key)]
    return [(key, now.get(key), then.get(key)) for key in keys[:3]]


def _empty(url: str) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
