"""Signing and approving: what is prepared, the last tap, taking it back.

Every representative prepares; only the unit's signatory signs, and withdraws as long as not all
units have signed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from bot.domain.names import clean
from bot.errors import Forbidden, Invalid, Superseded
from bot.models import (
    Adoption,
    Bloc,
    BlocText,
    OutMessage,
    Person,
    Seat,
    SeatRole,
    TextKind,
    TextVersion,
    Unit,
)
from bot.services import audit, commitments, notices
from bot.services.access import Actor
from bot.services.adoptions import Text, find, settle, signer_hash, standing
from bot.services.commitments import Commitment

NAME_LIMIT = 100
POST_LIMIT = 100
REASON_LIMIT = 500
#: A representative asks the signatory no more often than that.
ASK_PAUSE = dt.timedelta(hours=12)
#: The kind of that message in the outbox.
READY = "pact_ready"


@dataclass(frozen=True, slots=True)
class Signing:
    """What a unit is about to adopt, with all that its screens show.

    ``commitment`` only under a pact. ``name`` and ``post`` are proposed from the person's name
    and their last signature. ``language`` is the bloc's, in which the signed document is written.
    """

    text: Text
    unit: Unit
    commitment: Commitment | None
    name: str
    post: str
    language: str


# --- Before the last tap ----------------------------------------------------------------------


def prepare(session: Session, actor: Actor, version_id: int) -> Signing:
    """What is needed to adopt a version, up to the last tap: for every representative.

    Raises NotFound, Superseded(``version_replaced``, ``pact_year_over``, ``adopted_already``) and
    Invalid(``pact_incomplete`` with ``missing``) as :func:`adopt` would.
    """
    unit = actor.my_unit()
    found = find(session, actor, version_id)
    _require_current(session, actor, found)
    _require_open(session, actor, found, unit)
    name, post = _proposed(session, actor)
    language = actor.here.bloc.language
    return Signing(found, unit, _committed(session, actor, found), name, post, language)


def _require_current(session: Session, actor: Actor, found: Text) -> None:
    if found.text.bloc_year_id != actor.here.year.id:
        raise Superseded("pact_year_over", kind=found.kind)
    if not found.in_force:
        newer = session.exec(
            select(TextVersion).where(
                col(TextVersion.text_id) == found.text.id,
                col(TextVersion.version) == found.text.version,
            )
        ).one()
        raise Superseded(
            "version_replaced",
            kind=found.kind,
            old=found.version.version,
            new=newer.version,
            at=newer.published_at,
            zone=actor.zone,
        )


def _require_open(session: Session, actor: Actor, found: Text, unit: Unit) -> None:
    there = standing(session, found.id, unit.id)
    if there is not None:
        raise Superseded(
            "adopted_already",
            kind=found.kind,
            version=found.version.version,
            person=there.person_name,
            at=there.at,
            zone=actor.zone,
            mine=there.person_id == actor.person.id,
        )


def _committed(session: Session, actor: Actor, found: Text) -> Commitment | None:
    """The unit's commitment for a pact, complete; None for other texts."""
    if found.kind is not TextKind.PACT:
        return None
    commitment = commitments.own(session, actor)
    if commitment.missing:
        raise Invalid("pact_incomplete", missing=commitment.missing)
    return commitment


def _proposed(session: Session, actor: Actor) -> tuple[str, str]:
    """The name and post of this person's last signature for this unit, else their name alone."""
    last = session.exec(
        select(Adoption)
        .where(
            col(Adoption.person_id) == actor.person.id,
            col(Adoption.unit_id) == actor.my_unit().id,
        )
        .order_by(col(Adoption.id).desc())
        .limit(1)
    ).first()
    if last is None:
        name = clean(actor.person.name, NAME_LIMIT, cut=True)
        return name if _has_letters(name) else "", ""
    return last.person_name, last.post


def _has_letters(text: str) -> bool:
    """Whether something can stand under a document: pictures and dots alone can't."""
    return any(letter.isalpha() for letter in text)


def tidy_name(text: str) -> str:
    """A typed name as it is kept. Raises Invalid for one without letters or too long."""
    name = clean(text, NAME_LIMIT)
    if not _has_letters(name):
        raise Invalid("signer_name_empty")
    return name


def tidy_post(text: str) -> str:
    """A typed post as it is kept. Raises Invalid for one without letters or too long."""
    post = clean(text, POST_LIMIT)
    if not _has_letters(post):
        raise Invalid("signer_post_empty")
    return post


def tell_signatory(session: Session, actor: Actor, version_id: int) -> list[str]:
    """Ask the unit's signatories to sign what is prepared; gives the names of those reached.

    Once a version within ``ASK_PAUSE``, whoever asks. Raises Invalid(``no_signatory``) where the
    unit has none who hears the bot, Superseded(``signatory_asked``), and what :func:`prepare`
    raises.
    """
    prepared = prepare(session, actor, version_id)
    found, unit = prepared.text, prepared.unit
    # Two who ask at once: the second finds the first's message.
    session.exec(select(Unit.id).where(col(Unit.id) == unit.id).with_for_update(key_share=True))
    people = session.exec(
        select(Person)
        .join(Seat, col(Seat.person_id) == col(Person.id))
        .where(
            col(Seat.unit_id) == unit.id,
            col(Seat.until).is_(None),
            col(Seat.role) == SeatRole.SIGNATORY,
            col(Person.blocked_at).is_(None),
            col(Person.id) != actor.person.id,
        )
        .order_by(col(Person.id))
    ).all()
    if not people:
        raise Invalid("no_signatory", unit=unit.name)
    asked = session.exec(
        select(OutMessage)
        .where(
            col(OutMessage.person_id).in_([one.id for one in people]),
            col(OutMessage.kind) == READY,
            col(OutMessage.created_at) > actor.now - ASK_PAUSE,
        )
        .order_by(col(OutMessage.id))
    )
    times = [row.created_at for row in asked if row.ids.get("version") == found.id]
    if times:
        raise Superseded("signatory_asked", at=times[-1], zone=actor.zone)
    notices.tell(
        session,
        [one.id or 0 for one in people],
        READY,
        ids={"version": found.id, "unit": unit.id, "by": actor.person.id},
        key=f"ready:{found.id}:{unit.id}:{int(actor.now.timestamp())}",
        now=actor.now,
    )
    return [one.name for one in people]


