"""Splitting the ballot box's private key among a counting team: any k of n shares open it.

Shamir's scheme over GF(256), one polynomial a byte. Conventions, never to be changed:

- field: polynomials over GF(2) modulo x^8 + x^4 + x^3 + x + 1 (0x11B, that of AES);
- a secret of 32 bytes; for each byte a polynomial of degree k - 1 whose constant term it is and
  whose other coefficients are uniformly random, zero not excluded: with fewer than k shares
  every secret is equally likely;
- share number x, from 1 to n, has the polynomials' values at x; n is at most 15.

A share written down: one byte k * 16 + x, two bytes that name the ballot (the first of SHA-256 of
the box's public key), 32 bytes of values: 280 bits, four lines of 14 characters of base 32, each
with two check characters (:mod:`bot.domain.ballot_codes`), lines numbered from 1.

Of every share a commitment is kept: SHA-256 of the public key, k, x and the values, which are 256
random bits, so it says nothing about them. A wrong share is found by it alone; what was combined
has to give the public key.

Own code, since the packages there are work on numbers modulo a prime, bring large dependencies
or aren't kept up. Table look-ups are not constant in time; shares are combined once, on a machine
where nobody else measures.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from bot.domain import ballot_codes
from bot.domain.sealed_box import KEY_BYTES, BoxKey, wipe
from bot.errors import Invalid

MAX_TEAM: Final = 15
LINES: Final = 4
#: Characters of a line without its two check characters.
LINE: Final = 14
_COMMITMENT: Final = b"blocbot-ballot-share/1"


# --- The field --------------------------------------------------------------------------------


def _tables() -> tuple[list[int], list[int]]:
    """Powers of the generator 3, twice over, and their logarithms."""
    powers, logs = [0] * 510, [0] * 256
    value = 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        logs[value] = exponent
        doubled = value << 1
        value ^= doubled ^ (0x11B if doubled & 0x100 else 0)
    return powers, logs


_POWERS, _LOGS = _tables()


def times(a: int, b: int) -> int:
    """The product of two elements of GF(256)."""
    return _POWERS[_LOGS[a] + _LOGS[b]] if a and b else 0


def over(a: int, b: int) -> int:
    """The quotient of two elements of GF(256); b isn't 0."""
    return _POWERS[_LOGS[a] + 255 - _LOGS[b]] if a else 0


def values_at(secret: bytes, coefficients: Sequence[bytes], x: int) -> bytes:
    """The values at x of one polynomial a byte: the secret's byte, then one of each row."""
    found = bytearray(len(secret))
    for row in reversed([secret, *coefficients]):
        for place, byte in enumerate(row):
            found[place] = times(found[place], x) ^ byte
    return bytes(found)


def at_zero(points: Sequence[tuple[int, bytes]]) -> bytearray:
    """The values at 0 of the polynomials through these points, whose x differ."""
    found = bytearray(len(points[0][1]))
    for x, row in points:
        weight = 1
        for other, _ in points:
            if other != x:
                weight = times(weight, over(other, other ^ x))
        for place, byte in enumerate(row):
            found[place] ^= times(weight, byte)
    return found


