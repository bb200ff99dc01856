"""Movements by taps and commands: made, found, joined, read, their models tied."""

from __future__ import annotations

import datetime as dt

from bot.database import Database
from bot.i18n import KNOWN_LANGUAGES, texts
from bot.models import SeatRole
from bot.services import movements
from bot.views import movements as views
from tests.builders import Chat, World, make_world, sent_report
from tests.flows.phone import Phone
from tests.services.test_movements import NAME, join, made, model, tie, years_of

JANUARY = dt.date(2025, 1, 1)


def _joined(database: Database) -> tuple[World, World, int]:
    """A movement of two blocs with some figures."""
    world = years_of(database, 2024, 2025)
    abroad = years_of(database, 2025, 2025, name="Khối B")
    movement = made(world, world.person(0), 2024, 2025)
    join(abroad, abroad.person(0), movement)
    member, other = world.person(2), abroad.person(2)
    sent_report(world, member, dt.date(2024, 12, 1), sessions_outreach=10, members_total=40)
    sent_report(world, member, JANUARY, sessions_outreach=5, members_total=50)
    sent_report(abroad, other, JANUARY, sessions_outreach=7, members_total=60)
    return world, abroad, movement


def test_the_leader_makes_one_in_three_taps_and_a_name(database: Database) -> None:
    world = make_world(database)
    phone = Phone(world, world.person(0))
    phone.command("movements")
    assert "None yet." in phone.text
    phone.tap("New movement")
    phone.type("   ")
    assert "There is no text in" in phone.text
    phone.type("  Dân vận   khéo ")
    assert "In which years?" in phone.text
    assert phone.buttons[:5] == ["2025", "2025–2026", "2021–2025", "2025–2029", "2020–2025"]
    phone.type("in five years")
    assert "Please type the years like this: 2020–2025" in phone.text
    phone.tap("2020–2025")
    assert "Dân vận khéo is made" in phone.text
    assert "Dân vận khéo, 2020–2025 1 bloc takes part 0 reports count" in phone.text
    assert "No figures yet." in phone.text
    phone.tap("Change the years")
    phone.type("2021-2026")
    assert "It is changed." in phone.text
    phone.tap("Rename")
    assert "Rename Dân vận khéo" in phone.text
    phone.type("Dân vận khéo 2")
    assert "Dân vận khéo 2, 2021–2026" in phone.text
    phone.tap("End it …")
    phone.tap("Yes, end it")
    assert "It has ended." in phone.text
    phone.tap("Go on with it")
    assert "It has ended." not in phone.text


def test_a_form_can_be_left_and_an_old_button_does_nothing(database: Database) -> None:
    world = make_world(database)
    chat = Chat.of(world, world.person(0))
    chat.command("movements")
    chat.tap("New movement")
    chat.type(NAME)
    old = chat.button("2021–2025").data
    chat.tap("Cancel")
    assert "None yet." in chat.text
    assert "out of date" in chat.press(old).toast
    chat.command("movements")
    assert "None yet." in chat.text
    # Pressed twice: the second time shows what the first has made.
    chat.tap("New movement")
    chat.type(NAME)
    twice = chat.button("2021–2025").data
    chat.press(twice)
    assert "is made" in chat.text
    chat.press(twice)
    assert f"<b>{NAME}</b>, 2021–2025" in chat.text
    chat.command("movements")
    assert len([one for one in chat.buttons if NAME in one]) == 1


def test_the_same_name_is_asked_about_and_what_was_typed_stays(database: Database) -> None:
    world = make_world(database)
    made(world, world.person(0), 2020, 2025)
    phone = Phone(world, world.person(role=SeatRole.OBSERVER))
    phone.command("movements")
    phone.tap("New movement")
    phone.type("dan van kheo")
    phone.tap("2021–2025")
    assert "There is a movement Dân vận khéo in 2020–2025 already" in phone.text
    phone.type("2026")
    assert "dan van kheo is made" in phone.text


def test_another_bloc_finds_it_by_name_and_takes_part(database: Database) -> None:
    world, abroad = make_world(database), make_world(database, name="Khối B")
    made(world, world.person(0), 2024, 2025)
    phone = Phone(abroad, abroad.person(role=SeatRole.OBSERVER))
    phone.command("movements", "van KHEO")
    assert "＋ Dân vận khéo · 2024–2025" in phone.buttons
    phone.command("movements", "nothing like it")
    assert "None has that in its name." in phone.text
    phone.command("movements")
    phone.tap("Movements of others")
    phone.tap("Dân vận khéo")
    assert "Your bloc doesn't take part." in phone.text
    assert "Khối A" not in phone.text
    phone.tap("Take part")
    assert "Your bloc takes part now. Dân vận khéo, 2024–2025 2 blocs take part" in phone.text
    member = Phone(abroad, abroad.person(2))
    member.command("movements")
    member.tap("Dân vận khéo")
    assert not [one for one in member.buttons if "Leave" in one or "End" in one]
    phone.tap("Leave it …")
    phone.tap("Yes, leave it")
    assert "Your bloc has left Dân vận khéo." in phone.text
    member.command("movements")
    assert "None yet." in member.text


