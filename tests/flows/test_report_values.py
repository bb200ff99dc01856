"""Typing into the report: numbers, rules, dates, words."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.database import Database
from bot.models import (
    Report,
    ReportState,
)
from tests.builders import NOW, World, make_world
from tests.flows.phone import Phone
from tests.flows.reporting import fill, report_of, values


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return make_world(sqlite_database)


@pytest.fixture
def phone(world: World) -> Phone:
    """A representative of the third unit, who neither leads nor reviews."""
    return Phone(world, world.person(2, name="Lan"))


# --- Numbers -----------------------------------------------------------------------------------


def test_a_row_asks_for_its_number_and_goes_on_to_the_next(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.tap("Outreach")
    assert "▫ Outreach sessions: –" in phone.buttons
    phone.tap("Outreach sessions")
    assert "In this month · sessions" in phone.text
    view = phone.type("12")
    assert view.tidy and not view.fresh, "the number is on the card now"
    assert "✓ Outreach sessions: 12" in phone.text
    assert "People at outreach sessions" in phone.text
    assert "Type the number." in phone.text
    phone.tap("Skip")
    assert "Legal-information sessions" in phone.text
    phone.tap("Back")
    assert "✓ Outreach sessions: 12" in phone.buttons
    assert "Next: People at outreach sessions" in phone.text


def test_the_last_row_of_a_part_leads_back_to_an_empty_one_then_to_the_part(phone: Phone) -> None:
    phone.command("report")
    phone.tap("Rewards")
    phone.tap("Of these direct workers")
    phone.type("0")
    assert "Type the number." in phone.text
    assert "Persons rewarded" in phone.text
    phone.type("2")
    phone.type("1")
    assert "Rewards · 3/3" in phone.text


def test_one_tap_values(phone: Phone, world: World) -> None:
    with world.acting(phone.person) as (session, _actor):
        session.add(
            Report(
                bloc_year_id=world.year.id or 0,
                unit_id=world.unit(2).id or 0,
                month=dt.date(2025, 2, 1),
                template_version=1,
                state=ReportState.APPROVED,
                values={
                    "models_sustained": "10",
                    "models_new": "2",
                    "members_total": "80",
                    "sessions_outreach": "9",
                },
                due_at=NOW,
                created_at=NOW,
                changed_at=NOW,
            )
        )
    phone.command("report", "2025-03")
    phone.tap("Outreach")
    phone.tap("Outreach sessions")
    assert "Last month: 9" in phone.text
    phone.tap("= last month (9)")
    assert values(world) == {"sessions_outreach": "9"}
    phone.tap("0")
    assert values(world)["people_outreach"] == "0"
    phone.tap("Back")
    phone.tap("✓ Outreach sessions")
    phone.tap("Clear")
    assert "sessions_outreach" not in values(world)
    assert "Outreach sessions is empty now." in phone.text
    phone.tap("Undo")
    assert values(world)["sessions_outreach"] == "9"
    phone.tap("Back")
    phone.tap("0 for all empty")
    assert values(world)["legal_aid_cases"] == "0"
    assert values(world)["sessions_outreach"] == "9"
    phone.tap("Next part")
    phone.tap("= last month")
    assert values(world)["members_total"] == "80"
    assert "members_new" not in values(world), "what counts this month can't be last month's"
    phone.tap("Back")
    phone.tap("Models")
    phone.tap("= last month")
    assert values(world)["models_sustained"] == "10"


def test_totals_are_computed_and_shown(phone: Phone) -> None:
    phone.command("report")
    phone.tap("Models")
    phone.type("10 2")
    assert "Models in total: 12" in phone.text


def test_a_space_between_figures_asks_with_one_tap(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.tap("Outreach")
    phone.tap("Outreach sessions")
    phone.type("12 340")
    assert values(world) == {}
    assert "can be read in several ways" in phone.text
    assert phone.buttons[:2] == ["12 | 340", "12,340"]
    phone.tap("12 | 340")
    assert values(world) == {"sessions_outreach": "12", "people_outreach": "340"}
    assert "✓ People at outreach sessions: 340" in phone.text
    phone.tap("Undo")
    assert values(world) == {}
    assert "Outreach sessions" in phone.text, "back at the first of them"
    phone.type("12 340")
    phone.tap("12,340")
    assert values(world) == {"sessions_outreach": "12340"}


def test_a_question_can_be_left_or_typed_over(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.type("12 340")
    phone.tap("Back")
    assert values(world) == {}
    phone.type("12 340")
    phone.type("7")
    assert values(world) == {"models_sustained": "7"}


def test_a_question_about_many_numbers_says_how_many_it_doesnt_list(
    phone: Phone, world: World
) -> None:
    phone.command("report")
    phone.type("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 160")
    assert "can be read in several ways" in phone.text
    sixteen, fifteen = phone.text.split("As 16 values:")[1].split("As 15 values:")
    assert (sixteen.count("•"), fifteen.count("•")) == (12, 12)
    assert "… and 4 more" in sixteen
    assert "… and 3 more" in fifteen
    assert values(world) == {}


def test_numbers_with_groups_of_zeros_are_one(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.tap("Welfare")
    phone.tap("Money given")
    phone.type("5 000 000")
    assert values(world) == {"relief_money": "5000000"}


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [("vi", "1.200", "1200"), ("en", "1,200", "1200"), ("cs", "1.200", "1200"),
     ("vi", "12tr", "12000000"), ("de", "1200", "1200"), ("hi", "१२", "12")],
)  # fmt: skip
def test_numbers_as_people_write_them(world: World, language: str, text: str, value: str) -> None:
    phone = Phone(world, world.person(2, language=language))
    phone.command("report")
    phone.data("report:part:1:welfare")
    phone.data("report:field:2:relief_money")
    phone.type(text)
    assert values(world) == {"relief_money": value}


@pytest.mark.parametrize("text", ["12tr", "12 million", "१२ million"])
def test_millions_of_what_is_no_money_are_asked_about(
    phone: Phone, world: World, text: str
) -> None:
    phone.command("report")
    phone.tap("Outreach")
    phone.tap("Outreach sessions")
    phone.type(text)
    assert values(world) == {}
    assert f"Is this what you mean by “{text}”?" in phone.text
    phone.tap("Back")
    phone.type("3 12000000")
    assert values(world) == {"sessions_outreach": "3", "people_outreach": "12000000"}, "as typed"
    phone.type("2 thousand")
    assert "2000" in values(world).values(), "thousands are nothing strange"
    phone.type(text)
    phone.tap("12,000,000")
    assert list(values(world).values()).count("12000000") == 2


def test_a_separator_of_another_language_asks(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.tap("Outreach")
    phone.tap("Outreach sessions")
    phone.type("1.200")
    assert values(world) == {}
    phone.tap("1,200")
    assert values(world) == {"sessions_outreach": "1200"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("abc", "That isn't a number"),
        ("-5", "can't be below 0"),
        ("1.5", "Only whole numbers"),
        ("9" * 16, "too large"),
        ("x" * 4000, "That isn't a number"),
        ("1\nabc\n3", "Value 2 (“abc”)"),
    ],
)
def test_bad_numbers_change_nothing(phone: Phone, world: World, text: str, sentence: str) -> None:
    phone.command("report")
    phone.tap("Outreach")
    phone.type("4")
    phone.tap("People at outreach")
    view = phone.type(text)
    assert sentence in phone.text
    assert "Type the number." in phone.text, "the field is still open"
    assert view.fresh and not view.tidy, "what was typed stays in the chat"
    assert values(world) == {"sessions_outreach": "4"}


def test_more_numbers_than_fields_are_refused_as_a_whole(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.tap("Rewards")
    phone.type("1\n2\n3\n4")
    assert "more values than there are empty fields" in phone.text
    assert values(world) == {}


def test_a_full_card_takes_no_number(phone: Phone, world: World) -> None:
    phone.command("report")
    fill(phone)
    before = values(world)
    phone.type("5")
    assert "All fields here are filled in" in phone.text
    assert values(world) == before


# --- Rules -------------------------------------------------------------------------------------


def test_a_broken_rule_is_named_at_the_field_and_refused_at_sending(
    phone: Phone, world: World
) -> None:
    phone.command("report")
    fill(phone)
    phone.tap("Outreach")
    phone.tap("✓ Outreach sessions")
    phone.type("0")
    assert "⚠ People at outreach sessions is 2, but Outreach sessions is 0." in phone.text
    assert values(world)["sessions_outreach"] == "0", "kept, to be corrected later"
    assert "⚠ Outreach sessions: 0" in phone.buttons
    phone.tap("Back")
    assert any(text.startswith("⚠ Outreach") for text in phone.buttons)
    assert "You can send" not in phone.text, "what sending would refuse isn't promised"
    assert "It can't be sent yet: 1 thing is to be corrected." in phone.text
    phone.tap("Send")
    assert "It can't be sent yet: 1 thing is to be corrected." in phone.text
    assert "Yes, send it" not in " ".join(phone.buttons)
    phone.tap("⚠ People at outreach sessions")
    phone.type("0")
    phone.tap("Back")
    phone.tap("Send")
    phone.tap("Yes, send it")
    assert report_of(world).state is ReportState.SENT


def test_sending_too_early_names_every_empty_field(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.tap("Send")
    assert "20 things are to be corrected" in phone.text
    assert "▫ Models kept up" in phone.buttons
    phone.tap("▫ Models kept up")
    phone.type("3")
    assert values(world) == {"models_sustained": "3"}


def test_a_forwarded_opinion_needs_its_date(phone: Phone, world: World) -> None:
    phone.command("report")
    fill(phone)
    phone.tap("The people's opinion")
    phone.tap("Opinions received")
    phone.type("5")
    phone.tap("Opinions forwarded")
    phone.type("4")
    assert "Type the date" in phone.text, "it is asked for next"
    assert "May stay empty" not in phone.text
    phone.command("report")
    assert "It can't be sent yet: 1 thing is to be corrected. ⚠ Date forwarded is" in phone.text
    assert "You can send" not in phone.text
    assert "The people's opinion 2/2" in phone.buttons, "without a tick"
    phone.tap("The people's opinion")
    phone.tap("Date forwarded")
    for wrong, sentence in (
        ("31/2/2025", "no such date"),
        ("soon", "don't understand that date"),
        ("1/4/2025", "still to come"),
    ):
        phone.type(wrong)
        assert sentence in phone.text
    phone.type("5/3/2025")
    assert values(world)["opinions_forwarded_on"] == "2025-03-05"
    phone.tap("Date forwarded")
    phone.tap("Today")
    assert values(world)["opinions_forwarded_on"] == "2025-03-10"


# --- Words -------------------------------------------------------------------------------------


def test_words_are_replaced_appended_and_limited(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.tap("In words")
    phone.tap("Highlights")
    phone.type("Đợt 1 <b>&")
    assert values(world)["highlights"] == "Đợt 1 <b>&"
    phone.tap("Back")
    phone.tap("✓ Highlights")
    assert "Đợt 1 &lt;b&gt;&amp;" in phone.view.text
    phone.tap("Add to it")
    phone.type("Second")
    assert values(world)["highlights"] == "Đợt 1 <b>&\nSecond"
    phone.tap("Back")
    phone.tap("✓ Highlights")
    view = phone.type("x" * 1001)
    assert "1,001 characters; at most 1,000" in phone.text
    assert not view.tidy
    assert values(world)["highlights"] == "Đợt 1 <b>&\nSecond"
    phone.type("All new")
    assert values(world)["highlights"] == "All new"


def test_words_typed_at_their_part_go_to_the_first_empty_field(phone: Phone, world: World) -> None:
    phone.command("report")
    phone.tap("In words")
    phone.type("It went well")
    assert values(world) == {"highlights": "It went well"}
    assert "✓ Highlights: It went well" in phone.text
