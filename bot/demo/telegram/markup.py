"""Keyboards: what Telegram refuses of a reply_markup."""

from __future__ import annotations

from typing import Any, NoReturn

from bot.demo.telegram import limits
from bot.demo.telegram.checks import Args, check_utf8
from bot.demo.telegram.entities import checked_url
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
    check_utf8(text)
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
        check_utf8(data)
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
