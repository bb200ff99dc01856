"""The messages about sent and decided reports, and what a reviewer can't do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel import Session

from bot.i18n import Texts
from bot.models import Person, StepKind
from bot.services import review_news
from bot.views.base import Button, Rows, View, clip, data, lines, plain
from bot.views.review_card import FEATURE

_NEWS_SHOWN: Final = 6


def _new(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], now: dt.datetime
) -> View | None:
    """To the reviewers: reports have come. What was withdrawn or decided meanwhile is left out."""
    found = review_news.still_waiting(session, person, ids)
    if not found:
        return None
    if len(found) == 1:
        one = found[0]
        values = {"number": one.number, "unit": one.unit, "month": t.month(one.month)}
        text = (
            t._("📨 Report {number} of {unit} for {month} has come, after its deadline.", **values)
            if one.late
            else t._("📨 Report {number} of {unit} for {month} has come.", **values)
        )
    else:
        text = lines(
            t.ngettext(
                "📨 {n} report has come.",
                "📨 {n} reports have come.",
                len(found),
                n=t.number(len(found)),
            ),
            *(
                Markup("{} · {} · {}").format(one.number, one.unit, t.month(one.month))
                for one in found[:_NEWS_SHOWN]
            ),
        )
    rows = Rows().extend(
        (
            Button(
                f"{one.number} · {clip(one.unit, 20)} · {one.month:%m/%Y}",
                data(FEATURE, "open", one.report_id, 0),
            ),
        )
        for one in found[:_NEWS_SHOWN]
    )
    rows.add(Button(plain(t._("Waiting reports")), data(FEATURE, "list", 0)))
    return View(text=text, rows=rows.done(), card=False)


def _outcome(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], now: dt.datetime
) -> View | None:
    """To the unit's people: what was decided, by whom, with their words."""
    news = review_news.outcome(session, person, ids[0])
    if news is None:
        return None
    values = {
        "number": news.number,
        "unit": news.unit,
        "month": t.month(news.month),
        "by": news.by,
        "when": t.when(news.at, ZoneInfo(news.timezone)),
    }
    if news.kind is StepKind.APPROVED:
        text = t._(
            "✅ Report {number} of {unit} for {month} was approved by {by}, {when}.", **values
        )
        button = Button(plain(t._("Open the report")), data("report", "open", news.report_id))
        todo = None
    else:
        text = t._(
            "↩ Report {number} of {unit} for {month} was returned by {by}, {when}.", **values
        )
        button = Button(
            plain(t._("✎ Correct the report")),
            data("report", "open", news.report_id),
            style="primary",
        )
        fields = [
            news.template[code].label(t.language) for code in news.marked if code in news.template
        ]
        todo = (
            lines(
                t._("To be corrected:"),
                *(Markup("✎ {}").format(label) for label in fields[:12]),
                t.ngettext(
                    "and {n} more", "and {n} more", len(fields) - 12, n=t.number(len(fields) - 12)
                )
                if len(fields) > 12
                else None,
            )
            if fields
            else None
        )
    comment = Markup("<blockquote>{}</blockquote>").format(news.comment) if news.comment else None
    return View(text=lines(text, comment, todo), rows=((button,),), card=False)


NOTICES: dict[str, Callable[..., View | None]] = {
    "review_new": _new,
    "report_approved": _outcome,
    "report_returned": _outcome,
}
COLLECTED: Final = {"review_new"}


def _already(t: Texts, approved: bool, **values: Any) -> Markup:
    told = {
        "number": values["number"],
        "unit": values["unit"],
        "person": values["person"],
        "by": values["by"],
        "when": t.when(values["at"], values["zone"]),
    }
    if values["mine"]:
        return (
            t._("You have approved report {number} of {unit} already, {when}.", **told)
            if approved
            else t._("You have returned report {number} of {unit} already, {when}.", **told)
        )
    return (
        t._("{person} ({by}) has approved report {number} of {unit} already, {when}.", **told)
        if approved
        else t._("{person} ({by}) has returned report {number} of {unit} already, {when}.", **told)
    )


ERRORS: dict[str, Callable[..., Markup]] = {
    "no_report": lambda t, number, year, **_v: (
        t._(
            "There is no report {number} in {year}. /pending lists what waits.",
            number=number,
            year=year,
        )
        if number
        else t._("That report doesn't exist any more. /pending lists what waits.")
    ),
    "which_report": lambda t, **_v: t._(
        "Please give the report's number, for example /approve 17, or choose it below."
    ),
    "reason_needed": lambda t, **_v: t._("Please send a reason: a report is returned with one."),
    "comment_too_long": lambda t, limit, length, **_v: t._(
        "That is too long: {length} characters, at most {limit} are possible. "
        "Please send a shorter text.",
        limit=t.number(limit),
        length=t.number(length),
    ),
    "own_report": lambda t, number, unit, **_v: t._(
        "Report {number} is your own unit's. {unit} decides on it.", number=number, unit=unit
    ),
    "own_report_no_deputy": lambda t, number, **_v: t._(
        "Report {number} is your own unit's, and the bloc has no deputy to decide on it. "
        "Please have a deputy named.",
        number=number,
    ),
    "own_report_no_leader": lambda t, number, **_v: t._(
        "Report {number} is your own unit's, and the bloc has no leader to decide on it. "
        "Please have a leader named.",
        number=number,
    ),
    "own_seat_report": lambda t, number, unit, **_v: t._(
        "You belong to {unit} too, so you can't decide on report {number}. "
        "Another reviewer has to.",
        number=number,
        unit=unit,
    ),
    "report_withdrawn": lambda t, number, unit, **_v: t._(
        "{unit} has withdrawn report {number}. You will be told when it comes again.",
        number=number,
        unit=unit,
    ),
    "report_sent_again": lambda t, number, unit, **_v: t._(
        "{unit} has sent report {number} again since you looked. Here it is as it stands now.",
        number=number,
        unit=unit,
    ),
    "already_approved": lambda t, **v: _already(t, True, **v),
    "already_returned": lambda t, **v: _already(t, False, **v),
}
