"""The XLSX form of a report, from the button to the figures taken over, and back."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import io
import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlmodel import select

from bot.database import Database
from bot.demo.telegram.limits import Rates
from bot.demo.telegram.server import StandIn
from bot.errors import Forbidden, NotFound
from bot.i18n import KNOWN_LANGUAGES
from bot.models import Evidence, Report, ReportState
from bot.services import reports, review
from bot.views.base import View
from bot.work import job_kinds
from tests.builders import World, make_world, sent_report
from tests.flows.desk import Desk
from tests.flows.phone import Phone, file
from tests.flows.reporting import fill
from tests.running import TOKEN, running_bot, settings_for

VALUE = "F"


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(world, job_kinds(settings_for(world.database, "http://127.0.0.1:1", tmp_path)))


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world, world.person(2, name="Lan"))


def get_form(phone: Phone, desk: Desk) -> bytes:
    """Tap the button and take the file from the message."""
    phone.world.now += dt.timedelta(minutes=1)
    phone.tap("XLSX form")
    assert phone.view.toast == "The form comes as a file in a moment."
    *_, message = desk.news(phone.person)
    assert message.attachment is not None
    assert message.attachment.name == "bao-cao-2025-03.xlsx"
    return message.attachment.content


def rows(content: bytes) -> dict[str, int]:
    """The row of each indicator."""
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    return {str(cell.value): cell.row for cell in page["A"] if cell.value}


def edit(content: bytes, cells: Mapping[str, Any]) -> bytes:
    """The form with values of indicators changed, as a spreadsheet saves it."""
    places = rows(content)
    return changed(content, lambda page: [
        page.__setitem__(f"{VALUE}{places[code]}", value) for code, value in cells.items()
    ])  # fmt: skip


def changed(content: bytes, change: Callable[[Any], object], sheet: int = 0) -> bytes:
    book = load_workbook(io.BytesIO(content))
    change(book.worksheets[sheet])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def send(phone: Phone, desk: Desk, content: bytes, name: str = "form.xlsx", key: str = "x") -> View:
    """Send a workbook and get the message with the result."""
    desk.files[f"{key}-id"] = content
    phone.send(file(name, key=key))
    assert f"I'm reading {name}" in phone.text
    desk.work()
    *_, message = desk.news(phone.person)
    return message


def text(view: View) -> str:
    return html.unescape(re.sub("<[^>]+>", "", view.text))


def values(world: World, month: int = 3) -> dict[str, str]:
    with world.database.transaction() as session:
        report = session.exec(select(Report).where(Report.month == dt.date(2025, month, 1))).first()
        return dict(report.values) if report else {}


# --- Taking over -------------------------------------------------------------------------------


def test_figures_dates_and_words_are_taken_over(phone: Phone, desk: Desk, world: World) -> None:
    phone.command("report")
    decomposed = unicodedata.normalize("NFD", "Đã giúp 12 hộ\nnghèo")
    form = edit(
        get_form(phone, desk),
        {
            "models_sustained": 3,
            "models_new": "2",
            "relief_money": "12,000,000",
            "opinions_forwarded_on": dt.datetime(2025, 3, 4),
            "highlights": decomposed,
            "plan": 2026,
        },
    )
    message = send(phone, desk, form)
    assert "✅ 6 entries were taken over into the report of March 2025." in text(message)
    assert "17 things are still to be corrected" in text(message)
    assert values(world) == {
        "models_sustained": "3",
        "models_new": "2",
        "relief_money": "12000000",
        "opinions_forwarded_on": "2025-03-04",
        "highlights": "Đã giúp 12 hộ\nnghèo",
        "plan": "2026",
    }
    phone.view = message
    phone.tap("Open the report")
    assert "Report March 2025 · U3" in phone.text


def test_the_form_holds_what_is_known(phone: Phone, desk: Desk, world: World) -> None:
    sent_report(world, phone.person, dt.date(2025, 2, 1), models_sustained=4, models_new=1)
    phone.command("report")
    fill(phone)
    form = get_form(phone, desk)
    places = rows(form)
    book = load_workbook(io.BytesIO(form))
    page = book.worksheets[0]
    assert "March 2025" in page["B1"].value
    assert page["B2"].value == "Unit number 3 – Khối A"
    row = places["models_sustained"]
    assert (page[f"E{row}"].value, str(page[f"{VALUE}{row}"].value)) == (
        4,
        values(world)["models_sustained"],
    )
    assert page[f"{VALUE}{places['relief_money']}"].value == 12_000_000
    total = page[f"{VALUE}{places['models_total']}"]
    assert total.data_type == "f"
    assert total.protection.locked
    assert not page[f"{VALUE}{row}"].protection.locked
    assert page[f"C{row}"].protection.locked
    assert page.protection.sheet
    assert page.protection.password is None
    assert page.freeze_panes == "A6"
    assert (page.page_setup.paperSize, page.page_setup.fitToHeight) == (9, 0)
    assert [one.sheet_state for one in book.worksheets] == ["visible", "veryHidden"]
    cached = load_workbook(io.BytesIO(form), data_only=True).worksheets[0]
    assert cached[f"{VALUE}{places['models_total']}"].value == 12


def test_what_begins_like_a_formula_stays_text(phone: Phone, desk: Desk, world: World) -> None:
    hostile = {
        "highlights": "=cmd|' /C calc'!A0",
        "difficulties": "+1+1\n@SUM(A1)",
        "plan": "-2 https://example.org",
    }
    phone.command("report")
    with world.acting(phone.person) as (session, actor):
        report = session.exec(select(Report)).one()
        reports.change(session, actor, report.id or 0, hostile)
    form = get_form(phone, desk)
    page = load_workbook(io.BytesIO(form)).worksheets[0]
    for code, row in rows(form).items():
        if code in hostile:
            assert page[f"{VALUE}{row}"].data_type == "s"
            assert page[f"{VALUE}{row}"].value == hostile[code]
            assert page[f"{VALUE}{row}"].hyperlink is None
    assert "Nothing was changed in that form" in text(send(phone, desk, form))
    assert values(world) == hostile


def test_only_what_was_changed_in_the_form_counts(phone: Phone, desk: Desk, world: World) -> None:
    phone.command("report")
    with world.acting(phone.person) as (session, actor):
        report = session.exec(select(Report)).one()
        reports.change(session, actor, report.id or 0, {"highlights": "old", "plan": "to go"})
    form = get_form(phone, desk)
    with world.acting(phone.person) as (session, actor):
        reports.change(session, actor, report.id or 0, {"highlights": "typed later in the chat"})
    message = send(phone, desk, edit(form, {"plan": None, "difficulties": "none"}))
    assert "2 entries were taken over" in text(message)
    assert values(world) == {"highlights": "typed later in the chat", "difficulties": "none"}


def test_what_breaks_a_rule_is_kept_and_pointed_out(phone: Phone, desk: Desk, world: World) -> None:
    phone.command("report")
    form = edit(get_form(phone, desk), {"opinions_received": 1, "opinions_forwarded": 5})
    assert "2 entries were taken over" in text(send(phone, desk, form))
    assert values(world) == {"opinions_received": "1", "opinions_forwarded": "5"}
    phone.command("report")
    assert "⚠ Opinions forwarded is 5: that is more than Opinions received" in phone.text


def test_the_whole_way_through_telegram(sqlite_database: Database, tmp_path: Path) -> None:
    """A real bot against the stand-in: the file goes up and comes down, the picture is copied."""
    world = make_world(sqlite_database)
    lan = world.person(2, name="Lan").telegram_id
    with StandIn(TOKEN, rates=Rates.off()) as tg:
        tg.add_user(lan, "Lan", language_code="en")
        with running_bot(sqlite_database, tg, tmp_path, now=lambda: world.now):
            tg.start(lan)
            tg.send_text(lan, "/report")
            card = tg.wait_message(lan, contains="Report March 2025")
            tg.press(lan, card.message_id, "📄 XLSX form")
            form = tg.wait_message(lan, contains="Report form for March 2025, U3")
            content = tg.file(form.media["document"]["file_id"])
            filled = edit(content, {"models_sustained": 3, "plan": "1+1 is no formula"})
            tg.send_document(lan, filled, "bao-cao.xlsx")
            done = tg.wait_message(lan, contains="2 entries were taken over")
            assert "Open the report" in [one["text"] for row in done.buttons for one in row]
            tg.send_document(lan, b"%PDF-1.7 minutes", "minutes.pdf")
            stored = tmp_path / "evidence"
            tg.wait_for(lambda: [one for one in stored.rglob("*") if one.is_file()])
    assert values(world) == {"models_sustained": "3", "plan": "1+1 is no formula"}
    [copy] = [one for one in stored.rglob("*") if one.is_file()]
    assert copy.read_bytes() == b"%PDF-1.7 minutes"
    assert copy.name == hashlib.sha256(b"%PDF-1.7 minutes").hexdigest()


# --- Refusing ----------------------------------------------------------------------------------


def test_every_wrong_cell_is_named_and_nothing_is_changed(
    phone: Phone, desk: Desk, world: World
) -> None:
    phone.command("report")
    form = get_form(phone, desk)
    at = {code: f"{VALUE}{row}" for code, row in rows(form).items()}
    message = send(
        phone,
        desk,
        edit(
            form,
            {
                "models_sustained": "abc",
                "models_new": -3,
                "sessions_outreach": 1.5,
                "people_outreach": "=1+1",
                "sessions_legal": True,
                "relief_money": 10**16,
                "opinions_forwarded_on": "yesterday",
                "plan": "x" * 1001,
                "supervisions": 4,
            },
        ),
    )
    lines = text(message).splitlines()
    assert lines[0] == "Nothing was taken over: 8 cells are wrong."
    told = [line for line in lines if line.startswith("•")]
    assert told == [
        f"• {at['models_sustained']} (Models kept up): “abc” is not a number",
        f"• {at['models_new']} (New models): “-3” is below 0",
        f"• {at['sessions_outreach']} (Outreach sessions): “1.5” is not a whole number",
        f"• {at['people_outreach']} (People at outreach sessions): "
        "there is a formula; please enter its result",
        f"• {at['sessions_legal']} (Legal-information sessions): “TRUE” is not a number",
        f"• {at['opinions_forwarded_on']} (Date forwarded): “yesterday” is not a date",
        f"• {at['relief_money']} (Money given (VND)): “10000000000000000” is too large",
        f"• {at['plan']} (Plan for next month): the text is too long, at most 1,000",
    ]
    assert values(world) == {}


def test_a_date_to_come_is_wrong(phone: Phone, desk: Desk, world: World) -> None:
    phone.command("report")
    form = edit(get_form(phone, desk), {"opinions_forwarded_on": dt.datetime(2025, 3, 11)})
    assert "2025-03-11 is still to come" in text(send(phone, desk, form))
    assert values(world) == {}


def test_a_list_of_wrong_cells_fits_into_a_message(phone: Phone, desk: Desk) -> None:
    phone.command("report")
    form = get_form(phone, desk)
    codes = [code for code in rows(form) if code != "models_total"]
    message = send(phone, desk, edit(form, dict.fromkeys(codes, "<b>&" + "x" * 1100)))
    assert len(message.text) < 4096
    assert "cells are wrong" in text(message)


def test_another_units_form_is_refused(phone: Phone, desk: Desk, world: World) -> None:
    phone.command("report")
    form = edit(get_form(phone, desk), {"supervisions": 4})
    other = Phone(world, world.person(3))
    other.command("report")
    assert "belongs to another unit or bloc" in text(send(other, desk, form))
    foreign = make_world(world.database, name="Khối B")
    third = Phone(foreign, foreign.person(2))
    third.command("report")
    assert "belongs to another unit or bloc" in text(send(third, desk, form, key="y"))
    assert values(world) == {}


def test_another_months_form_is_refused_while_a_month_is_open(
    phone: Phone, desk: Desk, world: World
) -> None:
    phone.command("report")
    form = edit(get_form(phone, desk), {"supervisions": 4})
    phone.command("report", "2025-02")
    message = send(phone, desk, form)
    assert "That form is for March 2025, but the report of February 2025 is open" in text(message)
    assert "/report 2025-03" in text(message)
    assert values(world, 2) == {}
    phone.command("cancel")
    assert "1 entry was taken over into the report of March 2025" in text(
        send(phone, desk, form, key="y")
    )


def test_a_form_of_older_indicators_or_made_otherwise_is_refused(
    phone: Phone, desk: Desk, world: World
) -> None:
    phone.command("report")
    form = edit(get_form(phone, desk), {"supervisions": 4})

    def meta(key: str, value: str) -> bytes:
        def change(page: Any) -> None:
            for row in page.iter_rows():
                if row[0].value == key:
                    row[1].value = value

        return changed(form, change, sheet=1)

    assert "The indicators have changed" in text(send(phone, desk, meta("version", "2")))
    assert "of an older kind" in text(send(phone, desk, meta("format", "0"), key="a"))
    assert "no longer laid out" in text(send(phone, desk, meta("report", "zero"), key="b"))
    assert "belongs to another" in text(send(phone, desk, meta("month", "2025-01-01"), key="c"))
    twice = changed(form, lambda page: page.__setitem__("A20", page["A21"].value))
    assert "no longer laid out" in text(send(phone, desk, twice, key="d"))
    assert values(world) == {}


def test_a_sent_report_takes_no_form(phone: Phone, desk: Desk, world: World) -> None:
    phone.command("report")
    form = edit(get_form(phone, desk), {"supervisions": 4})
    report = sent_report(world, phone.person, dt.date(2025, 3, 1))
    assert "has already been sent" in text(send(phone, desk, form))
    with world.acting(world.person(0)) as (session, actor):
        review.approve(session, actor, report.number or 0, "")
    assert "has been approved" in text(send(phone, desk, form, key="y"))
    assert values(world)["supervisions"] == "0"
    with world.database.transaction() as session:
        assert session.exec(select(Report)).one().state is ReportState.APPROVED


def test_the_form_of_another_units_report_cannot_be_had(
    phone: Phone, desk: Desk, world: World
) -> None:
    phone.command("report")
    button = phone.button("XLSX form").data
    with pytest.raises(NotFound):
        Phone(world, world.person(3)).data(button)
    assert desk.news(phone.person) == []


# --- What is no form ---------------------------------------------------------------------------


def workbook() -> bytes:
    book = Workbook()
    book.active["A1"] = "a list of names"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_another_workbook_becomes_evidence_of_the_open_row(
    phone: Phone, desk: Desk, world: World
) -> None:
    phone.command("report")
    phone.tap("Models and products")
    phone.tap("New models")
    message = send(phone, desk, workbook(), "names.xlsx")
    assert "names.xlsx isn't a report form of mine, so I attached it" in text(message)
    with world.database.transaction() as session:
        one = session.exec(select(Evidence)).one()
    assert (one.indicator, one.file_name) == ("models_new", "names.xlsx")
    assert one.sha256 is not None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 old", b"\x00"])
def test_a_broken_workbook_is_a_file_like_any_other(
    phone: Phone, desk: Desk, world: World, content: bytes
) -> None:
    phone.command("report")
    assert "attached it to the report" in text(send(phone, desk, content))
    with world.database.transaction() as session:
        assert session.exec(select(Evidence)).one().indicator is None


def test_without_an_open_report_another_workbook_is_explained(phone: Phone, desk: Desk) -> None:
    message = send(phone, desk, workbook(), "names.xlsx")
    assert "names.xlsx isn't a form of mine" in text(message)


def test_a_stranger_has_nothing_read(desk: Desk, world: World) -> None:
    with pytest.raises(Forbidden):
        Phone(world, world.person()).send(file("form.xlsx"))
    assert desk.jobs() == []


def test_a_workbook_that_is_too_large_is_refused_at_once(phone: Phone, desk: Desk) -> None:
    phone.command("report")
    phone.send(file("big.xlsx", size=21 * 2**20))
    assert "too large: at most 20 MB" in phone.text
    assert desk.jobs() == []


def test_a_workbook_that_telegram_lost(phone: Phone, desk: Desk) -> None:
    phone.command("report")
    phone.send(file("form.xlsx", key="gone"))
    desk.work()
    [message] = desk.news(phone.person)
    assert "Telegram doesn't have that file any more" in text(message)


@pytest.mark.parametrize("language", KNOWN_LANGUAGES)
def test_in_every_language(sqlite_database: Database, tmp_path: Path, language: str) -> None:
    world = make_world(sqlite_database)
    desk = Desk(world, job_kinds(settings_for(sqlite_database, "http://127.0.0.1:1", tmp_path)))
    phone = Phone(world, world.person(2, language=language))
    phone.command("report", "2025-03")
    phone.data("workbook:form:0:1")
    *_, message = desk.news(phone.person)
    assert message.attachment is not None
    numbers = {"en": "1,200", "hi": "1,200", "vi": "1.200", "de": "1.200"}
    for key, number in (("a", numbers.get(language, "1 200")), ("b", "mười")):
        desk.files[f"{key}-id"] = edit(message.attachment.content, {"relief_money": number})
        phone.send(file("form.xlsx", key=key))
        desk.work()
    *_, good, bad = desk.news(phone.person)
    assert "F33" in text(bad)
    assert "F33" not in text(good)
    assert values(world) == {"relief_money": "1200"}
