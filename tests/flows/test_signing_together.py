"""Several people sign at the same moment, through the real bot: their updates come together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import select

from bot.database import Database
from bot.demo.telegram import Message, Rates, StandIn
from bot.models import DeadLetter, Person
from bot.services import audit
from tests.builders import NOW, World, make_world
from tests.running import TOKEN, running_bot
from tests.services.adopting import adoptions_of, published, ready, stored


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, 3)


@contextmanager
def bot(world: World, folder: Path, people: list[Person]) -> Iterator[StandIn]:
    with StandIn(TOKEN, rates=Rates.off()) as tg:
        for one in people:
            tg.add_user(one.telegram_id, one.name, language_code="en").opened = True
        with running_bot(world.database, tg, folder, now=lambda: NOW):
            yield tg


def screen(tg: StandIn, person: Person, words: str) -> Message:
    """The message that shows these words now."""

    def look() -> Message | None:
        for message in reversed(tg.state.chat(person.telegram_id)):
            if message.from_bot and words in message.text:
                return message
        return None

    found = tg.wait_for(look, 20, f"{words!r} in the chat of {person.name}")
    assert found is not None
    return found


def button(message: Message, action: str) -> str:
    """The data of the message's first button that does this."""
    every = [str(one["callback_data"]) for row in message.buttons for one in row]
    return next(one for one in every if one.startswith(f"{action}:"))


def tap(tg: StandIn, person: Person, words: str, action: str) -> None:
    """The button on the message that shows these words."""
    message = screen(tg, person, words)
    tg.press(person.telegram_id, message.message_id, button(message, action))


def to_the_last_tap(tg: StandIn, person: Person) -> tuple[int, str]:
    """Up to the screen that signs; gives its message and the button's data."""
    tg.send_text(person.telegram_id, "/pact")
    tap(tg, person, "has not signed yet", "pact:sign")
    tap(tg, person, "read the whole text", "pact:who")
    tap(tg, person, "choose the post", "pact:post")
    tap(tg, person, "Is that right?", "pact:right")
    message = screen(tg, person, f"{person.name}, Chủ tịch")
    return message.message_id, button(message, "pact:seal")


def press_at_once(tg: StandIn, taps: list[tuple[Person, tuple[int, str]]], times: int = 2) -> None:
    """All of these taps, each several times, before the bot hears of the first."""

    def press() -> None:
        for _ in range(times):
            for person, (message_id, data) in taps:
                tg.state.press(person.telegram_id, message_id, data)

    tg.do(press)
    tg.quiet(0.5, 30)


def nothing_failed(world: World) -> None:
    with world.database.transaction() as session:
        assert session.exec(select(DeadLetter)).all() == []
        assert audit.verify(session).broken is None


def test_two_of_a_unit_tap_at_once_and_one_has_signed(world: World, tmp_path: Path) -> None:
    people = [world.person(2, name=name) for name in ("An", "Bình")]
    version = published(world)
    ready(world, 2, people[0])
    with bot(world, tmp_path, people) as tg:
        taps = [(one, to_the_last_tap(tg, one)) for one in people]
        press_at_once(tg, taps)
        (kept,) = adoptions_of(world, version)
        signed, late = people if kept.person_id == people[0].id else reversed(people)
        told = [
            one.text
            for one in tg.do(lambda: list(tg.state.presses.values()))
            if one.user_id == late.telegram_id and f"Signed already by {signed.name}" in one.text
        ]
        # Both taps of the one who was late.
        assert len(told) == 2
        for one in people:
            assert "✅ Signed" in screen(tg, one, "Signed").text
    nothing_failed(world)


def test_the_last_units_tap_at_once_and_it_is_complete_once(world: World, tmp_path: Path) -> None:
    people = [world.person(index, name=f"Head {index}") for index in range(3)]
    version = published(world)
    for index, person in enumerate(people):
        ready(world, index, person)
    with bot(world, tmp_path, people) as tg:
        press_at_once(tg, [(one, to_the_last_tap(tg, one)) for one in people])
        assert sorted(one.person_id for one in adoptions_of(world, version)) == sorted(
            one.id or 0 for one in people
        )
        assert stored(world, version).complete_at == NOW
        for one in people:
            file = screen(tg, one, "Here is the signed pact")
            assert file.files[0]["name"].endswith(".pdf")
            same = [each for each in tg.chat(one.telegram_id) if each.text == file.text]
            assert len(same) == 1
    nothing_failed(world)
