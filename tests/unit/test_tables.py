"""Tables that people send."""

import datetime as dt
import io
import unicodedata
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.documents.tables import (
    FORMULA,
    MAX_BYTES,
    MAX_PAGES,
    TableError,
    read_book,
    read_cells,
    read_texts,
)

TEXT = "đơn vị;biên chế\nHội Nông dân;18\n"
ROWS = [["đơn vị", "biên chế"], ["Hội Nông dân", "18"]]


def xlsx(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(data: bytes, name: str, content: bytes) -> bytes:
    """The same package with one member replaced or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
        new.writestr(name, content)
    return buffer.getvalue()


def code(data: bytes) -> str:
    with pytest.raises(TableError) as caught:
        read_cells(data)
    return caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_in_unicode(encoding: str) -> None:
    assert read_texts(TEXT.encode(encoding)) == ROWS


def test_csv_of_old_vietnamese_windows() -> None:
    # Windows-1258 has letters with a hat or horn, and the tone marks as characters of their own.
    tones = "\u0300\u0301\u0303\u0309\u0323"
    apart = "".join(
        unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones))
        + "".join(c for c in parts if c in tones)
        for parts in (unicodedata.normalize("NFD", char) for char in TEXT)
    )
    assert read_texts(apart.encode("cp1258")) == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_delimiters(delimiter: str, newline: str) -> None:
    assert read_texts(TEXT.replace(";", delimiter).replace("\n", newline).encode()) == ROWS


def test_csv_quotes_hint_and_blank_rows() -> None:
    assert read_texts(b'sep=;\n"a;b";"c ""d"""\n;\n\nx\n\n;;\n') == [
        ["a;b", 'c "d"'], [], [], ["x"],
    ]  # fmt: skip
    assert read_texts(b"") == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"a" * (MAX_BYTES + 1), "table_too_large"),
        (b"a,b\n" * 502, "table_too_many_rows"),
        (b"a," * 100 + b"a", "table_too_many_columns"),
        (b'"a', "table_unreadable"),
        (b"\x89PNG\r\n\x1a\n\x02", "table_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "table_old_format"),
        (b"PK\x03\x04 nothing", "table_unreadable"),
        (b"\x00\x01\x02", "table_unreadable"),
    ],
)
def test_what_is_refused(data: bytes, problem: str) -> None:
    assert code(data) == problem


def test_xlsx_keeps_figures_dates_and_places() -> None:
    data = xlsx(["đơn vị", 18, 1.234, 0.1 + 0.2], [], [None, dt.datetime(2025, 3, 4), True, "="])
    assert read_cells(data) == [
        ["đơn vị", Decimal(18), Decimal("1.234"), Decimal("0.3")],
        [],
        [None, dt.datetime(2025, 3, 4), True, "="],
    ]
    assert read_texts(data)[0] == ["đơn vị", "18", "1.234", "0.3"]
    assert read_texts(data)[2] == ["", "2025-03-04", "1", "="]


def test_xlsx_sheet_by_name() -> None:
    book = Workbook()
    book.create_sheet("Báo cáo").append(["x"])
    assert read_cells(saved(book), sheet="Báo cáo") == [["x"]]
    assert read_cells(saved(book)) == []
    with pytest.raises(TableError) as caught:
        read_cells(saved(book), sheet="Khác")
    assert caught.value.code == "table_no_sheet"


def test_what_openpyxl_only_warns_of_is_read() -> None:
    assert read_cells(repacked(xlsx(["a"]), "xl/styles.xml", STYLES_WITHOUT_A_DEFAULT)) == [["a"]]


def test_xlsx_limits() -> None:
    assert code(xlsx(*([["a"]] * 502))) == "table_too_many_rows"
    assert code(xlsx(["a"] * 101)) == "table_too_many_columns"
    far = Workbook()
    far.active.cell(row=1_000_000, column=1, value="x")
    assert code(saved(far)) == "table_too_many_rows"


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = repacked(xlsx(["a"]), "xl/worksheets/sheet1.xml", b" " * (64 * 1024 * 1024))
    assert len(bomb) < MAX_BYTES
    assert code(bomb) == "table_too_large"


def test_an_xml_bomb_is_not_parsed() -> None:
    entities = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    assert code(repacked(xlsx(["a"]), "xl/worksheets/sheet1.xml", entities)) == "table_unreadable"


@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml",
                                  "[Content_Types].xml"])  # fmt: skip
def test_damaged_parts_are_an_expected_error(name: str) -> None:
    assert code(repacked(xlsx(["a"]), name, b"<x>")) == "table_unreadable"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_an_expected_error(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\xff\xfe"):
        try:
            rows = read_texts(start + data)
        except TableError as error:
            assert error.code.startswith("table_")
        else:
            assert all(isinstance(cell, str) for row in rows for cell in row)


@given(st.integers(0, 3000), st.integers(0, 255))
def test_a_package_damaged_anywhere_is_an_expected_error(at: int, byte: int) -> None:
    data = bytearray(SMALL)
    data[at % len(data)] = byte
    try:
        read_texts(bytes(data))
    except TableError as error:
        assert error.code.startswith("table_")


SMALL = xlsx(["a", 1])
STYLES_WITHOUT_A_DEFAULT = (
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
)


# --- Whole workbooks ---------------------------------------------------------------------------


def test_formulas_are_named_whatever_they_gave() -> None:
    book = Workbook()
    book.active.title = "Một"
    book.active.append(["=1+1", "=a text", 3])
    book.active["B1"].data_type = "s"
    book.create_sheet("Hai")["C2"] = dt.datetime(2025, 3, 4)
    one, two = read_book(saved(book))
    assert (one.title, one.rows) == ("Một", [[FORMULA, "=a text", Decimal(3)]])
    assert two.cell(2, 3) == dt.datetime(2025, 3, 4)
    assert (two.cell(9, 9), two.cell(1, 1)) == (None, None)


def test_more_sheets_than_anybody_needs_are_left() -> None:
    book = Workbook()
    for number in range(20):
        book.create_sheet(f"s{number}")
    assert len(read_book(saved(book))) == MAX_PAGES


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a;b", "table_unreadable"),
        (b"PK\x03\x04", "table_unreadable"),
        (b"\xd0\xcf\x11\xe0", "table_old_format"),
        (b"PK\x03\x04" + b"x" * MAX_BYTES, "table_too_large"),
        (
            repacked(
                xlsx(["a"]), "xl/worksheets/sheet1.xml", b"<!DOCTYPE x [<!ENTITY a 'a'>]><x/>"
            ),
            "table_unreadable",
        ),
        (repacked(xlsx(["a"]), "big.xml", b"x" * 30_000_000), "table_too_large"),
    ],
)
def test_a_workbook_that_is_none_or_a_bomb(data: bytes, code: str) -> None:
    with pytest.raises(TableError) as error:
        read_book(data)
    assert error.value.code == code
