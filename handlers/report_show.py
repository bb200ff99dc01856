"""Which screen of the report's form a person is at, and drawing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.errors import Expected, Invalid, Superseded
from bot.incoming import Incoming, Tx
from bot.models import Form, Report
from bot.services import evidence, forms, progress, report_sheet, reports
from bot.services.progress import Progress
from bot.services.report_sheet import Sheet
from bot.views import report as views
from bot.views import report_ask as asking
from bot.views import report_card as cards
from bot.views.base import View, lines, plain
from bot.views.errors import sentence
from handlers.routing import Handler

FEATURE = cards.FEATURE


def go(tx: Tx, report_id: int | None, step: str, **draft: Any) -> Form:
    """To a step of the form; what is kept besides are the album last answered."""
    form = tx.form
    album = form.draft.get("album") if form is not None and form.feature == FEATURE else None
    if album is not None:
        draft.setdefault("album", album)
    tx.form = forms.enter(
        tx.session,
        tx.actor.person.id or 0,
        FEATURE,
        step,
        tx.now,
        subject=report_id,
        draft=draft,
    )
    return tx.form


def kept(tx: Tx) -> tuple[int, dict[str, Any]]:
    """The report that the open form is about, and what the form keeps."""
    if tx.form is None or tx.form.subject is None:
        raise Invalid("value_no_field")
    return tx.form.subject, dict(tx.form.draft)


def leave(tx: Tx) -> None:
    """Close the form if it is the report's."""
    if tx.form is not None and tx.form.feature == FEATURE:
        forms.leave(tx.session, tx.actor.person.id or 0, tx.now)


def word(value: Any) -> str | None:
    """A code kept in a draft or pressed."""
    return value if isinstance(value, str) and value else None


def targets(tx: Tx, sheet: Sheet) -> Mapping[str, Progress]:
    """The unit's targets by indicator, with what stands in this report. One statement."""
    report = (sheet.report.month, sheet.values)
    return progress.with_report(tx.session, sheet.bloc, sheet.year, sheet.unit, tx.now, report)


def draw(
    tx: Tx,
    sheet: Sheet | None = None,
    note: str = "",
    *,
    undo: bool = False,
    target: Progress | None = None,
) -> View:
    """The form's screen as it stands; read only where the report can't be written in.

    ``target``: of the row that is shown; only what is opened by a tap asks for it.
    """
    form = tx.form
    if form is None or form.feature != FEATURE or form.subject is None:
        return views.months(tx.t, reports.open_months(tx.session, tx.actor), note)
    sheet = sheet or report_sheet.sheet(tx.session, tx.actor, form.subject)
    if not sheet.open:
        leave(tx)
        return views.sealed(tx.t, sheet, note)
    draft: dict[str, Any] = form.draft
    part, code = word(draft.get("part")), word(draft.get("code"))
    match form.step:
        case "part" if part and part in sheet.progress:
            return cards.part(tx.t, sheet, form.version, part, note, undo=undo)
        case "field" if code and code in sheet.template:
            append = bool(draft.get("append"))
            return cards.field(
                tx.t, sheet, form.version, code, note, undo=undo, append=append, target=target
            )
        case "choose":
            view = asking.choose(tx.t, sheet, form.version, draft["text"], draft["readings"])
        case "hold":
            view = asking.hold(tx.t, sheet, form.version, draft["text"], code)
        case "send":
            view = sending(tx, sheet, int(draft.get("page", 0)))
        case "files":
            found = evidence.listing(tx.session, sheet.id)
            page = int(draft.get("page", 0))
            return views.files(tx.t, sheet, form.version, found, page, note)
        case _:
            return cards.card(tx.t, sheet, form.version, note, undo=undo)
    return replace(view, text=lines(note, "", view.text)) if note else view


def sending(tx: Tx, sheet: Sheet, page: int) -> View:
    """The summary before sending, or what stands in the way."""
    version = tx.form.version if tx.form else 0
    if sheet.problems:
        return views.refused(tx.t, sheet, version)
    return views.summary(tx.t, sheet, version, page, targets(tx, sheet))


def open_report(tx: Tx, report: Report, note: str = "") -> View:
    """A report's card: the form where it can be written in, else what was sent."""
    sheet = report_sheet.sheet(tx.session, tx.actor, report.id or 0)
    if not sheet.open:
        leave(tx)
        return views.sealed(tx.t, sheet, note)
    go(tx, report.id, "card")
    return draw(tx, sheet, note)


def open_month(tx: Tx, month: dt.date, note: str = "") -> View:
    """The report of a month."""
    return open_report(tx, reports.open_month(tx.session, tx.actor, month), note)


def said(tx: Tx, error: Expected, *, typed: bool) -> View:
    """The form's screen with what is wrong above it: everything entered before is kept.

    What was ``typed`` stays in the chat, to be copied and corrected, and the card goes below it.
    """
    words = sentence(tx.t, error)
    view = draw(tx, note=words)
    return replace(view, fresh=True) if typed else replace(view, toast=plain(words), alert=True)


def settled(handle: Handler) -> Handler:
    """A handler that answers a report that has changed hands with how it stands now.

    The services refuse before they change anything, so there is nothing to roll back.
    """

    def wrapped(incoming: Incoming, tx: Tx) -> View:
        try:
            return handle(incoming, tx)
        except Superseded as error:
            return said(tx, error, typed=incoming.kind != "button")

    return wrapped
