"""/bloc, /privacy and leaving, through a chat."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.models import (
    BlocText,
    Model,
    ModelQuestion,
    Person,
    Seat,
    SeatRole,
    TextComment,
)
from bot.services import commitments, register
from tests.builders import Chat, make_world
from tests.services.adopting import adoptions_of, published, ready, sign


def test_one_tap_switches_the_bloc(database: Database) -> None:
    world, other = make_world(database), make_world(database, name="Khối B")
    person = world.person(2)
    other.sit(person, 0)
    chat = Chat.of(world, person)
    chat.command("start")
    chat.tap("Switch bloc")
    assert "▶ Unit number 1 (Khối B) – signatory, bloc leader (now)" in chat.text
    assert "• Unit number 3 (Khối A) – signatory" in chat.text
    chat.tap("U3 · Khối A")
    assert chat.view.toast == "Switched."
    assert "Khối A, 2025" in chat.text
    assert "To review" not in chat.buttons
    chat.command("bloc")
    chat.tap("U1 · Khối B")
    assert "To review" in chat.buttons


def test_another_s_seat_is_not_taken_by_a_forged_button(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    with world.database.transaction() as session:
        seat = session.exec(select(Seat).where(col(Seat.person_id) == leader.id)).one()
    chat = Chat.of(world, member)
    chat.press(f"people:switch:0:{seat.id}")
    assert chat.view.alert
    chat.command("start")
    assert "To review" not in chat.buttons


def test_privacy_shows_what_is_kept(database: Database) -> None:
    world = make_world(database)
    chat = Chat.of(world, world.person(2, name="Hoa <3"))
    chat.command("privacy")
    for words in (
        "Name on Telegram: Hoa &lt;3",
        "Username: @somebody",
        f"Telegram number: {chat.telegram_id}",
        "Language: English",
        "First message: Mar 10, 2025",
        "• Unit number 3 (Khối A) – signatory, since Mar 10, 2025",
        "You have sent 0 reports.",
        "You have added 0 pieces of evidence.",
    ):
        assert words in chat.text


def test_privacy_counts_what_was_signed_and_written(database: Database) -> None:
    world = make_world(database)
    other = world.person(3)
    person = world.person(2, name="Hoa")
    version = published(world)
    ready(world, 3, other)
    chat = Chat.of(world, person)
    chat.command("privacy")
    # What there is none of takes no line.
    assert "signature or approval" not in chat.text
    with world.acting(person) as (session, actor):
        register.create(session, actor, name="Vườn rau", product="Sổ tay")
        commitments.set_targets(
            session, actor, actor.my_unit().id or 0, {"members_new": Decimal(1)}
        )
    sign(world, person, version)
    with world.database.transaction() as session:
        text = session.exec(select(BlocText)).one()
        session.add(
            TextComment(
                text_id=text.id or 0,
                round=1,
                unit_id=world.unit(2).id or 0,
                person_id=person.id or 0,
                body="Tốt",
                at=world.now,
            )
        )
        foreign = session.exec(select(Model).where(Model.unit_id == world.unit(3).id)).one()
        session.add(
            ModelQuestion(
                model_id=foreign.id or 0,
                unit_id=world.unit(2).id or 0,
                person_id=person.id or 0,
                body="Chi phí?",
                at=world.now,
            )
        )
    chat.command("privacy")
    for words in (
        "You have given 1 signature or approval, with your name and post.",
        "You have commented 1 time on texts.",
        "You have entered 1 model.",
        "You have asked or answered 1 question.",
    ):
        assert words in chat.text
    chat.tap("Leave")
    assert "a signature keeps the name and post at signing" in chat.text
    chat.tap("Yes, leave")
    with world.database.transaction() as session:
        assert session.get_one(Person, person.id).name == "—"
    (kept,) = adoptions_of(world, version)
    assert kept.person_name == "Hoa"


def test_privacy_is_there_for_strangers(database: Database) -> None:
    chat = Chat(make_world(database), 77, "Stranger")
    chat.command("privacy")
    assert "Name on Telegram: Stranger" in chat.text
    assert "You belong to no unit." in chat.text


@pytest.mark.parametrize(
    ("role", "others", "expected"),
    [
        (SeatRole.SIGNATORY, 0, ["A signatory of Unit number 3 has left.", "no signatory now"]),
        (SeatRole.SIGNATORY, 1, ["A signatory of Unit number 3 has left."]),
        (SeatRole.REPRESENTATIVE, 1, ["A representative of Unit number 3 has left."]),
    ],
)
def test_leaving_is_asked_twice_and_the_leader_told(
    database: Database, role: SeatRole, others: int, expected: list[str]
) -> None:
    world = make_world(database)
    leader = Chat.of(world, world.person(0))
    for _ in range(others):
        world.person(2)
    chat = Chat.of(world, world.person(2, role, name="Trần Thị Bình"))
    chat.command("privacy")
    chat.tap("Leave")
    assert "• Unit number 3 (Khối A)" in chat.text
    chat.tap("No, stay")
    chat.tap("Leave")
    yes = chat.button("Yes, leave").data
    chat.tap("Yes, leave")
    assert "your data is erased" in chat.text
    [news] = leader.news()
    for words in expected:
        assert words in news.text
    assert ("no signatory now" in news.text) == (len(expected) == 2)
    assert "Trần" not in news.text
    with world.database.transaction() as session:
        names = session.exec(select(Person.name)).all()
        assert "Trần Thị Bình" not in names
    chat.press(yes)
    assert "your data is erased" in chat.text
    assert len(leader.news()) == 1


def test_whoever_left_can_come_back(database: Database) -> None:
    world = make_world(database)
    chat = Chat.of(world, world.person(2))
    chat.press("people:leave_yes:0")
    chat.command("start")
    assert "you need an invitation link" in chat.text
    chat.command("start", world.secret(2))
    assert "You are now a signatory of Unit number 3" in chat.text
