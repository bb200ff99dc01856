"""Questions between typing and counting: which reading is right, and does it still count?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from bot.i18n import Texts
from bot.services.report_sheet import Sheet
from bot.views.base import Rows, View, clip, lines
from bot.views.report_card import press, title
from bot.views.report_words import label, quoted, shown

#: How many values of a reading are shown: a whole report has two readings on one screen.
_MOST_PAIRS = 12


def choose(
    t: Texts, sheet: Sheet, version: int, text: str, readings: Sequence[Sequence[tuple[str, str]]]
) -> View:
    """What was typed can be read in several ways: one tap says which. The codes are first."""
    rows = Rows()
    ways: list[Markup] = []
    for index, reading in enumerate(readings):
        values = [shown(t, Decimal(value)) for _code, value in reading]
        rows.add(press(clip(" | ".join(values), 40), "read", index, version=version))
        ways.append(
            lines(
                t.ngettext(
                    "As {n} value:", "As {n} values:", len(reading), n=t.number(len(reading))
                ),
                *_pairs(t, sheet, reading),
            )
        )
    rows.add(press(t._("◀ Back"), "back", version=version))
    return View(
        text=lines(
            title(t, sheet),
            t._("“{text}” can be read in several ways. Which one is right?", text=quoted(text, 200))
            if len(readings) > 1
            else t._("Is this what you mean by “{text}”?", text=quoted(text, 200)),
            "",
            *ways,
        ),
        rows=rows.done(),
    )


def _pairs(t: Texts, sheet: Sheet, reading: Sequence[tuple[str, str]]) -> list[Markup]:
    pairs = [
        t._(
            "• {field}: {value}",
            field=clip(label(t, sheet.template[code]), 60),
            value=shown(t, Decimal(value)),
        )
        for code, value in reading[:_MOST_PAIRS]
    ]
    if more := len(reading[_MOST_PAIRS:]):
        pairs.append(t.ngettext("… and {n} more", "… and {n} more", more, n=t.number(more)))
    return pairs


def hold(t: Texts, sheet: Sheet, version: int, text: str, code: str | None) -> View:
    """Something typed into a form that was left for days: ask before it counts."""
    month = t.month(sheet.report.month)
    kept = quoted(text, 300)
    if code is None:
        asked = t._("Enter “{text}” into the report of {month}?", text=kept, month=month)
    else:
        asked = t._(
            "Enter “{text}” for {field} in the report of {month}?",
            text=kept,
            field=label(t, sheet.template[code]),
            month=month,
        )
    return View(
        text=lines(title(t, sheet), t._("You haven't touched this form for some days."), "", asked),
        rows=Rows()
        .add(
            press(t._("Yes, enter it"), "held", "yes", version=version),
            press(t._("No"), "held", "no", version=version),
        )
        .done(),
    )
