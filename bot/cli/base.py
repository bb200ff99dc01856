"""What all commands share: one way to fail, one way to print, the settings, the database."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from bot.errors import DatabaseAway, Expected

if TYPE_CHECKING:
    from rich.console import Console

    from bot.config import Settings
    from bot.database import Database

#: An error, and wrong usage or settings.
FAILED, WRONG = 1, 2

#: The option that every command with a result has.
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class Problem(Exception):
    """What ends a command; every line goes to standard error."""

    def __init__(self, *lines: str, status: int = FAILED) -> None:
        super().__init__(*lines)
        self.lines = lines
        self.status = status


class Commands(TyperGroup):
    """The outermost group. Whatever goes wrong ends as a line and a status, not a traceback."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command line and end the program with its status."""
        options["standalone_mode"] = False  # typer's own errors are worded here too
        try:
            result = super().main(*args, **options)
            status = result if isinstance(result, int) else 0
        except typer.Abort:
            status = 130
        except typer.TyperException as error:
            status = _usage(error)
        except BrokenPipeError:  # the reader of a pipe had enough
            sys.stderr.close()
            status = FAILED
        except Exception as error:
            status = fail(*(problem := _problem(error)).lines, status=problem.status)
        sys.exit(status)


def _usage(error: typer.TyperException) -> int:
    if "NoArgs" in type(error).__name__:  # a group by itself: its help is the answer
        return fail(error.format_message(), status=error.exit_code)
    words = " ".join(error.format_message().split())
    # typer's checks of choices are pydantic's, which begin what they say like that.
    return fail(words.replace("Value error, ", ""), status=error.exit_code)


def _problem(error: Exception) -> Problem:
    """The lines for an error. Imports late: most commands end without one."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, DatabaseAway):
        return Problem(f"The database can't be reached ({error}): see DATABASE_URL.")
    if isinstance(error, OSError) and error.filename:  # the disk is full, say
        return Problem(f"{error.strerror}: {error.filename}")
    if isinstance(error, Expected):
        try:
            return Problem(wording(error))
        except KeyError as lacking:  # a code without a sentence is a fault of ours
            error = lacking
    from bot.config import SettingsError

    if isinstance(error, SettingsError):
        return Problem(str(error), status=WRONG)
    from bot.migrations import MigrationError

    if isinstance(error, MigrationError):
        return Problem(str(error))
    from bot.log import log_unexpected

    return Problem(f"Something unexpected happened: the log has it as {log_unexpected(error)}.")


def wording(error: Expected) -> str:
    """The sentence for an expected error, in English and without markup."""
    from bot.i18n import texts
    from bot.views.base import plain
    from bot.views.errors import sentence

    return plain(sentence(texts("en"), error))


def fail(*lines: str, status: int = FAILED) -> int:
    """Write lines to standard error; gives the status."""
    for line in lines:
        typer.echo(line, err=True)
    return status


# --- Printing ------------------------------------------------------------------------------------


def print_json(document: object) -> None:
    """One JSON document on standard output; in ASCII where the terminal knows nothing else."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    typer.echo(json.dumps(document, ensure_ascii=not unicode, indent=2))


def console() -> Console:
    """Rich output on standard output. Texts that people gave are printed as they are."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table; None is left empty. Whole words where output goes to a file or a pipe."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    out = console()
    if not out.is_terminal:
        out.width = 500
    out.print(table)


def iso(moment: dt.datetime | None, zone: str) -> str | None:
    """A moment in ISO form with its zone's offset, to the second."""
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds") if moment else None


# --- Settings and database -----------------------------------------------------------------------


def load_settings(*, logs: bool = False) -> Settings:
    """The settings, with logs set up accordingly.

    Commands that aren't the bot itself log only what is wrong, unless LOG_LEVEL asks for more.
    """
    from bot.config import load
    from bot.log import configure

    settings = load()
    settings.require_folders()
    level = settings.log_level
    if not logs and level == "INFO":
        level = "WARNING"
    kept = (settings.bot_token, settings.webhook_secret, settings.telegram_proxy)
    configure(
        level, settings.log_format.value, secrets=[one.get_secret_value() for one in kept if one]
    )
    return settings


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database for one command. A new one gets its tables; an old one asks for ``upgrade``.

    An older one isn't upgraded by the way: a bot of the older version may still be running.
    """
    from bot import migrations
    from bot.database import Database

    there = migrations.current(settings.database)
    if there is None:
        migrations.upgrade(settings.database)
    elif there != migrations.head():
        raise Problem("The database is of another version. Bring it up with: blocbot db upgrade")
    database = Database(settings.database, pool_size=1)
    try:
        yield database
    finally:
        database.close()
