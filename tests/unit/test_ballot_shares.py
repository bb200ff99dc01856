"""Shares of a box's key: any k open it, fewer say nothing, on paper or under a PIN."""

import random
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.pwhash import argon2id

from bot.domain import shares
from bot.domain.sealed_box import BoxKey
from bot.domain.shares import (
    Share,
    at_zero,
    check_pin,
    check_team,
    combine,
    combine_bytes,
    commitment,
    lock,
    over,
    read_share,
    share_text,
    split,
    split_bytes,
    times,
    unlock,
    values_at,
)
from bot.errors import Invalid

#: The least that Argon2id takes: tests would be slow with what is used.
CHEAP = (argon2id.OPSLIMIT_MIN, argon2id.MEMLIMIT_MIN)
BYTES = st.integers(0, 255)


def made(needed: int, team: int) -> tuple[bytes, bytes, list[str], tuple[Share, ...]]:
    """(secret, public key, commitments, shares) of a new key."""
    key = BoxKey.generate()
    found = split(key, needed, team)
    return key.secret(), key.public, [commitment(key.public, one) for one in found], found


# --- The field --------------------------------------------------------------------------------


def slow_times(a: int, b: int) -> int:
    """Multiplication by hand: polynomials over GF(2) modulo 0x11B."""
    product = 0
    for bit in range(8):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(14, 7, -1):
        if product >> bit & 1:
            product ^= 0x11B << (bit - 8)
    return product


def test_the_whole_table_of_products() -> None:
    assert all(times(a, b) == slow_times(a, b) for a in range(256) for b in range(256))
    # The example in the standard of AES, FIPS 197, 4.2.
    assert times(0x57, 0x83) == 0xC1


def test_the_whole_table_of_quotients() -> None:
    assert all(times(over(a, b), b) == a for a in range(256) for b in range(1, 256))


# --- Secrecy ----------------------------------------------------------------------------------


def test_one_share_of_two_says_nothing() -> None:
    """For each secret and each x every value comes from exactly one coefficient."""
    for secret in (0, 1, 2, 77, 255):
        for x in (1, 2, 15):
            values = {values_at(bytes([secret]), [bytes([one])], x)[0] for one in range(256)}
            assert len(values) == 256


@given(st.tuples(BYTES, BYTES), st.lists(st.integers(1, 15), min_size=2, max_size=2, unique=True))
def test_two_shares_of_three_fit_every_secret_once(seen: tuple[int, int], xs: list[int]) -> None:
    """Whatever two shares say, each of 256 secrets goes with one polynomial of degree two.

    Its value at a third place is the one free figure, and runs through all 256 too.
    """
    third = next(x for x in range(1, 16) if x not in xs)
    known = [(x, bytes([value])) for x, value in zip(xs, seen, strict=True)]
    secrets = {at_zero([*known, (third, bytes([value]))])[0] for value in range(256)}
    assert len(secrets) == 256


def test_shares_look_like_chance_with_the_real_source_of_it() -> None:
    """Chi-squared over 256 values, 51,200 bytes of single shares of a secret of zeros."""
    counts = [0] * 256
    for _ in range(800):
        for share in split_bytes(bytes(32), b"p", 3, 3)[:2]:
            for byte in share.values:
                counts[byte] += 1
    expected = sum(counts) / 256
    chi = sum((one - expected) ** 2 / expected for one in counts)
    # 255 degrees of freedom: mean 255, deviation 22.6; seven deviations either way.
    assert 95 < chi < 415


def test_zero_is_not_left_out_of_the_coefficients() -> None:
    """A share equal to the secret's byte has to happen: else each share rules out one secret."""
    same = 0
    for _ in range(300):
        same += sum(byte == 0 for byte in split_bytes(bytes(32), b"p", 2, 2)[0].values)
    assert same > 0


def test_repr_shows_no_values() -> None:
    _, _, _, found = made(2, 2)
    assert "values" not in repr(found[0])


# --- Splitting and combining ------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 15).flatmap(lambda n: st.tuples(st.integers(2, n), st.just(n))), st.randoms())
def test_any_k_of_n_open_the_box(team: tuple[int, int], luck: random.Random) -> None:
    secret, public, known, found = made(*team)
    some = luck.sample(found, team[0])
    assert combine(public, known, some).secret() == secret
    # More than needed do no harm, nor does one that comes twice.
    assert combine(public, known, [*found, found[0]]).secret() == secret


def test_every_choice_of_three_of_five() -> None:
    secret, public, known, found = made(3, 5)
    for some in combinations(found, 3):
        assert combine(public, known, some).secret() == secret


def test_too_few_shares() -> None:
    _, public, known, found = made(3, 5)
    for some, got in ((found[:2], 2), ([found[0], found[0], found[1]], 2), ([], 0)):
        with pytest.raises(Invalid) as caught:
            combine(public, known, some)
        assert (caught.value.code, caught.value.values["got"]) == ("shares_missing", got)


def test_wrong_and_mixed_shares_are_found_one_by_one() -> None:
    _, public, known, found = made(2, 3)
    _, _, _, foreign = made(2, 3)
    first = found[0]
    changed = bytes([first.values[0] ^ 1]) + first.values[1:]
    for wrong, code in (
        (replace(first, values=changed), "share_wrong"),
        (replace(first, x=2), "share_wrong"),
        (replace(first, x=4), "share_wrong"),
        (replace(first, x=0), "share_wrong"),
        (replace(first, needed=3), "share_wrong"),
        (foreign[0], "share_of_another_ballot"),
        (replace(foreign[0], ballot=first.ballot), "share_wrong"),
    ):
        with pytest.raises(Invalid) as caught:
            combine(public, known, [wrong, found[1]])
        assert caught.value.code == code, wrong


