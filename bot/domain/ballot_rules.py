"""What is allowed: rules that can be counted, units that may vote, choices that are a vote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from bot.domain.ballot import (
    Answer,
    Base,
    Choices,
    Contest,
    ContestKind,
    Own,
    Paper,
    Roll,
    Turnout,
    canonical,
)
from bot.errors import Forbidden, Invalid

MAX_CONTESTS: Final = 12
MAX_CANDIDATES: Final = 60
#: With fewer units a result says too easily who voted how.
FEW_UNITS: Final = 5
#: Bytes of a paper's answers as JSON that an envelope has room for.
ROOM: Final = 400
#: Characters of a key: ``unit:17``, ``flag``.
_KEY_LIMIT: Final = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a paper or its roll: a code, and the contest's key (empty: all)."""

    code: str
    contest: str = ""


def problems(paper: Paper, roll: Roll) -> tuple[Problem, ...]:
    """Why this ballot can't be opened; empty if it can.

    Codes: ``ballot_no_contests, ballot_too_many_contests, ballot_no_units, ballot_unit_twice,
    ballot_other_roll, ballot_presence_missing, ballot_key, ballot_key_twice,
    ballot_no_candidates, ballot_too_many_candidates, ballot_candidate_twice, ballot_seats,
    ballot_picks, ballot_quorum, ballot_threshold, ballot_own_base, ballot_after,
    ballot_paper_too_big``.
    """
    return tuple(_problems(paper, roll))


def _problems(paper: Paper, roll: Roll) -> Iterator[Problem]:
    if not paper.contests:
        yield Problem("ballot_no_contests")
    if len(paper.contests) > MAX_CONTESTS:
        yield Problem("ballot_too_many_contests")
    if not roll.units:
        yield Problem("ballot_no_units")
    if len(roll.ids) != len(roll.units):
        yield Problem("ballot_unit_twice")
    if roll.election != paper.election:
        yield Problem("ballot_other_roll")
    if not paper.presence and not paper.absent_entitled:
        # Nobody would know who is absent.
        yield Problem("ballot_presence_missing")
    seen: list[str] = []
    for contest in paper.contests:
        if contest.key in seen:
            yield Problem("ballot_key_twice", contest.key)
        for code in _contest_problems(contest, seen):
            yield Problem(code, contest.key)
        seen.append(contest.key)
    if largest_answers(paper) > ROOM:
        yield Problem("ballot_paper_too_big")


def _contest_problems(contest: Contest, before: Sequence[str]) -> Iterator[str]:
    rule, count = contest.rule, len(contest.options)
    keys = [one.key for one in contest.candidates]
    asks = contest.kind is ContestKind.YES_NO
    if not all(0 < len(key) <= _KEY_LIMIT for key in [contest.key, *keys]):
        yield "ballot_key"
    if asks and keys:
        yield "ballot_too_many_candidates"
    if not count:
        yield "ballot_no_candidates"
    if count > MAX_CANDIDATES:
        yield "ballot_too_many_candidates"
    if len(set(keys)) != len(keys):
        yield "ballot_candidate_twice"
    if rule.seats < 1 or (asks and rule.seats != 1):
        yield "ballot_seats"
    if rule.picks < 1 or (asks and rule.picks != 1):
        yield "ballot_picks"
    if not 0 <= rule.quorum <= 1:
        yield "ballot_quorum"
    share = rule.threshold.share
    if not 0 <= share <= 1 or (share == 1 and rule.threshold.more_than):
        yield "ballot_threshold"
    if rule.own is Own.EXCLUDED and rule.base is Base.VALID:
        # A base less the own unit's paper would say whether that paper abstained.
        yield "ballot_own_base"
    if asks and rule.own is not Own.ALLOWED:
        yield "ballot_own_base"
    if any(key not in before for key in contest.after) or (asks and contest.after):
        yield "ballot_after"


def largest_answers(paper: Paper) -> int:
    """Bytes of the longest answers that can be given on this paper, as canonical JSON."""
    fullest = []
    for contest in paper.contests:
        count = len(contest.options)
        picks = max(0, min(contest.rule.picks, count))
        fullest.append(list(range(count - picks + 1, count + 1)) or None)
    return len(canonical(fullest))


