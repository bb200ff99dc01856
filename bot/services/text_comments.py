"""Comments on a text: put up for them, given by units, gathered and judged by those who lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from bot.domain.names import clean
from bot.domain.texts import paragraphs, sha256
from bot.errors import Forbidden, Invalid, NotFound, Superseded
from bot.models import (
    BlocText,
    CommentVerdict,
    Person,
    Seat,
    TextComment,
    TextKind,
    TextState,
    Unit,
)
from bot.services import audit, notices
from bot.services.access import Actor
from bot.services.texts import check_revision, draft, locked

COMMENT_LIMIT: Final = 1000
WORD_LIMIT: Final = 500
QUOTE_LIMIT: Final = 400
#: Most comments of a unit in a round: nobody reads more.
ENOUGH: Final = 100
#: Comments on a page of a list.
PAGE: Final = 5
#: Verdicts are told together when nothing has come for so long.
_GATHER: Final = dt.timedelta(minutes=2)
#: The messages: open for comments; comments have come; what became of one's own.
OPENED: Final = "text_opened"
COMMENTED: Final = "text_commented"
JUDGED: Final = "text_judged"


# --- A round ----------------------------------------------------------------------------------


def open_round(session: Session, actor: Actor, text_id: int, revision: int) -> BlocText:
    """Put a draft up for comment; every unit is told. For leader and deputy.

    Raises NotFound, Superseded: ``text_changed``, ``text_commenting``; Invalid: ``text_empty``.
    """
    text = locked(session, actor, text_id)
    if text.state is TextState.COMMENTING:
        raise Superseded("text_commenting")
    check_revision(session, actor, text, revision)
    if not text.body or text.state is TextState.PUBLISHED:
        raise Invalid("text_empty" if not text.body else "text_same")
    text.state = TextState.COMMENTING
    text.round += 1
    session.add(text)
    _note(session, actor, text, "text.opened", sha256=sha256(text.body))
    notices.tell(
        session,
        people_of_bloc(session, actor, members=True),
        OPENED,
        ids={"text": text.id, "round": text.round},
        key=f"text:{text.id}:open:{text.round}",
        now=actor.now,
        priority=2,
    )
    return text


def close_round(session: Session, actor: Actor, text_id: int, round_: int) -> BlocText:
    """End a round of comments: the text is a draft again. For leader and deputy.

    Raises NotFound, Superseded (``comments_closed``).
    """
    text = locked(session, actor, text_id)
    if text.state is not TextState.COMMENTING or text.round != round_:
        raise Superseded("comments_closed")
    text.state = TextState.DRAFT
    session.add(text)
    _note(session, actor, text, "text.closed")
    return text


def _note(session: Session, actor: Actor, text: BlocText, action: str, **more: object) -> None:
    audit.append(
        session,
        actor.here.year.bloc_id,
        action,
        actor.now,
        person_id=actor.person.id,
        text=text.id,
        kind=text.kind.value,
        round=text.round,
        **more,
    )


def people_of_bloc(session: Session, actor: Actor, *, members: bool = False) -> list[int]:
    """Everybody with a seat in the actor's bloc but the actor; with ``members`` at a unit."""
    query = select(Seat.person_id).where(
        col(Seat.bloc_id) == actor.here.year.bloc_id,
        col(Seat.until).is_(None),
        col(Seat.person_id) != actor.person.id,
    )
    if members:
        query = query.where(col(Seat.unit_id).is_not(None))
    return sorted(session.exec(query.distinct()))


# --- Comments of units ------------------------------------------------------------------------


def check_open(session: Session, actor: Actor, text_id: int, round_: int) -> BlocText:
    """A text on which the actor's unit may comment now.

    Raises Forbidden for observers, NotFound, Superseded (``comments_closed``).
    """
    actor.my_unit()
    text = draft(session, actor, text_id)
    if text.state is not TextState.COMMENTING or text.round != round_:
        raise Superseded("comments_closed")
    return text


