"""A text that a bloc adopts: its paragraphs, its pages on a phone, its hash, what changed in it.

A text is kept as one string, a paragraph a line, no empty lines. Paragraphs are numbered from 1.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from bot.domain.names import clean
from bot.errors import Invalid

#: Most characters of a text; sixty pages of A4 are about 150,000.
TEXT_LIMIT: Final = 250_000
#: Most paragraphs of a text.
PARAGRAPHS_LIMIT: Final = 3000
#: Characters of a page on a phone.
PAGE: Final = 1500

#: What numbering and spacing of a paragraph take of a page.
_EACH: Final = 8
#: What the line above a change takes.
_ABOVE: Final = 40

_HEADING = re.compile(r"(Chương|Điều|Phần|Mục|Phụ lục)\s+([IVXLCDM]+|\d+)\b|[IVXLCDM]{1,6}\.\s")
_HEADING_LIMIT: Final = 160
_ENDS: Final = '.;:!?…”"»)'
#: From so many characters on a message was probably cut off by the app that sent it.
CUT_LENGTH: Final = 3500


def tidy(text: str) -> list[str]:
    """The paragraphs of a text that was typed or read from a file.

    Raises TextError (``text_too_long``), Invalid (``too_many_paragraphs``: ``limit``).
    """
    found = [line for line in clean(text, TEXT_LIMIT, newlines=True).split("\n") if line]
    if len(found) > PARAGRAPHS_LIMIT:
        raise Invalid("too_many_paragraphs", limit=PARAGRAPHS_LIMIT)
    return found


def paragraphs(body: str) -> list[str]:
    """The paragraphs of a kept text."""
    return body.split("\n") if body else []


def joined(lines: Sequence[str]) -> str:
    """Paragraphs as one text. Raises Invalid: ``text_too_long``, ``too_many_paragraphs``."""
    body = "\n".join(lines)
    if len(body) > TEXT_LIMIT:
        raise Invalid("text_too_long", limit=TEXT_LIMIT, length=len(body))
    if len(lines) > PARAGRAPHS_LIMIT:
        raise Invalid("too_many_paragraphs", limit=PARAGRAPHS_LIMIT)
    return body


def sha256(body: str) -> str:
    """The SHA-256 of a text in NFC and UTF-8, 64 hexadecimal digits."""
    return hashlib.sha256(unicodedata.normalize("NFC", body).encode()).hexdigest()


def is_heading(paragraph: str) -> bool:
    """Whether a paragraph is a heading, as Vietnamese papers write them."""
    if len(paragraph) > _HEADING_LIMIT:
        return False
    return bool(_HEADING.match(paragraph)) or in_capitals(paragraph)


def in_capitals(paragraph: str) -> bool:
    """Whether a paragraph stands in capitals; never in a script that has none."""
    return paragraph == paragraph.upper() != paragraph.lower()


def goes_on(before: str, after: str) -> bool:
    """Whether a message is the rest of a paragraph that the app cut off at its limit."""
    return bool(before) and before[-1] not in _ENDS and (after[:1].islower() or after[:1] in ",;)")


# --- Pages ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph or, of one longer than a page, a part of it. ``begins``: it is the first."""

    number: int
    text: str
    begins: bool = True


def _cut(text: str, limit: int) -> list[str]:
    """A long text in parts of at most ``limit`` characters, cut between words where possible."""
    parts = []
    while len(text) > limit:
        at = text.rfind(" ", limit // 2, limit + 1)
        at = at if at > 0 else limit
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*parts, text] if text else parts


def pages(lines: Sequence[str], limit: int = PAGE) -> list[list[Piece]]:
    """A text by pages, at least one; a paragraph is cut only if it is longer than a page.

    A heading doesn't stand alone at a page's end.
    """
    found: list[list[Piece]] = [[]]
    length = 0
    for number, line in enumerate(lines, start=1):
        for at, part in enumerate(_cut(line, limit)):
            size = len(part) + _EACH
            if found[-1] and length + size > limit:
                carried = _headings_at_the_end(found[-1], limit - size)
                if carried:
                    del found[-1][-len(carried) :]
                found.append(carried)
                length = sum(len(one.text) + _EACH for one in carried)
            found[-1].append(Piece(number, part, at == 0))
            length += size
    return found


def _headings_at_the_end(page: Sequence[Piece], room: int) -> list[Piece]:
    """The headings that go over to the next page, unless nothing would be left or no room is."""
    carried: list[Piece] = []
    for piece in reversed(page[1:]):
        if not is_heading(piece.text) or len(piece.text) + _EACH > room:
            break
        carried.insert(0, piece)
        room -= len(piece.text) + _EACH
    return carried


def page_of(found: Sequence[Sequence[Piece]], number: int) -> int:
    """The page (from 0) on which a paragraph begins; 0 for one that isn't there."""
    for at, page in enumerate(found):
        if any(one.number == number for one in page):
            return at
    return 0


# --- What changed -----------------------------------------------------------------------------

Mark = Literal["", "+", "-"]
ChangeKind = Literal["added", "removed", "changed"]

