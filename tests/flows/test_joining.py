"""The way into a bloc from outside: the whole bot, the stand-in for Telegram, three phones."""

from __future__ import annotations

import re
from pathlib import Path

from sqlmodel import col, select

from bot.database import Database
from bot.demo.telegram.limits import Rates
from bot.demo.telegram.server import StandIn
from bot.models import Person
from tests.builders import NOW, make_world
from tests.running import TOKEN, running_bot

LEADER, MEMBER, LATE = 501, 502, 503


def test_a_leader_joins_invites_and_sees_who_came(database: Database, tmp_path: Path) -> None:
    world = make_world(database)
    with (
        StandIn(TOKEN, rates=Rates.off()) as tg,
        running_bot(database, tg, tmp_path, now=lambda: NOW),
    ):
        tg.add_user(LEADER, "Lan", language_code="en")
        tg.add_user(MEMBER, "Minh", language_code="en")
        tg.add_user(LATE, "Hoa", language_code="en")

        start = tg.send_text(LEADER, f"/start {world.secret(0)}")
        menu = tg.wait_message(LEADER, after=start.message_id, contains="You are now a signatory")
        tg.quiet()
        assert "approve" in [one["command"] for one in tg.commands_for(LEADER)]

        tg.press(LEADER, menu.message_id, "Units and people")
        tg.wait_edit(LEADER, menu.message_id, "4 member units")
        tg.press(LEADER, menu.message_id, "U3 ⚠")
        tg.wait_edit(LEADER, menu.message_id, "Nobody has joined yet.")
        tg.press(LEADER, menu.message_id, "Invite")
        tg.wait_edit(LEADER, menu.message_id, "As what?")
        tg.press(LEADER, menu.message_id, "Representative")
        shown = tg.wait_edit(LEADER, menu.message_id, "It works once")
        picture = tg.wait_message(LEADER, after=menu.message_id, contains="invitation as")
        assert picture.kind == "photo"
        assert tg.file(picture.media["photo"][-1]["file_id"]).startswith(b"\x89PNG")

        link = re.search(r"start=([A-Za-z0-9_-]+)", shown.text)
        assert link is not None
        start = tg.send_text(MEMBER, f"/start {link[1]}")
        tg.wait_message(MEMBER, after=start.message_id, contains="representative of Unit number 3")
        tg.wait_message(LEADER, after=picture.message_id, contains="Minh has joined Unit number 3")

        start = tg.send_text(LATE, f"/start {link[1]}")
        tg.wait_message(LATE, after=start.message_id, contains="has already been used")
        tg.quiet()
        commands = [one["command"] for one in tg.commands_for(MEMBER)]
        assert "report" in commands
        assert "approve" not in commands
        assert "report" not in [one["command"] for one in tg.commands_for(LATE)]

        # Leaving empties the chat's menu of commands again at the next word.
        tg.send_text(MEMBER, "/privacy")
        privacy = tg.wait_message(MEMBER, contains="What is kept about you")
        tg.press(MEMBER, privacy.message_id, "Leave, erase my data")
        tg.wait_edit(MEMBER, privacy.message_id, "Do you really want to leave?")
        tg.press(MEMBER, privacy.message_id, "Yes, leave")
        tg.wait_edit(MEMBER, privacy.message_id, "your data is erased")
        tg.wait_message(
            LEADER, after=picture.message_id, contains="representative of Unit number 3"
        )
        start = tg.send_text(MEMBER, "hello?")
        tg.wait_message(MEMBER, after=start.message_id, contains="you need an invitation link")
        tg.quiet()
        assert "report" not in [one["command"] for one in tg.commands_for(MEMBER)]
        assert tg.refusals == []
    with database.transaction() as session:
        names = session.exec(select(Person.name).order_by(col(Person.id))).all()
    assert list(names) == ["Lan", "—", "Hoa", "Minh"]
