"""Steps of a month: a report filled in in different ways, sent, reviewed, returned, corrected."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

from bot.demo.play.figures import INPUTS, PARTS, REQUIRED, Month, with_unit
from bot.demo.play.phone import Phone, action_of, find_button
from bot.demo.play.wire import Json, Unexpected

_NUMBER = re.compile(r"[⏳🔎✅↩]\D*(\d+)")
#: What stands on every card that can be filled in, and on what was sent.
CARD, SEALED = "report:send", "report:sum"


def key(month: dt.date) -> str:
    """``2023-03``, as people type it."""
    return f"{month:%Y-%m}"


# --- Filling in -----------------------------------------------------------------------------


def open_report(phone: Phone, month: dt.date, form: str = "%Y-%m") -> None:
    """By the typed command; months are understood in several forms."""
    phone.says(f"/report {month:{form}}", shows=CARD)


def fill_pasted(phone: Phone, month: Month, codes: Iterable[str] = REQUIRED) -> None:
    """All numbers at once, one a line."""
    phone.says("\n".join(str(month[code]) for code in codes), shows=CARD)


def fill_by_parts(phone: Phone, month: Month) -> None:
    """Part by part, the numbers of a part in a line."""
    for part, codes in PARTS.items():
        phone.taps("report:part", part, quiet=True)
        phone.says(" | ".join(str(month[code]) for code in codes), shows="report:card")
        phone.taps("report:card", quiet=True)


def fill_one_by_one(phone: Phone, month: Month, parts: Iterable[str] = PARTS) -> None:
    """A tap on a row asks for its number, and the next row follows by itself."""
    for part in parts:
        codes = PARTS[part]
        phone.taps("report:part", part, quiet=True)
        phone.taps("report:field", codes[0], quiet=True)
        for place, code in enumerate(codes):
            text = with_unit(month[code], phone.language)
            on = place + 1 < len(codes) or (code == "opinions_forwarded" and month[code] > 0)
            after = "report:skip" if on else "report:card"
            phone.says(text, shows=after, quiet=True)
        if after == "report:skip":
            # The date that is needed now; it is entered at its own time.
            phone.taps("report:part", part, quiet=True)
        phone.taps("report:card", quiet=True)


def fill_as_last_month(phone: Phone, month: Month) -> None:
    """The models as last month, by a tap; the rest typed."""
    phone.taps("report:part", "models", quiet=True)
    phone.taps("report:partlast", "models")
    phone.taps("report:card", quiet=True)
    fill_pasted(phone, month, REQUIRED[2:])


def fill_quiet(phone: Phone) -> None:
    """A month without any work: last month's stocks, and zero for all that is empty."""
    for part in PARTS:
        phone.taps("report:part", part, quiet=True)
        if part in ("models", "organisation"):
            phone.taps("report:partlast", part)
        if part != "models":
            phone.taps("report:partzero", part, quiet=part != "organisation")
        phone.taps("report:card", quiet=True)


def enter_date(phone: Phone, month: Month, day: dt.date) -> None:
    """The day on which opinions were passed on, where any were."""
    if month["opinions_forwarded"]:
        phone.taps("report:part", "opinion", quiet=True)
        phone.taps("report:field", "opinions_forwarded_on", quiet=True)
        phone.says(f"{day:%d/%m/%Y}", shows="report:card", quiet=True)
        phone.taps("report:card", quiet=True)


def add_words(phone: Phone, code: str, text: str) -> None:
    """A text of the last part."""
    phone.taps("report:part", "words", quiet=True)
    phone.taps("report:field", code, quiet=True)
    phone.says(text, shows="report:part", quiet=True)
    back = find_button(phone.screen, "report:card")
    if back is None:
        phone.taps("report:part", "words", shows="report:card", quiet=True)
    phone.taps("report:card", quiet=True)


@dataclass(frozen=True, slots=True)
class Sent:
    """A report that was sent: its number in the year, and its id in buttons."""

    number: int
    id: str


def send(phone: Phone) -> Sent:
    """Summary, confirmation; gives the report's number."""
    phone.taps("report:send", shows="report:confirm", quiet=True)
    phone.taps("report:confirm", shows=SEALED)
    return sent(phone)


def sent(phone: Phone) -> Sent:
    """What the screen of a sent report says."""
    button = find_button(phone.screen, SEALED)
    if button is None:
        raise Unexpected(f"not a sent report:\n{phone.screen['text']}")
    # The first line may begin with the time, as languages have it; the state's line doesn't.
    state = phone.screen["text"].partition("\n")[2]
    return Sent(number_of(state), action_of(button)[1])


def number_of(text: str) -> int:
    """The report's number: the first after the sign of its state."""
    found = _NUMBER.search(text)
    if found is None:
        raise Unexpected(f"no number in:\n{text}")
    return int(found[1])


def wait_for_part(phone: Phone, part: str, done: int) -> None:
    """Until the card says that so many fields of a part are filled in, and says nothing else."""

    def look() -> Json | None:
        message, button = phone.button("report:part", part)
        return message if f" {done}/" in button["text"] else None

    phone.screen = phone.watch.wait(look, lambda: f"the card doesn't have {done} of {part}")
    time.sleep(1.0)


# --- Reviewing ------------------------------------------------------------------------------


def approve_by_taps(phone: Phone, numbers: Iterable[int]) -> None:
    """From the list: open one, approve it, back to the list."""
    phone.says("/pending", shows="review:open", quiet=True)
    for number in numbers:
        phone.taps("review:open", label=f"{number} ·", shows="review:approve", quiet=True)
        phone.taps("review:approve")
        phone.sees(str(number), "✅")
        phone.taps("review:list", quiet=True)


def approve_by_command(phone: Phone, number: int, comment: str = "") -> None:
    """``/approve 17 comment``."""
    phone.says(f"/approve {number} {comment}".strip(), shows="home:menu")
    phone.sees(str(number), "✅", comment)


def give_back_by_taps(phone: Phone, number: int, codes: Iterable[str], reason: str) -> None:
    """Open it, mark fields, type the reason, return it."""
    phone.says("/pending", shows="review:open", quiet=True)
    phone.taps("review:open", label=f"{number} ·", shows="review:approve")
    phone.taps("review:return", shows="review:part")
    for code in codes:
        part = next(place for place, one in enumerate(PARTS) if code in PARTS[one])
        phone.taps("review:part", part, shows="review:mark", quiet=True)
        phone.taps("review:mark", INPUTS.index(code), 1, quiet=True)
        phone.taps("review:part", "all", quiet=True)
    phone.says(reason, shows="review:send_back")
    phone.sees(reason)
    phone.taps("review:send_back")
    phone.sees(str(number), "↩", reason)


def give_back_by_command(phone: Phone, number: int, reason: str) -> None:
    """``/return 17 reason``."""
    phone.says(f"/return {number} {reason}", shows="home:menu")
    phone.sees(str(number), "↩", reason)


def correct(phone: Phone, values: dict[str, int]) -> Sent:
    """From the message that it was returned: exactly the marked fields, then send it again."""
    phone.taps("report:open", shows=CARD)
    offered = {
        one for one in INPUTS if find_button(phone.screen, "report:field", (one,)) is not None
    }
    if offered != set(values):
        raise Unexpected(f"marked were {sorted(values)}, offered are {sorted(offered)}")
    for code, value in values.items():
        phone.taps("report:field", code, quiet=True)
        phone.says(str(value), shows="report:card", quiet=True)
        phone.taps("report:card", quiet=True)
    return send(phone)