def comment(
    session: Session, actor: Actor, text_id: int, round_: int, paragraph: int, typed: str
) -> TextComment:
    """A comment of the actor's unit on a paragraph (from 1), or with 0 on the whole text.

    The same words once more are no second comment. Raises as :func:`check_open` does; TextError
    (``text_too_long``), Invalid: ``comment_empty``, ``comments_enough``.
    """
    unit = actor.my_unit()
    body = clean(typed, COMMENT_LIMIT, newlines=True)
    if not body:
        raise Invalid("comment_empty")
    # Held, so that nothing comes in after the round was closed.
    session.exec(select(BlocText.id).where(col(BlocText.id) == text_id).with_for_update())
    text = check_open(session, actor, text_id, round_)
    lines = paragraphs(text.body)
    about = paragraph if 0 < paragraph <= len(lines) else None
    mine = session.exec(
        select(TextComment)
        .where(
            col(TextComment.text_id) == text.id,
            col(TextComment.round) == text.round,
            col(TextComment.unit_id) == unit.id,
        )
        .limit(ENOUGH)
    ).all()
    for one in mine:
        if (one.paragraph, one.body) == (about, body):
            return one
    if len(mine) >= ENOUGH:
        raise Invalid("comments_enough", limit=ENOUGH)
    quote = lines[about - 1] if about else ""
    row = TextComment(
        text_id=text.id or 0,
        round=text.round,
        paragraph=about,
        quote=quote if len(quote) <= QUOTE_LIMIT else quote[: QUOTE_LIMIT - 1] + "…",
        unit_id=unit.id or 0,
        person_id=actor.person.id or 0,
        body=body,
        at=actor.now,
    )
    session.add(row)
    session.flush()
    _note(
        session,
        actor,
        text,
        "text.commented",
        comment=row.id,
        unit=unit.id,
        paragraph=about,
        sha256=sha256(body),
    )
    year = actor.here.year
    leading = [one for one in (year.leader_unit_id, year.deputy_unit_id) if one]
    notices.tell(
        session,
        set(notices.people_of_units(session, leading)) - {actor.person.id or 0},
        COMMENTED,
        ids={"text": text.id, "round": text.round, "unit": unit.id},
        key=f"text:{text.id}:commented:{text.round}:{unit.id}",
        now=actor.now,
        after=_GATHER,
    )
    return row


# --- Lists ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gathered:
    """A page of comments: (comment, its unit's short name), ``page`` from 0 of ``pages``.

    ``total`` and ``open`` count all rounds.
    """

    text_id: int
    kind: TextKind
    state: TextState
    round: int
    rows: Sequence[tuple[TextComment, str]]
    page: int
    pages: int
    total: int
    open: int


def gathered(session: Session, actor: Actor, text_id: int, page: int = 0) -> Gathered:
    """All comments on a text: the newest round first, by paragraph. For those who read all.

    Raises Forbidden, NotFound (``no_text``).
    """
    actor.require_reader()
    return _list(session, actor, text_id, page, None)


def own(session: Session, actor: Actor, text_id: int, page: int = 0) -> Gathered:
    """The comments of the actor's own unit with what became of them. For members."""
    unit = actor.my_unit()
    return _list(session, actor, text_id, page, unit.id)


def _list(session: Session, actor: Actor, text_id: int, page: int, unit_id: int | None) -> Gathered:
    head: Any = (BlocText.kind, BlocText.state, BlocText.round)
    found = session.execute(
        select(*head).where(
            col(BlocText.id) == text_id, col(BlocText.bloc_year_id) == actor.here.year.id
        )
    ).first()
    if found is None:
        raise NotFound("no_text")
    kind, state, round_ = found
    where = [col(TextComment.text_id) == text_id]
    if unit_id is not None:
        where.append(col(TextComment.unit_id) == unit_id)
    undecided = case((col(TextComment.verdict) == CommentVerdict.OPEN, 1), else_=0)
    counts: Any = (func.count(), func.coalesce(func.sum(undecided), 0))
    total, undone = session.execute(select(*counts).select_from(TextComment).where(*where)).one()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 0), pages - 1)
    rows = session.exec(
        select(TextComment, Unit.short_name)
        .join(Unit, col(Unit.id) == TextComment.unit_id)
        .where(*where)
        .order_by(
            col(TextComment.round).desc(),
            func.coalesce(TextComment.paragraph, 0),
            col(TextComment.id),
        )
        .offset(page * PAGE)
        .limit(PAGE)
    ).all()
    return Gathered(text_id, kind, state, round_, list(rows), page, pages, total, int(undone))


