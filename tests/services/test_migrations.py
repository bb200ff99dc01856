"""Migrations: there and back on both databases with data, no drift, two starts at once."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import MetaData, Table, inspect
from sqlmodel import SQLModel

from bot import migrations
from bot.database import Database, make_engine
from bot.errors import DatabaseAway

Rows = dict[str, list[dict[str, Any]]]


def _value(column: sa.Column[Any], all_tables: list[str]) -> Any:
    """A value that fits the column; what it points to is row 1."""
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column.table.name
        here = column.table.name
        # Every row is 1; one that points to itself or ahead stays empty.
        return 1 if all_tables.index(target) < all_tables.index(here) else None
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {"ghi chú": ["một", 2]}
    if isinstance(kind, sa.DateTime):
        return dt.datetime(2025, 3, 25, 16, 59, tzinfo=dt.UTC)
    if isinstance(kind, sa.Date):
        return dt.date(2025, 3, 1)
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.String):
        return "Đơn vị"[: kind.length]
    if isinstance(kind, sa.LargeBinary):
        return b"\x00\xff"
    return 1


def _reflect(connection: sa.Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def _fill(url: str) -> None:
    """A row in every table that has none, made from what the database itself tells."""
    engine = make_engine(url)
    with engine.begin() as connection:
        tables = _reflect(connection)
        names = [table.name for table in tables]
        for table in tables:
            if connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0:
                row = {column.name: _value(column, names) for column in table.columns}
                connection.execute(sa.insert(table).values(row))
    engine.dispose()


def _rows(url: str) -> Rows:
    engine = make_engine(url)
    with engine.begin() as connection:
        found = {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in _reflect(connection)
        }
    engine.dispose()
    return found


def _tables(url: str) -> set[str]:
    engine = make_engine(url)
    names = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return names


def test_every_step_goes_up_down_and_up_with_data(database_url: str) -> None:
    steps = migrations.revisions()
    for before, step in zip(["base", *steps], steps, strict=False):
        migrations.upgrade(database_url, step)
        assert migrations.current(database_url) == step
        _fill(database_url)
        full = _rows(database_url)
        assert all(full.values())
        migrations.downgrade(database_url, before)
        assert migrations.current(database_url) == (None if before == "base" else before)
        left = _rows(database_url)
        for name, rows in left.items():  # what the older tables have is what was there
            assert len(rows) == len(full[name])
            for old, new in zip(rows, full[name], strict=True):
                assert {key: old[key] for key in old.keys() & new.keys()} == {
                    key: new[key] for key in old.keys() & new.keys()
                }
        migrations.upgrade(database_url, step)
        again = _rows(database_url)
        for name, rows in left.items():
            assert len(again[name]) == len(rows)
    assert _tables(database_url) == set(SQLModel.metadata.tables)


def test_down_to_the_base_leaves_nothing(database_url: str) -> None:
    migrations.upgrade(database_url)
    _fill(database_url)
    migrations.downgrade(database_url, "base")
    assert _tables(database_url) == set()
    migrations.upgrade(database_url)
    assert migrations.check(database_url) == []


def test_models_and_migrations_agree(database_url: str) -> None:
    migrations.upgrade(database_url)
    assert migrations.check(database_url) == []
    assert migrations.check() == []
    assert migrations.current(database_url) == migrations.head()


def test_upgrading_again_changes_nothing(database_url: str) -> None:
    migrations.upgrade(database_url)
    _fill(database_url)
    before = _rows(database_url)
    migrations.upgrade(database_url)
    assert _rows(database_url) == before


def test_an_empty_database_differs_in_every_table(database_url: str) -> None:
    told = migrations.check(database_url)
    for name in SQLModel.metadata.tables:
        assert f"add_table: {name}" in told
    assert f"the database is at None, not at {migrations.head()}" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ALTER TABLE bloc ADD COLUMN extra INTEGER", "remove_column: bloc.extra"),
        ("ALTER TABLE bloc DROP COLUMN province", "add_column: bloc.province"),
        ("DROP INDEX ix_seat_person_id", "add_index: seat.ix_seat_person_id"),
        ("CREATE TABLE stray (id INTEGER)", "remove_table: stray"),
    ],
)
def test_drift_is_told(database_url: str, change: str, told: str) -> None:
    migrations.upgrade(database_url)
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text(change))
    engine.dispose()
    assert told in migrations.check(database_url)


def test_a_column_too_short_for_its_enumeration_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = SQLModel.metadata.tables["report"].c.state.type
    monkeypatch.setattr(kind, "length", 4)
    assert "report.state: too short for its enumeration" in migrations.check()


def test_all_constraints_have_names(database_url: str) -> None:
    """A later migration can only drop what has a name that is the same everywhere."""
    migrations.upgrade(database_url)
    engine = make_engine(database_url)
    found = inspect(engine)
    for table in _tables(database_url):
        assert found.get_pk_constraint(table)["name"] == f"pk_{table}"
        for kind, prefix in (("foreign_keys", "fk_"), ("unique_constraints", "uq_")):
            for constraint in getattr(found, f"get_{kind}")(table):
                assert str(constraint["name"]).startswith(f"{prefix}{table}_")
    engine.dispose()


START = """
import sys
from bot.migrations import upgrade
print("ready", flush=True)
sys.stdin.readline()
upgrade(sys.argv[1])
"""


def test_four_processes_may_upgrade_at_once(database_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", START, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    troubles = [process.communicate(timeout=100)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, troubles
    assert migrations.check(database_url) == []


def test_a_version_from_the_future_is_refused(database_url: str) -> None:
    migrations.upgrade(database_url)
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'tomorrow'"))
    engine.dispose()
    with pytest.raises(migrations.MigrationError, match="tomorrow"):
        migrations.upgrade(database_url)
    assert migrations.current(database_url) == "tomorrow"


def test_a_database_that_is_away_is_told_as_such() -> None:
    with pytest.raises(DatabaseAway):
        migrations.upgrade("postgresql+psycopg://postgres@127.0.0.1:1/nothing")


@pytest.mark.postgresql
def test_a_migration_does_not_wait_for_a_table_forever(
    fresh_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes later queues behind a waiting migration: it gives up, and nothing changed."""
    monkeypatch.setattr(migrations, "TABLE_SECONDS", 1)
    migrations.upgrade(fresh_postgres_url)
    plain = fresh_postgres_url.replace("+psycopg", "")
    with psycopg.connect(plain) as other:
        other.execute("LOCK TABLE bloc IN ACCESS SHARE MODE")
        with pytest.raises(DatabaseAway):
            migrations.downgrade(fresh_postgres_url, "base")
    assert migrations.check(fresh_postgres_url) == []


def _described(part: dict[str, Any]) -> str:
    """A part of a table as text, the condition of a partial index by its words."""
    options = part.get("dialect_options") or {}
    words = {name: str(value) for name, value in options.items()}
    return str({**part, "dialect_options": words})


def test_the_migrated_schema_is_the_one_other_tests_use(
    database: Database, request: pytest.FixtureRequest
) -> None:
    """`database` is made from the models, for speed; here is why that is the same thing."""
    fresh = "sqlite_url" if database.is_sqlite else "fresh_postgres_url"
    url: str = request.getfixturevalue(fresh)
    migrations.upgrade(url)
    engine = make_engine(url)
    made, migrated = inspect(database.engine), inspect(engine)
    for table in SQLModel.metadata.tables:
        for kind in ("columns", "indexes", "foreign_keys", "unique_constraints"):
            one = sorted(map(_described, getattr(made, f"get_{kind}")(table)))
            assert one == sorted(map(_described, getattr(migrated, f"get_{kind}")(table)))
    engine.dispose()
