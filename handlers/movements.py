"""Movements: /movements, their figures, taking part in them, the models that belong to them."""

from __future__ import annotations

from dataclasses import replace

from bot.errors import Expected, Invalid
from bot.incoming import Incoming, Tx
from bot.models import Form
from bot.services import forms, movement_keeping, movements
from bot.views import errors
from bot.views import movements as views
from bot.views import movements_form as asking
from bot.views.base import View
from handlers.routing import Command, Feature, Press, Who, number

# --- Looking ----------------------------------------------------------------------------------


def _list(tx: Tx, page: int = 0, *, words: str = "", note: str = "") -> View:
    found = movements.listing(tx.session, tx.actor, words)
    return views.listing(tx.t, found, page, words=words, note=note)


def _command(incoming: Incoming, tx: Tx) -> View:
    """``/movements`` lists them, ``/movements khéo`` finds some."""
    return _list(tx, words=incoming.text.strip())


def _listed(incoming: Incoming, tx: Tx) -> View:
    return _list(tx, number(incoming))


def _others(incoming: Incoming, tx: Tx) -> View:
    tx.actor.require_reader()
    return views.others(tx.t, movements.listing(tx.session, tx.actor), number(incoming))


def _card(tx: Tx, movement_id: int, page: int = 0, note: str = "") -> View:
    return views.card(tx.t, movements.card(tx.session, tx.actor, movement_id), page, note)


def _open(incoming: Incoming, tx: Tx) -> View:
    return _card(tx, number(incoming), number(incoming, 1))


def _year(incoming: Incoming, tx: Tx) -> View:
    found = movements.card(tx.session, tx.actor, number(incoming))
    return views.year(tx.t, found, number(incoming, 1), number(incoming, 2))


def _blocs(incoming: Incoming, tx: Tx) -> View:
    found = movements.card(tx.session, tx.actor, number(incoming))
    return views.blocs(tx.t, found, number(incoming, 1))


def _bloc(incoming: Incoming, tx: Tx) -> View:
    found = movements.card(tx.session, tx.actor, number(incoming))
    return views.bloc(tx.t, found, number(incoming, 1), number(incoming, 2))


def _models(incoming: Incoming, tx: Tx) -> View:
    found = movements.tied(tx.session, tx.actor, number(incoming))
    return views.models(tx.t, found, number(incoming, 1))


# --- Models that belong to movements ----------------------------------------------------------


def _tie(incoming: Incoming, tx: Tx) -> View:
    found = movements.ties(tx.session, tx.actor, number(incoming))
    return views.ties(tx.t, found, number(incoming, 1))


def _tied(incoming: Incoming, tx: Tx) -> View:
    model_id, movement_id = number(incoming), number(incoming, 1)
    change = movements.tie if number(incoming, 2) else movements.untie
    change(tx.session, tx.actor, model_id, movement_id)
    found = movements.ties(tx.session, tx.actor, model_id)
    return views.ties(tx.t, found, number(incoming, 3))


# --- Taking part ------------------------------------------------------------------------------


def _join(incoming: Incoming, tx: Tx) -> View:
    movement = movement_keeping.join(tx.session, tx.actor, number(incoming))
    return _card(tx, movement.id or 0, note=asking.joined(tx.t))


def _leave(incoming: Incoming, tx: Tx) -> View:
    tx.actor.require_reader()
    movement, joined = movements.seen(tx.session, tx.actor, number(incoming))
    return asking.ask_leave(tx.t, movement) if joined else _card(tx, movement.id or 0)


def _leave_yes(incoming: Incoming, tx: Tx) -> View:
    movement = movement_keeping.leave(tx.session, tx.actor, number(incoming))
    return _list(tx, note=asking.left(tx.t, movement))


# --- Keeping ----------------------------------------------------------------------------------


def _end(incoming: Incoming, tx: Tx) -> View:
    return asking.ask_end(tx.t, movement_keeping.kept(tx.session, tx.actor, number(incoming)))


def _end_yes(incoming: Incoming, tx: Tx) -> View:
    movement = movement_keeping.end(tx.session, tx.actor, number(incoming))
    return _card(tx, movement.id or 0)


def _resume(incoming: Incoming, tx: Tx) -> View:
    movement = movement_keeping.end(tx.session, tx.actor, number(incoming), ended=False)
    return _card(tx, movement.id or 0)


def _new(_incoming: Incoming, tx: Tx) -> View:
    tx.actor.require_reader()
    return _form(tx, _enter(tx, "movement_name"))


def _rename(incoming: Incoming, tx: Tx) -> View:
    movement = movement_keeping.kept(tx.session, tx.actor, number(incoming))
    return _form(tx, _enter(tx, "movement_name", movement.id))


