"""The monthly report: commands and buttons. What people type is in report_typing."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.calendar import MonthError, local_date
from bot.domain.report import Value
from bot.domain.template import DATE, IndicatorSpec
from bot.errors import Invalid, Superseded
from bot.incoming import Incoming, Tx
from bot.services import evidence, figures, progress, report_sending, report_sheet, reports
from bot.services.report_sheet import Sheet
from bot.services.reports import Saved
from bot.views import report as views
from bot.views import report_card as cards
from bot.views import report_words as words
from bot.views.base import View, plain
from bot.views.errors import sentence
from handlers import report_typing as typing
from handlers.report_show import (
    FEATURE as NAME,
)
from handlers.report_show import (
    draw,
    go,
    kept,
    leave,
    open_month,
    open_report,
    settled,
    targets,
)
from handlers.routing import Command, Feature, Press, Who, arguments, number

# --- Opening ----------------------------------------------------------------------------------


def _report(incoming: Incoming, tx: Tx) -> View:
    """``/report`` and ``/report 2025-03``."""
    reports.my_open_unit(tx.actor)
    if incoming.kind == "command" and incoming.text:
        try:
            return open_month(tx, reports.month_of(tx.actor, incoming.text))
        except MonthError as error:
            return _which(tx, sentence(tx.t, error))
    choices = reports.open_months(tx.session, tx.actor)
    return open_month(tx, choices[0]) if len(choices) == 1 else _which(tx)


def _which(tx: Tx, note: str = "") -> View:
    go(tx, None, "months")
    return draw(tx, note=note)


def _month(incoming: Incoming, tx: Tx) -> View:
    reports.my_open_unit(tx.actor)
    return open_month(tx, reports.month_of(tx.actor, (arguments(incoming) or [""])[0]))


def _list(incoming: Incoming, tx: Tx) -> View:
    """``/reports`` and ``/reports 2024``: the unit's months of a year."""
    typed = incoming.text.strip()
    year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else None
    if incoming.kind == "button":
        year = number(incoming) or None
    return views.year_board(tx.t, reports.year_board(tx.session, tx.actor, year), tx.now)


def _show(incoming: Incoming, tx: Tx) -> View:
    """A report by its id: where it can be written in, its form."""
    return _by_id(tx, number(incoming), page=number(incoming, 1))


def _by_id(tx: Tx, report_id: int, page: int = 0) -> View:
    sheet = report_sheet.sheet(tx.session, tx.actor, report_id)
    if sheet.open:
        return open_report(tx, sheet.report)
    leave(tx)
    return views.sealed(tx.t, sheet, page=page)


def _open(incoming: Incoming, tx: Tx) -> View:
    """The same from a message that stays as it is."""
    return replace(_show(incoming, tx), fresh=True)


def _sum(incoming: Incoming, tx: Tx) -> View:
    sheet = report_sheet.sheet(tx.session, tx.actor, number(incoming))
    found = figures.cumulated(tx.session, sheet.unit.id or 0, sheet.year.id or 0)
    planned = progress.one_unit(tx.session, sheet.bloc, sheet.year, sheet.unit, tx.now)
    return views.year_so_far(tx.t, sheet, found, number(incoming, 1), planned.targets)


# --- Going about in the form ------------------------------------------------------------------


def _card(_incoming: Incoming, tx: Tx) -> View:
    report_id, _ = kept(tx)
    go(tx, report_id, "card")
    return draw(tx)


def _sheet(tx: Tx, *, hold: bool = False) -> Sheet:
    return report_sheet.sheet(tx.session, tx.actor, kept(tx)[0], hold=hold)


def _one(incoming: Incoming, sheet: Sheet) -> IndicatorSpec:
    """The row that a button names."""
    code = (arguments(incoming) or [""])[0]
    if code not in sheet.template or code in sheet.template.computed:
        raise Invalid("value_no_field")
    return sheet.template[code]


def _part_of(incoming: Incoming, sheet: Sheet) -> str:
    code = (arguments(incoming) or [""])[0]
    if code not in sheet.progress:
        raise Invalid("value_no_field")
    return code


def _part(incoming: Incoming, tx: Tx) -> View:
    sheet = _sheet(tx)
    go(tx, sheet.id, "part", part=_part_of(incoming, sheet))
    return draw(tx, sheet)


