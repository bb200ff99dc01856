"""Reviewing: the list of what waits, the forms of a decision, the messages about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel import Session

from bot.domain.template import TemplateSpec
from bot.i18n import Texts
from bot.models import Person, StepKind
from bot.services import review_news
from bot.services.review import Board, Decision, Waiting
from bot.views.base import Button, Rows, View, clip, data, grid, lines, pages, plain, turn
from bot.views.review_card import FEATURE

_PAGE: Final = 8
_NEWS_SHOWN: Final = 6
#: The quick reason that speaks of marked fields.
_ABOUT_MARKS: Final = 0


def describe_pending(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Reports that wait for a decision")


def describe_approve(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Approve a report: /approve number comment")


def describe_return(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Return a report: /return number reason")


def _menu(t: Texts) -> Button:
    return Button(plain(t._("◀ Menu")), data("home", "menu"))


# --- The list ---------------------------------------------------------------------------------


def board(t: Texts, found: Board, page: int = 0, *, action: str = "open", note: str = "") -> View:
    """What waits; a tap opens the card (or, with ``action`` return, the form of returning)."""
    shown, page, count = pages(found.waiting, page, _PAGE)
    total = len(found.waiting)
    heading = (
        t.ngettext(
            "<b>{n} report waits for a decision</b>",
            "<b>{n} reports wait for a decision</b>",
            total,
            n=t.number(total),
        )
        if total
        else t._("No report waits for your decision.")
    )
    text = lines(
        note or None,
        "" if note else None,
        heading,
        *(_entry(t, one) for one in shown),
        *_own(t, found),
    )
    rows = Rows().extend(
        (Button(_caption(t, one), data(FEATURE, action, one.report_id, 0)),) for one in shown
    )
    rows.extend(turn(page, count, FEATURE, "list" if action == "open" else "list_return"))
    return View(text=text, rows=rows.add(_menu(t)).done())


def _entry(t: Texts, one: Waiting) -> Markup:
    values = {
        "number": one.number,
        "unit": one.unit,
        "month": t.month(one.month),
        "since": t.date(one.since, "short"),
        "due": t.date(one.due, "short"),
    }
    head = (
        t._("\n<b>{number}</b> · {unit} · {month} ⚠ late", **values)
        if one.late
        else t._("\n<b>{number}</b> · {unit} · {month}", **values)
    )
    if one.overdue:
        line = t._("since {since}, ⚠ decision was due {due}", **values)
    elif one.in_review:
        line = t._("since {since}, decide by {due}, being read", **values)
    else:
        line = t._("since {since}, decide by {due}", **values)
    stand_in = t._("the leader's to decide; you can stand in") if one.stand_in else None
    return lines(head, line, stand_in)


def _caption(t: Texts, one: Waiting) -> str:
    """A button of the list: number, unit, month."""
    return f"{one.number} · {clip(one.unit, 20)} · {one.month:%m/%Y}"


def _own(t: Texts, found: Board) -> list[Markup]:
    """One's own unit's reports, which somebody else decides on."""
    if not found.own:
        return []
    names = t.join([str(one.number) for one in found.own])
    n = len(found.own)
    if found.has_other:
        return [
            t.ngettext(
                "\nYour own unit's report {numbers} is decided by the other reviewer.",
                "\nYour own unit's reports {numbers} are decided by the other reviewer.",
                n,
                numbers=names,
            )
        ]
    return [
        t.ngettext(
            "\nNobody can decide on your own unit's report {numbers}: "
            "the bloc has no deputy. Please have one named.",
            "\nNobody can decide on your own unit's reports {numbers}: "
            "the bloc has no deputy. Please have one named.",
            n,
            numbers=names,
        )
    ]


# --- Forms ------------------------------------------------------------------------------------


def comment_form(t: Texts, number: int, unit: str, id_: int, note: str = "") -> View:
    """Waits for the comment to approve with."""
    return View(
        text=lines(
            note or None,
            t._("<b>Approve report {number} · {unit}</b>", number=number, unit=unit),
            t._("Please send your comment. The report is approved with it at once."),
        ),
        rows=((Button(plain(t._("◀ Back")), data(FEATURE, "leave", id_)),),),
        placeholder=plain(t._("Comment")),
    )


def quick_reasons(t: Texts) -> list[Markup]:
    """Reasons that are often given."""
    return [
        t._("Please check the marked figures."),
        t._("Evidence is missing. Please add photos or files."),
        t._("Please describe the results more precisely."),
        t._("The figures don't agree with the evidence."),
    ]


@dataclass(frozen=True, slots=True)
class ReturnForm:
    """What the form of returning shows. ``part`` is the index of the open part, or -1."""

    report_id: int
    number: int
    unit: str
    template: TemplateSpec
    marked: Sequence[str]
    reason: str
    part: int
    version: int


def return_form(t: Texts, form: ReturnForm, note: str = "") -> View:
    """Marks by part, the reason, and the button that returns the report."""
    if 0 <= form.part < len(form.template.parts):
        return _marks(t, form, note)
    labels = [one.label(t.language) for one in form.template.inputs if one.code in form.marked]
    if labels:
        left = len(labels[12:])
        marks = lines(
            t._("To be corrected:"),
            *(Markup("✎ {}").format(label) for label in labels[:12]),
            t.ngettext("and {n} more", "and {n} more", left, n=t.number(left)) if left else None,
        )
    else:
        marks = t._("No field is marked: the whole form will be open to them.")
    text = lines(
        note or None,
        "" if note else None,
        t._("<b>Return report {number} · {unit}</b>", number=form.number, unit=form.unit),
        "",
        marks,
        "",
        t._("Reason: <i>{reason}</i>", reason=form.reason)
        if form.reason
        else t._("Tap a part to mark fields. Then send the reason, or choose one below."),
    )
    parts = [
        Button(_part_caption(t, form, index), data(FEATURE, "part", index, version=form.version))
        for index, part in enumerate(form.template.parts)
        if any(one.part == part.code for one in form.template.inputs)
    ]
    rows = Rows().extend(grid(parts, 2))
    if form.reason:
        rows.add(
            Button(
                plain(t._("↩ Return now")),
                data(FEATURE, "send_back", form.report_id, version=form.version),
                style="danger",
            )
        )
        rows.add(Button(plain(t._("Another reason")), data(FEATURE, "again", version=form.version)))
    else:
        for index, reason in enumerate(quick_reasons(t)):
            if index == _ABOUT_MARKS and not labels:
                continue
            rows.add(
                Button(clip(plain(reason), 60), data(FEATURE, "quick", index, version=form.version))
            )
    rows.add(Button(plain(t._("◀ Back")), data(FEATURE, "leave", form.report_id)))
    return View(text=text, rows=rows.done(), placeholder=plain(t._("Reason")))


def _part_caption(t: Texts, form: ReturnForm, index: int) -> str:
    part = form.template.parts[index]
    marked = sum(one.code in form.marked for one in form.template.of_part(part.code))
    title = clip(part.title(t.language), 26)
    return f"✎ {marked} · {title}" if marked else title


def _marks(t: Texts, form: ReturnForm, note: str) -> View:
    """The fields of one part, each to be marked or not by a tap."""
    part = form.template.parts[form.part]
    rows = Rows()
    for index, one in enumerate(form.template.inputs):
        if one.part == part.code:
            marked = one.code in form.marked
            # The button says what it leads to, so that a double tap does the same as one.
            rows.add(
                Button(
                    f"{'✎' if marked else '▫'} {clip(one.label(t.language), 40)}",
                    data(FEATURE, "mark", index, int(not marked), version=form.version),
                )
            )
    rows.add(Button(plain(t._("✔ Done")), data(FEATURE, "part", "all", version=form.version)))
    return View(
        text=lines(
            note or None,
            t._("<b>Return report {number} · {unit}</b>", number=form.number, unit=form.unit),
            t._("{part}: tap what has to be corrected (✎).", part=part.title(t.language)),
        ),
        rows=rows.done(),
    )


# --- After a decision -------------------------------------------------------------------------


def decided(t: Texts, decision: Decision, following: Waiting | None) -> View:
    """What was decided, and the way to the next report."""
    values = {
        "number": decision.report.number,
        "unit": decision.unit.short_name,
        "month": t.month(decision.report.month),
    }
    if decision.step.kind is StepKind.APPROVED:
        text = t._("✅ Report {number} of {unit} for {month} is approved.", **values)
    else:
        text = t._("↩ Report {number} of {unit} for {month} is returned.", **values)
    comment = Markup("<i>{}</i>").format(decision.step.comment) if decision.step.comment else None
    rows = Rows()
    if following is not None:
        rows.add(
            Button(
                plain(
                    t._(
                        "Next: {number} · {unit}",
                        number=following.number,
                        unit=clip(following.unit, 20),
                    )
                ),
                data(FEATURE, "open", following.report_id, 0),
                style="primary",
            )
        )
    rows.add(Button(plain(t._("Waiting reports")), data(FEATURE, "list", 0)), _menu(t))
    return View(
        text=lines(text, comment, t._("Their people are told.")),
        rows=rows.done(),
    )


def refused(t: Texts, sentence: Markup) -> View:
    """An answer to something that isn't possible any more, with ways on."""
    return View(
        text=sentence,
        rows=((Button(plain(t._("Waiting reports")), data(FEATURE, "list", 0)), _menu(t)),),
    )


# --- Messages ---------------------------------------------------------------------------------


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


# --- Errors -----------------------------------------------------------------------------------


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
