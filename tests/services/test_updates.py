"""Updates that share a commit: each whole or not at all, whatever happens to its neighbours."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from sqlmodel import select

from bot.database import Database
from bot.errors import Invalid
from bot.incoming import Incoming, Tx
from bot.models import AuditEntry, DoneUpdate, Person
from bot.services import audit, forms
from bot.updates import Outcome, Piece, Updates
from bot.views.base import View
from tests.builders import World, make_world

_IDS = count(1)


def _route(incoming: Incoming, tx: Tx) -> View:
    """Writes something down, then does as it is told."""
    person = tx.actor.person
    forms.enter(tx.session, person.id or 0, "test", incoming.text, tx.now)
    if incoming.text == "refused":
        raise Invalid("text_empty")
    if incoming.text == "broken":
        raise RuntimeError("a fault of ours")
    if incoming.text == "acts":
        audit.append(tx.session, tx.actor.here.bloc.id or 0, "test", tx.now, person_id=person.id)
    return View(text=incoming.text)


def _updates(world: World) -> Updates:
    return Updates(
        world.database,
        _route,
        menu_key=lambda _actor: "",
        admins=(),
        default_language="en",
        bot_name="test",
        now=lambda: world.now,
    )


def _typed(person: Person, text: str) -> Piece:
    number = next(_IDS)
    return Piece(
        Incoming(
            update_id=number,
            kind="text",
            telegram_id=person.telegram_id,
            chat_id=person.telegram_id,
            name=person.name,
            message_id=number,
            text=text,
        )
    )


def _shown(outcome: Outcome | Exception) -> str:
    assert isinstance(outcome, Outcome)
    return str(outcome.reply.view.text) if outcome.reply else ""


def _all_shown(outcomes: list[Outcome | Exception]) -> list[str]:
    return [_shown(one) for one in outcomes]


def _steps(database: Database, people: list[Person]) -> list[str]:
    """Where each one's form stands."""
    with database.transaction() as session:
        found = [forms.current(session, person.id or 0) for person in people]
        return [form.step if form else "" for form in found]


def test_a_refused_one_leaves_its_neighbours_alone(database: Database) -> None:
    world = make_world(database, 3)
    people = [world.person(place) for place in range(3)]
    batch = [_typed(people[0], "one"), _typed(people[1], "refused"), _typed(people[2], "three")]
    outcomes = _updates(world).apply_all(batch)
    assert _all_shown(outcomes[::2]) == ["one", "three"]
    assert "There is no text" in _shown(outcomes[1])
    assert _steps(database, people) == ["one", "", "three"]


def test_a_broken_one_fails_alone_and_the_others_count_once(database: Database) -> None:
    world = make_world(database, 3)
    people = [world.person(place) for place in range(3)]
    batch = [_typed(people[0], "acts"), _typed(people[1], "broken"), _typed(people[2], "three")]
    updates = _updates(world)
    outcomes = updates.apply_all(batch)
    assert isinstance(outcomes[1], RuntimeError)
    assert (_shown(outcomes[0]), _shown(outcomes[2])) == ("acts", "three")
    # Telegram sends them once more.
    again = updates.apply_all([batch[0], batch[2]])
    assert _all_shown(again) == ["", ""]
    assert _steps(database, people) == ["acts", "", "three"]
    with database.transaction() as session:
        acts = session.exec(select(AuditEntry).where(AuditEntry.action == "test")).all()
        assert len(acts) == 1


@pytest.mark.parametrize("order", [(0, 1, 0), (1, 0, 1)])
def test_acts_of_two_blocs_are_all_recorded(database: Database, order: tuple[int, ...]) -> None:
    worlds = [make_world(database, 3), make_world(database, 3)]
    people = [worlds[bloc].person(place) for place, bloc in enumerate(order)]
    outcomes = _updates(worlds[0]).apply_all([_typed(person, "acts") for person in people])
    assert _all_shown(outcomes) == ["acts"] * 3
    with database.transaction() as session:
        assert audit.verify(session).broken is None
        done = session.exec(select(DoneUpdate)).all()
        acts = session.exec(select(AuditEntry).where(AuditEntry.action == "test")).all()
        assert (len(done), len(acts)) == (3, 3)


def test_an_answer_is_found_again_whose_commit_was_not_heard_of(database: Database) -> None:
    world = make_world(database, 1)
    piece = _typed(world.person(0), "one")
    updates = _updates(world)
    assert _all_shown(updates.apply_all([piece])) == ["one"]
    assert _all_shown(updates.apply_all([piece])) == [""]
    assert _all_shown(updates.apply_all([replace(piece, again=True)])) == ["one"]
