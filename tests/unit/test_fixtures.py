"""The fixtures that all other tests rest on."""

from __future__ import annotations

import asyncio
import socket

import pytest
from sqlalchemy import inspect, text
from sqlmodel import SQLModel, select

from bot.database import Database, make_engine
from bot.models import Bloc, utc_now


def _bloc() -> Bloc:
    return Bloc(
        name="Khối 1", timezone="Asia/Ho_Chi_Minh", language="vi", year=2025, created_at=utc_now()
    )


@pytest.mark.parametrize("round_", [1, 2])
def test_a_database_is_empty_and_counts_from_one(database: Database, round_: int) -> None:
    with database.transaction() as session:
        assert session.exec(select(Bloc)).all() == []
        bloc = _bloc()
        session.add(bloc)
        session.flush()
        assert bloc.id == 1
        if round_ == 1:
            session.rollback()


def test_a_database_has_every_table(database: Database) -> None:
    assert set(inspect(database.engine).get_table_names()) == set(SQLModel.metadata.tables)


def test_a_fresh_address_leads_to_no_tables(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
        assert inspect(connection).get_table_names() == []
    engine.dispose()


def test_connections_beyond_loopback_are_refused(network_guard: object) -> None:
    attempts: list[str] = network_guard.attempts  # type: ignore[attr-defined]
    with socket.socket() as sock, pytest.raises(OSError, match="may not use the network"):
        sock.connect(("192.0.2.1", 80))
    with pytest.raises(OSError, match="may not use the network"):
        socket.create_connection(("example.com", 80))
    with pytest.raises(OSError, match="may not use the network"):
        asyncio.run(_open("192.0.2.1"))
    assert len(attempts) == 3
    attempts.clear()  # or this very test would fail for them


async def _open(host: str) -> None:
    await asyncio.open_connection(host, 80)


def test_connections_to_loopback_are_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
        with socket.create_connection(("localhost", server.getsockname()[1])) as sock:
            assert sock.getpeername()[0] == "127.0.0.1"
