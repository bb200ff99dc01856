"""What came in, as the handlers see it: plain data read from one update of Telegram's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session
from telegram import Message, Update

from bot.i18n import Texts
from bot.models import EvidenceKind, Form
from bot.services.access import Actor

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


def _media(message: Message) -> Media | None:
    kinds: list[tuple[EvidenceKind | None, object]] = [
        (EvidenceKind.PHOTO, message.photo[-1] if message.photo else None),
        (EvidenceKind.VIDEO, message.video or message.video_note or message.animation),
        (EvidenceKind.AUDIO, message.audio),
        (EvidenceKind.VOICE, message.voice),
        (EvidenceKind.DOCUMENT, message.document),
    ]
    for kind, file in kinds:
        if file is None:
            continue
        return Media(
            kind=kind,
            file_id=file.file_id,  # type: ignore[attr-defined]
            content_key=file.file_unique_id,  # type: ignore[attr-defined]
            name=getattr(file, "file_name", None),
            mime=getattr(file, "mime_type", None),
            size=getattr(file, "file_size", None),
            caption=message.caption or "",
            album=message.media_group_id,
        )
    return None


def _message(update: Update, message: Message, *, edited: bool) -> Incoming:
    user = message.from_user
    if user is None:
        raise ValueError("a private message has a sender")
    text = message.text or ""
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
        update_id=update.update_id,
        kind=kind,
        telegram_id=user.id,
        chat_id=message.chat.id,
        name=user.full_name,
        username=user.username,
        language_code=user.language_code,
        message_id=message.message_id,
        text=text,
        command=command,
        media=media,
        sent_at=message.date,
    )


def read(update: Update) -> Incoming | None:
    """The update as the handlers see it; None for kinds that the bot has nothing to do with."""
    if update.callback_query is not None:
        query = update.callback_query
        message = query.message
        if message is None:
            return None
        return Incoming(
            update_id=update.update_id,
            kind="button" if message.chat.type == "private" else "group",
            telegram_id=query.from_user.id,
            chat_id=message.chat.id,
            name=query.from_user.full_name,
            username=query.from_user.username,
            language_code=query.from_user.language_code,
            message_id=message.message_id,
            data=query.data or "",
            query_id=query.id,
        )
    if update.my_chat_member is not None:
        change = update.my_chat_member
        if change.chat.type != "private":
            return None
        gone = change.new_chat_member.status in ("kicked", "left")
        return Incoming(
            update_id=update.update_id,
            kind="blocked" if gone else "unblocked",
            telegram_id=change.from_user.id,
            chat_id=change.chat.id,
            name=change.from_user.full_name,
            username=change.from_user.username,
            language_code=change.from_user.language_code,
        )
    message = update.message or update.edited_message
    if message is None or message.from_user is None:
        return None
    if message.chat.type != "private":
        if update.message is None or not (message.text or "").startswith("/"):
            return None
        return Incoming(
            update_id=update.update_id,
            kind="group",
            telegram_id=message.from_user.id,
            chat_id=message.chat.id,
            name=message.from_user.full_name,
            language_code=message.from_user.language_code,
            message_id=message.message_id,
        )
    return _message(update, message, edited=update.message is None)
