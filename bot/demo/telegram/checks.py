"""Reading a method's parameters as strictly as Telegram does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from bot.demo.telegram import limits
from bot.demo.telegram.entities import TYPES, checked_url, clean, detect, parse_html, trim, utf16
from bot.demo.telegram.errors import ApiError, bad_request

Json = dict[str, Any]

BUTTON_KINDS = frozenset(
    {
        "callback_data",
        "url",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    }
)
BUTTON_FIELDS = BUTTON_KINDS | {"text", "style", "icon_custom_emoji_id"}
KEY_FIELDS = frozenset(
    {
        "text",
        "style",
        "icon_custom_emoji_id",
        "request_users",
        "request_chat",
        "request_contact",
        "request_location",
        "request_poll",
        "request_managed_bot",
        "web_app",
    }
)
STYLES = frozenset({"primary", "success", "danger"})
_MARKUP_FIELDS = {
    "inline_keyboard": frozenset[str](),
    "keyboard": frozenset(
        {
            "is_persistent",
            "resize_keyboard",
            "one_time_keyboard",
            "input_field_placeholder",
            "selective",
        }
    ),
    "remove_keyboard": frozenset({"selective"}),
    "force_reply": frozenset({"input_field_placeholder", "selective"}),
}


@dataclass(slots=True)
class Upload:
    """A file that came with the request."""

    name: str
    content: bytes
    mime: str = ""


class Args:
    """Parameters of one request; forms give texts, JSON gives values, both are read alike."""

    def __init__(self, values: Json, uploads: dict[str, Upload] | None = None) -> None:
        self.values = values
        self.uploads = uploads or {}
        for value in values.values():
            if isinstance(value, str):
                _utf8(value)

    def has(self, name: str) -> bool:
        """Given and not empty."""
        return self.values.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, str):
            return value
        if isinstance(value, bool | int | float):
            return json.dumps(value)
        raise bad_request(f'field "{name}" must be of type String')

    def number(self, name: str, default: int = 0) -> int:
        """A whole number."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f'invalid parameter "{name}" specified') from None

    def flag(self, name: str, default: bool = False) -> bool:
        """Yes or no."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        return str(value).strip().lower() in ("true", "yes", "1")

    def data(self, name: str, what: str) -> Any:
        """A JSON value; None where not given."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def chat_id(self) -> int:
        """The chat a method is about."""
        if not self.has("chat_id"):
            raise bad_request("chat_id is empty")
        value = self.values["chat_id"]
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request("chat not found") from None

    def message_id(self, name: str = "message_id") -> int:
        """The message a method is about."""
        if not self.has(name):
            raise bad_request("message identifier is not specified")
        return self.number(name)


def _utf8(value: str) -> None:
    if value.isascii():
        return
    try:
        value.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def formatted(args: Args, name: str) -> tuple[str, list[Json]]:
    """Text or caption with its entities, parsed, cleaned and trimmed; not yet measured."""
    return format_text(
        args.text(name),
        args.text("parse_mode"),
        args.data("entities" if name == "text" else "caption_entities", "entities"),
    )


def format_text(text: str, mode: str, given: Any) -> tuple[str, list[Json]]:
    """The same for a value from anywhere."""
    _utf8(text)
    mode = mode.lower()
    entities: list[Json] = []
    if mode == "html":
        text, entities = parse_html(text)
    elif mode not in ("", "none"):
        raise bad_request("unsupported parse_mode")
    elif given:
        entities = _given_entities(given, text)
    plain, entities = trim(clean(text), entities)
    return plain, detect(plain, entities)


