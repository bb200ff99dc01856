"""The audit chain."""

import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import GENESIS, Broken, Entry, append, canonical, entry_hash, verify

BODIES = st.dictionaries(
    st.text(max_size=5),
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    max_size=4,
)


def chain(*bodies: dict[str, object]) -> list[Entry]:
    entries: list[Entry] = []
    for body in bodies:
        entries.append(append(entries[-1] if entries else None, body))
    return entries


def test_the_hash_is_what_anyone_can_compute() -> None:
    text = '{"body":{"act":"report.sent","unit":"Hội Nông dân"},"prev":"' + GENESIS + '"}'
    body = {"unit": "Hội Nông dân", "act": "report.sent"}
    assert entry_hash(GENESIS, body) == hashlib.sha256(text.encode()).hexdigest()


def test_the_order_of_keys_makes_no_difference() -> None:
    assert canonical({"b": 1, "a": [True, None]}) == b'{"a":[true,null],"b":1}'


def test_only_json_can_be_an_entry() -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        append(None, {"figure": Decimal(1)})


def test_a_broken_chain_names_its_first_broken_entry() -> None:
    entries = chain({"a": 1}, {"a": 2}, {"a": 3})
    assert verify([]) is None
    assert verify(entries) is None
    assert verify(entries[1:]) == Broken(2, "number")
    assert verify([entries[0], entries[2]]) == Broken(3, "number")
    changed = replace(entries[1], body={"a": 9})
    assert verify([entries[0], changed, entries[2]]) == Broken(2, "hash")
    rehashed = replace(changed, hash=entry_hash(changed.prev, changed.body))
    assert verify([entries[0], rehashed, entries[2]]) == Broken(3, "prev")
    assert verify([replace(entries[0], body={"a": {1}})]) == Broken(1, "body")


@given(st.lists(BODIES, min_size=1, max_size=6), st.data())
def test_any_change_is_found(bodies: list[dict[str, object]], data: st.DataObject) -> None:
    entries = chain(*bodies)
    assert verify(entries) is None
    at = data.draw(st.integers(0, len(entries) - 1))
    other = data.draw(BODIES.filter(lambda body: canonical(body) != canonical(bodies[at])))
    entries[at] = replace(entries[at], body=other)
    assert verify(entries) == Broken(at + 1, "hash")
