"""Names are found with or without diacritics, and texts are kept clean."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.names import TextError, clean, fold

FAMILY = "👩‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Liên đoàn Lao động", "lien doan lao dong"),
        ("LIÊN ĐOÀN  LAO ĐỘNG\n", "lien doan lao dong"),
        ("Đội Thanh niên", "doi thanh nien"),
        ("Příliš žluťoučký kůň", "prilis zlutoucky kun"),
        ("Straße", "strasse"),
        ("Tűzoltók", "tuzoltok"),
        ("Ｗｉｄｅ", "wide"),
        ("Hội\u200b Nông\u00a0dân", "hoi nong dan"),
    ],
)
def test_fold(text: str, key: str) -> None:
    assert fold(text) == key


def test_fold_keeps_hindi_vowels_apart() -> None:
    assert fold("किसान") != fold("कसान")


@given(st.text())
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="ăâđêôơưáàảãạấầẩẫậ ĐƯỜ\u0301\u0323abcй", max_size=40))
def test_fold_ignores_the_normal_form(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_clean_removes_what_cannot_be_seen() -> None:
    assert clean("\u202eabc\u200f \x00d\u200be\ufeff", 20) == "abc de"
    assert clean(unicodedata.normalize("NFD", "Đường  Nguyễn "), 20) == "Đường Nguyễn"
    assert clean("a\ud800b\uffffc", 20) == "abc"


def test_clean_keeps_joiners_where_they_mean_something() -> None:
    assert clean(f"x {FAMILY}", 20) == f"x {FAMILY}"
    assert clean("👩\u200d", 20) == "👩"
    assert clean("क्\u200dष a\u200db", 20) == "क्\u200dष ab"


def test_clean_line_breaks() -> None:
    assert clean(" a\r\nb\tc\n\n\n\nd \n", 20) == "a b c d"
    assert clean(" a\r\nb\tc\n\n\n\nd \n", 20, newlines=True) == "a\nb c\n\nd"


def test_clean_says_when_too_long() -> None:
    with pytest.raises(TextError) as caught:
        clean("x" * 21, 20)
    assert caught.value.code == "text_too_long"
    assert caught.value.values == {"limit": 20, "length": 21}
    assert clean("x" * 21, 20, cut=True) == "x" * 20


@given(st.text(), st.booleans())
def test_clean_is_idempotent_and_can_be_stored(text: str, newlines: bool) -> None:
    once = clean(text, 4000, newlines=newlines)
    assert clean(once, 4000, newlines=newlines) == once
    once.encode("utf-8")
    assert "\x00" not in once
