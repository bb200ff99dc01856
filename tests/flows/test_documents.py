"""Documents and charts: asked for by a tap, made once, sent as files to whom they are for."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.database import Database
from bot.demo.telegram.limits import Rates
from bot.demo.telegram.model import Message
from bot.demo.telegram.server import StandIn
from bot.domain.default_template import default_template
from bot.evidence_store import EvidenceStore
from bot.making import Maker
from bot.models import JobState, Person, SeatRole, TextKind
from bot.views.base import View
from bot.work import job_kinds
from tests.builders import World, make_world
from tests.flows.desk import Desk
from tests.flows.phone import Phone
from tests.running import TOKEN, running_bot, settings_for
from tests.services.adopting import plan, ready, sign
from tests.services.papering import jobs, made, publish

#: Kills itself the first time, and makes the file the second time.
_DIES_ONCE = """
import os, pathlib, runpy, signal, sys
mark = pathlib.Path(sys.argv[1])
if not mark.exists():
    mark.touch()
    os.kill(os.getpid(), signal.SIGKILL)
sys.argv = ["make"]
runpy.run_module("bot.documents.make", run_name="__main__")
"""


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return make_world(sqlite_database, 3)


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(world, job_kinds(settings_for(world.database, "http://127.0.0.1:1", tmp_path)))


@pytest.fixture
def tg() -> Iterator[StandIn]:
    with StandIn(TOKEN, rates=Rates.off()) as stand_in:
        yield stand_in


def content(view: View, folder: Path) -> bytes:
    """The bytes of a made file, as the sender takes them from the store."""
    assert view.attachment is not None
    return EvidenceStore(str(folder / "evidence")).get(view.attachment.stored)


def caption(view: View) -> str:
    return str(view.text.striptags())  # type: ignore[attr-defined]


def _patched(monkeypatch: pytest.MonkeyPatch, *command: str, **more: Any) -> None:
    """Files are made by another command."""
    monkeypatch.setattr(
        "bot.work.Maker", lambda cache: Maker(cache, command=(sys.executable, *command), **more)
    )


# --- Texts ------------------------------------------------------------------------------------


def test_the_leader_gets_the_years_documents_by_taps(
    world: World, desk: Desk, tmp_path: Path
) -> None:
    phone = Phone(world, world.person(0))
    phone.command("documents")
    assert "Nothing yet" in phone.text
    version = publish(world, phone.person)
    plan(world, phone.person, members_new=10)
    phone.command("documents")
    assert str(phone.view.text).splitlines() == [
        "<b>Documents of 2025</b>",
        "",
        "• Pact, version 1: not all have signed",
        "• Charts of plan and done",
    ]
    phone.tap("Pact, version 1")
    assert "it isn't complete" in phone.text
    assert phone.buttons[:2] == ["PDF", "DOCX"]
    phone.tap("PDF")
    assert "being made" in phone.view.toast
    phone.data(f"docs:get:0:pact:{version.id}:docx")
    desk.work()
    pdf, word = desk.news(phone.person)
    assert content(pdf, tmp_path).startswith(b"%PDF")
    assert content(word, tmp_path).startswith(b"PK")
    assert pdf.attachment is not None
    assert pdf.attachment.name == "giao-uoc-2025-khoi-a-v1.pdf"
    assert str(pdf.text).splitlines() == [
        "Pact of Khối A, version 1",
        "Not complete: some units have yet to sign.",
        f"SHA-256 of the text: <code>{version.sha256}</code>",
    ]
    # Once made it comes at once.
    phone.data(f"docs:get:0:pact:{version.id}:docx")
    assert phone.view.toast == "The file comes in a moment."


def test_the_bare_text_is_what_the_hash_is_of(world: World, desk: Desk, tmp_path: Path) -> None:
    leader = world.person(0)
    version = publish(world, leader, TextKind.REGULATION)
    phone = Phone(world, world.person(2, SeatRole.REPRESENTATIVE))
    phone.data(f"docs:text:0:{version.id}")
    assert "TXT is the bare text" in phone.text
    phone.tap("TXT")
    desk.work()
    [news] = desk.news(phone.person)
    assert hashlib.sha256(content(news, tmp_path)).hexdigest() == version.sha256


def test_a_chart_comes_as_a_picture_with_its_figures_in_words(
    world: World, desk: Desk, tmp_path: Path
) -> None:
    phone = Phone(world, world.person(2, language="de"))
    plan(world, phone.person, members_new=10, opinions_received=2000)
    phone.data(f"docs:progress:0:{world.unit(2).id}")
    assert phone.view.toast
    desk.work()
    [news] = desk.news(phone.person)
    assert news.attachment is not None
    assert news.attachment.kind == "photo"
    assert content(news, tmp_path).startswith(b"\x89PNG")
    assert "Unit number 3" in caption(news)
    assert "0/2.000" in caption(news)


def test_many_targets_are_several_pictures(world: World, desk: Desk) -> None:
    phone = Phone(world, world.person(0))
    known = [one.code for one in default_template().inputs if one.numeric]
    plan(world, phone.person, **dict.fromkeys(known[:10], 10))
    phone.data("docs:progress:0:0")
    desk.work()
    phone.view = desk.news(phone.person)[0]
    phone.tap("Next picture (2/2)")
    desk.work()
    [second] = desk.news(phone.person)
    assert second.rows == ()
    assert second.attachment is not None
    assert second.attachment.name == "bieu-do-2025-khoi-a-2.png"


# --- What goes wrong --------------------------------------------------------------------------


def test_a_process_that_is_killed_is_tried_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _patched(monkeypatch, "-c", _DIES_ONCE, str(tmp_path / "died"))
    desk = Desk(world, job_kinds(settings_for(world.database, "http://127.0.0.1:1", tmp_path)))
    phone = Phone(world, world.person(0))
    version = publish(world, phone.person)
    phone.data(f"docs:get:0:pact:{version.id}:pdf")
    desk.work()
    [job] = jobs(world)
    assert (job.state, job.attempts, job.error) == (JobState.WAITING, 1, "MakingFailed")
    desk.work(now=job.next_at)
    assert len(desk.news(phone.person)) == len(made(world)) == 1


def test_what_cant_be_made_is_said_once_and_can_be_tried_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _patched(monkeypatch, "-c", "raise SystemExit(3)")
    desk = Desk(world, job_kinds(settings_for(world.database, "http://127.0.0.1:1", tmp_path)))
    phone = Phone(world, world.person(0))
    version = publish(world, phone.person)
    phone.data(f"docs:get:0:pact:{version.id}:pdf")
    for _ in range(6):
        [job] = jobs(world)
        desk.work(now=job.next_at)
    [job] = jobs(world)
    assert job.state is JobState.FAILED
    [news] = desk.news(phone.person)
    assert "couldn't make" in caption(news)
    phone.view = news
    phone.tap("Try again")
    phone.tap("PDF")
    assert jobs(world)[0].state is JobState.WAITING


# --- The whole bot ----------------------------------------------------------------------------


def _wait_file(tg: StandIn, person: Person, after: int = 0) -> Message:
    return tg.wait_for(
        lambda: next(
            (
                one
                for one in tg.state.chat(person.telegram_id)
                if one.from_bot and one.files and one.message_id > after
            ),
            None,
        ),
        30.0,
        "a file",
    )


def _uploads(tg: StandIn) -> int:
    calls = tg.do(lambda: list(tg.state.calls))
    return sum("<file" in str(one) for one in calls)


def _known(tg: StandIn, world: World, unit: int | None, role: SeatRole) -> Person:
    person = world.person(unit, role)
    tg.add_user(person.telegram_id, person.name, language_code="en")
    tg.send_text(person.telegram_id, "/start")
    return person


def test_a_file_is_uploaded_once_and_sent_to_others_by_its_name(
    database: Database, tg: StandIn, tmp_path: Path
) -> None:
    world = make_world(database, 3)
    leader = _known(tg, world, 0, SeatRole.SIGNATORY)
    observer = _known(tg, world, None, SeatRole.OBSERVER)
    version = publish(world, leader)
    with running_bot(database, tg, tmp_path, now=lambda: world.now):
        tg.quiet(0.5)
        for _ in range(2):
            tg.forge(leader.telegram_id, 1, f"docs:get:0:pact:{version.id}:pdf")
        first = _wait_file(tg, leader)
        tg.quiet(0.7)
        assert tg.file(first.files[0]["file_id"]).startswith(b"%PDF")
        files = [one for one in tg.chat(leader.telegram_id) if one.from_bot and one.files]
        assert len(files) == 1
        [row] = made(world)
        assert row.file_id == first.files[0]["file_id"]
        before = _uploads(tg)
        tg.forge(observer.telegram_id, 1, f"docs:get:0:pact:{version.id}:pdf")
        second = _wait_file(tg, observer)
        assert second.files[0]["file_id"] == row.file_id
        assert _uploads(tg) == before
    assert tg.refusals == []


def test_a_name_that_telegram_no_longer_knows_is_no_matter(
    database: Database, tg: StandIn, tmp_path: Path
) -> None:
    world = make_world(database, 3)
    leader = _known(tg, world, 0, SeatRole.SIGNATORY)
    version = publish(world, leader)
    with running_bot(database, tg, tmp_path, now=lambda: world.now):
        tg.forge(leader.telegram_id, 1, f"docs:get:0:pact:{version.id}:txt")
        tg.forge(leader.telegram_id, 1, f"docs:get:0:text:{version.id}:txt")
        first = _wait_file(tg, leader)
        tg.quiet(0.7)
    [row] = made(world)
    with database.transaction() as session:
        row.file_id = "AgADAgAT-of-another-bot"
        session.merge(row)
    with running_bot(database, tg, tmp_path, now=lambda: world.now):
        observer = _known(tg, world, None, SeatRole.OBSERVER)
        tg.forge(observer.telegram_id, 1, f"docs:get:0:text:{version.id}:txt")
        second = _wait_file(tg, observer)
        assert tg.file(second.files[0]["file_id"]) == tg.file(first.files[0]["file_id"])
        tg.wait_for(lambda: made(world)[0].file_id == second.files[0]["file_id"], 10, "its name")


def test_a_restart_in_the_middle_loses_no_file_and_all_get_the_signed_pact(
    database: Database, tg: StandIn, tmp_path: Path
) -> None:
    world = make_world(database, 3)
    people = [_known(tg, world, index, SeatRole.SIGNATORY) for index in range(3)]
    people.append(_known(tg, world, None, SeatRole.OBSERVER))
    version = publish(world, people[0])
    for index in range(3):
        ready(world, index, people[index])
        sign(world, people[index], version.id or 0)
    # The process that was making it is gone; its claim still stands.
    [job] = jobs(world)
    with database.transaction() as session:
        job.claimed_until = world.now.replace(year=world.now.year + 1)
        session.merge(job)
    with running_bot(database, tg, tmp_path, now=lambda: world.now):
        for person in people:
            message = _wait_file(tg, person)
            assert "All units have signed" in message.text
            assert re.search(r"3 signatures", message.text)
        tg.quiet(0.7)
    assert len(made(world)) == 1
    # Uploaded for the first of them only.
    assert _uploads(tg) == 1
    assert {len([m for m in tg.chat(p.telegram_id) if m.from_bot and m.files]) for p in people} == {
        1
    }
