"""What a ballot paper may ask, and what is a vote on it."""

import hashlib
import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ballot import (
    Base,
    Candidate,
    Choices,
    Contest,
    ContestKind,
    Own,
    Paper,
    Roll,
    RollUnit,
    Rule,
    Threshold,
    Turnout,
    canonical,
    digest,
    paper_from_json,
    paper_json,
    roll_hash,
    roll_json,
    rules_hash,
    run_off,
)
from bot.domain.ballot_rules import (
    Problem,
    barred,
    check_choices,
    check_entitled,
    largest_answers,
    ordered,
    problems,
    warnings,
)
from bot.errors import Expected, Forbidden, Invalid

RULE = Rule(2, 2, Fraction(2, 3), Base.CAST, Threshold(Fraction(1, 2)))
NAMES = ("Hội Đông y", "Liên hiệp KH&KT", "Hội Luật gia")
FLAG = Contest(
    "flag",
    ContestKind.AWARD,
    "Cờ thi đua",
    tuple(Candidate(f"unit:{n}", name, n) for n, name in enumerate(NAMES, start=1)),
    RULE,
)
ASK = Contest("ask", ContestKind.YES_NO, "Thông qua?", (), replace(RULE, seats=1, picks=1))
PAPER = Paper("b1-2023-7", "Suy tôn 2023", (FLAG, ASK))
ROLL = Roll("b1-2023-7", tuple(RollUnit(n, f"Đơn vị {n}") for n in range(1, 14)))


def with_rule(**changes: object) -> Paper:
    rule = replace(RULE, **changes)  # type: ignore[arg-type]
    return replace(PAPER, contests=(replace(FLAG, rule=rule), ASK))


def codes(paper: Paper, roll: Roll = ROLL) -> set[str]:
    return {one.code for one in problems(paper, roll)}


def test_a_right_paper_has_no_problems() -> None:
    assert problems(PAPER, ROLL) == ()
    assert warnings(PAPER, ROLL) == ()


@pytest.mark.parametrize(
    ("paper", "code"),
    [
        (replace(PAPER, contests=()), "ballot_no_contests"),
        (
            replace(PAPER, contests=tuple(replace(ASK, key=f"q{n}") for n in range(13))),
            "ballot_too_many_contests",
        ),
        (replace(PAPER, election="b1-2023-8"), "ballot_other_roll"),
        (replace(PAPER, absent_entitled=False), "ballot_presence_missing"),
        (replace(PAPER, contests=(FLAG, FLAG)), "ballot_key_twice"),
        (replace(PAPER, contests=(replace(FLAG, key=""),)), "ballot_key"),
        (replace(PAPER, contests=(replace(FLAG, candidates=()),)), "ballot_no_candidates"),
        (
            replace(PAPER, contests=(replace(FLAG, candidates=FLAG.candidates[:1] * 2),)),
            "ballot_candidate_twice",
        ),
        (
            replace(PAPER, contests=(replace(ASK, candidates=FLAG.candidates),)),
            "ballot_too_many_candidates",
        ),
        (with_rule(seats=0), "ballot_seats"),
        (replace(PAPER, contests=(replace(ASK, rule=RULE),)), "ballot_seats"),
        (with_rule(picks=0), "ballot_picks"),
        (with_rule(quorum=Fraction(-1)), "ballot_quorum"),
        (with_rule(quorum=Fraction(4, 3)), "ballot_quorum"),
        (with_rule(threshold=Threshold(Fraction(1))), "ballot_threshold"),
        (with_rule(threshold=Threshold(Fraction(5, 4), False)), "ballot_threshold"),
        (with_rule(own=Own.EXCLUDED, base=Base.VALID), "ballot_own_base"),
        (replace(PAPER, contests=(replace(FLAG, after=("ask",)), ASK)), "ballot_after"),
        (replace(PAPER, contests=(FLAG, replace(ASK, after=("flag",)))), "ballot_after"),
    ],
)
def test_what_cannot_be_opened(paper: Paper, code: str) -> None:
    assert code in codes(paper)


