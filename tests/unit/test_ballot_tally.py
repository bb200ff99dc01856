"""Counting, against a naive oracle that knows whole papers, and by hand."""

import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
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
    run_off,
)
from bot.domain.ballot_rules import barred
from bot.domain.ballot_tally import Columns, Count, Outcome, State, columns, count_json, tally

ELECTED, NOT, TIED = Outcome.ELECTED, Outcome.NOT_ELECTED, Outcome.TIED
HALF = Threshold(Fraction(1, 2))
RULE = Rule(1, 1, Fraction(2, 3), Base.CAST, HALF)


def roll(units: int) -> Roll:
    return Roll("b", tuple(RollUnit(n, f"Đơn vị {n}") for n in range(1, units + 1)))


def award(rule: Rule, candidates: int, key: str = "flag", after: tuple[str, ...] = ()) -> Contest:
    """Candidates number n are the nominees of unit n."""
    nominees = tuple(Candidate(f"unit:{n}", f"Đơn vị {n}", n) for n in range(1, candidates + 1))
    return Contest(key, ContestKind.AWARD, "Cờ", nominees, rule, after)


def question(rule: Rule) -> Contest:
    return Contest("ask", ContestKind.YES_NO, "Thông qua?", (), rule)


def count(
    contest: Contest, papers: Sequence[Choices | None], units: int, present: int | None = None
) -> Count:
    """The result where units 1, 2, 3… cast these papers."""
    there = None if present is None else frozenset(range(1, present + 1))
    turnout = Turnout(frozenset(range(1, len(papers) + 1)), there)
    paper = Paper("b", "", (contest,), presence=present is not None)
    return tally(paper, roll(units), turnout, columns(paper, papers))[0]


def votes(*have: int, papers: int) -> list[Choices]:
    """Papers of one contest that give the candidates so many votes."""
    return [
        (tuple(n for n, many in enumerate(have, start=1) if at < many),) for at in range(papers)
    ]


def outcomes(result: Count) -> list[Outcome | None]:
    return [line.outcome for line in result.lines]


# --- By hand ----------------------------------------------------------------------------------


def test_thirteen_units_two_flags_and_two_certificates() -> None:
    """Special associations of Ninh Thuận, 2023: the four named units win."""
    names = ["Đông y", "Liên hiệp KH&KT", "Luật gia", "Liên minh HTX", "Nhà báo", "Người mù"]
    nominees = tuple(Candidate(f"unit:{n}", name, n) for n, name in enumerate(names, start=1))
    rule = replace(RULE, seats=2, picks=2)
    flag = Contest("flag", ContestKind.AWARD, "Cờ thi đua", nominees[:4], rule)
    merit = Contest("merit", ContestKind.AWARD, "Bằng khen", nominees, rule, after=("flag",))
    paper = Paper("b", "", (flag, merit))
    papers: list[Choices] = [*[((1, 2), (3, 4))] * 8, *[((1, 3), (1, 3))] * 3]
    papers += [((2, 4), (4, 5)), (None, (2, 4))]
    turnout = Turnout(frozenset(range(1, 14)))
    first, second = tally(paper, roll(13), turnout, columns(paper, papers))
    assert first.having(ELECTED) == ("unit:1", "unit:2")
    assert [line.votes for line in first.lines] == [11, 9, 3, 1]
    assert (first.cast, first.valid, first.abstained, first.free) == (13, 12, 1, 0)
    assert second.having(ELECTED) == ("unit:3", "unit:4")
    assert second.lines[0].reason == "passed_over"
    assert second.lines[4].reason == "below"