def warnings(paper: Paper, roll: Roll) -> tuple[Problem, ...]:
    """What the leader should know before opening, though it can be opened.

    ``ballot_few_units``: a result will say too easily who voted how. ``ballot_unreachable``:
    somebody couldn't be elected with every vote there is. ``ballot_more_seats``: there are fewer
    candidates than seats. ``ballot_one_vote``: a single vote would be enough.
    """
    found = []
    if len(roll.units) < FEW_UNITS:
        found.append(Problem("ballot_few_units"))
    for contest in paper.contests:
        if _unreachable(contest, roll):
            found.append(Problem("ballot_unreachable", contest.key))
        if contest.kind is not ContestKind.YES_NO and len(contest.candidates) < contest.rule.seats:
            found.append(Problem("ballot_more_seats", contest.key))
        if contest.rule.threshold.share == Fraction(0):
            found.append(Problem("ballot_one_vote", contest.key))
    return tuple(found)


def _unreachable(contest: Contest, roll: Roll) -> bool:
    """Whether a candidate of a unit on the roll is below the threshold with all votes there are."""
    units = len(roll.units)
    rule = contest.rule
    if rule.own is Own.ALLOWED:
        return False
    base = units if rule.own is Own.COUNTED else units - 1
    own = any(one.unit in roll.ids for one in contest.candidates)
    return own and not rule.threshold.reached(units - 1, base)


# --- Voting -----------------------------------------------------------------------------------


def check_entitled(paper: Paper, roll: Roll, turnout: Turnout, unit: int) -> None:
    """May this unit cast a paper now, apart from its having voted before?

    Raises Forbidden: ``ballot_not_on_roll``, ``ballot_not_present``.
    """
    if unit not in roll.ids:
        raise Forbidden("ballot_not_on_roll")
    if paper.absent_entitled:
        return
    if turnout.present is None or unit not in turnout.present:
        raise Forbidden("ballot_not_present")


def barred(contest: Contest, unit: int) -> frozenset[int]:
    """The numbers of the options that this unit may not mark: its own nominees, by the rule."""
    if contest.rule.own is Own.ALLOWED:
        return frozenset()
    return frozenset(
        number for number, one in enumerate(contest.candidates, start=1) if one.unit == unit
    )


def check_choices(paper: Paper, choices: Choices, unit: int | None = None) -> None:
    """Are these answers a vote on this paper? With ``unit``: one that this unit may cast.

    Raises Invalid with the ``contest``'s key: ``ballot_unanswered`` (an answer is missing or one
    too many), ``ballot_unknown_choice``, ``ballot_choice_twice``, ``ballot_too_many_choices``
    (``most``), ``ballot_no_abstention``, ``ballot_yes_or_no``, ``ballot_own_nominee``.
    """
    if len(choices) != len(paper.contests):
        raise Invalid("ballot_unanswered", contest="")
    for contest, answer in zip(paper.contests, choices, strict=True):
        _check_answer(contest, answer)
        if unit is not None and answer and barred(contest, unit).intersection(answer):
            raise Invalid("ballot_own_nominee", contest=contest.key)


def _check_answer(contest: Contest, answer: Answer) -> None:
    key, rule = contest.key, contest.rule
    if answer is None:
        if not rule.abstention:
            raise Invalid("ballot_no_abstention", contest=key)
        return
    if any(not 1 <= number <= len(contest.options) for number in answer):
        raise Invalid("ballot_unknown_choice", contest=key)
    if len(set(answer)) != len(answer):
        raise Invalid("ballot_choice_twice", contest=key)
    if contest.kind is ContestKind.YES_NO and len(answer) != 1:
        raise Invalid("ballot_yes_or_no", contest=key)
    if len(answer) > rule.picks:
        raise Invalid("ballot_too_many_choices", contest=key, most=rule.picks)


def ordered(choices: Choices) -> Choices:
    """The same answers, each in ascending order: the order of the taps is nobody's business."""
    return tuple(None if answer is None else tuple(sorted(answer)) for answer in choices)
