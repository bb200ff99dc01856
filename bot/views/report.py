"""The report's other screens: months, summary before sending, what was sent, files, messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from bot.i18n import Texts
from bot.models import Evidence, EvidenceKind
from bot.services.progress import Progress
from bot.services.report_sheet import OPEN, Sheet
from bot.services.reports import MonthLine, YearBoard
from bot.views import progress
from bot.views.base import Attachment, Button, Rows, View, clip, data, lines, pages, plain, turn
from bot.views.report_card import FEATURE, head, pairs, press, title
from bot.views.report_words import EMPTY, STATE_MARKS, label, not_yet, problem, quoted, shown

#: Characters of one page of figures: less than Telegram takes, and still to be read on a phone.
_PAGE = 2200
_FILES = 8
_PROBLEMS = 8

_FILE_MARKS = {
    EvidenceKind.PHOTO: "🖼",
    EvidenceKind.DOCUMENT: "📄",
    EvidenceKind.VIDEO: "🎬",
    EvidenceKind.AUDIO: "🎵",
    EvidenceKind.VOICE: "🎤",
}


def describe_report(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Fill in the monthly report")


def describe_reports(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("My unit's reports of the year")


def _month(month: dt.date) -> str:
    return f"{month:%Y-%m}"


def _menu(t: Texts) -> Button:
    return Button(plain(t._("◀ Menu")), data("home", "menu"))


def months(t: Texts, choices: Sequence[dt.date], note: str = "") -> View:
    """Which of these months?"""
    rows = Rows().extend(
        (press(t._("Report {month}", month=t.month(month)), "month", _month(month)),)
        for month in choices
    )
    rows.add(_menu(t), press(t._("Other months"), "list"))
    return View(
        text=lines(note or None, t._("Which month do you want to report on?")), rows=rows.done()
    )


def year_board(t: Texts, board: YearBoard, now: dt.datetime) -> View:
    """The months of a year with their states; a tap opens one."""
    rows = Rows().extend(
        (press(_month_button(t, line, now), "month", _month(line.month)),) for line in board.months
    )
    at = board.years.index(board.year)
    rows.add(
        press(f"◀ {board.years[at - 1]}", "list", board.years[at - 1]) if at else None,
        press(f"{board.years[at + 1]} ▶", "list", board.years[at + 1])
        if at + 1 < len(board.years)
        else None,
    )
    rows.add(_menu(t))
    return View(
        text=lines(
            t._("<b>Reports of {year}</b> · {unit}", year=board.year, unit=board.unit.short_name),
            "" if board.months else t._("There are no months to report on in this year yet."),
            t._("✏ draft · ⏳ sent · 🔎 in review · ↩ returned · ✅ approved · ⏰ late"),
        ),
        rows=rows.done(),
    )


def _month_button(t: Texts, line: MonthLine, now: dt.datetime) -> str:
    name = t.month(line.month)
    report = line.report
    if report is None:
        return f"{'⏰' if now > line.due_at else '▫'} {name}"
    late = (
        report.late if report.number is not None else (report.state in OPEN and now > line.due_at)
    )
    mark = f"{STATE_MARKS[report.state]}{'⏰' if late else ''}"
    if report.number is None:
        return f"{mark} {name}"
    return plain(t._("{mark} {month} · No. {number}", mark=mark, month=name, number=report.number))


def figure_pages(
    t: Texts,
    sheet: Sheet,
    values: Mapping[str, Any] | None = None,
    beside: Mapping[str, Markup] | None = None,
) -> list[Markup]:
    """All rows by part, in pages that a message holds. ``values``: others than the sheet's own.

    ``beside``: what stands beside a row's value, by its code.
    """
    values = sheet.values if values is None else values
    beside = beside or {}
    found: list[list[Markup]] = [[]]
    room = _PAGE
    for part in sheet.template.parts:
        heading = t._("<b>{part}</b>", part=part.title(t.language))
        rows = [
            t._(
                "{field}: <b>{value}</b>",
                field=label(t, one),
                value=clip(shown(t, values.get(one.code)), 700),
            )
            + (Markup(" · {}").format(beside[one.code]) if one.code in beside else "")
            for one in sheet.template.of_part(part.code)
        ]
        for index, row in enumerate(rows):
            new = [heading, row] if index == 0 else [row]
            size = sum(len(line.striptags()) + 1 for line in new)
            if size > room and found[-1]:
                found.append([])
                room = _PAGE
            found[-1] += new
            room -= size
    return [lines(*page) for page in found if page]


def refused(t: Texts, sheet: Sheet, version: int, note: str = "") -> View:
    """Why it can't be sent: each thing is a button that leads there."""
    problems = sheet.problems[:_PROBLEMS]
    rows = Rows()
    for found in problems:
        mark = "▫" if found.code == "missing" else "⚠"
        text = f"{mark} {clip(label(t, sheet.template[found.field]), 50)}"
        rows.add(press(text, "field", found.field, version=version))
    rows.add(press(t._("◀ Back"), "card", version=version))
    more = len(sheet.problems) - len(problems)
    empty = [one for one in problems if one.code == "missing"]
    return View(
        text=lines(
            title(t, sheet),
            note or None,
            not_yet(t, len(sheet.problems)),
            "",
            *(
                t._("⚠ {problem}", problem=problem(t, sheet.template, one))
                for one in problems
                if one.code != "missing"
            ),
            t._(
                "▫ Still empty: {fields}",
                fields=clip(t.join([label(t, sheet.template[one.field]) for one in empty]), 600),
            )
            if empty
            else None,
            t.ngettext("… and {n} more", "… and {n} more", more, n=t.number(more))
            if more > 0
            else None,
        ),
        rows=rows.done(),
    )