@pytest.mark.parametrize(
    ("units", "have", "share", "won"),
    [
        # At least 90 % of all members, whoever is absent.
        (10, 9, Fraction(9, 10), True),
        (13, 12, Fraction(9, 10), True),
        (13, 11, Fraction(9, 10), False),
        (20, 18, Fraction(9, 10), True),
        (20, 17, Fraction(9, 10), False),
        (7, 6, Fraction(9, 10), False),
        (7, 7, Fraction(9, 10), True),
        # At least 80 %.
        (5, 4, Fraction(4, 5), True),
        (15, 12, Fraction(4, 5), True),
        (15, 11, Fraction(4, 5), False),
        (13, 10, Fraction(4, 5), False),
        (13, 11, Fraction(4, 5), True),
        # Exactly two thirds.
        (6, 4, Fraction(2, 3), True),
        (9, 6, Fraction(2, 3), True),
        (10, 6, Fraction(2, 3), False),
    ],
)
def test_shares_of_all_members(units: int, have: int, share: Fraction, won: bool) -> None:
    rule = replace(RULE, base=Base.ALL, threshold=Threshold(share, more_than=False))
    result = count(award(rule, 1), votes(have, papers=have), units)
    assert result.lines[0].base == units
    assert (outcomes(result) == [ELECTED]) == won


def test_exactly_half_is_not_more_than_half() -> None:
    twelve = votes(6, papers=12)
    assert outcomes(count(award(RULE, 1), twelve, 12)) == [NOT]
    least = replace(RULE, threshold=Threshold(Fraction(1, 2), more_than=False))
    assert outcomes(count(award(least, 1), twelve, 12)) == [ELECTED]
    assert outcomes(count(award(RULE, 1), votes(7, papers=12), 12)) == [ELECTED]


def test_each_base() -> None:
    """12 units, 10 present, 9 papers, 2 of them abstentions: 4 votes of 7, 9, 10 or 12."""
    papers: list[Choices | None] = [*votes(4, papers=7), (None,), (None,)]
    for base, of in ((Base.VALID, 7), (Base.CAST, 9), (Base.PRESENT, 10), (Base.ALL, 12)):
        result = count(award(replace(RULE, base=base), 1), papers, 12, present=10)
        assert result.lines[0].base == of
        assert outcomes(result) == [ELECTED if of < 4 * 2 else NOT]
        assert (result.taking_part, result.cast, result.valid, result.abstained) == (10, 9, 7, 2)


def test_present_is_whoever_votes_where_nobody_confirms() -> None:
    result = count(award(replace(RULE, base=Base.PRESENT), 1), votes(5, papers=9), 12)
    assert (result.taking_part, result.lines[0].base) == (9, 9)


def test_an_absent_unit_that_votes_takes_part() -> None:
    """Units 1 to 9 vote, 1 to 4 are present: nine take part."""
    result = count(award(replace(RULE, base=Base.PRESENT), 1), votes(5, papers=9), 12, present=4)
    assert (result.state, result.taking_part, result.lines[0].base) == (State.COUNTED, 9, 9)


@pytest.mark.parametrize(
    ("units", "papers", "state"),
    [
        (12, 8, State.COUNTED),
        (12, 7, State.VOID),
        (13, 9, State.COUNTED),
        (13, 8, State.VOID),
        (5, 0, State.VOID),
    ],
)
def test_the_quorum_of_two_thirds(units: int, papers: int, state: State) -> None:
    result = count(award(RULE, 1), votes(papers, papers=papers), units)
    assert result.state is state
    assert outcomes(result) == [ELECTED if state is State.COUNTED else None]
    assert result.free == 0


def test_one_contest_of_a_paper_may_have_its_quorum_and_another_not() -> None:
    high = award(replace(RULE, quorum=Fraction(1)), 1, key="high")
    paper = Paper("b", "", (high, award(RULE, 1)))
    papers = [((1,), (1,))] * 9
    found = tally(paper, roll(10), Turnout(frozenset(range(1, 10))), columns(paper, papers))
    assert [one.state for one in found] == [State.VOID, State.COUNTED]


def test_ties() -> None:
    rule = replace(RULE, seats=2, picks=4, threshold=Threshold(Fraction(0)))
    contest = award(rule, 4)
    for have, expected, open_seats, free in (
        ((9, 7, 5, 3), [ELECTED, ELECTED, NOT, NOT], 0, 0),
        ((9, 7, 7, 3), [ELECTED, TIED, TIED, NOT], 1, 0),
        ((7, 7, 9, 7), [TIED, TIED, ELECTED, TIED], 1, 0),
        ((9, 9, 7, 3), [ELECTED, ELECTED, NOT, NOT], 0, 0),
        ((9, 9, 9, 3), [TIED, TIED, TIED, NOT], 2, 0),
        ((5, 5, 5, 5), [TIED, TIED, TIED, TIED], 2, 0),
        ((9, 0, 0, 0), [ELECTED, NOT, NOT, NOT], 0, 1),
        ((0, 0, 0, 0), [NOT, NOT, NOT, NOT], 0, 2),
    ):
        result = count(contest, votes(*have, papers=10), 10)
        assert outcomes(result) == expected, have
        assert (result.open_seats, result.free) == (open_seats, free), have


