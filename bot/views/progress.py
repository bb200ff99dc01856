"""Plan against done: one unit's targets, the bloc's board, an indicator of all units."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from bot.domain.template import TemplateSpec
from bot.i18n import Texts
from bot.services.progress import Board, Glance, Progress, UnitProgress
from bot.views.base import Button, Rows, View, clip, data, grid, lines, pages, plain, turn

FEATURE: Final = "progress"
#: Targets on ``/status``; the others are a tap away.
_FEW: Final = 5
_TARGETS: Final = 10
_UNITS: Final = 12
_LABEL: Final = 60


def _menu(t: Texts) -> Button:
    return Button(plain(t._("◀ Menu")), data("home", "menu"))


def chart(t: Texts, unit_id: int, code: str = "") -> Button:
    """The way to the picture: of one unit's targets, or with 0 of the bloc's totals.

    With 0 and a ``code`` of all units' targets for that indicator.
    """
    args = (unit_id, 0, code) if code else (unit_id,)
    return Button(plain(t._("📊 Chart")), data("docs", "progress", *args))


# --- One target in words ----------------------------------------------------------------------


def share(t: Texts, one: Progress) -> str:
    """What is done of the plan in whole per cents, never rounded up to all of it."""
    return t.percent(Decimal(one.share // 10) / 100)


def amount(t: Texts, one: Progress) -> Markup:
    """``84/120 (70 %)``."""
    return t._(
        "{done}/{planned} ({share})",
        done=t.number(one.done),
        planned=t.number(one.planned),
        share=share(t, one),
    )


def beside(t: Texts, one: Progress) -> Markup:
    """The same, to stand beside a month's figure: ``year 84/120 (70 %)``."""
    return t._("year {amount}", amount=amount(t, one))


def of_plan(t: Texts, one: Progress) -> Markup:
    """To stand beside the year's figure itself: ``of 120 (70 %)``."""
    return t._("of {planned} ({share})", planned=t.number(one.planned), share=share(t, one))


def _mark(on_course: bool) -> str:
    return "✅" if on_course else "⚠"


def _label(t: Texts, template: TemplateSpec, code: str) -> str:
    return clip(template[code].label(t.language), _LABEL)


def _line(t: Texts, template: TemplateSpec, one: Progress) -> Markup:
    return t._(
        "{mark} {field}: {amount}",
        mark=_mark(one.on_course),
        field=_label(t, template, one.code),
        amount=amount(t, one),
    )


# --- On /status -------------------------------------------------------------------------------


def status_lines(t: Texts, found: Glance) -> list[Markup | str]:
    """One's own targets, the worst first; how many units of the bloc are on course."""
    result: list[Markup | str] = []
    if found.units:
        result += [
            "",
            t.ngettext(
                "🎯 {on} of {n} unit on course",
                "🎯 {on} of {n} units on course",
                found.units,
                on=t.number(found.on_course),
                n=t.number(found.units),
            ),
        ]
    own = found.own
    if own is not None:
        result += ["", _count(t, own)]
        result += [_line(t, own.template, one) for one in own.targets[:_FEW]]
        if more := len(own.targets[_FEW:]):
            result.append(t.ngettext("and {n} more", "and {n} more", more, n=t.number(more)))
    return result


def status_buttons(t: Texts, found: Glance) -> tuple[Button, ...]:
    """The ways to the whole of it."""
    buttons = []
    if found.own is not None:
        buttons.append(Button(plain(t._("🎯 All targets")), data(FEATURE, "mine")))
    if found.units:
        buttons.append(Button(plain(t._("🎯 All units")), data(FEATURE, "board")))
    return tuple(buttons)


def _count(t: Texts, found: UnitProgress) -> Markup:
    n = len(found.targets)
    return t.ngettext(
        "🎯 {on} of {n} target on course",
        "🎯 {on} of {n} targets on course",
        n,
        on=t.number(n - found.behind),
        n=t.number(n),
    )


# --- One unit ---------------------------------------------------------------------------------


def unit(t: Texts, found: UnitProgress, page: int = 0, *, own: bool) -> View:
    """Every target of a unit, the worst first."""
    shown, page, count = pages(found.targets, page, _TARGETS)
    blocks: list[Markup | str] = []
    for one in shown:
        blocks += ["", *_two(t, found.template, one)]
    if not found.targets:
        blocks = ["", t._("No targets yet. They are set with the pact: /pact")]
    rows = Rows()
    if own:
        rows.extend(turn(page, count, FEATURE, "mine"))
    else:
        rows.extend(turn(page, count, FEATURE, "unit", found.unit_id))
    if found.targets:
        rows.add(chart(t, found.unit_id))
    elif own:
        rows.add(Button(plain(t._("🎯 Set targets")), data("pact", "targets"), style="primary"))
    rows.add(
        Button(plain(t._("The whole bloc")), data(FEATURE, "board"))
        if own
        else Button(plain(t._("◀ Back")), data(FEATURE, "board")),
        _menu(t),
    )
    return View(
        text=lines(
            t._("<b>Plan and done</b> · {unit}", unit=found.unit),
            *_so_far(t, found),
            *blocks,
        ),
        rows=rows.done(),
    )


