"""The rules of a report: totals, checks, progress, proposals, comparison and cumulation.

Values are a mapping of indicator codes to a figure (Decimal), a date or a text; a code that is
missing, None or an empty text is not filled in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from bot.domain.numbers import MAX_DIGITS, canonical
from bot.domain.template import (
    AT_MOST,
    DATE,
    NEEDS,
    SPLIT,
    STOCK,
    SUM,
    TEXT,
    ZERO_WHEN_ZERO,
    IndicatorSpec,
    RuleSpec,
    TemplateSpec,
)

Value = Decimal | dt.date | str | None
Values = Mapping[str, Value]

_ZERO: Final = Decimal(0)
_LIMIT: Final = Decimal(10) ** MAX_DIGITS


@dataclass(frozen=True)
class Problem:
    """Something wrong in a report.

    ``code``: ``missing, wrong_type, too_long, negative, too_large, too_many_decimals`` (of one
    field) or the kind of the rule that is broken (``split, at_most, zero_when_zero, needs``).
    ``fields``: the codes concerned, the one to correct first. ``figures``: what stands there, by
    code; for ``split`` also ``sum``; for ``too_long`` ``limit`` and ``length``.
    """

    code: str
    fields: tuple[str, ...]
    rule: RuleSpec | None = None
    figures: tuple[tuple[str, Decimal | None], ...] = ()

    @property
    def field(self) -> str:
        """The field to correct."""
        return self.fields[0]

    def figure(self, name: str) -> Decimal | None:
        """A figure by its name."""
        return dict(self.figures).get(name)


@dataclass(frozen=True)
class PartProgress:
    """How far a part is: required fields done, and all typed fields filled."""

    part: str
    done: int
    required: int
    filled: int
    fields: int

    @property
    def complete(self) -> bool:
        """Whether nothing required is missing."""
        return self.done == self.required


@dataclass(frozen=True)
class Difference:
    """A figure that changed; ``ratio`` is now / before, None where before is 0 or unknown."""

    code: str
    before: Decimal | None
    now: Decimal | None
    ratio: Decimal | None


def filled(value: Value) -> bool:
    """Whether something stands there."""
    return value is not None and value != ""


def figure(values: Values, code: str) -> Decimal | None:
    """The figure of this code, None where there is none."""
    value = values.get(code)
    return value if isinstance(value, Decimal) else None


def compute(template: TemplateSpec, values: Values) -> dict[str, Value]:
    """The values with every total computed.

    A total exists once its required parts are filled and at least one part is; other parts
    count as 0. A typed total is replaced.
    """
    result = {code: value for code, value in values.items() if code not in template.computed}
    sums = {rule.code: rule.others for rule in template.rules if rule.kind == SUM}
    waiting: set[str] = set()

    def known(code: str) -> Decimal | None:
        if code in sums and code not in result and code not in waiting:
            waiting.add(code)
            total = _total(template, sums[code], [known(other) for other in sums[code]])
            if total is not None:
                result[code] = total
        return figure(result, code)

    for code in sums:
        known(code)
    return result


def _total(
    template: TemplateSpec, codes: Iterable[str], figures: list[Decimal | None]
) -> Decimal | None:
    for code, value in zip(codes, figures, strict=True):
        if value is None and code in template and template[code].required:
            return None
    present = [value for value in figures if value is not None]
    return canonical(sum(present, _ZERO)) if present else None


def check_field(template: TemplateSpec, values: Values, code: str) -> list[Problem]:
    """What is wrong with one field as it stands, also against others already filled.

    Emptiness is no problem here, and parts may still be on the way to their total.
    """
    return _check_field(template, compute(template, values), code)


def check_typed(template: TemplateSpec, values: Values) -> dict[str, Problem]:
    """The first thing wrong with each typed field, for the fields that have any.

    The same as :func:`check_field` for each of them, with the totals computed once.
    """
    values = compute(template, values)
    return {
        one.code: problems[0]
        for one in template.inputs
        if filled(values.get(one.code)) and (problems := _check_field(template, values, one.code))
    }


def _check_field(template: TemplateSpec, values: Values, code: str) -> list[Problem]:
    if code not in template or not filled(values.get(code)):
        return []
    problems = _check_value(template[code], values.get(code))
    if problems:
        return problems
    for rule in template.rules_touching.get(code, ()):
        problems += _check_rule(template, values, rule, final=False)
    return [_led_by(problem, code) for problem in problems]


def check_all(template: TemplateSpec, values: Values) -> list[Problem]:
    """Everything wrong with the whole report, in the template's order; empty: it can be sent."""
    values = compute(template, values)
    problems: list[Problem] = []
    wrong: set[str] = set()
    for one in template.indicators:
        value = values.get(one.code)
        if filled(value):
            found = _check_value(one, value)
            wrong |= {one.code} if found else set()
            problems += found
        elif one.required and one.code not in template.computed:
            problems.append(Problem("missing", (one.code,)))
    for rule in template.rules:
        if not wrong or wrong.isdisjoint(rule.codes):
            problems += _check_rule(template, values, rule, final=True)
    order = template.order
    return sorted(problems, key=lambda problem: order.get(problem.field, len(order)))


