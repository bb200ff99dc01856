"""Adopting the bloc's texts: the pact is signed, the regulation and the plan are approved.

One signature a unit and version, by the unit's signatory. A new version asks for new ones; the
old ones stay with theirs. A version is complete when every open unit has adopted it: a unit that
joins later owes, and takes nothing from the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.errors import NotFound
from bot.models import (
    Adoption,
    Bloc,
    BlocText,
    BlocYear,
    Seat,
    TextKind,
    TextVersion,
    Unit,
)
from bot.services import audit, commitments, document_jobs, notices
from bot.services.access import Actor
from bot.services.commitments import Commitment
from bot.services.texts import adopted_by, open_units

#: The signed pact comes as a file that tells the same; only where it doesn't within this time
#: are people told without it.
FILE_PATIENCE = dt.timedelta(minutes=10)
#: In which order texts are shown.
ORDER = (TextKind.PACT, TextKind.REGULATION, TextKind.PLAN)


@dataclass(frozen=True, slots=True)
class Text:
    """A version of a text, with the text that it is of. ``in_force``: no newer one is published."""

    text: BlocText
    version: TextVersion

    @property
    def id(self) -> int:
        """The version's id."""
        return self.version.id or 0

    @property
    def kind(self) -> TextKind:
        """Pact, regulation or plan."""
        return self.text.kind

    @property
    def in_force(self) -> bool:
        """Whether this is the version that units adopt."""
        return self.text.version == self.version.version


@dataclass(frozen=True, slots=True)
class Line:
    """A published text on a unit's screen.

    ``adopted`` is the unit's own standing adoption of it, ``before`` its last one of an earlier
    version. ``signed`` of ``units`` open units have adopted it.
    """

    text: Text
    adopted: Adoption | None
    before: Adoption | None
    signed: int
    units: int

    @property
    def complete(self) -> bool:
        """Whether every unit that is open now has adopted it."""
        return self.signed == self.units > 0


@dataclass(frozen=True, slots=True)
class Home:
    """What ``/pact`` shows; ``commitment`` is None for an observer."""

    year: BlocYear
    lines: Sequence[Line]
    commitment: Commitment | None


# --- Reading ----------------------------------------------------------------------------------


def in_force(session: Session, year_id: int | None) -> list[Text]:
    """The published versions in force of a bloc-year, in the order in which they are shown."""
    rows = session.exec(
        select(BlocText, TextVersion)
        .join(
            TextVersion,
            (col(TextVersion.text_id) == col(BlocText.id))
            & (col(TextVersion.version) == col(BlocText.version)),
        )
        .where(col(BlocText.bloc_year_id) == year_id)
    )
    found = [Text(text, version) for text, version in rows]
    return sorted(found, key=lambda one: ORDER.index(one.kind))


def find(session: Session, actor: Actor, version_id: int) -> Text:
    """A published version in the actor's bloc, an old one too. NotFound(``text_unknown``)."""
    row = session.exec(
        select(BlocText, TextVersion)
        .join(TextVersion, col(TextVersion.text_id) == col(BlocText.id))
        .join(BlocYear, col(BlocYear.id) == col(BlocText.bloc_year_id))
        .where(col(TextVersion.id) == version_id, col(BlocYear.bloc_id) == actor.here.bloc.id)
    ).first()
    if row is None:
        raise NotFound("text_unknown")
    return Text(*row)


def home(session: Session, actor: Actor) -> Home:
    """Every published text of the year with how it stands. A constant number of queries."""
    year = actor.here.year
    texts = in_force(session, year.id)
    ids = [one.id for one in texts]
    counts = _counts(session, actor.here.bloc, ids)
    units = session.scalar(open_units(actor.here.bloc.id)) or 0
    mine = _mine(session, actor, texts)
    lines = []
    for one in texts:
        own = [found for version, found in mine if version.text_id == one.text.id]
        earlier = [found for found in own if found.version_id != one.id]
        lines.append(
            Line(
                text=one,
                adopted=next((found for found in own if found.version_id == one.id), None),
                before=earlier[-1] if earlier else None,
                signed=counts.get(one.id, 0),
                units=units,
            )
        )
    return Home(year, lines, commitments.own(session, actor) if actor.unit is not None else None)


