"""Who has adopted a text and who owes it; reminding by hand those who owe, and nobody else.

Everybody of the bloc sees who has signed; leader, deputy and observers see the people of the
units that owe; leader and deputy remind them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.domain.template import TemplateSpec
from bot.errors import Invalid, NotFound, Superseded
from bot.models import (
    Adoption,
    Bloc,
    BlocText,
    BlocYear,
    OutMessage,
    Person,
    Seat,
    SeatRole,
    TextVersion,
    Unit,
)
from bot.services import adoptions, audit, document_jobs, notices, units
from bot.services.access import Actor
from bot.services.adoptions import Text
from bot.services.figures import template_of

#: Nobody is reminded of the same version by hand more often than that.
NUDGE_PAUSE: Final = dt.timedelta(hours=12)
#: The kind of such a reminder in the outbox.
NUDGE: Final = "nudge_pact"


@dataclass(frozen=True, slots=True)
class UnitLine:
    """How an open unit stands towards a version.

    ``adopted`` is its standing adoption or None. ``people`` are only given to whoever may remind
    or read everything. ``nudged_at``: when they were reminded by hand within the last pause.
    """

    unit_id: int
    unit: str
    adopted: Adoption | None
    people: tuple[units.Sitting, ...]
    nudged_at: dt.datetime | None

    @property
    def reachable(self) -> tuple[units.Sitting, ...]:
        """Those of its people who hear the bot."""
        return tuple(one for one in self.people if not one.blocked)


@dataclass(frozen=True, slots=True)
class Board:
    """Who has adopted a version. ``past`` are signatures of units that are closed now.

    ``reads``: the people of units are shown. ``may_nudge``: leader or deputy.
    """

    text: Text
    lines: Sequence[UnitLine]
    past: Sequence[Adoption]
    zone: ZoneInfo
    reads: bool
    may_nudge: bool
    own_unit_id: int | None

    @property
    def owing(self) -> list[UnitLine]:
        """The units that have not adopted it."""
        return [line for line in self.lines if line.adopted is None]

    @property
    def signed(self) -> list[UnitLine]:
        """The units that have, in the order in which they did."""
        done = [(line.adopted.id or 0, line) for line in self.lines if line.adopted is not None]
        return [line for _, line in sorted(done, key=lambda one: one[0])]

    @property
    def complete(self) -> bool:
        """Whether every unit that is open now has adopted it."""
        return bool(self.lines) and not self.owing


def board(session: Session, actor: Actor, version_id: int) -> Board:
    """How every unit stands towards a version, for everybody of the bloc.

    Raises NotFound(``text_unknown``). The number of queries is constant.
    """
    found = adoptions.find(session, actor, version_id)
    listed = units.listing(session, actor).units
    standing = {
        one.unit_id: one
        for one in session.exec(
            select(Adoption)
            .where(col(Adoption.version_id) == version_id, col(Adoption.withdrawn_at).is_(None))
            .order_by(col(Adoption.id))
        )
    }
    reads = actor.is_reviewer or actor.is_observer
    owing = [one for one in listed if one.unit.id not in standing] if reads else []
    nudged = _nudged(
        session, actor, version_id, [p.person.id or 0 for o in owing for p in o.people]
    )
    opened = {one.unit.id for one in listed}
    return Board(
        text=found,
        lines=[
            UnitLine(
                unit_id=one.unit.id or 0,
                unit=one.unit.short_name,
                adopted=standing.get(one.unit.id or 0),
                people=one.people if reads else (),
                nudged_at=nudged.get(one.unit.id or 0),
            )
            for one in listed
        ],
        past=[one for unit_id, one in standing.items() if unit_id not in opened],
        zone=actor.zone,
        reads=reads,
        may_nudge=actor.is_reviewer and found.in_force and _this_year(actor, found),
        own_unit_id=actor.unit.id if actor.unit else None,
    )


def _this_year(actor: Actor, found: Text) -> bool:
    return found.text.bloc_year_id == actor.here.year.id


def _nudged(
    session: Session, actor: Actor, version_id: int, person_ids: Sequence[int]
) -> dict[int, dt.datetime]:
    """When each unit was last reminded by hand of this version, within the pause."""
    if not person_ids:
        return {}
    rows = session.exec(
        select(OutMessage)
        .where(
            col(OutMessage.person_id).in_(person_ids),
            col(OutMessage.kind) == NUDGE,
            col(OutMessage.created_at) > actor.now - NUDGE_PAUSE,
        )
        .order_by(col(OutMessage.created_at))
    )
    return {
        int(str(row.ids["unit"])): row.created_at
        for row in rows
        if row.ids["version"] == version_id
    }


@dataclass(frozen=True, slots=True)
class Signed:
    """A unit's standing adoption; ``template`` words the targets that it was given with."""

    text: Text
    adoption: Adoption
    template: TemplateSpec | None
    zone: ZoneInfo


