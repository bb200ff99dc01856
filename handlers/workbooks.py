"""The report's XLSX form: getting it, and taking in workbooks that people send."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from bot.errors import Invalid
from bot.incoming import Incoming, Tx
from bot.services import workbooks
from bot.views import workbooks as views
from bot.views.base import View, plain
from bot.views.errors import sentence
from bot.views.report_card import FEATURE as REPORT
from handlers.routing import Feature, Press, number

#: A row left open for longer is no longer what a file is meant for.
_FRESH = dt.timedelta(days=3)


def _form(incoming: Incoming, tx: Tx) -> View:
    workbooks.ask_for_form(tx.session, tx.actor, number(incoming))
    return View(toast=plain(views.coming(tx.t)))


def is_workbook(incoming: Incoming) -> bool:
    """Whether a file may be a form of the bot's own; only reading it can tell."""
    return incoming.media is not None and workbooks.is_workbook(incoming.media)


def take(incoming: Incoming, tx: Tx) -> View:
    """Have a workbook read; what is no form becomes evidence of the report that is open."""
    media, form = incoming.media, tx.form
    if media is None:
        raise Invalid("file_unavailable")
    report_id = form.subject if form and form.feature == REPORT else None
    indicator: Any = None
    if form and form.step == "field" and tx.now - form.changed_at < _FRESH:
        indicator = form.draft.get("code")
    try:
        workbooks.queue(
            tx.session,
            tx.actor,
            media,
            str(incoming.update_id),
            report_id=report_id,
            indicator=indicator if report_id is not None else None,
        )
    except Invalid as error:
        return View(text=sentence(tx.t, error), card=False)
    return replace(views.being_read(tx.t, media.name or "XLSX"), fresh=True)


FEATURE = Feature(name=views.FEATURE, buttons={"form": Press(_form)})
