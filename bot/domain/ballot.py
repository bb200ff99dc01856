"""A secret ballot's paper: its contests, the rule of each, the electoral roll, their hashes.

All of it is frozen when the ballot opens. What is frozen is written as RFC 8785 (canonical) JSON
and hashed with SHA-256, so that anybody can check later that nothing was changed. Fractions are
exact; nothing here, nor in what counts with it, is ever a float.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

import rfc8785

RULES_FORMAT: Final = "blocbot-ballot-rules/1"
ROLL_FORMAT: Final = "blocbot-ballot-roll/1"

#: What a paper says of one contest: the numbers of the options marked, from 1, ascending; empty
#: for "none of them", which is a valid answer; None for an abstention.
Answer = tuple[int, ...] | None
#: The answers of a whole paper, in the order of its contests.
Choices = tuple[Answer, ...]

#: The options of a question that is answered by yes or no.
YES: Final = 1
NO: Final = 2
YES_KEY: Final = "yes"
NO_KEY: Final = "no"


class ContestKind(StrEnum):
    """What a contest decides. ``yes_no`` adopts or doesn't; the others fill seats."""

    AWARD = "award"
    LEADER = "leader"
    DEPUTY = "deputy"
    CHOICE = "choice"
    YES_NO = "yes_no"


class Base(StrEnum):
    """What a percentage is taken of.

    ``valid``: papers that neither abstain in this contest nor are invalid. ``cast``: all papers.
    ``present``: units that were present or have cast a paper. ``all``: units on the roll.
    """

    VALID = "valid"
    CAST = "cast"
    PRESENT = "present"
    ALL = "all"


class Own(StrEnum):
    """Whether a unit may vote on its own nominee.

    ``excluded``: it may not, and the nominee's base doesn't count the unit either. ``counted``:
    it may not, and the base counts it all the same.
    """

    ALLOWED = "allowed"
    EXCLUDED = "excluded"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Threshold:
    """The share of the base that is needed: more than ``share``, or at least that much."""

    share: Fraction
    more_than: bool = True

    def reached(self, votes: int, base: int) -> bool:
        """Whether so many votes of such a base are enough. No votes never are."""
        if votes <= 0 or base <= 0:
            return False
        have, need = votes * self.share.denominator, base * self.share.numerator
        return have > need if self.more_than else have >= need