def test_figures_by_year_and_by_bloc(database: Database) -> None:
    world, _abroad, _ = _joined(database)
    phone = Phone(world, world.person(role=SeatRole.OBSERVER))
    phone.command("movements")
    phone.tap(NAME)
    assert "2 blocs take part 3 reports count" in phone.text
    assert "Outreach sessions: 22 Members in total: 110" in phone.text
    phone.tap("By year")
    assert "In 2025 2 reports count Outreach sessions: 12 Members in total: 110" in phone.text
    phone.tap("2024")
    assert "In 2024 1 report counts Outreach sessions: 10 Members in total: 40" in phone.text
    phone.tap("Back")
    phone.tap("By bloc")
    assert "• Khối A: 2 reports count • Khối B: 1 report counts" in phone.text
    phone.tap("Khối B")
    assert "Khối B 1 report counts Outreach sessions: 7 Members in total: 60" in phone.text


def test_members_see_the_whole_and_their_own_bloc(database: Database) -> None:
    world, abroad, movement = _joined(database)
    phone = Phone(world, world.person(3 - 1))
    phone.command("movements")
    phone.tap(NAME)
    assert "Outreach sessions: 22" in phone.text
    phone.tap("By bloc")
    assert "Khối A" in phone.text
    assert "and 1 more bloc" in phone.text
    assert "Khối B" not in phone.text
    phone.data(f"movements:bloc:0:{movement}:{abroad.bloc.id}:0")
    assert "Outreach sessions: 7" not in phone.text
    phone.data(f"movements:year:0:{movement}:1999:0")
    assert "In 2024" in phone.text


def test_a_model_is_tied_by_taps(database: Database) -> None:
    world = make_world(database)
    leader, owner = world.person(0), world.person(2)
    made(world, leader, 2024, 2025)
    mine = model(world, 2, owner)
    phone = Phone(world, owner)
    phone.data(f"movements:tie:0:{mine}")
    tap = phone.button("▫ Dân vận khéo").data
    phone.data(tap)
    phone.data(tap)  # a double tap
    assert phone.button("✓ Dân vận khéo")
    assert phone.button("To the model").data == f"models:show:0:{mine}"
    phone.command("movements")
    phone.tap(NAME)
    assert "1 model belongs to it: 1 new" in phone.text
    phone.tap("Models")
    assert "U3 · new" in phone.text
    phone.data(f"movements:tie:0:{mine}")
    phone.tap("✓ Dân vận khéo")
    assert phone.button("▫ Dân vận khéo")


def test_who_lost_the_office_while_asked_gets_a_sentence(database: Database) -> None:
    world = make_world(database)
    person = world.person(1)
    chat = Chat.of(world, person)
    chat.command("movements")
    chat.tap("New movement")
    with world.database.transaction() as session:
        year = session.get_one(type(world.year), world.year.id)
        year.deputy_unit_id = None
        session.add(year)
    chat.type(NAME)
    assert "Only the bloc leader and the deputy can do that." in chat.text
    chat.command("movements")
    assert "None yet." in chat.text


def test_everything_fits_on_the_screen_in_every_language(sqlite_database: Database) -> None:
    world, abroad, movement = _joined(sqlite_database)
    leader = world.person(0)
    for number in range(30):
        made(world, leader, 2006, 2025, "Ⓐ" * 190 + str(number))
        made(abroad, abroad.person(0), 2006, 2025, "Ⓑ" * 190 + str(number))
        tie(world, leader, model(world, 2, leader), movement)
    with world.acting(leader) as (session, actor):
        listed = movements.listing(session, actor)
        card = movements.card(session, actor, movement)
        tied = movements.tied(session, actor, movement)
        ties = movements.ties(session, actor, tied.models[0][0].id or 0)
    for language in KNOWN_LANGUAGES:
        t = texts(language)
        for view in (
            views.listing(t, listed, 2),
            views.listing(t, listed, words="Ⓐ" * 500),
            views.others(t, listed, 1),
            views.card(t, card),
            views.year(t, card, 2025),
            views.blocs(t, card),
            views.models(t, tied, 1),
            views.ties(t, ties, 1),
        ):
            assert 0 < len(view.text) < 4096
            assert sum(len(row) for row in view.rows) <= 40
