"""The register of models, on both databases: cards, numbers, rights."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from sqlmodel import Session, col, select

from bot.database import Database
from bot.domain import register as rules
from bot.errors import Expected
from bot.i18n import texts
from bot.models import (
    AuditEntry,
    ChangeState,
    Model,
    ModelChange,
    ModelState,
    Person,
    Report,
    SeatRole,
)
from bot.services import (
    mergers,
    register,
    register_questions,
    register_review,
    reports,
    review_card,
)
from bot.services.access import Actor
from bot.services.report_sheet import sheet
from bot.views import review_card as card_views
from tests.builders import World, make_world, sent_report

TODAY = dt.date(2025, 3, 10)


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def create(world: World, person: Person, name: str = "Nước sạch", **what: str) -> Model:
    with world.acting(person) as (session, actor):
        return register.create(session, actor, name, **what)


def refused(world: World, person: Person, act: str, *args: object) -> str:
    """The code with which the service refuses."""
    with pytest.raises(Expected) as caught, world.acting(person) as (session, actor):
        getattr(register, act)(session, actor, *args)
    return caught.value.code


def test_a_new_model_has_a_number_of_the_bloc_and_a_beginning(world: World) -> None:
    first = create(world, world.person(2), product="Trạm cấp nước", field="environment")
    second = create(world, world.person(3))
    other = make_world(world.database, name="Khối B")
    abroad = create(other, other.person(2))
    assert [one.number for one in (first, second, abroad)] == [1, 2, 1]
    assert (first.state, first.since, first.plain) == (
        ModelState.NEW,
        TODAY,
        "nuoc sach tram cap nuoc u3",
    )
    with world.database.transaction() as session:
        change = session.exec(
            select(ModelChange).where(col(ModelChange.model_id) == first.id)
        ).one()
        assert (change.was, change.becomes, change.since) == (None, ModelState.NEW, TODAY)
        assert change.state is ChangeState.APPROVED
        entry = session.exec(
            select(AuditEntry).where(col(AuditEntry.action) == "model.created")
        ).first()
        assert entry is not None
        assert entry.body["number"] == 1
        assert "sạch" not in str(entry.body)
        mine = register.of_unit(session, world.unit(2).id or 0)
        assert [one.number for one in mine] == [1]


def test_what_a_model_can_t_be_called(world: World) -> None:
    person = world.person(2)
    create(world, person)
    assert refused(world, person, "create", "NUOC  SACH") == "model_name_taken"
    assert refused(world, person, "create", " \u200b ") == "text_empty"
    assert refused(world, person, "create", "x" * 201) == "text_too_long"
    assert refused(world, person, "create", "A", "y" * 301) == "text_too_long"
    assert refused(world, person, "create", "A", "", "nonsense") == "model_no_field"
    # Another unit may call its own the same.
    create(world, world.person(3))


def test_only_the_units_own_people_write_its_card(world: World) -> None:
    mine, colleague = world.person(2), world.person(2, SeatRole.REPRESENTATIVE)
    model = create(world, mine)
    other_world = make_world(world.database, name="Khối B")
    for outsider, code in (
        (world.person(0), "model_not_yours"),
        (world.person(3), "model_not_yours"),
        (world.person(None, SeatRole.OBSERVER), "members_only"),
        (world.person(), "no_seat"),
        (other_world.person(2), "model_missing"),
    ):
        assert refused(world, outsider, "set_part", model.id, "goal", "x") == code
        assert refused(world, outsider, "set_field", model.id, "economy") == code
        assert refused(world, outsider, "clear_part", model.id, "product") == code
    with world.acting(colleague) as (session, actor):
        register.set_part(session, actor, model.id or 0, "goal", " 200 hộ\ncó nước ")
        register.set_part(session, actor, model.id or 0, "name", "nuoc sach")
        after = register.set_field(session, actor, model.id or 0, "culture")
    assert (after.card, after.name, after.field) == (
        {"goal": "200 hộ\ncó nước"},
        "nuoc sach",
        "culture",
    )
    assert len(register.missing(after)) == 7
    with world.acting(mine) as (session, actor):
        after = register.clear_part(session, actor, model.id or 0, "goal")
    assert after.card == {}
    assert refused(world, mine, "clear_part", model.id, "name") == "model_no_part"
    assert refused(world, mine, "set_part", model.id, "nonsense", "x") == "model_no_part"
    assert refused(world, mine, "set_part", 2**40, "goal", "x") == "model_missing"


# --- In the monthly report --------------------------------------------------------------------

MARCH, FEBRUARY = dt.date(2025, 3, 1), dt.date(2025, 2, 1)


def decided(world: World, model: Model, becomes: str, since: dt.date | None = None) -> None:
    """Another state of a model, proposed by its unit and approved by the leader."""
    owner = next(i for i, one in enumerate(world.units) if one.id == model.unit_id)
    with world.acting(world.person(owner)) as (session, actor):
        change = register_review.propose(session, actor, model.id or 0, becomes, since)
    with world.acting(world.person(0)) as (session, actor):
        register_review.decide(session, actor, change.id or 0, approve=True)


def opened(world: World, person: Person, month: dt.date = MARCH) -> Report:
    with world.acting(person) as (session, actor):
        return reports.open_month(session, actor, month)


def models_of(report: Report) -> dict[str, str]:
    return {code: text for code, text in report.values.items() if code.startswith("models_")}


ALL = ("sustained", "new", "economy", "culture", "security", "environment", "political")


def counts(*figures: int) -> dict[str, str]:
    return {f"models_{code}": str(n) for code, n in zip(ALL, figures, strict=False)}


def test_a_new_report_has_what_the_register_counts(world: World) -> None:
    person = world.person(2)
    one = create(world, person, "A", field="economy")
    create(world, person, "B", field="economy")
    three = create(world, person, "C", field="culture")
    four = create(world, person, "D", field="political")
    create(world, world.person(3), "E", field="security")
    world.now += dt.timedelta(days=10)
    decided(world, one, "sustained")
    decided(world, three, "replicated", dt.date(2025, 3, 15))
    decided(world, four, "ended", dt.date(2025, 3, 20))
    report = opened(world, person)
    assert models_of(report) == counts(2, 1, 2, 1, 0, 0, 0)
    assert report.given == models_of(report)
    # At February's end there was none: the register knows nothing of it.
    assert models_of(opened(world, person, FEBRUARY)) == {}
    with world.acting(person) as (session, actor):
        found = sheet(session, actor, report.id or 0)
        assert found.from_register("models_new")
        assert found.problems == [one for one in found.problems if one.code == "missing"]


def test_fields_are_counted_only_where_every_model_has_one(world: World) -> None:
    person = world.person(2)
    create(world, person, "A", field="economy")
    create(world, person, "B")
    assert models_of(opened(world, person)) == counts(0, 2)


def test_a_draft_follows_the_register_but_for_what_was_typed(world: World) -> None:
    person = world.person(2)
    one = create(world, person, "A", field="economy")
    report = opened(world, person)
    with world.acting(person) as (session, actor):
        reports.change(session, actor, report.id or 0, {"models_new": Decimal(7)})
    create(world, person, "B", field="economy")
    decided(world, one, "sustained")
    report = opened(world, person)
    assert models_of(report) == counts(1, 7, 2, 0, 0, 0, 0)
    with world.acting(person) as (session, actor):
        found = sheet(session, actor, report.id or 0)
        assert found.by_register("models") == {"models_new": Decimal(1)}
        assert not found.from_register("models_new")


def test_a_draft_from_before_the_register_is_only_proposed_to(world: World) -> None:
    person = world.person(2)
    opened(world, person)
    create(world, person, "A", field="economy")
    report = opened(world, person)
    assert models_of(report) == {}
    with world.acting(person) as (session, actor):
        proposed = sheet(session, actor, report.id or 0).by_register("models")
    assert proposed["models_new"] == 1


def test_the_reviewer_sees_where_figures_and_register_differ(world: World) -> None:
    person, leader = world.person(2), world.person(0)
    create(world, person, "A", field="economy")
    report = sent_report(world, person, MARCH, models_new=3, models_sustained=4, models_economy=7)
    with world.acting(leader) as (session, actor):
        found = review_card.open_card(session, actor, report.id or 0)
        assert found.registered[:2] == (
            ("models_new", Decimal(1), Decimal(3)),
            ("models_sustained", Decimal(0), Decimal(4)),
        )
        text = str(card_views.card(texts("en"), found, actor.zone).text)
    assert "⚠ New models: register 1, report 3" in text


def test_the_heir_of_a_merger_counts_the_others_models_too(world: World) -> None:
    two, three = world.person(2), world.person(3)
    create(world, two, "A")
    create(world, three, "B")
    assert models_of(opened(world, three)) == counts(0, 1)
    with world.acting(world.person(0)) as (session, actor):
        mergers.merge(session, actor, world.unit(3).id or 0, world.unit(2).id or 0)
    assert models_of(opened(world, three)) == counts(0, 2)


def test_states_on_any_day() -> None:
    changes = [(dt.date(2025, 1, 5), "new"), (dt.date(2025, 3, 1), "sustained")]
    assert rules.state_on(changes, dt.date(2025, 1, 4)) is None
    assert rules.state_on(changes, dt.date(2025, 2, 28)) == "new"
    assert rules.state_on(changes, dt.date(2025, 3, 1)) == "sustained"


# --- Two at once ------------------------------------------------------------------------------


def test_two_who_take_a_model_over_and_two_who_decide(world: World) -> None:
    model = create(world, world.person(2))
    takers = [world.person(3), world.person(3)]
    results = together(world, [lambda s, a: register_review.take(s, a, model.id or 0)] * 2, takers)
    assert sorted(results) == ["done", "model_taken"]
    with world.database.transaction() as session:
        (change,) = session.exec(
            select(ModelChange).where(col(ModelChange.state) == ChangeState.WAITING)
        ).all()
    results = together(
        world,
        [
            lambda s, a: register_review.decide(s, a, change.id or 0, approve=True),
            lambda s, a: register_review.decide(s, a, change.id or 0, approve=False, word="No"),
        ],
        [world.person(0), world.person(1)],
    )
    assert sorted(results) == ["done", "model_change_over"]


def test_two_who_enter_the_same_and_two_who_answer(world: World) -> None:
    people = [world.person(2), world.person(2)]
    results = together(world, [lambda s, a: register.create(s, a, "Nước sạch")] * 2, people)
    assert sorted(results) == ["done", "model_name_taken"]
    with world.database.transaction() as session:
        model = session.exec(select(Model)).one()
    with world.acting(world.person(3)) as (session, actor):
        question = register_questions.ask(session, actor, model.id or 0, "Bao nhiêu?")
    results = together(
        world,
        [lambda s, a: register_questions.answer(s, a, question.id or 0, "Năm mươi")] * 2,
        people,
    )
    assert sorted(results) == ["done", "model_answered"]


Doing = Callable[[Session, Actor], object]


def together(world: World, acts: Sequence[Doing], people: Sequence[Person]) -> list[str]:
    """What comes of acts at the same moment: ``done`` or the code of the refusal."""
    gate = threading.Barrier(len(acts))
    results: list[str] = []

    def run(act: Doing, person: Person) -> None:
        gate.wait()
        try:
            with world.acting(person) as (session, actor):
                act(session, actor)
            results.append("done")
        except Expected as error:
            results.append(error.code)

    threads = [threading.Thread(target=run, args=pair) for pair in zip(acts, people, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
