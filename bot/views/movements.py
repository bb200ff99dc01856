"""Movements: the list, a movement's figures over its years and blocs, its models, its forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from bot.i18n import Texts
from bot.models import ModelState, Movement
from bot.services.movement_figures import Sum
from bot.services.movements import Card, Listing, Tied, Ties
from bot.views.base import Button, Rows, View, clip, data, grid, lines, pages, plain, turn

FEATURE: Final = "movements"
_PAGE: Final = 8
_SUMS: Final = 10
_MODELS: Final = 8


def describe(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Movements over several years and blocs")


def press(text: str, action: str, *args: object, version: int = 0) -> Button:
    """A button of this feature; ``text`` may be a sentence."""
    return Button(plain(text), data(FEATURE, action, *args, version=version))


def _menu(t: Texts) -> Button:
    return Button(plain(t._("◀ Menu")), data("home", "menu"))


def years(first: int, last: int) -> str:
    """``2020–2025``, or one year."""
    return str(first) if first == last else f"{first}–{last}"


def _years(one: Movement) -> str:
    return years(one.first_year, one.last_year)


# --- The list ---------------------------------------------------------------------------------


def listing(t: Texts, found: Listing, page: int = 0, *, words: str = "", note: str = "") -> View:
    """The bloc's movements; for readers also the ways to others and to a new one."""
    shown, page, count = pages(found.joined, page, _PAGE)
    heading = t._("<b>Movements of this bloc</b>")
    if words:
        heading = t._("<b>Movements</b> with “{words}”", words=clip(words, 60))
    rows = Rows().extend((press(_caption(one), "open", one.id, 0),) for one in shown)
    if not words:
        rows.extend(turn(page, count, FEATURE, "list"))
    if found.may_keep:
        if words:
            rows.extend(
                (press("＋ " + _caption(one), "open", one.id, 0),) for one in found.others[:_PAGE]
            )
        elif found.others:
            rows.add(press(t._("Movements of others"), "others", 0))
        rows.add(press(t._("➕ New movement"), "new"))
    empty = not found.joined and not (words and found.others)
    return View(
        text=lines(
            note or None,
            "" if note else None,
            heading,
            *(t._("• {name}, {years}", name=one.name, years=_years(one)) for one in shown),
            t._("None yet.") if empty and not words else None,
            t._("None has that in its name.") if empty and words else None,
            t._("＋ Your bloc doesn't take part in these yet.")
            if words and found.may_keep and found.others
            else None,
        ),
        rows=rows.add(_menu(t)).done(),
    )


def others(t: Texts, found: Listing, page: int = 0) -> View:
    """What the bloc could take part in."""
    shown, page, count = pages(found.others, page, _PAGE)
    return View(
        text=lines(
            t._("<b>Movements of others</b>"),
            t._("Tap one to let your bloc take part in it.") if shown else t._("None yet."),
            t._("To find one by its name: /movements name"),
        ),
        rows=Rows()
        .extend((press("＋ " + _caption(one), "open", one.id, 0),) for one in shown)
        .extend(turn(page, count, FEATURE, "others"))
        .add(press(t._("◀ Back"), "list", 0), _menu(t))
        .done(),
    )


def _caption(one: Movement) -> str:
    return f"{clip(one.name, 40)} · {_years(one)}"


# --- A movement -------------------------------------------------------------------------------


def card(t: Texts, found: Card, page: int = 0, note: str = "") -> View:
    """A movement: who takes part, models by state, figures over all years and blocs."""
    movement, figures = found.movement, found.figures
    id_ = movement.id
    if figures is None:
        return View(
            text=lines(
                note or None,
                *_heading(t, found),
                "",
                t._("Your bloc doesn't take part. If it does, its reports of these years count."),
            ),
            rows=Rows()
            .add(
                Button(plain(t._("Take part")), data(FEATURE, "join", id_), style="primary")
                if found.may_keep
                else None
            )
            .add(press(t._("◀ Back"), "list", 0), _menu(t))
            .done(),
        )
    rows, shown = _figures(t, found, figures.sums, page, "open", (id_,), lambda one: one.total)
    several = figures.years[0] != figures.years[-1]
    rows.add(
        press(t._("By year"), "year", id_, figures.years[-1], 0) if several else None,
        press(t._("By bloc"), "blocs", id_, 0),
    )
    rows.add(press(t._("Models"), "models", id_, 0))
    if found.may_keep:
        rows.extend(_keeping(t, found))
    return View(
        text=lines(
            note or None,
            "" if note else None,
            *_heading(t, found),
            t.ngettext(
                "{n} bloc takes part",
                "{n} blocs take part",
                len(figures.blocs),
                n=t.number(len(figures.blocs)),
            ),
            _reports(t, figures.reports),
            *_models(t, found.models),
            "",
            *shown,
        ),
        rows=rows.add(press(t._("◀ Back"), "list", 0), _menu(t)).done(),
    )


