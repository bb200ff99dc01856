"""What is told of comments: that some have come, and to units what became of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.models import (
    BlocText,
    BlocYear,
    CommentVerdict,
    Person,
    Seat,
    TextComment,
    TextKind,
    TextState,
    Unit,
)


def told_of(
    session: Session, person: Person, comment_ids: Sequence[int]
) -> list[tuple[TextComment, TextKind]]:
    """Judged comments of the units where a person sits now, by paragraph."""
    rows = session.exec(
        select(TextComment, BlocText.kind)
        .join(BlocText, col(BlocText.id) == TextComment.text_id)
        .join(
            Seat,
            (col(Seat.unit_id) == TextComment.unit_id)
            & (col(Seat.person_id) == person.id)
            & col(Seat.until).is_(None),
        )
        .where(
            col(TextComment.id).in_(list(comment_ids)),
            col(TextComment.verdict) != CommentVerdict.OPEN,
        )
        .order_by(col(TextComment.text_id), col(TextComment.paragraph), col(TextComment.id))
    ).all()
    return list({one.id: (one, TextKind(kind)) for one, kind in rows}.values())


def commenting_units(
    session: Session, person: Person, text_id: int, units: Sequence[int]
) -> tuple[TextKind, list[str], int] | None:
    """The kind of a text, units that commented, and how many comments wait; for its reviewers.

    None where nothing waits any more, or the person no longer leads the bloc.
    """
    row = session.exec(
        select(BlocText.kind, BlocYear)
        .join(BlocYear, col(BlocYear.id) == BlocText.bloc_year_id)
        .where(col(BlocText.id) == text_id)
    ).one()
    kind, year = row
    leads = session.exec(
        select(Seat.id).where(
            col(Seat.person_id) == person.id,
            col(Seat.until).is_(None),
            col(Seat.unit_id).in_([year.leader_unit_id, year.deputy_unit_id]),
        )
    ).first()
    waiting = session.exec(
        select(Unit.short_name, func.count())
        .join(TextComment, col(TextComment.unit_id) == Unit.id)
        .where(
            col(TextComment.text_id) == text_id,
            col(TextComment.verdict) == CommentVerdict.OPEN,
            col(Unit.id).in_(list(units)),
        )
        .group_by(col(Unit.id), col(Unit.short_name))
        .order_by(col(Unit.id))
    ).all()
    if leads is None or not waiting:
        return None
    return TextKind(kind), [name for name, _ in waiting], sum(count for _, count in waiting)


def sits_at_a_unit(session: Session, person: Person, bloc_id: int) -> bool:
    """Whether somebody sits at a unit of the bloc now (an observer doesn't)."""
    found = session.exec(
        select(Seat.id).where(
            col(Seat.person_id) == person.id,
            col(Seat.bloc_id) == bloc_id,
            col(Seat.unit_id).is_not(None),
            col(Seat.until).is_(None),
        )
    )
    return found.first() is not None


def opened(
    session: Session, person: Person, text_id: int, round_: int
) -> tuple[BlocText, BlocYear] | None:
    """A text that is still open in this round, for somebody who sits in its bloc; else None."""
    row = session.exec(
        select(BlocText, BlocYear)
        .join(BlocYear, col(BlocYear.id) == BlocText.bloc_year_id)
        .where(
            col(BlocText.id) == text_id,
            col(BlocText.round) == round_,
            col(BlocText.state) == TextState.COMMENTING,
        )
    ).first()
    if row is None or not sits_at_a_unit(session, person, row[1].bloc_id):
        return None
    return row[0], row[1]
