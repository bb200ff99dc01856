"""The pact and the other texts as a unit adopts them: the home screen, who has signed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.domain.register import PRODUCT
from bot.i18n import Texts
from bot.models import Adoption, SeatRole, TextKind
from bot.services.access import Actor
from bot.services.adoption_board import Board, UnitLine
from bot.services.adoptions import Home, Line, Text
from bot.services.commitments import Commitment
from bot.services.units import Sitting
from bot.views.base import Button, Rows, View, clip, data, grid, lines, pages, plain, turn

FEATURE: Final = "pact"
_PAGE: Final = 8
_PEOPLE: Final = 4
_NAME: Final = 40
_MOST_CARDS: Final = 3

_MARKS: Final = {TextKind.PACT: "📜", TextKind.REGULATION: "📘", TextKind.PLAN: "📋"}


def describe_pact(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Sign the pact, approve regulation and plan")


def press(text: str, action: str, *args: object, version: int = 0) -> Button:
    """A button of this feature; ``text`` may be a sentence."""
    return Button(plain(text), data(FEATURE, action, *args, version=version))


def menu(t: Texts) -> Button:
    """The way back to the menu."""
    return Button(plain(t._("◀ Menu")), data("home", "menu"))


def back(t: Texts) -> Button:
    """The way back to the pact."""
    return press(t._("◀ To the pact"), "home")


def name(t: Texts, kind: TextKind) -> Markup:
    """What a text is called."""
    return {
        TextKind.REGULATION: t._("Regulation"),
        TextKind.PLAN: t._("Action plan"),
        TextKind.PACT: t._("Pact"),
    }[kind]


def title(t: Texts, text: Text) -> Markup:
    """A text with its version."""
    return t._(
        "<b>{text}</b> · version {version}",
        text=name(t, text.kind),
        version=str(text.version.version),
    )


def fingerprint(sha256: str) -> str:
    """The beginning of a hash, grouped to be compared by eye: ``a1b2 c3d4 e5f6``."""
    return " ".join(sha256[at : at + 4] for at in range(0, 12, 4))


def is_pact(text: Text) -> bool:
    """The pact is signed; the other texts are approved."""
    return text.kind is TextKind.PACT


# --- Home -------------------------------------------------------------------------------------


def home(t: Texts, actor: Actor, found: Home, note: str = "") -> View:
    """Every published text with how it stands, and what to do about it."""
    blocks: list[Markup | str] = []
    rows = Rows()
    for line in found.lines:
        blocks += ["", *_line(t, line, found.commitment, actor.zone)]
        rows.extend(_line_buttons(t, line, found.commitment))
    if not found.lines:
        blocks += [
            "",
            t._(
                "Nothing has been published yet. You will be told when there is something to sign."
            ),
        ]
        if found.commitment is not None:
            rows.extend(_preparing(t, found.commitment))
    if actor.is_reviewer:
        rows.add(Button(plain(t._("Draft and publish")), data("texts", "list")))
    where = actor.unit.name if actor.unit else actor.here.bloc.name
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>Texts to adopt, {year}</b>", year=str(found.year.year)),
            where,
            *blocks,
        ),
        rows=rows.add(menu(t)).done(),
    )


def _line(
    t: Texts, line: Line, commitment: Commitment | None, zone: ZoneInfo
) -> list[Markup | str]:
    parts: list[Markup | str] = [
        Markup("{} {}").format(_MARKS[line.text.kind], title(t, line.text)),
    ]
    if commitment is not None:
        parts += _own_state(t, line, zone)
    parts.append(_count(t, line.text, line.signed, line.units))
    if line.text.kind is TextKind.PACT and commitment is not None:
        parts += _progress(t, commitment)
    return parts


def _own_state(t: Texts, line: Line, zone: ZoneInfo) -> list[Markup]:
    """How one's own unit stands towards a text; why there is a new version."""
    pact = is_pact(line.text)
    if line.adopted is not None:
        values = {"when": day(t, line.adopted.at, zone), "person": line.adopted.person_name}
        return [
            t._("✅ Signed {when} by {person}", **values)
            if pact
            else t._("✅ Approved {when} by {person}", **values)
        ]
    parts = [
        t._("⏳ Your unit has not signed yet.")
        if pact
        else t._("⏳ Your unit has not approved it yet.")
    ]
    if line.before is not None:
        parts.append(
            t._("A new version: what was signed before counts no more, so all sign again.")
            if pact
            else t._(
                "A new version: what was approved before counts no more, so all approve again."
            )
        )
    if line.text.version.why and line.before is not None:
        parts.append(Markup("<i>{}</i>").format(clip(line.text.version.why, 300)))
    return parts


