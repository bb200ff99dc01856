"""A report as its reviewers see it: the card in pages, its history, its evidence."""

from __future__ import annotations

import datetime as dt
import html
import re
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.domain.report import Difference
from bot.domain.template import IndicatorSpec
from bot.i18n import Texts
from bot.models import ReportState, StepKind
from bot.services.review_card import Card, Event, Proof, Twin
from bot.views import progress
from bot.views.base import Attachment, Button, Rows, View, clip, data, lines, pages, plain, turn

FEATURE: Final = "review"
#: Characters of a page; Telegram takes 4096, and a page must still hold its heading and a note.
_PAGE: Final = 2600
_MOST_FLAGS: Final = 5

_MARKS: Final = {
    StepKind.SENT: "📨",
    StepKind.WITHDRAWN: "↩",
    StepKind.APPROVED: "✅",
    StepKind.RETURNED: "↩",
}


def card(t: Texts, found: Card, zone: ZoneInfo, page: int = 0, note: str = "") -> View:
    """Everything about a report, in as many pages as it needs, with what can be done."""
    rows = [*_flags(t, found, zone), Markup(""), *_body(t, found)]
    parts, page, count = pages(_paged(rows), page, 1)
    text = lines(
        note or None,
        "" if note else None,
        _heading(t, found),
        _state(t, found, zone),
        *parts[0],
    )
    return View(text=text, rows=_buttons(t, found, page, count))


def _heading(t: Texts, found: Card) -> Markup:
    return t._(
        "<b>Report {number} · {unit}</b>\n{month}",
        number=found.report.number,
        unit=found.unit.name,
        month=t.month(found.report.month),
    )


def _state(t: Texts, found: Card, zone: ZoneInfo) -> Markup:
    report = found.report
    if found.waits:
        words = t._(
            "⏳ Sent {when}, to be decided by {due}",
            when=t.when(found.sent.at, zone),
            due=t.date(found.due),
        )
    else:
        last = found.history[-1] if found.history else None
        decided = [
            e for e in found.history if e.step.kind in (StepKind.APPROVED, StepKind.RETURNED)
        ]
        last = decided[-1] if decided else last
        values = {
            "person": last.person if last else "",
            "unit": last.unit if last else "",
            "when": t.when(last.step.at, zone) if last else "",
        }
        words = (
            t._("✅ Approved by {person} ({unit}), {when}", **values)
            if report.state is ReportState.APPROVED
            else t._("↩ Returned by {person} ({unit}), {when}", **values)
        )
    return words


def _flags(t: Texts, found: Card, zone: ZoneInfo) -> list[Markup]:
    """What a reviewer should look at, worst first."""
    flags = []
    if found.report.late:
        flags.append(t._("⚠ Late: it was due {when}", when=t.when(found.report.due_at, zone)))
    for problem in found.problems[:_MOST_FLAGS]:
        label = found.template[problem.field].label(t.language)
        flags.append(t._("⚠ Doesn't fit the rules: {label}", label=label))
    for code, known, reported in found.registered[:_MOST_FLAGS]:
        flags.append(
            t._(
                "⚠ {label}: register {known}, report {reported}",
                label=found.template[code].label(t.language),
                known=t.number(known),
                reported=t.number(reported) if isinstance(reported, Decimal) else "–",
            )
        )
    for code in found.jumps[:_MOST_FLAGS]:
        change = found.changes[code]
        one = found.template[code]
        flags.append(
            t._(
                "⚠ Big change: {label}, {before} → {now}",
                label=one.label(t.language),
                before=t.number(change.before or Decimal(0)),
                now=t.number(change.now or Decimal(0)),
            )
        )
    if more := len(found.jumps[_MOST_FLAGS:]):
        flags.append(
            t.ngettext("⚠ {n} more big change", "⚠ {n} more big changes", more, n=t.number(more))
        )
    if seen := sum(bool(proof.twins) for proof in found.evidence):
        flags.append(
            t.ngettext(
                "⚠ {n} file was seen in another report too",
                "⚠ {n} files were seen in other reports too",
                seen,
                n=t.number(seen),
            )
        )
    if not found.evidence:
        flags.append(t._("⚠ No evidence is attached"))
    if again := found.count(StepKind.RETURNED) - (found.report.state is ReportState.RETURNED):
        flags.append(
            t.ngettext(
                "↩ Returned {n} time before",
                "↩ Returned {n} times before",
                again,
                n=t.number(again),
            )
        )
    if back := found.count(StepKind.WITHDRAWN):
        flags.append(
            t.ngettext(
                "↩ Withdrawn {n} time before",
                "↩ Withdrawn {n} times before",
                back,
                n=t.number(back),
            )
        )
    return flags


def _body(t: Texts, found: Card) -> list[Markup]:
    """A line an indicator that is filled, with a heading a part."""
    rows: list[Markup] = []
    asked = _asked(found)
    for part in found.template.parts:
        inside = [
            _line(t, found, one, one.code in asked)
            for one in found.template.of_part(part.code)
            if found.values.get(one.code) not in (None, "")
        ]
        if inside:
            rows.append(Markup("\n<b>{}</b>").format(part.title(t.language)))
            rows += inside
    if rows and rows[0].startswith("\n"):
        rows[0] = rows[0][1:]
    if found.before is None:
        rows += [Markup(""), t._("There is no report of the month before to compare with.")]
    else:
        rows += [Markup(""), t._("▲ ▼ against the month before")]
    return rows


def _asked(found: Card) -> set[str]:
    """The fields that were marked when the report was last returned."""
    returned = [e.step.marked for e in found.history if e.step.kind is StepKind.RETURNED]
    return set(returned[-1]) if returned else set()


