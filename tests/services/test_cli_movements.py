"""``blocbot movement`` as operators use it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from bot.database import Database
from tests.services.test_cli import (
    at,
    document,
    failed,
    roster,
    rows,
    run,
    surroundings,
)

__all__ = ["at", "roster", "run", "surroundings"]


@pytest.fixture
def two(at: Database, run: Callable[..., Result], roster: Path) -> tuple[Database, int, int]:
    """Two blocs."""
    first, second = (
        document(run("bloc", "create", name, "--year", 2025, "--roster", roster, "--json"))["bloc"]
        for name in ("Khối 1", "Khối 2")
    )
    return at, first, second


def test_a_movement_is_made_listed_joined_and_left(
    two: tuple[Database, int, int], run: Callable[..., Result]
) -> None:
    database, first, second = two
    words = ("movement", "create", "Dân vận khéo", "--from", 2020, "--to", 2025)
    made = document(run(*words, "--bloc", first, "--bloc", second, "--json"))
    assert made == {
        "movement": made["movement"],
        "name": "Dân vận khéo",
        "from": 2020,
        "to": 2025,
        "blocs": [first, second],
        "ended_at": None,
    }
    assert document(run("movement", "list", "--json")) == [made]
    id_ = made["movement"]
    left = document(run("movement", "leave", id_, "--bloc", second, "--json"))
    assert left["blocs"] == [first]
    joined = run("movement", "join", id_, "--bloc", second)
    assert joined.stdout == f"Movement {id_}: Dân vận khéo. Blocs: {first}, {second}.\n"
    assert "Dân vận khéo" in run("movement", "list").stdout
    acts = rows(database, "SELECT bloc_id, action FROM audit_entry ORDER BY id")
    assert acts[-5:] == [
        (first, "movement.made"),
        (first, "movement.joined"),
        (second, "movement.joined"),
        (second, "movement.left"),
        (second, "movement.joined"),
    ]


def test_what_cant_be_is_one_sentence(
    two: tuple[Database, int, int], run: Callable[..., Result]
) -> None:
    database, first, _ = two
    words = ("movement", "create", "Dân vận khéo")
    years = ("--from", 2020, "--to", 2025)
    assert "blocbot" not in failed(run(*words, *years, "--bloc", 999))
    assert "2020–2025" in failed(run(*words, "--from", 2025, "--to", 2020, "--bloc", first))
    failed(run(*words, *years), 2)
    made = run(*words, *years, "--bloc", first)
    assert made.stdout == "Movement 1: Dân vận khéo, 2020-2025.\n"
    assert "take part" in failed(run(*words, *years, "--bloc", first))
    assert "keeps" in failed(run("movement", "leave", 1, "--bloc", first))
    assert "no such movement" in failed(run("movement", "join", 77, "--bloc", first))
    assert len(rows(database, "SELECT id FROM movement")) == 1
