"""Deadlines and months."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import (
    MonthError,
    add_months,
    current_month,
    due,
    is_late,
    month_bounds,
    month_choices,
    parse_date,
    parse_month,
)

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
PRAGUE = ZoneInfo("Europe/Prague")
TODAY = dt.date(2025, 4, 3)
MONTHS = st.dates(dt.date(2001, 1, 1), dt.date(2099, 12, 31)).map(lambda day: day.replace(day=1))


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


def test_due_is_the_local_end_of_the_day() -> None:
    assert due(dt.date(2025, 3, 1), 25, SAIGON) == utc(2025, 3, 25, 16, 59)
    assert due(dt.date(2025, 3, 1), 25, SAIGON, dt.time(17)) == utc(2025, 3, 25, 10)
    assert due(dt.date(2025, 3, 1), 25, SAIGON).tzinfo is dt.UTC


def test_due_clamps_to_the_months_end() -> None:
    assert due(dt.date(2025, 2, 1), 31, SAIGON) == utc(2025, 2, 28, 16, 59)
    assert due(dt.date(2024, 2, 1), 31, SAIGON) == utc(2024, 2, 29, 16, 59)


def test_due_when_clocks_change() -> None:
    # 02:30 doesn't exist on 30 March 2025 and exists twice on 26 October 2025.
    assert due(dt.date(2025, 3, 1), 30, PRAGUE, dt.time(2, 30)) == utc(2025, 3, 30, 1, 30)
    assert due(dt.date(2025, 10, 1), 26, PRAGUE, dt.time(2, 30)) == utc(2025, 10, 26, 1, 30)


@given(MONTHS, st.integers(1, 31), st.sampled_from([SAIGON, PRAGUE]))
def test_due_stays_in_its_month(month: dt.date, day: int, zone: ZoneInfo) -> None:
    local = due(month, day, zone).astimezone(zone)
    assert (local.year, local.month, local.hour, local.minute) == (month.year, month.month, 23, 59)
    assert local.day == day or (local.date() + dt.timedelta(days=1)).month != month.month


def test_the_whole_last_minute_is_in_time() -> None:
    deadline = utc(2025, 3, 25, 16, 59)
    assert not is_late(utc(2025, 3, 25, 16, 59, 59), deadline)
    assert is_late(utc(2025, 3, 25, 17), deadline)


def test_current_month_is_the_local_one() -> None:
    assert current_month(utc(2025, 3, 31, 16, 59), SAIGON) == dt.date(2025, 3, 1)
    assert current_month(utc(2025, 3, 31, 17), SAIGON) == dt.date(2025, 4, 1)


def test_month_choices() -> None:
    march, april = dt.date(2025, 3, 1), dt.date(2025, 4, 1)
    assert month_choices(utc(2025, 4, 3), SAIGON, 25) == (march, april)
    assert month_choices(utc(2025, 4, 20), SAIGON, 25) == (april, march)
    assert month_choices(utc(2025, 4, 4), SAIGON, 3) == (april, march)


@given(MONTHS, st.integers(-600, 600))
def test_add_months_and_back(month: dt.date, count: int) -> None:
    assert add_months(add_months(month, count), -count) == month


def test_add_months_clamps() -> None:
    assert add_months(dt.date(2025, 1, 31), 1) == dt.date(2025, 2, 28)
    assert add_months(dt.date(2025, 1, 31), -2) == dt.date(2024, 11, 30)


def test_month_bounds() -> None:
    assert month_bounds(dt.date(2025, 12, 1), SAIGON) == (
        utc(2025, 11, 30, 17),
        utc(2025, 12, 31, 17),
    )


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2025-03", (2025, 3)),
        ("03/2025", (2025, 3)),
        ("3/2025", (2025, 3)),
        ("3.2025", (2025, 3)),
        ("2025 3", (2025, 3)),
        ("202503", (2025, 3)),
        ("thang 3", (2025, 3)),
        ("Tháng 03 năm 2024", (2024, 3)),
        ("T3/2024", (2024, 3)),
        ("3", (2025, 3)),
        ("4", (2025, 4)),
        ("tháng 12", (2024, 12)),
        ("२०२५-०३", (2025, 3)),
    ],
)
def test_parse_month(text: str, month: tuple[int, int]) -> None:
    assert parse_month(text, TODAY) == dt.date(*month, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "month_empty"),
        ("  ", "month_empty"),
        ("abc", "month_unknown"),
        ("tháng", "month_unknown"),
        ("13", "month_out_of_range"),
        ("0", "month_out_of_range"),
        ("2025-13", "month_out_of_range"),
        ("3/1800", "month_out_of_range"),
        ("3/25", "month_unknown"),
        ("1/3/2025", "month_unknown"),
        ("2025", "month_out_of_range"),
        ("9" * 50, "month_unknown"),
    ],
)
def test_parse_month_refuses(text: str, code: str) -> None:
    with pytest.raises(MonthError) as caught:
        parse_month(text, TODAY)
    assert caught.value.code == code
    assert caught.value.values == {"value": text}


@given(MONTHS, st.sampled_from(["%Y-%m", "%m/%Y", "tháng %m/%Y", "%Y%m"]))
def test_parse_month_reads_what_was_written(month: dt.date, form: str) -> None:
    assert parse_month(month.strftime(form), TODAY) == month


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2025-03-04", (2025, 3, 4)),
        ("4/3/2025", (2025, 3, 4)),
        ("04. 03. 2025", (2025, 3, 4)),
        ("2025. 03. 04.", (2025, 3, 4)),
        ("3/4", (2025, 4, 3)),
        ("4/4", (2024, 4, 4)),
    ],
)
def test_parse_date(text: str, date: tuple[int, int, int]) -> None:
    assert parse_date(text, TODAY) == dt.date(*date)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "date_empty"),
        ("hôm qua", "date_unknown"),
        ("4", "date_unknown"),
        ("4/3/25", "date_unknown"),
        ("31/2/2025", "date_out_of_range"),
        ("1/1/3000", "date_out_of_range"),
    ],
)
def test_parse_date_refuses(text: str, code: str) -> None:
    with pytest.raises(MonthError) as caught:
        parse_date(text, TODAY)
    assert caught.value.code == code


@given(st.text(max_size=20))
def test_any_text_is_a_month_or_an_expected_error(text: str) -> None:
    for read in (parse_month, parse_date):
        try:
            found = read(text, TODAY)
        except MonthError as error:
            assert error.code.startswith(("month_", "date_"))
        else:
            assert 2000 <= found.year <= 2100
