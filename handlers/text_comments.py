"""Comments on the year's texts: units give them, those who lead decide on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from bot.domain.texts import page_of, pages, paragraphs
from bot.errors import Expected, Invalid, NotFound, Superseded
from bot.incoming import Incoming, Tx
from bot.models import CommentVerdict, Form
from bot.services import forms
from bot.services import text_comments as service
from bot.services import texts as texts_service
from bot.views import errors, text_pages, texts
from bot.views import text_comments as views
from bot.views.base import TOAST_LIMIT, View, clip, plain
from handlers import home
from handlers.routing import Feature, Press, arguments, number

NAME = texts.COMMENTS


def _leave_form(tx: Tx) -> None:
    if tx.form is not None and tx.form.feature == NAME:
        forms.leave(tx.session, tx.actor.person.id or 0, tx.now)
        tx.form = None


def _enter(tx: Tx, step: str, text_id: int, **draft: Any) -> Form:
    tx.form = forms.enter(
        tx.session, tx.actor.person.id or 0, NAME, step, tx.now, subject=text_id, draft=draft
    )
    return tx.form


def _board(tx: Tx, error: Expected) -> View:
    """Commenting is over: the list of texts, with a sentence."""
    _leave_form(tx)
    told = errors.sentence(tx.t, error)
    view = texts.board(tx.t, tx.actor, texts_service.overview(tx.session, tx.actor), told)
    return replace(view, toast=clip(plain(told), TOAST_LIMIT))


# --- Giving one -------------------------------------------------------------------------------


def _pick(incoming: Incoming, tx: Tx) -> View:
    text_id, round_ = number(incoming), number(incoming, 1)
    try:
        service.check_open(tx.session, tx.actor, text_id, round_)
    except Superseded as error:
        return _board(tx, error)
    _enter(tx, "which", text_id, round=round_, page=number(incoming, 2))
    return _form(tx)


def _on(incoming: Incoming, tx: Tx) -> View:
    return _about(tx, number(incoming), number(incoming, 1), number(incoming, 2))


def _about(tx: Tx, text_id: int, round_: int, paragraph: int) -> View:
    try:
        text = service.check_open(tx.session, tx.actor, text_id, round_)
    except Superseded as error:
        return _board(tx, error)
    lines = paragraphs(text.body)
    page = page_of(pages(lines), paragraph)
    form = tx.form
    if not paragraph and form is not None and form.feature == NAME:
        page = int(str(form.draft.get("page", 0)))
    paragraph = paragraph if paragraph <= len(lines) else 0
    _enter(tx, "write", text_id, round=round_, paragraph=paragraph, page=page)
    return _form(tx)


def _form(tx: Tx, note: str = "") -> View:
    """The open form as it stands, or why it has become pointless."""
    form = cast(Form, tx.form)
    draft: Any = form.draft
    try:
        if form.step == "word":
            found = service.check_judge(tx.session, tx.actor, int(draft["comment"]))
            return views.ask_word(tx.t, found, views.verdict_of(draft["verdict"]), note)
        text = service.check_open(tx.session, tx.actor, form.subject or 0, int(draft["round"]))
    except Superseded as error:
        return _board(tx, error)
    except Expected as error:
        _leave_form(tx)
        return home.show(tx, errors.sentence(tx.t, error))
    if form.step == "which":
        return views.which(tx.t, text, int(draft["page"]), form.version, note)
    return views.ask(tx.t, text, int(draft["paragraph"]), int(draft["page"]), note)


def _show(tx: Tx) -> View:
    return _form(tx)


def _leave(incoming: Incoming, tx: Tx) -> View:
    _leave_form(tx)
    return _look(tx, number(incoming), number(incoming, 2))


def _look(tx: Tx, text_id: int, page: int, note: str = "") -> View:
    try:
        text = texts_service.draft(tx.session, tx.actor, text_id)
    except Superseded as error:
        return _board(tx, error)
    return text_pages.look(tx.t, text, tx.actor, page, note=note)


def _on_text(incoming: Incoming, tx: Tx) -> View:
    form = cast(Form, tx.form)
    draft: Any = form.draft
    try:
        if form.step == "word":
            return replace(_judged_with(incoming, tx, draft), fresh=True)
        if form.step == "which":
            return _number(incoming, tx, form)
        row = service.comment(
            tx.session,
            tx.actor,
            form.subject or 0,
            int(draft["round"]),
            int(draft["paragraph"]),
            incoming.text,
        )
    except Superseded as error:
        return replace(_board(tx, error), fresh=True)
    except Invalid as error:
        return replace(_form(tx, errors.sentence(tx.t, error)), fresh=True)
    text_id, page = form.subject or 0, int(draft["page"])
    _leave_form(tx)
    return replace(_look(tx, text_id, page, views.kept(tx.t, row)), fresh=True)


def _number(incoming: Incoming, tx: Tx, form: Form) -> View:
    """The number of a paragraph was typed."""
    round_ = int(str(form.draft["round"]))
    text = service.check_open(tx.session, tx.actor, form.subject or 0, round_)
    count = len(paragraphs(text.body))
    typed = incoming.text.strip()
    at = int(typed) if typed.isdecimal() and len(typed) < 6 else 0
    if not 0 < at <= count:
        raise Invalid("no_paragraph", count=count)
    return replace(_about(tx, form.subject or 0, round_, at), tidy=True)


# --- Lists and verdicts -----------------------------------------------------------------------


def _mine(incoming: Incoming, tx: Tx) -> View:
    return views.own(tx.t, service.own(tx.session, tx.actor, number(incoming), number(incoming, 1)))


def _all(incoming: Incoming, tx: Tx) -> View:
    _leave_form(tx)
    return _list(tx, number(incoming), number(incoming, 1))


def _list(tx: Tx, text_id: int, page: int = 0, note: str = "") -> View:
    return views.gathered(tx.t, service.gathered(tx.session, tx.actor, text_id, page), note)


def _one(incoming: Incoming, tx: Tx) -> View:
    return _comment(tx, number(incoming))


def _back(incoming: Incoming, tx: Tx) -> View:
    _leave_form(tx)
    return _comment(tx, number(incoming))


def _comment(tx: Tx, comment_id: int, note: str = "") -> View:
    return views.one_comment(tx.t, service.find(tx.session, tx.actor, comment_id), note)


def _wanted(incoming: Incoming) -> tuple[CommentVerdict, CommentVerdict]:
    """The verdict that a button gives, and the one that it was shown with."""
    words = [*arguments(incoming), "", "", ""]
    wanted = views.verdict_of(words[1])
    if wanted is CommentVerdict.OPEN:
        raise NotFound("no_comment")
    return wanted, views.verdict_of(words[2])


def _judge(incoming: Incoming, tx: Tx) -> View:
    return _decide(tx, number(incoming), *_wanted(incoming))


def _decide(
    tx: Tx, comment_id: int, wanted: CommentVerdict, seen: CommentVerdict, word: str = ""
) -> View:
    """Keep a verdict, and go on to the next comment that waits."""
    try:
        found = service.judge(tx.session, tx.actor, comment_id, wanted, seen, word)
    except Superseded as error:
        _leave_form(tx)
        return _comment(tx, comment_id, errors.sentence(tx.t, error))
    _leave_form(tx)
    tx.session.flush()
    note = views.judged(tx.t, found)
    following = service.next_open(tx.session, tx.actor, found.comment.text_id)
    if following is not None:
        return _comment(tx, following, note)
    return _list(tx, found.comment.text_id, note=note)


def _word(incoming: Incoming, tx: Tx) -> View:
    wanted, seen = _wanted(incoming)
    found = service.check_judge(tx.session, tx.actor, number(incoming))
    _enter(
        tx,
        "word",
        found.comment.text_id,
        comment=found.comment.id,
        verdict=views.code(wanted),
        seen=views.code(seen),
    )
    return _form(tx)


def _judged_with(incoming: Incoming, tx: Tx, draft: Any) -> View:
    return _decide(
        tx,
        int(draft["comment"]),
        views.verdict_of(draft["verdict"]),
        views.verdict_of(draft["seen"]),
        incoming.text,
    )


FEATURE = Feature(
    name=NAME,
    asks_again=True,
    buttons={
        "pick": Press(_pick),
        "on": Press(_on),
        "leave": Press(_leave),
        "mine": Press(_mine),
        "all": Press(_all),
        "one": Press(_one),
        "judge": Press(_judge),
        "word": Press(_word),
        "back": Press(_back),
    },
    on_text=_on_text,
    show=_show,
)
