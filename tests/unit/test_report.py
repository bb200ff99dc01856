"""The rules of a report."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.default_template import default_template
from bot.domain.report import (
    Value,
    check_all,
    check_field,
    compute,
    cumulate,
    differences,
    progress,
    same_as_last_month,
    values_from_json,
    values_to_json,
    zero_for_empty,
)
from bot.domain.template import SUM, IndicatorSpec, PartSpec, RuleSpec, TemplateSpec

TEMPLATE = default_template()
FIELDS = ("economy", "culture", "security", "environment", "political")


def figures(**values: int | str) -> dict[str, Value]:
    return {code: Decimal(value) for code, value in values.items()}


def full(**values: int) -> dict[str, Value]:
    """A report that can be sent, with some figures of one's own."""
    given = figures(**values)
    return {**given, **zero_for_empty(TEMPLATE, given)}


def codes(problems: list) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in problems]


def test_totals() -> None:
    values = compute(TEMPLATE, figures(models_sustained=197, models_new=233, models_total=1))
    assert values["models_total"] == 430
    assert "models_total" not in compute(TEMPLATE, figures(models_sustained=5, models_total=5))


def test_totals_of_totals_in_any_order() -> None:
    spec = TemplateSpec(
        (PartSpec("p", {"en": "p"}),),
        tuple(IndicatorSpec(code, "p", {"en": code}, required=False) for code in "abcde"),
        (RuleSpec(SUM, "a", ("b", "c")), RuleSpec(SUM, "b", ("d", "e"))),
    )
    assert compute(spec, figures(c=1, d=2, e=4)) == figures(a=7, b=6, c=1, d=2, e=4)
    assert compute(spec, figures(d=2)) == figures(a=2, b=2, d=2)
    assert compute(spec, {}) == {}


@given(st.integers(0, 10**14), st.integers(0, 10**14))
def test_total_is_the_sum(sustained: int, new: int) -> None:
    values = compute(TEMPLATE, figures(models_sustained=sustained, models_new=new))
    assert values["models_total"] == sustained + new


def test_a_zero_report_can_be_sent() -> None:
    assert check_all(TEMPLATE, full()) == []


def test_missing_fields_are_named_in_order() -> None:
    problems = check_all(TEMPLATE, {})
    required = [one.code for one in TEMPLATE.inputs if one.required]
    assert codes(problems) == [("missing", code) for code in required]


@pytest.mark.parametrize(
    ("values", "problem", "shown"),
    [
        (figures(people_outreach=3), ("zero_when_zero", "people_outreach"), {"people_outreach": 3}),
        (figures(people_legal=3), ("zero_when_zero", "people_legal"), {"sessions_legal": 0}),
        (
            figures(opinions_received=2, opinions_forwarded=3)
            | {"opinions_forwarded_on": dt.date(2025, 3, 4)},
            ("at_most", "opinions_forwarded"),
            {"opinions_received": 2, "opinions_forwarded": 3},
        ),
        (
            figures(persons_rewarded=1, direct_workers_rewarded=2),
            ("at_most", "direct_workers_rewarded"),
            {"persons_rewarded": 1},
        ),
        (
            figures(opinions_received=2, opinions_forwarded=2),
            ("needs", "opinions_forwarded_on"),
            {"opinions_forwarded": 2},
        ),
        (
            figures(models_sustained=2, models_new=1, models_economy=1),
            ("split", "models_economy"),
            {"models_total": 3, "sum": 1},
        ),
    ],
)
def test_a_broken_rule_names_its_fields_and_figures(
    values: dict[str, Value], problem: tuple[str, str], shown: dict[str, int]
) -> None:
    found = check_all(TEMPLATE, {**full(), **values})
    assert codes(found) == [problem]
    assert {name: found[0].figure(name) for name in shown} == shown
    assert found[0].rule in TEMPLATE.rules


def test_a_field_is_checked_against_what_is_filled() -> None:
    values = figures(opinions_received=2)
    assert check_field(TEMPLATE, values | figures(opinions_forwarded=2), "opinions_forwarded") == []
    values |= figures(opinions_forwarded=3)
    assert codes(check_field(TEMPLATE, values, "opinions_forwarded")) == [
        ("at_most", "opinions_forwarded")
    ]
    # The other way round the field just typed comes first too.
    assert codes(check_field(TEMPLATE, values, "opinions_received")) == [
        ("at_most", "opinions_received")
    ]
    assert check_field(TEMPLATE, values, "supervisions") == []
    assert check_field(TEMPLATE, values, "nothing") == []


def test_parts_may_be_on_their_way_to_the_total() -> None:
    values = figures(models_sustained=3, models_new=2, models_economy=4)
    assert check_field(TEMPLATE, values, "models_economy") == []
    assert codes(check_field(TEMPLATE, values | figures(models_economy=6), "models_economy")) == [
        ("split", "models_economy")
    ]
    every = values | figures(**{f"models_{name}": 0 for name in FIELDS[1:]})
    assert codes(check_field(TEMPLATE, every, "models_political")) == [
        ("split", "models_political")
    ]
    assert codes(check_field(TEMPLATE, every, "models_new")) == [("split", "models_economy")]
    assert check_field(TEMPLATE, every | figures(models_culture=1), "models_culture") == []


