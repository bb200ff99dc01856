"""Movements: who keeps them and takes part, what counts in them, and how it adds up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest
from sqlmodel import Session, col, select

from bot.database import Database
from bot.domain.default_template import default_template
from bot.domain.template import FLOW, to_json
from bot.errors import Expected, Forbidden, Invalid, NotFound
from bot.models import (
    AuditEntry,
    BlocYear,
    Model,
    ModelState,
    Movement,
    MovementBloc,
    MovementModel,
    Person,
    Report,
    ReportState,
    SeatRole,
    Template,
    Unit,
)
from bot.services import blocs, mergers, movement_keeping, movements, units
from bot.services.access import Actor
from bot.services.movement_figures import Figures
from tests.builders import World, make_world, sent_report
from tests.services.test_progress import counted

NAME = "Dân vận khéo"
_NUMBERS = count(1)


def month(year: int, number: int) -> dt.date:
    return dt.date(year, number, 1)


def at(year: int, number: int, day: int = 10) -> dt.datetime:
    return dt.datetime(year, number, day, 5, tzinfo=dt.UTC)


def years_of(
    database: Database, first: int, last: int, *, name: str = "Khối A", count: int = 3
) -> World:
    """A bloc with these years, as if it had been there from the first one on; now is the end."""
    world = make_world(database, count, name=name, year=first)
    world.now = at(last, 12, 30)
    with database.transaction() as session:
        for year in range(first + 1, last + 1):
            blocs.open_year(session, world.bloc.id or 0, year, at(year, 1))
        for unit in session.exec(select(Unit).where(col(Unit.bloc_id) == world.bloc.id)):
            unit.joined_at = at(first, 1, 1)
            session.add(unit)
    return world


def made(world: World, person: Person, first: int, last: int, name: str = NAME) -> int:
    with world.acting(person) as (session, actor):
        return movement_keeping.make(session, actor, name, first, last).id or 0


def join(world: World, person: Person, movement_id: int) -> None:
    with world.acting(person) as (session, actor):
        movement_keeping.join(session, actor, movement_id)


def figures(world: World, person: Person, movement_id: int) -> Figures:
    with world.acting(person) as (session, actor):
        found = movements.card(session, actor, movement_id).figures
    assert found is not None
    return found


def totals(found: Figures, *codes: str) -> list[int]:
    return [int(one.total) if (one := found.of(code)) else 0 for code in codes]


def by_year(found: Figures, code: str) -> dict[int, int]:
    one = found.of(code)
    return {year: int(value) for year, value in one.by_year.items()} if one else {}


def by_bloc(found: Figures, code: str) -> dict[int, int]:
    one = found.of(code)
    return {bloc: int(value) for bloc, value in one.by_bloc.items()} if one else {}


# --- Adding up --------------------------------------------------------------------------------


def test_430_models_are_197_kept_up_and_233_new(database: Database) -> None:
    """S3: Lai Châu 2020–2025, entered month by month in two blocs."""
    front = years_of(database, 2020, 2025, name="Mặt trận và đoàn thể", count=3)
    special = years_of(database, 2020, 2025, name="Hội đặc thù", count=2)
    people = {
        (world.bloc.id, index): world.person(index)
        for world in (front, special)
        for index in range(len(world.units))
    }
    movement = made(front, people[front.bloc.id, 0], 2020, 2025)
    join(special, people[special.bloc.id, 0], movement)

    def enter(world: World, index: int, when: dt.date, **values: int) -> None:
        sent_report(world, people[world.bloc.id, index], when, **values)

    # Stocks: the states of earlier years are no part of what there is at the end.
    enter(front, 0, month(2020, 6), models_sustained=20, models_new=31)
    enter(front, 0, month(2023, 12), models_sustained=60, models_new=40)
    enter(front, 0, month(2025, 11), models_sustained=80, models_new=100)
    enter(front, 1, month(2024, 12), models_sustained=50, models_new=60)
    enter(front, 2, month(2025, 3), models_sustained=30, models_new=33)
    enter(special, 0, month(2022, 4), models_sustained=10, models_new=5)
    enter(special, 0, month(2025, 10), models_sustained=20, models_new=25)
    enter(special, 1, month(2021, 1), models_sustained=17, models_new=15)
    # Flows: every month's, of every unit.
    outreach = {"sessions_outreach": 2072, "people_outreach": 198_000}
    legal = {"sessions_legal": 1596, "people_legal": 141_200}
    aid = {"legal_aid_requests": 156, "legal_aid_cases": 286}
    for year in range(2021, 2026):
        enter(front, year % 3, month(year, 7), **outreach, **legal, **aid, **_held(front, year))
    # What is before or after, or another's, is no part of it.
    with front.database.transaction() as session:
        _stored(session, front, 0, dt.date(2019, 12, 1), sessions_outreach=7)

    found = figures(front, people[front.bloc.id, 1], movement)
    assert totals(found, "models_sustained", "models_new", "models_total") == [197, 233, 430]
    assert totals(found, "sessions_outreach", "people_outreach") == [10_360, 990_000]
    assert totals(found, "sessions_legal", "people_legal") == [7_980, 706_000]
    assert totals(found, "legal_aid_requests", "legal_aid_cases") == [780, 1_430]
    assert by_bloc(found, "models_total") == {front.bloc.id: 353, special.bloc.id: 77}
    assert by_year(found, "sessions_outreach") == {
        2020: 0,
        **dict.fromkeys(range(2021, 2026), 2072),
    }
    assert by_year(found, "models_total")[2020] == 51
    assert found.reports == 13
    # The other bloc sees the same.
    again = figures(special, people[special.bloc.id, 1], movement)
    assert totals(again, "models_total", "sessions_outreach") == [430, 10_360]


def _held(world: World, year: int) -> dict[str, int]:
    """Stocks of a July report as they stood, where a later report doesn't say otherwise."""
    return {
        0: {"models_sustained": 60, "models_new": 40},  # 2022 (unit 0), 2025's come later
        1: {"models_sustained": 50, "models_new": 60},  # the same as in December 2024
        2: {"models_sustained": 30, "models_new": 33},
    }[year % 3]


