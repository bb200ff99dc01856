"""Blocs made from a roster, years opened from the one before, offices given to units."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.domain.template import from_json
from bot.errors import Forbidden, Invalid, NotFound
from bot.models import AuditEntry, Bloc, BlocKind, BlocYear, SeatRole, Template, UnitName
from bot.services import blocs
from tests.builders import NOW, make_world, roster


def test_a_bloc_comes_with_all_that_its_first_report_needs(database: Database) -> None:
    world = make_world(database, 5)
    with database.transaction() as session:
        year = session.exec(select(BlocYear)).one()
        assert (year.year, year.due_day, year.review_days) == (2025, 25, 5)
        assert year.leader_unit_id == world.unit(0).id
        assert year.deputy_unit_id == world.unit(1).id
        template = session.exec(select(Template)).one()
        assert len(from_json(template.spec).indicators) > 25
        assert len(session.exec(select(UnitName)).all()) == 5
        first = session.exec(select(AuditEntry).order_by(col(AuditEntry.seq))).first()
        assert first is not None and first.action == "bloc.created"
        assert "Unit number" not in str(first.body)
    assert [(one.unit.short_name, one.role) for one in world.created.invites][:2] == [
        ("U1", SeatRole.SIGNATORY),
        ("U1", SeatRole.REPRESENTATIVE),
    ]


@pytest.mark.parametrize(
    ("name", "year", "code"),
    [
        ("  \u200b ", 2025, "bloc_name_empty"),
        ("A", 1999, "year_impossible"),
        ("A", 2101, "year_impossible"),
        ("A" * 201, 2025, "text_too_long"),
    ],
)
def test_what_cannot_be_a_bloc_is_refused(
    database: Database, name: str, year: int, code: str
) -> None:
    with pytest.raises(Invalid, match=code), database.transaction() as session:
        blocs.create(
            session,
            name=name,
            year=year,
            kind=BlocKind.CLUSTER,
            province=None,
            timezone="Asia/Ho_Chi_Minh",
            language="vi",
            rows=roster(2),
            now=NOW,
        )
    with database.transaction() as session:
        assert session.exec(select(Bloc)).all() == []


def test_a_year_opens_with_the_last_one_s_settings(database: Database) -> None:
    world = make_world(database)
    bloc_id = world.bloc.id or 0
    with database.transaction() as session:
        year = session.get_one(BlocYear, world.year.id)
        year.due_day, year.review_days, year.template_version, year.last_number = 20, 3, 2, 41
        first = session.exec(select(Template)).one()
        spec = {**first.spec, "parts": list(reversed(list(first.spec["parts"])))}  # type: ignore[call-overload]
        session.add(Template(bloc_year_id=year.id or 0, version=2, spec=spec, created_at=NOW))
    with database.transaction() as session:
        opened = blocs.open_year(session, bloc_id, 2026, NOW)
        assert (opened.due_day, opened.review_days, opened.template_version) == (20, 3, 1)
        assert opened.leader_unit_id == world.unit(0).id
        assert opened.last_number == 0
    with database.transaction() as session:
        kept = session.exec(select(Template).where(col(Template.bloc_year_id) == opened.id)).one()
        assert (kept.version, kept.spec) == (1, spec)
        assert session.get_one(Bloc, bloc_id).year == 2026
    leader = world.person(0)
    with world.acting(leader) as (_, actor):
        assert actor.is_leader
        assert actor.here.year.year == 2026


@pytest.mark.parametrize(
    ("year", "code"),
    [(2025, "year_exists"), (2024, "year_past"), (1000, "year_impossible")],
)
def test_a_year_opens_once_and_forwards(database: Database, year: int, code: str) -> None:
    world = make_world(database)
    with pytest.raises(Invalid, match=code), database.transaction() as session:
        blocs.open_year(session, world.bloc.id or 0, year, NOW)


def test_a_year_of_no_bloc(database: Database) -> None:
    with pytest.raises(NotFound, match="bloc_unknown"), database.transaction() as session:
        blocs.open_year(session, 77, 2026, NOW)


def test_overview_and_one_bloc(database: Database) -> None:
    world = make_world(database)
    make_world(database, 2, name="Khối B")
    double = world.person(0)
    world.sit(double, 1)
    world.person(2, SeatRole.REPRESENTATIVE)
    world.person(None, SeatRole.OBSERVER)
    with database.transaction() as session:
        lines = [(one.bloc.name, one.units, one.people) for one in blocs.overview(session)]
        assert lines == [("Khối A", 4, 3), ("Khối B", 2, 0)]
        shown = blocs.show(session, world.bloc.id or 0, NOW)
        assert [one.office for one in shown.units] == ["leader", "deputy", None, None]
        assert [one.people for one in shown.units] == [1, 1, 1, 0]
        assert [one.signatories for one in shown.units] == [1, 1, 0, 0]
        assert (shown.observers, shown.years, shown.reports) == (1, (2025,), {})
        later = blocs.show(session, world.bloc.id or 0, NOW + dt.timedelta(days=31))
        assert [one.open_invitations for one in later.units] == [0, 0, 0, 0]
        with pytest.raises(NotFound):
            blocs.show(session, 99, NOW)


def test_offices_are_given_to_units_and_their_people_told(database: Database) -> None:
    world = make_world(database)
    old, new, other = world.person(0), world.person(1), world.person(2)
    with world.acting(world.admin()) as (session, actor):
        blocs.appoint(session, actor, world.unit(1).id or 0, "leader")
    with world.acting(new) as (_, actor):
        assert actor.is_leader
        assert not actor.is_deputy
    with world.acting(old) as (_, actor):
        assert not actor.is_reviewer
    assert {who for who, _ in world.told("appointed")} == {old.id, new.id}
    with world.acting(world.admin()) as (session, actor):
        blocs.appoint(session, actor, world.unit(2).id or 0, "deputy")
        blocs.appoint(session, actor, world.unit(2).id or 0, "deputy")
    with world.acting(other) as (session, actor):
        assert actor.is_deputy
        acts = session.exec(
            select(AuditEntry).where(col(AuditEntry.action) == "unit.appointed")
        ).all()
        assert len(acts) == 2


@pytest.mark.parametrize("who", [0, 1, 2])
def test_only_administrators_appoint(database: Database, who: int) -> None:
    world = make_world(database)
    with world.acting(world.person(who)) as (session, actor):
        with pytest.raises(Forbidden, match="admins_only"):
            blocs.appoint(session, actor, world.unit(2).id or 0, "leader")
        with pytest.raises(Forbidden, match="admins_only"):
            blocs.administered(session, actor)
