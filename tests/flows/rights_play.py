"""Plays cells of the rights matrix: one act by somebody on something, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest
from markupsafe import Markup
from sqlalchemy import Connection
from sqlmodel import Session

from bot.errors import Expected
from bot.i18n import Texts, texts
from bot.incoming import Incoming
from bot.models import EvidenceKind, Person
from bot.services import forms
from bot.updates import Updates
from bot.views import common, errors
from bot.views.base import View
from handlers import route
from tests.builders import ADMIN_ID, BOT_NAME
from tests.flows.phone import file
from tests.flows.rights_roles import ROLES, Role, marks_of, unseemly
from tests.flows.rights_rows import changed, news, snapshot
from tests.flows.rights_stage import NOW, Stage, Subject
from tests.flows.rights_table import Act


class Refusals:
    """Notes every expected error that is worded for somebody."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.codes: list[str] = []
        worded = errors.sentence

        def sentence(t: Texts, error: Expected) -> Markup:
            self.codes.append(error.code)
            return worded(t, error)

        patch.setattr(errors, "sentence", sentence)


_UPDATE = 0


def incoming(person: Person, **what: Any) -> Incoming:
    global _UPDATE  # noqa: PLW0603 - numbers of updates never repeat
    _UPDATE += 1
    return Incoming(
        update_id=_UPDATE,
        telegram_id=person.telegram_id,
        chat_id=person.telegram_id,
        name=person.name,
        message_id=10,
        **what,
    )


def _filled(text: str, subject: Subject) -> str:
    return text.format(letter=subject.bloc, index=subject.unit, **subject.ids)


_VERSION = 7


def open_form(stage: Stage, person: Person, act: Act, subject: Subject) -> None:
    """The person's form stands where the act needs it, forged for whoever may not be there."""
    if act.at is None:
        return
    ids = {**subject.ids, "mine": stage.drafts.get(person.id or 0, subject.ids["draft"])}
    about = act.at.subject.format(**ids)
    draft = {
        key: int(_filled(value, subject)) if isinstance(value, str) and "{" in value else value
        for key, value in (act.at.draft or {}).items()
    }
    with stage.sandbox.transaction() as session:
        form = forms.enter(
            session,
            person.id or 0,
            act.at.feature,
            act.at.step,
            NOW,
            subject=int(about) if about else None,
            draft=draft,
        )
        form.version = _VERSION


def update_of(key: str, act: Act, person: Person, subject: Subject) -> Incoming:
    key = key.split(" ", maxsplit=1)[0]
    text = _filled(act.text, subject)
    if key.startswith("/"):
        return incoming(person, kind="command", command=key[1:], text=text)
    if ":" in key:
        args = "".join(f":{_filled(one, subject)}" for one in act.args)
        return incoming(person, kind="button", data=f"{key}:{_VERSION}{args}", query_id="1")
    kind = key.split(".")[1].split("@")[0]
    if kind == "text":
        return incoming(person, kind="text", text=text)
    if kind == "file":
        media = file("new.pdf", key="new", kind=EvidenceKind.DOCUMENT)
        return incoming(person, kind="file", media=media)
    return incoming(person, kind="other")


def updates_on(stage: Stage) -> Updates:
    """What applies updates on this stage."""
    return Updates(
        stage.sandbox,
        route,
        menu_key=lambda _actor: "",
        admins=(ADMIN_ID,),
        default_language="vi",
        bot_name=BOT_NAME,
        now=lambda: NOW,
    )


class Cells:
    """Plays cells on a stage and keeps what is wrong."""

    def __init__(self, stage: Stage, refusals: Refusals) -> None:
        self.stage, self.refusals = stage, refusals
        self.updates = updates_on(stage)
        self.before: dict[str, list[Any]] = {}
        self.wrong: list[str] = []
        self.count = 0

    def play(self, key: str, act: Act, role: Role, subject: Subject) -> None:
        """One cell: an act by somebody on something."""
        self.count += 1
        stage, person = self.stage, self.stage.people[role.name]
        cell = f"{role.name} · {key} · {subject}"
        with stage.sandbox.undone() as connection:
            open_form(stage, person, act, subject)
            before = self.before = self.before or snapshot(connection, person.id)
            self.refusals.codes.clear()
            outcome = self.updates.apply(update_of(key, act, person, subject))
            assert outcome.reply is not None, cell
            view = outcome.reply.view
            now = changed(before, snapshot(connection, person.id))
            wrong = self._check(act, act.may(role, subject), view, now)
            wrong += self._marks(key, act, role, subject, view)
            if "out_message" in now:
                wrong += self._news(connection)
        self.wrong += [f"{cell}: {one}" for one in wrong]

    def _check(self, act: Act, may: bool, view: View, now: dict[str, list[Any]]) -> list[str]:
        wrong = []
        refused = self.refusals.codes
        if not (view.text or view.toast or view.attachment):
            wrong.append("no answer")
        if may and refused:
            wrong.append(f"refused: {refused}")
        if not may and not (refused or (act.hidden and _knows_nothing(view))):
            wrong.append(f"not refused: {view.text or view.toast}")
        if may and act.effect == "changes" and not now:
            wrong.append(f"no effect: {view.text or view.toast}")
        if now and (not may or act.effect == "reads"):
            wrong.append(f"changed {now}")
        return wrong

    @staticmethod
    def _marks(key: str, act: Act, role: Role, subject: Subject, view: View) -> list[str]:
        wrong = []
        shown = unseemly(role, view, own=act.own_affairs)
        shown -= {"".join(mark) for mark in _typed(act, subject)}
        if shown:
            wrong.append(f"shown {sorted(shown)}")
        seen = {(kind, bloc) for kind, bloc, _ in marks_of(view)}
        if act.may(role, subject):
            missing = [kind for kind in act.sees if (kind, subject.bloc) not in seen]
            if missing:
                wrong.append(f"not shown {missing}: {view.text or view.toast}")
        return wrong

    def _news(self, connection: Connection) -> list[str]:
        """What the act tells others is for their eyes."""
        wrong = []
        by_id = {self.stage.people[role.name].id: role for role in ROLES}
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            session.info.update(self.stage.sandbox.info)
            for person, kind, view in news(session, NOW):
                role = by_id.get(person.id)
                if role and (shown := unseemly(role, view, news=True)):
                    wrong.append(f"{role.name} is told by {kind} {sorted(shown)}")
        return wrong


def _knows_nothing(view: View) -> bool:
    """The answer to a command or a button that doesn't exist."""
    t = texts("en")
    return view == common.unknown_command(t) or view.toast == common.stale(t)


def _typed(act: Act, subject: Subject) -> set[tuple[str, str, str]]:
    """Marks that the person typed, which an answer may repeat."""
    return marks_of(View(text=_filled(act.text, subject)))