def _stored(
    session: Session,
    world: World,
    unit: int | Unit,
    when: dt.date,
    state: ReportState = ReportState.APPROVED,
    year: BlocYear | None = None,
    version: int = 1,
    **values: object,
) -> None:
    """A report as the database holds it."""
    of_year = (
        year
        or session.exec(
            select(BlocYear).where(
                col(BlocYear.bloc_id) == world.bloc.id, col(BlocYear.year) == when.year
            )
        ).first()
        or world.year
    )
    session.add(
        Report(
            bloc_year_id=of_year.id or 0,
            unit_id=(unit if isinstance(unit, Unit) else world.unit(unit)).id or 0,
            month=when,
            template_version=version,
            state=state,
            values={code: str(value) for code, value in values.items()},
            due_at=world.now,
            created_at=world.now,
            changed_at=world.now,
        )
    )


def test_a_stock_whose_last_state_is_early_still_counts(database: Database) -> None:
    world = years_of(database, 2020, 2022)
    leader = world.person(0)
    movement = made(world, leader, 2020, 2022)
    with database.transaction() as session:
        _stored(session, world, 0, month(2020, 2), members_total=300)
        # Later reports that don't speak of the stock leave it as it stood.
        _stored(session, world, 0, month(2022, 5), sessions_outreach=4)
        _stored(session, world, 1, month(2022, 6), members_total=50)
    found = figures(world, leader, movement)
    assert totals(found, "members_total") == [350]
    # A year is told by what was reported in it.
    assert by_year(found, "members_total") == {2020: 300, 2022: 50}


def test_only_counted_reports_of_the_years_count(database: Database) -> None:
    world = years_of(database, 2020, 2022)
    leader = world.person(0)
    movement = made(world, leader, 2021, 2021)
    with database.transaction() as session:
        for index, state in enumerate(ReportState, start=1):
            _stored(session, world, 0, month(2021, index), state, sessions_outreach=10**index)
        _stored(session, world, 0, month(2020, 12), sessions_outreach=3)
        _stored(session, world, 0, month(2022, 1), sessions_outreach=5)
        _stored(session, world, 1, month(2021, 12), sessions_outreach=1, relief_rounds=2)
    found = figures(world, leader, movement)
    counted_ = [
        10**index
        for index, state in enumerate(ReportState, start=1)
        if state in (ReportState.SENT, ReportState.IN_REVIEW, ReportState.APPROVED)
    ]
    assert totals(found, "sessions_outreach", "relief_rounds") == [sum(counted_) + 1, 2]


