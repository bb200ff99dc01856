"""Several values pasted at once."""

import time
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pasting import MAX_READINGS, parse_many

LANGUAGES = ("vi", "en", "cs", "de", "uk", "hu", "hi")
COUNT = (0, "")
PEOPLE = (0, "person")
MONEY = (0, "vnd")


@pytest.mark.parametrize(
    ("text", "fields", "values"),
    [
        ("12", [COUNT], [12]),
        ("12\n340", [COUNT, COUNT], [12, 340]),
        ("12 34", [COUNT, COUNT], [12, 34]),
        ("12;340", [COUNT, COUNT], [12, 340]),
        ("12\t340\r\n5", [COUNT] * 3, [12, 340, 5]),
        ("12, 340", [COUNT, COUNT], [12, 340]),
        ("12 340", [COUNT], [12340]),
        ("12\u00a0340", [COUNT, COUNT], [12340]),
        ("12\u202f340 5", [COUNT, COUNT], [12340, 5]),
        ("1 200\n3 400", [COUNT] * 3, [1200, 3400]),
        ("1 200 3 400", [COUNT, COUNT], [1200, 3400]),
        ("3 12 triệu 5", [COUNT, MONEY, COUNT], [3, 12000000, 5]),
        ("12 buổi 40 người", [(0, "session"), PEOPLE], [12, 40]),
        ("1.200 5", [COUNT, COUNT], [1200, 5]),
        ("1 2\n3 4", [COUNT] * 4, [1, 2, 3, 4]),
        ("7", [COUNT, COUNT], [7]),
    ],
)
def test_one_reading(text: str, fields: list[tuple[int, str]], values: list[int]) -> None:
    readings = parse_many(text, "vi", fields)
    assert readings.values == tuple(map(Decimal, values))


@pytest.mark.parametrize(
    ("text", "fields", "readings"),
    [
        ("12 340", [COUNT, COUNT], [(12, 340), (12340,)]),
        ("12 340 5", [COUNT] * 3, [(12, 340, 5), (12340, 5)]),
        ("1 200 triệu", [COUNT, MONEY], [(1, 200000000), (1200000000,)]),
    ],
)
def test_two_readings_are_both_offered(
    text: str, fields: list[tuple[int, str]], readings: list[tuple[int, ...]]
) -> None:
    found = parse_many(text, "vi", fields)
    assert found.ambiguous
    assert found.values is None
    assert [reading.values for reading in found.readings] == readings


@pytest.mark.parametrize(
    ("text", "fields", "errors"),
    [
        ("", [COUNT], [(0, "empty")]),
        (" \n ", [COUNT], [(0, "empty")]),
        ("12\nx\n-3\n4", [COUNT] * 4, [(1, "not_a_number"), (2, "negative")]),
        ("1 2 3", [COUNT, COUNT], [(2, "too_many_values")]),
        ("1,5 2", [COUNT, COUNT], [(0, "too_many_decimals")]),
        ("1\n1,200", [COUNT, COUNT], [(1, "ambiguous")]),
        ("a b", [COUNT, COUNT], [(0, "not_a_number"), (1, "not_a_number")]),
    ],
)
def test_every_error_with_its_position(
    text: str, fields: list[tuple[int, str]], errors: list[tuple[int, str]]
) -> None:
    found = parse_many(text, "vi", fields)
    assert not found.ambiguous
    assert [(item.position, item.error) for item in found.best.errors] == errors
    assert found.values is None


@pytest.mark.parametrize("language", LANGUAGES)
@given(values=st.lists(st.integers(0, 10**12), min_size=2, max_size=6))
def test_one_a_line_reads_what_babel_writes(language: str, values: list[int]) -> None:
    text = "\n".join(format_decimal(value, locale=language) for value in values)
    assert parse_many(text, language, [COUNT] * len(values)).values == tuple(values)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=8))
def test_the_values_meant_are_among_the_readings(values: list[int]) -> None:
    found = parse_many(" ".join(map(str, values)), "vi", [COUNT] * len(values))
    assert tuple(values) in [reading.values for reading in found.readings]
    assert len(found.readings) <= MAX_READINGS


@given(st.text(alphabet="0123456789 .,;\n\ttrđx-", max_size=60), st.integers(1, 5))
def test_any_text_has_a_reading(text: str, fields: int) -> None:
    found = parse_many(text, "vi", [COUNT] * fields)
    assert found.best.items


def test_a_long_list_is_quick() -> None:
    started = time.perf_counter()
    found = parse_many(" ".join(["100"] * 60), "vi", [COUNT] * 60)
    assert found.readings[0].values == (Decimal(100),) * 60
    assert time.perf_counter() - started < 5
