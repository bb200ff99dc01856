"""Deadlines and months: local dates of the bloc's zone in, aware UTC out.

A report's month is the first day of that month.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.names import fold
from bot.errors import Invalid

#: The last minute of a local day still counts.
END_OF_DAY: Final = dt.time(23, 59)
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100
_MONTH_WORDS: Final = frozenset(
    fold(word)
    for word in (
        "tháng", "thg", "th", "t", "month", "měsíc", "monat", "місяць", "hónap", "hó", "महीना",
        "माह", "năm", "year", "rok", "jahr", "рік", "év", "वर्ष",
    )
)  # fmt: skip


class MonthError(Invalid):
    """A text that names no month or date.

    ``code``: ``month_empty, month_unknown, month_out_of_range, date_empty, date_unknown,
    date_out_of_range``; ``value`` is what was typed.
    """

    def __init__(self, code: str, value: str) -> None:
        super().__init__(code, value=value)


def first_of_month(day: dt.date) -> dt.date:
    """The month that a day belongs to."""
    return dt.date(day.year, day.month, 1)


def add_months(month: dt.date, count: int) -> dt.date:
    """The same day so many months later; a month's end clamps (31 January + 1 is 28 February)."""
    index = month.year * 12 + month.month - 1 + count
    return clamped(index // 12, index % 12 + 1, month.day)


def clamped(year: int, month: int, day: int) -> dt.date:
    """That day of the month, or the month's last where it is shorter."""
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def due(month: dt.date, day: int, zone: ZoneInfo, at: dt.time = END_OF_DAY) -> dt.datetime:
    """When that month's report is due, in UTC; ``at`` is the local time in ``zone``.

    A day past the month's end is its last. A local time that doesn't exist (clocks go forward)
    is moved on by the gap; of one that exists twice the later is taken: nobody loses an hour.
    """
    local = dt.datetime.combine(clamped(month.year, month.month, day), at, zone)
    return local.replace(fold=1 if _repeated(local) else 0).astimezone(dt.UTC)


def _repeated(local: dt.datetime) -> bool:
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    return first is not None and second is not None and second < first


def is_late(sent_at: dt.datetime, due_at: dt.datetime) -> bool:
    """Whether something came after its deadline; the deadline's whole minute still counts."""
    return sent_at >= due_at + dt.timedelta(minutes=1)


def local_date(now: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The date that people in this zone have now."""
    return now.astimezone(zone).date()


def current_month(now: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The month of the local date, which a report without a month is for."""
    return first_of_month(local_date(now, zone))


def month_choices(now: dt.datetime, zone: ZoneInfo, due_day: int) -> tuple[dt.date, dt.date]:
    """The current month and the one before, the likelier first.

    Until the due day people may still be busy with the last month; the service knows whether
    that one has been sent, and takes the first of these that has not.
    """
    today = local_date(now, zone)
    current = first_of_month(today)
    last = add_months(current, -1)
    in_time = today <= clamped(today.year, today.month, due_day)
    return (last, current) if in_time and today.day <= 10 else (current, last)


def month_bounds(month: dt.date, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """The month's beginning and the next one's, in UTC."""
    start, end = first_of_month(month), add_months(first_of_month(month), 1)
    midnight = dt.time(0, 0)
    return (
        dt.datetime.combine(start, midnight, zone).astimezone(dt.UTC),
        dt.datetime.combine(end, midnight, zone).astimezone(dt.UTC),
    )


def parse_month(text: str, today: dt.date) -> dt.date:
    """Read ``2025-03``, ``03/2025``, ``3.2025``, ``tháng 3``, ``3``, ``T3/2025``, ``2025 03``.

    A month without a year is the latest one that has begun (in January, 12 is last year's).
    """
    numbers = _numbers(text, "month")
    if len(numbers) == 1 and len(numbers[0]) == 6:  # 202503
        numbers = [numbers[0][:4], numbers[0][4:]]
    if len(numbers) == 1:
        month = _in_range(int(numbers[0]), 1, 12, "month", text)
        year = today.year if month <= today.month else today.year - 1
        return dt.date(year, month, 1)
    if len(numbers) != 2:
        raise MonthError("month_unknown", text)
    if len(numbers[0]) == 4:
        numbers.reverse()
    if len(numbers[0]) > 2 or len(numbers[1]) != 4:
        raise MonthError("month_unknown", text)
    month = _in_range(int(numbers[0]), 1, 12, "month", text)
    return dt.date(_in_range(int(numbers[1]), _FIRST_YEAR, _LAST_YEAR, "month", text), month, 1)


def parse_date(text: str, today: dt.date) -> dt.date:
    """Read ``2025-03-04``, ``4/3/2025``, ``04.03.2025``, ``4/3``: the day before the month.

    A date without a year is the latest one that isn't in the future.
    """
    numbers = _numbers(text, "date")
    if len(numbers) == 3 and len(numbers[0]) == 4:
        numbers.reverse()
    if len(numbers) not in {2, 3} or any(len(number) > 2 for number in numbers[:2]):
        raise MonthError("date_unknown", text)
    day, month = int(numbers[0]), int(numbers[1])
    if len(numbers) == 3:
        if len(numbers[2]) != 4:
            raise MonthError("date_unknown", text)
        year = _in_range(int(numbers[2]), _FIRST_YEAR, _LAST_YEAR, "date", text)
    else:
        year = today.year if (month, day) <= (today.month, today.day) else today.year - 1
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise MonthError("date_out_of_range", text) from error


def _numbers(text: str, what: str) -> list[str]:
    """The runs of digits of any script, where nothing but separators and known words is between."""
    plain = "".join(
        str(unicodedata.decimal(char)) if unicodedata.category(char) == "Nd" else char
        for char in text
    )
    plain = fold(plain)
    if not plain:
        raise MonthError(f"{what}_empty", text)
    rest = re.sub(r"[0-9]+", " ", plain)
    words = re.split(r"[\s/.,–—-]+", rest)
    if any(word and word not in _MONTH_WORDS for word in words):
        raise MonthError(f"{what}_unknown", text)
    numbers = re.findall(r"[0-9]+", plain)
    if not numbers or any(len(number) > 6 for number in numbers):
        raise MonthError(f"{what}_unknown", text)
    return numbers


def _in_range(number: int, low: int, high: int, what: str, text: str) -> int:
    if not low <= number <= high:
        raise MonthError(f"{what}_out_of_range", text)
    return number
