"""The pact by taps and typed numbers, as people see it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.i18n import KNOWN_LANGUAGES, texts
from bot.models import Form, Person, SeatRole, Target, TextKind
from bot.services import blocs, document_jobs, notices
from bot.views.base import TEXT_LIMIT
from bot.views.notices import NOTICES
from tests.builders import Chat, World, make_world, sent_report
from tests.services.adopting import adoptions_of, model, plan, published, ready, sign, stored

REPRESENTATIVE = SeatRole.REPRESENTATIVE


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, 4)


def chat(world: World, unit: int | None, **what: object) -> Chat:
    return Chat.of(world, world.person(unit, **what))  # type: ignore[arg-type]


def targets(world: World, unit: int) -> dict[str, str]:
    with world.database.transaction() as session:
        rows = session.exec(select(Target).where(col(Target.unit_id) == world.unit(unit).id))
        return {row.indicator: row.planned for row in rows}


def test_nothing_is_published_yet(world: World) -> None:
    leader, member = chat(world, 0), chat(world, 2)
    member.command("pact")
    assert "Nothing has been published yet." in member.text
    assert "Draft and publish" not in member.buttons
    leader.command("pact")
    assert leader.button("Draft and publish").data == "texts:list:0"
    # Targets can be prepared before there is a text.
    member.tap("🎯 Targets 0/25")
    assert "<b>Targets 2025</b> · U3" in member.text


def test_from_nothing_to_a_signature(world: World) -> None:
    version = published(world)
    member = chat(world, 2, name="Nguyễn Văn An")
    member.command("start")
    member.tap("Pact")
    assert "📜 <b>Pact</b> · version 1" in member.text
    assert "⏳ Your unit has not signed yet." in member.text
    assert "Units that have signed: 0/4" in member.text
    assert "Targets 0/25 · models 0 · products 0" in member.text
    # What is missing is the first button; the signature itself isn't offered.
    assert member.button("➕ Add a model and its product").data == "models:new:0:pact"
    assert not any("Sign the pact" in text for text in member.buttons)
    member.press(f"pact:sign:0:{version}")
    assert "needs at least one model and one product" in member.text
    assert "needs at least one model and one product" in member.view.toast
    one = model(world, 2, "Ngôi nhà xanh", product="")
    member.command("pact")
    assert member.button("➕ Add the product of a model").data == f"models:edit:0:{one}:pact"
    model(world, 2, "Sân chơi", product="Sổ tay")
    member.command("pact")
    member.tap("🎯 Set targets")
    member.tap("Organisation")
    assert "Next: <b>New members</b>" in member.text
    member.type("12 340")
    member.tap("12 | 340")
    assert targets(world, 2) == {"members_new": "12", "members_total": "340"}
    assert "✓ New members: 12" in member.text
    member.tap("◀ Back")
    member.tap("◀ To the pact")
    member.tap("✍ Sign the pact")
    assert "• New members: 12 members" in member.text
    assert "🌱 Sân chơi → Sổ tay" in member.text
    digest = stored(world, version).sha256
    assert f"<code>{digest[:4]} {digest[4:8]} {digest[8:12]}</code>" in member.text
    assert member.button("📖 Read it").data == f"texts:read:0:{version}:0"
    member.tap("✔ We have read it")
    assert "Name: <b>Nguyễn Văn An</b>" in member.text
    # Posts are offered in the bloc's language, not the signatory's: they stand in its document.
    assert "✔ That is right" not in member.buttons
    member.tap("Giám đốc")
    assert "Post: <b>Giám đốc</b>" in member.text
    member.tap("✔ That is right")
    assert "Nguyễn Văn An, Giám đốc" in member.text
    assert adoptions_of(world, version) == []
    tap = member.button("✍ Sign").data
    member.press(tap)
    assert "✅ <b>Signed</b>" in member.text
    assert "Units that have signed: 1/4" in member.text
    (kept,) = adoptions_of(world, version)
    assert (kept.person_name, kept.post) == ("Nguyễn Văn An", "Giám đốc")
    # The same tap again signs nothing and says so.
    member.press(tap)
    assert "You have signed already" in member.view.toast
    assert len(adoptions_of(world, version)) == 1
    member.command("pact")
    assert "✅ Signed Mar 10, 2025 by Nguyễn Văn An" in member.text
    with world.database.transaction() as session:
        assert not any(form.feature for form in session.exec(select(Form)))


def test_name_and_post_can_be_typed(world: World) -> None:
    version = published(world, TextKind.REGULATION)
    member = chat(world, 2)
    member.command("pact")
    member.tap("✅ Approve the regulation")
    member.tap("We have read it")
    member.type("x" * 101)
    assert "101 characters; at most 100" in member.text
    member.type("Trưởng <ban>")
    assert "Post: <b>Trưởng &lt;ban&gt;</b>" in member.text
    assert member.view.tidy
    member.tap("✎ Another name")
    member.type("  ")
    assert "Please type the full name" in member.text
    member.type("Lê Thị Bình")
    member.tap("✎ Another post")
    member.tap("Bí thư")
    member.tap("That is right")
    member.tap("✅ Approve")
    (kept,) = adoptions_of(world, version)
    assert (kept.person_name, kept.post) == ("Lê Thị Bình", "Bí thư")
    # The next time both are proposed: one tap confirms them.
    published(world, TextKind.PLAN)
    member.command("pact")
    member.tap("✅ Approve the plan")
    member.tap("We have read it")
    assert "Name: <b>Lê Thị Bình</b>\nPost: <b>Bí thư</b>" in member.text
    member.tap("That is right")


def test_a_name_without_letters_signs_nothing(world: World) -> None:
    version = published(world, TextKind.REGULATION)
    member = chat(world, 2, name="🌸🌸")
    member.press(f"pact:sign:0:{version}")
    member.tap("We have read it")
    # Telegram's name won't do under a document: the full name is asked for first.
    assert "Name: <b>–</b>" in member.text
    assert "Please type the full name" in member.text
    member.type("😀 …")
    assert "Name: <b>–</b>" in member.text
    member.type("Lê Hoa")
    member.type("…")
    assert "Post: <b>–</b>" in member.text
    member.tap("Bí thư")
    member.tap("That is right")
    member.tap("✅ Approve")
    (kept,) = adoptions_of(world, version)
    assert (kept.person_name, kept.post) == ("Lê Hoa", "Bí thư")


def test_a_representative_prepares_all_but_the_last_tap(world: World) -> None:
    version = published(world)
    clerk = chat(world, 2, role=REPRESENTATIVE, name="Chi")
    signatory = chat(world, 2, name="An")
    with world.database.transaction() as session:
        people = {one.telegram_id: one for one in session.exec(select(Person))}
    ready(world, 2, people[clerk.telegram_id])
    clerk.command("pact")
    clerk.tap("✍ Sign the pact")
    clerk.tap("We have read it")
    assert "The last tap is your unit's signatory's" in clerk.text
    assert not any("✍ Sign" in text for text in clerk.buttons)
    tell = clerk.button("🔔 Tell the signatory").data
    clerk.press(tell)
    assert "An: they are being told." in clerk.text
    clerk.press(tell)
    assert "Once in twelve hours is enough." in clerk.text
    (news,) = signatory.news()
    assert "Chi has prepared the pact for U3" in news.text
    clerk.press(f"pact:seal:1:{version}")
    assert adoptions_of(world, version) == []
    signatory.view = news
    signatory.tap("✍ Go on")
    signatory.tap("We have read it")
    signatory.tap("Chủ tịch")
    signatory.tap("That is right")
    signatory.tap("✍ Sign")
    assert len(adoptions_of(world, version)) == 1
    assert signatory.news() == []
    clerk.press(tell)
    assert "Signed already by An" in clerk.view.toast


def test_the_second_signatory_is_told_who_signed(world: World) -> None:
    version = published(world)
    first, second = chat(world, 2, name="An"), chat(world, 2, name="Bình")
    with world.database.transaction() as session:
        people = {one.telegram_id: one for one in session.exec(select(Person))}
    ready(world, 2, people[first.telegram_id])
    for one in (first, second):
        one.press(f"pact:sign:0:{version}")
        one.tap("We have read it")
        one.tap("Giám đốc")
        one.tap("That is right")
    first.tap("✍ Sign")
    second.tap("✍ Sign")
    assert "Signed already by An" in second.text
    assert second.view.alert
    assert len(adoptions_of(world, version)) == 1


def test_a_version_published_while_somebody_signs(world: World) -> None:
    old = published(world)
    person = world.person(2)
    member = Chat.of(world, person)
    ready(world, 2, person)
    member.press(f"pact:sign:0:{old}")
    first = member.button("We have read it").data
    member.press(first)
    member.tap("Giám đốc")
    member.tap("That is right")
    tap = member.button("✍ Sign").data
    new = published(world, body="Giao ước\nĐiều 1 mới", why="Thêm <chỉ tiêu>")
    member.press(tap)
    assert "version 1 was replaced by version 2" in member.text
    assert "Nothing was signed" in member.view.toast
    assert member.button("✍ Sign the pact").data == f"pact:sign:0:{new}"
    assert member.button("± What changed").data == f"texts:changes:0:{new}:0"
    for stale in (tap, first, f"pact:sign:0:{old}", f"pact:tell:0:{old}"):
        member.press(stale)
        assert adoptions_of(world, old) == []
    assert adoptions_of(world, new) == []


def test_a_new_version_asks_those_who_had_signed(world: World) -> None:
    old = published(world)
    person = world.person(2)
    ready(world, 2, person)
    sign(world, person, old)
    published(world, body="Giao ước\nĐiều 1 mới", why="Thêm <chỉ tiêu>")
    member = Chat.of(world, person)
    member.command("pact")
    assert "A new version: what was signed before counts no more" in member.text
    assert "<i>Thêm &lt;chỉ tiêu&gt;</i>" in member.text
    member.press(f"pact:board:0:{old}:0")
    assert "A newer version is in force; this one is history." in member.text
    assert "✅ <b>U3</b>" in member.text


def test_withdrawing_before_all_have_signed(world: World) -> None:
    version = published(world)
    person, leader = world.person(2), chat(world, 0)
    ready(world, 2, person)
    sign(world, person, version)
    member = Chat.of(world, person)
    member.press("pact:targets:0")
    assert "so its targets stand" in member.text
    member.tap("🖋 Our signature")
    assert "• New members: 10 members" in member.text
    member.tap("↩ Withdraw …")
    assert "Please type why." in member.text
    member.type("Sửa <số>")
    assert "Reason: <i>Sửa &lt;số&gt;</i>" in member.text
    tap = member.button("↩ Withdraw now").data
    member.press(tap)
    assert "↩ The signature is withdrawn." in member.text
    member.press(tap)
    assert [one.withdrawn_why for one in adoptions_of(world, version)] == ["Sửa <số>"]
    (news,) = leader.news()
    assert "Unit number 3 has withdrawn its signature" in news.text
    assert "<blockquote>Sửa &lt;số&gt;</blockquote>" in news.text
    sign(world, person, version)
    assert leader.news() == []


def test_everybody_gets_the_signed_pact(world: World) -> None:
    version = published(world)
    people = [world.person(index) for index in range(4)]
    watcher = chat(world, None, role=SeatRole.OBSERVER)
    for index, person in enumerate(people):
        ready(world, index, person)
    for person in people[:3]:
        sign(world, person, version)
    last = Chat.of(world, people[3])
    last.press(f"pact:sign:0:{version}")
    last.tap("We have read it")
    last.tap("Giám đốc")
    last.tap("That is right")
    last.tap("✍ Sign")
    assert "🎉 All 4 have signed. Everybody is told." in last.text
    for one in (watcher, *(Chat.of(world, person) for person in people)):
        (news,) = one.news()
        assert "🎉 All units of Khối A have signed the pact." in news.text
        one.view = news
        assert one.button("📄 The signed pact").data == f"docs:pact:0:{version}"
    # Where the signed pact itself is on its way, that one message is enough.
    with world.database.transaction() as session:
        told = [people[1].id or 0]
        key = f"{document_jobs.SIGNED}:{version}"
        notices.tell(session, told, document_jobs.SIGNED, ids={}, key=key, now=world.now)
        complete = NOTICES["pact_complete"]
        t, ids = texts("en"), [{"version": version}]
        assert complete(session, t, people[1], ids, world.now) is None
        assert complete(session, t, people[2], ids, world.now) is not None
    member = Chat.of(world, people[1])
    member.press(f"pact:withdraw:0:{version}")
    assert "nothing can be withdrawn any more" in member.text


def test_who_has_signed_and_one_tap_reminds_the_others(world: World) -> None:
    version = published(world)
    leader, member, person = chat(world, 0), chat(world, 3, name="An"), world.person(2, name="Lan")
    ready(world, 2, person)
    sign(world, person, version, "Chủ tịch")
    member.command("pact")
    member.tap("👥 1/4")
    assert "✅ <b>U3</b>: 12:00 Mar 10, 2025 (GMT+7), Lan, Chủ tịch" in member.text
    assert "⏳ <b>U1</b>: not signed yet" in member.text
    # A member sees who has signed, not the others' people.
    assert "Nobody has taken a seat" not in member.text
    assert not any("Remind" in text for text in member.buttons)
    member.press(f"pact:nudge:0:{version}:0")
    assert "Only the bloc leader and the deputy" in member.view.toast
    leader.command("pact")
    leader.tap("👥 1/4")
    assert "⏳ <b>U4</b>: not signed yet\n• An (signatory)" in leader.text
    assert leader.button("➕ U2").data == f"units:invite:0:{world.unit(1).id}"
    leader.tap("🔔 Remind the others")
    assert "1 person will get a reminder.\n1 unit has not adopted it yet:\n• U4: An" in leader.text
    send = leader.button("🔔 Send").data
    leader.press(send)
    assert "🔔 1 person is being reminded." in leader.text
    leader.press(send)
    assert "A reminder went out 12:00 Mar 10, 2025" in leader.text
    (news,) = member.news()
    assert "U1 asks U4 for the signature under the pact." in news.text
    member.view = news
    member.tap("✍ Sign the pact")
    assert "⏳ Your unit has not signed yet." in member.text
    assert Chat.of(world, person).news() == []


def test_the_observer_reads_and_decides_nothing(world: World) -> None:
    version = published(world)
    person = world.person(2)
    ready(world, 2, person)
    sign(world, person, version)
    watcher = chat(world, None, role=SeatRole.OBSERVER)
    watcher.command("pact")
    assert "Units that have signed: 1/4" in watcher.text
    assert "Your unit" not in watcher.text
    assert not any("Sign" in text or "Targets" in text for text in watcher.buttons)
    watcher.tap("👥 1/4")
    watcher.tap("👁 U3")
    assert "• New members: 10 members" in watcher.text
    assert "↩ Withdraw …" not in watcher.buttons
    for data in (f"pact:sign:0:{version}", "pact:targets:0", f"pact:ask:0:{version}:0"):
        watcher.press(data)
        assert watcher.view.alert
    assert len(adoptions_of(world, version)) == 1


# --- Targets ----------------------------------------------------------------------------------


def test_several_targets_pasted_at_once(world: World) -> None:
    member = chat(world, 2)
    member.command("pact")
    member.tap("🎯 Targets")
    member.tap("Outreach")
    member.type("120\n9500\n80\n7000\n60\n140")
    assert "✓" in member.text
    assert len(targets(world, 2)) == 6
    member.tap("↶ Undo")
    assert targets(world, 2) == {}
    assert "Taken back." in member.text
    member.type("nhiều")
    assert "That isn't a number" in member.text
    assert targets(world, 2) == {}


def test_one_row_with_clear_and_skip(world: World) -> None:
    member = chat(world, 2)
    member.press("pact:targets:0")
    member.tap("Organisation")
    member.tap("Members in total")
    assert "At the year's end · members" in member.text
    member.type("120")
    assert targets(world, 2) == {"members_total": "120"}
    assert "Supervisions" in member.text
    member.tap("Skip ▶")
    assert "<b>Social-criticism conferences</b>" in member.text
    member.tap("◀ Back")
    member.tap("✓ Members in total: 120")
    assert "Now: <b>120</b>" in member.text
    member.tap("✖ Clear")
    assert targets(world, 2) == {}
    member.tap("◀ Back")
    member.tap("◀ Back")
    assert "Set: 0 of 25" in member.text


def test_as_last_year_by_one_tap(world: World) -> None:
    person = world.person(2)
    for month in (1, 2):
        sent_report(world, person, dt.date(2025, month, 1), members_new=3, members_total=100)
    with world.database.transaction() as session:
        blocs.open_year(session, world.bloc.id or 0, 2026, world.now)
    member = Chat.of(world, person)
    member.press("pact:targets:0")
    member.tap("Organisation")
    member.tap("New members")
    assert "Last year: 6" in member.text
    member.tap("= last year (6)")
    assert targets(world, 2) == {"members_new": "6"}
    member.press("pact:targets:0")
    member.tap("= last year, all empty")
    assert targets(world, 2)["members_total"] == "100"
    assert len(targets(world, 2)) == 25
    member.type("5")
    assert "Every target is set." in member.text


def test_contradicting_targets_are_pointed_out(world: World) -> None:
    person = world.person(2)
    plan(world, person, persons_rewarded=5, direct_workers_rewarded=9)
    member = Chat.of(world, person)
    member.press("pact:targets:0")
    assert "that is more than" in member.text


def test_typing_goes_to_nobody_elses_targets(world: World) -> None:
    person = world.person(2)
    member = Chat.of(world, person)
    member.press("pact:targets:0")
    tap = member.button("Organisation").data
    world.now += dt.timedelta(minutes=1)
    world.sit(person, 3)
    member.type("5")
    assert "Those targets are another unit's" in member.text
    member.press(tap)
    assert (targets(world, 2), targets(world, 3)) == ({}, {})


def test_a_new_year_begins_while_targets_are_open(world: World) -> None:
    person = world.person(2)
    member = Chat.of(world, person)
    member.press("pact:targets:0")
    with world.database.transaction() as session:
        blocs.open_year(session, world.bloc.id or 0, 2026, world.now)
    member.type("5")
    assert "The year 2026 has begun; nothing was entered." in member.text
    assert targets(world, 2) == {}


def test_left_and_taken_up_again(world: World) -> None:
    version = published(world, TextKind.REGULATION)
    member = chat(world, 2)
    member.press(f"pact:sign:0:{version}")
    member.tap("We have read it")
    member.tap("Giám đốc")
    member.command("start")
    member.tap("Continue")
    assert "Post: <b>Giám đốc</b>" in member.text
    member.send_nothing_known()
    assert "Post: <b>Giám đốc</b>" in member.text
    member.command("cancel")
    member.type("Director")
    assert "I can't do anything with that here" in member.text


@pytest.mark.parametrize("data", ["seal", "sign", "board", "unit", "ask", "tell", "withdraw"])
def test_forged_numbers_find_nothing(world: World, data: str) -> None:
    published(world)
    leader = chat(world, 0)
    abroad = make_world(world.database, name="Khối B")
    foreign = published(abroad)
    for number in (0, 999_999_999, foreign):
        leader.press(f"pact:{data}:0:{number}:{number}")
        assert "Your bloc has no such text" in leader.view.toast or leader.view.alert


@pytest.mark.parametrize("language", KNOWN_LANGUAGES)
def test_screens_fit_in_every_language(sqlite_database: Database, language: str) -> None:
    world = make_world(sqlite_database, 40)
    why = "&" * 1000
    version = published(world, why=why)
    people = [world.person(index, name="A" + "<" * 59, language=language) for index in range(40)]
    for index, person in enumerate(people[:12]):
        for number in range(4):
            model(world, index, f"{number}" + "&" * 190, "&" * 290)
        plan(world, person, members_new=10)
        sign(world, person, version, "A" + "&" * 99)
    published(world, body="Giao ước mới", why=why)
    member = Chat.of(world, people[3])
    for data in (
        "pact:home:0",
        f"pact:board:0:{version}:0",
        f"pact:board:0:{version}:4",
        f"pact:unit:0:{version}:{world.unit(3).id}:0",
    ):
        member.press(data)
        shown = member.view.text
        assert len(shown.striptags()) < TEXT_LIMIT, data  # type: ignore[attr-defined]
        assert sum(len(row) for row in member.view.rows) <= 40


def test_what_is_to_be_signed_stands_on_the_status(world: World) -> None:
    published(world)
    person = world.person(2)
    rules = published(world, TextKind.REGULATION)
    member = Chat.of(world, person)
    sent_report(world, person, dt.date(2025, 1, 1))
    model(world, 2)
    member.command("status")
    assert "⏳ Pact, version 1 of Mar 10, 2025: to be signed by your unit" in member.text
    assert "⏳ Regulation, version 1 of Mar 10, 2025: to be approved by your unit" in member.text
    assert "✎ The card of 1 model can be completed." in member.text
    assert member.button("Complete the cards").data == "models:mine:0"
    sign(world, person, rules)
    member.command("status")
    assert "Regulation, version" not in member.text
    member.tap("✍ Pact")
    assert "⏳ Your unit has not signed yet." in member.text
