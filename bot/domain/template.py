"""The template of a report: parts, indicators and rules. Data of a bloc-year, never code.

The leader may replace it, so that the specs hold plain strings and :func:`check_template` says
what is wrong with them, all at once and with positions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

from bot.errors import Invalid

FLOW: Final = "flow"
STOCK: Final = "stock"
KINDS: Final = (FLOW, STOCK)

COUNT: Final = "count"
DECIMAL: Final = "decimal"
MONEY: Final = "money"
DATE: Final = "date"
TEXT: Final = "text"
TYPES: Final = (COUNT, DECIMAL, MONEY, DATE, TEXT)
NUMERIC: Final = frozenset({COUNT, DECIMAL, MONEY})

#: The total is computed as the sum of the others.
SUM: Final = "sum"
#: The others are typed and have to add up to the figure, once any of them is filled.
SPLIT: Final = "split"
#: The figure is not above the other.
AT_MOST: Final = "at_most"
#: The figure is 0 when the other is 0.
ZERO_WHEN_ZERO: Final = "zero_when_zero"
#: When the figure is filled and not 0, the others have to be filled.
NEEDS: Final = "needs"
RULES: Final = (SUM, SPLIT, AT_MOST, ZERO_WHEN_ZERO, NEEDS)

MAX_INDICATORS: Final = 60
MAX_PARTS: Final = 20
MAX_RULES: Final = 120
MAX_LABEL: Final = 120
MAX_TEXT: Final = 1000
_DECIMALS: Final = {DECIMAL: 2}
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _label(labels: Mapping[str, str], language: str, code: str) -> str:
    return labels.get(language) or labels.get("vi") or labels.get("en") or code


@dataclass(frozen=True)
class PartSpec:
    """A part of the report; ``titles`` by language."""

    code: str
    titles: Mapping[str, str]

    def title(self, language: str) -> str:
        """The title in this language, else in Vietnamese or English."""
        return _label(self.titles, language, self.code)


@dataclass(frozen=True)
class IndicatorSpec:
    """A row of the report.

    ``kind``: a ``flow`` counts this month, a ``stock`` is the state at the month's end.
    ``type``: count, decimal, money (VND), date or text. ``unit``: key of the unit of measure.
    ``carry``: the code whose last value is proposed for this stock (empty: its own).
    """

    code: str
    part: str
    labels: Mapping[str, str]
    kind: str = FLOW
    type: str = COUNT
    unit: str = ""
    required: bool = True
    max_length: int = MAX_TEXT
    carry: str = ""

    def label(self, language: str) -> str:
        """The label in this language, else in Vietnamese or English."""
        return _label(self.labels, language, self.code)

    @property
    def numeric(self) -> bool:
        """Whether the value is a figure."""
        return self.type in NUMERIC

    @property
    def decimals(self) -> int:
        """How many decimal places a figure may have."""
        return _DECIMALS.get(self.type, 0)


@dataclass(frozen=True)
class RuleSpec:
    """A rule about the figure ``code`` and ``others``; for the kinds see the constants above."""

    kind: str
    code: str
    others: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Every indicator that the rule names."""
        return (self.code, *self.others)


