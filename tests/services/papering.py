"""What tests of documents do again and again: a text published by the rules, a job done."""

from __future__ import annotations

from sqlmodel import col, select

from bot.models import Job, Made, Person, TextKind, TextVersion
from bot.services import document_jobs, documents, text_drafting, text_publishing
from bot.services.documents import Content
from tests.builders import World

PACT = ("GIAO ƯỚC THI ĐUA", "Căn cứ Luật Thi đua, khen thưởng;", "Điều 1. Chỉ tiêu", "Một, hai")


def publish(
    world: World, leader: Person, kind: TextKind = TextKind.PACT, lines: tuple[str, ...] = PACT
) -> TextVersion:
    """A version of a text, drafted and published by the leader's person."""
    with world.acting(leader) as (session, actor):
        text = text_drafting.begin(session, actor, kind)
        text = text_drafting.replace_all(session, actor, text.id or 0, text.revision, lines).text
        return text_publishing.publish(session, actor, text.id or 0, text.revision, "Vì thế")


def jobs(world: World) -> list[Job]:
    """The jobs that make files, in order."""
    with world.database.transaction() as session:
        return list(
            session.exec(select(Job).where(Job.kind == document_jobs.MAKE).order_by(col(Job.id)))
        )


def made(world: World) -> list[Made]:
    """The files that were made, in order."""
    with world.database.transaction() as session:
        return list(session.exec(select(Made).order_by(col(Made.id))))


def ask(world: World, person: Person, what: str, subject: int, form: str = "pdf") -> bool:
    """Ask for a file; whether it was there."""
    with world.acting(person) as (session, actor):
        return documents.ask(session, actor, what, subject, form).ready


def finish(world: World, job: Job) -> None:
    """A job's end as the worker writes it down, without making anything."""
    with world.database.transaction() as session:
        row = session.get_one(Job, job.id)
        found = documents.wanted(session, row, world.now)
        assert found is not None
        documents.finish(session, row, found, Content("ab" * 32, 5), world.now)
        row.state = type(row.state).DONE
        session.add(row)
