"""News of what happened to units, and the sentences for what can't be done with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from sqlmodel import Session, col, select

from bot.i18n import Texts
from bot.models import Bloc, Person, Seat, Unit
from bot.services import notices
from bot.views.base import View
from bot.views.people import office


def _unit(session: Session, unit_id: int, to: Person) -> tuple[Unit, Bloc] | None:
    """The unit and its bloc; None for whoever no longer belongs to that bloc."""
    unit = session.get_one(Unit, unit_id)
    if not notices.sits(session, to, bloc_id=unit.bloc_id):
        return None
    return unit, session.get_one(Bloc, unit.bloc_id)


def _left_with(session: Session, to: Person, unit: Unit) -> bool:
    """Whether a person's seat ended because the unit was closed."""
    found = session.exec(
        select(Seat.id)
        .where(
            col(Seat.person_id) == to.id,
            col(Seat.unit_id) == unit.id,
            col(Seat.until) == unit.closed_at,
        )
        .limit(1)
    )
    return unit.closed_at is not None and found.first() is not None


def _added(
    session: Session, t: Texts, to: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    if (found := _unit(session, ids[0]["unit"], to)) is None:
        return None
    unit, bloc = found
    return View(text=t._("{unit} has joined {bloc}.", unit=unit.name, bloc=bloc.name), card=False)


def _renamed(
    session: Session, t: Texts, to: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    if (found := _unit(session, ids[0]["unit"], to)) is None:
        return None
    unit, _ = found
    return View(
        text=t._("{before} is now called {unit}.", before=ids[0]["before"], unit=unit.name),
        card=False,
    )


def _closed(
    session: Session, t: Texts, to: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    unit = session.get_one(Unit, ids[0]["unit"])
    bloc = session.get_one(Bloc, unit.bloc_id)
    if not notices.sits(session, to, bloc_id=bloc.id) and not _left_with(session, to, unit):
        return None
    return View(
        text=t._(
            "{unit} no longer belongs to {bloc}. Its reports stay; nothing is owed any more.",
            unit=unit.name,
            bloc=bloc.name,
        ),
        card=False,
    )


def _merged(
    session: Session, t: Texts, to: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    if (found := _unit(session, ids[0]["unit"], to)) is None:
        return None
    unit, _ = found
    before = session.exec(
        select(Unit).where(col(Unit.id).in_(ids[0]["units"])).order_by(col(Unit.id))
    )
    return View(
        text=t._(
            "{units} are one unit now: {unit}. Its people act for it from now on.",
            units=t.join([one.name for one in before]),
            unit=unit.name,
        ),
        card=False,
    )


def _appointed(
    session: Session, t: Texts, to: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    if (found := _unit(session, ids[0]["unit"], to)) is None:
        return None
    unit, bloc = found
    return View(
        text=t._(
            "{unit} is now {office} of {bloc} for {year}.",
            unit=unit.name,
            office=office(t, ids[0]["office"]),
            bloc=bloc.name,
            year=str(ids[0]["year"]),
        ),
        card=False,
    )


NOTICES = {
    "unit_added": _added,
    "unit_renamed": _renamed,
    "unit_closed": _closed,
    "unit_merged": _merged,
    "appointed": _appointed,
}

ERRORS: dict[str, Callable[..., Markup]] = {
    "unit_unknown": lambda t, **_v: t._("There is no such unit in your bloc. /units lists them."),
    "bloc_unknown": lambda t, **_v: t._("There is no such bloc."),
    "unit_closed": lambda t, **v: t._("{unit} is closed, so that can't be done any more.", **v),
    "unit_leads": lambda t, **v: t._(
        "{unit} leads the bloc. Another unit has to be made leader before it can be closed.", **v
    ),
    "unit_name_empty": lambda t, **_v: t._("Please send the unit's name."),
    "unit_name_taken": lambda t, **v: t._(
        "There is already a unit called {name}. Please send another name.", **v
    ),
    "unit_pieces": lambda t, **_v: t._(
        "That is more than name, short name and staff count. Please send these three, with "
        "semicolons between them."
    ),
    "units_too_many": lambda t, limit: t._("A bloc can have {n} units at most.", n=t.number(limit)),
    "staff_wrong": lambda t, limit: t._(
        "Please send the staff count as a whole number from 0 to {n}.", n=t.number(limit)
    ),
    "merge_same": lambda t, **_v: t._("A unit can't be merged with itself. Please choose another."),
    "invite_forbidden": lambda t, **_v: t._(
        "Only the bloc leader and the deputy can invite here; a unit's signatory can invite "
        "representatives of the unit."
    ),
    "invitation_made": lambda t, **_v: t._("That link has been made already."),
    "invitations_too_many": lambda t, limit: t._(
        "There are already {n} open invitations. Please withdraw some first.", n=t.number(limit)
    ),
    "bloc_name_empty": lambda t, **_v: t._("Please give the bloc a name."),
    "year_impossible": lambda t, first, last: t._(
        "Please give a year from {first} to {last}.", first=str(first), last=str(last)
    ),
    "year_exists": lambda t, year: t._("The year {year} is open already.", year=str(year)),
    "year_past": lambda t, year, last: t._(
        "The year {year} lies before {last}, which is open already.", year=str(year), last=str(last)
    ),
}
