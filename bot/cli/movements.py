"""``blocbot movement``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.base import Json, load_settings, open_database, print_json, print_table

if TYPE_CHECKING:
    from bot.services.movement_keeping import Kept

movement = typer.Typer(
    no_args_is_help=True, help="Themes over several years to which blocs' reports add up."
)

_Id = Annotated[int, typer.Argument(metavar="ID", help="The movement's id.")]
_Bloc = Annotated[int, typer.Option("--bloc", metavar="BLOC_ID", help="Which bloc.")]


@movement.command()
def create(
    name: Annotated[str, typer.Argument(help="The movement's name.")],
    first: Annotated[int, typer.Option("--from", metavar="YEAR", help="Its first year.")],
    last: Annotated[int, typer.Option("--to", metavar="YEAR", help="Its last year.")],
    blocs: Annotated[
        list[int],
        typer.Option(
            "--bloc", metavar="BLOC_ID", help="Who takes part; the first one keeps it. Repeatable."
        ),
    ],
    as_json: Json = False,
) -> None:
    """Make a movement that these blocs take part in."""
    settings = load_settings()
    from bot.models import utc_now
    from bot.services import movement_keeping

    with open_database(settings) as database, database.transaction() as session:
        made = movement_keeping.make_for(session, blocs, name, first, last, utc_now())
        found = movement_keeping.Kept(made, list(dict.fromkeys(blocs)))
    if as_json:
        print_json(_json(found))
    else:
        typer.echo(f"Movement {made.id}: {made.name}, {made.first_year}-{made.last_year}.")


@movement.command("list")
def list_movements(as_json: Json = False) -> None:
    """All movements, oldest first."""
    settings = load_settings()
    from bot.services import movement_keeping

    with open_database(settings) as database, database.transaction() as session:
        found = movement_keeping.overview(session)
    if as_json:
        print_json([_json(one) for one in found])
        return
    print_table(
        ("Movement", "Name", "From", "To", "Blocs", "Ended"),
        [
            (m.id, m.name, m.first_year, m.last_year, ", ".join(map(str, one.blocs)), _ended(m))
            for one in found
            for m in (one.movement,)
        ],
    )


@movement.command()
def join(movement_id: _Id, bloc: _Bloc, as_json: Json = False) -> None:
    """Let a bloc take part in a movement."""
    _change(movement_id, bloc, as_json, joins=True)


@movement.command()
def leave(movement_id: _Id, bloc: _Bloc, as_json: Json = False) -> None:
    """Take a bloc out of a movement: its reports don't count in it any more."""
    _change(movement_id, bloc, as_json, joins=False)


def _change(movement_id: int, bloc: int, as_json: bool, *, joins: bool) -> None:
    settings = load_settings()
    from bot.models import utc_now
    from bot.services import movement_keeping

    with open_database(settings) as database, database.transaction() as session:
        changed = movement_keeping.change_for(session, movement_id, bloc, utc_now(), joins=joins)
        found = next(
            one for one in movement_keeping.overview(session) if one.movement.id == changed.id
        )
    if as_json:
        print_json(_json(found))
    else:
        blocs = ", ".join(map(str, found.blocs))
        typer.echo(f"Movement {changed.id}: {changed.name}. Blocs: {blocs}.")


def _json(found: Kept) -> dict[str, Any]:
    one = found.movement
    return {
        "movement": one.id,
        "name": one.name,
        "from": one.first_year,
        "to": one.last_year,
        "blocs": list(found.blocs),
        "ended_at": _ended(one),
    }


def _ended(one: Any) -> str | None:
    return one.ended_at.isoformat(timespec="seconds") if one.ended_at else None
