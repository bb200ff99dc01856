"""Who sits at a unit or observes a bloc: chosen, given another role, removed."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.i18n import Texts
from bot.models import Bloc, SeatRole, Unit
from bot.services.units import Card, Listing, Sitting
from bot.views.base import Button, Rows, View, clip, data, lines, pages, plain, turn
from bot.views.people import role
from bot.views.units import PEOPLE, card_data, person_line


def _people_buttons(people: Sequence[Sitting]) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (Button(clip(one.person.name, 40), data("units", "person", one.seat.id)),) for one in people
    )


def people(t: Texts, card: Card, page: int = 0) -> View:
    """The people of a unit, to change somebody's role or take a seat away."""
    part, page, count = pages(card.shown.people, page, PEOPLE)
    rows = Rows().extend(_people_buttons(part))
    rows.extend(turn(page, count, "units", "people", card.shown.unit.id))
    rows.add(Button(plain(t._("◀ Back")), card_data(card.shown.unit)))
    return View(
        text=lines(
            t._("<b>{unit}</b>", unit=card.shown.unit.name),
            t._("Whose seat do you want to change?"),
        ),
        rows=rows.done(),
    )


def observers(t: Texts, shown: Listing, page: int = 0, note: str = "") -> View:
    """A bloc's observers."""
    part, page, count = pages(shown.observers, page, PEOPLE)
    rows = Rows().extend(_people_buttons(part))
    rows.extend(turn(page, count, "units", "observers", shown.bloc.id))
    rows.add(
        Button(plain(t._("Invite")), data("units", "invite_observer", shown.bloc.id)),
        Button(plain(t._("Open invitations")), data("units", "open", 0, shown.bloc.id)),
    )
    rows.add(Button(plain(t._("◀ All units")), data("units", "list", shown.bloc.id)))
    return View(
        text=lines(
            note or None,
            t._("<b>Observers of {bloc}</b>", bloc=shown.bloc.name),
            *([person_line(t, one, shown.bloc) for one in part] or [t._("Nobody has joined yet.")]),
        ),
        rows=rows.done(),
    )


def person(t: Texts, one: Sitting, unit: Unit | None, bloc: Bloc, note: str = "") -> View:
    """Somebody's seat and what may be done to it."""
    seat_id = one.seat.id
    rows = Rows()
    if unit is not None:
        signs = one.seat.role is SeatRole.SIGNATORY
        rows.add(
            Button(plain(t._("Make representative")), data("units", "role", seat_id, "r"))
            if signs
            else Button(plain(t._("Make signatory")), data("units", "role", seat_id, "s"))
        )
    rows.add(Button(plain(t._("Remove")), data("units", "remove", seat_id), style="danger"))
    rows.add(Button(plain(t._("◀ Back")), _people_data(unit, bloc)))
    return View(
        text=lines(
            note or None,
            t._("<b>{unit}</b>", unit=unit.name if unit else bloc.name),
            person_line(t, one, bloc),
        ),
        rows=rows.done(),
    )


def _people_data(unit: Unit | None, bloc: Bloc) -> str:
    return card_data(unit) if unit else data("units", "observers", bloc.id)


def confirm_remove(t: Texts, one: Sitting, unit: Unit | None, bloc: Bloc) -> View:
    """Before a seat is taken away."""
    return View(
        text=lines(
            t._(
                "Remove <b>{name}</b> from {unit}?",
                name=one.person.name,
                unit=unit.name if unit else bloc.name,
            ),
            t._(
                "They are told, and can do nothing here any more. What they sent stays. A "
                "successor comes by an invitation."
            ),
        ),
        rows=(
            (
                Button(
                    plain(t._("Yes, remove")),
                    data("units", "remove_yes", one.seat.id),
                    style="danger",
                ),
            ),
            (Button(plain(t._("No")), data("units", "person", one.seat.id)),),
        ),
    )


def removed(t: Texts, name: str) -> Markup:
    """After a seat was taken away."""
    return t._("✅ {name} has been removed.", name=name)


def role_changed(t: Texts, one: Sitting) -> Markup:
    """After a role was changed."""
    return t._("✅ {name} is now {role}.", name=one.person.name, role=role(t, one.seat.role))
