"""Invitations: who is invited as what, the link and its picture, those that still work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import segno
from markupsafe import Markup
from sqlmodel import Session

from bot.i18n import Texts
from bot.models import Bloc, Invitation, Person, SeatRole, Unit
from bot.services import access, invitations
from bot.views.base import Attachment, Button, Rows, View, data, lines, plain
from bot.views.people import role
from bot.views.units import card_data, day, zone

_LETTERS = {"s": SeatRole.SIGNATORY, "r": SeatRole.REPRESENTATIVE, "o": SeatRole.OBSERVER}


def describe_invite(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Invite somebody to a unit")


def role_of(letter: str) -> SeatRole | None:
    """The role that a button names by a letter; None for a forged one."""
    return _LETTERS.get(letter)


def letter_of(seat_role: SeatRole) -> str:
    """How a button names a role."""
    return next(letter for letter, one in _LETTERS.items() if one is seat_role)


def which_unit(t: Texts) -> Markup:
    """Asked by /invite."""
    return t._("To which unit do you want to invite somebody?")


def invite_role(t: Texts, unit: Unit, latest: int, roles: Sequence[SeatRole]) -> View:
    """As what? ``latest`` tells a second tap on the same button from a new wish."""
    names = {
        SeatRole.SIGNATORY: t._("Signatory"),
        SeatRole.REPRESENTATIVE: t._("Representative"),
    }
    rows = Rows()
    rows.add(
        *(
            Button(plain(names[one]), data("units", "link", unit.id, letter_of(one), latest))
            for one in roles
        )
    )
    rows.add(Button(plain(t._("◀ Back")), card_data(unit)))
    return View(
        text=lines(
            t._("Invite somebody to <b>{unit}</b>. As what?", unit=unit.name),
            "",
            t._("A signatory signs the pact, votes and confirms for the unit."),
            t._("A representative enters reports."),
        ),
        rows=rows.done(),
    )


def invite_observer(t: Texts, bloc: Bloc, latest: int) -> View:
    """Asked before an observer's link is made."""
    return View(
        text=lines(
            t._("Invite an observer of <b>{bloc}</b>?", bloc=bloc.name),
            t._("Observers read everything of the bloc but votes, and change nothing."),
        ),
        rows=(
            (Button(plain(t._("Make a link")), data("units", "link", 0, "o", latest, bloc.id)),),
            (Button(plain(t._("◀ Back")), data("units", "observers", bloc.id)),),
        ),
    )


def new_link(
    t: Texts, invitation: Invitation, unit: Unit | None, bloc: Bloc, link: str, *, picture: bool
) -> View:
    """A link just made. It is shown this once."""
    name = unit.name if unit else bloc.name
    message = plain(t._("Invitation to {unit}", unit=name))
    share = "https://t.me/share/url?" + urlencode({"url": link, "text": message})
    back = card_data(unit) if unit else data("units", "observers", bloc.id)
    return View(
        text=lines(
            t._("<b>{unit}</b>: invitation as {role}", unit=name, role=role(t, invitation.role)),
            "",
            t._("<code>{link}</code>", link=link),
            "",
            t._(
                "It works once, until {when}. Pass it on only to the person that it is for.",
                when=t.when(invitation.expires_at, zone(bloc)),
            ),
            t._("I'll send it as a picture to scan, too.") if picture else None,
        ),
        rows=(
            (
                Button(plain(t._("Copy the link")), copy=link),
                Button(plain(t._("Pass on")), url=share),
            ),
            (Button(plain(t._("◀ Back")), back),),
        ),
    )


def open_invitations(
    t: Texts, unit: Unit | None, bloc: Bloc, waiting: Sequence[Invitation], note: str = ""
) -> View:
    """Invitations that still work, each with a button that ends it."""
    rows = Rows()
    for index, one in enumerate(waiting, start=1):
        text = plain(t._("Withdraw no. {n}", n=str(index)))
        rows.add(Button(text, data("units", "revoke", one.id)))
    back = card_data(unit) if unit else data("units", "observers", bloc.id)
    rows.add(Button(plain(t._("◀ Back")), back))
    return View(
        text=lines(
            note or None,
            t._("<b>{unit}</b>: open invitations", unit=unit.name if unit else bloc.name),
            *(
                t._(
                    "{n}. {role}, made at {when}, works until {end}",
                    n=str(index),
                    role=role(t, one.role),
                    # To the minute: who made two on one day must know which to withdraw.
                    when=t.when(one.created_at, zone(bloc)),
                    end=day(t, one.expires_at, bloc),
                )
                for index, one in enumerate(waiting, start=1)
            ),
            None if waiting else t._("There are none."),
        ),
        rows=rows.done(),
    )


def revoked(t: Texts) -> Markup:
    """After an invitation was ended."""
    return t._("✅ That invitation no longer works.")


def _picture(
    session: Session, t: Texts, to: Person, ids: list[dict[str, Any]], now: dt.datetime
) -> View | None:
    """The link as a picture; nothing where its maker may no longer invite there."""
    invitation = session.get_one(Invitation, ids[0]["invitation"])
    actor = access.find_actor(session, to.telegram_id, now, (), lock=False)
    if actor is None or not (
        ids[0].get("admin")
        or invitations.may_issue(actor, invitation.bloc_id, invitation.unit_id, invitation.role)
    ):
        return None
    secret = invitations.unseal(session, invitation, ids[0]["sealed"])
    if secret is None or not invitations.is_open(invitation, now):
        return None
    bloc = session.get_one(Bloc, invitation.bloc_id)
    unit = session.get_one(Unit, invitation.unit_id) if invitation.unit_id else None
    stream = BytesIO()
    segno.make(invitations.link(ids[0]["bot"], secret), error="m", micro=False).save(
        stream, kind="png", scale=10, border=4
    )
    return View(
        text=lines(
            t._(
                "<b>{unit}</b>: invitation as {role}",
                unit=unit.name if unit else bloc.name,
                role=role(t, invitation.role),
            ),
            t._("Works once, until {when}.", when=t.when(invitation.expires_at, zone(bloc))),
        ),
        card=False,
        attachment=Attachment("photo", name="invitation.png", content=stream.getvalue()),
    )


NOTICES = {"invite_qr": _picture}
