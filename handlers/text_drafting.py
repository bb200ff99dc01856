"""Drafting the year's texts: writing, paragraphs, files, rounds of comments, publishing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from bot.domain.texts import CUT_LENGTH, paragraphs, tidy
from bot.errors import Expected, Invalid, Superseded
from bot.incoming import Incoming, Tx
from bot.models import BlocText, Form, TextKind
from bot.services import forms, text_comments, text_drafting, text_files, text_publishing
from bot.services import texts as service
from bot.services.text_drafting import Edit
from bot.views import errors
from bot.views import text_drafting as views
from bot.views import text_publishing as publishing
from bot.views import texts as cards
from bot.views.base import TOAST_LIMIT, View, clip, plain
from handlers import home
from handlers.routing import Feature, Press, arguments, number

NAME = text_files.FEATURE


# --- The card, the form -----------------------------------------------------------------------


def _leave_form(tx: Tx) -> None:
    if tx.form is not None and tx.form.feature == NAME:
        forms.leave(tx.session, tx.actor.person.id or 0, tx.now)
        tx.form = None


def _card(tx: Tx, kind: TextKind, note: str = "") -> View:
    line = service.line(tx.session, tx.actor, kind)
    last = None
    if not line.length:
        last = text_drafting.last_text(tx.session, tx.actor, kind)
    year = last[1] if last else None
    return cards.card(tx.t, tx.actor, line, last_year=year, note=note)


def _left(tx: Tx, text_id: int, error: Expected) -> View:
    """Out of the form, which has become pointless, to the text's card."""
    _leave_form(tx)
    told = errors.sentence(tx.t, error)
    try:
        kind = service.locked(tx.session, tx.actor, text_id).kind
    except Expected:
        return home.show(tx, told)
    return replace(_card(tx, kind, told), toast=clip(plain(told), TOAST_LIMIT))


def _enter(tx: Tx, step: str, text: BlocText, **draft: Any) -> Form:
    """Open a step; what can be undone stays while it is the same text at the same revision."""
    kept: dict[str, Any] = {}
    form = tx.form
    if form is not None and (form.feature, form.subject) == (NAME, text.id):
        kept = form.draft if form.draft.get("revision") == text.revision else {}
    draft = {"undo": kept.get("undo", []), "revision": text.revision, **draft}
    tx.form = forms.enter(
        tx.session, tx.actor.person.id or 0, NAME, step, tx.now, subject=text.id, draft=draft
    )
    return tx.form


def _form(tx: Tx, note: str = "") -> View:
    """The open form as it stands, or why it has become pointless."""
    form = cast(Form, tx.form)
    text_id = form.subject or 0
    try:
        text = service.locked(tx.session, tx.actor, text_id)
        if form.step == "publish":
            return _summary(tx, form, note)
        text_drafting.require_draft(text)
    except Expected as error:
        return _left(tx, text_id, error)
    if form.draft.get("revision") != text.revision:
        form = forms.keep(tx.session, form, tx.now, revision=text.revision, undo=[])
    return _screen(tx, form, text, note)


def _screen(tx: Tx, form: Form, text: BlocText, note: str) -> View:
    desk = views.Desk(text, form.version, bool(form.draft.get("undo")))
    count = len(paragraphs(text.body))
    at = min(int(str(form.draft.get("at", 1))), count)
    if form.step == "edit" and at > 0:
        return views.edit(tx.t, desk, at, insert=bool(form.draft.get("insert")), note=note)
    if form.step in ("pick", "edit") and count:
        return views.pick(tx.t, desk, int(str(form.draft.get("page", 0))), note)
    return views.write(tx.t, desk, replace=form.draft.get("mode") == "replace", note=note)


def _show(tx: Tx) -> View:
    return _form(tx)


def _leave(incoming: Incoming, tx: Tx) -> View:
    _leave_form(tx)
    return _card(tx, service.kind_of(arguments(incoming)))


# --- Starting ---------------------------------------------------------------------------------


def _start(incoming: Incoming, tx: Tx) -> View:
    """From the proposed text or last year's; over what is there already only when asked."""
    words = arguments(incoming)
    kind = service.kind_of(words)
    wanted: text_drafting.Source = "last" if words[1:2] == ["last"] else "proposed"
    text = text_drafting.begin(tx.session, tx.actor, kind)
    seen = number(incoming, 2)
    if text.body and not number(incoming, 3):
        return views.ask_start(tx.t, kind, wanted, text.revision)
    try:
        if seen:
            service.check_revision(tx.session, tx.actor, text, seen)
        new = text_drafting.source(tx.session, tx.actor, kind, wanted)
        edit = text_drafting.replace_all(tx.session, tx.actor, text.id or 0, text.revision, new)
    except Superseded as error:
        return _card(tx, kind, errors.sentence(tx.t, error))
    form = _enter(tx, "write", text, mode="add")
    text_files.note(tx.session, form, tx.now, edit)
    return _form(tx, views.taken(tx.t, len(new)))


