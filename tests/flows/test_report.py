"""The monthly report from an empty card to a number, withdrawn, returned, approved."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import select

from bot.database import Database
from bot.i18n import texts
from bot.models import (
    AuditEntry,
    OutMessage,
    ReportState,
    ReportStep,
    Seat,
    SeatRole,
    StepKind,
)
from bot.services import review
from bot.views.notices import NOTICES
from tests.builders import World, make_world
from tests.flows.phone import Phone
from tests.flows.reporting import fill, give_back, report_of, sent, values


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return make_world(sqlite_database)


@pytest.fixture
def phone(world: World) -> Phone:
    """A representative of the third unit, who neither leads nor reviews."""
    return Phone(world, world.person(2, name="Lan"))


# --- The whole way -----------------------------------------------------------------------------


def test_from_an_empty_card_to_a_number(phone: Phone, world: World) -> None:
    phone.command("report")
    assert "Report March 2025 · U3" in phone.text
    assert "due 23:59 Mar 25, 2025 (GMT+7)" in phone.text
    assert "Filled in: 0 of 20" in phone.text
    assert "Outreach 0/6" in phone.buttons
    fill(phone)
    assert "✅ Outreach 6/6" in phone.buttons
    assert "Everything required is filled in" in phone.text
    assert values(world)["relief_money"] == "12000000"
    phone.tap("Send")
    assert "Models in total: 12" in phone.text
    assert "Money given (VND): 12,000,000" in phone.text
    assert report_of(world).state is ReportState.DRAFT
    phone.tap("Yes, send it")
    assert "Report 1 was sent at 12:00 Mar 10, 2025 (GMT+7)" in phone.text
    assert phone.view.toast == "Report 1 was sent."
    report = report_of(world)
    assert (report.state, report.number, report.round) == (ReportState.SENT, 1, 1)
    assert (report.sent_by, report.late) == (phone.person.id, False)


def test_a_second_tap_on_sending_shows_what_was_sent(phone: Phone, world: World) -> None:
    phone.command("report")
    fill(phone)
    phone.tap("Send")
    twice, back = phone.button("Yes, send it").data, phone.button("Back").data
    phone.tap("Yes, send it")
    shown = phone.buttons
    for pressed in (twice, back, twice):
        phone.data(pressed)
        assert "⏳ No. 1" in phone.text
        assert "out of date" in phone.view.toast
        assert phone.buttons == shown
    assert report_of(world).round == 1
    assert len(world.told("report_sent")) == 1


def test_a_button_of_a_form_left_shows_nothing_to_who_has_lost_the_seat(
    phone: Phone, world: World
) -> None:
    phone.command("report")
    fill(phone)
    phone.tap("Send")
    twice = phone.button("Yes, send it").data
    phone.tap("Yes, send it")
    with world.database.transaction() as session:
        seat = session.exec(select(Seat).where(Seat.person_id == phone.person.id)).one()
        seat.until = world.now
        session.add(seat)
    phone.data(twice)
    assert "No. 1" not in phone.text
    assert "out of date" in phone.view.toast


def test_what_a_sending_leaves_behind(phone: Phone, world: World) -> None:
    leader, colleague = world.person(0), world.person(2, SeatRole.REPRESENTATIVE)
    sent(phone)
    stored = values(world)
    with world.database.transaction() as session:
        step = session.exec(select(ReportStep)).one()
        assert (step.kind, step.round, step.values) == (StepKind.SENT, 1, stored)
        actions = session.exec(select(AuditEntry).where(AuditEntry.action == "report.sent")).all()
        assert [entry.body["number"] for entry in actions] == [1]
    assert world.told("review_new") == [(leader.id, "review_new")]
    assert world.told("report_sent") == [
        (phone.person.id, "report_sent"),
        (colleague.id, "report_sent"),
    ]


def test_the_confirmation_has_number_time_zone_and_sender(phone: Phone, world: World) -> None:
    sent(phone)
    with world.database.transaction() as session:
        row = session.exec(select(OutMessage).where(OutMessage.kind == "report_sent")).one()
        view = NOTICES["report_sent"](
            session, texts("en"), phone.person, [dict(row.ids)], world.now
        )
    assert view is not None
    assert "Report 1 was sent: March 2025, U3." in view.text
    assert "12:00 Mar 10, 2025 (GMT+7), by Lan." in view.text
    phone.data(view.rows[0][0].data)
    assert "⏳ No. 1" in phone.text
    assert phone.view.fresh, "the confirmation stays as it is"


def test_fifteen_numbers_take_at_most_twenty_actions(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.tap("Outreach")
    phone.tap("Outreach sessions")
    for number in range(1, 7):
        phone.type(str(number))
    phone.tap("Next part")
    for number in range(4):
        phone.type(str(number))
    phone.tap("Next part")
    phone.type("5")
    phone.type("0")
    phone.tap("Next part")
    for number in (3, 4, 5):
        phone.type(str(number))
    assert len(values(world)) == 15
    assert phone.actions <= 21


def test_the_leaders_own_report_goes_to_the_deputy(world: World) -> None:
    leader, deputy = world.person(0), world.person(1)
    sent(Phone(world, leader))
    assert world.told("review_new") == [(deputy.id, "review_new")]


# --- Withdrawing and returned reports ----------------------------------------------------------


def test_withdrawing_until_the_review_starts(phone: Phone, world: World) -> None:
    sent(phone)
    phone.tap("Withdraw")
    phone.tap("Yes, withdraw")
    assert "The report was withdrawn." in phone.text
    assert report_of(world).state is ReportState.DRAFT
    assert ("report_withdrawn") in {kind for _, kind in world.told()}
    phone.tap("Send")
    phone.tap("Yes, send it")
    report = report_of(world)
    assert (report.number, report.round, report.state) == (1, 2, ReportState.SENT)


def test_no_withdrawing_once_the_review_has_started(phone: Phone, world: World) -> None:
    sent(phone)
    phone.tap("Withdraw")
    reviewer = world.person(0)
    with world.acting(reviewer) as (session, actor):
        report, unit = review.find(session, actor, 1)
        review.start(session, actor, report, unit)
    phone.tap("Yes, withdraw")
    assert "can't be withdrawn any more" in phone.text
    assert report_of(world).state is ReportState.IN_REVIEW
    phone.command("reports")
    phone.tap("March 2025")
    assert "🔎 No. 1" in phone.text
    assert not any("Withdraw" in text for text in phone.buttons)


def test_a_returned_report_reopens_with_exactly_the_marked_fields(
    phone: Phone, world: World
) -> None:
    sent(phone)
    before = values(world)
    give_back(world, "sessions_outreach", reason="Too <few>?")
    phone.command("report")
    assert "U1 writes:" in phone.text
    assert "Too &lt;few&gt;?" in phone.view.text
    marked = [text for text in phone.buttons if text.startswith("↩")]
    assert marked == ["↩ Outreach sessions", "↩ Outreach 6/6"]
    assert values(world) == before
    phone.tap("Send")
    assert "Not changed since it was returned: Outreach sessions" in phone.text
    phone.tap("Back")
    phone.tap("↩ Outreach sessions")
    assert "This field was returned" in phone.text
    phone.type("9")
    phone.tap("Back")
    assert "✎ Outreach sessions" in phone.buttons
    phone.tap("Send")
    assert "Not changed" not in phone.text
    phone.tap("Yes, send it")
    report = report_of(world)
    assert (report.number, report.round, report.late) == (1, 2, False)
    assert report.values == {**before, "sessions_outreach": "9"}


def test_correcting_after_the_deadline_is_not_late(phone: Phone, world: World) -> None:
    sent(phone)
    give_back(world)
    world.now = dt.datetime(2025, 3, 28, 5, tzinfo=dt.UTC)
    phone.command("report")
    phone.tap("Send")
    phone.tap("Yes, send it")
    assert not report_of(world).late


def test_a_resent_report_withdrawn_is_a_returned_one_again(phone: Phone, world: World) -> None:
    sent(phone)
    give_back(world, "models_new")
    phone.command("report")
    phone.tap("Send")
    phone.tap("Yes, send it")
    phone.tap("Withdraw")
    phone.tap("Yes, withdraw")
    assert report_of(world).state is ReportState.RETURNED
    assert "↩ New models" in phone.buttons


def test_an_approved_report_is_read_only_with_the_year_so_far(phone: Phone, world: World) -> None:
    sent(phone)
    reviewer = world.person(0)
    with world.acting(reviewer) as (session, actor):
        review.approve(session, actor, 1)
    phone.command("report")
    assert "✅ No. 1 · approved" in phone.text
    phone.tap("This year")
    assert "2025 so far" in phone.text
    assert "Outreach sessions: 1" in phone.text
    phone.tap("Back")
    assert "✅ No. 1" in phone.text
