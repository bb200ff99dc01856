"""Numbers as people write them."""

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.numbers import NumberError, canonical, parse

LANGUAGES = ("vi", "en", "cs", "de", "uk", "hu", "hi")


@pytest.mark.parametrize(
    ("language", "text", "decimals", "unit", "value"),
    [
        ("vi", "12", 0, "", "12"),
        ("vi", " 007 ", 0, "", "7"),
        ("vi", "1.200", 0, "person", "1200"),
        ("vi", "1 200", 0, "", "1200"),
        ("vi", "1\u00a0200", 0, "", "1200"),
        ("vi", "1\u202f200\u202f300", 0, "", "1200300"),
        ("vi", "1,5", 1, "", "1.5"),
        ("vi", "1.5", 1, "", "1.5"),
        ("vi", "1.234,5", 1, "", "1234.5"),
        ("vi", "1,234,567", 0, "", "1234567"),
        ("vi", "1,234.5", 1, "", "1234.5"),
        ("vi", "12,0", 0, "", "12"),
        ("vi", "0.500", 1, "", "0.5"),
        ("vi", "-0", 0, "", "0"),
        ("vi", "+12", 0, "", "12"),
        ("vi", "12tr", 0, "vnd", "12000000"),
        ("vi", "12 triệu", 0, "vnd", "12000000"),
        ("vi", "12 trieu dong", 0, "vnd", "12000000"),
        ("vi", "12 TRIỆU ĐỒNG", 0, "vnd", "12000000"),
        ("vi", "1,5 tỷ", 0, "vnd", "1500000000"),
        ("vi", "1,5 tỉ đồng", 0, "vnd", "1500000000"),
        ("vi", "2 nghìn tỷ", 0, "vnd", "2000000000000"),
        ("vi", "1tr2", 0, "vnd", "1200000"),
        ("vi", "1tr250", 0, "vnd", "1250000"),
        ("vi", "1 tỷ 200 triệu", 0, "vnd", "1200000000"),
        ("vi", "1 triệu 200.000đ", 0, "vnd", "1200000"),
        ("vi", "12k", 0, "person", "12000"),
        ("vi", "12 nghìn người", 0, "person", "12000"),
        ("vi", "12 nguoi", 0, "person", "12"),
        ("vi", "1.200.000 đ", 0, "vnd", "1200000"),
        ("vi", "500000VND", 0, "vnd", "500000"),
        ("en", "1,200", 0, "", "1200"),
        ("en", "1,20,000", 0, "", "120000"),
        ("en", "1.5", 1, "", "1.5"),
        ("en", "1,5", 1, "", "1.5"),
        ("en", "1.500 million", 0, "vnd", "1500000"),
        ("en", "2 bn", 0, "vnd", "2000000000"),
        ("en", "12 people", 0, "person", "12"),
        ("cs", "12 tis.", 0, "", "12000"),
        ("cs", "12 mil", 0, "vnd", "12000000"),
        ("cs", "1,5 mil. dongů", 0, "vnd", "1500000"),
        ("cs", "1.200", 0, "", "1200"),
        ("de", "1'200", 0, "", "1200"),
        ("de", "3 Mio. VND", 0, "vnd", "3000000"),
        ("de", "1 Billion", 0, "vnd", "1000000000000"),
        ("uk", "12 млн", 0, "vnd", "12000000"),
        ("uk", "12 тис. осіб", 0, "person", "12000"),
        ("hu", "12 ezer", 0, "", "12000"),
        ("hu", "1,5 millió", 0, "vnd", "1500000"),
        ("hi", "1,20,000", 0, "", "120000"),
        ("hi", "१,२०,०००", 0, "", "120000"),
        ("hi", "12 लाख", 0, "vnd", "1200000"),
        ("hi", "12 lakh", 0, "vnd", "1200000"),
        ("hi", "१.५ करोड़", 0, "vnd", "15000000"),
        ("vi", "１２３", 0, "", "123"),
        ("vi", "12 cây", 0, "cây", "12"),
        ("vi", "999999999999999", 0, "", "999999999999999"),
    ],
)
def test_parse(language: str, text: str, decimals: int, unit: str, value: str) -> None:
    result = parse(text, language, decimals, unit)
    assert str(result) == value


@pytest.mark.parametrize(
    ("language", "text", "decimals", "reason"),
    [
        ("vi", "", 0, "empty"),
        ("vi", " \u200b\n", 0, "empty"),
        ("vi", "mười hai", 0, "not_a_number"),
        ("vi", "12 cây", 0, "not_a_number"),
        ("vi", "1.2.2025", 0, "not_a_number"),
        ("vi", "1..2", 0, "not_a_number"),
        ("vi", ".", 0, "not_a_number"),
        ("vi", "-", 0, "not_a_number"),
        ("vi", "--1", 0, "negative"),
        ("vi", "1e5", 0, "not_a_number"),
        ("vi", "12 34", 0, "not_a_number"),
        ("vi", "200 triệu 1 tỷ", 0, "not_a_number"),
        ("vi", "=1+1", 0, "not_a_number"),
        ("vi", "½", 0, "not_a_number"),
        ("vi", "-12", 0, "negative"),
        ("vi", "−1,5 tr", 0, "negative"),
        ("vi", "1000000000000000", 0, "too_large"),
        ("vi", "9" * 200, 0, "too_large"),
        ("vi", "1000000 tỷ", 0, "too_large"),
        ("vi", "1,5", 0, "too_many_decimals"),
        ("vi", "1.25", 1, "too_many_decimals"),
        ("vi", "1,2345 k", 0, "too_many_decimals"),
    ],
)
def test_parse_refuses(language: str, text: str, decimals: int, reason: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse(text, language, decimals)
    assert caught.value.reason == reason
    assert caught.value.code == f"number_{reason}"


@pytest.mark.parametrize(
    ("language", "text", "decimals", "candidates"),
    [
        ("vi", "1,200", 0, [1200]),
        ("vi", "1,200", 2, ["1.2", 1200]),
        ("en", "1.200", 0, [1200]),
        ("cs", "1.200", 3, ["1.2", 1200]),
        ("vi", "2 tỷ 3", 0, [2000000003, 2300000000]),
    ],
)
def test_parse_asks_where_it_could_mean_two(
    language: str, text: str, decimals: int, candidates: list[object]
) -> None:
    with pytest.raises(NumberError) as caught:
        parse(text, language, decimals)
    assert caught.value.reason == "ambiguous"
    assert [str(value) for value in caught.value.candidates] == [str(c) for c in candidates]


@pytest.mark.parametrize("language", LANGUAGES)
@given(digits=st.integers(0, 10**15 - 1), places=st.integers(0, 2))
def test_parse_reads_what_babel_writes(language: str, digits: int, places: int) -> None:
    value = Decimal(digits).scaleb(-places)
    written = format_decimal(value, locale=language, decimal_quantization=False)
    assert parse(written, language, decimals=2) == value


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=st.text(alphabet="0123456789.,' \u00a0-+trkđ%e\n", max_size=12))
def test_parse_never_fails_unexpectedly(language: str, text: str) -> None:
    try:
        value = parse(text, language, 2, "vnd")
    except NumberError:
        return
    assert 0 <= value < 10**15
    assert canonical(value) == value


@given(st.text())
def test_parse_survives_any_text(text: str) -> None:
    try:
        parse(text, "vi")
    except NumberError as error:
        assert error.reason
