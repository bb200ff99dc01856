"""What people's phones do and see, with the real client on the other side."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto

from bot.demo.telegram import PersonError, StandIn

LAN, MINH = 7, 8
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (1600).to_bytes(4, "big") + (900).to_bytes(4, "big")
) + b"\x08\x06\x00\x00\x00rest"


def newest(talk: Any) -> telegram.Update:
    return talk(lambda bot: bot.get_updates())[-1]


def test_texts_arrive_as_updates(tg: StandIn, talk: Any) -> None:
    tg.send_text(LAN, "/report 2025-03 😀 /help")
    message = newest(talk).message
    assert message is not None and message.from_user is not None
    assert (message.from_user.full_name, message.from_user.language_code) == ("Lan Nguyễn", "vi")
    assert message.parse_entities(["bot_command"]) != {}
    assert list(message.parse_entities().values()) == ["/report", "/help"]
    tg.send_text(LAN, "again", reply_to=message.message_id)
    answered = newest(talk).message
    assert answered is not None and answered.reply_to_message is not None
    assert answered.reply_to_message.message_id == message.message_id


def test_a_phone_splits_long_texts_and_sends_no_empty_one(tg: StandIn, talk: Any) -> None:
    tg.send_text(LAN, "x" * 5000)
    sent = talk(lambda bot: bot.get_updates())[-2:]
    assert [len(update.message.text) for update in sent] == [4096, 904]
    for nothing in (" \n ", "\u200b", "\x00\ud800"):
        with pytest.raises(PersonError, match="empty"):
            tg.send_text(LAN, nothing)
    assert tg.send_text(LAN, " a\x00b\ud800\u202ec ").text == "a bc"
    with pytest.raises(PersonError, match="no such user"):
        tg.send_text(999, "x")


def test_deep_links(tg: StandIn, talk: Any) -> None:
    tg.start(MINH, "inv_Abc-123")
    message = newest(talk).message
    assert message is not None and message.text == "/start inv_Abc-123"
    for payload in ("x" * 65, "a b", "ế"):
        with pytest.raises(PersonError, match="payload"):
            tg.start(MINH, payload)


def test_photos_come_in_sizes_and_can_be_fetched(tg: StandIn, talk: Any) -> None:
    tg.send_photo(LAN, PNG, "evidence")

    async def work(bot: telegram.Bot) -> list[bytes]:
        message = (await bot.get_updates())[-1].message
        assert message is not None and message.caption == "evidence"
        sizes = [(size.width, size.height) for size in message.photo]
        assert sizes == [(90, 50), (320, 180), (800, 450), (1280, 720)]
        assert len({size.file_id for size in message.photo}) == 4
        assert len({size.file_unique_id for size in message.photo}) == 4
        file = await bot.get_file(message.photo[-1].file_id)
        return [bytes(await file.download_as_bytearray())]

    assert talk(work) == [PNG]
    with pytest.raises(PersonError, match="not a picture"):
        tg.send_photo(LAN, b"text")


def test_documents_both_ways_with_stable_ids(tg: StandIn, talk: Any) -> None:
    first = tg.send_document(LAN, b"content", "báo cáo.xlsx", caption="tháng 3")
    again = tg.send_document(LAN, b"content", "copy.xlsx")
    other = tg.send_document(LAN, b"other", "báo cáo.xlsx")
    one, two, three = (message.files[0] for message in (first, again, other))
    assert one["file_unique_id"] == two["file_unique_id"] != three["file_unique_id"]
    assert one["file_id"] != two["file_id"]

    async def work(bot: telegram.Bot) -> None:
        received = (await bot.get_updates())[-3].message
        assert received is not None and received.document is not None
        assert received.document.file_name == "báo cáo.xlsx"
        assert received.document.mime_type == (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
        file = await bot.get_file(received.document)
        assert bytes(await file.download_as_bytearray()) == b"content"
        sent = await bot.send_document(LAN, b"answer\r\n--x", filename="trả lời.txt", caption="ok")
        assert sent.document is not None and sent.document.file_name == "trả lời.txt"
        again = await bot.send_document(LAN, sent.document.file_id)
        assert again.document == sent.document
        await bot.send_video(LAN, b"film", filename="a.mp4", width=640, height=360, duration=3)
        await bot.send_audio(LAN, b"song", filename="a.mp3")
        await bot.send_voice(LAN, b"word", filename="a.ogg")
        await bot.send_animation(LAN, b"gif", filename="a.gif")

    talk(work)
    seen = tg.chat(LAN)[4:]
    assert [message.kind for message in seen] == [
        "document",
        "document",
        "video",
        "audio",
        "voice",
        "animation",
    ]
    assert tg.file(seen[0].files[0]["file_id"]) == b"answer\r\n--x"
    assert seen[0].caption == "ok"
    assert not tg.refusals


def test_albums_both_ways(tg: StandIn, talk: Any) -> None:
    tg.send_album(LAN, [PNG, (b"%PDF", "a.pdf"), {"content": b"x", "filename": "b.txt"}], "three")

    async def work(bot: telegram.Bot) -> None:
        messages = [update.message for update in (await bot.get_updates())[-3:]]
        assert len({message.media_group_id for message in messages if message}) == 1
        assert [message.caption for message in messages if message] == ["three", None, None]
        sent = await bot.send_media_group(
            LAN,
            [InputMediaPhoto(PNG, caption="<b>A</b>", parse_mode="HTML"), InputMediaPhoto(PNG)],
        )
        assert [message.caption for message in sent] == ["A", None]
        assert sent[0].media_group_id == sent[1].media_group_id is not None

    talk(work)
    assert len(tg.chat(LAN)) == 6
    for count in (1, 11):
        with pytest.raises(PersonError, match="2 to 10"):
            tg.send_album(LAN, [PNG] * count)


def test_other_kinds_arrive(tg: StandIn, talk: Any) -> None:
    tg.send_voice(LAN, b"ogg")
    tg.send_video(LAN, b"film")
    tg.send_audio(LAN, b"song")
    tg.send_sticker(LAN)
    tg.send_location(LAN, 11.5, 108.9)
    tg.send_contact(LAN, "+84123", "Lan", LAN)
    updates = talk(lambda bot: bot.get_updates())[1:]
    kinds = ("voice", "video", "audio", "sticker", "location", "contact")
    for update, kind in zip(updates, kinds, strict=True):
        assert getattr(update.message, kind) is not None


def test_edits_by_both_sides(tg: StandIn, talk: Any, clock: Any) -> None:
    message = tg.send_text(LAN, "12 340")
    clock.at += 5
    tg.edit_text(LAN, message.message_id, "12 341")
    update = newest(talk)
    assert update.edited_message is not None and update.edited_message.text == "12 341"
    with pytest.raises(PersonError, match="no own message"):
        tg.edit_text(MINH, message.message_id, "x")

    async def work(bot: telegram.Bot) -> int:
        sent = await bot.send_message(
            LAN,
            "<b>1</b>",
            parse_mode="HTML",
            reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("A", callback_data="a")]]),
        )
        await sent.edit_reply_markup(None)
        assert tg.message(LAN, sent.message_id).edit_date is None
        await sent.edit_text("<i>2</i>", parse_mode="HTML")
        photo = await bot.send_photo(LAN, PNG)
        await photo.edit_caption("words")
        await photo.edit_media(InputMediaPhoto(PNG[:-4] + b"REST", caption="other"))
        await bot.set_message_reaction(LAN, message.message_id, "👍")
        return sent.message_id

    sent = talk(work)
    assert tg.message(LAN, sent).html == "<i>2</i>"
    assert tg.message(LAN, sent).edit_date == clock.at
    assert tg.message(LAN, sent).buttons == []
    photo = tg.chat(LAN)[-1]
    assert photo.caption == "other"
    assert tg.file(photo.files[0]["file_id"]).endswith(b"REST")
    assert tg.message(LAN, message.message_id).reactions == [{"type": "emoji", "emoji": "👍"}]
    texts = [change.message.html for change in tg.history(LAN) if change.message.message_id == sent]
    assert texts == ["<b>1</b>", "<b>1</b>", "<i>2</i>"]


def test_presses(tg: StandIn, talk: Any) -> None:
    rows = [
        [
            InlineKeyboardButton("Approve", callback_data="a:1", style="success"),
            InlineKeyboardButton("Site", url="http://a.vn"),
        ]
    ]
    sent = talk(lambda bot: bot.send_message(LAN, "card", reply_markup=InlineKeyboardMarkup(rows)))
    assert tg.message(LAN, sent.message_id).buttons[0][0]["style"] == "success"
    query = tg.press(LAN, sent.message_id, "Approve")
    update = newest(talk).callback_query
    assert update is not None and update.message is not None
    assert (update.id, update.data, update.message.message_id) == (query, "a:1", sent.message_id)
    assert tg.answer_of(query).answered_at is None
    talk(lambda bot: bot.answer_callback_query(query, "Done"))
    assert tg.answer_of(query).text == "Done"
    with pytest.raises(PersonError, match="doesn't reach"):
        tg.press(LAN, sent.message_id, "Site")
    tg.forge(LAN, 4000, "a:2")
    forged = newest(talk).callback_query
    assert forged is not None and forged.data == "a:2"
    assert forged.message is not None and forged.message.date.timestamp() == 0


def test_reply_keyboards(tg: StandIn, talk: Any) -> None:
    keys = telegram.ReplyKeyboardMarkup([["Report", "Status"]], one_time_keyboard=True)
    talk(lambda bot: bot.send_message(LAN, "choose", reply_markup=keys))
    keyboard = tg.keyboard(LAN)
    assert [key["text"] for key in keyboard["keyboard"][0]] == ["Report", "Status"]
    with pytest.raises(PersonError, match="no key"):
        tg.tap(LAN, "Vote")
    assert tg.tap(LAN, "Status").text == "Status"
    assert tg.keyboard(LAN) is None
    talk(lambda bot: bot.send_message(LAN, "choose", reply_markup=keys))
    gone = telegram.ReplyKeyboardRemove()
    talk(lambda bot: bot.send_message(LAN, "done", reply_markup=gone))
    assert tg.keyboard(LAN) is None


def test_commands_by_scope_and_language(tg: StandIn, talk: Any) -> None:
    tg.start(MINH)

    async def work(bot: telegram.Bot) -> None:
        private = telegram.BotCommandScopeAllPrivateChats()
        lan = telegram.BotCommandScopeChat(LAN)
        await bot.set_my_commands([("start", "Start")])
        assert tg.commands_for(MINH) == [{"command": "start", "description": "Start"}]
        await bot.set_my_commands([("report", "Report")], scope=private)
        await bot.set_my_commands([("report", "Báo cáo")], scope=private, language_code="vi")
        assert tg.commands_for(MINH)[0]["description"] == "Report"
        assert tg.commands_for(LAN)[0]["description"] == "Báo cáo"
        await bot.set_my_commands([("approve", "Approve")], scope=lan)
        assert tg.commands_for(LAN)[0]["description"] == "Approve"
        await bot.set_my_commands([("approve", "Duyệt")], scope=lan, language_code="vi")
        assert tg.commands_for(LAN)[0]["description"] == "Duyệt"
        assert [one.description for one in await bot.get_my_commands(lan)] == ["Approve"]
        await bot.delete_my_commands(lan, "vi")
        await bot.delete_my_commands(lan)
        assert tg.commands_for(LAN)[0]["description"] == "Báo cáo"
        await bot.set_my_commands([], scope=private, language_code="vi")
        assert tg.commands_for(LAN)[0]["description"] == "Report"

    talk(work)


def test_profile_menu_and_chat(tg: StandIn, talk: Any) -> None:
    async def work(bot: telegram.Bot) -> None:
        await bot.set_my_name("Khối thi đua", "vi")
        await bot.set_my_description("Reports")
        await bot.set_my_description("Báo cáo", "vi")
        await bot.set_my_short_description("Short")
        assert (await bot.get_my_description("de")).description == "Reports"
        assert (await bot.get_my_name("vi")).name == "Khối thi đua"
        assert (await bot.get_my_short_description()).short_description == "Short"
        app = telegram.MenuButtonWebApp("Open", telegram.WebAppInfo("https://a.vn"))
        await bot.set_chat_menu_button(LAN, app)
        assert (await bot.get_chat_menu_button(LAN)).type == "web_app"
        assert (await bot.get_chat_menu_button()).type == "commands"
        await bot.set_chat_menu_button(LAN)
        chat = await bot.get_chat(LAN)
        assert (chat.first_name, chat.username) == ("Lan", "lan")
        await bot.send_chat_action(LAN, "typing")

    talk(work)
    assert tg.about(LAN) == {
        "name": "Khối thi đua",
        "description": "Báo cáo",
        "short_description": "Short",
    }
    assert tg.about(MINH)["description"] == "Reports"
    assert tg.menu_of(LAN) == {"type": "commands"}


def test_copies_and_forwards(tg: StandIn, talk: Any) -> None:
    original = tg.send_document(LAN, b"x", "a.txt", caption="mine")

    async def work(bot: telegram.Bot) -> None:
        await bot.copy_message(LAN, LAN, original.message_id, caption="copied")
        forwarded = await bot.forward_message(LAN, LAN, original.message_id)
        assert forwarded.forward_origin is not None
        secret = await bot.send_message(LAN, "secret", protect_content=True)
        with pytest.raises(telegram.error.BadRequest, match="can't be forwarded"):
            await bot.forward_message(LAN, LAN, secret.message_id)

    talk(work)
    copied, forwarded, secret = tg.chat(LAN)[-3:]
    assert (copied.caption, copied.from_bot, copied.forward_origin) == ("copied", True, None)
    assert forwarded.caption == "mine"
    with pytest.raises(PersonError, match="protected"):
        tg.forward(LAN, secret)
    tg.start(MINH)
    passed_on = tg.forward(MINH, original)
    update = newest(talk)
    assert update.message is not None and update.message.message_id == passed_on.message_id
    assert isinstance(update.message.forward_origin, telegram.MessageOriginUser)
    assert update.message.forward_origin.sender_user.id == LAN


def test_groups(tg: StandIn, talk: Any) -> None:
    tg.add_group(-100, "Bloc")
    tg.send_text(LAN, "/start@blocbot", chat_id=-100)
    update = newest(talk)
    assert update.effective_chat is not None
    assert (update.effective_chat.id, update.effective_chat.type) == (-100, "supergroup")
    sent = talk(lambda bot: bot.send_message(-100, "in private, please"))
    assert [message.text for message in tg.chat(-100)] == ["/start@blocbot", "in private, please"]
    # What doesn't concern it a bot doesn't get.
    before = newest(talk).update_id
    for text in ("hello", "/start@otherbot", "@lan hello"):
        tg.send_text(LAN, text, chat_id=-100)
    assert newest(talk).update_id == before
    for count, text in enumerate(["/help", "hello @BlocBot"], 1):
        tg.send_text(LAN, text, chat_id=-100)
        assert newest(talk).update_id == before + count
    tg.send_text(LAN, "why?", chat_id=-100, reply_to=sent.message_id)
    assert newest(talk).update_id == before + 3
    talk(lambda bot: bot.leave_chat(-100))
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)chat not found"):
        talk(lambda bot: bot.send_message(-100, "x"))


def test_subscribers_hear_every_change(tg: StandIn, talk: Any) -> None:
    heard: list[dict[str, Any]] = []
    stop = tg.subscribe(heard.append)

    async def work(bot: telegram.Bot) -> None:
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("A", callback_data="a")]])
        await bot.send_chat_action(LAN, "typing")
        sent = await bot.send_message(LAN, "one", reply_markup=markup)
        query = tg.press(LAN, sent.message_id, "a")
        await bot.answer_callback_query(query, "ok")
        await sent.edit_text("two")
        await sent.delete()
        await bot.set_my_commands([("start", "Start")])
        await bot.set_chat_menu_button(LAN)

    talk(work)
    stop()
    tg.send_text(LAN, "not heard")
    assert [event["type"] for event in heard] == [
        "typing",
        "message",
        "press",
        "answer",
        "edit",
        "delete",
        "commands",
        "menu",
    ]
    assert [event["seq"] for event in heard] == list(
        range(heard[0]["seq"], heard[0]["seq"] + len(heard))
    )
    assert heard[1]["message"]["html"] == "one"
    assert heard[3]["answer"]["text"] == "ok"
    assert heard[4]["message"]["text"] == "two"
    assert tg.events(heard[-1]["seq"])[0]["message"]["text"] == "not heard"


def test_calls_are_logged_and_bounded() -> None:
    with StandIn("1:abc", log_size=5) as tg:

        async def work() -> None:
            async with telegram.Bot("1:abc", base_url=tg.base_url) as bot:
                for _ in range(10):
                    await bot.get_me()

        asyncio.run(work())
        assert [call.method for call in tg.calls] == ["getMe"] * 5
        assert all(call.ok and call.result["id"] == 1 for call in tg.calls)


def test_waiting_says_what_for(tg: StandIn) -> None:
    with pytest.raises(TimeoutError, match="Xin"):
        tg.wait_message(LAN, contains="Xin", timeout=0.05)
    with pytest.raises(TimeoutError, match="quiet"):
        tg.quiet(0.01, timeout=0.05)
