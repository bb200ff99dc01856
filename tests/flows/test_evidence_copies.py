"""Evidence is copied to the store by jobs; the same file elsewhere is flagged."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.evidence_store import EvidenceStore
from bot.models import Evidence, JobState, Person
from bot.services import evidence, reports, review, review_card
from bot.services.review_card import Twin
from bot.work import job_kinds
from tests.builders import World, make_world, sent_report
from tests.flows.desk import Desk
from tests.flows.phone import file
from tests.running import settings_for

FEBRUARY, MARCH = dt.date(2025, 2, 1), dt.date(2025, 3, 1)
PHOTO = b"\x89PNG a picture"


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(str(tmp_path / "evidence"))


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(world, job_kinds(settings_for(world.database, "http://127.0.0.1:1", tmp_path)))


def attach(world: World, person: Person, month: dt.date, key: str) -> int:
    with world.acting(person) as (session, actor):
        report = reports.open_month(session, actor, month)
        added = evidence.attach(session, actor, report.id or 0, None, file(key=key))
        return added.id or 0


def row(world: World, evidence_id: int) -> Evidence:
    with world.database.transaction() as session:
        return session.get_one(Evidence, evidence_id)


def test_a_file_is_copied_under_its_hash(world: World, desk: Desk, store: EvidenceStore) -> None:
    added = attach(world, world.person(2), FEBRUARY, "k1")
    desk.files["k1-id"] = PHOTO
    desk.work()
    copied = row(world, added)
    assert copied.sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert (copied.stored_at, copied.size, copied.failed) == (world.now, len(PHOTO), None)
    assert store.get(copied.sha256) == PHOTO


def test_a_store_that_is_away_is_tried_again_with_growing_pauses(
    world: World, desk: Desk, tmp_path: Path
) -> None:
    added = attach(world, world.person(2), FEBRUARY, "k1")
    desk.files["k1-id"] = PHOTO
    (tmp_path / "evidence").write_text("not a folder yet")
    desk.work()
    pauses = []
    now = world.now
    for _ in range(3):
        [job] = desk.jobs()
        assert (job.state, job.error) == (JobState.WAITING, "StoreAway")
        pauses.append(job.next_at - now)
        now = job.next_at
        desk.work(now=now)
    assert pauses == sorted(pauses)
    assert len(set(pauses)) == 3
    (tmp_path / "evidence").unlink()
    desk.work(now=desk.jobs()[0].next_at)
    assert row(world, added).sha256 is not None
    assert desk.jobs()[0].state is JobState.DONE


def test_a_file_that_telegram_lost_is_shown_as_such(world: World, desk: Desk) -> None:
    added = attach(world, world.person(2), FEBRUARY, "k1")
    desk.work()
    assert row(world, added).failed == "file_unavailable"
    assert desk.jobs()[0].state is JobState.FAILED


def test_a_file_removed_before_anyone_saw_it_is_not_copied(
    world: World, desk: Desk, store: EvidenceStore
) -> None:
    person = world.person(2)
    added = attach(world, person, FEBRUARY, "k1")
    desk.files["k1-id"] = PHOTO
    with world.acting(person) as (session, actor):
        evidence.remove(session, actor, added)
    desk.work()
    assert row(world, added).sha256 is None
    assert desk.jobs()[0].state is JobState.DONE
    with pytest.raises(FileNotFoundError):
        store.get(hashlib.sha256(PHOTO).hexdigest())


def test_the_same_content_in_another_month_and_unit_is_flagged(world: World, desk: Desk) -> None:
    """Sent anew it has another identity at Telegram; only the copies' hashes are equal."""
    mine, other, leader = world.person(2), world.person(3), world.person(0)
    attach(world, mine, FEBRUARY, "k1")
    attach(world, other, FEBRUARY, "k2")
    attach(world, mine, MARCH, "k3")
    desk.files |= {"k1-id": PHOTO, "k2-id": PHOTO, "k3-id": PHOTO}
    first = sent_report(world, mine, FEBRUARY)
    second = sent_report(world, other, FEBRUARY)
    third = sent_report(world, mine, MARCH)

    def twins(report_id: int | None) -> tuple[Twin, ...]:
        with world.acting(leader) as (session, actor):
            [proof] = review_card.open_card(session, actor, report_id or 0).evidence
            return proof.twins

    assert twins(first.id) == ()
    desk.work()
    assert twins(first.id) == (Twin(2, "U4", FEBRUARY), Twin(3, "U3", MARCH))
    assert twins(second.id) == (Twin(1, "U3", FEBRUARY), Twin(3, "U3", MARCH))
    assert twins(third.id) == (Twin(1, "U3", FEBRUARY), Twin(2, "U4", FEBRUARY))
    with world.database.transaction() as session:
        hashes = session.exec(select(Evidence.sha256).order_by(col(Evidence.id))).all()
    assert len(set(hashes)) == 1


def test_a_file_taken_out_after_a_reviewer_saw_it_is_still_copied(world: World, desk: Desk) -> None:
    person = world.person(2)
    added = attach(world, person, FEBRUARY, "k1")
    report = sent_report(world, person, FEBRUARY)
    world.now += dt.timedelta(hours=1)
    with world.acting(world.person(0)) as (session, actor):
        review.give_back(session, actor, report.number or 0, "Please take a better photo")
    with world.acting(person) as (session, actor):
        evidence.remove(session, actor, added)
    desk.files["k1-id"] = PHOTO
    desk.work()
    assert row(world, added).sha256 is not None
