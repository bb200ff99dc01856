"""Words that every screen with a report needs: values, units of measure, states, what is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

from markupsafe import Markup

from bot.domain.names import clean
from bot.domain.report import Problem, Value, filled
from bot.domain.template import IndicatorSpec, TemplateSpec
from bot.i18n import Texts
from bot.models import ReportState
from bot.views.base import clip

#: A field that nobody has filled in.
EMPTY = "–"
ZERO = Decimal(0)

STATE_MARKS: Mapping[ReportState, str] = {
    ReportState.DRAFT: "✏",
    ReportState.SENT: "⏳",
    ReportState.IN_REVIEW: "🔎",
    ReportState.RETURNED: "↩",
    ReportState.APPROVED: "✅",
}

_STATES: Mapping[ReportState, Callable[[Texts], Markup]] = {
    ReportState.DRAFT: lambda t: t._("draft"),
    ReportState.SENT: lambda t: t._("sent"),
    ReportState.IN_REVIEW: lambda t: t._("in review"),
    ReportState.RETURNED: lambda t: t._("returned"),
    ReportState.APPROVED: lambda t: t._("approved"),
}

_UNITS: Mapping[str, Callable[[Texts], Markup]] = {
    "vnd": lambda t: t._("VND"),
    "person": lambda t: t._("people"),
    "model": lambda t: t._("models"),
    "session": lambda t: t._("sessions"),
    "request": lambda t: t._("requests"),
    "case": lambda t: t._("cases"),
    "member": lambda t: t._("members"),
    "supervision": lambda t: t._("supervisions"),
    "conference": lambda t: t._("conferences"),
    "opinion": lambda t: t._("opinions"),
    "household": lambda t: t._("households"),
    "round": lambda t: t._("rounds"),
    "collective": lambda t: t._("collectives"),
}


def state_word(t: Texts, state: ReportState) -> Markup:
    """The state in a word."""
    return _STATES[state](t)


def measure(t: Texts, unit: str) -> str:
    """A unit of measure; the leader's own ones are shown as they were written."""
    word = _UNITS.get(unit)
    return word(t) if word else unit


def measures(t: Texts) -> dict[str, str]:
    """The known units of measure by key, as words for a document."""
    return {key: str(word(t).unescape()) for key, word in _UNITS.items()}


def shown(t: Texts, value: Value) -> str:
    """A value as people of this language write it."""
    if not filled(value) or value is None:
        return EMPTY
    if isinstance(value, Decimal):
        return t.number(value)
    return t.date(value) if isinstance(value, dt.date) else value


def quoted(text: str, limit: int) -> str:
    """What a person typed, as it can be shown: without control characters, cut to ``limit``."""
    return clip(clean(text, 4096, cut=True), limit)


def label(t: Texts, one: IndicatorSpec) -> str:
    """The indicator's label in this language."""
    return one.label(t.language)


def not_yet(t: Texts, count: int) -> Markup:
    """That it can't be sent, with how much stands in the way."""
    return t.ngettext(
        "It can't be sent yet: {n} thing is to be corrected.",
        "It can't be sent yet: {n} things are to be corrected.",
        count,
        n=t.number(count),
    )


def problem(t: Texts, template: TemplateSpec, found: Problem) -> Markup:
    """What is wrong, with the fields and figures concerned."""
    field = label(t, template[found.field])
    if found.rule is not None:
        return _rule(t, template, found)
    match found.code:
        case "missing":
            return t._("{field} is still empty.", field=field)
        case "negative":
            return t._("{field} can't be below 0.", field=field)
        case "too_large":
            return t._("{field} is too large.", field=field)
        case "too_many_decimals":
            return t._("{field} has too many decimal places.", field=field)
        case "too_long":
            return t._(
                "{field} is too long: {length} characters, at most {limit} are possible.",
                field=field,
                length=t.number(found.figure("length") or 0),
                limit=t.number(found.figure("limit") or 0),
            )
    return t._("{field} doesn't hold what is asked for there.", field=field)


def _rule(t: Texts, template: TemplateSpec, found: Problem) -> Markup:
    rule = found.rule
    if rule is None:
        raise ValueError("a rule is broken")
    one, figure = label(t, template[rule.code]), shown(t, found.figure(rule.code))
    other = label(t, template[rule.others[0]])
    other_figure = shown(t, found.figure(rule.others[0]))
    match found.code:
        case "at_most":
            return t._(
                "{field} is {figure}: that is more than {other}, which is {other_figure}.",
                field=one,
                figure=figure,
                other=other,
                other_figure=other_figure,
            )
        case "zero_when_zero":
            return t._(
                "{field} is {figure}, but {other} is 0.", field=one, figure=figure, other=other
            )
        case "split":
            return t._(
                "{fields} add up to {sum}, but {total} is {figure}.",
                fields=clip(t.join([label(t, template[code]) for code in rule.others]), 300),
                sum=shown(t, found.figure("sum")),
                total=one,
                figure=figure,
            )
    return t._(
        "{field} is still empty: it is needed because {other} is {figure}.",
        field=label(t, template[found.field]),
        other=one,
        figure=figure,
    )


