"""Invitations: a deep link to a seat, which works once, for a time, until it is revoked.

Only the SHA-256 of the secret is kept. The QR picture is made when it is sent, so its row in the
outbox carries the secret sealed under the process's key (docs/decisions/invitation-links.md).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select, update

from bot.errors import Forbidden, Invalid, NotFound, Superseded
from bot.models import Bloc, BlocYear, Invitation, Person, Seat, SeatRole, Unit
from bot.services import audit, notices
from bot.services.access import Actor

#: How long an invitation can be used unless its maker says otherwise.
DAYS = 30
#: Open invitations that a unit (or a bloc's observers) may have; a lost one is revoked.
MOST_OPEN = 20
#: Where a session carries the key that seals secrets in the outbox; see :class:`Database`.
KEY = "sealing_key"

_BYTES = 24
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")


def hash_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def link(bot_name: str, secret: str) -> str:
    """The deep link that a phone opens; ``bot_name`` without the at sign."""
    return f"https://t.me/{bot_name}?start={secret}"


def create(
    session: Session,
    *,
    bloc_id: int,
    unit_id: int | None,
    role: SeatRole,
    created_by: int | None,
    now: dt.datetime,
    days: int = DAYS,
) -> tuple[Invitation, str]:
    """An invitation to a unit, or to the bloc as observer, and its secret (192 bits).

    For callers who have asked for rights already (see :func:`issue`) or need none.
    """
    if (unit_id is None) != (role is SeatRole.OBSERVER):
        raise ValueError("observers have no unit, everybody else has one")
    secret = base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)).decode()
    invitation = Invitation(
        secret_hash=hash_of(secret),
        bloc_id=bloc_id,
        unit_id=unit_id,
        role=role,
        created_by=created_by,
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    session.add(invitation)
    session.flush()
    audit.append(
        session,
        bloc_id,
        "invitation.created",
        now,
        person_id=created_by,
        invitation=invitation.id,
        unit=unit_id,
        role=role.value,
    )
    return invitation, secret


def may_issue(actor: Actor, bloc_id: int, unit_id: int | None, role: SeatRole) -> bool:
    """Whether the actor may invite: admin everybody; leader and deputy everybody in their bloc;
    a signatory representatives of their own unit."""
    if actor.is_admin:
        return True
    if actor.bloc is None or actor.bloc.id != bloc_id:
        return False
    if actor.is_reviewer:
        return True
    return (
        actor.is_signatory
        and role is SeatRole.REPRESENTATIVE
        and actor.unit is not None
        and actor.unit.id == unit_id
    )


def issue(
    session: Session,
    actor: Actor,
    *,
    unit_id: int | None,
    role: SeatRole,
    bloc_id: int | None = None,
    after: int | None = None,
) -> tuple[Invitation, str]:
    """Make an invitation as the actor: to a unit, or as observer of ``bloc_id`` (default: here).

    ``after`` is :func:`latest` as the person's screen knows it: a button pressed twice raises
    Superseded(``invitation_made``) instead of making a second one.
    """
    if unit_id is not None:
        unit = session.get(Unit, unit_id)
        if unit is None or not (actor.is_admin or (actor.bloc and actor.bloc.id == unit.bloc_id)):
            raise NotFound("unit_unknown")
        if unit.closed_at is not None:
            raise Invalid("unit_closed", unit=unit.name)
        place = unit.bloc_id
    elif actor.is_admin and bloc_id is not None:
        if session.get(Bloc, bloc_id) is None:
            raise NotFound("bloc_unknown")
        place = bloc_id
    else:
        place = actor.here.bloc.id or 0
        if bloc_id not in (None, place):
            raise NotFound("bloc_unknown")
    if not may_issue(actor, place, unit_id, role):
        raise Forbidden("invite_forbidden")
    if after is not None and after != latest(session, place, unit_id):
        raise Superseded("invitation_made")
    if len(open_of(session, unit_id, actor.now, bloc_id=place)) >= MOST_OPEN:
        raise Invalid("invitations_too_many", limit=MOST_OPEN)
    return create(
        session,
        bloc_id=place,
        unit_id=unit_id,
        role=role,
        created_by=actor.person.id,
        now=actor.now,
    )


def latest(session: Session, bloc_id: int, unit_id: int | None) -> int:
    """The newest invitation's id of a unit, or of a bloc's observers; 0 where there is none."""
    where = (
        col(Invitation.unit_id).is_(None)
        if unit_id is None
        else (col(Invitation.unit_id) == unit_id)
    )
    found = session.exec(
        select(func.max(col(Invitation.id))).where(col(Invitation.bloc_id) == bloc_id, where)
    ).one()
    return found or 0


def _locked(session: Session, invitation: Invitation) -> Bloc:
    """The invitation's bloc; its row and then the invitation's are locked and read anew."""
    bloc = session.get_one(Bloc, invitation.bloc_id, with_for_update=True, populate_existing=True)
    session.refresh(invitation, with_for_update=True)
    return bloc


@dataclass(frozen=True, slots=True)
class Accepted:
    """A seat that an invitation led to; ``new`` is False for whoever sat there already."""

    seat: Seat
    bloc: Bloc
    unit: Unit | None
    new: bool


def accept(session: Session, person: Person, secret: str, now: dt.datetime) -> Accepted:
    """Take the seat that the secret stands for.

    Raises NotFound(``invitation_unknown``) and Invalid(``invitation_used``, ``_expired``,
    ``_revoked``). Of two persons at once the first gets it: bloc and invitation are locked.
    Whoever already belongs there keeps their seat, and the invitation stays good for another.
    """
    if not _SECRET.fullmatch(secret):
        raise NotFound("invitation_unknown")
    invitation = session.exec(
        select(Invitation).where(col(Invitation.secret_hash) == hash_of(secret))
    ).first()
    if invitation is None:
        raise NotFound("invitation_unknown")
    # Units are closed and merged under the bloc's lock: nobody joins one in the middle of that.
    bloc = _locked(session, invitation)
    unit = None
    if invitation.unit_id:
        unit = session.get_one(Unit, invitation.unit_id, populate_existing=True)
    held = session.exec(
        select(Seat).where(
            col(Seat.person_id) == person.id,
            col(Seat.bloc_id) == bloc.id,
            col(Seat.unit_id) == invitation.unit_id
            if invitation.unit_id
            else col(Seat.unit_id).is_(None),
            col(Seat.until).is_(None),
        )
    ).first()
    if held is not None:
        act_from(session, held, now)
        return Accepted(held, bloc, unit, new=False)
    if invitation.used_at is not None:
        raise Invalid("invitation_used")
    if invitation.revoked_at is not None or (unit is not None and unit.closed_at is not None):
        raise Invalid("invitation_revoked")
    if invitation.expires_at <= now:
        raise Invalid("invitation_expired")
    invitation.used_at, invitation.used_by = now, person.id
    seat = Seat(
        person_id=person.id or 0,
        bloc_id=bloc.id or 0,
        unit_id=invitation.unit_id,
        role=invitation.role,
        since=now,
        chosen_at=now,
    )
    session.add(invitation)
    session.add(seat)
    session.flush()
    audit.append(
        session,
        bloc.id or 0,
        "seat.taken",
        now,
        person_id=person.id,
        seat=seat.id,
        unit=seat.unit_id,
        role=seat.role.value,
        invitation=invitation.id,
    )
    units = [seat.unit_id] if seat.unit_id else []
    others = set(notices.people_of_units(session, [*units, *leading(session, bloc)]))
    notices.tell(
        session,
        others - {person.id or 0},
        "joined",
        ids={"seat": seat.id},
        key=f"joined:{seat.id}",
        now=now,
    )
    return Accepted(seat, bloc, unit, new=True)


def act_from(session: Session, seat: Seat, now: dt.datetime) -> None:
    """Let the person act from this seat from now on, rather than from another of theirs."""
    latest = session.exec(
        select(func.max(col(Seat.chosen_at))).where(
            col(Seat.person_id) == seat.person_id, col(Seat.id) != seat.id
        )
    ).one()
    seat.chosen_at = now if latest is None else max(now, latest + dt.timedelta(microseconds=1))
    session.add(seat)


def leading(session: Session, bloc: Bloc) -> list[int]:
    """The unit that leads the bloc this year, as a list of one or none."""
    return [
        unit_id
        for unit_id in session.exec(
            select(BlocYear.leader_unit_id).where(
                col(BlocYear.bloc_id) == bloc.id, col(BlocYear.year) == bloc.year
            )
        )
        if unit_id is not None
    ]


def revoke(session: Session, actor: Actor, invitation_id: int) -> Invitation:
    """End an open invitation. Whoever may issue such a one may revoke it."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is None or not may_issue(
        actor, invitation.bloc_id, invitation.unit_id, invitation.role
    ):
        raise NotFound("invitation_unknown")
    _locked(session, invitation)
    if invitation.used_at is not None:
        raise Invalid("invitation_used")
    if invitation.revoked_at is None:
        invitation.revoked_at = actor.now
        session.add(invitation)
        audit.append(
            session,
            invitation.bloc_id,
            "invitation.revoked",
            actor.now,
            person_id=actor.person.id,
            invitation=invitation.id,
        )
    return invitation


