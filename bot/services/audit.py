"""The audit chain of a bloc: every durable act appends an entry that seals the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, select

from bot.domain import audit as chains
from bot.domain.audit import GENESIS, entry_hash
from bot.errors import NotFound
from bot.models import AuditEntry, Bloc

#: In a session's info: it may hold only one bloc's row, at first True, then that bloc's id. Where
#: several updates share a commit, two commits could else wait for each other's blocs.
ONE_BLOC: Final = "one_bloc"


class TwoBlocs(Exception):
    """Acts of two blocs in a transaction that may hold one; each is to have its own."""


def append(
    session: Session,
    bloc_id: int,
    action: str,
    now: dt.datetime,
    *,
    person_id: int | None = None,
    **body: Any,
) -> AuditEntry:
    """Add an act to the bloc's chain. ``body`` holds ids, codes and figures, no personal texts.

    The bloc's row is locked until the transaction ends: entries of a bloc come one by one.
    Raises TwoBlocs for another bloc than before in a session that may hold just one.
    """
    held = session.info.get(ONE_BLOC)
    if held not in (None, True, bloc_id):
        raise TwoBlocs
    if held is not None:
        session.info[ONE_BLOC] = bloc_id
    bloc = session.exec(
        select(Bloc)
        .where(col(Bloc.id) == bloc_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    entry = AuditEntry(
        bloc_id=bloc_id,
        seq=bloc.audit_seq + 1,
        at=now,
        person_id=person_id,
        action=action,
        body=body,
        previous=bloc.audit_hash or GENESIS,
        hash="",
    )
    entry.hash = entry_hash(entry.previous, sealed(entry))
    bloc.audit_seq, bloc.audit_hash = entry.seq, entry.hash
    session.add(entry)
    session.add(bloc)
    return entry


def sealed(entry: AuditEntry) -> dict[str, Any]:
    """What an entry's hash covers, besides the hash of the entry before."""
    return {
        "bloc": entry.bloc_id,
        "seq": entry.seq,
        "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "person": entry.person_id,
        "action": entry.action,
        "body": entry.body,
    }


# --- Verification --------------------------------------------------------------------------------

#: Entries fetched at a time: a chain may be longer than memory.
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class BrokenEntry:
    """The first entry of a bloc's chain that doesn't hold.

    ``what`` is a reason of :class:`bot.domain.audit.Broken`, or ``unreadable`` (what is stored
    isn't an entry), or ``head`` (missing at the end, or unknown to the bloc, or another one than
    the bloc knows as its last).
    """

    bloc: int
    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How many entries of each bloc were read, by bloc; the first broken one, or None."""

    entries: dict[int, int]
    broken: BrokenEntry | None


def verify(session: Session, bloc_id: int | None = None) -> Verified:
    """Check the chain of a bloc, or of every one, up to the first broken entry.

    Raises NotFound(``bloc_unknown``).
    """
    blocs = session.exec(select(Bloc.id).order_by(col(Bloc.id))).all()
    if bloc_id is not None and bloc_id not in blocs:
        raise NotFound("bloc_unknown")
    counts: dict[int, int] = {}
    for one in blocs if bloc_id is None else [bloc_id]:
        count, broken = _verify(session, one or 0, _AT_ONCE)
        if broken is not None:
            return Verified(counts, broken)
        counts[one or 0] = count
    return Verified(counts, None)


def _verify(session: Session, bloc_id: int, at_once: int) -> tuple[int, BrokenEntry | None]:
    """How many entries one chain has, and the first broken one.

    One statement reads the chain and its head, so that acts meanwhile don't look like damage.
    """
    query: Any = (
        select(col(Bloc.audit_seq), col(Bloc.audit_hash), AuditEntry)
        .outerjoin(AuditEntry, col(AuditEntry.bloc_id) == col(Bloc.id))
        .where(col(Bloc.id) == bloc_id)
        .order_by(col(AuditEntry.seq))
        .execution_options(yield_per=at_once)
    )
    reader = _Reader()
    try:
        with session.exec(query) as rows:
            broken = chains.verify(reader.read(rows))
    except (ValueError, TypeError):  # JSON or a moment that is none
        if at_once > 1:  # it may be any of these: read one by one
            return _verify(session, bloc_id, 1)
        return reader.count, BrokenEntry(bloc_id, reader.count + 1, "unreadable")
    if broken is not None:
        return reader.count, BrokenEntry(bloc_id, broken.number, broken.reason)
    if (reader.count, reader.last) != reader.head:
        seq, _hash = reader.head
        first = min(reader.count, seq) + 1 if reader.count != seq else seq
        return reader.count, BrokenEntry(bloc_id, first, "head")
    return reader.count, None


class _Reader:
    """Entries of one chain as the domain checks them; remembers the last one and the head."""

    def __init__(self) -> None:
        self.count = 0
        self.last = ""
        self.head = (0, "")

    def read(self, rows: Iterable[Any]) -> Iterator[chains.Entry]:
        """The entries, one by one."""
        for head_seq, head_hash, entry in rows:
            self.head = (head_seq, head_hash)
            if entry is None:
                return
            yield chains.Entry(entry.seq, entry.previous, sealed(entry), entry.hash)
            self.count, self.last = entry.seq, entry.hash