def test_new_years_bring_other_reports_in(database: Database) -> None:
    world = years_of(database, 2020, 2022)
    leader = world.person(0)
    movement = made(world, leader, 2021, 2021)
    with database.transaction() as session:
        for year in (2020, 2021, 2022):
            _stored(session, world, 0, month(year, 3), sessions_outreach=year)
    assert totals(figures(world, leader, movement), "sessions_outreach") == [2021]
    with world.acting(leader) as (session, actor):
        movement_keeping.set_years(session, actor, movement, 2020, 2022)
    assert totals(figures(world, leader, movement), "sessions_outreach") == [6063]


def test_a_merged_units_stock_doesnt_count_twice(database: Database) -> None:
    world = years_of(database, 2025, 2025, count=4)
    leader = world.person(0)
    movement = made(world, leader, 2025, 2025)
    with database.transaction() as session:
        _stored(session, world, 2, month(2025, 6), members_total=40, sessions_outreach=1)
        _stored(session, world, 3, month(2025, 6), members_total=100, sessions_outreach=2)
    world.now = at(2025, 7, 15)
    with world.acting(leader) as (session, actor):
        mergers.merge(session, actor, world.unit(3).id or 0, world.unit(2).id or 0)
    # Merged, but the one that took it in hasn't reported since: both stand as they were.
    assert totals(figures(world, leader, movement), "members_total") == [140]
    with database.transaction() as session:
        _stored(session, world, 3, month(2025, 7), members_total=145, sessions_outreach=4)
    found = figures(world, leader, movement)
    # Flows were done by whoever reported them.
    assert totals(found, "members_total", "sessions_outreach") == [145, 7]
    assert by_year(found, "members_total") == {2025: 145}


def test_before_the_merger_both_units_count(database: Database) -> None:
    """A later report from before the merger doesn't hold the other's figure."""
    world = years_of(database, 2025, 2025, count=4)
    leader = world.person(0)
    movement = made(world, leader, 2025, 2025)
    with database.transaction() as session:
        _stored(session, world, 2, month(2025, 3), members_total=40)
        _stored(session, world, 3, month(2025, 6), members_total=100)
    world.now = at(2025, 8, 15)
    with world.acting(leader) as (session, actor):
        mergers.merge(session, actor, world.unit(3).id or 0, world.unit(2).id or 0)
    assert totals(figures(world, leader, movement), "members_total") == [140]


def test_two_units_that_become_a_new_one_which_is_merged_again(database: Database) -> None:
    world = years_of(database, 2025, 2025, count=4)
    leader = world.person(0)
    movement = made(world, leader, 2025, 2025)
    with database.transaction() as session:
        _stored(session, world, 1, month(2025, 1), members_total=7)
        _stored(session, world, 2, month(2025, 2), members_total=40)
        _stored(session, world, 3, month(2025, 2), members_total=100)
    world.now = at(2025, 3, 3)
    with world.acting(leader) as (session, actor):
        new = mergers.merge(
            session,
            actor,
            world.unit(3).id or 0,
            world.unit(2).id or 0,
            units.Typed("New", "New", None),
        )
    world.now = at(2025, 5, 3)
    with world.acting(leader) as (session, actor):
        mergers.merge(session, actor, world.unit(1).id or 0, new.id or 0)
    with database.transaction() as session:
        _stored(session, world, 1, month(2025, 6), members_total=150)
    assert totals(figures(world, leader, movement), "members_total") == [150]


def test_renamed_and_closed_units_keep_what_they_did(database: Database) -> None:
    world = years_of(database, 2025, 2025, count=4)
    leader = world.person(0)
    movement = made(world, leader, 2025, 2025)
    with database.transaction() as session:
        _stored(session, world, 2, month(2025, 2), members_total=40, sessions_outreach=3)
        _stored(session, world, 3, month(2025, 2), members_total=5)
    with world.acting(leader) as (session, actor):
        units.rename(session, actor, world.unit(2).id or 0, units.Typed("Other", "Oth", None))
        units.close(session, actor, world.unit(3).id or 0)
    found = figures(world, leader, movement)
    assert totals(found, "members_total", "sessions_outreach") == [45, 3]


