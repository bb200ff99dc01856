"""The movements of the rights matrix: one a bloc, with a model of every unit that has any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sqlmodel import col, select

from bot.models import Model, MovementModel, Person, Seat
from bot.services import movement_keeping
from tests.builders import World

if TYPE_CHECKING:
    from tests.flows.rights_stage import Subject


def start_movements(worlds: Mapping[str, World], subjects: Iterable[Subject]) -> None:
    """Give every subject its bloc's ``movement`` and a ``model`` of its own that belongs to it."""
    kept = {}
    for letter, world in worlds.items():
        with world.database.transaction() as session:
            leader = session.exec(
                select(Person)
                .join(Seat, col(Seat.person_id) == Person.id)
                .where(col(Seat.unit_id) == world.unit(0).id, col(Seat.until).is_(None))
                .order_by(col(Person.id))
            ).first()
        assert leader is not None
        with world.acting(leader) as (session, actor):
            made = movement_keeping.make(session, actor, f"Theme of {letter}", 2024, 2026)
            kept[letter] = made.id or 0
            for model in session.exec(select(Model).where(Model.bloc_id == world.bloc.id)):
                session.add(
                    MovementModel(
                        movement_id=made.id or 0,
                        model_id=model.id or 0,
                        tied_by=leader.id or 0,
                        tied_at=world.now,
                    )
                )
    for subject in subjects:
        world = worlds[subject.bloc]
        with world.database.transaction() as session:
            mine = session.exec(
                select(Model).where(Model.unit_id == world.unit(subject.unit).id)
            ).first()
        assert mine is not None
        subject.ids.update(movement=kept[subject.bloc], tied_model=mine.id)
