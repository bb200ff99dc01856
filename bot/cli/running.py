"""``blocbot run``, ``doctor`` and ``db``."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.base import FAILED, WRONG, Json, Problem, console, fail, load_settings, print_json
from bot.errors import DatabaseAway

if TYPE_CHECKING:
    from bot.doctor import Check

#: Seconds between tries while the database is away at start.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0

db = typer.Typer(no_args_is_help=True, help="The database's tables.")


def run(
    webhook: Annotated[
        bool, typer.Option("--webhook", help="Take updates at WEBHOOK_URL instead of polling.")
    ] = False,
) -> None:
    """Run the bot until it is stopped. Upgrades the database first."""
    settings = load_settings(logs=True)
    settings.token  # noqa: B018 - ends here where it is missing
    if webhook and not settings.webhook_url:
        raise Problem("WEBHOOK_URL is missing: run --webhook needs it", status=WRONG)
    _upgrade_patiently(settings.database)
    from bot.app import App, TokenRefused

    async def work() -> None:
        await App(settings).run(webhook=webhook)

    # What was imported stays for good, and an update leaves no cycles worth looking for: the
    # collector's rounds through all of it took a tenth of a busy bot's time.
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    try:
        asyncio.run(work())
    except TokenRefused:
        raise Problem("Telegram refuses BOT_TOKEN: ask @BotFather for the right one.") from None
    except SystemExit as end:  # uvicorn's way to say that it can't listen; the log has the reason
        raise Problem("No server could be started at WEBHOOK_LISTEN or HEALTH_LISTEN.") from end


def _upgrade_patiently(url: str) -> None:
    """Upgrade; while the database is away, wait and try again."""
    import structlog

    from bot import migrations

    log = structlog.get_logger(__name__)
    pause = FIRST_PAUSE
    while True:
        try:
            migrations.upgrade(url)
        except DatabaseAway as error:
            log.warning("database_away", setting="DATABASE_URL", error=str(error), pause=pause)
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            return


@db.command()
def upgrade(as_json: Json = False) -> None:
    """Bring the database to the newest version. Safe while other processes do the same."""
    settings = load_settings()
    from bot import migrations

    migrations.upgrade(settings.database)
    if as_json:
        print_json({"revision": migrations.head()})
    else:
        typer.echo(f"The database is at {migrations.head()}.")


@db.command()
def check(as_json: Json = False) -> None:
    """Compare migrations with models, on a scratch database. Needs no settings."""
    from bot import migrations

    differences = migrations.check()
    if as_json:
        print_json({"ok": not differences, "differences": differences})
    elif not differences:
        typer.echo("Models and migrations agree.")
    if differences:
        raise typer.Exit(fail(*differences))


def doctor(as_json: Json = False) -> None:
    """Check whatever the bot needs, a line each."""
    from bot.cli.links import ask_me
    from bot.doctor import examine
    from bot.log import configure

    configure("WARNING")  # settings may be what is wrong
    checks = []
    for check in examine(lambda settings: asyncio.run(ask_me(settings)).username or ""):
        checks.append(check)
        if not as_json:
            _print_check(check)
    ok = all(check.ok for check in checks)
    if as_json:
        found = [{"check": one.name, "ok": one.ok, "detail": one.detail} for one in checks]
        print_json({"ok": ok, "checks": found})
    if not ok:
        raise typer.Exit(FAILED)


def _print_check(check: Check) -> None:
    from rich.text import Text

    mark, style = ("ok", "green") if check.ok else ("FAILED", "bold red")
    line = Text.assemble((f"{mark:<7}", style), f"{check.name:<15} ", check.detail)
    console().print(line, soft_wrap=True)
