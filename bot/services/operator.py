"""Acts of whoever runs the program, from the command line: nobody's rights are asked."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Session

from bot.errors import Invalid, NotFound
from bot.models import Bloc, SeatRole, Unit
from bot.services import invitations


def invite(session: Session, unit_id: int, role: SeatRole, now: dt.datetime) -> tuple[Unit, str]:
    """An invitation to a unit and its secret.

    Raises NotFound(``no_such_unit``), Invalid(``unit_closed``), Invalid(``invitations_too_many``).
    """
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("no_such_unit")
    if unit.closed_at is not None:
        raise Invalid("unit_closed", unit=unit.name)
    return unit, _create(session, unit.bloc_id, unit_id, role, now)


def invite_observer(session: Session, bloc_id: int, now: dt.datetime) -> tuple[Bloc, str]:
    """An invitation to observe a bloc and its secret.

    Raises NotFound(``bloc_unknown``), Invalid(``invitations_too_many``).
    """
    bloc = session.get(Bloc, bloc_id)
    if bloc is None:
        raise NotFound("bloc_unknown")
    return bloc, _create(session, bloc_id, None, SeatRole.OBSERVER, now)


def _create(
    session: Session, bloc_id: int, unit_id: int | None, role: SeatRole, now: dt.datetime
) -> str:
    if len(invitations.open_of(session, unit_id, now, bloc_id=bloc_id)) >= invitations.MOST_OPEN:
        raise Invalid("invitations_too_many", limit=invitations.MOST_OPEN)
    _, secret = invitations.create(
        session, bloc_id=bloc_id, unit_id=unit_id, role=role, created_by=None, now=now
    )
    return secret