def day(t: Texts, at: dt.datetime, zone: ZoneInfo) -> str:
    """The local day of a moment."""
    return t.date(at.astimezone(zone).date())


def _count(t: Texts, text: Text, signed: int, units: int) -> Markup:
    values = {"signed": t.number(signed), "units": t.number(units)}
    if signed == units > 0:
        return (
            t._("✅ All {units} have signed.", **values)
            if is_pact(text)
            else t._("✅ All {units} have approved it.", **values)
        )
    if is_pact(text):
        return t._("Units that have signed: {signed}/{units}", **values)
    return t._("Units that have approved: {signed}/{units}", **values)


def _progress(t: Texts, commitment: Commitment) -> list[Markup]:
    parts = [
        t._(
            "Targets {done}/{all} · models {models} · products {products}",
            done=t.number(len(commitment.planned)),
            all=t.number(len(commitment.fields)),
            models=t.number(len(commitment.models)),
            products=t.number(commitment.products),
        )
    ]
    parts += [
        t.ngettext(
            "✎ {model}: {n} part of the card is still empty; it can wait.",
            "✎ {model}: {n} parts of the card are still empty; they can wait.",
            lacking,
            model=clip(model.name, _NAME),
            n=t.number(lacking),
        )
        for model, lacking in commitment.unfinished[:_MOST_CARDS]
    ]
    return parts


def _line_buttons(t: Texts, line: Line, commitment: Commitment | None) -> list[tuple[Button, ...]]:
    text, rows = line.text, Rows()
    pact = is_pact(text)
    if commitment is not None and line.adopted is None:
        missing = commitment.missing if pact else ()
        rows.add(
            _lacking(t, commitment, missing[0])
            if missing
            else Button(
                plain(t._("✍ Sign the pact") if pact else _approve(t, text.kind)),
                data(FEATURE, "sign", text.id),
                style="primary",
            )
        )
    if line.adopted is not None:
        rows.add(
            press(t._("🖋 Our signature"), "unit", text.id, line.adopted.unit_id, 0),
            _models(t, commitment) if commitment is not None and pact else None,
        )
    elif commitment is not None and pact:
        rows.extend(_preparing(t, commitment))
    mark = _MARKS[text.kind]
    rows.add(
        Button(
            plain(t._("{mark} Read", mark=mark)),
            data("texts", "read", text.id, 0),
        ),
        Button(plain(t._("± What changed")), data("texts", "changes", text.id, 0))
        if text.version.version > 1
        else None,
        press(
            t._("👥 {signed}/{units}", signed=t.number(line.signed), units=t.number(line.units)),
            "board",
            text.id,
            0,
        ),
    )
    if pact and text.version.complete_at is not None:
        rows.add(Button(plain(t._("📄 The signed pact")), data("docs", "pact", text.id)))
    return rows.rows


def _approve(t: Texts, kind: TextKind) -> Markup:
    if kind is TextKind.REGULATION:
        return t._("✅ Approve the regulation")
    return t._("✅ Approve the plan")


def _preparing(t: Texts, commitment: Commitment) -> tuple[tuple[Button, ...], ...]:
    """The ways to what a unit commits to."""
    return (
        (
            press(
                t._(
                    "🎯 Targets {done}/{all}",
                    done=t.number(len(commitment.planned)),
                    all=t.number(len(commitment.fields)),
                ),
                "targets",
            ),
            _models(t, commitment),
        ),
    )


def _models(t: Texts, commitment: Commitment) -> Button:
    return Button(
        plain(t._("🌱 Models {n}", n=t.number(len(commitment.models)))),
        data("models", "mine") if commitment.models else data("models", "new", "pact"),
    )


def _lacking(t: Texts, commitment: Commitment, what: str) -> Button:
    """The one tap that leads to what is missing."""
    if what == "model":
        return Button(
            plain(t._("➕ Add a model and its product")),
            data("models", "new", "pact"),
            style="primary",
        )
    if what == PRODUCT:
        return Button(
            plain(t._("➕ Add the product of a model")),
            data("models", "edit", commitment.models[0].id or 0, "pact"),
            style="primary",
        )
    return Button(plain(t._("🎯 Set targets")), data(FEATURE, "targets"), style="primary")


