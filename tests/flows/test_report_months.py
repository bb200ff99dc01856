"""Which month a report is for."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.database import Database
from bot.i18n import texts
from bot.models import (
    BlocYear,
    ReportState,
)
from bot.views.notices import NOTICES
from tests.builders import World, make_world
from tests.flows.phone import Phone
from tests.flows.reporting import fill, report_of, sent


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return make_world(sqlite_database)


@pytest.fixture
def phone(world: World) -> Phone:
    """A representative of the third unit, who neither leads nor reviews."""
    return Phone(world, world.person(2, name="Lan"))


# --- Months ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["2025-02", "02/2025", "2.2025", "tháng 2", "2", "202502"])
def test_a_month_in_several_spellings(phone: Phone, world: World, text: str) -> None:
    phone.command("report", text)
    assert "Report February 2025" in phone.text
    assert "was due 23:59 Feb 25, 2025" in phone.text
    assert report_of(world, month=2).state is ReportState.DRAFT


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2025-13", "There is no such month"),
        ("soon", "don't understand that month"),
    ],
)
def test_an_unclear_month_asks_again(phone: Phone, text: str, sentence: str) -> None:
    phone.command("report", text)
    assert sentence in phone.text
    phone.type("2025-02")
    assert "Report February 2025" in phone.text


def test_a_wrong_month_is_asked_again(phone: Phone) -> None:
    phone.command("report", "soon")
    phone.type("never")
    assert "don't understand that month" in phone.text
    phone.tap("Report March 2025")
    assert "Report March 2025" in phone.text


def test_early_in_the_month_both_months_are_offered(world: World, phone: Phone) -> None:
    world.now = dt.datetime(2025, 4, 3, 5, tzinfo=dt.UTC)
    phone.command("report")
    assert phone.buttons[:2] == ["Report March 2025", "Report April 2025"]
    phone.tap("Report March 2025")
    assert "it will be marked late" in phone.text
    fill(phone)
    phone.tap("Send")
    phone.tap("Yes, send it")
    assert "Sent after the deadline" in phone.text
    assert report_of(world).late
    phone.command("report")
    assert "Report April 2025" in phone.text, "March is done"
    world.now = dt.datetime(2025, 4, 20, 5, tzinfo=dt.UTC)
    phone.command("report")
    assert "Report April 2025" in phone.text


def test_a_late_report_says_so_in_its_confirmation(world: World, phone: Phone) -> None:
    world.now = dt.datetime(2025, 4, 3, 5, tzinfo=dt.UTC)
    sent(phone)
    ids: dict[str, object] = {"report": report_of(world).id, "round": 1}
    with world.database.transaction() as session:
        view = NOTICES["report_sent"](session, texts("en"), phone.person, [ids], world.now)
    assert view is not None and "marked late" in view.text


def test_the_months_of_the_year(phone: Phone, world: World) -> None:
    sent(phone)
    world.now = dt.datetime(2025, 5, 10, 5, tzinfo=dt.UTC)
    phone.command("report", "2025-04")
    phone.command("reports")
    assert phone.buttons[:3] == ["▫ May 2025", "✏⏰ April 2025", "⏳ March 2025 · No. 1"]
    phone.tap("March 2025")
    assert "⏳ No. 1" in phone.text
    phone.tap("Other months")
    phone.tap("May 2025")
    assert "Report May 2025" in phone.text


def test_the_years_are_paged(phone: Phone, world: World) -> None:
    with world.database.transaction() as session:
        session.add(BlocYear(bloc_id=world.bloc.id or 0, year=2024, opened_at=world.now))
    phone.command("reports")
    assert "Reports of 2025 · U3" in phone.text
    phone.tap("◀ 2024")
    assert "Reports of 2024 · U3" in phone.text
    assert "no months to report on in this year yet" in phone.text, "the unit joined later"
    phone.tap("2025 ▶")
    assert "▫ March 2025" in phone.buttons
    phone.command("reports", "2024")
    assert "Reports of 2024" in phone.text
