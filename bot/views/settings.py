"""A person's own settings."""

from __future__ import annotations

from markupsafe import Markup

from bot.i18n import KNOWN_LANGUAGES, Texts
from bot.views.base import Button, View, data, lines, plain
from bot.views.people import language_buttons, menu_button


def describe_language(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Choose the language")


def describe_settings(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("My settings")


def language(t: Texts, note: str = "") -> View:
    """The choice of language, each under its own name."""
    return View(
        text=lines(note or None, t._("Which language shall I use with you?")),
        rows=(*language_buttons(t.language), (menu_button(t),)),
    )


def chosen(t: Texts) -> Markup:
    """After the choice, in the new language."""
    return t._("✅ Your language: {language}.", language=KNOWN_LANGUAGES[t.language])


def settings(t: Texts) -> View:
    """What can be set, and how it stands."""
    return View(
        text=lines(
            t._("<b>My settings</b>"),
            t._("Language: {language}", language=KNOWN_LANGUAGES[t.language]),
        ),
        rows=(
            (
                Button(plain(t._("Language")), data("settings", "language")),
                Button(plain(t._("Privacy")), data("people", "privacy")),
            ),
            (menu_button(t),),
        ),
    )
