"""Numbers typed into fields: what goes where, and whether it has to be asked about first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.pasting import Item, Reading, parse_many
from bot.domain.template import MONEY, IndicatorSpec
from bot.errors import Invalid

#: No row of numbers is longer.
_LONGEST: Final = 1500
_MILLION: Final = 1_000_000

#: Indicators with canonical texts, in order.
Placed = list[tuple[str, str]]


@dataclass(frozen=True)
class Entered:
    """Ways to take what was typed, the likeliest first.

    ``wrong`` is the first item that is no number, of ``items`` in all; then there is no way.
    ``ask``: the person has to say by a tap that (or which) way is right.
    """

    ways: tuple[Placed, ...]
    ask: bool = False
    wrong: Item | None = None
    items: int = 0


def read(text: str, language: str, fields: Sequence[IndicatorSpec]) -> Entered:
    """Read numbers for consecutive fields; fewer numbers are allowed. Raises Invalid."""
    if len(text) > _LONGEST:
        raise Invalid("number_not_a_number")
    readings = parse_many(text, language, [(one.decimals, one.unit) for one in fields])
    ways = _plausible(readings.readings)
    unclear = bool(ways[0].errors)
    if unclear and not (ways := _candidates(ways[0])):
        best = readings.best
        return Entered((), wrong=best.errors[0], items=len(best.items))
    ask = unclear or len(ways) > 1 or _unlikely(fields, ways[0])
    return Entered(tuple(_placed(fields, way) for way in ways), ask, items=len(ways[0].items))


def _plausible(ways: Sequence[Reading]) -> list[Reading]:
    """Without the readings in which a number begins with needless zeros: ``5 000 000`` is one."""
    kept = [
        way
        for way in ways
        if not any(len(item.text) > 1 and item.text[:2].isdigit() and item.text[0] == "0"
                   for item in way.items)
    ]  # fmt: skip
    return kept or list(ways)


def _unlikely(fields: Sequence[IndicatorSpec], way: Reading) -> bool:
    """Whether a count or the like became millions by a multiplier: ``12tr`` sessions."""
    return any(
        item.value is not None
        and item.value >= _MILLION
        and one.type != MONEY
        and sum(char.isdecimal() for char in item.text) < len(str(int(item.value)))
        for one, item in zip(fields, way.items, strict=False)
    )


def _candidates(way: Reading) -> list[Reading]:
    """The readings of a row in which just one number is unclear (``1.200``)."""
    unclear = [item for item in way.errors if item.candidates]
    if len(way.errors) != 1 or not unclear:
        return []
    at = unclear[0]
    return [
        Reading(
            tuple(
                Item(item.position, item.text, value) if item is at else item for item in way.items
            )
        )
        for value in at.candidates
    ]


def _placed(fields: Sequence[IndicatorSpec], way: Reading) -> Placed:
    return [(one.code, format(value, "f")) for one, value in zip(fields, way.values, strict=False)]
