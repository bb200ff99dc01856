"""The register of models, on both databases: cards, numbers, rights."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.errors import Expected
from bot.models import AuditEntry, ChangeState, Model, ModelChange, ModelState, Person, SeatRole
from bot.services import register
from tests.builders import World, make_world

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