def _span(incoming: Incoming, tx: Tx) -> View:
    movement = movement_keeping.kept(tx.session, tx.actor, number(incoming))
    return _form(tx, _enter(tx, "movement_years", movement.id))


# --- The form: a name, then years -------------------------------------------------------------


def _enter(tx: Tx, step: str, movement_id: int | None = None, name: str = "") -> Form:
    return forms.enter(
        tx.session,
        tx.actor.person.id or 0,
        FEATURE.name,
        step,
        tx.now,
        subject=movement_id,
        draft={"name": name},
    )


def _form(tx: Tx, form: Form, note: str = "") -> View:
    """The form as it stands, or the list with why it has become pointless."""
    try:
        tx.actor.require_reader()
        there = movement_keeping.kept(tx.session, tx.actor, form.subject) if form.subject else None
    except Expected as error:
        forms.leave(tx.session, tx.actor.person.id or 0, tx.now)
        if tx.actor.seat is None:
            raise
        return _list(tx, note=errors.sentence(tx.t, error))
    if form.step == "movement_name":
        return asking.name_form(tx.t, form.version, there, note)
    name = there.name if there else str(form.draft.get("name", ""))
    return asking.years_form(tx.t, form.version, name, tx.actor.here.year.year, note)


def _show(tx: Tx) -> View:
    assert tx.form is not None  # noqa: S101 - the router calls this with an open form only
    return _form(tx, tx.form)


def _text(incoming: Incoming, tx: Tx) -> View:
    form = tx.form
    assert form is not None  # noqa: S101 - the router calls this with an open form only
    tx.actor.require_reader()
    try:
        if form.step == "movement_name":
            return _named(tx, form, incoming.text)
        first, last = movement_keeping.read_years(incoming.text)
        return _spanned(tx, form, first, last)
    except Invalid as error:
        return replace(_form(tx, form, note=errors.sentence(tx.t, error)), fresh=True)


def _named(tx: Tx, form: Form, text: str) -> View:
    if form.subject:
        movement = movement_keeping.rename(tx.session, tx.actor, form.subject, text)
        return _done(tx, movement.id or 0, asking.changed(tx.t))
    name = movement_keeping.read_name(text)
    return _form(tx, _enter(tx, "movement_years", name=name))


def _span_set(incoming: Incoming, tx: Tx) -> View:
    form = tx.form
    assert form is not None  # noqa: S101 - form buttons get here with an open form only
    if form.step != "movement_years":
        return _form(tx, form)
    try:
        return _spanned(tx, form, number(incoming), number(incoming, 1))
    except Invalid as error:
        return _form(tx, form, note=errors.sentence(tx.t, error))


def _spanned(tx: Tx, form: Form, first: int, last: int) -> View:
    if form.subject:
        movement_keeping.set_years(tx.session, tx.actor, form.subject, first, last)
        return _done(tx, form.subject, asking.changed(tx.t))
    name = str(form.draft.get("name", ""))
    movement = movement_keeping.make(tx.session, tx.actor, name, first, last)
    return _done(tx, movement.id or 0, asking.made(tx.t, movement))


def _done(tx: Tx, movement_id: int, note: str) -> View:
    # What the form was about is known to a button of it that is pressed once more.
    _enter(tx, "movement_years", movement_id)
    forms.leave(tx.session, tx.actor.person.id or 0, tx.now)
    return _card(tx, movement_id, note=note)


def _drop(_incoming: Incoming, tx: Tx) -> View:
    subject = tx.form.subject if tx.form else None
    forms.leave(tx.session, tx.actor.person.id or 0, tx.now)
    return _card(tx, subject) if subject else _list(tx)


FEATURE = Feature(
    name=views.FEATURE,
    commands=(Command("movements", _command, Who.SEATED, views.describe),),
    buttons={
        "list": Press(_listed),
        "others": Press(_others),
        "open": Press(_open),
        "year": Press(_year),
        "blocs": Press(_blocs),
        "bloc": Press(_bloc),
        "models": Press(_models),
        "tie": Press(_tie),
        "tied": Press(_tied),
        "join": Press(_join),
        "leave": Press(_leave),
        "leave_yes": Press(_leave_yes),
        "end": Press(_end),
        "end_yes": Press(_end_yes),
        "resume": Press(_resume),
        "new": Press(_new),
        "rename": Press(_rename),
        "span": Press(_span),
        "span_set": Press(_span_set, form=True),
        "drop": Press(_drop, form=True),
    },
    on_text=_text,
    show=_show,
    left=_card,
)
