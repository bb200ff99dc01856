"""Changes of a model's state: proposing them, deciding on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.domain import register as rules
from bot.domain.calendar import MonthError, local_date
from bot.domain.names import clean
from bot.errors import Invalid, Superseded
from bot.incoming import Incoming, Tx
from bot.services import register, register_card, register_review
from bot.services.register_review import WORD_LIMIT, Proposal
from bot.views import models_changes as views
from bot.views import models_read as read_views
from bot.views.base import View
from handlers.models_show import at, go, leave, refused, said, version
from handlers.routing import arguments, number

#: Steps of a proposal, and of a decision.
PROPOSING = ("proposal", "day")
DECIDING = ("approval", "decline")
STEPS = (*PROPOSING, *DECIDING)


def _card(tx: Tx, model_id: int, note: str = "") -> View:
    found = register_card.open_card(tx.session, tx.actor, model_id)
    return read_views.card(tx.t, found, note=note)


# --- Proposing --------------------------------------------------------------------------------


def propose(incoming: Incoming, tx: Tx) -> View:
    """What the state of one's own model may become."""
    leave(tx)
    try:
        model = register_review.may_propose(tx.session, tx.actor, number(incoming))
    except Superseded as error:
        return refused(tx, _card(tx, number(incoming)), error)
    return views.choose(tx.t, model)


def state(incoming: Incoming, tx: Tx) -> View:
    """The state that was tapped, from today on."""
    model_id = number(incoming)
    becomes = "".join(arguments(incoming)[1:2])
    try:
        model = register_review.may_propose(tx.session, tx.actor, model_id)
    except Superseded as error:
        return refused(tx, _card(tx, model_id), error)
    if becomes not in register_review.next_states(model):
        raise Invalid("model_no_state", number=model.number)
    today = local_date(tx.now, tx.actor.zone)
    go(tx, model_id, "proposal", becomes=becomes, since=today.isoformat(), why="")
    return show(tx)


def _proposal(tx: Tx, **changed: str) -> View:
    model_id, draft = at(tx)
    go(tx, model_id, "proposal", **{**draft, **changed})
    return show(tx)


def when(_incoming: Incoming, tx: Tx) -> View:
    """Another day is to be typed."""
    model_id, draft = at(tx)
    go(tx, model_id, "day", **draft)
    return show(tx)


def today(_incoming: Incoming, tx: Tx) -> View:
    """From today on."""
    return _proposal(tx, since=local_date(tx.now, tx.actor.zone).isoformat())


def same_day(_incoming: Incoming, tx: Tx) -> View:
    """The day stays."""
    return _proposal(tx)


def send(_incoming: Incoming, tx: Tx) -> View:
    """Ask the leader for the change."""
    model_id, draft = at(tx)
    if tx.form is None or tx.form.step not in PROPOSING:
        return show(tx)
    try:
        register_review.propose(
            tx.session,
            tx.actor,
            model_id,
            str(draft["becomes"]),
            dt.date.fromisoformat(draft["since"]),
            str(draft["why"]),
        )
    except Superseded as error:
        leave(tx)
        return refused(tx, _card(tx, model_id), error)
    leave(tx)
    return _card(tx, model_id, views.proposed(tx.t))


def back_to(_incoming: Incoming, tx: Tx) -> View:
    """Back to what the form was about, nothing done."""
    model_id, draft = at(tx)
    change_id = int(draft.get("change", 0))
    leave(tx)
    return _change(tx, change_id) if change_id else _card(tx, model_id)


# --- Deciding ---------------------------------------------------------------------------------


def changes(incoming: Incoming, tx: Tx) -> View:
    """The changes that wait."""
    leave(tx)
    return views.board(tx.t, register_review.pending(tx.session, tx.actor), number(incoming))


def _change(tx: Tx, change_id: int, note: str = "") -> View:
    return views.change(tx.t, register_review.find(tx.session, tx.actor, change_id), note)


def change(incoming: Incoming, tx: Tx) -> View:
    """One change."""
    leave(tx)
    return _change(tx, number(incoming))


def _decided(tx: Tx, found: Proposal) -> View:
    leave(tx)
    waiting = register_review.pending(tx.session, tx.actor)
    mine = [one for one in waiting if one.refused is None]
    return views.decided(tx.t, found, mine[0] if mine else None)


def _outrun(tx: Tx, change_id: int, error: Superseded) -> View:
    """Somebody was faster: say so, and show what was decided."""
    leave(tx)
    view = refused(tx, _change(tx, change_id), error)
    return replace(view, alert=not error.values.get("mine"))


def approve(incoming: Incoming, tx: Tx) -> View:
    """Approve at once."""
    try:
        found = register_review.decide(tx.session, tx.actor, number(incoming), approve=True)
    except Superseded as error:
        return _outrun(tx, number(incoming), error)
    return _decided(tx, found)


def word(incoming: Incoming, tx: Tx) -> View:
    """Approve with a word."""
    return _open(tx, number(incoming), approving=True)


def decline(incoming: Incoming, tx: Tx) -> View:
    """Decline, with a word."""
    return _open(tx, number(incoming), approving=False)


def _open(tx: Tx, change_id: int, *, approving: bool) -> View:
    try:
        found = register_review.to_decide(tx.session, tx.actor, change_id)
    except Superseded as error:
        return _outrun(tx, change_id, error)
    if approving:
        go(tx, found.model.id, "approval", change=change_id)
    else:
        go(tx, found.model.id, "decline", change=change_id)
    return views.ask_word(tx.t, version(tx), found, approve=approving)


# --- The form ---------------------------------------------------------------------------------


def show(tx: Tx) -> View:
    """The form as it stands."""
    model_id, draft = at(tx)
    step = tx.form.step if tx.form else ""
    if step in DECIDING:
        change_id = int(draft["change"])
        try:
            found = register_review.to_decide(tx.session, tx.actor, change_id)
        except Superseded as error:
            return _outrun(tx, change_id, error)
        return views.ask_word(tx.t, version(tx), found, approve=step == "approval")
    model = register.own(tx.session, tx.actor, model_id)
    if step == "day":
        return views.ask_day(tx.t, version(tx), model)
    becomes, since = str(draft.get("becomes")), dt.date.fromisoformat(draft["since"])
    if becomes not in rules.NEXT[model.state.value]:
        leave(tx)
        return _card(tx, model_id)
    return views.proposal(tx.t, version(tx), model, becomes, since, str(draft["why"]))


def on_text(incoming: Incoming, tx: Tx) -> View:
    """The word with a proposal, its day, or the word with a decision."""
    model_id, draft = at(tx)
    step = tx.form.step if tx.form else ""
    try:
        if step in DECIDING:
            return _decide(incoming, tx, int(draft["change"]), approving=step == "approval")
        model = register.own(tx.session, tx.actor, model_id)
        if step == "day":
            day = register_review.since_of(tx.actor, model, incoming.text)
            return replace(_proposal(tx, since=day.isoformat()), tidy=True)
        why = clean(incoming.text, WORD_LIMIT, newlines=True)
        return replace(_proposal(tx, why=why), tidy=True)
    except (MonthError, Invalid) as error:
        return said(tx, show(tx), error)


def _decide(incoming: Incoming, tx: Tx, change_id: int, *, approving: bool) -> View:
    try:
        found = register_review.decide(
            tx.session, tx.actor, change_id, approve=approving, word=incoming.text
        )
    except Superseded as error:
        return replace(_outrun(tx, change_id, error), fresh=True, toast="", alert=False)
    return _decided(tx, found)
