"""Reviewing reports: /pending, /approve, /return, the card and its buttons."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.errors import Expected, Invalid, Superseded
from bot.incoming import Incoming, Tx
from bot.models import Form
from bot.services import forms, register_review, review, review_card
from bot.services.figures import template_of
from bot.services.review import Decision
from bot.views import errors
from bot.views import review as views
from bot.views import review_card as card_views
from bot.views.base import TOAST_LIMIT, View, clip, plain
from handlers.routing import Command, Feature, Press, Who, arguments, number

#: ``17``, ``#17``, ``17: well done``.
_ARGUMENTS = re.compile(r"\s*#?\s*(\d{1,9})(?!\d)[\s:.,;–—-]*(.*)", re.DOTALL)


# --- The list and the card --------------------------------------------------------------------


def _board(tx: Tx, page: int = 0, *, action: str = "open", note: str = "") -> View:
    found = review.pending(tx.session, tx.actor)
    changes = register_review.waiting_count(tx.session, tx.actor)
    return views.board(tx.t, found, page, action=action, note=note, changes=changes)


def _pending(_incoming: Incoming, tx: Tx) -> View:
    return _board(tx)


def _list(incoming: Incoming, tx: Tx) -> View:
    return _board(tx, number(incoming))


def _list_return(incoming: Incoming, tx: Tx) -> View:
    return _board(tx, number(incoming), action="return")


def _card(tx: Tx, report_id: int, page: int = 0, note: str = "") -> View:
    found = review_card.open_card(tx.session, tx.actor, report_id)
    return card_views.card(tx.t, found, tx.actor.zone, page, note=note)


def _open(incoming: Incoming, tx: Tx) -> View:
    return _still(tx, lambda: _card(tx, number(incoming), number(incoming, 1)))


def _back(incoming: Incoming, tx: Tx) -> View:
    return replace(_open(incoming, tx), fresh=True)


def _history(incoming: Incoming, tx: Tx) -> View:
    found = review_card.open_card(tx.session, tx.actor, number(incoming))
    return card_views.history(tx.t, found, tx.actor.zone, number(incoming, 1))


def _proof(incoming: Incoming, tx: Tx) -> View:
    found = review_card.open_card(tx.session, tx.actor, number(incoming))
    return card_views.proof(tx.t, found, number(incoming, 1))


def _still(tx: Tx, show: Any) -> View:
    """A screen of a report, or the list with a sentence where the report was taken back."""
    try:
        view: View = show()
    except Superseded as error:
        sentence = errors.sentence(tx.t, error)
        return replace(_board(tx, note=sentence), toast=clip(plain(sentence), TOAST_LIMIT))
    return view


# --- Decisions --------------------------------------------------------------------------------


def _done(tx: Tx, decision: Decision) -> View:
    """What was decided, and the next report that is this reviewer's to decide."""
    _leave_form(tx, decision.report.id)
    waiting = review.pending(tx.session, tx.actor).waiting
    return views.decided(tx.t, decision, waiting[0] if waiting else None)


def _outrun(tx: Tx, report_id: int, error: Superseded) -> View:
    """Somebody was faster: say so, and show how the report stands now."""
    _leave_form(tx, report_id)
    sentence = errors.sentence(tx.t, error)
    view = _still(tx, lambda: _card(tx, report_id, note=sentence))
    return replace(
        view, toast=clip(plain(sentence), TOAST_LIMIT), alert=not error.values.get("mine")
    )


def _leave_form(tx: Tx, report_id: int | None) -> None:
    """Close the form about this report; what was typed about another one stays."""
    if tx.form and tx.form.feature == FEATURE.name and tx.form.subject == report_id:
        forms.leave(tx.session, tx.actor.person.id or 0, tx.now)


