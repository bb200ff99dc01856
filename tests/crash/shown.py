"""What people were shown, and whether anything was shown twice without a reason.

A message may come twice only if the bot died, or its connection was cut, between Telegram's
acceptance and the commit that notes it. So every surplus showing needs an excuse of its own:

- the earlier one's own answer was cut off (the stand-in's log says so), or
- the bot was killed after it, and the database, looked at between the kill and the restart, does
  not have it as shown: its update's answer is still kept there, or, for a message of the outbox,
  the outbox was sending to this person and Telegram's number of the message isn't noted.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlmodel import col, select

from bot.database import Database
from bot.demo.telegram import Call, StandIn
from bot.models import DoneUpdate, OutMessage, OutState, Person
from tests.crash.bot import Death

#: A message as a person reads it: text and buttons, without moments.
Content = tuple[str, tuple[str, ...]]

SENDS = frozenset({"sendMessage", "sendPhoto", "sendDocument"})
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")
_DAYS = re.compile(
    r"\d{1,2} thg \d{1,2}, \d{4}|[A-Z][a-z]{2} \d{1,2}, \d{4}|\b\d{1,2}/\d{1,2}/\d{2}\b"
)
#: Short forms of hashes: those of commitments hold ids.
_PRINT = re.compile(r"\b[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}\b")


@dataclass(frozen=True)
class Showing:
    """One call that showed something: its place in the log, and whether its answer was cut."""

    index: int
    chat: int
    message_id: int
    content: Content
    new: bool
    cut: bool


@dataclass(frozen=True)
class Doubled:
    """What was shown more often than without disturbance: new messages, cards drawn again."""

    sent: int
    messages: int
    cards: int


def showings(tg: StandIn) -> list[Showing]:
    """Everything that Telegram accepted, in order."""
    found = []
    calls: list[Call] = tg.do(lambda: list(tg.state.calls))
    for index, call in enumerate(calls):
        if not call.ok or (call.method not in SENDS and call.method != "editMessageText"):
            continue
        message = call.result
        text = message.get("text", message.get("caption", ""))
        buttons = message.get("reply_markup", {}).get("inline_keyboard", [])
        found.append(
            Showing(
                index=index,
                chat=message["chat"]["id"],
                message_id=message["message_id"],
                content=(
                    _timeless(text),
                    tuple(button["text"] for row in buttons for button in row),
                ),
                new=call.method in SENDS,
                cut=call.fault in ("cut_after", "error_after"),
            )
        )
    return found


def look(database: Database, death: Death) -> None:
    """Note what the database holds just after a kill."""
    with database.transaction() as session:
        for row in session.exec(select(DoneUpdate).where(col(DoneUpdate.reply).is_not(None))):
            reply: dict = row.reply or {}
            death.unshown.add((reply["chat"], _bare(_text(reply["view"]["text"]))))
        people = {one.id: one.telegram_id for one in session.exec(select(Person))}
        for message in session.exec(select(OutMessage)):
            if message.message_id is not None:
                death.noted.add(message.message_id)
            if message.state is OutState.WAITING and message.claimed_until is not None:
                death.claimed.add(people[message.person_id])


def noted_messages(database: Database) -> set[int]:
    """Telegram's numbers of the outbox's messages."""
    with database.transaction() as session:
        found = session.exec(select(OutMessage.message_id))
        return {one for one in found if one is not None}


def _text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def _bare(text: str) -> str:
    """Without white space and moments: Telegram trims the one, the other changes."""
    return "".join(_timeless(text).split())


def _timeless(text: str) -> str:
    return _PRINT.sub("PRINT", _DAYS.sub("DAY", _CLOCK.sub("TIME", text)))


def compare(
    before: list[Showing],
    after: list[Showing],
    deaths: list[Death],
    names: set[str],
    noted: set[int],
) -> Doubled:
    """Check what was shown in a disturbed run against an undisturbed one.

    Collected news depend on the moment: they are compared by the rows that they were made from,
    and one whose number is not among those ``noted`` at the end was sent again.
    """
    wanted = Counter((one.chat, one.content) for one in before if not _collected(one, names))
    excused = _excuses(after, deaths)
    got: dict[tuple[int, Content], list[Showing]] = defaultdict(list)
    for one in after:
        if not _collected(one, names):
            got[one.chat, one.content].append(one)
    lost = [key for key in wanted if len(got.get(key, ())) < wanted[key]]
    assert not lost, f"never shown: {lost[:3]}"
    messages = cards = 0
    for key, several in got.items():
        surplus = len(several) - wanted[key]
        excuses = sum(one.index in excused for one in several)
        assert surplus <= excuses, f"shown {surplus} times too often, {excuses} excused: {key}"
        fresh = sum(one.new for one in several) - sum(
            one.new for one in before if (one.chat, one.content) == key
        )
        messages += max(0, min(fresh, surplus))
        cards += surplus - max(0, min(fresh, surplus))
    again = [one for one in after if _collected(one, names) and one.message_id not in noted]
    for one in again:
        assert one.index in excused, f"sent again without a reason: {one}"
    messages += len(again)
    return Doubled(sum(one.new for one in after), messages, cards)


def _collected(one: Showing, names: set[str]) -> bool:
    """Whether it tells of reports that came or of people who joined."""
    text, buttons = one.content
    return text.startswith("📨") or (not buttons and any(name in text for name in names))


def _excuses(after: list[Showing], deaths: list[Death]) -> set[int]:
    """The showings that may come a second time, by their place in the log."""
    excused = {one.index for one in after if one.cut}
    start = 0
    for death in deaths:
        for one in after:
            if not start <= one.index < death.calls:
                continue
            kept = (one.chat, _bare(one.content[0])) in death.unshown
            sending = one.new and one.chat in death.claimed and one.message_id not in death.noted
            if kept or sending:
                excused.add(one.index)
        start = death.calls
    return excused