@pytest.mark.parametrize(
    ("code", "value", "problem"),
    [
        ("supervisions", "12", "wrong_type"),
        ("supervisions", Decimal("NaN"), "wrong_type"),
        ("supervisions", Decimal(-1), "negative"),
        ("supervisions", Decimal(10**15), "too_large"),
        ("supervisions", Decimal("1.5"), "too_many_decimals"),
        ("opinions_forwarded_on", "2025-01-01", "wrong_type"),
        ("opinions_forwarded_on", dt.datetime(2025, 1, 1), "wrong_type"),
        ("plan", Decimal(1), "wrong_type"),
        ("plan", "x" * 1001, "too_long"),
    ],
)
def test_a_wrong_value(code: str, value: Value, problem: str) -> None:
    assert codes(check_field(TEMPLATE, {code: value}, code)) == [(problem, code)]
    assert (problem, code) in codes(check_all(TEMPLATE, {**full(), code: value}))


def test_progress() -> None:
    values = figures(models_sustained=1, models_economy=1) | {"plan": "x", "highlights": ""}
    parts = {part.part: part for part in progress(TEMPLATE, values)}
    assert list(parts) == [part.code for part in TEMPLATE.parts]
    models = parts["models"]
    assert (models.done, models.required, models.filled, models.fields) == (1, 2, 2, 7)
    assert not models.complete
    assert (parts["words"].done, parts["words"].required, parts["words"].filled) == (0, 0, 1)
    assert parts["words"].complete


def test_same_as_last_month_takes_stocks() -> None:
    last = full(models_sustained=3, models_new=2, members_total=40, members_new=7)
    last |= figures(models_economy=5)
    assert same_as_last_month(TEMPLATE, last) == figures(
        models_sustained=3, models_new=2, models_economy=5, members_total=40
    )
    assert same_as_last_month(TEMPLATE, {}) == {}


def test_zero_for_empty_keeps_what_is_there() -> None:
    given_values = figures(models_sustained=3, sessions_outreach=2)
    zeros = zero_for_empty(TEMPLATE, given_values)
    assert zeros["models_new"] == 0
    assert not set(zeros) & {*given_values, "models_total", "models_economy", "plan"}
    assert check_all(TEMPLATE, {**given_values, **zeros}) == []
    assert zero_for_empty(TEMPLATE, {})["models_economy"] == 0


@given(st.dictionaries(st.sampled_from([i.code for i in TEMPLATE.inputs if i.numeric]),
                       st.integers(0, 5).map(Decimal)))  # fmt: skip
def test_after_zeros_no_figure_is_missing(values: dict[str, Value]) -> None:
    after = {**values, **zero_for_empty(TEMPLATE, values)}
    assert "missing" not in [problem.code for problem in check_all(TEMPLATE, after)]
    assert {code: after[code] for code in values} == values


def test_differences() -> None:
    before = figures(models_sustained=2, models_new=2, supervisions=4, members_new=0)
    now = figures(models_sustained=4, models_new=2, supervisions=1, members_new=3, relief_rounds=1)
    assert [(d.code, d.before, d.now, d.ratio) for d in differences(TEMPLATE, now, before)] == [
        ("models_sustained", 2, 4, 2),
        ("models_total", 4, 6, Decimal("1.5")),
        ("members_new", 0, 3, None),
        ("supervisions", 4, 1, Decimal("0.25")),
        ("relief_rounds", None, 1, None),
    ]
    assert differences(TEMPLATE, now, now) == []


def test_cumulate_sums_flows_and_keeps_the_last_stock() -> None:
    months = [
        (dt.date(2025, 2, 1), figures(models_sustained=5, models_new=1, supervisions=2)),
        (dt.date(2025, 1, 1), figures(models_sustained=3, models_new=2, supervisions=1)),
        (dt.date(2025, 3, 1), figures(supervisions=4)),
    ]
    assert cumulate(TEMPLATE, months) == figures(
        models_sustained=5, models_new=1, models_total=6, supervisions=7
    )
    assert cumulate(TEMPLATE, []) == {}


@given(st.permutations(range(1, 13)), st.lists(st.integers(0, 10**9), min_size=12, max_size=12))
def test_cumulate_ignores_the_order(order: list[int], values: list[int]) -> None:
    result = cumulate(
        TEMPLATE,
        [
            (
                dt.date(2025, m, 1),
                figures(sessions_legal=values[m - 1], members_total=values[m - 1]),
            )
            for m in order
        ],
    )
    assert result == {"sessions_legal": sum(values), "members_total": values[11]}


def test_values_round_trip_through_json() -> None:
    values = figures(relief_money=1200000, supervisions=0) | {
        "opinions_forwarded_on": dt.date(2025, 3, 4),
        "plan": "Tiếp tục",
    }
    data = values_to_json(values | {"highlights": "", "difficulties": None})
    assert data == {
        "relief_money": "1200000",
        "supervisions": "0",
        "opinions_forwarded_on": "2025-03-04",
        "plan": "Tiếp tục",
    }
    assert values_from_json(TEMPLATE, data) == values
    assert values_from_json(TEMPLATE, {"gone": "1", "supervisions": "x"}) == {}