def _field(incoming: Incoming, tx: Tx) -> View:
    sheet = _sheet(tx)
    one = _one(incoming, sheet)
    go(tx, sheet.id, "field", part=one.part, code=one.code)
    return draw(tx, sheet, target=targets(tx, sheet).get(one.code) if one.numeric else None)


def _append(incoming: Incoming, tx: Tx) -> View:
    sheet = _sheet(tx)
    one = _one(incoming, sheet)
    go(tx, sheet.id, "field", part=one.part, code=one.code, append=True)
    return draw(tx, sheet)


def _skip(incoming: Incoming, tx: Tx) -> View:
    """On to the next row of the part, whether it is filled or not."""
    sheet = _sheet(tx)
    one = _one(incoming, sheet)
    rows = [other for other in sheet.template.inputs if other.part == one.part]
    after = rows[rows.index(one) + 1 :]
    empty = [other for other in after if not sheet.is_filled(other.code)]
    if empty:
        go(tx, sheet.id, "field", part=one.part, code=empty[0].code)
    else:
        go(tx, sheet.id, "part", part=one.part)
    return draw(tx, sheet)


def _back(_incoming: Incoming, tx: Tx) -> View:
    """From a question back to where it came from."""
    typing.back(tx)
    return draw(tx)


# --- Values by one tap ------------------------------------------------------------------------


def _set(tx: Tx, sheet: Sheet, one: IndicatorSpec, value: Value) -> View:
    saved = reports.change(tx.session, tx.actor, sheet.id, {one.code: value}, sheet)
    return typing.on_from(tx, saved, [one.code], one.code)


def _same(incoming: Incoming, tx: Tx) -> View:
    sheet = _sheet(tx, hold=True)
    one = _one(incoming, sheet)
    value = sheet.proposal(one.code)
    return draw(tx, sheet) if value is None else _set(tx, sheet, one, value)


def _zero(incoming: Incoming, tx: Tx) -> View:
    sheet = _sheet(tx, hold=True)
    one = _one(incoming, sheet)
    if not one.numeric:
        raise Invalid("value_no_field")
    return _set(tx, sheet, one, words.ZERO)


def _today(incoming: Incoming, tx: Tx) -> View:
    sheet = _sheet(tx, hold=True)
    one = _one(incoming, sheet)
    if one.type != DATE:
        raise Invalid("value_no_field")
    return _set(tx, sheet, one, local_date(tx.now, tx.actor.zone))


def _clear(incoming: Incoming, tx: Tx) -> View:
    sheet = _sheet(tx, hold=True)
    one = _one(incoming, sheet)
    saved = reports.change(tx.session, tx.actor, sheet.id, {one.code: None}, sheet)
    go(tx, sheet.id, "field", part=one.part, code=one.code, undo=typing.undoing(saved))
    return draw(tx, saved.sheet, views.cleared(tx.t, saved.sheet, one.code), undo=True)


def _many(tx: Tx, part: str, saved: Saved | None) -> View:
    if saved is None:
        go(tx, kept(tx)[0], "part", part=part)
        return draw(tx)
    go(tx, saved.sheet.id, "part", part=part, undo=typing.undoing(saved))
    note = cards.saved(tx.t, saved.sheet, list(saved.now))
    return draw(tx, saved.sheet, note, undo=True)


def _part_same(incoming: Incoming, tx: Tx) -> View:
    sheet = _sheet(tx, hold=True)
    part = _part_of(incoming, sheet)
    same = sheet.same(part)
    return _many(
        tx, part, reports.change(tx.session, tx.actor, sheet.id, same, sheet) if same else None
    )


def _part_zero(incoming: Incoming, tx: Tx) -> View:
    sheet = _sheet(tx, hold=True)
    part = _part_of(incoming, sheet)
    zeros = sheet.zeros(part)
    return _many(
        tx, part, reports.change(tx.session, tx.actor, sheet.id, zeros, sheet) if zeros else None
    )


def _register(incoming: Incoming, tx: Tx) -> View:
    """The figure that the register of models has for a row."""
    sheet = _sheet(tx)
    one = _one(incoming, sheet)
    value = sheet.given.get(one.code)
    return draw(tx, sheet) if value is None else _set(tx, sheet, one, value)


def _part_register(incoming: Incoming, tx: Tx) -> View:
    sheet = _sheet(tx)
    part = _part_of(incoming, sheet)
    known = sheet.by_register(part)
    return _many(
        tx, part, reports.change(tx.session, tx.actor, sheet.id, known, sheet) if known else None
    )


