"""Transactions: nothing lost between threads and processes, everybody's turn comes."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import text
from sqlmodel import Session

from bot.database import Database, Turns, is_away
from bot.errors import DatabaseAway
from bot.models import Bloc, utc_now


def _bloc(session: Session) -> Bloc:
    bloc = Bloc(name="B", timezone="UTC", language="vi", year=2025, created_at=utc_now())
    session.add(bloc)
    session.flush()
    return bloc


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    turns, order, threads = Turns(), [], []

    def work(number: int) -> None:
        with turns:
            order.append(number)

    with turns:
        for number in range(5):
            thread = threading.Thread(target=work, args=(number,))
            thread.start()
            threads.append(thread)
            while len(turns._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join(5)
    assert order == [0, 1, 2, 3, 4]


def test_reading_and_writing_back_loses_nothing_between_threads(database: Database) -> None:
    with database.transaction() as session:
        number = _bloc(session).id

    def add() -> None:
        for _ in range(20):
            with database.transaction() as session:
                bloc = session.get(Bloc, number, with_for_update=True)
                assert bloc is not None
                bloc.audit_seq += 1
                session.add(bloc)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.transaction() as session:
        bloc = session.get(Bloc, number)
        assert bloc is not None
        assert bloc.audit_seq == 80


def test_an_error_rolls_back_and_gives_the_turn_on(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        number = _bloc(session).id
        raise ZeroDivisionError
    with database.transaction() as session:
        assert session.get(Bloc, number) is None


def test_a_server_that_is_not_there_is_away_and_says_no_secret() -> None:
    database = Database("postgresql+psycopg://user:hunter2@127.0.0.1:9/none")
    with pytest.raises(DatabaseAway) as error, database.transaction() as session:
        session.connection().execute(text("SELECT 1"))
    assert "hunter2" not in str(error.value)
    assert not database.ping()
    database.close()


def test_a_wrong_statement_is_not_taken_for_an_absent_server(database: Database) -> None:
    with pytest.raises(Exception) as error, database.transaction() as session:
        session.connection().execute(text("SELECT * FROM no_such_table"))
    assert not isinstance(error.value, DatabaseAway)
    assert not is_away(error.value)
