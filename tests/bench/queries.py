"""Statements that one update makes: the same for any size of the bloc and of its history."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import event
from sqlmodel import SQLModel

from bot.app import listing
from bot.database import Database
from bot.incoming import Incoming
from bot.menus import menu_key
from bot.models import Person, Report, ReportState, utc_now
from bot.updates import Updates
from handlers import route
from tests.builders import World, make_world

_IDS = count(1)


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """Collects the statements that are made in the block."""
    made: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        made.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def _history(world: World, months: int) -> None:
    """Approved reports of every unit for so many months back."""
    with world.database.transaction() as session:
        for unit in world.units:
            for back in range(1, months + 1):
                year, month = divmod(world.now.year * 12 + world.now.month - 1 - back, 12)
                session.add(
                    Report(
                        bloc_year_id=world.year.id or 0,
                        unit_id=unit.id or 0,
                        month=dt.date(year, month + 1, 1),
                        template_version=1,
                        state=ReportState.APPROVED,
                        due_at=world.now,
                        created_at=world.now,
                        changed_at=world.now,
                    )
                )


def _updates(world: World) -> Updates:
    return Updates(
        world.database,
        route,
        menu_key=lambda actor: menu_key(listing, actor),
        admins=(),
        default_language="vi",
        bot_name="bench",
        now=lambda: world.now,
    )


def _say(updates: Updates, person: Person, *, text: str = "", command: str = "") -> None:
    number = next(_IDS)
    updates.apply(
        Incoming(
            update_id=number,
            kind="command" if command else "text",
            telegram_id=person.telegram_id,
            chat_id=person.telegram_id,
            name=person.name,
            message_id=number,
            text=text,
            command=command,
            sent_at=utc_now(),
        )
    )


def statements(units: int, months: int) -> dict[str, int]:
    """Statements of each kind of update in a bloc of that size with that history."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        SQLModel.metadata.create_all(database.engine)
        world = make_world(database, units)
        _history(world, months)
        updates = _updates(world)
        member, leader = world.person(2), world.person(0)
        found = {}
        for person, label, words in (
            (member, "/report", {"command": "report"}),
            (member, "a figure typed", {"text": "7"}),
            (member, "/status", {"command": "status"}),
            (member, "/reports", {"command": "reports"}),
            (member, "/pact", {"command": "pact"}),
            (member, "/models", {"command": "models"}),
            (leader, "/publish", {"command": "publish"}),
            (leader, "/pending", {"command": "pending"}),
            (leader, "/missing", {"command": "missing"}),
        ):
            _say(updates, person, **words)  # the first time fills what is kept in memory
            with counting(database) as made:
                _say(updates, person, **words)
            found[label] = len(made)
        database.close()
    return found
