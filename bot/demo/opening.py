"""How the interactive demo opens: some reports approved, some on their way, others not begun."""

from __future__ import annotations

import datetime as dt

from bot.demo.play import months
from bot.demo.play.figures import REQUIRED, Month, forwarded_on, month_figures
from bot.demo.play.phone import Phone
from bot.demo.play.pictures import picture
from bot.demo.scenarios.model import Unit
from bot.demo.stage import ZONE, Stage, month_before, this_month


def open_scene(stage: Stage) -> None:
    """Last month is approved; this month one draft, one returned, one waiting report."""
    present = this_month()
    past = month_before(present)
    units = stage.scenario.units
    figures = {unit.short_name: _figures(stage, unit, past, present) for unit in units}

    def report_past(unit: Unit) -> months.Sent:
        return _report(stage.phone(unit), unit, past, figures[unit.short_name][0])

    past_reports = stage.together([lambda unit=unit: report_past(unit) for unit in units])  # type: ignore[misc]
    leads = units.index(stage.scenario.leader)
    own = past_reports.pop(leads)

    def present_month(unit: Unit, place: int) -> months.Sent | None:
        phone, month = stage.phone(unit), figures[unit.short_name][1]
        if place in (0, 1):
            return _report(phone, unit, present, month)
        if place == 2:
            months.open_report(phone, present)
            months.fill_pasted(phone, month, REQUIRED[:9])
        return None

    leader = stage.phone(stage.scenario.leader)
    stage.together(
        [
            lambda: months.approve_by_taps(leader, [one.number for one in past_reports]),
            lambda: months.approve_by_taps(stage.phone(stage.scenario.deputy), [own.number]),
        ]
    )
    others = [unit for unit in units if not unit.office]
    sent = stage.together(
        [
            lambda unit=unit, place=place: present_month(unit, place)  # type: ignore[misc]
            for place, unit in enumerate(others[:3])
        ]
    )
    months.give_back_by_taps(
        leader,
        sent[1].number,
        ("people_outreach", "relief_money"),
        "Đề nghị kiểm tra lại hai số liệu này.",
    )
    stage.stranger.starts(shows="")
    # The last that is told to anybody; the curtain rises once it is there.
    stage.phone(others[1]).gets("↩", button=("report:open", sent[1].id))


def _figures(stage: Stage, unit: Unit, past: dt.date, present: dt.date) -> tuple[Month, Month]:
    first = month_figures(stage.scenario.key, unit, past, None)
    return first, month_figures(stage.scenario.key, unit, present, first)


def _report(phone: Phone, unit: Unit, month: dt.date, figures: Month) -> months.Sent:
    months.open_report(phone, month)
    months.fill_pasted(phone, figures)
    months.enter_date(phone, figures, forwarded_on(month, dt.datetime.now(ZONE).date()))
    phone.sends_photo(picture(f"{unit.short_name} {month:%Y-%m}"), shows=months.CARD)
    return months.send(phone)