def signature(session: Session, actor: Actor, version_id: int, unit_id: int) -> Signed:
    """A unit's standing adoption of a version, for everybody of the bloc.

    NotFound(``text_unknown``, ``adoption_none``).
    """
    found = adoptions.find(session, actor, version_id)
    adoption = adoptions.standing(session, found.id, unit_id)
    if adoption is None:
        raise NotFound("adoption_none")
    version = adoption.commitment.get("template")
    return Signed(
        found,
        adoption,
        template_of(session, found.text.bloc_year_id, version)
        if isinstance(version, int)
        else None,
        actor.zone,
    )


# --- Reminding by hand ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom a reminder would reach: ``lines`` are units with somebody to reach.

    ``waiting`` were reminded lately (the last time at ``last``); ``silent`` have nobody who
    hears the bot; at those ``alone`` only the one who asks does. ``people`` counts persons, each
    once.
    """

    board: Board
    lines: Sequence[UnitLine]
    waiting: Sequence[UnitLine]
    silent: Sequence[UnitLine]
    alone: Sequence[UnitLine]
    people: int
    last: dt.datetime | None
    again_at: dt.datetime | None


def plan(session: Session, actor: Actor, version_id: int, unit_id: int | None = None) -> Plan:
    """Whom a reminder of this version would reach: all who owe, or one unit's people."""
    actor.require_reviewer()
    found = board(session, actor, version_id)
    if not found.may_nudge:
        raise Superseded(
            "pact_year_over" if found.text.in_force else "text_old", kind=found.text.kind
        )
    owing = [line for line in found.owing if unit_id in (None, line.unit_id)]
    if unit_id is not None and not any(line.unit_id == unit_id for line in found.lines):
        raise NotFound("unit_unknown")
    waiting = [line for line in owing if line.nudged_at is not None]
    rest = [line for line in owing if line.nudged_at is None]
    lines = [line for line in rest if _reached(line, actor)]
    moments = [line.nudged_at for line in waiting if line.nudged_at is not None]
    return Plan(
        board=found,
        lines=lines,
        waiting=waiting,
        silent=[line for line in rest if not line.reachable],
        alone=[line for line in rest if line.reachable and not _reached(line, actor)],
        people=len({person for line in lines for person in _reached(line, actor)}),
        last=max(moments, default=None),
        again_at=min(moments) + NUDGE_PAUSE if moments else None,
    )


def _reached(line: UnitLine, actor: Actor) -> list[int]:
    """Those whom it reaches: who hears the bot, and isn't the one who asks."""
    return [one.person.id or 0 for one in line.reachable if one.person.id != actor.person.id]


def nudge(session: Session, actor: Actor, version_id: int, unit_id: int | None = None) -> Plan:
    """Remind those who owe their signature under this version; gives whom it reaches.

    Nobody twice within the pause. Raises Superseded(``nudged_lately`` with ``last`` and
    ``again``, ``all_adopted``) or Invalid(``nobody_to_reach``) where there is nobody to tell.
    """
    actor.require_reviewer()
    place = actor.here
    # Two who press at once: one after the other, and the second finds the first's reminders.
    session.exec(select(BlocYear.id).where(col(BlocYear.id) == place.year.id).with_for_update())
    found = plan(session, actor, version_id, unit_id)
    if not found.lines:
        if found.waiting:
            raise Superseded(
                "nudged_lately", last=found.last, again=found.again_at, zone=actor.zone
            )
        if found.silent or found.alone:
            raise Invalid("nobody_to_reach")
        raise Superseded("all_adopted", kind=found.board.text.kind)
    stamp = int(actor.now.timestamp())
    for line in found.lines:
        notices.tell(
            session,
            _reached(line, actor),
            NUDGE,
            ids={"unit": line.unit_id, "version": version_id, "by": actor.my_unit().id},
            key=f"nudge_pact:{version_id}:{line.unit_id}:{stamp}",
            now=actor.now,
            priority=2,
        )
    audit.append(
        session,
        place.bloc.id or 0,
        "text_nudged",
        actor.now,
        person_id=actor.person.id,
        text=found.board.text.kind.value,
        version_id=version_id,
        units=[line.unit_id for line in found.lines],
        people=found.people,
    )
    return found