def revoke_all(session: Session, unit_id: int, now: dt.datetime) -> None:
    """End every open invitation of a unit that closes."""
    session.exec(
        update(Invitation)
        .where(
            col(Invitation.unit_id) == unit_id,
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
        )
        .values(revoked_at=now)
    )


def open_of(
    session: Session, unit_id: int | None, now: dt.datetime, *, bloc_id: int | None = None
) -> Sequence[Invitation]:
    """Invitations of a unit that still work, oldest first; of a bloc's observers without one."""
    query = select(Invitation).where(
        col(Invitation.used_at).is_(None),
        col(Invitation.revoked_at).is_(None),
        col(Invitation.expires_at) > now,
    )
    if unit_id is None:
        query = query.where(col(Invitation.unit_id).is_(None), col(Invitation.bloc_id) == bloc_id)
    else:
        query = query.where(col(Invitation.unit_id) == unit_id)
    return session.exec(query.order_by(col(Invitation.id))).all()


# --- The QR picture -----------------------------------------------------------------------------


def derive_key(token: str) -> bytes:
    """The key that seals secrets in the outbox, from the bot's token, which is never stored."""
    return hmac.new(token.encode(), b"blocbot invitation seal", hashlib.sha256).digest()


def _pad(session: Session, invitation: Invitation) -> bytes | None:
    key = session.info.get(KEY)
    if not isinstance(key, bytes):
        return None
    # A pad of its own for every invitation: no two have the same hash.
    return hmac.new(key, invitation.secret_hash.encode(), hashlib.sha256).digest()


