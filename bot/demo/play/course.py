"""The year's sums at its end: as each unit sees them, and against the targets of the pact."""

from __future__ import annotations

from functools import partial

from bot.demo.play import months
from bot.demo.play.figures import ALL, INPUTS, Month, cumulated, written
from bot.demo.play.pact import Launch
from bot.demo.play.phone import Phone, value_texts
from bot.demo.play.wire import Unexpected
from bot.demo.play.year import Year
from bot.demo.scenarios.model import Unit

_TOTAL = "sessions_outreach"
_CHART = "plan-and-done.png"
_PICTURE = b"\x89PNG"


def _done(year: Year, unit: Unit) -> Month:
    return cumulated(year.figures[unit.short_name, month] for month in year.months)


# --- The year so far --------------------------------------------------------------------------


def compare_year(year: Year) -> None:
    """What every unit sees as its year so far equals what its months add up to."""
    year.say(["", "== The year so far, against the sum of its months"])
    year.stage.together(
        [partial(_compare_sums, year, unit, year.stage.phone(unit)) for unit in year.units]
    )
    year.flush_all()


def _compare_sums(year: Year, unit: Unit, phone: Phone) -> None:
    phone.starts()
    phone.taps("report:list", quiet=True)
    phone.taps("report:month", months.key(year.months[-1]), shows=months.SEALED, quiet=True)
    phone.taps(months.SEALED, shows="report:show")
    expected, seen = _expected(_done(year, unit), phone.language), value_texts(phone.screen)
    if seen != expected:
        raise Unexpected(f"{unit.short_name}: the year so far is\n{seen}, expected\n{expected}")


def _expected(total: Month, language: str) -> list[str]:
    rows = [*INPUTS[:2], "models_total", *INPUTS[2:]]
    return [
        written(total[code], language) if code in ALL and code in total else "–" for code in rows
    ]


# --- Plan and done ----------------------------------------------------------------------------


def look(year: Year, launch: Launch) -> None:
    """Every unit sees its targets beside what its months add up to; the leader sees all."""
    year.say(["", "== Plan and done, against the targets and the sum of the months"])
    year.stage.together(
        [
            partial(_compare_targets, year, launch, unit, year.stage.phone(unit))
            for unit in year.units
        ]
    )
    year.flush_all()
    year.say(["-- The leader's board of all units, and the picture"])
    _board(year, launch)
    year.flush_all()


def _compare_targets(year: Year, launch: Launch, unit: Unit, phone: Phone) -> None:
    phone.says("/status", shows="progress:mine")
    phone.sees("🎯")
    phone.taps("progress:mine")
    done, text = _done(year, unit), phone.screen["text"]
    for code, planned in launch.targets[unit.short_name].items():
        amount = f"{written(done[code], phone.language)}/{written(planned, phone.language)}"
        if f"{amount} " not in text:
            raise Unexpected(f"{phone.name}: {code} isn't {amount}:\n{text}")


def _board(year: Year, launch: Launch) -> None:
    leader = year.leader
    leader.says("/status", shows="progress:board")
    leader.taps("progress:board")
    seen = leader.screen["text"]
    if len(year.units) > 12:
        leader.taps("progress:board", 1, quiet=True)
        seen += leader.screen["text"]
    lost = [name for name in year.names.values() if name not in seen]
    if lost:
        raise Unexpected(f"the board lacks {lost}:\n{seen}")
    leader.taps_for_file("docs:progress", 0)
    content = leader.gets_picture()
    if not content.startswith(_PICTURE):
        raise Unexpected("the chart is no picture")
    launch.papers[_CHART] = content
    leader.taps("progress:totals")
    leader.taps("progress:by", _TOTAL)
    done = sum(_done(year, unit)[_TOTAL] for unit in year.units)
    planned = sum(one[_TOTAL] for one in launch.targets.values())
    leader.sees(f"{written(done, leader.language)}/{written(planned, leader.language)}")
