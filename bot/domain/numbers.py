"""Numbers as people write them, in the seven languages.

Vietnamese, Czech, German, Ukrainian and Hungarian have a decimal comma, English and Hindi a
decimal point. A separator of the other kind is accepted where it can mean only one thing
(``1,234,567`` in Vietnamese); where it could mean two, the error is ``ambiguous`` and carries
the candidates, and nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache
from typing import Final

from bot.domain.number_words import exponent, is_unit
from bot.errors import Invalid

MAX_DIGITS: Final = 15
_MAX_LENGTH: Final = 80
_LIMIT: Final = Decimal(10) ** MAX_DIGITS
_EXACT: Final = Context(prec=200)
_POINT_LANGUAGES: Final = frozenset({"en", "hi"})
# Print in these languages groups by spaces; a point between groups is a habit, not the rule.
_SPACE_LANGUAGES: Final = frozenset({"cs", "uk", "hu"})
_MINUS: Final = "-−–—﹣－"
_FULLWIDTH: Final = str.maketrans({"．": ".", "，": ",", "＋": "+", "’": "'", "ʼ": "'", "＇": "'"})
_HARD_SPACES: Final = "\u00a0\u2007\u2009\u202f"
_SPACES: Final = " " + _HARD_SPACES
_NUMBER = re.compile(rf"[0-9](?:[0-9.,'{_SPACES}]*[0-9])?")
_WORD = re.compile(r"[^\s0-9.,]+\.?")


class NumberError(Invalid):
    """A text that isn't the number asked for.

    ``reason``: ``empty, not_a_number, negative, too_large, too_many_decimals, ambiguous``;
    ``code`` is the same behind ``number_``. ``candidates``: what an ambiguous text could mean.
    ``decimals``: how many were allowed.
    """

    def __init__(
        self, reason: str, *, candidates: Sequence[Decimal] = (), decimals: int = 0
    ) -> None:
        super().__init__(f"number_{reason}", candidates=tuple(candidates), decimals=decimals)
        self.reason = reason
        self.candidates = tuple(candidates)


@lru_cache(maxsize=10_000)
def canonical(value: Decimal) -> Decimal:
    """The same value without exponent and trailing zeros, as it is stored (``12``, ``1.5``)."""
    if value == 0:
        return Decimal(0)
    value = _EXACT.normalize(value)
    return _EXACT.quantize(value, Decimal(1)) if value == _EXACT.to_integral_value(value) else value


def parse(text: str, language: str, decimals: int = 0, unit: str = "") -> Decimal:
    """Read one number; raises :class:`NumberError`.

    ``decimals``: how many decimal places are allowed. ``unit``: key of the unit of measure,
    whose word may follow (``12 người``, ``1,5 tỷ đồng``).
    """
    text = _digits(text).strip()
    if not text:
        raise NumberError("empty")
    if len(text) > _MAX_LENGTH:
        raise NumberError("too_large" if re.fullmatch(r"[0-9.,' ]+", text) else "not_a_number")
    negative = text[0] in _MINUS
    values = _read(text.lstrip(_MINUS + "+").lstrip() if text[0] in _MINUS + "+" else text,
                   language, decimals, unit)  # fmt: skip
    if negative and any(values):
        raise NumberError("negative")
    fitting = [value for value in values if _places(value) <= decimals]
    if not fitting:
        raise NumberError("too_many_decimals", decimals=decimals)
    if any(value >= _LIMIT for value in fitting):
        raise NumberError("too_large")
    if len(values) > 1:
        raise NumberError("ambiguous", candidates=fitting, decimals=decimals)
    return fitting[0]


def _digits(text: str) -> str:
    """Digits of any script as ASCII, punctuation of any width as ours, other spaces as a space."""
    text = unicodedata.normalize("NFC", text).translate(_FULLWIDTH)
    return "".join(_plain(char) for char in text)


def _plain(char: str) -> str:
    if unicodedata.category(char) == "Nd":
        return str(unicodedata.decimal(char))
    if unicodedata.category(char) == "Cf":
        return ""
    if char.isspace() and char not in _HARD_SPACES and char not in "\n\t":
        return " "
    return char


def _places(value: Decimal) -> int:
    return max(0, -int(canonical(value).as_tuple().exponent))


@dataclass(frozen=True)
class _Part:
    """One figure with its multipliers: ``1,5 tỷ``."""

    figure: str
    power: int
    glued: bool  # no space before it: "1tr2"


def _read(text: str, language: str, decimals: int, unit: str) -> list[Decimal]:
    """Everything the text could mean by shape; raises ``not_a_number``."""
    parts = _parts(text, language, unit)
    first = parts[0]
    if len(parts) == 1:
        return _scaled(first, language, decimals)
    shorthand = _shorthand(parts, language, decimals)
    powers = [part.power for part in parts]
    total = [Decimal(0)]
    for index, part in enumerate(parts):
        values = _scaled(part, language, decimals)
        if len(values) > 1:
            raise NumberError("not_a_number")
        # "1 tỷ 200 triệu" adds up; "200 triệu 1 tỷ" and "1 triệu 2 triệu" are no number.
        if index and values[0] >= Decimal(10) ** powers[index - 1]:
            raise NumberError("not_a_number")
        total = [total[0] + values[0]]
    if any(power <= 0 for power in powers[:-1]):
        raise NumberError("not_a_number")
    if shorthand is None:
        return [canonical(total[0])]
    if parts[-1].glued:
        return [shorthand]
    return sorted({shorthand, canonical(total[0])})


def _shorthand(parts: list[_Part], language: str, decimals: int) -> Decimal | None:
    """Vietnamese "1tr2" is 1.2 million: bare digits behind a multiplier are its fraction."""
    *_, unit_part, last = parts
    if len(parts) != 2 or last.power or not re.fullmatch(r"[0-9]{1,3}", last.figure):
        return None
    whole = _scaled(unit_part, language, decimals)
    if len(whole) > 1 or _places(_EXACT.scaleb(whole[0], -unit_part.power)):
        return None
    fraction = _EXACT.scaleb(Decimal(last.figure), unit_part.power - len(last.figure))
    return canonical(whole[0] + fraction)


def _scaled(part: _Part, language: str, decimals: int) -> list[Decimal]:
    values = _figure(part.figure, language, decimals + part.power)
    return [canonical(_EXACT.scaleb(value, part.power)) for value in values]


def _parts(text: str, language: str, unit: str) -> list[_Part]:
    parts: list[_Part] = []
    at, glued = 0, True
    while at < len(text):
        number = _NUMBER.match(text, at)
        if number is None:
            raise NumberError("not_a_number")
        words, after = _words(text, number.end())
        power, rest = 0, list(words)
        while rest and (step := exponent(rest[0].rstrip("."), language)) is not None:
            power += step
            rest.pop(0)
        if rest and not (after == len(text) and _named(rest, unit)):
            raise NumberError("not_a_number")
        parts.append(_Part(number.group(), power, glued))
        glued = after == len(text) or not text[after - 1].isspace()
        at = after
    if not parts:
        raise NumberError("not_a_number")
    return parts


def _named(words: list[str], unit: str) -> bool:
    phrase = " ".join(words)
    return is_unit(phrase, unit) or is_unit(phrase.rstrip("."), unit)


def _words(text: str, at: int) -> tuple[list[str], int]:
    words: list[str] = []
    while True:
        start = at
        while start < len(text) and text[start].isspace():
            start += 1
        word = _WORD.match(text, start)
        if word is None:
            return words, start
        words.append(word.group())
        at = word.end()


def _figure(figure: str, language: str, allowed: int) -> list[Decimal]:
    """The values a figure of digits and separators can have; ``allowed`` decimal places."""
    spaced = re.fullmatch(rf"(.*[{_SPACES}'].*?)(?:([.,])([0-9]+))?", figure)
    if spaced is not None:
        return _spaced(spaced.group(1), spaced.group(2), spaced.group(3), language)
    kinds = [char for char in figure if char in ".,"]
    if not kinds:
        return [Decimal(figure)]
    last = kinds[-1]
    if len(set(kinds)) == 2:
        whole, _, fraction = figure.rpartition(last)
        if kinds.count(last) > 1 or not _grouped(whole):
            raise NumberError("not_a_number")
        return [Decimal(f"{_joined(whole)}.{fraction}")]
    if len(kinds) > 1:
        if not _grouped(figure):
            raise NumberError("not_a_number")
        return [Decimal(_joined(figure))]
    return _one_separator(figure, last, language, allowed)


def _one_separator(figure: str, separator: str, language: str, allowed: int) -> list[Decimal]:
    whole, _, fraction = figure.partition(separator)
    as_decimal = Decimal(f"{whole}.{fraction}")
    if not _grouped(figure):
        return [as_decimal]
    as_group = Decimal(_joined(figure))
    point = "." if language in _POINT_LANGUAGES else ","
    if separator == point:
        return [as_decimal] if len(fraction) <= allowed else [as_decimal, as_group]
    if language in _SPACE_LANGUAGES and len(fraction) <= allowed:
        return [as_decimal, as_group]
    return [as_group]


def _spaced(
    whole: str, separator: str | None, fraction: str | None, language: str
) -> list[Decimal]:
    """Groups by spaces or apostrophes; what follows one separator is decimal."""
    kinds = {char for char in whole if not char.isdigit()}
    if len(kinds) != 1 or not _grouped(whole):
        raise NumberError("not_a_number")
    digits = _joined(whole)
    if separator is None:
        return [Decimal(digits)]
    value = Decimal(f"{digits}.{fraction}")
    if len(fraction or "") == 3 and (separator == ",") == (language in _POINT_LANGUAGES):
        return [value, Decimal(f"{digits}{fraction}")]
    return [value]


def _grouped(figure: str) -> bool:
    """Groups of three, or of two before the last three with commas, as in India."""
    separators = {char for char in figure if not char.isdigit()}
    if not separators:
        return True
    if len(separators) > 1 or figure[0] == "0":
        return False
    first, *middle, last = re.split(r"[^0-9]", figure)
    if len(last) != 3:
        return False
    if len(first) <= 3 and all(len(group) == 3 for group in middle):
        return True
    # "12,345" is Western already; Indian groups show only with a middle one.
    return separators == {","} and len(first) <= 2 and all(len(group) == 2 for group in middle)


def _joined(figure: str) -> str:
    return re.sub(r"[^0-9]", "", figure)
