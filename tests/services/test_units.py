"""Units renamed, counted, closed, added and merged with their history; seats changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from bot.database import Database
from bot.errors import Expected, Forbidden, Invalid, NotFound, Superseded
from bot.models import (
    AuditEntry,
    BlocYear,
    Invitation,
    Person,
    Report,
    Seat,
    SeatRole,
    Unit,
    UnitName,
)
from bot.services import invitations, mergers, seats, units
from bot.services.access import Actor
from tests.builders import NOW, World, make_world

DAY = dt.timedelta(days=1)
REPRESENTATIVE, OBSERVER = SeatRole.REPRESENTATIVE, SeatRole.OBSERVER


def _id(world: World, index: int) -> int:
    return world.unit(index).id or 0


def _seat_of(session: Session, person: Person) -> Seat:
    return session.exec(
        select(Seat).where(col(Seat.person_id) == person.id, col(Seat.until).is_(None))
    ).one()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hội Nông dân", ("Hội Nông dân", "Hội Nông dân", None)),
        ("Hội Nông dân; HND; 1.024", ("Hội Nông dân", "HND", 1024)),
        ("Hội Nông dân\nHND\n24", ("Hội Nông dân", "HND", 24)),
        ("A" * 60, ("A" * 60, "A" * 40, None)),
    ],
)
def test_a_unit_as_it_is_typed(text: str, expected: tuple[str, str, int | None]) -> None:
    typed = units.parse(text)
    assert (typed.name, typed.short_name, typed.staff) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" ; ", "unit_name_empty"),
        ("a;b;c", "staff_wrong"),
        ("a;b;-1", "staff_wrong"),
        ("a;b;1000001", "staff_wrong"),
        ("a;b;1;d", "unit_pieces"),
        ("a" * 201, "text_too_long"),
        ("a;" + "b" * 41, "text_too_long"),
    ],
)
def test_a_unit_typed_wrong(text: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        units.parse(text)


def test_old_moments_keep_the_old_name(database: Database) -> None:
    world = make_world(database)
    leader, member = world.person(0), world.person(2)
    world.now = NOW + 10 * DAY
    with world.acting(leader) as (session, actor):
        units.rename(session, actor, _id(world, 2), units.parse("Renamed; R"))
    with database.transaction() as session:
        assert units.name_at(session, _id(world, 2), NOW) == units.Name("Unit number 3", "U3")
        assert units.name_at(session, _id(world, 2), world.now) == units.Name("Renamed", "R")
        assert units.name_at(session, _id(world, 2), NOW - DAY).short_name == "U3"
        both = [(_id(world, 2), NOW), (_id(world, 1), world.now)]
        assert [name.short_name for name in units.names_at(session, both).values()] == ["U3", "U2"]
        assert units.names_at(session, []) == {}
    assert world.told("unit_renamed") == [(member.id, "unit_renamed")]
    with world.acting(member) as (session, actor):
        card = units.card(session, actor, _id(world, 2))
        assert card.names == (("Unit number 3", world.now),)


def test_a_name_that_another_has_is_refused_with_or_without_diacritics(
    database: Database,
) -> None:
    world = make_world(database)
    with world.acting(world.person(0)) as (session, actor):
        units.rename(session, actor, _id(world, 2), units.parse("Hội Chữ thập đỏ; CTĐ"))
        for text in ("hoi chu thap do; X", "Other; ctd"):
            with pytest.raises(Invalid, match="unit_name_taken"):
                units.add(session, actor, units.parse(text))
        # Its own name in other letters is no clash.
        units.rename(session, actor, _id(world, 2), units.parse("HỘI CHỮ THẬP ĐỎ; CTĐ"))


def test_staff_is_kept_and_audited(database: Database) -> None:
    world = make_world(database)
    with world.acting(world.person(1)) as (session, actor):
        assert units.set_staff(session, actor, _id(world, 2), 31).staff == 31
        last = session.exec(select(AuditEntry).order_by(col(AuditEntry.seq).desc())).first()
        assert last is not None
        assert (last.action, last.body) == ("unit.staff", {"unit": _id(world, 2), "staff": 31})


def test_an_added_unit_belongs_to_the_bloc(database: Database) -> None:
    world = make_world(database)
    with world.acting(world.person(0)) as (session, actor):
        unit = units.add(session, actor, units.parse("Hội Luật gia; HLG; 9"))
        names = [one.unit.short_name for one in units.listing(session, actor).units]
        assert names == ["U1", "U2", "U3", "U4", "HLG"]
        assert units.name_at(session, unit.id or 0, NOW).name == "Hội Luật gia"


def test_a_closed_unit_keeps_its_reports_and_loses_its_people(database: Database) -> None:
    world = make_world(database)
    leader, member, guest = world.person(0), world.person(2), world.person()
    with database.transaction() as session:
        session.add(
            Report(
                bloc_year_id=world.year.id or 0,
                unit_id=_id(world, 2),
                month=dt.date(2025, 2, 1),
                template_version=1,
                due_at=NOW,
                created_at=NOW,
                changed_at=NOW,
            )
        )
    with world.acting(leader) as (session, actor):
        units.close(session, actor, _id(world, 2))
    with world.acting(member) as (session, actor):
        assert actor.seat is None
        assert len(session.exec(select(Report)).all()) == 1
        with pytest.raises(Invalid, match="invitation_revoked"):
            invitations.accept(session, session.get_one(Person, guest.id), world.secret(2), NOW)
    assert world.told("unit_closed") == [(member.id, "unit_closed")]
    with world.acting(leader) as (session, actor):
        assert len(units.listing(session, actor).units) == 3
        assert units.card(session, actor, _id(world, 2)).manages is False
        with pytest.raises(Invalid, match="unit_closed"):
            units.rename(session, actor, _id(world, 2), units.parse("X"))


def test_the_leader_s_unit_is_not_closed_and_the_deputy_s_gives_up_its_office(
    database: Database,
) -> None:
    world = make_world(database)
    with world.acting(world.person(0)) as (session, actor):
        with pytest.raises(Invalid, match="unit_leads"):
            units.close(session, actor, _id(world, 0))
        units.close(session, actor, _id(world, 1))
        assert session.get_one(BlocYear, world.year.id).deputy_unit_id is None


def test_one_unit_goes_into_another(database: Database) -> None:
    world = make_world(database)
    leader, double = world.person(0), world.person(2, REPRESENTATIVE)
    world.sit(double, 3, SeatRole.SIGNATORY)
    mover = world.person(3, REPRESENTATIVE)
    with world.acting(leader) as (session, actor):
        new = mergers.merge(session, actor, _id(world, 2), _id(world, 3))
        assert (new.id, new.staff) == (_id(world, 2), 70)
    with world.acting(double) as (session, actor):
        assert _seat_of(session, double).unit_id == _id(world, 2)
        assert actor.is_signatory
        gone = session.get_one(Unit, _id(world, 3))
        assert (gone.closed_at, gone.merged_into_id) == (NOW, _id(world, 2))
        assert units.name_at(session, _id(world, 3), NOW).short_name == "U4"
    with world.acting(mover) as (_, actor):
        assert actor.unit is not None and actor.unit.id == _id(world, 2)
    # An invitation to the old unit leads to the new one.
    guest = world.person()
    with database.transaction() as session:
        person = session.get_one(Person, guest.id)
        accepted = invitations.accept(session, person, world.secret(3), NOW)
        assert accepted.seat.unit_id == _id(world, 2)
    assert {who for who, _ in world.told("unit_merged")} == {double.id, mover.id}


def test_two_units_become_a_new_one_that_takes_over_the_office(database: Database) -> None:
    world = make_world(database)
    leader, deputy = world.person(0), world.person(1)
    with world.acting(leader) as (session, actor):
        new = mergers.merge(session, actor, _id(world, 0), _id(world, 1), units.parse("One; ONE"))
        year = session.get_one(BlocYear, world.year.id)
        assert (year.leader_unit_id, year.deputy_unit_id) == (new.id, None)
    for person in (leader, deputy):
        with world.acting(person) as (session, actor):
            assert actor.is_leader
            assert actor.unit is not None and actor.unit.name == "One"
            assert [one.unit.short_name for one in units.listing(session, actor).units] == [
                "U3",
                "U4",
                "ONE",
            ]


def test_a_merger_may_take_over_an_old_name(database: Database) -> None:
    world = make_world(database)
    with world.acting(world.person(0)) as (session, actor):
        new = mergers.merge(
            session, actor, _id(world, 2), _id(world, 3), units.parse("Unit number 3; U3")
        )
        assert new.id not in (_id(world, 2), _id(world, 3))
        with pytest.raises(Invalid, match="merge_same"):
            mergers.merge(session, actor, _id(world, 1), _id(world, 1))


def test_a_seat_is_taken_away_and_its_history_stays(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    with world.acting(world.person(0)) as (session, actor):
        seat = _seat_of(session, member)
        seats.remove_seat(session, actor, seat.id or 0)
        with pytest.raises(Superseded, match="seat_ended"):
            seats.remove_seat(session, actor, seat.id or 0)
    with world.acting(member) as (session, actor):
        assert actor.seat is None
        assert session.exec(select(Seat).where(col(Seat.person_id) == member.id)).one().until == NOW
    assert world.told("seat_removed") == [(member.id, "seat_removed")]


def test_a_representative_becomes_signatory(database: Database) -> None:
    world = make_world(database)
    member = world.person(2, REPRESENTATIVE)
    with world.acting(world.person(0)) as (session, actor):
        seat = _seat_of(session, member)
        seats.set_role(session, actor, seat.id or 0, SeatRole.SIGNATORY)
        seats.set_role(session, actor, seat.id or 0, SeatRole.SIGNATORY)
        with pytest.raises(Forbidden):
            seats.set_role(session, actor, seat.id or 0, OBSERVER)
    with world.acting(member) as (_, actor):
        assert actor.is_signatory
    assert world.told("role_changed") == [(member.id, "role_changed")]


CHANGES: dict[str, Callable[[Session, Actor, World, int], object]] = {
    "rename": lambda s, a, w, _: units.rename(s, a, _id(w, 2), units.parse("New name; NN")),
    "staff": lambda s, a, w, _: units.set_staff(s, a, _id(w, 2), 3),
    "close": lambda s, a, w, _: units.close(s, a, _id(w, 3)),
    "add": lambda s, a, w, _: units.add(s, a, units.parse("Added; ADD"), w.bloc.id),
    "merge": lambda s, a, w, _: mergers.merge(s, a, _id(w, 2), _id(w, 3)),
    "remove": lambda s, a, _w, seat: seats.remove_seat(s, a, seat),
    "role": lambda s, a, _w, seat: seats.set_role(s, a, seat, SeatRole.REPRESENTATIVE),
    "check": lambda s, a, w, _: units.check(s, a, _id(w, 2)),
    "check_bloc": lambda s, a, w, _: units.check_bloc(s, a, w.bloc.id),
    "sitting": lambda s, a, _w, seat: seats.sitting(s, a, seat),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("leader", True),
        ("deputy", True),
        ("admin", True),
        ("signatory", False),
        ("representative", False),
        ("observer", False),
        ("stranger", False),
        ("other_leader", False),
    ],
)
def test_who_may_change_units(database: Database, change: str, who: str, allowed: bool) -> None:
    world, foreign = make_world(database), make_world(database, name="Khối B")
    victim = world.person(2)
    person = {
        "leader": lambda: world.person(0, REPRESENTATIVE),
        "deputy": lambda: world.person(1),
        "admin": world.admin,
        "signatory": lambda: world.person(2),
        "representative": lambda: world.person(3, REPRESENTATIVE),
        "observer": lambda: world.person(None, OBSERVER),
        "stranger": world.person,
        "other_leader": lambda: foreign.person(0),
    }[who]()
    with database.transaction() as session:
        before = _rows(session)
        seat_id = _seat_of(session, victim).id or 0
    if allowed:
        with world.acting(person) as (session, actor):
            CHANGES[change](session, actor, world, seat_id)
        return
    with world.acting(person) as (session, actor):
        with pytest.raises((Forbidden, NotFound)):
            CHANGES[change](session, actor, world, seat_id)
        assert _rows(session) == before


def _rows(session: Session) -> list[str]:
    return [
        str(row.model_dump())
        for table in (Unit, UnitName, Seat, Invitation, AuditEntry, BlocYear)
        for row in session.exec(select(table).order_by(col(table.id))).all()
    ]


@pytest.mark.parametrize("role", [SeatRole.SIGNATORY, REPRESENTATIVE, OBSERVER])
def test_everybody_of_the_bloc_reads_it_and_nobody_else(database: Database, role: SeatRole) -> None:
    world, foreign = make_world(database), make_world(database, name="Khối B")
    reader = world.person(None if role is OBSERVER else 2, role)
    with world.acting(reader) as (session, actor):
        shown = units.listing(session, actor)
        assert len(shown.units) == 4
        assert not shown.manages
        assert units.card(session, actor, _id(world, 0)).manages is False
        for call in (
            lambda: units.listing(session, actor, foreign.bloc.id),
            lambda: units.card(session, actor, _id(foreign, 0)),
        ):
            with pytest.raises(NotFound):
                call()
    with world.acting(world.person()) as (session, actor), pytest.raises(Expected):
        units.listing(session, actor)


def test_blocked_people_and_missing_signatories_are_seen(database: Database) -> None:
    world = make_world(database)
    person = world.person(2, REPRESENTATIVE)
    with database.transaction() as session:
        session.get_one(Person, person.id).blocked_at = NOW
    with world.acting(world.person(0)) as (session, actor):
        third = units.listing(session, actor).units[2]
        assert not third.has_signatory
        assert third.people[0].blocked


def test_units_are_found_as_people_type_them(database: Database) -> None:
    world = make_world(database)
    with world.acting(world.person(0)) as (session, actor):
        units.rename(session, actor, _id(world, 2), units.parse("Hội Chữ thập đỏ; CTĐ"))
        shown = units.listing(session, actor).units
        for text in ("ctd", "CHU THAP", "Hội Chữ thập đỏ"):
            assert [one.id for one in units.search(shown, text)] == [_id(world, 2)]
        assert len(units.search(shown, "unit number")) == 3
        assert units.search(shown, "") == []


@pytest.mark.parametrize("call", ["listing", "card", "names"])
def test_queries_do_not_grow_with_the_bloc(database: Database, call: str) -> None:
    counts = []
    for size in (3, 12):
        world = make_world(database, size, name=f"Khối {size}")
        for index in range(size):
            world.person(index)
        with world.acting(world.person(0)) as (session, actor):
            seen: list[str] = []
            event.listen(
                session.get_bind(),
                "before_cursor_execute",
                lambda _c, _cu, statement, *_rest, seen=seen: seen.append(statement),
            )
            if call == "listing":
                units.listing(session, actor)
            elif call == "card":
                units.card(session, actor, _id(world, 1))
            else:
                units.names_at(session, [(unit.id or 0, NOW) for unit in world.units])
            counts.append(len(seen))
    assert counts[0] == counts[1]
