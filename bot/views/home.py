"""The main menu and what surrounds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.i18n import Texts
from bot.services.access import Actor
from bot.services.blocs import office_of
from bot.views.base import Button, View, data, grid, lines, plain
from bot.views.people import menu_button, office, role


@dataclass(frozen=True, slots=True)
class Open:
    """The form that a person has open; ``month`` where it is a report's."""

    feature: str
    month: dt.date | None = None


def describe_start(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Main menu")


def describe_help(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("What I can do")


def describe_cancel(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Close what is open")


def _where(t: Texts, actor: Actor) -> list[Markup]:
    """Who the person is here."""
    if actor.seat is None or actor.bloc is None or actor.year is None:
        return []
    place = t._("{bloc}, {year}", bloc=actor.bloc.name, year=str(actor.year.year))
    if actor.unit is None:
        return [t._("<b>Observer</b>"), place]
    held = office_of(actor.year, actor.unit.id)
    me = t._("<b>{unit}</b> – {role}", unit=actor.unit.name, role=role(t, actor.seat.role))
    if held is None:
        return [me, place]
    return [me, t._("{place} – your unit is {office}", place=place, office=office(t, held))]


def _buttons(t: Texts, actor: Actor, several: bool) -> list[Button]:
    """What this person can do, most needed first."""

    def button(text: Markup, feature: str, action: str) -> Button:
        return Button(plain(text), data(feature, action))

    found: list[Button] = []
    if actor.is_member:
        found += [
            button(t._("Report"), "report", "start"),
            button(t._("My reports"), "report", "list"),
        ]
    if actor.is_reviewer:
        found += [
            button(t._("To review"), "review", "list"),
            button(t._("Report template"), "template", "show"),
        ]
    if actor.is_reviewer or actor.is_observer:
        found += [button(t._("Who is missing"), "standing", "missing")]
    if actor.seat is not None:
        found += [button(t._("Pact"), "pact", "home")]
        found += [button(t._("Models and products"), "models", "list")]
        found += [button(t._("What I owe"), "standing", "status")] if actor.is_member else []
        found += [
            button(t._("Plan and done"), "progress", "mine" if actor.is_member else "board"),
            button(t._("Movements"), "movements", "list"),
        ]
        found += [button(t._("Texts of the year"), "texts", "list")]
        found += [button(t._("Units and people"), "units", "list")]
    if several:
        found += [button(t._("Switch bloc"), "people", "bloc")]
    if actor.is_admin:
        found += [button(t._("Administration"), "admin", "list")]
    return [
        *found,
        button(t._("Settings"), "settings", "show"),
        button(t._("Help"), "home", "help"),
    ]


def menu(
    t: Texts, actor: Actor, *, several: bool = False, opened: Open | None = None, note: str = ""
) -> View:
    """The menu of buttons for this person's roles. ``several``: they hold more than one seat."""
    rows = grid(_buttons(t, actor, several), 2)
    if opened is not None:
        rows = ((Button("▶ " + _continue(t, opened), data("home", "continue")),), *rows)
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("Hello, {name}.", name=actor.person.name),
            *_where(t, actor),
            "",
            t._("What would you like to do?"),
        ),
        rows=rows,
    )


def _continue(t: Texts, opened: Open) -> str:
    if opened.month is not None:
        return plain(t._("Continue: report {month}", month=t.month(opened.month)))
    return plain(t._("Continue where I was"))


def help_page(t: Texts, commands: Sequence[tuple[str, Markup]], note: str = "") -> View:
    """The commands that this person has: (name, what it does)."""
    return View(
        text=lines(
            note or None,
            t._("<b>What I can do for you</b>"),
            *(t._("/{name} – {what}", name=name, what=what) for name, what in commands),
            "",
            t._("Everything is also on the buttons of /start."),
        ),
        rows=((menu_button(t),),),
    )


def cancelled(t: Texts, opened: Open | None) -> Markup:
    """What /cancel did, and how to go on."""
    if opened is None:
        return t._("Nothing is open, so there is nothing to cancel.")
    if opened.month is not None:
        return t._(
            "The report for {month} is closed. What you entered is kept: /report goes on with it.",
            month=t.month(opened.month),
        )
    return t._("Cancelled. Nothing was changed; you can begin again from the menu.")
