"""What the stand-in keeps: people, groups, messages, button presses, calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.demo.telegram.display import render_html

Json = dict[str, Any]


@dataclass(slots=True)
class User:
    """A person with a phone. `opened`: they pressed start at least once (or wrote)."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "vi"
    opened: bool = False
    blocked: bool = False
    deactivated: bool = False
    # What the bot set for this chat's menu button; None: the default one.
    menu_button: Json | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    def to_api(self) -> Json:
        """As `User` of the Bot API."""
        out: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            out["last_name"] = self.last_name
        if self.username:
            out["username"] = self.username
        if self.language_code:
            out["language_code"] = self.language_code
        return out

    def chat_api(self) -> Json:
        """As private `Chat` of the Bot API."""
        out: Json = {"id": self.id, "type": "private", "first_name": self.first_name}
        if self.last_name:
            out["last_name"] = self.last_name
        if self.username:
            out["username"] = self.username
        return out

    def to_dict(self) -> Json:
        """For the control side: everything."""
        return {
            "id": self.id,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "name": self.name,
            "username": self.username,
            "language_code": self.language_code,
            "opened": self.opened,
            "blocked": self.blocked,
            "deactivated": self.deactivated,
        }


@dataclass(slots=True)
class Group:
    """A group with the bot in it."""

    id: int
    title: str
    type: str = "supergroup"
    # Set once the group has become a supergroup under another id.
    migrated_to: int | None = None

    def chat_api(self) -> Json:
        """As `Chat` of the Bot API."""
        return {"id": self.id, "type": self.type, "title": self.title}


@dataclass(slots=True)
class Message:
    """A message as it stands now; earlier states are in the chat's history.

    `kind`: "text", "photo", "document", "video", "audio", "voice", "animation", "sticker",
    "location", "contact", … `text` is the text or, with media, the caption; `entities` belong
    to it. `media` holds the Bot API's own fields (`{"photo": [sizes]}`, `{"document": {…}}`).
    """

    chat: Json
    message_id: int
    sender: Json
    date: int
    kind: str = "text"
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    media: Json = field(default_factory=dict)
    # Inline keyboard, reply keyboard, remove_keyboard or force_reply, as the bot gave it.
    reply_markup: Json | None = None
    edit_date: int | None = None
    reply_to: Message | None = None
    media_group_id: str | None = None
    protect_content: bool = False
    deleted: bool = False
    forward_origin: Json | None = None
    reactions: list[Json] = field(default_factory=list)
    silent: bool = False
    # Further fields of the Bot API (link_preview_options, show_caption_above_media, quote).
    extra: Json = field(default_factory=dict)

    @property
    def chat_id(self) -> int:
        """Of a private chat: the person's id."""
        return int(self.chat["id"])

    @property
    def sender_id(self) -> int:
        """Who sent it: a person's id or the bot's."""
        return int(self.sender["id"])

    @property
    def from_bot(self) -> bool:
        """Whether the bot sent it."""
        return bool(self.sender["is_bot"])

    @property
    def caption(self) -> str:
        """The caption of a message with media, else empty."""
        return "" if self.kind == "text" else self.text

    @property
    def html(self) -> str:
        """Text or caption as safe HTML for display (everything escaped but known tags)."""
        return render_html(self.text, self.entities)

    @property
    def buttons(self) -> list[list[Json]]:
        """Rows of the inline keyboard; empty without one."""
        rows: list[list[Json]] = (self.reply_markup or {}).get("inline_keyboard", [])
        return rows

    @property
    def files(self) -> list[Json]:
        """The files in it: kind, file_id, file_unique_id, name, mime, size, width, height."""
        if self.kind == "photo":
            best = self.media["photo"][-1]
            return [_file_facts("photo", best)]
        body = self.media.get(self.kind)
        if isinstance(body, dict) and "file_id" in body:
            return [_file_facts(self.kind, body)]
        return []

    def to_api(self) -> Json:
        """As `Message` of the Bot API."""
        out: Json = {
            "message_id": self.message_id,
            "from": self.sender,
            "chat": self.chat,
            "date": self.date,
        }
        if self.forward_origin is not None:
            out["forward_origin"] = self.forward_origin
        if self.reply_to is not None:
            replied = self.reply_to.to_api()
            replied.pop("reply_to_message", None)
            out["reply_to_message"] = replied
        if self.edit_date is not None:
            out["edit_date"] = self.edit_date
        if self.media_group_id is not None:
            out["media_group_id"] = self.media_group_id
        if self.protect_content:
            out["has_protected_content"] = True
        if self.kind == "text":
            out["text"] = self.text
            if self.entities:
                out["entities"] = self.entities
        else:
            out.update(self.media)
            if self.text:
                out["caption"] = self.text
                if self.entities:
                    out["caption_entities"] = self.entities
        if self.extra:
            out.update(self.extra)
        if self.reply_markup is not None and "inline_keyboard" in self.reply_markup:
            out["reply_markup"] = self.reply_markup
        return out

    def to_dict(self) -> Json:
        """For display: the Bot API's fields flattened, with `html` and `files`."""
        return {
            "message_id": self.message_id,
            "chat_id": self.chat_id,
            "sender_id": self.sender_id,
            "sender_name": self.sender.get("first_name", ""),
            "from_bot": self.from_bot,
            "date": self.date,
            "edit_date": self.edit_date,
            "kind": self.kind,
            "text": self.text,
            "entities": self.entities,
            "html": self.html,
            "media": self.media,
            "files": self.files,
            "reply_markup": self.reply_markup,
            "reply_to": self.reply_to.message_id if self.reply_to else None,
            "media_group_id": self.media_group_id,
            "protect_content": self.protect_content,
            "deleted": self.deleted,
            "forward_origin": self.forward_origin,
            "reactions": self.reactions,
            "silent": self.silent,
        }


def _file_facts(kind: str, body: Json) -> Json:
    return {
        "kind": kind,
        "file_id": body["file_id"],
        "file_unique_id": body["file_unique_id"],
        "name": body.get("file_name", ""),
        "mime": body.get("mime_type", "image/jpeg" if kind == "photo" else ""),
        "size": body.get("file_size", 0),
        "width": body.get("width"),
        "height": body.get("height"),
    }


@dataclass(slots=True)
class Press:
    """A button press, and the bot's answer to it once there is one."""

    id: str
    user_id: int
    message_id: int
    data: str
    pressed_at: float
    answered_at: float | None = None
    text: str = ""
    show_alert: bool = False
    url: str = ""

    def to_dict(self) -> Json:
        """For the control side."""
        return {
            "callback_query_id": self.id,
            "user_id": self.user_id,
            "message_id": self.message_id,
            "data": self.data,
            "pressed_at": self.pressed_at,
            "answered_at": self.answered_at,
            "text": self.text,
            "show_alert": self.show_alert,
            "url": self.url,
        }


@dataclass(slots=True)
class Call:
    """One request of the bot: what it asked, what it got. Files are given by name and size."""

    method: str
    params: Json
    at: float
    result: Any = None
    error_code: int = 0
    description: str = ""
    seconds: float = 0.0
    # The fault that was played on it: "cut_before", "cut_after", "error", "slow", "flood", …
    fault: str = ""

    @property
    def ok(self) -> bool:
        """Whether the stand-in did it."""
        return self.error_code == 0

    def to_dict(self) -> Json:
        """For the control side."""
        return {
            "method": self.method,
            "params": self.params,
            "at": self.at,
            "result": self.result,
            "error_code": self.error_code,
            "description": self.description,
            "seconds": self.seconds,
            "fault": self.fault,
        }
