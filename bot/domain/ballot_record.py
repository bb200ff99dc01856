"""The public record of a ballot: everything that a recount needs, and nothing more.

Described in ``docs/ballot-record.md`` and checked by ``bot/documents/verify.py``, which shares no
code with this. Three seals, each of which includes the one before, are announced as they come
about: ``opened`` (paper, roll, key), ``closed`` (the box, before it is opened, and who voted),
``counted`` (columns and result).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.domain.ballot import (
    Paper,
    Roll,
    Turnout,
    digest,
    paper_json,
    roll_hash,
    roll_json,
    rules_hash,
)
from bot.domain.ballot_tally import Columns, Count, count_json
from bot.domain.sealed_box import Opened

RECORD_FORMAT: Final = "blocbot-ballot-record/1"
SEAL_FORMAT: Final = "blocbot-ballot-seal/1"


@dataclass(frozen=True, slots=True)
class Times:
    """When the ballot opened and closed, as UTC in RFC 3339 (``2024-12-10T02:00:00Z``).

    There is no other time in a record: when a vote was cast isn't kept anywhere.
    """

    opened: str
    closed: str


def opened_seal(paper: Paper, roll: Roll, public: bytes, opened_at: str) -> str:
    """The hash that is announced at the opening, 64 hexadecimal digits."""
    return digest(
        {
            "format": SEAL_FORMAT,
            "step": "opened",
            "election": paper.election,
            "rules": rules_hash(paper),
            "roll": roll_hash(roll),
            "key": public.hex(),
            "at": opened_at,
        }
    )


def closed_seal(before: str, turnout: Turnout, box: str, closed_at: str) -> str:
    """The hash that is announced at the closing. ``before``: the seal of the opening."""
    return digest(
        {
            "format": SEAL_FORMAT,
            "step": "closed",
            "before": before,
            "turnout": turnout_json(turnout),
            "box": box,
            "at": closed_at,
        }
    )


def counted_seal(before: str, columns: Sequence[Columns], counts: Sequence[Count]) -> str:
    """The hash that is announced with the result. ``before``: the seal of the closing."""
    return digest(
        {
            "format": SEAL_FORMAT,
            "step": "counted",
            "before": before,
            "columns": columns_json(columns),
            "result": [count_json(one) for one in counts],
        }
    )


def turnout_json(turnout: Turnout) -> dict[str, Any]:
    """Who has voted, and who was confirmed as present (None: presence isn't confirmed)."""
    present = turnout.present
    return {
        "voted": sorted(turnout.voted),
        "present": None if present is None else sorted(present),
    }


def columns_json(columns: Sequence[Columns]) -> list[dict[str, Any]]:
    """The columns of all contests as plain JSON."""
    return [{"papers": one.papers, "options": list(one.options)} for one in columns]


def record(
    paper: Paper,
    roll: Roll,
    public: bytes,
    times: Times,
    turnout: Turnout,
    opened: Opened,
    counts: Sequence[Count],
) -> dict[str, Any]:
    """The public record as plain JSON.

    The box's public key is in it. The private one isn't, nor are the envelopes: either would do
    no harm without the other, but somebody might have kept the other.
    """
    first = opened_seal(paper, roll, public, times.opened)
    second = closed_seal(first, turnout, opened.digest, times.closed)
    third = counted_seal(second, opened.columns, counts)
    return {
        "format": RECORD_FORMAT,
        "rules": paper_json(paper),
        "rules_hash": rules_hash(paper),
        "roll": roll_json(roll),
        "roll_hash": roll_hash(roll),
        "key": public.hex(),
        "opened_at": times.opened,
        "closed_at": times.closed,
        "turnout": turnout_json(turnout),
        "box": [list(one) for one in opened.listing],
        "box_digest": opened.digest,
        "columns": columns_json(opened.columns),
        "result": [count_json(one) for one in counts],
        "seals": {"opened": first, "closed": second, "counted": third},
    }


def record_bytes(body: dict[str, Any]) -> bytes:
    """The record as a file. It is written in one way only, so that any changed byte is found."""
    text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True)
    return text.encode() + b"\n"
