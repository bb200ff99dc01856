"""What a unit commits to: its targets, made up like its figures, and ways to enter them."""

from __future__ import annotations

import random

from bot.demo.play.figures import PARTS, written
from bot.demo.play.phone import Phone, buttons_of
from bot.demo.play.wire import Unexpected
from bot.demo.scenarios.model import Unit

#: Those of these parts are pasted, or typed one by one.
_PARTS = ("outreach", "welfare")
#: This one is typed alone, by units that don't paste.
_ALONE = "members_total"
Targets = dict[str, int]


def make(key: str, unit: Unit, *, pasted: bool) -> Targets:
    """A unit's planned values by indicator, in the order of the form."""
    dice = random.Random(f"{key} {unit.short_name} targets")
    sessions, legal, households = dice.randint(50, 90), dice.randint(10, 20), dice.randint(9, 16)
    found = {
        "sessions_outreach": sessions,
        "people_outreach": sessions * 90,
        "sessions_legal": legal,
        "people_legal": legal * 40,
        "legal_aid_requests": dice.randint(20, 40),
        "legal_aid_cases": dice.randint(15, 30),
    }
    if pasted:
        return found | {
            "households_helped": households * 10,
            "relief_money": households * 12_500_000,
            "relief_rounds": 12,
        }
    return found | {_ALONE: unit.members + dice.randint(10, 60)}


def enter(phone: Phone, targets: Targets, *, pasted: bool) -> None:
    """From /pact: pasted part by part, or a number after the other."""
    phone.says("/pact", shows="pact:targets", quiet=True)
    phone.taps("pact:targets", shows="pact:part", quiet=True)
    if pasted:
        _paste(phone, targets)
    else:
        _type(phone, targets)
    phone.taps("pact:card")
    phone.sees(written(len(targets), phone.language))
    phone.taps("pact:home", shows="pact:targets", quiet=True)


def _paste(phone: Phone, targets: Targets) -> None:
    for place, part in enumerate(_PARTS):
        if place:
            phone.taps("pact:card", quiet=True)
        phone.taps("pact:part", part, quiet=True)
        phone.says("\n".join(str(targets[code]) for code in PARTS[part]), shows="pact:card")
        _look(phone, targets, PARTS[part])


def _type(phone: Phone, targets: Targets) -> None:
    """A tap on the first row; the next one follows by itself."""
    codes = PARTS[_PARTS[0]]
    phone.taps("pact:part", _PARTS[0], quiet=True)
    phone.taps("pact:field", codes[0], shows="pact:skip", quiet=True)
    for place, code in enumerate(codes):
        after = "pact:card" if place + 1 == len(codes) else "pact:skip"
        phone.says(str(targets[code]), shows=after, quiet=True)
    _look(phone, targets, codes)
    phone.taps("pact:card", quiet=True)
    phone.taps("pact:part", "organisation", quiet=True)
    phone.taps("pact:field", _ALONE, shows="pact:skip")
    # Not a number: nothing is entered, and the question stays.
    phone.says("rất nhiều", shows="pact:skip")
    phone.says(str(targets[_ALONE]), shows="pact:part")
    phone.taps("pact:part", "organisation", quiet=True)
    _look(phone, targets, (_ALONE,))


def _look(phone: Phone, targets: Targets, codes: tuple[str, ...]) -> None:
    """Every target stands on the screen, in its words or on a button, as it was meant."""
    screen = phone.refresh()
    text = "\n".join([screen["text"], *(one["text"] for one in buttons_of(screen))])
    lost = [code for code in codes if f": {written(targets[code], phone.language)}" not in text]
    if lost:
        raise Unexpected(f"{phone.name}: targets {lost} aren't shown:\n{text}")