def _heading(t: Texts, found: Card) -> list[Markup]:
    movement = found.movement
    return [
        t._("<b>{name}</b>, {years}", name=movement.name, years=_years(movement)),
        *([t._("It has ended.")] if movement.ended_at else []),
    ]


def _reports(t: Texts, n: int) -> Markup:
    return t.ngettext("{n} report counts", "{n} reports count", n, n=t.number(n))


_STATES: Final[Mapping[ModelState, Callable[[Texts, int, str], Markup]]] = {
    ModelState.NEW: lambda t, n, shown: t.ngettext("{n} new", "{n} new", n, n=shown),
    ModelState.SUSTAINED: lambda t, n, shown: t.ngettext("{n} kept up", "{n} kept up", n, n=shown),
    ModelState.REPLICATED: lambda t, n, shown: t.ngettext(
        "{n} replicated", "{n} replicated", n, n=shown
    ),
    ModelState.ENDED: lambda t, n, shown: t.ngettext("{n} ended", "{n} ended", n, n=shown),
}


def _models(t: Texts, counts: Mapping[ModelState, int]) -> list[Markup]:
    """How many models are tied, by state."""
    total = sum(counts.values())
    if not total:
        return []
    parts = [word(t, n, t.number(n)) for state, word in _STATES.items() if (n := counts.get(state))]
    return [
        t.ngettext(
            "{n} model belongs to it: {states}",
            "{n} models belong to it: {states}",
            total,
            n=t.number(total),
            states=", ".join(parts),
        )
    ]


def _figures(
    t: Texts,
    found: Card,
    sums: Sequence[Sum],
    page: int,
    action: str,
    args: tuple[object, ...],
    value: Callable[[Sum], Decimal | None],
) -> tuple[Rows, list[Markup]]:
    """A page of figures that aren't 0, and the row that turns it."""
    there = [(one, figure) for one in sums if (figure := value(one))]
    shown, page, count = pages(there, page, _SUMS)
    rows = Rows().extend(turn(page, count, FEATURE, action, *args))
    if not there:
        return rows, [t._("No figures yet.")]
    return rows, [
        t._(
            "{field}: <b>{value}</b>",
            field=clip(one.indicator.label(t.language), 60),
            value=t.number(figure),
        )
        for one, figure in shown
    ]


def _keeping(t: Texts, found: Card) -> tuple[tuple[Button, ...], ...]:
    id_ = found.movement.id
    if not found.keeps:
        return ((press(t._("Leave it …"), "leave", id_),),)
    if found.movement.ended_at:
        return ((press(t._("Go on with it"), "resume", id_),),)
    return (
        (press(t._("Rename"), "rename", id_), press(t._("Change the years"), "span", id_)),
        (press(t._("End it …"), "end", id_),),
    )


def year(t: Texts, found: Card, chosen: int, page: int = 0) -> View:
    """The figures of one year; stocks as last reported in it."""
    figures = found.figures
    if figures is None:
        return card(t, found)
    chosen = min(max(chosen, figures.years[0]), figures.years[-1])
    id_ = found.movement.id
    rows, shown = _figures(
        t, found, figures.sums, page, "year", (id_, chosen), lambda one: one.by_year.get(chosen)
    )
    tabs = [
        press(f"• {one} •" if one == chosen else str(one), "year", id_, one, 0)
        for one in figures.years
    ]
    return View(
        text=lines(
            *_heading(t, found),
            t._("<b>In {year}</b>", year=chosen),
            _reports(t, figures.by_year.get(chosen, 0)),
            "",
            *shown,
        ),
        rows=rows.extend(grid(tabs, 5)).add(press(t._("◀ Back"), "open", id_, 0)).done(),
    )


