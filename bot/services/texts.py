"""Regulation, action plan and pact of a bloc-year, as people read them: drafts, versions, changes.

A draft is seen by those who lead only; while it is open for comments, by everybody in the bloc.
Versions are everybody's in the bloc, those of earlier years too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, case, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot.errors import NotFound, Superseded
from bot.models import (
    Adoption,
    BlocText,
    BlocYear,
    CommentVerdict,
    Person,
    TextComment,
    TextKind,
    TextState,
    TextVersion,
    Unit,
)
from bot.services.access import Actor

#: The message that tells of a new version.
PUBLISHED: Final = "text_published"


def in_force(session: Session, bloc_year_id: int, kind: TextKind) -> TextVersion | None:
    """The version of a text that is in force in a bloc-year, or None. Rights are the caller's."""
    rows = session.execute(_in_force(bloc_year_id).where(col(BlocText.kind) == kind))
    found: TextVersion | None = rows.scalars().first()
    return found


def all_in_force(session: Session, bloc_year_id: int) -> dict[TextKind, TextVersion]:
    """The versions in force in a bloc-year by the kind of text, in one query."""
    rows = session.execute(_in_force(bloc_year_id).add_columns(col(BlocText.kind)))
    return {kind: version for version, kind in rows}


def _in_force(bloc_year_id: int) -> Any:
    return (
        select(TextVersion)
        .join(BlocText, col(BlocText.id) == TextVersion.text_id)
        .where(
            col(BlocText.bloc_year_id) == bloc_year_id,
            col(TextVersion.version) == BlocText.version,
        )
    )


def kind_of(words: Sequence[str]) -> TextKind:
    """The kind that the first of a button's arguments names. Raises NotFound (``no_text``)."""
    if not words or words[0] not in set(TextKind):
        raise NotFound("no_text")
    return TextKind(words[0])


# --- How many have adopted --------------------------------------------------------------------


def open_units(bloc_id: int | None) -> Any:
    """A query of how many units a bloc has now: those that adopt its texts."""
    return select(func.count()).where(col(Unit.bloc_id) == bloc_id, col(Unit.closed_at).is_(None))


def adopted_by(bloc_id: int | None) -> Any:
    """A query of (version, count): how many of a bloc's open units have adopted each version.

    The one place that counts: every screen that says "k of n" says the same.
    """
    return (
        select(Adoption.version_id, func.count(func.distinct(col(Adoption.unit_id))))
        .join(Unit, col(Unit.id) == Adoption.unit_id)
        .where(
            col(Adoption.withdrawn_at).is_(None),
            col(Unit.bloc_id) == bloc_id,
            col(Unit.closed_at).is_(None),
        )
        .group_by(col(Adoption.version_id))
    )


# --- The list ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """How one text of the year stands.

    ``state`` is None where there is nothing to be seen but (perhaps) a version in force; then
    ``version`` counts, 0 for none. ``comments`` and ``open`` are those of the present round (all
    0 for members). ``adopted`` of ``units`` open ones have adopted the version in force.
    """

    kind: TextKind
    text_id: int = 0
    state: TextState | None = None
    revision: int = 0
    round: int = 0
    length: int = 0
    version: int = 0
    version_id: int = 0
    published_at: dt.datetime | None = None
    comments: int = 0
    open: int = 0
    adopted: int = 0
    units: int = 0


def overview(session: Session, actor: Actor) -> list[Line]:
    """The year's three texts, for whoever holds a seat. One query."""
    year = actor.here.year
    rounds = and_(col(TextComment.text_id) == BlocText.id, col(TextComment.round) == BlocText.round)
    adopted = adopted_by(year.bloc_id).subquery()
    undecided = case((col(TextComment.verdict) == CommentVerdict.OPEN, 1), else_=0)
    counts = (
        select(func.count(col(TextComment.id))).where(rounds).correlate(BlocText),
        select(func.coalesce(func.sum(undecided), 0)).where(rounds).correlate(BlocText),
    )
    columns: Any = (
        BlocText.kind,
        BlocText.id,
        BlocText.state,
        BlocText.revision,
        BlocText.round,
        func.length(BlocText.body),
        BlocText.version,
        TextVersion.id,
        TextVersion.published_at,
        *(one.scalar_subquery() for one in counts),
        func.coalesce(adopted.c[1], 0),
        open_units(year.bloc_id).scalar_subquery(),
    )
    rows = session.execute(
        select(*columns)
        .select_from(BlocText)
        .outerjoin(
            TextVersion,
            and_(
                col(TextVersion.text_id) == BlocText.id,
                col(TextVersion.version) == BlocText.version,
            ),
        )
        .outerjoin(adopted, adopted.c[0] == col(TextVersion.id))
        .where(col(BlocText.bloc_year_id) == year.id)
    )
    found = {row[0]: _line(actor, row) for row in rows}
    return [found.get(kind, Line(kind)) for kind in TextKind]


