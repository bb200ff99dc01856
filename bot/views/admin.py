"""What whoever runs the bot sees of all blocs. No votes, no reports."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.i18n import Texts
from bot.services.blocs import BlocLine
from bot.views.base import Button, Rows, View, clip, data, lines, pages, turn
from bot.views.people import menu_button

_PAGE = 8


def describe_admin(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Administration")


def _line(t: Texts, one: BlocLine) -> Markup:
    return t._(
        "{id}. {bloc} ({year}) – {units}, {people}",
        id=str(one.bloc.id),
        bloc=one.bloc.name,
        year=str(one.bloc.year),
        units=t.ngettext("{n} unit", "{n} units", one.units, n=t.number(one.units)),
        people=t.ngettext("{n} person", "{n} people", one.people, n=t.number(one.people)),
    )


def blocs(t: Texts, shown: Sequence[BlocLine], page: int = 0) -> View:
    """Every bloc; a tap shows its units, where inviting and appointing are."""
    part, page, count = pages(shown, page, _PAGE)
    rows = Rows()
    for one in part:
        rows.add(
            Button(clip(f"{one.bloc.id}. {one.bloc.name}", 40), data("units", "list", one.bloc.id))
        )
    rows.extend(turn(page, count, "admin", "list"))
    rows.add(menu_button(t))
    return View(
        text=lines(
            t._("<b>Blocs</b>"),
            *(_line(t, one) for one in part),
            None
            if shown
            else t._("There is none yet. <code>blocbot bloc create</code> makes one."),
        ),
        rows=rows.done(),
    )
