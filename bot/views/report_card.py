"""The report's card: parts, the rows of a part, one row. Edited in place, made for a thumb."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from bot.domain.report import PartProgress, Problem, Value
from bot.domain.template import DATE, NEEDS, STOCK, TEXT, IndicatorSpec, PartSpec
from bot.i18n import Texts
from bot.models import ReportState
from bot.services.progress import Progress
from bot.services.report_sheet import Sheet
from bot.views import progress
from bot.views.base import Button, Rows, View, clip, data, lines, plain
from bot.views.report_words import label, measure, not_yet, problem, shown
from bot.views.workbooks import form_button

FEATURE = "report"
#: What fits beside another button on a phone.
_HALF = 18
#: Warnings that are shown at once; the others come when these are mended.
_FEW = 4


def press(text: str, action: str, *args: object, version: int = 0) -> Button:
    """A button of this feature; ``text`` may be a sentence."""
    return Button(plain(text), data(FEATURE, action, *args, version=version))


def pairs(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    """Short buttons two in a row, long ones alone."""
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        if rows and len(rows[-1]) == 1 and len(rows[-1][0].text) <= _HALF >= len(button.text):
            rows[-1] = (*rows[-1], button)
        else:
            rows.append((button,))
    return tuple(rows)


def title(t: Texts, sheet: Sheet) -> Markup:
    """What report this is."""
    return t._(
        "<b>Report {month}</b> · {unit}",
        month=t.month(sheet.report.month),
        unit=sheet.name,
    )


def state_line(t: Texts, sheet: Sheet) -> Markup:
    """How the report stands, and until when."""
    report = sheet.report
    due = t.when(report.due_at, sheet.zone)
    if sheet.open and report.first_sent_at is None:
        if sheet.overdue:
            return t._("✏ Draft · ⏰ was due {when}: it will be marked late", when=due)
        return t._("✏ Draft · due {when}", when=due)
    number = report.number or 0
    if report.state is ReportState.RETURNED:
        return t._("↩ No. {number} · returned, please correct it and send it again", number=number)
    if report.state is ReportState.APPROVED and report.decided_at is not None:
        when = t.when(report.decided_at, sheet.zone)
        return t._("✅ No. {number} · approved {when}", number=number, when=when)
    when = t.when(report.sent_at or report.changed_at, sheet.zone)
    if report.state is ReportState.IN_REVIEW:
        return t._("🔎 No. {number} · in review · sent {when}", number=number, when=when)
    return t._(
        "⏳ No. {number} · sent {when} by {person}", number=number, when=when, person=sheet.sender
    )


def head(t: Texts, sheet: Sheet) -> Markup:
    """The card's first lines: report, state, why it was returned."""
    late = sheet.report.late and sheet.report.number is not None
    reason = None
    if sheet.returned is not None:
        reason = t._(
            "{unit} writes: <blockquote>{reason}</blockquote>",
            unit=sheet.returned_by,
            reason=clip(sheet.returned.comment or "", 1000),
        )
    return lines(
        title(t, sheet),
        state_line(t, sheet),
        t._("⏰ Sent after the deadline") if late else None,
        reason,
    )


def _mark(sheet: Sheet, one: IndicatorSpec) -> str:
    if one.code in sheet.broken:
        return "⚠"
    if one.code in sheet.marked:
        return "✎" if one.code in sheet.corrected else "↩"
    return "✓" if sheet.is_filled(one.code) else "▫"


def _part_mark(sheet: Sheet, part: PartSpec, done: PartProgress) -> str:
    if sheet.broken or sheet.marked:
        marks = {_mark(sheet, one) for one in sheet.template.inputs_of[part.code]}
        for mark in ("⚠", "↩"):
            if mark in marks:
                return mark + " "
    lacking = any(sheet.template[code].part == part.code for code in sheet.needed)
    return "✅ " if done.complete and done.filled and not lacking else ""


def _count(done: PartProgress) -> str:
    if done.required:
        return f"{done.done}/{done.required}"
    return f"{done.filled}/{done.fields}"


def _undo(t: Texts, version: int, wanted: bool) -> Button | None:
    return press(t._("↶ Undo"), "undo", version=version) if wanted else None


def _menu(t: Texts) -> Button:
    return Button(plain(t._("◀ Menu")), data("home", "menu"))


