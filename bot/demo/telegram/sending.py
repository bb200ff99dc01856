"""Methods that send: text, files, albums, copies."""

from __future__ import annotations

from typing import Any

from bot.demo.telegram import limits
from bot.demo.telegram.checks import (
    Args,
    Upload,
    check_caption,
    check_text,
    format_text,
    formatted,
    message_text,
)
from bot.demo.telegram.core import Core
from bot.demo.telegram.errors import ApiError, bad_request
from bot.demo.telegram.files import StoredFile, file_body, image_size, photo_size
from bot.demo.telegram.markup import reply_markup
from bot.demo.telegram.methods import CAPTION, SENDING, method
from bot.demo.telegram.model import Json, Message

ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def _replied(tg: Core, args: Args, chat_id: int) -> Message | None:
    given = args.data("reply_parameters", "ReplyParameters")
    if given is None:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("message_id"), int):
        raise bad_request("can't parse ReplyParameters: message_id expected")
    message = tg.find(int(given.get("chat_id", chat_id)), given["message_id"])
    if message is None and not given.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return message


def _common(tg: Core, args: Args, chat_id: int) -> Json:
    """What all sent messages have in common; refuses a chat that can't be written to."""
    markup = reply_markup(args)
    tg.reach(chat_id)
    return {
        "reply_to": _replied(tg, args, chat_id),
        "reply_markup": markup,
        "protect_content": args.flag("protect_content"),
        "silent": args.flag("disable_notification"),
    }


@method("sendMessage", SENDING, "text parse_mode entities link_preview_options")
def send_message(tg: Core, args: Args) -> Json:
    """A text message."""
    text, entities = message_text(args)
    chat_id = args.chat_id()
    common = _common(tg, args, chat_id)
    check_text(text)
    preview = args.data("link_preview_options", "LinkPreviewOptions")
    if preview:
        common["extra"] = {"link_preview_options": preview}
    tg.spend(chat_id)
    return tg.put(chat_id, tg.bot, text=text, entities=entities, **common).to_api()


# -- files --------------------------------------------------------------------------------


def _title(kind: str) -> str:
    return {"video_note": "VideoNote"}.get(kind, kind.capitalize())


def attached(args: Args, name: str, value: Any) -> Upload | str:
    """The upload that a parameter means (its own part, or attach://part), or a file id."""
    if isinstance(value, str) and value.startswith("attach://"):
        upload = args.uploads.get(value.removeprefix("attach://"))
        if upload is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return upload
    if value in (None, ""):
        upload = args.uploads.get(name)
        if upload is None:
            raise bad_request(f"there is no {name.replace('_', ' ')} in the request")
        return upload
    return str(value)


def media_of(tg: Core, kind: str, source: Upload | str, more: Json | None = None) -> Json:
    """The Bot API's fields of a message with this file; keeps an upload, refuses a bad one."""
    if isinstance(source, str):
        stored = tg.files.get(source)
        if stored is None:
            if "://" in source:
                raise bad_request("failed to get HTTP URL content")
            raise bad_request("wrong remote file identifier specified: Wrong string length")
        if stored.kind != kind:
            raise bad_request(f"can't use file of type {_title(stored.kind)} as {_title(kind)}")
        if kind == "photo":
            return {"photo": _sizes_of(tg, stored)}
        return {kind: file_body(stored, **(more or {}))}
    if not source.content:
        raise bad_request("file must be non-empty")
    if len(source.content) > limits.UPLOAD_BYTES:
        raise ApiError(413, "Request Entity Too Large")
    if kind == "photo":
        if len(source.content) > limits.PHOTO_BYTES:
            raise bad_request("file is too big for a photo")
        size = image_size(source.content)
        if size is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        if sum(size) > 10_000 or max(size) > 20 * min(size):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        return {"photo": tg.files.photo_sizes(source.content, size)}
    stored = tg.files.put(source.content, kind, source.name, source.mime)
    return {kind: file_body(stored, **(more or {}))}


def _sizes_of(tg: Core, stored: StoredFile) -> list[Json]:
    size = image_size(stored.content)
    return tg.files.photo_sizes(stored.content, size) if size else [photo_size(stored)]


def _numbers(args: Args, *names: str) -> Json:
    return {name: args.number(name) for name in names}


