"""Who acts: a person at a seat, in a bloc-year, at a moment. Rights are asked of the actor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from bot.errors import Forbidden
from bot.models import Bloc, BlocYear, DoneUpdate, Form, Person, Seat, SeatRole, Unit


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind an update, with the seat they act from and the bloc's present year.

    ``seat``, ``bloc`` and ``year`` are None for whoever holds no seat; ``unit`` also for an
    observer. ``now`` is the moment of the act, aware.
    """

    person: Person
    now: dt.datetime
    is_admin: bool = False
    seat: Seat | None = None
    unit: Unit | None = None
    bloc: Bloc | None = None
    year: BlocYear | None = None

    @property
    def is_member(self) -> bool:
        """Acts for a member unit."""
        return self.unit is not None and self.seat is not None

    @property
    def is_signatory(self) -> bool:
        """Signs and votes for the unit."""
        return self.is_member and self.seat is not None and self.seat.role is SeatRole.SIGNATORY

    @property
    def is_observer(self) -> bool:
        """Reads all of this bloc, decides nothing in it."""
        return self.seat is not None and self.seat.role is SeatRole.OBSERVER

    @property
    def is_leader(self) -> bool:
        """Acts for the unit that leads the bloc this year."""
        return (
            self.unit is not None
            and self.year is not None
            and self.year.leader_unit_id == self.unit.id
        )

    @property
    def is_deputy(self) -> bool:
        """Acts for the unit that stands in for the leader."""
        return (
            self.unit is not None
            and self.year is not None
            and self.year.deputy_unit_id == self.unit.id
        )

    @property
    def is_reviewer(self) -> bool:
        """Leader or deputy."""
        return self.is_leader or self.is_deputy

    @property
    def zone(self) -> ZoneInfo:
        """The bloc's time zone."""
        return ZoneInfo(self.here.bloc.timezone)

    @property
    def here(self) -> Place:
        """The bloc and its present year. Raises Forbidden(``no_seat``) without a seat."""
        if self.seat is None or self.bloc is None or self.year is None:
            raise Forbidden("no_seat")
        return Place(self.seat, self.bloc, self.year)

    def my_unit(self) -> Unit:
        """The unit acted for. Raises Forbidden for observers and whoever holds no seat."""
        if self.unit is None:
            raise Forbidden("no_seat" if self.seat is None else "members_only")
        return self.unit

    def require_reviewer(self) -> None:
        """Raises Forbidden unless leader or deputy."""
        if not self.is_reviewer:
            raise Forbidden("no_seat" if self.seat is None else "reviewers_only")

    def require_leader(self) -> None:
        """Raises Forbidden unless leader (the deputy stands in for the leader: allowed too)."""
        self.require_reviewer()

    def require_reader(self) -> None:
        """Raises Forbidden unless leader, deputy or observer."""
        if not (self.is_reviewer or self.is_observer):
            raise Forbidden("no_seat" if self.seat is None else "reviewers_only")

    def require_admin(self) -> None:
        """Raises Forbidden unless the person runs the bot."""
        if not self.is_admin:
            raise Forbidden("admins_only")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an actor with a seat acts; nothing of it is None."""

    seat: Seat
    bloc: Bloc
    year: BlocYear


# Built once: every update asks this.
_FIND: Any = (
    select(Person, Seat, Unit, Bloc, BlocYear)
    .outerjoin(Seat, (col(Seat.person_id) == Person.id) & col(Seat.until).is_(None))
    .outerjoin(Unit, col(Unit.id) == Seat.unit_id)
    .outerjoin(Bloc, col(Bloc.id) == Seat.bloc_id)
    .outerjoin(BlocYear, (col(BlocYear.bloc_id) == Bloc.id) & (col(BlocYear.year) == Bloc.year))
    .where(col(Person.telegram_id) == bindparam("telegram_id"))
    .order_by(col(Seat.chosen_at).desc().nulls_last(), col(Seat.id).desc())
    .limit(1)
)
# Only against the person's other updates: messages to them may be queued meanwhile.
_FIND_AND_LOCK: Any = _FIND.with_for_update(of=Person, key_share=True)
# With the person's form, which whoever asks for it later finds in the session.
_MEET: Any = (
    _FIND_AND_LOCK.add_columns(Form, col(DoneUpdate.update_id))
    .outerjoin(Form, col(Form.person_id) == col(Person.id))
    .outerjoin(DoneUpdate, col(DoneUpdate.update_id) == bindparam("update_id"))
)
_DONE: Any = select(col(DoneUpdate.update_id)).where(
    col(DoneUpdate.update_id) == bindparam("update_id")
)


def find_actor(
    session: Session, telegram_id: int, now: dt.datetime, admins: tuple[int, ...], *, lock: bool
) -> Actor | None:
    """The actor behind a Telegram id, or None for a stranger. One query, whatever the history.

    ``lock`` holds the person's row as :func:`meet` does.
    """
    query = _FIND_AND_LOCK if lock else _FIND
    row = session.execute(query, {"telegram_id": telegram_id}).first()
    return None if row is None else _actor(row, telegram_id, now, admins)


@dataclass(frozen=True, slots=True)
class Met:
    """Who stands behind an update (None: a stranger), their form, whether it was done before."""

    actor: Actor | None
    form: Form | None
    done: bool


def meet(
    session: Session, telegram_id: int, update_id: int, now: dt.datetime, admins: tuple[int, ...]
) -> Met:
    """All that an update begins with, in one query.

    The person's row is held until the transaction ends, so that two updates of one person are
    never worked on at once, by whichever process.
    """
    row = session.execute(_MEET, {"telegram_id": telegram_id, "update_id": update_id}).first()
    if row is None:
        done = session.execute(_DONE, {"update_id": update_id}).first() is not None
        return Met(None, None, done)
    *found, form, done_id = row
    return Met(_actor(found, telegram_id, now, admins), form, done_id is not None)


def _actor(
    row: Sequence[Any], telegram_id: int, now: dt.datetime, admins: tuple[int, ...]
) -> Actor:
    person, seat, unit, bloc, year = row
    return Actor(
        person=person,
        now=now,
        is_admin=telegram_id in admins,
        seat=seat,
        unit=unit,
        bloc=bloc,
        year=year,
    )