def card(
    t: Texts, sheet: Sheet, version: int, note: str = "", *, undo: bool = False, fresh: bool = False
) -> View:
    """The whole report: its parts with their progress."""
    done = sheet.progress
    parts = [
        press(
            f"{_part_mark(sheet, part, done[part.code])}"
            f"{clip(part.title(t.language), 28)} {_count(done[part.code])}",
            "part",
            part.code,
            version=version,
        )
        for part in sheet.template.parts
        if done[part.code].fields
    ]
    files = sum(sheet.evidence.values())
    all_done = sum(one.done for one in done.values())
    required = sum(one.required for one in done.values())
    return View(
        text=lines(
            head(t, sheet),
            t._("Filled in: {done} of {all}", done=t.number(all_done), all=t.number(required)),
            *_noted(note),
            *_warnings(t, sheet, [one.code for one in sheet.template.inputs]),
            "",
            _next(t, sheet, sheet.to_type()) or _readiness(t, sheet),
        ),
        rows=Rows()
        .add(_undo(t, version, undo))
        .extend(_marked(t, sheet, version))
        .extend(pairs(parts))
        .add(
            press(t._("📎 Files: {n}", n=t.number(files)), "files", 0, version=version),
            press(t._("📤 Send …"), "send", 0, version=version),
        )
        .add(form_button(t, sheet.id), press(t._("Other months"), "list"))
        .add(_menu(t))
        .done(),
        fresh=fresh,
    )


def _readiness(t: Texts, sheet: Sheet) -> Markup:
    """With no figure lacking: whether it can be sent. A rule may be broken, or ask for a date."""
    if sheet.problems:
        asked = [one for one in sheet.problems if one.code == NEEDS]
        return lines(
            not_yet(t, len(sheet.problems)),
            *(t._("⚠ {problem}", problem=problem(t, sheet.template, one)) for one in asked[:_FEW]),
        )
    return t._("Everything required is filled in. You can send the report now.")


def _marked(t: Texts, sheet: Sheet, version: int) -> list[tuple[Button, ...]]:
    """The returned fields, each a button that leads there."""
    return [
        (
            press(
                f"{_mark(sheet, one)} {clip(label(t, one), 50)}", "field", one.code, version=version
            ),
        )
        for one in sheet.template.inputs
        if one.code in sheet.marked
    ]


def _noted(note: str) -> list[str]:
    return ["", note] if note else []


def _warnings(t: Texts, sheet: Sheet, codes: Sequence[str]) -> list[Markup]:
    """What is wrong in these fields; two fields of one broken rule tell the same, once."""
    found: dict[object, Problem] = {}
    for code in codes:
        if code in sheet.broken:
            broken = sheet.broken[code]
            found.setdefault(broken.rule or code, broken)
    return [
        t._("⚠ {problem}", problem=problem(t, sheet.template, broken))
        for broken in list(found.values())[:_FEW]
    ]


def part(
    t: Texts, sheet: Sheet, version: int, code: str, note: str = "", *, undo: bool = False
) -> View:
    """The rows of one part with their values."""
    spec = sheet.template.part(code)
    rows = Rows().add(_undo(t, version, undo))
    inputs = [one for one in sheet.template.inputs if one.part == code]
    for one in inputs:
        value = clip(shown(t, sheet.values.get(one.code)), 20)
        known = " 📒" if sheet.from_register(one.code) else ""
        text = f"{_mark(sheet, one)} {clip(label(t, one), 40)}: {value}{known}"
        rows.add(press(text, "field", one.code, version=version))
    same, zeros = sheet.same(code), sheet.zeros(code)
    rows.add(
        press(t._("= last month"), "partlast", code, version=version) if same else None,
        press(t._("0 for all empty"), "partzero", code, version=version) if zeros else None,
    )
    rows.add(
        press(t._("= register of models"), "partreg", code, version=version)
        if sheet.by_register(code)
        else None
    )
    after = _next_part(sheet, code)
    rows.add(
        press(t._("◀ Back"), "card", version=version),
        press(t._("Next part ▶"), "part", after, version=version) if after else None,
    )
    totals = [
        t._("{field}: <b>{value}</b>", field=label(t, one), value=shown(t, sheet.values[one.code]))
        for one in sheet.template.of_part(code)
        if one.code in sheet.template.computed and sheet.is_filled(one.code)
    ]
    return View(
        text=lines(
            title(t, sheet),
            t._(
                "<b>{part}</b> · {count}",
                part=spec.title(t.language),
                count=_count(sheet.progress[code]),
            ),
            *totals,
            t._("📒 from the register of models")
            if any(sheet.from_register(one.code) for one in inputs)
            else None,
            *_noted(note),
            *_warnings(t, sheet, [one.code for one in inputs]),
            "",
            _next(t, sheet, sheet.to_type(code)) or t._("Choose a row to fill it in or change it."),
        ),
        rows=rows.done(),
    )


