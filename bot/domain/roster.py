"""The roster that a bloc is created from: every row is right, or every wrong one is listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.names import TextError, clean, fold
from bot.domain.numbers import NumberError, parse
from bot.errors import Invalid

UNIT: Final = "unit"
SHORT_NAME: Final = "short_name"
STAFF: Final = "staff"
ROLE: Final = "role"
COLUMNS: Final = (UNIT, SHORT_NAME, STAFF, ROLE)

LEADER: Final = "leader"
DEPUTY: Final = "deputy"

MAX_NAME: Final = 200
MAX_SHORT_NAME: Final = 40
MAX_UNITS: Final = 500
_MAX_STAFF: Final = 10_000_000

# What people write at the head of a column; folded, with spaces for underscores.
_HEADERS: Final = {
    UNIT: "unit, unit name, member unit, name, đơn vị, tên đơn vị, đơn vị thành viên, jednotka, "
    "einheit, установа, szervezet, इकाई",
    SHORT_NAME: "short name, short, tên ngắn, tên viết tắt, viết tắt, zkratka, kurzname, "
    "коротка назва, rövid név, संक्षिप्त नाम",
    STAFF: "staff, staff count, biên chế, số biên chế, số cán bộ, zaměstnanci, personal, "
    "працівники, létszám, कर्मचारी",
    ROLE: "role, vai trò, chức danh, роль, rolle, szerep, भूमिका",
}
_ROLES: Final = {
    LEADER: "leader, bloc leader, cluster leader, trưởng khối, trưởng cụm, khối trưởng, "
    "cụm trưởng, trưởng, vedoucí bloku, blockleitung, керівник блоку, blokkvezető, ब्लॉक प्रमुख",
    DEPUTY: "deputy, deputy leader, phó khối, phó cụm, khối phó, cụm phó, phó, phó trưởng khối, "
    "zástupce vedoucího, stellvertretende leitung, заступник керівника, blokkvezető-helyettes, "
    "उप-प्रमुख",
}


def _key(text: str) -> str:
    return fold(text.replace("_", " "))


def _known(table: dict[str, str]) -> dict[str, str]:
    return {_key(word): name for name, line in table.items() for word in line.split(",")}


_HEADER_KEYS: Final = _known(_HEADERS)
_ROLE_KEYS: Final = _known(_ROLES)


@dataclass(frozen=True)
class RosterRow:
    """A member unit to be: ``row`` in the file from 1; ``role`` leader, deputy or empty."""

    row: int
    unit: str
    short_name: str
    staff: int
    role: str

    @property
    def name(self) -> str:
        """The unit's name, as those who make units of rows call it."""
        return self.unit


@dataclass(frozen=True)
class RosterProblem:
    """What is wrong: row in the file (from 1; 0 for the whole file), column, what stood there.

    ``code``: ``no_rows, too_many_rows, missing_column, duplicate_column, empty, too_long,
    duplicate, not_a_whole_number, unknown_role, second_leader, second_deputy``. ``first_row``:
    for the last kinds and ``duplicate``, the row where it stood first.
    """

    row: int
    column: str
    code: str
    value: str = ""
    first_row: int = 0


class RosterError(Invalid):
    """A roster from which nothing is made: code ``roster_wrong``; ``problems`` has all of them."""

    def __init__(self, problems: Iterable[RosterProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("roster_wrong", problems=self.problems)


def read_roster(table: Sequence[Sequence[str]]) -> tuple[RosterRow, ...]:
    """The member units in a table of texts, whose first row that isn't blank is the header.

    Raises :class:`RosterError` with every problem of every row.
    """
    numbered = [
        (number, row) for number, row in enumerate(table, start=1) if any(map(str.strip, row))
    ]
    if not numbered:
        raise RosterError([RosterProblem(0, "", "no_rows")])
    places, problems = _header(*numbered[0])
    if problems:
        raise RosterError(problems)
    body = numbered[1:]
    if not body:
        raise RosterError([RosterProblem(0, "", "no_rows")])
    if len(body) > MAX_UNITS:
        raise RosterError([RosterProblem(0, "", "too_many_rows", str(len(body)))])
    rows = [_row(number, row, places, problems) for number, row in body]
    problems += _twice(rows)
    if problems:
        order = {column: place for place, column in enumerate(COLUMNS)}
        raise RosterError(sorted(problems, key=lambda one: (one.row, order[one.column])))
    return tuple(rows)


def _header(number: int, row: Sequence[str]) -> tuple[dict[str, int], list[RosterProblem]]:
    places: dict[str, int] = {}
    problems = []
    for place, text in enumerate(row):
        column = _HEADER_KEYS.get(_key(text))
        if column in places:
            problems.append(RosterProblem(number, column, "duplicate_column", text))
        elif column:
            places[column] = place
    problems += [
        RosterProblem(number, column, "missing_column")
        for column in COLUMNS
        if column not in places
    ]
    return places, problems


def _row(
    number: int, row: Sequence[str], places: dict[str, int], problems: list[RosterProblem]
) -> RosterRow:
    def cell(column: str) -> str:
        return row[places[column]].strip() if places[column] < len(row) else ""

    def wrong(column: str, code: str) -> None:
        problems.append(RosterProblem(number, column, code, cell(column)))

    def name(column: str, limit: int) -> str:
        try:
            text = clean(cell(column), limit)
        except TextError:
            wrong(column, "too_long")
            return ""
        if not text:
            wrong(column, "empty")
        return text

    unit, short_name = name(UNIT, MAX_NAME), name(SHORT_NAME, MAX_SHORT_NAME)
    staff = 0
    try:
        staff = int(parse(cell(STAFF), "vi", 0, "person"))
    except NumberError:
        wrong(STAFF, "not_a_whole_number")
    if staff > _MAX_STAFF:
        wrong(STAFF, "not_a_whole_number")
    role = _ROLE_KEYS.get(_key(cell(ROLE)), "")
    if not role and cell(ROLE):
        wrong(ROLE, "unknown_role")
    return RosterRow(number, unit, short_name, staff, role)


def _twice(rows: Sequence[RosterRow]) -> list[RosterProblem]:
    """Names, short names and offices that stand there a second time."""
    first: dict[tuple[str, str], int] = {}
    problems = []
    for row in rows:
        for column, key, value, code in (
            (UNIT, fold(row.unit), row.unit, "duplicate"),
            (SHORT_NAME, fold(row.short_name), row.short_name, "duplicate"),
            (ROLE, row.role, row.role, f"second_{row.role}"),
        ):
            if not key:
                continue
            seen = first.setdefault((column, key), row.row)
            if seen != row.row:
                problems.append(RosterProblem(row.row, column, code, value, seen))
    return problems
