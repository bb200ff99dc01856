"""The stage of the rights matrix: two blocs full of marked data, and everybody who may come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy import text as sql
from sqlmodel import Session, col

from bot.database import Database
from bot.domain.report import Value, zero_for_empty
from bot.domain.template import TEXT
from bot.models import (
    BlocYear,
    EvidenceKind,
    Person,
    Report,
    Seat,
    SeatRole,
    Target,
    Unit,
)
from bot.services import (
    blocs,
    evidence,
    invitations,
    report_sending,
    reports,
    review,
    templates,
    units,
)
from bot.services.figures import template_of
from tests.builders import World, make_world
from tests.flows.phone import file
from tests.flows.rights_models import enter_models
from tests.flows.rights_movements import start_movements
from tests.flows.rights_pact import adopt_texts, holders_of
from tests.flows.rights_roles import ROLES
from tests.flows.rights_texts import work_on_texts

#: Noon in Vietnam: January is approved, February sent, March complete, April begun.
NOW = dt.datetime(2025, 4, 10, 5, 0, tzinfo=dt.UTC)
JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2025, month, 1) for month in (1, 2, 3, 4))
_REPRESENTATIVE, _OBSERVER = SeatRole.REPRESENTATIVE, SeatRole.OBSERVER


class Sandbox(Database):
    """The same database, everything in one transaction that is undone at the end.

    What commits in it ends a savepoint: the code under test sees no difference.
    """

    def __init__(self, database: Database) -> None:
        self.__dict__.update(database.__dict__)
        self.connection: Connection | None = None

    @contextmanager
    def undone(self) -> Iterator[Connection]:
        """A block whose every effect is undone."""
        with self.engine.connect() as connection:
            outer = connection.begin()
            self.connection = connection
            try:
                yield connection
            finally:
                self.connection = None
                outer.rollback()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        if self.connection is None:
            with super().transaction() as session:
                yield session
            return
        with Session(
            self.connection,
            expire_on_commit=False,
            info=self.info,
            join_transaction_mode="create_savepoint",
        ) as session:
            yield session
            session.commit()


@dataclass(frozen=True)
class Subject:
    """A unit that is acted upon, with the ids of all that is its own."""

    bloc: str
    unit: int
    ids: dict[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return f"{self.bloc}{self.unit}"


@dataclass
class Stage:
    """Both blocs, whoever comes, and what is acted upon."""

    sandbox: Sandbox
    worlds: dict[str, World]
    people: dict[str, Person]
    #: The draft that is a person's own unit's, by the person's id.
    drafts: dict[int, int]
    subjects: tuple[Subject, ...]


# --- Setting the stage ------------------------------------------------------------------------


def set_stage(database: Database) -> Stage:
    """Both blocs with everything in them; committed, for many cells to be played on."""
    sandbox = Sandbox(database)
    worlds = {"A": make_world(database, 6, name="BlcA"), "B": make_world(database, 3, name="BlcB")}
    subjects = []
    for letter, world in worlds.items():
        world.database, world.now = sandbox, NOW
        _mark_names(letter, world)
        holders = {
            index: world.person(index, name=f"Per{letter}{index}")
            for index in range(len(world.units))
        }
        world.person(None, _OBSERVER, name=f"Per{letter}9")
        for index, holder in holders.items():
            _fill(letter, world, index, holder)
        _plan(world, holders)
        for index in range(len(world.units)):
            _send(letter, world, index, holders[index], holders[1 if index == 0 else 0])
        for index in (0, 1, 2):
            ids = _ids(letter, world, index, holders)
            if (letter, index) != ("B", 1):
                subjects.append(Subject(letter, index, ids))
        _propose(letter, world, holders[0])
    for subject in subjects:
        _newest(worlds[subject.bloc], subject)
    people = _people(worlds)
    adopted = {}
    with worlds["A"].acting(worlds["A"].admin()) as (session, actor):
        blocs.appoint(session, actor, worlds["A"].unit(5).id or 0, "leader")
        session.flush()
        blocs.appoint(session, actor, worlds["A"].unit(0).id or 0, "leader")
        session.flush()
        units.close(session, actor, worlds["A"].unit(4).id or 0)
        session.flush()
    for letter, world in worlds.items():
        adopted[letter] = adopt_texts(letter, world, holders_of(world))
        adopted[letter] |= work_on_texts(letter, world, holders_of(world))
        entered = enter_models(letter, world, holders_of(world))
        for subject in subjects:
            if subject.bloc == letter:
                subject.ids.update(entered[subject.unit])
    for subject in subjects:
        subject.ids.update(adopted[subject.bloc])
        subject.ids["comment"] = subject.ids[f"comment_{subject.unit}"]
    start_movements(worlds, subjects)
    with sandbox.transaction() as session:
        # What was told until now is no part of the matrix.
        session.exec(sql("DELETE FROM out_message"))  # type: ignore[call-overload]
        session.exec(sql("DELETE FROM job"))  # type: ignore[call-overload]
    return Stage(sandbox, worlds, people, _drafts(worlds, people), tuple(subjects))


def _drafts(worlds: dict[str, World], people: dict[str, Person]) -> dict[int, int]:
    found = {}
    for role in ROLES:
        if role.unit is not None:
            with worlds[role.bloc].database.transaction() as session:
                draft = _report(session, worlds[role.bloc], role.unit, APRIL)
                found[people[role.name].id or 0] = draft.id or 0
    return found


def _mark_names(letter: str, world: World) -> None:
    with world.database.transaction() as session:
        for index, one in enumerate(world.units):
            unit = session.get_one(Unit, one.id)
            unit.name, unit.short_name = f"Org{letter}{index} office", f"Uni{letter}{index}"
            session.add(unit)
            session.execute(
                sql("UPDATE unit_name SET name = :name, short_name = :short WHERE unit_id = :id"),
                {"name": unit.name, "short": unit.short_name, "id": unit.id},
            )
        year = session.get_one(BlocYear, world.year.id)
        # Numbers that mean nothing in the other bloc.
        year.last_number = {"A": 4100, "B": 7100}[letter]
        session.add(year)


def _fill(letter: str, world: World, index: int, person: Person) -> None:
    """Four months of a unit: all but the last complete, with words and files."""
    mark = f"{letter}{index}"
    with world.acting(person) as (session, actor):
        for month in (JANUARY, FEBRUARY, MARCH, APRIL):
            report = reports.open_month(session, actor, month)
            report_id = report.id or 0
            sent = month in (JANUARY, FEBRUARY)
            template = template_of(session, report.bloc_year_id, report.template_version)
            words = ("Snt" if sent else "Dra") + mark
            given: dict[str, Value] = {"highlights": words}
            if month == APRIL:
                given["opinions_received"] = Decimal(3)
            else:
                given |= {
                    one.code: words for one in template.inputs if one.required and one.type == TEXT
                }
                given = {**zero_for_empty(template, given), **given}
                given["members_total"] = Decimal(40 + index)
            reports.change(session, actor, report_id, given)
            name, key = ("Fst", "Ist") if sent else ("Fdr", "Idr")
            evidence.attach(
                session,
                actor,
                report_id,
                None,
                file(f"{name}{mark}.pdf", key=f"{key}{mark}", kind=EvidenceKind.DOCUMENT),
            )


def _plan(world: World, holders: dict[int, Person]) -> None:
    """A target of every unit's."""
    with world.database.transaction() as session:
        for index, unit in enumerate(world.units):
            session.add(
                Target(
                    bloc_year_id=world.year.id or 0,
                    unit_id=unit.id or 0,
                    indicator="sessions_outreach",
                    planned="100",
                    changed_by=holders[index].id or 0,
                    changed_at=NOW,
                )
            )


