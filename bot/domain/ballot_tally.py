"""Counting a secret ballot, in whole numbers only.

What is counted are columns: for every contest one of the papers' states, for every option one of
marks. A column is sorted, so nothing says which of its cells came from one paper. Candidates are
elected, not elected, or tied at the last seat; a tie is reported for a run-off, never drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bot.domain.ballot import (
    YES,
    Base,
    Choices,
    Contest,
    ContestKind,
    Own,
    Paper,
    Roll,
    Turnout,
)

#: A cell of an option's column: the paper marks it, or doesn't (for whatever reason).
MARKED: Final = "+"
UNMARKED: Final = "-"
#: A cell of the papers' column: a vote, an abstention, an envelope that held no vote.
VALID: Final = "v"
ABSTAINED: Final = "a"
INVALID: Final = "x"


class Outcome(StrEnum):
    """What became of a candidate."""

    ELECTED = "elected"
    NOT_ELECTED = "not_elected"
    TIED = "tied"


class State(StrEnum):
    """Whether a contest has a result.

    ``void``: too few units took part. ``waits``: somebody is tied in an earlier contest whose
    winners are passed over here, so a run-off has to come first.
    """

    COUNTED = "counted"
    VOID = "void"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Columns:
    """What the envelopes said of one contest: texts of one character a paper, sorted.

    ``papers``: ``v``, ``a`` or ``x``. ``options``: a text of ``+`` and ``-`` for each option. An
    unmarked cell doesn't say whether the paper abstained, was invalid, or may not mark this
    option: otherwise two columns side by side would give a barred unit away.
    """

    papers: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """The count of one option: votes of a base.

    ``outcome`` is None where the contest has no result, and for yes and no. ``reason`` of
    ``not_elected``: ``below`` the threshold, ``outranked``, or ``passed_over`` for being elected
    in an earlier contest.
    """

    key: str
    votes: int
    base: int
    outcome: Outcome | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """The result of one contest.

    ``units``: on the roll. ``taking_part``: present or voted. ``cast`` = ``valid`` +
    ``abstained`` + ``invalid``. ``free``: seats that nobody gets. ``open_seats``: seats that
    those tied compete for. ``adopted``: what a question for yes or no ends with.
    """

    key: str
    state: State
    units: int
    taking_part: int
    cast: int
    valid: int
    abstained: int
    invalid: int
    lines: tuple[Line, ...]
    free: int = 0
    open_seats: int = 0
    adopted: bool | None = None

    def having(self, outcome: Outcome) -> tuple[str, ...]:
        """The keys of those with this outcome, most votes first."""
        lines = [one for one in self.lines if one.outcome is outcome]
        return tuple(one.key for one in sorted(lines, key=lambda one: -one.votes))


def columns(paper: Paper, papers: Sequence[Choices | None]) -> tuple[Columns, ...]:
    """The columns of all contests, from the papers in any order; None is an invalid one."""
    found = []
    for place, contest in enumerate(paper.contests):
        answers = [None if one is None else one[place] for one in papers]
        states = (
            INVALID if one is None else ABSTAINED if answer is None else VALID
            for one, answer in zip(papers, answers, strict=True)
        )
        marks = tuple(
            "".join(
                sorted(MARKED if answer and number in answer else UNMARKED for answer in answers)
            )
            for number in range(1, len(contest.options) + 1)
        )
        found.append(Columns("".join(sorted(states)), marks))
    return tuple(found)


def tally(
    paper: Paper,
    roll: Roll,
    turnout: Turnout,
    opened: Sequence[Columns],
    settled: Mapping[str, Iterable[str]] | None = None,
) -> tuple[Count, ...]:
    """The results of all contests, in the paper's order.

    ``settled``: for a contest that was tied (its key), who was elected in its run-offs; then
    contests that waited for it are counted. Candidates are ranked by votes.
    """
    decided = {key: frozenset(elected) for key, elected in (settled or {}).items()}
    results: dict[str, Count] = {}
    for contest, column in zip(paper.contests, opened, strict=True):
        won, unsure = _before(contest, results, decided)
        results[contest.key] = _count(contest, roll, turnout, column, won, unsure)
    return tuple(results.values())


def _before(
    contest: Contest, results: Mapping[str, Count], settled: Mapping[str, frozenset[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Who is elected in the contests before this one, and of whom it isn't certain yet."""
    won: set[str] = set()
    unsure: set[str] = set()
    for key in contest.after:
        result = results[key]
        won.update(result.having(Outcome.ELECTED))
        if key in settled:
            won |= settled[key]
        elif result.state is State.WAITS:
            unsure.update(line.key for line in result.lines)
        else:
            unsure.update(result.having(Outcome.TIED))
    return frozenset(won), frozenset(unsure)


