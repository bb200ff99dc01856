"""Sending and withdrawing reports on both databases: states, numbers, deadlines."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from bot.database import Database
from bot.errors import Invalid, Superseded
from bot.models import (
    AuditEntry,
    Person,
    ReportState,
    ReportStep,
    StepKind,
)
from bot.services import evidence, figures, report_sending, reports, review
from bot.services.access import Actor, find_actor
from bot.services.report_sheet import sheet
from tests.builders import World, make_world
from tests.flows.phone import file
from tests.services.reporting import ACTS, MARCH, begin, filled, sent, stored


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


@pytest.fixture
def person(world: World) -> Person:
    return world.person(2)


# --- Sending ----------------------------------------------------------------------------------


def test_numbers_are_given_in_order_and_stay(world: World, person: Person) -> None:
    first = sent(world, person)
    second = sent(world, world.person(3))
    third = sent(world, person, dt.date(2025, 2, 1))
    assert [stored(world, one).number for one in (first, second, third)] == [1, 2, 3]
    with world.acting(person) as (session, actor):
        report_sending.withdraw(session, actor, first)
        report_sending.send(session, actor, first)
    assert stored(world, first).number == 1


def test_numbers_at_the_same_moment_differ(world: World) -> None:
    people = [world.person(unit) for unit in range(4)]
    drafts = [filled(world, one) for one in people]

    def work(one: Person, report_id: int) -> None:
        with world.acting(one) as (session, actor):
            report_sending.send(session, actor, report_id)

    threads = [
        threading.Thread(target=work, args=pair) for pair in zip(people, drafts, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored(world, one).number or 0 for one in drafts) == [1, 2, 3, 4]


def test_sending_twice_counts_once(world: World, person: Person) -> None:
    report_id = filled(world, person)
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def work(one: Person) -> None:
        barrier.wait()
        try:
            with world.acting(one) as (session, actor):
                report_sending.send(session, actor, report_id)
            outcomes.append("sent")
        except Superseded as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=work, args=(one,)) for one in (person, world.person(2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["report_sent_already", "sent"]
    with world.database.transaction() as session:
        assert len(session.exec(select(ReportStep)).all()) == 1
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "report.sent"))
        assert len(entries.all()) == 1


def test_an_incomplete_report_is_not_sent(world: World, person: Person) -> None:
    report_id = filled(world, person, sessions_outreach=Decimal(0))
    with pytest.raises(Invalid) as caught, world.acting(person) as (session, actor):
        report_sending.send(session, actor, report_id)
    assert (caught.value.code, caught.value.values) == ("report_incomplete", {"count": 1})
    assert stored(world, report_id).state is ReportState.DRAFT
    assert world.told("report_sent") == []


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        (dt.datetime(2025, 3, 25, 16, 59, 59, tzinfo=dt.UTC), False),
        (dt.datetime(2025, 3, 25, 17, 0, tzinfo=dt.UTC), True),
    ],
)
def test_late_is_after_the_last_minute(
    world: World, person: Person, moment: dt.datetime, late: bool
) -> None:
    world.now = moment
    assert stored(world, sent(world, person)).late is late


def test_a_report_withdrawn_before_any_look_is_late_by_its_next_sending(
    world: World, person: Person
) -> None:
    report_id = sent(world, person)
    with world.acting(person) as (session, actor):
        report_sending.withdraw(session, actor, report_id)
    world.now = dt.datetime(2025, 3, 26, tzinfo=dt.UTC)
    with world.acting(person) as (session, actor):
        report_sending.send(session, actor, report_id)
    assert stored(world, report_id).late


def test_the_history_of_a_report(world: World, person: Person) -> None:
    report_id = sent(world, person)
    with world.acting(person) as (session, actor):
        report_sending.withdraw(session, actor, report_id)
        report_sending.send(session, actor, report_id)
    with world.acting(world.person(0)) as (session, actor):
        review.give_back(session, actor, 1, "Why?", ["models_new"])
    with world.acting(person) as (session, actor):
        reports.change(session, actor, report_id, {"models_new": Decimal(2)})
        found = sheet(session, actor, report_id)
        assert (found.marked, found.corrected) == ({"models_new"}, {"models_new"})
        report_sending.send(session, actor, report_id)
    with world.database.transaction() as session:
        steps = session.exec(select(ReportStep).order_by(col(ReportStep.id))).all()
    assert [(step.kind, step.round) for step in steps] == [
        (StepKind.SENT, 1),
        (StepKind.WITHDRAWN, 1),
        (StepKind.SENT, 2),
        (StepKind.RETURNED, 2),
        (StepKind.SENT, 3),
    ]
    assert steps[2].values["models_new"] == "1"
    assert steps[4].values["models_new"] == "2"


@pytest.mark.parametrize("act", ["change", "send", "attach", "remove", "undo"])
def test_a_sent_report_is_closed(world: World, person: Person, act: str) -> None:
    report_id = filled(world, person)
    with world.acting(person) as (session, actor):
        evidence_id = evidence.attach(session, actor, report_id, None, file()).id or 0
        report_sending.send(session, actor, report_id)
    with pytest.raises(Superseded) as caught, world.acting(person) as (session, actor):
        ACTS[act](session, actor, report_id, evidence_id)
    assert caught.value.code == "report_sent_already"


def test_a_draft_cannot_be_withdrawn(world: World, person: Person) -> None:
    report_id = filled(world, person)
    with pytest.raises(Superseded) as caught, world.acting(person) as (session, actor):
        report_sending.withdraw(session, actor, report_id)
    assert caught.value.code == "report_not_sent"


@pytest.mark.postgresql
def test_people_are_told_while_they_act_themselves(postgres_database: Database) -> None:
    """A sending doesn't wait for its reviewers' own updates, which may wait for the report."""
    world = make_world(postgres_database)
    person, leader = world.person(2), world.person(0)
    report_id = filled(world, person)
    with postgres_database.transaction() as busy:
        find_actor(busy, leader.telegram_id, world.now, (), lock=True)
        with world.acting(person) as (session, actor):
            session.connection().exec_driver_sql("SET LOCAL lock_timeout = '1s'")
            report_sending.send(session, actor, report_id)
    assert world.told("review_new") == [(leader.id, "review_new")]


# --- Over months ------------------------------------------------------------------------------


def test_figures_of_the_year(world: World, person: Person) -> None:
    sent(world, person, dt.date(2025, 1, 1), sessions_outreach=Decimal(4))
    sent(world, person, dt.date(2025, 2, 1), sessions_outreach=Decimal(3))
    filled(world, person, MARCH, sessions_outreach=Decimal(100))
    sent(world, world.person(3), MARCH, sessions_outreach=Decimal(1000))
    with world.acting(person) as (session, actor):
        unit, year = actor.my_unit().id or 0, actor.here.year.id or 0
        found = figures.cumulated(session, unit, year)
    assert found["sessions_outreach"] == 7
    assert found["members_total"] == 1, "a state, as last reported"


def count(world: World, person: Person, act: Callable[[Session, Actor], object]) -> int:
    """How many statements an act takes, with the template known."""
    with world.acting(person) as (session, actor):
        act(session, actor)
    seen: list[str] = []
    with world.acting(person) as (session, actor):

        def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        event.listen(world.database.engine, "before_cursor_execute", note)
        try:
            act(session, actor)
        finally:
            event.remove(world.database.engine, "before_cursor_execute", note)
    return len(seen)


def test_the_number_of_queries_does_not_grow(sqlite_database: Database) -> None:
    small, large = (make_world(sqlite_database, n, name=f"Khối {n}") for n in (2, 40))
    counts = []
    for world, months in ((small, 1), (large, 12)):
        world.now = dt.datetime(2025, 12, 28, tzinfo=dt.UTC)
        person = world.person(0)
        for month in range(1, months + 1):
            with world.acting(person) as (session, actor):
                for n in range(month):
                    found = reports.open_month(session, actor, dt.date(2025, month, 1))
                    evidence.attach(session, actor, found.id or 0, None, file(key=f"{n}"))
        report_id = begin(world, person, dt.date(2025, months, 1))
        counts.append(
            (
                count(world, person, lambda s, a, r=report_id: sheet(s, a, r)),
                count(
                    world,
                    person,
                    lambda s, a, r=report_id: reports.change(s, a, r, {"models_new": Decimal(1)}),
                ),
                count(world, person, reports.year_board),
            )
        )
    assert counts[0] == counts[1]
    assert counts[0][0] <= 4
