"""Messages about models, and the sentences for what can't be done with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from markupsafe import Markup
from sqlmodel import Session

from bot.domain import register as rules
from bot.i18n import Texts
from bot.models import ChangeState, Person
from bot.services import register, register_news
from bot.views import models_words as words
from bot.views.base import Rows, View, clip, lines
from bot.views.models_words import press

_SHOWN: Final = 6


def _to_decide(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """To the reviewers: changes of models wait; decided ones are left out."""
    found = register_news.to_decide(session, person, ids)
    if not found:
        return None
    rows = Rows().extend(
        (press(words.caption(one.number, one.name), "change", one.change_id),)
        for one in found[:_SHOWN]
    )
    rows.add(press(t._("All that wait"), "changes", 0))
    return View(
        text=lines(
            t.ngettext(
                "⏳ {n} change of a model waits for your decision.",
                "⏳ {n} changes of models wait for your decision.",
                len(found),
                n=t.number(len(found)),
            ),
            *(
                t._(
                    "{number} · {name}, {unit}: {state}",
                    number=one.number,
                    name=clip(one.name, 100),
                    unit=one.unit,
                    state=words.state(t, one.becomes),
                )
                for one in found[:_SHOWN]
            ),
        ),
        rows=rows.done(),
        card=False,
    )


def _decided(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """To the unit: what was decided on its model."""
    news = register_news.decided(session, person, ids[0])
    if news is None or news.change is None:
        return None
    values = {
        "number": news.model.number,
        "name": clip(news.model.name, 100),
        "state": words.state(t, news.change.becomes),
        "by": news.by,
        "day": t.date(news.change.since),
    }
    text = (
        t._("✅ Model {number}, {name}: {by} has approved it as {state} since {day}.", **values)
        if news.change.state is ChangeState.APPROVED
        else t._("↩ Model {number}, {name}: {by} has declined it as {state}.", **values)
    )
    word = news.change.word
    return View(
        text=lines(text, Markup("<blockquote>{}</blockquote>").format(word) if word else None),
        rows=((press(t._("Open the card"), "back", news.model.id),),),
        card=False,
    )


def _asked(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """To the unit: somebody asks about its model."""
    news = register_news.asked(session, person, ids[0])
    if news is None or news.question is None:
        return None
    return View(
        text=lines(
            t._(
                "❓ {unit} asks about your model {number}, {name}:",
                unit=news.unit.short_name,
                number=news.model.number,
                name=clip(news.model.name, 100),
            ),
            Markup("<blockquote>{}</blockquote>").format(news.question.body),
        ),
        rows=((press(t._("✎ Answer"), "answer", news.question.id, style="primary"),),),
        card=False,
    )


def _answered(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """To the unit that asked: the answer."""
    news = register_news.answered(session, person, ids[0])
    if news is None or news.question is None:
        return None
    return View(
        text=lines(
            t._(
                "💬 {unit} has answered about model {number}, {name}:",
                unit=news.unit.short_name,
                number=news.model.number,
                name=clip(news.model.name, 100),
            ),
            Markup("<blockquote>{}</blockquote>").format(news.question.body),
            Markup("<blockquote>{}</blockquote>").format(news.question.answer),
        ),
        rows=((press(t._("Open the card"), "back", news.model.id),),),
        card=False,
    )


def _taken(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """To the unit: another one takes its model over."""
    news = register_news.taken(session, person, ids[0])
    if news is None:
        return None
    return View(
        text=t._(
            "🌳 {unit} takes over your model {number}, {name}.",
            unit=news.unit.short_name,
            number=news.model.number,
            name=clip(news.model.name, 100),
        ),
        rows=((press(t._("Open the card"), "back", news.model.id),),),
        card=False,
    )


def _incomplete(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """To the unit, once: a card still isn't complete."""
    news = register_news.incomplete(session, person, ids[0])
    if news is None:
        return None
    missing = register.missing(news.model)
    return View(
        text=lines(
            t._(
                "✎ The card of model {number}, {name}, isn't complete yet: {done} of {n} parts.",
                number=news.model.number,
                name=clip(news.model.name, 100),
                done=t.number(len(rules.PARTS) - len(missing)),
                n=t.number(len(rules.PARTS)),
            ),
            t._("Missing: {parts}", parts=t.join([str(words.part(t, one)) for one in missing])),
        ),
        rows=((press(t._("✎ Write the card"), "edit", news.model.id, style="primary"),),),
        card=False,
    )


