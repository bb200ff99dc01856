"""Drafting in the chat: writing, paragraphs, files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup
from sqlmodel import Session

from bot.domain import texts as rules
from bot.domain.texts import paragraphs
from bot.errors import Expected
from bot.i18n import Texts
from bot.models import BlocText, BlocYear, Person, TextKind
from bot.services import notices, text_files
from bot.views.base import Button, Rows, View, clip, data, grid, lines, pages, plain, turn
from bot.views.texts import DRAFTS, FEATURE, button, filled_with, kind_name

_PAGE: Final = 8
_SHOWN: Final = 3000
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Desk:
    """A text with its author's form: ``version`` is the form's, ``undo`` whether it can."""

    text: BlocText
    version: int
    undo: bool = False

    def press(self, text: Markup | str, action: str, *args: object, style: Any = "") -> Button:
        """A button of the form."""
        return Button(plain(text), data(DRAFTS, action, *args, version=self.version), style=style)


def _head(t: Texts, desk: Desk) -> Markup:
    lines_ = paragraphs(desk.text.body)
    return lines(
        t._("<b>{text}</b> · draft", text=kind_name(t, desk.text.kind)),
        size(t, len(lines_), len(desk.text.body), len(rules.pages(lines_)))
        if lines_
        else t._("nothing in it yet"),
    )


def size(t: Texts, count: int, length: int, page_count: int) -> Markup:
    """How long a text is."""
    return t.ngettext(
        "{n} paragraph, {length} characters, pages: {pages}",
        "{n} paragraphs, {length} characters, pages: {pages}",
        count,
        n=t.number(count),
        length=t.number(length),
        pages=t.number(page_count),
    )


def _undo(t: Texts, desk: Desk) -> Button | None:
    return desk.press(t._("↶ Undo"), "undo", desk.text.revision) if desk.undo else None


def preview(t: Texts, text: BlocText) -> Button | None:
    """Shows the draft as members will see it; nothing where there is none."""
    if not text.body:
        return None
    return button(t._("👁 Preview"), FEATURE, "look", text.id, text.revision, 0)


def _done(t: Texts, text: BlocText) -> Button:
    return button(t._("✔ Done"), DRAFTS, "leave", text.kind.value)


def ask_start(t: Texts, kind: TextKind, source: str, revision: int) -> View:
    """The draft isn't empty: shall it be replaced?"""
    return View(
        text=lines(
            t._("<b>{text}</b> · draft", text=kind_name(t, kind)),
            t._("There is a draft already. Replace all of it?"),
        ),
        rows=(
            (
                Button(
                    plain(t._("Replace it")),
                    data(DRAFTS, "start", kind.value, source, revision, 1),
                    style="danger",
                ),
                button(t._("◀ Back"), FEATURE, "card", kind.value),
            ),
        ),
    )


def write(t: Texts, desk: Desk, *, replace: bool, note: str = "") -> View:
    """Waits for the text, message by message, or a file."""
    text = desk.text
    last = paragraphs(text.body)[-1:]
    rows = Rows().add(_undo(t, desk), preview(t, text))
    if text.body:
        rows.add(
            desk.press(t._("Add at the end"), "mode", "add")
            if replace
            else desk.press(t._("Replace everything"), "mode", "replace"),
            desk.press(t._("¶ Paragraphs"), "pick", 0),
        )
        if replace:
            start = (text.kind.value, "proposed", text.revision)
            rows.add(button(t._("Take the proposed text"), DRAFTS, "start", *start))
    rows.add(filled_with(t))
    return View(
        text=lines(
            *((note, "") if note else ()),
            _head(t, desk),
            t._("Ends with: <i>{words}</i>", words=_tail(last[0])) if last else None,
            "",
            t._("⚠ Your next message or file <b>replaces everything</b>.")
            if replace and text.body
            else t._(
                "Please send the text, in as many messages as you like, or a DOCX or TXT file. "
                "It is added at the end; every line is a paragraph."
            ),
        ),
        rows=rows.add(_done(t, text)).done(),
        placeholder=plain(t._("Text")),
    )


def _tail(text: str) -> str:
    return text if len(text) <= 120 else "…" + text[-119:].lstrip()


def pick(t: Texts, desk: Desk, page: int, note: str = "") -> View:
    """The paragraphs to choose from."""
    found = list(enumerate(paragraphs(desk.text.body), start=1))
    shown, page, count = pages(found, page, _PAGE)
    rows = Rows().extend(grid([desk.press(str(number), "para", number) for number, _ in shown], 4))
    rows.extend(turn(page, count, DRAFTS, "pick", version=desk.version))
    rows.add(_undo(t, desk), preview(t, desk.text))
    rows.add(desk.press(t._("✎ Write at the end"), "mode", "add"), _done(t, desk.text))
    return View(
        text=lines(
            *((note, "") if note else ()),
            _head(t, desk),
            t._("Which paragraph? Tap its number, or send it."),
            "",
            *(Markup("<code>{}</code> {}").format(n, clip(line, 110)) for n, line in shown),
        ),
        rows=rows.done(),
        placeholder=plain(t._("Number")),
    )


