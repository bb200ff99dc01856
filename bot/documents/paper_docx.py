"""Official papers as DOCX, to be edited: :mod:`bot.documents.layout` written by python-docx.

The typeface is Times New Roman, which offices have; elsewhere its metric twin takes its place.
"""

from __future__ import annotations

import io
import unicodedata
from typing import Any, Final

import docx
import segno
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from bot.documents.layout import (
    BELOW,
    BODY,
    BOTTOM,
    COUNTRY,
    HEAD,
    HEAD_LEFT,
    INDENT,
    LEADING,
    LEFT,
    MOTTO,
    MOTTO_WORDS,
    PAGE,
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

_FONT: Final = "Times New Roman"
_ALIGN: Final = {
    "L": WD_ALIGN_PARAGRAPH.LEFT,
    "C": WD_ALIGN_PARAGRAPH.CENTER,
    "R": WD_ALIGN_PARAGRAPH.RIGHT,
    "J": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
_QR: Final = 30.0
#: Bold, italics, size, alignment, first line moved in.
_STYLES: Final = {
    "body": (False, False, BODY, "J", True),
    "theme": (False, False, BODY, "J", True),
    "basis": (False, True, BODY, "J", True),
    "heading": (True, False, BODY, "J", True),
    "middle": (True, False, BODY, "C", False),
    "plain": (False, False, BODY, "L", False),
    "small": (False, True, SMALL, "L", False),
    "notice": (True, False, TABLE, "C", False),
}


def make(document: Document) -> bytes:
    """The paper as a DOCX."""
    return _Paper(document).content()


def _element(name: str, **attributes: object) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), str(value))
    return element


def _border(paragraph: Any, **sides: dict[str, object]) -> None:
    """Lines around a paragraph, put where the file format wants them among its properties."""
    borders = _element("w:pBdr")
    for side, attributes in sides.items():
        borders.append(_element(f"w:{side}", val="single", sz=6, color="auto", **attributes))
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"
    )


