"""Dates, numbers and languages as people of each language write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from bot.i18n import KNOWN_LANGUAGES, negotiate, texts

MOMENT = dt.datetime(2025, 3, 25, 16, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("language", "month", "day", "number"),
    [
        ("vi", "03/2025", "25/03/2025", "1.234,5"),
        ("en", "March 2025", "Mar 25, 2025", "1,234.5"),
        ("cs", "březen 2025", "25. 3. 2025", "1\xa0234,5"),
        ("de", "März 2025", "25.03.2025", "1.234,5"),
        ("uk", "березень 2025\u202fр.", "25 бер. 2025\u202fр.", "1\xa0234,5"),
        ("hu", "2025. március", "2025. márc. 25.", "1\xa0234,5"),
        ("hi", "मार्च 2025", "25 मार्च 2025", "1,234.5"),
    ],
)
def test_each_language_has_its_own_forms(language: str, month: str, day: str, number: str) -> None:
    t = texts(language)
    assert t.month(dt.date(2025, 3, 1)) == month
    assert t.date(dt.date(2025, 3, 25)) == day
    assert t.number(Decimal("1234.5")) == number


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Ho_Chi_Minh", "23:59 25/03/2025 (GMT+7)"),
        ("Asia/Kathmandu", "22:44 25/03/2025 (GMT+5:45)"),
        ("America/St_Johns", "14:29 25/03/2025 (GMT-2:30)"),
        ("UTC", "16:59 25/03/2025 (GMT+0)"),
    ],
)
def test_a_moment_names_its_zone(zone: str, shown: str) -> None:
    assert texts("vi").when(MOMENT, ZoneInfo(zone)) == shown


def test_what_people_typed_cannot_become_markup() -> None:
    shown = texts("en")._("Hello, {name}.", name="<b>&")
    assert shown == Markup("Hello, &lt;b&gt;&amp;.")
    shown = texts("en")._("<b>{name}</b> & {{co}}", name=Markup("<i>A</i>"))
    assert shown == Markup("<b><i>A</i></b> & {co}")


def test_languages_are_found_by_their_tag() -> None:
    assert negotiate("pt-BR", "vi") == "vi"
    assert negotiate("de-AT", "vi") == "de"
    assert negotiate("uk_UA", "vi") == "uk"
    assert negotiate(None, "en") == "en"
    with pytest.raises(ValueError, match="xx"):
        texts("xx")
    assert next(iter(KNOWN_LANGUAGES)) == "vi"
