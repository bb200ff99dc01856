"""Reading a method's parameters as strictly as Telegram does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.demo.telegram import limits
from bot.demo.telegram.entities import TYPES, blank, clean, detect, parse_html, trim, utf16
from bot.demo.telegram.errors import bad_request

Json = dict[str, Any]


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
                check_utf8(value)

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


def check_utf8(value: str) -> None:
    """Refuse half of a surrogate pair."""
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


def message_text(args: Args) -> tuple[str, list[Json]]:
    """The text of a text message: there must be something to see."""
    if not args.text("text"):
        raise bad_request("message text is empty")
    text, entities = formatted(args, "text")
    if blank(text):
        raise bad_request("text must be non-empty")
    return text, entities


def format_text(text: str, mode: str, given: Any) -> tuple[str, list[Json]]:
    """The same for a value from anywhere."""
    check_utf8(text)
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
    """Of a text message: up to 4096 characters."""
    if len(text) > limits.TEXT:
        raise bad_request("MESSAGE_TOO_LONG" if editing else "message is too long")


def check_caption(text: str) -> None:
    """Of a caption: up to 1024 characters."""
    if len(text) > limits.CAPTION:
        raise bad_request("message caption is too long")


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
        check_utf8(name + words)
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
