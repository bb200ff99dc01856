"""Files that the bot makes: asked for, made once whoever asks, sent to all who have.

A file is found by the SHA-256 of everything that goes into it (:class:`bot.models.Made`). Where
it isn't there yet, a job makes it; whoever asks meanwhile is added to the job.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.domain.document import MIME, ChartPaper, Form, Order
from bot.errors import NotFound
from bot.models import (
    Bloc,
    BlocText,
    BlocYear,
    Job,
    JobState,
    Made,
    OutMessage,
    Person,
    Seat,
    SeatRole,
    TextKind,
    TextVersion,
)
from bot.services import document_jobs, notices, progress
from bot.services.access import Actor
from bot.services.document_data import FORMS, order
from bot.services.document_jobs import MAKE, PACT, PROGRESS, SIGNED, TEXT, Wish

#: The message that carries one which was asked for.
DOCUMENT: Final = "document"
FAILED: Final = "document_failed"
#: Two taps within this time are one.
TWICE: Final = dt.timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: ``ready`` where the file was there and is being sent."""

    wish: Wish
    ready: bool


@dataclass(frozen=True, slots=True)
class Content:
    """A made file as it lies in the store."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a job is about: the order, and the file's row where it was made meanwhile."""

    order: Order
    made_id: int | None


# --- Asking -----------------------------------------------------------------------------------


def ask(
    session: Session,
    actor: Actor,
    what: str,
    subject: int,
    form: str,
    *,
    page: int = 0,
    code: str = "",
) -> Asked:
    """Ask for a file; it comes as a message. Everybody of the bloc may have its texts.

    ``what`` is ``pact``, ``text`` (of a version) or ``progress`` (of a unit, 0 for the bloc's
    totals, with ``code`` all units' targets for one indicator). Raises Forbidden, NotFound:
    ``document_unknown``, ``no_targets``.
    """
    wish = _allowed(session, actor, what, subject, form, page, code)
    wanted = order(session, wish, actor.now)
    if wanted is None:
        raise NotFound("no_targets" if what == PROGRESS else "document_unknown")
    person_id = actor.person.id or 0
    made = _made(session, wanted.key)
    if made is None:
        made = _queue(session, wish, wanted.key, [person_id], actor.now)
    if made is None:
        return Asked(wish, ready=False)
    if not _just_sent(session, person_id, made, actor.now):
        _tell(session, [person_id], wish, wanted, made, actor.now)
    return Asked(wish, ready=True)


def _allowed(
    session: Session, actor: Actor, what: str, subject: int, form: str, page: int, code: str
) -> Wish:
    place = actor.here
    if form not in FORMS.get(what, ()):
        raise NotFound("document_unknown")
    if what != PROGRESS:
        _version(session, actor, subject)
    elif subject:
        progress.unit_board(session, actor, subject)
    elif code:
        actor.require_reader()
    return Wish(
        what=what,
        subject=subject,
        form=form,
        language=actor.person.language if what == PROGRESS else place.bloc.language,
        bloc_id=place.bloc.id or 0,
        page=page if what == PROGRESS else 0,
        code=code if what == PROGRESS else "",
    )


def _version(session: Session, actor: Actor, version_id: int) -> tuple[TextVersion, BlocText]:
    row = session.exec(
        select(TextVersion, BlocText)
        .join(BlocText, col(BlocText.id) == col(TextVersion.text_id))
        .join(BlocYear, col(BlocYear.id) == col(BlocText.bloc_year_id))
        .where(col(TextVersion.id) == version_id, col(BlocYear.bloc_id) == actor.here.bloc.id)
    ).first()
    if row is None:
        raise NotFound("document_unknown")
    return row


@dataclass(frozen=True, slots=True)
class Choice:
    """A version whose file somebody is about to choose, with the forms that there are."""

    version: TextVersion
    kind: TextKind
    what: str
    forms: Sequence[Form]


def choose(session: Session, actor: Actor, what: str, version_id: int) -> Choice:
    """The forms in which a text can be had. Raises NotFound(``document_unknown``)."""
    version, text = _version(session, actor, version_id)
    if what == PACT and text.kind is not TextKind.PACT:
        what = TEXT
    return Choice(version, text.kind, what, FORMS[what])


@dataclass(frozen=True, slots=True)
class Shelf:
    """What of a year is there: the versions in force by kind, and whether anybody has targets."""

    year: BlocYear
    texts: Sequence[tuple[TextKind, TextVersion]]
    has_targets: bool
    own_unit_id: int


def shelf(session: Session, actor: Actor) -> Shelf:
    """The documents of the present year. For leader, deputy and observers."""
    actor.require_reader()
    year = actor.here.year
    rows = session.exec(
        select(BlocText, TextVersion)
        .join(
            TextVersion,
            (col(TextVersion.text_id) == col(BlocText.id))
            & (col(TextVersion.version) == col(BlocText.version)),
        )
        .where(col(BlocText.bloc_year_id) == year.id)
    ).all()
    kinds = (TextKind.PACT, TextKind.REGULATION, TextKind.PLAN)
    texts = sorted(
        ((text.kind, version) for text, version in rows), key=lambda one: kinds.index(one[0])
    )
    found = progress.all_units(session, actor.here.bloc, year, actor.now)
    mine = actor.unit.id if actor.unit else None
    own = next((one.unit_id for one in found if one.unit_id == mine), 0)
    return Shelf(year, texts, bool(found), own)


