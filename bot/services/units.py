"""Member units of a bloc: listed, renamed, counted, closed, added, merged; and who sits there.

Whatever changes keeps its history: names stand with the time from which they held, reports stay
with the unit that sent them, seats are ended and never deleted.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.domain.names import clean, fold
from bot.errors import Forbidden, Invalid, NotFound
from bot.models import (
    Bloc,
    BlocYear,
    Person,
    Seat,
    SeatRole,
    Unit,
    UnitName,
)
from bot.services import adoptions, audit, blocs, invitations, notices
from bot.services.access import Actor

MOST_STAFF = 1_000_000
#: Units that a bloc may have at a time.
MOST_UNITS = 500


@dataclass(frozen=True, slots=True)
class Sitting:
    """Somebody at a unit (or an observer), from their seat's ``since`` on."""

    seat: Seat
    person: Person

    @property
    def blocked(self) -> bool:
        """Whether the person has blocked the bot and hears nothing."""
        return self.person.blocked_at is not None


@dataclass(frozen=True, slots=True)
class UnitPeople:
    """A unit with its office this year (leader, deputy, None) and its people, signatories first."""

    unit: Unit
    office: str | None
    people: tuple[Sitting, ...]

    @property
    def has_signatory(self) -> bool:
        """Whether somebody signs and votes for it."""
        return any(one.seat.role is SeatRole.SIGNATORY for one in self.people)


@dataclass(frozen=True, slots=True)
class Listing:
    """A bloc's open units in the order they joined, its observers; ``manages``: may change it."""

    bloc: Bloc
    year: BlocYear
    units: tuple[UnitPeople, ...]
    observers: tuple[Sitting, ...]
    manages: bool


@dataclass(frozen=True, slots=True)
class Card:
    """All about a unit. ``names`` are earlier ones with the moment until which they held."""

    bloc: Bloc
    shown: UnitPeople
    names: tuple[tuple[str, dt.datetime], ...]
    merged_into: Unit | None
    invitations: int
    manages: bool
    invites: bool
    appoints: bool


def manages(actor: Actor, bloc_id: int) -> bool:
    """Whether the actor may change a bloc's units: its leader and deputy, administrators."""
    return actor.is_admin or (
        actor.is_reviewer and actor.bloc is not None and actor.bloc.id == bloc_id
    )


def reach(session: Session, actor: Actor, bloc_id: int | None = None) -> Bloc:
    """The bloc asked for: the actor's own, or any for an administrator."""
    if actor.is_admin and bloc_id:
        bloc = session.get(Bloc, bloc_id)
        if bloc is None:
            raise NotFound("bloc_unknown")
        return bloc
    here = actor.here.bloc
    if bloc_id and bloc_id != here.id:
        raise NotFound("bloc_unknown")
    return here


def find(session: Session, actor: Actor, unit_id: int) -> Unit:
    """A unit of the actor's bloc (of any bloc for an administrator), closed ones too."""
    unit = session.get(Unit, unit_id)
    if unit is None or not (actor.is_admin or (actor.bloc and actor.bloc.id == unit.bloc_id)):
        raise NotFound("unit_unknown")
    return unit


def _sittings(session: Session, bloc_id: int) -> dict[int | None, list[Sitting]]:
    found: dict[int | None, list[Sitting]] = {}
    rows = session.exec(
        select(Seat, Person)
        .join(Person, col(Person.id) == col(Seat.person_id))
        .where(col(Seat.bloc_id) == bloc_id, col(Seat.until).is_(None))
        .order_by(col(Seat.id))
    )
    for seat, person in rows:
        found.setdefault(seat.unit_id, []).append(Sitting(seat, person))
    for people in found.values():
        people.sort(key=lambda one: one.seat.role is not SeatRole.SIGNATORY)
    return found


