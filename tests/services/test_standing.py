"""Who owes what: duties, the month's board, reminders by hand; and how many queries they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from bot.database import Database
from bot.errors import Expected, Forbidden, Invalid, NotFound, Superseded
from bot.i18n import KNOWN_LANGUAGES, texts
from bot.models import (
    AuditEntry,
    Bloc,
    BlocYear,
    OutMessage,
    Person,
    Report,
    ReportState,
    ReportStep,
    Seat,
    SeatRole,
    StepKind,
    Unit,
)
from bot.services import boards, nudging, report_sending, review, review_card, standing
from bot.views import errors
from bot.views import nudging as nudging_views
from bot.views import standing as views
from bot.views.notices import NOTICES
from tests.builders import World, make_world, sent_report

MARCH = dt.date(2025, 3, 1)
APRIL = dt.date(2025, 4, 1)
MAY = dt.date(2025, 5, 1)


def at(month: int, day: int, hour: int = 5) -> dt.datetime:
    return dt.datetime(2025, month, day, hour, tzinfo=dt.UTC)


def duties(world: World, person: Person) -> list[tuple[str, dt.date | None, int]]:
    with world.acting(person) as (session, actor):
        return [(one.kind, one.month, one.days) for one in standing.duties(session, actor)]


def board(world: World, person: Person, month: dt.date | None = None) -> boards.MonthBoard:
    with world.acting(person) as (session, actor):
        return boards.month_board(session, actor, month)


def nudge(world: World, person: Person, unit_id: int | None = None) -> nudging.Plan:
    with world.acting(person) as (session, actor):
        return nudging.nudge(session, actor, MARCH, unit_id)


def nudged(world: World) -> list[int]:
    return [person for person, _ in world.told("nudge_report")]


def block(world: World, person: Person) -> None:
    with world.database.transaction() as session:
        row = session.get_one(Person, person.id)
        row.blocked_at = world.now
        session.add(row)


def reminder(world: World, person: Person) -> str | None:
    """The reminder that waits for a person, as it would be worded now."""
    with world.database.transaction() as session:
        row = session.exec(
            select(OutMessage).where(
                col(OutMessage.person_id) == person.id, col(OutMessage.kind) == "nudge_report"
            )
        ).one()
        fresh = session.get_one(Person, person.id)
        view = NOTICES["nudge_report"](session, texts("en"), fresh, [row.ids], world.now)
        return None if view is None else str(view.text)


def test_a_unit_owes_from_the_month_in_which_it_joined(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    assert duties(world, member) == [("report", MARCH, 15)]
    world.now = at(4, 2)
    assert duties(world, member) == [("report", MARCH, -8), ("report", APRIL, 23)]
    sent_report(world, member, MARCH)
    assert duties(world, member) == [("report", APRIL, 23)]
    leader = world.person(0)
    assert duties(world, leader) == [
        ("report", MARCH, -8),
        ("review", None, 5),
        ("report", APRIL, 23),
    ]
    with world.acting(leader) as (session, actor):
        review.give_back(session, actor, 1, "why")
    assert duties(world, member) == [("report_returned", MARCH, -8), ("report", APRIL, 23)]


def test_a_closed_unit_and_a_stranger_owe_nothing(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    with database.transaction() as session:
        unit = session.get_one(Unit, world.unit(2).id)
        unit.closed_at = world.now
        session.add(unit)
    assert duties(world, member) == []
    assert duties(world, world.person()) == []
    with pytest.raises(Forbidden), world.acting(world.person()) as (session, actor):
        standing.status(session, actor)


def test_a_year_recorded_afterwards_is_owed_whole(database: Database) -> None:
    world = make_world(database, year=2024)
    assert len(duties(world, world.person(2))) == 12
    with database.transaction() as session:
        late = session.get_one(Unit, world.unit(3).id)
        late.joined_at = world.now + dt.timedelta(days=1)
        session.add(late)
    assert duties(world, world.person(3)) == []


def test_status_shows_colleagues_and_what_waits(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    colleague = world.person(2, SeatRole.REPRESENTATIVE, name="Bình")
    world.person(3)
    sent_report(world, member, MARCH)
    with world.acting(member) as (session, actor):
        found = standing.status(session, actor)
        text = views.status(texts("en"), found, actor).text
    assert [one.person.id for one in found.people] == [colleague.id]
    assert [(one.number, one.in_review) for one in found.sent] == [(1, False)]
    assert "✅ You owe nothing now." in text
    assert "• Bình" in text


def test_an_observer_sees_all_blocs_given_to_them(database: Database) -> None:
    world = make_world(database)
    other = make_world(database, 6, name="Khối B")
    make_world(database, name="Khối C")
    observer = world.person(role=SeatRole.OBSERVER)
    other.sit(observer, None, SeatRole.OBSERVER)
    sent_report(world, world.person(2), MARCH)
    with world.acting(observer) as (session, actor):
        found = standing.status(session, actor)
    assert [(one.bloc, one.units, one.sent, one.waiting) for one in found.blocs] == [
        ("Khối A", 4, 1, 1),
        ("Khối B", 6, 0, 0),
    ]
    assert found.duties == []


def test_the_board_shows_the_month_that_is_due(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    assert board(world, leader).month == MARCH
    world.now = at(4, 17)
    found = board(world, leader)
    assert (found.month, found.months, found.days) == (MARCH, [MARCH, APRIL], -23)
    world.now = at(4, 18)
    assert board(world, leader).month == APRIL
    sent_report(world, member, MARCH)
    found = board(world, leader, MARCH)
    assert [(line.unit, line.state, line.late) for line in found.lines] == [
        ("U1", None, True),
        ("U2", None, True),
        ("U3", ReportState.SENT, True),
        ("U4", None, True),
    ]
    for month in (MAY, dt.date(2024, 3, 1)):
        with pytest.raises(NotFound):
            board(world, leader, month)


def test_who_may_see_the_board_and_remind(database: Database) -> None:
    world = make_world(database)
    observer = world.person(role=SeatRole.OBSERVER)
    assert not board(world, observer).may_nudge
    for person in (world.person(2), world.person()):
        with pytest.raises(Forbidden):
            board(world, person)
    for person in (world.person(2), world.person(), observer):
        with pytest.raises(Forbidden):
            nudge(world, person)
    assert nudged(world) == []


def test_a_reminder_reaches_only_those_who_owe(database: Database) -> None:
    world = make_world(database, 6)
    leader = world.person(0)
    sender, debtor, returned = world.person(1), world.person(2), world.person(3)
    second = world.person(2, SeatRole.REPRESENTATIVE)
    blocked = world.person(4)
    block(world, blocked)
    sent_report(world, leader, MARCH)
    sent_report(world, sender, MARCH)
    sent_report(world, returned, MARCH)
    with world.acting(leader) as (session, actor):
        review.give_back(session, actor, 3, "why")
    plan = nudge(world, leader)
    assert sorted(nudged(world)) == sorted(one.id or 0 for one in (debtor, second, returned))
    assert (plan.people, len(plan.lines)) == (3, 2)
    assert [line.unit for line in plan.silent] == ["U5", "U6"]
    text = str(nudging_views.nudged(texts("en"), plan).text)
    assert "🔔 3 people are being reminded." in text
    assert "Nobody has taken a seat yet: U6." in text
    assert "Everybody has blocked the bot: U5." in text
    assert "U1 asks U3 for the report for March 2025, due 23:59 Mar 25, 2025 (GMT+7): 15 days" in (
        reminder(world, debtor) or ""
    )
    assert "to correct report 3 for March 2025" in (reminder(world, returned) or "")
    with database.transaction() as session:
        entry = session.exec(select(AuditEntry).order_by(col(AuditEntry.seq).desc())).first()
        assert entry is not None
        assert (entry.action, entry.body["people"]) == ("report.nudged", 3)


def test_a_reminder_is_pointless_once_the_report_has_come(database: Database) -> None:
    world = make_world(database)
    leader, debtor = world.person(0), world.person(2)
    nudge(world, leader, world.unit(2).id)
    assert reminder(world, debtor) is not None
    report = sent_report(world, debtor, MARCH)
    assert reminder(world, debtor) is None
    with world.acting(debtor) as (session, actor):
        report_sending.withdraw(session, actor, report.id or 0)
    assert reminder(world, debtor) is not None
    with database.transaction() as session:
        seat = session.exec(select(Seat).where(col(Seat.person_id) == debtor.id)).one()
        seat.until = world.now
        session.add(seat)
    assert reminder(world, debtor) is None


def test_nobody_is_reminded_twice_within_twelve_hours(database: Database) -> None:
    world = make_world(database)
    leader, deputy = world.person(0), world.person(1)
    debtor, other = world.person(2), world.person(3)
    first = world.now
    nudge(world, leader, world.unit(2).id)
    assert nudged(world) == [debtor.id]
    world.now = first + dt.timedelta(hours=11)
    assert board(world, leader).lines[2].nudged_at == first
    # The others may still be reminded; the deputy's own people are not told of their own press.
    plan = nudge(world, deputy)
    assert sorted(nudged(world)) == sorted(one.id or 0 for one in (debtor, other, leader))
    assert [line.unit for line in plan.waiting] == ["U3"]
    with pytest.raises(Superseded) as again:
        nudge(world, leader, world.unit(2).id)
    sentence = errors.sentence(texts("en"), again.value)
    assert "A reminder went out 12:00 Mar 10, 2025 (GMT+7)" in sentence
    assert "from 00:00 Mar 11, 2025" in sentence
    world.now = first + dt.timedelta(hours=12, minutes=1)
    nudge(world, leader, world.unit(2).id)
    assert nudged(world).count(debtor.id or 0) == 2
    # Another month is another matter.
    with world.acting(leader) as (session, actor):
        assert boards.month_board(session, actor, MARCH).lines[2].nudged_at == world.now


def refusals(world: World, leader: Person, unit_id: int) -> Expected:
    with pytest.raises(Expected) as refused:
        nudge(world, leader, unit_id)
    for language in KNOWN_LANGUAGES:
        assert errors.sentence(texts(language), refused.value)
    return refused.value


def test_nobody_to_remind(database: Database) -> None:
    world = make_world(database)
    other = make_world(database, name="Khối B")
    leader, member = world.person(0), world.person(2)
    sent_report(world, member, MARCH)
    assert refusals(world, leader, world.unit(2).id or 0).code == "nobody_owes"
    empty = refusals(world, leader, world.unit(3).id or 0)
    assert isinstance(empty, Invalid)
    assert empty.code == "nobody_to_reach"
    assert refusals(world, leader, other.unit(2).id or 0).code == "unit_unknown"
    # Only the one who asks is at the leader's unit.
    assert refusals(world, leader, world.unit(0).id or 0).code in {"nobody_to_reach", "nobody_owes"}
    assert nudged(world) == []


# --- Size -------------------------------------------------------------------------------------


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def grown(database: Database, units: int, months: int) -> tuple[World, Person, Person]:
    """A bloc of so many units with people, all of whom have sent for so many months."""
    world = make_world(database, units, name=f"Bloc of {units}")
    world.now = at(3 + months - 1, 20)
    leader, member = world.person(0), world.person(2)
    with database.transaction() as session:
        people = [
            Person(
                telegram_id=10**6 * units + index,
                name=f"Person {index}",
                language="en",
                first_seen_at=world.now,
            )
            for index in range(units)
        ]
        session.add_all(people)
        session.flush()
        session.add_all(
            Seat(
                person_id=person.id or 0,
                bloc_id=world.bloc.id or 0,
                unit_id=unit.id,
                role=SeatRole.REPRESENTATIVE,
                since=world.now,
                chosen_at=world.now,
            )
            for person, unit in zip(people, world.units, strict=True)
        )
        sent = [(month, unit) for month in range(months) for unit in world.units[3:]]
        reports = [
            Report(
                bloc_year_id=world.year.id or 0,
                unit_id=unit.id or 0,
                month=dt.date(2025, 3 + month, 1),
                template_version=1,
                state=ReportState.SENT,
                number=number,
                round=1,
                values={"members_total": "10"},
                due_at=at(3 + month, 25),
                sent_at=at(3 + month, 20),
                created_at=world.now,
                changed_at=world.now,
            )
            for number, (month, unit) in enumerate(sent, 1)
        ]
        session.add_all(reports)
        session.flush()
        session.add_all(
            ReportStep(
                report_id=report.id or 0,
                round=1,
                kind=StepKind.SENT,
                person_id=people[0].id or 0,
                unit_id=report.unit_id,
                at=world.now,
                values=report.values,
            )
            for report in reports
        )
    with database.transaction() as session:
        year = session.get_one(BlocYear, world.year.id)
        year.last_number = len(sent)
        session.add(year)
    return world, leader, member


def queries(database: Database, units: int, months: int) -> dict[str, int]:
    """How many statements each screen takes in a bloc of this size."""
    world, leader, member = grown(database, units, months)
    observer = world.person(role=SeatRole.OBSERVER)
    month = dt.date(2025, 3 + months - 1, 1)
    taken: dict[str, int] = {}

    def take(name: str, person: Person, act: object) -> None:
        with counted(database) as seen, world.acting(person) as (session, actor):
            act(session, actor)  # type: ignore[operator]
        taken[name] = len(seen)

    take("status", member, standing.status)
    take("leader's status", leader, standing.status)
    take("observer's status", observer, standing.status)
    take("pending", leader, review.pending)
    take("missing", leader, lambda session, actor: boards.month_board(session, actor, month))
    take("plan", leader, lambda session, actor: nudging.plan(session, actor, month))
    with database.transaction() as session:
        first = session.exec(
            select(Report)
            .join(Unit)
            .where(col(Unit.bloc_id) == world.bloc.id, col(Report.month) == month)
            .limit(1)
        ).one()
    take("card", leader, lambda s, actor: review_card.open_card(s, actor, first.id or 0))
    take("approve", leader, lambda s, actor: review.approve(s, actor, first.number or 0))
    return taken


def test_the_number_of_queries_does_not_grow(database: Database) -> None:
    small = queries(database, 5, 2)
    large = queries(database, 300, 5)
    assert large == small
    assert max(small.values()) <= 20


def test_a_large_bloc_fits_on_the_screen(sqlite_database: Database) -> None:
    world = make_world(sqlite_database, 300)
    leader = world.person(0)
    found = board(world, leader)
    with world.acting(leader) as (session, actor):
        plan = nudging.plan(session, actor, MARCH)
    for view in (
        views.missing(texts("en"), found),
        views.missing(texts("en"), found, 37),
        views.all_units(texts("en"), found, 29),
        nudging_views.ask(texts("en"), plan, 0),
    ):
        assert len(view.text) < 4096
        assert sum(len(row) for row in view.rows) <= 40
    with sqlite_database.transaction() as session:
        assert session.exec(select(Bloc)).one().name == "Khối A"
