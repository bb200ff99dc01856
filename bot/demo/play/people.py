"""Steps that are about people and units: renaming, replacing, reminding, and keeping out."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterable

from bot.demo.play.months import key
from bot.demo.play.phone import Phone, find_button
from bot.demo.play.wire import Unexpected

_LINK = re.compile(r"https://t\.me/\w+\?start=([A-Za-z0-9_-]+)")
#: So long nobody else may hear of something before we believe that they don't.
SILENCE = 1.5


def rename(leader: Phone, unit_id: int, old: str, name: str, short_name: str) -> None:
    """From the unit's card; names with or without diacritics are found alike."""
    leader.says(f"/units {old}", shows="units:rename")
    leader.taps("units:rename", unit_id)
    leader.says(f"{name}; {short_name}", shows="units:rename")
    leader.sees(name)


def replace(leader: Phone, unit_id: int, unit: str, leaving: Phone, coming: Phone) -> None:
    """Who leaves loses the seat; who comes opens a new link. The old one is then refused."""
    leader.says(f"/units {unit}", shows="units:people")
    leader.taps("units:people", unit_id, shows="units:person")
    message, _ = leader.button("units:person")
    button = next(
        one
        for row in message["reply_markup"]["inline_keyboard"]
        for one in row
        if leaving.name in one["text"]
    )
    leader.taps("units:person", button["callback_data"].split(":")[3], shows="units:remove")
    leader.taps("units:remove", shows="units:remove_yes")
    leader.taps("units:remove_yes", shows="units:invite")
    leader.taps("units:invite", unit_id, shows="units:link")
    leader.taps("units:link", unit_id, "r")
    found = _LINK.search(leader.screen["text"])
    if found is None:
        raise Unexpected(f"no link in:\n{leader.screen['text']}")
    coming.starts(found[1])
    leaving.says("/report", shows="")
    if find_button(leaving.screen, "report:send") is not None:
        raise Unexpected(f"{leaving.name} has left and still gets the report")


def nudge(
    leader: Phone,
    month: dt.date,
    owing: Iterable[Phone],
    everybody: Iterable[Phone],
) -> None:
    """One tap reminds the people of the units that owe, and nobody else."""
    leader.says(f"/missing {key(month)}", shows="standing:ask")
    leader.taps("standing:ask", key(month), 0, shows="standing:nudge")
    leader.taps("standing:nudge", key(month), 0)
    button = ("report:month", key(month))
    expected = list(owing)
    for phone in expected:
        phone.gets("🔔", button=button)
    time.sleep(SILENCE)
    for phone in everybody:
        for message in phone.got("🔔", button=button):
            raise Unexpected(f"{phone.name} owes nothing and was reminded:\n{message['text']}")


def look_on(observer: Phone, month: dt.date) -> None:
    """The observer sees who owes what, and can't remind anybody."""
    observer.says(f"/missing {key(month)}", shows="standing:all")
    if find_button(observer.screen, "standing:ask") is not None:
        raise Unexpected("the observer is offered to remind people")


def keep_out(stranger: Phone) -> None:
    """Whom nobody invited is told what this is and whom to ask, whatever they try."""
    stranger.starts(shows="")
    stranger.says("/report")
    if find_button(stranger.screen, "report:send") is not None:
        raise Unexpected("a stranger gets a report to fill in")
    stranger.says("/approve 1")


def intrude(phone: Phone, report_id: str) -> None:
    """A representative sends a reviewer's button: an answer, and no decision."""
    message = next(one for one in reversed(phone.chat()) if one["from_bot"])
    phone.lines.append(f"  {phone.name}: (a forged button that would approve a report)")
    (answer,) = phone.forges(message["message_id"], f"review:approve:0:{report_id}:1")
    if not answer:
        raise Unexpected("a forged button got no refusal")