def present_year(session: Session, bloc: Bloc) -> BlocYear:
    """The bloc's present year."""
    return session.exec(
        select(BlocYear)
        .where(col(BlocYear.bloc_id) == bloc.id, col(BlocYear.year) == bloc.year)
        .execution_options(populate_existing=True)
    ).one()


def listing(session: Session, actor: Actor, bloc_id: int | None = None) -> Listing:
    """The bloc's units and people, for everybody with a seat in it."""
    bloc = reach(session, actor, bloc_id)
    year = present_year(session, bloc)
    people = _sittings(session, bloc.id or 0)
    units = session.exec(
        select(Unit)
        .where(col(Unit.bloc_id) == bloc.id, col(Unit.closed_at).is_(None))
        .order_by(col(Unit.id))
    )
    return Listing(
        bloc=bloc,
        year=year,
        units=tuple(
            UnitPeople(one, blocs.office_of(year, one.id), tuple(people.get(one.id, ())))
            for one in units
        ),
        observers=tuple(people.get(None, ())),
        manages=manages(actor, bloc.id or 0),
    )


def card(session: Session, actor: Actor, unit_id: int) -> Card:
    """One unit with everything that may be known of it in its bloc."""
    unit = find(session, actor, unit_id)
    bloc = session.get_one(Bloc, unit.bloc_id)
    year = present_year(session, bloc)
    names = session.exec(
        select(UnitName).where(col(UnitName.unit_id) == unit_id).order_by(col(UnitName.id))
    ).all()
    is_open = unit.closed_at is None
    may_change = manages(actor, unit.bloc_id) and is_open
    may_invite = is_open and invitations.may_issue(
        actor, unit.bloc_id, unit_id, SeatRole.REPRESENTATIVE
    )
    waiting = invitations.open_of(session, unit_id, actor.now) if may_invite else ()
    return Card(
        bloc=bloc,
        shown=UnitPeople(
            unit,
            blocs.office_of(year, unit_id),
            tuple(_sittings(session, unit.bloc_id).get(unit_id, ())),
        ),
        names=tuple(
            (before.name, after.since)
            for before, after in itertools.pairwise(names)
            if before.name != after.name
        ),
        merged_into=session.get(Unit, unit.merged_into_id) if unit.merged_into_id else None,
        invitations=len(waiting),
        manages=may_change,
        invites=may_invite,
        appoints=actor.is_admin and is_open,
    )


# --- Names of their time -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """What a unit was called at a moment."""

    name: str
    short_name: str


def name_at(session: Session, unit_id: int, at: dt.datetime) -> Name:
    """The unit's name at a moment; its first one for a moment before it joined."""
    return names_at(session, [(unit_id, at)])[unit_id, at]


def names_at(
    session: Session, wanted: Iterable[tuple[int, dt.datetime]]
) -> Mapping[tuple[int, dt.datetime], Name]:
    """The names of several units at moments, by (unit id, moment). One query."""
    pairs = list(wanted)
    if not pairs:
        return {}
    known: dict[int, list[UnitName]] = {}
    for row in session.exec(
        select(UnitName)
        .where(col(UnitName.unit_id).in_({unit_id for unit_id, _ in pairs}))
        .order_by(col(UnitName.since), col(UnitName.id))
    ):
        known.setdefault(row.unit_id, []).append(row)
    found: dict[tuple[int, dt.datetime], Name] = {}
    for unit_id, at in pairs:
        rows = known[unit_id]
        held = [row for row in rows if row.since <= at] or rows[:1]
        found[unit_id, at] = Name(held[-1].name, held[-1].short_name)
    return found


# --- Changes -------------------------------------------------------------------------------------


