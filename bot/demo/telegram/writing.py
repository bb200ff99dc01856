"""What a person's phone sends: people, groups, messages of every kind."""

from __future__ import annotations

import re
from typing import Any

from bot.demo.telegram import limits
from bot.demo.telegram.core import Core
from bot.demo.telegram.entities import blank, clean, detect, trim
from bot.demo.telegram.errors import PersonError
from bot.demo.telegram.files import file_body, image_size
from bot.demo.telegram.model import Group, Json, Message, User

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


def _typed(text: str) -> str:
    """As a phone sends it: whole characters, no control characters, nothing blank at the ends."""
    return trim(clean(text.encode("utf-8", "ignore").decode()), [])[0]


class Writing(Core):
    """`Core` with people who write to the bot."""

    # -- people and groups ----------------------------------------------------------------

    def add_user(
        self,
        id: int,
        first_name: str,
        last_name: str = "",
        username: str = "",
        language_code: str = "vi",
    ) -> User:
        """Somebody with Telegram who hasn't met the bot yet. Known ids are changed in place."""
        user = self.users.get(id)
        if user is None:
            user = self.users[id] = User(id, first_name)
        user.first_name, user.last_name = first_name, last_name
        user.username, user.language_code = username, language_code
        self.emit("user", id, user=user.to_dict())
        return user

    def add_group(self, id: int, title: str) -> Group:
        """A group with the bot in it (`id` is negative)."""
        group = self.groups[id] = Group(id, title)
        return group

    def migrate(self, id: int, new_id: int) -> Group:
        """A group becomes a supergroup with another id; the old one refuses the bot's messages."""
        old = self.groups[id]
        old.migrated_to = new_id
        return self.add_group(new_id, old.title)

    def people(self) -> list[User]:
        """Everybody, in the order they were added."""
        return list(self.users.values())

    def user(self, user_id: int) -> User:
        """One person."""
        user = self.users.get(user_id)
        if user is None:
            raise PersonError(f"no such user: {user_id}")
        return user

    def block(self, user_id: int) -> None:
        """The person stops the bot; it is told by my_chat_member."""
        user = self.user(user_id)
        if not user.blocked:
            user.blocked = True
            self._membership(user, "member", "kicked")

    def unblock(self, user_id: int) -> None:
        """The person lets the bot write again."""
        user = self.user(user_id)
        if user.blocked:
            user.blocked = False
            self._membership(user, "kicked", "member")

    def deactivate(self, user_id: int) -> None:
        """The account is gone; nobody tells the bot."""
        user = self.user(user_id)
        user.deactivated = True
        self.emit("user", user_id, user=user.to_dict())

    def _membership(self, user: User, old: str, new: str) -> None:
        def member(status: str) -> Json:
            more: Json = {"until_date": 0} if status == "kicked" else {}
            return {"user": self.bot, "status": status, **more}

        self.emit("user", user.id, user=user.to_dict())
        self.queue.add(
            {
                "my_chat_member": {
                    "chat": user.chat_api(),
                    "from": user.to_api(),
                    "date": int(self.now()),
                    "old_chat_member": member(old),
                    "new_chat_member": member(new),
                }
            }
        )

    # -- writing to the bot ---------------------------------------------------------------

    def _writer(self, user_id: int) -> User:
        user = self.user(user_id)
        if user.deactivated:
            raise PersonError(f"user {user_id} is deactivated")
        if user.blocked:
            raise PersonError(f"user {user_id} has blocked the bot")
        user.opened = True
        return user

    def _say(self, user_id: int, chat_id: int | None = None, **fields: Any) -> Message:
        user = self._writer(user_id)
        message = self.put(chat_id or user_id, user.to_api(), **fields)
        if message.chat_id > 0 or self._concerns_bot(message):
            self.queue.add({"message": message.to_api()})
        return message

    def _concerns_bot(self, message: Message) -> bool:
        """In groups bots see only commands that aren't another's, mentions, and replies."""
        if message.reply_to is not None and message.reply_to.from_bot:
            return True
        name = f"@{self.bot['username']}".lower()
        units = message.text.encode("utf-16-le")
        for one in message.entities:
            piece = units[2 * one["offset"] :][: 2 * one["length"]].decode("utf-16-le").lower()
            if one["type"] == "bot_command" and ("@" not in piece or piece.endswith(name)):
                return True
            if one["type"] == "mention" and piece == name:
                return True
        return False

    def _replied(self, chat_id: int, reply_to: int | None) -> Message | None:
        if reply_to is None:
            return None
        message = self.find(chat_id, reply_to)
        if message is None:
            raise PersonError(f"no message {reply_to} in chat {chat_id}")
        return message

    def send_text(
        self, user_id: int, text: str, chat_id: int | None = None, reply_to: int | None = None
    ) -> Message:
        """Write to the bot (or in a group). Commands, links and so on become entities.

        As a phone does: white space at the ends goes, a text over 4096 characters is sent as
        several messages, of which the last is returned; an empty text raises PersonError.
        """
        plain = _typed(text)
        if blank(plain):
            raise PersonError("a phone sends no empty message")
        replied = self._replied(chat_id or user_id, reply_to)
        while True:
            piece, plain = plain[: limits.TEXT], plain[limits.TEXT :].strip()
            message = self._say(
                user_id, chat_id, text=piece, entities=detect(piece, []), reply_to=replied
            )
            if not plain:
                return message

    def start(self, user_id: int, payload: str = "") -> Message:
        """Open the chat by the start button or a deep link `t.me/bot?start=payload`.

        A person who had blocked the bot unblocks it by this.
        """
        if not PAYLOAD.fullmatch(payload):
            raise PersonError("a deep link's payload is at most 64 of A-Z a-z 0-9 _ -")
        self.unblock(user_id)
        return self.send_text(user_id, f"/start {payload}".strip())

    def _captioned(self, caption: str) -> Json:
        plain = _typed(caption)
        if len(plain) > limits.CAPTION:
            raise PersonError(f"a caption has at most {limits.CAPTION} characters")
        return {"text": plain, "entities": detect(plain, [])}

    def send_photo(
        self, user_id: int, content: bytes, caption: str = "", chat_id: int | None = None
    ) -> Message:
        """Send a picture as photo (PNG, JPEG, GIF, WebP); the bot sees it in several sizes."""
        return self._say(
            user_id, chat_id, kind="photo", media=self._photo(content), **self._captioned(caption)
        )

    def _photo(self, content: bytes) -> Json:
        size = image_size(content)
        if size is None:
            raise PersonError("not a picture")
        return {"photo": self.files.photo_sizes(content, size)}

    def send_document(
        self,
        user_id: int,
        content: bytes,
        filename: str = "file.bin",
        mime: str = "",
        caption: str = "",
        chat_id: int | None = None,
    ) -> Message:
        """Send a file as it is, of any size up to 2 GB (the bot can fetch 20 MB)."""
        media = self._file("document", content, filename, mime)
        return self._say(user_id, chat_id, kind="document", media=media, **self._captioned(caption))

    def _file(self, kind: str, content: bytes, name: str, mime: str, **more: Any) -> Json:
        stored = self.files.put(content, kind, name, mime)
        return {kind: file_body(stored, **more)}

    def send_album(
        self, user_id: int, items: list[bytes | tuple[bytes, str] | Json], caption: str = ""
    ) -> list[Message]:
        """Send 2–10 pictures or files as one album; the bot gets an update for each.

        An item is the bytes of a photo, or `(bytes, filename)` for a document, or a dict with
        `content`, `filename`, `mime`, `caption`, `kind` ("photo", "document", "video",
        "audio"). `caption` stands under the first.
        """
        if not limits.ALBUM_MIN <= len(items) <= limits.ALBUM_MAX:
            raise PersonError("an album has 2 to 10 items")
        album = self.new_album()
        sent = []
        for index, given in enumerate(items):
            if isinstance(given, bytes):
                item: Json = {"content": given, "kind": "photo"}
            elif isinstance(given, tuple):
                item = {"content": given[0], "filename": given[1]}
            else:
                item = given
            kind = item.get("kind", "document")
            words = item.get("caption", "") or (caption if index == 0 else "")
            if kind == "photo":
                media = self._photo(item["content"])
            else:
                name = item.get("filename", "file.bin")
                media = self._file(kind, item["content"], name, item.get("mime", ""))
            sent.append(
                self._say(
                    user_id,
                    kind=kind,
                    media=media,
                    media_group_id=album,
                    **self._captioned(words),
                )
            )
        return sent

    def send_video(self, user_id: int, content: bytes, filename: str = "video.mp4") -> Message:
        """Send a video."""
        media = self._file(
            "video", content, filename, "video/mp4", width=640, height=360, duration=5
        )
        return self._say(user_id, kind="video", media=media)

    def send_audio(self, user_id: int, content: bytes, filename: str = "audio.mp3") -> Message:
        """Send a piece of music."""
        media = self._file("audio", content, filename, "audio/mpeg", duration=5)
        return self._say(user_id, kind="audio", media=media)

    def send_voice(self, user_id: int, content: bytes, duration: int = 3) -> Message:
        """Send a voice message."""
        media = self._file("voice", content, "", "audio/ogg", duration=duration)
        return self._say(user_id, kind="voice", media=media)

    def send_sticker(self, user_id: int, emoji: str = "👍") -> Message:
        """Send a sticker."""
        stored = self.files.put(emoji.encode(), "sticker", "", "image/webp")
        body = {
            "file_id": stored.file_id,
            "file_unique_id": stored.file_unique_id,
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": emoji,
            "file_size": len(stored.content),
        }
        return self._say(user_id, kind="sticker", media={"sticker": body})

    def send_location(self, user_id: int, latitude: float, longitude: float) -> Message:
        """Send a place."""
        body = {"latitude": latitude, "longitude": longitude}
        return self._say(user_id, kind="location", media={"location": body})

    def send_contact(
        self, user_id: int, phone_number: str, first_name: str, contact_id: int | None = None
    ) -> Message:
        """Send a contact (`contact_id`: of a Telegram user)."""
        body: Json = {"phone_number": phone_number, "first_name": first_name}
        if contact_id is not None:
            body["user_id"] = contact_id
        return self._say(user_id, kind="contact", media={"contact": body})

    def forward(self, user_id: int, message: Message, chat_id: int | None = None) -> Message:
        """Forward any message (somebody else's too) to the bot; protected ones can't be."""
        if message.protect_content:
            raise PersonError("a protected message can't be forwarded")
        origin = {"type": "user", "sender_user": message.sender, "date": message.date}
        return self._say(
            user_id,
            chat_id,
            kind=message.kind,
            text=message.text,
            entities=message.entities,
            media=message.media,
            forward_origin=message.forward_origin or origin,
        )

    def edit_text(self, user_id: int, message_id: int, text: str) -> Message:
        """Change an own message (text or caption); the bot gets edited_message."""
        message = self._own(user_id, message_id)
        plain = _typed(text)
        if blank(plain) and message.kind == "text":
            raise PersonError("a phone sends no empty message")
        if plain == message.text:
            return message
        changed = self.change(message, text=plain, entities=detect(plain, []))
        self.queue.add({"edited_message": changed.to_api()})
        return changed

    def delete(self, user_id: int, message_id: int) -> None:
        """Delete any message of the chat on the phone; bots aren't told."""
        message = self.find(user_id, message_id)
        if message is None:
            raise PersonError(f"no message {message_id} in chat {user_id}")
        self.remove(message)

    def _own(self, user_id: int, message_id: int) -> Message:
        self._writer(user_id)
        message = self.find(user_id, message_id)
        if message is None or message.sender_id != user_id:
            raise PersonError(f"user {user_id} has no own message {message_id}")
        return message

    def inject(self, update: Json) -> int | None:
        """Queue any update as it is (`{"poll": {…}}`); returns its id."""
        return self.queue.add({name: body for name, body in update.items() if name != "update_id"})
