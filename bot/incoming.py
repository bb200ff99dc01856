"""What came in, as the handlers see it: plain data read from one update of Telegram's.

Read from the JSON itself: python-telegram-bot's objects hold everything that Telegram knows, at
several times the cost, and one that they can't be made of (of a kind newer than the library)
would fail a whole poll.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from sqlmodel import Session

from bot.i18n import Texts
from bot.models import EvidenceKind, Form
from bot.services.access import Actor

#: An object of the Bot API as it comes in JSON.
Body = dict[str, Any]
Kind = Literal["command", "text", "button", "file", "other", "blocked", "unblocked", "group"]


@dataclass(frozen=True, slots=True)
class Media:
    """A file that a person sent; Telegram keeps it under ``file_id``."""

    kind: EvidenceKind | None
    file_id: str
    content_key: str
    name: str | None
    mime: str | None
    size: int | None
    caption: str
    album: str | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update. Fields that its kind doesn't have are empty.

    ``kind`` ``other`` is a message without text or file (sticker, location, contact) or an edit;
    ``group`` anything outside a private chat. ``message_id`` is the message typed, or the one
    whose button was pressed.
    """

    update_id: int
    kind: Kind
    telegram_id: int
    chat_id: int
    name: str = ""
    username: str | None = None
    language_code: str | None = None
    message_id: int | None = None
    text: str = ""
    command: str = ""
    data: str = ""
    query_id: str = ""
    media: Media | None = None
    sent_at: dt.datetime | None = None


@dataclass(slots=True)
class Tx:
    """What a handler works with: one update's transaction and who acts in it.

    ``form`` is the person's open form as it was when the update came, or None.
    """

    session: Session
    actor: Actor
    t: Texts
    now: dt.datetime
    bot_name: str
    form: Form | None = None


def _media(message: Body) -> Media | None:
    sizes = message.get("photo")
    kinds: list[tuple[EvidenceKind, Body | None]] = [
        (EvidenceKind.PHOTO, sizes[-1] if sizes else None),
        (
            EvidenceKind.VIDEO,
            message.get("video") or message.get("video_note") or message.get("animation"),
        ),
        (EvidenceKind.AUDIO, message.get("audio")),
        (EvidenceKind.VOICE, message.get("voice")),
        (EvidenceKind.DOCUMENT, message.get("document")),
    ]
    for kind, file in kinds:
        if file is None:
            continue
        return Media(
            kind=kind,
            file_id=file["file_id"],
            content_key=file["file_unique_id"],
            name=file.get("file_name"),
            mime=file.get("mime_type"),
            size=file.get("file_size"),
            caption=message.get("caption", ""),
            album=message.get("media_group_id"),
        )
    return None


def _sender(user: Body) -> dict[str, Any]:
    name = user["first_name"]
    if user.get("last_name"):
        name += " " + user["last_name"]
    return {
        "telegram_id": user["id"],
        "name": name,
        "username": user.get("username"),
        "language_code": user.get("language_code"),
    }


def _message(update_id: int, message: Body, *, edited: bool) -> Incoming:
    text: str = message.get("text", "")
    media = None if edited else _media(message)
    command = ""
    kind: Kind = "other"
    if edited:
        text = ""
    elif media is not None:
        kind = "file"
    elif text.startswith("/") and len(text) > 1 and not text[1].isspace():
        kind = "command"
        head, _, text = (
            text.partition(" ") if "\n" not in text.split(" ")[0] else text.partition("\n")
        )
        command = head[1:].split("@")[0].lower()
        text = text.strip()
    elif text:
        kind = "text"
    return Incoming(
        update_id=update_id,
        kind=kind,
        **_sender(message["from"]),
        chat_id=message["chat"]["id"],
        message_id=message["message_id"],
        text=text,
        command=command,
        media=media,
        sent_at=dt.datetime.fromtimestamp(message["date"], dt.UTC),
    )


def read(body: Body) -> Incoming | None:
    """The update as the handlers see it; None for kinds that the bot has nothing to do with.

    ``body`` is an Update as the Bot API has it. Raises LookupError, TypeError, ValueError or
    AttributeError for what is none.
    """
    update_id = number(body)
    if (query := body.get("callback_query")) is not None:
        if (message := query.get("message")) is None:
            return None
        return Incoming(
            update_id=update_id,
            kind="button" if message["chat"]["type"] == "private" else "group",
            **_sender(query["from"]),
            chat_id=message["chat"]["id"],
            message_id=message["message_id"],
            data=query.get("data", ""),
            query_id=query["id"],
        )
    if (change := body.get("my_chat_member")) is not None:
        if change["chat"]["type"] != "private":
            return None
        gone = change["new_chat_member"]["status"] in ("kicked", "left")
        return Incoming(
            update_id=update_id,
            kind="blocked" if gone else "unblocked",
            **_sender(change["from"]),
            chat_id=change["chat"]["id"],
        )
    message = body.get("message") or body.get("edited_message")
    if message is None or "from" not in message:
        return None
    if message["chat"]["type"] == "private":
        return _message(update_id, message, edited="message" not in body)
    if "message" not in body or not message.get("text", "").startswith("/"):
        return None
    return Incoming(
        update_id=update_id,
        kind="group",
        **_sender(message["from"]),
        chat_id=message["chat"]["id"],
        message_id=message["message_id"],
    )


def number(body: Body) -> int:
    """The number of an update. Raises LookupError, TypeError or ValueError where it has none."""
    return int(body["update_id"])
