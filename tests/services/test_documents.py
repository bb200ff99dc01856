"""Asking for files: rights, made once, sent to whoever asked; checking a text that one holds."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Callable

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.domain.document import TextPaper, read_check_code
from bot.errors import Expected, Forbidden, NotFound
from bot.models import (
    Adoption,
    AuditEntry,
    Job,
    JobState,
    OutMessage,
    Person,
    SeatRole,
    TextKind,
    TextVersion,
)
from bot.services import document_data, document_jobs, documents, text_check
from bot.services.document_jobs import Wish
from tests.builders import World, make_world, sent_report
from tests.services.adopting import plan, ready, sign
from tests.services.papering import ask, finish, jobs, made, publish
from tests.services.test_standing import counted

FEBRUARY = dt.date(2025, 2, 1)


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, 3)


def refused(act: Callable[[], object]) -> Expected:
    with pytest.raises(Expected) as caught:
        act()
    return caught.value


def paper(world: World, version: TextVersion, what: str = "pact") -> TextPaper:
    with world.database.transaction() as session:
        order = document_data.order(
            session, Wish(what, version.id or 0, "pdf", bloc_id=world.bloc.id or 0), world.now
        )
    assert order is not None
    assert isinstance(order.paper, TextPaper)
    return order.paper


# --- Rights -----------------------------------------------------------------------------------


def test_everybody_of_the_bloc_may_have_its_texts_and_nobody_else(
    world: World, database: Database
) -> None:
    leader = world.person(0)
    version = publish(world, leader).id or 0
    observer = world.person(None, SeatRole.OBSERVER)
    for person in (leader, world.person(2, SeatRole.REPRESENTATIVE), observer):
        assert not ask(world, person, "pact", version)
    other = make_world(database, 2)
    stranger = other.person(0)
    for what in ("pact", "text"):
        error = refused(lambda what=what: ask(other, stranger, what, version))  # type: ignore[misc]
        assert isinstance(error, NotFound)
        assert error.code == "document_unknown"
    assert isinstance(refused(lambda: ask(world, world.person(), "pact", version)), Forbidden)


def test_what_there_isnt_cant_be_had(world: World) -> None:
    leader = world.person(0)
    version = publish(world, leader).id or 0
    for what, subject, form in (
        ("pact", version, "txt"),
        ("pact", version, "exe"),
        ("report", version, "pdf"),
        ("pact", version + 1, "pdf"),
        ("progress", 0, "pdf"),
    ):
        assert isinstance(refused(lambda a=(what, subject, form): ask(world, leader, *a)), NotFound)  # type: ignore[misc]
    assert refused(lambda: ask(world, leader, "progress", 0, "png")).code == "no_targets"
    assert jobs(world) == []


def test_another_units_chart_is_for_who_reads_the_bloc(world: World, database: Database) -> None:
    people = [world.person(index) for index in range(3)]
    plan(world, people[2], members_new=10)
    mine = world.unit(2).id or 0
    for person in (people[0], people[1], people[2], world.person(None, SeatRole.OBSERVER)):
        assert not ask(world, person, "progress", mine, "png")
        assert not ask(world, person, "progress", 0, "png")
    plan(world, people[0], members_new=10)
    other = world.unit(0).id or 0
    assert isinstance(refused(lambda: ask(world, people[2], "progress", other, "png")), Forbidden)
    foreign = make_world(database, 2)
    reader = foreign.person(0)
    assert isinstance(refused(lambda: ask(foreign, reader, "progress", mine, "png")), NotFound)


# --- Made once --------------------------------------------------------------------------------


def test_two_who_ask_get_the_same_file_made_once(world: World) -> None:
    people = [world.person(index) for index in range(3)]
    version = publish(world, people[0]).id or 0
    before = len(world.told())
    assert not ask(world, people[0], "pact", version)
    assert not ask(world, people[1], "pact", version)
    assert not ask(world, people[1], "pact", version)
    [job] = jobs(world)
    assert job.ids["people"] == [people[0].id, people[1].id]
    finish(world, job)
    told = world.told()[before:]
    assert told == [(people[0].id, "document"), (people[1].id, "document")]
    # It is there now, and a second tap within a moment is the first one's.
    assert ask(world, people[2], "pact", version)
    assert ask(world, people[2], "pact", version)
    assert world.told()[before + 2 :] == [(people[2].id, "document")]
    world.now += dt.timedelta(minutes=1)
    assert ask(world, people[2], "pact", version)
    assert len(world.told("document")) == 4
    assert len(made(world)) == len(jobs(world)) == 1


def test_two_who_ask_at_once(world: World) -> None:
    people = [world.person(index) for index in range(3)]
    version = publish(world, people[0]).id or 0
    gate = threading.Barrier(3)
    wrong: list[BaseException] = []

    def act(person: Person) -> None:
        gate.wait()
        try:
            ask(world, person, "pact", version)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=act, args=(one,)) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
    [job] = jobs(world)
    waiting = job.ids["people"]
    assert isinstance(waiting, list)
    assert sorted(waiting) == sorted(one.id or 0 for one in people)


def test_a_signature_more_is_another_document(world: World) -> None:
    people = [world.person(index) for index in range(3)]
    version = publish(world, people[0])
    ask(world, people[0], "pact", version.id or 0)
    ready(world, 2, people[2])
    sign(world, people[2], version.id or 0)
    ask(world, people[0], "pact", version.id or 0)
    assert len(jobs(world)) == 2
    found = paper(world, version)
    assert [one.unit for one in found.signed] == ["Unit number 3"]
    assert found.owing == ("Unit number 1", "Unit number 2")
    assert found.annexes[0].targets[0].value == 10
    assert found.annexes[0].models[0].product == "Sổ tay"
    # The text alone knows of no signatures.
    alone = paper(world, version, "text")
    assert (alone.signatures, alone.signed, alone.annexes) == (False, (), ())


def test_a_document_that_couldnt_be_made_is_said_and_can_be_asked_for_again(world: World) -> None:
    person = world.person(0)
    version = publish(world, person).id or 0
    ask(world, person, "pact", version)
    [job] = jobs(world)
    with world.database.transaction() as session:
        row = session.get_one(Job, job.id)
        documents.failed(session, row, world.now)
        row.state, row.attempts = JobState.FAILED, 4
    assert world.told("document_failed") == [(person.id, "document_failed")]
    assert not ask(world, person, "pact", version)
    [job] = jobs(world)
    assert (job.state, job.attempts, job.ids["people"]) == (JobState.WAITING, 0, [person.id])


# --- The signed pact --------------------------------------------------------------------------


def test_when_all_have_signed_everybody_is_sent_the_pact_once(world: World) -> None:
    people = [world.person(index) for index in range(3)]
    observer = world.person(None, SeatRole.OBSERVER)
    version = publish(world, people[0])
    for index, person in enumerate(people):
        ready(world, index, person)
        assert jobs(world) == []
        sign(world, person, version.id or 0)
    [job] = jobs(world)
    finish(world, job)
    everybody = sorted(one.id or 0 for one in (*people, observer))
    assert sorted(one for one, _ in world.told("pact_signed")) == everybody
    found = paper(world, version)
    assert found.complete_at == world.now
    assert (len(found.signed), found.owing) == (3, ())
    # Once more, as when a unit that joined later signs too: only who hasn't got it is told.
    newcomer = world.person(2, SeatRole.REPRESENTATIVE)
    world.now += dt.timedelta(days=1)
    with world.database.transaction() as session:
        document_jobs.pact_complete(session, version.id or 0, world.now)
    finish(world, jobs(world)[-1])
    told = [one for one, _ in world.told("pact_signed")]
    assert told[len(everybody) :] == [newcomer.id]


def test_a_regulation_that_all_have_approved_is_not_sent_as_a_pact(world: World) -> None:
    people = [world.person(index) for index in range(3)]
    version = publish(world, people[0], TextKind.REGULATION)
    for person in people:
        sign(world, person, version.id or 0)
    assert world.told("pact_complete")
    assert jobs(world) == []


# --- What it takes ----------------------------------------------------------------------------


def test_asking_takes_as_many_statements_whatever_the_bloc(database: Database) -> None:
    taken = []
    for units in (2, 9):
        world = make_world(database, units)
        people = [world.person(index) for index in range(units)]
        version = publish(world, people[0]).id or 0
        for index, person in enumerate(people):
            ready(world, index, person)
            sign(world, person, version)
        sent_report(world, people[1], FEBRUARY, members_new=3)
        counts = []
        for what, subject, form in (("pact", version, "pdf"), ("progress", 0, "png")):
            with counted(database) as seen, world.acting(people[0]) as (session, actor):
                documents.ask(session, actor, what, subject, form)
            counts.append(len(seen))
        taken.append(counts)
    assert taken[0] == taken[1]
    assert max(taken[0]) <= 12


# --- Checking ---------------------------------------------------------------------------------


def check(world: World, version: TextVersion) -> text_check.TextCheck:
    with world.database.transaction() as session:
        return text_check.check(session, version.id or 0)


def signed(world: World) -> TextVersion:
    people = [world.person(index) for index in range(3)]
    version = publish(world, people[0])
    for index, person in enumerate(people):
        ready(world, index, person)
        sign(world, person, version.id or 0)
    return version


def test_a_signed_pact_holds_by_its_code_and_by_its_hash(world: World) -> None:
    version = signed(world)
    found = check(world, version)
    assert found.ok
    assert found.complete
    assert [one.fault for one in found.signatures] == ["", "", ""]
    code = read_check_code(paper(world, version).check)
    assert code is not None
    with world.database.transaction() as session:
        assert text_check.find(session, code=code) == version.id
        assert text_check.find(session, digest=version.sha256) == version.id
        with pytest.raises(NotFound):
            text_check.find(session, digest="0" * 64)


def test_the_hash_is_that_of_the_file_and_forgives_line_ends(world: World) -> None:
    version = publish(world, world.person(0))
    plain = version.body.encode()
    assert hashlib.sha256(plain).hexdigest() == version.sha256
    assert text_check.hashes(plain) == (version.sha256, version.sha256)
    windows = b"\xef\xbb\xbf" + version.body.replace("\n", " \r\n\r\n").encode() + b"\r\n"
    assert text_check.hashes(windows)[0] != version.sha256
    assert text_check.hashes(windows)[1] == version.sha256
    assert text_check.hashes(plain.replace("Một".encode(), b"Ba"))[1] != version.sha256
    assert len(text_check.hashes(b"\xff\xfe\x00")[1]) == 64


def test_what_was_changed_afterwards_is_found(world: World) -> None:
    version = signed(world)
    with world.database.transaction() as session:
        row = session.get_one(TextVersion, version.id)
        row.body += "\nMột đoạn nữa"
        one, two, three = session.exec(select(Adoption).order_by(col(Adoption.id))).all()
        one.commitment = {**one.commitment, "targets": {"members_new": "1"}}
        two.person_id = three.person_id
        three.at += dt.timedelta(days=1)
        session.add_all([row, one, two, three])
    found = check(world, version)
    assert not found.ok
    assert (found.body, found.published, found.chain) == (False, True, True)
    assert [one.fault for one in found.signatures] == ["commitment", "no_entry", "no_entry"]


def test_a_name_written_in_afterwards_is_found(world: World) -> None:
    version = signed(world)
    with world.database.transaction() as session:
        one, two, _ = session.exec(select(Adoption).order_by(col(Adoption.id))).all()
        one.person_name = "Ai Đó Khác"
        two.post = "Chủ tịch danh dự"
        session.add_all([one, two])
    found = check(world, version)
    assert not found.ok
    assert [one.fault for one in found.signatures] == ["signer", "signer", ""]


def test_a_broken_chain_is_found(world: World) -> None:
    version = signed(world)
    with world.database.transaction() as session:
        entry = session.exec(
            select(AuditEntry).where(col(AuditEntry.action) == "text.published")
        ).one()
        entry.body = {**entry.body, "sha256": "0" * 64}
        session.add(entry)
    found = check(world, version)
    assert (found.body, found.published, found.chain) == (True, False, False)


def test_nothing_of_a_persons_is_in_the_queue(world: World) -> None:
    """Messages and jobs hold ids and figures; names and texts stand only in the file."""
    person = world.person(0, name="Nguyễn Thị Secret")
    plan(world, person, members_new=10)
    version = publish(world, person).id or 0
    ask(world, person, "pact", version)
    ask(world, person, "progress", 0, "png")
    for job in jobs(world):
        finish(world, job)
    with world.database.transaction() as session:
        rows = [*session.exec(select(OutMessage.ids)), *session.exec(select(Job.ids))]
    assert "Secret" not in str(rows)
    assert "Điều 1" not in str(rows)
