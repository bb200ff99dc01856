"""The template of a report, the default one and wrong ones."""

import json
from dataclasses import replace

import pytest

from bot.domain.default_template import default_template
from bot.domain.template import (
    AT_MOST,
    SPLIT,
    SUM,
    IndicatorSpec,
    PartSpec,
    RuleSpec,
    TemplateError,
    TemplateProblem,
    TemplateSpec,
    check_template,
    from_json,
    to_json,
)
from bot.i18n import KNOWN_LANGUAGES


def small(*rules: RuleSpec, codes: str = "a b c") -> TemplateSpec:
    return TemplateSpec(
        (PartSpec("p", {"en": "Part"}),),
        tuple(IndicatorSpec(code, "p", {"en": code}) for code in codes.split()),
        rules,
    )


def test_the_default_template_is_right() -> None:
    template = default_template()
    assert check_template(template) == []
    assert [part.code for part in template.parts] == [
        "models", "outreach", "organisation", "opinion", "welfare", "rewards", "words",
    ]  # fmt: skip
    assert template.computed == {"models_total"}
    assert template["members_total"].kind == "stock"
    assert template["sessions_outreach"].kind == "flow"
    assert len(template.of_part("outreach")) == 6
    assert all(template.of_part(part.code) for part in template.parts)
    assert "models_total" not in [one.code for one in template.inputs]


@pytest.mark.parametrize("language", KNOWN_LANGUAGES)
def test_labels_exist_and_fit_a_phone(language: str) -> None:
    template = default_template()
    labels = [one.labels[language] for one in template.indicators]
    titles = [part.titles[language] for part in template.parts]
    assert len(set(labels)) == len(labels)
    assert len(set(titles)) == len(titles)
    assert [label for label in labels + titles if not 0 < len(label) <= 33] == []


def test_label_falls_back_to_vietnamese_then_english_then_the_code() -> None:
    both = {"vi": "Một", "en": "One"}
    assert IndicatorSpec("a", "p", both).label("cs") == "Một"
    assert IndicatorSpec("a", "p", {"en": "One"}).label("cs") == "One"
    assert PartSpec("p", {}).title("cs") == "p"


def test_json_round_trip() -> None:
    template = default_template()
    assert from_json(json.loads(json.dumps(to_json(template)))) == template


@pytest.mark.parametrize("data", [{}, {"parts": 1}, {"parts": [], "indicators": [], "rules": []}])
def test_wrong_json_is_an_expected_error(data: dict[str, object]) -> None:
    with pytest.raises(TemplateError) as caught:
        from_json(data)
    assert caught.value.code == "template_wrong"
    assert caught.value.problems


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        (small(codes="a b a"), TemplateProblem("duplicate_code", "indicator", 2, "a")),
        (small(codes="a B"), TemplateProblem("bad_code", "indicator", 1, "B")),
        (small(RuleSpec("x", "a", ("b",))), TemplateProblem("unknown_rule", "rule", 0, "x")),
        (
            small(RuleSpec(SUM, "a", ("b", "z"))),
            TemplateProblem("unknown_indicator", "rule", 0, "z"),
        ),
        (small(RuleSpec(AT_MOST, "a", ("b", "c"))), TemplateProblem("wrong_count", "rule", 0, "2")),
        (small(RuleSpec(SPLIT, "a", ())), TemplateProblem("wrong_count", "rule", 0, "0")),
        (
            small(RuleSpec(SUM, "a", ("b",)), RuleSpec(SUM, "a", ("c",))),
            TemplateProblem("computed_twice", "rule", 1, "a"),
        ),
        (
            small(codes=" ".join(f"a{n}" for n in range(61))),
            TemplateProblem("too_many", "indicator", 60, "61"),
        ),
        (small(codes=""), TemplateProblem("empty", "template", 0)),
    ],
)
def test_one_problem(template: TemplateSpec, problem: TemplateProblem) -> None:
    assert check_template(template) == [problem]


def test_cycles_in_sums() -> None:
    template = small(RuleSpec(SUM, "a", ("b",)), RuleSpec(SUM, "b", ("c", "a")))
    assert [(p.code, p.row) for p in check_template(template)] == [("cycle", 0), ("cycle", 1)]


def test_all_problems_of_a_row_are_listed() -> None:
    template = small()
    wrong = replace(
        template.indicators[1], part="q", kind="x", type="y", labels={"en": ""}, max_length=0
    )
    template = replace(template, indicators=(template.indicators[0], wrong))
    assert [(p.code, p.row, p.value) for p in check_template(template)] == [
        ("no_label", 1, ""),
        ("unknown_part", 1, "q"),
        ("unknown_kind", 1, "x"),
        ("unknown_type", 1, "y"),
        ("max_length", 1, "0"),
    ]


def test_rules_are_about_figures() -> None:
    template = small(RuleSpec(SUM, "a", ("b", "c")))
    text = replace(template.indicators[2], type="text")
    template = replace(template, indicators=(*template.indicators[:2], text))
    assert check_template(template) == [TemplateProblem("wrong_type", "rule", 0, "c")]
