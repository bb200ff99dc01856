"""The layout of official papers, the same for PDF and DOCX: blocks from the head to the end.

After Nghị định 30/2020/NĐ-CP, appendix I: A4, margins, the head in two columns (issuing body on
the left, the country's name and motto on the right), title, body, signatures, recipients. A
document is a list of blocks; :mod:`bot.documents.paper_pdf` and :mod:`bot.documents.paper_docx`
draw them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from markupsafe import Markup

from bot.domain.document import Head
from bot.i18n import Texts

#: Millimetres: A4 and its margins (top and bottom 20–25, left 30–35, right 15–20).
PAGE: Final = (210.0, 297.0)
TOP, BOTTOM, LEFT, RIGHT = 20.0, 20.0, 30.0, 20.0
WIDTH: Final = PAGE[0] - LEFT - RIGHT
#: The head's two columns.
HEAD_LEFT: Final = 70.0
#: Points.
BODY, SMALL, TABLE, HEAD, MOTTO = 14.0, 11.0, 12.0, 12.0, 13.0
#: Millimetres: what a paragraph's first line is moved in by, and the room below a paragraph.
INDENT: Final = 10.0
BELOW: Final = 2.1
#: Lines' distance in times of their size.
LEADING: Final = 1.15

#: Prescribed words, in Vietnamese whatever the language of the rest.
COUNTRY: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO_WORDS: Final = "Độc lập - Tự do - Hạnh phúc"

FONTS: Final = Path(__file__).parent / "fonts"
#: The files that documents and charts are made with.
FONT_FILES: Final = (
    "LiberationSerif-Regular.ttf",
    "LiberationSerif-Bold.ttf",
    "LiberationSerif-Italic.ttf",
    "LiberationSerif-BoldItalic.ttf",
    "NotoSerifDevanagari-Regular.ttf",
    "NotoSerifDevanagari-Bold.ttf",
    "NotoSans-Regular.ttf",
    "NotoSans-Bold.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansDevanagari-Bold.ttf",
)

Style = Literal["body", "basis", "heading", "middle", "plain", "small", "notice", "theme"]
Align = Literal["L", "C", "R"]


@dataclass(frozen=True, slots=True)
class Top:
    """The head: upper and lower body, the number's line, place and date."""

    parent: str
    issuer: str
    number: str
    dated: str


@dataclass(frozen=True, slots=True)
class Title:
    """The paper's kind and what it is about; a short line is drawn below."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph.

    ``body`` justified with its first line moved in, ``basis`` the same in italics, ``heading``
    bold, ``middle`` bold and centred, ``plain`` without moving in, ``small`` small, ``notice``
    bold in a frame.
    """

    text: str
    style: Style = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a head that is repeated on every page; ``widths`` in parts of the whole."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    align: tuple[Align, ...]


@dataclass(frozen=True, slots=True)
class End:
    """The recipients on the left, whoever answers for the paper on the right."""

    recipients: tuple[str, ...]
    heading: str
    signer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code of ``data`` with lines beside it, the first one bold; ``mono`` are set apart."""

    data: str
    lines: tuple[str, ...]
    mono: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins a page."""


Block = Top | Title | Text | Table | End | Code | NewPage


@dataclass(frozen=True, slots=True)
class Document:
    """A paper: its blocks, and what its file says about itself."""

    title: str
    author: str
    language: str
    made_at: dt.datetime
    blocks: list[Block] = field(default_factory=list)


def words(text: Markup | str) -> str:
    """A sentence as plain text: documents take no markup."""
    return str(text.unescape()) if isinstance(text, Markup) else text


def dated(t: Texts, head: Head) -> str:
    """Place and date, as ``Hà Nội, ngày 05 tháng 01 năm 2025``."""
    if t.language == "vi":
        # Days up to 9 and the months 1 and 2 are written with a zero: nobody adds a digit.
        month = f"{head.date.month:02d}" if head.date.month < 3 else str(head.date.month)
        day = f"ngày {head.date.day:02d} tháng {month} năm {head.date.year}"
    else:
        day = t.date(head.date, "long")
    return f"{head.place}, {day}" if head.place else day[:1].upper() + day[1:]


def top(t: Texts, head: Head) -> Top:
    """The head's block. The number itself is left to the office that registers the paper."""
    number = words(t._("No.: ……/{symbol}", symbol=head.number)) if head.number else ""
    return Top(head.parent.upper(), head.issuer.upper(), number, dated(t, head))


def groups(sha256: str) -> tuple[str, str]:
    """A hash in two lines of four groups of eight digits, for eyes to compare."""
    parts = [sha256[at : at + 8] for at in range(0, 64, 8)]
    return " ".join(parts[:4]), " ".join(parts[4:])
