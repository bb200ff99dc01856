"""The services of the monthly report on both databases: rights, states, numbers, locks."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from bot.database import Database
from bot.domain.default_template import default_template
from bot.domain.template import TemplateSpec, to_json
from bot.errors import Expected, Forbidden, Invalid, NotFound, Superseded
from bot.models import (
    AuditEntry,
    BlocYear,
    Evidence,
    Person,
    Report,
    ReportState,
    ReportStep,
    Seat,
    SeatRole,
    StepKind,
    Template,
)
from bot.services import evidence, figures, report_sending, reports, review
from bot.services.access import Actor
from bot.services.report_sheet import sheet
from tests.builders import NOW, World, make_world
from tests.flows.phone import file

MARCH = dt.date(2025, 3, 1)
REQUIRED = {
    **{one.code: Decimal(1) for one in default_template().inputs if one.required},
    "opinions_forwarded": Decimal(0),
}


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


@pytest.fixture
def person(world: World) -> Person:
    return world.person(2)


def begin(world: World, person: Person, month: dt.date = MARCH) -> int:
    with world.acting(person) as (session, actor):
        return reports.open_month(session, actor, month).id or 0


def filled(world: World, person: Person, month: dt.date = MARCH, **more: Decimal) -> int:
    report_id = begin(world, person, month)
    with world.acting(person) as (session, actor):
        reports.change(session, actor, report_id, {**REQUIRED, **more})
    return report_id


def sent(world: World, person: Person, month: dt.date = MARCH, **more: Decimal) -> int:
    report_id = filled(world, person, month, **more)
    with world.acting(person) as (session, actor):
        report_sending.send(session, actor, report_id)
    return report_id


def stored(world: World, report_id: int) -> Report:
    with world.database.transaction() as session:
        return session.get_one(Report, report_id)


# --- Rights -----------------------------------------------------------------------------------

Act = Callable[[Session, Actor, int, int], object]
ACTS: dict[str, Act] = {
    "sheet": lambda s, a, r, e: sheet(s, a, r),
    "change": lambda s, a, r, e: reports.change(s, a, r, {"models_new": Decimal(9)}),
    "undo": lambda s, a, r, e: reports.undo(s, a, r, {"models_new": None}, {"models_new": "1"}),
    "send": lambda s, a, r, e: report_sending.send(s, a, r),
    "withdraw": lambda s, a, r, e: report_sending.withdraw(s, a, r),
    "attach": lambda s, a, r, e: evidence.attach(s, a, r, None, file(key="other")),
    "remove": lambda s, a, r, e: evidence.remove(s, a, e),
    "look": lambda s, a, r, e: evidence.mine(s, a, e),
}


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
                count(world, person, lambda s, a, r=report_id: sheet(s, a, r)),  # type: ignore[misc]
                count(
                    world,
                    person,
                    lambda s, a, r=report_id: reports.change(s, a, r, {"models_new": Decimal(1)}),  # type: ignore[misc]
                ),
                count(world, person, reports.year_board),
            )
        )
    assert counts[0] == counts[1]
    assert counts[0][0] <= 4