NOTICES: dict[str, Callable[..., View | None]] = {
    "model_change_new": _to_decide,
    "model_changed": _decided,
    "model_asked": _asked,
    "model_answered": _answered,
    "model_taken": _taken,
    register.INCOMPLETE: _incomplete,
}
COLLECTED: Final = {"model_change_new"}


def _over(t: Texts, **v: Any) -> Markup:
    if v["mine"]:
        return (
            t._("You have approved this already.")
            if v["approved"]
            else t._("You have declined this already.")
        )
    return (
        t._("{person} has approved this already.", person=v["person"])
        if v["approved"]
        else t._("{person} has declined this already.", person=v["person"])
    )


ERRORS: dict[str, Callable[..., Markup]] = {
    "model_missing": lambda t, number, **_v: (
        t._("There is no model {number} in this bloc. /models lists all.", number=number)
        if number
        else t._("There is no such model in this bloc. /models lists all.")
    ),
    "model_not_yours": lambda t, number, **_v: t._(
        "Model {number} is another unit's; only its own people can change it.", number=number
    ),
    "model_no_part": lambda t, **_v: t._("The card has no such part. Please choose one."),
    "model_no_field": lambda t, **_v: t._("There is no such field. Please choose one."),
    "model_no_shelf": lambda t, **_v: t._("There is no such list. /models shows the register."),
    "model_name_taken": lambda t, name, number, **_v: t._(
        "Your unit has a model of that name already: {number}, {name}. Please send another name.",
        number=number,
        name=name,
    ),
    "models_many": lambda t, limit, **_v: t._(
        "Your unit has {limit} models already; more aren't possible. Please have one ended first.",
        limit=t.number(limit),
    ),
    "model_no_picture": lambda t, **_v: t._(
        "That is no picture. Please send a photo, or a picture as a file."
    ),
    "model_pictures_full": lambda t, limit, **_v: t._(
        "The card has {limit} pictures already. Please take one off first.",
        limit=t.number(limit),
    ),
    "model_picture_missing": lambda t, **_v: t._("That picture isn't on the card any more."),
    "model_own": lambda t, number, **_v: t._(
        "Model {number} is your own unit's. Please choose another unit's.", number=number
    ),
    "model_nobody": lambda t, number, **_v: t._(
        "The unit of model {number} is closed; there is nobody to answer.", number=number
    ),
    "model_questions_many": lambda t, limit, **_v: t._(
        "{limit} questions of your unit wait for an answer already. Please wait for one.",
        limit=t.number(limit),
    ),
    "model_no_question": lambda t, **_v: t._("There is no such question in this bloc."),
    "model_answered": lambda t, **_v: t._(
        "This question is answered already. The answer stands on the card."
    ),
    "model_change_waits": lambda t, number, **_v: t._(
        "A change of model {number} waits for its decision. Please wait for it.", number=number
    ),
    "model_day": lambda t, first, last, **_v: t._(
        "Please send a day from {first} to {last}.", first=t.date(first), last=t.date(last)
    ),
    "model_no_state": lambda t, number, **_v: t._(
        "Model {number} can't become that now. Please choose another state.", number=number
    ),
    "model_no_change": lambda t, **_v: t._("There is no such change. /models shows what waits."),
    "model_change_over": _over,
    "model_word_needed": lambda t, **_v: t._("Please type why it is declined."),
    "own_model": lambda t, number, unit, **_v: t._(
        "Model {number} is your own unit's. {unit} decides on it.", number=number, unit=unit
    ),
    "own_model_nobody": lambda t, number, **_v: t._(
        "Model {number} is your own unit's, and there is nobody else to decide on it. "
        "Please have a leader and a deputy named.",
        number=number,
    ),
    "own_seat_model": lambda t, number, **_v: t._(
        "You have part in model {number} yourself, so somebody else has to decide.", number=number
    ),
    "model_taken": lambda t, number, copy, **_v: t._(
        "Your unit has taken over model {number} already: it is your model {copy}.",
        number=number,
        copy=copy,
    ),
    "model_ended": lambda t, number, **_v: t._(
        "Model {number} has ended, so it can't be taken over.", number=number
    ),
}
