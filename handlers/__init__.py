"""Telegram's side. The one ordered list of features, and the way of an update to its handler."""

from __future__ import annotations

from dataclasses import replace

from bot.errors import Forbidden, NotFound
from bot.incoming import Incoming, Tx
from bot.services import forms
from bot.views import common
from bot.views.base import View
from handlers import (
    admin,
    documents,
    home,
    models,
    movements,
    pact,
    papers,
    people,
    progress,
    report,
    review,
    settings,
    standing,
    templates,
    text_comments,
    text_drafting,
    texts,
    units,
    workbooks,
)
from handlers.routing import Command, Feature

_REST: tuple[Feature, ...] = (
    report.FEATURE,
    standing.FEATURE,
    pact.FEATURE,
    texts.FEATURE,
    text_drafting.FEATURE,
    text_comments.FEATURE,
    papers.FEATURE,
    models.FEATURE,
    progress.FEATURE,
    documents.FEATURE,
    movements.FEATURE,
    review.FEATURE,
    units.FEATURE,
    templates.FEATURE,
    workbooks.FEATURE,
    people.FEATURE,
    settings.FEATURE,
    admin.FEATURE,
)
#: Every feature, in the order in which the menus show their commands.
FEATURES: tuple[Feature, ...] = (home.feature(_REST), *_REST)

_BY_NAME = {feature.name: feature for feature in FEATURES}
COMMANDS: dict[str, Command] = {
    command.name: command for feature in FEATURES for command in feature.commands
}


def route(incoming: Incoming, tx: Tx) -> View:
    """Find the handler and call it. Whatever comes gets a sensible answer."""
    match incoming.kind:
        case "group":
            return common.only_private(tx.t, tx.bot_name)
        case "command":
            _wander(tx)
            command = COMMANDS.get(incoming.command)
            return command.handle(incoming, tx) if command else common.unknown_command(tx.t)
        case "button":
            return _press(incoming, tx)
        case "text":
            feature = _open(tx)
            if _was_away(tx):
                return _again(tx)
            if feature and feature.on_text:
                return feature.on_text(incoming, tx)
        case "file":
            feature = _open(tx)
            if _was_away(tx):
                return _again(tx)
            if workbooks.is_workbook(incoming) and (not feature or feature is report.FEATURE):
                return workbooks.take(incoming, tx)
            if feature and feature.on_file:
                return feature.on_file(incoming, tx)
    return _not_here(tx)


def _open(tx: Tx) -> Feature | None:
    return _BY_NAME.get(tx.form.feature) if tx.form else None


def _wander(tx: Tx) -> None:
    """The person looks at something else than the open form."""
    feature = _open(tx)
    if feature and feature.asks_again and tx.form:
        forms.wander(tx.session, tx.form, tx.now)


def _was_away(tx: Tx) -> bool:
    """Whether the person came from elsewhere; they see the open form from now on."""
    return tx.form is not None and forms.come_back(tx.session, tx.form, tx.now)


def _again(tx: Tx) -> View:
    """Nothing was taken: the form, to which the person may send it once more."""
    feature = _open(tx)
    view = feature.show(tx) if feature and feature.show else home.show(tx)
    note = common.not_taken(tx.t) if tx.form else common.not_understood(tx.t)
    return replace(view, text=note + "\n\n" + view.text, fresh=True)


def _not_here(tx: Tx) -> View:
    """Something that no open form waits for: say so, and show where the person is."""
    _was_away(tx)
    feature = _open(tx)
    if feature and feature.show:
        view = feature.show(tx)
        return replace(view, text=common.not_understood(tx.t) + "\n\n" + view.text, fresh=True)
    # Below what was typed, where the person looks.
    return replace(home.show(tx, note=common.not_understood(tx.t)), fresh=True)


def _press(incoming: Incoming, tx: Tx) -> View:
    words = incoming.data.split(":")
    feature = _BY_NAME.get(words[0])
    press = feature.buttons.get(words[1]) if feature and len(words) > 2 else None
    if feature is None or press is None:
        return replace(home.show(tx), toast=common.stale(tx.t))
    shows_form = tx.form is not None and (feature.name == tx.form.feature or press.form)
    if shows_form or incoming.data.startswith("home:continue:"):
        _was_away(tx)
    else:
        _wander(tx)
    if press.form and not (
        tx.form and tx.form.feature == feature.name and str(tx.form.version) == words[2]
    ):
        # A button of a screen that is no longer current: pressed twice, left behind, forged.
        shown = _open(tx)
        view = shown.show(tx) if shown and shown.show else _left(feature, tx)
        return replace(view, toast=common.stale(tx.t))
    return press.handle(incoming, tx)


def _left(feature: Feature, tx: Tx) -> View:
    """What has become of the form that a button belonged to, where no form is open now."""
    subject = forms.left(tx.session, tx.actor.person.id or 0, feature.name)
    if feature.left is None or subject is None or tx.form is not None:
        return home.show(tx)
    try:
        return feature.left(tx, subject)
    except (NotFound, Forbidden):
        # The seat that it belonged to is another's now.
        return home.show(tx)
