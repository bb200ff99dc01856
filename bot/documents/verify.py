"""Kiểm lại một cuộc bỏ phiếu kín từ hồ sơ công khai / Recounts a secret ballot from its record.

    python verify.py RECORD.json                      kiểm và đếm lại / check and recount
    python verify.py RECORD.json --hash 64-DIGITS     so với mã đã công bố / compare with the
                                                      hash announced together with the result
    python verify.py RECORD.json --receipt [CODE]     phiếu của tôi có trong hòm không? /
                                                      is my envelope in the box?
    python verify.py RECORD.json RUN-OFF.json …       cả phiếu bầu lại / with its run-offs

Needs Python 3.9 or later and nothing else; works without any network. Ends with OK and status 0,
or with NOT OK and status 1. It was written apart from the program that held the ballot and shares
nothing with it. What each part of a record means stands in ballot-record.md.
"""

# ruff: noqa: B905, PTH123, T201

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
PARTS = (
    "box box_digest closed_at columns format key opened_at result roll roll_hash rules "
    "rules_hash seals turnout"
)
Json = dict[str, Any]


class Wrong(Exception):
    """Something in the record doesn't hold."""


def need(holds: object, otherwise: str) -> None:
    """Stops with NOT OK and this sentence unless something holds."""
    if not holds:
        raise Wrong(otherwise)


def sha(value: Any) -> str:
    """SHA-256 over canonical JSON (RFC 8785; this is enough of it for texts and whole numbers)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# --- 1. The file ------------------------------------------------------------------------------


def read(data: bytes) -> Json:
    """The record in a file's bytes. It has one way of being written, so no byte can differ."""
    record: Json = json.loads(data.decode())
    again = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    need(again == data, "Tệp đã bị thay đổi / the file isn't as it was written")
    need(sorted(record) == PARTS.split(), "Thiếu hoặc thừa mục / parts are missing or added")
    need(record["format"] == "blocbot-ballot-record/1", "Khác phiên bản / another version")
    return record


# --- 2. The hashes ----------------------------------------------------------------------------


def check_hashes(record: Json) -> None:
    """Every hash is what its part gives, and each seal includes the one before."""
    election, roll = record["rules"]["election"], record["roll"]
    box = {"format": "blocbot-ballot-box/1", "election": election, "envelopes": record["box"]}
    for part, given, name in (
        (record["rules"], record["rules_hash"], "thể lệ / the rules"),
        (roll, record["roll_hash"], "danh sách đơn vị / the electoral roll"),
        (box, record["box_digest"], "hòm phiếu / the box"),
    ):
        need(sha(part) == given, f"Mã băm không khớp / the hash is wrong: {name}")
    need(roll["election"] == election, "Danh sách của cuộc khác / another ballot's roll")
    steps = [
        ("opened", {"rules": "rules_hash", "roll": "roll_hash", "key": "key", "at": "opened_at"}),
        ("closed", {"turnout": "turnout", "box": "box_digest", "at": "closed_at"}),
        ("counted", {"columns": "columns", "result": "result"}),
    ]
    seals: dict[str, str] = {}
    link = {"election": election}
    for step, parts in steps:
        body = {name: record[part] for name, part in parts.items()}
        seals[step] = sha({"format": "blocbot-ballot-seal/1", "step": step, **link, **body})
        link = {"before": seals[step]}
    need(record["seals"] == seals, "Dấu niêm phong không khớp / the seals are wrong")


# --- 3. Roll, box and columns -----------------------------------------------------------------


def options_of(contest: Json) -> list[tuple[str, str, int | None]]:
    """What can be marked: (key, name, unit whose own nominee it is or None)."""
    if contest["kind"] == "yes_no":
        return [("yes", "Có / Yes", None), ("no", "Không / No", None)]
    return [(one["key"], one["name"], one["unit"]) for one in contest["candidates"]]


