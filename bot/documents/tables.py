"""Tables that people send, CSV or XLSX, read with care: sizes are checked before content.

Cells keep what they are (a figure in XLSX is a Decimal, never a text that a language could read
otherwise); :func:`read_texts` gives plain texts where that is wanted.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import threading
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bot.domain.numbers import canonical
from bot.errors import Invalid

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_ROWS: Final = 501  # 500 and the header
MAX_COLUMNS: Final = 100
MAX_PAGES: Final = 8
_MAX_UNPACKED: Final = 24 * 1024 * 1024
_MAX_MEMBERS: Final = 300
# Formatted but empty rows are common at the end of a sheet; nobody means more than these.
_MAX_BLANK: Final = 20_000
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_COMPRESSIONS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DELIMITERS: Final = ",;\t"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ONE_AT_A_TIME: Final = threading.Lock()

_Any = TypeVar("_Any")
_Result = TypeVar("_Result")

Cell = str | Decimal | dt.date | dt.datetime | bool | None


class Formula(Enum):
    """The kind of :data:`FORMULA`."""

    CELL = "formula"


#: Stands for a cell that holds a formula, in :func:`read_book`.
FORMULA: Final = Formula.CELL


@dataclass(frozen=True)
class Page:
    """A sheet of a workbook: row ``n`` is ``rows[n - 1]``."""

    title: str
    rows: list[list[Cell | Formula]]

    def cell(self, row: int, column: int) -> Cell | Formula:
        """The cell in this row and column, counted from 1; None outside."""
        if row > len(self.rows) or column > len(self.rows[row - 1]):
            return None
        return self.rows[row - 1][column - 1]


class TableError(Invalid):
    """A file that can't be read as a table.

    ``code``: ``table_too_large`` (``limit`` in bytes), ``table_too_many_rows`` and
    ``table_too_many_columns`` (``limit``), ``table_old_format`` (.xls or a file with a password),
    ``table_unreadable``, ``table_no_sheet`` (``sheet``).
    """


def read_texts(data: bytes) -> list[list[str]]:
    """The rows of a CSV file or of an XLSX file's first sheet, as texts; rows keep their place."""
    return [[as_text(cell) for cell in row] for row in read_cells(data)]


def read_cells(data: bytes, *, sheet: str | None = None) -> list[list[Cell]]:
    """The rows of a CSV file or of a sheet (the first one by default), as they are.

    Row ``n`` of the file is ``result[n - 1]``; blank rows and cells at the end are left out.
    The kind is told by the content, never by the name. Raises :class:`TableError`.
    """
    if len(data) > MAX_BYTES:
        raise TableError("table_too_large", limit=MAX_BYTES)
    if data.startswith(_OLE):
        raise TableError("table_old_format")
    if data.startswith(_ZIP):
        return _read_xlsx(data, lambda book: _one_sheet(book, sheet), values=True)
    return [list(row) for row in _limited(_read_csv(data))]


def read_book(data: bytes) -> list[Page]:
    """Every sheet of an XLSX file, at most :data:`MAX_PAGES`, formulas as :data:`FORMULA`.

    What a formula gave when the file was saved is not taken: nobody saw it. Raises
    :class:`TableError`.
    """
    if len(data) > MAX_BYTES:
        raise TableError("table_too_large", limit=MAX_BYTES)
    if data.startswith(_OLE):
        raise TableError("table_old_format")
    if not data.startswith(_ZIP):
        raise TableError("table_unreadable")
    return _read_xlsx(
        data, lambda book: [_page(one) for one in book.worksheets[:MAX_PAGES]], values=False
    )


def _page(page: Any) -> Page:
    page.reset_dimensions()  # what the file says of its size may be wrong
    rows = page.iter_rows(max_col=MAX_COLUMNS + 1)
    cells = ([FORMULA if c.data_type == "f" else _cell(c.value) for c in row] for row in rows)
    return Page(unicodedata.normalize("NFC", page.title), _limited(cells))


