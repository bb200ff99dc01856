"""Persons: who they are in a bloc, what is kept about them, leaving; the news of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel import Session, col, select

from bot.i18n import KNOWN_LANGUAGES, Texts
from bot.models import Bloc, Person, Seat, SeatRole, Unit
from bot.services import notices
from bot.services.invitations import Accepted
from bot.services.people import Held, Kept
from bot.views.base import Button, Rows, View, clip, data, lines, pages, plain, turn


def describe_bloc(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Switch unit or bloc")


def describe_privacy(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("What is kept about me; leave")


def role(t: Texts, seat_role: SeatRole) -> Markup:
    """A seat's role."""
    return {
        SeatRole.SIGNATORY: lambda: t._("signatory"),
        SeatRole.REPRESENTATIVE: lambda: t._("representative"),
        SeatRole.OBSERVER: lambda: t._("observer"),
    }[seat_role]()


def office(t: Texts, name: str) -> Markup:
    """A unit's office in its bloc."""
    return t._("bloc leader") if name == "leader" else t._("deputy leader")


def menu_button(t: Texts) -> Button:
    """The way back to the start."""
    return Button(plain(t._("◀ Menu")), data("home", "menu"))


# --- Strangers and newcomers ---------------------------------------------------------------------


def language_buttons(chosen: str = "") -> tuple[tuple[Button, ...], ...]:
    """Every language under its own name, the chosen one marked."""
    buttons = [
        Button(("✅ " if code == chosen else "") + name, data("settings", "set", code))
        for code, name in KNOWN_LANGUAGES.items()
    ]
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


def welcome(t: Texts, note: str = "") -> View:
    """For somebody without a seat: what this is and whom to ask."""
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("Hello. I am <b>Blocbot</b>, the assistant of emulation blocs."),
            "",
            t._("Member units send their monthly reports here, and the bloc leader reviews them."),
            "",
            t._(
                "To take part you need an invitation link. Please ask your bloc leader, or the "
                "signatory of your unit, for one; then open it and press Start."
            ),
        ),
        rows=language_buttons(t.language),
    )


def accepted(t: Texts, what: Accepted) -> Markup:
    """The sentence above the menu after an invitation."""
    if not what.new:
        if what.unit is None:
            return t._("You are already an observer of {bloc}.", bloc=what.bloc.name)
        return t._("You already belong to {unit}.", unit=what.unit.name)
    if what.unit is None:
        return t._("✅ Welcome. You now observe {bloc}.", bloc=what.bloc.name)
    if what.seat.role is SeatRole.SIGNATORY:
        return t._(
            "✅ Welcome. You are now a signatory of {unit} in {bloc}.",
            unit=what.unit.name,
            bloc=what.bloc.name,
        )
    return t._(
        "✅ Welcome. You are now a representative of {unit} in {bloc}.",
        unit=what.unit.name,
        bloc=what.bloc.name,
    )


# --- /bloc ---------------------------------------------------------------------------------------


def _seat_line(t: Texts, held: Held) -> Markup:
    if held.unit is None:
        return t._("{bloc} – observer", bloc=held.bloc.name)
    values = {"unit": held.unit.name, "bloc": held.bloc.name, "role": role(t, held.seat.role)}
    if held.office is None:
        return t._("{unit} ({bloc}) – {role}", **values)
    return t._("{unit} ({bloc}) – {role}, {office}", office=office(t, held.office), **values)


#: Seats that a text shows: a standing body's person may observe many blocs.
_SEATS = 7


def seats(t: Texts, held: list[Held], current: int | None, page: int = 0) -> View:
    """The person's seats, one tap to act from another."""
    part, page, count = pages(held, page, _SEATS)
    rows = Rows()
    for one in part:
        mark = "✅ " if one.seat.id == current else ""
        where = one.bloc.name if one.unit is None else f"{one.unit.short_name} · {one.bloc.name}"
        rows.add(Button(mark + clip(where, 40), data("people", "switch", one.seat.id)))
    rows.extend(turn(page, count, "people", "bloc"))
    rows.add(menu_button(t))
    one_only = t._("You belong to one unit only, so that there is nothing to switch.")
    return View(
        text=lines(
            t._("<b>Your units and blocs</b>"),
            *(
                t._("▶ {seat} (now)", seat=_seat_line(t, one))
                if one.seat.id == current
                else t._("• {seat}", seat=_seat_line(t, one))
                for one in part
            ),
            "",
            t._("Tap the one that you want to act for.") if len(held) > 1 else one_only,
        ),
        rows=rows.done(),
    )


