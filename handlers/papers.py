"""Themes, legal basis and heads of the year's texts and documents."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from bot.errors import Expected, Invalid, Superseded
from bot.incoming import Incoming, Tx
from bot.models import Form
from bot.services import forms
from bot.services import papers as service
from bot.views import errors
from bot.views import papers as views
from bot.views.base import View
from handlers import home
from handlers.routing import Feature, Press, arguments, number

NAME = views.FEATURE


def _leave_form(tx: Tx) -> None:
    if tx.form is not None and tx.form.feature == NAME:
        forms.leave(tx.session, tx.actor.person.id or 0, tx.now)
        tx.form = None


def _all(incoming: Incoming, tx: Tx) -> View:
    _leave_form(tx)
    found = service.present(tx.session, tx.actor)
    return views.show(tx.t, found, may=tx.actor.is_reviewer)


def _key(incoming: Incoming) -> str:
    return (arguments(incoming) or [""])[0]


def _enter(tx: Tx, step: str, key: str) -> None:
    tx.form = forms.enter(
        tx.session, tx.actor.person.id or 0, NAME, step, tx.now, draft={"key": key}
    )


def _list(incoming: Incoming, tx: Tx) -> View:
    tx.actor.require_reviewer()
    service.check(_key(incoming), service.LISTS)
    _enter(tx, "list", _key(incoming))
    return _form(tx)


def _word(incoming: Incoming, tx: Tx) -> View:
    tx.actor.require_reviewer()
    service.check(_key(incoming), service.WORDS)
    _enter(tx, "word", _key(incoming))
    return _form(tx)


def _form(tx: Tx, note: str = "") -> View:
    form = cast(Form, tx.form)
    key = str(form.draft["key"])
    try:
        tx.actor.require_reviewer()
        found = service.present(tx.session, tx.actor)
    except Expected as error:
        _leave_form(tx)
        return home.show(tx, errors.sentence(tx.t, error))
    show = views.listed if form.step == "list" else views.word
    return show(tx.t, found, key, note)


def _show(tx: Tx) -> View:
    return _form(tx)


def _drop(incoming: Incoming, tx: Tx) -> View:
    key = _key(incoming)
    try:
        found = service.drop(tx.session, tx.actor, key, number(incoming, 1), number(incoming, 2))
    except Superseded as error:
        found = service.present(tx.session, tx.actor)
        service.check(key, service.LISTS)
        return views.listed(tx.t, found, key, errors.sentence(tx.t, error))
    return views.listed(tx.t, found, key, views.changed(tx.t))


def _reset(incoming: Incoming, tx: Tx) -> View:
    key = _key(incoming)
    found = service.reset(tx.session, tx.actor, key)
    show = views.listed if key in service.LISTS else views.word
    return show(tx.t, found, key, views.changed(tx.t))


def _on_text(incoming: Incoming, tx: Tx) -> View:
    form = cast(Form, tx.form)
    key = str(form.draft["key"])
    act = service.add if form.step == "list" else service.put
    try:
        act(tx.session, tx.actor, key, incoming.text)
    except (Invalid, Superseded) as error:
        return replace(_form(tx, errors.sentence(tx.t, error)), fresh=True)
    return replace(_form(tx, views.changed(tx.t)), tidy=True)


FEATURE = Feature(
    name=NAME,
    asks_again=True,
    buttons={
        "show": Press(_all),
        "list": Press(_list),
        "word": Press(_word),
        "drop": Press(_drop),
        "reset": Press(_reset),
    },
    on_text=_on_text,
    show=_show,
)
