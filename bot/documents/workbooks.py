"""What the bot's own workbooks have in common: how they are made, and how they are known again.

A hidden sheet says what a workbook is and what it belongs to; a file without it is no form.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from bot.documents.tables import Page, TableError, read_book

_SHEET: Final = "blocbot"
#: Changes when a form's columns do: older files are refused with a sentence.
FORMAT: Final = "1"
_FONT: Final = {"font_name": "Times New Roman", "font_size": 12}
#: Excel's limits for what stands at a checked cell.
_PROMPT_LIMIT: Final = 255


class Draft:
    """A workbook being made. What people typed stays text, whatever it begins with."""

    def __init__(self, mark: Mapping[str, object]) -> None:
        self._buffer = io.BytesIO()
        self.book = Workbook(
            self._buffer,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self._mark = {**mark, "format": FORMAT}
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **properties: Any) -> Any:
        """A cell's format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({**_FONT, "valign": "vcenter", **properties})
        return self._formats[key]

    def done(self) -> bytes:
        """The file."""
        sheet = self.book.add_worksheet(_SHEET)
        for row, (key, value) in enumerate(self._mark.items()):
            sheet.write_string(row, 0, key)
            sheet.write_string(row, 1, str(value))
        sheet.very_hidden()
        self.book.close()
        return self._buffer.getvalue()


def check(sheet: Any, row: int, column: int, rule: Mapping[str, Any], message: str) -> None:
    """Let the spreadsheet refuse what doesn't fit a cell, with a sentence."""
    sheet.data_validation(
        row, column, row, column, {**rule, "error_message": message[:_PROMPT_LIMIT]}
    )


def known(content: bytes) -> tuple[dict[str, str], Sequence[Page]] | None:
    """What the hidden sheet says and the other sheets in order; None for a foreign file."""
    try:
        pages = read_book(content)
    except TableError:
        return None
    for page in pages:
        if page.title == _SHEET:
            mark = {str(row[0]): str(row[1]) for row in page.rows if len(row) == 2}
            return mark, [other for other in pages if other is not page]
    return None


def address(row: int, column: int) -> str:
    """A cell's name, row and column counted from 1: ``D7``."""
    return f"{xl_col_to_name(column - 1)}{row}"


def plain(text: str) -> str:
    """A sentence for a cell: without the escapes that messages need."""
    return str(text.unescape()) if isinstance(text, Markup) else text
