"""People of the crash tests' stories: they act on their phone, and wait for what it shows.

Each person is a generator that yields what it waits for, so that a story goes on by itself after
a restart of the bot.
"""

from __future__ import annotations

import re
import struct
import threading
import time
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.demo.telegram import Message, StandIn

#: Seconds between two looks at everybody's phones.
PAUSE = 0.005

Wait = Callable[[], object]
Story = Generator[Wait, None, None]

LEADER, DEPUTY = 9, 2
ROLES = ("signatory", "representative")
#: Short names; the first four, in the order of their awards in 2023, are in DOMAIN.md's S1b.
UNITS = (
    "Luật gia",
    "Nhà báo",
    "KHKT",
    "HTX",
    "Khuyến học",
    "VHNT",
    "Người cao tuổi",
    "Cựu TNXP",
    "Tù chính trị",
    "Đông y",
    "Người mù",
    "Chữ thập đỏ",
    "Nạn nhân da cam",
)


def roster(folder: Path) -> Path:
    """The bloc's roster as a CSV file."""
    lines = ["unit,short_name,staff,role"]
    for index, name in enumerate(UNITS):
        role = {LEADER: "leader", DEPUTY: "deputy"}.get(index, "")
        lines.append(f"Hội {name} tỉnh Ninh Thuận,{name},{index + 3},{role}")
    path = folder / "roster.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


def picture(number: int) -> bytes:
    """A PNG of two pixels, another one for each number."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    rows = b"".join(b"\0" + bytes((number % 256, line, number // 256)) for line in range(2))
    head = struct.pack(">IIBBBBB", 1, 2, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


class Human:
    """A person and their phone. To be used in the stand-in's own thread."""

    def __init__(self, tg: StandIn, telegram_id: int, name: str, language: str) -> None:
        self.tg = tg.state
        self.id = telegram_id
        self.name = name
        self.tg.add_user(telegram_id, name, language_code=language)
        self._mark = 0
        self._version = 0

    # What they do.

    def say(self, text: str) -> None:
        self._now()
        self.tg.send_text(self.id, text)

    def start(self, payload: str) -> None:
        self._now()
        self.tg.start(self.id, payload)

    def photo(self, content: bytes, caption: str = "") -> None:
        self._now()
        self.tg.send_photo(self.id, content, caption)

    def document(self, content: bytes, name: str) -> None:
        self._now()
        self.tg.send_document(self.id, content, name, "application/pdf")

    def tap(self, data: str, near: str = "") -> None:
        """The button whose callback data begins so, on the screen that changed last.

        ``*`` stands for the version of the form's newest screen; ``near`` are words on it.
        """
        found = self._button(data, near)
        assert found is not None, f"{self.name}: no button {data!r}"
        self._now()
        self.tg.press(self.id, *found)

    def _now(self) -> None:
        self._mark = len(self.tg.history(self.id))

    def offers(self, data: str) -> bool:
        """Whether there is such a button."""
        return self._button(data) is not None

    def argument(self, data: str, *, last: bool = False) -> str:
        """What follows in the callback data of the first (or last) such button of the newest
        screen that has one."""
        for change in reversed(self.tg.history(self.id)):
            message = self.tg.find(self.id, change.message.message_id)
            if message is None or not message.from_bot:
                continue
            found = [
                button.get("callback_data", "").removeprefix(f"{data}:").split(":")[0]
                for row in message.buttons
                for button in row
                if _pattern(data).match(button.get("callback_data", ""))
            ]
            if found:
                return found[-1 if last else 0]
        raise AssertionError(f"{self.name}: no button {data!r}")

    def _button(self, wanted: str, near: str = "") -> tuple[int, str] | None:
        pattern = _pattern(wanted.replace("*", str(self._version)))
        for change in reversed(self.tg.history(self.id)):
            message = self.tg.find(self.id, change.message.message_id)
            if message is None or not message.from_bot or near not in message.text:
                continue
            for row in message.buttons:
                for button in row:
                    data = button.get("callback_data", "")
                    if pattern.match(data):
                        return message.message_id, data
        return None

    # What they wait for.

    def form(self, data: str, label: str = "") -> Wait:
        """A screen of the form that is newer than the last one, with this button on it."""
        before = self._version

        def seen() -> bool:
            for message in self._new():
                version = _versioned(message, data, label)
                if version > before:
                    self._version = version
                    return True
            return False

        return seen

    def screen(self, text: str = "", data: str = "", label: str = "") -> Wait:
        """A screen of no form with these words or this button."""

        def seen() -> bool:
            return any(
                text in message.text and (not data or _versioned(message, data, label) >= 0)
                for message in self._new()
            )

        return seen

    def news(self, text: str, count: int = 1) -> Wait:
        """So many messages that say so (or have a button with these words), from whenever."""

        def seen() -> bool:
            found = {
                change.message.message_id
                for change in self.tg.history(self.id)
                if change.message.from_bot and text in _words(change.message)
            }
            return len(found) >= count

        return seen

    def told(self, data: str) -> Wait:
        """A message with this button that comes from now on, unasked."""
        since = len(self.tg.history(self.id))

        def seen() -> bool:
            return any(
                change.message.from_bot and _versioned(change.message, data, "") >= 0
                for change in self.tg.history(self.id)[since:]
            )

        return seen

    def sees(self) -> list[tuple[str, str, list[str]]]:
        """The last changes of the chat, for a complaint."""
        return [
            (
                one.kind,
                one.message.text[:80],
                [button.get("callback_data", "") for row in one.message.buttons for button in row],
            )
            for one in self.tg.history(self.id)[-3:]
        ]

    def _new(self) -> Iterator[Message]:
        for change in self.tg.history(self.id)[self._mark :]:
            if change.kind != "delete" and change.message.from_bot:
                yield change.message


