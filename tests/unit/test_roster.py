"""Rosters, right and wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.roster import RosterError, RosterProblem, RosterRow, read_roster

HEADER = ["unit", "short_name", "staff", "role"]
FRONT = ["Ủy ban Mặt trận Tổ quốc", "Mặt trận", "25", "leader"]
FARMERS = ["Hội Nông dân", "Nông dân", "18", "deputy"]
WOMEN = ["Hội Phụ nữ", "Phụ nữ", "0", ""]


def problems(*rows: list[str], header: list[str] | None = None) -> list[RosterProblem]:
    with pytest.raises(RosterError) as caught:
        read_roster([HEADER if header is None else header, *rows])
    assert caught.value.code == "roster_wrong"
    return list(caught.value.problems)


def test_a_right_roster() -> None:
    assert read_roster([HEADER, FRONT, [], FARMERS, WOMEN]) == (
        RosterRow(2, "Ủy ban Mặt trận Tổ quốc", "Mặt trận", 25, "leader"),
        RosterRow(4, "Hội Nông dân", "Nông dân", 18, "deputy"),
        RosterRow(5, "Hội Phụ nữ", "Phụ nữ", 0, ""),
    )


@pytest.mark.parametrize(
    "header",
    [
        ["UNIT", "Short name", " Staff", "Role"],
        ["Đơn vị", "Tên ngắn", "Biên chế", "Vai trò"],
        ["don vi", "TEN NGAN", "bien che", "vai tro"],
    ],
)
def test_headers_as_people_write_them(header: list[str]) -> None:
    assert read_roster([[], header, FRONT])[0].short_name == "Mặt trận"


def test_columns_in_any_order_with_others_between() -> None:
    table = [["STT", "role", "staff", "x", "unit", "short_name"], ["1", "Phó khối", "7", "", "A"]]
    assert problems(*table[1:], header=table[0]) == [RosterProblem(2, "short_name", "empty")]
    table[1].append("a")
    assert read_roster(table) == (RosterRow(2, "A", "a", 7, "deputy"),)


@pytest.mark.parametrize("role", ["Leader", "trưởng khối", "TRUONG KHOI", "Cụm trưởng"])
def test_roles_as_people_write_them(role: str) -> None:
    assert read_roster([HEADER, ["A", "a", "1", role]])[0].role == "leader"


def test_every_wrong_row_is_listed() -> None:
    found = problems(
        FRONT,
        ["", "x", "abc", ""],
        ["ủy ban mặt trận  TỔ QUỐC", "y", "-1", "boss"],
        ["B", "MAT TRAN", "1,5", "leader"],
        ["C", "", "", "deputy"],
        ["D", "d", "1", "phó khối"],
        ["E" * 201, "e" * 41, "99999999999", ""],
    )
    assert found == [
        RosterProblem(3, "unit", "empty"),
        RosterProblem(3, "staff", "not_a_whole_number", "abc"),
        RosterProblem(4, "unit", "duplicate", "ủy ban mặt trận TỔ QUỐC", 2),
        RosterProblem(4, "staff", "not_a_whole_number", "-1"),
        RosterProblem(4, "role", "unknown_role", "boss"),
        RosterProblem(5, "short_name", "duplicate", "MAT TRAN", 2),
        RosterProblem(5, "staff", "not_a_whole_number", "1,5"),
        RosterProblem(5, "role", "second_leader", "leader", 2),
        RosterProblem(6, "short_name", "empty"),
        RosterProblem(6, "staff", "not_a_whole_number"),
        RosterProblem(7, "role", "second_deputy", "deputy", 6),
        RosterProblem(8, "unit", "too_long", "E" * 201),
        RosterProblem(8, "short_name", "too_long", "e" * 41),
        RosterProblem(8, "staff", "not_a_whole_number", "99999999999"),
    ]


def test_wrong_headers() -> None:
    assert problems(FRONT, header=["unit", "staff", "Đơn vị"]) == [
        RosterProblem(1, "unit", "duplicate_column", "Đơn vị"),
        RosterProblem(1, "short_name", "missing_column"),
        RosterProblem(1, "role", "missing_column"),
    ]


def test_nothing_in_it() -> None:
    assert problems() == [RosterProblem(0, "", "no_rows")]
    assert problems(header=[" "]) == [RosterProblem(0, "", "no_rows")]
    assert problems(*([FRONT] * 501)) == [RosterProblem(0, "", "too_many_rows", "501")]


@given(st.lists(st.lists(st.text(max_size=8), max_size=5), max_size=5))
def test_any_table_is_a_roster_or_an_expected_error(table: list[list[str]]) -> None:
    try:
        rows = read_roster([HEADER, *table])
    except RosterError as error:
        assert error.problems
    else:
        assert all(row.unit and row.short_name for row in rows)