def _undo(_incoming: Incoming, tx: Tx) -> View:
    report_id, draft = kept(tx)
    back = draft.pop("undo", None)
    step = tx.form.step if tx.form else "card"
    if isinstance(back, dict):
        saved = reports.undo(tx.session, tx.actor, report_id, back["was"], back["now"])
        if step == "field" and (first := next(iter(saved.was or back["was"]), None)):
            draft = {"part": saved.sheet.template[first].part, "code": first}
    go(tx, report_id, step, **draft)
    return draw(tx, note=views.taken_back(tx.t))


# --- Files ------------------------------------------------------------------------------------


def _files(incoming: Incoming, tx: Tx) -> View:
    go(tx, kept(tx)[0], "files", page=number(incoming))
    return draw(tx)


def _sent_files(incoming: Incoming, tx: Tx) -> View:
    sheet = report_sheet.sheet(tx.session, tx.actor, number(incoming))
    found = evidence.listing(tx.session, sheet.id)
    return views.files(tx.t, sheet, 0, found, number(incoming, 1))


def _drop(incoming: Incoming, tx: Tx) -> View:
    report_id, _ = kept(tx)
    evidence.remove(tx.session, tx.actor, number(incoming))
    go(tx, report_id, "files", page=number(incoming, 1))
    return draw(tx, note=views.file_deleted(tx.t))


def _look(incoming: Incoming, tx: Tx) -> View:
    return views.look(evidence.mine(tx.session, tx.actor, number(incoming)))


# --- Sending and withdrawing ------------------------------------------------------------------


def _send(incoming: Incoming, tx: Tx) -> View:
    go(tx, kept(tx)[0], "send", page=number(incoming))
    return draw(tx)


def _confirm(_incoming: Incoming, tx: Tx) -> View:
    report_id, _ = kept(tx)
    try:
        report = report_sending.send(tx.session, tx.actor, report_id)
    except Invalid:
        # A colleague has changed something since the summary was shown.
        go(tx, report_id, "send")
        return draw(tx)
    leave(tx)
    sheet = report_sheet.sheet(tx.session, tx.actor, report_id)
    note = views.sent(tx.t, sheet)
    return replace(
        views.sealed(tx.t, sheet, note), toast=plain(views.sent_toast(tx.t, report.number or 0))
    )


def _ask_withdraw(incoming: Incoming, tx: Tx) -> View:
    sheet = report_sheet.sheet(tx.session, tx.actor, number(incoming))
    if not sheet.withdrawable:
        return _show(incoming, tx)
    return views.ask_withdraw(tx.t, sheet)


def _withdraw(incoming: Incoming, tx: Tx) -> View:
    report_id, round_ = number(incoming), number(incoming, 1)
    sheet = report_sheet.sheet(tx.session, tx.actor, report_id)
    try:
        if sheet.report.round != round_:
            return _show(incoming, tx)
        report = report_sending.withdraw(tx.session, tx.actor, report_id)
    except Superseded as error:
        note = sentence(tx.t, error)
        return replace(open_report(tx, sheet.report, note), toast=plain(note), alert=True)
    return open_report(tx, report, views.withdrawn(tx.t))


_FORM = {
    "card": _card,
    "part": _part,
    "field": _field,
    "append": _append,
    "skip": _skip,
    "back": _back,
    "last": _same,
    "zero": _zero,
    "today": _today,
    "clear": _clear,
    "partlast": _part_same,
    "partzero": _part_zero,
    "reg": _register,
    "partreg": _part_register,
    "undo": _undo,
    "read": typing.read,
    "held": typing.held,
    "files": _files,
    "drop": _drop,
    "send": _send,
    "confirm": _confirm,
}
_ANYWHERE = {
    "start": _report,
    "month": _month,
    "list": _list,
    "show": _show,
    "open": _open,
    "sum": _sum,
    "sent_files": _sent_files,
    "look": _look,
    "withdraw": _ask_withdraw,
    "withdrawn": _withdraw,
}

FEATURE = Feature(
    name=NAME,
    commands=(
        Command("report", _report, Who.MEMBER, views.describe_report),
        Command("reports", _list, Who.MEMBER, views.describe_reports),
    ),
    buttons={
        **{action: Press(settled(handle), form=True) for action, handle in _FORM.items()},
        **{action: Press(handle) for action, handle in _ANYWHERE.items()},
    },
    on_text=settled(typing.on_text),
    on_file=settled(typing.on_file),
    show=draw,
    left=_by_id,
)
