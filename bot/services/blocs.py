"""Blocs and their years: made from a roster, led by units, opened from the year before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.domain import template
from bot.domain.default_template import default_template
from bot.domain.names import clean
from bot.errors import Forbidden, Invalid, NotFound
from bot.models import (
    Bloc,
    BlocKind,
    BlocYear,
    Invitation,
    Person,
    Report,
    ReportState,
    Seat,
    SeatRole,
    Template,
    Unit,
    UnitName,
)
from bot.services import audit, invitations, notices
from bot.services.access import Actor

NAME_LIMIT = 200
SHORT_LIMIT = 40
FIRST_YEAR, LAST_YEAR = 2000, 2100


class RosterRow(Protocol):
    """A unit as :mod:`bot.domain.roster` reads it; ``role``: leader, deputy or nothing."""

    @property
    def name(self) -> str: ...
    @property
    def short_name(self) -> str: ...
    @property
    def staff(self) -> int | None: ...
    @property
    def role(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Invite:
    """A new invitation with its secret, which nobody can read again."""

    unit: Unit
    role: SeatRole
    secret: str


@dataclass(frozen=True, slots=True)
class Created:
    """A new bloc with its first year, its units in the roster's order, and their invitations."""

    bloc: Bloc
    year: BlocYear
    units: tuple[Unit, ...]
    invites: tuple[Invite, ...]


def add_unit(
    session: Session, bloc_id: int, name: str, short_name: str, staff: int | None, now: dt.datetime
) -> Unit:
    """A unit under its first name. Flushed, so that it has its id."""
    unit = Unit(bloc_id=bloc_id, name=name, short_name=short_name, staff=staff, joined_at=now)
    session.add(unit)
    session.flush()
    session.add(UnitName(unit_id=unit.id or 0, name=name, short_name=short_name, since=now))
    return unit


def create(
    session: Session,
    *,
    name: str,
    year: int,
    kind: BlocKind,
    province: str | None,
    timezone: str,
    language: str,
    rows: Sequence[RosterRow],
    now: dt.datetime,
    created_by: int | None = None,
) -> Created:
    """A bloc with its first year, its units, the default template and two invitations a unit.

    Raises Invalid for a name or a year that can't be; the roster has been checked by its reader.
    """
    name = clean(name, NAME_LIMIT)
    if not name:
        raise Invalid("bloc_name_empty")
    _check_year(year)
    bloc = Bloc(
        name=name,
        kind=kind,
        province=clean(province, 100) if province else None,
        timezone=timezone,
        language=language,
        year=year,
        created_at=now,
    )
    session.add(bloc)
    session.flush()
    bloc_id = bloc.id or 0
    opened = BlocYear(bloc_id=bloc_id, year=year, opened_at=now)
    session.add(opened)
    session.flush()
    audit.append(
        session, bloc_id, "bloc.created", now, person_id=created_by, year=year, units=len(rows)
    )
    units: list[Unit] = []
    invites: list[Invite] = []
    for row in rows:
        unit = add_unit(session, bloc_id, row.name, row.short_name, row.staff, now)
        units.append(unit)
        if row.role == "leader":
            opened.leader_unit_id = unit.id
        elif row.role == "deputy":
            opened.deputy_unit_id = unit.id
        for role in (SeatRole.SIGNATORY, SeatRole.REPRESENTATIVE):
            _, secret = invitations.create(
                session, bloc_id=bloc_id, unit_id=unit.id, role=role, created_by=created_by, now=now
            )
            invites.append(Invite(unit, role, secret))
    session.add(opened)
    session.add(
        Template(
            bloc_year_id=opened.id or 0,
            version=1,
            spec=template.to_json(default_template()),
            created_by=created_by,
            created_at=now,
        )
    )
    session.flush()
    return Created(bloc, opened, tuple(units), tuple(invites))


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid("year_impossible", first=FIRST_YEAR, last=LAST_YEAR)