# --- The last tap -----------------------------------------------------------------------------


def adopt(session: Session, actor: Actor, version_id: int, name: str, post: str) -> Adoption:
    """Adopt a version for the actor's unit, under this name and post.

    The signatory only: Forbidden(``signatories_only``). Raises what :func:`prepare` raises; of
    two who sign at once the second gets Superseded(``adopted_already``).
    """
    unit = _signs(actor)
    name, post = tidy_name(name), tidy_post(post)
    found = _locked(session, actor, version_id)
    _still_signs(session, actor)
    _require_current(session, actor, found)
    _require_open(session, actor, found, unit)
    commitment = _committed(session, actor, found)
    snapshot: dict[str, Any] = commitment.snapshot() if commitment else {}
    adoption = Adoption(
        version_id=found.id,
        unit_id=unit.id or 0,
        unit_name=unit.name,
        person_id=actor.person.id or 0,
        person_name=name,
        post=post,
        at=actor.now,
        commitment=snapshot,
        commitment_hash=commitments.sha256(snapshot) if commitment else "",
    )
    session.add(adoption)
    session.flush()
    audit.append(
        session,
        actor.here.bloc.id or 0,
        "text_adopted",
        actor.now,
        person_id=actor.person.id,
        adoption=adoption.id,
        unit=unit.id,
        text=found.kind.value,
        version=found.version.version,
        version_id=found.id,
        sha256=found.version.sha256,
        commitment=adoption.commitment_hash,
        signer=signer_hash(adoption),
    )
    settle(session, actor.here.bloc, found, actor.now)
    return adoption


def _signs(actor: Actor) -> Unit:
    unit = actor.my_unit()
    if not actor.is_signatory:
        raise Forbidden("signatories_only")
    return unit


def _still_signs(session: Session, actor: Actor) -> None:
    """The seat once more, behind the bloc's lock: it may have been taken away meanwhile."""
    seat = session.exec(
        select(Seat)
        .where(col(Seat.id) == actor.here.seat.id)
        .execution_options(populate_existing=True)
    ).one()
    if seat.until is not None or seat.role is not SeatRole.SIGNATORY:
        raise Forbidden("signatories_only")


def _locked(session: Session, actor: Actor, version_id: int) -> Text:
    """The version as it is now, its text and the bloc held until the transaction ends.

    The text against a new version, the bloc against signatures, closures and targets beside it:
    in this order, which is that of publishing.
    """
    found = find(session, actor, version_id)
    session.exec(
        select(BlocText)
        .where(col(BlocText.id) == found.text.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    session.exec(select(Bloc.id).where(col(Bloc.id) == actor.here.bloc.id).with_for_update()).one()
    session.refresh(found.version)
    return found


def withdraw(session: Session, actor: Actor, version_id: int, why: str) -> Adoption:
    """Take the unit's signature back, with a reason, as long as not all have signed.

    Raises Forbidden(``signatories_only``), Invalid(``withdraw_reason_needed``),
    Superseded(``adoption_gone``, ``text_complete``, ``version_replaced``, ``pact_year_over``).
    """
    unit = _signs(actor)
    why = tidy_reason(why)
    found = _locked(session, actor, version_id)
    _still_signs(session, actor)
    adoption = _withdrawable(session, actor, found, unit)
    adoption.withdrawn_at = actor.now
    adoption.withdrawn_by = actor.person.id
    adoption.withdrawn_why = why
    session.add(adoption)
    audit.append(
        session,
        actor.here.bloc.id or 0,
        "adoption_withdrawn",
        actor.now,
        person_id=actor.person.id,
        adoption=adoption.id,
        unit=unit.id,
        text=found.kind.value,
        version=found.version.version,
        version_id=found.id,
    )
    year = actor.here.year
    leading = [one for one in (year.leader_unit_id, year.deputy_unit_id) if one is not None]
    others = set(notices.people_of_units(session, [*leading, unit.id or 0]))
    notices.tell(
        session,
        sorted(others - {actor.person.id or 0}),
        "adoption_withdrawn",
        ids={"adoption": adoption.id},
        key=f"adoption_withdrawn:{adoption.id}",
        now=actor.now,
    )
    return adoption


def to_withdraw(session: Session, actor: Actor, version_id: int) -> tuple[Text, Adoption]:
    """What the signatory is about to withdraw. Raises as :func:`withdraw` would."""
    unit = _signs(actor)
    found = find(session, actor, version_id)
    return found, _withdrawable(session, actor, found, unit)


def tidy_reason(text: str) -> str:
    """A typed reason as it is kept. Raises Invalid for an empty or too long one."""
    why = clean(text, REASON_LIMIT, newlines=True)
    if not why:
        raise Invalid("withdraw_reason_needed")
    return why


def _withdrawable(session: Session, actor: Actor, found: Text, unit: Unit) -> Adoption:
    _require_current(session, actor, found)
    adoption = standing(session, found.id, unit.id)
    if adoption is None:
        raise Superseded("adoption_gone", kind=found.kind)
    if found.version.complete_at is not None:
        raise Superseded(
            "text_complete", kind=found.kind, at=found.version.complete_at, zone=actor.zone
        )
    return adoption
