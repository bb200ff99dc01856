"""The story of the crash test: a month of the 13 special associations (S1b of DOMAIN.md).

Everybody joins by invitation, fills in the monthly report in one of several ways, adds evidence
and sends; the leader reminds the last one, approves and returns by commands and buttons; what was
returned is corrected and sent again; the deputy reviews the leader's own report.

Each person is a generator that acts on their phone and then waits for what the phone shows, so
that the story goes on by itself after a restart of the bot. Nothing in it depends on chance:
persons run beside each other except where the order is a result (who gets which number).
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

LEADER, DEPUTY, LATE = 9, 2, 12
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
#: Those that take their report back once and send it again.
WITHDRAW = (4, 5)
#: Those whose report is returned: by a command with a reason, by buttons with marked fields.
RETURNED, MARKED = 1, 6


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

    def news(self, text: str) -> Wait:
        """A message that says so, from whenever."""
        return lambda: any(
            text in change.message.text and change.message.from_bot
            for change in self.tg.history(self.id)
        )

    def told(self, data: str) -> Wait:
        """A message with this button that comes from now on, unasked."""
        since = len(self.tg.history(self.id))

        def seen() -> bool:
            return any(
                change.message.from_bot and _versioned(change.message, data, "") >= 0
                for change in self.tg.history(self.id)[since:]
            )

        return seen

    def _new(self) -> Iterator[Message]:
        for change in self.tg.history(self.id)[self._mark :]:
            if change.kind != "delete" and change.message.from_bot:
                yield change.message


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
class Month:
    """The whole story. ``secrets`` are the invitations: (unit, role) -> payload."""

    tg: StandIn
    month: str
    secrets: dict[tuple[int, str], str]
    turn: int = 0
    corrected: int = 0
    done: set[str] = field(default_factory=set)
    people: list[Human] = field(default_factory=list)

    def __post_init__(self) -> None:
        def make() -> None:
            for index, unit in enumerate(UNITS):
                for role in ("signatory", "representative"):
                    number = 1000 + 10 * index + (role == "representative")
                    language = "vi" if index % 2 == 0 and index != DEPUTY else "en"
                    self.people.append(Human(self.tg, number, f"{unit} {role[:3]}", language))

        self.tg.do(make)

    def signatory(self, unit: int) -> Human:
        return self.people[2 * unit]

    def representative(self, unit: int) -> Human:
        return self.people[2 * unit + 1]

    def stories(self) -> dict[str, Story]:
        units = {
            f"unit {unit}": self._unit(unit)
            for unit in range(len(UNITS))
            if unit not in (LEADER, DEPUTY)
        }
        lead = {"leader": self._leader(), "deputy": self._deputy()}
        onlookers = {
            f"onlooker {unit}": self._onlooker(self.signatory(unit)) for unit in (0, 3, 5, 8)
        }
        return {**lead, **units, **onlookers}

    # --- Joining ------------------------------------------------------------------------------

    def _join(self, unit: int) -> Story:
        for person, role in (
            (self.signatory(unit), "signatory"),
            (self.representative(unit), "representative"),
        ):
            person.start(self.secrets[unit, role])
            yield person.screen(text=UNITS[unit], data="report:start:0")

    # --- A unit -------------------------------------------------------------------------------

    def _unit(self, unit: int) -> Story:
        yield lambda: "joined" in self.done
        yield from self._join(unit)
        if unit == LATE:
            person = self.representative(unit)
            for language, word in (("de", "Deutsch"), ("hi", "हिन्दी"), ("vi", "Tiếng Việt")):
                person.say(f"/language {language}")
                yield person.screen(text=word)
            for person in (self.representative(unit), self.signatory(unit)):
                yield person.news("🔔")
        yield from self._report(unit)
        if unit in (RETURNED, MARKED):
            yield from self._correct(unit)

    def _report(self, unit: int) -> Story:
        fill = (self._pasted, self._typed, self._tapped)[unit % 3]
        person = self.representative(unit)
        yield from fill(unit, person)
        yield from self._evidence(unit, person)
        if unit % 4 == 3:
            # The signatory goes on where the representative has stopped, on another phone.
            person = self.signatory(unit)
            person.say(f"/report {self.month}")
            yield person.form("report:send:*")
        yield from self._send(unit, person)

    def _pasted(self, unit: int, person: Human) -> Story:
        """Everything typed at the card, a few numbers at once."""
        person.say(f"/report {self.month}")
        yield person.form("report:part:*:models")
        for text in (
            f"{unit + 10} {unit % 4}",
            f"1\n20\n{unit + 1}\n40\n5\n6",
            f"7\n{800 + unit}\n1\n0",
            "0\n0",
            f"3\n{unit + 1}tr\n1" if unit % 2 == 0 else f"3\n{unit + 1}000000\n1",
            "2\n1\n1",
        ):
            person.say(text)
            yield person.form("report:send:*")

    def _typed(self, unit: int, person: Human) -> Story:
        """Field by field, one part after the other; a wrong answer in between."""
        person.tap("report:start:0")
        yield person.form("report:part:*:models")
        person.tap("report:part:*:models")
        yield person.form("report:field:*:models_sustained")
        person.tap("report:field:*:models_sustained")
        yield person.form("report:skip:*:models_sustained")
        person.say("twelve and a half")
        yield person.screen(data="report:skip:*:models_sustained")
        person.say(f"{12 + unit}")
        yield person.form("report:skip:*:models_new")
        person.say("3")
        yield person.form("report:card:*")
        yield from self._to_part(person, "outreach", "sessions_outreach")
        for number in (4, 50, 2, 30, 1):
            person.say(str(number))
            yield person.form("report:skip:*")
        person.say("1")
        yield person.form("report:card:*")
        yield from self._zeros(person, "organisation", "opinion")
        yield from self._to_part(person, "welfare", "households_helped")
        for number in ("9", "4500000"):
            person.say(number)
            yield person.form("report:skip:*")
        person.say("2")
        yield person.form("report:card:*")
        yield from self._zeros(person, "rewards")
        yield from self._words(unit, person)
        person.tap("report:card:*")
        yield person.form("report:send:*")

    def _tapped(self, unit: int, person: Human) -> Story:
        """Mostly by taps; interrupted by /start, /cancel and help, and gone on with."""
        person.tap("report:start:0")
        yield person.form("report:part:*:models")
        yield from self._zeros(person, "models", "outreach")
        person.say("/start")
        yield person.screen(data="home:continue:0")
        person.tap("home:continue:0")
        yield person.screen(data="report:card:*")
        yield from self._zeros(person, "organisation", "opinion")
        person.say("/cancel")
        yield person.screen(data="report:start:0")
        person.say("/help")
        yield person.screen(text="/privacy")
        person.say(f"/report {self.month}")
        yield person.form("report:send:*")
        yield from self._zeros(person, "welfare", "rewards")
        person.tap("report:undo:*")
        yield person.form("report:partzero:*:rewards")
        yield from self._zeros(person, "rewards")
        yield from self._to_part(person, "organisation", "members_total")
        person.say(str(100 + unit))
        yield person.form("report:card:*")
        person.say(f"/report {self.month}")
        yield person.form("report:send:*")

    def _to_part(self, person: Human, part: str, code: str) -> Story:
        person.tap("report:card:*")
        yield person.form("report:part:*:" + part)
        person.tap("report:part:*:" + part)
        yield person.form("report:field:*:" + code)
        person.tap("report:field:*:" + code)
        yield person.form("report:skip:*:" + code)

    def _zeros(self, person: Human, *parts: str) -> Story:
        for part in parts:
            if person.offers("report:card:*") and not person.offers("report:part:*:" + part):
                person.tap("report:card:*")
                yield person.form("report:part:*:" + part)
            person.tap("report:part:*:" + part)
            yield person.form("report:partzero:*:" + part)
            person.tap("report:partzero:*:" + part)
            yield person.form("report:card:*")

    def _words(self, unit: int, person: Human) -> Story:
        yield from self._to_part(person, "words", "highlights")
        person.say(f"Làm tốt <b>{unit}</b> & =SUM(A1)\nhai dòng")
        yield person.form("report:skip:*:difficulties")
        person.tap("report:part:*:words")
        yield person.form("report:card:*")

    def _evidence(self, unit: int, person: Human) -> Story:
        if not person.offers("report:send:*"):
            person.tap("report:card:*")
            yield person.form("report:send:*")
        # The last two show the same picture: a reviewer is told.
        person.photo(picture(min(unit, 11)), f"ảnh {unit}")
        yield person.screen(data="report:files:*", label="1")
        if unit % 3 == 0:
            person.document(b"%PDF-1.4 " + bytes([65 + unit]) * 500, f"phụ lục {unit}.pdf")
            yield person.screen(data="report:files:*", label="2")

    def _send(self, unit: int, person: Human) -> Story:
        yield from self._ask(person)
        # Numbers are given out in the order of sending: one after the other.
        yield lambda: self.turn == unit
        yield from self._confirm(unit, person)
        if unit in WITHDRAW:
            person.tap("report:withdraw:0")
            yield person.screen(data="report:withdrawn:0")
            told = self._other(unit, person).told("report:open:0")
            person.tap("report:withdrawn:0")
            yield person.form("report:send:*")
            yield told
            yield from self._ask(person)
            yield from self._confirm(unit, person)
        self.turn += 1

    def _confirm(self, unit: int, person: Human) -> Story:
        told = self._other(unit, person).told("report:open:0")
        person.tap("report:confirm:*")
        yield person.screen(data="report:withdraw:0")
        # A message that is overtaken by the next act is rightly dropped: let it come first.
        yield told

    def _other(self, unit: int, person: Human) -> Human:
        """The unit's other person, who is told of what this one does."""
        both = (self.signatory(unit), self.representative(unit))
        return both[person is both[0]]

    def _ask(self, person: Human) -> Story:
        person.tap("report:send:*")
        yield person.form("report:card:*")
        assert person.offers("report:confirm:*"), f"{person.name}: it can't be sent"

    def _correct(self, unit: int) -> Story:
        person = self.signatory(unit)
        for one in (person, self.representative(unit)):
            yield one.news("✎" if unit == MARKED else "no. 1")
        yield lambda: "reviewed" in self.done
        person.tap("report:open:0")
        yield person.form("report:send:*")
        if unit == MARKED:
            person.tap("report:field:*:models_new")
            yield person.form("report:skip:*:models_new")
            person.say("2")
            yield person.form("report:card:*")
            person.tap("report:card:*")
            yield person.form("report:send:*")
        else:
            yield from self._to_field(person, "welfare", "relief_money")
            person.say("77000000")
            yield person.form("report:card:*")
            person.tap("report:card:*")
            yield person.form("report:send:*")
        yield from self._ask(person)
        yield lambda: self.corrected == (unit == MARKED)
        yield from self._confirm(unit, person)
        self.corrected += 1

    def _to_field(self, person: Human, part: str, code: str) -> Story:
        person.tap("report:part:*:" + part)
        yield person.form("report:field:*:" + code)
        person.tap("report:field:*:" + code)
        yield person.form("report:skip:*:" + code)

    # --- The leader and the deputy ------------------------------------------------------------

    def _leader(self) -> Story:
        me, other = self.signatory(LEADER), self.representative(LEADER)
        yield from self._join(LEADER)
        self.done.add("leader joined")
        yield lambda: "joined" in self.done
        yield from self._report(LEADER)
        yield lambda: self.turn == LATE
        yield from self._remind(other)
        yield lambda: self.turn == len(UNITS)
        me.say("/pending")
        yield me.screen(text="decision", data="review:open:0")
        # By commands: number, number with a comment, a return with its reason.
        me.say("/approve 1")
        yield me.screen(text="✅ Report 1 of")
        me.say(f"/return {RETURNED + 1} Please check figure no. 1 < again")
        yield me.screen(text=f"↩ Report {RETURNED + 1} of")
        # By buttons, on another phone of the same unit.
        for unit in range(2, 6):
            other.say("/pending")
            yield other.screen(text="decision", data="review:open:0")
            other.tap("review:open:0", near="decision")
            yield other.screen(data="review:approve:0")
            if unit == 4:
                other.tap("review:comment:0")
                yield other.screen(data="review:leave:0")
                other.say("Tốt & đủ")
                yield other.screen(text=f"✅ Report {unit + 1} of")
            else:
                other.tap("review:approve:0")
                yield other.screen(text=f"✅ Report {unit + 1} of")
        yield from self._return_by_buttons(other)
        for number in (8, 9, 11, 12, 13):
            one = (me, other)[number % 2]
            one.say(f"/approve {number} Đạt số {number}")
            yield one.screen(text=f"✅ Report {number} of")
        self.done.add("reviewed")
        yield lambda: self.corrected == 2
        for unit in (RETURNED, MARKED):
            me.say(f"/approve {unit + 1}")
            yield me.screen(text=f"✅ Report {unit + 1} of")
        me.say("/approve 1")
        yield me.screen(text="already")
        self.done.add("leader")

    def _remind(self, person: Human) -> Story:
        person.say("/missing")
        yield person.screen(data="standing:ask:0")
        person.tap("standing:ask:0")
        yield person.screen(data="standing:nudge:0")
        person.tap("standing:nudge:0")
        yield person.screen(text="🔔")

    def _return_by_buttons(self, person: Human) -> Story:
        person.say("/pending")
        yield person.screen(text="decision", data="review:open:0")
        person.tap("review:open:0", near="decision")
        yield person.screen(data="review:proof:0")
        person.tap("review:proof:0")
        yield person.screen(data="review:back:0")
        person.tap("review:back:0")
        yield person.screen(data="review:return:0")
        person.tap("review:return:0")
        yield person.form("review:part:*:0")
        person.tap("review:part:*:0")
        yield person.screen(data="review:mark:*:1", label="▫")
        person.tap("review:mark:*:1")
        yield person.screen(data="review:mark:*:1", label="✎")
        person.tap("review:part:*:all")
        yield person.screen(data="review:quick:*:0")
        person.tap("review:quick:*:0")
        yield person.screen(data="review:send_back:*")
        person.tap("review:send_back:*")
        yield person.screen(text=f"↩ Report {MARKED + 1} of")

    def _deputy(self) -> Story:
        me = self.signatory(DEPUTY)
        yield lambda: "leader joined" in self.done
        yield from self._join(DEPUTY)
        self.done.add("joined")
        yield from self._report(DEPUTY)
        yield lambda: "leader" in self.done
        me.say("/pending")
        yield me.screen(text="decision", data="review:open:0")
        me.tap("review:open:0", near="decision")
        yield me.screen(data="review:history:0")
        me.tap("review:history:0")
        yield me.screen(data="review:open:0")
        me.tap("review:open:0")
        yield me.screen(data="review:approve:0")
        me.tap("review:approve:0")
        yield me.screen(text=f"✅ Report {LEADER + 1} of")
        self.done.add("deputy")

    def _onlooker(self, person: Human) -> Story:
        """Somebody who looks around while the others work."""
        yield lambda: self.turn == len(UNITS)
        for _ in range(3):
            person.say("/privacy")
            yield person.screen(data="people:leave:0")
            person.say("/nonsense")
            yield person.screen(text="/help")


def play(month: Month, patience: float, stop: threading.Event | None = None) -> None:
    """Let the story run to its end. Raises TimeoutError with who waits where.

    ``patience`` is counted in looks, not by the clock: a busy machine may stand still for long.
    """
    stories = month.stories()
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
        if month.tg.do(advance):
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