def test_a_bloc_that_joins_later_brings_all_its_reports_and_takes_them_along(
    database: Database,
) -> None:
    world = years_of(database, 2024, 2025)
    abroad = years_of(database, 2024, 2025, name="Khối B")
    leader, other = world.person(0), abroad.person(0)
    movement = made(world, leader, 2024, 2025)
    with database.transaction() as session:
        _stored(session, world, 0, month(2024, 2), sessions_outreach=1)
        _stored(session, abroad, 0, month(2024, 3), sessions_outreach=20)
    assert totals(figures(world, leader, movement), "sessions_outreach") == [1]
    join(abroad, other, movement)
    found = figures(world, leader, movement)
    assert totals(found, "sessions_outreach") == [21]
    assert list(found.blocs.values()) == ["Khối A", "Khối B"]
    with abroad.acting(other) as (session, actor):
        movement_keeping.leave(session, actor, movement)
    assert totals(figures(world, leader, movement), "sessions_outreach") == [1]
    with pytest.raises(NotFound), abroad.acting(abroad.person(2)) as (session, actor):
        movements.card(session, actor, movement)


def _replace_template(
    database: Database, world: World, without: Sequence[str], flows: Sequence[str] = ()
) -> None:
    """The bloc's own template: without some rows, with some stocks as flows."""
    whole = default_template()
    rows = tuple(
        replace(one, kind=FLOW) if one.code in flows else one
        for one in whole.indicators
        if one.code not in without
    )
    rules = tuple(rule for rule in whole.rules if not set(rule.codes) & set(without))
    with database.transaction() as session:
        row = session.exec(
            select(Template).where(col(Template.bloc_year_id) == world.year.id)
        ).one()
        row.spec = to_json(replace(whole, indicators=rows, rules=rules))
        session.add(row)


def test_blocs_with_different_templates(database: Database) -> None:
    world = years_of(database, 2025, 2025)
    abroad = years_of(database, 2025, 2025, name="Khối B")
    leader, other = world.person(0), abroad.person(0)
    _replace_template(database, abroad, ["sessions_legal", "people_legal"], ["members_total"])
    movement = made(world, leader, 2025, 2025)
    join(abroad, other, movement)
    with database.transaction() as session:
        _stored(session, world, 0, month(2025, 1), sessions_legal=5, members_total=10)
        _stored(session, world, 0, month(2025, 2), sessions_legal=6, members_total=12)
        for number in (1, 2):
            _stored(
                session,
                abroad,
                0,
                month(2025, number),
                # A row that this bloc's template doesn't have says nothing.
                sessions_legal=100,
                members_total=3,
                relief_rounds=1,
            )
    for person, where in ((leader, world), (other, abroad)):
        found = figures(where, person, movement)
        # A stock here, a flow there: each as its own bloc understands it.
        assert totals(found, "sessions_legal", "members_total", "relief_rounds") == [11, 18, 2]


def test_a_template_changed_within_the_year(database: Database) -> None:
    world = years_of(database, 2025, 2025)
    leader = world.person(0)
    movement = made(world, leader, 2025, 2025)
    whole = default_template()
    with database.transaction() as session:
        rows = tuple(one for one in whole.indicators if one.code != "supervisions")
        session.add(
            Template(
                bloc_year_id=world.year.id or 0,
                version=2,
                spec=to_json(replace(whole, indicators=rows)),
                created_at=world.now,
            )
        )
        _stored(session, world, 0, month(2025, 1), supervisions=4, relief_rounds=1)
        _stored(session, world, 0, month(2025, 2), version=2, supervisions=9, relief_rounds=1)
    found = figures(world, leader, movement)
    assert totals(found, "supervisions", "relief_rounds") == [4, 2]


