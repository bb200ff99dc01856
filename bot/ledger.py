"""What the edge writes down about updates, and what it finds again after a restart.

Answers until they are shown, updates parked until their turn, command menus that are due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, null, update
from sqlmodel import Session, SQLModel, col, select

from bot.database import Database
from bot.models import DoneUpdate, ParkedUpdate, Person
from bot.services import forms
from bot.services.access import Actor, find_actor
from bot.views.base import View

_DONE = SQLModel.metadata.tables[DoneUpdate.__tablename__]
_SHOWN = (
    update(_DONE)
    .where(_DONE.c.update_id.in_(bindparam("shown", expanding=True)))
    .values(reply=null())
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to one update, until it is shown.

    ``message_id`` is the message typed, or the one whose button was pressed (``query_id``).
    ``card_id`` is the form's card as the database knows it.
    """

    update_id: int
    chat_id: int
    person_id: int | None
    view: View
    query_id: str = ""
    message_id: int | None = None
    command: bool = False
    card_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        """For the row of the update."""
        return {
            "chat": self.chat_id,
            "person": self.person_id,
            "query": self.query_id,
            "message": self.message_id,
            "command": self.command,
            "card": self.card_id,
            "view": self.view.to_json(),
        }

    @classmethod
    def from_json(cls, update_id: int, body: dict[str, Any]) -> Reply:
        """What :meth:`to_json` kept."""
        return cls(
            update_id=update_id,
            chat_id=body["chat"],
            person_id=body["person"],
            view=View.from_json(body["view"]),
            query_id=body["query"],
            message_id=body["message"],
            command=body["command"],
            card_id=body["card"],
        )


def note_shown(session: Session, update_ids: list[int]) -> None:
    """The answers to these updates were shown."""
    if update_ids:
        session.connection().execute(_SHOWN, {"shown": update_ids})


class Ledger:
    """The records of updates; called in worker threads. Everything raises DatabaseAway."""

    def __init__(
        self, database: Database, *, admins: tuple[int, ...], now: Callable[[], dt.datetime]
    ) -> None:
        self._database = database
        self._admins = admins
        self._now = now

    def shown(self, update_ids: list[int], cards: dict[int, int]) -> None:
        """Answers were shown; ``cards`` maps person to the message that shows their form now."""
        with self._database.transaction() as session:
            note_shown(session, update_ids)
            for person_id, card_id in cards.items():
                form = forms.current(session, person_id)
                if form is not None:
                    form.card_id = card_id
                    session.add(form)

    def unshown(self, before: dt.datetime) -> list[Reply]:
        """Answers kept by a process that was stopped before it had shown them, in order."""
        with self._database.transaction() as session:
            rows = session.exec(
                select(DoneUpdate)
                .where(col(DoneUpdate.reply).is_not(None), col(DoneUpdate.at) < before)
                .order_by(col(DoneUpdate.update_id))
            ).all()
            return [Reply.from_json(row.update_id, row.reply) for row in rows if row.reply]

    def park(self, telegram_id: int, bodies: dict[int, dict[str, Any]]) -> None:
        """Keep updates of somebody who sends faster than is worked off, all in one commit."""
        with self._database.transaction() as session:
            done = set(
                session.exec(
                    select(DoneUpdate.update_id).where(col(DoneUpdate.update_id).in_(list(bodies)))
                )
            )
            kept = set(
                session.exec(
                    select(ParkedUpdate.update_id).where(
                        col(ParkedUpdate.update_id).in_(list(bodies))
                    )
                )
            )
            session.add_all(
                ParkedUpdate(
                    update_id=update_id, telegram_id=telegram_id, body=body, at=self._now()
                )
                for update_id, body in bodies.items()
                if update_id not in done and update_id not in kept
            )

    def parked(self, telegram_id: int, limit: int = 20) -> list[dict[str, Any]]:
        """The next parked updates of a person, oldest first."""
        with self._database.transaction() as session:
            return [
                row.body
                for row in session.exec(
                    select(ParkedUpdate)
                    .where(col(ParkedUpdate.telegram_id) == telegram_id)
                    .order_by(col(ParkedUpdate.update_id))
                    .limit(limit)
                )
            ]

    def who_is_parked(self) -> list[int]:
        """Telegram ids that have parked updates, for the start after a stop."""
        with self._database.transaction() as session:
            return list(session.exec(select(ParkedUpdate.telegram_id).distinct()))

    def menu_shown(self, person_id: int, key: str) -> None:
        """Telegram shows this person the command menu of ``key`` now."""
        with self._database.transaction() as session:
            session.exec(update(Person).where(col(Person.id) == person_id).values(menu=key))

    def menus_due(self, limit: int = 1000) -> list[Actor]:
        """People whose command menu a process that was stopped had not set yet."""
        now = self._now()
        with self._database.transaction() as session:
            due = session.exec(
                select(Person.telegram_id)
                .where(
                    col(Person.menu).is_(None),
                    col(Person.blocked_at).is_(None),
                    # Whoever has left altogether has no number any more.
                    col(Person.telegram_id) > 0,
                )
                .order_by(col(Person.id).desc())
                .limit(limit)
            ).all()
            found = (
                find_actor(session, telegram_id, now, self._admins, lock=False)
                for telegram_id in due
            )
            return [actor for actor in found if actor is not None]

    def forget(self, before: dt.datetime) -> None:
        """Drop records of updates that Telegram can no longer repeat."""
        with self._database.transaction() as session:
            session.exec(
                delete(DoneUpdate).where(
                    col(DoneUpdate.at) < before, col(DoneUpdate.reply).is_(None)
                )
            )
