"""The sealed box: receipts, envelopes, opening, what it gives away."""

import pickle
import random
import secrets
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import sodium_pad
from nacl.public import PrivateKey, PublicKey, SealedBox

from bot.domain import ballot_codes, sealed_box
from bot.domain.ballot import (
    Base,
    Candidate,
    Choices,
    Contest,
    ContestKind,
    Own,
    Paper,
    Rule,
    Threshold,
    canonical,
)
from bot.domain.ballot_tally import columns
from bot.domain.sealed_box import (
    CODE_LENGTH,
    SEALED,
    BoxKey,
    cast,
    code_text,
    envelope_id,
    listing,
    new_code,
    open_box,
    read_code,
    replaced,
    seal,
)
from bot.errors import Invalid

RULE = Rule(2, 2, Fraction(2, 3), Base.CAST, Threshold(Fraction(1, 2)), own=Own.EXCLUDED)
PAPER = Paper(
    "b1-2023-7",
    "Suy tôn",
    (
        Contest(
            "flag",
            ContestKind.AWARD,
            "Cờ",
            tuple(Candidate(f"unit:{n}", f"Đơn vị {n}", n) for n in range(1, 5)),
            RULE,
        ),
        Contest(
            "ask",
            ContestKind.YES_NO,
            "Thông qua?",
            (),
            replace(RULE, seats=1, picks=1, own=Own.ALLOWED),
        ),
    ),
)
CODES = st.binary(min_size=16, max_size=16)


def code_of(error: pytest.ExceptionInfo[Invalid]) -> str:
    return error.value.code


# --- Receipts ---------------------------------------------------------------------------------


def test_a_receipt_code_as_it_is_shown() -> None:
    assert code_text(bytes(16)) == "0000-0000-0000-0000-0000-0000-0000"
    assert code_text(b"\xff" * 16) == "7ZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ6W"
    assert len(code_text(new_code())) == 34
    assert new_code() != new_code()


@given(CODES, st.randoms())
def test_codes_are_read_however_they_are_typed(code: bytes, luck: random.Random) -> None:
    shown = code_text(code)
    typed = "".join(
        luck.choice([one, one.lower(), one.replace("0", "o").replace("1", luck.choice("iIlL"))])
        + luck.choice(["", "", " ", "-", "\n", "–", "\u200b"])
        for one in shown.replace("-", "")
    )
    assert read_code(typed) == code
    assert read_code(shown) == code


@given(CODES, st.integers(0, CODE_LENGTH - 1), st.sampled_from(ballot_codes.ALPHABET))
def test_any_wrong_character_is_found(code: bytes, place: int, wrong: str) -> None:
    text = code_text(code).replace("-", "")
    changed = text[:place] + wrong + text[place + 1 :]
    if changed == text:
        return
    with pytest.raises(Invalid) as caught:
        read_code(changed)
    assert code_of(caught) == "code_mistyped"


