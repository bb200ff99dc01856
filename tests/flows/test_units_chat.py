"""/units and /invite through a chat: what the leader sees, taps and types; what others hear."""

from __future__ import annotations

import datetime as dt
import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.models import Form, Invitation, OutMessage, Person, SeatRole, Unit
from bot.services import units
from bot.services.invitations import KEY
from bot.views.base import View
from tests.builders import BOT_NAME, NOW, Chat, World, make_world

GUEST = 4242


def _short_names(world: World) -> list[str]:
    with world.database.transaction() as session:
        return list(
            session.exec(
                select(Unit.short_name).where(col(Unit.closed_at).is_(None)).order_by(col(Unit.id))
            )
        )


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


@pytest.fixture
def leader(world: World) -> Chat:
    return Chat.of(world, world.person(0, name="Lan"))


def test_the_list_shows_people_offices_and_what_needs_care(world: World, leader: Chat) -> None:
    world.person(2, SeatRole.REPRESENTATIVE)
    world.person(None, SeatRole.OBSERVER)
    leader.command("units")
    assert "• Unit number 1 (bloc leader): 1 person\n" in leader.text
    assert "• Unit number 3: 1 person ⚠\n" in leader.text
    assert "• Unit number 4: 0 people ⚠\n" in leader.text
    assert "1 observer" in leader.text
    leader.tap("U3")
    assert "There is no signatory" in leader.text
    assert "since Mar 10, 2025" in leader.text


def test_who_has_blocked_the_bot_is_seen(world: World, leader: Chat) -> None:
    person = world.person(2, name="Blocker")
    with world.database.transaction() as session:
        session.get_one(Person, person.id).blocked_at = NOW
    leader.command("units", "u3")
    assert "• Blocker – signatory, since Mar 10, 2025 ⚠ has blocked the bot" in leader.text


def test_a_link_is_made_shown_once_and_works(world: World, leader: Chat) -> None:
    leader.command("units", "U3")
    leader.tap("Invite")
    again = leader.button("Signatory").data
    leader.tap("Signatory")
    link = leader.button("Copy the link").copy
    assert link.startswith(f"https://t.me/{BOT_NAME}?start=")
    assert f"<code>{link}</code>" in leader.text
    assert "It works once, until" in leader.text
    assert "(GMT+7)" in leader.text
    shared = urlsplit(leader.button("Pass on").url)
    assert (shared.netloc, shared.path) == ("t.me", "/share/url")
    assert parse_qs(shared.query)["url"] == [link]
    guest = Chat(world, GUEST)
    guest.command("start", link.split("start=")[1])
    assert "You are now a signatory of Unit number 3" in guest.text
    # The same button once more makes no second link.
    before = _invitations(world)
    leader.press(again)
    assert "has been made already" in leader.view.toast
    assert _invitations(world) == before


def _invitations(world: World) -> int:
    with world.database.transaction() as session:
        return len(session.exec(select(Invitation)).all())


def test_the_picture_comes_by_itself_and_can_be_scanned(world: World, leader: Chat) -> None:
    leader.press(f"units:invite:0:{world.unit(2).id}")
    leader.tap("Representative")
    link = leader.button("Copy the link").copy
    [picture] = leader.news()
    assert picture.attachment is not None
    assert picture.attachment.content.startswith(b"\x89PNG")
    assert picture.attachment.content == _png(link)
    assert "invitation as representative" in picture.text
    # Once it is used, withdrawn or expired there is no point in it.
    world.now = NOW + dt.timedelta(days=30)
    assert leader.news() == []
    world.now = NOW
    Chat(world, GUEST).command("start", link.split("start=")[1])
    assert [one for one in leader.news() if one.attachment] == []
    with world.database.transaction() as session:
        secret = link.split("start=")[1]
        assert not any(secret in str(row.ids) for row in session.exec(select(OutMessage)).all())


def _png(link: str) -> bytes:
    from io import BytesIO

    import segno

    stream = BytesIO()
    segno.make(link, error="m", micro=False).save(stream, kind="png", scale=10, border=4)
    return stream.getvalue()


def test_without_the_key_no_picture_is_promised(world: World, leader: Chat) -> None:
    del world.database.info[KEY]
    leader.press(f"units:invite:0:{world.unit(2).id}")
    leader.tap("Representative")
    assert "picture" not in leader.text
    assert leader.news() == []


