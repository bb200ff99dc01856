"""The leader gets the template as a workbook, edits it, sends it back and confirms."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.database import Database
from bot.domain.template import NEEDS, STOCK, TEXT, RuleSpec, TemplateSpec
from bot.errors import Forbidden
from bot.models import BlocYear, SeatRole
from bot.services.figures import template_of
from bot.work import job_kinds
from tests.builders import World, make_world
from tests.flows.desk import Desk
from tests.flows.phone import Phone
from tests.flows.test_forms_xlsx import changed, send, text
from tests.running import settings_for

INDICATORS, PARTS = 0, 1


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return make_world(sqlite_database)


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(world, job_kinds(settings_for(world.database, "http://127.0.0.1:1", tmp_path)))


@pytest.fixture
def leader(world: World) -> Phone:
    return Phone(world, world.person(0, name="Minh"))


def get(phone: Phone, desk: Desk) -> bytes:
    phone.world.now += dt.timedelta(minutes=1)
    phone.command("template")
    phone.tap("Get as XLSX")
    *_, message = desk.news(phone.person)
    assert message.attachment is not None
    return message.attachment.content


def in_force(world: World) -> TemplateSpec:
    with world.database.transaction() as session:
        year = session.get_one(BlocYear, world.year.id)
        return template_of(session, year.id or 0, year.template_version)


def where(page: Any, column: str, code: str = "") -> str:
    """The cell of a column in the row of a code, or in the first free row."""
    heads = {cell.value: cell.column_letter for cell in page[1]}
    codes = {cell.value: cell.row for cell in page[heads["code"]]}
    row = codes[code] if code else max(r for c, r in codes.items() if c) + 1
    return f"{heads[column]}{row}"


def put(content: bytes, cells: list[tuple[str, str, Any]], sheet: int = INDICATORS) -> bytes:
    """Set cells by code ("" for one new row) and column."""

    def change(page: Any) -> None:
        places = [(where(page, column, code), value) for code, column, value in cells]
        for place, value in places:
            page[place] = value

    return changed(content, change, sheet)


def test_a_template_is_changed_after_its_preview(leader: Phone, desk: Desk, world: World) -> None:
    member = world.person(2)
    content = put(
        get(leader, desk),
        [
            ("", "part", "Welfare and relief"),
            ("", "vi", "Cây trồng"),
            ("", "en", "Trees planted"),
            ("", "kind", "at the month's end"),
            ("", "unit", "trees"),
            ("", "required", "yes"),
            ("", "rule", "needs(highlights)"),
            ("supervisions", "required", "no"),
            ("supervisions", "type", "text"),
            ("supervisions", "kind", None),
            ("supervisions", "max_length", 200),
        ],
    )
    row = where(load_workbook(io.BytesIO(content)).worksheets[0], "code", "relief_rounds")[1:]
    content = changed(content, lambda page: page.delete_rows(int(row)))
    message = send(leader, desk, content)
    assert text(message).splitlines()[:4] == [
        "This would change in the monthly report:",
        "➕ 1 new: Trees planted",
        "➖ 1 removed: Relief rounds",
        "✏ 1 changed: Supervisions",
    ]
    assert "relief_rounds" in in_force(world)
    leader.view = message
    leader.tap("Use it")
    assert "Version 2 of the template is in force" in leader.text
    now = in_force(world)
    trees = now["cay_trong"]
    assert (trees.part, trees.kind, trees.unit, trees.required) == ("welfare", STOCK, "trees", True)
    assert (now["supervisions"].type, now["supervisions"].max_length) == (TEXT, 200)
    assert now["members_new"].unit == "member"
    assert "relief_rounds" not in now
    assert RuleSpec(NEEDS, "cay_trong", ("highlights",)) in now.rules
    [news] = desk.news(member)
    assert "The monthly report of Khối A has changed" in text(news)
    assert "➕ 1 new: Trees planted" in text(news)
    leader.view = message
    leader.tap("Use it")
    assert "in force already" in leader.text


def test_every_wrong_cell_is_named(leader: Phone, desk: Desk, world: World) -> None:
    content = get(leader, desk)
    page = load_workbook(io.BytesIO(content)).worksheets[INDICATORS]
    cells: list[tuple[str, str, Any]] = [
        ("models_new", "part", "nowhere"),
        ("supervisions", "code", "Big Code!"),
        ("members_new", "code", "members_total"),
        ("people_legal", "rule", "twice(sessions_legal)"),
        ("people_outreach", "rule", "at_most(nobody)"),
        ("relief_money", "type", "euro"),
        ("relief_rounds", "kind", "sometimes"),
        ("highlights", "max_length", "long"),
        ("plan", "vi", "=1+1"),
    ]
    message = send(leader, desk, put(content, cells))
    lines = text(message).splitlines()
    assert lines[0] == "The template wasn't changed: 9 cells are wrong."
    told = "\n".join(lines)
    rows = [int(re.findall(r"![A-Z]+([0-9]+):", line)[0]) for line in lines if "!" in line]
    assert rows == sorted(rows)
    for code, column, sentence in (
        ("models_new", "part", "there is no part “nowhere”"),
        ("supervisions", "code", "“big code!” is no code"),
        ("members_total", "code", "“members_total” stands there twice"),
        ("people_legal", "rule", "I don't understand the rule “twice”"),
        ("people_outreach", "rule", "there is no indicator “nobody”"),
        ("relief_money", "type", "there is no type “euro”"),
        ("relief_rounds", "kind", "there is no kind “sometimes”"),
        ("highlights", "max_length", "“long” is no length from 1 to 1000"),
        ("plan", "vi", "there is a formula"),
    ):
        assert f"Indicators!{where(page, column, code)}: {sentence}" in told
    assert "Use it" not in [button.text for row in message.rows for button in row]
    assert "relief_rounds" in in_force(world)


def test_a_wrong_part_is_named_in_its_own_sheet(leader: Phone, desk: Desk) -> None:
    content = put(get(leader, desk), [("welfare", "vi", "x" * 121)], PARTS)
    assert "Parts!" in text(send(leader, desk, content))
    content = changed(content, lambda page: page.delete_rows(1), PARTS)
    assert "no longer laid out" in text(send(leader, desk, content, key="y"))


def test_an_unchanged_or_older_or_foreign_file_changes_nothing(
    leader: Phone, desk: Desk, world: World
) -> None:
    content = get(leader, desk)
    assert "Nothing is changed in that file" in text(send(leader, desk, content))
    first = put(content, [("supervisions", "required", "no")])
    leader.view = send(leader, desk, first, key="y")
    leader.tap("Leave as it is")
    assert "The template stays as it is." in leader.text
    leader.view = send(leader, desk, first, key="z")
    leader.tap("Use it")
    assert "has been changed meanwhile" in text(send(leader, desk, first, key="a"))
    other = make_world(world.database, name="Khối B")
    stranger = Phone(other, other.person(0))
    assert "another bloc or year" in text(send(stranger, desk, first, key="b"))


def test_columns_may_be_moved_and_formulas_stay_text(leader: Phone, desk: Desk) -> None:
    content = put(get(leader, desk), [("supervisions", "vi", "-cmd|x"), ("supervisions", "en", "")])
    moved = changed(content, lambda page: page.move_range("A1:A60", cols=20))
    message = send(leader, desk, moved)
    assert "✏ 1 changed: -cmd|x" in text(message)
    leader.view = message
    leader.tap("Use it")
    page = load_workbook(io.BytesIO(get(leader, desk))).worksheets[INDICATORS]
    cell = page[where(page, "vi", "supervisions")]
    assert (cell.value, cell.data_type) == ("-cmd|x", "s")


def test_in_vietnamese(desk: Desk, world: World) -> None:
    phone = Phone(world, world.person(0, language="vi"))
    phone.command("template")
    phone.data("template:get:0")
    *_, message = desk.news(phone.person)
    assert message.attachment is not None
    content = put(message.attachment.content, [("supervisions", "required", "")])
    phone.view = send_any(phone, desk, content)
    phone.data(next(b.data for row in phone.view.rows for b in row if ":use:" in b.data))
    assert not in_force(world)["supervisions"].required
    assert in_force(world)["members_new"].required


def send_any(phone: Phone, desk: Desk, content: bytes) -> Any:
    from tests.flows.phone import file

    desk.files["vi-id"] = content
    phone.send(file("mau.xlsx", key="vi"))
    desk.work()
    *_, message = desk.news(phone.person)
    return message


def test_only_reviewers_see_and_send_templates(leader: Phone, desk: Desk, world: World) -> None:
    content = put(get(leader, desk), [("supervisions", "required", "no")])
    leader.command("start")
    assert "Report template" in leader.buttons
    for person in (world.person(2), world.person(None, SeatRole.OBSERVER)):
        phone = Phone(world, person)
        with pytest.raises(Forbidden):
            phone.command("template")
        for data in ("template:get:0", "template:use:0:2", "template:drop:0:2"):
            with pytest.raises(Forbidden):
                phone.data(data)
        message = send(phone, desk, content, key=f"p{person.id}")
        assert "Only the bloc leader and the deputy" in text(message)
    assert in_force(world)["supervisions"].required
