"""Plan against done as people see it: on /status, by taps from there, on the board."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from bot.database import Database
from bot.i18n import KNOWN_LANGUAGES, texts
from bot.models import SeatRole
from bot.services import progress, report_sheet, reports
from bot.views import progress as views
from tests.builders import World, make_world, sent_report
from tests.flows.phone import Phone
from tests.flows.reporting import form_of, report_of
from tests.services.test_progress import FEBRUARY, JANUARY, counted, plan, whole_year

SEVEN = {
    "sessions_outreach": 120,
    "people_outreach": 2400,
    "sessions_legal": 24,
    "people_legal": 240,
    "members_total": 500,
    "supervisions": 6,
    "relief_rounds": 12,
}


def _planned(database: Database) -> World:
    world = whole_year(database)
    plan(world, 0, sessions_outreach=100)
    plan(world, 2, **SEVEN)
    plan(world, 3, sessions_outreach=60)
    sent_report(world, world.person(0), JANUARY, sessions_outreach=40)
    member = world.person(2)
    sent_report(world, member, JANUARY, sessions_outreach=84, members_total=400)
    sent_report(world, member, FEBRUARY, members_total=490, relief_rounds=2)
    return world


def test_status_shows_the_worst_targets_and_leads_to_all(database: Database) -> None:
    world = _planned(database)
    phone = Phone(world, world.person(2))
    phone.command("status")
    assert "3 of 7 targets on course" in phone.text
    assert (
        "⚠ People at outreach sessions: 0/2,400 (0%) "
        "⚠ Legal-information sessions: 0/24 (0%) "
        "⚠ People at legal sessions: 0/240 (0%) "
        "⚠ Supervisions: 0/6 (0%) "
        "✅ Relief rounds: 2/12 (16%) "
        "and 2 more"
    ) in phone.text
    phone.tap("All targets")
    assert "2 of 12 reports are due: on course is 2/12 of the plan" in phone.text
    assert "✅ Members in total 490/500 (98%)" in phone.text
    assert phone.button("Chart").data == f"docs:progress:0:{world.unit(2).id}"
    phone.tap("The whole bloc")
    assert "All units together" in phone.text
    assert "Outreach sessions 124/280 (44%)" in phone.text
    assert "U4" not in phone.text
    phone.tap("My unit")
    assert "Plan and done · U3" in phone.text


def test_a_unit_without_targets_is_told_where_they_come_from(database: Database) -> None:
    world = make_world(database)
    phone = Phone(world, world.person(2))
    phone.command("status")
    assert "🎯" not in phone.text
    assert not [one for one in phone.buttons if "🎯" in one]
    phone.data("progress:mine:0")
    assert "No targets yet. They are set with the pact: /pact" in phone.text
    assert not [one for one in phone.buttons if "Chart" in one]
    assert phone.button("Set targets").data == "pact:targets:0"
    leader = Phone(world, world.person(0))
    leader.data("progress:board:0")
    assert "No unit has targets yet" in leader.text


def test_the_leader_goes_from_status_to_a_unit_and_to_an_indicator(database: Database) -> None:
    world = _planned(database)
    phone = Phone(world, world.person(0))
    phone.command("status")
    assert "1 of 3 units on course" in phone.text
    phone.tap("All units")
    assert "⚠ U4: 0 of 1 target ⚠ U3: 3 of 7 targets ✅ U1: 1 of 1 target" in phone.text
    assert "No targets yet: U2" in phone.text
    assert phone.button("Chart").data == "docs:progress:0:0"
    phone.tap("U3")
    assert "Plan and done · U3" in phone.text
    phone.tap("Back")
    phone.tap("By indicator")
    phone.tap("Outreach sessions")
    assert "All units together: 124/280 (44%)" in phone.text
    assert phone.text.index("⚠ U4: 0/60 (0%)") < phone.text.index("✅ U1: 40/100 (40%)")
    phone.tap("Back")
    assert "All units together" in phone.text
    phone.command("missing")
    phone.tap("Plan and done")
    assert "1 of 3 units on course" in phone.text


def test_an_observer_reads_the_board(database: Database) -> None:
    world = _planned(database)
    phone = Phone(world, world.person(role=SeatRole.OBSERVER))
    phone.command("status")
    assert "1 of 3 units on course" in phone.text
    assert not [one for one in phone.buttons if "All targets" in one]
    phone.tap("All units")
    phone.tap("U4")
    assert "Plan and done · U4" in phone.text


@pytest.mark.parametrize("data", ["progress:by:0:nothing:0", "progress:by:0", "progress:totals:0"])
def test_a_button_that_names_nothing_shows_all(sqlite_database: Database, data: str) -> None:
    world = _planned(sqlite_database)
    phone = Phone(world, world.person(0))
    phone.data(data)
    assert "All units together" in phone.text
    assert "124/280" in phone.text


def test_a_large_bloc_fits_on_the_screen_in_every_language(sqlite_database: Database) -> None:
    world = make_world(sqlite_database, 120)
    leader = world.person(0)
    for index in range(120):
        plan(world, index, **SEVEN, relief_money=999_999_999_999_999)
    world.now = dt.datetime(2025, 12, 30, tzinfo=dt.UTC)
    with world.acting(leader) as (session, actor):
        found = progress.board(session, actor)
        unit = progress.unit_board(session, actor)
        glance = progress.glance(session, actor)
    for language in KNOWN_LANGUAGES:
        t = texts(language)
        for view in (
            views.board(t, found, 9),
            views.totals(t, found),
            views.by_indicator(t, found, "relief_money", 2),
            views.unit(t, unit, own=True),
        ):
            assert 0 < len(view.text) < 4096
            assert sum(len(row) for row in view.rows) <= 40
        assert views.status_lines(t, glance)


def test_targets_stand_beside_what_is_entered_and_sent(database: Database) -> None:
    world = whole_year(database)
    member = world.person(2)
    plan(world, 2, sessions_outreach=120, members_total=500)
    sent_report(world, member, JANUARY, sessions_outreach=72, members_total=400)
    sent_report(world, member, FEBRUARY, sessions_outreach=3, members_total=410)
    phone = Phone(world, member)
    phone.command("report", "2025-03")
    phone.tap("Outreach")
    phone.tap("Outreach sessions")
    assert "🎯 year 75/120 (62%)" in phone.text
    phone.type("9")
    phone.data(f"report:field:{_version(world, phone)}:sessions_outreach")
    assert "Now: 9 · year 84/120 (70%)" in phone.text
    phone.data(f"report:field:{_version(world, phone)}:people_outreach")
    assert "year" not in phone.text
    # A stock's year is its last state.
    phone.data(f"report:field:{_version(world, phone)}:members_total")
    assert "🎯 year 410/500 (82%)" in phone.text
    report_id = report_of(world).id or 0
    with world.acting(member) as (session, actor):
        sheet = report_sheet.sheet(session, actor, report_id)
        rest = {**sheet.zeros(), "members_total": Decimal(415)}
        reports.change(session, actor, report_id, rest)
    phone.command("report", "2025-03")
    phone.tap("Send")
    pages = phone.text
    while "Members in total" not in phone.text:
        phone.tap("▶")
        pages += phone.text
    assert "Outreach sessions: 9 · year 84/120 (70%)" in pages
    assert "Members in total: 415 · year 415/500 (83%)" in pages
    phone.tap("Yes, send it")
    phone.tap("This year")
    assert "Outreach sessions: 84 · of 120 (70%)" in phone.text
    # The reviewer sees the same beside each figure.
    leader = Phone(world, world.person(0))
    leader.command("pending")
    leader.tap("03/2025")
    assert "Outreach sessions: 9 ▲ 6 · year 84/120 (70%)" in leader.text


def _version(world: World, phone: Phone) -> int:
    return form_of(world, phone).version


def test_a_typed_figure_asks_for_no_targets(sqlite_database: Database) -> None:
    world = whole_year(sqlite_database)
    phone = Phone(world, world.person(2))
    plan(world, 2, sessions_outreach=120)
    phone.command("report", "2025-03")
    phone.type("5")
    with counted(sqlite_database) as made:
        phone.type("6")
    assert made
    assert not [one for one in made if "target" in one.lower()]