def test_a_roll_without_units_or_with_one_twice() -> None:
    assert codes(PAPER, replace(ROLL, units=())) == {"ballot_no_units"}
    assert codes(PAPER, replace(ROLL, units=ROLL.units[:1] * 2)) == {"ballot_unit_twice"}


def test_a_paper_too_big_for_an_envelope() -> None:
    many = tuple(Candidate(str(n), str(n)) for n in range(60))
    contest = replace(FLAG, candidates=many, rule=replace(RULE, seats=60, picks=60))
    one = replace(PAPER, contests=(contest,))
    assert largest_answers(one) == len(json.dumps([list(range(1, 61))], separators=(",", ":")))
    assert problems(one, ROLL) == ()
    three = replace(PAPER, contests=tuple(replace(contest, key=f"c{n}") for n in range(3)))
    assert problems(three, ROLL) == (Problem("ballot_paper_too_big"),)


def test_what_the_leader_is_warned_of() -> None:
    few = replace(ROLL, units=ROLL.units[:4])
    assert warnings(PAPER, few) == (Problem("ballot_few_units"),)
    ninety = Threshold(Fraction(9, 10), more_than=False)
    counted = with_rule(base=Base.ALL, threshold=ninety, own=Own.COUNTED)
    seven = replace(ROLL, units=ROLL.units[:7])
    # Six of seven are 85.7 %: nobody could get 90 % without their own vote.
    assert Problem("ballot_unreachable", "flag") in warnings(counted, seven)
    assert warnings(counted, ROLL) == ()
    assert warnings(with_rule(base=Base.ALL, threshold=ninety, own=Own.EXCLUDED), seven) == ()
    assert warnings(with_rule(seats=4), ROLL) == (Problem("ballot_more_seats", "flag"),)
    free = with_rule(threshold=Threshold(Fraction(0)))
    assert warnings(free, ROLL) == (Problem("ballot_one_vote", "flag"),)


@pytest.mark.parametrize(
    "choices", [((1, 2), (1,)), ((), (2,)), (None, None), ((3,), (1,)), ((3, 1), (1,))]
)
def test_votes(choices: Choices) -> None:
    check_choices(PAPER, choices)


