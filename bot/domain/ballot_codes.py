"""Codes that a person can read from a screen or from paper and type: Crockford's base 32.

Ten digits and the letters without I, L, O and U, in groups of four. Every code, or every line of
a longer one, ends in two check characters: the number that the others write, times 32 and plus
the line's own number, modulo 1021. 1021 is the largest prime that two characters can hold, so
any single wrong character and any two neighbours exchanged are found for certain, and any other
slip in 1020 cases of 1021.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from bot.errors import Invalid

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)} | {
    "O": 0,
    "I": 1,
    "L": 1,
}
#: The prime of the check characters.
MODULUS: Final = 1021
GROUP: Final = 4
#: What may stand between groups, whatever a keyboard made of it.
_BETWEEN: Final = " \t\r\n-_.,:;/|'\"`·•‐‑‒–—−"


def written(number: int, length: int) -> str:
    """A number in so many characters of base 32, the most significant first."""
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def grouped(text: str, between: str = "-") -> str:
    """Characters in groups of four."""
    return between.join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def with_check(body: str, line: int = 0) -> str:
    """A line's characters with their two check characters. ``line`` is less than 32."""
    return body + written((int_of(body) * 32 + line) % MODULUS, 2)


def int_of(body: str) -> int:
    """The number that clean characters of the alphabet write."""
    number = 0
    for character in body:
        number = number * 32 + _VALUES[character]
    return number


def tidy(text: str, length: int) -> str:
    """What was typed as exactly ``length`` characters of the alphabet.

    Capitals and small letters, O for 0, I and L for 1, any spaces, hyphens and lines are all the
    same. Raises Invalid: ``code_accents`` (a keyboard that composes Vietnamese letters is on),
    ``code_characters`` (``character``: the first that can't be in a code), ``code_length``
    (``length`` needed, ``got``).
    """
    # Compatibility forms: full-width letters and digits of other keyboards.
    text = unicodedata.normalize("NFKC", text).upper()
    found = []
    for character in text:
        if character in _BETWEEN or unicodedata.category(character) in {"Cf", "Zs"}:
            continue
        if not character.isascii() and character.isalpha():
            raise Invalid("code_accents", character=character)
        if character not in _VALUES:
            raise Invalid("code_characters", character=character)
        found.append(ALPHABET[_VALUES[character]])
    if len(found) != length:
        raise Invalid("code_length", length=length, got=len(found))
    return "".join(found)


def checked(text: str, line: int = 0) -> int | None:
    """The number of a clean line with its check characters, or None if they don't agree."""
    body = text[:-2]
    return int_of(body) if with_check(body, line) == text else None