def open_year(
    session: Session, bloc_id: int, year: int, now: dt.datetime, *, opened_by: int | None = None
) -> BlocYear:
    """Open a year from the last one's settings, and make it the present one.

    Template, due day, review days, leader and deputy are kept. Raises NotFound(``bloc_unknown``),
    Invalid(``year_exists``), Invalid(``year_impossible``), Invalid(``year_past``).
    """
    bloc = _locked(session, bloc_id)
    _check_year(year)
    years = session.exec(
        select(BlocYear).where(col(BlocYear.bloc_id) == bloc_id).order_by(col(BlocYear.year))
    ).all()
    if any(one.year == year for one in years):
        raise Invalid("year_exists", year=year)
    last = years[-1]
    if year < last.year:
        raise Invalid("year_past", year=year, last=last.year)
    opened = BlocYear(
        bloc_id=bloc_id,
        year=year,
        leader_unit_id=last.leader_unit_id,
        deputy_unit_id=last.deputy_unit_id,
        due_day=last.due_day,
        review_days=last.review_days,
        opened_at=now,
    )
    session.add(opened)
    session.flush()
    kept = session.exec(
        select(Template).where(
            col(Template.bloc_year_id) == last.id,
            col(Template.version) == last.template_version,
        )
    ).one()
    session.add(
        Template(
            bloc_year_id=opened.id or 0,
            version=1,
            spec=dict(kept.spec),
            created_by=opened_by,
            created_at=now,
        )
    )
    bloc.year = year
    session.add(bloc)
    audit.append(session, bloc_id, "year.opened", now, person_id=opened_by, year=year)
    return opened


