"""The register of models as everybody of the bloc reads it: lists, a card, its history."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.domain import register as rules
from bot.i18n import Texts
from bot.models import ModelState
from bot.services.register_search import Counted, Line, Shelf
from bot.views import models_words as words
from bot.views.base import Button, Rows, View, clip, data, grid, lines, pages, plain, turn
from bot.views.models_words import FEATURE, press

#: Characters of a page of a card; Telegram takes 4096, and there is more on the screen.
_PAGE = 2400
_UNITS = 16
_COPIES = 10
_EVENTS = 5


def describe_models(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Models and products of the bloc")


def menu(t: Texts) -> Button:
    """The way back to the menu."""
    return Button(plain(t._("◀ Menu")), data("home", "menu"))


# --- Lists ------------------------------------------------------------------------------------


def overview(t: Texts, found: Counted, changes: int | None = None, note: str = "") -> View:
    """The register in figures, each a way in. ``changes``: what waits, for who reviews or reads."""
    rows = Rows()
    counts = [(s, found.states[ModelState(s)]) for s in rules.STATES if s in set(found.states)]
    rows.extend(
        grid(
            [
                press(
                    Markup("{} {}: {}").format(words.icon(s), words.state(t, s), t.number(n)),
                    "by",
                    f"s{rules.STATES.index(s)}",
                    0,
                )
                for s, n in counts
            ],
            2,
        )
    )
    if found.total:
        rows.add(
            press(t._("By field"), "by_field"),
            press(t._("By unit"), "by_unit", 0),
        )
        rows.add(press(t._("🔍 Search"), "search"), press(t._("All"), "by", "a", 0))
    if found.may_enter:
        rows.add(
            press(t._("Ours: {n}", n=t.number(found.mine)), "mine") if found.mine else None,
            press(t._("➕ New model"), "new"),
        )
    if changes:
        rows.add(words.changes_button(t, changes))
    return View(
        text=lines(
            note or None,
            "" if note else None,
            t._("<b>Models and products</b>"),
            t.ngettext(
                "{n} model is in the register.",
                "{n} models are in the register.",
                found.total,
                n=t.number(found.total),
            )
            if found.total
            else t._("There is no model in the register yet."),
            t._("To find one: /models and its number or words.") if found.total else None,
        ),
        rows=rows.add(menu(t)).done(),
    )


def by_field(t: Texts, found: Counted) -> View:
    """The fields with their models."""
    codes = rules.fields_of(found.template)
    rows = Rows().extend(
        (
            press(
                f"{words.field(t, code, found.template)}: {t.number(found.fields.get(code, 0))}",
                "by",
                f"f{place}",
                0,
            ),
        )
        for place, code in enumerate(codes)
    )
    others = sum(n for code, n in found.fields.items() if code not in codes)
    if none := found.fields.get("", 0):
        rows.add(press(t._("No field yet: {n}", n=t.number(none)), "by", "f", 0))
    return View(
        text=lines(
            t._("<b>Models by field</b>"),
            t._("What has ended isn't counted."),
            t.ngettext(
                "{n} model belongs to a field that the report no longer has.",
                "{n} models belong to fields that the report no longer has.",
                others - none,
                n=t.number(others - none),
            )
            if others > none
            else None,
        ),
        rows=rows.add(words.to_list(t)).done(),
    )


def by_unit(t: Texts, found: Counted, page: int = 0) -> View:
    """The units with their models."""
    shown, page, count = pages(found.units, page, _UNITS)
    buttons = [
        press(f"{clip(unit.short_name, 24)}: {t.number(n)}", "by", f"u{unit.id}", 0)
        for unit, n in shown
    ]
    rows = Rows().extend(grid(buttons, 2)).extend(turn(page, count, FEATURE, "by_unit"))
    return View(
        text=t._("<b>Models by unit</b>"),
        rows=rows.add(words.to_list(t)).done(),
    )


def shelf(t: Texts, found: Shelf, token: str, note: str = "") -> View:
    """A page of models; a tap opens the card. ``token`` says which list it is."""
    rows = Rows().extend(_entries(found, token))
    rows.extend(turn(found.page, found.pages, FEATURE, "by", token))
    if found.by == "mine":
        rows.add(press(t._("➕ New model"), "new"))
    text = lines(note or None, "" if note else None, _title(t, found), *_described(t, found))
    return View(text=text, rows=rows.add(words.to_list(t)).done())


def _title(t: Texts, found: Shelf) -> Markup:
    count = t.number(found.total)
    match found.by:
        case "state":
            state = words.state(t, found.value)
            return t._("<b>Models, {state}: {n}</b>", state=state, n=count)
        case "field":
            field = words.field(t, found.value, found.template)
            return t._("<b>{field}: {n}</b>", field=field, n=count)
        case "unit":
            unit = found.unit.name if found.unit else ""
            return t._("<b>{unit}: {n}</b>", unit=unit, n=count)
        case "mine":
            return t._("<b>Our models: {n}</b>", n=count)
        case "all":
            return t._("<b>All models: {n}</b>", n=count)


def _described(t: Texts, found: Shelf) -> list[Markup]:
    if not found.lines:
        return [t._("There is none.")]
    return [_line(t, one) for one in found.lines]


def _line(t: Texts, one: Line) -> Markup:
    unit = t._("{unit} (closed)", unit=one.unit) if one.closed else one.unit
    head = Markup("{} <b>{}</b> · {} · {}").format(
        words.icon(one.state), one.number, clip(one.name, 120), unit
    )
    return lines(
        "", head, Markup("<i>{}</i>").format(clip(one.product, 100)) if one.product else None
    )


def _entries(found: Shelf, token: str) -> Sequence[tuple[Button, ...]]:
    return [
        (
            press(
                words.caption(one.number, one.name, words.icon(one.state)),
                "show",
                one.model_id,
                0,
                token,
                found.page,
            ),
        )
        for one in found.lines
    ]


def ask_words(t: Texts, version: int) -> View:
    """Waits for what is searched for."""
    return View(
        text=lines(
            t._("<b>Search in the register</b>"),
            t._("Please type words of the name, the product or the unit, or a number."),
        ),
        rows=((press(t._("◀ Back"), "done_searching", version=version),),),
        placeholder=plain(t._("Words or number")),
    )


def results(t: Texts, found: Shelf, version: int) -> View:
    """What was found; other words can be typed at once."""
    rows = Rows().extend(_entries(found, "w"))
    rows.extend(turn(found.page, found.pages, FEATURE, "found", version=version))
    rows.add(press(t._("◀ To the register"), "done_searching", version=version))
    return View(
        text=lines(
            t.ngettext(
                "<b>“{words}”: {n} model</b>",
                "<b>“{words}”: {n} models</b>",
                found.total,
                words=found.value,
                n=t.number(found.total),
            ),
            *(
                _described(t, found)
                if found.lines
                else [t._("Nothing was found. Please try other words.")]
            ),
        ),
        rows=rows.done(),
        placeholder=plain(t._("Words or number")),
    )


def to_results(t: Texts) -> Markup:
    """On the button back to what was found."""
    return t._("◀ To what was found")


def to_shelf(t: Texts) -> Markup:
    """On the button back to the list that a card was opened from."""
    return t._("◀ To the list")
