"""Bringing a database to the tables of the models, and telling where the two differ.

Safe to start from several processes at once: the first one works, the others wait and then
find nothing left to do. ``python -m bot.migrations NAME`` writes a new revision.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import bot.models  # noqa: F401 - fills the metadata
from bot.database import is_away, make_engine
from bot.errors import DatabaseAway

#: The one advisory lock of migrations on PostgreSQL; any number that nobody else uses.
LOCK_KEY = 0x626C_6F63_626F_74
#: How long a process waits for another one that is migrating.
TURN_SECONDS = 600
#: How long a migration waits for a table: whoever comes later queues behind it meanwhile.
TABLE_SECONDS = 10


class MigrationError(Exception):
    """The database can't be migrated: it is of a newer version, or its references are broken."""


def migrations_folder() -> Path:
    """The revisions: beside the packages in a checkout, inside them in a wheel."""
    packed = Path(__file__).parent / "_migrations"
    return packed if packed.is_dir() else Path(__file__).parent.parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config(stdout=io.StringIO())
    for option, value in {
        "script_location": str(migrations_folder()),
        "path_separator": "os",
        "file_template": "%(year)d_%(month).2d_%(day).2d_%(rev)s_%(slug)s",
        "timezone": "UTC",
    }.items():
        config.set_main_option(option, value.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


# --- What env.py and the comparison share ----------------------------------------------------


def _render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Plain SQLAlchemy in revisions: they must read the same when models and libraries change."""
    if kind == "type":
        if isinstance(item, sa.Enum):
            return f"sa.String(length={item.length})"
        if isinstance(item, sa.types.TypeDecorator):
            plain = item.impl_instance
            if isinstance(plain, sa.String | sa.DateTime):
                return f"sa.{plain!r}"
    return False


def _include_object(
    item: object, _name: str | None, kind: str, _reflected: bool, _other: object
) -> bool:
    return kind != "table" or getattr(item, "name", None) != "alembic_version"


_OPTIONS: dict[str, Any] = {
    "target_metadata": SQLModel.metadata,
    "compare_type": True,
    "compare_server_default": True,
    "include_object": _include_object,
    "render_item": _render_item,
    "render_as_batch": True,
}


def run_in(context: EnvironmentContext | Any) -> None:
    """What ``migrations/env.py`` does: run the revisions on the connection of this module."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        raise MigrationError("start migrations with: blocbot db upgrade")
    context.configure(connection=connection, **_OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


# --- Connections -----------------------------------------------------------------------------


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    """A connection in a transaction; on SQLite that is the write lock already."""
    engine = make_engine(url, pool_size=1)
    if engine.dialect.name == "sqlite":
        # Batch mode makes a new table, copies and drops the old one: with references enforced,
        # dropping would take or refuse the rows that point there. They are checked at the end.
        @event.listens_for(engine, "connect")
        def _loose(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA foreign_keys=OFF")

    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        if is_away(error):
            raise DatabaseAway(type(error).__name__) from error
        raise
    except CommandError as error:
        raise MigrationError(str(error)) from error
    finally:
        engine.dispose()


@contextmanager
def _turn(url: str) -> Iterator[Connection]:
    """A connection that alone may migrate, until it commits."""
    with _connection(url) as connection:
        sqlite = connection.dialect.name == "sqlite"
        if not sqlite:
            connection.execute(text(f"SET LOCAL lock_timeout = '{TURN_SECONDS}s'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK_KEY})"))
            connection.execute(text(f"SET LOCAL lock_timeout = '{TABLE_SECONDS}s'"))
        before = MigrationContext.configure(connection).get_current_revision()
        yield connection
        moved = MigrationContext.configure(connection).get_current_revision() != before
        if (
            sqlite
            and moved
            and (broken := connection.execute(text("PRAGMA foreign_key_check")).first())
        ):
            raise MigrationError(f"a row of {broken[0]} points to a row that {broken[2]} lacks")


# --- What the command line and tests call ----------------------------------------------------


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a revision, by default the newest.

    Raises :class:`DatabaseAway` where it can't be reached or locked in time, and
    :class:`MigrationError` where it is of a version that is not known here. Either way nothing
    is changed: a migration is one transaction on both databases.
    """
    with _turn(url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to an older revision, ``base`` for no tables at all."""
    with _turn(url) as connection:
        command.downgrade(_config(connection), revision)


def current(url: str) -> str | None:
    """The database's revision; None where it was never migrated."""
    with _connection(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The newest revision there is."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if newest is None:
        raise MigrationError(f"no revisions in {migrations_folder()}")
    return newest


def revisions() -> list[str]:
    """All revisions, oldest first."""
    walk = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in walk][::-1]


def check(url: str | None = None) -> list[str]:
    """How models and migrations differ, a line each; an empty list where they agree.

    Without ``url`` the revisions are tried on a scratch database; with it, that database is
    compared as it stands.
    """
    if url is not None:
        with _connection(url) as connection:
            return _differences(connection)
    with TemporaryDirectory() as folder:
        scratch = f"sqlite:///{Path(folder) / 'scratch.db'}"
        upgrade(scratch)
        with _connection(scratch) as connection:
            return _differences(connection)


# --- Differences -----------------------------------------------------------------------------


def _differences(connection: Connection) -> list[str]:
    options = {key: value for key, value in _OPTIONS.items() if key != "render_item"}
    context = MigrationContext.configure(connection, opts=options)
    lines = [_line(change) for change in _flat(compare_metadata(context, SQLModel.metadata))]
    lines += _short_columns()
    if context.get_current_revision() != head():
        lines.append(f"the database is at {context.get_current_revision()}, not at {head()}")
    return lines


def _flat(changes: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        if isinstance(change, list):  # several changes of one column
            yield from _flat(change)
        else:
            yield change


def _line(change: tuple[Any, ...]) -> str:
    kind = str(change[0])
    if kind.startswith("modify"):
        _, _, table, column, _, there, wanted = change
        return f"{kind}: {table}.{column}: {there!r} in the database, {wanted!r} in the model"
    subject = change[-1]
    table = getattr(getattr(subject, "table", None), "name", None) or (
        change[2] if kind.endswith("column") else ""
    )
    return f"{kind}: {f'{table}.' if table else ''}{getattr(subject, 'name', subject)}"


def _short_columns() -> Iterator[str]:
    """Columns that are too short for a member of their enumeration, which Alembic doesn't see."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            kind = column.type
            if isinstance(kind, sa.Enum):
                if kind.native_enum:
                    yield f"{table.name}.{column.name}: a native enumeration"
                if max(map(len, kind.enums)) > (kind.length or 0):
                    yield f"{table.name}.{column.name}: too short for its enumeration"


def new_revision(name: str, *, say: Callable[[str], object] = sys.stdout.write) -> None:
    """Write a revision of what the models have and the revisions don't. Read it before use!"""
    with TemporaryDirectory() as folder:
        scratch = f"sqlite:///{Path(folder) / 'scratch.db'}"
        if revisions():
            upgrade(scratch)
        with _connection(scratch) as connection:
            made = command.revision(_config(connection), name, autogenerate=True)
    for script in made if isinstance(made, list) else [made]:
        if script is not None:
            path = Path(script.path)
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            path.write_text("".join(line for line in lines if "# ###" not in line), "utf-8")
            say(f"{path}\n")


if __name__ == "__main__":
    new_revision(" ".join(sys.argv[1:]) or "change")
