"""Putting a draft up for comment, and publishing it."""

from __future__ import annotations

from markupsafe import Markup

from bot.i18n import Texts, texts
from bot.models import BlocText, TextKind
from bot.services.text_publishing import Summary
from bot.views.base import Button, Rows, View, clip, data, lines, plain
from bot.views.text_drafting import Desk, preview, size
from bot.views.texts import DRAFTS, FEATURE, button, kind_name


def ask_open(t: Texts, text: BlocText) -> View:
    """Shall the draft be put up for comment?"""
    return View(
        text=lines(
            t._("<b>{text}</b> · draft", text=kind_name(t, text.kind)),
            t._(
                "Put it up for comment? Every unit is told and can comment by paragraph. "
                "While it is open, the text can't be changed."
            ),
        ),
        rows=(
            (
                Button(
                    plain(t._("💬 Put it up")),
                    data(DRAFTS, "open", text.id, text.revision),
                    style="primary",
                ),
                button(t._("◀ Back"), FEATURE, "card", text.kind.value),
            ),
        ),
    )


def quick_whys(language: str) -> list[Markup]:
    """Reasons for a new version that are often given, in the bloc's ``language``: all read them."""
    t = texts(language)
    return [
        t._("The units' comments were taken up."),
        t._("A mistake was corrected."),
        t._("New guidance came from the higher level."),
        t._("The bloc's units or offices have changed."),
    ]


def publish(t: Texts, found: Summary, version: int, why: str = "", note: str = "") -> View:
    """What would be published; why is asked for from the second version on."""
    text = found.text
    desk = Desk(text, version)
    again = found.last is not None
    rows = Rows()
    if again and not why:
        rows.extend(
            (desk.press(clip(plain(one), 60), "why", at),)
            for at, one in enumerate(quick_whys(found.language))
        )
    else:
        rows.add(desk.press(t._("📢 Publish now"), "now", text.id, style="primary"))
        if again:
            rows.add(desk.press(t._("Another reason"), "again"))
    if again:
        rows.add(button(t._("What changes"), FEATURE, "diff", text.id, text.revision, 0))
    rows.add(preview(t, text), button(t._("◀ Back"), DRAFTS, "leave", text.kind.value))
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>Publish: {text}, version {n}</b>", text=kind_name(t, text.kind),
                n=str(found.version)),
            size(t, found.paragraphs, len(text.body), found.pages),
            t._(
                "Changed from version {n}: ➕ {added}, ➖ {removed}, ✏ {changed}",
                n=str(text.version),
                added=t.number(found.added),
                removed=t.number(found.removed),
                changed=t.number(found.changed),
            )
            if again
            else None,
            t.ngettext(
                "⚠ {n} comment is undecided.",
                "⚠ {n} comments are undecided.",
                found.open,
                n=t.number(found.open),
            )
            if found.open
            else None,
            "",
            t._("Why: <i>{why}</i>", why=why) if why else None,
            t._("Why a new version? Please send it, or choose below. Every unit is told.")
            if again and not why
            else t._("A version can never be changed. Every unit is told."),
            t._("Every unit is asked to adopt it anew.") if again else None,
        ),
        rows=rows.done(),
        placeholder=plain(t._("Why")) if again and not why else "",
    )  # fmt: skip


def published(t: Texts, kind: TextKind, version: int) -> Markup:
    """It is out."""
    return t._(
        "✅ {text}: version {n} is published. All units are told.",
        text=kind_name(t, kind),
        n=str(version),
    )


def put_up(t: Texts) -> Markup:
    """A round has begun."""
    return t._("💬 It is open for comments. All units are told.")


def closed(t: Texts) -> Markup:
    """A round has ended."""
    return t._("The comments are closed. The text can be changed again.")