def _send_file(tg: Core, args: Args, kind: str, more: Json | None = None) -> Json:
    source = attached(args, kind, args.values.get(kind))
    text, entities = formatted(args, "caption")
    chat_id = args.chat_id()
    common = _common(tg, args, chat_id)
    check_caption(text)
    media = media_of(tg, kind, source, more)
    if args.flag("show_caption_above_media"):
        common["extra"] = {"show_caption_above_media": True}
    tg.spend(chat_id)
    return tg.put(
        chat_id, tg.bot, kind=kind, text=text, entities=entities, media=media, **common
    ).to_api()


@method("sendPhoto", SENDING, CAPTION, "photo has_spoiler")
def send_photo(tg: Core, args: Args) -> Json:
    """A picture."""
    return _send_file(tg, args, "photo")


@method(
    "sendDocument",
    SENDING,
    CAPTION.replace("show_caption_above_media", ""),
    "document thumbnail disable_content_type_detection",
)
def send_document(tg: Core, args: Args) -> Json:
    """A file."""
    return _send_file(tg, args, "document")


@method(
    "sendVideo",
    SENDING,
    CAPTION,
    "video duration width height thumbnail cover start_timestamp has_spoiler supports_streaming",
)
def send_video(tg: Core, args: Args) -> Json:
    """A video."""
    return _send_file(tg, args, "video", _numbers(args, "width", "height", "duration"))


@method(
    "sendAudio",
    SENDING,
    CAPTION.replace("show_caption_above_media", ""),
    "audio duration performer title thumbnail",
)
def send_audio(tg: Core, args: Args) -> Json:
    """A piece of music."""
    return _send_file(tg, args, "audio", _numbers(args, "duration"))


@method("sendVoice", SENDING, CAPTION.replace("show_caption_above_media", ""), "voice duration")
def send_voice(tg: Core, args: Args) -> Json:
    """A voice message."""
    return _send_file(tg, args, "voice", _numbers(args, "duration"))


@method("sendAnimation", SENDING, CAPTION, "animation duration width height thumbnail has_spoiler")
def send_animation(tg: Core, args: Args) -> Json:
    """A silent film."""
    return _send_file(tg, args, "animation", _numbers(args, "width", "height", "duration"))


@method(
    "sendLocation",
    SENDING,
    "latitude longitude horizontal_accuracy live_period heading proximity_alert_radius",
)
def send_location(tg: Core, args: Args) -> Json:
    """A place."""
    chat_id = args.chat_id()
    common = _common(tg, args, chat_id)
    try:
        place = {name: float(args.text(name)) for name in ("latitude", "longitude")}
    except ValueError:
        raise bad_request("bad latitude or longitude") from None
    tg.spend(chat_id)
    return tg.put(chat_id, tg.bot, kind="location", media={"location": place}, **common).to_api()


# -- albums -------------------------------------------------------------------------------

ALBUM_KINDS = ("photo", "video", "document", "audio")
_ITEM_FIELDS = (
    "type media caption parse_mode caption_entities show_caption_above_media has_spoiler "
    "thumbnail cover start_timestamp width height duration supports_streaming performer title "
    "disable_content_type_detection"
)
ITEM_FIELDS = frozenset(_ITEM_FIELDS.split())


