"""Units and people of a bloc: /units and what hangs on it."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from bot.errors import Expected, Forbidden
from bot.incoming import Incoming, Tx
from bot.models import Bloc, Form, SeatRole, Unit
from bot.services import blocs, forms, mergers, seats, units
from bot.services.units import Sitting
from bot.views import admin as admin_views
from bot.views import errors
from bot.views import invite as invite_views
from bot.views import seats as seat_views
from bot.views import units as views
from bot.views.base import View, data
from handlers import home, invite
from handlers.routing import Command, Feature, Press, Who, arguments, number

NAME = "units"


def _leave_form(tx: Tx) -> None:
    """Whoever goes elsewhere doesn't mean the next text as an answer to a question left open."""
    if tx.form is not None and tx.form.feature == NAME:
        forms.leave(tx.session, tx.actor.person.id or 0, tx.now)
        tx.form = None


def _show_list(tx: Tx, bloc_id: int | None = None, page: int = 0, note: str = "") -> View:
    return views.unit_list(tx.t, units.listing(tx.session, tx.actor, bloc_id), page, note)


def show_card(tx: Tx, unit_id: int, note: str = "") -> View:
    """A unit as it is now."""
    return views.unit_card(tx.t, units.card(tx.session, tx.actor, unit_id), note)


def _units(incoming: Incoming, tx: Tx) -> View:
    _leave_form(tx)
    if tx.actor.seat is None and tx.actor.is_admin:
        return admin_views.blocs(tx.t, blocs.administered(tx.session, tx.actor))
    if incoming.text:
        shown = units.listing(tx.session, tx.actor)
        found = units.search(shown.units, incoming.text)
        if len(found) == 1:
            return show_card(tx, found[0].id or 0)
    return _show_list(tx)


def _list(incoming: Incoming, tx: Tx) -> View:
    _leave_form(tx)
    return _show_list(tx, number(incoming) or None, number(incoming, 1))


def _card(incoming: Incoming, tx: Tx) -> View:
    _leave_form(tx)
    return show_card(tx, number(incoming))


# --- Questions answered by typing ----------------------------------------------------------------


def _ask(
    tx: Tx, what: views.Question, unit: Unit | None, bloc: Bloc, other: int | None = None
) -> View:
    # The subject is a unit, or the bloc that a unit is added to.
    tx.form = forms.enter(
        tx.session,
        tx.actor.person.id or 0,
        NAME,
        what,
        tx.now,
        subject=unit.id if unit else bloc.id,
        draft={"other": other} if other else {},
    )
    return _question(tx, tx.form, unit.name if unit else bloc.name)


def _question(tx: Tx, form: Form, name: str, note: str = "") -> View:
    back = data(NAME, "cancel", version=form.version)
    return views.ask(tx.t, cast(views.Question, form.step), name, back, note)


def _add(incoming: Incoming, tx: Tx) -> View:
    bloc = units.check_bloc(tx.session, tx.actor, number(incoming) or None)
    return _ask(tx, "add", None, bloc)


def _rename(incoming: Incoming, tx: Tx) -> View:
    return _ask_of(tx, "rename", number(incoming))


def _staff(incoming: Incoming, tx: Tx) -> View:
    return _ask_of(tx, "staff", number(incoming))


def _ask_of(tx: Tx, what: views.Question, unit_id: int, other: int | None = None) -> View:
    unit = units.check(tx.session, tx.actor, unit_id)
    return _ask(tx, what, unit, tx.session.get_one(Bloc, unit.bloc_id), other)


def _show(tx: Tx, note: str = "") -> View:
    """The question that is open, as it stands; the menu where it has become pointless."""
    form = cast(Form, tx.form)
    try:
        if form.step == "add":
            name = units.check_bloc(tx.session, tx.actor, form.subject).name
        else:
            name = units.check(tx.session, tx.actor, form.subject or 0).name
    except Expected as error:
        # The unit was closed meanwhile, or the person no longer leads the bloc.
        _leave_form(tx)
        return home.show(tx, errors.sentence(tx.t, error))
    return _question(tx, form, name, note)


def _on_text(incoming: Incoming, tx: Tx) -> View:
    form = cast(Form, tx.form)
    what, subject = form.step, form.subject or 0
    try:
        unit = _answer(tx, what, subject, form, incoming.text)
    except Expected as error:
        return replace(_show(tx, errors.sentence(tx.t, error)), tidy=True)
    _leave_form(tx)
    return replace(show_card(tx, unit.id or 0, views.done(tx.t, what, unit)), tidy=True)


def _answer(tx: Tx, what: str, subject: int, form: Form, text: str) -> Unit:
    if what == "staff":
        return units.set_staff(tx.session, tx.actor, subject, units.parse_staff(text))
    typed = units.parse(text)
    if what == "add":
        return units.add(tx.session, tx.actor, typed, subject)
    if what == "rename":
        return units.rename(tx.session, tx.actor, subject, typed)
    other = cast(int, form.draft.get("other", 0))
    return mergers.merge(tx.session, tx.actor, subject, other, typed)


def _cancel(_incoming: Incoming, tx: Tx) -> View:
    form = cast(Form, tx.form)
    what, subject = form.step, form.subject or 0
    _leave_form(tx)
    return _show_list(tx, subject) if what == "add" else show_card(tx, subject)


# --- Closing, merging, appointing ----------------------------------------------------------------