class _Paper:
    """Writes a document, block by block."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._docx: Any = docx.Document()
        self._page()
        self._normal()
        core = self._docx.core_properties
        core.title, core.author = self._nfc(document.title)[:255], self._nfc(document.author)[:255]
        core.language, core.comments = document.language, ""
        core.created = core.modified = document.made_at.replace(tzinfo=None)

    def content(self) -> bytes:
        """The file."""
        for block in self._document.blocks:
            self._write(block)
        buffer = io.BytesIO()
        self._docx.save(buffer)
        return buffer.getvalue()

    @staticmethod
    def _nfc(text: str) -> str:
        return unicodedata.normalize("NFC", text)

    def _page(self) -> None:
        section = self._docx.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
        section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
        section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
        section.header_distance = Mm(10)
        # The page's number on top in the middle, from the second page on.
        section.different_first_page_header_footer = True
        paragraph = section.header.paragraphs[0]
        paragraph.alignment = _ALIGN["C"]
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run = paragraph.add_run()
            run.font.size = Pt(MOTTO)
            if kind:
                run._r.append(_element("w:fldChar", fldCharType=kind))
            else:
                words = _element("w:instrText")
                words.text = text
                run._r.append(words)

    def _normal(self) -> None:
        style = self._docx.styles["Normal"]
        style.font.name, style.font.size = _FONT, Pt(BODY)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{kind}"), _FONT)
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = LEADING

    def _write(self, block: Block) -> None:
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
                self._docx.add_page_break()

    # --- Pieces

    def _fill(
        self,
        paragraph: Any,
        text: str,
        *,
        size: float = BODY,
        bold: bool = False,
        italic: bool = False,
        align: str = "L",
        underline: bool = False,
    ) -> Any:
        run = paragraph.add_run(self._nfc(text))
        run.font.size, run.bold, run.italic = Pt(size), bold, italic
        run.underline = underline or None
        paragraph.alignment = _ALIGN[align]
        paragraph.paragraph_format.line_spacing = 1.0
        return paragraph

    def _grid(self, rows: int, widths: tuple[float, ...], *, lines: bool) -> Any:
        table = self._docx.add_table(rows=rows, cols=len(widths))
        if lines:
            table.style = "Table Grid"
        else:
            # Without the usual room at both sides the country's name fits on its line.
            margins = _element("w:tblCellMar")
            for side in ("left", "right"):
                margins.append(_element(f"w:{side}", w=0, type="dxa"))
            table._tbl.tblPr.append(margins)
        table.alignment = WD_TABLE_ALIGNMENT.LEFT
        table.autofit = False
        for at, width in enumerate(widths):
            table.columns[at].width = Mm(width)
            for row in table.rows:
                row.cells[at].width = Mm(width)
        return table

    def _rule(self, cell: Any, indent: float) -> None:
        """A short line in the middle of a column: a paragraph's border between its indents."""
        paragraph = cell.add_paragraph()
        form = paragraph.paragraph_format
        form.left_indent = form.right_indent = Mm(indent)
        form.line_spacing, form.space_before, form.space_after = Pt(4), Pt(5), Pt(2)
        _border(paragraph, top={"space": 1})

    def _stack(self, cell: Any, lines: list[tuple[str, bool, bool, float]]) -> None:
        """Centred lines (text, bold, italic, size) in a cell; empty ones are left out."""
        paragraph = cell.paragraphs[0]
        for text, bold, italic, size in lines:
            if text:
                if paragraph is None:
                    paragraph = cell.add_paragraph()
                self._fill(paragraph, text, size=size, bold=bold, italic=italic, align="C")
                paragraph = None

    # --- Blocks

    def _top(self, block: Top) -> None:
        table = self._grid(2, (HEAD_LEFT, WIDTH - HEAD_LEFT), lines=False)
        left, right = table.rows[0].cells
        self._stack(left, [(block.parent, False, False, HEAD), (block.issuer, True, False, HEAD)])
        self._rule(left, HEAD_LEFT * 0.3)
        self._stack(right, [(COUNTRY, True, False, HEAD)])
        self._fill(
            right.add_paragraph(), MOTTO_WORDS, size=MOTTO, bold=True, align="C", underline=True
        )
        left, right = table.rows[1].cells
        self._stack(left, [(block.number, False, False, MOTTO)])
        self._stack(right, [(block.dated, False, True, MOTTO)])
        self._docx.add_paragraph().paragraph_format.line_spacing = Pt(10)

    def _title(self, block: Title) -> None:
        for line in block.lines:
            self._fill(self._docx.add_paragraph(), line, bold=True, align="C")
        self._rule(self._docx, (WIDTH - 40) / 2)

    def _text(self, block: Text) -> None:
        bold, italic, size, align, moved = _STYLES[block.style]
        paragraph = self._fill(
            self._docx.add_paragraph(), block.text, size=size, bold=bold, italic=italic, align=align
        )
        form = paragraph.paragraph_format
        form.line_spacing, form.space_after = LEADING, Mm(BELOW)
        if moved:
            form.first_line_indent = Mm(INDENT)
        if block.style in {"heading", "middle"}:
            form.keep_with_next = True
        if block.style == "notice":
            room: dict[str, object] = {"space": 4}
            _border(paragraph, top=room, left=room, bottom=room, right=room)

    def _table(self, block: Table) -> None:
        whole = sum(block.widths)
        widths = tuple(one / whole * WIDTH for one in block.widths)
        table = self._grid(1 + len(block.rows), widths, lines=True)
        table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader", val="true"))
        # All cells at once: asking a row for its cells is slow in long tables.
        for row, texts in zip(table.rows, (block.head, *block.rows), strict=True):
            first = row._index == 0
            row._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))
            for cell, text, align in zip(row.cells, texts, block.align, strict=True):
                self._fill(
                    cell.paragraphs[0], text, size=TABLE, bold=first, align="C" if first else align
                )
        self._docx.add_paragraph().paragraph_format.line_spacing = Pt(8)

    def _end(self, block: End) -> None:
        table = self._grid(1, (HEAD_LEFT, WIDTH - HEAD_LEFT), lines=False)
        left, right = table.rows[0].cells
        self._fill(left.paragraphs[0], block.heading, size=HEAD, bold=True, italic=True)
        for line in block.recipients:
            self._fill(left.add_paragraph(), line, size=SMALL)
        self._stack(right, [(line, True, False, MOTTO) for line in block.signer])
        if block.signer:
            # Room for a signature and a stamp by hand.
            for _ in range(4):
                right.add_paragraph()

    def _code(self, block: Code) -> None:
        table = self._grid(1, (_QR + 4, WIDTH - _QR - 4), lines=False)
        left, right = table.rows[0].cells
        table.rows[0]._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))
        picture = io.BytesIO()
        segno.make(block.data, error="m", micro=False).save(picture, kind="png", scale=6, border=2)
        picture.seek(0)
        left.paragraphs[0].add_run().add_picture(picture, width=Mm(_QR))
        paragraph = right.paragraphs[0]
        for at, line in enumerate(block.lines):
            paragraph = paragraph if at == 0 else right.add_paragraph()
            self._fill(paragraph, line, size=SMALL - 1, bold=at == 0 or line in block.mono)
