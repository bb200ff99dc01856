"""How many units have adopted a text: every screen counts them alike."""

from __future__ import annotations

from sqlmodel import Session

from bot.database import Database
from bot.models import TextKind
from bot.services import adoption_board, adoptions, texts
from bot.services.access import Actor
from tests.builders import NOW, World, make_world
from tests.services.adopting import published, ready, sign


def _counts(session: Session, actor: Actor, version: int) -> set[tuple[int, int]]:
    """(k, n) as the list of texts, /pact and the board of units say it."""
    line = texts.line(session, actor, TextKind.PACT)
    home = adoptions.home(session, actor).lines[0]
    board = adoption_board.board(session, actor, version)
    return {
        (line.adopted, line.units),
        (home.signed, home.units),
        (len(board.signed), len(board.lines)),
    }


def _close(world: World, unit: int) -> None:
    with world.database.transaction() as session:
        one = world.unit(unit)
        one.closed_at = NOW
        session.merge(one)


def test_every_screen_counts_the_same_units(database: Database) -> None:
    world, abroad = make_world(database, 5), make_world(database, 3, name="Khối B")
    version = published(world)
    foreign = published(abroad)
    people = [world.person(index) for index in range(5)]
    stranger = abroad.person(1)
    ready(abroad, 1, stranger)
    sign(abroad, stranger, foreign)
    for index in (2, 3, 4):
        ready(world, index, people[index])
        sign(world, people[index], version)
    with world.acting(people[0]) as (session, actor):
        assert _counts(session, actor, version) == {(3, 5)}
    # A unit that is closed counts on neither side, whether it had signed or not.
    _close(world, 4)
    with world.acting(people[0]) as (session, actor):
        assert _counts(session, actor, version) == {(2, 4)}
    _close(world, 1)
    with world.acting(people[2]) as (session, actor):
        assert _counts(session, actor, version) == {(2, 3)}
    # A new version begins at nothing.
    again = published(world, body="Giao ước mới", why="x")
    with world.acting(people[2]) as (session, actor):
        assert _counts(session, actor, again) == {(0, 3)}
