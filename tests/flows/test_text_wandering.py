"""Somebody leaves a text's form for another screen: what they send then is not taken silently."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot.database import Database
from bot.models import BlocText, Job, TextComment
from bot.services.papers import papers
from tests.builders import Chat, World, make_world
from tests.flows.phone import Phone, file

NOT_TAKEN = "nothing was taken from that message"


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def body(world: World) -> str:
    with world.database.transaction() as session:
        return session.exec(select(BlocText)).one().body


def draft(world: World) -> Chat:
    """The leader's chat, writing the regulation of two paragraphs."""
    leader = Chat.of(world, world.person(0))
    leader.command("publish")
    leader.tap("Regulation")
    leader.tap("Type it or send a file")
    leader.type("One")
    leader.type("Two")
    return leader


@pytest.mark.parametrize("elsewhere", ["status", "start", "pact", "publish"])
def test_a_draft_takes_nothing_from_another_screen(world: World, elsewhere: str) -> None:
    leader = draft(world)
    leader.command(elsewhere)
    leader.type("5 people are ill today")
    assert body(world) == "One\nTwo"
    # The draft's screen says so; sent once more it counts, and changes before can be undone.
    assert NOT_TAKEN in leader.text
    assert "<b>Regulation</b> · draft" in leader.text
    leader.type("Three")
    assert body(world) == "One\nTwo\nThree"
    leader.tap("↶ Undo")
    leader.tap("↶ Undo")
    assert body(world) == "One"


def test_the_way_back_by_a_button_needs_no_second_try(world: World) -> None:
    leader = draft(world)
    back = leader.button("¶ Paragraphs").data
    leader.command("start")
    leader.tap("Continue")
    leader.type("Three")
    leader.tap("👁 Preview")
    leader.type("lost?")
    assert NOT_TAKEN in leader.text
    leader.command("status")
    leader.press(back)
    leader.tap("✎ Write at the end")
    leader.type("Four")
    assert body(world) == "One\nTwo\nThree\nFour"


def test_a_file_is_not_taken_either(world: World) -> None:
    phone = Phone(world, world.person(0))
    phone.command("publish")
    phone.tap("Regulation")
    phone.tap("Type it or send a file")
    phone.command("status")
    phone.send(file("quy-che.docx"))
    assert NOT_TAKEN in phone.text
    with world.database.transaction() as session:
        assert session.exec(select(Job)).all() == []
    phone.send(file("quy-che.docx"))
    with world.database.transaction() as session:
        assert len(session.exec(select(Job)).all()) == 1


def test_a_comment_is_not_given_from_another_screen(world: World) -> None:
    member = Chat.of(world, world.person(2))
    leader = draft(world)
    leader.tap("Done")
    leader.tap("Put up for comment")
    leader.tap("Put it up")
    member.view = member.news()[0]
    member.tap("Read and comment")
    member.tap("💬 Comment")
    member.tap("2")
    member.command("pact")
    member.type("Minh, shall we have lunch?")
    assert NOT_TAKEN in member.text
    with world.database.transaction() as session:
        assert session.exec(select(TextComment)).all() == []
    member.type("Please add a date")
    with world.database.transaction() as session:
        (kept,) = session.exec(select(TextComment))
        assert (kept.paragraph, kept.body) == (2, "Please add a date")


def test_nothing_gets_into_the_legal_basis_from_another_screen(world: World) -> None:
    leader = Chat.of(world, world.person(0))
    leader.command("publish")
    leader.tap("Themes, legal basis, heads")
    leader.tap("Legal basis")
    leader.command("status")
    leader.type("Law of tomorrow")
    assert NOT_TAKEN in leader.text
    with world.acting(Phone(world, world.person(0)).person) as (_, actor):
        assert "Law of tomorrow" not in papers(actor.here.year, actor.here.bloc).legal_basis