def _press_approve(incoming: Incoming, tx: Tx) -> View:
    report_id, seen = number(incoming), number(incoming, 1)
    try:
        decision = review.approve(tx.session, tx.actor, None, report_id=report_id, seen_round=seen)
    except Superseded as error:
        return _outrun(tx, report_id, error)
    return _done(tx, decision)


def _approve(incoming: Incoming, tx: Tx) -> View:
    wanted = _ARGUMENTS.fullmatch(incoming.text)
    if wanted is None:
        return _ask_which(incoming, tx, "open")
    decision = review.approve(tx.session, tx.actor, int(wanted[1]), wanted[2])
    return _done(tx, decision)


def _return(incoming: Incoming, tx: Tx) -> View:
    wanted = _ARGUMENTS.fullmatch(incoming.text)
    if wanted is None:
        return _ask_which(incoming, tx, "return")
    if not wanted[2].strip():
        report, _unit = review.find(tx.session, tx.actor, int(wanted[1]))
        return _enter(tx, "return", report.id or 0)
    decision = review.give_back(tx.session, tx.actor, int(wanted[1]), wanted[2])
    return _done(tx, decision)


def _ask_which(incoming: Incoming, tx: Tx, action: str) -> View:
    tx.actor.require_reviewer()
    note = errors.sentence(tx.t, Invalid("which_report")) if incoming.text.strip() else ""
    return _board(tx, action=action, note=note)


# --- Forms: a comment to approve with, a reason to return with --------------------------------


def _press_comment(incoming: Incoming, tx: Tx) -> View:
    return _enter(tx, "comment", number(incoming), seen=number(incoming, 1))


def _press_return(incoming: Incoming, tx: Tx) -> View:
    return _enter(tx, "return", number(incoming), seen=number(incoming, 1))


def _enter(tx: Tx, step: str, report_id: int, seen: int = 0) -> View:
    """Open the form; ``seen`` is the sending that was looked at, 0 for the present one."""
    report, _unit = review.locked(tx.session, tx.actor, None, report_id)
    kept = {}
    if tx.form and (tx.form.feature, tx.form.step, tx.form.subject) == (
        FEATURE.name,
        step,
        report_id,
    ):
        kept = tx.form.draft
    form = forms.enter(
        tx.session,
        tx.actor.person.id or 0,
        FEATURE.name,
        step,
        tx.now,
        subject=report_id,
        draft={**kept, "round": seen or report.round, "part": -1},
    )
    return _form(tx, form)


def _form(tx: Tx, form: Form, note: str = "") -> View:
    """The form as it stands, or why it has become pointless."""
    report_id = form.subject or 0
    try:
        report, unit = review.find(tx.session, tx.actor, None, report_id)
    except Superseded as error:
        tx.form = form
        return _outrun(tx, report_id, error)
    except Expected as error:
        forms.leave(tx.session, tx.actor.person.id or 0, tx.now)
        return views.refused(tx.t, errors.sentence(tx.t, error))
    if form.step == "comment":
        return views.comment_form(tx.t, report.number or 0, unit.short_name, report_id, note)
    template = template_of(tx.session, report.bloc_year_id, report.template_version)
    return views.return_form(
        tx.t,
        views.ReturnForm(
            report_id=report_id,
            number=report.number or 0,
            unit=unit.short_name,
            template=template,
            marked=_marked(form),
            reason=str(form.draft.get("reason", "")),
            part=int(str(form.draft.get("part", -1))),
            version=form.version,
        ),
        note,
    )


def _marked(form: Form) -> list[str]:
    marked = form.draft.get("marked", [])
    return [str(code) for code in marked] if isinstance(marked, list) else []


def _show(tx: Tx) -> View:
    assert tx.form is not None  # noqa: S101 - the router calls this with an open form only
    return _form(tx, tx.form)


def _kept(tx: Tx, **draft: Any) -> View:
    assert tx.form is not None  # noqa: S101 - form buttons get here with an open form only
    return _form(tx, forms.keep(tx.session, tx.form, tx.now, **draft))


