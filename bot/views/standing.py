"""What somebody owes, and who of the bloc owes what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.i18n import Texts
from bot.models import ReportState, SeatRole
from bot.services.access import Actor
from bot.services.boards import MonthBoard, UnitLine
from bot.services.progress import Glance
from bot.services.standing import BlocLine, Duty, Sent, Status
from bot.services.units import Sitting
from bot.views import pact_duty, progress
from bot.views.base import Button, Rows, View, clip, data, grid, lines, pages, plain, turn

FEATURE: Final = "standing"
_PAGE: Final = 6
_PEOPLE: Final = 4
_NAME: Final = 40
_MOST_DUTIES: Final = 14
_MOST_BLOCS: Final = 12
_MOST_UNITS: Final = 10


def describe_status(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("What I owe and until when")


def describe_missing(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Who owes what, and a reminder to them")


def menu(t: Texts) -> Button:
    """The way back to the menu."""
    return Button(plain(t._("◀ Menu")), data("home", "menu"))


def key(month: dt.date) -> str:
    """A month in a button."""
    return f"{month:%Y-%m}"


def days_words(t: Texts, days: int) -> Markup:
    """How long until a deadline, or since."""
    if days == 0:
        return t._("today")
    if days > 0:
        return t.ngettext("{n} day left", "{n} days left", days, n=t.number(days))
    return t.ngettext("{n} day late", "{n} days late", -days, n=t.number(-days))


# --- /status ----------------------------------------------------------------------------------


def status(t: Texts, found: Status, actor: Actor, targets: Glance | None = None) -> View:
    """What I owe and until when; what waits; the targets; who else is there; how blocs stand."""
    zone = actor.zone
    rows = Rows()
    blocks: list[Markup | str] = []
    for duty in found.duties[:_MOST_DUTIES]:
        blocks += ["", _duty(t, duty, zone)]
        rows.add(_duty_button(t, duty))
    if more := len(found.duties[_MOST_DUTIES:]):
        blocks += ["", t.ngettext("and {n} more", "and {n} more", more, n=t.number(more))]
    if all(duty.kind == "model_card" for duty in found.duties) and not actor.is_observer:
        blocks += ["", t._("✅ You owe nothing now.")]
    for one in found.sent:
        blocks += ["", _sent(t, one, zone)]
    blocks += progress.status_lines(t, targets) if targets else []
    if found.people:
        blocks += ["", t._("Also at your unit:"), *_people_lines(t, found.people)]
    elif actor.is_member:
        blocks += ["", t._("Nobody else is at your unit yet.")]
    for line in found.blocs[:_MOST_BLOCS]:
        blocks += ["", _bloc(t, line)]
    heading = (
        t._("<b>{unit}</b>: how things stand", unit=actor.unit.name)
        if actor.unit
        else t._("<b>{bloc}</b>: how things stand", bloc=actor.here.bloc.name)
    )
    if actor.is_reviewer or actor.is_observer:
        rows.add(
            Button(plain(t._("Waiting reports")), data("review", "list", 0)),
            Button(plain(t._("Who owes what")), data(FEATURE, "missing")),
        )
    rows.add(*(progress.status_buttons(t, targets) if targets else ()))
    return View(text=lines(heading, *blocks), rows=rows.add(menu(t)).done())


def _duty(t: Texts, duty: Duty, zone: ZoneInfo) -> Markup:
    values = {
        "month": t.month(duty.month) if duty.month else "",
        "number": duty.number or "",
        "when": t.when(duty.due_at, zone),
        "days": days_words(t, duty.days),
    }
    mark = Markup("⚠ ") if duty.days < 0 else Markup("⏳ ")
    match duty.kind:
        case "report":
            line = t._("Report for {month}, due {when}: {days}", **values)
        case "report_returned":
            mark = Markup("↩ ")
            line = t._("Report {number} for {month} was returned: please correct it.", **values)
        case "adopt" | "model_card":
            return pact_duty.line(t, duty, zone)
        case _:
            line = t.ngettext(
                "{n} report waits for your decision, due {when}: {days}",
                "{n} reports wait for your decision, the first due {when}: {days}",
                duty.count,
                n=t.number(duty.count),
                **values,
            )
    return mark + line


def _duty_button(t: Texts, duty: Duty) -> Button | None:
    """One tap to do it; what waits for a decision has a button of its own below."""
    if duty.month is None:
        return pact_duty.button(t, duty)
    name = t.month(duty.month)
    if duty.kind == "report_returned":
        text = t._("↩ Correct {month}", month=name)
    else:
        text = t._("✎ Report {month}", month=name)
    return Button(plain(text), data("report", "month", key(duty.month)), style="primary")


def _sent(t: Texts, one: Sent, zone: ZoneInfo) -> Markup:
    values = {
        "number": one.number,
        "month": t.month(one.month),
        "when": t.when(one.since, zone),
    }
    if one.in_review:
        return t._("👁 Report {number} for {month}, sent {when}, is being read.", **values)
    return t._("📨 Report {number} for {month}, sent {when}, waits to be read.", **values)


def _bloc(t: Texts, line: BlocLine) -> Markup:
    values = {
        "bloc": line.bloc,
        "month": t.month(line.month) if line.month else "",
        "sent": t.number(line.sent),
        "units": t.number(line.units),
        "waiting": t.number(line.waiting),
    }
    if line.month is None:
        return t._("<b>{bloc}</b>: no report is due yet.", **values)
    if line.waiting:
        return t._(
            "<b>{bloc}</b>, {month}: {sent} of {units} sent, {waiting} to be decided", **values
        )
    return t._("<b>{bloc}</b>, {month}: {sent} of {units} sent", **values)


def _people_lines(t: Texts, people: Sequence[Sitting]) -> list[Markup]:
    left = len(people[_PEOPLE:])
    return [
        *(_person(t, one) for one in people[:_PEOPLE]),
        *([t.ngettext("and {n} more", "and {n} more", left, n=t.number(left))] if left else []),
    ]


def _person(t: Texts, one: Sitting) -> Markup:
    name = clip(one.person.name, _NAME)
    if one.blocked:
        return t._("🚫 {name} (has blocked the bot)", name=name)
    if one.seat.role is SeatRole.SIGNATORY:
        return t._("• {name} (signatory)", name=name)
    return t._("• {name}", name=name)


# --- /missing ---------------------------------------------------------------------------------


def missing(t: Texts, board: MonthBoard, page: int = 0, note: str = "") -> View:
    """Who owes this month's report, with their people, and the ways to remind them."""
    owing = board.owing
    shown, page, count = pages(owing, page, _PAGE)
    blocks: list[Markup | str] = []
    for line in shown:
        blocks += ["", *_owing(t, line, board.zone)]
    if not owing:
        blocks += ["", t._("✅ Every unit has sent its report.")]
    rows = Rows().extend(_tabs(board))
    rows.extend(turn(page, count, FEATURE, "missing", key(board.month)))
    if board.may_nudge:
        if any(
            line.reachable and line.nudged_at is None and line.unit_id != board.own_unit_id
            for line in owing
        ):
            rows.add(
                Button(
                    plain(t._("🔔 Remind those who owe")),
                    data(FEATURE, "ask", key(board.month), 0),
                    style="primary",
                )
            )
        rows.extend(grid([_unit_button(line, board) for line in shown], 2))
    rows.add(
        Button(plain(t._("All units")), data(FEATURE, "all", key(board.month), 0)),
        Button(plain(t._("🎯 Plan and done")), data(progress.FEATURE, "board")),
    )
    rows.add(menu(t))
    return View(
        text=lines(note or None, "" if note else None, *_heading(t, board), *blocks),
        rows=rows.done(),
    )


