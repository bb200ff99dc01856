"""Engines, and :meth:`Database.transaction`, which is the only place that commits."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlmodel import Session

from bot.errors import DatabaseAway

#: Seconds that a writer waits for its turn on SQLite, and a statement for a lock on PostgreSQL.
LOCK_SECONDS = 30


def _sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy begins transactions itself (below): sqlite3's own deferred BEGIN loses updates.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={LOCK_SECONDS * 1000}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def make_engine(url: str, *, pool_size: int = 8) -> Engine:
    """An engine for SQLite or PostgreSQL with the settings that the promises rest on.

    Parameters are hidden from error texts: they hold what people typed.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            parsed,
            hide_parameters=True,
            pool_size=pool_size,
            max_overflow=4,
            connect_args={"check_same_thread": False},
        )
        _sqlite(engine)
        return engine
    return create_engine(
        parsed,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=4,
        pool_pre_ping=False,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c lock_timeout={LOCK_SECONDS}s -c timezone=UTC",
        },
    )


def is_away(error: BaseException) -> bool:
    """Whether an error means that the database can't be reached or is going down."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    origin = error.orig
    if isinstance(origin, sqlite3.Error):
        words = str(origin)
        return any(
            sign in words
            for sign in ("unable to open", "disk I/O", "database is locked", "full", "readonly")
        )
    state = getattr(origin, "sqlstate", None)
    # No state: the connection was refused or cut. 08, 57P, 53: connection, shutdown, resources.
    # 40, 55P03: a deadlock, a serialization failure or a lock that took too long: try again.
    return (
        state is None
        or state[:2] in ("08", "53", "40")
        or state
        in (
            "57P01",
            "57P02",
            "57P03",
            "55P03",
        )
    )


@contextmanager
def savepoint(session: Session) -> Iterator[Callable[[], None]]:
    """One of several pieces of work in a transaction; what is yielded takes it back so far.

    It begins and ends with an empty session, so it can go past the session's own account of
    savepoints, which costs more than a small piece of work does. Other errors than those that the
    caller takes back end the transaction.
    """
    driver: Any = session.connection().connection.driver_connection

    def back() -> None:
        session.expunge_all()
        driver.execute("ROLLBACK TO SAVEPOINT piece")

    session.expunge_all()
    driver.execute("SAVEPOINT piece")
    yield back
    session.flush()
    session.expunge_all()
    driver.execute("RELEASE SAVEPOINT piece")


class Turns:
    """A lock that threads get in the order in which they asked for it.

    SQLite lets waiting writers try again after growing pauses, so a busy writer could keep the
    others out for seconds. Within the process this gives every writer its turn.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
        mine.wait()

    def __exit__(self, *_error: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()  # handed on, still taken
            else:
                self._taken = False


class Database:
    """The engine and its transactions. One a process; threads share it.

    ``info`` is copied into every session: what a service needs of the process, such as the key
    that seals invitations in the outbox.
    """

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.engine = make_engine(url, pool_size=pool_size)
        self.info: dict[str, object] = {}
        self._turns = Turns() if self.is_sqlite else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite (one writer at a time) rather than PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed at the end of the block, or rolled back on an error.

        Raises :class:`DatabaseAway` where the database can't be reached: nothing was changed
        that the caller knows of, and the caller tries again.
        """
        try:
            with (
                self._turns,
                Session(self.engine, expire_on_commit=False, info=self.info) as session,
            ):
                yield session
                session.commit()
        except DBAPIError as error:
            if is_away(error):
                raise DatabaseAway(type(error).__name__) from error
            raise

    def ping(self) -> bool:
        """Whether a trivial query is answered."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
