"""Sentences that every feature may need."""

from __future__ import annotations

from markupsafe import Markup

from bot.i18n import Texts
from bot.views.base import View, plain


def stale(t: Texts) -> Markup:
    """A button of a screen that is no longer current."""
    return t._("That button is out of date. Here is how things stand now.")


def not_understood(t: Texts) -> Markup:
    """Something came that nothing waits for."""
    return t._("I can't do anything with that here. Please choose a button or a command.")


def not_taken(t: Texts) -> Markup:
    """Something was sent after the person had left the open form for another screen."""
    return t._(
        "You were at another screen: nothing was taken from that message. Please send it once "
        "more if it belongs here."
    )


def unknown_command(t: Texts) -> View:
    """A command that doesn't exist."""
    return View(text=t._("I don't know that command. /help lists what I can do."), card=False)


def only_private(t: Texts, bot_name: str) -> View:
    """In a group the bot answers nothing but where to find it."""
    return View(
        text=t._("I work in private chats only. Please write to me here: @{name}", name=bot_name),
        card=False,
    )


def apology(t: Texts, error_id: str) -> View:
    """Something went wrong on our side; the id is found in the log."""
    return View(
        text=t._(
            "Sorry, something went wrong on our side. What you had entered before is kept. "
            "If it happens again, please pass on this code: <code>{code}</code>",
            code=error_id,
        ),
        card=False,
        toast=plain(t._("Sorry, something went wrong.")),
    )
