"""Publishing a text: a numbered version with its hash, which never changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from bot.domain.names import clean
from bot.domain.texts import changes, pages, paragraphs, sha256
from bot.errors import Invalid, Superseded
from bot.models import BlocText, CommentVerdict, TextComment, TextState, TextVersion
from bot.services import audit, notices
from bot.services.access import Actor
from bot.services.text_comments import people_of_bloc
from bot.services.texts import PUBLISHED, check_revision, locked

WHY_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class Summary:
    """What would be published: ``version`` is its number; ``last`` the version before, if any.

    ``added``, ``removed`` and ``changed`` count paragraphs against that; ``open`` of
    ``comments`` wait for a verdict. ``language`` is the bloc's.
    """

    text: BlocText
    version: int
    last: TextVersion | None
    paragraphs: int
    pages: int
    added: int
    removed: int
    changed: int
    comments: int
    open: int
    language: str


def last_version(session: Session, text: BlocText) -> TextVersion | None:
    """The version of a text that is in force."""
    return session.exec(
        select(TextVersion).where(
            col(TextVersion.text_id) == text.id, col(TextVersion.version) == text.version
        )
    ).first()


def _ready(
    session: Session, actor: Actor, text_id: int, revision: int | None
) -> tuple[BlocText, TextVersion | None]:
    """A text that can be published now, held, with the version before."""
    text = locked(session, actor, text_id)
    last = last_version(session, text)
    if text.state is TextState.PUBLISHED:
        raise Superseded("text_published", version=text.version)
    if revision is not None:
        check_revision(session, actor, text, revision)
    if not text.body:
        raise Invalid("text_empty")
    if last is not None and last.body == text.body:
        raise Invalid("text_same")
    return text, last


def summary(session: Session, actor: Actor, text_id: int, revision: int | None = None) -> Summary:
    """What publishing would do now. For leader and deputy.

    Raises NotFound, Invalid (``text_empty``, ``text_same``), Superseded: ``text_published``,
    ``text_changed`` (another revision than the one that was seen).
    """
    text, last = _ready(session, actor, text_id, revision)
    found = changes(last.body, text.body) if last else []
    undecided = case((col(TextComment.verdict) == CommentVerdict.OPEN, 1), else_=0)
    counts: Any = (func.count(), func.coalesce(func.sum(undecided), 0))
    total, undone = session.execute(
        select(*counts).select_from(TextComment).where(col(TextComment.text_id) == text.id)
    ).one()
    lines = paragraphs(text.body)
    return Summary(
        text=text,
        version=text.version + 1,
        last=last,
        paragraphs=len(lines),
        pages=len(pages(lines)),
        added=sum(one.kind == "added" for one in found),
        removed=sum(one.kind == "removed" for one in found),
        changed=sum(one.kind == "changed" for one in found),
        comments=total,
        open=int(undone),
        language=actor.here.bloc.language,
    )


def tidy_why(typed: str) -> str:
    """Why there is a new version. Raises TextError, Invalid (``why_needed``)."""
    why = clean(typed, WHY_LIMIT, newlines=True)
    if not why:
        raise Invalid("why_needed")
    return why


def publish(
    session: Session, actor: Actor, text_id: int, revision: int, why: str = ""
) -> TextVersion:
    """Publish the draft that was seen as the next version. For leader and deputy.

    From the second version on ``why`` is told to the units, which are asked to adopt the new
    one. Everybody in the bloc is told. Raises as :func:`summary` does, Invalid (``why_needed``).
    """
    text, last = _ready(session, actor, text_id, revision)
    if last is not None:
        why = tidy_why(why)
    row = TextVersion(
        text_id=text.id or 0,
        version=text.version + 1,
        body=text.body,
        sha256=sha256(text.body),
        why=why if last is not None else None,
        published_by=actor.person.id or 0,
        published_at=actor.now,
    )
    session.add(row)
    session.flush()
    text.version, text.state = row.version, TextState.PUBLISHED
    session.add(text)
    audit.append(
        session,
        actor.here.year.bloc_id,
        "text.published",
        actor.now,
        person_id=actor.person.id,
        text=text.id,
        kind=text.kind.value,
        version=row.version,
        sha256=row.sha256,
        why=sha256(row.why) if row.why else None,
    )
    notices.tell(
        session,
        people_of_bloc(session, actor),
        PUBLISHED,
        ids={"version": row.id},
        key=f"text:{text.id}:published:{row.version}",
        now=actor.now,
        priority=2,
    )
    return row