def _heading(t: Texts, board: MonthBoard) -> list[Markup]:
    units = len(board.lines)
    sent = units - len(board.owing)
    waiting = board.of(ReportState.SENT, ReportState.IN_REVIEW)
    late = [line for line in board.lines if line.late and not line.owes]
    due = t.when(board.due_at, board.zone)
    result = [
        t._("<b>Reports for {month}</b>", month=t.month(board.month)),
        t._("due {when}: {days}", when=due, days=days_words(t, board.days)),
        t.ngettext(
            "✅ {sent} of {n} unit has sent",
            "✅ {sent} of {n} units have sent",
            units,
            sent=t.number(sent),
            n=t.number(units),
        ),
    ]
    if waiting:
        result.append(
            t.ngettext(
                "📨 {n} waits for a decision: {units}",
                "📨 {n} wait for a decision: {units}",
                len(waiting),
                n=t.number(len(waiting)),
                units=_units(t, waiting),
            )
        )
    if late:
        result.append(
            t.ngettext(
                "⚠ {n} came late: {units}",
                "⚠ {n} came late: {units}",
                len(late),
                n=t.number(len(late)),
                units=_units(t, late),
            )
        )
    return result


def _units(t: Texts, shown: Sequence[UnitLine]) -> str:
    """Names of units in a line."""
    return clip(t.join([line.unit for line in shown]), 200)


