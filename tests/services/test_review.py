"""Deciding on reports: who may, what it leaves behind, who is told."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Callable
from html import unescape

import pytest
from sqlmodel import Session, col, select

from bot.database import Database
from bot.errors import Expected, Forbidden, Invalid, NotFound, Superseded
from bot.i18n import KNOWN_LANGUAGES, texts
from bot.models import (
    AuditEntry,
    BlocYear,
    Evidence,
    EvidenceKind,
    OutMessage,
    Person,
    Report,
    ReportState,
    ReportStep,
    Seat,
    SeatRole,
    StepKind,
)
from bot.services import blocs, report_sending, reports, review, review_card
from bot.services.access import Actor
from bot.views import errors
from bot.views import review_card as card_views
from bot.views.notices import COLLECTED, NOTICES
from tests.builders import World, make_world, sent_report

MARCH = dt.date(2025, 3, 1)
FEBRUARY = dt.date(2025, 2, 1)


def stored(world: World, report: Report) -> Report:
    with world.database.transaction() as session:
        return session.get_one(Report, report.id)


def steps(world: World, report: Report) -> list[ReportStep]:
    with world.database.transaction() as session:
        return list(
            session.exec(
                select(ReportStep)
                .where(col(ReportStep.report_id) == report.id)
                .order_by(col(ReportStep.id))
            )
        )


def words(world: World, person: Person, kind: str) -> str | None:
    """What the outbox would send this person of a kind now, all that waits of it."""
    with world.database.transaction() as session:
        rows = session.exec(
            select(OutMessage)
            .where(col(OutMessage.person_id) == person.id, col(OutMessage.kind) == kind)
            .order_by(col(OutMessage.id))
        ).all()
        ids = [row.ids for row in rows]
        assert ids, f"nothing of {kind} for {person.name}"
        if kind not in COLLECTED:
            ids = ids[-1:]
        fresh = session.get_one(Person, person.id)
        view = NOTICES[kind](session, texts(fresh.language), fresh, ids, world.now)
        return None if view is None else str(view.text)


def withdraw(world: World, person: Person, report: Report) -> None:
    with world.acting(person) as (session, actor):
        report_sending.withdraw(session, actor, report.id or 0)


def test_approving_leaves_a_step_an_entry_and_a_message(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0, name="Lan"), world.person(2)
    colleague = world.person(2, SeatRole.REPRESENTATIVE, language="vi")
    report = sent_report(world, member, MARCH)
    with world.acting(leader) as (session, actor):
        review.approve(session, actor, 1, "  well\u202e done  ")
    after = stored(world, report)
    assert (after.state, after.decided_at) == (ReportState.APPROVED, world.now)
    last = steps(world, report)[-1]
    assert (last.kind, last.comment, last.round) == (StepKind.APPROVED, "well done", 1)
    assert last.person_id == leader.id
    assert last.unit_id == world.unit(0).id
    with database.transaction() as session:
        entry = session.exec(select(AuditEntry).order_by(col(AuditEntry.seq).desc())).first()
        assert entry is not None
        assert entry.action == "report.approved"
        assert entry.body["comment"] == hashlib.sha256(b"well done").hexdigest()
        assert "well done" not in str(entry.body)
    assert {p for p, _ in world.told("report_approved")} == {member.id, colleague.id}
    told = words(world, member, "report_approved") or ""
    assert "Report 1 of U3 for March 2025 was approved by U1" in told
    assert "<blockquote>well done</blockquote>" in told


def test_returning_marks_fields_and_needs_a_reason(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    report = sent_report(world, member, MARCH, members_total=10)
    with pytest.raises(Invalid) as none, world.acting(leader) as (session, actor):
        review.give_back(session, actor, 1, " \u200b ")
    assert none.value.code == "reason_needed"
    with pytest.raises(Invalid) as long, world.acting(leader) as (session, actor):
        review.give_back(session, actor, 1, "x" * 1001)
    assert long.value.values == {"limit": 1000, "length": 1001}
    with world.acting(leader) as (session, actor):
        review.give_back(
            session, actor, 1, "<b>why</b> & how", ["members_total", "models_total", "nonsense"]
        )
    after = stored(world, report)
    # A total is computed and a code that doesn't exist can't be corrected.
    assert (after.state, after.marked) == (ReportState.RETURNED, ["members_total"])
    assert after.values["members_total"] == "10"
    assert after.review_started_at is None
    told = words(world, member, "report_returned") or ""
    assert "&lt;b&gt;why&lt;/b&gt; &amp; how" in told
    assert "✎ Members in total" in told


def test_the_first_decision_holds_and_the_second_learns_of_it(database: Database) -> None:
    world = make_world(database)
    leader, deputy, member = world.person(0, name="Lan"), world.person(1), world.person(2)
    report = sent_report(world, member, MARCH)
    with world.acting(leader) as (session, actor):
        review.approve(session, actor, 1)
    with pytest.raises(Superseded) as late, world.acting(deputy) as (session, actor):
        review.give_back(session, actor, 1, "too late")
    sentence = errors.sentence(texts("en"), late.value)
    assert "Lan (U1) has approved report 1 of U3 already, 12:00" in sentence
    assert stored(world, report).state is ReportState.APPROVED
    assert len(steps(world, report)) == 2
    assert world.told("report_returned") == []


def test_two_reviewers_at_the_same_moment(database: Database) -> None:
    world = make_world(database)
    people = [world.person(0), world.person(1)]
    report = sent_report(world, world.person(2), MARCH)
    gate = threading.Barrier(2)
    results: list[str] = []

    def decide(person: Person, approve: bool) -> None:
        gate.wait()
        try:
            with world.acting(person) as (session, actor):
                if approve:
                    review.approve(session, actor, 1)
                else:
                    review.give_back(session, actor, 1, "why")
            results.append("done")
        except Superseded:
            results.append("late")

    threads = [
        threading.Thread(target=decide, args=(person, index == 0))
        for index, person in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "late"]
    assert steps(world, report)[0].kind is StepKind.SENT
    assert len(steps(world, report)) == 2


@pytest.mark.parametrize(
    ("who", "number", "code"),
    [
        ("member", 1, "reviewers_only"),
        ("other member", 1, "reviewers_only"),
        ("observer", 1, "reviewers_only"),
        ("stranger", 1, "no_seat"),
        ("leader", 2, "own_report"),
        ("deputy", 3, "own_report"),
        ("leader", 99, "no_report"),
        ("leader", 10**30, "no_report"),
        ("leader", 0, "no_report"),
        ("foreign leader", 1, "no_report"),
        ("both", 1, "own_seat_report"),
        ("former leader", 1, "no_seat"),
    ],
)
def test_who_may_not_decide(database: Database, who: str, number: int, code: str) -> None:
    world = make_world(database)
    leader, deputy, member = world.person(0), world.person(1), world.person(2)
    for person in (member, leader, deputy):
        sent_report(world, person, MARCH)
    other = make_world(database, name="Khối B")
    former = world.person(0)
    both = world.person(2)
    world.now += dt.timedelta(hours=1)
    world.sit(both, 0)
    with database.transaction() as session:
        seat = session.exec(select(Seat).where(col(Seat.person_id) == former.id)).one()
        seat.until = world.now
        session.add(seat)
    people = {
        "member": member,
        "other member": world.person(3),
        "observer": world.person(role=SeatRole.OBSERVER),
        "stranger": world.person(),
        "leader": leader,
        "deputy": deputy,
        "foreign leader": other.person(0),
        "both": both,
        "former leader": former,
    }
    acts: list[Callable[[Session, Actor], object]] = [
        lambda session, actor: review.approve(session, actor, number),
        lambda session, actor: review.give_back(session, actor, number, "why"),
    ]
    for act in acts:
        with pytest.raises(Expected) as refused, world.acting(people[who]) as (session, actor):
            act(session, actor)
        assert refused.value.code == code
        for language in KNOWN_LANGUAGES:
            assert errors.sentence(texts(language), refused.value)
    with database.transaction() as session:
        assert {report.state for report in session.exec(select(Report))} == {ReportState.SENT}


def test_the_deputy_decides_on_the_leaders_report_and_stands_in(database: Database) -> None:
    world = make_world(database)
    leader, deputy, member = world.person(0), world.person(1), world.person(2)
    sent_report(world, member, MARCH)
    sent_report(world, leader, MARCH)
    sent_report(world, deputy, MARCH)
    assert {p for p, _ in world.told("review_new")} == {leader.id, deputy.id}
    with world.acting(leader) as (session, actor):
        found = review.pending(session, actor)
        assert [one.number for one in found.waiting] == [1, 3]
        assert [one.number for one in found.own] == [2]
        assert found.has_other
    with world.acting(deputy) as (session, actor):
        found = review.pending(session, actor)
        assert [(one.number, one.stand_in) for one in found.waiting] == [(2, False), (1, True)]
        review.approve(session, actor, 2)
        review.approve(session, actor, 1)
    with world.acting(world.person(role=SeatRole.OBSERVER)) as (session, actor):
        assert [one.number for one in review.pending(session, actor).waiting] == [3]
    with pytest.raises(Forbidden), world.acting(member) as (session, actor):
        review.pending(session, actor)


def test_a_bloc_without_deputy_says_what_to_do(database: Database) -> None:
    world = make_world(database)
    leader = world.person(0)
    with database.transaction() as session:
        year = session.get_one(BlocYear, world.year.id)
        year.deputy_unit_id = None
        session.add(year)
    sent_report(world, leader, MARCH)
    with world.acting(leader) as (session, actor):
        found = review.pending(session, actor)
        assert (found.waiting, len(found.own), found.has_other) == ([], 1, False)
    with pytest.raises(Forbidden) as refused, world.acting(leader) as (session, actor):
        review.approve(session, actor, 1)
    assert "Please have a deputy named" in errors.sentence(texts("en"), refused.value)


def test_opening_starts_the_review_and_stops_withdrawing(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    observer = world.person(role=SeatRole.OBSERVER)
    report = sent_report(world, member, MARCH)
    with world.acting(observer) as (session, actor):
        assert not review_card.open_card(session, actor, report.id or 0).may_decide
    assert stored(world, report).state is ReportState.SENT
    with world.acting(leader) as (session, actor):
        assert review_card.open_card(session, actor, report.id or 0).may_decide
    after = stored(world, report)
    assert (after.state, after.review_started_at) == (ReportState.IN_REVIEW, world.now)
    with pytest.raises(Superseded):
        withdraw(world, member, report)


def test_what_was_withdrawn_or_sent_again_is_not_decided_unseen(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    report = sent_report(world, member, MARCH)
    withdraw(world, member, report)
    acts: list[Callable[[Session, Actor], object]] = [
        lambda session, actor: review.approve(session, actor, 1),
        lambda session, actor: review_card.open_card(session, actor, report.id or 0),
    ]
    for act in acts:
        with pytest.raises(Superseded) as taken, world.acting(leader) as (session, actor):
            act(session, actor)
        assert taken.value.code == "report_withdrawn"
    assert words(world, leader, "review_new") is None
    with world.acting(member) as (session, actor):
        report_sending.send(session, actor, report.id or 0)
    with pytest.raises(Superseded) as again, world.acting(leader) as (session, actor):
        review.approve(session, actor, 1, seen_round=1)
    assert again.value.code == "report_sent_again"
    assert "Report 1 of U3" in (words(world, leader, "review_new") or "")


def test_withdrawn_after_it_was_returned(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    report = sent_report(world, member, MARCH)
    with world.acting(leader) as (session, actor):
        review.give_back(session, actor, 1, "why")
    with world.acting(member) as (session, actor):
        report_sending.send(session, actor, report.id or 0)
    assert words(world, member, "report_returned") is None
    withdraw(world, member, report)
    with pytest.raises(Superseded) as taken, world.acting(leader) as (session, actor):
        review.approve(session, actor, 1)
    assert taken.value.code == "report_withdrawn"


def test_many_reports_at_once_are_one_message(database: Database) -> None:
    world = make_world(database, 12)
    leader = world.person(0)
    for unit in range(2, 12):
        sent_report(world, world.person(unit), MARCH)
    told = words(world, leader, "review_new") or ""
    assert told.startswith("📨 10 reports have come.")
    with world.acting(leader) as (session, actor):
        for number in range(2, 11):
            review.approve(session, actor, number)
    assert "Report 1 of U3 for March 2025 has come." in (words(world, leader, "review_new") or "")
    with world.acting(leader) as (session, actor):
        review.approve(session, actor, 1)
    assert words(world, leader, "review_new") is None


def test_messages_stop_with_the_seat(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    sent_report(world, member, MARCH)
    with world.acting(leader) as (session, actor):
        review.approve(session, actor, 1)
    with database.transaction() as session:
        for seat in session.exec(select(Seat)):
            seat.until = world.now
            session.add(seat)
    assert words(world, member, "report_approved") is None
    assert words(world, leader, "review_new") is None


def test_the_card_compares_with_last_month(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    sent_report(world, member, FEBRUARY, members_total=100, members_new=3, households_helped=20)
    report = sent_report(
        world, member, MARCH, members_total=105, members_new=9, households_helped=90
    )
    with world.acting(leader) as (session, actor):
        card = review_card.open_card(session, actor, report.id or 0)
    assert card.changes["members_total"].before == 100
    assert set(card.changes) == {"members_total", "members_new", "households_helped"}
    # Three times as many, but of too few to mean anything; 20 → 90 is pointed out.
    assert card.jumps == ("households_helped",)
    assert card.problems == ()


def evidence(
    world: World, report: Report, key: str, sha256: str | None = None, hours: int = -1
) -> Evidence:
    with world.database.transaction() as session:
        one = Evidence(
            report_id=report.id or 0,
            kind=EvidenceKind.PHOTO,
            file_id=f"file-{key}",
            content_key=key,
            sha256=sha256,
            added_by=report.sent_by or 0,
            added_at=world.now + dt.timedelta(hours=hours),
        )
        session.add(one)
    return one


def test_the_same_file_elsewhere_is_flagged_in_this_bloc_only(database: Database) -> None:
    world = make_world(database)
    leader, member, neighbour = world.person(0), world.person(2), world.person(3)
    last = sent_report(world, member, FEBRUARY)
    report = sent_report(world, member, MARCH)
    theirs = sent_report(world, neighbour, MARCH)
    other = make_world(database, name="Khối B")
    foreign = sent_report(other, other.person(2), MARCH)
    mine = [
        evidence(world, report, "a"),
        evidence(world, report, "b", "5" * 64),
        evidence(world, report, "c"),
    ]
    evidence(world, report, "added after the sending", hours=1)
    evidence(world, last, "a")
    evidence(world, theirs, "z", "5" * 64)
    evidence(other, foreign, "c")
    with world.acting(leader) as (session, actor):
        card = review_card.open_card(session, actor, report.id or 0)
    assert [proof.evidence.id for proof in card.evidence] == [one.id for one in mine]
    assert [[(twin.unit, twin.month) for twin in proof.twins] for proof in card.evidence] == [
        [("U3", FEBRUARY)],
        [("U4", MARCH)],
        [],
    ]


def test_others_see_what_was_sent_not_the_draft_that_follows(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    report = sent_report(world, member, MARCH, members_total=10)
    with world.acting(leader) as (session, actor):
        review.give_back(session, actor, 1, "why", ["members_total"])
    with world.database.transaction() as session:
        draft = session.get_one(Report, report.id)
        draft.values = {**draft.values, "members_total": "77"}
        session.add(draft)
    with world.acting(leader) as (session, actor):
        card = review_card.open_card(session, actor, report.id or 0)
    assert card.values["members_total"] == 10
    assert not card.may_decide
    assert [event.step.kind for event in card.history] == [StepKind.SENT, StepKind.RETURNED]


def test_a_draft_is_nobody_elses_business(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    with world.acting(member) as (session, actor):
        report = reports.open_month(session, actor, MARCH)
    with pytest.raises(NotFound), world.acting(leader) as (session, actor):
        review_card.open_card(session, actor, report.id or 0)


def test_what_is_left_of_an_earlier_year_is_decided_in_the_next(database: Database) -> None:
    world = make_world(database)
    leader, member, deputy = world.person(0), world.person(2), world.person(1)
    report = sent_report(world, member, MARCH)
    with database.transaction() as session:
        blocs.open_year(session, world.bloc.id or 0, 2026, world.now)
    assert "Report 1 of U3" in (words(world, leader, "review_new") or "")
    with pytest.raises(NotFound), world.acting(leader) as (session, actor):
        review.approve(session, actor, 1)
    with world.acting(leader) as (session, actor):
        assert [one.report_id for one in review.pending(session, actor).waiting] == [report.id]
        assert review_card.open_card(session, actor, report.id or 0).may_decide
        review.give_back(session, actor, None, "why", report_id=report.id)
    with world.acting(member) as (session, actor):
        report_sending.send(session, actor, report.id or 0)
    with world.acting(deputy) as (session, actor):
        review.approve(session, actor, None, report_id=report.id)
    assert stored(world, report).state is ReportState.APPROVED


def test_a_long_history_comes_in_pages(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    report = sent_report(world, member, MARCH)
    for index in range(5):
        with world.acting(leader) as (session, actor):
            review.give_back(session, actor, 1, f"{index}" + "&" * 990)
        with world.acting(member) as (session, actor):
            report_sending.send(session, actor, report.id or 0)
    with world.acting(leader) as (session, actor):
        card = review_card.open_card(session, actor, report.id or 0)
        shown = [card_views.history(texts("en"), card, actor.zone, page) for page in range(5)]
    assert all(len(unescape(view.text)) < 4096 for view in shown)
    everything = "".join(view.text for view in shown)
    for index in range(5):
        assert f"{index}&amp;&amp;" in everything
