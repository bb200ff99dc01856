"""The public record and the script that recounts it, run as a stranger would run it."""

import ast
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.documents import verify
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
from bot.domain.ballot_record import (
    Times,
    closed_seal,
    counted_seal,
    opened_seal,
    record,
    record_bytes,
)
from bot.domain.ballot_rules import barred, problems
from bot.domain.ballot_tally import Columns, Outcome, State, columns, count_json, tally
from bot.domain.sealed_box import BoxKey, Opened, code_text, new_code, open_box, seal

SCRIPT = Path(verify.__file__)
TIMES = Times("2024-12-10T02:00:00Z", "2024-12-10T03:15:00Z")
THIRD = Threshold(Fraction(1, 3), more_than=False)
RULE = Rule(1, 1, Fraction(2, 3), Base.CAST, THIRD, own=Own.EXCLUDED)
NOMINEES = tuple(Candidate(f"unit:{n}", f"Đơn vị “{n}”", n) for n in range(1, 4))
LEADER = Contest("leader", ContestKind.LEADER, "Trưởng khối", NOMINEES, RULE)
DEPUTY = replace(LEADER, key="deputy", kind=ContestKind.DEPUTY, title="Phó khối", after=("leader",))
ASK = Contest("ask", ContestKind.YES_NO, "Thông qua quy chế?", (), replace(RULE, own=Own.ALLOWED))
PAPER = Paper("b1-2024-3", "Bầu năm 2025", (LEADER, DEPUTY, ASK), presence=True)


def roll(election: str, units: int = 12) -> Roll:
    return Roll(election, tuple(RollUnit(n, f"Đơn vị “{n}”") for n in range(1, units + 1)))


def held(
    paper: Paper, votes: dict[int, Choices], present: set[int] | None
) -> tuple[dict[str, Any], dict[int, bytes]]:
    """A whole ballot: (public record, receipt codes by unit)."""
    units = roll(paper.election)
    assert problems(paper, units) == ()
    codes = {unit: new_code() for unit in votes}
    turnout = Turnout(frozenset(votes), None if present is None else frozenset(present))
    with BoxKey.generate() as key:
        sealed = [seal(paper, key.public, unit, codes[unit], one) for unit, one in votes.items()]
        opened = open_box(paper, key, {one.id: one.content for one in sealed})
        counts = tally(paper, units, turnout, opened.columns)
        return record(paper, units, key.public, TIMES, turnout, opened, counts), codes


VOTES: dict[int, Choices] = {
    1: ((2,), (2,), (1,)),
    2: ((1,), (3,), (1,)),
    3: ((1,), (2,), (2,)),
    4: ((1,), (1,), None),
    5: ((1,), (), (1,)),
    6: ((2,), (2,), (1,)),
    7: ((), None, (2,)),
    8: ((1,), (2,), (1,)),
    9: ((3,), (2,), (1,)),
}
BODY, CODES = held(PAPER, VOTES, {1, 2, 3, 4, 11})
DATA = record_bytes(BODY)


def run(tmp_path: Path, *files: bytes, options: tuple[str, ...] = ()) -> tuple[int, str]:
    """Runs the script in an interpreter of its own, without this program's packages."""
    names = []
    for number, data in enumerate(files):
        path = tmp_path / f"record{number}.json"
        path.write_bytes(data)
        names.append(str(path))
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), *names, *options],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
        input=b"",
    )
    assert done.stderr == b"", done.stderr.decode()
    return done.returncode, done.stdout.decode()


def test_a_right_record_is_ok(tmp_path: Path) -> None:
    status, text = run(tmp_path, DATA)
    assert status == 0
    assert text.endswith("\nOK\n")
    assert "Trưởng khối" in text
    assert "5/8 (62.5 %)" in text
    assert "TRÚNG / elected" in text
    assert "đã trúng mục trước" in text
    assert "THÔNG QUA / adopted" in text
    assert BODY["seals"]["counted"] in text