def _report(session: Session, world: World, index: int, month: dt.date) -> Report:
    return session.scalars(
        select(Report).where(
            col(Report.unit_id) == world.unit(index).id, col(Report.month) == month
        )
    ).one()


def _send(letter: str, world: World, index: int, person: Person, reviewer: Person) -> None:
    with world.acting(person) as (session, actor):
        for month in (JANUARY, FEBRUARY):
            found = _report(session, world, index, month)
            report_sending.send(session, actor, found.id or 0)
    with world.acting(reviewer) as (session, actor):
        found = _report(session, world, index, JANUARY)
        review.approve(session, actor, found.number, f"Cmt{letter}{index}")


def _ids(letter: str, world: World, index: int, holders: dict[int, Person]) -> dict[str, Any]:
    unit_id = world.unit(index).id or 0
    bloc_id = world.bloc.id or 0
    with world.acting(world.admin()) as (session, actor):
        invitation, secret = invitations.issue(
            session, actor, unit_id=unit_id, role=_REPRESENTATIVE
        )
        for_observer, _ = invitations.issue(
            session, actor, unit_id=None, role=_OBSERVER, bloc_id=bloc_id
        )
        sent = _report(session, world, index, FEBRUARY)
        draft = _report(session, world, index, APRIL)
        seats = session.scalars(select(Seat).where(col(Seat.person_id) == holders[index].id)).one()
        watcher = session.scalars(
            select(Seat).where(col(Seat.bloc_id) == bloc_id, col(Seat.unit_id).is_(None))
        ).one()
        files = {
            name: session.execute(
                sql("SELECT id FROM evidence WHERE report_id = :id"), {"id": report.id}
            ).scalar_one()
            for name, report in (("file", draft), ("sent_file", sent))
        }
        return {
            "bloc": bloc_id,
            "unit": unit_id,
            "other": world.unit(2 if index < 2 else 1).id,
            "draft": draft.id,
            "full": _report(session, world, index, MARCH).id,
            "approved": _report(session, world, index, JANUARY).id,
            "sent": sent.id,
            "number": sent.number,
            "round": sent.round,
            "seat": seats.id,
            "watcher": watcher.id,
            "invitation": invitation.id,
            "secret": secret,
            "observing": for_observer.id,
            "version": {"A": 2, "B": 5}[letter],
            **files,
        }