@dataclass(frozen=True)
class TemplateSpec:
    """Parts and indicators in the order shown, and the rules between them."""

    parts: tuple[PartSpec, ...]
    indicators: tuple[IndicatorSpec, ...]
    rules: tuple[RuleSpec, ...] = ()

    @cached_property
    def _by_code(self) -> dict[str, IndicatorSpec]:
        return {indicator.code: indicator for indicator in self.indicators}

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> IndicatorSpec:
        return self._by_code[code]

    def part(self, code: str) -> PartSpec:
        """The part of this code (KeyError for another)."""
        for part in self.parts:
            if part.code == code:
                return part
        raise KeyError(code)

    def of_part(self, part: str) -> tuple[IndicatorSpec, ...]:
        """The indicators of a part, totals too."""
        return tuple(indicator for indicator in self.indicators if indicator.part == part)

    @cached_property
    def computed(self) -> frozenset[str]:
        """The codes of totals, which nobody types."""
        return frozenset(rule.code for rule in self.rules if rule.kind == SUM)

    @cached_property
    def inputs(self) -> tuple[IndicatorSpec, ...]:
        """The indicators that are typed."""
        return tuple(one for one in self.indicators if one.code not in self.computed)

    @cached_property
    def inputs_of(self) -> dict[str, tuple[IndicatorSpec, ...]]:
        """The indicators that are typed, by part; every part is there."""
        return {
            part.code: tuple(one for one in self.inputs if one.part == part.code)
            for part in self.parts
        }

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of every indicator, from 0."""
        return {one.code: place for place, one in enumerate(self.indicators)}

    @cached_property
    def rules_touching(self) -> dict[str, tuple[RuleSpec, ...]]:
        """For every code the rules that depend on it, through totals too."""
        sums = {rule.code: rule.others for rule in self.rules if rule.kind == SUM}
        found: dict[str, list[RuleSpec]] = {}
        for rule in self.rules:
            touched = set(rule.codes)
            waiting = list(rule.codes)
            while waiting:
                for code in sums.get(waiting.pop(), ()):
                    if code not in touched:
                        touched.add(code)
                        waiting.append(code)
            for code in touched:
                found.setdefault(code, []).append(rule)
        return {code: tuple(rules) for code, rules in found.items()}

    def rules_of(self, code: str) -> tuple[RuleSpec, ...]:
        """The rules that name this indicator."""
        return tuple(rule for rule in self.rules if code in rule.codes)


@dataclass(frozen=True)
class TemplateProblem:
    """What is wrong with a template: ``where`` (part, indicator, rule or template), row from 0.

    ``code``: ``bad_code, duplicate_code, no_label, label_too_long, unknown_part, unknown_kind,
    unknown_type, unknown_rule, unknown_indicator, wrong_type, wrong_count, computed_twice, cycle,
    max_length, too_many, empty``; ``value`` is what stood there.
    """

    code: str
    where: str
    row: int
    value: str = ""


class TemplateError(Invalid):
    """A template that can't be used: code ``template_wrong`` with ``problems``."""

    def __init__(self, problems: Iterable[TemplateProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("template_wrong", problems=self.problems)


def check_template(template: TemplateSpec) -> list[TemplateProblem]:
    """Everything that is wrong, in order; an empty list means that it can be used."""
    return [
        *_sizes(template),
        *_check_parts(template),
        *_check_indicators(template),
        *_check_rules(template),
        *_cycles(template),
    ]


def _sizes(template: TemplateSpec) -> list[TemplateProblem]:
    problems = []
    for where, rows, limit in (
        ("part", len(template.parts), MAX_PARTS),
        ("indicator", len(template.indicators), MAX_INDICATORS),
        ("rule", len(template.rules), MAX_RULES),
    ):
        if rows > limit:
            problems.append(TemplateProblem("too_many", where, limit, str(rows)))
    if not template.indicators:
        problems.append(TemplateProblem("empty", "template", 0))
    return problems


def _check_code(where: str, row: int, code: str, seen: set[str]) -> list[TemplateProblem]:
    problems = []
    if not _CODE.fullmatch(code):
        problems.append(TemplateProblem("bad_code", where, row, code))
    if code in seen:
        problems.append(TemplateProblem("duplicate_code", where, row, code))
    seen.add(code)
    return problems


def _check_labels(where: str, row: int, labels: Mapping[str, str]) -> list[TemplateProblem]:
    if not any(label.strip() for label in labels.values()):
        return [TemplateProblem("no_label", where, row)]
    return [
        TemplateProblem("label_too_long", where, row, label)
        for label in labels.values()
        if len(label) > MAX_LABEL
    ]


def _check_parts(template: TemplateSpec) -> list[TemplateProblem]:
    seen: set[str] = set()
    problems = []
    for row, part in enumerate(template.parts):
        problems += _check_code("part", row, part.code, seen)
        problems += _check_labels("part", row, part.titles)
    return problems


def _check_indicators(template: TemplateSpec) -> list[TemplateProblem]:
    seen: set[str] = set()
    parts = {part.code for part in template.parts}
    problems = []
    for row, one in enumerate(template.indicators):
        problems += _check_code("indicator", row, one.code, seen)
        problems += _check_labels("indicator", row, one.labels)
        for wrong, code, value in (
            (one.part not in parts, "unknown_part", one.part),
            (one.kind not in KINDS, "unknown_kind", one.kind),
            (one.type not in TYPES, "unknown_type", one.type),
            (not 1 <= one.max_length <= MAX_TEXT, "max_length", str(one.max_length)),
            (bool(one.carry) and one.carry not in template, "unknown_indicator", one.carry),
        ):
            if wrong:
                problems.append(TemplateProblem(code, "indicator", row, value))
    return problems


def _check_rules(template: TemplateSpec) -> list[TemplateProblem]:
    totals: set[str] = set()
    problems = []
    for row, rule in enumerate(template.rules):
        if rule.kind not in RULES:
            problems.append(TemplateProblem("unknown_rule", "rule", row, rule.kind))
            continue
        one_other = rule.kind in {AT_MOST, ZERO_WHEN_ZERO}
        if not rule.others or (one_other and len(rule.others) != 1):
            problems.append(TemplateProblem("wrong_count", "rule", row, str(len(rule.others))))
        for code in rule.codes:
            if code not in template:
                problems.append(TemplateProblem("unknown_indicator", "rule", row, code))
            elif not template[code].numeric and rule.kind != NEEDS:
                problems.append(TemplateProblem("wrong_type", "rule", row, code))
        if len(set(rule.codes)) < len(rule.codes):
            problems.append(TemplateProblem("duplicate_code", "rule", row, rule.code))
        if rule.kind == SUM:
            if rule.code in totals:
                problems.append(TemplateProblem("computed_twice", "rule", row, rule.code))
            totals.add(rule.code)
    return problems


def _cycles(template: TemplateSpec) -> list[TemplateProblem]:
    """Sums that need themselves."""
    sums = {rule.code: rule.others for rule in template.rules if rule.kind == SUM}
    problems = []
    for row, rule in enumerate(template.rules):
        if rule.kind != SUM:
            continue
        reached: set[str] = set()
        waiting = list(rule.others)
        while waiting:
            code = waiting.pop()
            if code not in reached:
                reached.add(code)
                waiting += sums.get(code, ())
        if rule.code in reached:
            problems.append(TemplateProblem("cycle", "rule", row, rule.code))
    return problems


def to_json(template: TemplateSpec) -> dict[str, Any]:
    """The template as plain JSON values."""
    return {
        "parts": [{"code": one.code, "titles": dict(one.titles)} for one in template.parts],
        "indicators": [{**asdict(one), "labels": dict(one.labels)} for one in template.indicators],
        "rules": [
            {"kind": one.kind, "code": one.code, "others": list(one.others)}
            for one in template.rules
        ],
    }


def from_json(data: Mapping[str, Any]) -> TemplateSpec:
    """The template that :func:`to_json` wrote; raises :class:`TemplateError` for a wrong one."""
    try:
        template = TemplateSpec(
            parts=tuple(PartSpec(**one) for one in data["parts"]),
            indicators=tuple(IndicatorSpec(**one) for one in data["indicators"]),
            rules=tuple(
                RuleSpec(one["kind"], one["code"], tuple(one["others"])) for one in data["rules"]
            ),
        )
        problems = check_template(template)
    except (KeyError, TypeError, AttributeError) as error:
        raise TemplateError([TemplateProblem("empty", "template", 0)]) from error
    if problems:
        raise TemplateError(problems)
    return template
