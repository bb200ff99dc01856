"""Texts read from files: DOCX with its numbers and tables, plain texts, hostile files."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from bot.documents import text_reading
from bot.errors import Invalid
from bot.services.text_files import MAX_BYTES

WORDS = "Điều 1. Quy định chung\n\nCác đơn vị báo cáo\t hằng tháng.\n"
LINES = ["Điều 1. Quy định chung", "Các đơn vị báo cáo hằng tháng."]


def code(data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        text_reading.read(data)
    return caught.value.code


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def packed(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_plain_texts(encoding: str) -> None:
    assert text_reading.read(WORDS.encode(encoding)) == LINES
    assert text_reading.read(WORDS.replace("\n", "\r\n").encode(encoding)) == LINES


def test_a_document_in_order_with_its_tables() -> None:
    document = docx.Document()
    document.add_heading("QUY CHẾ", 0)
    document.add_paragraph("Một\nhai")
    table = document.add_table(rows=2, cols=2)
    for at, text in enumerate(("Chỉ tiêu", "Số", "Mô hình", "1")):
        table.cell(at // 2, at % 2).text = text
    document.add_paragraph("Cuối")
    assert text_reading.read(saved(document)) == [
        "QUY CHẾ",
        "Một",
        "hai",
        "Chỉ tiêu | Số",
        "Mô hình | 1",
        "Cuối",
    ]


def test_tracked_changes_and_content_controls() -> None:
    document = docx.Document()
    body = document.element.body
    word = nsdecls("w")
    for at, inner in enumerate(
        (
            "<w:r><w:t>Họp </w:t></w:r><w:del><w:r><w:delText>quý</w:delText><w:t>quý</w:t></w:r>"
            "</w:del><w:ins><w:r><w:t>tháng</w:t></w:r></w:ins>",
            "<w:hyperlink><w:r><w:t>trang</w:t></w:r></w:hyperlink><w:r><w:noBreakHyphen/>"
            "<w:t>một</w:t></w:r>",
        )
    ):
        body.insert(at, parse_xml(f"<w:p {word}>{inner}</w:p>"))
    body.insert(
        2,
        parse_xml(
            f"<w:sdt {word}><w:sdtContent><w:p><w:r><w:t>Khung</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        ),
    )
    assert text_reading.read(saved(document)) == ["Họp tháng", "trang-một", "Khung"]


def numbered() -> Any:
    """A document whose numbering begins with Điều 1., a), and bullets."""
    document = docx.Document()
    root = document.part.numbering_part.element
    word = nsdecls("w")
    levels = [("decimal", "Điều %1."), ("lowerLetter", "%2)"), ("upperRoman", "%1.%3"),
              ("bullet", "\uf0b7")]  # fmt: skip
    inner = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for at, (kind, text) in enumerate(levels)
    )
    root.insert(0, parse_xml(f'<w:abstractNum {word} w:abstractNumId="77">{inner}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {word} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    return document


def test_numbers_that_word_writes_are_kept() -> None:
    document = numbered()
    for level, text in [
        (0, "Phạm vi"), (1, "một"), (1, "hai"), (3, "chấm"), (0, "Nguyên tắc"), (1, "lại"),
        (2, "sâu"), (None, "không số"), (0, ""), (0, "Cuối"),
    ]:  # fmt: skip
        paragraph = document.add_paragraph(text)
        if level is not None:
            paragraph._p.get_or_add_pPr().append(
                parse_xml(
                    f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/>'
                    "</w:numPr>"
                )
            )
    assert text_reading.read(saved(document)) == [
        "Điều 1. Phạm vi", "a) một", "b) hai", "- chấm", "Điều 2. Nguyên tắc", "a) lại",
        "2.I sâu", "không số", "Điều 3. Cuối",
    ]  # fmt: skip


def test_what_is_no_text() -> None:
    assert code(b"%PDF-1.7 x") == "text_file_unreadable"
    assert code(b"{\\rtf1 x}") == "text_file_unreadable"
    assert code(b"\xd0\xcf\x11\xe0" + b"x" * 600) == "text_file_old"
    assert code(b"\x01\x02\x03text") == "text_file_unreadable"
    assert code(b" \n\n ") == "text_file_empty"
    assert code(b"") == "text_file_empty"
    assert code(b"x" * (MAX_BYTES + 1)) == "text_file_large"
    assert code(b"x" * 300_000) == "text_too_long"
    assert code(b"x\n" * 4000) == "too_many_paragraphs"
    assert code(packed(**{"a.txt": b"x"})) == "text_file_unreadable"
    assert code(b"PK\x03\x04" + b"rubbish" * 50) == "text_file_unreadable"
    assert code(saved(docx.Document())) == "text_file_empty"


def test_a_document_that_would_grow_is_refused() -> None:
    bomb = b"<a>" + b" " * (13 * 1024 * 1024) + b"</a>"
    assert code(packed(word__document_xml=bomb)) == "text_file_large"
    big = {f"word/media/{at}.bin": b"\0" * (9 * 1024 * 1024) for at in range(6)}
    assert code(packed(**big)) == "text_file_large"
    many = {f"{at}.bin": b"" for at in range(1100)}
    assert code(packed(**many)) == "text_file_large"
    entity = '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
    for encoding in ("utf-8", "utf-16"):
        assert code(packed(word__document_xml=entity.encode(encoding))) == "text_file_unreadable"


def test_a_cut_off_document() -> None:
    document = docx.Document()
    for at in range(200):
        document.add_paragraph(f"Đoạn {at}")
    whole = saved(document)
    assert len(text_reading.read(whole)) == 200
    for length in (100, len(whole) // 2, len(whole) - 10):
        assert code(whole[:length]) == "text_file_unreadable"
    broken = bytearray(whole)
    for at in range(200, len(broken), 97):
        broken[at] ^= 0x55
    assert code(bytes(broken)) in {"text_file_unreadable", "text_file_old"}
