"""Several values pasted at once: one a line, or with spaces, semicolons or tabs between.

``12 340`` for two fields is one number or two: every reading comes back, so that the view can
ask with one tap. A narrow or non-breaking space always stands inside one number, because no
keyboard puts it between two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bot.domain.numbers import NumberError, parse

MAX_READINGS: Final = 4
_MAX_RUN: Final = 8
_MAX_TOKENS: Final = 200
_MAX_STEPS: Final = 3000
_ANY_DECIMALS: Final = 30
_HARD_BREAK = re.compile(r"[\n\r\t;|]+|,[ \n]+")


@dataclass(frozen=True)
class Item:
    """One value: its position from 0, what was typed, and the number or the reason against it.

    ``error``: a reason of :class:`~bot.domain.numbers.NumberError`, or ``too_many_values`` for
    one that has no field.
    """

    position: int
    text: str
    value: Decimal | None
    error: str | None = None
    candidates: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Reading:
    """One way to take what was pasted; the first item belongs to the first field."""

    items: tuple[Item, ...]

    @property
    def values(self) -> tuple[Decimal, ...]:
        """The numbers; as many as items where the reading is right."""
        return tuple(item.value for item in self.items if item.value is not None)

    @property
    def errors(self) -> tuple[Item, ...]:
        """Every failing item."""
        return tuple(item for item in self.items if item.error is not None)


@dataclass(frozen=True)
class Readings:
    """Every way to take what was pasted, the likeliest first; at least one."""

    readings: tuple[Reading, ...]

    @property
    def best(self) -> Reading:
        """The likeliest reading; where there are errors, the only one."""
        return self.readings[0]

    @property
    def ambiguous(self) -> bool:
        """Whether the person has to choose."""
        return len(self.readings) > 1

    @property
    def values(self) -> tuple[Decimal, ...] | None:
        """The numbers, where there is one reading and no error in it."""
        if self.ambiguous or self.best.errors:
            return None
        return self.best.values


def parse_many(text: str, language: str, fields: Sequence[tuple[int, str]]) -> Readings:
    """Read values for consecutive ``fields`` (decimal places, unit); fewer values are allowed.

    Errors are in the items of the one reading that comes back then, all of them.
    """
    chunks = [chunk.strip(" ") for chunk in _HARD_BREAK.split(text)]
    chunks = [chunk for chunk in chunks if chunk]
    if not chunks:
        return Readings((Reading((Item(0, text, None, "empty"),)),))
    whole = _checked(chunks, language, fields)
    if not whole.errors and (len(chunks) > 1 or len(fields) == 1):
        return Readings((whole,))  # one a line: a line is one number
    pieces = [chunk.split(" ") for chunk in chunks]
    pieces = [[token for token in tokens if token] for tokens in pieces]
    if sum(map(len, pieces)) > _MAX_TOKENS:
        return Readings((_checked(chunks, language, fields),))
    splits = _splits(pieces, language, fields)
    readings = [_checked(split, language, fields) for split in splits]
    right = [reading for reading in readings if not reading.errors]
    if right:
        right.sort(key=lambda reading: len(fields) - len(reading.items))
        return Readings(tuple(right[:MAX_READINGS]))
    candidates = [*readings, whole] if len(chunks) > 1 else readings
    return Readings((min(candidates, key=lambda reading: _distance(reading, len(fields))),))


def _distance(reading: Reading, fields: int) -> tuple[int, int]:
    return len(reading.errors), abs(len(reading.items) - fields)


def _checked(texts: Sequence[str], language: str, fields: Sequence[tuple[int, str]]) -> Reading:
    items: list[Item] = []
    for position, text in enumerate(texts):
        if position >= len(fields):
            items.append(Item(position, text, None, "too_many_values"))
            continue
        decimals, unit = fields[position]
        try:
            items.append(Item(position, text, parse(text, language, decimals, unit)))
        except NumberError as error:
            items.append(Item(position, text, None, error.reason, error.candidates))
    return Reading(tuple(items))


class _Runs:
    """Which runs of tokens in a chunk can be one value."""

    def __init__(self, tokens: list[str], language: str, units: Sequence[str]) -> None:
        self.tokens = tokens
        self.ends = [self._ends(start, language, units) for start in range(len(tokens))]

    def _ends(self, start: int, language: str, units: Sequence[str]) -> list[int]:
        """Ends of the runs that begin here, the shortest first; a wrong token stands alone."""
        stop = min(len(self.tokens), start + _MAX_RUN)
        ends = [
            end
            for end in range(start + 1, stop + 1)
            if _is_value(" ".join(self.tokens[start:end]), language, units, single=end == start + 1)
        ]
        # A word belongs to the number before it: "12 triệu" isn't 12 and a wrong value.
        while ends and ends[0] < len(self.tokens) and not _opens(self.tokens[ends[0]]):
            if len(ends) == 1:
                break
            ends.pop(0)
        return ends or [start + 1]


def _opens(token: str) -> bool:
    return any(char.isdigit() for char in token[:2])


def _is_value(text: str, language: str, units: Sequence[str], *, single: bool) -> bool:
    for unit in units:
        try:
            parse(text, language, _ANY_DECIMALS, unit)
        except NumberError as error:
            if error.reason == "not_a_number" or not single:
                continue
        return True
    return False


def _splits(
    pieces: list[list[str]], language: str, fields: Sequence[tuple[int, str]]
) -> list[list[str]]:
    """Ways to cut the chunks into at most as many values as there are fields (else: shortest)."""
    units = sorted({unit for _, unit in fields} | {""})
    runs = [_Runs(tokens, language, units) for tokens in pieces]
    found: list[list[str]] = []
    room = max(len(fields), _fewest(runs))
    for steps, split in enumerate(_walk(runs, 0, 0, [], room)):
        if split is not None:
            found.append(split)
        if steps > _MAX_STEPS or len(found) >= 64:
            break
    # The longest numbers are a reading that people mean; the walk may have stopped before it.
    longest = [" ".join(run.tokens[start:end]) for run in runs for start, end in _greedy(run)]
    if longest not in found:
        found.append(longest)
    return found


def _greedy(run: _Runs) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(run.tokens):
        end = run.ends[start][-1]
        yield start, end
        start = end


def _least(run: _Runs) -> list[int]:
    """The fewest values from each token to the end of its chunk."""
    least = [0] * (len(run.tokens) + 1)
    for start in reversed(range(len(run.tokens))):
        least[start] = 1 + min(least[end] for end in run.ends[start])
    return least


def _fewest(runs: Sequence[_Runs]) -> int:
    return sum(_least(run)[0] for run in runs)


def _walk(
    runs: Sequence[_Runs], chunk: int, start: int, done: list[str], room: int
) -> Iterator[list[str] | None]:
    """All splits within ``room``, shortest runs first; yields None for each step besides."""
    if chunk == len(runs):
        yield list(done)
        return
    run = runs[chunk]
    if start == len(run.tokens):
        yield from _walk(runs, chunk + 1, 0, done, room)
        return
    yield None
    rest = _fewest(runs[chunk + 1 :])
    least = _least(run)
    for end in run.ends[start]:
        if len(done) + 1 + least[end] + rest > room:
            continue
        done.append(" ".join(run.tokens[start:end]))
        yield from _walk(runs, chunk, end, done, room)
        done.pop()
