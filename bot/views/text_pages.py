"""Reading a text by pages: published versions, drafts, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.domain import texts as rules
from bot.domain.texts import Change, Piece, Segment, paragraphs
from bot.i18n import Texts
from bot.models import BlocText, TextKind, TextState, TextVersion
from bot.services.access import Actor
from bot.services.texts import Past, Reading
from bot.views.base import Button, Rows, View, data, lines, pages, plain, turn
from bot.views.texts import COMMENTS, FEATURE, adopting, back, button, kind_name

_VERSIONS: Final = 8
#: Pages that a far jump goes.
_FAR: Final = 10


# --- Pages ------------------------------------------------------------------------------------


def leaf(
    page: int, count: int, feature: str, action: str, *args: object
) -> tuple[tuple[Button, ...], ...]:
    """Rows to turn the pages of a text; of a long one also ten at a time."""
    rows = turn(page, count, feature, action, *args)
    if count <= _FAR + 2:
        return rows
    before, after = max(page - _FAR, 0), min(page + _FAR, count - 1)
    far = (
        Button(f"⏪ {before + 1}", data(feature, action, *args, before)),
        Button(f"{after + 1} ⏩", data(feature, action, *args, after)),
    )
    return (*rows, far)


def _piece(piece: Piece, numbered: bool) -> Markup:
    text = Markup("<b>{}</b>") if rules.is_heading(piece.text) else Markup("{}")
    body = text.format(piece.text)
    if numbered and piece.begins:
        return Markup("<code>{}</code> {}").format(piece.number, body)
    return body


def page_text(found: Sequence[Piece], *, numbered: bool) -> Markup:
    """A page of a text; with ``numbered`` its paragraphs begin with their numbers."""
    return Markup("\n").join(_piece(one, numbered) for one in found)


def read(t: Texts, found: Reading, actor: Actor, page: int) -> View:
    """A page of a published version; an old one leads to the one in force."""
    every = rules.pages(paragraphs(found.version.body))
    (shown,), page, count = pages(every, page, 1)
    version_id = found.version.id or 0
    rows = Rows().extend(leaf(page, count, FEATURE, "read", version_id))
    note = None
    if found.old:
        note = _newer(t, found)
        rows.add(
            Button(
                plain(t._("📖 Version {n}", n=str(found.newest))),
                data(FEATURE, "read", found.newest_id, 0),
                style="primary",
            ),
            button(t._("What changed"), FEATURE, "changes", found.newest_id, 0),
        )
    elif found.previous_id:
        rows.add(button(t._("What changed"), FEATURE, "changes", version_id, 0))
    if page == count - 1 and found.present and not found.old and actor.is_member:
        rows.add(adopting(t, found.kind))
    rows.add(back(t, found.kind))
    return View(
        text=lines(
            note,
            _title(t, found),
            "",
            page_text(shown, numbered=False),
            *(_seal(t, found, actor.zone) if page == count - 1 else ()),
        ),
        rows=rows.done(),
    )


def _title(t: Texts, found: Reading) -> Markup:
    return t._(
        "<b>{text} {year}</b> · version {version}",
        text=kind_name(t, found.kind),
        year=str(found.year),
        version=str(found.version.version),
    )


def _newer(t: Texts, found: Reading) -> Markup:
    return t._("⚠ This is no longer in force: there is version {n}.", n=str(found.newest))


def _seal(t: Texts, found: Reading, zone: ZoneInfo) -> list[Markup]:
    return [
        Markup(""),
        t._(
            "Published by {person}, {when}",
            person=found.by,
            when=t.when(found.version.published_at, zone),
        ),
        t._(
            "Check code of the text (SHA-256), the same as long as no letter changes: "
            "<code>{hash}</code>",
            hash=found.version.sha256,
        ),
    ]


def look(t: Texts, text: BlocText, actor: Actor, page: int, *, note: str = "") -> View:
    """A page of a draft: what its authors preview and, open for comments, everybody reads."""
    every = rules.pages(paragraphs(text.body))
    (shown,), page, count = pages(every, page, 1)
    text_id = text.id or 0
    commenting = text.state is TextState.COMMENTING
    rows = Rows().extend(leaf(page, count, FEATURE, "look", text_id, text.revision))
    if commenting and actor.is_member:
        rows.add(
            Button(
                plain(t._("💬 Comment")),
                data(COMMENTS, "pick", text_id, text.round, page),
                style="primary",
            ),
            button(t._("Our comments"), COMMENTS, "mine", text_id, 0),
        )
    if text.version:
        rows.add(
            button(t._("Changes from version {n}", n=str(text.version)), FEATURE, "diff",
                   text_id, text.revision, 0)
        )  # fmt: skip
    rows.add(back(t, text.kind))
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>{text} {year}</b> · draft, open for comments", text=kind_name(t, text.kind),
                year=str(actor.here.year.year))
            if commenting
            else t._("<b>{text} {year}</b> · draft", text=kind_name(t, text.kind),
                     year=str(actor.here.year.year)),
            "",
            page_text(shown, numbered=True),
        ),
        rows=rows.done(),
    )  # fmt: skip


# --- Versions and changes ---------------------------------------------------------------------


def versions(t: Texts, kind: TextKind, found: Sequence[Past], zone: ZoneInfo, page: int) -> View:
    """Every version of a text, the newest first."""
    shown, page, count = pages(found, page, _VERSIONS)
    rows = Rows()
    for one in shown:
        rows.add(
            button(t._("📖 Version {n}", n=str(one.version)), FEATURE, "read", one.version_id, 0),
            button(t._("What changed"), FEATURE, "changes", one.version_id, 0)
            if one.version > 1
            else None,
        )
    rows.extend(turn(page, count, FEATURE, "versions", kind.value))
    return View(
        text=lines(
            t._("<b>{text}</b>: versions", text=kind_name(t, kind)),
            "",
            *(
                t._(
                    "Version {version}: {when}, <code>{hash}</code>",
                    version=str(one.version),
                    when=t.when(one.published_at, zone),
                    hash=one.sha256[:12],
                )
                for one in shown
            ),
        ),
        rows=rows.add(back(t, kind)).done(),
    )


def _segment(one: Segment) -> Markup:
    return {"": Markup("{}"), "+": Markup("<u>{}</u>"), "-": Markup("<s>{}</s>")}[one.mark].format(
        one.text
    )


def _change(t: Texts, one: Change) -> Markup:
    number = str(one.number)
    head = {
        "added": lambda: t._("➕ Paragraph {n}, added", n=number),
        "removed": lambda: t._("➖ Old paragraph {n}, removed", n=number),
        "changed": lambda: t._("✏ Paragraph {n}, changed", n=number),
    }[one.kind]()
    body = Markup("").join(_segment(part) for part in one.segments)
    return lines("", Markup("<b>{}</b>").format(head), body) if one.begins else lines("", body)


def changes_text(t: Texts, found: Sequence[Change]) -> Markup:
    """A page of changes: removed words struck through, added ones underlined."""
    return lines(
        t._("<s>removed</s> · <u>added</u>"),
        *(_change(t, one) for one in found),
    )


def changes(t: Texts, found: Reading, before: TextVersion | None, page: int) -> View:
    """What a version changed of the one before, and why."""
    version = found.version
    every = rules.change_pages(rules.changes(before.body, version.body)) if before else [[]]
    (shown,), page, count = pages(every, page, 1)
    rows = Rows().extend(leaf(page, count, FEATURE, "changes", version.id))
    rows.add(
        Button(
            plain(t._("📖 Version {n}", n=str(found.newest))),
            data(FEATURE, "read", found.newest_id, 0),
        )
    )
    rows.add(back(t, found.kind))
    return View(
        text=lines(
            _newer(t, found) if found.old else None,
            _title(t, found),
            t._("What changed from version {n}", n=str(version.version - 1))
            if before
            else t._("This is the first version."),
            t._("Why: <i>{why}</i>", why=version.why) if version.why and page == 0 else None,
            *(("", changes_text(t, shown)) if before else ()),
        ),
        rows=rows.done(),
    )


def diff(t: Texts, text: BlocText, actor: Actor, last: TextVersion | None, page: int) -> View:
    """What a draft would change of the version in force."""
    found = rules.changes(last.body, text.body) if last else []
    (shown,), page, count = pages(rules.change_pages(found), page, 1)
    text_id = text.id or 0
    rows = Rows().extend(leaf(page, count, FEATURE, "diff", text_id, text.revision))
    rows.add(button(t._("👁 The draft"), FEATURE, "look", text_id, text.revision, 0))
    rows.add(back(t, text.kind))
    return View(
        text=lines(
            t._("<b>{text} {year}</b> · draft", text=kind_name(t, text.kind),
                year=str(actor.here.year.year)),
            t._("What changed from version {n}", n=str(text.version)),
            "",
            changes_text(t, shown) if found else t._("Nothing is changed."),
        ),
        rows=rows.done(),
    )  # fmt: skip


def moved_on(t: Texts) -> Markup:
    """The draft isn't the one whose button was pressed."""
    return t._("The text has been changed since. Here it is as it stands now.")
