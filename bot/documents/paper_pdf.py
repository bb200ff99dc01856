"""Official papers as PDF, with their fonts in them: :mod:`bot.documents.layout` drawn by fpdf2.

Texts are shaped by HarfBuzz, without which Vietnamese marks and Devanagari break.
"""

from __future__ import annotations

import io
import unicodedata
from functools import cached_property
from typing import Any, Final

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from bot.documents.layout import (
    BELOW,
    BODY,
    BOTTOM,
    COUNTRY,
    FONTS,
    HEAD,
    HEAD_LEFT,
    INDENT,
    LEADING,
    LEFT,
    MOTTO,
    MOTTO_WORDS,
    RIGHT,
    SMALL,
    TABLE,
    TOP,
    WIDTH,
    Block,
    Code,
    Document,
    End,
    NewPage,
    Table,
    Text,
    Title,
    Top,
)

_SERIF: Final = "serif"
_DEVANAGARI: Final = "deva"
#: Millimetres of a point.
_POINT: Final = 25.4 / 72
_LINE: Final = 0.3
#: A heading needs so much room below it on its page, or begins the next one.
_KEEP: Final = 22.0
_QR: Final = 30.0
_STYLES: Final = {
    "body": ("", BODY, "J", True),
    "theme": ("", BODY, "J", True),
    "basis": ("I", BODY, "J", True),
    "heading": ("B", BODY, "J", True),
    "middle": ("B", BODY, "C", False),
    "plain": ("", BODY, "L", False),
    "small": ("I", SMALL, "L", False),
    "notice": ("B", TABLE, "C", False),
}


def make(document: Document) -> bytes:
    """The paper as a PDF."""
    return _Paper(document).content


def _height(size: float) -> float:
    """A line's height in millimetres."""
    return size * _POINT * LEADING


class _Sheet(FPDF):
    """A4 with the page's number on top in the middle, from the second page on."""

    def header(self) -> None:
        """The page's number, as the decree has it."""
        if self.page_no() > 1:
            self.set_font(_SERIF, "", MOTTO)
            self.set_y(10)
            self.cell(0, 6, str(self.page_no()), align="C", new_x=XPos.LMARGIN, new_y=YPos.TOP)
            self.set_y(TOP)