def _taken(database: Database, blocs_: int, units_: int, months: int) -> int:
    worlds = [make_world(database, units_, name=f"Khối {n}") for n in range(blocs_)]
    leader = worlds[0].person(0)
    movement = made(worlds[0], leader, 2025, 2025, name=f"{NAME} {next(_NUMBERS)}")
    for world in worlds[1:]:
        join(world, world.person(0), movement)
    with database.transaction() as session:
        for world in worlds:
            for index in range(units_):
                for number in range(1, months + 1):
                    _stored(
                        session,
                        world,
                        index,
                        month(2025, number),
                        year=world.year,
                        sessions_outreach=1,
                        members_total=2,
                    )
    figures(worlds[0], leader, movement)  # the first time reads the templates, for good
    with worlds[0].acting(leader) as (session, actor), counted(database) as made_:
        found = movements.card(session, actor, movement)
        assert found.figures is not None
        assert totals(found.figures, "sessions_outreach", "members_total") == [
            blocs_ * units_ * months,
            2 * blocs_ * units_,
        ]
    return len(made_)


def test_the_number_of_statements_does_not_grow(database: Database) -> None:
    small, large = _taken(database, 1, 3, 1), _taken(database, 6, 12, 12)
    # The actor, the movement, its units, its reports, its models.
    assert large == small == 4


# --- Making, keeping, taking part -------------------------------------------------------------


def test_leader_deputy_and_observer_make_movements(database: Database) -> None:
    world = make_world(database)
    for index, person in enumerate(
        (world.person(0), world.person(1), world.person(role=SeatRole.OBSERVER))
    ):
        movement = made(world, person, 2024, 2025, f"{NAME} {index}")
        with world.acting(person) as (session, actor):
            found = movements.card(session, actor, movement)
            assert (found.joined, found.keeps, found.may_keep) == (True, True, True)
    with database.transaction() as session:
        acts = [one.action for one in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]
    assert acts[-2:] == ["movement.made", "movement.joined"]


@pytest.mark.parametrize(
    ("name", "first", "last", "code"),
    [
        ("  ", 2024, 2025, "text_empty"),
        ("x" * 201, 2024, 2025, "text_too_long"),
        (NAME, 2025, 2024, "movement_years"),
        (NAME, 1980, 2024, "movement_years"),
        (NAME, 2020, 2040, "movement_years"),
        ("DAN VAN KHEO", 2025, 2026, "movement_there"),
    ],
)
def test_what_no_movement_can_be(
    database: Database, name: str, first: int, last: int, code: str
) -> None:
    world, abroad = make_world(database), make_world(database, name="Khối B")
    made(abroad, abroad.person(0), 2020, 2025)
    with pytest.raises(Invalid) as caught:
        made(world, world.person(0), first, last, name)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2020-2025", (2020, 2025)),
        ("2020 – 2025", (2020, 2025)),
        ("2020 2025", (2020, 2025)),
        ("२०२०/२०२५", (2020, 2025)),
        (" 2025 ", (2025, 2025)),
        ("25", None),
        ("2025-2020", None),
        ("from 2020 to 2025", None),
    ],
)
def test_years_as_people_type_them(text: str, wanted: tuple[int, int] | None) -> None:
    if wanted is None:
        with pytest.raises(Invalid):
            movement_keeping.read_years(text)
    else:
        assert movement_keeping.read_years(text) == wanted


def test_the_same_name_later_is_another_movement(database: Database) -> None:
    world = make_world(database)
    leader = world.person(0)
    assert made(world, leader, 2016, 2020) != made(world, leader, 2021, 2025)


def test_others_find_it_by_name_without_diacritics_and_see_no_more(database: Database) -> None:
    world, abroad = make_world(database), make_world(database, name="Khối B")
    movement = made(world, world.person(0), 2020, 2025)
    other, member = abroad.person(0), abroad.person(2)
    for words in ("dan van", "KHÉO", ""):
        with abroad.acting(other) as (session, actor):
            found = movements.listing(session, actor, words)
            assert [one.id for one in found.others] == [movement]
            assert not found.joined
    with abroad.acting(other) as (session, actor):
        assert not movements.listing(session, actor, "%").others
        seen = movements.card(session, actor, movement)
        assert (seen.joined, seen.figures, dict(seen.models)) == (False, None, {})
        with pytest.raises(NotFound):
            movements.tied(session, actor, movement)
    with abroad.acting(member) as (session, actor):
        assert not movements.listing(session, actor).others
        with pytest.raises(NotFound):
            movements.card(session, actor, movement)


