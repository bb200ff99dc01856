"""Invitations made, passed on and withdrawn: /invite and the buttons of a unit's card."""

from __future__ import annotations

from bot.errors import Forbidden
from bot.incoming import Incoming, Tx
from bot.models import Bloc, SeatRole, Unit
from bot.services import blocs, invitations, units
from bot.views import admin as admin_views
from bot.views import invite as views
from bot.views import units as unit_views
from bot.views.base import View, data
from handlers.routing import Press, arguments, number

_ROLES = (SeatRole.SIGNATORY, SeatRole.REPRESENTATIVE)


def command(incoming: Incoming, tx: Tx) -> View:
    """``/invite [unit]``: a shortcut to the choice of unit."""
    actor = tx.actor
    if actor.is_signatory and not actor.is_reviewer and not actor.is_admin:
        return _choose_role(tx, actor.my_unit())
    if actor.seat is None and actor.is_admin:
        return admin_views.blocs(tx.t, blocs.administered(tx.session, actor))
    found = units.search(units.listing(tx.session, actor).units, incoming.text)
    if len(found) == 1:
        return _choose_role(tx, found[0])
    return _choose_unit(tx, found)


def _turn(incoming: Incoming, tx: Tx) -> View:
    return _choose_unit(tx, [], number(incoming))


def _choose_unit(tx: Tx, found: list[Unit], page: int = 0) -> View:
    shown = units.listing(tx.session, tx.actor)
    if not shown.manages:
        raise Forbidden("invite_forbidden")
    return unit_views.choose(
        tx.t,
        views.which_unit(tx.t),
        found or [one.unit for one in shown.units],
        "invite",
        data("home", "menu"),
        page=page,
        turn_action="invite_page",
    )


def _invite(incoming: Incoming, tx: Tx) -> View:
    return _choose_role(tx, units.find(tx.session, tx.actor, number(incoming)))


def _choose_role(tx: Tx, unit: Unit) -> View:
    roles = _roles(tx, unit) if unit.closed_at is None else []
    if not roles:
        raise Forbidden("invite_forbidden")
    latest = invitations.latest(tx.session, unit.bloc_id, unit.id)
    return views.invite_role(tx.t, unit, latest, roles)


def _roles(tx: Tx, unit: Unit) -> list[SeatRole]:
    """As what this person may invite to a unit."""
    return [role for role in _ROLES if invitations.may_issue(tx.actor, unit.bloc_id, unit.id, role)]


def _observer(incoming: Incoming, tx: Tx) -> View:
    bloc = units.check_bloc(tx.session, tx.actor, number(incoming) or None)
    return views.invite_observer(tx.t, bloc, invitations.latest(tx.session, bloc.id or 0, None))


def _link(incoming: Incoming, tx: Tx) -> View:
    role = views.role_of("".join(arguments(incoming)[1:2]))
    unit_id = number(incoming) or None
    if role is None or (role is SeatRole.OBSERVER) != (unit_id is None):
        raise Forbidden
    invitation, secret = invitations.issue(
        tx.session,
        tx.actor,
        unit_id=unit_id,
        role=role,
        bloc_id=number(incoming, 3) or None,
        after=number(incoming, 2),
    )
    picture = invitations.send_qr(
        tx.session,
        tx.actor.person.id or 0,
        invitation,
        secret,
        tx.bot_name,
        admin=tx.actor.is_admin,
    )
    unit = tx.session.get_one(Unit, unit_id) if unit_id else None
    bloc = tx.session.get_one(Bloc, invitation.bloc_id)
    link = invitations.link(tx.bot_name, secret)
    return views.new_link(tx.t, invitation, unit, bloc, link, picture=picture)


def _open(incoming: Incoming, tx: Tx) -> View:
    unit_id = number(incoming)
    if not unit_id:
        bloc = units.check_bloc(tx.session, tx.actor, number(incoming, 1) or None)
        return _show_open(tx, None, bloc)
    unit = units.find(tx.session, tx.actor, unit_id)
    if not _roles(tx, unit):
        raise Forbidden("invite_forbidden")
    return _show_open(tx, unit, tx.session.get_one(Bloc, unit.bloc_id))


def _show_open(tx: Tx, unit: Unit | None, bloc: Bloc, note: str = "") -> View:
    waiting = [
        one
        for one in invitations.open_of(
            tx.session, unit.id if unit else None, tx.now, bloc_id=bloc.id
        )
        if invitations.may_issue(tx.actor, one.bloc_id, one.unit_id, one.role)
    ]
    return views.open_invitations(tx.t, unit, bloc, waiting, note)


def _revoke(incoming: Incoming, tx: Tx) -> View:
    invitation = invitations.revoke(tx.session, tx.actor, number(incoming))
    unit = tx.session.get_one(Unit, invitation.unit_id) if invitation.unit_id else None
    bloc = tx.session.get_one(Bloc, invitation.bloc_id)
    return _show_open(tx, unit, bloc, views.revoked(tx.t))


BUTTONS = {
    "invite": Press(_invite),
    "invite_page": Press(_turn),
    "invite_observer": Press(_observer),
    "link": Press(_link),
    "open": Press(_open),
    "revoke": Press(_revoke),
}