def test_a_tie_below_the_threshold_is_none() -> None:
    rule = replace(RULE, seats=2, picks=3)
    result = count(award(rule, 3), votes(9, 5, 5, papers=10), 10)
    assert outcomes(result) == [ELECTED, NOT, NOT]
    assert [line.reason for line in result.lines] == ["", "below", "below"]
    assert result.free == 1


def test_a_run_off_decides_between_those_tied() -> None:
    contest = award(replace(RULE, seats=2, picks=3, threshold=Threshold(Fraction(1, 3))), 3)
    first = count(contest, votes(10, 6, 6, papers=12), 12)
    assert first.having(TIED) == ("unit:2", "unit:3")
    again = run_off(contest, first.having(TIED), first.open_seats)
    second = count(again, votes(5, 7, papers=12), 12)
    assert [(line.key, line.outcome) for line in second.lines] == [
        ("unit:2", NOT),
        ("unit:3", ELECTED),
    ]


def test_yes_and_no() -> None:
    contest = question(RULE)
    for yes, no, blank, adopted in ((7, 5, 0, True), (6, 6, 0, False), (6, 0, 6, False)):
        papers: list[Choices] = [((1,),)] * yes + [((2,),)] * no + [(None,)] * blank
        result = count(contest, papers, 12)
        assert result.adopted is adopted
        assert outcomes(result) == [None, None]
        assert [line.votes for line in result.lines] == [yes, no]
    valid = question(replace(RULE, base=Base.VALID))
    assert count(valid, [((1,),)] * 6 + [(None,)] * 6, 12).adopted is True
    assert count(contest, [((1,),)] * 7, 12).adopted is None


def test_an_invalid_envelope_is_a_paper_but_no_vote() -> None:
    papers = [*votes(5, papers=9), None]
    result = count(award(RULE, 1), papers, 10)
    assert (result.cast, result.valid, result.invalid) == (10, 9, 1)
    assert outcomes(result) == [NOT]
    valid = count(award(replace(RULE, base=Base.VALID), 1), papers, 10)
    assert outcomes(valid) == [ELECTED]


def test_ones_own_nominee() -> None:
    """Ten units, all vote; candidate 1 is unit 1's, candidate 2 an outsider's."""
    nominees = (Candidate("unit:1", "Một", 1), Candidate("other", "Người ngoài"))
    for own, base, bases in (
        (Own.ALLOWED, Base.CAST, [10, 10]),
        (Own.EXCLUDED, Base.CAST, [9, 10]),
        (Own.EXCLUDED, Base.PRESENT, [9, 10]),
        (Own.EXCLUDED, Base.ALL, [11, 12]),
        (Own.COUNTED, Base.CAST, [10, 10]),
        (Own.COUNTED, Base.ALL, [12, 12]),
    ):
        rule = replace(RULE, own=own, base=base)
        contest = Contest("c", ContestKind.AWARD, "", nominees, rule)
        result = count(contest, votes(5, 5, papers=10), 12)
        assert [line.base for line in result.lines] == bases
    # Absent, it is in no base but that of all units.
    contest = Contest(
        "c", ContestKind.AWARD, "", nominees, replace(RULE, own=Own.EXCLUDED, base=Base.CAST)
    )
    paper = Paper("b", "", (contest,))
    turnout = Turnout(frozenset(range(2, 13)))
    result = tally(paper, roll(12), turnout, columns(paper, votes(9, 2, papers=11)))[0]
    assert [line.base for line in result.lines] == [11, 11]