_WORD = re.compile(r"\s+|\S+")
#: Of one list's length times the other's; up to it they are compared exactly.
_EXACT: Final = 250_000
#: The same of one paragraph's words and the other's; beyond it they aren't compared.
_COMPARED: Final = 4_000_000
_ALIKE: Final = 0.4
#: Unchanged words shown around a change.
_AROUND: Final = 70


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that stayed (""), were added (+) or removed (-)."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A paragraph that was added, removed or changed.

    ``number`` counts in the new text, or in the old one for what was removed. ``begins`` is
    False for the rest of a change that fills more than a page.
    """

    kind: ChangeKind
    number: int
    segments: tuple[Segment, ...]
    begins: bool = True


def changes(old: str, new: str) -> list[Change]:
    """What differs between two texts, paragraph by paragraph, in the new text's order."""
    a, b = paragraphs(old), paragraphs(new)
    found: list[Change] = []
    for same, i1, i2, j1, j2 in _runs(a, b):
        if not same:
            found += _block(a, b, range(i1, i2), range(j1, j2))
    return found


def _runs(a: Sequence[str], b: Sequence[str]) -> list[tuple[bool, int, int, int, int]]:
    """Runs of both lists that are the same or not: (same, from, to in a, from, to in b)."""
    head, most = 0, min(len(a), len(b))
    while head < most and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < most - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    i, j = len(a) - tail, len(b) - tail
    # What stands there very often is left out of long comparisons, which would take too long.
    often = (i - head) * (j - head) > _EXACT
    matcher = SequenceMatcher(None, a[head:i], b[head:j], autojunk=often)
    found = [(True, 0, head, 0, head)] if head else []
    found += [
        (tag == "equal", i1 + head, i2 + head, j1 + head, j2 + head)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
    ]
    return [*found, (True, i, len(a), j, len(b))] if tail else found


def _block(a: Sequence[str], b: Sequence[str], old: range, new: range) -> list[Change]:
    """A run of paragraphs in place of another: alike ones are compared, in order."""
    found: list[Change] = []
    added: list[Change] = []
    left = old.start
    for j in new:
        ahead = range(left, min(left + 8, old.stop))
        best = max(ahead, key=lambda i: _alike(a[i], b[j]), default=None)
        if best is None or _alike(a[best], b[j]) < _ALIKE:
            added.append(Change("added", j + 1, (Segment("+", b[j]),)))
            continue
        found += [*_removed(a, range(left, best)), *added]
        found.append(Change("changed", j + 1, tuple(compare(a[best], b[j]))))
        added, left = [], best + 1
    return [*found, *_removed(a, range(left, old.stop)), *added]


def _removed(a: Sequence[str], old: range) -> list[Change]:
    return [Change("removed", i + 1, (Segment("-", a[i]),)) for i in old]


def _alike(one: str, other: str) -> float:
    """The share of words that two paragraphs have in common, 0 to 1."""
    a, b = set(one.split()), set(other.split())
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def compare(old: str, new: str) -> list[Segment]:
    """Two paragraphs word by word; the removed words stand before the added ones."""
    a, b = _WORD.findall(old), _WORD.findall(new)
    if len(a) * len(b) > _COMPARED:
        return [Segment("-", old), Segment("+", new)]
    found: list[Segment] = []
    for same, i1, i2, j1, j2 in _runs(a, b):
        was, now = "".join(a[i1:i2]), "".join(b[j1:j2])
        if same and not (was.isspace() and found):
            found.append(Segment("", was))
        else:
            # A blank between two changed words belongs to both, so that they stay one run.
            _extend(found, was, now)
    return [one for one in found if one.text]


def _extend(found: list[Segment], was: str, now: str) -> None:
    removed = found.pop(-2).text if len(found) > 1 and found[-2].mark == "-" else ""
    added = found.pop().text if found and found[-1].mark == "+" else ""
    found += [Segment("-", removed + was), Segment("+", added + now)]


def shortened(segments: Sequence[Segment]) -> list[Segment]:
    """The same, with long runs of words that stayed cut down to what is around a change."""
    found = []
    for at, one in enumerate(segments):
        text = one.text
        if one.mark == "" and len(text) > 2 * _AROUND + 20:
            head = "" if at == 0 else text[:_AROUND].rsplit(" ", 1)[0]
            tail = "" if at == len(segments) - 1 else text[-_AROUND:].split(" ", 1)[-1]
            text = f"{head} … {tail}".strip(" ") if not (head and tail) else f"{head} … {tail}"
            text = text + " " if not head and one.text.endswith(" ") else text
        found.append(Segment(one.mark, text))
    return found


def change_pages(found: Iterable[Change], limit: int = PAGE) -> list[list[Change]]:
    """Changes by pages, at least one (empty where nothing changed); long ones are cut."""
    result: list[list[Change]] = [[]]
    length = 0
    for change in found:
        for part in _cut_change(change, limit):
            size = sum(len(one.text) for one in part.segments) + _ABOVE
            if result[-1] and length + size > limit:
                result.append([])
                length = 0
            result[-1].append(part)
            length += size
    return result


def _cut_change(change: Change, limit: int) -> list[Change]:
    parts: list[list[Segment]] = [[]]
    room = limit
    for one in shortened(change.segments):
        text = one.text
        while text:
            if len(text) > room:
                at = text.rfind(" ", 0, room) + 1
                at = at or (room if not parts[-1] else 0)
            else:
                at = len(text)
            if at:
                parts[-1].append(Segment(one.mark, text[:at]))
                room -= at
                text = text[at:]
            if text:
                parts.append([])
                room = limit
    return [
        Change(change.kind, change.number, tuple(part), at == 0)
        for at, part in enumerate(part for part in parts if part)
    ]