def check_turnout(record: Json) -> Json:
    """The units on the roll ("all"), those that voted ("cast") and that took part ("present")."""
    rules, turnout = record["rules"], record["turnout"]
    units = {one["unit"] for one in record["roll"]["units"]}
    voted, there = set(turnout["voted"]), set(turnout["present"] or [])
    need(len(units) == len(record["roll"]["units"]), "Đơn vị bị lặp / a unit twice on the roll")
    need(len(voted) == len(turnout["voted"]), "Đơn vị bị lặp / a unit voted twice")
    need(voted | there <= units, "Có đơn vị ngoài danh sách / somebody isn't on the roll")
    need(
        (turnout["present"] is not None) == rules["presence"],
        "Danh sách có mặt trái thể lệ / those present aren't listed as the rules say",
    )
    need(
        rules["absent_entitled"] or voted <= there,
        "Đơn vị vắng mặt đã bỏ phiếu / an absent unit voted, against the rules",
    )
    names = [name for name, _ in record["box"]]
    need(names == sorted(set(names)), "Phong bì sai thứ tự hoặc bị lặp / envelopes out of order")
    need(
        len(names) == len(voted),
        "Số phong bì khác số đơn vị đã bỏ phiếu / envelopes aren't as many as units that voted",
    )
    return {"all": units, "cast": voted, "present": voted | there}


def check_columns(contest: Json, column: Json, papers: int, voted: set[int]) -> None:
    """The columns can come from so many papers filled in by the contest's rule."""
    options, states, marks = options_of(contest), column["papers"], column["options"]
    valid = states.count("v")
    need(sorted(column) == ["options", "papers"], "Cột sai / a column is wrong")
    need(len(marks) == len(options), "Thiếu cột / a column is missing")
    for cells, allowed in [(states, "avx"), *((one, "+-") for one in marks)]:
        need(
            len(cells) == papers and set(cells) <= set(allowed) and list(cells) == sorted(cells),
            "Cột sai / a column is wrong",
        )
    need(
        contest["abstention"] or "a" not in states,
        "Có phiếu trắng trái thể lệ / abstentions against the rule",
    )
    for cells, (_, _, unit) in zip(marks, options):
        barred = contest["own"] != "allowed" and unit in voted
        need(
            cells.count("+") <= min(valid, papers - barred),
            "Nhiều phiếu hơn số có thể / more votes than there can be",
        )
    total = sum(cells.count("+") for cells in marks)
    need(
        total <= valid * min(contest["picks"], len(options)),
        "Chọn quá số lượng / more marks than the papers may have",
    )
    need(
        contest["kind"] != "yes_no" or total == valid,
        "Có và Không khác số phiếu hợp lệ / yes and no aren't as many as the valid papers",
    )


# --- 4. The count -----------------------------------------------------------------------------


def enough(contest: Json, line: Json) -> bool:
    """Whether an option's votes reach the threshold; exact, no rounding."""
    if not line["votes"] or not line["base"]:
        return False
    share, least = Fraction(line["votes"], line["base"]), Fraction(contest["threshold"])
    return share > least if contest["more_than"] else share >= least


def count(
    contest: Json, column: Json, sets: Json, before: Json, settled: dict[str, set[str]]
) -> Json:
    """The result of a contest.

    ``before``: results of the contests before it, by their keys. ``settled``: winners of run-offs.
    """
    states, who = column["papers"], sets.get(contest["base"])
    lines: list[Json] = []
    for cells, (key, _, unit) in zip(column["options"], options_of(contest)):
        base = states.count("v") if who is None else len(who)
        if contest["own"] == "excluded" and who is not None and unit in who:
            base -= 1
        votes = cells.count("+")
        lines.append({"key": key, "votes": votes, "base": base, "outcome": None, "reason": ""})
    result: Json = {
        "key": contest["key"],
        "state": "counted",
        "units": len(sets["all"]),
        "taking_part": len(sets["present"]),
        "cast": len(states),
        "valid": states.count("v"),
        "abstained": states.count("a"),
        "invalid": states.count("x"),
        "free": 0,
        "open_seats": 0,
        "adopted": None,
        "lines": lines,
    }
    won: set[str] = set()
    unsure: set[str] = set()
    for key in contest["after"]:
        won |= settled.get(key, set())
        for line in before[key]["lines"]:
            if line["outcome"] == "elected":
                won.add(line["key"])
            elif key not in settled and (line["outcome"] == "tied" or waits(before[key])):
                unsure.add(line["key"])
    if len(sets["present"]) < Fraction(contest["quorum"]) * len(sets["all"]):
        result["state"] = "void"
    elif unsure & {line["key"] for line in lines}:
        result["state"] = "waits"
    elif contest["kind"] == "yes_no":
        result["adopted"] = enough(contest, lines[0])
    else:
        fill_seats(contest, result, won)
    return result