def test_the_script_shares_nothing_with_the_program() -> None:
    tree = ast.parse(SCRIPT.read_text())
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(str(node.module))
    assert {name.split(".")[0] for name in found} <= set(sys.stdlib_module_names)
    assert not {"socket", "urllib", "http", "os", "subprocess"} & found


def test_the_announced_hash(tmp_path: Path) -> None:
    right = BODY["seals"]["counted"]
    assert run(tmp_path, DATA, options=("--hash", right.upper()))[0] == 0
    status, text = run(tmp_path, DATA, options=("--hash", "0" * 64))
    assert (status, "NOT OK" in text) == (1, True)


def test_a_voter_finds_their_envelope(tmp_path: Path) -> None:
    shown = code_text(CODES[7])
    for typed in (shown, shown.lower().replace("-", " ").replace("0", "o")):
        status, text = run(tmp_path, DATA, options=("--receipt", typed))
        assert status == 0
        assert "in the box: Đơn vị “7”" in text
        assert shown not in text
    for wrong in (code_text(new_code()), shown[:-1], "Ư" + shown[1:]):
        status, text = run(tmp_path, DATA, options=("--receipt", wrong))
        assert (status, "NOT OK" in text) == (1, True)
    # Asked for, and no answer.
    assert run(tmp_path, DATA, options=("--receipt",))[0] == 1


def test_bad_files_get_a_sentence(tmp_path: Path) -> None:
    for data in (
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"7",
        b"[" * 100_000,
        DATA[:-1],
        DATA.replace(b"\n", b"\r\n"),
    ):
        status, text = run(tmp_path, data)
        assert (status, "NOT OK" in text) == (1, True), data[:20]
    assert run(tmp_path, options=(str(tmp_path / "none.json"),))[0] == 1


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found(place: int, flip: int) -> None:
    changed = DATA[:place] + bytes([DATA[place] ^ flip]) + DATA[place + 1 :]
    assert not holds(changed)


def holds(data: bytes) -> bool:
    """What the script says, without starting an interpreter for each."""
    try:
        body = verify.read(data)
        verify.check_hashes(body)
        results = verify.recount(body, {})
    except (verify.Wrong, AttributeError, LookupError, TypeError, ValueError, RuntimeError):
        return False
    return bool(results == body["result"])


def resealed(body: dict[str, Any]) -> dict[str, Any]:
    """A changed record with all hashes made anew, as a forger would do it."""
    rules, units = body["rules"], body["roll"]
    body["rules_hash"], body["roll_hash"] = verify.sha(rules), verify.sha(units)
    body["box_digest"] = verify.sha(
        {
            "format": "blocbot-ballot-box/1",
            "election": rules["election"],
            "envelopes": body["box"],
        }
    )
    head = {"format": "blocbot-ballot-seal/1"}
    first = verify.sha(
        {
            **head,
            "step": "opened",
            "election": rules["election"],
            "rules": body["rules_hash"],
            "roll": body["roll_hash"],
            "key": body["key"],
            "at": body["opened_at"],
        }
    )
    second = verify.sha(
        {
            **head,
            "step": "closed",
            "before": first,
            "turnout": body["turnout"],
            "box": body["box_digest"],
            "at": body["closed_at"],
        }
    )
    third = verify.sha(
        {
            **head,
            "step": "counted",
            "before": second,
            "columns": body["columns"],
            "result": body["result"],
        }
    )
    body["seals"] = {"opened": first, "closed": second, "counted": third}
    return body


def test_a_forger_who_makes_all_hashes_anew_has_another_hash_than_was_announced() -> None:
    body = json.loads(DATA)
    assert resealed(json.loads(DATA)) == body
    body["rules"]["title"] = "Bầu năm 2026"
    forged = resealed(body)
    assert holds(record_bytes(forged))
    assert forged["seals"]["counted"] != BODY["seals"]["counted"]


def _vote_more(body: dict[str, Any]) -> None:
    body["columns"][0]["options"][1] = "+++++++--"


