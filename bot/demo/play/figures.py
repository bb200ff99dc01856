"""Figures of made-up months: always the same for the same unit and month, and fit for the rules."""

from __future__ import annotations

import calendar
import datetime as dt
import random
from collections.abc import Iterable, Mapping

from babel.numbers import format_decimal

from bot.demo.scenarios.model import Unit

#: The default template's rows that people type, in order, by part; then what may stay empty.
PARTS: dict[str, tuple[str, ...]] = {
    "models": ("models_sustained", "models_new"),
    "outreach": (
        "sessions_outreach",
        "people_outreach",
        "sessions_legal",
        "people_legal",
        "legal_aid_requests",
        "legal_aid_cases",
    ),
    "organisation": ("members_new", "members_total", "supervisions", "criticism_conferences"),
    "opinion": ("opinions_received", "opinions_forwarded"),
    "welfare": ("households_helped", "relief_money", "relief_rounds"),
    "rewards": ("persons_rewarded", "collectives_rewarded", "direct_workers_rewarded"),
}
REQUIRED = tuple(code for codes in PARTS.values() for code in codes)
FIELDS = (
    "models_economy",
    "models_culture",
    "models_security",
    "models_environment",
    "models_political",
)
#: All figures in the order of the form, totals and optional ones too.
ALL = ("models_sustained", "models_new", "models_total", *FIELDS, *REQUIRED[2:])
#: Everything that is typed, in the order of the form.
INPUTS = (
    "models_sustained",
    "models_new",
    *FIELDS,
    *REQUIRED[2:14],
    "opinions_forwarded_on",
    *REQUIRED[14:],
    "highlights",
    "difficulties",
    "plan",
)
STOCKS = frozenset({"models_sustained", "models_new", "models_total", "members_total", *FIELDS})
Month = dict[str, int]


def month_figures(key: str, unit: Unit, month: dt.date, before: Month | None) -> Month:
    """What a unit did in a month. ``before``: the month before it, for what goes on."""
    dice = random.Random(f"{key} {unit.short_name} {month:%Y-%m}")
    # Kept up from the years before, and new since January: both are states.
    sustained = before["models_sustained"] if before else unit.models
    new = dice.choice((0, 0, 0, 1, 1, 2)) + (before["models_new"] if before else 0)
    sessions, legal = dice.randint(2, 12), dice.choice((0, 1, 2, 3))
    received = dice.randint(0, 14)
    joined = dice.randint(0, max(2, unit.members // 2000))
    households = dice.randint(0, 25)
    persons = dice.randint(0, 6)
    return {
        "models_sustained": sustained,
        "models_new": new,
        "models_total": sustained + new,
        "sessions_outreach": sessions,
        "people_outreach": sessions * dice.randint(24, 160),
        "sessions_legal": legal,
        "people_legal": legal * dice.randint(18, 75),
        "legal_aid_requests": dice.randint(0, 5),
        "legal_aid_cases": dice.randint(0, 4),
        "members_new": joined,
        "members_total": (before["members_total"] if before else unit.members) + joined,
        "supervisions": dice.randint(0, 2),
        "criticism_conferences": dice.randint(0, 1),
        "opinions_received": received,
        "opinions_forwarded": dice.randint(0, received),
        "households_helped": households,
        "relief_money": households * dice.randint(2, 9) * 250_000,
        "relief_rounds": min(households, dice.randint(1, 3)),
        "persons_rewarded": persons,
        "collectives_rewarded": dice.randint(0, 3),
        "direct_workers_rewarded": dice.randint(0, persons),
    }


def quiet_month(before: Month) -> Month:
    """A month in which nothing was done: what there is stays, all else is 0."""
    quiet = dict.fromkeys(before, 0)
    for code in ("models_sustained", "models_new", "models_total", "members_total"):
        quiet[code] = before[code]
    return quiet


def forwarded_on(month: dt.date, today: dt.date) -> dt.date:
    """The day on which the month's opinions were passed on."""
    last = calendar.monthrange(month.year, month.month)[1]
    return min(dt.date(month.year, month.month, min(20, last)), today)


def cumulated(months: Iterable[Mapping[str, int]]) -> Month:
    """A year of months: what was done adds up, of what there is the last counts."""
    total: Month = {}
    for month in months:
        for code, value in month.items():
            total[code] = value if code in STOCKS else total.get(code, 0) + value
    return total


def written(value: int, language: str) -> str:
    """A figure as the bot shows it to people of this language."""
    return format_decimal(value, locale=language)


def with_unit(value: int, language: str) -> str:
    """Money as people type it: whole millions in short, where the language has a short form."""
    if language == "vi" and value and value % 1_000_000 == 0:
        return f"{value // 1_000_000}tr"
    return str(value)