def _next(t: Texts, sheet: Sheet, fields: Sequence[IndicatorSpec]) -> Markup | None:
    """Where a number typed now goes, if it has a place."""
    if not fields:
        return None
    one = fields[0]
    if len(fields) == 1:
        return t._("Next: <b>{field}</b>. Just type the number.", field=label(t, one))
    return t._(
        "Next: <b>{field}</b>. Just type the number, or several numbers in order.",
        field=label(t, one),
    )


def _next_part(sheet: Sheet, code: str) -> str | None:
    """The next part with something to fill in, going round."""
    codes = [one.code for one in sheet.template.parts if sheet.progress[one.code].fields]
    if code not in codes or len(codes) < 2:
        return None
    at = codes.index(code)
    return (codes[at + 1 :] + codes[:at])[0]


def field(
    t: Texts,
    sheet: Sheet,
    version: int,
    code: str,
    note: str = "",
    *,
    undo: bool = False,
    append: bool = False,
    target: Progress | None = None,
) -> View:
    """One row: what is asked for, what stands there, what stood there last month.

    ``target`` is the year's, with this report's figure in it.
    """
    one = sheet.template[code]
    value = sheet.values.get(code)
    there = sheet.is_filled(code)
    proposed = sheet.proposal(code)
    rows = Rows().add(_undo(t, version, undo))
    known = sheet.given.get(code)
    rows.add(
        press(t._("= register ({value})", value=shown(t, known)), "reg", code, version=version)
        if known is not None and known != value
        else None,
    )
    rows.add(
        press(
            t._("= last month ({value})", value=shown(t, proposed)), "last", code, version=version
        )
        if isinstance(proposed, Decimal) and proposed != value
        else None,
        press("0", "zero", code, version=version) if one.numeric and value != 0 else None,
        press(t._("Today"), "today", code, version=version) if one.type == DATE else None,
        press(t._("➕ Add to it"), "append", code, version=version)
        if one.type == TEXT and there and not append
        else None,
    )
    rows.add(
        press(t._("Skip ▶"), "skip", code, version=version),
        press(t._("✖ Clear"), "clear", code, version=version) if there else None,
    )
    rows.add(press(t._("◀ Back"), "part", one.part, version=version))
    files = sheet.evidence.get(code, 0)
    return View(
        text=lines(
            title(t, sheet),
            sheet.template.part(one.part).title(t.language),
            *_noted(note),
            "",
            t._("<b>{field}</b>", field=label(t, one)),
            _kind(t, one, needed=sheet.is_needed(one)),
            _now(t, one, value, target) if there else None,
            t._("🎯 {progress}", progress=progress.beside(t, target))
            if target and not there
            else None,
            t._("📒 Register of models: {value}", value=shown(t, known))
            if known is not None
            else None,
            t._("Last month: {value}", value=shown(t, sheet.last.get(code)))
            if one.numeric and code in sheet.last
            else None,
            t._("📎 Files to this row: {n}", n=t.number(files)) if files else None,
            t._("↩ This field was returned; please correct it.")
            if code in sheet.marked - sheet.corrected
            else None,
            *_warnings(t, sheet, [code]),
            _prompt(t, one, append),
        ),
        rows=rows.done(),
        placeholder=clip(label(t, one), 64),
    )


def _now(t: Texts, one: IndicatorSpec, value: Value, target: Progress | None) -> Markup:
    if one.type == TEXT:
        return t._("Now: <blockquote expandable>{value}</blockquote>", value=value)
    if target is not None:
        return t._(
            "Now: <b>{value}</b> · {progress}",
            value=shown(t, value),
            progress=progress.beside(t, target),
        )
    return t._("Now: <b>{value}</b>", value=shown(t, value))


def _kind(t: Texts, one: IndicatorSpec, *, needed: bool) -> Markup | None:
    if not one.numeric:
        return None if needed else t._("May stay empty.")
    unit = measure(t, one.unit)
    if one.kind == STOCK:
        return t._("At the month's end · {unit}", unit=unit)
    return t._("In this month · {unit}", unit=unit)


def _prompt(t: Texts, one: IndicatorSpec, append: bool) -> Markup:
    if one.type == TEXT:
        if append:
            return t._("Type what is to be added.")
        return t._("Type the text, at most {n} characters.", n=t.number(one.max_length))
    if one.type == DATE:
        return t._("Type the date, for example 25/03/2025.")
    return t._("Type the number.")


def saved(t: Texts, sheet: Sheet, codes: Sequence[str]) -> Markup:
    """What went where."""
    return lines(
        *(
            t._(
                "✓ {field}: {value}",
                field=clip(label(t, sheet.template[code]), 60),
                value=clip(shown(t, sheet.values.get(code)), 60),
            )
            for code in codes[:20]
        ),
        t.ngettext("… and {n} more", "… and {n} more", len(codes) - 20, n=t.number(len(codes) - 20))
        if len(codes) > 20
        else None,
    )