def test_an_open_invitation_is_withdrawn(world: World, leader: Chat) -> None:
    leader.command("units", "U3")
    assert "2 open invitations" in leader.text
    leader.tap("Open invitations")
    made = "signatory, made at 12:00 Mar 10, 2025 (GMT+7), works until Apr 9, 2025"
    assert f"1. {made}" in leader.text
    world.now = NOW + dt.timedelta(minutes=75)
    leader.press(f"units:invite:0:{world.unit(2).id}")
    leader.tap("Signatory")
    leader.press(f"units:open:0:{world.unit(2).id}")
    assert f"3. {made.replace('12:00', '13:15')}" in leader.text
    leader.tap("Withdraw no. 3")
    assert "That invitation no longer works." in leader.text
    leader.tap("Withdraw no. 1")
    assert "That invitation no longer works." in leader.text
    assert [one for one in leader.buttons if "Withdraw" in one] == ["Withdraw no. 1"]
    guest = Chat(world, GUEST)
    guest.command("start", world.secret(2))
    assert "has been withdrawn" in guest.text


def test_a_signatory_invites_representatives_of_the_own_unit_only(world: World) -> None:
    chat = Chat.of(world, world.person(2))
    chat.command("invite")
    assert "Signatory" not in chat.buttons
    chat.tap("Representative")
    assert "t.me" in chat.text
    for data in (
        f"units:link:0:{world.unit(2).id}:s:{_invitations(world)}",
        f"units:link:0:{world.unit(3).id}:r:8",
        f"units:invite:0:{world.unit(3).id}",
        f"units:link:0:0:o:0:{world.bloc.id}",
    ):
        count = _invitations(world)
        chat.press(data)
        assert chat.view.alert, data
        assert _invitations(world) == count


def test_invite_asks_for_the_unit_or_takes_its_name(world: World, leader: Chat) -> None:
    leader.command("invite")
    assert leader.buttons == ["U1", "U2", "U3", "U4", "◀ Back"]
    leader.tap("U4")
    assert "Invite somebody to <b>Unit number 4</b>" in leader.text
    leader.command("invite", "UNIT number 3")
    assert "Invite somebody to <b>Unit number 3</b>" in leader.text


@pytest.mark.parametrize("role", [SeatRole.REPRESENTATIVE, SeatRole.OBSERVER])
def test_who_may_not_invite_is_told_who_may(world: World, role: SeatRole) -> None:
    chat = Chat.of(world, world.person(None if role is SeatRole.OBSERVER else 2, role))
    chat.command("invite")
    assert "Only the bloc leader and the deputy can invite here" in chat.text


def test_an_observer_is_invited_and_removed(world: World, leader: Chat) -> None:
    leader.command("units")
    leader.tap("Observers")
    leader.tap("Invite")
    leader.tap("Make a link")
    guest = Chat(world, GUEST, "Ông Nam")
    guest.command("start", leader.button("Copy").copy.split("start=")[1])
    assert "You now observe Khối A." in guest.text
    leader.command("units")
    leader.tap("Observers")
    leader.tap("Ông Nam")
    leader.tap("Remove")
    leader.tap("Yes, remove")
    assert "Ông Nam has been removed." in leader.text
    [news] = guest.news()
    assert "You are no longer an observer of Khối A." in news.text


def test_a_unit_is_renamed_by_typing(world: World, leader: Chat) -> None:
    member = Chat.of(world, world.person(2))
    leader.command("units", "U3")
    leader.tap("Rename")
    leader.type("Unit number 4")
    assert "There is already a unit called Unit number 4" in leader.text
    assert "What is <b>Unit number 3</b> called from now on?" in leader.text
    assert leader.view.tidy
    leader.type("Hội <Nông dân>; HND")
    assert "The unit is called Hội &lt;Nông dân&gt; now." in leader.text
    assert "Until Mar 10, 2025: Unit number 3" in leader.text
    assert _short_names(world)[2] == "HND"
    [news] = member.news()
    assert "Unit number 3 is now called Hội &lt;Nông dân&gt;." in news.text


def test_a_question_can_be_left_and_then_words_do_nothing(world: World, leader: Chat) -> None:
    leader.command("units", "U3")
    leader.tap("Rename")
    stale = leader.button("Cancel").data
    leader.tap("Cancel")
    assert "<b>Unit number 3</b>" in leader.text
    leader.type("Not a name")
    leader.press(stale)
    assert leader.view.toast
    leader.tap("Units and people")
    leader.tap("U3")
    leader.tap("Rename")
    leader.press(f"units:card:0:{world.unit(1).id}")
    leader.type("Not a name either")
    assert _short_names(world) == ["U1", "U2", "U3", "U4"]


def test_staff_is_typed(world: World, leader: Chat) -> None:
    leader.command("units", "U3")
    leader.tap("Staff count")
    leader.type("many")
    assert "Please send the staff count as a whole number" in leader.text
    leader.type("1.204")
    assert "Staff: 1,204" in leader.text


