"""What a story has left behind, in a form that two runs can be compared by.

Ids differ between runs (PostgreSQL's numbering has gaps after a rollback, people act beside each
other); so everything is named: units by their short name, people by their number on Telegram.
Moments are left out.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from bot.database import Database
from bot.demo.telegram import StandIn
from bot.models import (
    AuditEntry,
    DeadLetter,
    DoneUpdate,
    Invitation,
    Job,
    OutMessage,
    OutState,
    ParkedUpdate,
    Person,
    Seat,
    Unit,
)

Key = tuple[Any, ...]
#: What is due later than so long after it was queued is none of the story's.
LATER = dt.timedelta(minutes=5)


class Names:
    """Names for ids. ``kinds`` says by the name of a body's value what it is the id of."""

    def __init__(self, session: Session) -> None:
        self.people = {one.id: one.telegram_id for one in session.exec(select(Person))}
        self.units = {one.id: one.short_name for one in session.exec(select(Unit))}
        self.seats = {one.id: self.people[one.person_id] for one in session.exec(select(Seat))}
        self.invitations = {
            one.id: (self.units.get(one.unit_id), one.role.value)
            for one in session.exec(select(Invitation))
        }
        self.kinds: dict[str, dict[Any, Any]] = {
            "unit": self.units,
            "by": self.units,
            "seat": self.seats,
            "invitation": self.invitations,
        }

    def named(self, body: dict[str, Any], kind: str = "") -> Key:
        """A JSON body of ids with names in their place; ``kind``: of a message."""
        found = {}
        for name, value in body.items():
            if name == "units" and isinstance(value, list):
                found[name] = repr([self.units.get(one, one) for one in value])
            elif name in self.kinds and value is not None:
                found[name] = repr(self.kinds[name].get(value, value))
            else:
                found[name] = repr(value)
        return tuple(sorted(found.items()))


def rows(session: Session, model: type[SQLModel]) -> list[Any]:
    """All rows of a table, in the order of their making."""
    return list(session.exec(select(model).order_by(col(model.id))))  # type: ignore[attr-defined]


def seats(session: Session, names: Names) -> list[Any]:
    """Who sits where."""
    return sorted(
        (names.people[one.person_id], names.units.get(one.unit_id), one.role.value)
        for one in session.exec(select(Seat))
    )


def people(session: Session) -> dict[int, Any]:
    """What is known of everybody."""
    return {
        one.telegram_id: (one.name, one.language, one.blocked_at)
        for one in session.exec(select(Person))
    }


def menus(tg: StandIn) -> dict[int, list[str]]:
    """Everybody's command menu."""
    return {
        user.id: [command["command"] for command in tg.commands_for(user.id)]
        for user in tg.people()
    }


def audit(
    session: Session, names: Names, about: Callable[[dict[str, Any]], Key | None]
) -> dict[Key, list[Any]]:
    """The acts in the order of the chain: of each thing that they are about, and of each person
    besides."""
    found: dict[Key, list[Any]] = defaultdict(list)
    for one in rows(session, AuditEntry):
        body: dict[str, Any] = one.body
        person = names.people.get(one.person_id)
        found[about(body) or ("person", person)].append((one.action, person, names.named(body)))
    return {
        # Invitations come with the bloc in one transaction; their ids are not what counts.
        key: sorted(acts, key=repr) if key == ("person", None) else acts
        for key, acts in found.items()
    }


def told(
    session: Session, names: Names, rightly_dropped: Callable[[OutMessage], bool]
) -> dict[Key, str]:
    """Every message that had to arrive, by its occasion, and that it was sent.

    A dropped one counts like a sent one only where ``rightly_dropped`` says so.
    """
    found: dict[Key, str] = {}
    for one in rows(session, OutMessage):
        key = (names.people[one.person_id], one.kind, names.named(one.ids, one.kind))
        assert key not in found, f"two rows for one occasion: {key}"
        done = one.state is OutState.SENT and one.message_id is not None
        if one.state is OutState.DROPPED:
            done = rightly_dropped(one)
        found[key] = "done" if done else one.state.value
    return found


def unfinished(database: Database) -> str:
    """What is still to be done; empty where the story is over in the database too."""
    with database.transaction() as session:
        waiting = {
            "answers": len(
                session.exec(
                    select(DoneUpdate.update_id).where(col(DoneUpdate.reply).is_not(None))
                ).all()
            ),
            "parked": len(session.exec(select(ParkedUpdate.update_id)).all()),
            "messages": sum(
                next_at - created_at < LATER
                for next_at, created_at in session.exec(
                    select(OutMessage.next_at, OutMessage.created_at).where(
                        col(OutMessage.state) == OutState.WAITING
                    )
                )
            ),
            "jobs": len(session.exec(select(Job.id).where(col(Job.done_at).is_(None))).all()),
        }
    return ", ".join(f"{name}: {count}" for name, count in waiting.items() if count)


def dead_letters(database: Database) -> list[str]:
    """Errors of updates that were given up."""
    with database.transaction() as session:
        return [one.error for one in session.exec(select(DeadLetter))]
