"""Documents and charts as files: their structure, their fonts, what a phone and a printer get."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import pytest

from bot.documents import layout, pact
from bot.documents.make import make
from bot.domain import default_texts
from bot.domain.document import (
    Annex,
    Bar,
    ChartPaper,
    Head,
    Model,
    Order,
    Planned,
    Signed,
    TextPaper,
    check_code,
    read_check_code,
)
from bot.domain.texts import sha256
from bot.i18n import KNOWN_LANGUAGES, texts
from bot.making import Maker, MakingFailed

UNITS = [f"Hội số {number} tỉnh Ninh Thuận" for number in range(1, 14)]
AT = dt.datetime(2025, 3, 9, 3, 12, tzinfo=dt.UTC)
MILLIMETRE = 72 / 25.4


def body(units: int = 13) -> str:
    return default_texts.pact(
        default_texts.Facts(
            bloc="Khối thi đua các hội đặc thù tỉnh",
            year=2025,
            cluster=False,
            units=UNITS[:units],
            leader=UNITS[0],
            deputy=UNITS[1],
            themes=default_texts.themes(2025),
            legal_basis=default_texts.LEGAL_BASIS,
            due_day=25,
            review_days=5,
        )
    )


def paper(units: int = 13, owing: int = 0, text: str = "") -> TextPaper:
    text = text or body(units)
    signing = UNITS[: units - owing]
    return TextPaper(
        kind="pact",
        head=Head(
            parent="Hội đồng Thi đua - Khen thưởng tỉnh Ninh Thuận",
            issuer="Khối thi đua các hội đặc thù tỉnh",
            number="GƯ",
            place="Ninh Thuận",
            date=dt.date(2025, 2, 9),
        ),
        bloc="Khối thi đua các hội đặc thù tỉnh",
        cluster=False,
        year=2025,
        version=2,
        body=text,
        sha256=sha256(text),
        check=check_code("pact", 1, 2025, 2, sha256(text)),
        published_at=AT,
        zone="Asia/Ho_Chi_Minh",
        signatures=True,
        complete_at=None if owing else AT + dt.timedelta(days=1),
        signed=tuple(
            Signed(unit, f"Nguyễn Văn Thành {at}", "Phó Chủ tịch Thường trực", AT)
            for at, unit in enumerate(signing)
        ),
        owing=tuple(UNITS[units - owing : units]),
        annexes=tuple(
            Annex(
                unit,
                (Planned("Số buổi tuyên truyền", "session", Decimal(1200)),),
                (Model(7, "Khu dân cư tự quản", "Sổ tay hướng dẫn"),),
                "ab" * 32,
            )
            for unit in signing
        ),
    )


def made(what: TextPaper | ChartPaper, form: Any, language: str = "vi") -> bytes:
    # As it travels to the process that makes it.
    order = Order(what, form, language, f"x.{form}")
    assert Order.from_json(order.to_json()) == order
    return make(Order.from_json(order.to_json()))


def read(pdf: bytes, *options: str) -> str:
    """The words of a PDF, by poppler where the machine has it."""
    try:
        return subprocess.run(
            ["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True
        ).stdout.decode()
    except FileNotFoundError:
        pytest.skip("needs pdftotext")


def streams(pdf: bytes) -> str:
    """What a PDF's pages draw, as its operators."""
    found = b""
    for one in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found += zlib.decompress(one)
        except zlib.error:
            continue
    return found.decode("latin-1")


# --- PDF --------------------------------------------------------------------------------------


def test_a_pact_as_pdf_holds_all_of_it() -> None:
    words = " ".join(read(made(paper(), "pdf"), "-raw").split())
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in words
    assert "Độc lập - Tự do - Hạnh phúc" in words
    assert "Ninh Thuận, ngày 09 tháng 02 năm 2025" in words
    assert "GIAO ƯỚC THI ĐUA" in words
    assert "Nguyễn Văn Thành 12" in words
    assert "1.200" in words
    assert "Sổ tay hướng dẫn" in words
    first, second = layout.groups(paper().sha256)
    assert first in words
    assert second in words


def test_the_pdf_has_its_fonts_in_it_and_is_the_same_each_time() -> None:
    first, second = made(paper(), "pdf"), made(paper(), "pdf")
    assert first == second
    assert first.count(b"/FontFile2") >= 3
    assert b"LiberationSerif" in first
    assert not re.search(rb"/BaseFont /(Times|Helvetica|Courier)", first)
    assert len(first) < 400_000