# --- What messages say when they are worded ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class News:
    """A version that a message is about. ``unit`` is the recipient's own, ``by`` who asks."""

    text: Text
    bloc: Bloc
    year: BlocYear
    unit: str = ""
    by: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The bloc's zone."""
        return ZoneInfo(self.bloc.timezone)


def _about(session: Session, version_id: int) -> News | None:
    row = session.exec(
        select(BlocText, BlocYear, Bloc)
        .join(TextVersion, col(TextVersion.text_id) == col(BlocText.id))
        .join(BlocYear, col(BlocYear.id) == col(BlocText.bloc_year_id))
        .join(Bloc, col(Bloc.id) == col(BlocYear.bloc_id))
        .where(col(TextVersion.id) == version_id)
    ).first()
    if row is None:
        return None
    text, year, bloc = row
    return News(Text(text, session.get_one(TextVersion, version_id)), bloc, year)


def still_owed(session: Session, person: Person, ids: Mapping[str, Any]) -> News | None:
    """What a reminder or a request to sign says now; None when it is done or has become pointless.

    ``ids``: version, unit, by (the unit, or the person, that asks).
    """
    unit_id = int(ids["unit"])
    found = _about(session, int(ids["version"]))
    unit = session.get(Unit, unit_id)
    if found is None or unit is None or unit.closed_at is not None:
        return None
    if not found.text.in_force or found.bloc.year != found.year.year:
        return None
    if not notices.sits(session, person, unit_id=unit_id):
        return None
    if adoptions.standing(session, found.text.id, unit_id) is not None:
        return None
    return News(found.text, found.bloc, found.year, unit.short_name)


def reminder(session: Session, person: Person, ids: Mapping[str, Any]) -> News | None:
    """A reminder by hand, with the unit that asks for the signature."""
    found = still_owed(session, person, ids)
    by = session.get(Unit, int(ids["by"])) if found else None
    return (
        News(found.text, found.bloc, found.year, found.unit, by.short_name)
        if found and by
        else None
    )


def prepared(session: Session, person: Person, ids: Mapping[str, Any]) -> News | None:
    """A colleague's request to sign, to somebody who still signs for the unit."""
    found = still_owed(session, person, ids)
    if found is None:
        return None
    signs = session.exec(
        select(Seat.id)
        .where(
            col(Seat.person_id) == person.id,
            col(Seat.unit_id) == int(ids["unit"]),
            col(Seat.role) == SeatRole.SIGNATORY,
            col(Seat.until).is_(None),
        )
        .limit(1)
    ).first()
    by = session.get(Person, int(ids["by"]))
    if signs is None or by is None:
        return None
    return News(found.text, found.bloc, found.year, found.unit, by.name)


def completed(session: Session, person: Person, ids: Mapping[str, Any]) -> News | None:
    """That all have adopted a version, for whoever still belongs to the bloc.

    None for whom the signed pact itself is on its way: it tells the same.
    """
    found = _about(session, int(ids["version"]))
    if found is None or not notices.sits(session, person, bloc_id=found.bloc.id):
        return None
    comes = session.exec(
        select(OutMessage.id).where(
            col(OutMessage.dedupe_key) == f"{document_jobs.SIGNED}:{found.text.id}:{person.id}"
        )
    ).first()
    return found if comes is None else None


def taken_back(
    session: Session, person: Person, ids: Mapping[str, Any]
) -> tuple[News, Adoption] | None:
    """A withdrawn signature, for whoever still belongs to the bloc; None once it is given anew."""
    adoption = session.get_one(Adoption, int(ids["adoption"]))
    found = _about(session, adoption.version_id)
    if found is None or not notices.sits(session, person, bloc_id=found.bloc.id):
        return None
    if adoptions.standing(session, adoption.version_id, adoption.unit_id) is not None:
        return None
    return found, adoption
