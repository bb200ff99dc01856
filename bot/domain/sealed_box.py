"""The ballot box: sealed envelopes, and a key that is destroyed.

A ballot has a key pair of its own. An envelope is a PyNaCl ``SealedBox`` of the answers, padded
to 512 bytes, 560 bytes sealed: all look alike, and equal answers look different. Its id comes
from the ballot, the unit and the voter's receipt code of 128 random bits, so who has the code can
find it in the box, and nobody else can tell whose it is.

The id is hashed in two steps. The first hash, the *ticket*, lies sealed within the envelope; the
second is the id. Whoever can write into the database, but doesn't know the code, can't make an
envelope that fits an id which is there: opening finds it and counts it as invalid.

The receipt shows that an envelope is in the box, not what is in it: otherwise it could be
demanded from the voter, or sold.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final

from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from bot.domain import ballot_codes
from bot.domain.ballot import Choices, Paper, canonical, digest
from bot.domain.ballot_rules import check_choices, ordered
from bot.domain.ballot_tally import Columns, columns
from bot.errors import Invalid

BOX_FORMAT: Final = "blocbot-ballot-box/1"
_TICKET: Final = "blocbot-ballot-ticket/1"
_ENVELOPE: Final = "blocbot-ballot-envelope/1"

#: Bytes of the padded answers, of a sealed envelope, of a receipt code, of a key.
PADDED: Final = 512
SEALED: Final = 560
CODE_BYTES: Final = 16
KEY_BYTES: Final = 32
#: Characters of a receipt code: 26 of base 32 hold 128 bits, and two to check them.
CODE_LENGTH: Final = 28


# --- The receipt ------------------------------------------------------------------------------


def new_code() -> bytes:
    """A receipt code: 128 random bits. It is shown to the voter and never stored."""
    return secrets.token_bytes(CODE_BYTES)


def code_text(code: bytes) -> str:
    """A receipt code as it is shown: seven groups of four characters, 34 in all."""
    body = ballot_codes.written(int.from_bytes(code), CODE_LENGTH - 2)
    return ballot_codes.grouped(ballot_codes.with_check(body))


def read_code(text: str) -> bytes:
    """The receipt code that somebody typed.

    Raises Invalid: ``code_accents, code_characters, code_length`` (see
    :func:`bot.domain.ballot_codes.tidy`), ``code_mistyped`` (the check characters don't agree).
    """
    number = ballot_codes.checked(ballot_codes.tidy(text, CODE_LENGTH))
    if number is None or number >= 1 << 8 * CODE_BYTES:
        raise Invalid("code_mistyped", line=1)
    return number.to_bytes(CODE_BYTES)


def _ticket(election: str, unit: int, code: bytes) -> str:
    return digest([_TICKET, election, unit, code.hex()])


def _id_of(election: str, ticket: str) -> str:
    return digest([_ENVELOPE, election, ticket])


def envelope_id(election: str, unit: int, code: bytes) -> str:
    """The id of the envelope that this unit got this code for, 64 hexadecimal digits."""
    return _id_of(election, _ticket(election, unit, code))


# --- The key ----------------------------------------------------------------------------------


class BoxKey:
    """A ballot's private key, kept in memory that can be overwritten.

    ``with`` wipes it at the end. That is as far as Python goes, and it isn't far: PyNaCl takes and
    makes immutable ``bytes``, whose copies stay in freed memory until something else is written
    there; memory may have been swapped out, or be dumped when the process dies. Who needs more
    opens the box in a process that ends right afterwards, on a machine without swap.
    """

    __slots__ = ("_secret", "public")

    def __init__(self, secret: bytes | bytearray) -> None:
        """The key of 32 bytes; the argument is copied. Raises ValueError for another length."""
        if len(secret) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self._secret = bytearray(secret)
        self.public = bytes(PrivateKey(bytes(self._secret)).public_key)

    @classmethod
    def generate(cls) -> BoxKey:
        """A new key pair."""
        fresh = bytearray(secrets.token_bytes(KEY_BYTES))
        try:
            return cls(fresh)
        finally:
            wipe(fresh)

    def secret(self) -> bytes:
        """A copy of the private key, for splitting it. Raises ValueError once wiped."""
        if not any(self._secret):
            raise ValueError("this key was destroyed")
        return bytes(self._secret)

    def wipe(self) -> None:
        """Overwrites the private key; it can't be used any more."""
        wipe(self._secret)

    def __enter__(self) -> BoxKey:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.wipe()

    def __repr__(self) -> str:
        return f"<BoxKey of {self.public.hex()[:8]}…>"

    def __reduce__(self) -> str:
        raise TypeError("a private key isn't pickled")


def wipe(secret: bytearray) -> None:
    """Overwrites a secret in place with zeros."""
    secret[:] = bytes(len(secret))


# --- Voting -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is kept of a vote: id (64 hexadecimal digits) and 560 sealed bytes. Nothing else."""

    id: str
    content: bytes


def seal(paper: Paper, public: bytes, unit: int, code: bytes, choices: Choices) -> Envelope:
    """The envelope of a unit's vote. Raises Invalid as :func:`check_choices` does.

    The unit goes into the id only, by a hash that needs the code; the content doesn't name it.
    """
    check_choices(paper, choices, unit)
    ticket = _ticket(paper.election, unit, code)
    plain = canonical({"c": [_listed(one) for one in ordered(choices)], "t": ticket})
    if len(plain) >= PADDED:
        raise Invalid("ballot_paper_too_big")
    sealed = SealedBox(PublicKey(public)).encrypt(sodium_pad(plain, PADDED))
    return Envelope(_id_of(paper.election, ticket), sealed)


def _listed(answer: tuple[int, ...] | None) -> list[int] | None:
    return None if answer is None else list(answer)


def cast(box: Mapping[str, bytes], envelope: Envelope) -> dict[str, bytes]:
    """The box with one more envelope. Raises Invalid ``ballot_cast_already`` for the same id."""
    if envelope.id in box:
        raise Invalid("ballot_cast_already")
    return {**box, envelope.id: envelope.content}


def replaced(
    box: Mapping[str, bytes], election: str, unit: int, code: bytes, envelope: Envelope
) -> dict[str, bytes]:
    """The box with one envelope out, by the code of its receipt, and one in.

    The new envelope has a code of its own, so an old receipt isn't mistaken for the valid one.
    Raises Invalid: ``ballot_code_unknown`` (not this unit's, not of this ballot, or used up).
    """
    old = envelope_id(election, unit, code)
    if old not in box:
        raise Invalid("ballot_code_unknown")
    return cast({key: content for key, content in box.items() if key != old}, envelope)


# --- Opening ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """What leaves an opened box: its list and digest, and the columns. No paper as a whole.

    ``listing``: (id, SHA-256 of the sealed content), sorted; with it anybody can compute
    ``digest``, and nobody can decrypt anything, even with the key.
    """

    listing: tuple[tuple[str, str], ...]
    digest: str
    columns: tuple[Columns, ...]


def listing(box: Mapping[str, bytes]) -> tuple[tuple[str, str], ...]:
    """The ids of all envelopes and the SHA-256 of what each contains, sorted by id."""
    return tuple(sorted((key, hashlib.sha256(box[key]).hexdigest()) for key in box))


def box_digest(election: str, listed: tuple[tuple[str, str], ...]) -> str:
    """The digest of the closed box, announced before it is opened."""
    return digest(
        {"format": BOX_FORMAT, "election": election, "envelopes": [list(one) for one in listed]}
    )


def open_box(paper: Paper, key: BoxKey, box: Mapping[str, bytes]) -> Opened:
    """Decrypts all envelopes in memory and gives back the columns, each sorted by itself.

    An envelope that can't be decrypted, wasn't made with the voter's code, or isn't a vote on
    this paper counts as invalid. The caller deletes the envelopes, and wipes the key, in the same
    transaction that stores the columns. That nobody marked their own nominee is checked when
    votes are cast: here no one knows whose they are.
    """
    listed = listing(box)
    private = PrivateKey(key.secret())
    papers = [_read(paper, private, name, box[name]) for name, _ in listed]
    return Opened(listed, box_digest(paper.election, listed), columns(paper, papers))


def _read(paper: Paper, private: PrivateKey, name: str, content: bytes) -> Choices | None:
    """The answers in an envelope, None for an invalid one."""
    try:
        plain = sodium_unpad(SealedBox(private).decrypt(content), PADDED)
        body = json.loads(plain)
        choices = _choices(body)
        if canonical(body) != plain or _id_of(paper.election, body["t"]) != name:
            return None
        check_choices(paper, choices)
    except (CryptoError, Invalid, ValueError, TypeError, KeyError, RecursionError):
        return None
    return choices


def _choices(body: Any) -> Choices:
    """The answers of a decrypted document. Raises what a malformed one leads to."""
    if set(body) != {"c", "t"} or not isinstance(body["t"], str):
        raise ValueError("not a ballot paper")
    answers: list[tuple[int, ...] | None] = []
    for answer in body["c"]:
        if answer is not None and not (
            isinstance(answer, list) and all(type(number) is int for number in answer)
        ):
            raise ValueError("not an answer")
        answers.append(None if answer is None else tuple(answer))
    return tuple(answers)