# --- Shares -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """One person's share. ``ballot``: two bytes that name the ballot; ``x`` counts from 1.

    The values aren't shown by ``repr``.
    """

    ballot: bytes
    needed: int
    x: int
    values: bytes = field(repr=False)


def _ballot_of(public: bytes) -> bytes:
    return hashlib.sha256(public).digest()[:2]


def commitment(public: bytes, share: Share) -> str:
    """What is kept to know a share by: 64 hexadecimal digits."""
    head = bytes([share.needed, share.x])
    return hashlib.sha256(_COMMITMENT + public + head + share.values).hexdigest()


def check_team(needed: int, team: int) -> None:
    """Can so many of such a team open a box? Raises Invalid ``shares_team`` (``most``).

    At least two are needed: one alone would be the key itself. ``team - needed`` shares may get
    lost; if none may, a single lost share means that the ballot has to be held again.
    """
    if not 2 <= needed <= team <= MAX_TEAM:
        raise Invalid("shares_team", most=MAX_TEAM)


def split(
    key: BoxKey,
    needed: int,
    team: int,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[Share, ...]:
    """Shares of a box's key, any ``needed`` of which open it. Raises as :func:`check_team`.

    For an operator's part without which the team's shares open nothing, split 2 of 2 first
    (:func:`split_bytes`) and the second half again.
    """
    return split_bytes(key.secret(), key.public, needed, team, random)


def split_bytes(
    secret: bytes,
    public: bytes,
    needed: int,
    team: int,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[Share, ...]:
    """The same for 32 secret bytes that belong to the box with this public key."""
    check_team(needed, team)
    if len(secret) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    coefficients = [random(len(secret)) for _ in range(needed - 1)]
    return tuple(
        Share(_ballot_of(public), needed, x, values_at(secret, coefficients, x))
        for x in range(1, team + 1)
    )


def check_share(public: bytes, commitments: Sequence[str], share: Share) -> None:
    """Is this one of the box's shares? ``commitments``: of all shares, in the order of x.

    Raises Invalid: ``share_of_another_ballot``, ``share_wrong``.
    """
    if share.ballot != _ballot_of(public):
        raise Invalid("share_of_another_ballot")
    known = commitments[share.x - 1] if 1 <= share.x <= len(commitments) else ""
    if commitment(public, share) != known:
        raise Invalid("share_wrong")


def combine(public: bytes, commitments: Sequence[str], shares: Sequence[Share]) -> BoxKey:
    """The box's key. The same share given twice counts once.

    Raises Invalid: as :func:`check_share`, and ``shares_missing`` (``needed``, ``got``).
    """
    secret = combine_bytes(public, commitments, shares)
    try:
        key = BoxKey(secret)
    finally:
        wipe(secret)
    if key.public != public:
        key.wipe()
        raise Invalid("share_wrong")
    return key


def combine_bytes(public: bytes, commitments: Sequence[str], shares: Sequence[Share]) -> bytearray:
    """What :func:`split_bytes` was given; wipe it after use. Raises as :func:`combine`."""
    for share in shares:
        check_share(public, commitments, share)
    points = {share.x: share.values for share in shares}
    needed = max((share.needed for share in shares), default=2)
    if len(points) < needed:
        raise Invalid("shares_missing", needed=needed, got=len(points))
    return at_zero(sorted(points.items())[:needed])


# --- On paper ---------------------------------------------------------------------------------


def share_text(share: Share) -> str:
    """A share to be written down: four lines of four groups of four characters."""
    packed = bytes([share.needed << 4 | share.x]) + share.ballot + share.values
    text = ballot_codes.written(int.from_bytes(packed), LINES * LINE)
    lines = (text[at : at + LINE] for at in range(0, len(text), LINE))
    return "\n".join(
        ballot_codes.grouped(ballot_codes.with_check(body, number), " ")
        for number, body in enumerate(lines, start=1)
    )


def read_share(text: str) -> Share:
    """The share that somebody typed, with any spaces and line breaks.

    Raises Invalid: ``code_accents, code_characters, code_length`` (see
    :func:`bot.domain.ballot_codes.tidy`), ``code_mistyped`` (``line``, from 1: the first in which
    something is wrong), ``share_wrong``.
    """
    long = LINE + 2
    clean = ballot_codes.tidy(text, LINES * long)
    number = 0
    for line in range(1, LINES + 1):
        part = ballot_codes.checked(clean[(line - 1) * long : line * long], line)
        if part is None:
            raise Invalid("code_mistyped", line=line)
        number = number << 5 * LINE | part
    packed = number.to_bytes(3 + KEY_BYTES)
    share = Share(packed[1:3], packed[0] >> 4, packed[0] & 15, packed[3:])
    if share.needed < 2 or share.x < 1:
        raise Invalid("share_wrong")
    return share


# --- Kept for a person ------------------------------------------------------------------------

PIN_SHORTEST: Final = 8
PIN_LONGEST: Final = 64
#: Argon2id's passes and bytes: about half a second on a small machine, and 128 MiB.
OPERATIONS: Final = 4
MEMORY: Final = 128 * 1024 * 1024
_PIN_VERSION: Final = 1
_HEAD: Final = 1 + 4 + 8


def _pin_bytes(pin: str) -> bytes:
    return unicodedata.normalize("NFKC", pin).strip().encode()


def check_pin(pin: str) -> None:
    """Is this PIN good enough? Raises Invalid: ``pin_length`` (``least``, ``most``), ``pin_weak``.

    Eight digits, or any word as long. Whoever steals the database can try PINs on a machine of
    their own: a hundred million of them take years of one core, a birthday takes hours.
    """
    text = _pin_bytes(pin).decode()
    if not PIN_SHORTEST <= len(text) <= PIN_LONGEST:
        raise Invalid("pin_length", least=PIN_SHORTEST, most=PIN_LONGEST)
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    if len(steps) == 1 or len(set(text)) < 4 or _is_date(text):
        raise Invalid("pin_weak")


def _is_date(text: str) -> bool:
    """Whether eight digits are a day of the last or this century, as people write them."""
    if len(text) != 8 or not text.isdigit():
        return False
    for day, month, year in ((text[:2], text[2:4], text[4:]), (text[6:], text[4:6], text[:4])):
        if 1 <= int(day) <= 31 and 1 <= int(month) <= 12 and year[:2] in {"19", "20"}:
            return True
    return False


def lock(share: Share, pin: str, operations: int = OPERATIONS, memory: int = MEMORY) -> bytes:
    """A share sealed with a PIN, to be kept for its owner. Raises as :func:`check_pin`.

    Bytes: version, Argon2id's passes (4) and memory (8), salt (16), SecretBox of the share.
    """
    check_pin(pin)
    salt = secrets.token_bytes(argon2id.SALTBYTES)
    key = argon2id.kdf(SecretBox.KEY_SIZE, _pin_bytes(pin), salt, operations, memory)
    head = bytes([_PIN_VERSION]) + operations.to_bytes(4) + memory.to_bytes(8)
    return head + salt + bytes(SecretBox(key).encrypt(share_text(share).encode()))


def unlock(kept: bytes, pin: str) -> Share:
    """The share that :func:`lock` sealed. Raises Invalid ``pin_wrong``; ValueError for a
    damaged one. The caller limits how often somebody may try.
    """
    if len(kept) < _HEAD + argon2id.SALTBYTES or kept[0] != _PIN_VERSION:
        raise ValueError("not a sealed share")
    operations, memory = int.from_bytes(kept[1:5]), int.from_bytes(kept[5:_HEAD])
    if operations > 16 or memory > 1 << 30:
        raise ValueError("not a sealed share")
    salt = kept[_HEAD : _HEAD + argon2id.SALTBYTES]
    key = argon2id.kdf(SecretBox.KEY_SIZE, _pin_bytes(pin), salt, operations, memory)
    try:
        text = SecretBox(key).decrypt(kept[_HEAD + argon2id.SALTBYTES :])
    except CryptoError:
        raise Invalid("pin_wrong") from None
    return read_share(text.decode())
