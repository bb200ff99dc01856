"""Reviewing: the list of what waits, the forms of a decision, what comes after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from bot.domain.template import TemplateSpec
from bot.i18n import Texts
from bot.models import StepKind
from bot.services.review import Board, Decision, Waiting
from bot.views.base import Button, Rows, View, clip, data, grid, lines, pages, plain, turn
from bot.views.models_words import changes_button
from bot.views.review_card import FEATURE

_PAGE: Final = 8
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


def board(
    t: Texts,
    found: Board,
    page: int = 0,
    *,
    action: str = "open",
    note: str = "",
    changes: int = 0,
) -> View:
    """What waits; a tap opens the card (or, with ``action`` return, the form of returning).

    ``changes`` of models wait besides: a button leads to them.
    """
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
    if changes:
        rows.add(changes_button(t, changes))
    return View(text=text, rows=rows.add(_menu(t)).done())


def _entry(t: Texts, one: Waiting) -> Markup:
    values = {
        "number": one.number,
        "unit": one.unit,
        "month": t.month(one.month),
        "since": t.date(one.since),
        "due": t.date(one.due),
    }
    head = (
        t._("<b>{number}</b> · {unit} · {month} ⚠ late", **values)
        if one.late
        else t._("<b>{number}</b> · {unit} · {month}", **values)
    )
    if one.overdue:
        line = t._("since {since}, ⚠ decision was due {due}", **values)
    elif one.in_review:
        line = t._("since {since}, decide by {due}, being read", **values)
    else:
        line = t._("since {since}, decide by {due}", **values)
    stand_in = t._("the leader's to decide; you can stand in") if one.stand_in else None
    return lines("", head, line, stand_in)


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
            Markup(""),
            t.ngettext(
                "Your own unit's report {numbers} is decided by the other reviewer.",
                "Your own unit's reports {numbers} are decided by the other reviewer.",
                n,
                numbers=names,
            ),
        ]
    return [
        Markup(""),
        t.ngettext(
            "Nobody can decide on your own unit's report {numbers}: "
            "the bloc has no deputy. Please have one named.",
            "Nobody can decide on your own unit's reports {numbers}: "
            "the bloc has no deputy. Please have one named.",
            n,
            numbers=names,
        ),
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