def blocs(t: Texts, found: Card, page: int = 0) -> View:
    """The blocs that take part; readers open each of them, members their own."""
    figures = found.figures
    if figures is None:
        return card(t, found)
    id_ = found.movement.id
    there = [
        (bloc_id, name)
        for bloc_id, name in figures.blocs.items()
        if found.may_keep or bloc_id == found.own_bloc
    ]
    shown, page, count = pages(there, page, _PAGE)
    hidden = len(figures.blocs) - len(there)
    return View(
        text=lines(
            *_heading(t, found),
            t._("<b>By bloc</b>"),
            *(
                t._(
                    "• {bloc}: {reports}",
                    bloc=name,
                    reports=_reports(t, figures.by_bloc.get(bloc_id, 0)),
                )
                for bloc_id, name in shown
            ),
            t.ngettext("and {n} more bloc", "and {n} more blocs", hidden, n=t.number(hidden))
            if hidden
            else None,
        ),
        rows=Rows()
        .extend((press(clip(name, 50), "bloc", id_, bloc_id, 0),) for bloc_id, name in shown)
        .extend(turn(page, count, FEATURE, "blocs", id_))
        .add(press(t._("◀ Back"), "open", id_, 0))
        .done(),
    )


def bloc(t: Texts, found: Card, bloc_id: int, page: int = 0) -> View:
    """The figures of one bloc over all years."""
    figures = found.figures
    if figures is None or bloc_id not in figures.blocs:
        return blocs(t, found)
    if not found.may_keep and bloc_id != found.own_bloc:
        return blocs(t, found)
    id_ = found.movement.id
    rows, shown = _figures(
        t, found, figures.sums, page, "bloc", (id_, bloc_id), lambda one: one.by_bloc.get(bloc_id)
    )
    return View(
        text=lines(
            *_heading(t, found),
            t._("<b>{bloc}</b>", bloc=figures.blocs[bloc_id]),
            _reports(t, figures.by_bloc.get(bloc_id, 0)),
            "",
            *shown,
        ),
        rows=rows.add(press(t._("◀ Back"), "blocs", id_, 0)).done(),
    )


# --- Models -----------------------------------------------------------------------------------


def models(t: Texts, found: Tied, page: int = 0) -> View:
    """The bloc's own models in the movement; those of others are counted."""
    id_ = found.movement.id
    shown, page, count = pages(found.models, page, _MODELS)
    elsewhere = sum(found.all_.values()) - len(found.models)
    return View(
        text=lines(
            t._("<b>{name}</b>, {years}", name=found.movement.name, years=_years(found.movement)),
            *(_models(t, found.all_) or [t._("No model belongs to it yet.")]),
            *(
                lines(
                    "",
                    t._("<b>{number}</b> · {name}", number=model.number, name=model.name),
                    t._("{unit} · {state}", unit=unit, state=_state(t, model.state)),
                )
                for model, unit in shown
            ),
            "" if elsewhere else None,
            t.ngettext(
                "and {n} model of other blocs",
                "and {n} models of other blocs",
                elsewhere,
                n=t.number(elsewhere),
            )
            if elsewhere
            else None,
        ),
        rows=Rows()
        .extend(
            (Button(f"{model.number} · {clip(model.name, 40)}", data("models", "show", model.id)),)
            for model, _unit in shown
        )
        .extend(turn(page, count, FEATURE, "models", id_))
        .add(press(t._("◀ Back"), "open", id_, 0))
        .done(),
    )


def _state(t: Texts, state: ModelState) -> Markup:
    return {
        ModelState.NEW: t._("new"),
        ModelState.SUSTAINED: t._("kept up"),
        ModelState.REPLICATED: t._("replicated"),
        ModelState.ENDED: t._("ended"),
    }[state]


def ties(t: Texts, found: Ties, page: int = 0, note: str = "") -> View:
    """To which movements a model belongs; a tap changes it."""
    model = found.model
    shown, page, count = pages(found.movements, page, _PAGE)
    return View(
        text=lines(
            note or None,
            t._("<b>Model {number} · {name}</b>", number=model.number, name=model.name),
            t._("Tap the movements that it belongs to (✓).")
            if found.movements
            else t._("Your bloc takes part in no movement yet."),
        ),
        rows=Rows()
        .extend(
            (
                press(
                    f"{'✓' if there else '▫'} {_caption(one)}",
                    "tied",
                    model.id,
                    one.id,
                    int(not there),
                    page,
                ),
            )
            for one, there in shown
        )
        .extend(turn(page, count, FEATURE, "tie", model.id))
        .add(Button(plain(t._("◀ To the model")), data("models", "show", model.id)), _menu(t))
        .done(),
    )