def _owing(t: Texts, line: UnitLine, zone: ZoneInfo) -> list[Markup]:
    values = {"unit": line.unit, "number": line.number or ""}
    if line.state is ReportState.RETURNED:
        head = t._("↩ <b>{unit}</b>: report {number} was returned", **values)
    elif line.late:
        head = t._("⚠ <b>{unit}</b>: late", **values)
    else:
        head = t._("⏳ <b>{unit}</b>: not sent yet", **values)
    people = _people_lines(t, line.people)
    if not people:
        people = [t._("Nobody has taken a seat there yet.")]
    if line.nudged_at is not None:
        people.append(t._("🔔 reminded {when}", when=t.when(line.nudged_at, zone)))
    return [head, *people]


def _unit_button(line: UnitLine, board: MonthBoard) -> Button:
    """What to do about a unit: fill in one's own report, invite somebody, remind them."""
    month, name = key(board.month), clip(line.unit, 18)
    if line.unit_id == board.own_unit_id:
        return Button(f"✎ {name}", data("report", "month", month))
    if not line.people:
        return Button(f"➕ {name}", data("units", "invite", line.unit_id))
    return Button(f"🔔 {name}", data(FEATURE, "ask", month, line.unit_id))


def _tabs(board: MonthBoard) -> tuple[tuple[Button, ...], ...]:
    """The months, the present one marked; no row for a single month."""
    if len(board.months) < 2:
        return ()
    buttons = [
        Button(
            f"• {month:%m} •" if month == board.month else f"{month:%m}",
            data(FEATURE, "missing", key(month), 0),
        )
        for month in board.months
    ]
    return grid(buttons, 6)


_MARKS: Final = {
    ReportState.SENT: "📨",
    ReportState.IN_REVIEW: "👁",
    ReportState.APPROVED: "✅",
    ReportState.RETURNED: "↩",
}


def all_units(t: Texts, board: MonthBoard, page: int = 0) -> View:
    """How every unit stands; a tap opens the report that was sent."""
    shown, page, count = pages(board.lines, page, _MOST_UNITS)
    rows = Rows().extend(
        grid(
            [
                Button(
                    f"{line.number} · {clip(line.unit, 18)}",
                    data("review", "open", line.report_id, 0),
                )
                for line in shown
                if line.report_id
            ],
            2,
        )
    )
    rows.extend(turn(page, count, FEATURE, "all", key(board.month)))
    rows.add(Button(plain(t._("◀ Back")), data(FEATURE, "missing", key(board.month), 0)), menu(t))
    return View(
        text=lines(*_heading(t, board), "", *(_standing(t, line) for line in shown)),
        rows=rows.done(),
    )


def _standing(t: Texts, line: UnitLine) -> Markup:
    values = {"unit": line.unit, "number": line.number or ""}
    match line.state:
        case ReportState.SENT:
            words = t._("📨 {unit}: report {number} was sent", **values)
        case ReportState.IN_REVIEW:
            words = t._("👁 {unit}: report {number} is being read", **values)
        case ReportState.APPROVED:
            words = t._("✅ {unit}: report {number} is approved", **values)
        case ReportState.RETURNED:
            words = t._("↩ {unit}: report {number} was returned", **values)
        case _:
            return (
                t._("⚠ {unit}: not sent, late", **values)
                if line.late
                else t._("⏳ {unit}: not sent yet", **values)
            )
    return t._("{line} ⚠ late", line=words) if line.late else words