def waits(result: Json) -> bool:
    """Whether a contest has no result before a run-off is held."""
    return bool(result["state"] == "waits")


def fill_seats(contest: Json, result: Json, won: set[str]) -> None:
    """Who has a seat: whoever reaches the threshold and isn't outnumbered for all seats."""
    seats, lines = contest["seats"], result["lines"]
    able = [one for one in lines if one["key"] not in won and enough(contest, one)]
    for line in lines:
        more = sum(1 for other in able if other["votes"] > line["votes"])
        same = sum(1 for other in able if other["votes"] == line["votes"])
        line["outcome"] = "not_elected"
        if line["key"] in won:
            line["reason"] = "passed_over"
        elif line not in able:
            line["reason"] = "below"
        elif more + same <= seats:
            line["outcome"] = "elected"
        elif more < seats:
            line["outcome"] = "tied"
            result["open_seats"] = seats - more
        else:
            line["reason"] = "outranked"
    result["free"] = max(0, seats - len(able))


# --- 5. Receipts ------------------------------------------------------------------------------


def read_receipt(text: str) -> str:
    """A receipt code as 32 hexadecimal digits; its last two characters check the others."""
    text = text.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    text = "".join(one for one in text if one not in " -.\t\r\n")
    number, fits = 0, len(text) == 28 and set(text) <= set(LETTERS)
    for one in text[:26] if fits else "":
        number = number * 32 + LETTERS.index(one)
    high, low = divmod(number * 32 % 1021, 32)
    need(
        fits and text[26:] == LETTERS[high] + LETTERS[low] and number < 2**128,
        "Mã gõ sai: 28 ký tự, tắt bộ gõ tiếng Việt / the receipt code is mistyped",
    )
    return f"{number:032x}"


def find_receipt(record: Json, code: str) -> str:
    """The name of the unit whose envelope has this code; empty if it isn't in the box."""
    election, names = record["rules"]["election"], {name for name, _ in record["box"]}
    for unit in record["roll"]["units"]:
        ticket = sha(["blocbot-ballot-ticket/1", election, unit["unit"], code])
        if sha(["blocbot-ballot-envelope/1", election, ticket]) in names:
            return str(unit["name"])
    return ""


# --- 6. All of it -----------------------------------------------------------------------------

WORDS = {
    "elected": "TRÚNG / elected",
    "not_elected": "không trúng / not elected",
    "tied": "BẰNG PHIẾU / tied",
    "below": "dưới ngưỡng / below the threshold",
    "outranked": "hết chỗ / no seat left",
    "passed_over": "đã trúng mục trước / elected above",
    "void": "KHÔNG ĐỦ SỐ ĐƠN VỊ THAM GIA / NO QUORUM",
    "waits": "CHỜ BỎ PHIẾU LẠI / WAITS FOR A RUN-OFF",
}


def show(contest: Json, result: Json) -> None:
    """Prints one contest's table."""
    sign = ">" if contest["more_than"] else "≥"
    print(f"\n{contest['title']}")
    print(f"  chỗ/seats {contest['seats']} · quorum {contest['quorum']}", end=" · ")
    print(f"cần/needed {sign} {contest['threshold']} ({contest['base']})")
    print(f"  đơn vị/units {result['units']} · tham gia/taking part {result['taking_part']}")
    print(f"  phiếu/papers {result['cast']}: hợp lệ/valid {result['valid']}", end=", ")
    print(f"trắng/abstained {result['abstained']}, hỏng/invalid {result['invalid']}")
    if result["state"] != "counted":
        print("  " + WORDS[result["state"]])
    names = {key: name for key, name, _ in options_of(contest)}
    for line in result["lines"]:
        tenths = line["votes"] * 1000 // line["base"] if line["base"] else 0
        share = f"{line['votes']}/{line['base']} ({tenths // 10}.{tenths % 10} %)"
        words = ": ".join(WORDS[one] for one in (line["outcome"], line["reason"]) if one)
        print(f"  {share:<18} {names[line['key']]}  {words}")
    if result["adopted"] is not None:
        print("  " + ("THÔNG QUA / adopted" if result["adopted"] else "không thông qua / rejected"))
    if result["free"]:
        print(f"  Còn trống / seats left: {result['free']}")
    if result["open_seats"]:
        print(f"  Bỏ phiếu lại / run-off for seats: {result['open_seats']}")


