"""The texts of the rights matrix: a pact that nobody has signed, a regulation, a plan."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlmodel import col, select

from bot.models import Adoption, Person, Seat, TextKind, Unit
from bot.services import commitments
from tests.builders import World
from tests.services.adopting import model, published


def adopt_texts(letter: str, world: World, holders: dict[int, Person]) -> dict[str, int]:
    """Published texts of a bloc; gives the ids of their versions.

    Every open unit can sign the ``pact``, has approved the ``rules`` (which aren't complete all
    the same) and, but for the third one, the ``plan``.
    """
    ids = {
        "pact": published(world, body="Điều 1\nĐiều 2"),
        "rules": published(world, TextKind.REGULATION),
        "plan": published(world, TextKind.PLAN),
        "year": world.year.id or 0,
    }
    with world.database.transaction() as session:
        opened = set(
            session.exec(
                select(Unit.id).where(
                    col(Unit.bloc_id) == world.bloc.id, col(Unit.closed_at).is_(None)
                )
            )
        )
    units = [index for index, one in enumerate(world.units) if one.id in opened]
    for index in units:
        model(world, index, f"Org{letter}{index} model", "Product")
        with world.acting(holders[index]) as (session, actor):
            commitments.set_targets(
                session, actor, world.unit(index).id or 0, {"members_new": Decimal(10)}
            )
    _adopted(world, ids["rules"], units, holders)
    _adopted(world, ids["plan"], [index for index in units if index != 2], holders)
    return ids


def _adopted(
    world: World, version_id: int, units: Sequence[int], holders: dict[int, Person]
) -> None:
    with world.database.transaction() as session:
        names = {one.id: one.name for one in session.exec(select(Unit))}
        session.add_all(
            Adoption(
                version_id=version_id,
                unit_id=world.unit(index).id or 0,
                unit_name=names[world.unit(index).id],
                person_id=holders[index].id or 0,
                person_name=holders[index].name,
                post="Director",
                at=world.now,
            )
            for index in units
        )


def holders_of(world: World) -> dict[int, Person]:
    """Somebody of each unit, by its order."""
    with world.database.transaction() as session:
        rows = session.exec(
            select(Seat.unit_id, Person)
            .join(Person, col(Person.id) == col(Seat.person_id))
            .where(col(Seat.bloc_id) == world.bloc.id, col(Seat.until).is_(None))
            .order_by(col(Seat.id).desc())
        ).all()
    order = {one.id: index for index, one in enumerate(world.units)}
    return {order[unit_id]: person for unit_id, person in rows if unit_id is not None}
