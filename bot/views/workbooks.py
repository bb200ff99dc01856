"""The report's XLSX form: its button, the message that carries it, what came of one sent back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from bot.documents import report_form
from bot.errors import Expected
from bot.i18n import Texts
from bot.models import Person, Report
from bot.services import access, notices, report_sheet, workbooks
from bot.services.figures import template_of
from bot.views.base import TEXT_LIMIT, Attachment, Button, View, clip, data, lines, plain
from bot.views.report_words import label, measures

FEATURE = "workbook"
_NAME = 60
#: Room for the lines around a list of wrong cells.
_ROOM = TEXT_LIMIT - 600

ERRORS: dict[str, Callable[..., Markup]] = {
    "form_old": lambda t, **_v: t._(
        "That form is of an older kind. Please get a new one and fill that in."
    ),
    "form_damaged": lambda t, **_v: t._(
        "That file is no longer laid out as I made it, so I took nothing over. "
        "Please get a new form and change only its coloured cells."
    ),
    "form_foreign": lambda t, **_v: t._(
        "That form belongs to another unit or bloc, so I took nothing over. Please fill in the "
        "form that you get from your own report; /bloc changes the unit for which you act."
    ),
    "form_month": lambda t, month=None, opened=None, **_v: t._(
        "That form is for {month}, but the report of {opened} is open. Please open the one for "
        "{month} with /report {code} and send the form again.",
        month=_month(t, month),
        opened=_month(t, opened),
        code=str(month)[:7],
    ),
    "form_version": lambda t, **_v: t._(
        "The indicators have changed since that form was made, so I took nothing over. "
        "Please get a new form."
    ),
    "file_unavailable": lambda t, **_v: t._(
        "Telegram doesn't have that file any more. Please send it again."
    ),
}


def _month(t: Texts, value: Any) -> str:
    if isinstance(value, str) and value:
        value = dt.date.fromisoformat(value)
    return t.month(value) if isinstance(value, dt.date) else "–"


def form_button(t: Texts, report_id: int) -> Button:
    """Gets the report as a form."""
    return Button(plain(t._("📄 XLSX form")), data(FEATURE, "form", report_id))


def _open_button(t: Texts, month: dt.date) -> Button:
    return Button(plain(t._("Open the report")), data("report", "month", f"{month:%Y-%m}"))


def _form_again(t: Texts, report_id: int) -> Button:
    return Button(plain(t._("📄 New form")), data(FEATURE, "form", report_id))


def coming(t: Texts) -> Markup:
    """The form was asked for."""
    return t._("The form comes as a file in a moment.")


def being_read(t: Texts, name: str) -> View:
    """A workbook came and is read now."""
    return View(
        text=t._("⏳ I'm reading {name}. The result comes in a moment.", name=clip(name, _NAME)),
        card=False,
    )


# --- Messages out -----------------------------------------------------------------------------


def _word_form(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], now: dt.datetime
) -> View | None:
    """The form as a file; nothing where the report is no longer the person's to fill in."""
    actor = access.find_actor(session, person.telegram_id, now, (), lock=False)
    report = session.get(Report, ids[0]["report"])
    if actor is None or report is None or actor.unit is None or actor.unit.id != report.unit_id:
        return None
    sheet = report_sheet.sheet(session, actor, report.id or 0)
    return View(
        text=lines(
            t._("Report form for {month}, {unit}.", month=t.month(report.month),
                unit=sheet.unit.short_name),
            t._("Fill in the coloured cells, save the file and send it back to me here."),
        ),
        rows=((_open_button(t, report.month),),),
        card=False,
        attachment=Attachment(
            "document",
            name=report_form.file_name(sheet),
            content=report_form.make(t, sheet, measures(t)),
        ),
    )  # fmt: skip