def summary(
    t: Texts, sheet: Sheet, version: int, page: int, targets: Mapping[str, Progress]
) -> View:
    """Everything once more before it is sent, with what the year comes to by it."""
    beside = {code: progress.beside(t, one) for code, one in targets.items()}
    shown_page, page, count = pages(figure_pages(t, sheet, beside=beside), page, 1)
    files = sum(sheet.evidence.values())
    return View(
        text=lines(
            head(t, sheet),
            "",
            *shown_page,
            "",
            t._("📎 Files: {n}", n=t.number(files)),
            t._("⚠ Not changed since it was returned: {fields}", fields=_unchanged(t, sheet))
            if sheet.marked - sheet.corrected
            else None,
            t._("<b>Send this report now?</b>"),
        ),
        rows=Rows()
        .extend(turn(page, count, FEATURE, "send", version=version))
        .add(
            press(t._("✅ Yes, send it"), "confirm", version=version),
            press(t._("◀ Back"), "card", version=version),
        )
        .done(),
    )


def _unchanged(t: Texts, sheet: Sheet) -> str:
    codes = sheet.marked - sheet.corrected
    names = [label(t, one) for one in sheet.template.inputs if one.code in codes]
    return clip(t.join(names), 300)


def sealed(t: Texts, sheet: Sheet, note: str = "", page: int = 0) -> View:
    """A report that the unit can't write in now: sent, in review, approved. Read only."""
    shown_page, page, count = pages(figure_pages(t, sheet), page, 1)
    files = sum(sheet.evidence.values())
    rows = Rows().extend(turn(page, count, FEATURE, "show", sheet.id))
    buttons = [press(t._("Σ This year"), "sum", sheet.id, 0)]
    if files:
        buttons.append(press(t._("📎 Files: {n}", n=t.number(files)), "sent_files", sheet.id, 0))
    if sheet.withdrawable:
        buttons.append(press(t._("↩ Withdraw …"), "withdraw", sheet.id))
    return View(
        text=lines(note or None, "" if note else None, head(t, sheet), "", *shown_page),
        rows=rows.extend(pairs(buttons)).add(_menu(t), press(t._("Other months"), "list")).done(),
    )


def year_so_far(
    t: Texts,
    sheet: Sheet,
    figures: Mapping[str, Decimal],
    page: int,
    targets: Sequence[Progress] = (),
) -> View:
    """The unit's figures of the year, added up, beside what was planned."""
    numeric = {one.code for one in sheet.template.indicators if one.numeric}
    values = {code: value for code, value in figures.items() if code in numeric}
    beside = {one.code: progress.of_plan(t, one) for one in targets}
    shown_page, page, count = pages(figure_pages(t, sheet, values, beside), page, 1)
    return View(
        text=lines(
            t._(
                "<b>{year} so far</b> · {unit}",
                year=sheet.year.year,
                unit=sheet.name,
            ),
            "",
            *shown_page,
        ),
        rows=Rows()
        .extend(turn(page, count, FEATURE, "sum", sheet.id))
        .add(press(t._("◀ Back"), "show", sheet.id, 0))
        .done(),
    )