def _locked(session: Session, bloc_id: int) -> Bloc:
    bloc = session.exec(
        select(Bloc)
        .where(col(Bloc.id) == bloc_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if bloc is None:
        raise NotFound("bloc_unknown")
    return bloc


def appoint(session: Session, actor: Actor, unit_id: int, office: str) -> Unit:
    """Make a unit the leader or the deputy (``office``) of its bloc's present year.

    Administrators only. A unit holds one office: who becomes the other one leaves the first
    empty. The people of the units concerned are told.
    """
    actor.require_admin()
    if office not in ("leader", "deputy"):
        raise Forbidden
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("unit_unknown")
    if unit.closed_at is not None:
        raise Invalid("unit_closed", unit=unit.name)
    bloc = _locked(session, unit.bloc_id)
    year = session.exec(
        select(BlocYear)
        .where(col(BlocYear.bloc_id) == bloc.id, col(BlocYear.year) == bloc.year)
        .execution_options(populate_existing=True)
    ).one()
    before = year.leader_unit_id if office == "leader" else year.deputy_unit_id
    if before == unit_id:
        return unit
    if office == "leader":
        year.leader_unit_id = unit_id
        year.deputy_unit_id = None if year.deputy_unit_id == unit_id else year.deputy_unit_id
    else:
        year.deputy_unit_id = unit_id
        year.leader_unit_id = None if year.leader_unit_id == unit_id else year.leader_unit_id
    session.add(year)
    entry = audit.append(
        session,
        bloc.id or 0,
        "unit.appointed",
        actor.now,
        person_id=actor.person.id,
        unit=unit_id,
        office=office,
        before=before,
        year=year.year,
    )
    concerned = [unit_id] if before is None else [unit_id, before]
    notices.tell(
        session,
        notices.people_of_units(session, concerned),
        "appointed",
        ids={"unit": unit_id, "office": office, "year": year.year},
        key=f"appointed:{bloc.id}:{entry.seq}",
        now=actor.now,
    )
    return unit


# --- For the command line and the administrator --------------------------------------------------


@dataclass(frozen=True, slots=True)
class BlocLine:
    """A bloc in a list: how many units (not closed) and people it has now."""

    bloc: Bloc
    units: int
    people: int


def overview(session: Session) -> list[BlocLine]:
    """Every bloc, oldest first."""
    units = (
        select(col(Unit.bloc_id), func.count().label("n"))
        .where(col(Unit.closed_at).is_(None))
        .group_by(col(Unit.bloc_id))
        .subquery()
    )
    people = (
        select(col(Seat.bloc_id), func.count(func.distinct(col(Seat.person_id))).label("n"))
        .where(col(Seat.until).is_(None))
        .group_by(col(Seat.bloc_id))
        .subquery()
    )
    rows = session.exec(
        select(Bloc, func.coalesce(units.c.n, 0), func.coalesce(people.c.n, 0))
        .outerjoin(units, units.c.bloc_id == col(Bloc.id))
        .outerjoin(people, people.c.bloc_id == col(Bloc.id))
        .order_by(col(Bloc.id))
    )
    return [BlocLine(bloc, count, persons) for bloc, count, persons in rows]


def administered(session: Session, actor: Actor) -> list[BlocLine]:
    """Every bloc, for whoever runs the bot."""
    actor.require_admin()
    return overview(session)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit with its office this year, its people, and its invitations that still work."""

    unit: Unit
    office: str | None
    people: int
    signatories: int
    blocked: int
    open_invitations: int


@dataclass(frozen=True, slots=True)
class BlocShown:
    """A bloc as a whole. ``reports`` counts the present year's by state; ``years`` are all."""

    bloc: Bloc
    year: BlocYear
    years: tuple[int, ...]
    units: tuple[UnitLine, ...]
    observers: int
    reports: dict[str, int]


def office_of(year: BlocYear, unit_id: int | None) -> str | None:
    """``leader``, ``deputy`` or None."""
    if unit_id is None:
        return None
    if unit_id == year.leader_unit_id:
        return "leader"
    return "deputy" if unit_id == year.deputy_unit_id else None


def show(session: Session, bloc_id: int, now: dt.datetime) -> BlocShown:
    """A bloc with its units, closed ones too. Raises NotFound(``bloc_unknown``)."""
    bloc = session.get(Bloc, bloc_id)
    if bloc is None:
        raise NotFound("bloc_unknown")
    years = session.exec(
        select(BlocYear).where(col(BlocYear.bloc_id) == bloc_id).order_by(col(BlocYear.year))
    ).all()
    year = next(one for one in years if one.year == bloc.year)
    people: dict[int | None, list[tuple[SeatRole, bool]]] = {}
    for unit_id, role, blocked in session.exec(
        select(col(Seat.unit_id), col(Seat.role), col(Person.blocked_at))
        .join(Person, col(Person.id) == col(Seat.person_id))
        .where(col(Seat.bloc_id) == bloc_id, col(Seat.until).is_(None))
    ):
        people.setdefault(unit_id, []).append((role, blocked is not None))
    invited = dict(
        session.exec(
            select(col(Invitation.unit_id), func.count())
            .where(
                col(Invitation.bloc_id) == bloc_id,
                col(Invitation.used_at).is_(None),
                col(Invitation.revoked_at).is_(None),
                col(Invitation.expires_at) > now,
            )
            .group_by(col(Invitation.unit_id))
        ).all()
    )
    reports: dict[ReportState, int] = dict(
        session.exec(
            select(col(Report.state), func.count())
            .where(col(Report.bloc_year_id) == year.id)
            .group_by(col(Report.state))
        ).all()
    )
    units = session.exec(
        select(Unit).where(col(Unit.bloc_id) == bloc_id).order_by(col(Unit.id))
    ).all()
    return BlocShown(
        bloc=bloc,
        year=year,
        years=tuple(one.year for one in years),
        units=tuple(
            UnitLine(
                unit=unit,
                office=office_of(year, unit.id),
                people=len(people.get(unit.id, [])),
                signatories=sum(r is SeatRole.SIGNATORY for r, _ in people.get(unit.id, [])),
                blocked=sum(blocked for _, blocked in people.get(unit.id, [])),
                open_invitations=invited.get(unit.id, 0),
            )
            for unit in units
        ),
        observers=len(people.get(None, [])),
        reports={state.value: count for state, count in reports.items()},
    )
