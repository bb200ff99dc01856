"""Drafting a text of the year: every change replaces a run of paragraphs by another.

The author names the revision that they saw; whoever was slower learns that the text has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session, col, select

from bot.domain import default_texts
from bot.domain.default_texts import Facts
from bot.domain.texts import goes_on, joined, paragraphs, tidy
from bot.errors import Invalid, NotFound, Superseded
from bot.models import BlocKind, BlocText, BlocYear, TextKind, TextState, TextVersion, Unit
from bot.services.access import Actor
from bot.services.papers import papers
from bot.services.texts import check_revision, locked

Source = Literal["proposed", "last"]
_PROPOSALS = {
    TextKind.REGULATION: default_texts.regulation,
    TextKind.PLAN: default_texts.plan,
    TextKind.PACT: default_texts.pact,
}


@dataclass(frozen=True, slots=True)
class Edit:
    """A change just made, and how to undo it: ``count`` paragraphs from ``at`` become ``old``."""

    text: BlocText
    at: int
    count: int
    old: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was changed at all."""
        return tuple(paragraphs(self.text.body)[self.at : self.at + self.count]) != self.old


def begin(session: Session, actor: Actor, kind: TextKind) -> BlocText:
    """The year's text of this kind, held; an empty draft where there was none yet.

    For leader and deputy. Raises Superseded (``text_commenting``) while it is open for comments.
    """
    actor.require_reviewer()
    year = session.exec(
        # Two who begin at once don't make two of them.
        select(BlocYear).where(col(BlocYear.id) == actor.here.year.id).with_for_update()
    ).one()
    text = session.exec(
        select(BlocText)
        .where(col(BlocText.bloc_year_id) == year.id, col(BlocText.kind) == kind)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if text is None:
        text = BlocText(
            bloc_year_id=year.id or 0,
            kind=kind,
            body="",
            changed_by=actor.person.id,
            changed_at=actor.now,
        )
        session.add(text)
        session.flush()
    require_draft(text)
    return text


def require_draft(text: BlocText) -> None:
    """Raises Superseded (``text_commenting``) for a text that is open for comments."""
    if text.state is TextState.COMMENTING:
        raise Superseded("text_commenting")


# --- What to start from -----------------------------------------------------------------------


def last_text(session: Session, actor: Actor, kind: TextKind) -> tuple[TextVersion, int] | None:
    """The text of this kind in the bloc's last year that had one, with that year."""
    year = actor.here.year
    row = session.exec(
        select(TextVersion, BlocYear.year)
        .join(BlocText, col(BlocText.id) == TextVersion.text_id)
        .join(BlocYear, col(BlocYear.id) == BlocText.bloc_year_id)
        .where(
            col(BlocYear.bloc_id) == year.bloc_id,
            col(BlocYear.year) < year.year,
            col(BlocText.kind) == kind,
            col(TextVersion.version) == BlocText.version,
        )
        .order_by(col(BlocYear.year).desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def facts(session: Session, actor: Actor) -> Facts:
    """What the proposed texts are filled with now."""
    place = actor.here
    units = session.exec(
        select(Unit)
        .where(col(Unit.bloc_id) == place.bloc.id, col(Unit.closed_at).is_(None))
        .order_by(col(Unit.id))
    ).all()
    names = {one.id: one.name for one in units}
    kept = papers(place.year, place.bloc)
    return Facts(
        bloc=place.bloc.name,
        year=place.year.year,
        cluster=place.bloc.kind is BlocKind.CLUSTER,
        units=list(names.values()),
        leader=names.get(place.year.leader_unit_id, ""),
        deputy=names.get(place.year.deputy_unit_id, ""),
        themes=kept.themes,
        legal_basis=kept.legal_basis,
        due_day=place.year.due_day,
        review_days=place.year.review_days,
    )


def source(session: Session, actor: Actor, kind: TextKind, wanted: Source) -> list[str]:
    """The paragraphs of the proposed text, or of last year's with its year put forward.

    Raises NotFound (``no_last_text``).
    """
    if wanted == "proposed":
        return tidy(_PROPOSALS[kind](facts(session, actor)))
    found = last_text(session, actor, kind)
    if found is None:
        raise NotFound("no_last_text")
    version, year = found
    return tidy(default_texts.for_year(version.body, year, actor.here.year.year))


# --- Changes ----------------------------------------------------------------------------------


def splice(
    session: Session,
    actor: Actor,
    text_id: int,
    revision: int,
    at: int,
    count: int,
    new: Sequence[str],
) -> Edit:
    """Put ``new`` paragraphs in the place of ``count`` ones from ``at`` (counted from 0).

    For leader and deputy. Raises NotFound, Superseded: ``text_changed`` (another revision),
    ``text_commenting``; Invalid: ``text_too_long``, ``too_many_paragraphs``.
    """
    text = locked(session, actor, text_id)
    require_draft(text)
    check_revision(session, actor, text, revision)
    lines = paragraphs(text.body)
    at = min(max(at, 0), len(lines))
    old = tuple(lines[at : at + count])
    edit = Edit(text, at, len(new), old)
    if tuple(new) == old:
        return edit
    text.body = joined([*lines[:at], *new, *lines[at + count :]])
    text.revision += 1
    text.state = TextState.DRAFT
    text.changed_by, text.changed_at = actor.person.id, actor.now
    session.add(text)
    return edit


def append(
    session: Session, actor: Actor, text_id: int, revision: int, typed: str, *, cut: bool = False
) -> Edit:
    """Add what was typed at the end. ``cut``: the message before was as long as apps allow.

    Raises as :func:`splice` does, Invalid (``text_empty``).
    """
    new = tidy(typed)
    if not new:
        raise Invalid("text_empty")
    lines = paragraphs(locked(session, actor, text_id).body)
    if cut and lines and goes_on(lines[-1], new[0]):
        new[0] = f"{lines[-1]} {new[0]}"
        return splice(session, actor, text_id, revision, len(lines) - 1, 1, new)
    return splice(session, actor, text_id, revision, len(lines), 0, new)


def replace_all(
    session: Session, actor: Actor, text_id: int, revision: int, new: Sequence[str]
) -> Edit:
    """Put another text in the place of the whole one. Raises as :func:`append` does."""
    if not new:
        raise Invalid("text_empty")
    count = len(paragraphs(locked(session, actor, text_id).body))
    return splice(session, actor, text_id, revision, 0, count, new)
