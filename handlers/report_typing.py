"""What people type and send into the report's form: figures, dates, words, files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.domain import entering
from bot.domain.calendar import MonthError, local_date, parse_date
from bot.domain.names import TextError, clean
from bot.domain.pasting import Item
from bot.domain.report import Value
from bot.domain.template import DATE, TEXT, IndicatorSpec
from bot.errors import Invalid
from bot.incoming import Incoming, Tx
from bot.services import evidence, forms, report_sheet, reports
from bot.services.report_sheet import Sheet
from bot.services.reports import Saved
from bot.views import report as views
from bot.views import report_card as cards
from bot.views.base import View
from bot.views.errors import sentence
from handlers.report_show import draw, go, kept, open_month, said, word
from handlers.routing import arguments, number

#: After so long a form is asked about before what is typed counts.
STALE = dt.timedelta(days=3)


def on_text(incoming: Incoming, tx: Tx) -> View:
    """Something typed while the form is open."""
    form = tx.form
    if form is None or form.subject is None:
        try:
            return open_month(tx, reports.month_of(tx.actor, incoming.text))
        except MonthError as error:
            return replace(draw(tx, note=sentence(tx.t, error)), fresh=True)
    sheet = report_sheet.sheet(tx.session, tx.actor, form.subject, hold=True)
    if not sheet.open:
        reports.require_open(sheet.report)
    if form.step == "hold":
        # The first text waits for an answer; this one stays in the chat and changes nothing.
        return replace(draw(tx, sheet, views.answer_first(tx.t)), fresh=True)
    if tx.now - form.changed_at > STALE:
        place = {"part": form.draft.get("part"), "code": form.draft.get("code")}
        origin = form.step if form.step in ("part", "field") else "card"
        go(tx, sheet.id, "hold", text=incoming.text, origin=origin, **place)
        return replace(draw(tx, sheet), fresh=True)
    if form.step == "choose":
        back(tx)
    return _enter(tx, sheet, incoming.text)


def back(tx: Tx) -> None:
    """From a question to the step that it came from."""
    report_id, draft = kept(tx)
    step = word(draft.get("origin")) or "card"
    place = {key: draft[key] for key in ("part", "code", "append") if draft.get(key)}
    go(tx, report_id, step, **place)


def held(incoming: Incoming, tx: Tx) -> View:
    """The answer on a text that was typed into a form left for days."""
    report_id, draft = kept(tx)
    answer = (arguments(incoming) or [""])[0]
    if tx.form is None or tx.form.step != "hold":
        return draw(tx)
    back(tx)
    sheet = report_sheet.sheet(tx.session, tx.actor, report_id)
    if answer != "yes":
        return draw(tx, sheet, views.not_entered(tx.t, str(draft.get("text", ""))))
    return _enter(tx, sheet, str(draft.get("text", "")))


# --- Where a text goes ------------------------------------------------------------------------


def _enter(tx: Tx, sheet: Sheet, text: str) -> View:
    """Put a text where the form stands. Nothing of it counts if anything of it is wrong."""
    form = tx.form
    if form is None:
        raise Invalid("value_no_field")
    part = word(form.draft.get("part")) if form.step in ("part", "field") else None
    code = word(form.draft.get("code")) if form.step == "field" else None
    try:
        if code is not None and code in sheet.template and not sheet.template[code].numeric:
            return _enter_one(tx, sheet, sheet.template[code], text, code)
        fields = sheet.to_type(part, code)
        if code is None and not fields:
            others = sheet.following(None, part) if part is not None else []
            if not others:
                return replace(draw(tx, sheet, views.no_empty_field(tx.t)), fresh=True)
            return _enter_one(tx, sheet, others[0], text, None)
        return _enter_numbers(tx, sheet, fields, text, code)
    except (MonthError, TextError, Invalid) as error:
        return said(tx, error, typed=True)


def _enter_one(tx: Tx, sheet: Sheet, one: IndicatorSpec, text: str, code: str | None) -> View:
    value: Value
    if one.type == DATE:
        value = parse_date(text, local_date(tx.now, tx.actor.zone))
    else:
        form = tx.form
        if form is not None and form.draft.get("append") and sheet.is_filled(one.code):
            text = f"{sheet.values[one.code]}\n{text}"
        value = clean(text, one.max_length, newlines=True)
        if not value:
            raise Invalid("text_empty")
    saved = reports.change(tx.session, tx.actor, sheet.id, {one.code: value}, sheet)
    return replace(on_from(tx, saved, [one.code], code), tidy=True)


def _enter_numbers(
    tx: Tx, sheet: Sheet, fields: Sequence[IndicatorSpec], text: str, code: str | None
) -> View:
    entered = entering.read(text, tx.t.language, fields)
    if entered.wrong is not None:
        return _wrong(tx, entered.wrong, entered.items)
    if entered.ask:
        return replace(_ask(tx, sheet, text, entered.ways), tidy=True)
    return replace(_take(tx, sheet.id, entered.ways[0], code, sheet), tidy=True)


def _wrong(tx: Tx, item: Item, items: int) -> View:
    """What is wrong with numbers, and that none of them was entered."""
    why = sentence(tx.t, Invalid(f"number_{item.error}"))
    if items > 1:
        why = views.wrong_number(tx.t, item.position + 1, item.text, why)
    return replace(draw(tx, note=why), fresh=True)


def _ask(tx: Tx, sheet: Sheet, text: str, ways: Sequence[entering.Placed]) -> View:
    form = tx.form
    draft: dict[str, Any] = dict(form.draft) if form else {}
    go(
        tx,
        sheet.id,
        "choose",
        text=text,
        readings=[[list(pair) for pair in way] for way in ways],
        origin=form.step if form and form.step in ("part", "field") else "card",
        part=draft.get("part"),
        code=draft.get("code"),
    )
    return draw(tx, sheet)


def read(incoming: Incoming, tx: Tx) -> View:
    """One tap said which reading is right."""
    report_id, draft = kept(tx)
    ways = draft.get("readings")
    index = number(incoming)
    if not isinstance(ways, list) or index >= len(ways):
        return draw(tx)
    code = word(draft.get("code")) if draft.get("origin") == "field" else None
    back(tx)
    return _take(tx, report_id, [(one, value) for one, value in ways[index]], code)


def _take(
    tx: Tx,
    report_id: int,
    placed: Sequence[tuple[str, str]],
    code: str | None,
    known: Sheet | None = None,
) -> View:
    values: dict[str, Value] = {one: Decimal(value) for one, value in placed}
    saved = reports.change(tx.session, tx.actor, report_id, values, known)
    return on_from(tx, saved, [one for one, _ in placed], code)


# --- What comes next --------------------------------------------------------------------------


def undoing(saved: Saved) -> dict[str, Any]:
    """What the form keeps so that a change can be taken back."""
    return {"was": saved.was, "now": saved.now}


def on_from(tx: Tx, saved: Saved, codes: Sequence[str], code: str | None) -> View:
    """After values were entered: show what went where, and go on to what is asked for next.

    ``code`` is the field that was open; without one the form stays at its card or part.
    """
    sheet, form = saved.sheet, tx.form
    note = cards.saved(tx.t, sheet, codes)
    keep = {"undo": undoing(saved)}
    undo = code is None or len(codes) > 1
    if code is None:
        part = word(form.draft.get("part")) if form and form.step == "part" else None
        go(tx, sheet.id, "part" if part else "card", part=part, **keep)
        return draw(tx, sheet, note, undo=undo)
    last = sheet.template[codes[-1]]
    after = _next(sheet, last, optional=not sheet.is_needed(sheet.template[code]))
    if after is None:
        go(tx, sheet.id, "part", part=last.part, **keep)
    else:
        go(tx, sheet.id, "field", part=last.part, code=after.code, **keep)
    return draw(tx, sheet, note, undo=undo)


def _next(sheet: Sheet, last: IndicatorSpec, *, optional: bool) -> IndicatorSpec | None:
    """The next empty field of the part: after this one if there is one, else from its start.

    Optional ones follow only where the person has begun to fill in optional ones.
    """
    for fields in (sheet.following(last.code, last.part), sheet.following(None, last.part)):
        wanted = [one for one in fields if optional or sheet.is_needed(one) or one.type == TEXT]
        if wanted:
            return wanted[0]
    return None


# --- Files ------------------------------------------------------------------------------------


def on_file(incoming: Incoming, tx: Tx) -> View:
    """A photo or file: to the open row, else to the whole report. An album is answered once."""
    form, media = tx.form, incoming.media
    if form is None or form.subject is None or media is None:
        return draw(tx, note=views.months_unclear(tx.t))
    code = word(form.draft.get("code")) if form.step == "field" else None
    if tx.now - form.changed_at > STALE:
        code = None
    again = media.album is not None and form.draft.get("album") == media.album
    note: str
    try:
        added = evidence.attach(tx.session, tx.actor, form.subject, code, media)
    except Invalid as error:
        note = sentence(tx.t, error)
    else:
        sheet = report_sheet.sheet(tx.session, tx.actor, form.subject)
        note = views.attached(tx.t, sheet, added)
    forms.keep(tx.session, form, tx.now, album=media.album)
    return replace(draw(tx, note=note), fresh=not again)