@given(CODES, st.integers(0, CODE_LENGTH - 2))
def test_any_two_neighbours_exchanged_are_found(code: bytes, place: int) -> None:
    text = code_text(code).replace("-", "")
    changed = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if changed == text:
        return
    with pytest.raises(Invalid) as caught:
        read_code(changed)
    assert code_of(caught) == "code_mistyped"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "code_length"),
        ("0000-0000", "code_length"),
        (code_text(bytes(16)) + "0", "code_length"),
        (code_text(bytes(16)).replace("0", "U"), "code_characters"),
        ("Đ" + code_text(bytes(16))[1:], "code_accents"),
        (code_text(bytes(16))[:-1] + "ư", "code_accents"),
        # 130 bits that check, but more than 128.
        (ballot_codes.with_check("Z" * 26), "code_mistyped"),
    ],
)
def test_codes_that_are_none(text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_code(text)
    assert code_of(caught) == code


def test_an_envelopes_id_depends_on_ballot_unit_and_code() -> None:
    code = new_code()
    ids = {
        envelope_id("b1", 1, code),
        envelope_id("b1", 11, code),
        envelope_id("b11", 1, code),
        envelope_id("b1", 1, new_code()),
    }
    assert len(ids) == 4
    assert envelope_id("b1", 1, code) in ids


# --- Envelopes --------------------------------------------------------------------------------


def test_all_envelopes_look_alike_and_equal_votes_differ() -> None:
    with BoxKey.generate() as key:
        votes: list[Choices] = [((1, 2), (1,)), ((), (2,)), (None, None), ((1, 2), (1,))]
        made = [seal(PAPER, key.public, 9, new_code(), one) for one in votes]
        assert {len(one.content) for one in made} == {SEALED}
        assert len({one.content for one in made}) == len(made)
        code = new_code()
        again = [seal(PAPER, key.public, 9, code, votes[0]) for _ in range(2)]
        assert again[0].id == again[1].id == envelope_id(PAPER.election, 9, code)
        assert again[0].content != again[1].content


def test_the_order_of_taps_is_not_in_the_envelope() -> None:
    with BoxKey.generate() as key:
        content = seal(PAPER, key.public, 9, new_code(), ((3, 1), (1,))).content
        plain = SealedBox(PrivateKey(key.secret())).decrypt(content)
    assert len(plain) == 512
    assert plain.startswith(b'{"c":[[1,3],[1]],')


def test_only_a_vote_is_sealed() -> None:
    with BoxKey.generate() as key:
        for unit, choices, code in (
            (9, ((1, 2, 3), (1,)), "ballot_too_many_choices"),
            (1, ((1, 2), (1,)), "ballot_own_nominee"),
        ):
            with pytest.raises(Invalid) as caught:
                seal(PAPER, key.public, unit, new_code(), choices)
            assert code_of(caught) == code


def test_voting_again_takes_one_envelope_out_and_puts_one_in() -> None:
    with BoxKey.generate() as key:
        first, second = new_code(), new_code()
        other = seal(PAPER, key.public, 2, new_code(), ((3,), (2,)))
        box = cast(cast({}, other), seal(PAPER, key.public, 9, first, ((1, 2), (1,))))
        after = seal(PAPER, key.public, 9, second, ((3, 4), (2,)))
        changed = replaced(box, PAPER.election, 9, first, after)
        assert set(changed) == {other.id, after.id}
        assert open_box(PAPER, key, changed).columns == columns(
            PAPER, [((3,), (2,)), ((3, 4), (2,))]
        )
        # The old code is used up; a code is no other unit's; an id stands in a box once.
        for unit, code in ((9, first), (2, second), (9, new_code())):
            with pytest.raises(Invalid) as caught:
                replaced(changed, PAPER.election, unit, code, after)
            assert code_of(caught) == "ballot_code_unknown"
        with pytest.raises(Invalid) as caught:
            cast(changed, after)
        assert code_of(caught) == "ballot_cast_already"


# --- Opening ----------------------------------------------------------------------------------

ANSWERS = st.tuples(
    st.none() | st.lists(st.integers(1, 4), unique=True, max_size=2).map(tuple),
    st.none() | st.sampled_from([(1,), (2,)]),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(ANSWERS, max_size=8))
def test_what_was_put_in_comes_out_by_columns(votes: list[Choices]) -> None:
    with BoxKey.generate() as key:
        box: dict[str, bytes] = {}
        for unit, choices in enumerate(votes, start=10):
            box = cast(box, seal(PAPER, key.public, unit, new_code(), choices))
        opened = open_box(PAPER, key, box)
        assert opened.columns == columns(PAPER, votes)
        assert [name for name, _ in opened.listing] == sorted(box)
        # Whatever the order in which the envelopes were put in.
        backwards = dict(reversed(box.items()))
        assert open_box(PAPER, key, backwards) == opened


def test_nothing_that_leaves_the_box_says_whose_a_vote_is() -> None:
    """The same votes cast by other units: the columns are the same, and ids are random."""
    votes: list[Choices] = [((3,), (1,)), ((4,), (2,)), (None, (1,))]
    with BoxKey.generate() as key:
        found = []
        for units in ((5, 6, 7), (7, 5, 6)):
            sealed = [
                seal(PAPER, key.public, unit, new_code(), one)
                for unit, one in zip(units, votes, strict=True)
            ]
            found.append(open_box(PAPER, key, {one.id: one.content for one in sealed}))
    assert found[0].columns == found[1].columns
    assert not set(found[0].listing) & set(found[1].listing)
    assert set(sealed_box.Opened.__dataclass_fields__) == {"listing", "digest", "columns"}


def forged(public: bytes, body: object, padded: int = 512) -> bytes:
    plain = body if isinstance(body, bytes) else canonical(body)
    return SealedBox(PublicKey(public)).encrypt(sodium_pad(plain, padded))


def test_envelopes_that_hold_no_vote_are_invalid_and_stop_nothing() -> None:
    with BoxKey.generate() as key, BoxKey.generate() as other:
        code = new_code()
        right = seal(PAPER, key.public, 9, code, ((1, 2), (1,)))
        ticket = sealed_box._ticket(PAPER.election, 9, code)
        vote = {"c": [[1], [1]], "t": ticket}
        wrong: list[bytes] = [
            b"",
            b"x" * SEALED,
            right.content[:-1],
            right.content[:-1] + bytes([right.content[-1] ^ 1]),
            seal(PAPER, other.public, 9, code, ((1, 2), (1,))).content,
            forged(key.public, b"not json"),
            forged(key.public, b"\xff\xfe"),
            forged(key.public, b"[" * 500),
            forged(key.public, []),
            forged(key.public, None),
            forged(key.public, {**vote, "t": right.id}),
            forged(key.public, {**vote, "t": 7}),
            forged(key.public, {**vote, "more": 1}),
            forged(key.public, {**vote, "c": [[1]]}),
            forged(key.public, {**vote, "c": [[1, 2, 3], [1]]}),
            forged(key.public, {**vote, "c": [[True], [1]]}),
            forged(key.public, {**vote, "c": ["1", [1]]}),
            forged(key.public, {**vote, "c": 5}),
            forged(key.public, b'{"c": [[1],[1]],"t":"' + ticket.encode() + b'"}'),
            forged(key.public, b'{"c":[[1.0],[1]],"t":"' + ticket.encode() + b'"}'),
            forged(key.public, b'{"c":[[NaN],[1]],"t":"' + ticket.encode() + b'"}'),
            SealedBox(PublicKey(key.public)).encrypt(canonical(vote)),
        ]
        assert open_box(PAPER, key, {right.id: forged(key.public, vote)}).columns == columns(
            PAPER, [((1,), (1,))]
        )
        for content in wrong:
            opened = open_box(PAPER, key, {right.id: content})
            assert [one.papers for one in opened.columns] == ["x", "x"], content[:40]


def test_an_envelope_put_in_place_of_another_is_found() -> None:
    """Whoever can write into the database, but has no receipt, changes no vote unnoticed."""
    with BoxKey.generate() as key:
        victim = seal(PAPER, key.public, 9, new_code(), ((1, 2), (1,)))
        attacker = seal(PAPER, key.public, 9, new_code(), ((3, 4), (2,)))
        opened = open_box(PAPER, key, {victim.id: attacker.content})
        assert opened.columns[0].papers == "x"
        swapped = {victim.id: attacker.content, attacker.id: victim.content}
        assert open_box(PAPER, key, swapped).columns[0].papers == "xx"


def test_a_choice_against_the_rules_is_invalid_though_it_was_sealed() -> None:
    loose = replace(PAPER, contests=(replace(PAPER.contests[0], rule=replace(RULE, picks=4)),))
    strict = replace(PAPER, contests=PAPER.contests[:1])
    with BoxKey.generate() as key:
        envelope = seal(loose, key.public, 9, new_code(), ((1, 2, 3),))
        assert open_box(strict, key, {envelope.id: envelope.content}).columns[0].papers == "x"


def test_the_digest_covers_every_byte_of_the_box() -> None:
    with BoxKey.generate() as key:
        box = {
            one.id: one.content
            for one in (seal(PAPER, key.public, n, new_code(), ((), (1,))) for n in range(9, 12))
        }
        digest = open_box(PAPER, key, box).digest
        name = sorted(box)[1]
        for changed in (
            {**box, name: box[name][:-1] + b"\0"},
            {key: value for key, value in box.items() if key != name},
            {**box, "0" * 64: box[name]},
        ):
            assert sealed_box.box_digest(PAPER.election, listing(changed)) != digest
        assert sealed_box.box_digest("another", listing(box)) != digest


# --- The key ----------------------------------------------------------------------------------


def test_a_key_is_wiped_and_tells_nothing() -> None:
    with BoxKey.generate() as key:
        secret, public = key.secret(), key.public
        envelope = seal(PAPER, public, 9, new_code(), ((), (1,)))
        assert BoxKey(secret).public == public
        assert secret.hex() not in repr(key)
        with pytest.raises(TypeError):
            pickle.dumps(key)
    assert bytes(key._secret) == bytes(32)
    with pytest.raises(ValueError, match="destroyed"):
        open_box(PAPER, key, {envelope.id: envelope.content})


def test_a_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32"):
        BoxKey(secrets.token_bytes(31))