def _mix(data: bytes, pad: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(data, pad, strict=False))


def send_qr(
    session: Session,
    person_id: int,
    invitation: Invitation,
    secret: str,
    bot_name: str,
    *,
    admin: bool = False,
) -> bool:
    """Queue the QR picture of a link just made; False where this process has no key for it.

    ``admin``: whoever runs the bot made it, who needs no seat for that.
    """
    pad = _pad(session, invitation)
    if pad is None:
        return False
    sealed = base64.urlsafe_b64encode(_mix(base64.urlsafe_b64decode(secret), pad)).decode()
    notices.tell(
        session,
        [person_id],
        "invite_qr",
        ids={"invitation": invitation.id, "sealed": sealed, "bot": bot_name, "admin": admin},
        key=f"invite_qr:{invitation.id}",
        now=invitation.created_at,
        priority=0,
    )
    return True


def unseal(session: Session, invitation: Invitation, sealed: str) -> str | None:
    """The secret that :func:`send_qr` sealed; None with another key or a changed text."""
    pad = _pad(session, invitation)
    if pad is None:
        return None
    try:
        raw = _mix(base64.urlsafe_b64decode(sealed), pad)
    except (binascii.Error, ValueError):
        return None
    secret = base64.urlsafe_b64encode(raw).decode()
    same = hmac.compare_digest(hash_of(secret), invitation.secret_hash)
    return secret if same else None


def is_open(invitation: Invitation, now: dt.datetime) -> bool:
    """Whether it can still be used."""
    return (
        invitation.used_at is None and invitation.revoked_at is None and invitation.expires_at > now
    )
