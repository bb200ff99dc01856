"""``blocbot bloc``, ``invite`` and ``year``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.cli.base import Json, iso, load_settings, open_database, print_json, print_table
from bot.cli.links import bot_name, invite_json, print_invite

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.domain.roster import RosterRow
    from bot.services.blocs import BlocShown

bloc = typer.Typer(no_args_is_help=True, help="Blocs and their units.")
year = typer.Typer(no_args_is_help=True, help="The years of a bloc.")

Kind = Literal["bloc", "cluster"]
Role = Literal["signatory", "representative"]


def _known_zone(value: str | None) -> str | None:
    from zoneinfo import available_timezones

    if value is not None and value not in available_timezones():
        raise typer.BadParameter("is not a time zone such as Asia/Ho_Chi_Minh")
    return value


def _known_language(value: str | None) -> str | None:
    from bot.i18n import KNOWN_LANGUAGES

    if value is not None and value not in KNOWN_LANGUAGES:
        raise typer.BadParameter(f"must be one of {', '.join(KNOWN_LANGUAGES)}")
    return value


@bloc.command()
def create(
    name: Annotated[str, typer.Argument(help="The bloc's name.")],
    year: Annotated[int, typer.Option(help="Its first year.")],
    roster: Annotated[
        Path,
        typer.Option(
            exists=True,
            dir_okay=False,
            readable=True,
            help="CSV or XLSX with the columns unit, short_name, staff, role.",
        ),
    ],
    kind: Annotated[Kind, typer.Option(help="Bloc (khối) or cluster (cụm).")] = "bloc",
    province: Annotated[str | None, typer.Option(help="Where it is.")] = None,
    timezone: Annotated[
        str | None, typer.Option(callback=_known_zone, help="Default: TIMEZONE.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(callback=_known_language, help="Default: DEFAULT_LANGUAGE.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a bloc from a roster, with two invitations a unit. Wrong rows: nothing is made."""
    settings = load_settings()
    rows = _read(roster)
    from bot.models import BlocKind, utc_now
    from bot.services import blocs

    with open_database(settings) as database, database.transaction() as session:
        made = blocs.create(
            session,
            name=name,
            year=year,
            kind=BlocKind(kind),
            province=province,
            timezone=timezone or settings.timezone,
            language=language or settings.default_language,
            rows=rows,
            now=utc_now(),
        )
    known_as = bot_name(settings)
    units: dict[int | None, dict[str, Any]] = {
        unit.id: {"unit": unit.id, "short_name": unit.short_name, "invites": []}
        for unit in made.units
    }
    for one in made.invites:
        units[one.unit.id]["invites"].append(invite_json(known_as, one.role, one.secret))
    if as_json:
        print_json({"bloc": made.bloc.id, "year": made.year.year, "units": list(units.values())})
        return
    typer.echo(f"Bloc {made.bloc.id}, {made.bloc.name}, {made.year.year}. Its invitations:")
    for unit in units.values():
        typer.echo(f"{unit['short_name']} (unit {unit['unit']})")
        for invite in unit["invites"]:
            print_invite(invite)


def _read(path: Path) -> tuple[RosterRow, ...]:
    """The roster's rows. Raises Problem with a line for every wrong one."""
    from bot.cli.base import Problem
    from bot.documents.tables import read_texts
    from bot.domain.roster import RosterError, read_roster
    from bot.i18n import texts
    from bot.views.base import plain
    from bot.views.operator import problem

    try:
        return read_roster(read_texts(path.read_bytes()))
    except RosterError as error:
        raise Problem(*(plain(problem(texts("en"), one)) for one in error.problems)) from None


@bloc.command("list")
def list_blocs(as_json: Json = False) -> None:
    """All blocs, oldest first."""
    settings = load_settings()
    from bot.services import blocs

    with open_database(settings) as database, database.transaction() as session:
        lines = blocs.overview(session)
    if as_json:
        print_json(
            [
                {
                    "bloc": line.bloc.id,
                    "name": line.bloc.name,
                    "kind": line.bloc.kind.value,
                    "province": line.bloc.province,
                    "year": line.bloc.year,
                    "units": line.units,
                    "people": line.people,
                }
                for line in lines
            ]
        )
        return
    print_table(
        ("Bloc", "Name", "Kind", "Province", "Year", "Units", "People"),
        [
            (b.id, b.name, b.kind.value, b.province, b.year, line.units, line.people)
            for line in lines
            for b in (line.bloc,)
        ],
    )


@bloc.command()
def show(
    bloc_id: Annotated[int, typer.Argument(metavar="ID")],
    as_json: Json = False,
) -> None:
    """A bloc with its units, their roles, and what is open."""
    settings = load_settings()
    from bot.models import utc_now
    from bot.services import blocs

    with open_database(settings) as database, database.transaction() as session:
        shown = blocs.show(session, bloc_id, utc_now())
    if as_json:
        print_json(_shown_json(shown))
    else:
        _print_shown(shown)


