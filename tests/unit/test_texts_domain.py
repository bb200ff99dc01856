"""Paragraphs, pages, hashes and differences of texts."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import texts
from bot.domain.texts import Change, Segment
from bot.errors import Invalid

LONG = "Đơn vị báo cáo kết quả hằng tháng đúng hạn và đầy đủ theo quy chế. " * 60


def test_typed_texts_become_paragraphs() -> None:
    assert texts.tidy(" Một\r\n\r\n\u200b hai\t ba \n\n\n") == ["Một", "hai ba"]
    assert texts.tidy(" \n ") == []
    with pytest.raises(Invalid):
        texts.tidy("x" * (texts.TEXT_LIMIT + 1))
    with pytest.raises(Invalid):
        texts.tidy("x\n" * (texts.PARAGRAPHS_LIMIT + 1))


def test_the_hash_is_that_of_nfc() -> None:
    word = "Việt Nam"
    assert texts.sha256(unicodedata.normalize("NFD", word)) == texts.sha256(word)
    assert texts.sha256("") == ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("Điều 1. Phạm vi", True),
        ("Chương IV. ĐIỀU KHOẢN", True),
        ("II. NỘI DUNG", True),
        ("QUY CHẾ", True),
        ("1. Nội dung thi đua", False),
        ("2025", False),
        ("Điều này quan trọng", False),
    ],
)
def test_headings(line: str, is_one: bool) -> None:
    assert texts.is_heading(line) is is_one


def test_pages_cut_no_paragraph_that_fits() -> None:
    lines = ["a" * 700, "b" * 700, "c" * 700, LONG.strip(), "d"]
    found = texts.pages(lines)
    assert [one.number for one in found[0]] == [1, 2]
    assert found[1][0].text == "c" * 700
    for page in found:
        assert sum(len(one.text) for one in page) <= texts.PAGE
    whole = [one for page in found for one in page if one.number == 4]
    assert len(whole) > 2
    assert [one.begins for one in whole] == [True] + [False] * (len(whole) - 1)
    assert " ".join(one.text for one in whole) == LONG.strip()
    assert texts.pages([]) == [[]]
    assert texts.page_of(found, 3) == 1
    assert texts.page_of(found, 99) == 0


def test_a_heading_goes_over_with_what_follows() -> None:
    found = texts.pages(["a" * 1400, "Chương II. HỌP", "Điều 2. Họp", "b" * 1000])
    assert [[one.number for one in page] for page in found] == [[1], [2, 3, 4]]


@given(st.lists(st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=400)))
def test_pages_hold_everything(lines: list[str]) -> None:
    found = texts.pages(lines, 100)
    again: dict[int, str] = {}
    for page in found:
        assert sum(len(one.text) for one in page) <= 100
        for one in page:
            assert one.begins is (one.number not in again)
            again[one.number] = again.get(one.number, "") + one.text
    assert list(again.values()) == lines


def test_changes_are_marked_word_by_word() -> None:
    old = "Tiêu đề\nĐiều 1. Họp mỗi quý một lần\nĐiều 2. Báo cáo\nCuối"
    new = "Tiêu đề\nĐiều 1. Họp mỗi tháng một lần\nĐiều mới hẳn khác xa\nCuối"
    first, second, third = texts.changes(old, new)
    assert first == Change(
        "changed",
        2,
        (
            Segment("", "Điều 1. Họp mỗi "),
            Segment("-", "quý"),
            Segment("+", "tháng"),
            Segment("", " một lần"),
        ),
    )
    assert second == Change("removed", 3, (Segment("-", "Điều 2. Báo cáo"),))
    assert third == Change("added", 3, (Segment("+", "Điều mới hẳn khác xa"),))
    assert texts.changes(old, old) == []
    assert [one.kind for one in texts.changes("", "a\nb")] == ["added", "added"]
    assert [one.kind for one in texts.changes("a\nb", "")] == ["removed", "removed"]


_LINES = st.lists(st.text("ab  ", min_size=1, max_size=12).filter(str.strip), max_size=8)


@given(_LINES, _LINES)
@settings(deadline=None)
def test_old_and_new_can_be_read_from_the_changes(old: list[str], new: list[str]) -> None:
    found = texts.changes("\n".join(old), "\n".join(new))
    rebuilt = {one.number for one in found if one.kind != "removed"}
    for one in found:
        now = "".join(s.text for s in one.segments if s.mark != "-")
        was = "".join(s.text for s in one.segments if s.mark != "+")
        if one.kind == "removed":
            assert (was, now) == (old[one.number - 1], "")
        else:
            assert now == new[one.number - 1]
            assert one.kind == "added" or was in old
    kept = [line for at, line in enumerate(new, start=1) if at not in rebuilt]
    assert all(line in old for line in kept)


def test_a_long_change_is_shown_around_what_changed() -> None:
    old = LONG.strip()
    new = old.replace("đúng hạn", "kịp thời", 1)
    (change,) = texts.changes(old, new)
    short = texts.shortened(change.segments)
    assert sum(len(one.text) for one in short) < 300
    assert [one.mark for one in short] == ["", "-", "+", ""]
    assert short[-1].text.endswith("…")
    assert texts.change_pages([change]) == [[Change("changed", 1, tuple(short))]]


def test_changes_by_pages() -> None:
    added = texts.changes("", "\n".join(["x" * 900, LONG.strip(), "y"]))
    found = texts.change_pages(added)
    for page in found:
        assert sum(len(s.text) for one in page for s in one.segments) <= texts.PAGE
    again = "".join(s.text for page in found for one in page for s in one.segments)
    assert again == "x" * 900 + LONG.strip() + "y"
    assert [one.begins for page in found for one in page].count(True) == 3
    assert texts.change_pages([]) == [[]]


def test_sixty_pages_are_quick() -> None:
    lines = [f"Điều {at}. " + LONG[: 200 + at % 300] for at in range(400)]
    changed = [
        line.replace("kết quả", "tiến độ") if at % 3 else line for at, line in enumerate(lines)
    ]
    old, new = "\n".join(lines), "\n".join([*changed[:200], "Mới", *changed[210:]])
    began = time.perf_counter()
    found = texts.change_pages(texts.changes(old, new))
    texts.pages(lines)
    assert time.perf_counter() - began < 3
    assert len(found) > 10


def test_equal_lines_without_end_are_no_trouble() -> None:
    old, new = "\n".join(["a", "b"] * 1500), "\n".join(["b", "a", "a"] * 1000)
    began = time.perf_counter()
    texts.changes(old, new)
    texts.compare("a b " * 12_000, "b a a " * 9_000)
    assert time.perf_counter() - began < 5