def asked_for(template: TemplateSpec, values: Values) -> frozenset[str]:
    """The empty optional fields that a rule asks for as things stand."""
    return frozenset(
        code
        for rule in template.rules
        if rule.kind == NEEDS
        for problem in _check_rule(template, values, rule, final=True)
        for code in problem.fields
        if code != rule.code
    )


def _led_by(problem: Problem, code: str) -> Problem:
    """The same problem with the field just typed in front, where it is one of them."""
    if code not in problem.fields:
        return problem
    rest = tuple(one for one in problem.fields if one != code)
    return Problem(problem.code, (code, *rest), problem.rule, problem.figures)


def _check_value(one: IndicatorSpec, value: Value) -> list[Problem]:
    fields = (one.code,)
    if one.type == TEXT:
        if not isinstance(value, str):
            return [Problem("wrong_type", fields)]
        if len(value) > one.max_length:
            sizes = (("limit", Decimal(one.max_length)), ("length", Decimal(len(value))))
            return [Problem("too_long", fields, figures=sizes)]
        return []
    if one.type == DATE:
        right = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
        return [] if right else [Problem("wrong_type", fields)]
    if not isinstance(value, Decimal) or not value.is_finite():
        return [Problem("wrong_type", fields)]
    wrong = _check_figure(value, one.decimals)
    return [Problem(wrong, fields, figures=((one.code, value),))] if wrong else []


@lru_cache(maxsize=10_000)
def _check_figure(value: Decimal, decimals: int) -> str:
    """What is wrong with a figure as such, or nothing."""
    if value < 0:
        return "negative"
    if value >= _LIMIT:
        return "too_large"
    return "too_many_decimals" if -int(canonical(value).as_tuple().exponent) > decimals else ""


def _check_rule(
    template: TemplateSpec, values: Values, rule: RuleSpec, *, final: bool
) -> list[Problem]:
    subject = figure(values, rule.code)
    if rule.kind == SPLIT:
        return _check_split(values, rule, subject, final=final)
    if rule.kind == NEEDS:
        if not final:
            return []
        empty = tuple(code for code in rule.others if not filled(values.get(code)))
        if empty and filled(values.get(rule.code)) and subject != 0:
            # A required field that is empty is reported as missing already.
            empty = tuple(code for code in empty if not template[code].required)
            if empty:
                return [Problem(NEEDS, (*empty, rule.code), rule, _figures(values, rule))]
        return []
    other = figure(values, rule.others[0]) if rule.others else None
    if subject is None or other is None:
        return []
    broken = (rule.kind == AT_MOST and subject > other) or (
        rule.kind == ZERO_WHEN_ZERO and other == 0 and subject != 0
    )
    return [Problem(rule.kind, rule.codes, rule, _figures(values, rule))] if broken else []


def _figures(values: Values, rule: RuleSpec) -> tuple[tuple[str, Decimal | None], ...]:
    return tuple((code, figure(values, code)) for code in rule.codes)