#: Sentences for the errors of numbers, months, dates and texts, and of the report itself.
ERRORS: dict[str, Callable[..., Markup]] = {
    "number_empty": lambda t, **_v: t._("Please type a number, for example 12."),
    "number_not_a_number": lambda t, **_v: t._(
        "That isn't a number. Please type digits, for example {example}.",
        example=t.number(1200),
    ),
    "number_negative": lambda t, **_v: t._("The number can't be below 0. Please type it again."),
    "number_too_large": lambda t, **_v: t._("The number is too large. Please type it again."),
    "number_too_many_decimals": lambda t, decimals=0, **_v: (
        t.ngettext(
            "At most {n} decimal place is possible here. Please type the number again.",
            "At most {n} decimal places are possible here. Please type the number again.",
            decimals,
            n=t.number(decimals),
        )
        if decimals
        else t._("Only whole numbers are possible here. Please type the number again.")
    ),
    "number_ambiguous": lambda t, **_v: t._(
        "That can be read in two ways. Please type the number without separators."
    ),
    "number_too_many_values": lambda t, **_v: t._(
        "Those are more values than there are empty fields. Please type fewer."
    ),
    "month_empty": lambda t, **_v: t._("Please type a month, for example 2025-03."),
    "month_unknown": lambda t, **_v: t._(
        "I don't understand that month. Please type it like this: 2025-03."
    ),
    "month_out_of_range": lambda t, **_v: t._(
        "There is no such month. Please type it like this: 2025-03."
    ),
    "date_empty": lambda t, **_v: t._("Please type a date, for example 25/03/2025."),
    "date_unknown": lambda t, **_v: t._(
        "I don't understand that date. Please type day, month and year, for example 25/03/2025."
    ),
    "date_out_of_range": lambda t, **_v: t._(
        "There is no such date. Please type day, month and year, for example 25/03/2025."
    ),
    "text_too_long": lambda t, limit=0, length=0, **_v: t._(
        "That text has {length} characters; at most {limit} are possible here. "
        "Please send a shorter one.",
        length=t.number(length),
        limit=t.number(limit),
    ),
    "text_empty": lambda t, **_v: t._("There is no text in that. Please type it again."),
    "value_wrong_type": lambda t, **_v: t._("That doesn't fit this field. Please type it again."),
    "value_too_long": lambda t, limit=0, **_v: t._(
        "The text is too long: at most {limit} characters are possible. Please send a shorter one.",
        limit=t.number(limit),
    ),
    "value_negative": lambda t, **_v: t._("The number can't be below 0. Please type it again."),
    "value_too_large": lambda t, **_v: t._("The number is too large. Please type it again."),
    "value_too_many_decimals": lambda t, **_v: t._(
        "The number has too many decimal places. Please type it again."
    ),
    "value_date_to_come": lambda t, **_v: t._(
        "That date is still to come. Please type the day on which it was done."
    ),
    "value_no_field": lambda t, **_v: t._("This report has no such field. /report shows it."),
    "report_future": lambda t, month=None, **_v: t._(
        "{month} is still to come. /report opens the present month.", month=t.month(month)
    ),
    "report_no_year": lambda t, year=0, **_v: t._(
        "Your bloc has no year {year} here. /reports shows the months there are.", year=year
    ),
    "report_not_yours": lambda t, **_v: t._(
        "That report isn't your unit's. /report opens your own; /bloc changes the unit "
        "for which you act."
    ),
    "report_approved": lambda t, number=0, **_v: t._(
        "Report {number} has been approved and can't be changed any more.", number=number
    ),
    "report_sent_already": lambda t, number=0, **_v: t._(
        "Report {number} has already been sent. To change it, withdraw it first.", number=number
    ),
    "report_not_sent": lambda t, **_v: t._("This report isn't sent, so it needn't be withdrawn."),
    "report_in_review": lambda t, number=0, **_v: t._(
        "The review of report {number} has begun; it can't be withdrawn any more. "
        "Please ask the reviewer to return it.",
        number=number,
    ),
    "report_incomplete": lambda t, count=0, **_v: not_yet(t, count),
    "template_missing": lambda t, **_v: t._(
        "This year's report form is missing. Please tell the bloc leader."
    ),
    "unit_closed": lambda t, unit="", **_v: t._(
        "{unit} has been closed, so it sends no more reports.", unit=unit
    ),
    "evidence_too_large": lambda t, limit=0, **_v: t._(
        "That file is too large: at most {limit} MB are possible. Please send a smaller one.",
        limit=t.number(limit),
    ),
    "evidence_type": lambda t, name="", **_v: t._(
        "I can't take {name} as evidence. Please send a document, picture, audio or video.",
        name=quoted(name, 60) or EMPTY,
    ),
    "evidence_too_many": lambda t, limit=0, **_v: t.ngettext(
        "A report can have {n} file at most. Please delete one first.",
        "A report can have {n} files at most. Please delete one first.",
        limit,
        n=t.number(limit),
    ),
    "evidence_missing": lambda t, **_v: t._("That file is no longer part of the report."),
}
