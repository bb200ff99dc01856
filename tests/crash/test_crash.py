"""kill -9 at random moments: nothing is lost, nothing has a second effect.

``make test`` runs a short version. The full one, at least 100 kills on each database:
``make crash``, or ``CRASH_KILLS=100 pytest tests/crash -rA``.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy.engine import make_url

from bot.database import Database
from bot.demo.telegram import Rates, StandIn
from tests.crash.bot import ACTS, Supervised, command, environment
from tests.crash.month import Left, dead_letters, left_behind, unfinished
from tests.crash.script import UNITS, Month, play, roster
from tests.crash.shown import Doubled, Showing, compare, look, noted_messages, showings
from tests.running import TOKEN

#: Kills on each database altogether, and how many of them hit one run of the story at most.
KILLS = int(os.environ.get("CRASH_KILLS", "12"))
A_RUN = 25
#: Faults besides the kills: kind, method, how probable.
FAULTS = [
    *((kind, method, 0.015) for method in sorted(ACTS) for kind in ("cut_before", "cut_after")),
    *(("error", method, 0.01) for method in sorted(ACTS)),
    ("cut_before", "getUpdates", 0.01),
    ("cut_after", "getUpdates", 0.02),
]

pytestmark = pytest.mark.timeout(600 + 12 * KILLS)


@dataclass(frozen=True)
class Run:
    """What a run has left, what it has shown, and at what kinds of moments it was killed."""

    left: Left
    shown: list[Showing]
    names: set[str]
    moments: list[str]
    doubled: Doubled | None = None


def run(
    database_url: str, folder: Path, *, kills: int = 0, seed: int = 0, like: Run | None = None
) -> Run:
    """The story from an empty database to its end; with kills and faults if asked for."""
    folder.mkdir()
    with StandIn(TOKEN, rates=Rates.off(), seed=seed) as tg:
        settings = environment(tg.url, database_url, folder)
        month = _set_up(tg, settings, folder)
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
                    play(month, 60, bot.over)
                except (TimeoutError, RuntimeError):
                    print("\n".join(bot.log.read_text("utf-8").splitlines()[-30:]))
                    raise
                tg.do(tg.state.faults.rules.clear)
                _settle(tg, database)
            assert bot.exit_status == 0, bot.log.read_text()
            assert bot.starts == len(bot.deaths) + 1
            _check_health(tg, database, bot.log, disturbed=bool(kills))
            verified = command(["audit", "verify"], settings, folder)
            assert verified["ok"], verified
            names = {one.name for one in month.people}
            shown = showings(tg)
            moments = [death.moment for death in bot.deaths]
            if like is None:
                return Run(left_behind(database, tg), shown, names, moments)
            doubled = compare(like.shown, shown, bot.deaths, names, noted_messages(database))
            return Run(left_behind(database, tg), shown, names, moments, doubled)
        finally:
            database.close()


def _set_up(tg: StandIn, settings: dict[str, str], folder: Path) -> Month:
    today = dt.datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    created = command(
        [
            *("bloc", "create", "Khối thi đua các hội đặc thù", "--year", str(today.year)),
            *("--province", "Ninh Thuận", "--roster", str(roster(folder))),
        ],
        settings,
        folder,
    )
    secrets = {
        (UNITS.index(unit["short_name"]), invite["role"]): invite["payload"]
        for unit in created["units"]
        for invite in unit["invites"]
    }
    return Month(tg, f"{today:%Y-%m}", secrets)


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


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The reference."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return run(f"sqlite:///{folder / 'reference.db'}", folder / "run")


def test_the_undisturbed_month_ends_as_the_story_says(undisturbed: Run) -> None:
    reports = undisturbed.left.reports
    assert len(reports) == len(UNITS)
    assert {one["state"] for one in reports.values()} == {"approved"}
    assert sorted(one["number"] for one in reports.values()) == list(range(1, len(UNITS) + 1))


@pytest.mark.parametrize(
    "backend", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_killed_again_and_again_the_month_ends_the_same(
    backend: str,
    undisturbed: Run,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    began = time.monotonic()
    runs: list[Run] = []
    while (killed := sum(len(one.moments) for one in runs)) < KILLS:
        number = len(runs) + 1
        if backend == "sqlite":
            url = f"sqlite:///{tmp_path / f'{number}.db'}"
        else:
            url = request.getfixturevalue("fresh_postgres_url")
            _empty(url)
        one = run(
            url,
            tmp_path / f"run{number}",
            kills=min(A_RUN, KILLS - killed),
            seed=1000 * number + len(backend),
            like=undisturbed,
        )
        for part in fields(Left):
            assert getattr(one.left, part.name) == getattr(undisturbed.left, part.name)
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


def _empty(url: str) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
