"""Movements: what is asked for when one is made, changed, ended or left, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from bot.i18n import Texts
from bot.models import Movement
from bot.views.base import Button, Rows, View, data, lines, plain
from bot.views.movements import FEATURE, press, years


def name_form(t: Texts, version: int, there: Movement | None, note: str = "") -> View:
    """Waits for the name."""
    return View(
        text=lines(
            note or None,
            t._("<b>New movement</b>")
            if there is None
            else t._("<b>Rename {name}</b>", name=there.name),
            t._("Please send its name, for example: Skilful mass mobilisation"),
        ),
        rows=((press(t._("✖ Cancel"), "drop", version=version),),),
        placeholder=plain(t._("Name")),
    )


def years_form(t: Texts, version: int, name: str, present: int, note: str = "") -> View:
    """Waits for the years; the usual ones are a tap away. ``present`` is the bloc's year."""
    half = present - (present - 1) % 5  # five years as plans have them: 2021–2025, 2026–2030
    spans = dict.fromkeys(
        [
            (present, present),
            (present, present + 1),
            (half, half + 4),
            (present, present + 4),
            (half - 1, half + 4),
        ]
    )
    return View(
        text=lines(
            note or None,
            t._("<b>{name}</b>", name=name),
            t._("In which years? Choose, or type them like this: 2020–2025"),
        ),
        rows=Rows()
        .extend(
            (press(years(first, last), "span_set", first, last, version=version),)
            for first, last in spans
        )
        .add(press(t._("✖ Cancel"), "drop", version=version))
        .done(),
        placeholder="2020–2025",
    )


def ask_leave(t: Texts, one: Movement) -> View:
    """Really?"""
    return View(
        text=t._(
            "Leave {name}? Your bloc's reports and models don't count in it any more then. "
            "You can take part again later.",
            name=one.name,
        ),
        rows=_yes(t, one, t._("Yes, leave it"), "leave_yes"),
    )


def ask_end(t: Texts, one: Movement) -> View:
    """Really?"""
    return View(
        text=t._(
            "End {name}? Its figures stay. Nobody can join it any more, and no model is added.",
            name=one.name,
        ),
        rows=_yes(t, one, t._("Yes, end it"), "end_yes"),
    )


def _yes(t: Texts, one: Movement, text: str, action: str) -> tuple[tuple[Button, ...], ...]:
    return (
        (Button(plain(text), data(FEATURE, action, one.id), style="danger"),),
        (press(t._("◀ Back"), "open", one.id, 0),),
    )


def made(t: Texts, one: Movement) -> Markup:
    """A movement was made."""
    return t._("✅ {name} is made. Your bloc takes part in it.", name=one.name)


def changed(t: Texts) -> Markup:
    """Name or years were changed."""
    return t._("✅ It is changed.")


def joined(t: Texts) -> Markup:
    """The bloc takes part."""
    return t._("✅ Your bloc takes part now.")


def left(t: Texts, one: Movement) -> Markup:
    """The bloc takes no part any more."""
    return t._("Your bloc has left {name}.", name=one.name)


ERRORS: dict[str, Callable[..., Markup]] = {
    "movement_unknown": lambda t, **_v: t._(
        "There is no such movement here. /movements shows those there are."
    ),
    "movement_years": lambda t, most=0, **_v: t.ngettext(
        "Please type the years like this: 2020–2025. At most {n} year is possible.",
        "Please type the years like this: 2020–2025. At most {n} years are possible.",
        most,
        n=t.number(most),
    ),
    "movement_there": lambda t, name="", first=0, last=0, **_v: t._(
        "There is a movement {name} in {years} already. Please take part in that one, or choose "
        "another name.",
        name=name,
        years=years(first, last),
    ),
    "movement_not_yours": lambda t, name="", **_v: t._(
        "{name} is kept by another bloc. Only that one can change it.", name=name
    ),
    "movement_keeper": lambda t, name="", **_v: t._(
        "Your bloc keeps {name}, so it can't leave it. You can end it instead.", name=name
    ),
    "movement_over": lambda t, name="", **_v: t._("{name} has ended.", name=name),
}