def _shown_json(shown: BlocShown) -> dict[str, Any]:
    zone = shown.bloc.timezone
    return {
        "bloc": shown.bloc.id,
        "name": shown.bloc.name,
        "kind": shown.bloc.kind.value,
        "province": shown.bloc.province,
        "timezone": zone,
        "language": shown.bloc.language,
        "created_at": iso(shown.bloc.created_at, zone),
        "year": shown.year.year,
        "years": list(shown.years),
        "units": [
            {
                "unit": line.unit.id,
                "name": line.unit.name,
                "short_name": line.unit.short_name,
                "staff": line.unit.staff,
                "role": line.office,
                "people": line.people,
                "signatories": line.signatories,
                "blocked": line.blocked,
                "joined_at": iso(line.unit.joined_at, zone),
                "closed_at": iso(line.unit.closed_at, zone),
                "merged_into": line.unit.merged_into_id,
                "open_invitations": line.open_invitations,
            }
            for line in shown.units
        ],
        "observers": shown.observers,
        "open": {
            "year": shown.year.year,
            "opened_at": iso(shown.year.opened_at, zone),
            "template_version": shown.year.template_version,
            "due_day": shown.year.due_day,
            "review_days": shown.year.review_days,
            "reports": shown.reports,
            "invitations": sum(line.open_invitations for line in shown.units),
        },
    }


def _print_shown(shown: BlocShown) -> None:
    typer.echo(
        f"Bloc {shown.bloc.id}: {shown.bloc.name} ({shown.bloc.kind.value}), year"
        f" {shown.year.year}, {shown.bloc.timezone}, {shown.bloc.language}"
    )
    print_table(
        ("Unit", "Name", "Short name", "Staff", "Role", "People", "Invitations", "Closed"),
        [
            (
                line.unit.id,
                line.unit.name,
                line.unit.short_name,
                line.unit.staff,
                line.office,
                line.people,
                line.open_invitations,
                iso(line.unit.closed_at, shown.bloc.timezone),
            )
            for line in shown.units
        ],
    )
    counts = ", ".join(f"{state} {count}" for state, count in shown.reports.items())
    typer.echo(f"Reports: {counts or 'none yet'}. Observers: {shown.observers}.")


def invite(
    unit_id: Annotated[int | None, typer.Argument(metavar="UNIT_ID")] = None,
    role: Annotated[Role, typer.Option(help="What the invited person may do.")] = "representative",
    observer: Annotated[
        int | None, typer.Option(metavar="BLOC_ID", help="Invite an observer of this bloc instead.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a new invitation link to a unit, or to observe a bloc."""
    if (unit_id is None) == (observer is None):
        raise typer.BadParameter("give either a unit's id or --observer with a bloc's id")
    settings = load_settings()
    if observer is not None:
        place, secret, seat = _invite_observer(settings, observer)
    else:
        place, secret, seat = _invite_member(settings, unit_id or 0, role)
    made = {**place, **invite_json(bot_name(settings), seat, secret)}
    if as_json:
        print_json(made)
    else:
        typer.echo(made["link"] or made["payload"])


def _invite_observer(settings: Settings, bloc_id: int) -> tuple[dict[str, Any], str, Any]:
    from bot.models import SeatRole, utc_now
    from bot.services import operator

    with open_database(settings) as database, database.transaction() as session:
        observed, secret = operator.invite_observer(session, bloc_id, utc_now())
    return {"bloc": observed.id}, secret, SeatRole.OBSERVER


def _invite_member(settings: Settings, unit_id: int, role: str) -> tuple[dict[str, Any], str, Any]:
    from bot.models import SeatRole, utc_now
    from bot.services import operator

    with open_database(settings) as database, database.transaction() as session:
        unit, secret = operator.invite(session, unit_id, SeatRole(role), utc_now())
    place = {"bloc": unit.bloc_id, "unit": unit.id, "short_name": unit.short_name}
    return place, secret, SeatRole(role)


@year.command("open")
def open_year(
    bloc_id: Annotated[int, typer.Argument(metavar="BLOC_ID")],
    number: Annotated[int, typer.Argument(metavar="YEAR")],
    as_json: Json = False,
) -> None:
    """Open a year from the last one's settings: template, due day, leader and deputy."""
    settings = load_settings()
    from bot.models import utc_now
    from bot.services import blocs

    with open_database(settings) as database, database.transaction() as session:
        opened = blocs.open_year(session, bloc_id, number, utc_now())
    if as_json:
        print_json({"bloc": bloc_id, "year": opened.year})
    else:
        typer.echo(f"Bloc {bloc_id}: the year {opened.year} is open.")
