"""The year's texts: the list, a text's card, the message that a version is out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

from markupsafe import Markup
from sqlmodel import Session

from bot.domain.names import fold
from bot.i18n import Texts
from bot.models import Bloc, BlocText, BlocYear, Person, TextKind, TextState, TextVersion
from bot.services import notices, text_news
from bot.services import texts as service
from bot.services.access import Actor
from bot.services.texts import Line
from bot.views.base import Button, Rows, View, clip, data, lines, plain

FEATURE: Final = "texts"
DRAFTS: Final = "drafts"
COMMENTS: Final = "comments"


def describe_publish(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("Regulation, action plan and pact: draft and publish")


def kind_name(t: Texts, kind: TextKind) -> Markup:
    """What a text is called."""
    return {
        TextKind.REGULATION: t._("Regulation"),
        TextKind.PLAN: t._("Action plan"),
        TextKind.PACT: t._("Pact"),
    }[kind]


def kind_typed(t: Texts, typed: str) -> TextKind | None:
    """The text that is named in words behind a command, with or without diacritics."""
    wanted = fold(typed)
    for kind in TextKind:
        if wanted and wanted in (kind.value, fold(plain(kind_name(t, kind)))):
            return kind
    return None


def button(text: Markup | str, feature: str, action: str, *args: object) -> Button:
    """A button that belongs to no form."""
    return Button(plain(text), data(feature, action, *args))


def menu(t: Texts) -> Button:
    """The way home."""
    return button(t._("◀ Menu"), "home", "menu")


def back(t: Texts, kind: TextKind) -> Button:
    """The way to a text's card."""
    return button(t._("◀ Back"), FEATURE, "card", kind.value)


def filled_with(t: Texts) -> Button:
    """The way to what proposed texts are filled with."""
    return button(t._("⚖ Themes, legal basis, heads"), "papers", "show")


def adopting(t: Texts, kind: TextKind) -> Button:
    """The way to where units sign the pact and approve the other texts."""
    text = t._("✍ Sign") if kind is TextKind.PACT else t._("✍ Approve")
    return button(text, "pact", "home")


# --- The list and the card --------------------------------------------------------------------


def board(t: Texts, actor: Actor, found: Sequence[Line], note: str = "") -> View:
    """The year's texts, each with how it stands."""
    parts: list[str | None] = []
    for one in found:
        parts += ["", t._("<b>{text}</b>", text=kind_name(t, one.kind)), *_standing(t, one)]
    rows = Rows().extend(
        (button(kind_name(t, one.kind), FEATURE, "card", one.kind.value),) for one in found
    )
    if actor.is_reviewer or actor.is_observer:
        rows.add(filled_with(t))
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>Texts of {year}</b> · {bloc}", year=str(actor.here.year.year),
                bloc=actor.here.bloc.name),
            *parts,
        ),
        rows=rows.add(menu(t)).done(),
    )  # fmt: skip


def _standing(t: Texts, one: Line) -> list[Markup]:
    """How a text stands, a line or two."""
    found = []
    if one.version:
        values = {
            "version": str(one.version),
            "k": t.number(one.adopted),
            "n": t.number(one.units),
        }
        found.append(
            t._("version {version} in force, signed by {k} of {n} units", **values)
            if one.kind is TextKind.PACT
            else t._("version {version} in force, adopted by {k} of {n}", **values)
        )
    if one.state is TextState.DRAFT:
        found.append(t._("a draft") if one.length else t._("an empty draft"))
    elif one.state is TextState.COMMENTING:
        found.append(t._("open for comments"))
    if one.comments:
        found.append(
            t.ngettext(
                "{n} comment, {open} undecided",
                "{n} comments, {open} undecided",
                one.comments,
                n=t.number(one.comments),
                open=t.number(one.open),
            )
        )
    return found or [t._("none yet")]


def card(
    t: Texts, actor: Actor, one: Line, *, last_year: int | None = None, note: str = ""
) -> View:
    """A text with what this person can do. ``last_year`` had a text to start from."""
    rows = Rows()
    kind = one.kind.value
    if one.version:
        rows.add(
            button(t._("📖 Read version {n}", n=str(one.version)), FEATURE, "read",
                   one.version_id, 0),
        )  # fmt: skip
        if one.version > 1:
            rows.add(
                button(t._("What changed"), FEATURE, "changes", one.version_id, 0),
                button(t._("Versions"), FEATURE, "versions", kind, 0),
            )
        who = t._("👥 Who has signed") if kind == "pact" else t._("👥 Who has approved it")
        rows.add(button(who, "pact", "board", one.version_id, 0))
    if one.state is TextState.COMMENTING:
        _commenting(t, actor, one, rows)
    elif actor.is_reviewer:
        _drafting(t, one, last_year, rows)
    if one.text_id and (actor.is_reviewer or actor.is_observer) and one.round:
        rows.add(button(t._("💬 Comments"), COMMENTS, "all", one.text_id, 0))
    if one.text_id and actor.is_member and not actor.is_reviewer and one.round:
        rows.add(button(t._("💬 Our comments"), COMMENTS, "mine", one.text_id, 0))
    rows.add(button(t._("◀ All texts"), FEATURE, "list"), menu(t))
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>{text}</b> · {year}", text=kind_name(t, one.kind),
                year=str(actor.here.year.year)),
            *_standing(t, one),
            *_hint(t, actor, one),
        ),
        rows=rows.done(),
    )  # fmt: skip


