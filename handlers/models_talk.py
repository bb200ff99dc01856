"""Questions about models, their answers, and taking a model over."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import register as rules
from bot.errors import Invalid, Superseded
from bot.incoming import Incoming, Tx
from bot.models import Unit
from bot.services import register_card, register_questions, register_review
from bot.views import models_card as card_views
from bot.views import models_read as read_views
from bot.views import models_talk as views
from bot.views.base import View
from handlers.models_show import at, go, leave, refused, said, version
from handlers.routing import number

STEPS = ("ask", "answer")


def questions(incoming: Incoming, tx: Tx) -> View:
    """The questions about a model."""
    leave(tx)
    return _questions(tx, number(incoming), number(incoming, 1))


def _questions(tx: Tx, model_id: int, page: int = 0, note: str = "") -> View:
    found = register_questions.listing(tx.session, tx.actor, model_id)
    return views.questions(tx.t, found, page, note)


def card(tx: Tx, model_id: int, note: str = "") -> View:
    """The card of a model, to come back to."""
    found = register_card.open_card(tx.session, tx.actor, model_id)
    return read_views.card(tx.t, found, note=note)


# --- Asking -----------------------------------------------------------------------------------


def ask(incoming: Incoming, tx: Tx) -> View:
    """Ask another unit about its model."""
    model = register_questions.may_ask(tx.session, tx.actor, number(incoming))
    go(tx, model.id, "ask")
    return _ask(tx)


def _ask(tx: Tx) -> View:
    model = register_questions.may_ask(tx.session, tx.actor, at(tx)[0])
    return views.ask(tx.t, version(tx), model, _keeper(tx, model.id or 0))


def _keeper(tx: Tx, model_id: int) -> str:
    found = register_card.open_card(tx.session, tx.actor, model_id)
    unit: Unit = found.keeper or found.unit
    return unit.short_name


def answer(incoming: Incoming, tx: Tx) -> View:
    """Answer a question about one's own model."""
    try:
        question, model = register_questions.to_answer(tx.session, tx.actor, number(incoming))
    except Superseded as error:
        _, model = register_questions.find(tx.session, tx.actor, number(incoming))
        return _over(tx, model.id or 0, error)
    go(tx, model.id, "answer", question=question.id)
    return views.answer(tx.t, version(tx), model, question)


def show(tx: Tx) -> View:
    """The question that is open, or what has become of it."""
    if tx.form is not None and tx.form.step == "ask":
        return _ask(tx)
    model_id, draft = at(tx)
    try:
        question, model = register_questions.to_answer(
            tx.session, tx.actor, int(draft.get("question", 0))
        )
    except Superseded as error:
        return _over(tx, model_id, error)
    return views.answer(tx.t, version(tx), model, question)


def _over(tx: Tx, model_id: int, error: Superseded) -> View:
    """A colleague has answered meanwhile."""
    leave(tx)
    return refused(tx, _questions(tx, model_id), error)


def on_text(incoming: Incoming, tx: Tx) -> View:
    """The question, or the answer."""
    model_id, draft = at(tx)
    asking = tx.form is not None and tx.form.step == "ask"
    try:
        if asking:
            register_questions.ask(tx.session, tx.actor, model_id, incoming.text)
        else:
            question_id = int(draft.get("question", 0))
            register_questions.answer(tx.session, tx.actor, question_id, incoming.text)
    except Superseded as error:
        return replace(_over(tx, model_id, error), fresh=True, toast="", alert=False)
    except Invalid as error:
        return said(tx, show(tx), error)
    leave(tx)
    if asking:
        return replace(card(tx, model_id, views.asked(tx.t, _keeper(tx, model_id))), tidy=True)
    return replace(_questions(tx, model_id, note=views.answered(tx.t)), tidy=True)


def back_to(_incoming: Incoming, tx: Tx) -> View:
    """Back to the card, nothing done."""
    model_id, _ = at(tx)
    leave(tx)
    return card(tx, model_id)


# --- Taking over ------------------------------------------------------------------------------


def take(incoming: Incoming, tx: Tx) -> View:
    """Ask once more before a model is taken over."""
    leave(tx)
    try:
        model = register_review.may_take(tx.session, tx.actor, number(incoming))
    except Superseded as error:
        return refused(tx, card(tx, number(incoming)), error)
    found = register_card.open_card(tx.session, tx.actor, model.id or 0)
    return views.confirm_take(tx.t, model, found.unit.short_name)


def take_yes(incoming: Incoming, tx: Tx) -> View:
    """Take it over; the product of one's own is asked for at once."""
    try:
        copy = register_review.take(tx.session, tx.actor, number(incoming))
    except Superseded as error:
        return refused(tx, card(tx, number(incoming)), error)
    go(tx, copy.id, "part", part=rules.PRODUCT, origin="")
    note = views.taken(tx.t, copy)
    return card_views.part(tx.t, version(tx), copy, rules.PRODUCT, note)
