"""Somebody with a phone: what they type and tap, and what they must see then.

Buttons are named by what they do (``report:send``, with arguments), not by their words: these
differ by language. The words stand in the transcript.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.demo.play.wire import Json, Watch

#: Lines of a screen that the transcript quotes, and characters of each.
_LINES, _WIDTH = 3, 110
#: After every event: only the number of the last one is asked for.
_NO_EVENT = 10**15


def action_of(button: Json) -> list[str]:
    """``feature:action:version:arg…`` as ``["feature:action", arg, …]``; empty for a link."""
    words = button.get("callback_data", "").split(":")
    return [":".join(words[:2]), *words[3:]] if len(words) > 2 else []


def buttons_of(message: Json) -> list[Json]:
    """All inline buttons of a message."""
    markup = message.get("reply_markup") or {}
    return [one for row in markup.get("inline_keyboard", []) for one in row]


def find_button(
    message: Json, action: str, arguments: Iterable[object] = (), label: str = ""
) -> Json | None:
    """The message's first button that does this; fewer arguments than it has will do.

    ``label``: its words begin like this.
    """
    wanted = [action, *(str(one) for one in arguments)]
    for one in buttons_of(message):
        if action_of(one)[: len(wanted)] == wanted and one["text"].startswith(label):
            return one
    return None


def value_texts(message: Json) -> list[str]:
    """What stands in bold after a colon, in order. Offsets of entities count UTF-16 units."""
    units = message["text"].encode("utf-16-le")
    found = []
    for one in message["entities"]:
        start = 2 * one["offset"]
        before = units[:start].decode("utf-16-le").rstrip(" \N{NO-BREAK SPACE}")
        if one["type"] == "bold" and before.endswith(":"):
            found.append(units[start : start + 2 * one["length"]].decode("utf-16-le"))
    return found


@dataclass
class Phone:
    """One person. ``lines`` is their part of the transcript, taken from time to time."""

    watch: Watch
    id: int
    name: str
    language: str
    lines: list[str] = field(default_factory=list)
    #: The message that the person looks at: the last that answered them.
    screen: Json = field(default_factory=dict)
    _noticed: set[int] = field(default_factory=set)
    _mark: int = 0

    # -- doing ----------------------------------------------------------------------------

    def _act(self, action: str, **arguments: Any) -> Any:
        self._mark = self.watch.wire.events(_NO_EVENT, 0)["last"]
        return self.watch.wire.act(action, user_id=self.id, **arguments)

    def _note(self, line: str) -> None:
        self.lines.append(f"  {self.name}: {line}")

    def starts(self, payload: str = "", shows: str = "home:help") -> None:
        """Press start, or an invitation's link."""
        self._note(f"/start {'(invitation)' if payload else ''}".rstrip())
        self._act("start", payload=payload)
        self.shown(shows)

    def says(self, text: str, shows: str = "", *, quiet: bool = False) -> None:
        """Type something; ``shows`` is a button that the answer has to have."""
        self._note(f"“{' ⏎ '.join(text.splitlines())}”")
        self._act("send_text", text=text)
        self.shown(shows, quiet=quiet)

    def types_blindly(self, text: str) -> None:
        """Type without waiting for an answer."""
        self._note(f"“{text}” (and no answer yet)")
        self._act("send_text", text=text)

    def taps(
        self,
        action: str,
        *arguments: object,
        label: str = "",
        shows: str = "",
        quiet: bool = False,
    ) -> None:
        """Tap the button that does this on the newest message that has it.

        Waits for the answer and for the message's new state (or a new message with the button
        ``shows``).
        """
        message, button = self.button(action, *arguments, label=label)
        self._note(f"[{button['text']}]")
        query = self._act("press", message_id=message["message_id"], button=button["callback_data"])
        toast = self._answer(query)
        if toast:
            self.lines.append(f"      ({toast})")
        tapped = message["message_id"]
        self.shown(shows, only=None if shows else tapped, quiet=quiet)

    def taps_for_file(self, action: str, *arguments: object) -> None:
        """Tap a button whose answer comes later as a file."""
        message, button = self.button(action, *arguments)
        self._note(f"[{button['text']}]")
        query = self._act("press", message_id=message["message_id"], button=button["callback_data"])
        self._answer(query)

    def taps_anyway(self, message: Json, button: Json, times: int = 1) -> list[str]:
        """Tap a button however old its message is, or several times at once; gives the answers."""
        self._note(f"[{button['text']}]" + (f" × {times} at once" if times > 1 else " of before"))
        return self.forges(message["message_id"], *[button["callback_data"]] * times)

    def forges(self, message_id: int, *datas: str) -> list[str]:
        """Send callback data as a tampered client could; gives the answers."""
        queries = [self._act("forge", message_id=message_id, data=data) for data in datas]
        answers = [self._answer(query) for query in queries]
        self.lines += [f"      ({one})" for one in answers if one]
        return answers

    def sends_photo(self, content: bytes, caption: str = "", shows: str = "") -> None:
        """Send a picture."""
        self._note(f"🖼 {caption}".rstrip())
        self._act("send_photo", content=content, caption=caption)
        self.shown(shows)

    def sends_album(self, contents: list[bytes], caption: str = "", shows: str = "") -> None:
        """Send several pictures at once."""
        self._note(f"🖼 × {len(contents)} {caption}".rstrip())
        encoded = [{"content": one, "kind": "photo"} for one in contents]
        self._act("send_album", items=encoded, caption=caption)
        self.shown(shows)

    def sends_file(self, content: bytes, filename: str, mime: str, shows: str = "") -> None:
        """Send a file."""
        self._note(f"📎 {filename}")
        self._act("send_document", content=content, filename=filename, mime=mime)
        self.shown(shows)

    # -- seeing ---------------------------------------------------------------------------

    def chat(self) -> list[Json]:
        """The chat as it stands, oldest first."""
        return [one for _, one in sorted(self.watch.chats[self.id].items())]

    def button(self, action: str, *arguments: object, label: str = "") -> tuple[Json, Json]:
        """The newest message with this button, and the button; waits for one."""

        def look() -> tuple[Json, Json] | None:
            for message in reversed(self.chat()):
                found = find_button(message, action, arguments, label)
                if message["from_bot"] and found is not None:
                    return message, found
            return None

        def what() -> str:
            wanted = " ".join([action, *map(str, arguments), label])
            return f"{self.name} has no button {wanted}. They see:\n{self.last_words()}"

        return self.watch.wait(look, what)

    def _answer(self, query: str) -> str:
        def look() -> str | None:
            found = self.watch.answers.get(query)
            return None if found is None else str(found["text"] or "")

        return self.watch.wait(look, lambda: f"{self.name}'s tap was not answered")

    def shown(self, button: str = "", only: int | None = None, *, quiet: bool = False) -> Json:
        """Wait for the answer: a message that is new or changed since the last act.

        ``button``: it has this one. ``only``: it is this message.
        """
        mark = self._mark

        def look() -> Json | None:
            for message in reversed(self.chat()):
                fits = message["from_bot"] and message["seq"] > mark
                if fits and only is not None:
                    fits = message["message_id"] == only
                if fits and (not button or find_button(message, button) is not None):
                    return message
            return None

        def what() -> str:
            wanted = f" with the button {button}" if button else ""
            return f"{self.name} got no answer{wanted}. They see:\n{self.last_words()}"

        self.screen = self.watch.wait(look, what)
        if not quiet:
            self.lines.append(quote(self.screen["text"]))
        return self.screen

    def refresh(self) -> Json:
        """The screen as it stands now."""
        self.screen = self.watch.chats[self.id].get(self.screen["message_id"], self.screen)
        return self.screen

    def sees(self, *texts: str) -> None:
        """Every one of these texts stands on the screen, at once or soon."""

        def look() -> bool | None:
            text = self.refresh()["text"]
            return True if all(one in text for one in texts) else None

        def what() -> str:
            return f"{self.name} doesn't see {texts}. They see:\n{self.refresh()['text']}"

        self.watch.wait(look, what)

    def gets(
        self,
        *texts: str,
        button: tuple[object, ...] = (),
        seconds: float | None = None,
        quiet: bool = False,
    ) -> Json:
        """A message with these texts (and this button) has come that no earlier call has taken."""

        def look() -> Json | None:
            return next(iter(self.got(*texts, button=button)), None)

        found = self.watch.wait(
            look,
            lambda: (
                f"{self.name} didn't get a message with {texts} {button}. They see:\n"
                f"{self.last_words()}"
            ),
            seconds,
        )
        self._noticed.add(found["message_id"])
        if not quiet:
            self.lines.append(f"  → {self.name}:\n{quote(found['text'])}")
        return found

    def gets_file(self, ending: str) -> Json:
        """A file has come whose name ends like this; gives its facts (`files` of a message)."""
        found = self._attached(f"*{ending}", lambda file: str(file["name"]).endswith(ending))
        self.lines.append(f"  → {self.name}: 📎 {found['name']}")
        return found

    def gets_picture(self) -> bytes:
        """A picture has come since the last act; gives its content."""
        found = self._attached(
            "picture", lambda file: bool(file["kind"] == "photo"), since=self._mark
        )
        self.lines.append(f"  → {self.name}: 🖼")
        return self.watch.wire.file(found["file_id"])

    def _attached(self, what: str, fits: Callable[[Json], bool], since: int = 0) -> Json:
        """The first file of this kind that came from the bot and no earlier call has taken."""

        def look() -> Json | None:
            for message in self.chat():
                if not message["from_bot"] or message["message_id"] in self._noticed:
                    continue
                for file in message["files"]:
                    if fits(file) and message["seq"] > since:
                        self._noticed.add(message["message_id"])
                        return dict(file)
            return None

        return self.watch.wait(look, lambda: f"{self.name} didn't get a file: {what}")

    def got(self, *texts: str, button: tuple[object, ...] = ()) -> list[Json]:
        """Messages with these texts (and this button) that stand there and no call has taken."""
        return [
            one
            for one in self.chat()
            if one["from_bot"]
            and one["message_id"] not in self._noticed
            and all(text in one["text"] for text in texts)
            and (not button or find_button(one, str(button[0]), button[1:]) is not None)
        ]

    def last_words(self, count: int = 2) -> str:
        """The newest messages, for a complaint."""
        return "\n---\n".join(
            f"{one['text']}\n{[' '.join(action_of(b)) for b in buttons_of(one)]}"
            for one in self.chat()[-count:]
        )

    def take_lines(self) -> list[str]:
        """The transcript since the last call."""
        lines, self.lines = self.lines, []
        return lines


def quote(text: str) -> str:
    """A screen's first lines, indented."""
    rows = [line for line in text.splitlines() if line.strip()]
    shown = [line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…" for line in rows[:_LINES]]
    if len(rows) > _LINES:
        shown[-1] += " …"
    return "\n".join(f"      │ {line}" for line in shown)