def ask_withdraw(t: Texts, sheet: Sheet) -> View:
    """Really?"""
    return View(
        text=lines(
            head(t, sheet),
            "",
            t._("Withdraw it? You can change it then, and have to send it again."),
        ),
        rows=Rows()
        .add(
            press(t._("Yes, withdraw"), "withdrawn", sheet.id, sheet.report.round),
            press(t._("◀ Back"), "show", sheet.id, 0),
        )
        .done(),
    )


def files(
    t: Texts, sheet: Sheet, version: int, found: Sequence[Evidence], page: int, note: str = ""
) -> View:
    """The report's files; each can be looked at, and deleted while the report is open."""
    shown_page, page, count = pages(found, page, _FILES)
    rows = Rows()
    listed: list[Markup] = []
    for number, one in enumerate(shown_page, start=page * _FILES + 1):
        listed.append(
            t._(
                "{number}. {mark} {name} · {place}",
                number=number,
                mark=_FILE_MARKS[one.kind],
                name=clip(one.file_name or one.caption or EMPTY, 60),
                place=_place(t, sheet, one),
            )
        )
        if one.failed:
            listed.append(t._("⚠ Telegram doesn't have this file any more: please send it again."))
        rows.add(
            press(t._("👁 Show {number}", number=number), "look", one.id),
            press(t._("🗑 Delete {number}", number=number), "drop", one.id, page, version=version)
            if sheet.open
            else None,
        )
    if sheet.open:
        rows.extend(turn(page, count, FEATURE, "files", version=version))
        rows.add(press(t._("◀ Back"), "card", version=version))
        hint = t._("Send photos or files here. To attach them to a row, open that row first.")
    else:
        rows.extend(turn(page, count, FEATURE, "sent_files", sheet.id))
        rows.add(press(t._("◀ Back"), "show", sheet.id, 0))
        hint = None
    return View(
        text=lines(
            title(t, sheet),
            t._("📎 Files: {n}", n=t.number(len(found))),
            note or None,
            "",
            *listed,
            hint,
        ),
        rows=rows.done(),
    )


def _place(t: Texts, sheet: Sheet, one: Evidence) -> str:
    if one.indicator is None or one.indicator not in sheet.template:
        return t._("whole report")
    return clip(label(t, sheet.template[one.indicator]), 60)


def look(one: Evidence) -> View:
    """One file."""
    return View(
        text=lines(clip(one.caption or one.file_name or EMPTY, 200)),
        card=False,
        attachment=Attachment(one.kind.value, name=one.file_name or "", file_id=one.file_id),
    )


def attached(t: Texts, sheet: Sheet, one: Evidence) -> Markup:
    """A file has been attached."""
    return t._("📎 Added to: {place}", place=_place(t, sheet, one))


def months_unclear(t: Texts) -> Markup:
    """Something was typed where a month is chosen."""
    return t._("Please choose a month first.")


def cleared(t: Texts, sheet: Sheet, code: str) -> Markup:
    """A field was emptied."""
    return t._("{field} is empty now.", field=label(t, sheet.template[code]))


def taken_back(t: Texts) -> Markup:
    """The last change was undone."""
    return t._("Taken back.")


def file_deleted(t: Texts) -> Markup:
    """A file was deleted."""
    return t._("The file was deleted.")


def answer_first(t: Texts) -> Markup:
    """A question is open."""
    return t._("Please answer this question first.")


def not_entered(t: Texts, text: str) -> Markup:
    """A text was not wanted after all."""
    return t._("“{text}” was not entered.", text=quoted(text, 200))


def no_empty_field(t: Texts) -> Markup:
    """There is no empty field for what was typed."""
    return t._("All fields here are filled in. Choose a row to change it; nothing was changed.")


def wrong_number(t: Texts, position: int, text: str, why: str) -> Markup:
    """One of several numbers is wrong."""
    return t._(
        "Value {n} (“{text}”): {why} None of these values was entered.",
        n=t.number(position),
        text=quoted(text, 60),
        why=why,
    )


def sent(t: Texts, sheet: Sheet) -> Markup:
    """The report has just been sent."""
    return t._(
        "✅ Report {number} was sent at {when}.",
        number=sheet.report.number,
        when=t.when(sheet.report.sent_at or sheet.now, sheet.zone),
    )


def sent_toast(t: Texts, number: int) -> Markup:
    """The same in a few words."""
    return t._("Report {number} was sent.", number=number)


def withdrawn(t: Texts) -> Markup:
    """The report has just been withdrawn."""
    return t._("The report was withdrawn. You can change it and send it again.")