def test_the_motto_is_underlined_over_its_full_length() -> None:
    drawn = streams(made(paper(), "pdf"))
    lines = re.findall(r"([\d.]+) ([\d.]+) m ([\d.]+) ([\d.]+) l S", drawn)
    lengths = [(float(c) - float(a)) / MILLIMETRE for a, b, c, d in lines if b == d]
    # As wide as Times New Roman, or its twin, draws these words in bold at 13 points.
    assert any(55.5 < one < 56.5 for one in lengths), lengths


def test_a_pact_of_many_pages_is_made_in_time() -> None:
    lines = body().split("\n")
    long = "\n".join([*lines, *(lines[6:] * 45)])
    began = dt.datetime.now(dt.UTC)
    pdf = made(paper(text=long), "pdf")
    taken = dt.datetime.now(dt.UTC) - began
    assert pdf.count(b"/Type /Page\n") >= 55
    assert taken < dt.timedelta(seconds=30)


def test_a_pact_that_not_all_have_signed_says_so() -> None:
    whole, part = (read(made(paper(owing=owing), "pdf"), "-layout") for owing in (0, 2))
    t = texts("vi")
    notice = layout.words(
        t.ngettext(
            "NOT COMPLETE: signed by {signed} of {n} unit.",
            "NOT COMPLETE: signed by {signed} of {n} units.",
            13,
            signed="11",
            n="13",
        )
    )
    assert notice in part
    assert part.count(layout.words(t._("not signed yet"))) == 2
    assert notice not in whole


def test_words_wider_than_a_column_are_broken() -> None:
    wide = replace(paper(2), signed=(Signed("W" * 90, "M" * 60, "Q" * 60, AT),))
    assert made(wide, "pdf").startswith(b"%PDF")


def test_hindi_is_shaped_in_a_pdf() -> None:
    text = "समझौता\nस्पर्धा ब्लॉक का लक्ष्य और कार्यवृत्त"
    pdf = made(paper(2, text=text), "pdf", "hi")
    assert b"NotoSerifDevanagari" in pdf
    words = " ".join(read(pdf, "-raw").split())
    assert "स्पर्धा" in words
    # Latin letters after Devanagari ones are drawn in their own font again.
    assert words.count("HỘI ĐỒNG THI ĐUA - KHEN THƯỞNG TỈNH NINH THUẬN") == 2


def test_a_script_without_capitals_has_a_title_and_no_headings() -> None:
    text = "समझौता\nस्पर्धा ब्लॉक का लक्ष्य\nI. विषय\nसभी इकाइयाँ प्रतिबद्ध हैं।"
    _, title, *rest = pact.document(texts("hi"), replace(paper(2), body=text)).blocks
    assert title == layout.Title(("समझौता",))
    assert [one.style for one in rest[:3]] == ["body", "heading", "body"]  # type: ignore[union-attr]


# --- DOCX -------------------------------------------------------------------------------------


def test_a_pact_as_docx_can_be_edited() -> None:
    found = docx.Document(io.BytesIO(made(paper(owing=1), "docx")))
    section = found.sections[0]
    assert section.page_width is not None
    assert (round(section.page_width.mm), round(section.left_margin.mm)) == (210, 30)  # type: ignore[union-attr]
    assert (round(section.top_margin.mm), round(section.right_margin.mm)) == (20, 20)  # type: ignore[union-attr]
    head = found.tables[0]
    assert "KHỐI THI ĐUA CÁC HỘI ĐẶC THÙ TỈNH" in head.cell(0, 0).text
    country, motto = head.cell(0, 1).paragraphs
    assert country.text == layout.COUNTRY
    assert (motto.text, motto.runs[0].underline, motto.runs[0].bold) == (
        layout.MOTTO_WORDS,
        True,
        True,
    )
    assert head.cell(1, 1).paragraphs[0].runs[0].italic
    assert found.styles["Normal"].font.name == "Times New Roman"
    signatures = next(one for one in found.tables if len(one.rows) == 14)
    assert [cell.text for cell in signatures.rows[1].cells][1:3] == [UNITS[0], "Nguyễn Văn Thành 0"]
    assert signatures.rows[13].cells[1].text == UNITS[12]
    assert len(found.inline_shapes) == 1  # the QR code
    paragraphs = [one.text for one in found.paragraphs]
    assert body().split("\n")[-1] in paragraphs


def test_the_docx_is_laid_out_as_word_wants_it() -> None:
    """Properties of a paragraph stand in the order of the format: Word refuses others."""
    with zipfile.ZipFile(io.BytesIO(made(paper(owing=1), "docx"))) as packed:
        xml = packed.read("word/document.xml").decode()
    order = ["pStyle", "keepNext", "pBdr", "spacing", "ind", "jc"]
    for properties in re.findall(r"<w:pPr>(.*?)</w:pPr>", xml, re.DOTALL):
        top = re.sub(r"<w:pBdr>.*?</w:pBdr>", "<w:pBdr/>", properties, flags=re.DOTALL)
        names = [one for one in re.findall(r"<w:(\w+)", top) if one in order]
        assert names == sorted(names, key=order.index)


