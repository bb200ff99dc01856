"""Opening reports and filling them in, on both databases: rights, templates, locks."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from sqlmodel import select

from bot.database import Database
from bot.domain.default_template import default_template
from bot.domain.template import TemplateSpec, to_json
from bot.errors import Expected, Forbidden, Invalid, NotFound
from bot.models import (
    BlocYear,
    Evidence,
    Person,
    Seat,
    SeatRole,
    Template,
)
from bot.services import evidence, figures, reports
from bot.services.report_sheet import sheet
from tests.builders import NOW, World, make_world
from tests.flows.phone import file
from tests.services.reporting import ACTS, REQUIRED, begin, filled, stored


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


@pytest.fixture
def person(world: World) -> Person:
    return world.person(2)


# --- Rights -----------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["leader", "other unit", "observer", "stranger", "former", "bloc"])
def test_only_the_units_own_people_reach_its_report(
    world: World, person: Person, who: str, act: str
) -> None:
    report_id = filled(world, person)
    with world.acting(person) as (session, actor):
        evidence_id = evidence.attach(session, actor, report_id, None, file()).id or 0
    before = stored(world, report_id)
    other_world = make_world(world.database, name="Khối B") if who == "bloc" else world
    outsider = {
        "leader": lambda: world.person(0),
        "other unit": lambda: world.person(3),
        "observer": lambda: world.person(None, SeatRole.OBSERVER),
        "stranger": world.person,
        "former": lambda: former(world),
        "bloc": lambda: other_world.person(2),
    }[who]()
    with pytest.raises((Forbidden, NotFound)), other_world.acting(outsider) as (session, actor):
        ACTS[act](session, actor, report_id, evidence_id)
    after = stored(world, report_id)
    assert (after.state, after.values) == (before.state, before.values)
    with world.database.transaction() as session:
        assert [one.removed_at for one in session.exec(select(Evidence))] == [None]


def former(world: World) -> Person:
    """Somebody whose seat at the unit has ended."""
    person = world.person(2)
    with world.database.transaction() as session:
        seat = session.exec(select(Seat).where(Seat.person_id == person.id)).one()
        seat.until = NOW
        session.add(seat)
    return person


def test_a_report_that_is_not_there_is_not_found(world: World, person: Person) -> None:
    with pytest.raises(NotFound) as caught, world.acting(person) as (session, actor):
        sheet(session, actor, 999)
    assert caught.value.code == "report_not_yours"


# --- Opening ----------------------------------------------------------------------------------


def test_opening_twice_is_one_report_with_its_deadline(world: World, person: Person) -> None:
    assert begin(world, person) == begin(world, world.person(2, SeatRole.REPRESENTATIVE))
    report = stored(world, begin(world, person))
    # 23:59 on the 25th in Vietnam.
    assert report.due_at == dt.datetime(2025, 3, 25, 16, 59, tzinfo=dt.UTC)


def test_two_people_open_the_same_month_at_the_same_moment(world: World, person: Person) -> None:
    people = [person, world.person(2), world.person(2)]
    found: list[int] = []
    barrier = threading.Barrier(len(people))

    def work(one: Person) -> None:
        barrier.wait()
        found.append(begin(world, one))

    threads = [threading.Thread(target=work, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3 and len(set(found)) == 1


@pytest.mark.parametrize(
    ("month", "code"),
    [(dt.date(2025, 4, 1), "report_future"), (dt.date(2024, 12, 1), "report_no_year")],
)
def test_months_that_cannot_be_opened(
    world: World, person: Person, month: dt.date, code: str
) -> None:
    with pytest.raises(Expected) as caught, world.acting(person) as (session, actor):
        reports.open_month(session, actor, month)
    assert caught.value.code == code


def test_a_month_of_last_year_belongs_to_that_year(world: World, person: Person) -> None:
    with world.database.transaction() as session:
        last = BlocYear(bloc_id=world.bloc.id or 0, year=2024, opened_at=NOW, due_day=31)
        session.add(last)
        session.flush()
        session.add(
            Template(
                bloc_year_id=last.id or 0,
                version=1,
                spec=to_json(default_template()),
                created_at=NOW,
            )
        )
    report = stored(world, begin(world, person, dt.date(2024, 11, 1)))
    assert report.bloc_year_id == last.id
    # The month's end where the day is past it.
    assert report.due_at == dt.datetime(2024, 11, 30, 16, 59, tzinfo=dt.UTC)


def short_template() -> TemplateSpec:
    full = default_template()
    return TemplateSpec(full.parts[:1], full.indicators[:3], full.rules[:1])


def new_template(world: World) -> None:
    with world.database.transaction() as session:
        year = session.get_one(BlocYear, world.year.id)
        year.template_version = 2
        session.add(year)
        session.add(
            Template(
                bloc_year_id=year.id or 0, version=2, spec=to_json(short_template()), created_at=NOW
            )
        )


def test_a_report_keeps_its_template_from_the_first_value_on(world: World, person: Person) -> None:
    with_value, empty = begin(world, person), begin(world, world.person(3))
    with world.acting(person) as (session, actor):
        reports.change(session, actor, with_value, {"models_new": Decimal(1)})
    new_template(world)
    assert stored(world, begin(world, person)).template_version == 1
    assert stored(world, begin(world, world.person(3))).id == empty
    assert stored(world, empty).template_version == 2
    with world.acting(world.person(3)) as (session, actor):
        assert len(sheet(session, actor, empty).template.indicators) == 3


def test_a_template_of_a_rolled_back_transaction_is_forgotten(world: World) -> None:
    class Stop(Exception):
        pass

    year = world.year.id or 0
    with pytest.raises(Stop), world.database.transaction() as session:
        session.add(
            Template(bloc_year_id=year, version=2, spec=to_json(short_template()), created_at=NOW)
        )
        session.flush()
        assert figures.template_of(session, year, 2) == short_template()
        raise Stop
    with pytest.raises(NotFound), world.database.transaction() as session:
        figures.template_of(session, year, 2)


# --- Values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value", "error"),
    [
        ("models_new", Decimal(-1), "value_negative"),
        ("models_new", Decimal("1.5"), "value_too_many_decimals"),
        ("models_new", Decimal(10) ** 15, "value_too_large"),
        ("models_new", "12", "value_wrong_type"),
        ("highlights", "x" * 1001, "value_too_long"),
        ("opinions_forwarded_on", dt.date(2025, 3, 11), "value_date_to_come"),
        ("models_total", Decimal(1), "value_no_field"),
        ("nothing", Decimal(1), "value_no_field"),
    ],
)
def test_values_that_are_not_taken(
    world: World, person: Person, code: str, value: Decimal | str | dt.date, error: str
) -> None:
    report_id = begin(world, person)
    with pytest.raises(Invalid) as caught, world.acting(person) as (session, actor):
        reports.change(session, actor, report_id, {"models_sustained": Decimal(1), code: value})
    assert caught.value.code == error
    assert stored(world, report_id).values == {}, "nothing of the change is kept"


def test_changes_at_the_same_moment_are_all_kept(world: World, person: Person) -> None:
    report_id = begin(world, person)
    codes = list(REQUIRED)[:6]
    people = [world.person(2) for _ in codes]

    def work(one: Person, code: str) -> None:
        with world.acting(one) as (session, actor):
            reports.change(session, actor, report_id, {code: Decimal(5)})

    threads = [threading.Thread(target=work, args=pair) for pair in zip(people, codes, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored(world, report_id).values == dict.fromkeys(codes, "5")


def test_canonical_texts() -> None:
    assert figures.stored(Decimal("12000000")) == "12000000"
    assert figures.stored(Decimal("1.50")) == "1.5"
    assert figures.stored(dt.date(2025, 3, 4)) == "2025-03-04"
    assert figures.stored("words") == "words"
    assert figures.typed(
        default_template(),
        {"models_new": "3", "opinions_forwarded_on": "2025-03-04", "highlights": "a", "old": "1"},
    ) == {
        "models_new": Decimal(3),
        "opinions_forwarded_on": dt.date(2025, 3, 4),
        "highlights": "a",
    }
