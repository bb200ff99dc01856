"""What a year's papers are filled with: defaults, changes by those who lead, what is kept."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.domain import default_texts
from bot.errors import Forbidden, Invalid, Superseded
from bot.models import AuditEntry, BlocYear, SeatRole
from bot.services import papers as service
from bot.services.papers import Papers, papers
from tests.builders import World, make_world


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, 4)


def present(world: World) -> Papers:
    with world.database.transaction() as session:
        year = session.get_one(BlocYear, world.year.id)
        return papers(year, world.bloc)


def test_defaults_are_filled_in(world: World) -> None:
    found = present(world)
    assert found.themes == default_texts.themes(2025)
    assert found.legal_basis == default_texts.LEGAL_BASIS
    assert found.issuer == "Khối A"
    assert found.parent == "Hội đồng Thi đua - Khen thưởng tỉnh Ninh Thuận"
    assert found.place == "Ninh Thuận"
    assert found.own == frozenset()


def test_changed_and_taken_back(world: World) -> None:
    leader, deputy = world.person(0), world.person(1)
    with world.acting(leader) as (session, actor):
        service.add(session, actor, "themes", " Chủ đề mới; \n\nChủ đề mới\nKhác")
        service.put(session, actor, "place", " Phan Rang ")
    found = present(world)
    assert found.themes == (*default_texts.themes(2025), "Chủ đề mới", "Khác")
    assert found.place == "Phan Rang"
    assert found.own == {"themes", "place"}
    with world.acting(deputy) as (session, actor):
        service.drop(session, actor, "themes", 0, 10)
    assert present(world).themes[0] == default_texts.themes(2025)[1]
    # The same tap once more, on a list that has changed since.
    with pytest.raises(Superseded), world.acting(deputy) as (session, actor):
        service.drop(session, actor, "themes", 0, 10)
    with world.acting(deputy) as (session, actor):
        service.reset(session, actor, "themes")
        service.reset(session, actor, "place")
        service.reset(session, actor, "place")
    assert present(world).own == frozenset()
    with world.database.transaction() as session:
        entries = session.exec(
            select(AuditEntry).where(col(AuditEntry.action) == "papers.changed")
        ).all()
    assert [one.body["what"] for one in entries] == ["themes", "place", "themes", "themes", "place"]
    assert "Chủ đề" not in str([one.body for one in entries])


def test_nothing_too_long_or_too_much(world: World) -> None:
    leader = world.person(0)
    for text in (
        "",
        " \n ",
        default_texts.themes(2025)[0],
        "x" * 501,
        "\n".join(map(str, range(13))),
    ):
        with pytest.raises(Invalid), world.acting(leader) as (session, actor):
            service.add(session, actor, "themes", text)
    with pytest.raises(Superseded), world.acting(leader) as (session, actor):
        service.put(session, actor, "themes", "x")
    assert present(world).own == frozenset()


def test_only_those_who_lead(world: World) -> None:
    member, observer = world.person(2), world.person(None, SeatRole.OBSERVER)
    for person in (member, observer, world.person()):
        for act in ("add", "put", "reset"):
            with pytest.raises(Forbidden), world.acting(person) as (session, actor):
                if act == "add":
                    service.add(session, actor, "themes", "x")
                elif act == "put":
                    service.put(session, actor, "place", "x")
                else:
                    service.reset(session, actor, "place")
    with world.acting(observer) as (session, actor):
        assert service.present(session, actor).place == "Ninh Thuận"
    with pytest.raises(Forbidden), world.acting(member) as (session, actor):
        service.present(session, actor)
