"""Everything that Telegram refuses, with its code and words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import telegram

from bot.demo.telegram import PersonError, StandIn
from bot.demo.telegram.files import image_size
from tests.standin.conftest import raw

LAN, MINH, NOBODY = 7, 8, 999
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (1600).to_bytes(4, "big") + (900).to_bytes(4, "big")
) + b"\x08\x06\x00\x00\x00rest"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
Refused = Callable[..., str]


def inline(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n\t "}, "text must be non-empty"),
        ({"text": "\u200b\u2800\u200f"}, "text must be non-empty"),
        ({}, "message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "<b>" + "x" * 4097 + "</b>", "parse_mode": "HTML"}, "message is too long"),
        ({"text": "x", "chat_id": NOBODY}, "chat not found"),
        ({"text": "x", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "parse_mode": "Wiki"}, "unsupported parse_mode"),
        ({"text": "x", "colour": "red"}, "unknown parameter colour"),
        (
            {"text": "x", "reply_parameters": {"message_id": 4000}},
            "message to be replied not found",
        ),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": [1]}, "object expected as reply markup"),
        (
            {"text": "x", "reply_markup": inline({"text": "A", "callback_data": "é" * 33})},
            "BUTTON_DATA_INVALID",
        ),
        (
            {"text": "x", "reply_markup": inline({"text": "A", "callback_data": ""})},
            "BUTTON_DATA_INVALID",
        ),
        (
            {"text": "x", "reply_markup": inline({"text": "A"})},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": inline({"text": " ", "callback_data": "a"})},
            "can't parse inline keyboard button: Text must be non-empty",
        ),
        (
            {"text": "x", "reply_markup": inline({"callback_data": "a"})},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            {
                "text": "x",
                "reply_markup": inline({"text": "A", "callback_data": "a", "url": "http://a.vn"}),
            },
            "can't parse inline keyboard button: Exactly one of the optional fields must be used",
        ),
        (
            {"text": "x", "reply_markup": inline({"text": "A", "url": "not a link"})},
            "inline keyboard button URL 'not a link' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x", "reply_markup": inline({"text": "A", "copy_text": {"text": "x" * 257}})},
            "BUTTON_COPY_TEXT_INVALID",
        ),
        (
            {
                "text": "x",
                "reply_markup": inline({"text": "A", "callback_data": "a", "style": "pink"}),
            },
            "invalid button style specified",
        ),
        (
            {
                "text": "x",
                "reply_markup": inline({"text": "A", "callback_data": "a", "shape": "round"}),
            },
            "unknown parameter shape in inline keyboard button",
        ),
        (
            {"text": "x", "reply_markup": inline(*[{"text": "A", "callback_data": "a"}] * 9)},
            "reply markup is too long",
        ),
        (
            {
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]] * 101},
            },
            "reply markup is too long",
        ),
        ({"text": "x", "reply_markup": {"keyboard": []}}, "reply keyboard must be non-empty"),
        (
            {
                "text": "x",
                "reply_markup": {"force_reply": True, "input_field_placeholder": "x" * 65},
            },
            "INPUT_FIELD_PLACEHOLDER_TOO_LONG",
        ),
        (
            {"text": "ab", "entities": [{"type": "bold", "offset": 1, "length": 5}]},
            "entity beginning or end is out of the text: offset 1, length 5, text of 2",
        ),
        (
            {"text": "ab", "entities": [{"type": "shiny", "offset": 0, "length": 1}]},
            "can't parse entities: unsupported type specified",
        ),
    ],
)
def test_send_message(tg: StandIn, refused: Refused, params: dict[str, Any], error: str) -> None:
    before = len(tg.chat(LAN))
    assert refused("sendMessage", **{"chat_id": LAN, **params}) == f"400 Bad Request: {error}"
    assert len(tg.chat(LAN)) == before


def test_what_is_exactly_allowed(tg: StandIn, talk: Any, api: Any) -> None:
    async def work(bot: telegram.Bot) -> None:
        await bot.send_message(LAN, "<i>" + "ế" * 4096 + "</i>", parse_mode="HTML")
        await bot.send_message(LAN, "😀" * 4096)
        quoted = "<blockquote expandable>long</blockquote>"
        await bot.send_message(LAN, quoted, parse_mode="HTML", protect_content=True)

    talk(work)
    row = [{"text": "A", "callback_data": "x" * 64, "style": "success"}] * 8
    api("sendMessage", chat_id=LAN, text="x", reply_markup={"inline_keyboard": [row] * 12})
    copied = inline({"text": "Copy", "copy_text": {"text": "x" * 256}})
    api("sendMessage", chat_id=LAN, text="x", reply_markup=copied)
    assert not tg.refusals
    quoted, many, copy = tg.chat(LAN)[-3:]
    assert quoted.protect_content
    assert [one["type"] for one in quoted.entities] == ["expandable_blockquote"]
    assert many.buttons[0][0]["style"] == "success"
    assert copy.buttons[0][0]["copy_text"]["text"] == "x" * 256


def test_people_who_cannot_be_reached(tg: StandIn, refused: Refused) -> None:
    send = {"chat_id": MINH, "text": "x"}
    new = "403 Forbidden: bot can't initiate conversation with a user"
    assert refused("sendMessage", **send) == new
    tg.start(MINH)
    tg.block(MINH)
    blocked = "403 Forbidden: bot was blocked by the user"
    assert refused("sendMessage", **send) == blocked
    assert refused("sendChatAction", chat_id=MINH, action="typing") == blocked
    with pytest.raises(PersonError, match="blocked"):
        tg.send_text(MINH, "hello")
    tg.unblock(MINH)
    tg.deactivate(MINH)
    assert refused("sendMessage", **send) == "403 Forbidden: user is deactivated"
    with pytest.raises(PersonError, match="deactivated"):
        tg.send_text(MINH, "hello")


def test_editing(tg: StandIn, talk: Any, api: Any, refused: Refused) -> None:
    markup = inline({"text": "A", "callback_data": "a"})

    async def prepare(bot: telegram.Bot) -> list[int]:
        keys = await bot.send_message(
            LAN, "keys", reply_markup=telegram.ReplyKeyboardMarkup([["One"]])
        )
        photo = await bot.send_photo(LAN, PNG, caption="picture")
        place = await bot.send_location(LAN, 11.5, 108.9)
        return [keys.message_id, photo.message_id, place.message_id]

    first = {"text": "<b>one</b>", "parse_mode": "HTML", "reply_markup": markup}
    text = api("sendMessage", chat_id=LAN, **first)["message_id"]
    keys, photo, place = talk(prepare)

    def edit(method: str, message_id: Any, **params: Any) -> str:
        return refused(method, chat_id=LAN, message_id=message_id, **params)

    bad = "400 Bad Request: "
    same = {"text": "<b>one</b> ", "parse_mode": "HTML", "reply_markup": markup}
    assert edit("editMessageText", text, **same) == bad + NOT_MODIFIED
    assert edit("editMessageReplyMarkup", text, reply_markup=markup) == bad + NOT_MODIFIED
    assert edit("editMessageCaption", photo, caption="picture") == bad + NOT_MODIFIED
    item = {"type": "photo", "media": "attach://p"}
    assert edit("editMessageText", 4000, text="x") == bad + "message to edit not found"
    assert edit("editMessageText", "", text="x") == bad + "message identifier is not specified"
    assert edit("editMessageText", keys, text="x") == bad + "message can't be edited"
    assert edit("editMessageText", 1, text="x") == bad + "message can't be edited"
    assert edit("editMessageText", text, text="") == bad + "message text is empty"
    assert edit("editMessageText", text, text="x" * 4097) == bad + "MESSAGE_TOO_LONG"
    no_text = "there is no text in the message to edit"
    assert edit("editMessageText", photo, text="x") == bad + no_text
    no_caption = "there is no caption in the message to edit"
    assert edit("editMessageCaption", text, caption="x") == bad + no_caption
    long_caption = "message caption is too long"
    assert edit("editMessageCaption", photo, caption="x" * 1025) == bad + long_caption
    wrong_file = "wrong file identifier/HTTP URL specified"
    assert edit("editMessageMedia", photo, media=item) == bad + wrong_file
    assert edit("editMessageMedia", photo) == bad + "media is required"
    assert edit("editMessageMedia", place, media=item) == bad + "message can't be edited"
    keyboard = {"keyboard": [["A"]]}
    inline_expected = "inline keyboard expected"
    assert edit("editMessageText", text, text="x", reply_markup=keyboard) == bad + inline_expected
    assert refused("editMessageText", chat_id=NOBODY, message_id=1, text="x") == (
        bad + "chat not found"
    )
    tg.delete(LAN, text)
    assert edit("editMessageText", text, text="x") == bad + "message to edit not found"


def test_deleting(tg: StandIn, talk: Any, refused: Refused, clock: Any) -> None:
    old = talk(lambda bot: bot.send_message(LAN, "old")).message_id
    bad = "400 Bad Request: "
    assert refused("deleteMessage", chat_id=LAN, message_id=4000) == (
        bad + "message to delete not found"
    )
    clock.at += 48 * 3600 - 1
    young = talk(lambda bot: bot.send_message(LAN, "young")).message_id
    clock.at += 2
    assert refused("deleteMessage", chat_id=LAN, message_id=old) == (
        bad + "message can't be deleted for everyone"
    )
    assert talk(lambda bot: bot.delete_message(LAN, young))
    assert refused("deleteMessage", chat_id=LAN, message_id=young) == (
        bad + "message to delete not found"
    )
    assert [message.text for message in tg.chat(LAN)] == ["/start", "old"]
    assert [change.kind for change in tg.history(LAN)] == [
        "message",
        "message",
        "message",
        "delete",
    ]
    assert refused("deleteMessages", chat_id=LAN, message_ids=list(range(101))) == (
        bad + "too many message identifiers specified"
    )
    assert refused("deleteMessages", chat_id=LAN, message_ids=[]) == (
        bad + "message identifiers are not specified"
    )
    recent = talk(lambda bot: bot.send_message(LAN, "recent")).message_id
    assert talk(lambda bot: bot.delete_messages(LAN, [old, recent, 4000]))
    assert [message.text for message in tg.chat(LAN)] == ["/start", "old"]


def test_a_group_that_moved_says_where_to(tg: StandIn) -> None:
    tg.add_group(-5, "Bloc")
    tg.migrate(-5, -1005)
    status, answer = raw(f"{tg.url}/bot1:abc/sendMessage?chat_id=-5&text=x")
    assert (status, answer["parameters"]) == (400, {"migrate_to_chat_id": -1005})
    moved = "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["description"] == moved
    assert raw(f"{tg.url}/bot1:abc/sendMessage?chat_id=-1005&text=x")[0] == 200


def test_a_group_keeps_what_others_wrote(tg: StandIn, refused: Refused) -> None:
    tg.add_group(-100, "Everybody")
    message = tg.send_text(LAN, "hello", chat_id=-100)
    assert refused("deleteMessage", chat_id=-100, message_id=message.message_id) == (
        "400 Bad Request: message can't be deleted"
    )


def test_callback_answers(tg: StandIn, talk: Any, refused: Refused, clock: Any) -> None:
    markup = telegram.InlineKeyboardMarkup(
        [[telegram.InlineKeyboardButton("Send", callback_data="send")]]
    )
    message = talk(lambda bot: bot.send_message(LAN, "x", reply_markup=markup))
    query = tg.press(LAN, message.message_id, "Send")
    bad = "400 Bad Request: "
    assert refused("answerCallbackQuery", callback_query_id=query, text="x" * 201) == (
        bad + "MESSAGE_TOO_LONG"
    )
    assert refused("answerCallbackQuery", callback_query_id=query, url="http://a.vn") == (
        bad + "URL_INVALID"
    )
    assert tg.answer_of(query).answered_at is None
    assert talk(lambda bot: bot.answer_callback_query(query, "x" * 200, show_alert=True))
    answer = tg.answer_of(query)
    assert (answer.text, answer.show_alert, answer.answered_at) == ("x" * 200, True, clock.at)
    assert refused("answerCallbackQuery", callback_query_id=query) == bad + TOO_OLD
    assert refused("answerCallbackQuery", callback_query_id="12345") == bad + TOO_OLD
    stale = tg.press(LAN, message.message_id, "send")
    clock.at += 601
    assert refused("answerCallbackQuery", callback_query_id=stale) == bad + TOO_OLD
    with pytest.raises(PersonError, match="no button"):
        tg.press(LAN, message.message_id, "Approve")


def test_files(tg: StandIn, talk: Any, refused: Refused) -> None:
    bad = "400 Bad Request: "
    assert refused("sendPhoto", chat_id=LAN) == bad + "there is no photo in the request"
    assert refused("sendDocument", chat_id=LAN, document="attach://x") == (
        bad + "wrong file identifier/HTTP URL specified"
    )
    assert refused("sendDocument", chat_id=LAN, document="no-such-id") == (
        bad + "wrong remote file identifier specified: Wrong string length"
    )
    assert refused("sendDocument", chat_id=LAN, document="http://127.0.0.1/a.pdf") == (
        bad + "failed to get HTTP URL content"
    )
    sent = talk(lambda bot: bot.send_document(LAN, b"%PDF", filename="a.pdf"))
    assert refused("sendPhoto", chat_id=LAN, photo=sent.document.file_id) == (
        bad + "can't use file of type Document as Photo"
    )
    assert refused("getFile", file_id="no-such-id") == (
        bad + "wrong file_id or the file is temporarily unavailable"
    )
    assert refused("getFile") == bad + "file_id not specified"
    big = tg.send_document(LAN, b"x" * (20 * 1024 * 1024 + 1), "big.bin")
    assert refused("getFile", file_id=big.files[0]["file_id"]) == bad + "file is too big"

    async def upload(bot: telegram.Bot) -> None:
        with pytest.raises(telegram.error.BadRequest):
            await bot.send_photo(LAN, b"not a picture")
        assert tg.refusals[-1].description == "Bad Request: IMAGE_PROCESS_FAILED"
        with pytest.raises(telegram.error.BadRequest):
            await bot.send_photo(LAN, PNG + bytes(10 * 1024 * 1024))
        assert tg.refusals[-1].description == "Bad Request: file is too big for a photo"
        with pytest.raises(telegram.error.BadRequest):
            await bot.send_document(LAN, b"", filename="empty.txt")
        assert tg.refusals[-1].description == "Bad Request: file must be non-empty"
        with pytest.raises(telegram.error.BadRequest):
            await bot.send_document(LAN, b"x", filename="a.txt", caption="x" * 1025)
        assert tg.refusals[-1].description == "Bad Request: message caption is too long"
        with pytest.raises(telegram.error.TelegramError, match="Request Entity Too Large"):
            await bot.send_document(LAN, bytes(50 * 1024 * 1024 + 1), filename="a.bin")

    talk(upload)
    thin = PNG[:16] + (4000).to_bytes(4, "big") + (100).to_bytes(4, "big") + PNG[24:]
    assert image_size(thin) == (4000, 100)
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)photo_invalid_dimensions"):
        talk(lambda bot: bot.send_photo(LAN, thin))


def test_albums(tg: StandIn, talk: Any, refused: Refused) -> None:
    photo = talk(lambda bot: bot.send_photo(LAN, PNG)).photo[-1].file_id
    paper = talk(lambda bot: bot.send_document(LAN, b"%PDF", filename="a.pdf")).document.file_id
    one = {"type": "photo", "media": photo}
    other = {"type": "document", "media": paper}
    bad = "400 Bad Request: "

    def album(*items: Any) -> str:
        return refused("sendMediaGroup", chat_id=LAN, media=list(items))

    assert album() == bad + "there are no messages to send"
    assert album(one) == bad + "too few messages to send as an album"
    assert album(*[one] * 11) == bad + "too many messages to send as an album"
    assert album(one, other) == bad + "document can't be mixed with other media types"
    assert album(one, {"type": "sticker", "media": photo}) == (
        bad + 'can\'t parse InputMedia: type "sticker" is unsupported'
    )
    assert album(one, {"type": "photo"}) == bad + "can't parse InputMedia: media not found"
    assert album(one, {**one, "size": 3}) == bad + "unknown parameter size in InputMedia"
    assert album(one, {**one, "caption": "x" * 1025}) == bad + "message caption is too long"
    assert len(tg.chat(LAN)) == 3


def test_commands(refused: Refused) -> None:
    bad = "400 Bad Request: "

    def commands(*given: tuple[str, str], **params: Any) -> str:
        every = [{"command": name, "description": words} for name, words in given]
        return refused("setMyCommands", commands=every, **params)

    assert commands(("", "x")) == bad + "command must be non-empty"
    assert commands(("x" * 33, "x")) == bad + "command length must not exceed 32"
    assert commands(("Report", "x")) == bad + "BOT_COMMAND_INVALID"
    assert commands(("báo", "x")) == bad + "BOT_COMMAND_INVALID"
    assert commands(("report", " ")) == bad + "command description must be non-empty"
    assert commands(("report", "x" * 257)) == (
        bad + "command description length must not exceed 256"
    )
    assert commands(*[("report", "x")] * 101) == bad + "BOT_COMMANDS_TOO_MUCH"
    ok = ("report", "x")
    assert commands(ok, language_code="vie") == bad + "invalid language code specified"
    assert commands(ok, scope={"type": "planet"}) == (
        bad + "can't parse BotCommandScope: Unsupported type specified"
    )
    assert commands(ok, scope={"type": "chat", "chat_id": NOBODY}) == bad + "chat not found"
    assert commands(ok, scope={"type": "chat", "chat_id": MINH}) == bad + "chat not found"
    assert commands(ok, scope={"type": "chat_administrators", "chat_id": LAN}) == (
        bad + "can't use specified scope in private chats"
    )


def test_profile_and_small_things(refused: Refused) -> None:
    bad = "400 Bad Request: "
    assert refused("setMyName", name="x" * 65) == bad + "name is too long"
    assert refused("setMyDescription", description="x" * 513) == bad + "description is too long"
    assert refused("setMyShortDescription", short_description="x" * 121) == (
        bad + "short description is too long"
    )
    assert refused("setChatMenuButton", menu_button={"type": "star"}) == (
        bad + "can't parse MenuButton: unsupported type specified"
    )
    assert refused("setChatMenuButton", chat_id=MINH) == bad + "chat not found"
    assert refused("getChat", chat_id=MINH) == bad + "chat not found"
    assert refused("sendChatAction", chat_id=LAN, action="sleeping") == (
        bad + "wrong parameter action in request"
    )
    assert refused("copyMessage", chat_id=LAN, from_chat_id=LAN, message_id=4000) == (
        bad + "message to copy not found"
    )
    assert refused("forwardMessage", chat_id=LAN, from_chat_id=LAN, message_id=4000) == (
        bad + "message to forward not found"
    )
    assert refused("setMessageReaction", chat_id=LAN, message_id=4000) == (
        bad + "message to react not found"
    )
    assert refused("setWebhook", url="http://example.org/hook") == (
        bad + "bad webhook: An HTTPS URL must be provided for webhook"
    )
    assert refused("setWebhook", url="https://example.org/", secret_token="no spaces") == (
        bad + "secret token contains unallowed characters"
    )


def test_wrong_token_method_and_body(tg: StandIn, refused: Refused) -> None:
    unauthorized = {"ok": False, "error_code": 401, "description": "Unauthorized"}
    not_found = {"ok": False, "error_code": 404, "description": "Not Found"}
    assert raw(f"{tg.url}/bot2:xyz/getMe") == (401, unauthorized)
    assert tg.refusals[-1].method == "getMe"
    assert raw(f"{tg.url}/file/bot2:xyz/documents/file_0.txt") == (401, unauthorized)
    assert raw(f"{tg.url}/file/bot1:abc/documents/file_0.txt") == (404, not_found)
    assert raw(f"{tg.url}/bot1:abc/getMeNot") == (404, not_found)
    assert refused("getMeNot") == "404 Not Found"
    status, answer = raw(f"{tg.url}/bot1:abc/sendMessage", b"{")
    assert (status, answer["description"]) == (400, "Bad Request: can't parse JSON object")
    form = "application/x-www-form-urlencoded"
    status, answer = raw(f"{tg.url}/bot1:abc/sendMessage", b"text=%ff&chat_id=7", form)
    utf8 = "Bad Request: strings must be encoded in UTF-8"
    assert (status, answer["description"]) == (400, utf8)
    status, answer = raw(f"{tg.url}/bot1:abc/sendMessage", b'{"chat_id":7,"text":"\\ud800"}')
    assert (status, answer["description"]) == (400, utf8)
    status, answer = raw(f"{tg.url}/bot1:abc/SENDMESSAGE?chat_id=7&text=hello")
    assert (status, answer["result"]["text"]) == (200, "hello")
