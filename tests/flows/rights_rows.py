"""What the database holds before and after a cell of the rights matrix."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlmodel import Session, SQLModel, col

from bot.i18n import texts
from bot.models import OutMessage, Person
from bot.views.base import View
from bot.views.notices import NOTICES

#: Kept about a person without being anybody's doing.
_KEPT_BY_THE_WAY = {"name", "username", "menu", "blocked_at"}


def _columns(table: Table) -> str:
    return ", ".join(
        f'"{one.name}"'
        for one in table.columns
        if table.name != "person" or one.name not in _KEPT_BY_THE_WAY
    )


_QUERIES = {
    table.name: f'SELECT {_columns(table)} FROM "{table.name}" ORDER BY 1'
    for table in SQLModel.metadata.sorted_tables
    if table.name != "done_update"
}


def snapshot(connection: Connection, person_id: int | None) -> dict[str, list[Any]]:
    """Everything that lasts: all but the record of updates and where this person's form stands."""
    found = {
        name: [tuple(row) for row in connection.exec_driver_sql(query)]
        for name, query in _QUERIES.items()
    }
    found["form"] = [row for row in found["form"] if row[0] != person_id]
    return found


def changed(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Rows by table that are not as they were."""
    return {
        name: [row for row in after[name] if row not in before[name]] or ["rows are gone"]
        for name in before
        if before[name] != after[name]
    }


def news(session: Session, now: dt.datetime) -> Iterator[tuple[Person, str, View]]:
    """The messages that are queued, as their recipients would read them."""
    rows = session.exec(
        select(OutMessage, Person)  # type: ignore[call-overload]
        .join(Person, col(Person.id) == OutMessage.person_id)
        .order_by(col(OutMessage.id))
    ).all()
    for row, person in rows:
        view = NOTICES[row.kind](session, texts(person.language), person, [row.ids], now)
        if view is not None:
            yield person, row.kind, view
