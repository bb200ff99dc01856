"""kill -9 at random moments: nothing is lost, nothing has a second effect.

``make test`` runs a short version. The full one, at least 100 kills on each database:
``make crash``, or ``CRASH_KILLS=100 pytest tests/crash -rA``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.human import UNITS
from tests.crash.month import left_behind
from tests.crash.run import KILLS, Plot, Run, killed_again_and_again, run, today
from tests.crash.script import Month

MONTH = Plot(lambda tg, secrets: Month(tg, secrets, month=f"{today():%Y-%m}"), left_behind)
_KILLS = int(KILLS or 12)

pytestmark = pytest.mark.timeout(600 + 12 * _KILLS)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The reference."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return run(MONTH, f"sqlite:///{folder / 'reference.db'}", folder / "run")


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
    killed_again_and_again(MONTH, backend, undisturbed, _KILLS, tmp_path, request)