def switched(t: Texts) -> str:
    """Toast after a switch."""
    return plain(t._("Switched."))


# --- /privacy ------------------------------------------------------------------------------------


def _earlier(t: Texts, count: int) -> list[Markup]:
    """How many seats there are before those that a text shows."""
    more = count - _SEATS
    if more <= 0:
        return []
    return [t.ngettext("{n} earlier one", "{n} earlier ones", more, n=t.number(more))]


def privacy(t: Texts, kept: Kept, zone: ZoneInfo) -> View:
    """Everything kept about a person, and the way out."""
    person = kept.person
    seat_lines = [
        t._("• {seat}, since {date}", seat=_seat_line(t, one), date=_day(t, one.seat.since, zone))
        if one.seat.until is None
        else t._(
            "• {seat}, {date} to {end}",
            seat=_seat_line(t, one),
            date=_day(t, one.seat.since, zone),
            end=_day(t, one.seat.until, zone),
        )
        for one in kept.seats[-_SEATS:]
    ]
    return View(
        text=lines(
            t._("<b>What is kept about you</b>"),
            t._("Name on Telegram: {name}", name=person.name),
            t._("Username: @{name}", name=person.username)
            if person.username
            else t._("Username: none"),
            t._("Telegram number: {number}", number=person.telegram_id),
            t._("Language: {language}", language=KNOWN_LANGUAGES[person.language]),
            t._("First message: {date}", date=_day(t, person.first_seen_at, zone)),
            "",
            t._("<b>Where you belong</b>") if seat_lines else t._("You belong to no unit."),
            *_earlier(t, len(kept.seats)),
            *seat_lines,
            "",
            *_given(t, kept),
            "",
            t._(
                "People of your bloc see your name and role. What you sent belongs to your unit. "
                "Signatures keep the name and post that they were given with; the record of "
                "decisions keeps only numbers."
            ),
        ),
        rows=(
            (Button(plain(t._("Leave, erase my data")), data("people", "leave"), style="danger"),),
            (menu_button(t),),
        ),
    )


def _given(t: Texts, kept: Kept) -> list[Markup]:
    """What came from a person, counted; of rarer things those that there are."""
    counts = (
        t.ngettext(
            "You have sent {n} report.",
            "You have sent {n} reports.",
            kept.reports,
            n=t.number(kept.reports),
        ),
        t.ngettext(
            "You have added {n} piece of evidence.",
            "You have added {n} pieces of evidence.",
            kept.evidence,
            n=t.number(kept.evidence),
        ),
        t.ngettext(
            "You have given {n} signature or approval, with your name and post.",
            "You have given {n} signatures and approvals, with your name and post.",
            kept.signatures,
            n=t.number(kept.signatures),
        ),
        t.ngettext(
            "You have commented {n} time on texts.",
            "You have commented {n} times on texts.",
            kept.comments,
            n=t.number(kept.comments),
        ),
        t.ngettext(
            "You have entered {n} model.",
            "You have entered {n} models.",
            kept.models,
            n=t.number(kept.models),
        ),
        t.ngettext(
            "You have asked or answered {n} question.",
            "You have asked or answered {n} questions.",
            kept.questions,
            n=t.number(kept.questions),
        ),
    )
    later = (kept.signatures, kept.comments, kept.models, kept.questions)
    return [*counts[:2], *(one for one, n in zip(counts[2:], later, strict=True) if n)]


def confirm_leave(t: Texts, held: list[Held]) -> View:
    """What leaving means, before it is done."""
    return View(
        text=lines(
            t._("<b>Do you really want to leave?</b>"),
            *_earlier(t, len(held)),
            *(t._("• {seat}", seat=_seat_line(t, one)) for one in held[-_SEATS:]),
            "",
            t._(
                "Your seats end now. Your name, username and Telegram number are erased. What you "
                "sent stays with your unit, and a signature keeps the name and post at signing. "
                "The bloc leader is told. You can come back by a new invitation."
            ),
        ),
        rows=(
            (Button(plain(t._("Yes, leave")), data("people", "leave_yes"), style="danger"),),
            (Button(plain(t._("No, stay")), data("people", "privacy")),),
        ),
    )


def has_left(t: Texts) -> View:
    """After leaving."""
    return View(
        text=t._(
            "You have left, and your data is erased. To come back, please ask your bloc leader "
            "for a new invitation."
        )
    )


def _day(t: Texts, at: dt.datetime, zone: ZoneInfo) -> str:
    return t.date(at.astimezone(zone).date())