def lock_bloc(session: Session, actor: Actor, bloc_id: int) -> Bloc:
    """The bloc's row, locked: what changes its units comes one by one."""
    if not manages(actor, bloc_id):
        raise Forbidden("reviewers_only" if actor.seat or actor.is_admin else "no_seat")
    return session.exec(
        select(Bloc)
        .where(col(Bloc.id) == bloc_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def check(session: Session, actor: Actor, unit_id: int) -> Unit:
    """An open unit that the actor may change, before anything is asked about the change."""
    unit = find(session, actor, unit_id)
    if not manages(actor, unit.bloc_id):
        raise Forbidden("reviewers_only")
    if unit.closed_at is not None:
        raise Invalid("unit_closed", unit=unit.name)
    return unit


def check_bloc(session: Session, actor: Actor, bloc_id: int | None) -> Bloc:
    """A bloc that the actor may add units to."""
    bloc = reach(session, actor, bloc_id)
    if not manages(actor, bloc.id or 0):
        raise Forbidden("reviewers_only")
    return bloc


def search(shown: Sequence[UnitPeople], text: str) -> list[Unit]:
    """The units that a typed name means: that of the very name, else those that contain it."""
    key = fold(text)
    names = [(one.unit, fold(one.unit.name), fold(one.unit.short_name)) for one in shown]
    exact = [unit for unit, name, short in names if key in (name, short)]
    return exact or [unit for unit, name, short in names if key and (key in name or key in short)]


def to_change(session: Session, actor: Actor, unit_id: int) -> Unit:
    """An open unit that the actor may change, as it is now, its bloc locked."""
    unit = find(session, actor, unit_id)
    lock_bloc(session, actor, unit.bloc_id)
    session.refresh(unit)
    if unit.closed_at is not None:
        raise Invalid("unit_closed", unit=unit.name)
    return unit


@dataclass(frozen=True, slots=True)
class Typed:
    """A unit as somebody typed it."""

    name: str
    short_name: str
    staff: int | None


def parse(text: str) -> Typed:
    """``name; short name; staff`` in one line or in several; all but the name may be missing."""
    pieces = [clean(piece, 4096) for piece in text.replace("\n", ";").split(";")]
    pieces = [piece for piece in pieces if piece]
    if not pieces:
        raise Invalid("unit_name_empty")
    name = clean(pieces[0], blocs.NAME_LIMIT)
    short = pieces[1] if len(pieces) > 1 else ""
    staff = parse_staff(pieces[2]) if len(pieces) > 2 else None
    if len(pieces) > 3:
        raise Invalid("unit_pieces")
    return Typed(name, clean(short or name, blocs.SHORT_LIMIT, cut=not short), staff)


def parse_staff(text: str) -> int:
    """A count of people, with or without separators."""
    digits = "".join(text.split()).replace(".", "").replace(",", "")
    if not (digits.isascii() and digits.isdigit()) or int(digits[:12]) > MOST_STAFF:
        raise Invalid("staff_wrong", limit=MOST_STAFF)
    return int(digits)


def check_name(
    session: Session, bloc_id: int, typed: Typed, besides: Sequence[int | None] = ()
) -> None:
    """Refuse a name that another open unit of the bloc has, with or without diacritics."""
    others = session.exec(
        select(Unit).where(col(Unit.bloc_id) == bloc_id, col(Unit.closed_at).is_(None))
    ).all()
    if len(others) >= MOST_UNITS:
        raise Invalid("units_too_many", limit=MOST_UNITS)
    for other in others:
        if other.id in besides:
            continue
        if fold(other.name) == fold(typed.name):
            raise Invalid("unit_name_taken", name=other.name)
        if fold(other.short_name) == fold(typed.short_name):
            raise Invalid("unit_name_taken", name=other.short_name)


def record(session: Session, actor: Actor, bloc_id: int, action: str, **body: object) -> str:
    """An entry in the chain; gives the key under which people are told of it."""
    entry = audit.append(session, bloc_id, action, actor.now, person_id=actor.person.id, **body)
    return f"{action}:{bloc_id}:{entry.seq}"


def tell_others(
    session: Session,
    actor: Actor,
    person_ids: Iterable[int],
    kind: str,
    key: str,
    **ids: object,
) -> None:
    """Tell persons, but not the one who did it and sees it anyway."""
    others = set(person_ids) - {actor.person.id or 0}
    notices.tell(session, others, kind, ids=ids, key=key, now=actor.now)


def concerned(session: Session, bloc: Bloc, unit_ids: Sequence[int]) -> list[int]:
    """Ids of the people of units and of the bloc's leader."""
    return notices.people_of_units(session, [*unit_ids, *invitations.leading(session, bloc)])


def add(session: Session, actor: Actor, typed: Typed, bloc_id: int | None = None) -> Unit:
    """A new unit in the actor's bloc (of an administrator's choice)."""
    bloc = reach(session, actor, bloc_id)
    bloc = lock_bloc(session, actor, bloc.id or 0)
    check_name(session, bloc.id or 0, typed)
    unit = blocs.add_unit(
        session, bloc.id or 0, typed.name, typed.short_name, typed.staff, actor.now
    )
    key = record(session, actor, bloc.id or 0, "unit.added", unit=unit.id)
    tell_others(session, actor, concerned(session, bloc, []), "unit_added", key, unit=unit.id)
    return unit


def rename(session: Session, actor: Actor, unit_id: int, typed: Typed) -> Unit:
    """Give a unit another name from now on; what it did before stays under the old one."""
    unit = to_change(session, actor, unit_id)
    if (unit.name, unit.short_name) == (typed.name, typed.short_name):
        return unit
    check_name(session, unit.bloc_id, typed, besides=[unit_id])
    before = unit.name
    unit.name, unit.short_name = typed.name, typed.short_name
    session.add(unit)
    session.add(
        UnitName(unit_id=unit_id, name=typed.name, short_name=typed.short_name, since=actor.now)
    )
    key = record(session, actor, unit.bloc_id, "unit.renamed", unit=unit_id)
    bloc = session.get_one(Bloc, unit.bloc_id)
    tell_others(
        session,
        actor,
        concerned(session, bloc, [unit_id]),
        "unit_renamed",
        key,
        unit=unit_id,
        before=before,
    )
    return unit


def set_staff(session: Session, actor: Actor, unit_id: int, staff: int) -> Unit:
    """Record how many people work at a unit."""
    unit = to_change(session, actor, unit_id)
    unit.staff = staff
    session.add(unit)
    record(session, actor, unit.bloc_id, "unit.staff", unit=unit_id, staff=staff)
    return unit


def close(session: Session, actor: Actor, unit_id: int) -> Unit:
    """End a unit's duties: its seats and invitations end, its reports stay.

    The leader's unit can't be closed before another one leads (Invalid ``unit_leads``).
    """
    unit = to_change(session, actor, unit_id)
    bloc = session.get_one(Bloc, unit.bloc_id)
    year = present_year(session, bloc)
    if year.leader_unit_id == unit_id:
        raise Invalid("unit_leads", unit=unit.name)
    people = concerned(session, bloc, [unit_id])
    if year.deputy_unit_id == unit_id:
        year.deputy_unit_id = None
        session.add(year)
    unit.closed_at = actor.now
    session.add(unit)
    for seat in seats_at(session, [unit_id]):
        seat.until = actor.now
        session.add(seat)
    invitations.revoke_all(session, unit_id, actor.now)
    key = record(session, actor, unit.bloc_id, "unit.closed", unit=unit_id)
    adoptions.unit_left(session, bloc, year.id, actor.now)
    tell_others(session, actor, people, "unit_closed", key, unit=unit_id)
    return unit


def seats_at(session: Session, unit_ids: Sequence[int]) -> Sequence[Seat]:
    """The open seats at units, as they are now."""
    return session.exec(
        select(Seat)
        .where(col(Seat.unit_id).in_(unit_ids), col(Seat.until).is_(None))
        .order_by(col(Seat.id))
        .execution_options(populate_existing=True)
    ).all()