def _counts(session: Session, bloc: Bloc, version_ids: Sequence[int]) -> dict[int, int]:
    """How many open units have adopted each of these versions."""
    rows = session.execute(adopted_by(bloc.id).where(col(Adoption.version_id).in_(version_ids)))
    return {row[0]: row[1] for row in rows}


def _mine(
    session: Session, actor: Actor, texts: Sequence[Text]
) -> Sequence[tuple[TextVersion, Adoption]]:
    """The unit's standing adoptions of any version of these texts, the oldest first."""
    if actor.unit is None or not texts:
        return []
    return session.exec(
        select(TextVersion, Adoption)
        .join(Adoption, col(Adoption.version_id) == col(TextVersion.id))
        .where(
            col(TextVersion.text_id).in_([one.text.id for one in texts]),
            col(Adoption.unit_id) == actor.unit.id,
            col(Adoption.withdrawn_at).is_(None),
        )
        .order_by(col(TextVersion.version))
    ).all()


def owed(session: Session, actor: Actor) -> list[Text]:
    """What is published and the actor's unit hasn't adopted yet."""
    if actor.unit is None or actor.unit.closed_at is not None:
        return []
    adopted = col(Adoption.id).is_(None)
    rows = session.exec(
        select(BlocText, TextVersion)
        .join(
            TextVersion,
            (col(TextVersion.text_id) == col(BlocText.id))
            & (col(TextVersion.version) == col(BlocText.version)),
        )
        .outerjoin(
            Adoption,
            (col(Adoption.version_id) == col(TextVersion.id))
            & (col(Adoption.unit_id) == actor.unit.id)
            & col(Adoption.withdrawn_at).is_(None),
        )
        .where(col(BlocText.bloc_year_id) == actor.here.year.id, adopted)
    )
    found = [Text(text, version) for text, version in rows]
    return sorted(found, key=lambda one: ORDER.index(one.kind))


def standing(session: Session, version_id: int, unit_id: int | None) -> Adoption | None:
    """The unit's adoption of a version that stands, or None."""
    return session.exec(
        select(Adoption).where(
            col(Adoption.version_id) == version_id,
            col(Adoption.unit_id) == unit_id,
            col(Adoption.withdrawn_at).is_(None),
        )
    ).first()


# --- Complete ---------------------------------------------------------------------------------


def signer_hash(adoption: Adoption) -> str:
    """Seals names, post and moment of a signature, of which the audit chain holds no names."""
    return commitments.sha256(
        {
            "unit": adoption.unit_name,
            "person": adoption.person_name,
            "post": adoption.post,
            "at": adoption.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        }
    )


def settle(session: Session, bloc: Bloc, found: Text, now: dt.datetime) -> bool:
    """Note that the last unit has adopted a version, and tell the whole bloc, each person once.

    The bloc is locked by the caller. A version that is complete stays so; whoever has come since
    is told when their own unit has adopted it.
    """
    owing = session.exec(
        select(Unit.id)
        .outerjoin(
            Adoption,
            (col(Adoption.unit_id) == col(Unit.id))
            & (col(Adoption.version_id) == found.id)
            & col(Adoption.withdrawn_at).is_(None),
        )
        .where(
            col(Unit.bloc_id) == bloc.id,
            col(Unit.closed_at).is_(None),
            col(Adoption.id).is_(None),
        )
        .limit(1)
    ).first()
    if owing is not None:
        return False
    if found.version.complete_at is None:
        found.version.complete_at = now
        session.add(found.version)
        audit.append(
            session,
            bloc.id or 0,
            "text_complete",
            now,
            text=found.kind.value,
            version=found.version.version,
            version_id=found.id,
            sha256=found.version.sha256,
        )
    people = session.exec(
        select(Seat.person_id)
        .where(col(Seat.bloc_id) == bloc.id, col(Seat.until).is_(None))
        .distinct()
    ).all()
    notices.tell(
        session,
        sorted(people),
        "pact_complete",
        ids={"version": found.id},
        key=f"pact_complete:{found.id}",
        now=now,
        after=FILE_PATIENCE if found.kind is TextKind.PACT else dt.timedelta(0),
    )
    document_jobs.pact_complete(session, found.id, now)
    return True


def unit_left(session: Session, bloc: Bloc, year_id: int | None, now: dt.datetime) -> None:
    """A unit was closed or merged: what only it still owed may be complete now."""
    session.flush()
    for found in in_force(session, year_id):
        if found.version.complete_at is None:
            settle(session, bloc, found, now)