def test_only_readers_join_and_only_the_keeping_bloc_changes_it(database: Database) -> None:
    world, abroad = make_world(database), make_world(database, name="Khối B")
    leader, member = world.person(0), world.person(2)
    movement = made(world, leader, 2020, 2025)
    other = abroad.person(role=SeatRole.OBSERVER)
    join(abroad, other, movement)
    join(abroad, other, movement)  # a second tap
    with database.transaction() as session:
        assert len(session.exec(select(MovementBloc)).all()) == 2
    Act = Callable[[Session, Actor], object]
    keeping: list[Act] = [
        lambda s, a: movement_keeping.rename(s, a, movement, "Other"),
        lambda s, a: movement_keeping.set_years(s, a, movement, 2020, 2021),
        lambda s, a: movement_keeping.end(s, a, movement),
    ]
    for act in keeping:
        for person, where, code in (
            (member, world, "reviewers_only"),
            (other, abroad, "movement_not_yours"),
        ):
            with pytest.raises(Forbidden) as caught, where.acting(person) as (session, actor):
                act(session, actor)
            assert caught.value.code == code
    for act in (
        lambda s, a: movement_keeping.join(s, a, movement),
        lambda s, a: movement_keeping.leave(s, a, movement),
        lambda s, a: movement_keeping.make(s, a, "Other", 2025, 2025),
    ):
        with pytest.raises(Forbidden), world.acting(member) as (session, actor):
            act(session, actor)
    with pytest.raises(Invalid) as refused, world.acting(leader) as (session, actor):
        movement_keeping.leave(session, actor, movement)
    assert refused.value.code == "movement_keeper"


def test_two_people_of_a_bloc_join_and_tie_at_once(database: Database) -> None:
    world, abroad = make_world(database), make_world(database, name="Khối B")
    movement = made(world, world.person(0), 2025, 2025)
    people = [abroad.person(0), abroad.person(0), abroad.person(1), abroad.person(1)]
    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(lambda one: join(abroad, one, movement), people))
        mine = model(abroad, 2, people[0])
        list(pool.map(lambda one: tie(abroad, one, mine, movement), people))
    with database.transaction() as session:
        assert len(session.exec(select(MovementBloc)).all()) == 2
        assert len(session.exec(select(MovementModel)).all()) == 1
        acts = [one.action for one in session.exec(select(AuditEntry))]
    assert acts.count("movement.joined") == 2
    assert acts.count("model.tied") == 1


def test_an_ended_movement_keeps_its_figures_and_takes_nobody_in(database: Database) -> None:
    world, abroad = make_world(database), make_world(database, name="Khối B")
    leader = world.person(0)
    movement = made(world, leader, 2025, 2025)
    sent_report(world, world.person(2), month(2025, 1), sessions_outreach=3)
    with world.acting(leader) as (session, actor):
        movement_keeping.end(session, actor, movement)
    assert totals(figures(world, leader, movement), "sessions_outreach") == [3]
    with pytest.raises(NotFound):
        join(abroad, abroad.person(0), movement)
    with world.acting(leader) as (session, actor):
        movement_keeping.end(session, actor, movement, ended=False)
    join(abroad, abroad.person(0), movement)


# --- Models -----------------------------------------------------------------------------------


def model(world: World, unit: int, person: Person, state: ModelState = ModelState.NEW) -> int:
    number = next(_NUMBERS)
    with world.database.transaction() as session:
        row = Model(
            bloc_id=world.bloc.id or 0,
            unit_id=world.unit(unit).id or 0,
            number=number,
            name=f"Model {number}",
            state=state,
            since=world.now.date(),
            created_by=person.id or 0,
            created_at=world.now,
            changed_at=world.now,
        )
        session.add(row)
        session.flush()
        return row.id or 0


def tie(world: World, person: Person, model_id: int, movement_id: int) -> None:
    with world.acting(person) as (session, actor):
        movements.tie(session, actor, model_id, movement_id)


