"""Switching seats, what is kept about a person, leaving and coming back."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.errors import Invalid, NotFound
from bot.models import (
    AuditEntry,
    DeadLetter,
    Evidence,
    EvidenceKind,
    Form,
    OutMessage,
    OutState,
    Person,
    Report,
    ReportStep,
    Seat,
    SeatRole,
    StepKind,
)
from bot.services import forms, invitations, notices, people
from tests.builders import NOW, World, make_world


def _seats(world: World, person: Person) -> list[int]:
    with world.database.transaction() as session:
        return [one.seat.id or 0 for one in people.seats_of(session, person.id or 0)]


def test_one_person_acts_in_turn_for_several_units_and_blocs(database: Database) -> None:
    world, other = make_world(database), make_world(database, name="Khối B")
    person = world.person(2)
    world.sit(person, 0)
    other.sit(person, None, SeatRole.OBSERVER)
    first, second, third = _seats(world, person)
    for seat, leads, observes in (
        (second, True, False),
        (third, False, True),
        (first, False, False),
    ):
        with world.acting(person) as (session, actor):
            people.switch(session, actor, seat)
        with world.acting(person) as (_, actor):
            assert actor.seat is not None and actor.seat.id == seat
            assert (actor.is_leader, actor.is_observer) == (leads, observes)


def test_switching_closes_the_form_of_the_other_seat(database: Database) -> None:
    world = make_world(database)
    person = world.person(2)
    world.sit(person, 3)
    first = _seats(world, person)[0]
    with world.acting(person) as (session, actor):
        forms.enter(session, person.id or 0, "report", "card", NOW, subject=1)
        people.switch(session, actor, first)
    with database.transaction() as session:
        assert session.get_one(Form, person.id).feature == ""


def test_nobody_takes_another_s_seat_or_one_that_ended(database: Database) -> None:
    world = make_world(database)
    person, other = world.person(2), world.person(0)
    foreign = _seats(world, other)[0]
    with world.acting(person) as (session, actor):
        for seat_id in (foreign, 0, 10**6):
            with pytest.raises(NotFound, match="seat_unknown"):
                people.switch(session, actor, seat_id)
    own = _seats(world, person)[0]
    with database.transaction() as session:
        session.get_one(Seat, own).until = NOW
    with world.acting(person) as (session, actor), pytest.raises(NotFound):
        people.switch(session, actor, own)


def test_only_languages_that_exist(database: Database) -> None:
    world = make_world(database)
    person = world.person(2)
    with world.acting(person) as (session, actor):
        people.choose_language(session, actor.person, "hu")
        with pytest.raises(Invalid, match="language_unknown"):
            people.choose_language(session, actor.person, "xx")
    with database.transaction() as session:
        kept = session.get_one(Person, person.id)
        assert (kept.language, kept.language_chosen) == ("hu", True)


def _work(world: World, person: Person) -> None:
    """A report sent and withdrawn by the person, and a photo to it."""
    with world.database.transaction() as session:
        report = Report(
            bloc_year_id=world.year.id or 0,
            unit_id=world.unit(2).id or 0,
            month=NOW.date().replace(day=1),
            template_version=1,
            due_at=NOW,
            created_at=NOW,
            changed_at=NOW,
        )
        session.add(report)
        session.flush()
        for kind in (StepKind.SENT, StepKind.WITHDRAWN):
            session.add(
                ReportStep(
                    report_id=report.id or 0,
                    round=1,
                    kind=kind,
                    person_id=person.id or 0,
                    unit_id=report.unit_id,
                    at=NOW,
                )
            )
        session.add(
            Evidence(
                report_id=report.id or 0,
                kind=EvidenceKind.PHOTO,
                file_id="f",
                content_key="c",
                added_by=person.id or 0,
                added_at=NOW,
            )
        )


def test_what_is_kept_is_counted_for_the_person_alone(database: Database) -> None:
    world = make_world(database)
    person, other = world.person(2), world.person(2)
    _work(world, person)
    for who, counts in ((person, (1, 1)), (other, (0, 0))):
        with world.acting(who) as (session, actor):
            kept = people.kept(session, actor)
            assert (kept.reports, kept.evidence) == counts
            assert [one.unit.short_name for one in kept.seats if one.unit] == ["U3"]


def test_leaving_erases_who_it_was_and_keeps_what_was_done(database: Database) -> None:
    world = make_world(database)
    leader, person = world.person(0), world.person(2, name="Trần Thị Bình")
    _work(world, person)
    with database.transaction() as session:
        notices.tell(session, [person.id or 0], "joined", ids={}, key="k", now=NOW)
        forms.enter(session, person.id or 0, "report", "card", NOW, draft={"words": "secret"})
        session.add(
            DeadLetter(update_id=1, telegram_id=person.telegram_id, error_id="e", error="E", at=NOW)
        )
    with world.acting(person) as (session, actor):
        people.leave(session, actor)
    with database.transaction() as session:
        row = session.get_one(Person, person.id)
        assert (row.name, row.username, row.telegram_id) == ("—", None, -(person.id or 0))
        assert session.exec(select(Seat).where(col(Seat.person_id) == row.id)).one().until == NOW
        assert session.exec(select(DeadLetter)).all() == []
        assert session.get_one(Form, row.id).draft == {}
        assert len(session.exec(select(ReportStep)).all()) == 2
        waiting = session.exec(
            select(OutMessage).where(
                col(OutMessage.person_id) == row.id, col(OutMessage.state) == OutState.WAITING
            )
        ).all()
        assert waiting == []
        everything = "".join(str(one.body) for one in session.exec(select(AuditEntry)).all())
        assert "Trần" not in everything
        assert str(person.telegram_id) not in everything
    assert world.told("left") == [(leader.id, "left")]


def test_whoever_left_comes_back_by_a_new_invitation_as_somebody_new(database: Database) -> None:
    world = make_world(database)
    person = world.person(2)
    with world.acting(person) as (session, actor):
        people.leave(session, actor)
    with database.transaction() as session:
        back = Person(telegram_id=person.telegram_id, name="Back", language="en", first_seen_at=NOW)
        session.add(back)
        session.flush()
        assert invitations.accept(session, back, world.secret(2), NOW).new
        assert back.id != person.id


def test_leaving_with_several_seats_tells_each_leader(database: Database) -> None:
    world, other = make_world(database), make_world(database, name="Khối B")
    first, second = world.person(0), other.person(0)
    person = world.person(2)
    other.sit(person, 3)
    with world.acting(person) as (session, actor):
        people.leave(session, actor)
    assert sorted(world.told("left")) == sorted([(first.id, "left"), (second.id, "left")])


def test_a_stranger_can_leave_too(database: Database) -> None:
    world = make_world(database)
    person = world.person()
    with world.acting(person) as (session, actor):
        people.leave(session, actor)
    with database.transaction() as session:
        assert session.get_one(Person, person.id).name == "—"
    assert world.told() == []