def _write(incoming: Incoming, tx: Tx) -> View:
    kind = service.kind_of(arguments(incoming))
    try:
        text = text_drafting.begin(tx.session, tx.actor, kind)
    except Superseded as error:
        return _card(tx, kind, errors.sentence(tx.t, error))
    _enter(tx, "write", text, mode="add")
    return _form(tx)


def _edit(incoming: Incoming, tx: Tx) -> View:
    kind = service.kind_of(arguments(incoming))
    try:
        text = text_drafting.begin(tx.session, tx.actor, kind)
    except Superseded as error:
        return _card(tx, kind, errors.sentence(tx.t, error))
    _enter(tx, "pick", text, page=0)
    return _form(tx)


# --- In the form ------------------------------------------------------------------------------


def _text_of(tx: Tx) -> BlocText:
    return service.locked(tx.session, tx.actor, cast(Form, tx.form).subject or 0)


def _mode(incoming: Incoming, tx: Tx) -> View:
    mode = "replace" if arguments(incoming)[:1] == ["replace"] else "add"
    _enter(tx, "write", _text_of(tx), mode=mode)
    return _form(tx)


def _pick(incoming: Incoming, tx: Tx) -> View:
    _enter(tx, "pick", _text_of(tx), page=number(incoming))
    return _form(tx)


def _para(incoming: Incoming, tx: Tx) -> View:
    return _at(tx, number(incoming))


def _insert(incoming: Incoming, tx: Tx) -> View:
    return _at(tx, number(incoming), insert=True)


