"""Files that an author sends as a text: queued for reading, then taken into the draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sqlmodel import Session

from bot.errors import Invalid
from bot.models import Form, Job
from bot.services import forms, notices, text_drafting, workbooks
from bot.services.access import Actor
from bot.services.evidence import File
from bot.services.text_drafting import Edit
from bot.services.texts import check_revision, locked

#: The job that reads a text's file, and the message that tells what came of it.
READ: Final = "text_read"
RESULT: Final = "text_file"
#: Largest file, in bytes: a text of sixty pages with some pictures in it.
MAX_BYTES: Final = 8 * 1024 * 1024
#: The feature whose form is open while a text is written.
FEATURE: Final = "drafts"
_ENDINGS: Final = (".docx", ".txt")
_MIMES: Final = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/plain",
)
#: Most changes that can be undone, and how long they may be together.
_UNDO: Final = 20
_UNDO_LENGTH: Final = 400_000


def queue(
    session: Session,
    actor: Actor,
    file: File,
    key: str,
    *,
    text_id: int,
    revision: int,
    replace: bool,
) -> None:
    """Have a file read into the draft: in place of everything, or at its end.

    ``key`` names the message that brought it. Raises Invalid at once: ``text_file_kind``,
    ``text_file_large`` (``limit`` in bytes); Forbidden, NotFound, Superseded as a change does.
    """
    text = locked(session, actor, text_id)
    text_drafting.require_draft(text)
    check_revision(session, actor, text, revision)
    name = (file.name or "").lower()
    if not (name.endswith(_ENDINGS) or file.mime in _MIMES):
        raise Invalid("text_file_kind")
    if (file.size or 0) > MAX_BYTES:
        raise Invalid("text_file_large", limit=MAX_BYTES)
    session.add(
        Job(
            kind=READ,
            ids={
                "text": text_id,
                "revision": revision,
                "replace": replace,
                "file": file.file_id,
                "name": file.name or "",
            },
            dedupe_key=f"text:{key}",
            person_id=actor.person.id,
            next_at=actor.now,
            created_at=actor.now,
        )
    )


def take(session: Session, job: Job, found: Sequence[str], now: dt.datetime) -> None:
    """Take the paragraphs of a file into the draft, and tell its author.

    Raises Forbidden, NotFound, Superseded as a change does.
    """
    actor = workbooks.sender(session, job, now)
    if actor is None:
        return
    body: Any = job.ids
    text_id, revision = int(body["text"]), int(body["revision"])
    if body["replace"]:
        edit = text_drafting.replace_all(session, actor, text_id, revision, found)
    else:
        edit = text_drafting.append(session, actor, text_id, revision, "\n".join(found))
    form = forms.current(session, actor.person.id or 0)
    if form is not None and form.feature == FEATURE and form.subject == text_id:
        note(session, form, now, edit, mode="add", long=False)
    tell(session, job, now, outcome="taken", text=text_id, count=len(found))


def tell(session: Session, job: Job, now: dt.datetime, **ids: object) -> None:
    """Tell whoever sent the file what came of it."""
    notices.tell(
        session,
        [job.person_id or 0],
        RESULT,
        ids={"job": job.id, "name": job.ids.get("name", ""), "text": job.ids["text"], **ids},
        key=f"{RESULT}:{job.id}",
        now=now,
        priority=0,
    )


# --- What the author's form keeps -------------------------------------------------------------


def note(session: Session, form: Form, now: dt.datetime, edit: Edit, **more: Any) -> Form:
    """Keep the revision that a change led to, and how the change is undone."""
    undo: Any = form.draft.get("undo", [])
    kept = list(undo)
    if edit.changed:
        kept.append([edit.at, edit.count, list(edit.old)])
    return forms.keep(session, form, now, revision=edit.text.revision, undo=_bounded(kept), **more)


def _bounded(undo: list[Any]) -> list[Any]:
    """The last changes, as many as may be kept."""
    kept: list[Any] = []
    room = _UNDO_LENGTH
    for one in reversed(undo[-_UNDO:]):
        room -= sum(len(line) for line in one[2])
        if room < 0:
            break
        kept.insert(0, one)
    return kept


def undo(session: Session, actor: Actor, form: Form, revision: int) -> Form:
    """Undo the last change that the form knows of, if the text is still at this revision.

    Raises as a change does; nothing happens where there is nothing to undo.
    """
    steps: Any = form.draft.get("undo", [])
    if not steps or form.draft.get("revision") != revision:
        return form
    at, count, old = steps[-1]
    edit = text_drafting.splice(
        session, actor, form.subject or 0, revision, int(at), int(count), [str(one) for one in old]
    )
    return forms.keep(
        session, form, actor.now, revision=edit.text.revision, undo=steps[:-1], long=False
    )