def _words(message: Message) -> str:
    return "\n".join([message.text, *(one["text"] for row in message.buttons for one in row)])


def _pattern(wanted: str) -> re.Pattern[str]:
    return re.compile(re.escape(wanted) + r"(?::|$)")


def _versioned(message: Message, wanted: str, label: str) -> int:
    """The version in the first button that fits (``*`` is the version's place), -1: none."""
    pattern = re.compile(re.escape(wanted).replace(r"\*", r"(\d+)") + r"(?::|$)")
    for row in message.buttons:
        for button in row:
            found = pattern.match(button.get("callback_data", ""))
            if found and label in button["text"]:
                return int(found[1]) if found.groups() else 0
    return -1


@dataclass
class Tale:
    """A story of the 13 units. ``secrets`` are the invitations: (unit, role) -> payload."""

    tg: StandIn
    secrets: dict[tuple[int, str], str]
    done: set[str] = field(default_factory=set)
    #: Signatory and representative of each unit, one unit after the other.
    people: list[Human] = field(default_factory=list)

    def __post_init__(self) -> None:
        def make() -> None:
            for index, unit in enumerate(UNITS):
                for role in ROLES:
                    number = 1000 + 10 * index + (role == "representative")
                    language = "vi" if index % 2 == 0 and index != DEPUTY else "en"
                    self.people.append(Human(self.tg, number, f"{unit} {role[:3]}", language))

        self.tg.do(make)

    def stories(self) -> dict[str, Story]:
        """What everybody does, by name."""
        raise NotImplementedError

    def signatory(self, unit: int) -> Human:
        return self.people[2 * unit]

    def representative(self, unit: int) -> Human:
        return self.people[2 * unit + 1]

    def join(self, unit: int) -> Story:
        """Both people of a unit open their invitation."""
        for person, role in zip(
            (self.signatory(unit), self.representative(unit)), ROLES, strict=True
        ):
            person.start(self.secrets[unit, role])
            yield person.screen(text=UNITS[unit], data="report:start:0")

    def other(self, unit: int, person: Human) -> Human:
        """The unit's other person, who is told of what this one does."""
        both = (self.signatory(unit), self.representative(unit))
        return both[person is both[0]]


def play(tale: Tale, patience: float, stop: threading.Event | None = None) -> None:
    """Let the story run to its end. Raises TimeoutError with who waits where.

    ``patience`` is counted in looks, not by the clock: a busy machine may stand still for long.
    """
    stories = tale.stories()
    waits: dict[str, Wait | None] = dict.fromkeys(stories)
    idle = 0

    def advance() -> bool:
        moved = False
        for name in list(stories):
            wait = waits[name]
            if wait is not None and not wait():
                continue
            moved = True
            try:
                waits[name] = next(stories[name])
            except StopIteration:
                del stories[name]
        return moved

    while stories:
        if tale.tg.do(advance):
            idle = 0
        elif (idle := idle + 1) * PAUSE > patience:
            where = {
                name: story.gi_yieldfrom.gi_frame.f_lineno  # type: ignore[union-attr]
                if story.gi_yieldfrom
                else story.gi_frame.f_lineno
                for name, story in stories.items()
            }
            raise TimeoutError(f"nothing moves any more; lines of the waiting: {where}")
        elif stop is not None and stop.is_set():
            raise RuntimeError("the bot is gone")
        time.sleep(PAUSE)