def recount(record: Json, settled: dict[str, set[str]]) -> list[Json]:
    """The results of all contests, after all checks of the columns."""
    sets = check_turnout(record)
    contests, columns = record["rules"]["contests"], record["columns"]
    need(len(contests) == len(columns), "Thiếu mục bầu / a contest's columns are missing")
    results: dict[str, Json] = {}
    for contest, column in zip(contests, columns):
        check_columns(contest, column, len(record["box"]), sets["cast"])
        results[contest["key"]] = count(contest, column, sets, results, settled)
    return list(results.values())


def check(record: Json) -> list[Json]:
    """Checks a record, prints its tables and gives back its results."""
    check_hashes(record)
    rules = record["rules"]
    print(f"\n=== {rules['title']}\n{record['opened_at']} – {record['closed_at']}")
    results = recount(record, {})
    for contest, result in zip(rules["contests"], results):
        show(contest, result)
    need(results == record["result"], "Kết quả công bố sai / the announced result is wrong")
    print(f"\nMã kết quả / hash of the result:\n{record['seals']['counted']}")
    return results


def check_run_offs(records: list[Json], results: list[list[Json]]) -> None:
    """Prints the contests of the first record that only its run-offs let be counted."""
    rules, first = records[0]["rules"], {one["key"]: one for one in results[0]}
    ties = {(rules["election"], key): one for key, one in first.items()}
    won: dict[str, set[str]] = {}
    settled: dict[str, set[str]] = {}
    for record, counted in zip(records[1:], results[1:]):
        for contest, result in zip(record["rules"]["contests"], counted):
            tie = ties.get((record["rules"]["run_off_of"], contest["key"]))
            need(tie, "Không phải phiếu bầu lại của cuộc này / not a run-off of this ballot")
            tied = {one["key"] for one in (tie or {})["lines"] if one["outcome"] == "tied"}
            need(
                tied == {one["key"] for one in contest["candidates"]}
                and contest["seats"] == (tie or {})["open_seats"],
                "Bầu lại sai người hoặc sai số chỗ / the run-off isn't between exactly those tied",
            )
            ties[record["rules"]["election"], contest["key"]] = result
            elected = {one["key"] for one in result["lines"] if one["outcome"] == "elected"}
            won[contest["key"]] = won.get(contest["key"], set()) | elected
            if result["state"] == "counted" and not result["open_seats"]:
                settled[contest["key"]] = won[contest["key"]]
    for contest, result in zip(rules["contests"], recount(records[0], settled)):
        if waits(first[contest["key"]]):
            show(contest, result)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 for OK, 1 for NOT OK."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("record", nargs="+")
    parser.add_argument("--hash", help="the announced hash of the (first) result")
    parser.add_argument("--receipt", nargs="?", const="", help="your code; empty: asks for it")
    given = parser.parse_args(arguments)
    try:
        records = []
        for name in given.record:
            with open(name, "rb") as file:
                records.append(read(file.read()))
        results = [check(record) for record in records]
        if len(records) > 1:
            check_run_offs(records, results)
        if given.hash is not None:
            same = given.hash.strip().lower() == records[0]["seals"]["counted"]
            need(same, "Khác mã đã công bố / this isn't the record that was announced")
        if given.receipt is not None:
            code = read_receipt(given.receipt or input("Mã biên nhận / receipt code: "))
            units = [find_receipt(record, code) for record in records]
            need(any(units), "Phiếu KHÔNG có trong hòm / the envelope is NOT in the box")
            print("Có trong hòm / in the box: " + ", ".join(filter(None, units)))
    except (Wrong, OSError, EOFError) as error:
        print(f"\nNOT OK: {error}")
        return 1
    except (
        AttributeError,
        ArithmeticError,
        LookupError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        print(f"\nNOT OK: hồ sơ hỏng / a malformed record ({error!r})")
        return 1
    print("OK")
    return 0


if __name__ == "__main__":
    sys.exit(main())
