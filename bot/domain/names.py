"""Texts that people type: cleaned for keeping, folded for finding."""

from __future__ import annotations

import unicodedata

from bot.errors import Invalid

_LETTERS = str.maketrans({"đ": "d", "ð": "d", "ł": "l", "ø": "o", "ı": "i", "ħ": "h"})
_JOINERS = "\u200c\u200d"
_VIRAMA = 9
_GRAPHEME_JOINER = "\u034f"


class TextError(Invalid):
    """A text that can't be kept: code ``text_too_long`` with ``limit`` and ``length``."""


def fold(text: str) -> str:
    """The key under which a name is found, with or without diacritics.

    The same for NFC and NFD, for capitals and small letters, for any run of white space.
    Vowel signs of Devanagari stay: they are letters there, not diacritics.
    """
    text = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c
        for c in text
        if unicodedata.category(c) != "Cf" and c != _GRAPHEME_JOINER
    )
    text = unicodedata.normalize("NFD", text).casefold()
    text = unicodedata.normalize("NFKD", text).casefold()
    text = unicodedata.normalize("NFKD", text)
    # Combining classes 200 and above are marks above, below and attached; 1 is an overlay.
    kept = (c for c in text if unicodedata.combining(c) < 200 and unicodedata.combining(c) != 1)
    return " ".join("".join(kept).translate(_LETTERS).split())


def clean(text: str, limit: int, *, newlines: bool = False, cut: bool = False) -> str:
    """A typed text as it is kept: NFC, trimmed, without control, bidi and zero-width characters.

    With ``newlines`` line breaks stay (at most one empty line in a row), else they become spaces.
    ``limit`` counts code points; a longer text raises :class:`TextError`, or is cut with ``cut``.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\x85", "\n")
    text = "".join(c for i, c in enumerate(text) if _kept(text, i, c))
    # Once more: a removed character may have stood between a letter and its mark.
    text = unicodedata.normalize("NFC", text)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    text = _few_blank_lines(lines) if newlines else " ".join(line for line in lines if line)
    if len(text) <= limit:
        return text
    if not cut:
        raise TextError("text_too_long", limit=limit, length=len(text))
    return text[:limit].rstrip(_JOINERS + " \n")


def _few_blank_lines(lines: list[str]) -> str:
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")


def _kept(text: str, at: int, char: str) -> bool:
    if char in "\n\t":
        return True
    if char in _JOINERS:
        return _joins(text, at)
    category = unicodedata.category(char)
    if category in {"Cc", "Cf", "Cs"}:
        return False
    # Noncharacters can't be exchanged; other unassigned ones may be next year's emoji.
    return (ord(char) & 0xFFFE) != 0xFFFE and not 0xFDD0 <= ord(char) <= 0xFDEF


def _joins(text: str, at: int) -> bool:
    """Whether the joiner does something: between two emoji, or after an Indic virama."""
    if at == 0 or at + 1 >= len(text):
        return False
    before, after = text[at - 1], text[at + 1]
    if unicodedata.combining(before) == _VIRAMA:
        return unicodedata.category(after)[0] == "L"
    emoji_before = unicodedata.category(before) in {"So", "Sk"} or before == "\ufe0f"
    return text[at] == "\u200d" and emoji_before and unicodedata.category(after) in {"So", "Sm"}
