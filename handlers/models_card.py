"""Beginning a model and writing its card: questions, parts, pictures."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import register as rules
from bot.errors import Expected, Invalid
from bot.incoming import Incoming, Tx
from bot.services import forms, register, register_pictures
from bot.views import models_card as views
from bot.views.base import View
from handlers.models_show import at, go, leave, refused, said, version
from handlers.routing import arguments, number

#: Steps of a new model, and of a card that is written.
BEGINNING = ("new_name", "new_product", "new_field")
WRITING = ("card", "part", "fields", "pictures")


def _word(incoming: Incoming, index: int = 0) -> str:
    words = arguments(incoming)
    return words[index] if index < len(words) else ""


# --- A new one --------------------------------------------------------------------------------


def new(incoming: Incoming, tx: Tx) -> View:
    """The first question; ``pact`` among the arguments leads back there."""
    register.my_open_unit(tx.actor)
    go(tx, None, "new_name", origin="pact" if _word(incoming) == "pact" else "")
    return show_new(tx)


def show_new(tx: Tx, note: str = "") -> View:
    """The question that is open about a new model."""
    register.my_open_unit(tx.actor)
    _, draft = at(tx)
    match tx.form.step if tx.form else "":
        case "new_product":
            return views.ask_product(tx.t, version(tx), str(draft["name"]), note)
        case "new_field":
            template = register.template(tx.session, tx.actor)
            name, product = str(draft["name"]), str(draft["product"])
            return views.ask_field(tx.t, version(tx), name, product, template, note)
    return views.ask_name(tx.t, version(tx), note)


def new_text(incoming: Incoming, tx: Tx) -> View:
    """The name, then the product."""
    _, draft = at(tx)
    step = tx.form.step if tx.form else ""
    if step == "new_field":
        return replace(show_new(tx), fresh=True)
    try:
        if step == "new_product":
            product = register.read(rules.PRODUCT, incoming.text)
            go(tx, None, "new_field", **{**draft, "product": product})
        else:
            name = register.new_name(tx.session, tx.actor, incoming.text)
            go(tx, None, "new_product", **{**draft, "name": name})
    except Invalid as error:
        return said(tx, show_new(tx), error)
    return replace(show_new(tx), tidy=True)


def no_product(_incoming: Incoming, tx: Tx) -> View:
    """A product will be told later."""
    _, draft = at(tx)
    if tx.form is not None and tx.form.step == "new_product":
        go(tx, None, "new_field", **{**draft, "product": ""})
    return show_new(tx)


def new_field(incoming: Incoming, tx: Tx) -> View:
    """The last answer: the model is entered, and its card is open."""
    _, draft = at(tx)
    if tx.form is None or tx.form.step != "new_field":
        return show_new(tx)
    try:
        model = register.create(
            tx.session, tx.actor, str(draft["name"]), str(draft["product"]), _word(incoming)
        )
    except Invalid as error:
        return refused(tx, show_new(tx), error)
    go(tx, model.id, "card", origin=draft.get("origin", ""))
    return show_card(tx, views.created(tx.t, model))


# --- Its card ---------------------------------------------------------------------------------


def edit(incoming: Incoming, tx: Tx) -> View:
    """The card of one's own model, open for writing and for pictures."""
    model = register.own(tx.session, tx.actor, number(incoming))
    go(tx, model.id, "card", origin="pact" if _word(incoming, 1) == "pact" else "")
    return show_card(tx)


def show_card(tx: Tx, note: str = "") -> View:
    """The screen of the card at which the person is."""
    model_id, draft = at(tx)
    model = register.own(tx.session, tx.actor, model_id)
    found = register_pictures.listing(tx.session, model_id)
    template = register.template(tx.session, tx.actor)
    code = str(draft.get("part", ""))
    match tx.form.step if tx.form else "":
        case "part" if code in rules.PARTS:
            return views.part(tx.t, version(tx), model, code, note)
        case "fields":
            return views.choose_field(tx.t, version(tx), model, template)
        case "pictures":
            page = int(draft.get("page", 0))
            return views.pictures(tx.t, version(tx), model, found, page, note)
    pact = draft.get("origin") == "pact"
    return views.writing(tx.t, version(tx), model, len(found), template, pact=pact, note=note)


