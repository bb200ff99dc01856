"""Documents and charts: asked for by a tap, made once, sent as files to whom they are for."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.evidence_store import EvidenceStore
from bot.models import Job, Made, SeatRole, TextKind
from bot.views.base import View
from bot.work import job_kinds
from tests.builders import World, make_world
from tests.flows.desk import Desk
from tests.flows.phone import Phone
from tests.running import settings_for
from tests.services.adopting import published, ready, sign


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return make_world(sqlite_database, 3)


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(world, job_kinds(settings_for(world.database, "http://127.0.0.1:1", tmp_path)))


def content(view: View, folder: Path) -> bytes:
    """The bytes of a made file, as the sender would take them from the store."""
    assert view.attachment is not None
    return EvidenceStore(str(folder / "evidence")).get(view.attachment.stored)


def made(world: World) -> list[Made]:
    with world.database.transaction() as session:
        return list(session.exec(select(Made).order_by(col(Made.id))))


def test_a_member_gets_the_pact_as_pdf(world: World, desk: Desk, tmp_path: Path) -> None:
    version = published(world)
    phone = Phone(world, world.person(2))
    phone.data(f"docs:pact:0:{version}")
    phone.tap("PDF")
    assert "being made" in phone.view.toast
    phone.data(f"docs:get:0:pact:{version}:pdf")
    desk.work()
    [news] = desk.news(phone.person)
    assert content(news, tmp_path).startswith(b"%PDF")
    assert len(made(world)) == 1
