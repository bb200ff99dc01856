"""A person's settings: the language."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.names import fold
from bot.i18n import KNOWN_LANGUAGES, texts
from bot.incoming import Incoming, Tx
from bot.services import people
from bot.views import settings as views
from bot.views.base import View, plain
from handlers import home
from handlers.routing import Command, Feature, Press, Who, arguments


def _language(incoming: Incoming, tx: Tx) -> View:
    typed = fold(incoming.text) if incoming.kind == "command" else ""
    for code, name in KNOWN_LANGUAGES.items():
        if typed and typed in (code, fold(name)):
            return _choose(tx, code)
    return views.language(tx.t)


def _set(incoming: Incoming, tx: Tx) -> View:
    return _choose(tx, "".join(arguments(incoming)[:1]))


def _choose(tx: Tx, code: str) -> View:
    people.choose_language(tx.session, tx.actor.person, code)
    tx.t = texts(code)
    said = views.chosen(tx.t)
    return replace(home.show(tx, note=said), toast=plain(said))


def _settings(_incoming: Incoming, tx: Tx) -> View:
    return views.settings(tx.t)


FEATURE = Feature(
    name="settings",
    commands=(
        Command("language", _language, Who.EVERYONE, views.describe_language),
        Command("settings", _settings, Who.EVERYONE, views.describe_settings),
    ),
    buttons={
        "language": Press(_language),
        "set": Press(_set),
        "show": Press(_settings),
    },
)
