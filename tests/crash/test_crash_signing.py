"""kill -9 at random moments while the pact is signed: no signature lost, none given twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.human import UNITS
from tests.crash.run import KILLS, Plot, Run, killed_again_and_again, run
from tests.crash.signed import left_behind
from tests.crash.signing import WHY, WITHDRAWS, Signing

SIGNING = Plot(Signing, left_behind)
_KILLS = int(KILLS or 6)

pytestmark = pytest.mark.timeout(600 + 12 * _KILLS)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The reference."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return run(SIGNING, f"sqlite:///{folder / 'reference.db'}", folder / "run")


def test_the_undisturbed_signing_ends_as_the_story_says(undisturbed: Run) -> None:
    left = undisturbed.left
    assert all(left.texts[kind, 1][-1] for kind in ("regulation", "pact"))
    for unit in UNITS:
        (approved,) = left.adoptions["regulation", 1, unit]
        assert approved[-2] is None
        *before, signed = left.adoptions["pact", 1, unit]
        assert [one[-2] for one in before] == ([WHY] if unit == UNITS[WITHDRAWS] else [])
        assert signed[-2] is None
        assert signed[-1]["models"][0]["product"]
    assert sorted(one[0] for one in left.models.values()) == list(range(1, len(UNITS) + 1))
    assert len(left.made) == 1
    signed_pacts = [key for key, state in left.told.items() if key[1] == "pact_signed"]
    assert len(signed_pacts) == 2 * len(UNITS)


@pytest.mark.parametrize(
    "backend", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_killed_again_and_again_the_pact_is_signed_the_same(
    backend: str,
    undisturbed: Run,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    killed_again_and_again(SIGNING, backend, undisturbed, _KILLS, tmp_path, request)
