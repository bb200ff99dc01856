"""Changes of a model's state: proposing one, the list of those that wait, deciding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from bot.i18n import Texts
from bot.models import ChangeState, Model
from bot.services.register_review import WORD_LIMIT, Proposal, next_states
from bot.views import models_news
from bot.views import models_words as words
from bot.views.base import Button, Rows, View, clip, data, lines, pages, plain, turn
from bot.views.models_words import FEATURE, press

_PAGE: Final = 8
_COPIES: Final = 10


# --- Proposing --------------------------------------------------------------------------------


def choose(t: Texts, model: Model, note: str = "") -> View:
    """What the state may become."""
    rows = Rows().extend(
        (
            press(
                Markup("{} {}").format(words.icon(state), words.state(t, state)),
                "state",
                model.id,
                state,
            ),
        )
        for state in next_states(model)
    )
    rows.add(press(t._("◀ To the card"), "show", model.id, 0))
    return View(
        text=lines(
            note or None,
            "" if note else None,
            words.heading(model.number, model.name),
            t._("Now: {state}", state=words.state(t, model.state)),
            t._("What is it to become? The leader decides on it."),
        ),
        rows=rows.done(),
    )


def proposal(
    t: Texts, version: int, model: Model, state: str, since: dt.date, why: str, note: str = ""
) -> View:
    """The change as it will be sent; a text typed now is the word with it."""
    rows = Rows().add(press(t._("✅ Send to the leader"), "send", version=version, style="primary"))
    rows.add(press(t._("📅 Another day"), "when", version=version))
    rows.add(press(t._("◀ Back"), "back_to", version=version))
    return View(
        text=lines(
            note or None,
            "" if note else None,
            words.heading(model.number, model.name),
            t._(
                "{icon} {state} since {day}",
                icon=words.icon(state),
                state=words.state(t, state),
                day=t.date(since),
            ),
            t._("Your word: <i>{why}</i>", why=why)
            if why
            else t._("You can type a word with it, at most {n} characters.", n=WORD_LIMIT),
        ),
        rows=rows.done(),
        placeholder=plain(t._("A word with it")),
    )


def ask_day(t: Texts, version: int, model: Model, note: str = "") -> View:
    """Waits for the day."""
    return View(
        text=lines(
            note or None,
            "" if note else None,
            words.heading(model.number, model.name),
            t._("Since which day? For example 15/3."),
        ),
        rows=(
            (press(t._("Today"), "today", version=version),),
            (press(t._("◀ Back"), "same_day", version=version),),
        ),
        placeholder=plain(t._("Day/month/year")),
    )


def proposed(t: Texts) -> Markup:
    """Above the card after a proposal."""
    return t._("✅ Sent. You will be told of the decision.")


# --- Deciding ---------------------------------------------------------------------------------


def board(t: Texts, found: Sequence[Proposal], page: int = 0, note: str = "") -> View:
    """The changes that wait; a tap opens one."""
    shown, page, count = pages(found, page, _PAGE)
    total = len(found)
    rows = Rows().extend(
        (press(words.caption(one.model.number, one.model.name), "change", one.change.id),)
        for one in shown
    )
    rows.extend(turn(page, count, FEATURE, "changes"))
    rows.add(Button(plain(t._("Waiting reports")), data("review", "list", 0)))
    rows.add(words.to_list(t))
    return View(
        text=lines(
            note or None,
            "" if note else None,
            t.ngettext(
                "<b>{n} change of a model waits</b>",
                "<b>{n} changes of models wait</b>",
                total,
                n=t.number(total),
            )
            if total
            else t._("No change of a model waits for a decision."),
            *(_entry(t, one) for one in shown),
        ),
        rows=rows.done(),
    )


def _entry(t: Texts, one: Proposal) -> Markup:
    return lines(
        "",
        Markup("<b>{}</b> · {} · {}").format(
            one.model.number, clip(one.model.name, 100), one.unit.short_name
        ),
        _step(t, one),
    )


def _step(t: Texts, one: Proposal) -> Markup:
    return t._(
        "{before} → {after}, since {day}",
        before=words.state(t, one.change.was or one.model.state),
        after=words.state(t, one.change.becomes),
        day=t.date(one.change.since),
    )


def change(t: Texts, found: Proposal, note: str = "") -> View:
    """One change with all that is needed to decide on it."""
    id_ = found.change.id
    rows = Rows()
    if found.change.state is ChangeState.WAITING and found.refused is None:
        rows.add(
            Button(plain(t._("✅ Approve")), data(FEATURE, "approve", id_), style="success"),
            press(t._("✅ With a word"), "word", id_),
        )
        rows.add(Button(plain(t._("↩ Decline")), data(FEATURE, "decline", id_), style="danger"))
    rows.add(press(t._("👁 The card"), "show", found.model.id, 0))
    rows.add(press(t._("◀ To the list"), "changes", 0))
    return View(
        text=lines(
            note or None,
            "" if note else None,
            words.heading(found.model.number, found.model.name),
            Markup("{}").format(found.unit.name),
            _step(t, found),
            t._("Asked for by {person}", person=found.asked_by),
            Markup("<blockquote>{}</blockquote>").format(found.change.why)
            if found.change.why
            else None,
            t._("🌳 Taken over by: {units}", units=t.join(list(found.copies[:_COPIES])))
            if found.copies
            else None,
            _outcome(t, found),
        ),
        rows=rows.done(),
    )


def _outcome(t: Texts, found: Proposal) -> Markup | None:
    match found.change.state:
        case ChangeState.APPROVED:
            return t._("✅ This change is approved.")
        case ChangeState.DECLINED:
            return t._("↩ This change is declined.")
    if found.refused is None or found.refused.code not in models_news.ERRORS:
        return None
    return models_news.ERRORS[found.refused.code](t, **found.refused.values)


def ask_word(t: Texts, version: int, found: Proposal, *, approve: bool, note: str = "") -> View:
    """Waits for the word with a decision."""
    return View(
        text=lines(
            note or None,
            "" if note else None,
            words.heading(found.model.number, found.model.name),
            _step(t, found),
            t._("Please type your word. The change is approved with it at once.")
            if approve
            else t._("Why not? Please type it. The change is declined with it at once."),
            t._("At most {n} characters.", n=t.number(WORD_LIMIT)),
        ),
        rows=((press(t._("◀ Back"), "back_to", version=version),),),
        placeholder=plain(t._("Your word")),
    )


def decided(t: Texts, found: Proposal, following: Proposal | None) -> View:
    """What was decided, and the way to the next."""
    values = {"number": found.model.number, "state": words.state(t, found.change.becomes)}
    text = (
        t._("✅ Model {number} is approved as {state}.", **values)
        if found.change.state is ChangeState.APPROVED
        else t._("↩ Model {number} isn't approved as {state}.", **values)
    )
    rows = Rows()
    if following is not None:
        rows.add(
            press(
                t._(
                    "Next: {model}",
                    model=words.caption(following.model.number, following.model.name),
                ),
                "change",
                following.change.id,
                style="primary",
            )
        )
    rows.add(press(t._("◀ To the list"), "changes", 0))
    word = found.change.word
    return View(
        text=lines(
            text,
            Markup("<blockquote>{}</blockquote>").format(word) if word else None,
            t._("{unit} is told.", unit=found.unit.short_name),
        ),
        rows=rows.done(),
    )
