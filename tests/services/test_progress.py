"""Plan against done: figures, who is on course, who sees what, and how much it takes to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from bot.database import Database
from bot.errors import Forbidden, NotFound
from bot.models import Person, Report, ReportState, SeatRole, Target, Unit
from bot.services import progress, units
from bot.services.access import Actor
from tests.builders import World, make_world, sent_report

JANUARY, FEBRUARY, MARCH = (dt.date(2025, month, 1) for month in (1, 2, 3))


def plan(world: World, unit: int, **planned: int | str) -> None:
    """Targets of a unit, as its people commit to them."""
    person = world.person()
    with world.database.transaction() as session:
        for code, value in planned.items():
            session.add(
                Target(
                    bloc_year_id=world.year.id or 0,
                    unit_id=world.unit(unit).id or 0,
                    indicator=code,
                    planned=str(value),
                    changed_by=person.id or 0,
                    changed_at=world.now,
                )
            )


def whole_year(database: Database, count: int = 4) -> World:
    """A bloc whose units owe every report of the year."""
    world = make_world(database, count)
    with database.transaction() as session:
        for one in session.exec(select(Unit)):
            one.joined_at = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
            session.add(one)
    return world


def board(world: World, person: Person) -> progress.Board:
    with world.acting(person) as (session, actor):
        return progress.board(session, actor)


def of_unit(world: World, person: Person, unit_id: int | None = None) -> progress.UnitProgress:
    with world.acting(person) as (session, actor):
        return progress.unit_board(session, actor, unit_id)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    made: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        made.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def figures(found: progress.UnitProgress) -> dict[str, tuple[int, int, int]]:
    return {one.code: (int(one.done), int(one.planned), one.share) for one in found.targets}


def test_flows_add_up_stocks_stand_as_last_reported(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    plan(world, 2, sessions_outreach=120, members_total=500, models_total=10)
    sent_report(world, member, JANUARY, sessions_outreach=30, members_total=400, models_new=2)
    sent_report(
        world, member, FEBRUARY, sessions_outreach=54, members_total=410, models_sustained=3
    )
    assert figures(of_unit(world, member)) == {
        "sessions_outreach": (84, 120, 700),
        "members_total": (410, 500, 820),
        # A total that nobody types: of the last report, 3 kept up and none new.
        "models_total": (3, 10, 300),
    }


def test_what_is_a_draft_or_came_back_doesnt_count(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    plan(world, 2, sessions_outreach=100)
    sent_report(world, member, JANUARY, sessions_outreach=30)
    february = sent_report(world, member, FEBRUARY, sessions_outreach=50)
    with database.transaction() as session:
        report = session.get_one(Report, february.id)
        report.state = ReportState.RETURNED
        session.add(report)
    assert figures(of_unit(world, member)) == {"sessions_outreach": (30, 100, 300)}


def test_on_course_is_the_share_of_deadlines_that_are_past(database: Database) -> None:
    world = whole_year(database)
    member = world.person(2)
    plan(world, 2, sessions_outreach=120, people_outreach=1200)
    sent_report(world, member, JANUARY, sessions_outreach=20, people_outreach=199)
    found = of_unit(world, member)
    # 10 March: January and February are due, two of the twelve that the unit owes.
    assert (found.due, found.owed) == (2, 12)
    assert {one.code: one.on_course for one in found.targets} == {
        "sessions_outreach": True,
        "people_outreach": False,
    }
    assert (found.behind, found.on_course) == (1, False)
    # The deadline's own minute asks for nothing yet; after it a quarter is to be done.
    world.now = dt.datetime(2025, 3, 25, 16, 58, tzinfo=dt.UTC)
    assert of_unit(world, member).due == 2
    world.now = dt.datetime(2025, 3, 25, 17, 1, tzinfo=dt.UTC)
    later = of_unit(world, member)
    assert later.due == 3
    assert later.behind == 2


def test_before_anything_is_due_everybody_is_on_course(database: Database) -> None:
    world = whole_year(database)
    member = world.person(2)
    plan(world, 2, sessions_outreach=120)
    world.now = dt.datetime(2025, 1, 10, tzinfo=dt.UTC)
    found = of_unit(world, member)
    assert (found.due, found.on_course) == (0, True)


def test_a_unit_that_joins_later_has_its_own_year(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    with database.transaction() as session:
        unit = session.get_one(Unit, world.unit(2).id)
        unit.joined_at = dt.datetime(2025, 2, 3, tzinfo=dt.UTC)
        session.add(unit)
    plan(world, 2, sessions_outreach=110)
    sent_report(world, member, FEBRUARY, sessions_outreach=10)
    found = of_unit(world, member)
    assert (found.due, found.owed, found.on_course) == (1, 11, True)


def test_a_plan_of_nothing_is_done_and_more_than_planned_is_told(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    plan(world, 2, relief_rounds=0, sessions_outreach=40, supervisions="0.5")
    sent_report(world, member, JANUARY, sessions_outreach=61)
    shares = {one.code: one.share for one in of_unit(world, member).targets}
    assert shares == {"relief_rounds": 1000, "sessions_outreach": 1525, "supervisions": 0}


def test_a_target_of_a_row_that_is_gone_or_no_figure_is_left_out(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    plan(world, 2, no_such_row=5, highlights=1, sessions_outreach=10)
    assert list(figures(of_unit(world, member))) == ["sessions_outreach"]


def test_the_board_has_the_worst_first_and_names_who_has_no_targets(database: Database) -> None:
    world = whole_year(database, 5)
    leader, second, third = world.person(0), world.person(1), world.person(2)
    plan(world, 0, sessions_outreach=100)
    plan(world, 1, sessions_outreach=100, relief_rounds=4)
    plan(world, 2, sessions_outreach=100)
    sent_report(world, leader, JANUARY, sessions_outreach=90)
    sent_report(world, second, JANUARY, sessions_outreach=50)
    sent_report(world, third, JANUARY, sessions_outreach=5)
    found = board(world, leader)
    assert [one.unit for one in found.units] == ["U3", "U2", "U1"]
    assert list(found.without) == ["U4", "U5"]
    assert found.on_course == 1
    assert [(one.unit, one.share) for one in found.of("sessions_outreach")] == [
        ("U3", 50),
        ("U2", 500),
        ("U1", 900),
    ]
    assert [(one.code, int(one.done), int(one.planned)) for one in found.totals] == [
        ("sessions_outreach", 145, 300),
        ("relief_rounds", 0, 4),
    ]
    assert found.own is not None
    assert found.own.unit == "U1"


def test_members_see_their_own_unit_and_the_totals(database: Database) -> None:
    world = make_world(database)
    member, other = world.person(2), world.person(3)
    plan(world, 2, sessions_outreach=100)
    plan(world, 3, sessions_outreach=60)
    sent_report(world, other, JANUARY, sessions_outreach=40)
    found = board(world, member)
    assert [one.unit for one in found.units] == ["U3"]
    assert not found.without
    assert [(int(one.done), int(one.planned)) for one in found.totals] == [(40, 160)]
    with pytest.raises(Forbidden) as caught:
        of_unit(world, member, world.unit(3).id)
    assert caught.value.code == "reviewers_only"


def test_readers_see_every_unit_of_their_bloc_and_none_of_another(database: Database) -> None:
    world, abroad = make_world(database), make_world(database, name="Khối B")
    observer, leader = world.person(role=SeatRole.OBSERVER), world.person(0)
    plan(world, 2, sessions_outreach=100)
    plan(abroad, 2, sessions_outreach=100)
    for reader in (observer, leader):
        assert [one.unit_id for one in board(world, reader).units] == [world.unit(2).id]
        assert figures(of_unit(world, reader, world.unit(2).id))
        for unit_id in (abroad.unit(2).id, 999_999):
            with pytest.raises(NotFound):
                of_unit(world, reader, unit_id)
    with pytest.raises(Forbidden) as caught:
        of_unit(world, observer)
    assert caught.value.code == "members_only"
    with pytest.raises(Forbidden):
        board(world, world.person())


def test_a_unit_that_is_closed_is_no_longer_on_the_board(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    plan(world, 2, sessions_outreach=100)
    sent_report(world, member, JANUARY, sessions_outreach=40)
    with world.acting(leader) as (session, actor):
        units.close(session, actor, world.unit(2).id or 0)
    found = board(world, leader)
    assert not found.units
    assert not found.totals
    with pytest.raises(NotFound):
        of_unit(world, leader, world.unit(2).id)


def test_with_a_report_that_is_being_written(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    plan(world, 2, sessions_outreach=120, members_total=500)
    sent_report(world, member, JANUARY, sessions_outreach=30, members_total=400)

    def beside(month: dt.date, sessions: int) -> dict[str, Decimal]:
        with world.acting(member) as (session, actor):
            place = actor.here
            found = progress.with_report(
                session,
                place.bloc,
                place.year,
                actor.my_unit(),
                actor.now,
                (month, {"sessions_outreach": Decimal(sessions)}),
            )
        return {code: one.done for code, one in found.items()}

    assert beside(FEBRUARY, 12) == {"sessions_outreach": 42, "members_total": 400}
    # A month that counts already is taken as it stands on the screen, not twice.
    assert beside(JANUARY, 31) == {"sessions_outreach": 31, "members_total": 0}


def _taken(database: Database, units_: int, months: int) -> dict[str, int]:
    world = make_world(database, units_)
    leader, member = world.person(0), world.person(2)
    with database.transaction() as session:
        for unit in world.units:
            for code in ("sessions_outreach", "members_total"):
                session.add(
                    Target(
                        bloc_year_id=world.year.id or 0,
                        unit_id=unit.id or 0,
                        indicator=code,
                        planned="10",
                        changed_by=leader.id or 0,
                        changed_at=world.now,
                    )
                )
            for month in range(1, months + 1):
                session.add(
                    Report(
                        bloc_year_id=world.year.id or 0,
                        unit_id=unit.id or 0,
                        month=dt.date(2025, month, 1),
                        template_version=1,
                        state=ReportState.APPROVED,
                        values={"sessions_outreach": "1"},
                        due_at=world.now,
                        created_at=world.now,
                        changed_at=world.now,
                    )
                )
    taken = {}
    acts: dict[str, tuple[Person, Callable[[Session, Actor], object]]] = {
        "board": (leader, progress.board),
        "mine": (member, progress.unit_board),
        "unit": (leader, lambda s, a: progress.unit_board(s, a, world.unit(3).id)),
    }
    for name, (person, act) in acts.items():
        with world.acting(person) as (session, actor), counted(database) as made:
            act(session, actor)
        taken[name] = len(made)
    return taken


def test_the_number_of_statements_does_not_grow(database: Database) -> None:
    small, large = _taken(database, 5, 1), _taken(database, 200, 12)
    # The board is asked first, and reads the template once for all.
    assert small == {"board": 3, "mine": 1, "unit": 2}
    assert large == small
