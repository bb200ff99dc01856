"""Two member units that become one, as when provinces are merged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session, col, select

from bot.errors import Invalid, NotFound
from bot.models import Bloc, Invitation, Seat, SeatRole, Unit
from bot.services import adoptions, blocs, units
from bot.services.access import Actor


def merge(
    session: Session, actor: Actor, kept_id: int, other_id: int, typed: units.Typed | None = None
) -> Unit:
    """Make one unit of two: the other goes into the kept one, or both into a new one (``typed``).

    Seats, offices and open invitations move; staff adds up; each old unit keeps its reports
    under its name.
    """
    if kept_id == other_id:
        raise Invalid("merge_same")
    kept = units.to_change(session, actor, kept_id)
    other = units.to_change(session, actor, other_id)
    if kept.bloc_id != other.bloc_id:
        raise NotFound("unit_unknown")
    bloc_id = kept.bloc_id
    staff = sum(one.staff or 0 for one in (kept, other)) if kept.staff or other.staff else None
    gone = [other]
    if typed is not None:
        units.check_name(session, bloc_id, typed, besides=[kept_id, other_id])
        new = blocs.add_unit(
            session, bloc_id, typed.name, typed.short_name, typed.staff or staff, actor.now
        )
        gone = [kept, other]
    else:
        new = kept
        new.staff = staff
        session.add(new)
    new_id = new.id or 0
    gone_ids = [one.id or 0 for one in gone]
    for one in gone:
        one.closed_at, one.merged_into_id = actor.now, new_id
        session.add(one)
    _move_offices(session, bloc_id, gone_ids, new_id)
    _move_seats(session, gone_ids, new_id, actor.now)
    _move_invitations(session, gone_ids, new_id)
    session.flush()
    key = units.record(session, actor, bloc_id, "unit.merged", into=new_id, units=gone_ids)
    bloc = session.get_one(Bloc, bloc_id)
    adoptions.unit_left(session, bloc, units.present_year(session, bloc).id, actor.now)
    units.tell_others(
        session,
        actor,
        units.concerned(session, bloc, [new_id]),
        "unit_merged",
        key,
        unit=new_id,
        units=[kept_id, other_id],
    )
    return new


def _move_offices(session: Session, bloc_id: int, gone: Sequence[int], new_id: int) -> None:
    year = units.present_year(session, session.get_one(Bloc, bloc_id))
    if year.leader_unit_id in gone:
        year.leader_unit_id = new_id
    if year.deputy_unit_id in gone:
        year.deputy_unit_id = new_id
    if year.leader_unit_id == year.deputy_unit_id:
        year.deputy_unit_id = None
    session.add(year)


def _move_seats(session: Session, gone: Sequence[int], new_id: int, now: dt.datetime) -> None:
    """End the seats at closed units and open the same at the new one, one for a person."""
    there = {seat.person_id: seat for seat in units.seats_at(session, [new_id])}
    for seat in units.seats_at(session, gone):
        seat.until = now
        session.add(seat)
        held = there.get(seat.person_id)
        if held is None:
            held = Seat(
                person_id=seat.person_id,
                bloc_id=seat.bloc_id,
                unit_id=new_id,
                role=seat.role,
                since=now,
                chosen_at=seat.chosen_at,
            )
            there[seat.person_id] = held
        elif seat.role is SeatRole.SIGNATORY:
            held.role = SeatRole.SIGNATORY
        held.chosen_at = max(held.chosen_at, seat.chosen_at)
        session.add(held)


def _move_invitations(session: Session, gone: Sequence[int], new_id: int) -> None:
    for invitation in session.exec(
        select(Invitation).where(
            col(Invitation.unit_id).in_(gone),
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
        )
    ):
        invitation.unit_id = new_id
        session.add(invitation)