def input_media(tg: Core, args: Args, item: Any) -> tuple[str, Json, str, list[Json]]:
    """An InputMedia: kind, media fields, caption, entities."""
    if not isinstance(item, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind = item.get("type")
    if kind not in (*ALBUM_KINDS, "animation"):
        raise bad_request(f'can\'t parse InputMedia: type "{kind}" is unsupported')
    if not item.keys() <= ITEM_FIELDS:
        raise bad_request(f"unknown parameter {min(item.keys() - ITEM_FIELDS)} in InputMedia")
    if not item.get("media"):
        raise bad_request("can't parse InputMedia: media not found")
    text, entities = format_text(
        item.get("caption") or "", item.get("parse_mode") or "", item.get("caption_entities")
    )
    check_caption(text)
    more = {
        name: int(item[name])
        for name in ("width", "height", "duration")
        if name in item and kind in ("video", "animation", "audio")
    }
    return kind, media_of(tg, kind, attached(args, "media", item["media"]), more), text, entities


@method(
    "sendMediaGroup",
    SENDING.replace("reply_markup", "").replace("suggested_post_parameters", ""),
    "media",
)
def send_media_group(tg: Core, args: Args) -> list[Json]:
    """An album of 2–10 items: a message each."""
    given = args.data("media", "InputMedia")
    if not isinstance(given, list) or not given:
        raise bad_request("there are no messages to send")
    if len(given) > limits.ALBUM_MAX:
        raise bad_request("too many messages to send as an album")
    if len(given) < limits.ALBUM_MIN:
        raise bad_request("too few messages to send as an album")
    chat_id = args.chat_id()
    common = _common(tg, args, chat_id)
    items = [input_media(tg, args, item) for item in given]
    kinds = {kind for kind, *_ in items}
    if "animation" in kinds:
        raise bad_request("can't use the media of the specified type in the album")
    for alone in ("document", "audio"):
        if alone in kinds and len(kinds) > 1:
            raise bad_request(f"{alone} can't be mixed with other media types")
    tg.spend(chat_id, len(items))
    album = tg.new_album()
    return [
        tg.put(
            chat_id,
            tg.bot,
            kind=kind,
            media=media,
            text=text,
            entities=entities,
            media_group_id=album,
            **common,
        ).to_api()
        for kind, media, text, entities in items
    ]


# -- copies and small things --------------------------------------------------------------


def _source(tg: Core, args: Args, verb: str) -> Message:
    message = tg.find(args.number("from_chat_id"), args.message_id())
    if message is None:
        raise bad_request(f"message to {verb} not found")
    if message.protect_content:
        raise bad_request(f"message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return message


@method(
    "copyMessage",
    SENDING.replace("business_connection_id", ""),
    CAPTION,
    "from_chat_id message_id video_start_timestamp",
)
def copy_message(tg: Core, args: Args) -> Json:
    """The same message anew, without its sender."""
    chat_id = args.chat_id()
    common = _common(tg, args, chat_id)
    message = _source(tg, args, "copy")
    text, entities = message.text, message.entities
    if args.has("caption") and message.kind != "text":
        text, entities = formatted(args, "caption")
        check_caption(text)
    tg.spend(chat_id)
    copy = tg.put(
        chat_id,
        tg.bot,
        kind=message.kind,
        text=text,
        entities=entities,
        media=message.media,
        **common,
    )
    return {"message_id": copy.message_id}


@method(
    "forwardMessage",
    "chat_id from_chat_id message_id message_thread_id direct_messages_topic_id "
    "video_start_timestamp disable_notification protect_content message_effect_id "
    "suggested_post_parameters",
)
def forward_message(tg: Core, args: Args) -> Json:
    """A message with its sender's name."""
    chat_id = args.chat_id()
    tg.reach(chat_id)
    message = _source(tg, args, "forward")
    tg.spend(chat_id)
    origin = {"type": "user", "sender_user": message.sender, "date": message.date}
    return tg.put(
        chat_id,
        tg.bot,
        kind=message.kind,
        text=message.text,
        entities=message.entities,
        media=message.media,
        protect_content=args.flag("protect_content"),
        silent=args.flag("disable_notification"),
        forward_origin=message.forward_origin or origin,
    ).to_api()


@method("sendChatAction", "chat_id action business_connection_id message_thread_id")
def send_chat_action(tg: Core, args: Args) -> bool:
    """ "typing…" for five seconds."""
    chat_id = args.chat_id()
    tg.reach(chat_id)
    action = args.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    tg.emit("typing", chat_id, action=action)
    return True


@method("setMessageReaction", "chat_id message_id reaction is_big")
def set_message_reaction(tg: Core, args: Args) -> bool:
    """The bot's reaction to a message."""
    chat_id = args.chat_id()
    tg.reach(chat_id)
    message = tg.find(chat_id, args.message_id())
    if message is None:
        raise bad_request("message to react not found")
    given = args.data("reaction", "ReactionType") or []
    if not isinstance(given, list) or len(given) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(one.get("type") != "emoji" or not one.get("emoji") for one in given):
        raise bad_request("REACTION_INVALID")
    tg.change(message, mark=False, reactions=given)
    return True