def _so_far(t: Texts, found: UnitProgress) -> list[Markup]:
    """How many targets are on course, and what that means today."""
    if not found.targets:
        return []
    result = [_count(t, found)]
    if found.due:
        result.append(
            t._(
                "{due} of {owed} reports are due: on course is {due}/{owed} of the plan",
                due=t.number(found.due),
                owed=t.number(found.owed),
            )
        )
    return result


def _two(t: Texts, template: TemplateSpec, one: Progress) -> list[Markup]:
    """A target in two short lines."""
    return [
        t._("{mark} {field}", mark=_mark(one.on_course), field=_label(t, template, one.code)),
        t._("<b>{amount}</b>", amount=amount(t, one)),
    ]


# --- All units --------------------------------------------------------------------------------


def board(t: Texts, found: Board, page: int = 0) -> View:
    """How the units stand, the worst first; members see the totals instead."""
    if not found.reads_all:
        return totals(t, found, page)
    shown, page, count = pages(found.units, page, _UNITS)
    blocks: list[Markup | str] = []
    if found.units:
        n = len(found.units)
        blocks.append(
            t.ngettext(
                "🎯 {on} of {n} unit on course",
                "🎯 {on} of {n} units on course",
                n,
                on=t.number(found.on_course),
                n=t.number(n),
            )
        )
        blocks += ["", *(_unit_line(t, one) for one in shown)]
    else:
        blocks.append(t._("No unit has targets yet. They are set with the pact."))
    if found.without:
        blocks += [
            "",
            t._("No targets yet: {units}", units=clip(t.join(list(found.without)), 300)),
        ]
    rows = Rows().extend(
        grid(
            [
                Button(
                    f"{_mark(one.on_course)} {clip(one.unit, 20)}",
                    data(FEATURE, "unit", one.unit_id, 0),
                )
                for one in shown
            ],
            2,
        )
    )
    rows.extend(turn(page, count, FEATURE, "board"))
    if found.units:
        rows.add(Button(plain(t._("By indicator")), data(FEATURE, "totals", 0)), chart(t, 0))
    return View(
        text=lines(t._("<b>Plan and done {year}</b>", year=found.year.year), *blocks),
        rows=rows.add(_menu(t)).done(),
    )


def _unit_line(t: Texts, one: UnitProgress) -> Markup:
    n = len(one.targets)
    return t.ngettext(
        "{mark} {unit}: {on} of {n} target",
        "{mark} {unit}: {on} of {n} targets",
        n,
        mark=_mark(one.on_course),
        unit=one.unit,
        on=t.number(n - one.behind),
        n=t.number(n),
    )


def totals(t: Texts, found: Board, page: int = 0) -> View:
    """The bloc's total of each indicator; for who reads the bloc a tap shows its units."""
    shown, page, count = pages(found.totals, page, _TARGETS)
    blocks: list[Markup | str] = []
    for one in shown:
        blocks += ["", *_two(t, found.template, one)]
    if not found.totals:
        blocks = ["", t._("No unit has targets yet. They are set with the pact.")]
    rows = Rows()
    if found.reads_all:
        rows.extend(_choices(t, found, shown))
        rows.extend(turn(page, count, FEATURE, "totals"))
        rows.add(Button(plain(t._("◀ Back")), data(FEATURE, "board")), _menu(t))
    else:
        rows.extend(turn(page, count, FEATURE, "board"))
        rows.add(Button(plain(t._("🎯 My unit")), data(FEATURE, "mine")), _menu(t))
    return View(
        text=lines(
            t._("<b>Plan and done {year}</b>", year=found.year.year),
            t._("All units together"),
            *blocks,
        ),
        rows=rows.done(),
    )


def _choices(t: Texts, found: Board, shown: Sequence[Progress]) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (
            Button(
                f"{_mark(one.on_course)} {clip(_label(t, found.template, one.code), 40)}",
                data(FEATURE, "by", one.code, 0),
            ),
        )
        for one in shown
    )


def by_indicator(t: Texts, found: Board, code: str, page: int = 0) -> View:
    """One indicator of all units, the worst first, with the total; all of them where unknown."""
    total = next((one for one in found.totals if one.code == code), None)
    if total is None or not found.reads_all:
        return totals(t, found)
    shown, page, count = pages(found.of(code), page, _UNITS)
    return View(
        text=lines(
            t._("<b>{field}</b>", field=_label(t, found.template, code)),
            t._("All units together: {amount}", amount=amount(t, total)),
            "",
            *(
                t._(
                    "{mark} {field}: {amount}",
                    mark=_mark(one.on_course),
                    field=clip(one.unit, 40),
                    amount=amount(t, one),
                )
                for one in shown
            ),
        ),
        rows=Rows()
        .extend(turn(page, count, FEATURE, "by", code))
        .add(chart(t, 0, code))
        .add(Button(plain(t._("◀ Back")), data(FEATURE, "totals", 0)), _menu(t))
        .done(),
    )