# --- TXT and the code that is checked ---------------------------------------------------------


def test_the_bare_text_has_the_hash_under_the_document(tmp_path: Path) -> None:
    decomposed = "Giao ước\nĐiều 1"
    what = replace(paper(), body=decomposed, sha256=sha256(decomposed))
    order = Order(what, "txt", "vi", "x.txt")
    content = asyncio.run(Maker(tmp_path).make(order))
    assert hashlib.sha256(content).hexdigest() == what.sha256


def test_the_words_of_the_code_are_read_again() -> None:
    code = check_code("pact", 3, 2025, 2, "ab" * 32)
    assert code == f"blocbot:pact:v1:3:2025:2:{'ab' * 32}"
    found = read_check_code(f" {code}\n")
    assert found is not None
    assert (found.kind, found.bloc_id, found.year, found.version) == ("pact", 3, 2025, 2)
    for wrong in ("", "x", code[:-1], code.replace("pact", "vote"), code.replace(":3:", ":3x:")):
        assert read_check_code(wrong) is None


# --- Charts -----------------------------------------------------------------------------------


def bars(*shown: tuple[str, int, int]) -> tuple[Bar, ...]:
    return tuple(
        Bar(f"c{at}", label, Decimal(planned), Decimal(done), Decimal(planned) / 4)
        for at, (label, planned, done) in enumerate(shown)
    )


def chart(*shown: tuple[str, int, int]) -> ChartPaper:
    return ChartPaper("Hội Nông dân tỉnh", "", 2025, dt.date(2025, 4, 10), bars(*shown), 0, 1)


def pixels(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("language", KNOWN_LANGUAGES)
def test_a_chart_is_drawn_in_every_language(
    language: str, recwarn: pytest.WarningsRecorder
) -> None:
    shown = [("Số buổi tuyên truyền कार्यवृत्त освіта", 120, 84)] * 8
    width, height = pixels(made(chart(*shown), "png", language))
    assert width == 1080
    assert 700 < height <= 1280  # Telegram shows that at its full size
    # Matplotlib warns of letters that no font has.
    assert [str(one.message) for one in recwarn if "missing" in str(one.message)] == []


def test_a_chart_takes_any_figures_and_names() -> None:
    found = chart(
        ("A" * 200, 10, 0),
        ("Nothing planned", 0, 0),
        ("Far more than planned", 1, 1_000_000),
        ("Money " * 30, 1_250_000_000_000, 999_999_999_999),
        ("$x^2$ <b>&amp;</b> %", 3, 1),
    )
    assert pixels(made(found, "png"))[0] == 1080


def test_on_course_and_behind_look_different_without_colour() -> None:
    from PIL import Image, ImageChops

    behind, ahead = (
        Image.open(io.BytesIO(made(chart(("Số buổi", 100, done)), "png"))).convert("L")
        for done in (24, 26)
    )
    grey = ImageChops.difference(behind, ahead.resize(behind.size))
    assert grey.getextrema()[1] > 60


# --- The process ------------------------------------------------------------------------------


def test_a_file_is_made_in_a_process_of_its_own(tmp_path: Path) -> None:
    content = asyncio.run(Maker(tmp_path).make(Order(paper(2), "pdf", "vi", "x.pdf")))
    assert content == made(paper(2), "pdf")


def _maker(tmp_path: Path, code: str, limit: float = 20.0) -> Maker:
    return Maker(tmp_path, command=(sys.executable, "-c", code), limit=limit)


def test_a_process_that_fails_hangs_or_is_killed_is_one_failure(tmp_path: Path) -> None:
    order = Order(paper(2), "pdf", "vi", "x.pdf")
    for code, limit, what in (
        ("raise ValueError('of a person')", 20.0, "ValueError"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 20.0, "status -9"),
        ("import time; time.sleep(60)", 0.3, "timeout"),
        ("pass", 20.0, "status 0"),
    ):
        with pytest.raises(MakingFailed, match=f"^{what}$"):
            asyncio.run(_maker(tmp_path, code, limit).make(order))


def test_the_process_gets_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "123:secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    code = "import os, sys; sys.stdout.write(repr(dict(os.environ)))"
    said = asyncio.run(_maker(tmp_path, code).make(Order(paper(2), "pdf", "vi", "x")))
    assert b"secret" not in said


def test_the_bot_itself_loads_nothing_that_draws() -> None:
    code = (
        "import sys, bot.app; heavy = {'matplotlib', 'docx', 'fpdf', 'numpy', 'PIL'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
