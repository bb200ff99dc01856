"""Keeping movements: making, renaming, ending them; taking part in them with one's bloc.

A movement is kept by the bloc that it was made in: its leader, deputy and observers rename it,
change its years, end it. Leaders, deputies and observers of any bloc let theirs take part, or
leave again. Whoever runs the program does all of it for any bloc.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from bot.domain.names import clean, fold
from bot.errors import Forbidden, Invalid, NotFound
from bot.models import Bloc, Movement, MovementBloc
from bot.services import audit
from bot.services.access import Actor
from bot.services.movements import seen

NAME_LIMIT: Final = 200
FIRST_YEAR, LAST_YEAR, MOST_YEARS = 1990, 2100, 20

_YEARS = re.compile(r"\s*(\d{4})(?:\s*(?:[-–—/.,]|\s)\s*(\d{4}))?\s*")


@dataclass(frozen=True, slots=True)
class Kept:
    """A movement with the ids of the blocs that take part; the first keeps it."""

    movement: Movement
    blocs: Sequence[int]


# --- Making and keeping -----------------------------------------------------------------------


def read_years(text: str) -> tuple[int, int]:
    """``2020-2025`` or ``2025`` as first and last year. Raises Invalid(``movement_years``)."""
    found = _YEARS.fullmatch(text)
    if found is None:
        raise Invalid("movement_years", most=MOST_YEARS)
    return check_years(int(found[1]), int(found[2] or found[1]))


def check_years(first: int, last: int) -> tuple[int, int]:
    """The same years. Raises Invalid(``movement_years``) where they can't be."""
    if not FIRST_YEAR <= first <= last <= LAST_YEAR or last - first >= MOST_YEARS:
        raise Invalid("movement_years", most=MOST_YEARS)
    return first, last


def read_name(text: str) -> str:
    """A name as it is kept. Raises Invalid (``text_empty``, ``text_too_long``)."""
    name = clean(text, NAME_LIMIT)
    if not fold(name):
        raise Invalid("text_empty")
    return name


def make(session: Session, actor: Actor, name: str, first: int, last: int) -> Movement:
    """A new movement of the actor's bloc, which takes part in it at once. For readers.

    Raises Forbidden, Invalid (``text_empty``, ``text_too_long``, ``movement_years``,
    ``movement_there``).
    """
    actor.require_reader()
    bloc_id = actor.here.bloc.id or 0
    return _make(session, [bloc_id], name, (first, last), actor.now, actor.person.id)


def make_for(
    session: Session, bloc_ids: Sequence[int], name: str, first: int, last: int, now: dt.datetime
) -> Movement:
    """The same for whoever runs the program: kept by the first bloc, joined by all of them.

    Raises Invalid as :func:`make` does, and NotFound(``bloc_unknown``).
    """
    wanted = list(dict.fromkeys(bloc_ids))
    known = session.exec(select(Bloc.id).where(col(Bloc.id).in_(wanted))).all()
    if not wanted or len(known) < len(wanted):
        raise NotFound("bloc_unknown")
    return _make(session, wanted, name, (first, last), now, None)


def _make(
    session: Session,
    bloc_ids: Sequence[int],
    name: str,
    years: tuple[int, int],
    now: dt.datetime,
    person_id: int | None,
) -> Movement:
    name = read_name(name)
    first, last = check_years(*years)
    # One after the other: two people may give the same name at once.
    session.exec(select(Bloc.id).where(col(Bloc.id) == bloc_ids[0]).with_for_update()).one()
    _check_name(session, name, first, last)
    movement = Movement(
        bloc_id=bloc_ids[0],
        name=name,
        plain=fold(name)[:NAME_LIMIT],
        first_year=first,
        last_year=last,
        created_by=person_id,
        created_at=now,
    )
    session.add(movement)
    session.flush()
    _record(session, movement, "made", now, person_id, first=first, last=last)
    for bloc_id in bloc_ids:
        _add_bloc(session, movement, bloc_id, now, person_id)
    return movement


def _check_name(
    session: Session, name: str, first: int, last: int, besides: int | None = None
) -> None:
    """Raises Invalid(``movement_there``) where another of these years has the name."""
    there = session.exec(
        select(Movement).where(
            col(Movement.plain) == fold(name)[:NAME_LIMIT],
            col(Movement.ended_at).is_(None),
            col(Movement.first_year) <= last,
            col(Movement.last_year) >= first,
            col(Movement.id) != (besides or 0),
        )
    ).first()
    if there is not None:
        raise Invalid(
            "movement_there", name=there.name, first=there.first_year, last=there.last_year
        )


def kept(session: Session, actor: Actor, movement_id: int) -> Movement:
    """A movement of the actor's bloc, held, for who keeps it.

    Raises Forbidden (``reviewers_only``, ``movement_not_yours``), NotFound.
    """
    actor.require_reader()
    movement, _joined = seen(session, actor, movement_id, lock=True)
    if movement.bloc_id != actor.here.bloc.id:
        raise Forbidden("movement_not_yours", name=movement.name)
    return movement


def rename(session: Session, actor: Actor, movement_id: int, name: str) -> Movement:
    """Give a movement another name. Raises as :func:`kept` and :func:`make` do."""
    movement = kept(session, actor, movement_id)
    name = read_name(name)
    _check_name(session, name, movement.first_year, movement.last_year, movement.id)
    movement.name, movement.plain = name, fold(name)[:NAME_LIMIT]
    session.add(movement)
    _record(session, movement, "renamed", actor.now, actor.person.id)
    return movement


