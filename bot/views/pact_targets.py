"""Targets on a phone: parts, the rows of a part, one row. Last year's result is one tap."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from bot.domain.report import Problem
from bot.domain.template import STOCK, IndicatorSpec
from bot.i18n import Texts
from bot.services.commitments import Commitment
from bot.views.base import Button, Rows, View, clip, lines
from bot.views.pact import back, press
from bot.views.report_card import pairs
from bot.views.report_words import label, measure, problem, quoted, shown

_FEW: Final = 4
_LONG: Final = 60
_MOST_PAIRS: Final = 12


def _title(t: Texts, found: Commitment) -> Markup:
    return t._(
        "<b>Targets {year}</b> · {unit}",
        year=str(found.year.year),
        unit=found.unit.short_name,
    )


def _noted(note: str) -> list[str]:
    return ["", note] if note else []


def _undo(t: Texts, version: int, wanted: bool) -> Button | None:
    return press(t._("↶ Undo"), "undo", version=version) if wanted else None


def _count(found: Commitment, part: str) -> str:
    fields = found.of_part(part)
    return f"{sum(one.code in found.planned for one in fields)}/{len(fields)}"


def _warnings(t: Texts, found: Commitment, codes: Sequence[str]) -> list[Markup]:
    """Targets that contradict each other, a line for each broken rule."""
    broken: dict[object, Problem] = {}
    for code in codes:
        if code in found.broken:
            one = found.broken[code]
            broken.setdefault(one.rule or code, one)
    return [
        t._("⚠ {problem}", problem=problem(t, found.template, one))
        for one in list(broken.values())[:_FEW]
    ]


def _next(t: Texts, fields: Sequence[IndicatorSpec]) -> Markup | None:
    """Where a number typed now goes, if it has a place."""
    if not fields:
        return None
    if len(fields) == 1:
        return t._("Next: <b>{field}</b>. Just type the number.", field=label(t, fields[0]))
    return t._(
        "Next: <b>{field}</b>. Just type the number, or several numbers in order.",
        field=label(t, fields[0]),
    )


def card(t: Texts, found: Commitment, version: int, note: str = "", *, undo: bool = False) -> View:
    """All targets by part, with how many are set."""
    parts = [
        press(
            f"{clip(part.title(t.language), 28)} {_count(found, part.code)}",
            "part",
            part.code,
            version=version,
        )
        for part in found.template.parts
        if found.of_part(part.code)
    ]
    same = found.same()
    return View(
        text=lines(
            _title(t, found),
            t._(
                "Set: {done} of {all}; at least one is needed.",
                done=t.number(len(found.planned)),
                all=t.number(len(found.fields)),
            ),
            *_noted(note),
            *_warnings(t, found, [one.code for one in found.fields]),
            "",
            _next(t, found.following()) or t._("Choose a part to change a target."),
        ),
        rows=Rows()
        .add(_undo(t, version, undo))
        .add(
            press(
                t._("= last year, all empty ({n})", n=t.number(len(same))),
                "allsame",
                version=version,
            )
            if same
            else None
        )
        .extend(pairs(parts))
        .add(back(t))
        .done(),
    )


def part(
    t: Texts, found: Commitment, version: int, code: str, note: str = "", *, undo: bool = False
) -> View:
    """The rows of one part with their targets."""
    rows = Rows().add(_undo(t, version, undo))
    fields = found.of_part(code)
    for one in fields:
        there = one.code in found.planned
        value = clip(shown(t, found.planned.get(one.code)), 20)
        text = f"{'✓' if there else '▫'} {clip(label(t, one), 40)}: {value}"
        rows.add(press(text, "field", one.code, version=version))
    if found.same(code):
        rows.add(press(t._("= last year, all empty here"), "partsame", code, version=version))
    after = _next_part(found, code)
    rows.add(
        press(t._("◀ Back"), "card", version=version),
        press(t._("Next part ▶"), "part", after, version=version) if after else None,
    )
    totals = [
        t._("{field}: <b>{value}</b>", field=label(t, one), value=shown(t, found.values[one.code]))
        for one in found.template.of_part(code)
        if one.code in found.template.computed and found.values.get(one.code) is not None
    ]
    return View(
        text=lines(
            _title(t, found),
            t._(
                "<b>{part}</b> · {count}",
                part=found.template.part(code).title(t.language),
                count=_count(found, code),
            ),
            *totals,
            *_noted(note),
            *_warnings(t, found, [one.code for one in fields]),
            "",
            _next(t, found.following(code)) or t._("Choose a row to change its target."),
        ),
        rows=rows.done(),
    )


def _next_part(found: Commitment, code: str) -> str | None:
    """The next part with targets, going round."""
    codes = [one.code for one in found.template.parts if found.of_part(one.code)]
    if code not in codes or len(codes) < 2:
        return None
    at = codes.index(code)
    return (codes[at + 1 :] + codes[:at])[0]


def field(
    t: Texts, found: Commitment, version: int, code: str, note: str = "", *, undo: bool = False
) -> View:
    """One target: what is asked for, what stands there, what last year came to."""
    one = found.template[code]
    value = found.planned.get(code)
    proposed = found.proposed.get(code)
    rows = Rows().add(_undo(t, version, undo))
    rows.add(
        press(t._("= last year ({value})", value=shown(t, proposed)), "same", code, version=version)
        if proposed is not None and proposed != value
        else None,
        press(t._("✖ Clear"), "clear", code, version=version) if value is not None else None,
    )
    rows.add(
        press(t._("◀ Back"), "part", one.part, version=version),
        press(t._("Skip ▶"), "skip", code, version=version),
    )
    unit = measure(t, one.unit)
    return View(
        text=lines(
            _title(t, found),
            found.template.part(one.part).title(t.language),
            *_noted(note),
            "",
            t._("<b>{field}</b>", field=label(t, one)),
            t._("At the year's end · {unit}", unit=unit)
            if one.kind == STOCK
            else t._("In the whole year · {unit}", unit=unit),
            t._("Now: <b>{value}</b>", value=shown(t, value)) if value is not None else None,
            t._("Last year: {value}", value=shown(t, found.last[code]))
            if code in found.last
            else None,
            *_warnings(t, found, [code]),
            t._("Type the number."),
        ),
        rows=rows.done(),
        placeholder=clip(label(t, one), 64),
    )


def saved(t: Texts, found: Commitment, codes: Sequence[str]) -> Markup:
    """What went where."""
    left = len(codes[_MOST_PAIRS:])
    return lines(
        *(
            t._(
                "✓ {field}: {value}",
                field=clip(label(t, found.template[code]), _LONG),
                value=shown(t, found.planned.get(code)),
            )
            for code in codes[:_MOST_PAIRS]
        ),
        t.ngettext("… and {n} more", "… and {n} more", left, n=t.number(left)) if left else None,
    )


def choose(
    t: Texts,
    found: Commitment,
    version: int,
    text: str,
    readings: Sequence[Sequence[Sequence[str]]],
) -> View:
    """What was typed can be read in several ways: one tap says which."""
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
                *(
                    t._(
                        "• {field}: {value}",
                        field=clip(label(t, found.template[code]), _LONG),
                        value=shown(t, Decimal(value)),
                    )
                    for code, value in reading[:_MOST_PAIRS]
                    if code in found.template
                ),
            )
        )
    rows.add(press(t._("◀ Back"), "card", version=version))
    return View(
        text=lines(
            _title(t, found),
            t._("“{text}” can be read in several ways. Which one is right?", text=quoted(text, 200))
            if len(readings) > 1
            else t._("Is this what you mean by “{text}”?", text=quoted(text, 200)),
            "",
            *ways,
        ),
        rows=rows.done(),
    )


def no_empty(t: Texts) -> Markup:
    """Numbers typed where every target is set."""
    return t._("Every target is set. Choose a row to change it.")