def edit(t: Texts, desk: Desk, at: int, *, insert: bool, note: str = "") -> View:
    """One paragraph: waits for what stands in its place, or behind it. ``at`` counts from 1."""
    found = paragraphs(desk.text.body)
    revision = desk.text.revision
    rows = Rows()
    if insert:
        rows.add(desk.press(t._("✎ Replace it"), "para", at))
    else:
        rows.add(
            desk.press(t._("➕ Insert after it"), "insert", at),
            desk.press(t._("🗑 Delete it"), "delete", at, revision, style="danger"),
        )
    rows.add(
        desk.press(f"◀ {at - 1}", "para", at - 1) if at > 1 else None,
        desk.press(f"{at + 1} ▶", "para", at + 1) if at < len(found) else None,
    )
    rows.add(desk.press(t._("◀ Back"), "pick", (at - 1) // _PAGE))
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>{text}</b> · paragraph {n}", text=kind_name(t, desk.text.kind), n=str(at)),
            "",
            Markup("<blockquote>{}</blockquote>").format(clip(found[at - 1], _SHOWN)),
            t._("Please send what stands <b>behind</b> it; every line is a paragraph.")
            if insert
            else t._("To replace it, please send the new words; every line is a paragraph."),
        ),
        rows=rows.done(),
        placeholder=plain(t._("Text")),
    )


def undone(t: Texts) -> Markup:
    """The last change was undone."""
    return t._("The last change is undone.")


def taken(t: Texts, count: int) -> Markup:
    """Paragraphs came in."""
    return t.ngettext("✅ {n} paragraph.", "✅ {n} paragraphs.", count, n=t.number(count))


def deleted(t: Texts, number: int) -> Markup:
    """A paragraph is out."""
    return t._("Paragraph {n} is deleted.", n=str(number))


def being_read(t: Texts) -> Markup:
    """A file came and is read now."""
    return t._("⏳ I'm reading the file. The result comes in a moment.")


# --- Messages out -----------------------------------------------------------------------------


def _word_file(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """What came of a file; nothing for whoever no longer sits in the bloc."""
    body: Mapping[str, Any] = ids[0]
    text = session.get(BlocText, body["text"])
    year = session.get(BlocYear, text.bloc_year_id) if text else None
    if text is None or year is None:
        return None
    if not notices.sits(session, person, bloc_id=year.bloc_id):
        return None
    name = clip(str(body.get("name") or "DOCX"), 60)
    rows = Rows()
    if body["outcome"] == "taken":
        count = int(body["count"])
        told = t.ngettext(
            "✅ {name}: {n} paragraph was taken over into the draft.",
            "✅ {name}: {n} paragraphs were taken over into the draft.",
            count,
            name=name,
            n=t.number(count),
        )
        rows.add(button(t._("👁 Preview"), FEATURE, "look", text.id, text.revision, 0))
    else:
        told = lines(t._("{name} wasn't taken over.", name=name), _refused(t, body))
    rows.add(button(t._("✎ Write on"), DRAFTS, "write", text.kind.value))
    return View(text=told, rows=rows.done(), card=False)


def _refused(t: Texts, body: Mapping[str, Any]) -> Markup | None:
    from bot.views.errors import SENTENCES, sentence

    code, values = body["error"]
    if code in _PLAIN:
        return _PLAIN[code](t)
    return sentence(t, Expected(code, **values)) if code in SENTENCES else None


#: Told without who and when: a job doesn't keep them.
_PLAIN: dict[str, Callable[[Texts], Markup]] = {
    "text_changed": lambda t: t._(
        "The draft has been changed meanwhile. Please send the file once more."
    ),
    "file_unavailable": lambda t: t._(
        "Telegram doesn't have that file any more. Please send it again."
    ),
}

NOTICES: dict[str, Callable[..., View | None]] = {text_files.RESULT: _word_file}


def _changed(t: Texts, **values: Any) -> Markup:
    when = t.when(values["at"], values["zone"])
    if values["mine"]:
        return t._(
            "You have changed this text elsewhere, {when}. Here it is as it stands now; "
            "please do that once more if it is still needed.",
            when=when,
        )
    return t._(
        "{person} has changed this text, {when}. Here it is as it stands now; "
        "please do that once more if it is still needed.",
        person=values["person"],
        when=when,
    )


ERRORS: dict[str, Callable[..., Markup]] = {
    "text_changed": _changed,
    "text_commenting": lambda t, **_v: t._(
        "This text is open for comments now. Please close the comments first; then it can be "
        "changed."
    ),
    "text_published": lambda t, version, **_v: t._(
        "Version {n} is published already. Nothing has been changed since.", n=str(version)
    ),
    "text_empty": lambda t, **_v: t._("There is no text in it. Please send some text."),
    "text_same": lambda t, **_v: t._(
        "The text is the same as the version in force. Please change it first."
    ),
    "too_many_paragraphs": lambda t, limit, **_v: t._(
        "That would be more than {limit} paragraphs. Please join some of them.",
        limit=t.number(limit),
    ),
    "no_last_text": lambda t, **_v: t._("There is no text of an earlier year."),
    "no_paragraph": lambda t, count, **_v: t._(
        "Please send the number of a paragraph, from 1 to {count}.", count=t.number(count)
    ),
    "why_needed": lambda t, **_v: t._("Please say in a few words why there is a new version."),
    "text_file_kind": lambda t, **_v: t._(
        "I can read a text from DOCX and TXT files only. Please save it as one of these."
    ),
    "text_file_large": lambda t, limit, **_v: t._(
        "That file is too large: at most {limit} MB are possible. Please take out pictures.",
        limit=t.number(limit // _MEGABYTE),
    ),
    "text_file_old": lambda t, **_v: t._(
        "That file is of Word's old kind, or locked by a password. Please save it as DOCX."
    ),
    "text_file_unreadable": lambda t, **_v: t._(
        "I can't read that file. Please save it as DOCX or TXT once more and send that."
    ),
    "text_file_empty": lambda t, **_v: t._("There is no text in that file."),
    "text_file_where": lambda t, **_v: t._(
        "A file is taken as text only while you write: tap ✎ Write first."
    ),
}
