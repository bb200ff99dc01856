"""Several people in one draft, old buttons, and who may do what."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal

import pytest

from bot.database import Database
from bot.domain.template import (
    AT_MOST,
    SPLIT,
    TEXT,
    IndicatorSpec,
    PartSpec,
    RuleSpec,
    TemplateSpec,
    to_json,
)
from bot.errors import Expected, Forbidden, NotFound
from bot.models import (
    BlocYear,
    ReportState,
    SeatRole,
    Template,
    Unit,
)
from bot.services import reports
from bot.views.base import DATA_BYTES, TEXT_LIMIT
from tests.builders import NOW, World, make_world
from tests.flows.phone import Phone, file
from tests.flows.reporting import evidence_of, fill, form_of, report_of, sent, values


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return make_world(sqlite_database)


@pytest.fixture
def phone(world: World) -> Phone:
    """A representative of the third unit, who neither leads nor reviews."""
    return Phone(world, world.person(2, name="Lan"))


# --- Several people, old buttons, restarts -----------------------------------------------------


def test_two_people_write_in_one_draft(phone: Phone, world: World) -> None:
    other = Phone(world, world.person(2, SeatRole.REPRESENTATIVE))
    phone.command("report")
    other.command("report")
    phone.tap("Outreach")
    other.tap("Outreach")
    phone.type("1")
    other.type("2")
    assert "✓ Outreach sessions: 1" in other.buttons
    assert values(world) == {"sessions_outreach": "1", "people_outreach": "2"}
    phone.tap("Outreach sessions")
    other.tap("Outreach sessions")
    phone.type("5")
    other.type("6")
    assert values(world)["sessions_outreach"] == "6"


def test_undo_leaves_what_a_colleague_changed_since(phone: Phone, world: World) -> None:
    other = Phone(world, world.person(2, SeatRole.REPRESENTATIVE))
    phone.command("report")
    phone.type("10 2")
    other.command("report")
    other.tap("Models")
    other.tap("New models")
    other.type("3")
    phone.tap("Undo")
    assert values(world) == {"models_new": "3"}


def test_a_colleague_sends_while_one_is_typing(phone: Phone, world: World) -> None:
    other = Phone(world, world.person(2, SeatRole.REPRESENTATIVE, name="Minh"))
    phone.command("report")
    fill(phone)
    phone.tap("Send")
    other.command("report")
    other.tap("Send")
    other.tap("Yes, send it")
    phone.tap("Yes, send it")
    assert phone.view.alert and "already been sent" in phone.view.toast
    assert "by Minh" in phone.text
    assert report_of(world).round == 1


def test_a_value_after_a_colleagues_sending_is_not_accepted(phone: Phone, world: World) -> None:
    other = Phone(world, world.person(2, SeatRole.REPRESENTATIVE, name="Minh"))
    phone.command("report")
    fill(phone)
    phone.tap("Outreach")
    phone.tap("Outreach sessions")
    before = values(world)
    other.command("report")
    other.tap("Send")
    other.tap("Yes, send it")
    view = phone.type("99")
    assert "already been sent" in phone.text and "by Minh" in phone.text
    assert not view.tidy
    assert values(world) == before
    phone.send(file())
    assert evidence_of(world) == []


def test_a_button_pressed_twice_counts_once(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.tap("Outreach")
    phone.tap("Outreach sessions")
    zero = phone.button("0").data
    phone.data(zero)
    assert "People at outreach sessions" in phone.text
    phone.data(zero)
    assert "out of date" in phone.view.toast
    assert values(world) == {"sessions_outreach": "0"}
    assert "People at outreach sessions" in phone.text, "the screen as it is"


def test_start_in_the_middle_keeps_everything(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.tap("Outreach")
    phone.type("4")
    phone.command("start")
    phone.command("report")
    assert "Outreach 1/6" in phone.buttons


@pytest.mark.parametrize("answer", ["Yes, enter it", "No"])
def test_a_form_left_for_a_week_asks_before_a_value_counts(
    phone: Phone, world: World, answer: str
) -> None:
    phone.command("report")
    phone.tap("Outreach")
    phone.tap("Outreach sessions")
    world.now = NOW + dt.timedelta(days=7)
    phone.type("15")
    assert "Enter “15” for Outreach sessions in the report of March 2025?" in phone.text
    assert values(world) == {}
    assert form_of(world, phone).draft["text"] == "15"
    phone.type("16")
    assert "answer this question first" in phone.text
    phone.tap(answer)
    if answer == "No":
        assert values(world) == {}
        assert "“15” was not entered" in phone.text
        phone.type("16")
        assert values(world) == {"sessions_outreach": "16"}
    else:
        assert values(world) == {"sessions_outreach": "15"}


def test_a_week_old_card_asks_without_a_field(phone: Phone, world: World) -> None:
    phone.command("report")
    world.now = NOW + dt.timedelta(days=7)
    phone.type("15")
    assert "Enter “15” into the report of March 2025?" in phone.text
    phone.tap("Yes")
    assert values(world) == {"models_sustained": "15"}


# --- Who may -----------------------------------------------------------------------------------


def test_observers_and_strangers_are_refused(world: World) -> None:
    for person, code in (
        (world.person(None, SeatRole.OBSERVER), "members_only"),
        (world.person(), "no_seat"),
    ):
        for act in (
            lambda phone: phone.command("report"),
            lambda phone: phone.command("report", "soon"),
            lambda phone: phone.command("reports"),
            lambda phone: phone.data("report:start:0"),
            lambda phone: phone.data("report:show:0:1"),
            lambda phone: phone.data("report:sum:0:1"),
        ):
            with pytest.raises(Forbidden) as caught:
                act(Phone(world, person))
            assert caught.value.code == code


def test_another_units_report_is_out_of_reach(phone: Phone, world: World) -> None:
    sent(phone)
    report = report_of(world)
    phone.tap("Withdraw")
    stranger = Phone(world, world.person(3))
    for action in ("show", "open", "sum", "sent_files", "withdraw"):
        with pytest.raises(NotFound):
            stranger.data(f"report:{action}:0:{report.id}:0")
    with pytest.raises(NotFound):
        stranger.data(f"report:withdrawn:0:{report.id}:1")
    assert report_of(world).state is ReportState.SENT


@pytest.mark.parametrize(
    "data",
    ["report:month:0", "report:month:0:x", "report:show:0", "report:show:0:99999999999999999999",
     "report:list:0:abc", "report:field:1:nothing", "report:field:1:models_total",
     "report:read:1:9", "report:held:1", "report:zero:1:highlights", "report:drop:1:7",
     "report:part:1", "report:today:1:models_new", "report:look:0:5", "report:nothing:0",
     "report:undo:1"],
)  # fmt: skip
def test_forged_buttons_change_nothing(phone: Phone, world: World, data: str) -> None:
    phone.command("report")
    with contextlib.suppress(Expected):
        phone.data(data)
    assert values(world) == {}


def test_a_closed_unit_sends_nothing(phone: Phone, world: World) -> None:
    phone.command("report")
    with world.database.transaction() as session:
        unit = session.get_one(Unit, world.unit(2).id)
        unit.closed_at = world.now
    for act in (lambda: phone.command("report"), lambda: phone.type("4")):
        with pytest.raises(Forbidden) as caught:
            act()
        assert caught.value.code == "unit_closed"


def huge_template() -> TemplateSpec:
    """As large as a leader can make it: sixty rows in one part, the longest codes and labels."""
    rows = [IndicatorSpec(f"r{n:039d}", "p" * 40, {"vi": f"<{n}>&" + "ế" * 115}) for n in range(55)]
    words = [
        IndicatorSpec(f"w{n:039d}", "p" * 40, {"vi": "W" * 120}, type=TEXT, required=False)
        for n in range(5)
    ]
    codes = [one.code for one in rows]
    return TemplateSpec(
        (PartSpec("p" * 40, {"vi": "P" * 120}),),
        (*rows, *words),
        (
            RuleSpec(SPLIT, codes[0], tuple(codes[1:50])),
            *(RuleSpec(AT_MOST, code, (codes[0],)) for code in codes[1:50]),
        ),
    )


def test_every_screen_fits_with_the_largest_template(phone: Phone, world: World) -> None:
    spec = huge_template()
    with world.database.transaction() as session:
        session.add(
            Template(
                bloc_year_id=world.year.id or 0, version=9, spec=to_json(spec), created_at=world.now
            )
        )
        year = session.get_one(BlocYear, world.year.id)
        year.template_version = 9
        session.add(year)
    phone.command("report")
    part = spec.parts[0].code

    def screen(action: str, *args: object) -> None:
        version = form_of(world, phone).version
        phone.data(":".join(["report", action, str(version), *map(str, args)]))
        fits(phone)

    screen("part", part)
    screen("partzero", part)
    screen("undo")
    phone.type("\n".join(["9" * 15] * 55))
    fits(phone)
    for one in spec.inputs[-5:]:
        screen("field", one.code)
        phone.type("ế" * 1000)
        fits(phone)
        screen("field", one.code)
    screen("card")
    screen("send", 0)
    assert "can't be sent yet" in phone.text
    screen("part", part)
    screen("field", spec.inputs[1].code)
    report_id = report_of(world).id or 0
    with world.acting(phone.person) as (session, actor):
        zeros = {one.code: Decimal(0) for one in spec.inputs if one.numeric}
        reports.change(session, actor, report_id, zeros)
    for page in range(8):
        screen("send", page)
    screen("confirm")
    assert "Report 1 was sent" in phone.text


def fits(phone: Phone) -> None:
    """What Telegram takes."""
    assert len(phone.text) <= TEXT_LIMIT
    assert sum(len(row) for row in phone.view.rows) <= 100
    assert all(1 <= len(one.data.encode()) <= DATA_BYTES for row in phone.view.rows for one in row)