def test_a_unit_is_added(world: World, leader: Chat) -> None:
    leader.command("units")
    leader.tap("New unit")
    leader.type("Hội Luật gia; HLG; 9")
    assert "Hội Luật gia belongs to the bloc now." in leader.text
    assert "Staff: 9" in leader.text
    assert "Nobody has joined yet." in leader.text
    assert _short_names(world)[-1] == "HLG"


def test_a_unit_is_closed_after_a_question(world: World, leader: Chat) -> None:
    member = Chat.of(world, world.person(2))
    leader.command("units", "U3")
    leader.tap("Close the unit")
    assert "Close <b>Unit number 3</b>?" in leader.text
    assert "U3" in _short_names(world)
    leader.tap("Yes, close")
    assert "U3" not in _short_names(world)
    assert "3 member units" in leader.text
    [news] = member.news()
    assert "Unit number 3 no longer belongs to Khối A." in news.text
    member.command("start")
    assert "you need an invitation link" in member.text


def test_two_units_become_one_under_an_existing_or_a_new_name(world: World, leader: Chat) -> None:
    member = Chat.of(world, world.person(3))
    leader.command("units", "U3")
    leader.tap("Merge")
    assert "U3" not in leader.buttons
    leader.tap("U4")
    leader.tap("U4")
    assert "Merge <b>Unit number 3</b> into <b>Unit number 4</b>?" in leader.text
    leader.tap("Back")
    leader.tap("U3")
    assert "Merge <b>Unit number 4</b> into <b>Unit number 3</b>?" in leader.text
    assert "This can't be undone." in leader.text
    assert _short_names(world) == ["U1", "U2", "U3", "U4"]
    leader.tap("Yes, merge")
    assert "The units are one now: Unit number 3." in leader.text
    [news] = member.news()
    assert "Unit number 3 and Unit number 4 are one unit now: Unit number 3." in news.text
    leader.press(f"units:card:0:{world.unit(3).id}")
    assert "Merged into Unit number 3 on" in leader.text
    leader.command("units", "U3")
    leader.tap("Merge")
    leader.tap("U2")
    leader.tap("A new name")
    assert "With your answer the two become one. This can't be undone." in leader.text
    leader.type("Together; TOG")
    assert "The units are one now: Together." in leader.text
    assert "Office: deputy leader" in leader.text
    assert _short_names(world) == ["U1", "TOG"]


def test_a_role_is_changed_and_a_person_replaced(world: World, leader: Chat) -> None:
    member = Chat.of(world, world.person(2, SeatRole.REPRESENTATIVE, name="Hoa"))
    leader.command("units", "U3")
    leader.tap("People")
    leader.tap("Hoa")
    leader.tap("Make signatory")
    assert "Hoa is now signatory." in leader.text
    leader.tap("Remove")
    assert "Remove <b>Hoa</b> from Unit number 3?" in leader.text
    twice = leader.button("Yes, remove").data
    leader.tap("Yes, remove")
    assert "Nobody has joined yet." in leader.text
    leader.press(twice)
    assert "no longer belongs there" in leader.view.toast
    assert [one.text.split(".")[0] for one in member.news()] == [
        "You no longer belong to Unit number 3 in Khối A"
    ]


def test_a_leader_who_removes_their_own_seat_sees_nothing_more(world: World, leader: Chat) -> None:
    leader.command("units", "U1")
    leader.tap("People")
    leader.tap("Lan")
    leader.tap("Remove")
    leader.tap("Yes, remove")
    assert "you need an invitation link" in leader.text


def test_buttons_of_lost_rights_do_nothing(world: World, leader: Chat) -> None:
    leader.command("units", "U3")
    buttons = [one.data for row in leader.view.rows for one in row if one.data]
    leader.tap("Rename")
    admin = Chat.of(world, world.admin())
    admin.press(f"units:appoint:0:{world.unit(1).id}:leader")
    leader.type("New name; NN")
    assert "Only the bloc leader and the deputy can do that." in leader.text
    for data in buttons:
        leader.press(data)
        assert leader.view.toast or "Rename" not in leader.buttons, data
    for action in ("close_yes", "merge_as", "remove_yes"):
        leader.press(f"units:{action}:0:{world.unit(2).id}:{world.unit(3).id}")
        assert leader.view.alert
    assert _short_names(world) == ["U1", "U2", "U3", "U4"]


def test_a_rename_survives_a_restart(world: World, leader: Chat) -> None:
    leader.command("units", "U3")
    leader.tap("Rename")
    with world.database.transaction() as session:
        assert session.exec(select(Form)).one().step == "rename"
    again = Chat(world, leader.telegram_id, "Lan")
    again.type("Other name; ON")
    assert _short_names(world)[2] == "ON"


