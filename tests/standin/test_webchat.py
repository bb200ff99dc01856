"""The web chat in a real Chromium, with a small python-telegram-bot behind it."""

from __future__ import annotations

import asyncio
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from telegram import (
    BotCommand,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.constants import ChatAction
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.demo.telegram import Rates, StandIn
from bot.demo.webchat import Person, WebChat
from tests.browser import (
    attach,
    bubbles,
    chromium,
    last_bubble,
    new_page,
    open_chat,
    say,
    tap,
    unread,
)

TOKEN = "777:abc"
LAN, HUNG = 7, 8
PEOPLE = [
    Person(LAN, "Nguyễn Thị Lan", "Hội Nông dân · đại diện"),
    Person(HUNG, "Trần Văn Hùng", "Ủy ban MTTQ · trưởng khối", "en"),
]


def png(shade: int) -> bytes:
    """A small picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = (b"\0" + bytes([shade, 90, 200]) * 64) * 48
    head = struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    )


CARD = (
    '<b>Báo cáo</b> <i>nghiêng</i> <code>a&lt;b</code> <a href="https://example.org/x">trang</a> '
    '<span class="tg-spoiler">kín</span>\n'
    "<blockquote expandable>một\nhai\nba\nbốn\nnăm</blockquote>\n&lt;img src=x onerror=alert(1)&gt;"
)


def keyboard() -> InlineKeyboardMarkup:
    def button(label: str, data: str, style: str = "") -> InlineKeyboardButton:
        return InlineKeyboardButton(
            label, callback_data=data, api_kwargs={"style": style} if style else None
        )

    return InlineKeyboardMarkup(
        [
            [button("Sửa", "edit", "primary"), button("Nói nhỏ", "toast", "success")],
            [button("Cảnh báo", "alert", "danger"), button("Xóa", "delete")],
            [
                InlineKeyboardButton("Mời", url="https://t.me/blocbot?start=inv_42"),
                InlineKeyboardButton("Chép", copy_text=CopyTextButton("BC-17")),
            ],
        ]
    )


async def heard(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.effective_message
    assert message is not None
    text = message.text or ""
    if message.photo or message.document:
        kind = "photo" if message.photo else f"file {message.document.file_name}"  # type: ignore[union-attr]
        part = "album" if message.media_group_id else "single"
        await message.reply_text(f"{part} {kind} «{message.caption or ''}»")
    elif text == "card":
        await message.reply_html(CARD, reply_markup=keyboard())
    elif text == "photo":
        await message.reply_photo(png(30), caption="ảnh của bot")
    elif text == "file":
        await message.reply_document(b"%PDF-1.7", filename="Giao ước.pdf")
    elif text == "album":
        await message.reply_media_group(
            [
                InputMediaDocument(b"mot", filename="1.txt"),
                InputMediaDocument(b"hai", filename="2.txt"),
            ]
        )
    elif text == "keys":
        await message.reply_text(
            "Chọn đi", reply_markup=ReplyKeyboardMarkup([["Có", "Không"]], one_time_keyboard=True)
        )
    elif text == "force":
        await message.reply_text(
            "Bao nhiêu?", reply_markup=ForceReply(input_field_placeholder="một con số")
        )
    elif text == "slow":
        await message.reply_chat_action(ChatAction.TYPING)
    elif text == "tell Hùng":
        await context.bot.send_message(HUNG, "Có báo cáo mới")
    else:
        to = f" ↩ {message.reply_to_message.text}" if message.reply_to_message else ""
        await message.reply_text(f"Nghe: {text}{to}")


async def pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    if query.data == "edit":
        await asyncio.sleep(0.4)
        await query.edit_message_text("Đã sửa xong", reply_markup=keyboard())
        await query.answer()
    elif query.data == "toast":
        await query.answer("Chào nhé")
    elif query.data == "alert":
        await query.answer("Coi chừng!", show_alert=True)
    else:
        await query.delete_message()
        await query.answer()


class SmallBot:
    """The bot above, polling in a thread of its own."""

    def __init__(self, tg: StandIn) -> None:
        self._tg = tg
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        builder = Application.builder().token(TOKEN)
        builder = builder.base_url(self._tg.base_url).base_file_url(self._tg.base_file_url)
        app: Any = builder.build()
        app.add_handler(CallbackQueryHandler(pressed))
        app.add_handler(MessageHandler(filters.ALL, heard))
        async with app:
            await app.bot.set_my_commands([BotCommand("report", "Báo cáo tháng")])
            await app.bot.set_my_commands(
                [BotCommand("report", "Monthly report")], language_code="en"
            )
            await app.start()
            await app.updater.start_polling(timeout=2)
            self._ready.set()
            await self._stop.wait()
            await app.updater.stop()
            await app.stop()

    def __enter__(self) -> SmallBot:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def tg() -> Iterator[StandIn]:
    with (
        StandIn(
            TOKEN, rates=Rates.off(), extra_routes=lambda state: WebChat(state, PEOPLE).routes()
        ) as tg,
        SmallBot(tg),
    ):
        yield tg


@pytest.fixture
def page(browser: Browser, tg: StandIn) -> Iterator[Page]:
    """Lan's window, started; an error in the page's scripts fails the test."""
    page = new_page(browser)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    open_chat(page, tg.url, LAN)
    tap(page, "Start")
    expect(last_bubble(page)).to_contain_text("Nghe: /start")
    yield page
    page.context.close()
    assert errors == []


def test_text_is_formatted_and_never_html(page: Page) -> None:
    say(page, "card")
    card = last_bubble(page)
    expect(card.locator("strong")).to_have_text("Báo cáo")
    expect(card.locator("em")).to_have_text("nghiêng")
    expect(card.locator(".text code")).to_have_text("a<b")
    expect(card.get_by_role("link", name="trang")).to_have_attribute(
        "href", "https://example.org/x"
    )
    expect(card).to_contain_text("<img src=x onerror=alert(1)>")
    expect(card.locator("img")).to_have_count(0)
    hidden = card.get_by_role("button", name="Hidden text")
    hidden.click()
    expect(hidden).to_have_count(0)
    card.get_by_role("button", name="Show all").click()
    expect(card.locator(".clamped")).to_have_count(0)


def test_script_typed_by_a_person_stays_text(page: Page) -> None:
    say(page, "<script>document.title='x'</script> javascript:alert(1)")
    expect(last_bubble(page, "out")).to_contain_text("<script>document.title='x'</script>")
    expect(last_bubble(page, "out").locator("a, script")).to_have_count(0)


def test_button_edits_in_place_and_shows_that_it_waits(page: Page) -> None:
    say(page, "card")
    expect(last_bubble(page)).to_contain_text("Báo cáo")
    number = last_bubble(page).get_attribute("data-message-id")
    tap(page, "Sửa")
    busy = page.locator('[aria-busy="true"]')
    expect(busy).to_have_count(1)
    expect(last_bubble(page)).to_contain_text("Đã sửa xong")
    expect(last_bubble(page)).to_contain_text("edited")
    expect(last_bubble(page)).to_have_attribute("data-message-id", str(number))
    expect(busy).to_have_count(0)
    # The keyboard's user stands where they stood.
    expect(page.get_by_role("button", name="Sửa", exact=True)).to_be_focused()


def test_answers_to_a_press(page: Page) -> None:
    say(page, "card")
    tap(page, "Nói nhỏ")
    expect(page.get_by_test_id("toast")).to_have_text("Chào nhé")
    tap(page, "Cảnh báo")
    notice = page.get_by_test_id("alert")
    expect(notice).to_contain_text("Coi chừng!")
    notice.get_by_role("button", name="OK").click()
    expect(notice).to_have_count(0)
    tap(page, "Chép")
    assert page.evaluate("navigator.clipboard.readText()") == "BC-17"
    colours = {
        page.get_by_role("button", name=label, exact=True).evaluate(
            "b => getComputedStyle(b).backgroundColor"
        )
        for label in ("Sửa", "Nói nhỏ", "Cảnh báo", "Xóa")
    }
    assert len(colours) == 4
    tap(page, "Xóa")
    expect(bubbles(page)).to_have_count(1)


def test_files_from_the_bot(page: Page) -> None:
    say(page, "photo")
    picture = last_bubble(page).locator("img")
    expect(picture).to_have_js_property("naturalWidth", 64)
    last_bubble(page).get_by_role("button", name="Photo").click()
    expect(page.get_by_test_id("viewer").locator("img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("viewer")).to_have_count(0)
    say(page, "file")
    link = last_bubble(page).get_by_role("link", name="Giao ước.pdf")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "Giao ước.pdf"
    assert Path(download.value.path()).read_bytes() == b"%PDF-1.7"
    say(page, "album")
    expect(last_bubble(page).locator("[data-message-id]")).to_have_count(2)


def test_files_to_the_bot(page: Page, tmp_path: Path, tg: StandIn) -> None:
    pictures = [tmp_path / f"{shade}.png" for shade in (10, 120, 240)]
    for shade, path in zip((10, 120, 240), pictures, strict=True):
        path.write_bytes(png(shade))
    sheet = tmp_path / "báo cáo.xlsx"
    sheet.write_bytes(b"PK" * 3000)

    attach(page, pictures[:1], "một ảnh")
    expect(last_bubble(page)).to_contain_text("single photo «một ảnh»")
    attach(page, pictures, "ba ảnh")
    expect(last_bubble(page, "out").locator("[data-message-id] img")).to_have_count(3)
    expect(bubbles(page).filter(has_text="album photo «ba ảnh»")).to_have_count(1)
    expect(bubbles(page).filter(has_text="album photo «»")).to_have_count(2)
    attach(page, [sheet])
    expect(last_bubble(page)).to_contain_text("single file báo cáo.xlsx «»")
    sent = tg.chat(LAN)[-2]
    assert tg.file(sent.files[0]["file_id"]) == b"PK" * 3000
    attach(page, pictures[:1], as_files=True)
    expect(last_bubble(page)).to_contain_text("single file 10.png «»")


def test_reply_keyboard_and_forced_reply(page: Page) -> None:
    say(page, "keys")
    tap(page, "Không")
    expect(last_bubble(page)).to_contain_text("Nghe: Không")
    expect(page.get_by_test_id("reply-keyboard")).to_be_hidden()
    say(page, "force")
    expect(page.get_by_test_id("input")).to_have_attribute("placeholder", "một con số")
    expect(page.get_by_test_id("input")).to_be_focused()
    say(page, "12")
    expect(last_bubble(page)).to_contain_text("Nghe: 12 ↩ Bao nhiêu?")
    expect(page.get_by_test_id("reply-bar")).to_be_hidden()


def test_menu_of_commands_in_the_persons_language(page: Page, tg: StandIn) -> None:
    page.get_by_test_id("menu-button").click()
    expect(page.get_by_test_id("commands")).to_contain_text("Báo cáo tháng")
    page.get_by_test_id("commands").get_by_role("button").click()
    expect(last_bubble(page)).to_contain_text("Nghe: /report")
    tg.start(HUNG)
    open_chat(page, tg.url, HUNG)
    page.get_by_test_id("input").press_sequentially("/re")
    expect(page.get_by_test_id("commands")).to_contain_text("Monthly report")


def test_typing(page: Page) -> None:
    say(page, "slow")
    expect(page.get_by_test_id("status")).to_have_text("typing…")


def test_deep_links(page: Page, tg: StandIn) -> None:
    say(page, "card")
    tap(page, "Mời")
    tap(page, "Start with the invitation")
    expect(last_bubble(page)).to_contain_text("Nghe: /start inv_42")
    open_chat(page, tg.url, HUNG, start="inv_43")
    tap(page, "Start with the invitation")
    expect(last_bubble(page)).to_contain_text("Nghe: /start inv_43")
    page.reload()
    expect(page.get_by_test_id("input")).to_be_visible()
    say(page, "https://t.me/blocbot?start=inv_44")
    last_bubble(page, "out").get_by_role("link").click()
    tap(page, "Open as somebody else")
    page.get_by_test_id("choice").get_by_role("button", name="Nguyễn Thị Lan").click()
    tap(page, "Start with the invitation")
    expect(last_bubble(page)).to_contain_text("Nghe: /start inv_44")
    assert tg.chat(LAN)[-1].text == "Nghe: /start inv_44"


def test_a_stranger_comes_with_an_invitation(page: Page) -> None:
    page.get_by_test_id("add-person").click()
    form = page.get_by_test_id("person")
    form.get_by_label("Name").fill("Olena Koval")
    form.get_by_label("Invitation link").fill("https://t.me/blocbot?start=inv_9")
    form.get_by_role("button", name="Add").click()
    expect(page.locator("#me")).to_have_text("Olena Koval")
    tap(page, "Start with the invitation")
    expect(last_bubble(page)).to_contain_text("Nghe: /start inv_9")


def test_block_and_unblock(page: Page, tg: StandIn) -> None:
    page.get_by_test_id("more").click()
    tap(page, "Block the bot")
    expect(page.get_by_test_id("composer")).to_be_hidden()
    assert tg.user(LAN).blocked
    tap(page, "Unblock the bot")
    expect(page.get_by_test_id("composer")).to_be_visible()
    assert not tg.user(LAN).blocked


def test_unread_and_two_windows(page: Page, browser: Browser, tg: StandIn) -> None:
    tg.start(HUNG)
    expect(unread(page, HUNG)).to_have_text("1")
    say(page, "tell Hùng")
    expect(unread(page, HUNG)).to_have_text("2")
    expect(page).to_have_title("(2) Nguyễn Thị Lan · Blocbot")
    # Two windows of one profile share one stream; the third has a profile of its own.
    beside = page.context.new_page()
    other = new_page(browser)
    for window in (beside, other):
        open_chat(window, tg.url, HUNG)
        expect(last_bubble(window)).to_contain_text("Có báo cáo mới")
    expect(unread(page, HUNG)).to_have_count(0)
    say(page, "tell Hùng")
    for window in (beside, other):
        expect(bubbles(window)).to_have_count(3)
    say(other, "xin chào")
    expect(last_bubble(beside)).to_contain_text("Nghe: xin chào")
    expect(last_bubble(page)).to_contain_text("Nghe: /start")
    page.close()  # it may have had the stream: the window beside takes over
    say(other, "còn đó không")
    expect(last_bubble(beside)).to_contain_text("Nghe: còn đó không", timeout=10_000)
    beside.close()
    other.context.close()


def test_the_page_comes_back_after_the_server_was_away(browser: Browser) -> None:
    with StandIn(TOKEN, extra_routes=lambda state: WebChat(state, PEOPLE).routes()) as first:
        first.start(LAN)
        page = new_page(browser)
        open_chat(page, first.url, LAN)
        say(page, "trước")
        expect(last_bubble(page, "out")).to_contain_text("trước")
        port = int(first.url.rpartition(":")[2])
    expect(page.get_by_test_id("status")).to_have_text("connecting…")
    say(page, "giữ lại")
    expect(page.get_by_test_id("toast")).to_contain_text("does not answer")
    expect(page.get_by_test_id("input")).to_have_value("giữ lại")
    again = StandIn(TOKEN, port=port, extra_routes=lambda state: WebChat(state, PEOPLE).routes())
    again.state = first.state
    again.state.send_text(LAN, "trong lúc đó")
    with again:
        expect(page.get_by_test_id("status")).to_have_text("bot", timeout=10_000)
        expect(last_bubble(page, "out")).to_contain_text("trong lúc đó")
        expect(bubbles(page, "out")).to_have_count(3)
        page.get_by_test_id("send").click()
        expect(last_bubble(page, "out")).to_contain_text("giữ lại")
        page.context.close()


def test_on_a_phone_the_list_is_a_drawer(browser: Browser, tg: StandIn) -> None:
    page = new_page(browser, desktop=False, locale="vi-VN")
    page.goto(tg.url)
    page.get_by_role("searchbox").fill("uy ban")
    expect(page.locator(".person")).to_have_count(1)
    page.locator(".person").click()
    expect(page.locator("#me")).to_have_text("Trần Văn Hùng")
    expect(page.locator("#people")).to_be_hidden()
    tap(page, "Bắt đầu")
    expect(last_bubble(page)).to_contain_text("Nghe: /start")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_test_id("back").click()
    expect(page.locator("#people")).to_be_visible()
    page.context.close()


def test_a_long_chat_is_fetched_page_by_page(browser: Browser) -> None:
    with StandIn(TOKEN, extra_routes=lambda state: WebChat(state, PEOPLE).routes()) as tg:
        for number in range(200):
            tg.send_text(LAN, f"tin {number}")
        page = new_page(browser)
        open_chat(page, tg.url, LAN)
        expect(bubbles(page, "out")).to_have_count(150)
        expect(last_bubble(page, "out")).to_be_in_viewport()
        oldest = bubbles(page, "out").first
        oldest.scroll_into_view_if_needed()
        expect(bubbles(page, "out")).to_have_count(200)
        # What was looked at stays where it was.
        expect(page.get_by_text("tin 50", exact=True)).to_be_in_viewport()
        expect(page.get_by_text("tin 0", exact=True)).not_to_be_in_viewport()
        tg.send_text(LAN, "mới")
        expect(bubbles(page, "out")).to_have_count(201)
        page.context.close()