def _given_entities(given: Any, text: str) -> list[Json]:
    if not isinstance(given, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    size = utf16(text)
    out = []
    for one in given:
        if not isinstance(one, dict):
            raise bad_request("can't parse entities: expected an Object as MessageEntity")
        if one.get("type") not in TYPES:
            raise bad_request("can't parse entities: unsupported type specified")
        offset, length = one.get("offset"), one.get("length")
        if not isinstance(offset, int) or not isinstance(length, int):
            raise bad_request("can't parse entities: offset and length must be Integers")
        if offset < 0 or length < 0 or offset + length > size:
            raise bad_request(
                "entity beginning or end is out of the text: "
                f"offset {offset}, length {length}, text of {size}"
            )
        if length and one["type"] not in ("mention", "hashtag", "bot_command", "url", "email"):
            out.append(dict(one))
    out.sort(key=lambda one: (one["offset"], -one["length"]))
    return out


def check_text(text: str, *, editing: bool = False) -> None:
    """Of a text message: 1 to 4096 characters."""
    if not text:
        raise bad_request("message text is empty")
    if len(text) > limits.TEXT:
        raise bad_request("MESSAGE_TOO_LONG" if editing else "message is too long")


def check_caption(text: str) -> None:
    """Of a caption: up to 1024 characters."""
    if len(text) > limits.CAPTION:
        raise bad_request("message caption is too long")


# -- reply markup -------------------------------------------------------------------------


def reply_markup(args: Args, *, inline_only: bool = False) -> Json | None:
    """The reply_markup of a request, checked; None where none (or an empty one) is given."""
    value = args.data("reply_markup", "reply keyboard markup")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    kind = next((name for name in _MARKUP_FIELDS if name in value), None)
    if kind is None:
        if value:
            _unknown(next(iter(value)), "reply markup")
        return None
    for name in value:
        if name != kind and name not in _MARKUP_FIELDS[kind]:
            _unknown(name, "reply markup")
    if inline_only and kind != "inline_keyboard":
        raise bad_request("inline keyboard expected")
    if kind == "inline_keyboard":
        return _inline(value)
    if len(str(value.get("input_field_placeholder") or "")) > limits.PLACEHOLDER:
        raise bad_request("INPUT_FIELD_PLACEHOLDER_TOO_LONG")
    if kind == "keyboard":
        _keys(value["keyboard"])
    elif value[kind] is not True:
        return None
    return value


def _unknown(name: str, where: str) -> NoReturn:
    raise bad_request(f"unknown parameter {name} in {where}")


def _rows(value: Any, field: str) -> list[list[Any]]:
    if not isinstance(value, list) or any(not isinstance(row, list) for row in value):
        raise bad_request(f'field "{field}" of the reply markup must be an Array of Arrays')
    rows = [row for row in value if row]
    if any(len(row) > limits.BUTTONS_IN_ROW for row in rows):
        raise bad_request("reply markup is too long")
    if sum(len(row) for row in rows) > limits.BUTTONS:
        raise bad_request("reply markup is too long")
    return rows


def _inline(value: Json) -> Json | None:
    rows = _rows(value["inline_keyboard"], "inline_keyboard")
    for row in rows:
        for button in row:
            _check_button(button)
    return {"inline_keyboard": rows} if rows else None


def _button_error(text: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {text}")


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise _button_error("InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise _button_error('Can\'t find field "text"')
    _utf8(text)
    if not text.strip():
        raise _button_error("Text must be non-empty")
    if not button.keys() <= BUTTON_FIELDS:
        _unknown(min(button.keys() - BUTTON_FIELDS), "inline keyboard button")
    kinds = button.keys() & BUTTON_KINDS
    if not kinds:
        raise _button_error("Text buttons are unallowed in the inline keyboard")
    if len(kinds) > 1:
        raise _button_error("Exactly one of the optional fields must be used")
    _check_style(button)
    _check_target(button)


def _check_target(button: Json) -> None:
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str):
            raise _button_error('Field "callback_data" must be of type String')
        _utf8(data)
        if not 1 <= len(data.encode()) <= limits.CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        url = button["url"]
        if not isinstance(url, str) or not checked_url(url):
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    elif "copy_text" in button:
        copied = button["copy_text"]
        text = copied.get("text") if isinstance(copied, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= limits.COPY_TEXT:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _check_style(button: Json) -> None:
    if "style" in button and button["style"] not in STYLES:
        raise bad_request("invalid button style specified")


def _keys(value: Any) -> None:
    rows = _rows(value, "keyboard")
    if not rows:
        raise bad_request("reply keyboard must be non-empty")
    for index, row in enumerate(rows):
        for place, given in enumerate(row):
            key = {"text": given} if isinstance(given, str) else given
            if not isinstance(key, dict) or not isinstance(key.get("text"), str):
                raise bad_request("can't parse keyboard button: Can't find field \"text\"")
            if not key["text"].strip():
                raise bad_request("can't parse keyboard button: Text must be non-empty")
            if not key.keys() <= KEY_FIELDS:
                _unknown(min(key.keys() - KEY_FIELDS), "keyboard button")
            _check_style(key)
            rows[index][place] = key


# -- commands -----------------------------------------------------------------------------

_COMMAND = re.compile(r"[a-z0-9_]+")


def check_commands(given: Any) -> list[Json]:
    """The commands of setMyCommands."""
    if not isinstance(given, list):
        raise bad_request("expected an Array of BotCommand")
    if len(given) > limits.COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    out: list[Json] = []
    for one in given:
        if not isinstance(one, dict):
            raise bad_request("can't parse BotCommand: expected an Object")
        name = str(one.get("command", "")).strip().removeprefix("/")
        words = str(one.get("description", "")).strip()
        _utf8(name + words)
        if not name:
            raise bad_request("command must be non-empty")
        if len(name) > limits.COMMAND_NAME:
            raise bad_request(f"command length must not exceed {limits.COMMAND_NAME}")
        if not words:
            raise bad_request("command description must be non-empty")
        if len(words) > limits.COMMAND_DESCRIPTION:
            raise bad_request(
                f"command description length must not exceed {limits.COMMAND_DESCRIPTION}"
            )
        if not _COMMAND.fullmatch(name):
            raise bad_request("BOT_COMMAND_INVALID")
        out.append({"command": name, "description": words})
    return out


def language_of(args: Args) -> str:
    """language_code: two letters or none."""
    code = args.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def scope_of(args: Args) -> tuple[str, int | None]:
    """The scope of a command list as one text, and its chat if it has one."""
    scope = args.data("scope", "BotCommandScope")
    if scope is None:
        return "default", None
    if not isinstance(scope, dict) or "type" not in scope:
        raise bad_request("can't parse BotCommandScope: expected an Object with type")
    kind = scope["type"]
    if kind in (
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
    ):
        return kind, None
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    try:
        chat_id = int(scope["chat_id"])
    except (KeyError, TypeError, ValueError):
        raise bad_request("chat not found") from None
    if kind == "chat":
        return f"chat:{chat_id}", chat_id
    if chat_id > 0:
        raise bad_request("can't use specified scope in private chats")
    if kind == "chat_administrators":
        return f"chat_administrators:{chat_id}", chat_id
    return f"chat_member:{chat_id}:{scope.get('user_id')}", chat_id
