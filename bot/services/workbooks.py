"""Workbooks that people send: queued for reading, and matched with the report they belong to."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sqlmodel import Session

from bot.errors import Invalid, NotFound, Superseded
from bot.models import EvidenceKind, Job, Person, Report
from bot.services import access, evidence, notices, reports
from bot.services.access import Actor

#: The job that reads a workbook.
READ: Final = "workbook_read"
#: The messages that carry a report's form, and what came of one that was sent back.
FORM: Final = "report_form"
RESULT: Final = "report_form_result"
_ENDING: Final = ".xlsx"
_MIME: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Sent:
    """A file kept in a job, as :class:`bot.services.evidence.File` wants it."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self.kind: EvidenceKind | None = EvidenceKind.DOCUMENT
        self.file_id: str = kept["file_id"]
        self.content_key: str = kept["content_key"]
        self.name: str | None = kept["name"]
        self.mime: str | None = kept["mime"]
        self.size: int | None = kept["size"]
        self.caption: str = kept["caption"]


def is_workbook(file: evidence.File) -> bool:
    """Whether a file may be one of the bot's own forms, which only reading it can tell."""
    if file.kind is not EvidenceKind.DOCUMENT:
        return False
    return (file.name or "").lower().endswith(_ENDING) or file.mime == _MIME


def queue(
    session: Session,
    actor: Actor,
    file: evidence.File,
    key: str,
    *,
    report_id: int | None = None,
    indicator: str | None = None,
) -> None:
    """Have a workbook read. Where it is no form it becomes evidence of the report that is open.

    ``key`` names the message that brought it. Raises Invalid (``evidence_too_large``) at once,
    Forbidden for whoever holds no seat.
    """
    _ = actor.here
    evidence.check(file)
    session.add(
        Job(
            kind=READ,
            ids={
                "report": report_id,
                "indicator": indicator,
                "file": {
                    "file_id": file.file_id,
                    "content_key": file.content_key,
                    "name": file.name,
                    "mime": file.mime,
                    "size": file.size,
                    "caption": file.caption,
                },
            },
            dedupe_key=f"workbook:{key}",
            person_id=actor.person.id,
            next_at=actor.now,
            created_at=actor.now,
        )
    )


def sender(session: Session, job: Job, now: dt.datetime) -> Actor | None:
    """Whoever sent the workbook, as they act now; None for somebody who is no longer known."""
    person = session.get(Person, job.person_id) if job.person_id else None
    return access.find_actor(session, person.telegram_id, now, (), lock=True) if person else None


def target(
    session: Session,
    actor: Actor,
    *,
    report_id: int,
    unit_id: int,
    bloc_year_id: int,
    month: dt.date,
    version: int,
    opened: int | None,
) -> Report:
    """The report that a form belongs to, held until the transaction ends.

    ``opened`` is the report whose card was open when the form came. Raises NotFound
    (``form_foreign``) for another unit's or bloc's, Invalid (``form_month``) for another month's
    than the open one's, Superseded for an older template or a report that was sent meanwhile.
    """
    if unit_id != reports.my_open_unit(actor).id:
        raise NotFound("form_foreign")
    try:
        report = reports.locked(session, actor, report_id)
    except NotFound:
        raise NotFound("form_foreign") from None
    if report.bloc_year_id != bloc_year_id or report.month != month:
        raise NotFound("form_foreign")
    if opened is not None and opened != report_id:
        other = session.get(Report, opened)
        raise Invalid("form_month", month=month, opened=other.month if other else None)
    reports.require_open(report)
    if report.template_version != version:
        raise Superseded("form_version")
    return report


def ask_for_form(session: Session, actor: Actor, report_id: int) -> Report:
    """Queue the message that carries a report's form. Raises NotFound, Superseded."""
    report = reports.locked(session, actor, report_id)
    reports.require_open(report)
    notices.tell(
        session,
        [actor.person.id or 0],
        FORM,
        ids={"report": report_id},
        key=f"{FORM}:{report_id}:{actor.now.isoformat()}",
        now=actor.now,
        priority=0,
    )
    return report