def _at(tx: Tx, at: int, *, insert: bool = False) -> View:
    text = _text_of(tx)
    count = len(paragraphs(text.body))
    if not 0 < at <= count:
        return _form(tx, errors.sentence(tx.t, Invalid("no_paragraph", count=count)))
    _enter(tx, "edit", text, at=at, insert=insert, page=(at - 1) // 8)
    return _form(tx)


def _undo(incoming: Incoming, tx: Tx) -> View:
    form = cast(Form, tx.form)
    seen = number(incoming)
    if form.draft.get("revision") != seen:
        return _form(tx)
    try:
        tx.form = text_files.undo(tx.session, tx.actor, form, seen)
    except Expected as error:
        return _changed_meanwhile(tx, error)
    return _form(tx, views.undone(tx.t))


def _delete(incoming: Incoming, tx: Tx) -> View:
    at, seen = number(incoming), number(incoming, 1)
    form = cast(Form, tx.form)
    try:
        edit = (
            text_drafting.splice(tx.session, tx.actor, form.subject or 0, seen, at - 1, 1, [])
            if at
            else None
        )
    except Expected as error:
        return _changed_meanwhile(tx, error)
    if edit is None:
        return _form(tx)
    return _on_to(tx, edit, (at - 1) // 8, views.deleted(tx.t, at))


def _on_to(tx: Tx, edit: Edit, page: int, note: str) -> View:
    """After a change of a paragraph: kept to be undone, and back to the list."""
    form = text_files.note(tx.session, cast(Form, tx.form), tx.now, edit)
    tx.form = form
    _enter(tx, "pick", edit.text, page=page)
    return _form(tx, note)


def _changed_meanwhile(tx: Tx, error: Expected) -> View:
    """Nothing was done; the text as it stands now, with what can be done then."""
    if isinstance(error, Superseded | Invalid) and error.code != "text_commenting":
        return _form(tx, errors.sentence(tx.t, error))
    return _left(tx, cast(Form, tx.form).subject or 0, error)


def _on_text(incoming: Incoming, tx: Tx) -> View:
    form = cast(Form, tx.form)
    try:
        match form.step:
            case "publish":
                why = text_publishing.tidy_why(incoming.text)
                tx.form = forms.keep(tx.session, form, tx.now, why=why)
                return replace(_form(tx), tidy=True)
            case "pick":
                at = int(incoming.text) if incoming.text.strip().isdecimal() else 0
                return replace(_at(tx, at if at < 10**6 else 0), tidy=True)
            case "edit":
                return replace(_paragraph(tx, form, incoming.text), tidy=True)
            case _:
                return replace(_typed(tx, form, incoming.text), tidy=True)
    except Expected as error:
        # What was typed stays in the chat, to be sent once more.
        return replace(_changed_meanwhile(tx, error), fresh=True)


def _typed(tx: Tx, form: Form, typed: str) -> View:
    """A message of the whole text: added at the end, or in place of everything."""
    text_id, revision = form.subject or 0, int(str(form.draft["revision"]))
    if form.draft.get("mode") == "replace":
        edit = text_drafting.replace_all(tx.session, tx.actor, text_id, revision, tidy(typed))
    else:
        cut = bool(form.draft.get("long"))
        edit = text_drafting.append(tx.session, tx.actor, text_id, revision, typed, cut=cut)
    tx.form = text_files.note(
        tx.session, form, tx.now, edit, mode="add", long=len(typed) >= CUT_LENGTH
    )
    return _form(tx, views.taken(tx.t, edit.count))


def _paragraph(tx: Tx, form: Form, typed: str) -> View:
    new = tidy(typed)
    if not new:
        raise Invalid("text_empty")
    at, insert = int(str(form.draft["at"])), bool(form.draft.get("insert"))
    revision = int(str(form.draft["revision"]))
    start, count = (at, 0) if insert else (at - 1, 1)
    edit = text_drafting.splice(
        tx.session, tx.actor, form.subject or 0, revision, start, count, new
    )
    return _on_to(tx, edit, start // 8, views.taken(tx.t, len(new)))


def _on_file(incoming: Incoming, tx: Tx) -> View:
    form = cast(Form, tx.form)
    try:
        if form.step != "write" or incoming.media is None:
            raise Invalid("text_file_where")
        text_files.queue(
            tx.session,
            tx.actor,
            incoming.media,
            str(incoming.update_id),
            text_id=form.subject or 0,
            revision=int(str(form.draft["revision"])),
            replace=form.draft.get("mode") == "replace",
        )
    except Expected as error:
        return replace(_changed_meanwhile(tx, error), fresh=True)
    return View(text=views.being_read(tx.t), card=False)


# --- Comments, publishing ---------------------------------------------------------------------


def _ask_open(incoming: Incoming, tx: Tx) -> View:
    text = service.locked(tx.session, tx.actor, number(incoming))
    try:
        text_drafting.require_draft(text)
        service.check_revision(tx.session, tx.actor, text, number(incoming, 1))
    except Superseded as error:
        return _card(tx, text.kind, errors.sentence(tx.t, error))
    return publishing.ask_open(tx.t, text)


def _open(incoming: Incoming, tx: Tx) -> View:
    text_id = number(incoming)
    _leave_form(tx)
    try:
        text = text_comments.open_round(tx.session, tx.actor, text_id, number(incoming, 1))
    except Superseded as error:
        return _left(tx, text_id, error)
    return _card(tx, text.kind, publishing.put_up(tx.t))


def _close(incoming: Incoming, tx: Tx) -> View:
    text_id = number(incoming)
    try:
        text = text_comments.close_round(tx.session, tx.actor, text_id, number(incoming, 1))
    except Superseded as error:
        return _left(tx, text_id, error)
    return _card(tx, text.kind, publishing.closed(tx.t))


def _publish(incoming: Incoming, tx: Tx) -> View:
    text_id, seen = number(incoming), number(incoming, 1)
    try:
        found = text_publishing.summary(tx.session, tx.actor, text_id, seen)
    except (Superseded, Invalid) as error:
        return _left(tx, text_id, error)
    _enter(tx, "publish", found.text)
    return _form(tx)


def _summary(tx: Tx, form: Form, note: str) -> View:
    found = text_publishing.summary(
        tx.session, tx.actor, form.subject or 0, int(str(form.draft["revision"]))
    )
    return publishing.publish(tx.t, found, form.version, str(form.draft.get("why", "")), note)


def _why(incoming: Incoming, tx: Tx) -> View:
    whys = publishing.quick_whys(tx.actor.here.bloc.language)
    why = plain(whys[min(number(incoming), len(whys) - 1)])
    tx.form = forms.keep(tx.session, cast(Form, tx.form), tx.now, why=why)
    return _form(tx)


def _again(_incoming: Incoming, tx: Tx) -> View:
    tx.form = forms.keep(tx.session, cast(Form, tx.form), tx.now, why="")
    return _form(tx)


def _now(incoming: Incoming, tx: Tx) -> View:
    form = cast(Form, tx.form)
    text_id = form.subject or 0
    try:
        if form.step != "publish":
            return _form(tx)
        version = text_publishing.publish(
            tx.session,
            tx.actor,
            text_id,
            int(str(form.draft["revision"])),
            str(form.draft.get("why", "")),
        )
    except Invalid as error:
        return _form(tx, errors.sentence(tx.t, error))
    except Superseded as error:
        return _left(tx, text_id, error)
    _leave_form(tx)
    kind = service.locked(tx.session, tx.actor, text_id).kind
    return _card(tx, kind, publishing.published(tx.t, kind, version.version))


FEATURE = Feature(
    name=NAME,
    asks_again=True,
    buttons={
        "start": Press(_start),
        "write": Press(_write),
        "edit": Press(_edit),
        "leave": Press(_leave),
        "ask_open": Press(_ask_open),
        "open": Press(_open),
        "close": Press(_close),
        "publish": Press(_publish),
        "mode": Press(_mode, form=True),
        "pick": Press(_pick, form=True),
        "para": Press(_para, form=True),
        "insert": Press(_insert, form=True),
        "delete": Press(_delete, form=True),
        "undo": Press(_undo, form=True),
        "why": Press(_why, form=True),
        "again": Press(_again, form=True),
        "now": Press(_now, form=True),
    },
    on_text=_on_text,
    on_file=_on_file,
    show=_show,
    left=lambda tx, text_id: _card(tx, service.locked(tx.session, tx.actor, text_id).kind),
)
