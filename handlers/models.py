"""The register of models: /models, its lists and cards; what is typed goes to the open form."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import register as rules
from bot.errors import NotFound
from bot.incoming import Incoming, Tx
from bot.services import register, register_card, register_pictures, register_review
from bot.services import register_search as search
from bot.views import common
from bot.views import models as views
from bot.views import models_card as card_views
from bot.views import models_read as read_views
from bot.views.base import Button, View
from bot.views.models_words import FEATURE as NAME
from bot.views.models_words import press
from handlers import home
from handlers import models_card as card
from handlers import models_changes as changes
from handlers import models_talk as talk
from handlers.models_show import at, go, leave, version
from handlers.routing import Command, Feature, Handler, Press, Who, arguments, number

_SEARCHING = "search"


# --- Lists ------------------------------------------------------------------------------------


def _overview(tx: Tx) -> View:
    found = search.overview(tx.session, tx.actor)
    waiting = None
    if tx.actor.is_reviewer or tx.actor.is_observer:
        waiting = register_review.waiting_count(tx.session, tx.actor)
    return views.overview(tx.t, found, waiting)


def _models(incoming: Incoming, tx: Tx) -> View:
    """``/models``, ``/models 12`` and ``/models clean water``."""
    leave(tx)
    typed = incoming.text.strip()
    if not typed:
        return _overview(tx)
    return _find(tx, typed)


def _find(tx: Tx, typed: str) -> View:
    """A model by its number, or all that the words are found in."""
    digits = typed.removeprefix("#").strip()
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        model = search.by_number(tx.session, tx.actor, int(digits))
        return _card(tx, model.id or 0)
    found = search.search(tx.session, tx.actor, typed)
    go(tx, None, "search", words=found.value, page=0)
    return views.results(tx.t, found, version(tx))


def _list(_incoming: Incoming, tx: Tx) -> View:
    leave(tx)
    return _overview(tx)


def _mine(_incoming: Incoming, tx: Tx) -> View:
    leave(tx)
    return _shelf(tx, "m", 0)


def _by_field(_incoming: Incoming, tx: Tx) -> View:
    return views.by_field(tx.t, search.overview(tx.session, tx.actor))


def _by_unit(incoming: Incoming, tx: Tx) -> View:
    return views.by_unit(tx.t, search.overview(tx.session, tx.actor), number(incoming))


def _by(incoming: Incoming, tx: Tx) -> View:
    leave(tx)
    return _shelf(tx, (arguments(incoming) or [""])[0], number(incoming, 1))


def _shelf(tx: Tx, token: str, page: int) -> View:
    by, value = _meant(tx, token)
    return views.shelf(tx.t, search.browse(tx.session, tx.actor, by, value, page), token)


def _meant(tx: Tx, which: str) -> tuple[search.By, str]:
    """The list that a button names: ``s1`` a state, ``f2`` a field, ``u17`` a unit."""
    kind, place = which[:1], which[1:]
    index = int(place) if place.isascii() and place.isdigit() and len(place) < 10 else None
    if kind == "s" and index is not None and index < len(rules.STATES):
        return "state", rules.STATES[index]
    if kind == "f":
        fields = rules.fields_of(register.template(tx.session, tx.actor))
        if not place:
            return "field", ""
        if index is not None and index < len(fields):
            return "field", fields[index]
    if kind == "u":
        return "unit", place
    if which == "m":
        return "mine", ""
    if which == "a":
        return "all", ""
    raise NotFound("model_no_shelf")


# --- Searching --------------------------------------------------------------------------------


def _search(_incoming: Incoming, tx: Tx) -> View:
    _ = tx.actor.here
    go(tx, None, "search", words="", page=0)
    return views.ask_words(tx.t, version(tx))


def _found(incoming: Incoming, tx: Tx) -> View:
    _, draft = at(tx)
    go(tx, None, "search", words=draft.get("words", ""), page=number(incoming))
    return _show_search(tx)


def _show_search(tx: Tx) -> View:
    _, draft = at(tx)
    if not draft.get("words"):
        _ = tx.actor.here
        return views.ask_words(tx.t, version(tx))
    found = search.search(tx.session, tx.actor, str(draft["words"]), int(draft.get("page", 0)))
    return views.results(tx.t, found, version(tx))


# --- A card -----------------------------------------------------------------------------------


def _card(tx: Tx, model_id: int, page: int = 0, back: Button | None = None) -> View:
    found = register_card.open_card(tx.session, tx.actor, model_id)
    return read_views.card(tx.t, found, page, back)


def _show(incoming: Incoming, tx: Tx) -> View:
    """A card; it leads back to the list that it was opened from."""
    words = arguments(incoming)
    back = None
    if tx.form is not None and tx.form.feature == NAME and tx.form.step == _SEARCHING:
        page = int(tx.form.draft.get("page", 0))  # type: ignore[call-overload]
        back = press(views.to_results(tx.t), "found", page, version=version(tx))
    else:
        leave(tx)
        if len(words) > 3 and words[2] != "w":
            back = press(views.to_shelf(tx.t), "by", words[2][:12], number(incoming, 3))
    return _card(tx, number(incoming), number(incoming, 1), back)


def _back(incoming: Incoming, tx: Tx) -> View:
    """The same from a message that stays as it is."""
    return replace(_show(incoming, tx), fresh=True)


def _history(incoming: Incoming, tx: Tx) -> View:
    model, events = register_card.history(tx.session, tx.actor, number(incoming))
    return read_views.history(tx.t, model, events, number(incoming, 1))


def _look(incoming: Incoming, tx: Tx) -> View:
    model, found = register_pictures.shown(tx.session, tx.actor, number(incoming))
    return card_views.look(tx.t, model, found, number(incoming, 1))


# --- The open form ----------------------------------------------------------------------------


def _show_form(tx: Tx) -> View:
    step = tx.form.step if tx.form else ""
    if step in card.BEGINNING:
        return card.show_new(tx)
    if step in card.WRITING:
        return card.show_card(tx)
    if step in talk.STEPS:
        return talk.show(tx)
    if step in changes.STEPS:
        return changes.show(tx)
    return _show_search(tx)


def _text(incoming: Incoming, tx: Tx) -> View:
    step = tx.form.step if tx.form else ""
    handle: Handler
    if step in card.BEGINNING:
        handle = card.new_text
    elif step in card.WRITING:
        handle = card.card_text
    elif step in talk.STEPS:
        handle = talk.on_text
    elif step in changes.STEPS:
        handle = changes.on_text
    else:
        return replace(_find(tx, incoming.text), tidy=True)
    return handle(incoming, tx)


def _file(incoming: Incoming, tx: Tx) -> View:
    """Pictures go to the card that is open; elsewhere nothing waits for a file."""
    if tx.form is not None and tx.form.step in card.WRITING:
        return card.picture(incoming, tx)
    view = _show_form(tx)
    return replace(view, text=common.not_understood(tx.t) + "\n\n" + view.text, fresh=True)


def _left(tx: Tx, model_id: int) -> View:
    """What has become of the model that the closed form was about."""
    return _card(tx, model_id) if model_id else home.show(tx)


def _back_to(incoming: Incoming, tx: Tx) -> View:
    if tx.form is not None and tx.form.step in talk.STEPS:
        return talk.back_to(incoming, tx)
    return changes.back_to(incoming, tx)


_FORM: dict[str, Handler] = {
    "no_product": card.no_product,
    "new_field": card.new_field,
    "drop_new": card.drop_new,
    "card": card.card,
    "part": card.part,
    "skip": card.skip,
    "clear": card.clear,
    "fields": card.fields,
    "field": card.field,
    "pictures": card.pictures,
    "off": card.off,
    "found": _found,
    "done_searching": _list,
    "back_to": _back_to,
    "when": changes.when,
    "today": changes.today,
    "same_day": changes.same_day,
    "send": changes.send,
}
_ANYWHERE: dict[str, Handler] = {
    "list": _list,
    "mine": _mine,
    "by": _by,
    "by_field": _by_field,
    "by_unit": _by_unit,
    "search": _search,
    "show": _show,
    "back": _back,
    "history": _history,
    "look": _look,
    "new": card.new,
    "edit": card.edit,
    "questions": talk.questions,
    "ask": talk.ask,
    "answer": talk.answer,
    "take": talk.take,
    "take_yes": talk.take_yes,
    "propose": changes.propose,
    "state": changes.state,
    "changes": changes.changes,
    "change": changes.change,
    "approve": changes.approve,
    "word": changes.word,
    "decline": changes.decline,
}

FEATURE = Feature(
    name=NAME,
    commands=(Command("models", _models, Who.SEATED, views.describe_models),),
    buttons={
        **{action: Press(handle, form=True) for action, handle in _FORM.items()},
        **{action: Press(handle) for action, handle in _ANYWHERE.items()},
    },
    on_text=_text,
    on_file=_file,
    show=_show_form,
    asks_again=True,
    left=_left,
)
