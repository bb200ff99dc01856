"""The audit chain: every entry carries the hash of the one before.

A hash is SHA-256 over the RFC 8785 (canonical JSON) form of ``{"prev": …, "body": …}``, so
that anyone can check an exported chain without this program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import rfc8785

#: What the first entry of a chain has as its predecessor.
GENESIS: Final = "0" * 64


@dataclass(frozen=True)
class Entry:
    """An entry as it is stored; ``number`` counts from 1 within its chain."""

    number: int
    prev: str
    body: Mapping[str, Any]
    hash: str


@dataclass(frozen=True)
class Broken:
    """The first entry that doesn't hold.

    ``reason``: ``number`` (one is missing, doubled or out of order), ``prev`` (it doesn't follow
    the one before), ``hash`` (its body was changed), ``body`` (it can't be written as JSON).
    """

    number: int
    reason: str


def canonical(body: Mapping[str, Any]) -> bytes:
    """RFC 8785 JSON. Only JSON values: figures of any precision are given as text.

    Raises ``rfc8785.CanonicalizationError`` for anything else.
    """
    return rfc8785.dumps(dict(body))


def entry_hash(prev: str, body: Mapping[str, Any]) -> str:
    """The hash of an entry that follows ``prev``, 64 hexadecimal digits."""
    return hashlib.sha256(canonical({"prev": prev, "body": dict(body)})).hexdigest()


def append(last: Entry | None, body: Mapping[str, Any]) -> Entry:
    """The entry that follows ``last``, or the first one."""
    prev = last.hash if last else GENESIS
    return Entry(last.number + 1 if last else 1, prev, body, entry_hash(prev, body))


def verify(entries: Iterable[Entry]) -> Broken | None:
    """The first broken entry of one chain in its order, or None."""
    prev = GENESIS
    for expected, entry in enumerate(entries, start=1):
        if entry.number != expected:
            return Broken(entry.number, "number")
        if entry.prev != prev:
            return Broken(entry.number, "prev")
        try:
            right = entry_hash(prev, entry.body)
        except rfc8785.CanonicalizationError:
            return Broken(entry.number, "body")
        if entry.hash != right:
            return Broken(entry.number, "hash")
        prev = entry.hash
    return None