def _close(incoming: Incoming, tx: Tx) -> View:
    return views.confirm_close(tx.t, units.check(tx.session, tx.actor, number(incoming)))


def _close_yes(incoming: Incoming, tx: Tx) -> View:
    unit = units.close(tx.session, tx.actor, number(incoming))
    tx.session.flush()
    home.meet_again(tx)
    if tx.actor.seat is None and not tx.actor.is_admin:
        return home.show(tx, views.done(tx.t, "close", unit))
    return _show_list(tx, unit.bloc_id, note=views.done(tx.t, "close", unit))


def _merge(incoming: Incoming, tx: Tx) -> View:
    unit = units.check(tx.session, tx.actor, number(incoming))
    shown = units.listing(tx.session, tx.actor, unit.bloc_id)
    return views.choose(
        tx.t,
        views.which_other(tx.t, unit),
        [one.unit for one in shown.units if one.unit.id != unit.id],
        "merge_how",
        views.card_data(unit),
        unit.id,
        page=number(incoming, 1),
        turn_action="merge",
        turn_args=(unit.id,),
    )


def _merge_how(incoming: Incoming, tx: Tx) -> View:
    one = units.check(tx.session, tx.actor, number(incoming))
    other = units.check(tx.session, tx.actor, number(incoming, 1))
    kept = next((unit for unit in (one, other) if unit.id == number(incoming, 2)), None)
    if kept is not None and one.id != other.id:
        return views.confirm_merge(tx.t, one, other, kept)
    return views.merge_how(tx.t, one, other)


def _merge_as(incoming: Incoming, tx: Tx) -> View:
    unit = mergers.merge(tx.session, tx.actor, number(incoming), number(incoming, 1))
    home.meet_again(tx)
    return show_card(tx, unit.id or 0, views.done(tx.t, "merge", unit))


def _merge_new(incoming: Incoming, tx: Tx) -> View:
    units.check(tx.session, tx.actor, number(incoming, 1))
    return _ask_of(tx, "merge", number(incoming), number(incoming, 1))


def _appoint(incoming: Incoming, tx: Tx) -> View:
    office = "".join(arguments(incoming)[1:2])
    unit = blocs.appoint(tx.session, tx.actor, number(incoming), office)
    tx.session.flush()
    home.meet_again(tx)
    return show_card(tx, unit.id or 0, views.done(tx.t, office, unit))


# --- People --------------------------------------------------------------------------------------


def _people(incoming: Incoming, tx: Tx) -> View:
    card = units.card(tx.session, tx.actor, number(incoming))
    if not card.manages:
        raise Forbidden("reviewers_only")
    return seat_views.people(tx.t, card, number(incoming, 1))


def _observers(incoming: Incoming, tx: Tx) -> View:
    bloc = units.check_bloc(tx.session, tx.actor, number(incoming) or None)
    shown = units.listing(tx.session, tx.actor, bloc.id)
    return seat_views.observers(tx.t, shown, number(incoming, 1))


def _person(incoming: Incoming, tx: Tx) -> View:
    return _show_person(tx, *seats.sitting(tx.session, tx.actor, number(incoming)))


def _show_person(tx: Tx, one: Sitting, unit: Unit | None, note: str = "") -> View:
    return seat_views.person(tx.t, one, unit, tx.session.get_one(Bloc, one.seat.bloc_id), note)


def _role(incoming: Incoming, tx: Tx) -> View:
    role = invite_views.role_of("".join(arguments(incoming)[1:2]))
    one, unit = seats.set_role(tx.session, tx.actor, number(incoming), role or SeatRole.OBSERVER)
    return _show_person(tx, one, unit, seat_views.role_changed(tx.t, one))


def _remove(incoming: Incoming, tx: Tx) -> View:
    one, unit = seats.sitting(tx.session, tx.actor, number(incoming))
    return seat_views.confirm_remove(tx.t, one, unit, tx.session.get_one(Bloc, one.seat.bloc_id))


def _remove_yes(incoming: Incoming, tx: Tx) -> View:
    one, unit = seats.remove_seat(tx.session, tx.actor, number(incoming))
    note = seat_views.removed(tx.t, one.person.name)
    home.meet_again(tx)
    try:
        if unit is not None:
            return show_card(tx, unit.id or 0, note)
        return seat_views.observers(
            tx.t, units.listing(tx.session, tx.actor, one.seat.bloc_id), note=note
        )
    except Expected:
        # It was their own last seat here: nothing of this bloc is theirs to see any more.
        return home.show(tx, note)


FEATURE = Feature(
    name=NAME,
    commands=(
        Command("units", _units, Who.REVIEWER, views.describe_units),
        Command("invite", invite.command, Who.REVIEWER, invite_views.describe_invite),
    ),
    buttons={
        "list": Press(_list),
        "card": Press(_card),
        "add": Press(_add),
        "rename": Press(_rename),
        "staff": Press(_staff),
        "cancel": Press(_cancel, form=True),
        "close": Press(_close),
        "close_yes": Press(_close_yes),
        "merge": Press(_merge),
        "merge_how": Press(_merge_how),
        "merge_as": Press(_merge_as),
        "merge_new": Press(_merge_new),
        "appoint": Press(_appoint),
        "people": Press(_people),
        "observers": Press(_observers),
        "person": Press(_person),
        "role": Press(_role),
        "remove": Press(_remove),
        "remove_yes": Press(_remove_yes),
        **invite.BUTTONS,
    },
    on_text=_on_text,
    show=_show,
)
