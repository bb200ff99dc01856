"""Evidence in the report's form."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot.database import Database
from bot.models import (
    EvidenceKind,
    Job,
)
from tests.builders import World, make_world
from tests.flows.phone import Phone, file
from tests.flows.reporting import evidence_of, form_of, values


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return make_world(sqlite_database)


@pytest.fixture
def phone(world: World) -> Phone:
    """A representative of the third unit, who neither leads nor reviews."""
    return Phone(world, world.person(2, name="Lan"))


# --- Evidence ----------------------------------------------------------------------------------


def test_a_photo_to_a_row_and_a_file_to_the_report(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.send(file("minutes.pdf", key="a"))
    assert "Added to: whole report" in phone.text
    phone.tap("Outreach")
    phone.tap("Outreach sessions")
    view = phone.send(file(key="b"))
    assert "Added to: Outreach sessions" in phone.text
    assert not view.tidy, "the photo stays in the chat"
    assert [one.indicator for one in evidence_of(world)] == [None, "sessions_outreach"]
    with world.database.transaction() as session:
        jobs = session.exec(select(Job).where(Job.kind == "evidence_copy")).all()
    assert [job.dedupe_key for job in jobs] == [f"evidence:{one.id}" for one in evidence_of(world)]
    phone.type("3")
    assert values(world) == {"sessions_outreach": "3"}, "the field is still open"


def test_an_album_is_one_act_with_one_new_card(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.type("4")
    version = form_of(world, phone).version
    fresh = [phone.send(file(key=f"p{n}", album="77")).fresh for n in range(3)]
    assert fresh == [True, False, False]
    assert "📎 Files: 3" in phone.buttons
    assert form_of(world, phone).version == version
    assert phone.send(file(key="p9", album="78")).fresh


def test_the_same_file_twice_is_one(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.send(file(key="a"))
    phone.send(file(key="a"))
    assert len(evidence_of(world)) == 1


@pytest.mark.parametrize(
    ("media", "sentence"),
    [
        (file("film.mp4", size=20 * 2**20 + 1), "at most 20 MB"),
        (file("tool.exe", mime="application/x-msdownload"), "I can't take tool.exe"),
        (file("photos.zip", mime="application/zip"), "I can't take photos.zip"),
        (file("trick.pdf.exe", mime="application/pdf"), "I can't take trick.pdf.exe"),
        (file("no_ending", mime="application/octet-stream"), "I can't take no_ending"),
    ],
)
def test_files_that_are_no_evidence(
    phone: Phone, world: World, media: object, sentence: str
) -> None:
    phone.command("report")
    phone.send(media)
    assert sentence in phone.text
    assert evidence_of(world) == []


@pytest.mark.parametrize(
    "media",
    [
        file("a.DOCX", mime="application/octet-stream"),
        file("scan", mime="application/pdf"),
        file(None, kind=EvidenceKind.VOICE, mime="audio/ogg"),
        file(None, kind=EvidenceKind.VIDEO, mime="video/mp4"),
        file(None, size=None),
    ],
)
def test_files_that_are_evidence(phone: Phone, world: World, media: object) -> None:
    phone.command("report")
    phone.send(media)
    assert len(evidence_of(world)) == 1


def test_files_are_listed_shown_and_deleted(phone: Phone, world: World) -> None:
    phone.command("report")
    for n in range(10):
        phone.send(file(f"f{n}.pdf", key=f"k{n}"))
    phone.tap("Files: 10")
    assert "1. 📄 f0.pdf · whole report" in phone.text
    view = phone.tap("Show 1")
    assert view.attachment is not None and view.attachment.file_id == "k0-id"
    phone.command("report")
    phone.tap("Files: 10")
    phone.tap("▶")
    assert "10. 📄 f9.pdf" in phone.text
    phone.tap("Delete 10")
    assert "The file was deleted." in phone.text
    assert sum(one.removed_at is None for one in evidence_of(world)) == 9
    phone.tap("Back")
    assert "📎 Files: 9" in phone.buttons
