"""Messages to people that must arrive: a row each, in the caller's transaction.

The row says what kind of message it is and what it is about; :mod:`bot.views.notices` words it
in the recipient's language when it is sent, or says that it has become pointless.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlmodel import Session, col, select

from bot.models import OutMessage, OutState, Person, Seat


def tell(
    session: Session,
    person_ids: Iterable[int],
    kind: str,
    *,
    ids: dict[str, object],
    key: str,
    now: dt.datetime,
    priority: int = 1,
    after: dt.timedelta = dt.timedelta(0),
) -> int:
    """Queue a message of ``kind`` to persons; returns how many rows are new.

    ``key`` names the occasion (``report:17:approved:2``); with the person's id it is the dedupe
    key: the same occasion never tells the same person twice. ``after`` delays, so that what
    comes at once can be collected into one message.
    """
    wanted = {person_id: f"{key}:{person_id}" for person_id in person_ids}
    if not wanted:
        return 0
    known = set(
        session.exec(
            select(OutMessage.dedupe_key).where(
                col(OutMessage.dedupe_key).in_(list(wanted.values()))
            )
        )
    )
    new = 0
    for person_id, dedupe_key in wanted.items():
        if dedupe_key in known:
            continue
        session.add(
            OutMessage(
                person_id=person_id,
                kind=kind,
                ids=ids,
                dedupe_key=dedupe_key,
                priority=priority,
                state=OutState.WAITING,
                next_at=now + after,
                created_at=now,
            )
        )
        new += 1
    return new


def sits(
    session: Session, person: Person, *, bloc_id: int | None = None, unit_id: int | None = None
) -> bool:
    """Whether a person now holds a seat in this bloc or at this unit, whichever they act from.

    Asked when a message is worded: whoever has left meanwhile is told nothing any more.
    """
    where = col(Seat.bloc_id) == bloc_id if unit_id is None else col(Seat.unit_id) == unit_id
    found = session.exec(
        select(Seat.id)
        .where(col(Seat.person_id) == person.id, col(Seat.until).is_(None), where)
        .limit(1)
    )
    return found.first() is not None


def people_of_units(session: Session, unit_ids: Iterable[int]) -> list[int]:
    """Ids of the persons who now hold a seat at one of the units."""
    found = session.exec(
        select(Seat.person_id)
        .where(col(Seat.unit_id).in_(list(unit_ids)), col(Seat.until).is_(None))
        .distinct()
    )
    return sorted(found)
