"""The numbers that Word writes before paragraphs by itself: “Điều 3.”, “1.”, “a)”, “-”."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from docx.document import Document

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL: Final = f"{_W}val"
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LEVELS: Final = 9


def _roman(value: int) -> str:
    found = ""
    for size, letters in _ROMAN:
        while value >= size:
            found, value = found + letters, value - size
    return found


def _letter(value: int) -> str:
    """a … z, aa, bb …, as Word goes on."""
    return chr(ord("a") + (value - 1) % 26) * (1 + (value - 1) // 26)


def _shown(kind: str, value: int) -> str:
    if not 0 < value < 10_000:
        return str(value)
    return {
        "lowerLetter": lambda: _letter(value),
        "upperLetter": lambda: _letter(value).upper(),
        "lowerRoman": lambda: _roman(value),
        "upperRoman": lambda: _roman(value).upper(),
        "decimalZero": lambda: f"{value:02d}",
    }.get(kind, lambda: str(value))()


def _child(element: Any, *path: str) -> str | None:
    """The value of the element down this path, or None."""
    for name in path:
        element = element.find(f"{_W}{name}") if element is not None else None
    return None if element is None else element.get(_VAL)


class Numbers:
    """Counts the numbered paragraphs of a document in order."""

    def __init__(self, document: Document) -> None:
        self._levels: dict[str, dict[int, Any]] = {}
        self._lists: dict[str, str] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._styles: dict[str, Any] = {}
        for part in document.part.package.iter_parts():
            name = str(part.partname)
            root = getattr(part, "element", None)
            if root is None:
                continue
            if name.endswith("/numbering.xml"):
                self._read_lists(root)
            elif name.endswith("/styles.xml"):
                self._styles = {
                    one.get(f"{_W}styleId"): one for one in root.iterchildren(f"{_W}style")
                }

    def _read_lists(self, root: Any) -> None:
        for one in root.iterchildren(f"{_W}abstractNum"):
            levels = {
                int(level.get(f"{_W}ilvl", "0")): level for level in one.iterchildren(f"{_W}lvl")
            }
            self._levels[one.get(f"{_W}abstractNumId")] = levels
        for one in root.iterchildren(f"{_W}num"):
            abstract = _child(one, "abstractNumId")
            if abstract is not None:
                self._lists[one.get(f"{_W}numId")] = abstract

    def before(self, paragraph: Any) -> str:
        """What stands before a paragraph that has some text, with a blank; or nothing."""
        found = self._place(paragraph)
        if found is None:
            return ""
        abstract, level = found
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        start = int(_child(levels[level], "start") or 1)
        had = counts[level]
        counts[level] = start if had is None else had + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        if (_child(levels[level], "numFmt") or "decimal") == "bullet":
            return "- "
        label = re.sub(
            r"%(\d)",
            lambda one: self._label(levels, counts, int(one[1]) - 1),
            _child(levels[level], "lvlText") or "",
        )
        return f"{label} " if label.strip() else ""

    @staticmethod
    def _label(levels: dict[int, Any], counts: list[int | None], at: int) -> str:
        level = levels.get(at)
        kind = (_child(level, "numFmt") if level is not None else None) or "decimal"
        value = counts[at] if 0 <= at < _LEVELS else None
        if value is None:
            value = int(_child(level, "start") or 1) if level is not None else 1
        return "" if kind == "none" else _shown(kind, value)

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        """The list that a paragraph is in and its level, from itself or its style."""
        number = _child(paragraph, "pPr", "numPr", "numId")
        level = _child(paragraph, "pPr", "numPr", "ilvl")
        style = _child(paragraph, "pPr", "pStyle")
        seen: set[str] = set()
        while number is None and style in self._styles and style not in seen:
            seen.add(style)
            element = self._styles[style]
            number = _child(element, "pPr", "numPr", "numId")
            level = level or _child(element, "pPr", "numPr", "ilvl")
            style = _child(element, "basedOn")
        abstract = self._lists.get(number or "0")
        if abstract is None:
            return None
        at = int(level or 0)
        return (abstract, at) if 0 <= at < _LEVELS else None
