"""The report's XLSX form, as somebody at a desk fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from bot.demo.play.phone import Phone
from bot.demo.play.wire import Json, Unexpected

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Columns of the form from 1: the indicator's code (hidden), and the value of this month.
_CODE, _VALUE = 1, 6


def ask_for_form(phone: Phone) -> tuple[str, bytes]:
    """Tap for the form; gives its name and content."""
    phone.taps_for_file("workbook:form")
    file = phone.gets_file(".xlsx")
    return file["name"], phone.watch.wire.file(file["file_id"])


def filled(content: bytes, values: Mapping[str, Any]) -> bytes:
    """The form with these values; Unexpected where it has no cell for one."""
    book = load_workbook(BytesIO(content))
    page = book.worksheets[0]
    rows = {row[_CODE - 1].value: number for number, row in enumerate(page.iter_rows(), start=1)}
    for code, value in values.items():
        if code not in rows:
            raise Unexpected(f"the form has no row for {code}")
        page.cell(rows[code], _VALUE).value = value
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def send_form(phone: Phone, name: str, content: bytes) -> Json:
    """Send it back; gives the message that says what came of it."""
    phone.sends_file(content, name, MIME)
    return phone.gets(button=("report:month",))
