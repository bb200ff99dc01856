"""The template is replaced by proposal and confirmation; reports keep what they began with."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.domain.default_template import default_template
from bot.domain.template import (
    AT_MOST,
    COUNT,
    DECIMAL,
    IndicatorSpec,
    RuleSpec,
    TemplateError,
    TemplateSpec,
)
from bot.errors import Forbidden, Invalid, NotFound, Superseded
from bot.models import AuditEntry, BlocYear, Person, Report, SeatRole, Template
from bot.services import reports, templates
from bot.services.templates import Changes, Proposal, compare
from tests.builders import World, make_world

DEFAULT = default_template()
NEW = IndicatorSpec("trees", "welfare", {"vi": "Cây trồng"}, required=False)


def changed(*, drop: str = "relief_rounds") -> TemplateSpec:
    """The default without one indicator, with another, and a third one that is now optional."""
    rows = [
        replace(one, required=False) if one.code == "supervisions" else one
        for one in DEFAULT.indicators
        if one.code != drop
    ]
    return TemplateSpec(DEFAULT.parts, (*rows, NEW), DEFAULT.rules)


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def propose(world: World, person: Person, template: TemplateSpec, base: int = 1) -> Proposal:
    with world.acting(person) as (session, actor):
        return templates.propose(
            session, actor, template, bloc_year_id=world.year.id or 0, base=base
        )


def use(world: World, person: Person, version: int) -> Proposal:
    with world.acting(person) as (session, actor):
        return templates.use(session, actor, version)


def in_force(world: World) -> int:
    with world.database.transaction() as session:
        return session.get_one(BlocYear, world.year.id).template_version


def test_what_differs() -> None:
    assert not compare(DEFAULT, DEFAULT).any
    assert compare(DEFAULT, changed()) == Changes(
        ("trees",), ("relief_rounds",), ("supervisions",), others=False
    )
    turned = replace(DEFAULT, indicators=tuple(reversed(DEFAULT.indicators)))
    assert compare(DEFAULT, turned) == Changes((), (), (), others=True)
    ruled = replace(
        DEFAULT, rules=(*DEFAULT.rules, RuleSpec(AT_MOST, "members_new", ("members_total",)))
    )
    assert compare(DEFAULT, ruled) == Changes((), (), (), others=True)
    typed = replace(
        DEFAULT,
        indicators=tuple(
            replace(one, type=DECIMAL) if one.type == COUNT else one for one in DEFAULT.indicators
        ),
    )
    assert "supervisions" in compare(DEFAULT, typed).changed


def test_a_proposal_changes_nothing_until_it_is_used(world: World) -> None:
    leader = world.person(0)
    found = propose(world, leader, changed())
    assert (found.version, found.base, found.used) == (2, 1, False)
    assert in_force(world) == 1
    assert world.told() == []
    again = propose(world, leader, changed())
    assert again.version == 2
    assert use(world, leader, 2).used
    assert in_force(world) == 2
    with world.acting(leader) as (session, actor):
        found_now = templates.present(session, actor)
        assert "trees" in found_now.template
        assert "relief_rounds" not in found_now.template


def test_a_new_template_is_audited_and_everybody_is_told(world: World) -> None:
    leader, member, deputy = world.person(0), world.person(2), world.person(1)
    observer = world.person(None, SeatRole.OBSERVER)
    gone = world.person(3)
    with world.acting(gone) as (session, actor):
        seat = actor.here.seat
        seat.until = world.now
        session.add(seat)
    propose(world, leader, changed())
    use(world, leader, 2)
    assert sorted(world.told("template_changed")) == [
        (person.id, "template_changed") for person in (member, deputy, observer)
    ]
    with world.database.transaction() as session:
        entry = session.exec(
            select(AuditEntry).where(AuditEntry.bloc_id == world.bloc.id)
            .order_by(col(AuditEntry.seq).desc())
        ).first()  # fmt: skip
    assert entry is not None
    assert (entry.action, entry.person_id) == ("template.changed", leader.id)
    assert entry.body == {
        "year": 2025,
        "version": 2,
        "base": 1,
        "added": ["trees"],
        "removed": ["relief_rounds"],
        "changed": ["supervisions"],
    }


def test_reports_keep_their_version_and_untouched_ones_take_the_new(world: World) -> None:
    leader, begun, untouched = world.person(0), world.person(2), world.person(3)
    with world.acting(begun) as (session, actor):
        report = reports.open_month(session, actor, dt.date(2025, 3, 1))
        reports.change(session, actor, report.id or 0, {"highlights": "begun"})
    with world.acting(untouched) as (session, actor):
        reports.open_month(session, actor, dt.date(2025, 3, 1))
    propose(world, leader, changed())
    use(world, leader, 2)
    versions = {}
    for person in (begun, untouched):
        with world.acting(person) as (session, actor):
            report = reports.open_month(session, actor, dt.date(2025, 3, 1))
            versions[person.id] = report.template_version
    assert versions == {begun.id: 1, untouched.id: 2}
    with world.acting(begun) as (session, actor):
        later = reports.open_month(session, actor, dt.date(2025, 2, 1))
        assert later.template_version == 2
        assert len(session.exec(select(Report)).all()) == 3


def test_only_leader_and_deputy_may(world: World) -> None:
    propose(world, world.person(1), changed())
    for person in (world.person(2), world.person(None, SeatRole.OBSERVER), world.person()):
        with pytest.raises(Forbidden):
            propose(world, person, changed())
        with pytest.raises(Forbidden):
            use(world, person, 2)
        with world.acting(person) as (session, actor), pytest.raises(Forbidden):
            templates.present(session, actor)
        with world.acting(person) as (session, actor), pytest.raises(Forbidden):
            templates.ask_for_form(session, actor)
    assert in_force(world) == 1


def test_another_blocs_versions_are_out_of_reach(world: World) -> None:
    other = make_world(world.database, name="Khối B")
    leader = other.person(0)
    propose(world, world.person(0), changed())
    with pytest.raises(NotFound, match="template_missing"):
        use(other, leader, 2)
    with other.acting(leader) as (session, actor), pytest.raises(NotFound) as error:
        templates.propose(session, actor, changed(), bloc_year_id=world.year.id or 0, base=1)
    assert error.value.code == "template_foreign"


def test_of_two_proposals_from_one_version_the_first_confirmed_holds(world: World) -> None:
    leader, deputy = world.person(0), world.person(1)
    assert propose(world, leader, changed()).version == 2
    assert propose(world, deputy, changed(drop="supervisions")).version == 3
    use(world, deputy, 3)
    with pytest.raises(Superseded, match="template_used"):
        use(world, deputy, 3)
    with pytest.raises(Superseded, match="template_moved"):
        use(world, leader, 2)
    with pytest.raises(Superseded, match="template_moved"):
        propose(world, leader, changed())
    assert in_force(world) == 3
    # From the present one the same change is possible again.
    assert propose(world, leader, changed(), base=3).version == 4


def test_a_wrong_or_unchanged_template_is_refused(world: World) -> None:
    leader = world.person(0)
    with pytest.raises(Invalid, match="template_same"):
        propose(world, leader, DEFAULT)
    with pytest.raises(TemplateError) as error:
        propose(world, leader, replace(DEFAULT, indicators=(replace(NEW, part="nowhere"),)))
    assert {one.code for one in error.value.problems} >= {"unknown_part"}
    with world.database.transaction() as session:
        assert len(session.exec(select(Template)).all()) == 1


def test_versions_that_are_no_proposals_can_not_be_used(world: World) -> None:
    for version in (0, 1, 99):
        with pytest.raises(NotFound):
            use(world, world.person(0), version)