@dataclass(frozen=True, slots=True)
class Rule:
    """How a contest is voted on and counted.

    ``picks``: most options that a paper may mark. ``quorum``: the least share of the roll's
    units that takes part.
    """

    seats: int
    picks: int
    quorum: Fraction
    base: Base
    threshold: Threshold
    abstention: bool = True
    own: Own = Own.ALLOWED


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who or what can be marked.

    ``key`` names the same nominee in every contest of a paper. ``unit``: the member unit whose
    own nominee this is, None for an option that is nobody's.
    """

    key: str
    name: str
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class Contest:
    """One question of a paper.

    ``after``: earlier contests; whoever is elected there is passed over here (the leader can't
    be deputy too, who gets the flag doesn't get the certificate). A question for yes or no has no
    candidates: its options are yes (1) and no (2).
    """

    key: str
    kind: ContestKind
    title: str
    candidates: tuple[Candidate, ...]
    rule: Rule
    after: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """The keys of what can be marked, in the order of their numbers."""
        if self.kind is ContestKind.YES_NO:
            return (YES_KEY, NO_KEY)
        return tuple(one.key for one in self.candidates)


@dataclass(frozen=True, slots=True)
class Paper:
    """The ballot paper that every unit gets.

    ``election``: the ballot's own name, never used twice. ``presence``: units are confirmed as
    present at a conference, else present is whoever votes. ``absent_entitled``: units that aren't
    present may vote too. Both are the same for all contests: one paper is one envelope, and a
    paper that answers some contests only would show whose it is. ``run_off_of``: the ballot whose
    ties this one decides, in contests of the same keys; empty for any other.
    """

    election: str
    title: str
    contests: tuple[Contest, ...]
    presence: bool = False
    absent_entitled: bool = True
    run_off_of: str = ""


@dataclass(frozen=True, slots=True)
class RollUnit:
    """A unit on the electoral roll under its name of that day."""

    unit: int
    name: str


@dataclass(frozen=True, slots=True)
class Roll:
    """The units that have a vote, as they were when the ballot opened."""

    election: str
    units: tuple[RollUnit, ...]

    @property
    def ids(self) -> frozenset[int]:
        """The units' ids."""
        return frozenset(one.unit for one in self.units)


@dataclass(frozen=True, slots=True)
class Turnout:
    """Which units have cast a paper, and which were confirmed as present.

    ``present`` is None where presence isn't confirmed.
    """

    voted: frozenset[int]
    present: frozenset[int] | None = None

    @property
    def taking_part(self) -> frozenset[int]:
        """Units that are present or have voted."""
        return self.voted | (self.present or frozenset())


def canonical(value: Any) -> bytes:
    """RFC 8785 JSON of lists, dicts with text keys, texts, whole numbers, booleans and None."""
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def fraction_text(share: Fraction) -> str:
    """A fraction as it is written in what is hashed: in lowest terms, ``2/3`` or ``1/1``."""
    return f"{share.numerator}/{share.denominator}"


def paper_json(paper: Paper) -> dict[str, Any]:
    """The paper with all rules as plain JSON: what is frozen and published."""
    return {
        "format": RULES_FORMAT,
        "election": paper.election,
        "title": paper.title,
        "run_off_of": paper.run_off_of,
        "presence": paper.presence,
        "absent_entitled": paper.absent_entitled,
        "contests": [_contest_json(one) for one in paper.contests],
    }


def _contest_json(contest: Contest) -> dict[str, Any]:
    rule = contest.rule
    return {
        "key": contest.key,
        "kind": contest.kind.value,
        "title": contest.title,
        "after": list(contest.after),
        "candidates": [
            {"key": one.key, "name": one.name, "unit": one.unit} for one in contest.candidates
        ],
        "seats": rule.seats,
        "picks": rule.picks,
        "quorum": fraction_text(rule.quorum),
        "base": rule.base.value,
        "threshold": fraction_text(rule.threshold.share),
        "more_than": rule.threshold.more_than,
        "abstention": rule.abstention,
        "own": rule.own.value,
    }


def paper_from_json(body: dict[str, Any]) -> Paper:
    """The paper that :func:`paper_json` wrote. Raises ValueError for another format."""
    if body["format"] != RULES_FORMAT:
        raise ValueError(body["format"])
    return Paper(
        election=body["election"],
        title=body["title"],
        contests=tuple(_contest_from_json(one) for one in body["contests"]),
        presence=body["presence"],
        absent_entitled=body["absent_entitled"],
        run_off_of=body["run_off_of"],
    )


def _contest_from_json(body: dict[str, Any]) -> Contest:
    return Contest(
        key=body["key"],
        kind=ContestKind(body["kind"]),
        title=body["title"],
        candidates=tuple(
            Candidate(one["key"], one["name"], one["unit"]) for one in body["candidates"]
        ),
        rule=Rule(
            seats=body["seats"],
            picks=body["picks"],
            quorum=Fraction(body["quorum"]),
            base=Base(body["base"]),
            threshold=Threshold(Fraction(body["threshold"]), body["more_than"]),
            abstention=body["abstention"],
            own=Own(body["own"]),
        ),
        after=tuple(body["after"]),
    )


def roll_json(roll: Roll) -> dict[str, Any]:
    """The electoral roll as plain JSON, by the units' ids."""
    units = sorted(roll.units, key=lambda one: one.unit)
    return {
        "format": ROLL_FORMAT,
        "election": roll.election,
        "units": [{"unit": one.unit, "name": one.name} for one in units],
    }


def rules_hash(paper: Paper) -> str:
    """The hash of paper and rules that is announced at the opening."""
    return digest(paper_json(paper))


def roll_hash(roll: Roll) -> str:
    """The hash of the electoral roll that is announced at the opening."""
    return digest(roll_json(roll))


def run_off(contest: Contest, tied: Sequence[str], seats: int) -> Contest:
    """The contest between exactly those that are tied, for the seats that are left to them."""
    return replace(
        contest,
        candidates=tuple(one for one in contest.candidates if one.key in set(tied)),
        rule=replace(contest.rule, seats=seats, picks=seats),
        after=(),
    )