def _newest(world: World, subject: Subject) -> None:
    """The newest invitations, which a button that makes another one has to name."""
    bloc_id = world.bloc.id or 0
    with world.database.transaction() as session:
        unit_id = subject.ids["unit"]
        subject.ids["latest"] = invitations.latest(session, bloc_id, unit_id)
        subject.ids["latest_observing"] = invitations.latest(session, bloc_id, None)


def _propose(letter: str, world: World, leader: Person) -> None:
    """A changed template that waits for its confirmation, under a version of its bloc's own."""
    with world.acting(leader) as (session, actor):
        present = templates.present(session, actor)
        rows = tuple(
            replace(one, required=False) if one.code == "supervisions" else one
            for one in present.template.indicators
        )
        found = templates.propose(
            session,
            actor,
            replace(present.template, indicators=rows),
            bloc_year_id=world.year.id or 0,
            base=1,
        )
        session.flush()
        session.execute(
            sql("UPDATE template SET version = :new WHERE bloc_year_id = :year AND version = :old"),
            {"new": {"A": 2, "B": 5}[letter], "year": world.year.id, "old": found.version},
        )


def _people(worlds: dict[str, World]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for role in ROLES:
        name = "Somebody"
        if role.admin:
            people[role.name] = worlds["A"].admin()
        elif role.seat is not None and not role.past:
            people[role.name] = worlds[role.bloc].person(role.unit, role.seat, name=name)
        else:
            people[role.name] = worlds["A"].person(name=name)
    home, abroad = worlds["A"], worlds["B"]
    home.sit(people["ex-member"], 2)
    home.sit(people["ex-leader"], 0)
    home.sit(people["ex-observer"], None, _OBSERVER)
    home.sit(people["of a closed unit"], 4)
    home.sit(people["leader acting elsewhere"], 0)
    with home.database.transaction() as session:
        for name in ("ex-member", "ex-leader", "ex-observer"):
            end_seats(session, people[name])
    abroad.now = NOW + dt.timedelta(minutes=1)  # the later choice is the one that counts
    abroad.sit(people["leader acting elsewhere"], 2, _REPRESENTATIVE)
    abroad.now = NOW
    return people


def end_seats(session: Session, person: Person) -> None:
    """End every seat of a person, as a removal does."""
    for seat in session.scalars(select(Seat).where(col(Seat.person_id) == person.id)):
        seat.until = NOW
        session.add(seat)
