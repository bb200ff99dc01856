"""What a bloc-year's texts and documents are filled with: themes, legal basis, heads, place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from bot.domain import default_texts
from bot.domain.names import clean
from bot.errors import Invalid, Superseded
from bot.models import Bloc, BlocYear
from bot.services import audit
from bot.services.access import Actor

#: What is a list of words, and what is one.
LISTS: Final = ("themes", "legal_basis")
WORDS: Final = ("issuer", "parent", "place")
ITEM_LIMIT: Final = 500
ITEMS_LIMIT: Final = 20
WORD_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Papers:
    """A bloc-year's papers with the defaults filled in.

    ``issuer`` and ``parent`` are the bodies in a document's head (``parent`` above, empty where
    no province is known), ``place`` is where documents are dated (may be empty). ``own`` names
    what somebody has set.
    """

    themes: tuple[str, ...]
    legal_basis: tuple[str, ...]
    issuer: str
    parent: str
    place: str
    own: frozenset[str] = frozenset()


def papers(year: BlocYear, bloc: Bloc) -> Papers:
    """What the year's texts and documents are filled with."""
    kept = year.papers or {}

    def listed(key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = kept.get(key)
        return tuple(str(one) for one in value) if isinstance(value, list) else default

    def word(key: str, default: str) -> str:
        value = kept.get(key)
        return value if isinstance(value, str) else default

    return Papers(
        themes=listed("themes", default_texts.themes(year.year)),
        legal_basis=listed("legal_basis", default_texts.LEGAL_BASIS),
        issuer=word("issuer", bloc.name),
        parent=word("parent", default_texts.parent(bloc.province)),
        place=word("place", default_texts.place(bloc.province)),
        own=frozenset(key for key in (*LISTS, *WORDS) if key in kept),
    )


def present(session: Session, actor: Actor) -> Papers:
    """The papers of the actor's bloc-year. For leader, deputy and observers."""
    actor.require_reader()
    return papers(actor.here.year, actor.here.bloc)


def _locked(session: Session, actor: Actor) -> BlocYear:
    return session.exec(
        select(BlocYear)
        .where(col(BlocYear.id) == actor.here.year.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _store(session: Session, actor: Actor, year: BlocYear, key: str, value: object) -> Papers:
    kept = dict(year.papers or {})
    if value is None:
        kept.pop(key, None)
    else:
        kept[key] = value
    year.papers = kept or None
    session.add(year)
    count = len(value) if isinstance(value, list) else None
    audit.append(
        session,
        year.bloc_id,
        "papers.changed",
        actor.now,
        person_id=actor.person.id,
        year=year.year,
        what=key,
        count=count,
    )
    return papers(year, actor.here.bloc)


def check(key: str, among: tuple[str, ...]) -> None:
    """Raises Superseded (``paper_gone``) for what isn't there: a forged button."""
    if key not in among:
        raise Superseded("paper_gone")


def add(session: Session, actor: Actor, key: str, text: str) -> Papers:
    """Add words to a list, one a line. For leader and deputy.

    Raises TextError for a line that is too long, Invalid: ``paper_empty``, ``papers_full``.
    """
    actor.require_reviewer()
    check(key, LISTS)
    year = _locked(session, actor)
    had: tuple[str, ...] = getattr(papers(year, actor.here.bloc), key)
    new = [clean(line, ITEM_LIMIT).rstrip(";. ") for line in text.splitlines()]
    new = [line for line in dict.fromkeys(new) if line and line not in had]
    if not new:
        raise Invalid("paper_empty")
    if len(had) + len(new) > ITEMS_LIMIT:
        raise Invalid("papers_full", limit=ITEMS_LIMIT)
    return _store(session, actor, year, key, [*had, *new])


def drop(session: Session, actor: Actor, key: str, at: int, count: int) -> Papers:
    """Take the words at this place (from 0) out of a list that was seen with ``count`` words.

    For leader and deputy. Raises Superseded (``paper_gone``) where the list has changed since.
    """
    actor.require_reviewer()
    check(key, LISTS)
    year = _locked(session, actor)
    had: tuple[str, ...] = getattr(papers(year, actor.here.bloc), key)
    if count != len(had) or not 0 <= at < count:
        raise Superseded("paper_gone")
    return _store(session, actor, year, key, [*had[:at], *had[at + 1 :]])


def put(session: Session, actor: Actor, key: str, text: str) -> Papers:
    """Set issuer, parent or place. For leader and deputy.

    Raises TextError for what is too long, Invalid (``paper_empty``).
    """
    actor.require_reviewer()
    check(key, WORDS)
    value = clean(text, WORD_LIMIT)
    if not value:
        raise Invalid("paper_empty")
    return _store(session, actor, _locked(session, actor), key, value)


def reset(session: Session, actor: Actor, key: str) -> Papers:
    """Go back to what is proposed. For leader and deputy."""
    actor.require_reviewer()
    check(key, (*LISTS, *WORDS))
    year = _locked(session, actor)
    if key not in (year.papers or {}):
        return papers(year, actor.here.bloc)
    return _store(session, actor, year, key, None)
