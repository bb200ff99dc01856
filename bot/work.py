"""What jobs do: copy evidence to the store, read workbooks that were sent back."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

from sqlmodel import Session

from bot.config import Settings
from bot.documents import report_form, template_form, text_reading, workbooks
from bot.documents.report_form import ReportFile
from bot.documents.template_reading import TemplateFile
from bot.documents.template_reading import read as read_template
from bot.domain import calendar
from bot.errors import Expected, NotFound
from bot.evidence_store import EvidenceStore
from bot.jobs import JobKind
from bot.making import Maker
from bot.models import Evidence, Job, ModelPicture, Report
from bot.services import (
    document_jobs,
    documents,
    evidence,
    notices,
    register_pictures,
    reports,
    templates,
    text_files,
)
from bot.services import workbooks as service
from bot.services.access import Actor
from bot.services.documents import Content, Wanted
from bot.services.figures import template_of

#: Wrong cells that a message names; the rest is counted.
_NAMED = 80
#: How often a document is tried before whoever asked is told that it can't be made.
_TRIES = 4


def job_kinds(settings: Settings) -> dict[str, JobKind]:
    """Every kind of job by its name."""
    store = EvidenceStore(settings.evidence)
    return {
        evidence.COPY: JobKind(
            file=_evidence_file,
            work=lambda content: (store.put(content), len(content)),
            finish=_copied,
            give_up=_not_copied,
        ),
        register_pictures.COPY: JobKind(
            file=_picture_file,
            work=lambda content: (store.put(content), len(content)),
            finish=_picture_copied,
            give_up=_picture_not_copied,
        ),
        service.READ: JobKind(
            file=_workbook_file, work=recognise, finish=_take_in, give_up=_not_read
        ),
        document_jobs.MAKE: _making(Maker(settings.data_dir / "cache"), store),
        text_files.READ: JobKind(
            file=lambda _session, job: str(job.ids["file"]),
            work=text_reading.read,
            finish=text_files.take,
            give_up=_text_not_read,
        ),
    }


# --- Documents and pictures -------------------------------------------------------------------


def _making(maker: Maker, store: EvidenceStore) -> JobKind:
    """Makes a file in a process of its own and stores it."""

    async def work(wanted: Wanted) -> tuple[Wanted, Content | None]:
        if wanted.made_id is not None:
            return wanted, None
        content = await maker.make(wanted.order)
        sha256 = await asyncio.to_thread(store.put, content)
        return wanted, Content(sha256, len(content))

    def finish(
        session: Session, job: Job, result: tuple[Wanted, Content | None], now: dt.datetime
    ) -> None:
        documents.finish(session, job, *result, now)

    return JobKind(
        subject=documents.wanted,
        work=work,
        finish=finish,
        give_up=lambda session, job, _error, now: documents.failed(session, job, now),
        tries=_TRIES,
        alone=True,
    )


# --- Copies of evidence -----------------------------------------------------------------------


def _evidence_file(session: Session, job: Job) -> str | None:
    row = session.get(Evidence, job.ids["evidence"])
    if row is None or row.sha256 is not None:
        return None
    if row.removed_at is not None:
        sent = session.get_one(Report, row.report_id).first_sent_at
        if sent is None or row.removed_at < sent:
            return None  # nobody but its unit has ever seen it
    return row.file_id


def _copied(session: Session, job: Job, result: tuple[str, int], now: dt.datetime) -> None:
    row = session.get_one(Evidence, job.ids["evidence"])
    row.sha256, row.size = result
    row.stored_at, row.failed = now, None
    session.add(row)


def _not_copied(session: Session, job: Job, error: Expected, _now: dt.datetime) -> None:
    row = session.get_one(Evidence, job.ids["evidence"])
    row.failed = error.code
    session.add(row)


# --- Copies of pictures on models' cards -------------------------------------------------------


def _picture_file(session: Session, job: Job) -> str | None:
    row = session.get(ModelPicture, job.ids["picture"])
    if row is None or row.sha256 is not None or row.removed_at is not None:
        return None
    return row.file_id


def _picture_copied(session: Session, job: Job, result: tuple[str, int], now: dt.datetime) -> None:
    row = session.get_one(ModelPicture, job.ids["picture"])
    row.sha256, row.size = result
    row.stored_at, row.failed = now, None
    session.add(row)


def _picture_not_copied(session: Session, job: Job, error: Expected, _now: dt.datetime) -> None:
    row = session.get_one(ModelPicture, job.ids["picture"])
    row.failed = error.code
    session.add(row)


# --- Workbooks --------------------------------------------------------------------------------


def recognise(content: bytes) -> ReportFile | TemplateFile | None:
    """The bot's own form that this is, None for any other file.

    Raises Invalid for a form that was damaged, or made by an older version.
    """
    found = workbooks.known(content)
    if found is None:
        return None
    mark, pages = found
    if mark.get("form") == report_form.KIND:
        return ReportFile.of(mark, pages)
    return TemplateFile.of(mark, pages) if mark.get("form") == template_form.KIND else None


def _workbook_file(_session: Session, job: Job) -> str | None:
    file: Any = job.ids["file"]
    return str(file["file_id"])


def _take_in(
    session: Session, job: Job, result: ReportFile | TemplateFile | None, now: dt.datetime
) -> None:
    actor = service.sender(session, job, now)
    if actor is None:
        return
    if isinstance(result, ReportFile):
        _take_figures(session, job, actor, result)
    elif isinstance(result, TemplateFile):
        _take_template(session, job, actor, result)
    else:
        _take_evidence(session, job, actor)


def _tell(session: Session, job: Job, kind: str, now: dt.datetime, **ids: object) -> None:
    notices.tell(
        session,
        [job.person_id or 0],
        kind,
        ids={"job": job.id, **ids},
        key=f"{kind}:{job.id}",
        now=now,
        priority=0,
    )


def _take_figures(session: Session, job: Job, actor: Actor, file: ReportFile) -> None:
    opened: Any = job.ids["report"]
    report = service.target(
        session,
        actor,
        report_id=file.report,
        unit_id=file.unit,
        bloc_year_id=file.bloc_year,
        month=file.month,
        version=file.version,
        opened=opened,
    )
    template = template_of(session, report.bloc_year_id, report.template_version)
    reading = report_form.read(file, template, calendar.local_date(actor.now, actor.zone))
    if reading.wrong:
        _tell(
            session,
            job,
            service.RESULT,
            actor.now,
            report=report.id,
            outcome="wrong",
            count=len(reading.wrong),
            wrong=[
                [one.address, one.code, one.shown, [one.error.code, _plain(one.error)]]
                for one in reading.wrong[:_NAMED]
            ],
        )
        return
    problems = 0
    if reading.changes:
        saved = reports.change(session, actor, report.id or 0, reading.changes)
        problems = len(saved.sheet.problems)
    _tell(
        session,
        job,
        service.RESULT,
        actor.now,
        report=report.id,
        outcome="taken",
        count=len(reading.changes),
        problems=problems,
    )


def _take_template(session: Session, job: Job, actor: Actor, file: TemplateFile) -> None:
    actor.require_reviewer()
    if file.bloc_year != actor.here.year.id:
        raise NotFound("template_foreign")
    reading = read_template(file)
    if reading.wrong:
        _tell(
            session,
            job,
            templates.RESULT,
            actor.now,
            count=len(reading.wrong),
            wrong=[[one.sheet, one.address, one.shown, one.code] for one in reading.wrong[:_NAMED]],
        )
        return
    found = templates.propose(
        session, actor, reading.template, bloc_year_id=file.bloc_year, base=file.version
    )
    _tell(
        session,
        job,
        templates.RESULT,
        actor.now,
        bloc_year=file.bloc_year,
        version=found.version,
    )


def _take_evidence(session: Session, job: Job, actor: Actor) -> None:
    file: Any = job.ids["file"]
    report_id: Any = job.ids["report"]
    indicator: Any = job.ids["indicator"]
    outcome = "unknown"
    if report_id is not None:
        evidence.attach(session, actor, report_id, indicator, service.Sent(file))
        outcome = "evidence"
    _tell(
        session,
        job,
        service.RESULT,
        actor.now,
        report=report_id,
        outcome=outcome,
        name=file["name"] or "XLSX",
    )


def _not_read(session: Session, job: Job, error: Expected, now: dt.datetime) -> None:
    _tell(
        session,
        job,
        service.RESULT,
        now,
        report=job.ids["report"],
        outcome="error",
        error=[error.code, _plain(error)],
    )


def _text_not_read(session: Session, job: Job, error: Expected, now: dt.datetime) -> None:
    text_files.tell(session, job, now, outcome="error", error=[error.code, _plain(error)])


def _plain(error: Expected) -> dict[str, object]:
    """An error's values as far as a sentence needs them, as JSON takes them."""
    kept: dict[str, object] = {}
    for name, value in error.values.items():
        if isinstance(value, str | int):
            kept[name] = value
        elif isinstance(value, dt.date):
            kept[name] = value.isoformat()
    return kept