def test_what_is_combined_has_to_fit_the_public_key() -> None:
    """Commitments that were exchanged in the database don't lead to another key."""
    key, other = BoxKey.generate(), BoxKey.generate()
    false = split_bytes(other.secret(), key.public, 2, 2)
    known = [commitment(key.public, one) for one in false]
    with pytest.raises(Invalid) as caught:
        combine(key.public, known, false)
    assert caught.value.code == "share_wrong"


@pytest.mark.parametrize(("needed", "team"), [(1, 3), (0, 0), (3, 2), (2, 16), (16, 16)])
def test_teams_that_cannot_be(needed: int, team: int) -> None:
    with pytest.raises(Invalid) as caught:
        check_team(needed, team)
    assert caught.value.code == "shares_team"


def test_an_operators_part_without_which_the_team_opens_nothing() -> None:
    """Two of two: the operator's, and one that is split two of three among the team."""
    with BoxKey.generate() as key:
        operator, rest = outer = split(key, 2, 2)
        team = split_bytes(rest.values, key.public, 2, 3)
        outer_known = [commitment(key.public, one) for one in outer]
        team_known = [commitment(key.public, one) for one in team]
        again = combine_bytes(key.public, team_known, team[1:])
        whole = replace(rest, values=bytes(again))
        assert combine(key.public, outer_known, [operator, whole]).secret() == key.secret()
        with pytest.raises(Invalid):
            combine(key.public, team_known, team)


# --- On paper ---------------------------------------------------------------------------------

SHARES = st.builds(
    Share,
    st.binary(min_size=2, max_size=2),
    st.integers(2, 15),
    st.integers(1, 15),
    st.binary(min_size=32, max_size=32),
)


@given(SHARES)
def test_a_share_is_four_short_lines(share: Share) -> None:
    lines = share_text(share).split("\n")
    assert [len(line) for line in lines] == [19] * 4
    assert read_share(share_text(share)) == share
    assert read_share(share_text(share).lower().replace("0", "o").replace("\n", "")) == share


@given(SHARES, st.integers(0, 63), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_slip_names_its_line(share: Share, place: int, wrong: str) -> None:
    text = share_text(share).replace(" ", "").replace("\n", "")
    changed = text[:place] + wrong + text[place + 1 :]
    if changed == text:
        return
    with pytest.raises(Invalid) as caught:
        read_share(changed)
    assert caught.value.code == "code_mistyped"
    assert caught.value.values == {"line": place // 16 + 1}


@given(SHARES, st.permutations(range(4)))
def test_lines_in_another_order_are_found(share: Share, order: list[int]) -> None:
    lines = share_text(share).split("\n")
    if [lines[at] for at in order] == lines:
        return
    with pytest.raises(Invalid) as caught:
        read_share("\n".join(lines[at] for at in order))
    assert caught.value.code in {"code_mistyped", "share_wrong"}


def test_what_is_no_share() -> None:
    _, _, _, found = made(2, 2)
    for text, code in (
        ("", "code_length"),
        (share_text(found[0])[:-1], "code_length"),
        (share_text(found[0]).replace(" ", "!"), "code_characters"),
        (share_text(replace(found[0], needed=1)), "share_wrong"),
        (share_text(replace(found[0], x=0)), "share_wrong"),
    ):
        with pytest.raises(Invalid) as caught:
            read_share(text)
        assert caught.value.code == code


# --- Under a PIN ------------------------------------------------------------------------------


def test_a_share_under_a_pin() -> None:
    _, _, _, found = made(2, 3)
    kept = lock(found[1], "73915826", *CHEAP)
    assert unlock(kept, " 73915826 ") == found[1]
    assert found[1].values not in kept
    assert kept != lock(found[1], "73915826", *CHEAP)
    with pytest.raises(Invalid) as caught:
        unlock(kept, "73915827")
    assert caught.value.code == "pin_wrong"


def test_a_damaged_share_is_no_wrong_pin_where_that_can_be_told() -> None:
    _, _, _, found = made(2, 3)
    kept = lock(found[1], "73915826", *CHEAP)
    for damaged in (b"", kept[:20], b"\x02" + kept[1:], b"\x01" + b"\xff" * 12 + kept[13:]):
        with pytest.raises(ValueError, match="not a sealed share"):
            unlock(damaged, "73915826")
    with pytest.raises(Invalid) as caught:
        unlock(kept[:-1] + bytes([kept[-1] ^ 1]), "73915826")
    assert caught.value.code == "pin_wrong"


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("1234567", "pin_length"),
        ("7" * 65, "pin_length"),
        ("        73", "pin_length"),
        ("12345678", "pin_weak"),
        ("87654321", "pin_weak"),
        ("77777777", "pin_weak"),
        ("12121212", "pin_weak"),
        ("02091945", "pin_weak"),
        ("19450902", "pin_weak"),
    ],
)
def test_pins_that_are_too_weak(pin: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_pin(pin)
    assert caught.value.code == code


@pytest.mark.parametrize("pin", ["73915826", "đồng tâm hiệp lực", "7391 5826 11"])
def test_pins_that_are_good_enough(pin: str) -> None:
    check_pin(pin)


def test_what_is_used_costs_a_thief_memory() -> None:
    assert shares.MEMORY >= 64 * 1024 * 1024
    assert shares.OPERATIONS >= argon2id.OPSLIMIT_MODERATE
