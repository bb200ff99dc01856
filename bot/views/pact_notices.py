"""The messages about signing, reminding by hand, and what can't be signed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

from markupsafe import Markup
from sqlmodel import Session

from bot.i18n import Texts
from bot.models import Person, TextKind
from bot.services import adoption_board
from bot.services.adoption_board import News, Plan, UnitLine
from bot.views.base import Button, Rows, View, clip, data, lines, plain
from bot.views.nudging import lately
from bot.views.pact import FEATURE, day, is_pact, menu, press, title
from bot.views.pact import name as text_name

_MOST_UNITS: Final = 10


# --- Reminding by hand ------------------------------------------------------------------------


def ask(t: Texts, plan: Plan, unit_id: int) -> View:
    """Whom a reminder will reach, before it is sent."""
    found = plan.board
    blocks: list[Markup | str] = []
    rows = Rows()
    if plan.lines:
        n, units = plan.people, len(plan.lines)
        blocks += [
            t.ngettext(
                "{n} person will get a reminder.",
                "{n} people will get a reminder.",
                n,
                n=t.number(n),
            ),
            t.ngettext(
                "{n} unit has not adopted it yet:",
                "{n} units have not adopted it yet:",
                units,
                n=t.number(units),
            ),
            *_names(t, plan.lines),
        ]
        rows.add(
            Button(
                plain(t._("🔔 Send")),
                data(FEATURE, "nudge", found.text.id, unit_id),
                style="primary",
            )
        )
    elif plan.waiting and plan.last and plan.again_at:
        blocks.append(lately(t, plan.last, plan.again_at, found.zone))
    elif plan.alone:
        blocks.append(t._("Nobody but you would get it."))
    elif not plan.silent:
        blocks.append(t._("✅ No unit owes it any more."))
    if plan.lines and plan.waiting:
        n = len(plan.waiting)
        blocks += [
            "",
            t.ngettext(
                "{n} unit was reminded lately and is left out.",
                "{n} units were reminded lately and are left out.",
                n,
                n=t.number(n),
            ),
        ]
    blocks += _silent(t, plan)
    rows.add(press(t._("◀ Back"), "board", found.text.id, 0))
    return View(text=lines(title(t, found.text), "", *blocks), rows=rows.done())


def _names(t: Texts, shown: Sequence[UnitLine]) -> list[Markup]:
    left = len(shown[_MOST_UNITS:])
    return [
        *(
            Markup("• {}: {}").format(
                line.unit, clip(", ".join(one.person.name for one in line.reachable), 80)
            )
            for line in shown[:_MOST_UNITS]
        ),
        *([t.ngettext("and {n} more", "and {n} more", left, n=t.number(left))] if left else []),
    ]


def _silent(t: Texts, plan: Plan) -> list[Markup | str]:
    """Units whom nothing reaches: nobody came yet, or all have blocked the bot."""
    empty = [line.unit for line in plan.silent if not line.people]
    blocked = [line.unit for line in plan.silent if line.people]
    found: list[Markup | str] = []
    if empty:
        found += [
            "",
            t._(
                "Nobody has taken a seat yet: {units}. Please invite them.",
                units=clip(t.join(empty), 300),
            ),
        ]
    if blocked:
        found += [
            "",
            t._(
                "Everybody has blocked the bot: {units}. Please reach them in another way.",
                units=clip(t.join(blocked), 300),
            ),
        ]
    return found


def nudged(t: Texts, plan: Plan) -> View:
    """What was sent."""
    n, units = plan.people, len(plan.lines)
    return View(
        text=lines(
            t.ngettext(
                "🔔 {n} person is being reminded.",
                "🔔 {n} people are being reminded.",
                n,
                n=t.number(n),
            ),
            t.ngettext(
                "{n} unit has not adopted it yet.",
                "{n} units have not adopted it yet.",
                units,
                n=t.number(units),
            ),
            *_silent(t, plan),
        ),
        rows=((press(t._("◀ Back"), "board", plan.board.text.id, 0), menu(t)),),
    )


# --- Messages ---------------------------------------------------------------------------------


def _open(t: Texts, found: News) -> tuple[tuple[Button, ...], ...]:
    """To the screen where it is signed."""
    words = t._("✍ Sign the pact") if is_pact(found.text) else t._("✅ Read and approve")
    return ((Button(plain(words), data(FEATURE, "home"), style="primary"),),)


def _nudge(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], now: dt.datetime
) -> View | None:
    """To the people of a unit that owes: what, who asks, and one tap to do it."""
    found = adoption_board.reminder(session, person, ids[0])
    if found is None:
        return None
    values = {"by": found.by, "unit": found.unit}
    return View(
        text=lines(
            t._("🔔 {by} asks {unit} for the signature under the pact.", **values)
            if is_pact(found.text)
            else t._("🔔 {by} asks {unit} for the approval of this text.", **values),
            title(t, found.text),
            t._("Published {when}", when=day(t, found.text.version.published_at, found.zone)),
        ),
        rows=_open(t, found),
        card=False,
    )


def _ready(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], now: dt.datetime
) -> View | None:
    """To the signatory: a colleague has prepared all but the last tap."""
    found = adoption_board.prepared(session, person, ids[0])
    if found is None:
        return None
    values = {"by": found.by, "unit": found.unit}
    return View(
        text=lines(
            t._("✍ {by} has prepared the pact for {unit}: it waits for your signature.", **values)
            if is_pact(found.text)
            else t._(
                "✍ {by} has prepared this text for {unit}: it waits for your approval.", **values
            ),
            title(t, found.text),
        ),
        rows=(
            (
                Button(
                    plain(t._("✍ Go on")),
                    data(FEATURE, "sign", found.text.id),
                    style="primary",
                ),
            ),
        ),
        card=False,
    )


def _complete(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], now: dt.datetime
) -> View | None:
    """To everybody of the bloc: all units have adopted it."""
    found = adoption_board.completed(session, person, ids[0])
    if found is None:
        return None
    pact = is_pact(found.text)
    rows = Rows()
    if pact:
        rows.add(Button(plain(t._("📄 The signed pact")), data("docs", "pact", found.text.id)))
    rows.add(press(t._("👥 Who has signed"), "board", found.text.id, 0))
    return View(
        text=lines(
            t._("🎉 All units of {bloc} have signed the pact.", bloc=found.bloc.name)
            if pact
            else t._("🎉 All units of {bloc} have approved this text.", bloc=found.bloc.name),
            title(t, found.text),
        ),
        rows=rows.done(),
        card=False,
    )


def _withdrawn(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], now: dt.datetime
) -> View | None:
    """To those who lead, and to the unit's own people: a signature was taken back."""
    news = adoption_board.taken_back(session, person, ids[0])
    if news is None:
        return None
    found, one = news
    return View(
        text=lines(
            t._("↩ {unit} has withdrawn its signature ({person}).", unit=one.unit_name,
                person=one.person_name)
            if is_pact(found.text)
            else t._("↩ {unit} has withdrawn its approval ({person}).", unit=one.unit_name,
                     person=one.person_name),
            title(t, found.text),
            Markup("<blockquote>{}</blockquote>").format(one.withdrawn_why or ""),
        ),
        rows=((press(t._("👥 Who has signed"), "board", found.text.id, 0),),),
        card=False,
    )  # fmt: skip