def leaders(seats: int = 1) -> Paper:
    rule = replace(RULE, threshold=Threshold(Fraction(1, 3), more_than=False), seats=seats)
    leader = replace(award(rule, 3, "leader"), kind=ContestKind.LEADER)
    deputy = replace(award(rule, 3, "deputy", ("leader",)), kind=ContestKind.DEPUTY)
    return Paper("b", "", (leader, deputy))


def test_the_leader_is_passed_over_as_deputy() -> None:
    papers = [((1,), (1,))] * 7 + [((2,), (2,))] * 5
    turnout = Turnout(frozenset(range(1, 13)))
    leader, deputy = tally(leaders(), roll(12), turnout, columns(leaders(), papers))
    assert leader.having(ELECTED) == ("unit:1",)
    assert deputy.having(ELECTED) == ("unit:2",)
    assert [line.reason for line in deputy.lines] == ["passed_over", "", "below"]


def test_the_deputy_waits_for_the_leaders_run_off() -> None:
    papers = [((1,), (1,))] * 6 + [((2,), (2,))] * 6
    turnout = Turnout(frozenset(range(1, 13)))
    opened = columns(leaders(), papers)
    leader, deputy = tally(leaders(), roll(12), turnout, opened)
    assert leader.having(TIED) == ("unit:1", "unit:2")
    assert (deputy.state, outcomes(deputy)) == (State.WAITS, [None, None, None])
    settled = {"leader": ["unit:2"]}
    leader, deputy = tally(leaders(), roll(12), turnout, opened, settled)
    assert leader.having(TIED) == ("unit:1", "unit:2")
    assert (deputy.state, deputy.having(ELECTED)) == (State.COUNTED, ("unit:1",))


def test_a_tie_among_others_holds_up_nobody() -> None:
    paper = leaders()
    third = Candidate("unit:3", "Đơn vị 3", 3)
    paper = replace(
        paper, contests=(paper.contests[0], replace(paper.contests[1], candidates=(third,)))
    )
    papers = [((1,), (1,))] * 6 + [((2,), (1,))] * 6
    turnout = Turnout(frozenset(range(1, 13)))
    _, deputy = tally(paper, roll(12), turnout, columns(paper, papers))
    assert deputy.having(ELECTED) == ("unit:3",)


def test_columns_say_nothing_of_whole_papers() -> None:
    """Two boxes with the same column sums, but other papers, give the same columns."""
    paper = Paper("b", "", (award(replace(RULE, picks=2, seats=2), 2), question(RULE)))
    one: list[Choices | None] = [((1,), (1,)), ((2,), (2,)), (None, (1,))]
    other: list[Choices | None] = [((1, 2), (2,)), ((), (1,)), (None, (1,))]
    assert columns(paper, one) == columns(paper, other)
    assert columns(paper, one)[0] == Columns("avv", ("+--", "+--"))
    assert columns(paper, one)[1] == Columns("vvv", ("++-", "+--"))


def test_the_result_as_json() -> None:
    body = count_json(count(award(RULE, 1), votes(9, papers=9), 12))
    assert body["state"] == "counted"
    assert body["lines"] == [
        {"key": "unit:1", "votes": 9, "base": 9, "outcome": "elected", "reason": ""}
    ]


# --- Against an oracle ------------------------------------------------------------------------