def _word_result(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    body = ids[0]
    report = session.get(Report, body["report"]) if body.get("report") else None
    if report is not None and not notices.sits(session, person, unit_id=report.unit_id):
        return None
    rows: list[tuple[Button, ...]] = []
    if report is not None:
        rows.append((_open_button(t, report.month),))
    match body["outcome"]:
        case "taken":
            text = _taken(t, report, body)
        case "wrong":
            text = _wrong(session, t, report, body)
        case "evidence":
            text = t._(
                "{name} isn't a report form of mine, so I attached it to the report as evidence.",
                name=clip(body["name"], _NAME),
            )
        case "unknown":
            text = t._(
                "{name} isn't a form of mine. To attach it as evidence, open the report with "
                "/report first and send the file again.",
                name=clip(body["name"], _NAME),
            )
        case _:
            text = _refused(t, body)
            if report is not None and body["error"][0].startswith("form_"):
                rows.append((_form_again(t, report.id or 0),))
    return View(text=text, rows=tuple(rows), card=False)


def _taken(t: Texts, report: Report | None, body: Mapping[str, Any]) -> Markup:
    count = int(body["count"])
    month = t.month(report.month) if report else ""
    if not count:
        return t._(
            "Nothing was changed in that form, so the report of {month} stays as it is.",
            month=month,
        )
    return lines(
        t.ngettext(
            "✅ {n} entry was taken over into the report of {month}.",
            "✅ {n} entries were taken over into the report of {month}.",
            count,
            n=t.number(count),
            month=month,
        ),
        t._("Please look at it and send it.") if not body.get("problems") else None,
        t.ngettext(
            "⚠ {n} thing is still to be corrected before it can be sent.",
            "⚠ {n} things are still to be corrected before it can be sent.",
            int(body["problems"]),
            n=t.number(int(body["problems"])),
        )
        if body.get("problems")
        else None,
    )


def _refused(t: Texts, body: Mapping[str, Any]) -> Markup:
    from bot.views.errors import SENTENCES, sentence

    code, values = body["error"]
    if code not in SENTENCES:
        return t._("I couldn't use that file. Nothing was changed.")
    return sentence(t, Expected(code, **values))


def _wrong(session: Session, t: Texts, report: Report | None, body: Mapping[str, Any]) -> Markup:
    if report is None:
        return _refused(t, {"error": ("form_foreign", {})})
    template = template_of(session, report.bloc_year_id, report.template_version)
    told = [
        cell_sentence(
            t, where, label(t, template[code]) if code in template else code, shown, *error
        )
        for where, code, shown, error in body["wrong"]
    ]
    return listing(
        t,
        t.ngettext(
            "Nothing was taken over: {n} cell is wrong.",
            "Nothing was taken over: {n} cells are wrong.",
            int(body["count"]),
            n=t.number(int(body["count"])),
        ),
        told,
        int(body["count"]),
        t._("Please correct this in the same file and send it again."),
    )


def listing(t: Texts, head: Markup, told: Sequence[Markup], count: int, end: Markup) -> Markup:
    """As many lines as a message holds; the rest is counted."""
    kept: list[Markup] = []
    length = 0
    for one in told:
        length += len(one.striptags()) + 3
        if length > _ROOM:
            break
        kept.append(t._("• {line}", line=one))
    rest = count - len(kept)
    more = t.ngettext("… and {n} more", "… and {n} more", rest, n=t.number(rest)) if rest else None
    return lines(head, "", *kept, more, "", end)


# --- Why a cell is wrong ----------------------------------------------------------------------

_CELLS: Mapping[str, Callable[..., Markup]] = {
    "cell_formula": lambda t, **v: t._(
        "{cell} ({field}): there is a formula; please enter its result", **v
    ),
    "negative": lambda t, **v: t._("{cell} ({field}): “{shown}” is below 0", **v),
    "too_large": lambda t, **v: t._("{cell} ({field}): “{shown}” is too large", **v),
    "whole": lambda t, **v: t._("{cell} ({field}): “{shown}” is not a whole number", **v),
    "decimals": lambda t, **v: t._("{cell} ({field}): “{shown}” has too many decimal places", **v),
    "ambiguous": lambda t, **v: t._(
        "{cell} ({field}): “{shown}” can be read in two ways; please enter only digits", **v
    ),
    "date": lambda t, **v: t._("{cell} ({field}): “{shown}” is not a date", **v),
    "future": lambda t, **v: t._("{cell} ({field}): {shown} is still to come", **v),
    "number": lambda t, **v: t._("{cell} ({field}): “{shown}” is not a number", **v),
    "text": lambda t, **v: t._("{cell} ({field}): the text is too long, at most {limit}", **v),
}
_REASONS = {
    "number_negative": "negative",
    "value_negative": "negative",
    "number_too_large": "too_large",
    "value_too_large": "too_large",
    "number_ambiguous": "ambiguous",
    "value_date_to_come": "future",
    "text_too_long": "text",
    "value_too_long": "text",
    "cell_formula": "cell_formula",
}


def cell_sentence(
    t: Texts, where: str, field: str, shown: str, code: str, values: Mapping[str, Any]
) -> Markup:
    """What is wrong with one cell of a report form."""
    reason = _REASONS.get(code)
    if code in {"number_too_many_decimals", "value_too_many_decimals"}:
        reason = "decimals" if values.get("decimals") else "whole"
    if reason is None:
        reason = "date" if code.startswith("date_") else "number"
    return _CELLS[reason](
        t,
        cell=where,
        field=clip(field, 50),
        shown=clip(shown, 40),
        limit=t.number(int(values.get("limit") or 0)),
    )


NOTICES: dict[str, Callable[..., View | None]] = {
    workbooks.FORM: _word_form,
    workbooks.RESULT: _word_result,
}
