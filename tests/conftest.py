"""Fixtures for everybody: both databases, and a guard against the network.

``database`` runs a test twice, on SQLite and on PostgreSQL, with every table there and empty.
``sqlite_database`` runs it once. ``database_url`` (twice) and ``sqlite_url`` are addresses of a
database without any table, for tests that migrate or start processes.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlmodel import SQLModel

import bot.models  # noqa: F401 - fills the metadata
from bot.database import Database, make_engine

# Else python-telegram-bot warns at every 429, and warnings are errors here.
os.environ.setdefault("PTB_TIMEDELTA", "true")

LOCAL_POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))

_postgres = pytest.StashKey[str]()
_postgres_trouble = pytest.StashKey[str]()


# --- Is there a PostgreSQL? -------------------------------------------------------------------


def _plain(url: str) -> str:
    """The address as libpq wants it, without SQLAlchemy's driver name."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _find_postgres() -> tuple[str, str]:
    """The server's address and no trouble, or no address and a line that says what is wrong."""
    asked = os.environ.get("TEST_POSTGRES_URL")
    parsed = make_url(asked or LOCAL_POSTGRES).set(drivername="postgresql+psycopg")
    url = parsed.render_as_string(hide_password=False)
    try:
        psycopg.connect(_plain(url), connect_timeout=3).close()
    except psycopg.OperationalError as error:
        place = f"{parsed.host}:{parsed.port or 5432}"
        if asked:
            raise pytest.UsageError(f"TEST_POSTGRES_URL: no server at {place}") from error
        return "", f"PostgreSQL: not tested, no server at {place}"
    return url, ""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgresql: needs a PostgreSQL server")
    told = getattr(config, "workerinput", None)
    url, trouble = (told["postgres"], told["trouble"]) if told else _find_postgres()
    config.stash[_postgres] = url
    config.stash[_postgres_trouble] = trouble


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Workers of xdist do as the main process found, so that all collect the same tests."""
    node.workerinput["postgres"] = node.config.stash[_postgres]
    node.workerinput["trouble"] = node.config.stash[_postgres_trouble]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.stash[_postgres]:
        return
    without = [item for item in items if item.get_closest_marker("postgresql")]
    if without:
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if not item.get_closest_marker("postgresql")]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if trouble := config.stash[_postgres_trouble]:
        terminalreporter.write_line(trouble, red=True, bold=True)


# --- Databases --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> str:
    """The server's address, to make databases at."""
    return pytestconfig.stash[_postgres]


@contextlib.contextmanager
def _scratch_postgres(server: str) -> Iterator[URL]:
    name = f"blocbot_test_{uuid4().hex[:16]}"
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server).set(database=name)
    finally:
        with psycopg.connect(_plain(server), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def _filled_postgres(postgres_url: str) -> Iterator[str]:
    """One database a session (a worker) with every table."""
    with _scratch_postgres(postgres_url) as url:
        address = url.render_as_string(hide_password=False)
        with psycopg.connect(_plain(address), autocommit=True) as connection:
            # A crash of the server itself is not among the things tested here.
            connection.execute(f'ALTER DATABASE "{url.database}" SET synchronous_commit = off')
        engine = make_engine(address)
        try:
            SQLModel.metadata.create_all(engine)
        finally:
            engine.dispose()
        yield address


@pytest.fixture(scope="session")
def _filled_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    try:
        SQLModel.metadata.create_all(engine)
    finally:
        engine.dispose()
    return path


@pytest.fixture
def sqlite_database(_filled_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """SQLite with every table, empty."""
    path = tmp_path / "database.db"
    shutil.copyfile(_filled_sqlite, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


def _empty_all(database: Database) -> None:
    """Empty the tables that hold rows and start their numbering again."""
    tables = [table.name for table in SQLModel.metadata.sorted_tables]
    ask = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables
    )
    with database.engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        if full := connection.scalars(text(ask)).all():
            names = ", ".join(f'"{name}"' for name in full)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        # Rolled-back inserts leave no row but take a number all the same.
        connection.execute(
            text(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
                " FROM pg_sequences WHERE last_value IS NOT NULL"
            )
        )


@pytest.fixture
def postgres_database(_filled_postgres: str) -> Iterator[Database]:
    """PostgreSQL with every table, empty. The test that uses it alone is marked `postgresql`."""
    database = Database(_filled_postgres)
    _empty_all(database)
    yield database
    database.close()


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest) -> Database:
    """Every table, empty; the test runs once on each database."""
    fixture = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    database: Database = request.getfixturevalue(fixture)
    return database


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite database that doesn't exist yet."""
    return f"sqlite:///{tmp_path / 'fresh' / 'blocbot.db'}"


@pytest.fixture
def fresh_postgres_url(postgres_url: str) -> Iterator[str]:
    """The address of a PostgreSQL database of this test's own, without tables."""
    with _scratch_postgres(postgres_url) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database without tables; the test runs once on each database."""
    url: str = request.getfixturevalue(
        "sqlite_url" if request.param == "sqlite" else "fresh_postgres_url"
    )
    return url


# --- No network -------------------------------------------------------------------------------


def _is_near(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        name = host.decode() if isinstance(host, bytes) else str(host)
        address = ipaddress.ip_address(name.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


class _Guard:
    """Remembers and refuses what leaves this computer."""

    def __init__(self, *allowed: str | None) -> None:
        self.attempts: list[str] = []
        self.allowed = allowed

    def refuse(self, target: object) -> None:
        self.attempts.append(str(target))
        raise OSError(f"tests may not use the network: {target}")

    def install(self, patch: pytest.MonkeyPatch) -> None:
        connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
        look_up = socket.getaddrinfo

        def check(sock: socket.socket, address: Any) -> None:
            if sock.family != getattr(socket, "AF_UNIX", None) and not _is_near(address[0]):
                self.refuse(address)

        def guarded_connect(sock: socket.socket, address: Any) -> None:
            check(sock, address)
            connect(sock, address)

        def guarded_connect_ex(sock: socket.socket, address: Any) -> int:
            check(sock, address)
            return connect_ex(sock, address)

        def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
            if not _is_near(host) and host not in self.allowed:
                try:
                    ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
                except ValueError:  # a name: asking for it is already the network
                    self.refuse(host)
            return look_up(host, *args, **kwargs)

        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)


@pytest.fixture(scope="session", autouse=True)
def network_guard(pytestconfig: pytest.Config) -> Iterator[_Guard]:
    """The guard, in place from before the first test until after the last.

    psycopg looks up the name of a database server that ``TEST_POSTGRES_URL`` may give.
    """
    server = pytestconfig.stash[_postgres]
    guard = _Guard(make_url(server).host if server else None)
    with pytest.MonkeyPatch.context() as patch:
        guard.install(patch)
        yield guard


@pytest.fixture(autouse=True)
def no_network(network_guard: _Guard) -> Iterator[None]:
    """Fails a test that connected, or tried to, anywhere but to this computer."""
    network_guard.attempts.clear()
    yield
    tried, network_guard.attempts[:] = list(network_guard.attempts), []
    if tried:
        pytest.fail(f"the test used the network: {', '.join(tried)}", pytrace=False)


@pytest.fixture
def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
