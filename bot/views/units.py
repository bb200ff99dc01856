"""Units and people of a bloc: the list, a unit's card, what is asked when something changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.i18n import Texts
from bot.models import Bloc, SeatRole, Unit
from bot.services.units import Card, Listing, Sitting, UnitPeople
from bot.views.base import Button, Rows, View, clip, data, grid, lines, pages, plain, turn
from bot.views.people import menu_button, office, role

_PAGE = 12
#: People and earlier names that a text shows: Telegram takes 4096 characters, and 100 buttons.
_PEOPLE = 15
_NAMES = 5


def describe_units(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Units and people")


def zone(bloc: Bloc) -> ZoneInfo:
    """The bloc's time zone."""
    return ZoneInfo(bloc.timezone)


def day(t: Texts, at: dt.datetime, bloc: Bloc) -> str:
    """The date of a moment where the bloc is."""
    return t.date(at.astimezone(zone(bloc)).date())


def _marks(one: UnitPeople) -> str:
    """``⚠`` on a unit that needs somebody's care."""
    return "" if one.has_signatory and not any(p.blocked for p in one.people) else " ⚠"


# --- The list ------------------------------------------------------------------------------------


def _list_line(t: Texts, one: UnitPeople) -> Markup:
    count = t.ngettext("{n} person", "{n} people", len(one.people), n=t.number(len(one.people)))
    values = {"unit": one.unit.name, "people": count}
    if one.office is not None:
        return t._(
            "• {unit} ({office}): {people}", office=office(t, one.office), **values
        ) + _marks(one)
    return t._("• {unit}: {people}", **values) + _marks(one)


def unit_list(t: Texts, shown: Listing, page: int = 0, note: str = "") -> View:
    """A bloc's units; each has a button."""
    bloc_id = shown.bloc.id or 0
    part, page, count = pages(shown.units, page, _PAGE)
    rows = Rows()
    rows.extend(
        grid(
            [
                Button(clip(one.unit.short_name, 18) + _marks(one), card_data(one.unit))
                for one in part
            ],
            2,
        )
    )
    rows.extend(turn(page, count, "units", "list", bloc_id))
    if shown.manages:
        rows.add(
            Button("➕ " + plain(t._("New unit")), data("units", "add", bloc_id)),
            Button(plain(t._("Observers")), data("units", "observers", bloc_id)),
        )
    rows.add(menu_button(t))
    needs = any(_marks(one) for one in shown.units)
    return View(
        text=lines(
            note or None,
            t._("<b>{bloc}, {year}</b>", bloc=shown.bloc.name, year=str(shown.year.year)),
            t.ngettext(
                "{n} member unit:",
                "{n} member units:",
                len(shown.units),
                n=t.number(len(shown.units)),
            ),
            *(_list_line(t, one) for one in part),
            t._("⚠ No signatory, or somebody has blocked the bot.") if needs else None,
            "" if shown.observers else None,
            t.ngettext(
                "{n} observer",
                "{n} observers",
                len(shown.observers),
                n=t.number(len(shown.observers)),
            )
            if shown.observers
            else None,
        ),
        rows=rows.done(),
    )


def card_data(unit: Unit) -> str:
    """The button that shows a unit."""
    return data("units", "card", unit.id)


def choose(
    t: Texts,
    question: Markup,
    units: Sequence[Unit],
    action: str,
    back: str,
    *args: object,
    page: int = 0,
    turn_args: tuple[object, ...] = (),
    turn_action: str = "",
) -> View:
    """Which unit? ``action`` gets ``args`` and the unit's id; ``turn_action`` turns the pages."""
    part, page, count = pages(units, page, _PAGE)
    rows = Rows()
    rows.extend(
        grid(
            [
                Button(clip(one.short_name, 18), data("units", action, *args, one.id))
                for one in part
            ],
            2,
        )
    )
    rows.extend(turn(page, count, "units", turn_action, *turn_args))
    rows.add(Button(plain(t._("◀ Back")), back))
    return View(text=question, rows=rows.done())