def as_text(cell: Cell) -> str:
    """A cell as a person would type it: whole figures without a point, dates in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def _limited(rows: Iterable[Sequence[_Any]]) -> list[list[_Any]]:
    """The rows up to the last one with content; refuses more than the limits."""
    kept: list[list[_Any]] = []
    last = 0
    for number, row in enumerate(rows, start=1):
        cells = list(row)
        while cells and cells[-1] in {None, ""}:
            cells.pop()
        if number > _MAX_BLANK or (cells and number > MAX_ROWS):
            raise TableError("table_too_many_rows", limit=MAX_ROWS - 1)
        if len(cells) > MAX_COLUMNS:
            raise TableError("table_too_many_columns", limit=MAX_COLUMNS)
        if cells:
            last = number
        if number <= MAX_ROWS:
            kept.append(cells)
    return kept[:last]


def decode(data: bytes) -> str:
    """A plain text in UTF-8, UTF-16 or the old Vietnamese of Windows. Raises UnicodeError."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding)
    if b"\x00" in data:
        # ASCII in UTF-16: the empty byte comes second when the little end is first.
        little = data[1::2].count(0) > data[::2].count(0)
        return data.decode("utf-16-le" if little else "utf-16-be")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Old Vietnamese Windows; it writes tone marks apart, so that NFC is needed.
        return data.decode("cp1258")


def _read_csv(data: bytes) -> Iterable[Sequence[str]]:
    try:
        text = unicodedata.normalize("NFC", decode(data))
    except UnicodeError as error:
        raise TableError("table_unreadable") from error
    if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for char in text):
        raise TableError("table_unreadable")
    first, _, rest = text.lstrip("\r\n").partition("\n")
    declared = first.strip().lower()
    if declared.startswith("sep=") and len(declared) == 5:  # Excel's own hint
        delimiter, text = declared[4], rest
    else:
        delimiter = max(_DELIMITERS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise TableError("table_unreadable") from error


def _check_package(data: bytes) -> None:
    """Refuse what would grow too large before anything is unpacked.

    zipfile never reads more of a member than its declared size, so that the sum can be trusted.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = package.infolist()
        if len(members) > _MAX_MEMBERS or sum(one.file_size for one in members) > _MAX_UNPACKED:
            raise TableError("table_too_large", limit=MAX_BYTES)
        if any(one.flag_bits & 0x1 for one in members):
            raise TableError("table_old_format")
        if any(one.compress_type not in _COMPRESSIONS for one in members):
            raise TableError("table_unreadable")
        for one in members:
            # Office never writes a document type; entities in one could grow without end.
            content = package.read(one).replace(b"\x00", b"")  # UTF-16 looks the same then
            if b"<!DOCTYPE" in content:
                raise TableError("table_unreadable")


def _read_xlsx(data: bytes, read: Callable[[Workbook], _Result], *, values: bool) -> _Result:
    # openpyxl warns of what it doesn't know in a file; the filters are the whole process's.
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _read_package(data, read, values=values)


def _one_sheet(book: Workbook, sheet: str | None) -> list[list[Cell]]:
    if not book.worksheets or (sheet is not None and sheet not in book.sheetnames):
        raise TableError("table_no_sheet", sheet=sheet or "")
    page = book.worksheets[0] if sheet is None else book[sheet]
    page.reset_dimensions()  # what the file says of its size may be wrong
    rows = page.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True)
    return _limited([_cell(value) for value in row] for row in rows)


def _read_package(data: bytes, read: Callable[[Workbook], _Result], *, values: bool) -> _Result:
    # Here, not above: the bot's start doesn't wait for it.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _check_package(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
        try:
            return read(book)
        finally:
            book.close()
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        SyntaxError,  # what is no XML, by whichever parser is installed
        NotImplementedError,
        ArithmeticError,
        AttributeError,
        EOFError,
        LookupError,
        OSError,
        TypeError,
        ValueError,
    ) as error:  # openpyxl lets whatever a damaged part causes through
        raise TableError("table_unreadable") from error


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, bool | dt.datetime | dt.date):
        return value
    if isinstance(value, int | float):
        # Fifteen digits are what a spreadsheet shows of a figure; behind them is only noise.
        number = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
        return canonical(number) if number.is_finite() else str(value)
    return unicodedata.normalize("NFC", str(value))