def _part(incoming: Incoming, tx: Tx) -> View:
    words = arguments(incoming)
    return _kept(tx, part=number(incoming) if words and words[0] != "all" else -1)


def _mark(incoming: Incoming, tx: Tx) -> View:
    assert tx.form is not None  # noqa: S101 - form buttons get here with an open form only
    report, _unit = review.locked(tx.session, tx.actor, None, tx.form.subject)
    template = template_of(tx.session, report.bloc_year_id, report.template_version)
    index = number(incoming)
    marked = _marked(tx.form)
    if index < len(template.inputs):
        code = template.inputs[index].code
        marked = [one for one in marked if one != code]
        if number(incoming, 1):
            marked.append(code)
    return _kept(tx, marked=marked)


def _quick(incoming: Incoming, tx: Tx) -> View:
    reasons = views.quick_reasons(tx.t)
    return _kept(tx, reason=plain(reasons[min(number(incoming), len(reasons) - 1)]), part=-1)


def _again(_incoming: Incoming, tx: Tx) -> View:
    return _kept(tx, reason="", part=-1)


def _send_back(incoming: Incoming, tx: Tx) -> View:
    form = tx.form
    words = incoming.data.split(":")
    if not (form and form.step == "return" and str(form.version) == words[2]):
        # Pressed twice, or left behind: how the report stands says what has come of it.
        return _open(incoming, tx)
    try:
        decision = review.give_back(
            tx.session,
            tx.actor,
            None,
            str(form.draft.get("reason", "")),
            _marked(form),
            report_id=form.subject,
            seen_round=int(str(form.draft["round"])),
        )
    except Superseded as error:
        return _outrun(tx, form.subject or 0, error)
    except Invalid as error:
        return _form(tx, form, note=errors.sentence(tx.t, error))
    return _done(tx, decision)


def _leave(incoming: Incoming, tx: Tx) -> View:
    _leave_form(tx, number(incoming))
    return _open(incoming, tx)


def _text(incoming: Incoming, tx: Tx) -> View:
    """The comment, which approves at once; or the reason, which is shown before it is sent."""
    form = tx.form
    assert form is not None  # noqa: S101 - the router calls this with an open form only
    try:
        comment = review.tidy(incoming.text)
        if not comment:
            return _form(tx, form, note=errors.sentence(tx.t, Invalid("reason_needed")))
        if form.step == "return":
            kept = forms.keep(tx.session, form, tx.now, reason=comment, part=-1)
            return replace(_form(tx, kept), tidy=True)
        decision = review.approve(
            tx.session,
            tx.actor,
            None,
            comment,
            report_id=form.subject,
            seen_round=int(str(form.draft["round"])),
        )
    except Invalid as error:
        return _form(tx, form, note=errors.sentence(tx.t, error))
    except Superseded as error:
        return replace(_outrun(tx, form.subject or 0, error), fresh=True)
    return _done(tx, decision)


FEATURE = Feature(
    name="review",
    commands=(
        Command("pending", _pending, Who.READER, views.describe_pending),
        Command("approve", _approve, Who.REVIEWER, views.describe_approve),
        Command("return", _return, Who.REVIEWER, views.describe_return),
    ),
    buttons={
        "list": Press(_list),
        "list_return": Press(_list_return),
        "open": Press(_open),
        "back": Press(_back),
        "history": Press(_history),
        "proof": Press(_proof),
        "approve": Press(_press_approve),
        "comment": Press(_press_comment),
        "return": Press(_press_return),
        "leave": Press(_leave),
        "send_back": Press(_send_back),
        "part": Press(_part, form=True),
        "mark": Press(_mark, form=True),
        "quick": Press(_quick, form=True),
        "again": Press(_again, form=True),
    },
    on_text=_text,
    show=_show,
    left=lambda tx, report_id: _still(tx, lambda: _card(tx, report_id)),
)
