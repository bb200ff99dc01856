"""The start, help, cancel, language, and what a stranger is told."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import col, select

import handlers
from bot.database import Database
from bot.i18n import KNOWN_LANGUAGES
from bot.models import Form, Invitation, Person, Report, SeatRole
from bot.services import forms, invitations
from handlers.routing import Who
from tests.builders import NOW, Chat, World, make_world

GUEST = 4242


def test_a_stranger_is_told_what_this_is_and_whom_to_ask(database: Database) -> None:
    chat = Chat(make_world(database), GUEST)
    for view in (chat.command("start"), chat.type("hello"), chat.press("home:menu:0")):
        assert "emulation blocs" in view.text
        assert "ask your bloc leader" in view.text
        assert chat.buttons == [
            ("✅ " if n == "English" else "") + n for n in KNOWN_LANGUAGES.values()
        ]


@pytest.mark.parametrize(("code", "language"), [("de-AT", "de"), ("uk", "uk"), ("fr", "vi")])
def test_the_first_language_is_telegram_s(database: Database, code: str, language: str) -> None:
    world = make_world(database)
    Chat(world, GUEST, language=code).command("start")
    with world.database.transaction() as session:
        person = session.exec(select(Person).where(col(Person.telegram_id) == GUEST)).one()
        assert (person.language, person.language_chosen) == (language, False)


def test_a_chosen_language_is_kept(database: Database) -> None:
    world = make_world(database)
    chat = Chat(world, GUEST)
    chat.command("start")
    chat.tap("Čeština")
    assert "✅ Čeština" in chat.buttons
    chat.command("start")
    with world.database.transaction() as session:
        person = session.exec(select(Person).where(col(Person.telegram_id) == GUEST)).one()
        assert (person.language, person.language_chosen) == ("cs", True)
    chat.command("language", "TIENG VIET")
    assert "✅ Tiếng Việt" in chat.buttons
    chat.press("settings:set:0:xx")
    assert chat.view.alert


def test_an_invitation_opens_the_menu_of_its_role(database: Database) -> None:
    world = make_world(database)
    leader = Chat.of(world, world.person(0, name="Lan"))
    chat = Chat(world, GUEST, "Minh & <Co>")
    chat.command("start", world.secret(2))
    assert "You are now a signatory of Unit number 3 in Khối A" in chat.text
    assert "Report" in chat.buttons
    assert "To review" not in chat.buttons
    [news] = leader.news()
    assert "Minh &amp; &lt;Co&gt; has joined Unit number 3 as signatory." in news.text
    chat.command("start", world.secret(2))
    assert "You already belong to Unit number 3." in chat.text


def test_joining_news_are_collected(database: Database) -> None:
    world = make_world(database)
    leader = Chat.of(world, world.person(0))
    for index in (1, 2, 3):
        Chat(world, GUEST + index, f"N{index}").command("start", world.secret(index))
    [news] = leader.news()
    assert [line[:2] for line in news.text.split("\n")] == ["N1", "N2", "N3"]


def test_invitations_that_do_not_work_say_why_and_whom_to_ask(database: Database) -> None:
    world = make_world(database)
    Chat(world, 1).command("start", world.secret(2))
    with world.database.transaction() as session:
        for invitation in session.exec(
            select(Invitation).where(col(Invitation.unit_id) == world.unit(3).id)
        ):
            if invitation.role is SeatRole.SIGNATORY:
                invitation.revoked_at = NOW
            else:
                invitation.expires_at = NOW
    said = {
        world.secret(2): "already been used",
        world.secret(3): "has been withdrawn",
        world.secret(3, SeatRole.REPRESENTATIVE): "has expired",
        "nonsense": "don't know this invitation",
        "A" * 32: "don't know this invitation",
    }
    chat = Chat(world, GUEST)
    for secret, words in said.items():
        chat.command("start", secret)
        assert words in chat.text
        assert "ask your bloc leader" in chat.text
        assert "Unit number" not in chat.text
        assert "Khối A" not in chat.text


SEATED = {
    "Pact",
    "Models and products",
    "Plan and done",
    "Movements",
    "Texts of the year",
    "Units and people",
    "Settings",
    "Help",
}
MEMBER = SEATED | {"Report", "My reports", "What I owe"}
REVIEWER = {"To review", "Who is missing", "Report template"}


@pytest.mark.parametrize(
    ("unit", "role", "expected"),
    [
        (2, SeatRole.REPRESENTATIVE, MEMBER),
        (0, SeatRole.SIGNATORY, MEMBER | REVIEWER),
        (1, SeatRole.SIGNATORY, MEMBER | REVIEWER),
        (
            None,
            SeatRole.OBSERVER,
            SEATED | {"Who is missing"},
        ),
    ],
)
def test_the_menu_shows_what_the_person_can_do(
    database: Database, unit: int | None, role: SeatRole, expected: set[str]
) -> None:
    world = make_world(database)
    chat = Chat.of(world, world.person(unit, role))
    chat.command("start")
    assert set(chat.buttons) == expected
    assert all(len(row) <= 2 for row in chat.view.rows)
    for button in [one for row in chat.view.rows for one in row]:
        chat.press(button.data)
        assert not chat.view.toast, button.text
        assert chat.view.text


def test_help_lists_the_commands_of_the_role_only(database: Database) -> None:
    world = make_world(database)
    member, leader = (Chat.of(world, world.person(unit)) for unit in (2, 0))
    observer = Chat.of(world, world.person(None, SeatRole.OBSERVER))
    for chat, kinds in (
        (member, {Who.EVERYONE, Who.SEATED, Who.MEMBER}),
        (leader, {Who.EVERYONE, Who.SEATED, Who.MEMBER, Who.READER, Who.REVIEWER}),
        (observer, {Who.EVERYONE, Who.SEATED, Who.READER}),
    ):
        chat.command("help")
        expected = [c.name for c in handlers.COMMANDS.values() if c.who in kinds]
        shown = [line.split(" ")[0] for line in chat.text.split("\n") if line.startswith("/")]
        assert shown == [f"/{name}" for name in expected]
        assert "/admin" not in chat.text


def _open_form(world: World, person: Person, feature: str, subject: int | None) -> None:
    with world.acting(person) as (session, _actor):
        forms.enter(session, person.id or 0, feature, "card", NOW, subject=subject)


def _report(world: World, unit: int) -> int:
    with world.database.transaction() as session:
        report = Report(
            bloc_year_id=world.year.id or 0,
            unit_id=world.unit(unit).id or 0,
            month=dt.date(2025, 3, 1),
            template_version=1,
            due_at=NOW,
            created_at=NOW,
            changed_at=NOW,
        )
        session.add(report)
        session.flush()
        return report.id or 0


def test_start_in_the_middle_of_a_report_offers_to_go_on(database: Database) -> None:
    world = make_world(database)
    person = world.person(2)
    chat = Chat.of(world, person)
    _open_form(world, person, "report", _report(world, 2))
    chat.command("start")
    assert chat.buttons[0] == "▶ Continue: report March 2025"
    chat.command("cancel")
    assert "The report for March 2025 is closed" in chat.text
    assert "/report goes on with it" in chat.text
    chat.command("cancel")
    assert "Nothing is open" in chat.text
    with world.database.transaction() as session:
        form = session.get_one(Form, person.id)
        assert form.feature == ""
        assert session.exec(select(Report)).one() is not None


def test_continuing_shows_the_form_as_it_was(database: Database) -> None:
    world = make_world(database)
    chat = Chat.of(world, world.person(0))
    chat.press(f"units:rename:0:{world.unit(2).id}")
    chat.command("start")
    chat.tap("Continue")
    assert "What is <b>Unit number 3</b> called from now on?" in chat.text
    chat.command("cancel")
    chat.press("home:continue:0")
    assert "What would you like to do?" in chat.text


def test_free_words_get_the_menu_and_a_hint(database: Database) -> None:
    world = make_world(database)
    chat = Chat.of(world, world.person(2))
    chat.type("good morning")
    assert "Please choose a button or a command." in chat.text
    assert "Report" in chat.buttons


@pytest.mark.parametrize("data", ["x", "a:b:c", "units:nothing:0", "::", "home", "units:card:0:x"])
def test_forged_buttons_change_nothing(database: Database, data: str) -> None:
    world = make_world(database)
    chat = Chat.of(world, world.person(0))
    chat.press(data)
    assert chat.view.toast


def test_administration_exists_for_administrators_only(database: Database) -> None:
    world = make_world(database)
    make_world(database, 2, name="Khối B")
    leader = Chat.of(world, world.person(0))
    leader.command("admin")
    assert "I don't know that command" in leader.text
    leader.press("admin:list:0")
    assert "Blocs" not in leader.text
    assert leader.view.toast
    admin = Chat.of(world, world.admin())
    for command in ("units", "invite"):
        admin.command(command)
        assert "<b>Blocs</b>" in admin.text
    admin.command("start")
    admin.tap("Administration")
    assert "Khối A (2025) – 4 units, 1 person" in admin.text
    admin.tap("Khối B")
    assert "Khối B, 2025" in admin.text
    admin.tap("U2")
    admin.tap("Make it leader")
    assert "Unit number 2 leads the bloc now" in admin.text


def test_the_invitation_secret_is_known_from_the_link_alone(database: Database) -> None:
    world = make_world(database)
    with world.database.transaction() as session:
        hashes = set(session.exec(select(Invitation.secret_hash)))
    assert invitations.hash_of(world.secret(0)) in hashes
    assert world.secret(0) not in hashes
