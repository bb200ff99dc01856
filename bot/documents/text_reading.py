"""Texts that people send as files, DOCX or plain: read with care, sizes checked before content.

The kind is told by the content, never by the name. What Word numbers by itself gets its numbers,
so that “Điều 3.” stays “Điều 3.”; of a table every row becomes a paragraph.
"""

from __future__ import annotations

import io
import threading
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from bot.documents.docx_numbers import Numbers
from bot.documents.tables import decode
from bot.domain.texts import tidy
from bot.errors import Invalid
from bot.services.text_files import MAX_BYTES

if TYPE_CHECKING:
    from docx.document import Document

_MAX_MEMBERS: Final = 1000
_MAX_UNPACKED: Final = 48 * 1024 * 1024
#: Of one XML part: what it grows to in memory is a multiple of it.
_MAX_XML: Final = 12 * 1024 * 1024
_COMPRESSIONS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
#: Deleted and moved text, field codes, notes that stand elsewhere.
_SKIPPED: Final = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}pPr", _FALLBACK}
_ONE_AT_A_TIME: Final = threading.Lock()


def read(data: bytes) -> list[str]:
    """The paragraphs of a DOCX or TXT file (UTF-8, UTF-16, or old Vietnamese Windows).

    Raises Invalid: ``text_file_large`` (``limit`` in bytes), ``text_file_old`` (.doc or a file
    with a password), ``text_file_unreadable``, ``text_file_empty``, ``text_too_long``,
    ``too_many_paragraphs``.
    """
    if len(data) > MAX_BYTES:
        raise Invalid("text_file_large", limit=MAX_BYTES)
    if data.startswith(_OLE):
        raise Invalid("text_file_old")
    if data.startswith(_ZIP):
        with _ONE_AT_A_TIME:
            text = _read_docx(data)
    else:
        text = _read_plain(data)
    found = tidy(text)
    if not found:
        raise Invalid("text_file_empty")
    return found


def _read_plain(data: bytes) -> str:
    if data.startswith((b"%PDF", b"{\\rtf")):
        raise Invalid("text_file_unreadable")
    try:
        text = decode(data)
    except UnicodeError:
        raise Invalid("text_file_unreadable") from None
    if any(unicodedata.category(one) == "Cc" and one not in "\t\r\n\f\v" for one in text):
        raise Invalid("text_file_unreadable")
    return text.replace("\f", "\n").replace("\v", "\n")


def _check_package(data: bytes) -> None:
    """Refuse what would grow too large before anything is unpacked.

    zipfile never reads more of a member than its declared size, so that the sum can be trusted.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = package.infolist()
        xml = [one for one in members if one.filename.endswith((".xml", ".rels"))]
        if (
            len(members) > _MAX_MEMBERS
            or sum(one.file_size for one in members) > _MAX_UNPACKED
            or any(one.file_size > _MAX_XML for one in xml)
        ):
            raise Invalid("text_file_large", limit=MAX_BYTES)
        if any(one.flag_bits & 0x1 for one in members):
            raise Invalid("text_file_old")
        if any(one.compress_type not in _COMPRESSIONS for one in members):
            raise Invalid("text_file_unreadable")
        for one in xml:
            # Word never writes a document type; entities in one could grow without end.
            content = package.read(one).replace(b"\x00", b"")  # UTF-16 looks the same then
            if b"<!DOCTYPE" in content:
                raise Invalid("text_file_unreadable")


def _read_docx(data: bytes) -> str:
    # Here, not above: the bot's start doesn't wait for it.
    import docx
    from docx.opc.exceptions import OpcError

    try:
        _check_package(data)
        document = docx.Document(io.BytesIO(data))
        return "\n".join(_lines(document))
    except (
        OpcError,
        SyntaxError,  # lxml's
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        AttributeError,
        EOFError,
        LookupError,
        OSError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:  # python-docx lets whatever a damaged part causes through
        raise Invalid("text_file_unreadable") from error


def _lines(document: Document) -> Iterator[str]:
    numbers = Numbers(document)
    yield from _blocks(document.element.body, numbers)


def _blocks(parent: Any, numbers: Numbers) -> Iterator[str]:
    """Paragraphs and tables in order, also within content controls and tracked insertions."""
    for one in parent:
        if one.tag == f"{_W}p":
            text = _text(one)
            yield numbers.before(one) + text if text.strip() else ""
        elif one.tag == f"{_W}tbl":
            for row in one.iter(f"{_W}tr"):
                cells = [
                    " ".join(line for line in _blocks(cell, numbers) if line)
                    for cell in row.iterchildren(f"{_W}tc")
                ]
                yield " | ".join(cell for cell in cells if cell)
        elif one.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"}:
            yield from _blocks(one, numbers)


def _text(paragraph: Any) -> str:
    """A paragraph's text with tracked insertions and without deletions."""
    parts: list[str] = []

    def walk(element: Any) -> None:
        for one in element:
            tag = one.tag
            if tag in _SKIPPED:
                continue
            if tag == f"{_W}t":
                parts.append(one.text or "")
            elif tag == f"{_W}tab":
                parts.append("\t")
            elif tag in {f"{_W}br", f"{_W}cr"}:
                parts.append("\n")
            elif tag == f"{_W}noBreakHyphen":
                parts.append("-")
            elif tag == f"{_W}p":  # a text box
                parts.append("\n" + _text(one))
            else:
                walk(one)

    walk(paragraph)
    return "".join(parts)