#: Newcomers that one message names.
_NEWS = 10

# --- News ----------------------------------------------------------------------------------------


def _seat(session: Session, seat_id: int) -> tuple[Seat, Person, Bloc, Unit | None]:
    row = session.exec(
        select(Seat, Person, Bloc, Unit)
        .join(Person, col(Person.id) == col(Seat.person_id))
        .join(Bloc, col(Bloc.id) == col(Seat.bloc_id))
        .outerjoin(Unit, col(Unit.id) == col(Seat.unit_id))
        .where(col(Seat.id) == seat_id)
    ).one()
    return row[0], row[1], row[2], row[3]


def _joined(
    session: Session, t: Texts, to: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    parts = []
    for one in ids:
        seat, person, bloc, unit = _seat(session, one["seat"])
        if seat.until is not None or not notices.sits(session, to, bloc_id=bloc.id):
            continue
        if unit is None:
            parts.append(t._("{name} now observes {bloc}.", name=person.name, bloc=bloc.name))
        else:
            parts.append(
                t._(
                    "{name} has joined {unit} as {role}.",
                    name=person.name,
                    unit=unit.name,
                    role=role(t, seat.role),
                )
            )
    if not parts:
        return None
    more = len(parts) - _NEWS
    if more > 0:
        parts[_NEWS:] = [t.ngettext("and {n} more", "and {n} more", more, n=t.number(more))]
    return View(text=lines(*parts), card=False)


def _left(
    session: Session, t: Texts, to: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    seat, _, bloc, unit = _seat(session, ids[0]["seat"])
    if not notices.sits(session, to, bloc_id=bloc.id):
        return None
    if unit is None:
        return View(text=t._("An observer of {bloc} has left.", bloc=bloc.name), card=False)
    signatories = session.exec(
        select(Seat.id)
        .where(
            col(Seat.unit_id) == unit.id,
            col(Seat.role) == SeatRole.SIGNATORY,
            col(Seat.until).is_(None),
        )
        .limit(1)
    ).first()
    return View(
        text=lines(
            t._("A signatory of {unit} has left.", unit=unit.name)
            if seat.role is SeatRole.SIGNATORY
            else t._("A representative of {unit} has left.", unit=unit.name),
            t._("⚠ The unit has no signatory now. Please invite a successor.")
            if signatories is None and unit.closed_at is None
            else None,
        ),
        rows=((Button(plain(t._("Invite")), data("units", "invite", unit.id)),),),
        card=False,
    )


def _seat_removed(
    session: Session, t: Texts, _to: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    _, _, bloc, unit = _seat(session, ids[0]["seat"])
    if unit is None:
        return View(
            text=t._("You are no longer an observer of {bloc}.", bloc=bloc.name), card=False
        )
    return View(
        text=t._(
            "You no longer belong to {unit} in {bloc}. If that is a mistake, please ask your "
            "bloc leader.",
            unit=unit.name,
            bloc=bloc.name,
        ),
        card=False,
    )


def _role_changed(
    session: Session, t: Texts, _to: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    seat, _, _, unit = _seat(session, ids[0]["seat"])
    if unit is None or seat.until is not None:
        return None
    return View(
        text=t._("You are now a signatory of {unit}.", unit=unit.name)
        if seat.role is SeatRole.SIGNATORY
        else t._("You are now a representative of {unit}.", unit=unit.name),
        card=False,
    )


NOTICES = {
    "joined": _joined,
    "left": _left,
    "seat_removed": _seat_removed,
    "role_changed": _role_changed,
}
COLLECTED = {"joined"}

ERRORS: dict[str, Callable[..., Markup]] = {
    "invitation_unknown": lambda t, **_v: t._(
        "I don't know this invitation. Please ask your bloc leader for a new link."
    ),
    "invitation_used": lambda t, **_v: t._(
        "This invitation has already been used. Each works once: please ask your bloc leader for "
        "a new link."
    ),
    "invitation_expired": lambda t, **_v: t._(
        "This invitation has expired. Please ask your bloc leader for a new link."
    ),
    "invitation_revoked": lambda t, **_v: t._(
        "This invitation has been withdrawn. Please ask your bloc leader for a new link."
    ),
    "seat_unknown": lambda t, **_v: t._("There is nobody like that here. /units shows the people."),
    "seat_ended": lambda t, **_v: t._("This person no longer belongs there."),
    "language_unknown": lambda t, **_v: t._(
        "I don't speak that language. /language shows those that I speak."
    ),
}