def _line(t: Texts, found: Card, one: IndicatorSpec, asked: bool) -> Markup:
    value = found.values[one.code]
    if isinstance(value, Decimal):
        shown: str = t.number(value)
    elif isinstance(value, dt.date):
        shown = t.date(value)
    else:
        shown = str(value)
    mark = Markup("✎ ") if asked else Markup("")
    change = _change(t, found.changes.get(one.code), one.code in found.jumps)
    target = found.targets.get(one.code)
    year = Markup(" · {}").format(progress.beside(t, target)) if target else ""
    return mark + Markup("{}: <b>{}</b>{}{}").format(one.label(t.language), shown, change, year)


def _change(t: Texts, change: Difference | None, jump: bool) -> str:
    """``▲ 12`` with the amount, or nothing where nothing can be compared."""
    if change is None or change.now is None or change.before is None:
        return ""
    amount = change.now - change.before
    arrow = "▲" if amount > 0 else "▼"
    return f" {arrow} {t.number(abs(amount))}{' ⚠' if jump else ''}"


def _paged(rows: list[Markup]) -> list[list[Markup]]:
    """Lines in pages of a length that Telegram takes."""
    result: list[list[Markup]] = [[]]
    size = 0
    for row in rows:
        length = _visible(row) + 1
        if result[-1] and size + length > _PAGE:
            result.append([])
            size = 0
        result[-1].append(row)
        size += length
    return result


def _visible(text: str) -> int:
    """Characters as Telegram counts them: without tags, with entities read."""
    return len(html.unescape(re.sub(r"<[^>]*>", "", text)))


def _buttons(t: Texts, found: Card, page: int, count: int) -> tuple[tuple[Button, ...], ...]:
    id_, round_ = found.report.id, found.report.round
    rows = Rows().extend(turn(page, count, FEATURE, "open", id_))
    if found.may_decide:
        rows.add(
            Button(plain(t._("✅ Approve")), data(FEATURE, "approve", id_, round_), style="success")
        )
        rows.add(
            Button(plain(t._("✅ With comment")), data(FEATURE, "comment", id_, round_)),
            Button(plain(t._("↩ Return")), data(FEATURE, "return", id_, round_), style="danger"),
        )
    files = len(found.evidence)
    rows.add(
        Button(plain(t._("📷 Evidence: {n}", n=t.number(files))), data(FEATURE, "proof", id_, 0))
        if files
        else None,
        Button(plain(t._("🕘 History")), data(FEATURE, "history", id_)),
    )
    rows.add(Button(plain(t._("◀ To the list")), data(FEATURE, "list", 0)))
    return rows.done()


def history(t: Texts, found: Card, zone: ZoneInfo, page: int = 0) -> View:
    """What has happened to the report, who did it, and what they said; the latest first."""
    events = [_event(t, event, zone) + "\n" for event in reversed(found.history)]
    parts, page, count = pages(_paged(events), page, 1)
    rows = Rows().extend(turn(page, count, FEATURE, "history", found.report.id))
    rows.add(Button(plain(t._("◀ Back")), data(FEATURE, "open", found.report.id, 0)))
    return View(text=lines(_heading(t, found), "", *parts[0]), rows=rows.done())


def _event(t: Texts, event: Event, zone: ZoneInfo) -> Markup:
    values = {
        "mark": _MARKS[event.step.kind],
        "person": event.person,
        "unit": event.unit,
        "when": t.when(event.step.at, zone),
    }
    match event.step.kind:
        case StepKind.SENT:
            line = t._("{mark} Sent by {person} ({unit}), {when}", **values)
        case StepKind.WITHDRAWN:
            line = t._("{mark} Withdrawn by {person} ({unit}), {when}", **values)
        case StepKind.APPROVED:
            line = t._("{mark} Approved by {person} ({unit}), {when}", **values)
        case StepKind.RETURNED:
            line = t._("{mark} Returned by {person} ({unit}), {when}", **values)
    if not event.step.comment:
        return line
    return line + Markup("\n<i>{}</i>").format(event.step.comment)


def proof(t: Texts, found: Card, index: int) -> View:
    """One piece of evidence: the file itself, what it belongs to, where else it was seen."""
    shown, index, count = pages(found.evidence, index, 1)
    id_ = found.report.id
    back = (Button(plain(t._("◀ To the report")), data(FEATURE, "back", id_)),)
    if not shown:
        return View(text=t._("No evidence is attached to this report."), rows=(back,))
    one: Proof = shown[0]
    row = (
        found.template[one.evidence.indicator]
        if (one.evidence.indicator and one.evidence.indicator in found.template)
        else None
    )
    text = lines(
        t._(
            "Report {number}: file {i} of {n}",
            number=found.report.number,
            i=t.number(index + 1),
            n=t.number(count),
        ),
        t._("To: {label}", label=row.label(t.language)) if row else t._("To the whole report"),
        Markup("<i>{}</i>").format(clip(one.evidence.caption, 300))
        if one.evidence.caption
        else None,
        *(_twin(t, twin) for twin in one.twins[:3]),
    )
    return View(
        text=text,
        rows=(*turn(index, count, FEATURE, "proof", id_), back),
        card=False,
        fresh=True,
        attachment=Attachment(
            kind=one.evidence.kind.value,
            name=one.evidence.file_name or "",
            file_id=one.evidence.file_id,
        ),
    )


def _twin(t: Texts, twin: Twin) -> Markup:
    return t._(
        "⚠ The same file is in report {number}, {unit}, {month}",
        number=twin.number,
        unit=twin.unit,
        month=t.month(twin.month),
    )
