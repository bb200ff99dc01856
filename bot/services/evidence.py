"""Evidence: pictures and files to a row of a report or to the whole of it.

What Telegram holds counts as soon as it is attached; a worker copies it to the evidence store.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Final, Protocol

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from bot.domain.names import clean
from bot.errors import Invalid, NotFound
from bot.models import Evidence, EvidenceKind, Job, Report
from bot.services import reports
from bot.services.access import Actor
from bot.services.figures import template_of

#: What Telegram lets a bot download.
MOST_BYTES: Final = 20 * 1024 * 1024
#: Files that one report may have.
MOST_FILES: Final = 100
#: The job that copies a file to the store.
COPY: Final = "evidence_copy"


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


_DOCUMENTS: Final = _words(
    "pdf doc docx docm odt rtf txt md xls xlsx xlsm ods csv tsv ppt pptx ppsx odp pages numbers "
    "key epub djvu xps vsd vsdx eml msg"
)
_PICTURES: Final = _words("jpg jpeg png gif webp heic heif bmp tif tiff svg avif")
_SOUNDS: Final = _words("mp3 m4a aac ogg oga opus wav flac amr wma")
_FILMS: Final = _words("mp4 m4v mov avi mkv webm 3gp mpg mpeg wmv mts")
_NAMES: Final = _DOCUMENTS | _PICTURES | _SOUNDS | _FILMS
_TYPES: Final = ("image/", "audio/", "video/", "text/")
_APPLICATIONS: Final = (
    "application/pdf",
    "application/msword",
    "application/rtf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument",
    "application/vnd.openxmlformats-officedocument",
)


class File(Protocol):
    """A file as it came from Telegram."""

    @property
    def kind(self) -> EvidenceKind | None: ...
    @property
    def file_id(self) -> str: ...
    @property
    def content_key(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def mime(self) -> str | None: ...
    @property
    def size(self) -> int | None: ...
    @property
    def caption(self) -> str: ...


def check(file: File) -> EvidenceKind:
    """The kind of a file that may be evidence.

    Raises Invalid: ``evidence_too_large`` (with ``limit`` in megabytes) or ``evidence_type``
    (with ``name``) for what isn't a document, picture, audio or video. A name's ending decides
    where there is one: that is what opens the file on a computer.
    """
    if file.size is not None and file.size > MOST_BYTES:
        raise Invalid("evidence_too_large", limit=MOST_BYTES // 2**20)
    if file.kind is None:
        raise Invalid("evidence_type", name=file.name or "")
    if file.kind in (EvidenceKind.PHOTO, EvidenceKind.VOICE):
        return file.kind
    ending = PurePath(clean(file.name or "", 400, cut=True)).suffix.lower().lstrip(".")
    mime = (file.mime or "").lower()
    right = ending in _NAMES if ending else mime.startswith((*_TYPES, *_APPLICATIONS))
    if not right and not (not ending and not mime and file.kind is not EvidenceKind.DOCUMENT):
        raise Invalid("evidence_type", name=file.name or mime)
    return file.kind


def attach(
    session: Session, actor: Actor, report_id: int, indicator: str | None, file: File
) -> Evidence:
    """Attach a file to a row, or to the whole report (None), and queue its copying.

    The same file at the same place a second time is the first one. Raises Invalid, Superseded
    where the report has been sent, NotFound.
    """
    report = reports.locked(session, actor, report_id)
    reports.require_open(report)
    kind = check(file)
    if indicator is not None:
        template = template_of(session, report.bloc_year_id, report.template_version)
        if indicator not in template:
            raise Invalid("value_no_field")
    here = _here(report_id)
    known = session.exec(
        select(Evidence)
        .where(*here, Evidence.content_key == file.content_key, Evidence.indicator == indicator)
        .limit(1)
    ).first()
    if known is not None:
        return known
    if session.exec(select(func.count()).select_from(Evidence).where(*here)).one() >= MOST_FILES:
        raise Invalid("evidence_too_many", limit=MOST_FILES)
    added = Evidence(
        report_id=report_id,
        indicator=indicator,
        kind=kind,
        file_id=file.file_id,
        content_key=file.content_key,
        file_name=clean(file.name, 255, cut=True) if file.name else None,
        mime=clean(file.mime, 100, cut=True) if file.mime else None,
        size=file.size,
        caption=clean(file.caption, 1024, cut=True) or None,
        added_by=actor.person.id or 0,
        added_at=actor.now,
    )
    session.add(added)
    _touch(session, actor, report)
    session.flush()
    session.add(
        Job(
            kind=COPY,
            ids={"evidence": added.id},
            dedupe_key=f"evidence:{added.id}",
            person_id=actor.person.id,
            next_at=actor.now,
            created_at=actor.now,
        )
    )
    return added


def _here(report_id: int) -> tuple[ColumnElement[bool], ...]:
    return (col(Evidence.report_id) == report_id, col(Evidence.removed_at).is_(None))


def _touch(session: Session, actor: Actor, report: Report) -> None:
    report.changed_at = actor.now
    session.add(report)


def listing(session: Session, report_id: int) -> Sequence[Evidence]:
    """The files of a report, oldest first. Rights are the caller's to check."""
    return session.exec(select(Evidence).where(*_here(report_id)).order_by(col(Evidence.id))).all()


def mine(session: Session, actor: Actor, evidence_id: int) -> Evidence:
    """A file of a report of the actor's own unit. Raises NotFound(``evidence_missing``)."""
    found = session.exec(
        select(Evidence)
        .join(Report, col(Report.id) == Evidence.report_id)
        .where(
            Evidence.id == evidence_id,
            col(Evidence.removed_at).is_(None),
            Report.unit_id == actor.my_unit().id,
        )
    ).first()
    if found is None:
        raise NotFound("evidence_missing")
    return found


def remove(session: Session, actor: Actor, evidence_id: int) -> Evidence:
    """Take a file out of a report that is still open. Raises NotFound, Superseded."""
    found = mine(session, actor, evidence_id)
    report = reports.locked(session, actor, found.report_id)
    reports.require_open(report)
    found.removed_at = actor.now
    session.add(found)
    _touch(session, actor, report)
    return found