NOTICES: dict[str, Callable[..., View | None]] = {
    "nudge_pact": _nudge,
    "pact_ready": _ready,
    "pact_complete": _complete,
    "adoption_withdrawn": _withdrawn,
}


# --- What is not possible ---------------------------------------------------------------------


def _missing(t: Texts, missing: Sequence[str]) -> Markup:
    """One sentence that says what the unit has to do before it can sign."""
    match missing[0]:
        case "model":
            return t._(
                "The pact can't be signed yet: it needs at least one model and one product of "
                "your unit. Please add them first."
            )
        case "product":
            return t._(
                "The pact can't be signed yet: none of your unit's models has a product. "
                "Please add one first."
            )
    return t._(
        "The pact can't be signed yet: it needs at least one target of your unit. "
        "Please set one first."
    )


def _already(t: Texts, **v: Any) -> Markup:
    when = t.when(v["at"], v["zone"])
    pact = v["kind"] is TextKind.PACT
    if v["mine"]:
        return (
            t._("You have signed already, {when}.", when=when)
            if pact
            else t._("You have approved it already, {when}.", when=when)
        )
    return (
        t._("Signed already by {person}, {when}.", person=v["person"], when=when)
        if pact
        else t._("Approved already by {person}, {when}.", person=v["person"], when=when)
    )


ERRORS: dict[str, Callable[..., Markup]] = {
    "text_unknown": lambda t, **_v: t._("Your bloc has no such text. /pact shows what there is."),
    "pact_incomplete": lambda t, missing, **_v: _missing(t, missing),
    "signatories_only": lambda t, **_v: t._(
        "Only your unit's signatory can do that. You can tell them under /pact."
    ),
    "version_replaced": lambda t, kind, old, new, at, zone, **_v: t._(
        "{text}: version {old} was replaced by version {new} on {when}. Nothing was signed; "
        "please read the new one.",
        text=text_name(t, kind),
        old=str(old),
        new=str(new),
        when=t.when(at, zone),
    ),
    "text_old": lambda t, kind, **_v: t._(
        "{text}: this version isn't in force any more.", text=text_name(t, kind)
    ),
    "pact_year_over": lambda t, kind, **_v: t._(
        "{text}: its year is over, so nothing is signed any more.", text=text_name(t, kind)
    ),
    "adopted_already": _already,
    "adoption_none": lambda t, **_v: t._("That unit has not signed."),
    "adoption_gone": lambda t, **_v: t._("Your unit's signature doesn't stand any more."),
    "text_complete": lambda t, at, zone, **_v: t._(
        "All units have signed, {when}: nothing can be withdrawn any more.",
        when=t.when(at, zone),
    ),
    "withdraw_reason_needed": lambda t, **_v: t._("Please type why you withdraw."),
    "signer_name_empty": lambda t, **_v: t._("Please type the full name of whoever signs."),
    "signer_post_empty": lambda t, **_v: t._("Please type the post of whoever signs."),
    "no_signatory": lambda t, **_v: t._(
        "Your unit has no signatory who hears the bot. Please have one invited: /invite"
    ),
    "signatory_asked": lambda t, at, zone, **_v: t._(
        "The signatory was told {when}. Once in twelve hours is enough.", when=t.when(at, zone)
    ),
    "all_adopted": lambda t, **_v: t._("No unit owes it any more."),
    "targets_not_yours": lambda t, **_v: t._(
        "Those targets are another unit's. /pact shows your own."
    ),
    "targets_other_year": lambda t, year, **_v: t._(
        "The year {year} has begun; nothing was entered. Here are its targets.", year=str(year)
    ),
    "targets_frozen": lambda t, person, at, zone, **_v: t._(
        "The pact is signed ({person}, {when}), so its targets stand. To change them, the "
        "signatory withdraws the signature first.",
        person=person,
        when=t.when(at, zone),
    ),
    "target_no_field": lambda t, **_v: t._("There is no such target. /pact shows them all."),
}