def test_models_are_tied_by_their_unit_or_the_leader(database: Database) -> None:
    world = make_world(database)
    leader, owner, other = world.person(0), world.person(2), world.person(3)
    observer = world.person(role=SeatRole.OBSERVER)
    movement = made(world, leader, 2025, 2025)
    first = model(world, 2, owner)
    second = model(world, 2, owner, ModelState.SUSTAINED)
    tie(world, owner, first, movement)
    tie(world, owner, first, movement)
    tie(world, leader, second, movement)
    for person in (other, observer):
        with pytest.raises(Forbidden):
            tie(world, person, first, movement)
        with pytest.raises(Forbidden), world.acting(person) as (session, actor):
            movements.ties(session, actor, first)
    with world.acting(other) as (session, actor):
        found = movements.tied(session, actor, movement)
        assert [(one.id, unit) for one, unit in found.models] == [(first, "U3"), (second, "U3")]
        assert dict(found.all_) == {ModelState.NEW: 1, ModelState.SUSTAINED: 1}
    with world.acting(owner) as (session, actor):
        movements.untie(session, actor, first, movement)
        movements.untie(session, actor, first, movement)
        assert [there for _, there in movements.ties(session, actor, first).movements] == [False]
    with database.transaction() as session:
        assert [one.model_id for one in session.exec(select(MovementModel))] == [second]


def test_what_is_anothers_or_over_cant_be_tied(database: Database) -> None:
    world, abroad = make_world(database), make_world(database, name="Khối B")
    leader, owner, other = world.person(0), world.person(2), abroad.person(0)
    mine, theirs = model(world, 2, owner), model(abroad, 2, other)
    movement = made(world, leader, 2025, 2025)
    elsewhere = made(abroad, other, 2025, 2025, "Other")

    def refused(model_id: int, movement_id: int) -> str:
        with pytest.raises(Expected) as caught:
            tie(world, leader, model_id, movement_id)
        return caught.value.code

    assert refused(theirs, movement) == "model_missing"
    assert refused(mine, elsewhere) == "movement_unknown"
    assert refused(mine, 999_999_999_999) == "movement_unknown"
    with world.acting(leader) as (session, actor):
        movement_keeping.end(session, actor, movement)
    assert refused(mine, movement) == "movement_over"


def test_models_of_all_blocs_are_counted_but_only_ones_own_are_listed(database: Database) -> None:
    world, abroad = make_world(database), make_world(database, name="Khối B")
    leader, other = world.person(0), abroad.person(0)
    movement = made(world, leader, 2025, 2025)
    join(abroad, other, movement)
    tie(world, leader, model(world, 2, leader), movement)
    theirs = model(abroad, 2, other)
    tie(abroad, other, theirs, movement)
    with world.acting(leader) as (session, actor):
        found = movements.tied(session, actor, movement)
        assert len(found.models) == 1
        assert dict(found.all_) == {ModelState.NEW: 2}
    with abroad.acting(other) as (session, actor):
        movement_keeping.leave(session, actor, movement)
    with world.acting(leader) as (session, actor):
        assert dict(movements.card(session, actor, movement).models) == {ModelState.NEW: 1}


def test_whoever_runs_the_program_makes_and_changes_them(database: Database) -> None:
    world, abroad = make_world(database), make_world(database, name="Khối B")
    here, there = world.bloc.id or 0, abroad.bloc.id or 0
    with database.transaction() as session:
        movement = movement_keeping.make_for(
            session, [there, here, there], NAME, 2020, 2025, world.now
        )
        found = movement_keeping.overview(session)
        assert [(one.movement.id, list(one.blocs)) for one in found] == [
            (movement.id, [there, here])
        ]
        movement_keeping.change_for(session, movement.id or 0, here, world.now, joins=False)
        movement_keeping.change_for(session, movement.id or 0, here, world.now, joins=False)
        assert [list(one.blocs) for one in movement_keeping.overview(session)] == [[there]]
        movement_keeping.change_for(session, movement.id or 0, here, world.now, joins=True)
        assert session.get_one(Movement, movement.id).bloc_id == there
    for ids in ([], [here, 999]):
        with pytest.raises(NotFound), database.transaction() as session:
            movement_keeping.make_for(session, ids, "Other", 2020, 2025, world.now)