@pytest.mark.parametrize(
    ("choices", "code", "contest"),
    [
        (((1, 2),), "ballot_unanswered", ""),
        (((1,), (1,), (1,)), "ballot_unanswered", ""),
        (((0,), (1,)), "ballot_unknown_choice", "flag"),
        (((4,), (1,)), "ballot_unknown_choice", "flag"),
        (((1, 1), (1,)), "ballot_choice_twice", "flag"),
        (((1, 2, 3), (1,)), "ballot_too_many_choices", "flag"),
        (((1,), ()), "ballot_yes_or_no", "ask"),
        (((1,), (1, 2)), "ballot_yes_or_no", "ask"),
        (((1,), (3,)), "ballot_unknown_choice", "ask"),
    ],
)
def test_what_is_no_vote(choices: Choices, code: str, contest: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_choices(PAPER, choices)
    assert (caught.value.code, caught.value.values["contest"]) == (code, contest)


def test_no_abstention_where_the_rule_forbids_it() -> None:
    paper = with_rule(abstention=False)
    with pytest.raises(Invalid) as caught:
        check_choices(paper, (None, None))
    assert caught.value.code == "ballot_no_abstention"
    check_choices(paper, ((), None))


def test_nobody_marks_their_own_nominee_where_the_rule_forbids_it() -> None:
    check_choices(PAPER, ((1, 2), (1,)), unit=1)
    for own in (Own.EXCLUDED, Own.COUNTED):
        paper = with_rule(own=own)
        assert barred(paper.contests[0], 1) == {1}
        check_choices(paper, ((2, 3), (1,)), unit=1)
        check_choices(paper, ((1, 2), (1,)), unit=13)
        check_choices(paper, ((1, 2), (1,)))
        with pytest.raises(Invalid) as caught:
            check_choices(paper, ((1, 2), (1,)), unit=1)
        assert caught.value.code == "ballot_own_nominee"


def test_the_order_of_taps_leaves_no_trace() -> None:
    assert ordered(((3, 1), None, ())) == ((1, 3), None, ())


def test_who_may_vote() -> None:
    present = Turnout(frozenset(), frozenset({1, 2}))
    only_present = replace(PAPER, presence=True, absent_entitled=False)
    check_entitled(PAPER, ROLL, Turnout(frozenset()), 13)
    check_entitled(replace(PAPER, presence=True), ROLL, present, 13)
    check_entitled(only_present, ROLL, present, 2)
    for paper, unit, code in (
        (PAPER, 14, "ballot_not_on_roll"),
        (only_present, 14, "ballot_not_on_roll"),
        (only_present, 3, "ballot_not_present"),
    ):
        with pytest.raises(Forbidden) as caught:
            check_entitled(paper, ROLL, present, unit)
        assert caught.value.code == code


def test_expected_errors_carry_codes_only() -> None:
    with pytest.raises(Expected):
        check_choices(PAPER, ())


# --- What is frozen ---------------------------------------------------------------------------


def test_the_roll_hash_is_what_anyone_can_compute() -> None:
    roll = Roll("b1", (RollUnit(9, "Hội Nông dân"), RollUnit(2, "Hội Phụ nữ")))
    text = (
        '{"election":"b1","format":"blocbot-ballot-roll/1","units":['
        '{"name":"Hội Phụ nữ","unit":2},{"name":"Hội Nông dân","unit":9}]}'
    )
    assert roll_hash(roll) == hashlib.sha256(text.encode()).hexdigest()
    assert roll_hash(replace(roll, units=roll.units[::-1])) == roll_hash(roll)


RULES = st.builds(
    Rule,
    st.integers(1, 5),
    st.integers(1, 5),
    st.fractions(0, 1),
    st.sampled_from(Base),
    st.builds(Threshold, st.fractions(0, 1), st.booleans()),
    st.booleans(),
    st.sampled_from(Own),
)
CONTESTS = st.builds(
    Contest,
    st.text(max_size=5),
    st.sampled_from(ContestKind),
    st.text(max_size=9),
    st.lists(
        st.builds(
            Candidate, st.text(max_size=5), st.text(max_size=9), st.none() | st.integers(1, 9)
        ),
        max_size=3,
    ).map(tuple),
    RULES,
    st.lists(st.text(max_size=5), max_size=2).map(tuple),
)
PAPERS = st.builds(
    Paper,
    st.text(max_size=5),
    st.text(max_size=9),
    st.lists(CONTESTS, max_size=2).map(tuple),
    st.booleans(),
    st.booleans(),
    st.text(max_size=5),
)


@given(PAPERS)
def test_a_paper_survives_its_json(paper: Paper) -> None:
    body = json.loads(canonical(paper_json(paper)))
    assert paper_from_json(body) == paper


@given(PAPERS, PAPERS)
def test_other_rules_have_another_hash(one: Paper, other: Paper) -> None:
    assert (rules_hash(one) == rules_hash(other)) == (one == other)


@given(PAPERS)
def test_canonical_json_needs_no_library(paper: Paper) -> None:
    """What verify.py writes with the standard library alone is RFC 8785 for what we freeze."""
    text = json.dumps(paper_json(paper), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(paper_json(paper)) == text.encode()
    assert digest(paper_json(paper)) == hashlib.sha256(text.encode()).hexdigest()


def test_papers_of_another_format_are_refused() -> None:
    with pytest.raises(ValueError, match="other"):
        paper_from_json({**paper_json(PAPER), "format": "other"})
    assert roll_json(ROLL)["units"][0] == {"unit": 1, "name": "Đơn vị 1"}


def test_a_run_off_is_between_those_tied() -> None:
    again = run_off(replace(FLAG, after=("x",)), ("unit:3", "unit:1"), 1)
    assert [one.key for one in again.candidates] == ["unit:1", "unit:3"]
    assert (again.rule.seats, again.rule.picks, again.after) == (1, 1, ())
    assert again.rule.threshold == RULE.threshold
