"""A model's card as everybody of the bloc reads it, and its history."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.domain import register as rules
from bot.i18n import Texts
from bot.models import ChangeState, Model
from bot.services import register
from bot.services.register_card import Card, Event
from bot.views import models_words as words
from bot.views.base import Button, Rows, View, data, lines, pages, plain, turn
from bot.views.models_words import FEATURE, press

#: Characters of a page of a card; Telegram takes 4096, and there is more on the screen.
_PAGE = 2400
_COPIES = 10
_EVENTS = 3


def card(t: Texts, found: Card, page: int = 0, back: Button | None = None, note: str = "") -> View:
    """A model with everything about it, in as many pages as its words need."""
    parts, page, count = pages(_paged(_parts(t, found)), page, 1)
    id_ = found.model.id
    rows = Rows().extend(turn(page, count, FEATURE, "show", id_))
    rows.extend(_acts(t, found))
    rows.add(
        press(t._("📷 Pictures: {n}", n=t.number(found.pictures)), "look", id_, 0)
        if found.pictures
        else None,
        press(t._("💬 Questions: {n}", n=t.number(found.questions)), "questions", id_, 0)
        if found.questions
        else None,
    )
    rows.add(
        press(t._("🕘 History"), "history", id_, 0),
        Button(plain(t._("🏷 Movements")), data("movements", "tie", id_, 0)) if found.ties else None,
    )
    rows.add(back or words.to_list(t))
    return View(
        text=lines(
            note or None,
            "" if note else None,
            words.heading(found.model.number, found.model.name),
            *_facts(t, found),
            *parts[0],
        ),
        rows=rows.done(),
    )


def _facts(t: Texts, found: Card) -> list[Markup]:
    model = found.model
    state = words.state(t, model.state)
    facts = [
        Markup("{}").format(found.unit.name),
        t._(
            "{icon} {state} since {day}",
            icon=words.icon(model.state),
            state=state,
            day=t.date(model.since),
        ),
    ]
    if found.unit.closed_at is not None:
        facts.append(
            t._("This unit is closed; {unit} keeps the model.", unit=found.keeper.short_name)
            if found.keeper
            else t._("This unit is closed; the card stays to be read.")
        )
    field = words.field(t, model.field, found.template)
    facts.append(t._("Field: {field}", field=field))
    if found.waiting is not None:
        facts.append(
            t._(
                "⏳ Waits for the leader: {state} since {day}",
                state=words.state(t, found.waiting.becomes),
                day=t.date(found.waiting.since),
            )
        )
    if found.origin is not None:
        origin, unit = found.origin
        facts.append(
            t._(
                "Taken over from model {number} of {unit}",
                number=origin.number,
                unit=unit.short_name,
            )
        )
    if found.copies:
        names = [one.unit for one in found.copies[:_COPIES]]
        more = len(found.copies[_COPIES:])
        facts.append(
            t._("🌳 Taken over by: {units}", units=t.join(names) + (f" +{more}" if more else ""))
        )
    if found.mine and found.missing:
        done = len(rules.PARTS) - len(found.missing)
        facts.append(
            t._(
                "{bar} {done} of {n} parts",
                bar=words.bar(done, len(rules.PARTS)),
                done=t.number(done),
                n=t.number(len(rules.PARTS)),
            )
        )
    return facts


def _parts(t: Texts, found: Card) -> list[Markup]:
    """The card's words, the product first."""
    texts = register.parts_of(found.model)
    return [
        Markup("\n<b>{}</b>\n{}").format(words.part(t, code), texts[code])
        for code in rules.PARTS
        if code != rules.NAME and texts[code]
    ]


def _paged(blocks: Sequence[Markup]) -> list[list[Markup]]:
    result: list[list[Markup]] = [[]]
    size = 0
    for block in blocks:
        length = len(block.striptags())
        if result[-1] and size + length > _PAGE:
            result.append([])
            size = 0
        result[-1].append(block)
        size += length
    return result


def _acts(t: Texts, found: Card) -> list[tuple[Button, ...]]:
    """What this reader can do with it."""
    id_ = found.model.id
    rows = Rows()
    if found.mine and found.member:
        rows.add(
            press(t._("✎ Write the card"), "edit", id_, style="primary" if found.missing else ""),
            None if found.waiting else press(t._("Change the state"), "propose", id_),
        )
        if found.unanswered:
            rows.add(
                press(
                    t.ngettext(
                        "💬 Answer {n} question",
                        "💬 Answer {n} questions",
                        found.unanswered,
                        n=t.number(found.unanswered),
                    ),
                    "questions",
                    id_,
                    0,
                    style="primary",
                )
            )
    else:
        rows.add(
            press(t._("❓ Ask"), "ask", id_) if found.may_ask else None,
            press(t._("🌳 We take it over"), "take", id_) if found.may_take else None,
        )
        if found.taken is not None and found.member:
            rows.add(
                press(
                    t._("Ours: {number}", number=found.taken.number),
                    "show",
                    found.taken.model_id,
                    0,
                )
            )
    return list(rows.done())


def history(t: Texts, model: Model, events: Sequence[Event], page: int = 0) -> View:
    """What became of a model, the latest first."""
    shown, page, count = pages(events, page, _EVENTS)
    rows = Rows().extend(turn(page, count, FEATURE, "history", model.id))
    rows.add(press(t._("◀ To the card"), "show", model.id, 0))
    return View(
        text=lines(words.heading(model.number, model.name), *(_event(t, one) for one in shown)),
        rows=rows.done(),
    )


def _event(t: Texts, event: Event) -> Markup:
    change = event.change
    values = {
        "icon": words.icon(change.becomes),
        "state": words.state(t, change.becomes),
        "day": t.date(change.since),
        "by": event.decided_by or "",
        "person": event.asked_by,
    }
    head = t._("{icon} {state} since {day}", **values)
    if change.was is None:
        who = t._("entered by {person}", **values)
    elif change.state is ChangeState.WAITING:
        who = t._("⏳ asked for by {person}; not decided yet", **values)
    elif change.state is ChangeState.APPROVED:
        who = t._("✅ asked for by {person}; approved by {by}", **values)
    else:
        who = t._("↩ asked for by {person}; declined by {by}", **values)
    return lines(
        "",
        head,
        who,
        Markup("<i>{}</i>").format(change.why) if change.why else None,
        Markup("<i>{}</i>").format(change.word) if change.word else None,
    )
