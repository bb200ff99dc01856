"""``demo --play``: a year plays by itself, is written down, and must end as the story expects."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot.demo.play import course, people
from bot.demo.play.exchange import REGISTERED, Exchange
from bot.demo.play.pact import Launch
from bot.demo.play.papers import write_papers
from bot.demo.play.wire import Unexpected
from bot.demo.play.year import Year
from bot.demo.process import CommandFailed
from bot.demo.scenarios.model import Scenario
from bot.demo.stage import Stage, staged, this_month

#: An edit that changes nothing is a success to a bot.
_HARMLESS = "message is not modified"
#: After kill -9 the bot may look for messages that it has deleted: it shows answers again, and
#: doesn't know the newest cards. For so many seconds.
_AFTER_CRASH = ("message to delete not found", "message to edit not found")
_CRASH_SECONDS = 60.0


class Book:
    """The transcript, printed as it grows."""

    def __init__(self, screen: Console) -> None:
        self.lines: list[str] = []
        self._screen = screen

    def say(self, lines: list[str]) -> None:
        """Add lines."""
        for line in lines:
            self.lines += line.splitlines() or [""]
            self._screen.print(line, soft_wrap=True)

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines) + "\n"


def tell(
    scenario: Scenario, folder: Path, port: int, out: Path, screen: Console, count: int | None
) -> int:
    """Play; gives the exit status. Papers go to ``out`` whatever happens."""
    began = time.monotonic()
    book = Book(screen)
    months = [dt.date(scenario.year, month + 1, 1) for month in range(count or scenario.months)]
    with staged(scenario, folder, port) as stage, _bar(screen, scenario, months) as advance:
        year = Year(stage, months, book.say, advance)
        launch = Launch(year)
        documents: dict[str, Any] = {}
        status = 0
        try:
            _prologue(stage, book)
            launch.play()
            for month in months:
                year.play_month(month)
                if month == months[(len(months) - 1) // 2]:
                    Exchange(year).play()
            course.compare_year(year)
            course.look(year, launch)
            documents["bloc"] = _check_bloc(stage, year)
            _present(stage, year, book)
            stage.bot.stop()
            documents["audit"] = _check_audit(stage)
            _check_machine(stage, year)
        except (Unexpected, CommandFailed) as error:
            for phone in stage.phones.values():
                book.say(phone.take_lines())
            book.say(["", f"UNEXPECTED: {error}"])
            typer.echo(f"The play went wrong: {str(error).splitlines()[0]}", err=True)
            for line in stage.bot.complaints()[:5]:
                typer.echo(f"The bot's log: {line}", err=True)
            status = 1
        if not status:
            book.say(["", _closing(stage, year, time.monotonic() - began)])
        write_papers(
            out, book.text, list(stage.phones.values()), year.forms, documents, launch.papers
        )
        screen.print(f"Documents, transcript, chats and forms are in {out}/.")
    return status


@contextmanager
def _bar(screen: Console, scenario: Scenario, months: list[dt.date]) -> Iterator[Any]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=screen, transient=True) as progress:
        task = progress.add_task(f"{scenario.key} reports", total=len(scenario.units) * len(months))
        yield lambda: progress.advance(task)


def _prologue(stage: Stage, book: Book) -> None:
    scenario = stage.scenario
    book.say(
        [
            f"{scenario.key}: {scenario.name}, {scenario.province}, {scenario.year}",
            *scenario.facts,
            "People and figures are invented. The clock is the real one: reports of a year gone by"
            " come late and are marked so; at the end one comes for the present month.",
            "",
            "== Everybody opens their invitation",
        ]
    )
    stage.create_bloc([scenario.year])
    stage.bot.start()
    stage.cast()
    stage.invite_all()
    people.keep_out(stage.stranger)
    for phone in stage.phones.values():
        book.say(phone.take_lines())


def _present(stage: Stage, year: Year, book: Book) -> None:
    """The present year is opened, and a report of this month comes: in time until the 25th."""
    month = this_month()
    if month.year == stage.scenario.year:
        return
    stage.bot.command("year", "open", str(stage.bloc), str(month.year))
    book.say(["", f"== {month.year} is opened by the operator"])
    now = Year(stage, [month], book.say, lambda: None, names=year.names)
    now.play_present(month, year, REGISTERED)


def _check_bloc(stage: Stage, year: Year) -> Any:
    """``bloc show`` tells what the story has done."""
    shown = stage.bot.command("bloc", "show", str(stage.bloc))
    expected = {
        unit.short_name: (year.names[unit.short_name], unit.staff, unit.office or None, 2)
        for unit in year.units
    }
    by_id = {number: name for name, number in stage.units.items()}
    seen = {
        by_id[unit["unit"]]: (
            unit["short_name"],
            unit["staff"],
            unit["role"] or None,
            unit["people"],
        )
        for unit in shown["units"]
    }
    if seen != expected:
        raise Unexpected(f"bloc show has\n{seen}, expected\n{expected}")
    reports = {state: count for state, count in shown["open"]["reports"].items() if count}
    if reports != {"approved": len(year.reports)}:
        raise Unexpected(f"bloc show has reports {reports}, expected {len(year.reports)} approved")
    if shown["observers"] != 1:
        raise Unexpected(f"bloc show has {shown['observers']} observers")
    return shown


def _check_audit(stage: Stage) -> Any:
    found = stage.bot.command("audit", "verify")
    if not found["ok"]:
        raise Unexpected(f"the audit chain is broken: {found['broken']}")
    return found


def _check_machine(stage: Stage, year: Year) -> None:
    """Nothing that Telegram would refuse, no error in the log."""
    refused = _refusals(stage, year)
    if refused:
        raise Unexpected(f"{len(refused)} requests were refused, the first: {refused[0]}")
    complaints = stage.bot.complaints()
    if complaints:
        raise Unexpected(f"the bot's log has {len(complaints)} errors, the first: {complaints[0]}")


def _refusals(stage: Stage, year: Year) -> list[str]:
    names = {phone.id: phone.name for phone in stage.phones.values()}
    found = []
    for one in stage.wire.get("refusals", last=10_000):
        chat = int(one["params"].get("chat_id", 0))
        crashed = any(0 <= one["at"] - at <= _CRASH_SECONDS for at in year.crashes)
        if _HARMLESS in one["description"]:
            continue
        if crashed and any(words in one["description"] for words in _AFTER_CRASH):
            continue
        about = f"{names.get(chat, chat)}, message {one['params'].get('message_id', '-')}"
        words = str(one["params"].get("text", ""))[:80]
        found.append(f"{one['method']}: {one['description']} ({about}: {words})")
    return found


def _closing(stage: Stage, year: Year, seconds: float) -> str:
    messages = sum(
        state["change"] == "message" for states in stage.watch.states.values() for state in states
    )
    return (
        f"Done in {seconds:.0f} s: {messages} messages, {len(year.reports)} reports, "
        f"{year.decisions} decisions, refusals 0."
    )
