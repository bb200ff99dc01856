"""``blocbot audit``."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.base import Json, Problem, load_settings, open_database, print_json

audit = typer.Typer(no_args_is_help=True, help="The chain of everything that was decided.")

_WORDS = {
    "number": "an entry before it is missing, or it is doubled or out of order",
    "prev": "it doesn't follow the entry before it",
    "hash": "it was changed after it was written",
    "body": "it holds what no entry can hold",
    "unreadable": "it can't be read",
    "head": "it isn't what the bloc knows: the end of the chain was cut off, added or rewritten",
}


@audit.callback()
def _group() -> None:
    """A group even while it has one command."""


@audit.command()
def verify(
    bloc: Annotated[int | None, typer.Option(metavar="ID", help="Only this bloc.")] = None,
    as_json: Json = False,
) -> None:
    """Check the audit chain of every bloc, or of one; names the first broken entry."""
    settings = load_settings()
    from bot.services import audit as service

    with open_database(settings) as database, database.transaction() as session:
        found = service.verify(session, bloc)
    broken = found.broken
    if as_json:
        print_json(
            {
                "ok": broken is None,
                "blocs": [{"bloc": one, "entries": count} for one, count in found.entries.items()],
                "broken": broken
                and {"bloc": broken.bloc, "seq": broken.seq, "what": _WORDS[broken.what]},
            }
        )
    if broken is not None:
        raise Problem(f"Bloc {broken.bloc}, entry {broken.seq}: {_WORDS[broken.what]}.")
    if not as_json:
        total = sum(found.entries.values())
        typer.echo(f"The audit chain holds: blocs {len(found.entries)}, entries {total}.")