# --- One unit ------------------------------------------------------------------------------------


def _person_line(t: Texts, one: Sitting, bloc: Bloc) -> Markup:
    values = {
        "name": one.person.name,
        "role": role(t, one.seat.role),
        "date": day(t, one.seat.since, bloc),
    }
    if one.blocked:
        return t._("• {name} – {role}, since {date} ⚠ has blocked the bot", **values)
    return t._("• {name} – {role}, since {date}", **values)


def _people_lines(t: Texts, people: Sequence[Sitting], bloc: Bloc) -> list[Markup]:
    """The first people, and how many more there are."""
    more = len(people) - _PEOPLE
    return [
        *(_person_line(t, one, bloc) for one in people[:_PEOPLE]),
        *([t.ngettext("and {n} more", "and {n} more", more, n=t.number(more))] if more > 0 else []),
    ]


def _people_buttons(people: Sequence[Sitting]) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (Button(clip(one.person.name, 40), data("units", "person", one.seat.id)),) for one in people
    )


def unit_card(t: Texts, card: Card, note: str = "") -> View:
    """A unit with its people; what may be done to it is on the buttons."""
    unit, bloc = card.shown.unit, card.bloc
    people = _people_lines(t, card.shown.people, bloc)
    closed: Markup | None = None
    if unit.closed_at is not None:
        end = day(t, unit.closed_at, bloc)
        closed = (
            t._("Merged into {unit} on {date}.", unit=card.merged_into.name, date=end)
            if card.merged_into
            else t._("Closed on {date}.", date=end)
        )
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>{unit}</b>", unit=unit.name),
            t._("Short name: {name}", name=unit.short_name)
            if unit.short_name != unit.name
            else None,
            t._("Office: {office}", office=office(t, card.shown.office))
            if card.shown.office
            else None,
            t._("Staff: {n}", n=t.number(unit.staff)) if unit.staff is not None else None,
            t._("In the bloc since {date}", date=day(t, unit.joined_at, bloc)),
            *(
                t._("Until {date}: {name}", name=name, date=day(t, until, bloc))
                for name, until in card.names[-_NAMES:]
            ),
            closed,
            "",
            *(people or ([t._("Nobody has joined yet.")] if closed is None else [])),
            t._("⚠ There is no signatory. Please invite one, or make one of a representative.")
            if card.shown.people and not card.shown.has_signatory
            else None,
            t.ngettext(
                "{n} open invitation",
                "{n} open invitations",
                card.invitations,
                n=t.number(card.invitations),
            )
            if card.invitations
            else None,
        ),
        rows=_card_rows(t, card),
    )


def _card_rows(t: Texts, card: Card) -> tuple[tuple[Button, ...], ...]:
    unit_id = card.shown.unit.id

    def button(text: Markup, action: str, *more: object) -> Button:
        return Button(plain(text), data("units", action, unit_id, *more))

    rows = Rows()
    if card.invites:
        rows.add(
            button(t._("Invite"), "invite"),
            button(t._("Open invitations"), "open") if card.invitations else None,
        )
    if card.manages:
        rows.add(
            button(t._("People"), "people") if card.shown.people else None,
            button(t._("Staff count"), "staff"),
        )
        rows.add(button(t._("Rename"), "rename"), button(t._("Merge"), "merge"))
        rows.add(button(t._("Close the unit"), "close"))
    if card.appoints:
        rows.add(
            button(t._("Make it leader"), "appoint", "leader")
            if card.shown.office != "leader"
            else None,
            button(t._("Make it deputy"), "appoint", "deputy")
            if card.shown.office != "deputy"
            else None,
        )
    rows.add(Button(plain(t._("◀ All units")), data("units", "list", card.bloc.id)))
    return rows.done()


def people(t: Texts, card: Card, page: int = 0) -> View:
    """The people of a unit, to change somebody's role or take a seat away."""
    part, page, count = pages(card.shown.people, page, _PEOPLE)
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
    part, page, count = pages(shown.observers, page, _PEOPLE)
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
            *(
                [_person_line(t, one, shown.bloc) for one in part]
                or [t._("Nobody has joined yet.")]
            ),
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
            _person_line(t, one, bloc),
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