# --- Verdicts ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A comment with its text's kind, its unit and who judged it. ``mine``: of one's own unit."""

    comment: TextComment
    kind: TextKind
    unit: Unit
    by: str
    mine: bool
    may: bool


def find(session: Session, actor: Actor, comment_id: int, *, hold: bool = False) -> Found:
    """A comment on a text of the actor's bloc-year, for those who read all.

    Raises Forbidden, NotFound (``no_comment``).
    """
    actor.require_reader()
    query = (
        select(TextComment, BlocText.kind, Unit)
        .join(BlocText, col(BlocText.id) == TextComment.text_id)
        .join(Unit, col(Unit.id) == TextComment.unit_id)
        .where(
            col(TextComment.id) == comment_id,
            col(BlocText.bloc_year_id) == actor.here.year.id,
        )
    )
    if hold:
        query = query.with_for_update(of=TextComment).execution_options(populate_existing=True)
    row = session.exec(query).first()
    if row is None:
        raise NotFound("no_comment")
    one, kind, unit = row
    judge_ = session.get(Person, one.decided_by) if one.decided_by else None
    mine = actor.unit is not None and actor.unit.id == unit.id
    return Found(
        comment=one,
        kind=TextKind(kind),
        unit=unit,
        by=judge_.name if judge_ else "",
        mine=mine,
        may=actor.is_reviewer and not mine,
    )


def check_judge(session: Session, actor: Actor, comment_id: int) -> Found:
    """A comment that the actor may judge, held.

    Raises Forbidden (``own_comment``: nobody judges their own unit's), NotFound.
    """
    actor.require_reviewer()
    found = find(session, actor, comment_id, hold=True)
    if found.mine or found.comment.person_id == actor.person.id:
        raise Forbidden("own_comment")
    return found


def judge(
    session: Session,
    actor: Actor,
    comment_id: int,
    verdict: CommentVerdict,
    seen: CommentVerdict,
    word: str = "",
) -> Found:
    """Mark a comment as taken or not, with a word if there is one; its unit is told.

    ``seen`` is the verdict that the actor saw. For leader and deputy, on other units' comments.
    Raises Superseded (``comment_judged``), Forbidden, NotFound, TextError.
    """
    word = clean(word, WORD_LIMIT, newlines=True)
    found = check_judge(session, actor, comment_id)
    row = found.comment
    if row.verdict is not seen:
        if (row.verdict, row.word or "", row.decided_by) == (verdict, word, actor.person.id):
            return found
        raise Superseded("comment_judged", person=found.by)
    row.verdict, row.word = verdict, word or None
    row.decided_by, row.decided_at = actor.person.id, actor.now
    session.add(row)
    audit.append(
        session,
        actor.here.year.bloc_id,
        "text.judged",
        actor.now,
        person_id=actor.person.id,
        text=row.text_id,
        comment=row.id,
        unit=row.unit_id,
        verdict=verdict.value,
        sha256=sha256(word) if word else None,
    )
    notices.tell(
        session,
        notices.people_of_units(session, [row.unit_id]),
        JUDGED,
        ids={"comment": row.id},
        key=f"comment:{row.id}:{actor.now.timestamp():.0f}",
        now=actor.now,
        after=_GATHER,
    )
    return found


def next_open(session: Session, actor: Actor, text_id: int) -> int | None:
    """The next comment of a text that waits for this reviewer, or None."""
    mine = actor.unit.id if actor.unit else None
    return session.exec(
        select(TextComment.id)
        .join(BlocText, col(BlocText.id) == TextComment.text_id)
        .where(
            col(TextComment.text_id) == text_id,
            col(BlocText.bloc_year_id) == actor.here.year.id,
            col(TextComment.verdict) == CommentVerdict.OPEN,
            col(TextComment.unit_id) != mine,
        )
        .order_by(
            col(TextComment.round).desc(),
            func.coalesce(TextComment.paragraph, 0),
            col(TextComment.id),
        )
        .limit(1)
    ).first()
