"""``python -m bot`` and the command ``blocbot``."""

from __future__ import annotations

import typer

from bot.cli import blocs, running
from bot.cli.audit import audit
from bot.cli.base import Commands
from bot.cli.movements import movement
from bot.cli.texts import text
from bot.demo.command import demo

app = typer.Typer(
    name="blocbot",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Telegram bot for emulation blocs: monthly reports and their review.",
)
app.command()(running.run)
app.command()(running.doctor)
app.add_typer(running.db, name="db")
app.add_typer(blocs.bloc, name="bloc")
app.command()(blocs.invite)
app.add_typer(blocs.year, name="year")
app.add_typer(movement, name="movement")
app.add_typer(text, name="text")
app.add_typer(audit, name="audit")
app.command()(demo)


def main() -> None:
    """Run the command line that the program was started with."""
    app(prog_name="blocbot")


if __name__ == "__main__":
    main()
