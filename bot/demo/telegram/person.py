"""What a person's phone does: the control side of the stand-in."""

from __future__ import annotations

from bot.demo.telegram.core import Change
from bot.demo.telegram.errors import PersonError
from bot.demo.telegram.model import Json, Message, Press
from bot.demo.telegram.writing import Writing


class Person(Writing):
    """`Writing` with buttons and looking. Every action returns at once; the bot hears of it
    by getUpdates or the webhook. What a phone would not offer raises `PersonError`."""

    # -- buttons --------------------------------------------------------------------------

    def press(self, user_id: int, message_id: int, button: str, chat_id: int | None = None) -> str:
        """Press the inline button with this callback data or this text; returns the query's id.

        Callback data is looked for first. Links and copy buttons don't reach a bot: PersonError.
        """
        message = self.find(chat_id or user_id, message_id)
        if message is None:
            raise PersonError(f"no message {message_id} in chat {chat_id or user_id}")
        every = [one for row in message.buttons for one in row]
        found = next((one for one in every if one.get("callback_data") == button), None)
        found = found or next((one for one in every if one["text"] == button), None)
        if found is None:
            labels = ", ".join(one["text"] for one in every) or "none"
            raise PersonError(f"message {message_id} has no button {button!r} (has: {labels})")
        if "callback_data" not in found:
            raise PersonError(f"button {button!r} doesn't reach the bot")
        return self._press(user_id, message_id, found["callback_data"], message)

    def forge(self, user_id: int, message_id: int, data: str) -> str:
        """Send any callback data for any message, as a tampered client could."""
        return self._press(user_id, message_id, data, self.find(user_id, message_id))

    def _press(self, user_id: int, message_id: int, data: str, message: Message | None) -> str:
        user = self._writer(user_id)
        press = Press(
            str(self._dice.getrandbits(62)), user_id, message_id, data, pressed_at=self.now()
        )
        self.presses[press.id] = press
        body: Json
        if message is None:
            body = {"chat": user.chat_api(), "message_id": message_id, "date": 0}
        else:
            body = message.to_api()
        self.emit("press", user_id, answer=press.to_dict())
        self.queue.add(
            {
                "callback_query": {
                    "id": press.id,
                    "from": user.to_api(),
                    "message": body,
                    "chat_instance": str(7_000_000_000 + user_id),
                    "data": data,
                }
            }
        )
        return press.id

    def answer_of(self, callback_query_id: str) -> Press:
        """The press and its answer: `answered_at` (None: none yet), `text`, `show_alert`, `url`."""
        press = self.presses.get(callback_query_id)
        if press is None:
            raise PersonError(f"no such press: {callback_query_id}")
        return press

    def keyboard(self, user_id: int) -> Json | None:
        """The reply keyboard that the person sees now (ReplyKeyboardMarkup), if any."""
        return self._keyboards.get(user_id)

    def tap(self, user_id: int, label: str) -> Message:
        """Press a key of the reply keyboard: its text is sent (a contact key sends the contact)."""
        markup = self.keyboard(user_id) or {"keyboard": []}
        for row in markup["keyboard"]:
            for key in row:
                if key["text"] == label:
                    if markup.get("one_time_keyboard"):
                        self._keyboards.pop(user_id, None)
                    if key.get("request_contact"):
                        user = self.user(user_id)
                        number = f"+84{user_id:09d}"
                        return self.send_contact(user_id, number, user.first_name, user_id)
                    return self.send_text(user_id, label)
        raise PersonError(f"no key {label!r} in the keyboard of user {user_id}")

    # -- what the person sees -------------------------------------------------------------

    def chat(self, user_id: int) -> list[Message]:
        """The chat as the person sees it now, oldest first: edits applied, deleted ones gone."""
        messages = self._messages.get(user_id, {})
        return [message for message in messages.values() if not message.deleted]

    def message(self, user_id: int, id: int) -> Message:
        """One message of the chat as it stands."""
        message = self.find(user_id, id)
        if message is None:
            raise PersonError(f"no message {id} in chat {user_id}")
        return message

    def history(self, user_id: int) -> list[Change]:
        """Everything that happened in the chat: `Change(kind, at, message)` with kind
        "message", "edit" or "delete" and the message as it was after it."""
        return list(self._history.get(user_id, ()))

    def file(self, file_id: str) -> bytes:
        """Content of a file sent by either side."""
        stored = self.files.get(file_id)
        if stored is None:
            raise PersonError(f"no such file: {file_id}")
        return stored.content

    def commands_for(self, user_id: int, chat_id: int | None = None) -> list[Json]:
        """The command menu as this person sees it: `[{"command", "description"}]`.

        The narrowest scope wins, and in each scope the person's language before no language.
        """
        language = self.user(user_id).language_code.partition("-")[0]
        chat = user_id if chat_id is None else chat_id
        if chat > 0:
            scopes = [f"chat:{chat}", "all_private_chats", "default"]
        else:
            member = f"chat_member:{chat}:{user_id}"
            scopes = [member, f"chat:{chat}", "all_group_chats", "default"]
        for scope in scopes:
            for code in (language, ""):
                if (scope, code) in self.commands:
                    return self.commands[scope, code]
        return []

    def menu_of(self, user_id: int) -> Json:
        """The chat's menu button (MenuButton)."""
        return self.user(user_id).menu_button or self.menu_button

    def about(self, user_id: int) -> Json:
        """Name, description (shown before start) and short description in their language."""
        language = self.user(user_id).language_code.partition("-")[0]
        return {
            what: self.profile.get((what, language)) or self.profile.get((what, ""), "")
            for what in ("name", "description", "short_description")
        }