def _count(
    contest: Contest,
    roll: Roll,
    turnout: Turnout,
    column: Columns,
    won: frozenset[str],
    unsure: frozenset[str],
) -> Count:
    votes = [marks.count(MARKED) for marks in column.options]
    bases = [_base(contest, place, roll, turnout, column) for place in range(len(votes))]
    lines = [
        Line(key, have, base) for key, have, base in zip(contest.options, votes, bases, strict=True)
    ]
    quorum = contest.rule.quorum
    free = open_seats = 0
    adopted = None
    if len(turnout.taking_part) * quorum.denominator < quorum.numerator * len(roll.units):
        state = State.VOID
    elif unsure.intersection(contest.options):
        state = State.WAITS
    else:
        state = State.COUNTED
        if contest.kind is ContestKind.YES_NO:
            adopted = contest.rule.threshold.reached(votes[YES - 1], bases[YES - 1])
        else:
            lines, free, open_seats = _rank(contest, lines, won)
    return Count(
        key=contest.key,
        state=state,
        units=len(roll.units),
        taking_part=len(turnout.taking_part),
        cast=len(column.papers),
        valid=column.papers.count(VALID),
        abstained=column.papers.count(ABSTAINED),
        invalid=column.papers.count(INVALID),
        lines=tuple(lines),
        free=free,
        open_seats=open_seats,
        adopted=adopted,
    )


def _base(contest: Contest, place: int, roll: Roll, turnout: Turnout, column: Columns) -> int:
    """Of how many the votes for the option at this place (from 0) are a share."""
    rule = contest.rule
    if rule.base is Base.VALID:
        return column.papers.count(VALID)
    if rule.base is Base.CAST:
        voters, base = turnout.voted, len(column.papers)
    elif rule.base is Base.PRESENT:
        voters, base = turnout.taking_part, len(turnout.taking_part)
    else:
        voters, base = roll.ids, len(roll.units)
    excluded = rule.own is Own.EXCLUDED and contest.candidates[place].unit in voters
    return base - 1 if excluded else base


def _rank(
    contest: Contest, lines: Sequence[Line], won: frozenset[str]
) -> tuple[list[Line], int, int]:
    """The lines with their outcomes, the seats left free, the seats that a run-off is about."""
    rule = contest.rule
    able = [
        line.votes
        for line in lines
        if line.key not in won and rule.threshold.reached(line.votes, line.base)
    ]
    able.sort(reverse=True)
    free = max(0, rule.seats - len(able))
    # Votes of the last seat; whoever has more is in, whoever has as many may be tied.
    last = 0 if free else able[rule.seats - 1]
    above = sum(1 for votes in able if votes > last)
    level = sum(1 for votes in able if votes == last)
    tied = not free and above + level > rule.seats
    open_seats = rule.seats - above if tied else 0
    judged = []
    for line in lines:
        outcome, reason = Outcome.NOT_ELECTED, ""
        if line.key in won:
            reason = "passed_over"
        elif not rule.threshold.reached(line.votes, line.base):
            reason = "below"
        elif line.votes > last or (line.votes == last and not tied):
            outcome = Outcome.ELECTED
        elif line.votes == last:
            outcome = Outcome.TIED
        else:
            reason = "outranked"
        judged.append(Line(line.key, line.votes, line.base, outcome, reason))
    return judged, free, open_seats


def count_json(count: Count) -> dict[str, Any]:
    """A result as plain JSON, as it is published."""
    return {
        "key": count.key,
        "state": count.state.value,
        "units": count.units,
        "taking_part": count.taking_part,
        "cast": count.cast,
        "valid": count.valid,
        "abstained": count.abstained,
        "invalid": count.invalid,
        "free": count.free,
        "open_seats": count.open_seats,
        "adopted": count.adopted,
        "lines": [
            {
                "key": line.key,
                "votes": line.votes,
                "base": line.base,
                "outcome": line.outcome and line.outcome.value,
                "reason": line.reason,
            }
            for line in count.lines
        ],
    }
