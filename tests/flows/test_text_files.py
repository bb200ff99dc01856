"""A text sent as a file: read in the background, taken into the draft, or said why not."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from sqlmodel import select

from bot.database import Database
from bot.models import BlocText, Job, JobState
from bot.services.text_files import MAX_BYTES
from bot.work import job_kinds
from tests.builders import World, make_world
from tests.flows.desk import Desk
from tests.flows.phone import Phone, file
from tests.running import settings_for


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(world, job_kinds(settings_for(world.database, "http://127.0.0.1:1", tmp_path)))


@pytest.fixture
def leader(world: World) -> Phone:
    phone = Phone(world, world.person(0, name="Minh"))
    phone.command("publish")
    phone.tap("Regulation")
    phone.tap("Type it or send a file")
    return phone


def body(world: World) -> str:
    with world.database.transaction() as session:
        return session.exec(select(BlocText)).one().body


def document(*lines: str) -> bytes:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def give(desk: Desk, phone: Phone, name: str, content: bytes, key: str = "d1") -> None:
    desk.files[f"{key}-id"] = content
    phone.send(file(name, key=key, size=len(content)))


def test_a_document_becomes_the_draft(leader: Phone, desk: Desk, world: World) -> None:
    give(desk, leader, "Quy chế.docx", document("QUY CHẾ", "Điều 1. Họp"))
    assert "reading the file" in leader.text
    assert body(world) == ""
    desk.work()
    (news,) = desk.news(leader.person)
    assert "✅ Quy chế.docx: 2 paragraphs were taken over" in news.text
    assert body(world) == "QUY CHẾ\nĐiều 1. Họp"
    leader.view = news
    leader.tap("Preview")
    assert "Điều 1. Họp" in leader.text
    leader.view = news
    leader.tap("Write on")
    leader.type("Điều 2. Báo cáo")
    assert body(world).endswith("Điều 1. Họp\nĐiều 2. Báo cáo")


def test_added_or_in_place_of_everything_and_undone(
    leader: Phone, desk: Desk, world: World
) -> None:
    leader.type("Đầu")
    give(desk, leader, "a.txt", "Giữa\r\nCuối".encode("utf-16"))
    desk.work()
    assert body(world) == "Đầu\nGiữa\nCuối"
    leader.type("Hết")
    leader.tap("Replace everything")
    give(desk, leader, "b.txt", "Chỉ còn một đoạn".encode(), "d2")
    desk.work()
    assert body(world) == "Chỉ còn một đoạn"
    leader.command("start")
    leader.tap("Continue")
    leader.tap("Undo")
    assert body(world) == "Đầu\nGiữa\nCuối\nHết"
    leader.tap("Undo")
    leader.tap("Undo")
    assert body(world) == "Đầu"


def test_the_same_message_is_read_once(leader: Phone, desk: Desk, world: World) -> None:
    give(desk, leader, "a.txt", b"Mot")
    desk.work()
    desk.work()
    assert body(world) == "Mot"
    assert len(desk.news(leader.person)) == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.docx", b"PK\x03\x04rubbish", "I can't read that file."),
        ("a.txt", b"   ", "There is no text in that file."),
        ("a.docx", b"\xd0\xcf\x11\xe0" + b"x" * 600, "Word's old kind"),
        ("a.txt", b"x" * 300_000, "at most 250,000 are possible"),
    ],
)
def test_what_cant_be_read(
    leader: Phone, desk: Desk, world: World, name: str, content: bytes, sentence: str
) -> None:
    leader.type("Giữ lại")
    give(desk, leader, name, content)
    desk.work()
    (news,) = desk.news(leader.person)
    assert f"{name} wasn't taken over." in news.text
    assert sentence in str(news.text)
    assert body(world) == "Giữ lại"


def test_what_is_refused_at_once(leader: Phone, desk: Desk) -> None:
    leader.send(file("a.pdf", size=10))
    assert "DOCX and TXT files only" in leader.text
    leader.send(file("a.docx", size=MAX_BYTES + 1))
    assert "at most 8 MB" in leader.text
    leader.send(file())
    assert "DOCX and TXT files only" in leader.text
    leader.type("Một")
    leader.tap("Paragraphs")
    leader.send(file("a.docx", size=10))
    assert "tap ✎ Write first" in leader.text
    assert desk.jobs() == []


def test_a_draft_that_changed_meanwhile_is_kept(leader: Phone, desk: Desk, world: World) -> None:
    give(desk, leader, "a.txt", b"Tep")
    leader.type("Gõ tay")
    desk.work()
    (news,) = desk.news(leader.person)
    assert "has been changed meanwhile. Please send the file once more." in news.text
    assert body(world) == "Gõ tay"
    (job,) = desk.jobs()
    assert job.state is JobState.FAILED


def test_a_file_of_somebody_who_leads_no_more(leader: Phone, desk: Desk, world: World) -> None:
    give(desk, leader, "a.txt", b"Tep")
    with world.database.transaction() as session:
        year = session.merge(world.year)
        year.leader_unit_id = world.unit(3).id
        session.add(year)
    desk.work()
    assert body(world) == ""
    (news,) = desk.news(leader.person)
    assert "wasn't taken over" in news.text


def test_a_file_that_telegram_has_lost(leader: Phone, desk: Desk, world: World) -> None:
    leader.send(file("a.txt", key="gone"))
    desk.work()
    (news,) = desk.news(leader.person)
    assert "Telegram doesn't have that file any more" in news.text
    with world.database.transaction() as session:
        assert session.exec(select(Job)).one().state is JobState.FAILED