def _enter(tx: Tx, step: str, **draft: object) -> None:
    """To another screen of the same card, remembering where the person came from."""
    model_id, kept = at(tx)
    go(tx, model_id, step, origin=kept.get("origin", ""), **draft)


def card(_incoming: Incoming, tx: Tx) -> View:
    """Back to all the parts."""
    _enter(tx, "card")
    return show_card(tx)


def part(incoming: Incoming, tx: Tx) -> View:
    """One part, to be typed."""
    code = _word(incoming)
    if code not in rules.PARTS:
        raise Invalid("model_no_part")
    _enter(tx, "part", part=code)
    return show_card(tx)


def _after(tx: Tx, code: str) -> None:
    """On to the next part that is empty, else back to all of them."""
    model = register.own(tx.session, tx.actor, at(tx)[0])
    rest = rules.PARTS[rules.PARTS.index(code) + 1 :]
    empty = [one for one in register.missing(model) if one in rest]
    if empty:
        _enter(tx, "part", part=empty[0])
    else:
        _enter(tx, "card")


def skip(incoming: Incoming, tx: Tx) -> View:
    """The next part, whether this one is written or not."""
    code = _word(incoming)
    if code not in rules.PARTS:
        raise Invalid("model_no_part")
    _after(tx, code)
    return show_card(tx)


def clear(incoming: Incoming, tx: Tx) -> View:
    """Empty a part."""
    code = _word(incoming)
    register.clear_part(tx.session, tx.actor, at(tx)[0], code)
    _enter(tx, "part", part=code)
    return show_card(tx, views.cleared(tx.t, code))


def fields(_incoming: Incoming, tx: Tx) -> View:
    """The fields to choose from."""
    _enter(tx, "fields")
    return show_card(tx)


def field(incoming: Incoming, tx: Tx) -> View:
    """The field that was tapped."""
    register.set_field(tx.session, tx.actor, at(tx)[0], _word(incoming))
    _enter(tx, "card")
    return show_card(tx)


def card_text(incoming: Incoming, tx: Tx) -> View:
    """A part's words."""
    model_id, draft = at(tx)
    code = str(draft.get("part", ""))
    if tx.form is None or tx.form.step != "part" or code not in rules.PARTS:
        return replace(show_card(tx, views.tap_first(tx.t)), fresh=True)
    try:
        register.set_part(tx.session, tx.actor, model_id, code, incoming.text)
    except Invalid as error:
        return said(tx, show_card(tx), error)
    _after(tx, code)
    return replace(show_card(tx, views.written(tx.t, code)), tidy=True)


# --- Pictures ---------------------------------------------------------------------------------


def picture(incoming: Incoming, tx: Tx) -> View:
    """A picture for the card. An album is answered once."""
    model_id, draft = at(tx)
    media, form = incoming.media, tx.form
    if media is None or form is None:
        return show_card(tx)
    again = media.album is not None and draft.get("album") == media.album
    try:
        register_pictures.add(tx.session, tx.actor, model_id, media)
        count = len(register_pictures.listing(tx.session, model_id))
        view = show_card(tx, views.picture_taken(tx.t, count))
    except Invalid as error:
        view = said(tx, show_card(tx), error)
    forms.keep(tx.session, form, tx.now, album=media.album)
    return replace(view, fresh=not again)


def pictures(incoming: Incoming, tx: Tx) -> View:
    """The card's pictures, one a screen."""
    _enter(tx, "pictures", page=number(incoming))
    return show_card(tx)


def off(incoming: Incoming, tx: Tx) -> View:
    """Take a picture off."""
    try:
        register_pictures.remove(tx.session, tx.actor, at(tx)[0], number(incoming))
    except Expected as error:
        return refused(tx, show_card(tx), error)
    _enter(tx, "pictures", page=0)
    return show_card(tx, views.taken_off(tx.t))


def drop_new(_incoming: Incoming, tx: Tx) -> View:
    """Give up a new model."""
    _, draft = at(tx)
    leave(tx)
    return views.dropped(tx.t, pact=draft.get("origin") == "pact")
