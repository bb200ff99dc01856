"""Units and people of a bloc: the list, a unit's card, what is asked when something changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.i18n import Texts
from bot.models import Bloc, Unit
from bot.services.units import Card, Listing, Sitting, UnitPeople
from bot.views.base import Button, Rows, View, clip, data, grid, lines, pages, plain, turn
from bot.views.people import menu_button, office, role

_PAGE = 12
#: People and earlier names that a text shows: Telegram takes 4096 characters, and 100 buttons.
PEOPLE = 15
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


def person_line(t: Texts, one: Sitting, bloc: Bloc) -> Markup:
    values = {
        "name": one.person.name,
        "role": role(t, one.seat.role),
        "date": day(t, one.seat.since, bloc),
    }
    if one.blocked:
        return t._("• {name} – {role}, since {date} ⚠ has blocked the bot", **values)
    return t._("• {name} – {role}, since {date}", **values)


def people_lines(t: Texts, people: Sequence[Sitting], bloc: Bloc) -> list[Markup]:
    """The first people, and how many more there are."""
    more = len(people) - PEOPLE
    return [
        *(person_line(t, one, bloc) for one in people[:PEOPLE]),
        *([t.ngettext("and {n} more", "and {n} more", more, n=t.number(more))] if more > 0 else []),
    ]


def unit_card(t: Texts, card: Card, note: str = "") -> View:
    """A unit with its people; what may be done to it is on the buttons."""
    unit, bloc = card.shown.unit, card.bloc
    people = people_lines(t, card.shown.people, bloc)
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
    """Under which name two units go on."""
    how = data("units", "merge_how", one.id, other.id)
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
            *((Button(clip(name.short_name, 30), how + f":{name.id}"),) for name in (one, other)),
            (Button(plain(t._("A new name")), data("units", "merge_new", one.id, other.id)),),
            (Button(plain(t._("No, don't merge")), card_data(one)),),
        ),
    )


def confirm_merge(t: Texts, one: Unit, other: Unit, kept: Unit) -> View:
    """Before ``one`` and ``other`` become one under the name of ``kept``, one of them."""
    gone = other if kept is one else one
    return View(
        text=lines(
            t._("Merge <b>{gone}</b> into <b>{unit}</b>?", gone=gone.name, unit=kept.name),
            t._("The unit is called {unit} from now on. This can't be undone.", unit=kept.name),
        ),
        rows=(
            (
                Button(
                    plain(t._("Yes, merge")),
                    data("units", "merge_as", kept.id, gone.id),
                    style="danger",
                ),
            ),
            (Button(plain(t._("◀ Back")), data("units", "merge_how", one.id, other.id)),),
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
        "merge": lambda: [
            t._("What is the new unit called?"),
            how,
            example,
            t._("With your answer the two become one. This can't be undone."),
        ],
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


def which_other(t: Texts, unit: Unit) -> Markup:
    """Asked before a merger."""
    return t._("Which unit becomes one with <b>{unit}</b>?", unit=unit.name)