# --- Who has signed ---------------------------------------------------------------------------


def board(t: Texts, found: Board, page: int = 0, note: str = "") -> View:
    """Unit by unit: those who owe first, with their people for whoever may remind them."""
    entries = [*found.owing, *found.signed]
    shown, page, count = pages(entries, page, _PAGE)
    blocks: list[Markup | str] = []
    for line in shown:
        blocks += ["", *_entry(t, found, line)]
    if found.past and page == count - 1:
        blocks += ["", t._("Of units that are members no longer:")]
        blocks += [_signature(t, one.unit_name, one, found.zone) for one in found.past[:_PAGE]]
    rows = Rows().extend(turn(page, count, FEATURE, "board", found.text.id))
    if found.may_nudge and any(
        line.reachable and line.nudged_at is None and line.unit_id != found.own_unit_id
        for line in found.owing
    ):
        rows.add(
            Button(
                plain(t._("🔔 Remind the others")),
                data(FEATURE, "ask", found.text.id, 0),
                style="primary",
            )
        )
    buttons = [one for line in shown if (one := _unit_button(found, line)) is not None]
    rows.extend(grid(buttons, 2))
    if is_pact(found.text) and found.text.version.complete_at is not None:
        rows.add(Button(plain(t._("📄 The signed pact")), data("docs", "pact", found.text.id)))
    old = None
    if not found.text.in_force:
        old = t._("A newer version is in force; this one is history.")
    return View(
        text=lines(
            *((note, "") if note else ()),
            title(t, found.text),
            old,
            _count(t, found.text, len(found.signed), len(found.lines)),
            *blocks,
        ),
        rows=rows.add(back(t), menu(t)).done(),
    )


def _entry(t: Texts, found: Board, line: UnitLine) -> list[Markup]:
    if line.adopted is not None:
        return [_signature(t, line.unit, line.adopted, found.zone)]
    head = (
        t._("⏳ <b>{unit}</b>: not signed yet", unit=line.unit)
        if is_pact(found.text)
        else t._("⏳ <b>{unit}</b>: not approved yet", unit=line.unit)
    )
    if not found.reads:
        return [head]
    people = people_lines(t, line.people)
    if line.nudged_at is not None:
        people.append(t._("🔔 reminded {when}", when=t.when(line.nudged_at, found.zone)))
    return [head, *people]


def _signature(t: Texts, unit: str, one: Adoption, zone: ZoneInfo) -> Markup:
    return t._(
        "✅ <b>{unit}</b>: {when}, {person}, {post}",
        unit=unit,
        when=t.when(one.at, zone),
        person=one.person_name,
        post=one.post,
    )


def people_lines(t: Texts, people: Sequence[Sitting]) -> list[Markup]:
    """Who sits at a unit, a line each; who hears nothing is marked."""
    if not people:
        return [t._("Nobody has taken a seat there yet.")]
    left = len(people[_PEOPLE:])
    return [
        *(_person(t, one) for one in people[:_PEOPLE]),
        *([t.ngettext("and {n} more", "and {n} more", left, n=t.number(left))] if left else []),
    ]


def _person(t: Texts, one: Sitting) -> Markup:
    name = clip(one.person.name, _NAME)
    if one.blocked:
        return t._("🚫 {name} (has blocked the bot)", name=name)
    if one.seat.role is SeatRole.SIGNATORY:
        return t._("• {name} (signatory)", name=name)
    return t._("• {name}", name=name)


def _unit_button(found: Board, line: UnitLine) -> Button | None:
    """What to do about a unit: see what it signed, remind or invite its people."""
    short = clip(line.unit, 18)
    if line.adopted is not None:
        return press(f"👁 {short}", "unit", found.text.id, line.unit_id, 0)
    if not found.may_nudge:
        return None
    if line.unit_id == found.own_unit_id:
        return press(f"✍ {short}", "home")
    if not line.people:
        return Button(f"➕ {short}", data("units", "invite", line.unit_id))
    return press(f"🔔 {short}", "ask", found.text.id, line.unit_id)
