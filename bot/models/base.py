"""What all tables share: constraint names that migrations can rely on, moments, JSON."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Enum,
    Table,
    Update,
    bindparam,
    inspect,
    update,
)
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Field, Session, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def telegram_id(**options: Any) -> Any:
    """A column for one of Telegram's identifiers, which don't fit into 32 bits."""
    return Field(sa_type=BigInteger, **options)


def choice(kind: type[StrEnum], default: StrEnum | None = None) -> Any:
    """A column for one of an enumeration's values, stored as its text on every database.

    A native type of the database would need a migration of its own for every new member.
    """
    column: Column[Any] = Column(
        Enum(
            kind, native_enum=False, length=20, values_callable=lambda all_: [m.value for m in all_]
        ),
        nullable=False,
    )
    return Field(sa_column=column) if default is None else Field(default=default, sa_column=column)


def json_object() -> Any:
    """A JSON object column. Assign a new dict to change it: changes in place are not seen."""
    return Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


def json_list() -> Any:
    """A JSON array column. Assign a new list to change it."""
    return Field(default_factory=list, sa_column=Column(JSON, nullable=False))


@cache
def _update(table: Table, names: tuple[str, ...]) -> Update:
    keys = (column == bindparam(f"key_{column.name}") for column in table.primary_key)
    return update(table).where(*keys).values({name: bindparam(name) for name in names})


def write(session: Session, row: SQLModel, **values: Any) -> None:
    """Change columns of a row at once; the row shows them and the session has nothing to flush.

    For what nearly every update changes: the session's own bookkeeping of a change costs several
    times the statement. What it had still to flush of this row stays to be flushed.
    """
    state: Any = inspect(row)
    table = state.mapper.local_table
    keys = {f"key_{column.name}": getattr(row, column.name) for column in table.primary_key}
    session.connection().execute(_update(table, tuple(values)), {**values, **keys})
    for name, value in values.items():
        set_committed_value(row, name, value)


def utc_now() -> dt.datetime:
    """The one reading of the wall clock; everything else gets its moment passed."""
    return dt.datetime.now(dt.UTC)
