"""State of the stand-in: people, chats, messages, and what the bot's methods do to them."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.demo.telegram import limits
from bot.demo.telegram.errors import ApiError, bad_request, forbidden, too_many_requests
from bot.demo.telegram.faults import Faults
from bot.demo.telegram.files import Files
from bot.demo.telegram.model import Call, Group, Json, Message, Press, User
from bot.demo.telegram.updates import UpdateQueue

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
Subscriber = Callable[[Json], None]


@dataclass(slots=True)
class Change:
    """An entry of a chat's history. `kind`: "message", "edit" or "delete"; the message then."""

    kind: str
    at: float
    message: Message


class Core:
    """One bot's Telegram, in memory. Everything is called from one thread (the loop's)."""

    def __init__(
        self,
        token: str = "1:abc",  # noqa: S107 - a made-up token
        *,
        username: str = "blocbot",
        name: str = "Blocbot",
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        rates: limits.Rates | None = None,
        seed: int = 0,
        log_size: int = 50_000,
    ) -> None:
        """`now` dates messages and ages buttons; `monotonic` counts the message rates."""
        self.token = token
        self.now = now
        self.monotonic = monotonic
        self.rates = rates or limits.Rates()
        self.faults = Faults(seed)
        self.files = Files()
        self.queue = UpdateQueue(now)
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": name,
            "username": username,
        }
        self.users: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self.presses: dict[str, Press] = {}
        # (scope as text, language) -> commands
        self.commands: dict[tuple[str, str], list[Json]] = {}
        # (what, language) -> text, for name, description and short_description
        self.profile: dict[tuple[str, str], str] = {("name", ""): name}
        self.menu_button: Json = {"type": "commands"}
        self.calls: deque[Call] = deque(maxlen=log_size)
        self.refusals: deque[Call] = deque(maxlen=log_size)
        # When something last happened on either side, for `quiet`.
        self.active_at = monotonic()
        self._messages: dict[int, dict[int, Message]] = {}
        self._history: dict[int, list[Change]] = {}
        self._keyboards: dict[int, Json] = {}
        self._last_message_id = 0
        self._last_album = 10**16
        self._dice = random.Random(seed)
        self._events: deque[Json] = deque(maxlen=10_000)
        self._last_event = 0
        self._subscribers: list[Subscriber] = []

    # -- events ---------------------------------------------------------------------------

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call `callback(event)` in the loop's thread for every visible change; returns the end.

        Events are JSON-ready: `{"seq", "type", "at", "chat_id", …}` with `type` one of
        "message" / "edit" / "delete" (`message`: `Message.to_dict()`), "answer" (`answer`:
        `Press.to_dict()`), "typing" (`action`), "commands", "menu", "profile", "reaction"
        (`message`), "user" (`user`: somebody came, blocked, unblocked, was deactivated),
        "press" (`answer`: a button was pressed and has no answer yet).
        `chat_id` is 0 where the change is about everybody.
        """
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def emit(self, kind: str, chat_id: int, **fields: Any) -> None:
        """Note a visible change and tell the subscribers."""
        self._last_event += 1
        event = {
            "seq": self._last_event,
            "type": kind,
            "at": self.now(),
            "chat_id": chat_id,
            **fields,
        }
        self.active_at = self.monotonic()
        self._events.append(event)
        if self._subscribers:
            ready = _json_ready(event)
            for subscriber in list(self._subscribers):
                subscriber(ready)

    def events(self, since: int = 0) -> list[Json]:
        """Events after number `since` (as `subscribe` gives them), oldest first."""
        if since >= self._last_event:
            return []
        return [_json_ready(event) for event in self._events if event["seq"] > since]

    @property
    def last_event(self) -> int:
        """Number of the newest event."""
        return self._last_event

    # -- looking --------------------------------------------------------------------------

    def find(self, chat_id: int, message_id: int) -> Message | None:
        """A message that still stands in the chat."""
        message = self._messages.get(chat_id, {}).get(message_id)
        return None if message is None or message.deleted else message

    def chat_api(self, chat_id: int) -> Json:
        """As `Chat` of the Bot API; refuses a chat that isn't there."""
        user = self.users.get(chat_id)
        if user is not None:
            return user.chat_api()
        group = self.groups.get(chat_id)
        if group is None:
            raise bad_request("chat not found")
        if group.migrated_to is not None:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": group.migrated_to},
            )
        return group.chat_api()

    def reach(self, chat_id: int) -> Json:
        """The chat if the bot may write there."""
        chat = self.chat_api(chat_id)
        user = self.users.get(chat_id)
        if user is not None:
            if user.deactivated:
                raise forbidden("user is deactivated")
            if user.blocked:
                raise forbidden("bot was blocked by the user")
            if not user.opened:
                raise forbidden("bot can't initiate conversation with a user")
        return chat

    # -- writing --------------------------------------------------------------------------

    def spend(self, chat_id: int, amount: int = 1) -> None:
        """Count messages of the bot against Telegram's rates."""
        wait = self.rates.take(chat_id, self.monotonic, amount)
        if wait:
            raise too_many_requests(wait)

    def new_album(self) -> str:
        """A media group's id."""
        self._last_album += 1
        return str(self._last_album)

    def put(self, chat_id: int, sender: Json, **fields: Any) -> Message:
        """A new message in a chat."""
        self._last_message_id += 1
        message = Message(
            chat=self.chat_api(chat_id),
            message_id=self._last_message_id,
            sender=sender,
            date=int(self.now()),
            **fields,
        )
        self._messages.setdefault(chat_id, {})[message.message_id] = message
        self._history.setdefault(chat_id, []).append(Change("message", self.now(), message))
        markup = message.reply_markup
        if markup is not None and sender["is_bot"]:
            if "keyboard" in markup:
                self._keyboards[chat_id] = markup
            elif "remove_keyboard" in markup:
                self._keyboards.pop(chat_id, None)
        self.emit("message", chat_id, message=message)
        return message

    def change(self, message: Message, *, mark: bool = True, **fields: Any) -> Message:
        """Replace a message by a changed one; earlier states stay in the history."""
        if mark:
            fields["edit_date"] = int(self.now())
        changed = replace(message, **fields)
        self._messages[message.chat_id][message.message_id] = changed
        self._history[message.chat_id].append(Change("edit", self.now(), changed))
        self.emit("edit", message.chat_id, message=changed)
        return changed

    def remove(self, message: Message) -> None:
        """Delete a message for everybody."""
        gone = replace(message, deleted=True)
        self._messages[message.chat_id][message.message_id] = gone
        self._history[message.chat_id].append(Change("delete", self.now(), gone))
        self.emit("delete", message.chat_id, message=gone)


def _json_ready(event: Json) -> Json:
    message = event.get("message")
    return event if message is None else {**event, "message": message.to_dict()}
