"""The audit chain of a bloc: every durable act appends an entry that seals the one before."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlmodel import Session, col, select

from bot.domain.audit import GENESIS, entry_hash
from bot.models import AuditEntry, Bloc


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
    """
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
