"""The register of models of the rights matrix: cards, a question, a change that waits."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text as sql

from bot.models import Person
from bot.services import register, register_pictures, register_questions, register_review, reports
from tests.builders import World
from tests.flows.phone import file


def enter_models(
    letter: str, world: World, holders: dict[int, Person]
) -> dict[int, dict[str, int]]:
    """Two models of each of the first three units; gives their ids by unit.

    ``model`` has a picture and a ``question`` that waits for its answer; ``changing`` has a
    ``change`` that waits for its decision.
    """
    found = {}
    for index in (0, 1, 2):
        with world.acting(holders[index]) as (session, actor):
            one = register.create(session, actor, f"Org{letter}{index} pump", "Pump")
            two = register.create(session, actor, f"Org{letter}{index} well", "Well")
            picture = register_pictures.add(session, actor, one.id or 0, file(key=f"p{index}"))
            change = register_review.propose(session, actor, two.id or 0, "sustained")
            # The draft of the month learns what the register counts.
            reports.open_month(session, actor, dt.date(2025, 4, 1))
        with world.acting(holders[1 if index == 0 else 0]) as (session, actor):
            question = register_questions.ask(session, actor, one.id or 0, "How much?")
        found[index] = {
            "model": one.id or 0,
            # Numbers that mean nothing in the other bloc.
            "model_number": one.number + {"A": 4000, "B": 7000}[letter],
            "changing": two.id or 0,
            "change": change.id or 0,
            "question": question.id or 0,
            "picture": picture.id or 0,
        }
    with world.database.transaction() as session:
        session.execute(
            sql("UPDATE model SET number = number + :more, since = :day WHERE bloc_id = :bloc"),
            {
                "more": {"A": 4000, "B": 7000}[letter],
                "day": str(dt.date(2025, 3, 1))
                if world.database.is_sqlite
                else dt.date(2025, 3, 1),
                "bloc": world.bloc.id,
            },
        )
    return found