def confirm_close(t: Texts, unit: Unit) -> View:
    """Before a unit is closed."""
    return View(
        text=lines(
            t._("Close <b>{unit}</b>?", unit=unit.name),
            t._(
                "It owes nothing from now on; its people lose their seats and are told. Its "
                "reports stay."
            ),
        ),
        rows=(
            (
                Button(
                    plain(t._("Yes, close")), data("units", "close_yes", unit.id), style="danger"
                ),
            ),
            (Button(plain(t._("No")), card_data(unit)),),
        ),
    )


def merge_how(t: Texts, one: Unit, other: Unit) -> View:
    """Under which name two units go on; the answer does it."""
    return View(
        text=lines(
            t._(
                "<b>{one}</b> and <b>{other}</b> become one unit.",
                one=one.name,
                other=other.name,
            ),
            t._(
                "People and open invitations move there and are told. Reports so far stay under "
                "the old names. Under which name does the unit go on?"
            ),
        ),
        rows=(
            (Button(clip(one.short_name, 30), data("units", "merge_as", one.id, other.id)),),
            (Button(clip(other.short_name, 30), data("units", "merge_as", other.id, one.id)),),
            (Button(plain(t._("A new name")), data("units", "merge_new", one.id, other.id)),),
            (Button(plain(t._("No, don't merge")), card_data(one)),),
        ),
    )


# --- Questions that are answered by typing -------------------------------------------------------

Question = Literal["add", "rename", "staff", "merge"]


def ask(t: Texts, what: Question, name: str, back: str, note: str = "") -> View:
    """What to type next; ``name`` is the unit's or the bloc's."""
    how = t._("If you like, add a short name for buttons and the number of staff after semicolons:")
    example = t._("<code>Provincial Labour Federation; Labour; 24</code>")
    body = {
        "add": lambda: [t._("New unit in {bloc}. What is its name?", bloc=name), how, example],
        "rename": lambda: [
            t._("What is <b>{unit}</b> called from now on?", unit=name),
            t._("If you like, add a short name for buttons after a semicolon:"),
            t._("<code>Provincial Labour Federation; Labour</code>"),
            t._("What it did before stays under the old name."),
        ],
        "staff": lambda: [t._("How many people work at <b>{unit}</b>?", unit=name)],
        "merge": lambda: [t._("What is the new unit called?"), how, example],
    }[what]()
    return View(
        text=lines(*((note, "") if note else ()), *body),
        rows=((Button(plain(t._("Cancel")), back),),),
    )


def done(t: Texts, what: str, unit: Unit) -> Markup:
    """What has just been done to a unit."""
    return {
        "add": lambda: t._("✅ {unit} belongs to the bloc now.", unit=unit.name),
        "rename": lambda: t._("✅ The unit is called {unit} now.", unit=unit.name),
        "staff": lambda: t._("✅ The staff count of {unit} is kept.", unit=unit.name),
        "merge": lambda: t._("✅ The units are one now: {unit}.", unit=unit.name),
        "close": lambda: t._("✅ {unit} is closed. Its reports stay.", unit=unit.name),
        "leader": lambda: t._("✅ {unit} leads the bloc now.", unit=unit.name),
        "deputy": lambda: t._("✅ {unit} is the deputy now.", unit=unit.name),
    }[what]()


def removed(t: Texts, name: str) -> Markup:
    """After a seat was taken away."""
    return t._("✅ {name} has been removed.", name=name)


def role_changed(t: Texts, one: Sitting) -> Markup:
    """After a role was changed."""
    return t._("✅ {name} is now {role}.", name=one.person.name, role=role(t, one.seat.role))


def which_other(t: Texts, unit: Unit) -> Markup:
    """Asked before a merger."""
    return t._("Which unit becomes one with <b>{unit}</b>?", unit=unit.name)