def _hint(t: Texts, actor: Actor, one: Line) -> list[Markup]:
    if not actor.is_reviewer or one.length or one.version:
        return []
    return [
        Markup(""),
        t._("Start from a text that is proposed, or type yours, or send it as a DOCX or TXT file."),
        t._("⚖ The legal basis and themes of the proposed text can be changed before."),
    ]


def _commenting(t: Texts, actor: Actor, one: Line, rows: Rows) -> None:
    read = t._("📖 Read and comment") if actor.is_member else t._("📖 Read the draft")
    rows.add(button(read, FEATURE, "look", one.text_id, one.revision, 0))
    if actor.is_reviewer:
        rows.add(button(t._("Close comments"), DRAFTS, "close", one.text_id, one.round))
        rows.add(button(t._("📢 Publish"), DRAFTS, "publish", one.text_id, one.revision))


def _drafting(t: Texts, one: Line, last_year: int | None, rows: Rows) -> None:
    kind = one.kind.value
    if not one.length:
        rows.add(
            Button(
                plain(t._("Start from the proposed text")),
                data(DRAFTS, "start", kind, "proposed", one.revision),
                style="primary",
            )
        )
        if last_year is not None:
            rows.add(
                button(t._("Start from the text of {year}", year=str(last_year)), DRAFTS, "start",
                       kind, "last", one.revision)
            )  # fmt: skip
        rows.add(button(t._("✎ Type it or send a file"), DRAFTS, "write", kind))
        rows.add(filled_with(t))
        return
    if one.state is not TextState.DRAFT:
        rows.add(button(t._("✎ Change it (a new version)"), DRAFTS, "edit", kind))
        return
    rows.add(button(t._("👁 Preview"), FEATURE, "look", one.text_id, one.revision, 0))
    rows.add(
        button(t._("✎ Write"), DRAFTS, "write", kind),
        button(t._("¶ Paragraphs"), DRAFTS, "edit", kind),
    )
    rows.add(
        button(t._("💬 Put up for comment"), DRAFTS, "ask_open", one.text_id, one.revision),
        button(t._("📢 Publish"), DRAFTS, "publish", one.text_id, one.revision),
    )


# --- Messages out -----------------------------------------------------------------------------


def _word_published(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """A version is out; nothing where a newer one is, or the person has left."""
    version = session.get_one(TextVersion, ids[0]["version"])
    text = session.get_one(BlocText, version.text_id)
    year = session.get_one(BlocYear, text.bloc_year_id)
    if version.version != text.version or not notices.sits(session, person, bloc_id=year.bloc_id):
        return None
    member = text_news.sits_at_a_unit(session, person, year.bloc_id)
    bloc = session.get_one(Bloc, year.bloc_id)
    values = {
        "text": kind_name(t, text.kind),
        "year": str(year.year),
        "bloc": bloc.name,
        "version": str(version.version),
    }
    pact = text.kind is TextKind.PACT
    ask = (
        t._("Please read it; your unit's signatory signs it under /pact.")
        if pact
        else t._("Please read it; your unit's signatory approves it under /pact.")
    )
    if version.version == 1:
        parts = [t._("📢 <b>{text} {year}</b> of {bloc} is published.", **values)]
    else:
        again = (
            t._("A changed text needs new signatures: earlier ones don't count for it.")
            if pact
            else t._("A changed text needs new approvals: earlier ones don't count for it.")
        )
        parts = [
            t._("📢 <b>{text} {year}</b> of {bloc}: version {version} is published.", **values),
            t._("Why: <i>{why}</i>", why=clip(version.why or "–", 1000)),
            again,
        ]
    rows = Rows().add(
        button(t._("📖 Read"), FEATURE, "read", version.id, 0),
        button(t._("What changed"), FEATURE, "changes", version.id, 0)
        if version.version > 1
        else None,
    )
    rows.add(adopting(t, text.kind) if member else None)
    return View(text=lines(*parts, ask if member else None), rows=rows.done(), card=False)


NOTICES: dict[str, Callable[..., View | None]] = {service.PUBLISHED: _word_published}

ERRORS: dict[str, Callable[..., Markup]] = {
    "no_text": lambda t, **_v: t._(
        "That text doesn't exist here. The list shows the year's texts."
    ),
    "comments_closed": lambda t, **_v: t._(
        "This text isn't open for comments now. You will be told when it is published."
    ),
}
