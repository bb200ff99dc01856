"""Methods that change what was sent: edit, delete, and answers to button presses."""

from __future__ import annotations

from typing import Any

from bot.demo.telegram import limits
from bot.demo.telegram.checks import Args, check_caption, check_text, formatted, message_text
from bot.demo.telegram.core import NOT_MODIFIED, Core
from bot.demo.telegram.errors import bad_request
from bot.demo.telegram.markup import reply_markup
from bot.demo.telegram.methods import CAPTION, method
from bot.demo.telegram.model import Json, Message
from bot.demo.telegram.sending import input_media

TARGET = "chat_id message_id inline_message_id business_connection_id reply_markup"
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def _target(tg: Core, args: Args) -> Message:
    """The bot's own message that is to be edited."""
    if args.has("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat_id = args.chat_id()
    message_id = args.message_id()
    tg.reach(chat_id)
    message = tg.find(chat_id, message_id)
    if message is None:
        raise bad_request("message to edit not found")
    markup = message.reply_markup
    own = message.from_bot and message.forward_origin is None
    if not own or (markup is not None and "inline_keyboard" not in markup):
        raise bad_request("message can't be edited")
    return message


def _edit(tg: Core, message: Message, **fields: Any) -> Json:
    if all(getattr(message, name) == value for name, value in fields.items()):
        raise bad_request(NOT_MODIFIED)
    # A change of buttons alone leaves no "edited" mark.
    mark = any(name != "reply_markup" for name in fields)
    return tg.change(message, mark=mark, **fields).to_api()


@method("editMessageText", TARGET, "text parse_mode entities link_preview_options")
def edit_message_text(tg: Core, args: Args) -> Json:
    """Another text."""
    text, entities = message_text(args)
    markup = reply_markup(args, inline_only=True)
    message = _target(tg, args)
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    check_text(text, editing=True)
    fields: Json = {"text": text, "entities": entities, "reply_markup": markup}
    preview = args.data("link_preview_options", "LinkPreviewOptions")
    if preview:
        fields["extra"] = {**message.extra, "link_preview_options": preview}
    return _edit(tg, message, **fields)


@method("editMessageCaption", TARGET, CAPTION)
def edit_message_caption(tg: Core, args: Args) -> Json:
    """Another caption."""
    text, entities = formatted(args, "caption")
    markup = reply_markup(args, inline_only=True)
    message = _target(tg, args)
    if message.kind in ("text", "location", "contact", "sticker"):
        raise bad_request("there is no caption in the message to edit")
    check_caption(text)
    return _edit(tg, message, text=text, entities=entities, reply_markup=markup)


@method("editMessageMedia", TARGET, "media")
def edit_message_media(tg: Core, args: Args) -> Json:
    """Another picture or file."""
    given = args.data("media", "InputMedia")
    if given is None:
        raise bad_request("media is required")
    markup = reply_markup(args, inline_only=True)
    message = _target(tg, args)
    if message.kind in ("location", "contact", "sticker", "voice"):
        raise bad_request("message can't be edited")
    kind, media, text, entities = input_media(tg, args, given)
    if message.media_group_id is not None and kind != message.kind:
        raise bad_request("can't use the media of the specified type in the album")
    return _edit(
        tg,
        message,
        kind=kind,
        media=media,
        text=text,
        entities=entities,
        reply_markup=markup,
    )


@method("editMessageReplyMarkup", TARGET)
def edit_message_reply_markup(tg: Core, args: Args) -> Json:
    """Other buttons, or none."""
    markup = reply_markup(args, inline_only=True)
    return _edit(tg, _target(tg, args), reply_markup=markup)


def _deletable(tg: Core, message: Message) -> bool:
    return tg.now() - message.date < limits.DELETE_SECONDS


@method("deleteMessage", "chat_id message_id")
def delete_message(tg: Core, args: Args) -> bool:
    """Delete a message of the last 48 hours."""
    chat_id = args.chat_id()
    message_id = args.message_id()
    tg.chat_api(chat_id)
    message = tg.find(chat_id, message_id)
    if message is None:
        raise bad_request("message to delete not found")
    if not _deletable(tg, message):
        raise bad_request("message can't be deleted for everyone")
    if chat_id < 0 and not message.from_bot:
        raise bad_request("message can't be deleted")
    tg.remove(message)
    return True


@method("deleteMessages", "chat_id message_ids")
def delete_messages(tg: Core, args: Args) -> bool:
    """Delete up to 100 messages; those that can't be are passed over."""
    chat_id = args.chat_id()
    ids = args.data("message_ids", "message identifiers")
    if not isinstance(ids, list) or not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > 100:
        raise bad_request("too many message identifiers specified")
    tg.chat_api(chat_id)
    for one in ids:
        message = tg.find(chat_id, int(one))
        if message is not None and _deletable(tg, message):
            tg.remove(message)
    return True


@method("answerCallbackQuery", "callback_query_id text show_alert url cache_time")
def answer_callback_query(tg: Core, args: Args) -> bool:
    """The answer to a button press: once, and soon."""
    text = args.text("text")
    if len(text) > limits.CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    press = tg.presses.get(args.text("callback_query_id"))
    if (
        press is None
        or press.answered_at is not None
        or tg.now() - press.pressed_at > limits.CALLBACK_SECONDS
    ):
        raise bad_request(QUERY_TOO_OLD)
    press.answered_at = tg.now()
    press.text = text
    press.show_alert = args.flag("show_alert")
    press.url = args.text("url")
    if press.url and f"t.me/{tg.bot['username']}" not in press.url:
        press.answered_at = None
        raise bad_request("URL_INVALID")
    tg.emit("answer", press.user_id, answer=press.to_dict())
    return True
