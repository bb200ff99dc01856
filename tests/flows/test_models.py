"""The register of models by taps and typed words, as people see it."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from markupsafe import Markup
from sqlmodel import col, select

from bot.database import Database
from bot.evidence_store import EvidenceStore
from bot.models import ChangeState, Model, ModelChange, ModelPicture, ModelState, Person, SeatRole
from bot.services import (
    mergers,
    register,
    register_pictures,
    register_questions,
    register_review,
    units,
)
from bot.views.base import TEXT_LIMIT, View
from bot.work import job_kinds
from handlers.models import FEATURE
from tests.bench.queries import counting
from tests.builders import Chat, World, make_world
from tests.flows.desk import Desk
from tests.flows.phone import Phone, file
from tests.running import settings_for


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, 5)


def chat(world: World, unit: int | None, **what: object) -> Chat:
    return Chat.of(world, world.person(unit, **what))  # type: ignore[arg-type]


def entered(world: World, person: Person, name: str = "Nước sạch", **what: str) -> Model:
    with world.acting(person) as (session, actor):
        return register.create(session, actor, name, **what)


def news(chat: Chat) -> list[View]:
    """What reaches somebody now; cards are brought to mind two weeks later."""
    return [one for one in chat.news() if "isn't complete yet" not in one.text]


def model(world: World, number: int = 1) -> Model:
    with world.database.transaction() as session:
        return session.exec(select(Model).where(col(Model.number) == number)).one()


def changes(world: World, number: int = 1) -> list[ModelChange]:
    with world.database.transaction() as session:
        return list(
            session.exec(
                select(ModelChange)
                .join(Model, col(Model.id) == col(ModelChange.model_id))
                .where(col(Model.number) == number)
                .order_by(col(ModelChange.id))
            )
        )


# --- Entering and writing ---------------------------------------------------------------------


def test_a_model_is_begun_on_the_way_to_the_pact_and_completed_by_taps(world: World) -> None:
    unit = chat(world, 2)
    unit.press("models:new:0:pact")
    assert "What is the model called?" in unit.text
    unit.type("  Tổ <nước> sạch  ")
    assert "<b>Tổ &lt;nước&gt; sạch</b>" in unit.text
    unit.tap("Later")
    unit.tap("Environment")
    assert "✅ Model 1 is in the register." in unit.text
    assert "2 of 9" not in unit.text
    assert "1 of 9 parts are written." in unit.text
    assert unit.button("◀ To the pact").data == "pact:home:0"
    assert (model(world).field, model(world).product) == ("environment", "")
    unit.tap("▫ Product")
    unit.type("Trạm cấp nước")
    # On to the next empty part, without a tap.
    assert "✅ Product: written." in unit.text
    assert "Which problem does it solve?" in unit.text
    unit.type("Nước phèn\n\n\n\nmùa khô")
    unit.tap("Skip")
    assert "How is it done?" in unit.text
    unit.tap("◀ Back")
    assert "3 of 9 parts are written." in unit.text
    assert "◀ To the pact" in unit.buttons[-1]
    assert model(world).card == {"problem": "Nước phèn\n\nmùa khô"}
    unit.tap("👁 Show")
    assert "<b>1 · Tổ &lt;nước&gt; sạch</b>" in unit.text
    assert "<b>Problem</b>\nNước phèn" in unit.text


def test_what_was_typed_wrongly_changes_nothing(world: World) -> None:
    unit = chat(world, 2)
    unit.command("models")
    unit.tap("New model")
    unit.type("x" * 201)
    assert "at most 200" in unit.text
    unit.type("Tổ tự quản")
    unit.type("y" * 301)
    assert "at most 300" in unit.text
    assert "Tổ tự quản" in unit.text
    unit.type("Quy ước")
    unit.type("kinh tế")
    assert "Which field does it belong to?" in unit.text
    unit.tap("Later")
    old = unit.button("▫ Goal").data
    unit.tap("▫ Goal")
    unit.type("z" * 1001)
    assert "at most 1,000" in unit.text
    assert "What is it to reach?" in unit.text
    unit.type("Sạch đẹp")
    unit.press(old)
    assert "out of date" in unit.view.toast
    assert (model(world).name, model(world).product) == ("Tổ tự quản", "Quy ước")
    unit.command("models")
    unit.tap("New model")
    unit.type("TO TU QUAN")
    assert "has a model of that name already: 1" in unit.text
    unit.tap("◀ Back")
    assert "Nothing was entered." in unit.text


def test_the_last_tap_twice_enters_one_model(world: World) -> None:
    unit = chat(world, 2)
    unit.press("models:new:0")
    unit.type("Một")
    unit.tap("Later")
    twice = unit.button("Later").data
    unit.press(twice)
    unit.press(twice)
    assert "out of date" in unit.view.toast
    assert "1 of 9 parts" in unit.text
    with world.database.transaction() as session:
        assert len(session.exec(select(Model)).all()) == 1


def test_pictures_are_taken_while_the_card_is_open(world: World) -> None:
    person = world.person(2)
    entered(world, person)
    phone = Phone(world, person)
    phone.data(f"models:edit:0:{model(world).id}")
    first = phone.send(file(key="a", album="al", caption="<i>Lễ</i> ra mắt"))
    assert first.fresh
    assert "The card has 1 picture." in phone.text
    assert not phone.send(file(key="b", album="al")).fresh
    phone.send(file("p.PNG", key="c"))
    phone.send(file(key="a"))
    assert "📷 Pictures: 3" in phone.buttons
    phone.send(file("bang.pdf", key="d"))
    assert "That is no picture." in phone.text
    for index in range(7):
        phone.send(file(key=f"more{index}"))
    phone.send(file(key="eleventh"))
    assert "has 10 pictures already" in phone.text
    phone.tap("📷 Pictures: 10")
    assert "Picture 1 of 10" in phone.text
    assert "<i>Lễ</i> ra mắt" in phone.text
    phone.tap("👁 Look")
    assert phone.view.attachment is not None
    assert (phone.view.attachment.kind, phone.view.attachment.file_id) == ("photo", "a-id")
    phone.tap("◀ To the card")
    phone.data(f"models:edit:0:{model(world).id}")
    phone.tap("📷 Pictures: 10")
    phone.tap("✖ Take off")
    assert "Picture 1 of 9" in phone.text
    with world.database.transaction() as session:
        rows = session.exec(select(ModelPicture).order_by(col(ModelPicture.id))).all()
    assert [row.removed_at is not None for row in rows] == [True] + [False] * 9
    assert rows[2].kind == "document"


# --- Finding ----------------------------------------------------------------------------------


def test_browsing_by_state_field_and_unit_and_back(world: World) -> None:
    two, three = world.person(2), world.person(3)
    entered(world, two, field="environment", product="Trạm")
    entered(world, two, "Tiết kiệm", field="economy")
    entered(world, three, "Đường hoa")
    for index in range(9):
        entered(world, three, f"Mô hình {index}")
    reader = chat(world, None, role=SeatRole.OBSERVER)
    reader.command("models")
    assert "12 models are in the register." in reader.text
    assert "➕ New model" not in reader.buttons
    reader.tap("By field")
    assert reader.buttons[:2] == ["Economy: 1", "Culture and society: 0"]
    reader.tap("Environment")
    assert "Nước sạch" in reader.text
    assert "Trạm" in reader.text
    reader.tap("1 · Nước sạch")
    assert "Unit number 3" in reader.text
    reader.tap("◀ To the list")
    assert "Environment, new countryside: 1" in reader.text
    reader.tap("◀ To the register")
    reader.tap("By unit")
    assert reader.buttons[:2] == ["U3: 2", "U4: 10"]
    reader.tap("U4: 10")
    assert len([one for one in reader.buttons if one.startswith("🌱")]) == 8
    reader.tap("▶")
    assert "Đường hoa" in reader.text
    reader.tap("◀ To the register")
    reader.tap("new: 12")
    assert "<b>Models, new: 12</b>" in reader.text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("nuoc sach", [1]),
        ("NƯỚC", [1]),
        ("tram cap", [1]),
        ("u4", [3]),
        ("duong hoa", [3]),
        ("u3", [2, 1]),
        ("100%", [2]),
        ("%", [2]),
        ("_", []),
        ("nuoc hoa", []),
    ],
)
def test_words_are_found_with_and_without_diacritics(
    world: World, words: str, found: list[int]
) -> None:
    two, three = world.person(2), world.person(3)
    entered(world, two, product="Trạm cấp nước")
    entered(world, two, "Tiết kiệm 100%")
    entered(world, three, "Đường hoa")
    foreign = make_world(world.database, name="Khối B")
    entered(foreign, foreign.person(2), "Nước sạch ở khối khác")
    reader = chat(world, 0)
    reader.command("models", words)
    shown = [one.split()[1] for one in reader.buttons if one.startswith("🌱")]
    assert shown == [str(one) for one in found]
    assert "khối khác" not in reader.text
    if not found:
        assert "Nothing was found." in reader.text


def test_a_number_opens_the_card_and_typing_searches_on(world: World) -> None:
    entered(world, world.person(2))
    reader = chat(world, 3)
    reader.command("models", "#1")
    assert "<b>1 · Nước sạch</b>" in reader.text
    reader.command("models", "77")
    assert "There is no model 77 in this bloc." in reader.text
    reader.command("models")
    reader.tap("🔍 Search")
    reader.type("không có")
    assert "Nothing was found." in reader.text
    reader.type("nuoc")
    reader.tap("1 · Nước sạch")
    reader.tap("◀ To what was found")
    assert "“nuoc”: 1 model" in reader.text
    reader.tap("◀ To the register")
    assert "1 model is in the register." in reader.text


def test_a_long_card_is_read_in_pages(world: World) -> None:
    person = world.person(2)
    id_ = entered(world, person, "&" * 200, product="<" * 300).id or 0
    with world.acting(person) as (session, actor):
        for part in ("problem", "goal", "method", "area", "people", "resources", "sustainability"):
            register.set_part(session, actor, id_, part, "&<" * 500)
    reader = chat(world, 3)
    reader.command("models", "1")
    seen = set()
    for _ in range(8):
        assert len(Markup(reader.view.text).striptags()) <= TEXT_LIMIT
        seen |= {one for one in ("Problem", "Sustainability") if f"<b>{one}</b>" in reader.text}
        reader.tap("▶")
    assert seen == {"Problem", "Sustainability"}


# --- Questions --------------------------------------------------------------------------------


def test_a_question_reaches_the_owner_and_its_answer_stays(world: World) -> None:
    owner, colleague, other = chat(world, 2), chat(world, 2), chat(world, 3)
    entered(world, world.person(2))
    other.command("models", "1")
    other.tap("❓ Ask")
    other.type("Kinh phí <bao nhiêu>?")
    assert "on its way to U3" in other.text
    assert "💬 Questions: 1" in other.buttons
    (told,) = news(owner)
    assert "U4 asks about your model 1, Nước sạch:" in told.text
    assert "Kinh phí &lt;bao nhiêu&gt;?" in told.text
    owner.view = told
    owner.tap("✎ Answer")
    colleague.view = told
    colleague.tap("✎ Answer")
    owner.type("50 triệu")
    assert "✅ Answered." in owner.text
    colleague.type("70 triệu")
    assert "answered already" in colleague.text
    assert "50 triệu" in colleague.text
    answers = [one.text for one in news(other)]
    assert any("U3 has answered about model 1" in one and "50 triệu" in one for one in answers)
    assert [one for one in colleague.news() if "asks about" in one.text] == []
    reader = chat(world, None, role=SeatRole.OBSERVER)
    reader.command("models", "1")
    reader.tap("💬 Questions: 1")
    assert "50 triệu" in reader.text
    assert "✎ Answer" not in reader.buttons


def test_what_is_typed_after_looking_elsewhere_is_not_asked(world: World) -> None:
    owner, other = chat(world, 2), chat(world, 3)
    entered(world, world.person(2))
    other.command("models", "1")
    other.tap("❓ Ask")
    other.command("status")
    other.type("Chào anh, mai họp nhé")
    assert "nothing was taken from that message" in other.text
    assert news(owner) == []
    other.type("Kinh phí bao nhiêu?")
    assert "on its way to U3" in other.text
    assert len(news(owner)) == 1


# --- States -----------------------------------------------------------------------------------


def test_a_change_goes_to_the_leader_and_back(world: World) -> None:
    leader, deputy, owner = chat(world, 0), chat(world, 1), chat(world, 2)
    entered(world, world.person(2))
    world.now += dt.timedelta(days=20)
    owner.press("models:mine:0")
    owner.tap("1 · Nước sạch")
    owner.tap("Change the state")
    owner.tap("sustained")
    assert "sustained since Mar 30, 2025" in owner.text
    owner.type("Đã <chạy> ổn định")
    owner.tap("📅 Another day")
    owner.type("1/3")
    assert "Please send a day from" in owner.text
    owner.type("nonsense")
    owner.type("15/3")
    assert "sustained since Mar 15, 2025" in owner.text
    assert "Đã &lt;chạy&gt; ổn định" in owner.text
    owner.tap("Send to the leader")
    assert "⏳ Waits for the leader: sustained since Mar 15, 2025" in owner.text
    assert "Change the state" not in owner.buttons
    assert news(deputy) == []
    leader.command("pending")
    leader.tap("⏳ 1 change of a model")
    leader.tap("1 · Nước sạch")
    assert "new → sustained, since Mar 15, 2025" in leader.text
    assert "Đã &lt;chạy&gt; ổn định" in leader.text
    leader.tap("↩ Decline")
    leader.type(" ")
    assert "Please type why it is declined." in leader.text
    leader.tap("◀ Back")
    (told,) = news(leader)
    assert "1 change of a model waits for your decision." in told.text
    leader.tap("With a word")
    leader.type("Tốt")
    assert "✅ Model 1 is approved as sustained." in leader.text
    assert news(leader) == []
    assert model(world).state is ModelState.SUSTAINED
    assert model(world).since == dt.date(2025, 3, 15)
    decision = news(owner)[-1].text
    assert "has approved it as sustained since Mar 15, 2025" in decision
    assert "Tốt" in decision
    owner.command("models", "1")
    owner.tap("🕘 History")
    assert "🌿 sustained since Mar 15, 2025" in owner.text


def test_the_first_decision_holds(world: World) -> None:
    leader, deputy = chat(world, 0), chat(world, 1)
    person = world.person(2)
    entered(world, person)
    owner = Chat.of(world, person)
    owner.press(f"models:state:0:{model(world).id}:ended")
    owner.tap("Send to the leader")
    change = changes(world)[-1].id
    deputy.press(f"models:change:0:{change}")
    late = deputy.button("✅ Approve").data
    leader.press(f"models:decline:0:{change}")
    leader.type("Chưa được")
    assert "↩ Model 1 isn't approved as ended." in leader.text
    deputy.press(late)
    assert "has declined this already" in deputy.view.toast
    assert changes(world)[-1].state is ChangeState.DECLINED
    assert model(world).state is ModelState.NEW


def test_the_leaders_own_model_is_the_deputys_to_decide(world: World) -> None:
    person = world.person(0)
    leader, deputy = Chat.of(world, person), chat(world, 1)
    entered(world, person)
    leader.press(f"models:state:0:{model(world).id}:sustained")
    leader.tap("Send to the leader")
    change = changes(world)[-1].id
    assert news(leader) == []
    leader.press(f"models:change:0:{change}")
    assert "U2 decides on it" in leader.text
    leader.press(f"models:approve:0:{change}")
    assert "U2 decides on it" in leader.view.toast
    (told,) = news(deputy)
    deputy.view = told
    deputy.tap("1 · Nước sạch")
    deputy.tap("✅ Approve")
    assert model(world).state is ModelState.SUSTAINED


# --- Taking over ------------------------------------------------------------------------------


def test_taking_a_model_over_makes_a_copy_and_proposes_replicated(world: World) -> None:
    owner, other, leader = chat(world, 2), chat(world, 3), chat(world, 0)
    person = world.person(2)
    id_ = entered(world, person, product="Trạm cấp nước", field="environment").id or 0
    with world.acting(person) as (session, actor):
        register.set_part(session, actor, id_, "goal", "200 hộ")
    other.command("models", "1")
    other.tap("We take it over")
    yes = other.button("Yes, we take it over").data
    other.press(yes)
    assert "✅ Model 2 is yours now." in other.text
    other.type("Bể lọc")
    copy = model(world, 2)
    assert (copy.name, copy.product, copy.field) == ("Nước sạch", "Bể lọc", "environment")
    assert (copy.card, copy.origin_id) == ({"goal": "200 hộ"}, model(world).id)
    other.press(yes)
    assert "has taken over model 1 already: it is your model 2" in other.view.toast
    assert "🌳 U4 takes over your model 1, Nước sạch." in [one.text for one in owner.news()]
    (waiting,) = [one for one in changes(world) if one.state is ChangeState.WAITING]
    assert waiting.becomes is ModelState.REPLICATED
    leader.press(f"models:approve:0:{waiting.id}")
    assert model(world).state is ModelState.REPLICATED
    owner.command("models", "1")
    assert "🌳 Taken over by: U4" in owner.text
    owner.press(f"models:take:0:{model(world).id}")
    assert "your own unit's" in owner.view.toast
    third = chat(world, 4)
    third.press(f"models:take_yes:0:{model(world).id}")
    assert [one.state for one in changes(world)] == [ChangeState.APPROVED] * 2


# --- Units that change ------------------------------------------------------------------------


def test_models_of_a_renamed_a_merged_and_a_closed_unit(world: World) -> None:
    leader = world.person(0)
    for index in (2, 3, 4):
        entered(world, world.person(index), f"Mô hình {index}")
    heir = chat(world, 3)
    with world.acting(leader) as (session, actor):
        units.rename(session, actor, world.unit(2).id or 0, units.parse("Hội mới; HM"))
        units.close(session, actor, world.unit(4).id or 0)
    heir.command("models", "hoi moi")
    assert "Mô hình 2 · HM" in heir.text
    heir.command("models", "2")
    assert "Change the state" in heir.buttons
    heir.command("models", "mo hinh 4")
    assert "U5 (closed)" in heir.text
    heir.tap("3 · Mô hình 4")
    assert "This unit is closed; the card stays to be read." in heir.text
    assert "❓ Ask" not in heir.buttons
    with world.acting(leader) as (session, actor):
        mergers.merge(session, actor, world.unit(3).id or 0, world.unit(2).id or 0)
    heir.command("models", "1")
    assert "U4 keeps the model." in heir.text
    heir.tap("✎ Write the card")
    heir.tap("▫ Product")
    heir.type("Quỹ")
    assert model(world, 1).product == "Quỹ"


# --- In the monthly report --------------------------------------------------------------------


def test_the_report_has_the_registers_figures_and_takes_them_back_by_a_tap(world: World) -> None:
    person = world.person(2)
    entered(world, person, "Một", field="economy")
    entered(world, person, "Hai", field="culture")
    unit = Chat.of(world, person)
    unit.command("report", "2025-03")
    assert "Filled in: 2 of" in unit.text
    unit.tap("Models and products")
    assert "📒 from the register of models" in unit.text
    assert "✓ New models: 2 📒" in unit.buttons
    assert "= register of models" not in unit.buttons
    unit.tap("New models: 2")
    assert "📒 Register of models: 2" in unit.text
    unit.type("5")
    assert "= register of models" in unit.buttons
    assert "⚠ New models: 5" in unit.buttons
    unit.tap("= register of models")
    assert "✓ New models: 2 📒" in unit.buttons
    unit.tap("New models: 2")
    unit.tap("✖ Clear")
    unit.tap("= register (2)")
    unit.tap("Models: economy")
    assert "📒 Register of models: 1" in unit.text


def test_pictures_are_copied_to_the_store(world: World, tmp_path: Path) -> None:
    person = world.person(2)
    entered(world, person)
    desk = Desk(world, job_kinds(settings_for(world.database, "http://127.0.0.1:1", tmp_path)))
    phone = Phone(world, person)
    phone.data(f"models:edit:0:{model(world).id}")
    for key in ("kept", "lost", "taken off"):
        phone.send(file(key=key))
    id_ = model(world).id or 0
    with world.acting(person) as (session, actor):
        last = register_pictures.listing(session, id_)[-1]
        register_pictures.remove(session, actor, last.model_id, last.id or 0)
    desk.files["kept-id"] = b"\x89PNG a picture"
    desk.files["taken off-id"] = b"\x89PNG another"
    desk.work()
    with world.database.transaction() as session:
        rows = session.exec(select(ModelPicture).order_by(col(ModelPicture.id))).all()
    sha256 = hashlib.sha256(b"\x89PNG a picture").hexdigest()
    assert [one.sha256 for one in rows] == [sha256, None, None]
    assert [one.failed for one in rows] == [None, "file_unavailable", None]
    assert EvidenceStore(str(tmp_path / "evidence")).get(sha256) == b"\x89PNG a picture"


def test_as_many_statements_for_a_big_register_as_for_a_small_one(world: World) -> None:
    person = world.person(2)
    for index in range(2):
        entered(world, person, f"Mô hình {index}")
    second = model(world, 2).id or 0
    with world.acting(world.person(4)) as (session, actor):
        register_review.take(session, actor, second)
    few = _statements(world)
    for index in range(2, 30):
        entered(world, world.person(index % 3 + 2), f"Mô hình {index}")
    other, first = world.person(3), model(world, 1).id or 0
    with world.acting(other) as (session, actor):
        for _ in range(9):
            register_questions.ask(session, actor, second, "Bao nhiêu?")
    for index in (3, 4):
        with world.acting(world.person(index)) as (session, actor):
            register_review.take(session, actor, first)
    assert _statements(world) == few


def _statements(world: World) -> list[int]:
    """Statements of each screen."""
    leader, id_ = chat(world, 0), model(world, 2).id
    found = []
    for data in (
        "list",
        "by_unit:0:0",
        "by:0:a:0",
        f"show:0:{id_}:0",
        f"questions:0:{id_}:0",
        "changes:0:0",
    ):
        press = data if ":" in data else f"{data}:0"
        leader.press(f"models:{press}")
        with counting(world.database) as made:
            leader.press(f"models:{press}")
        found.append(len(made))
    for words in ("mo hinh", "2"):
        with counting(world.database) as made:
            leader.command("models", words)
        found.append(len(made))
    return found


# --- What nobody should send ------------------------------------------------------------------

HOSTILE = (
    "<b>&amp;</b> <script>",
    "\u202egnp.exe\u200f\x00\x07",
    "x" * 4096,
    "%_\\' OR 1=1 --",
    "Vie\u0302\u0323t Nam" + "\u0301" * 50,
    "🇻🇳👩‍👩‍👧‍👦" * 30,
    "{number} {0} %s",
    "9" * 40,
)


def test_forged_buttons_and_odd_words_get_a_polite_answer(world: World) -> None:
    entered(world, world.person(2))
    for person in (chat(world, 2), chat(world, 0), chat(world, None, role=SeatRole.OBSERVER)):
        for action in FEATURE.buttons:
            for arguments in ("", ":", ":-1", ":99999999999", ":1:99:zz:-5", ":x", ":1:1:u9:0"):
                view = person.press(f"models:{action}:0{arguments}")
                assert view.text or view.toast
                assert "Sorry" not in view.text, (action, arguments)
        for words in HOSTILE:
            assert "Sorry" not in person.command("models", words).text, words
            person.press("models:search:0")
            assert "Sorry" not in person.type(words).text, words


def test_odd_words_are_kept_as_they_are_read(world: World) -> None:
    unit, other = chat(world, 2), chat(world, 3)
    for words in HOSTILE:
        unit.press("models:new:0")
        unit.type(words)
        if "What product" not in unit.text:
            assert "at most 200" in unit.text
            continue
        unit.tap("Later")
        unit.tap("Later")
        number = unit.text.split("Model ")[1].split(" ")[0]
        unit.tap("▫ Goal")
        unit.type(words)
        other.command("models", number)
        assert "<script>" not in other.text
        assert "\u202e" not in other.text
        other.tap("❓ Ask")
        other.type(words)
        assert "Sorry" not in other.text


def test_a_stale_form_sends_nothing_twice(world: World) -> None:
    person = world.person(2)
    entered(world, person)
    owner = Chat.of(world, person)
    owner.press(f"models:state:0:{model(world).id}:sustained")
    send = owner.button("Send to the leader").data
    owner.press(send)
    owner.press(send)
    assert "out of date" in owner.view.toast
    assert "⏳ Waits for the leader" in owner.text
    assert len(changes(world)) == 2
    owner.press(f"models:state:0:{model(world).id}:ended")
    assert "waits for its decision" in owner.view.toast
    assert len(changes(world)) == 2