def _too_many_marks(body: dict[str, Any]) -> None:
    body["columns"][0]["options"] = ["++++++---"] * 3


def _own_marked(body: dict[str, Any]) -> None:
    body["columns"][0]["options"] = ["+++++++++", "---------", "---------"]


def _short_column(body: dict[str, Any]) -> None:
    body["columns"][0]["options"][0] = "+++++---"


def _unsorted(body: dict[str, Any]) -> None:
    body["columns"][0]["options"][0] = "-+++++---"


def _other_result(body: dict[str, Any]) -> None:
    lines = body["result"][0]["lines"]
    lines[0]["outcome"], lines[1]["outcome"] = "not_elected", "elected"


def _other_base(body: dict[str, Any]) -> None:
    body["rules"]["contests"][0]["base"] = "all"


def _other_threshold(body: dict[str, Any]) -> None:
    body["rules"]["contests"][0]["threshold"] = "9/10"


def _one_more_voted(body: dict[str, Any]) -> None:
    body["turnout"]["voted"].append(10)


def _a_stranger_voted(body: dict[str, Any]) -> None:
    body["turnout"]["voted"][-1] = 99


def _voted_twice(body: dict[str, Any]) -> None:
    body["turnout"]["voted"][-1] = 1


def _envelope_added(body: dict[str, Any]) -> None:
    body["box"].append(["f" * 64, "0" * 64])


def _envelope_twice(body: dict[str, Any]) -> None:
    body["box"][1] = body["box"][0]


def _unit_twice(body: dict[str, Any]) -> None:
    body["roll"]["units"][1] = body["roll"]["units"][0]


def _other_roll(body: dict[str, Any]) -> None:
    body["roll"]["election"] = "b2"


def _no_presence(body: dict[str, Any]) -> None:
    body["turnout"]["present"] = None


def _absent_not_entitled(body: dict[str, Any]) -> None:
    body["rules"]["absent_entitled"] = False


def _no_abstention(body: dict[str, Any]) -> None:
    body["rules"]["contests"][1]["abstention"] = False


def _contest_gone(body: dict[str, Any]) -> None:
    del body["columns"][2]


def _yes_for_no(body: dict[str, Any]) -> None:
    body["columns"][2]["options"] = ["++++++++-", "---------"]


def _quorum(body: dict[str, Any]) -> None:
    body["rules"]["contests"][0]["quorum"] = "1/1"