class _Paper:
    """Draws a document, block by block."""

    def __init__(self, document: Document) -> None:
        self._document = document
        pdf = self._pdf = _Sheet(format="A4", unit="mm")
        for style, name in (("", "Regular"), ("B", "Bold"), ("I", "Italic"), ("BI", "BoldItalic")):
            pdf.add_font(_SERIF, style, FONTS / f"LiberationSerif-{name}.ttf")
            upright = "Bold" if "B" in style else "Regular"
            pdf.add_font(_DEVANAGARI, style, FONTS / f"NotoSerifDevanagari-{upright}.ttf")
        pdf.set_fallback_fonts([_DEVANAGARI], exact_match=True)
        pdf.set_text_shaping(True)
        pdf.set_margins(LEFT, TOP, RIGHT)
        pdf.set_auto_page_break(True, BOTTOM)
        pdf.set_line_width(_LINE)
        pdf.set_title(self._nfc(document.title))
        pdf.set_author(self._nfc(document.author))
        pdf.set_creator("Blocbot")
        pdf.set_lang(document.language)
        # Not the present moment: the same order gives the same file.
        pdf.set_creation_date(document.made_at)
        pdf.add_page()

    @cached_property
    def content(self) -> bytes:
        """The file."""
        for block in self._document.blocks:
            self._draw(block)
        return bytes(self._pdf.output())

    @staticmethod
    def _nfc(text: str) -> str:
        return unicodedata.normalize("NFC", text)

    def _draw(self, block: Block) -> None:
        match block:
            case Top():
                self._top(block)
            case Title():
                self._title(block)
            case Text():
                self._text(block)
            case Table():
                self._table(block)
            case End():
                self._end(block)
            case Code():
                self._code(block)
            case NewPage():
                self._pdf.add_page()

    def _font(self, style: Any, size: float) -> None:
        # After letters of the other font the page has that one set, which the library takes for
        # unchanged: a detour makes it say the font again.
        self._pdf.set_font(_DEVANAGARI, style, size)
        self._pdf.set_font(_SERIF, style, size)

    def _lines(
        self, x: float, y: float, width: float, lines: list[tuple[str, str, float]]
    ) -> float:
        """Centred lines (text, style, size) in a column; gives where they end."""
        pdf = self._pdf
        pdf.set_y(y)
        for text, style, size in lines:
            if not text:
                continue
            self._font(style, size)
            pdf.set_x(x)
            pdf.multi_cell(
                width, _height(size), self._nfc(text), align="C",
                new_x=XPos.LEFT, new_y=YPos.NEXT, padding=0,
            )  # fmt: skip
        return float(pdf.get_y())

    def _rule(self, middle: float, y: float, width: float) -> None:
        self._pdf.line(middle - width / 2, y, middle + width / 2, y)

    def _top(self, block: Top) -> None:
        pdf = self._pdf
        y, right = pdf.get_y(), LEFT + HEAD_LEFT
        right_width = WIDTH - HEAD_LEFT
        left_end = self._lines(
            LEFT, y, HEAD_LEFT, [(block.parent, "", HEAD), (block.issuer, "B", HEAD)]
        )
        self._rule(LEFT + HEAD_LEFT / 2, left_end + 0.8, HEAD_LEFT * 0.4)
        right_end = self._lines(
            right, y, right_width, [(COUNTRY, "B", HEAD), (MOTTO_WORDS, "B", MOTTO)]
        )
        self._font("B", MOTTO)
        self._rule(right + right_width / 2, right_end + 0.6, pdf.get_string_width(MOTTO_WORDS))
        below = max(left_end, right_end) + 3
        left_end = self._lines(LEFT, below, HEAD_LEFT, [(block.number, "", MOTTO)])
        right_end = self._lines(right, below, right_width, [(block.dated, "I", MOTTO)])
        pdf.set_xy(LEFT, max(left_end, right_end) + 7)

    def _title(self, block: Title) -> None:
        end = self._lines(
            LEFT, self._pdf.get_y(), WIDTH, [(line, "B", BODY) for line in block.lines]
        )
        self._rule(LEFT + WIDTH / 2, end + 1, 40)
        self._pdf.set_xy(LEFT, end + 6)

    def _text(self, block: Text) -> None:
        pdf = self._pdf
        style, size, align, moved = _STYLES[block.style]
        self._font(style, size)
        if block.style in {"heading", "middle"} and pdf.will_page_break(_KEEP):
            pdf.add_page()
            self._font(style, size)
        text = self._nfc(block.text)
        if block.style == "notice":
            pdf.multi_cell(
                WIDTH, _height(size), text, border=1, align="C", padding=2,
                new_x=XPos.LMARGIN, new_y=YPos.NEXT,
            )  # fmt: skip
            pdf.ln(BELOW * 2)
            return
        with pdf.text_columns(text_align=align, line_height=LEADING) as columns:  # noqa: SIM117
            with columns.paragraph(
                bottom_margin=BELOW, first_line_indent=INDENT if moved else 0
            ) as paragraph:
                paragraph.write(text)

    def _table(self, block: Table) -> None:
        pdf = self._pdf
        self._font("", TABLE)
        if pdf.will_page_break(_KEEP):
            pdf.add_page()
            self._font("", TABLE)
        whole = sum(block.widths)
        with pdf.table(
            col_widths=tuple(one / whole * WIDTH for one in block.widths),
            text_align=block.align,
            line_height=_height(TABLE),
            padding=(0.8, 1.2),
            headings_style=FontFace(emphasis="B", fill_color=(240, 240, 240)),
            width=WIDTH,
            align="L",
            v_align="M",
        ) as table:
            for cells, align in ((block.head, "C"), *((row, None) for row in block.rows)):
                row = table.row()
                for cell in cells:
                    row.cell(self._nfc(cell), align=align)
        pdf.ln(BELOW * 1.5)

    def _end(self, block: End) -> None:
        pdf = self._pdf
        if pdf.will_page_break(45):
            pdf.add_page()
        else:
            pdf.ln(4)
        y = pdf.get_y()
        self._font("BI", HEAD)
        pdf.cell(HEAD_LEFT, _height(HEAD), self._nfc(block.heading),
                 new_x=XPos.LMARGIN, new_y=YPos.NEXT)  # fmt: skip
        self._font("", SMALL)
        for line in block.recipients:
            pdf.multi_cell(HEAD_LEFT, _height(SMALL), self._nfc(line), align="L",
                           new_x=XPos.LMARGIN, new_y=YPos.NEXT)  # fmt: skip
        left = pdf.get_y()
        signer = [(line, "B", MOTTO) for line in block.signer]
        right = self._lines(LEFT + HEAD_LEFT, y, WIDTH - HEAD_LEFT, signer)
        # Room for a signature and a stamp by hand.
        pdf.set_xy(LEFT, max(left, right + (26 if signer else 0)) + 4)

    def _code(self, block: Code) -> None:
        pdf = self._pdf
        if pdf.will_page_break(_QR + 6):
            pdf.add_page()
        y = pdf.get_y()
        picture = io.BytesIO()
        segno.make(block.data, error="m", micro=False).save(picture, kind="png", scale=6, border=2)
        pdf.image(picture, x=LEFT, y=y, w=_QR, h=_QR, alt_text=block.data)
        x = LEFT + _QR + 3
        pdf.set_y(y + 1)
        for at, line in enumerate(block.lines):
            self._font("B" if at == 0 or line in block.mono else "", SMALL - 1)
            pdf.set_x(x)
            pdf.multi_cell(
                WIDTH - _QR - 3, _height(SMALL - 1), self._nfc(line), align="L",
                new_x=XPos.LEFT, new_y=YPos.NEXT,
            )  # fmt: skip
        pdf.set_xy(LEFT, max(pdf.get_y(), y + _QR) + 4)