def _check_split(
    values: Values, rule: RuleSpec, total: Decimal | None, *, final: bool
) -> list[Problem]:
    others = [(code, figure(values, code)) for code in rule.others]
    present = [value for _, value in others if value is not None]
    if total is None or not present:
        return []
    added = canonical(sum(present, _ZERO))
    complete = final or len(present) == len(others)
    if added > total or (complete and added != total):
        figures = ((rule.code, total), ("sum", added), *others)
        return [Problem(SPLIT, (*rule.others, rule.code), rule, figures)]
    return []


def progress(template: TemplateSpec, values: Values) -> list[PartProgress]:
    """How far each part is, in the template's order; totals don't count."""
    result = []
    for part in template.parts:
        inputs = template.inputs_of[part.code]
        done = [one for one in inputs if filled(values.get(one.code))]
        result.append(
            PartProgress(
                part.code,
                done=sum(one.required for one in done),
                required=sum(one.required for one in inputs),
                filled=len(done),
                fields=len(inputs),
            )
        )
    return result


def same_as_last_month(template: TemplateSpec, last: Values) -> dict[str, Value]:
    """What can be proposed from last month: stocks, each from its own last value or ``carry``.

    Models kept up this month are by default all the models there were at the end of the last.
    """
    last = compute(template, last)
    proposed: dict[str, Value] = {}
    for one in template.inputs:
        value = figure(last, one.carry or one.code) if one.kind == STOCK and one.numeric else None
        if value is not None:
            proposed[one.code] = value
    return proposed


def zero_for_empty(template: TemplateSpec, values: Values) -> dict[str, Value]:
    """Zeros for the typed figures that are empty; dates and texts stay empty.

    Optional parts of a total that isn't 0 stay empty too: zeros would contradict it.
    """
    zeros: dict[str, Value] = {
        one.code: _ZERO
        for one in template.inputs
        if one.numeric and not filled(values.get(one.code))
    }
    after = compute(template, {**values, **zeros})
    for rule in template.rules:
        if rule.kind == SPLIT and all(code in zeros for code in rule.others):
            if figure(after, rule.code) == 0:
                continue
            for code in rule.others:
                if not template[code].required:
                    del zeros[code]
    return zeros


def differences(template: TemplateSpec, now: Values, before: Values) -> list[Difference]:
    """The figures that differ between two reports, totals too, in the template's order."""
    now, before = compute(template, now), compute(template, before)
    result = []
    for one in template.indicators:
        if not one.numeric:
            continue
        new, old = figure(now, one.code), figure(before, one.code)
        if new != old:
            ratio = new / old if new is not None and old else None
            result.append(Difference(one.code, old, new, ratio))
    return result


def cumulate(
    template: TemplateSpec, months: Iterable[tuple[dt.date, Values]]
) -> dict[str, Decimal]:
    """Figures over several months: flows by their sum, stocks by the last one reported."""
    result: dict[str, Decimal] = {}
    for _, values in sorted(months, key=lambda month: month[0]):
        computed = compute(template, values)
        for one in template.indicators:
            value = figure(computed, one.code) if one.numeric else None
            if value is None:
                continue
            if one.kind != STOCK and one.code in result:
                value = canonical(result[one.code] + value)
            result[one.code] = value
    return result


def values_to_json(values: Values) -> dict[str, str]:
    """The filled values as text: figures plain, dates in ISO form."""
    result = {}
    for code, value in values.items():
        if isinstance(value, Decimal):
            result[code] = format(canonical(value), "f")
        elif isinstance(value, dt.date):
            result[code] = value.isoformat()
        elif value:
            result[code] = value
    return result


def values_from_json(template: TemplateSpec, data: Mapping[str, object]) -> dict[str, Value]:
    """The values that :func:`values_to_json` wrote; what the template doesn't know is left out."""
    result: dict[str, Value] = {}
    for one in template.indicators:
        text = data.get(one.code)
        if not isinstance(text, str) or not text:
            continue
        value: Value
        try:
            if one.numeric:
                value = _stored(text)
            else:
                value = dt.date.fromisoformat(text) if one.type == DATE else text
        except (InvalidOperation, ValueError):
            continue
        result[one.code] = value
    return result


@lru_cache(maxsize=10_000)
def _stored(text: str) -> Decimal:
    return canonical(Decimal(text))
