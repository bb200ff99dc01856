"""``blocbot demo``: the real bot without Telegram, to try by hand or to see playing by itself."""

from __future__ import annotations

import errno
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

PORT = 8081


def _known(value: str) -> str:
    from bot.demo.scenarios import SCENARIOS

    known = {key.lower(): key for key in SCENARIOS}
    if value.lower() not in known:
        raise typer.BadParameter(f"must be one of {', '.join(SCENARIOS)}")
    return known[value.lower()]


def demo(
    play: Annotated[
        bool, typer.Option("--play", help="Play a year by itself instead, and check it.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the web chat; 0 takes a free one.")
    ] = PORT,
    scenario: Annotated[
        str, typer.Option(callback=_known, metavar="KEY", help="S1a, S1b or S4.")
    ] = "S1a",
    months: Annotated[
        int | None, typer.Option(min=1, max=12, help="With --play: how many months.")
    ] = None,
    out: Annotated[
        Path, typer.Option(file_okay=False, help="With --play: where its documents go.")
    ] = Path("demo-out"),
    data: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Keep database and log in this folder, empty so far."),
    ] = None,
) -> None:
    """The real bot against a stand-in for Telegram, with a web chat to be everybody in."""
    from bot.demo.process import CommandFailed
    from bot.demo.scenarios import SCENARIOS

    screen = Console(markup=False, highlight=False, emoji=False)
    chosen = SCENARIOS[scenario]
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with _folder(data) as folder:
            if play:
                from bot.demo.story import tell

                status = tell(chosen, folder, port, out, screen, months)
            else:
                status = _open(chosen.key, folder, port, screen)
    except KeyboardInterrupt:
        status = 130 if play else 0
    except CommandFailed as error:
        typer.echo(str(error), err=True)
        status = 1
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        typer.echo(f"Port {port} can't be used ({error.strerror}): try --port 0.", err=True)
        status = 1
    raise typer.Exit(status)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    """A folder for this run: a temporary one, or the one asked for if nothing is in it."""
    if wanted is None:
        with tempfile.TemporaryDirectory(prefix="blocbot-demo-") as name:
            yield Path(name)
        return
    wanted.mkdir(parents=True, exist_ok=True)
    if any(wanted.iterdir()):
        raise typer.BadParameter(f"{wanted} is not empty")
    yield wanted


def _open(key: str, folder: Path, port: int, screen: Console) -> int:
    """The interactive demo, until Ctrl-C."""
    from bot.demo.opening import open_scene
    from bot.demo.play.wire import Unexpected
    from bot.demo.scenarios import SCENARIOS
    from bot.demo.stage import month_before, staged, this_month

    with staged(SCENARIOS[key], folder, port) as stage:
        with screen.status("Making the bloc …"):
            present = this_month()
            stage.create_bloc(sorted({month_before(present).year, present.year}))
            stage.bot.start()
            stage.cast()
            try:
                stage.invite_all()
                screen.print(f"Everybody has accepted: {len(stage.members)} people.")
                open_scene(stage)
            except Unexpected as error:
                typer.echo(f"The opening went wrong: {error}", err=True)
                return 1
        scenario = stage.scenario
        screen.print(f"{scenario.name}, {scenario.province}: {len(scenario.units)} units.")
        screen.print(f"Open {stage.url}/ and be anybody of them. Ctrl-C stops.")
        try:
            while True:
                time.sleep(0.5)
                stage.bot.revive(
                    lambda status: screen.print(f"The bot ended (status {status}); starting again.")
                )
        except KeyboardInterrupt:
            screen.print("Stopping.")
    return 0
