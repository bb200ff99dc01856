"""``blocbot text check``: what an operator sees of a text that somebody holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from bot import migrations
from bot.__main__ import app
from bot.config import Settings
from bot.database import Database
from bot.domain.document import check_code
from bot.models import Adoption, TextVersion
from tests.builders import World, make_world
from tests.services.adopting import ready, sign
from tests.services.papering import publish


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, a database with its tables, no setting of the machine's."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'blocbot.db'}")
    migrations.upgrade(f"sqlite:///{tmp_path / 'blocbot.db'}")


@pytest.fixture
def run() -> Callable[..., Result]:
    def call(*words: object) -> Result:
        return CliRunner().invoke(app, ["text", "check", *[str(word) for word in words]])

    return call


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    database = Database(f"sqlite:///{tmp_path / 'blocbot.db'}")
    yield make_world(database, 2)
    database.close()


@pytest.fixture
def signed(world: World) -> TextVersion:
    people = [world.person(index, name=f"Person {index}") for index in range(2)]
    version = publish(world, people[0])
    for index, person in enumerate(people):
        ready(world, index, person)
        sign(world, person, version.id or 0)
    return version


def test_a_file_is_recognised_by_itself(
    run: Callable[..., Result], signed: TextVersion, tmp_path: Path
) -> None:
    path = tmp_path / "pact.txt"
    path.write_bytes(signed.body.encode())
    found = run(path)
    assert found.exit_code == 0, found.stderr
    assert "pact 2025 of Khối A, version 1 (complete)" in found.stdout
    assert "byte by byte" in found.stdout
    assert "Unit number 2: Person 1, Chủ tịch" in found.stdout
    assert "Everything holds" in found.stdout
    path.write_text(signed.body.replace("\n", "\n\n") + "\n", encoding="utf-8")
    assert "but for line ends" in run(path).stdout
    path.write_text(signed.body + " khác", encoding="utf-8")
    other = run(path)
    assert other.exit_code == 1
    assert "No version has this text" in other.stderr
    other = run(path, "--id", signed.id)
    assert other.exit_code == 1
    assert "not the published text" in other.stderr


def test_a_version_is_found_by_code_hash_and_id(
    run: Callable[..., Result], world: World, signed: TextVersion
) -> None:
    code = check_code("pact", world.bloc.id or 0, 2025, 1, signed.sha256)
    for words in (("--code", code), ("--hash", signed.sha256.upper()), ("--id", signed.id)):
        found = json.loads(run(*words, "--json").stdout)
        assert (found["ok"], found["file"], found["version_id"]) == (True, None, signed.id)
        assert [one["fault"] for one in found["signatures"]] == ["", ""]
    assert run("--id", 99).exit_code == 1


def test_a_changed_signature_is_named(
    run: Callable[..., Result], world: World, signed: TextVersion
) -> None:
    with world.database.transaction() as session:
        one = session.exec(select(Adoption).order_by(col(Adoption.id))).first()
        assert one is not None
        one.commitment = {}
        session.add(one)
    found = run("--id", signed.id)
    assert found.exit_code == 1
    assert "FAULT" in found.stdout
    assert "Signature of Unit number 1: what it was signed with has been changed." in found.stderr


def test_wrong_usage_is_one_line(run: Callable[..., Result]) -> None:
    for words in ((), ("--hash", "12"), ("--code", "hello"), ("--id", 1, "--hash", "a" * 64)):
        found = run(*words)
        assert (found.exit_code, found.stdout) == (2, "")
        assert len(found.stderr.splitlines()) == 1
