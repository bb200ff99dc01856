"""The monthly report by buttons and typed messages, through the router."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.incoming import Kind, Media
from bot.models import Evidence, EvidenceKind, Form, Job, Person, Report, ReportState, SeatRole
from bot.views.base import Button, View, plain
from handlers import route
from tests.builders import World, incoming, make_world, transact

CODES = ["models_sustained", "models_new"]


class Phone:
    """A person's chat: what they do, and the screen they see then."""

    def __init__(self, world: World, person: Person) -> None:
        self.world, self.person = world, person
        self.view = View()
        self.actions = 0

    def _do(self, kind: Kind, **what: object) -> View:
        self.actions += 1
        with self.world.acting(self.person) as (session, actor):
            self.view = route(incoming(self.person, kind, **what), transact(session, actor))  # type: ignore[arg-type]
            assert View.from_json(self.view.to_json()) == self.view
        return self.view

    def command(self, name: str, text: str = "") -> View:
        return self._do("command", command=name, text=text)

    def type(self, text: str) -> View:
        return self._do("text", text=text)

    def send(self, media: Media) -> View:
        return self._do("file", media=media)

    def data(self, data: str) -> View:
        return self._do("button", data=data)

    def button(self, text: str) -> Button:
        found = [one for row in self.view.rows for one in row if text in one.text]
        assert found, f"no {text!r} in {self.buttons}"
        return found[0]

    def tap(self, text: str) -> View:
        return self.data(self.button(text).data)

    @property
    def buttons(self) -> list[str]:
        return [one.text for row in self.view.rows for one in row]

    @property
    def text(self) -> str:
        return plain(self.view.text) if not hasattr(self.view.text, "unescape") else str(
            self.view.text.striptags()
        )


def report_of(world: World, unit: int = 2) -> Report:
    with world.database.transaction() as session:
        return session.exec(select(Report).where(Report.unit_id == world.unit(unit).id)).one()


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return make_world(sqlite_database)


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world, world.person(2))


def fill(phone: Phone) -> None:
    """Everything that is required."""
    for line in ("10 2", "1\n2\n3\n4\n5\n6", "7\n80\n1\n0", "0\n0", "3\n12tr\n1", "2\n1\n1"):
        phone.type(line)


def test_the_whole_way(phone: Phone, world: World) -> None:
    phone.command("report")
    assert "Report March 2025" in phone.view.text
    fill(phone)
    assert report_of(world).values["relief_money"] == "12000000"
    phone.tap("Send")
    phone.tap("Yes, send it")
    report = report_of(world)
    assert (report.state, report.number, report.round) == (ReportState.SENT, 1, 1)
    assert "Report 1 was sent" in phone.view.text
    print(phone.view.text, phone.buttons)
