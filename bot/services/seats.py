"""Who sits at a unit: seats taken away and roles changed by those who lead the bloc."""

from __future__ import annotations

from sqlmodel import Session, col, select

from bot.errors import Forbidden, NotFound, Superseded
from bot.models import Person, Seat, SeatRole, Unit
from bot.services import units
from bot.services.access import Actor


def sitting(session: Session, actor: Actor, seat_id: int) -> tuple[units.Sitting, Unit | None]:
    """An open seat in a bloc that the actor manages, with its unit (None for an observer)."""
    row = session.exec(
        select(Seat, Person)
        .join(Person, col(Person.id) == col(Seat.person_id))
        .where(col(Seat.id) == seat_id)
    ).first()
    if row is None or not (actor.is_admin or (actor.bloc and actor.bloc.id == row[0].bloc_id)):
        raise NotFound("seat_unknown")
    seat, person = row
    if not units.manages(actor, seat.bloc_id):
        raise Forbidden("reviewers_only")
    unit = session.get_one(Unit, seat.unit_id) if seat.unit_id else None
    if seat.until is not None:
        raise Superseded("seat_ended")
    return units.Sitting(seat, person), unit


def _seat_locked(session: Session, actor: Actor, seat_id: int) -> tuple[units.Sitting, Unit | None]:
    found, unit = sitting(session, actor, seat_id)
    units.lock_bloc(session, actor, found.seat.bloc_id)
    session.refresh(found.seat)
    if found.seat.until is not None:
        raise Superseded("seat_ended")
    return found, unit


def remove_seat(session: Session, actor: Actor, seat_id: int) -> tuple[units.Sitting, Unit | None]:
    """End somebody's seat. What they sent stays; another comes by a new invitation."""
    found, unit = _seat_locked(session, actor, seat_id)
    seat = found.seat
    seat.until = actor.now
    session.add(seat)
    key = units.record(
        session, actor, seat.bloc_id, "seat.removed", seat=seat_id, unit=seat.unit_id
    )
    units.tell_others(session, actor, [seat.person_id], "seat_removed", key, seat=seat_id)
    return found, unit


def set_role(
    session: Session, actor: Actor, seat_id: int, role: SeatRole
) -> tuple[units.Sitting, Unit | None]:
    """Make a unit's representative its signatory, or the other way round."""
    found, unit = _seat_locked(session, actor, seat_id)
    seat = found.seat
    if unit is None or role is SeatRole.OBSERVER:
        raise Forbidden
    if seat.role is role:
        return found, unit
    seat.role = role
    session.add(seat)
    key = units.record(
        session,
        actor,
        seat.bloc_id,
        "seat.role",
        seat=seat_id,
        unit=seat.unit_id,
        role=role.value,
    )
    units.tell_others(session, actor, [seat.person_id], "role_changed", key, seat=seat_id)
    return found, unit
