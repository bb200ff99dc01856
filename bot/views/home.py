"""The main menu and what surrounds it."""

from __future__ import annotations

from markupsafe import Markup

from bot.i18n import Texts
from bot.services.access import Actor
from bot.views.base import View, lines


def describe_start(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Main menu")


def menu(t: Texts, actor: Actor, note: str = "") -> View:
    """The menu of buttons for this person's roles."""
    return View(text=lines(note or None, t._("Hello, {name}.", name=actor.person.name)))
