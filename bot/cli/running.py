"""``blocbot run``, ``doctor`` and ``db``."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import typer

from bot.cli.base import WRONG, Json, Problem, fail, load_settings, print_json
from bot.errors import DatabaseAway

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

    try:
        asyncio.run(work())
    except TokenRefused:
        raise Problem("Telegram refuses BOT_TOKEN: ask @BotFather for the right one.") from None


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
            log.warning("database_away", error=str(error), pause=pause)
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