@pytest.mark.parametrize(
    "change",
    [
        _vote_more,
        _too_many_marks,
        _own_marked,
        _short_column,
        _unsorted,
        _other_result,
        _other_base,
        _other_threshold,
        _one_more_voted,
        _a_stranger_voted,
        _voted_twice,
        _envelope_added,
        _envelope_twice,
        _unit_twice,
        _other_roll,
        _no_presence,
        _absent_not_entitled,
        _no_abstention,
        _contest_gone,
        _yes_for_no,
        _quorum,
    ],
)
def test_what_does_not_add_up_is_found_even_with_hashes_made_anew(
    change: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    body = json.loads(DATA)
    change(body)
    assert not holds(record_bytes(body))
    status, text = run(tmp_path, record_bytes(resealed(body)))
    assert (status, "NOT OK" in text) == (1, True)


def test_a_nominee_cannot_have_the_vote_of_the_unit_that_is_barred() -> None:
    contest = BODY["rules"]["contests"][0]
    none = "---------"
    verify.check_columns(contest, {"papers": "v" * 9, "options": ["++++++++-", none, none]}, 9, {1})
    nine = {"papers": "v" * 9, "options": ["+++++++++", none, none]}
    with pytest.raises(verify.Wrong, match="more votes than there can be"):
        verify.check_columns(contest, nine, 9, {1})
    verify.check_columns({**contest, "own": "allowed"}, nine, 9, {1})
    verify.check_columns(contest, nine, 9, {4})


def test_the_seals_follow_each_other() -> None:
    units = roll(PAPER.election)
    first = opened_seal(PAPER, units, bytes.fromhex(BODY["key"]), TIMES.opened)
    assert first == BODY["seals"]["opened"]
    turnout = Turnout(frozenset(VOTES), frozenset({1, 2, 3, 4, 11}))
    second = closed_seal(first, turnout, BODY["box_digest"], TIMES.closed)
    assert second == BODY["seals"]["closed"]
    opened = columns(PAPER, list(VOTES.values()))
    counts = tally(PAPER, units, turnout, opened)
    assert counted_seal(second, opened, counts) == BODY["seals"]["counted"]
    assert counted_seal("0" * 64, opened, counts) != BODY["seals"]["counted"]


def test_no_secret_is_in_the_record() -> None:
    for code in CODES.values():
        assert code.hex().encode() not in DATA
        assert code_text(code).encode() not in DATA
    assert set(BODY["columns"][0]) == {"papers", "options"}
    assert all(list(one["papers"]) == sorted(one["papers"]) for one in BODY["columns"])


def test_a_barred_unit_is_not_given_away_by_its_own_nominees_column() -> None:
    """Whatever unit 1 answers in a contest where it is barred from option 1, the column of that
    option is the same, and the others don't say more than their sums.
    """
    others: dict[int, Choices] = {unit: one for unit, one in VOTES.items() if unit != 1}
    seen = set()
    for mine in (((2,), (2,), (1,)), ((), (2,), (1,)), (None, (2,), (1,))):
        body, _ = held(PAPER, {1: mine, **others}, {1, 2, 3, 4, 11})
        seen.add((body["columns"][0]["options"][0], body["result"][0]["lines"][0]["base"]))
    assert len(seen) == 1


# --- Run-offs ---------------------------------------------------------------------------------

TIED: dict[int, Choices] = {unit: ((1 + unit % 2,), (1 + unit % 2,), (1,)) for unit in range(3, 13)}


def test_a_run_off_lets_the_waiting_contest_be_counted(tmp_path: Path) -> None:
    body, _ = held(PAPER, TIED, set())
    assert [one["state"] for one in body["result"]] == ["counted", "waits", "counted"]
    again = Paper(
        "b1-2024-4",
        "Bầu lại",
        (run_off(LEADER, ("unit:1", "unit:2"), 1),),
        run_off_of=PAPER.election,
    )
    decided, _ = held(again, dict.fromkeys(range(3, 13), ((2,),)), None)
    status, text = run(tmp_path, record_bytes(body), record_bytes(decided))
    assert status == 0
    after = text.split(decided["seals"]["counted"])[1]
    assert "Phó khối" in after
    assert "đã trúng mục trước" in after
    assert "TRÚNG / elected" in after
    for other in (
        replace(again, run_off_of="b1-2024-2"),
        replace(again, contests=(run_off(LEADER, ("unit:1", "unit:3"), 1),)),
        replace(again, contests=(run_off(LEADER, ("unit:1", "unit:2"), 2),)),
        replace(again, contests=(run_off(DEPUTY, ("unit:1", "unit:2"), 1),)),
    ):
        wrong, _ = held(other, dict.fromkeys(range(3, 13), ((),)), None)
        assert run(tmp_path, record_bytes(wrong))[0] == 0
        assert run(tmp_path, record_bytes(body), record_bytes(wrong))[0] == 1


def test_a_second_tie_needs_a_second_run_off(tmp_path: Path) -> None:
    body, _ = held(PAPER, TIED, set())
    contest = run_off(LEADER, ("unit:1", "unit:2"), 1)
    second = Paper("b1-2024-4", "Bầu lại", (contest,), run_off_of=PAPER.election)
    third = Paper("b1-2024-5", "Bầu lại lần 2", (contest,), run_off_of=second.election)
    half, _ = held(second, {unit: ((1 + unit % 2,),) for unit in range(3, 13)}, None)
    last, _ = held(third, dict.fromkeys(range(3, 13), ((1,),)), None)
    files = [record_bytes(one) for one in (body, half, last)]
    status, text = run(tmp_path, *files[:2])
    assert (status, text.count("WAITS")) == (0, 2)
    status, text = run(tmp_path, *files)
    assert (status, text.count("WAITS")) == (0, 1)


# --- Two programs, one count ------------------------------------------------------------------


@st.composite
def elections(draw: st.DrawFn) -> tuple[Paper, dict[int, Choices | None], Turnout]:
    """Papers of two or three contests over 1 to 12 units, with what they answer."""
    contests: list[Contest] = []
    for place in range(draw(st.integers(1, 3))):
        asks = draw(st.booleans()) and place > 0
        candidates = draw(st.integers(1, 5))
        own = Own.ALLOWED if asks else draw(st.sampled_from(Own))
        bases = [one for one in Base if not (own is Own.EXCLUDED and one is Base.VALID)]
        share = draw(st.sampled_from(["0/1", "1/3", "1/2", "2/3", "9/10"]))
        rule = Rule(
            1 if asks else draw(st.integers(1, 3)),
            1 if asks else draw(st.integers(1, 5)),
            Fraction(draw(st.sampled_from(["0/1", "1/2", "2/3"]))),
            draw(st.sampled_from(bases)),
            Threshold(Fraction(share), draw(st.booleans())),
            True,
            own,
        )
        kind = ContestKind.YES_NO if asks else ContestKind.AWARD
        nominees = (
            ()
            if asks
            else tuple(
                Candidate(f"n{n}", f"N{n}", draw(st.sampled_from([n, n, None])))
                for n in range(1, candidates + 1)
            )
        )
        after = [one.key for one in contests if not asks and draw(st.booleans())]
        contests.append(Contest(f"c{place}", kind, "", nominees, rule, tuple(after)))
    presence = draw(st.booleans())
    paper = Paper("b", "", tuple(contests), presence)
    papers: dict[int, Choices | None] = {}
    for unit in sorted(draw(st.sets(st.integers(1, 12)))):
        answers: list[tuple[int, ...] | None] = []
        for contest in contests:
            free = sorted(set(range(1, len(contest.options) + 1)) - barred(contest, unit))
            if contest.kind is ContestKind.YES_NO:
                answers.append(draw(st.sampled_from([(1,), (2,), None])))
            elif not free:
                answers.append(())
            else:
                marks = draw(
                    st.lists(st.sampled_from(free), unique=True, max_size=contest.rule.picks)
                )
                answers.append(draw(st.sampled_from([tuple(sorted(marks)), None])))
        papers[unit] = draw(st.sampled_from([tuple(answers)] * 6 + [None]))
    there = frozenset(draw(st.sets(st.integers(1, 12)))) if presence else None
    return paper, papers, Turnout(frozenset(papers), there)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(elections(), st.randoms())
def test_the_script_counts_as_the_program_does(
    drawn: tuple[Paper, dict[int, Choices | None], Turnout], luck: random.Random
) -> None:
    paper, papers, turnout = drawn
    units = roll(paper.election)
    assert problems(paper, units) == ()
    cast = list(papers.values())
    luck.shuffle(cast)
    listed = tuple((f"{n:064x}", "0" * 64) for n in range(len(cast)))
    opened: tuple[Columns, ...] = columns(paper, cast)
    counts = tally(paper, units, turnout, opened)
    box = verify.sha(
        {
            "format": "blocbot-ballot-box/1",
            "election": "b",
            "envelopes": [list(one) for one in listed],
        }
    )
    body = record(paper, units, bytes(32), TIMES, turnout, Opened(listed, box, opened), counts)
    assert holds(record_bytes(body))
    tied = {
        one.key: one.having(Outcome.TIED)[: one.open_seats]
        for one in counts
        if one.state is State.COUNTED and one.open_seats
    }
    again = tally(paper, units, turnout, opened, tied)
    settled = {key: set(won) for key, won in tied.items()}
    assert verify.recount(body, settled) == [count_json(one) for one in again]
