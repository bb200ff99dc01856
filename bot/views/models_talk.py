"""Questions about a model and their answers; taking a model over."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.domain.calendar import local_date
from bot.i18n import Texts
from bot.models import Model, ModelQuestion
from bot.services.register_questions import LIMIT, Asked, Questions
from bot.views import models_words as words
from bot.views.base import Rows, View, lines, pages, plain, turn
from bot.views.models_words import FEATURE, press

#: A question with its answer has up to 2,000 characters.
_PAGE = 1


def _longest(t: Texts) -> Markup:
    return t._("At most {n} characters.", n=t.number(LIMIT))


def ask(t: Texts, version: int, model: Model, unit: str, note: str = "") -> View:
    """Waits for the question."""
    return View(
        text=lines(
            note or None,
            "" if note else None,
            words.heading(model.number, model.name),
            t._("What would you like to ask {unit}? The answer stays on the card.", unit=unit),
            _longest(t),
        ),
        rows=((press(t._("◀ Back"), "back_to", version=version),),),
        placeholder=plain(t._("Question")),
    )


def asked(t: Texts, unit: str) -> Markup:
    """Above the card after a question."""
    return t._("✅ Your question is on its way to {unit}.", unit=unit)


def answer(t: Texts, version: int, model: Model, question: ModelQuestion, note: str = "") -> View:
    """Waits for the answer."""
    return View(
        text=lines(
            note or None,
            "" if note else None,
            words.heading(model.number, model.name),
            Markup("<blockquote>{}</blockquote>").format(question.body),
            t._("Please type the answer. All units read it; it can't be changed later."),
            _longest(t),
        ),
        rows=((press(t._("◀ Back"), "back_to", version=version),),),
        placeholder=plain(t._("Answer")),
    )


def answered(t: Texts) -> Markup:
    """Above the questions after an answer."""
    return t._("✅ Answered. The unit that asked is told.")


def questions(t: Texts, found: Questions, page: int = 0, note: str = "") -> View:
    """One question after the other, those without an answer first."""
    shown, page, count = pages(found.asked, page, _PAGE)
    id_ = found.model.id
    rows = Rows().extend(turn(page, count, FEATURE, "questions", id_))
    for one in shown:
        if found.mine and one.question.answer is None:
            rows.add(press(t._("✎ Answer"), "answer", one.question.id, style="primary"))
    rows.add(press(t._("◀ To the card"), "show", id_, 0))
    total = len(found.asked)
    return View(
        text=lines(
            note or None,
            "" if note else None,
            words.heading(found.model.number, found.model.name),
            t.ngettext("💬 {n} question", "💬 {n} questions", total, n=t.number(total)),
            *(_asked(t, one, found.zone) for one in shown),
        ),
        rows=rows.done(),
    )


def _asked(t: Texts, one: Asked, zone: ZoneInfo) -> Markup:
    question = one.question
    head = t._(
        "❓ {unit}, {day}",
        unit=one.unit,
        day=t.date(local_date(question.at, zone)),
    )
    body = Markup("<blockquote>{}</blockquote>").format(question.body)
    if question.answer is None or question.answered_at is None:
        return lines("", head, body, t._("There is no answer yet."))
    return lines(
        "",
        head,
        body,
        t._("💬 Answer, {day}", day=t.date(local_date(question.answered_at, zone))),
        Markup("<blockquote>{}</blockquote>").format(question.answer),
    )


# --- Taking over ------------------------------------------------------------------------------


def confirm_take(t: Texts, model: Model, unit: str) -> View:
    """What taking a model over means, before it is done."""
    return View(
        text=lines(
            words.heading(model.number, model.name),
            t._("Does your unit take over this model of {unit}?", unit=unit),
            t._(
                "It gets a card of its own in the register, as a new model. "
                "{unit} is told. What your product is you add yourselves.",
                unit=unit,
            ),
        ),
        rows=(
            (press(t._("✅ Yes, we take it over"), "take_yes", model.id, style="primary"),),
            (press(t._("◀ Back"), "show", model.id, 0),),
        ),
    )


def taken(t: Texts, model: Model) -> Markup:
    """Above the card of the copy."""
    return t._(
        "✅ Model {number} is yours now. What product comes of it at your unit?",
        number=model.number,
    )