def reads(session: Session, person: Person, bloc_id: int) -> bool:
    """Whether a person reads the whole bloc now: as observer, or for its leader or deputy."""
    found = session.exec(
        select(Seat.id)
        .join(Bloc, col(Bloc.id) == col(Seat.bloc_id))
        .join(BlocYear, (col(BlocYear.bloc_id) == col(Bloc.id)) & (BlocYear.year == Bloc.year))
        .where(
            col(Seat.person_id) == person.id,
            col(Seat.bloc_id) == bloc_id,
            col(Seat.until).is_(None),
            or_(
                col(Seat.role) == SeatRole.OBSERVER,
                col(Seat.unit_id) == col(BlocYear.leader_unit_id),
                col(Seat.unit_id) == col(BlocYear.deputy_unit_id),
            ),
        )
        .limit(1)
    )
    return found.first() is not None


# --- The job ----------------------------------------------------------------------------------


def _made(session: Session, key: str) -> Made | None:
    return session.exec(select(Made).where(col(Made.key) == key)).first()


def _queue(
    session: Session, wish: Wish, key: str, people: list[int], now: dt.datetime
) -> Made | None:
    """Have a file made for these people; gives the file where it was finished in this moment."""
    dedupe = f"{MAKE}:{key}"
    try:
        with session.begin_nested():
            session.add(document_jobs.job(wish, dedupe, people, now))
    except IntegrityError:
        job = session.exec(
            select(Job)
            .where(col(Job.dedupe_key) == dedupe)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        if job.state is JobState.DONE and (made := _made(session, key)) is not None:
            return made
        known: Any = job.ids["people"] if job.state is JobState.WAITING else []
        job.ids = {**job.ids, "people": [*known, *(one for one in people if one not in known)]}
        if job.state is not JobState.WAITING:
            # It failed, or what it made is no longer there.
            job.state, job.attempts, job.error, job.claimed_until = JobState.WAITING, 0, None, None
            job.created_at = job.next_at = now
        session.add(job)
    return None


def wish_of(job: Job) -> Wish:
    """What a job is to make."""
    kept: Any = job.ids["wish"]
    return Wish(**kept)


def wanted(session: Session, job: Job, now: dt.datetime) -> Wanted | None:
    """What a job makes now; None where there is nothing to make any more."""
    found = order(session, wish_of(job), now)
    if found is None:
        return None
    made = _made(session, found.key)
    return Wanted(found, made.id if made else None)


def finish(
    session: Session, job: Job, found: Wanted, content: Content | None, now: dt.datetime
) -> None:
    """Keep what was made, and send it to all who wait for it."""
    key = found.order.key
    made = _made(session, key)
    if made is None and content is not None:
        made = Made(
            key=key,
            name=found.order.name,
            mime=MIME[found.order.form],
            size=content.size,
            sha256=content.sha256,
            made_at=now,
        )
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError:  # another process was faster
            made = _made(session, key)
    if made is None:
        return
    wish = wish_of(job)
    people: Any = job.ids["people"]
    _tell(session, people, wish, found.order, made, now)
    if job.ids.get("everybody"):
        everybody = session.exec(
            select(Seat.person_id)
            .where(col(Seat.bloc_id) == wish.bloc_id, col(Seat.until).is_(None))
            .distinct()
        ).all()
        notices.tell(
            session,
            sorted(everybody),
            SIGNED,
            ids={"made": made.id, "version": wish.subject, "bloc": wish.bloc_id},
            key=f"{SIGNED}:{wish.subject}",
            now=now,
            priority=2,
        )


def failed(session: Session, job: Job, now: dt.datetime) -> None:
    """Tell those who wait that their file couldn't be made."""
    people: Any = job.ids["people"]
    wish = wish_of(job)
    notices.tell(
        session,
        people,
        FAILED,
        ids={"what": wish.what, "subject": wish.subject, "bloc": wish.bloc_id},
        key=f"{FAILED}:{job.id}:{now.isoformat()}",
        now=now,
        priority=0,
    )


def _tell(
    session: Session,
    people: Iterable[int],
    wish: Wish,
    found: Order,
    made: Made,
    now: dt.datetime,
) -> None:
    ids: dict[str, object] = {
        "made": made.id,
        "what": wish.what,
        "subject": wish.subject,
        "bloc": wish.bloc_id,
        "form": wish.form,
    }
    if isinstance(found.paper, ChartPaper):
        ids |= {
            "code": wish.code,
            "page": found.paper.page,
            "pages": found.paper.pages,
            # The same figures as in the picture, whenever its words are written.
            "bars": [
                [one.ref, str(one.planned), str(one.done), one.on_course]
                for one in found.paper.bars
            ],
        }
    notices.tell(
        session,
        people,
        DOCUMENT,
        ids=ids,
        key=f"{DOCUMENT}:{made.id}:{now.isoformat()}",
        now=now,
        priority=0,
    )


def _just_sent(session: Session, person_id: int, made: Made, now: dt.datetime) -> bool:
    """Whether this person asked for the same file a moment ago."""
    rows = session.exec(
        select(OutMessage.ids).where(
            col(OutMessage.person_id) == person_id,
            col(OutMessage.kind) == DOCUMENT,
            col(OutMessage.created_at) > now - TWICE,
        )
    )
    return any(ids.get("made") == made.id for ids in rows)