def _line(actor: Actor, row: Sequence[Any]) -> Line:
    kind, text_id, state, revision, round_, length, version, version_id, at, *counts = row
    comments, undecided, adopted, units = counts
    if state is TextState.PUBLISHED or (state is TextState.DRAFT and not actor.is_reviewer):
        state = None
    if not (actor.is_reviewer or actor.is_observer):
        comments = undecided = 0
    return Line(
        kind=kind,
        text_id=text_id,
        state=state,
        revision=revision,
        round=round_,
        length=length,
        version=version,
        version_id=version_id or 0,
        published_at=at,
        comments=comments,
        open=int(undecided),
        adopted=adopted,
        units=units,
    )


def line(session: Session, actor: Actor, kind: TextKind) -> Line:
    """How one text of the year stands, for whoever holds a seat."""
    return next(one for one in overview(session, actor) if one.kind is kind)


# --- Drafts -----------------------------------------------------------------------------------


def locked(session: Session, actor: Actor, text_id: int) -> BlocText:
    """A text of the actor's bloc-year, held until the transaction ends, for those who lead.

    Raises Forbidden, NotFound (``no_text``).
    """
    actor.require_reviewer()
    text = session.exec(
        select(BlocText)
        .where(col(BlocText.id) == text_id, col(BlocText.bloc_year_id) == actor.here.year.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if text is None:
        raise NotFound("no_text")
    return text


def draft(session: Session, actor: Actor, text_id: int) -> BlocText:
    """A text as it is worked on, for those who may see it now.

    Raises NotFound (``no_text``), Superseded (``comments_closed``) for members and observers
    while it isn't open for comments.
    """
    year = actor.here.year
    text = session.get(BlocText, text_id, populate_existing=True)
    if text is None or text.bloc_year_id != year.id:
        raise NotFound("no_text")
    if not actor.is_reviewer and text.state is not TextState.COMMENTING:
        raise Superseded("comments_closed")
    return text


def check_revision(session: Session, actor: Actor, text: BlocText, revision: int) -> None:
    """Raises Superseded (``text_changed``) where somebody has changed the text since."""
    if text.revision == revision:
        return
    person = session.get(Person, text.changed_by) if text.changed_by else None
    raise Superseded(
        "text_changed",
        person=person.name if person else "–",
        at=text.changed_at,
        zone=actor.zone,
        mine=text.changed_by == actor.person.id,
    )


# --- Versions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """A version that somebody reads.

    ``newest`` is the version in force and ``newest_id`` its id; ``previous_id`` is the version
    before this one (0 for the first); ``by`` published it. ``present``: of the actor's year.
    """

    version: TextVersion
    kind: TextKind
    year: int
    newest: int
    newest_id: int
    previous_id: int
    by: str
    present: bool

    @property
    def old(self) -> bool:
        """Whether there is a newer version."""
        return self.version.version != self.newest


def reading(session: Session, actor: Actor, version_id: int) -> Reading:
    """A version of a text of the actor's bloc, of whichever year.

    Raises NotFound (``no_text``), Forbidden for whoever holds no seat. One query.
    """
    bloc_id = actor.here.year.bloc_id
    newest, previous = aliased(TextVersion), aliased(TextVersion)
    columns: Any = (
        TextVersion,
        BlocText.kind,
        BlocYear.year,
        BlocText.version,
        newest.id,
        previous.id,
        Person.name,
    )
    row = session.execute(
        select(*columns)
        .join(BlocText, col(BlocText.id) == TextVersion.text_id)
        .join(BlocYear, col(BlocYear.id) == BlocText.bloc_year_id)
        .join(Person, col(Person.id) == TextVersion.published_by)
        .outerjoin(
            newest,
            and_(col(newest.text_id) == BlocText.id, col(newest.version) == BlocText.version),
        )
        .outerjoin(
            previous,
            and_(
                col(previous.text_id) == BlocText.id,
                col(previous.version) == TextVersion.version - 1,
            ),
        )
        .where(col(TextVersion.id) == version_id, col(BlocYear.bloc_id) == bloc_id)
    ).first()
    if row is None:
        raise NotFound("no_text")
    version, kind, year, number, newest_id, previous_id, by = row
    present = year == actor.here.year.year
    return Reading(version, kind, year, number, newest_id or 0, previous_id or 0, by, present)


def before(session: Session, found: Reading) -> TextVersion | None:
    """The version before the one that is read."""
    return session.get(TextVersion, found.previous_id) if found.previous_id else None


@dataclass(frozen=True, slots=True)
class Past:
    """A version in the list of versions."""

    version_id: int
    version: int
    published_at: dt.datetime
    sha256: str


def versions(session: Session, actor: Actor, kind: TextKind) -> list[Past]:
    """The versions of a text of the year, the newest first, for whoever holds a seat."""
    columns: Any = (
        TextVersion.id,
        TextVersion.version,
        TextVersion.published_at,
        TextVersion.sha256,
    )
    rows = session.execute(
        select(*columns)
        .join(BlocText, col(BlocText.id) == TextVersion.text_id)
        .where(
            col(BlocText.bloc_year_id) == actor.here.year.id,
            col(BlocText.kind) == kind,
        )
        .order_by(col(TextVersion.version).desc())
    )
    return [Past(*row) for row in rows]