def test_members_read_units_and_change_nothing(world: World) -> None:
    chat = Chat.of(world, world.person(2, SeatRole.REPRESENTATIVE))
    chat.command("units", "U1")
    assert chat.buttons == ["◀ All units"]
    chat.tap("All units")
    assert chat.buttons == ["U1 ⚠", "U2 ⚠", "U3 ⚠", "U4 ⚠", "◀ Menu"]


def test_screens_stay_within_telegram_s_limits(world: World, leader: Chat) -> None:
    """Long names, many people, many units, many seats: nothing that Telegram would refuse."""
    long = "Ủy ban Mặt trận Tổ quốc và các tổ chức chính trị - xã hội " * 4
    seen: set[str] = set()
    with world.acting(world.person(0)) as (session, actor):
        for index in range(30):
            units.add(
                session, actor, units.parse(f"{index} {long}"[:200] + f"; {index} {long}"[:40])
            )
    many = [world.person(2, name=f"{index} " + "<&>" * 20) for index in range(40)]
    for _ in range(25):
        world.person(None, SeatRole.OBSERVER, name="&" * 64)
    for index in range(4):
        world.sit(many[0], index)
    for index in range(12):
        with world.acting(world.person(0)) as (session, actor):
            units.rename(
                session, actor, world.unit(2).id or 0, units.parse(f"{long[:190]} {index}")
            )
    waiting = [
        "units:list:0",
        "people:bloc:0",
        "people:privacy:0",
        "people:leave:0",
        f"units:card:0:{world.unit(2).id}",
        f"units:people:0:{world.unit(2).id}",
        f"units:observers:0:{world.bloc.id}",
    ]
    for chat in (leader, Chat.of(world, many[0])):
        chat.press(waiting[0])
        for data in waiting:
            chat.press(data)
            _check(chat.view)
            seen |= {one.data for row in chat.view.rows for one in row if one.data}
    safe = (
        "units:card",
        "units:list",
        "units:people",
        "units:person",
        "units:invite",
        "units:merge",
    )
    for data in sorted(seen):
        if data.startswith(safe):
            leader.press(data)
            _check(leader.view)
    for view in leader.news():
        _check(view)


def _check(view: View) -> None:
    if view.alert:
        assert 0 < len(view.toast) <= 200
        return
    assert 0 < len(html.unescape(re.sub("<[^>]*>", "", view.text))) <= 4096
    buttons = [one for row in view.rows for one in row]
    assert len(buttons) <= 100
    for button in buttons:
        assert 0 < len(button.text) <= 64
        assert len(button.data.encode()) <= 64


def test_a_question_about_a_unit_that_was_closed_meanwhile_ends(world: World, leader: Chat) -> None:
    deputy = Chat.of(world, world.person(1))
    leader.command("units", "U3")
    leader.tap("Rename")
    deputy.press(f"units:close_yes:0:{world.unit(2).id}")
    leader.type("New name; NN")
    assert "Unit number 3 is closed" in leader.text
    assert "To review" in leader.buttons
    leader.type("Another name")
    assert "I can't do anything with that here." in leader.text


def test_a_picture_instead_of_a_name_is_answered_and_the_question_stays(
    world: World, leader: Chat
) -> None:
    leader.command("units", "U3")
    leader.tap("Rename")
    leader.send_nothing_known()
    assert "I can't do anything with that here." in leader.text
    assert "What is <b>Unit number 3</b> called from now on?" in leader.text
    leader.type("New name; NN")
    assert _short_names(world)[2] == "NN"


HOSTILE = [
    "\x00\u202e\u200b",
    "a" * 4096,
    "<b>&amp;</i>",
    ";" * 50,
    "=cmd|' /C calc'!A0; =1; =1",
    "Ho\u0323\u0302i No\u0302ng da\u0302n",
    "👩‍👩‍👧" * 60,
    "99999999999999999999999",
    "a; b; ９９",
    "\n\n\n",
    "%s {unit} {0}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_gets_one_answer(sqlite_database: Database, text: str) -> None:
    world = make_world(sqlite_database)
    leader = Chat.of(world, world.person(0))
    for command in ("units", "invite", "language", "start", "bloc", "privacy", "cancel"):
        leader.command(command, text)
        _check(leader.view)
    for question in ("rename", "staff", "add", "merge_new"):
        unit = world.unit(2).id if question != "add" else world.bloc.id
        leader.press(f"units:{question}:0:{unit}:{world.unit(3).id}")
        leader.type(text)
        _check(leader.view)
        assert "<b>&amp;</i>" not in leader.text
    for data in (f"units:{text}", f"units:card:0:{text}", f"people:switch:0:{text}", text):
        leader.press(data[:64])
        _check(leader.view)
