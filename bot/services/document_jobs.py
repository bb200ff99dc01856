"""Having a file made: what is wanted, and the job that makes it.

Knows nothing of what goes into a document, so that whoever completes a text can ask for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlmodel import Session, col, select

from bot.domain.document import Form
from bot.models import BlocText, BlocYear, Job, TextKind, TextVersion

#: A text with the signatures under it; a text alone; plan against done as a picture.
PACT: Final = "pact"
TEXT: Final = "text"
PROGRESS: Final = "progress"
#: The job that makes a file.
MAKE: Final = "document_make"
#: The message that carries the pact that everybody has signed.
SIGNED: Final = "pact_signed"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants: ``subject`` is a version's id, or a unit's (0: the whole bloc).

    ``language`` is that of a picture; a paper is in its bloc's. ``page`` counts pictures from 0,
    ``code`` is the indicator of a picture of all units.
    """

    what: str
    subject: int
    form: Form
    language: str = "vi"
    bloc_id: int = 0
    page: int = 0
    code: str = ""


def job(
    wish: Wish, key: str, people: Sequence[int], now: dt.datetime, *, everybody: bool = False
) -> Job:
    """A job that makes a file for these people, or for the whole bloc."""
    return Job(
        kind=MAKE,
        ids={"wish": asdict(wish), "people": list(people), "everybody": everybody},
        dedupe_key=key,
        person_id=people[0] if people else None,
        next_at=now,
        created_at=now,
    )


def pact_complete(session: Session, version_id: int, now: dt.datetime) -> None:
    """The last unit has signed: everybody with a seat in the bloc gets the signed pact as PDF.

    Called in the transaction of that signature; a text of another kind is left alone. Whoever
    got it already isn't sent it again when a unit that joined later signs too.
    """
    row = session.exec(
        select(BlocText.kind, BlocYear.bloc_id)
        .join(TextVersion, col(TextVersion.text_id) == col(BlocText.id))
        .join(BlocYear, col(BlocYear.id) == col(BlocText.bloc_year_id))
        .where(col(TextVersion.id) == version_id)
    ).first()
    if row is None or row[0] is not TextKind.PACT:
        return
    session.add(
        job(
            Wish(PACT, version_id, "pdf", bloc_id=row[1]),
            f"{SIGNED}:{version_id}:{now.isoformat()}",
            [],
            now,
            everybody=True,
        )
    )
