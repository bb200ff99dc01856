"""``make bench``: ratios against bare bots in the same run, and statements an update.

    python -m tests.bench [--rounds N] [--only step|queries]

Times on one machine mean little; the ratios within one run mean something. Rounds go in turn
(A B C A B C …) so that a machine whose speed drifts treats all alike; medians are printed.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Sequence
from statistics import median
from uuid import uuid4

import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import make_url

from tests.bench.queries import statements
from tests.bench.report_step import FIGURES, PEOPLE, STEADY, Contender

console = Console(width=110)
SIZES = ((5, 1), (500, 1), (5, 60), (500, 60))


class Scratch:
    """A database of its own on the PostgreSQL server, for one round."""

    def __init__(self, server: str) -> None:
        self._admin = make_url(server).set(drivername="postgresql")
        self.name = f"blocbot_bench_{uuid4().hex[:10]}"
        self.url = (
            make_url(server)
            .set(drivername="postgresql+psycopg", database=self.name)
            .render_as_string(hide_password=False)
        )

    def __enter__(self) -> Scratch:
        self._do(f'CREATE DATABASE "{self.name}"')
        return self

    def __exit__(self, *_error: object) -> None:
        self._do(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def _do(self, statement: str) -> None:
        address = self._admin.render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())


def _postgres() -> str | None:
    url = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test")
    try:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        psycopg.connect(address, connect_timeout=3).close()
    except psycopg.OperationalError:
        console.print("[bold red]PostgreSQL: not measured, no server answers[/]")
        return None
    return url


def steps(rounds: int) -> None:
    """The report step against bare bots."""
    server = _postgres()
    contenders = [
        Contender("bare python-telegram-bot", "bare_ptb.py"),
        Contender("bare aiogram", "bare_aiogram.py"),
        Contender("Blocbot, SQLite (synchronous=FULL)"),
    ]
    if server:
        contenders.append(Contender("Blocbot, PostgreSQL"))
    for number in range(rounds):
        for one in contenders:
            console.print(f"round {number + 1}/{rounds}: {one.name} …", style="dim")
            if "PostgreSQL" in one.name and server:
                with Scratch(server) as scratch:
                    one.database_url = scratch.url
                    one.run()
            else:
                one.run()
    _print_steps(contenders)


def _print_steps(contenders: Sequence[Contender]) -> None:
    bare, aiogram = contenders[0], contenders[1]
    console.print(
        f"\nA report step: one typed figure, two calls of the Bot API. Flat out: {PEOPLE} people, "
        f"{FIGURES} figures each, the next when the last is answered. Steady: {STEADY:g} a second."
    )
    table = Table("bot", "updates/s", "× ptb", "× aiogram", "p50 ms", "p99 ms", "p99 × ptb")
    table.add_column("start s (× ptb)")
    table.add_column("MiB (× ptb)")

    def mid(one: Contender, figure: Callable[[Contender], list[float]]) -> float:
        return median(figure(one))

    def rates(one: Contender) -> list[float]:
        return [figures.rate for figures in one.flat_out]

    def p50(one: Contender) -> list[float]:
        return [figures.percentile(0.5) * 1000 for figures in one.steady]

    def p99(one: Contender) -> list[float]:
        return [figures.percentile(0.99) * 1000 for figures in one.steady]

    for one in contenders:
        rate, start, memory = mid(one, rates), median(one.started), median(one.memory)
        table.add_row(
            one.name,
            f"{rate:.0f}",
            f"{rate / mid(bare, rates):.2f}",
            f"{rate / mid(aiogram, rates):.2f}",
            f"{mid(one, p50):.1f}",
            f"{mid(one, p99):.1f}",
            f"{mid(one, p99) / mid(bare, p99):.2f}",
            f"{start:.2f} ({start / median(bare.started):.2f})",
            f"{memory:.0f} ({memory / median(bare.memory):.2f})",
        )
    console.print(table)


def queries() -> None:
    """Statements an update, by size of the bloc and length of its history."""
    found = {size: statements(*size) for size in SIZES}
    table = Table("update", *(f"{units} units, {months} months" for units, months in SIZES))
    for label in found[SIZES[0]]:
        table.add_row(label, *(str(found[size][label]) for size in SIZES))
    console.print("\nStatements that one update makes (transaction and bookkeeping included)")
    console.print(table)


def main() -> None:
    """Parse the arguments and measure."""
    arguments = argparse.ArgumentParser(prog="python -m tests.bench")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", choices=("step", "queries"))
    chosen = arguments.parse_args()
    console.print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    if chosen.only != "queries":
        steps(chosen.rounds)
    if chosen.only != "step":
        queries()


if __name__ == "__main__":
    main()