def oracle(
    contest: Contest, papers: dict[int, Choices | None], units: int, present: set[int] | None
) -> tuple[bool, dict[str, str]]:
    """(valid?, outcomes) from whole papers by their units, with fractions and by trying out.

    A candidate is elected if it gets a seat whichever way draws among equals fall, not elected
    if it gets none whichever way, and tied otherwise.
    """
    rule = contest.rule
    taking_part = set(papers) | (present or set())
    if units == 0 or Fraction(len(taking_part), units) < rule.quorum:
        return False, {}
    able: dict[str, int] = {}
    for number, candidate in enumerate(contest.candidates, start=1):
        electorate = {
            Base.ALL: set(range(1, units + 1)),
            Base.PRESENT: taking_part,
            Base.CAST: set(papers),
            Base.VALID: {
                unit for unit, one in papers.items() if one is not None and one[0] is not None
            },
        }[rule.base]
        if rule.own is Own.EXCLUDED:
            electorate = electorate - {candidate.unit}
        mine = [unit for unit, one in papers.items() if one and one[0] and number in one[0]]
        assert set(mine) <= electorate
        if not mine:
            continue
        share = Fraction(len(mine), len(electorate))
        if share > rule.threshold.share or (
            share == rule.threshold.share and not rule.threshold.more_than
        ):
            able[candidate.key] = len(mine)
    found = {}
    for one in contest.candidates:
        seated = set()
        if one.key in able:
            for luck in (True, False):
                order = sorted(
                    able, key=lambda key: (-able[key], (key != one.key) if luck else key == one.key)
                )
                seated.add(one.key in order[: rule.seats])
        found[one.key] = (
            "tied" if len(seated) == 2 else "elected" if seated == {True} else "not_elected"
        )
    return True, found


@st.composite
def ballots(
    draw: st.DrawFn,
) -> tuple[Contest, dict[int, Choices | None], int, set[int] | None]:
    units = draw(st.integers(1, 15))
    candidates = draw(st.integers(1, 6))
    seats = draw(st.integers(1, candidates + 1))
    own = draw(st.sampled_from(Own))
    bases = [one for one in Base if not (own is Own.EXCLUDED and one is Base.VALID)]
    share = draw(st.sampled_from(["0", "1/3", "1/2", "2/3", "4/5", "9/10", "1"]))
    rule = Rule(
        seats,
        draw(st.integers(1, candidates)),
        Fraction(draw(st.sampled_from(["0", "1/2", "2/3", "1"]))),
        draw(st.sampled_from(bases)),
        Threshold(Fraction(share), draw(st.booleans()) and share != "1"),
        True,
        own,
    )
    contest = award(rule, candidates)
    if draw(st.booleans()):
        contest = replace(
            contest, candidates=tuple(replace(one, unit=None) for one in contest.candidates)
        )
    voters = draw(st.sets(st.integers(1, units)))
    papers: dict[int, Choices | None] = {}
    for unit in sorted(voters):
        marks = draw(st.lists(st.integers(1, candidates), unique=True, max_size=rule.picks))
        kept = tuple(sorted(set(marks) - barred(contest, unit)))
        papers[unit] = draw(st.sampled_from([(kept,), (kept,), (kept,), (kept,), (None,), None]))
    present = draw(st.none() | st.sets(st.integers(1, units)))
    return contest, papers, units, present


@settings(deadline=None, max_examples=400)
@given(ballots(), st.randoms())
def test_the_count_is_the_oracles(
    drawn: tuple[Contest, dict[int, Choices | None], int, set[int] | None], shuffler: random.Random
) -> None:
    contest, papers, units, present = drawn
    paper = Paper("b", "", (contest,), presence=present is not None)
    turnout = Turnout(frozenset(papers), None if present is None else frozenset(present))
    cast = list(papers.values())
    shuffler.shuffle(cast)
    result = tally(paper, roll(units), turnout, columns(paper, cast))[0]
    holds, expected = oracle(contest, papers, units, present)
    assert (result.state is State.COUNTED) == holds
    if not holds:
        assert result.state is State.VOID
        assert all(line.outcome is None for line in result.lines)
        return
    assert {line.key: line.outcome for line in result.lines} == expected
    elected = sum(1 for one in expected.values() if one == "elected")
    tied = sum(1 for one in expected.values() if one == "tied")
    # Every seat is somebody's, free, or what a run-off is about.
    assert elected + result.free + result.open_seats == contest.rule.seats
    assert result.open_seats < tied or tied == result.open_seats == 0
    assert all(line.votes <= line.base for line in result.lines)


@settings(deadline=None)
@given(st.integers(0, 10**18), st.integers(0, 10**18), st.fractions(0, 1), st.booleans())
def test_thresholds_are_exact(have: int, base: int, share: Fraction, more_than: bool) -> None:
    expected = have > 0 < base and (
        Fraction(have, base) > share if more_than else Fraction(have, base) >= share
    )
    assert Threshold(share, more_than).reached(have, base) == expected