def set_years(session: Session, actor: Actor, movement_id: int, first: int, last: int) -> Movement:
    """Change a movement's years: other reports count then. Raises as :func:`kept` does."""
    movement = kept(session, actor, movement_id)
    first, last = check_years(first, last)
    _check_name(session, movement.name, first, last, movement.id)
    movement.first_year, movement.last_year = first, last
    session.add(movement)
    _record(session, movement, "years", actor.now, actor.person.id, first=first, last=last)
    return movement


def end(session: Session, actor: Actor, movement_id: int, *, ended: bool = True) -> Movement:
    """End a movement: nobody joins it and no model is tied any more; its figures stay.

    ``ended`` False takes that back. Raises as :func:`kept` does.
    """
    movement = kept(session, actor, movement_id)
    if (movement.ended_at is not None) != ended:
        if not ended:
            _check_name(
                session, movement.name, movement.first_year, movement.last_year, movement.id
            )
        movement.ended_at = actor.now if ended else None
        session.add(movement)
        _record(session, movement, "ended" if ended else "resumed", actor.now, actor.person.id)
    return movement


# --- Taking part ------------------------------------------------------------------------------


def join(session: Session, actor: Actor, movement_id: int) -> Movement:
    """The actor's bloc takes part; a second time changes nothing. For readers.

    Raises Forbidden, NotFound(``movement_unknown``), also for one that has ended.
    """
    actor.require_reader()
    movement, joined = seen(session, actor, movement_id, lock=True)
    if not joined:
        _add_bloc(session, movement, actor.here.bloc.id or 0, actor.now, actor.person.id)
    return movement


def leave(session: Session, actor: Actor, movement_id: int) -> Movement:
    """The actor's bloc takes no part any more: its reports and models count no longer.

    Raises Forbidden, NotFound, Invalid(``movement_keeper``) for the bloc that keeps it.
    """
    actor.require_reader()
    movement, joined = seen(session, actor, movement_id, lock=True)
    if joined:
        _remove_bloc(session, movement, actor.here.bloc.id or 0, actor.now, actor.person.id)
    return movement


def change_for(
    session: Session, movement_id: int, bloc_id: int, now: dt.datetime, *, joins: bool
) -> Movement:
    """A bloc takes part, or no longer, for whoever runs the program.

    Raises NotFound (``movement_unknown``, ``bloc_unknown``), Invalid (``movement_over``,
    ``movement_keeper``).
    """
    movement = session.exec(
        select(Movement).where(col(Movement.id) == movement_id).with_for_update()
    ).first()
    if movement is None:
        raise NotFound("movement_unknown")
    if session.get(Bloc, bloc_id) is None:
        raise NotFound("bloc_unknown")
    there = session.exec(
        select(MovementBloc.id).where(
            col(MovementBloc.movement_id) == movement_id, col(MovementBloc.bloc_id) == bloc_id
        )
    ).first()
    if joins and there is None:
        if movement.ended_at is not None:
            raise Invalid("movement_over", name=movement.name)
        _add_bloc(session, movement, bloc_id, now, None)
    elif not joins and there is not None:
        _remove_bloc(session, movement, bloc_id, now, None)
    return movement


def _add_bloc(
    session: Session, movement: Movement, bloc_id: int, now: dt.datetime, person_id: int | None
) -> None:
    session.add(
        MovementBloc(
            movement_id=movement.id or 0, bloc_id=bloc_id, joined_by=person_id, joined_at=now
        )
    )
    session.flush()
    _record(session, movement, "joined", now, person_id, bloc_id=bloc_id)


def _remove_bloc(
    session: Session, movement: Movement, bloc_id: int, now: dt.datetime, person_id: int | None
) -> None:
    if movement.bloc_id == bloc_id:
        raise Invalid("movement_keeper", name=movement.name)
    there = session.exec(
        select(MovementBloc).where(
            col(MovementBloc.movement_id) == movement.id, col(MovementBloc.bloc_id) == bloc_id
        )
    ).one()
    session.delete(there)
    session.flush()
    _record(session, movement, "left", now, person_id, bloc_id=bloc_id)


def _record(
    session: Session,
    movement: Movement,
    what: str,
    now: dt.datetime,
    person_id: int | None,
    *,
    bloc_id: int | None = None,
    **body: object,
) -> None:
    """Into the chain of the bloc that acts, by default the one that keeps the movement."""
    audit.append(
        session,
        bloc_id or movement.bloc_id,
        f"movement.{what}",
        now,
        person_id=person_id,
        movement=movement.id,
        **body,
    )


def overview(session: Session) -> list[Kept]:
    """Every movement, the oldest first, for whoever runs the program. Two statements."""
    blocs: dict[int, list[int]] = {}
    for there in session.exec(select(MovementBloc).order_by(col(MovementBloc.id))):
        blocs.setdefault(there.movement_id, []).append(there.bloc_id)
    found = []
    for one in session.exec(select(Movement).order_by(col(Movement.id))):
        others = [id_ for id_ in blocs.get(one.id or 0, []) if id_ != one.bloc_id]
        found.append(Kept(one, [one.bloc_id, *others]))
    return found
