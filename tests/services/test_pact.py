"""Targets, signing and approving: rights, races, completion; and how many queries they take."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
import rfc8785
from sqlmodel import Session, col, select

from bot.database import Database
from bot.errors import Expected, Forbidden, NotFound, Superseded
from bot.models import (
    Adoption,
    AuditEntry,
    Person,
    Seat,
    SeatRole,
    Target,
    TextKind,
)
from bot.services import (
    adoption_board,
    adoptions,
    audit,
    blocs,
    commitments,
    mergers,
    signing,
    units,
)
from bot.services.access import Actor
from tests.builders import World, make_world, sent_report
from tests.services.adopting import (
    adoptions_of,
    model,
    plan,
    published,
    ready,
    sign,
    stored,
)

JANUARY = dt.date(2025, 1, 1)
FEBRUARY = dt.date(2025, 2, 1)


def refused(act: Callable[[], object]) -> Expected:
    with pytest.raises(Expected) as caught:
        act()
    return caught.value


def own(world: World, person: Person) -> commitments.Commitment:
    with world.acting(person) as (session, actor):
        return commitments.own(session, actor, with_last=True)


def entries(world: World, action: str) -> list[AuditEntry]:
    with world.database.transaction() as session:
        return list(
            session.exec(
                select(AuditEntry)
                .where(col(AuditEntry.action) == action)
                .order_by(col(AuditEntry.id))
            )
        )


# --- Targets ----------------------------------------------------------------------------------


def test_targets_are_kept_with_their_totals(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    plan(world, member, models_sustained=3, models_new=2, members_new=10)
    plan(world, member, members_new=12)
    found = own(world, member)
    assert found.planned == {"models_sustained": 3, "models_new": 2, "members_new": 12}
    assert found.values["models_total"] == 5
    assert entries(world, "target_set")[-1].body == {
        "unit": world.unit(2).id,
        "year": 2025,
        "targets": {"members_new": "12"},
    }
    with world.acting(member) as (session, actor):
        saved = commitments.set_targets(
            session, actor, world.unit(2).id or 0, {"members_new": None, "models_new": Decimal(4)}
        )
        assert saved.commitment.planned == {"models_sustained": 3, "models_new": 4}
        assert saved.was == {"members_new": "12", "models_new": "2"}
    with world.acting(member) as (session, actor):
        commitments.undo(session, actor, world.unit(2).id or 0, saved.was, saved.now)
    assert own(world, member).planned == found.planned
    # The same once more changes nothing and seals nothing.
    before = len(entries(world, "target_set"))
    plan(world, member, members_new=12)
    assert len(entries(world, "target_set")) == before
    with database.transaction() as session:
        assert audit.verify(session).broken is None


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"models_total": Decimal(3)}, "target_no_field"),
        ({"highlights": Decimal(3)}, "target_no_field"),
        ({"nothing": Decimal(3)}, "target_no_field"),
        ({"members_new": Decimal(-1)}, "value_negative"),
        ({"members_new": Decimal("1.5")}, "value_too_many_decimals"),
        ({"members_new": Decimal(10) ** 15}, "value_too_large"),
    ],
)
def test_impossible_targets_change_nothing(
    database: Database, values: dict[str, Decimal], code: str
) -> None:
    world = make_world(database)
    member = world.person(2)
    plan(world, member, members_new=3)

    def put() -> None:
        with world.acting(member) as (session, actor):
            commitments.set_targets(
                session, actor, world.unit(2).id or 0, {"relief_rounds": Decimal(1), **values}
            )

    assert refused(put).code == code
    assert own(world, member).planned == {"members_new": 3}


def test_last_years_results_are_proposed(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    sent_report(world, member, JANUARY, members_new=3, members_total=100)
    sent_report(world, member, FEBRUARY, members_new=4, members_total=120)
    with database.transaction() as session:
        blocs.open_year(session, world.bloc.id or 0, 2026, world.now)
    found = own(world, member)
    # A flow by its sum, a stock by its last state.
    assert (found.proposed["members_new"], found.proposed["members_total"]) == (7, 120)
    assert "models_total" not in found.proposed
    plan(world, member, members_new=9)
    assert "members_new" not in own(world, member).same()
    assert own(world, member).same("organisation")["members_total"] == 120
    assert own(world, world.person(3)).proposed == {}


def test_targets_of_another_unit_or_year_are_out_of_reach(database: Database) -> None:
    world = make_world(database)
    member, observer = world.person(2), world.person(role=SeatRole.OBSERVER)
    values = {"members_new": Decimal(1)}

    def put(person: Person, unit: int, year: int | None = None) -> Callable[[], object]:
        def act() -> None:
            with world.acting(person) as (session, actor):
                commitments.set_targets(
                    session, actor, world.unit(unit).id or 0, values, year_id=year
                )

        return act

    assert refused(put(member, 3)).code == "targets_not_yours"
    assert refused(put(observer, 2)).code == "members_only"
    with database.transaction() as session:
        blocs.open_year(session, world.bloc.id or 0, 2026, world.now)
    assert refused(put(member, 2, world.year.id)).code == "targets_other_year"
    with database.transaction() as session:
        assert session.exec(select(Target)).all() == []


def test_what_is_signed_stands_still(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    version = published(world)
    ready(world, 2, member)
    sign(world, member, version)
    assert refused(lambda: plan(world, member, members_new=99)).code == "targets_frozen"
    with world.acting(member) as (session, actor):
        signing.withdraw(session, actor, version, "Sửa chỉ tiêu")
    plan(world, member, members_new=99)
    sign(world, member, version)
    kept = adoptions_of(world, version)[-1]
    assert kept.commitment["targets"] == {"members_new": "99"}
    # A new version asks anew, and lets targets be changed before that.
    published(world, why="Bổ sung")
    plan(world, member, members_new=100)
    assert adoptions_of(world, version)[-1].commitment["targets"] == {"members_new": "99"}


# --- Signing ----------------------------------------------------------------------------------


def test_a_pact_needs_model_product_and_target(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    version = published(world)

    def missing() -> object:
        error = refused(lambda: sign(world, member, version))
        assert error.code == "pact_incomplete"
        return error.values["missing"]

    assert missing() == ("model", "product", "target")
    model(world, 2, product="")
    assert missing() == ("product", "target")
    plan(world, member, members_new=0)
    assert missing() == ("product",)
    assert adoptions_of(world, version) == []
    model(world, 2, "Một mô hình nữa")
    sign(world, member, version)
    assert len(adoptions_of(world, version)) == 1


def test_a_signature_is_kept_and_sealed(database: Database) -> None:
    world = make_world(database)
    member = world.person(2, name="Nguyễn Văn An")
    version = published(world)
    model(world, 2, "Ngôi nhà xanh", "Sổ tay")
    plan(world, member, members_new=10, models_new=1)
    sign(world, member, version, " Chủ  tịch ")
    (kept,) = adoptions_of(world, version)
    assert (kept.unit_name, kept.person_name, kept.post) == (
        "Unit number 3",
        "Nguyễn Văn An",
        "Chủ tịch",
    )
    assert kept.at == world.now
    targets = {"members_new": "10", "models_new": "1"}
    assert kept.commitment["targets"] == targets
    assert [one["product"] for one in kept.commitment["models"]] == ["Sổ tay"]  # type: ignore[attr-defined]
    again = hashlib.sha256(rfc8785.dumps(kept.commitment)).hexdigest()  # type: ignore[arg-type]
    assert kept.commitment_hash == again
    (entry,) = entries(world, "text_adopted")
    assert entry.body == {
        "adoption": kept.id,
        "unit": world.unit(2).id,
        "text": "pact",
        "version": 1,
        "version_id": version,
        "sha256": stored(world, version).sha256,
        "commitment": again,
        "signer": adoptions.signer_hash(kept),
    }
    with database.transaction() as session:
        assert audit.verify(session).broken is None


def test_other_texts_need_no_commitment(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    for kind in (TextKind.REGULATION, TextKind.PLAN):
        version = published(world, kind)
        sign(world, member, version)
        (kept,) = adoptions_of(world, version)
        assert (kept.commitment, kept.commitment_hash) == ({}, "")


def test_only_the_signatory_signs(database: Database) -> None:
    world = make_world(database)
    version = published(world, TextKind.PLAN)
    clerk = world.person(2, SeatRole.REPRESENTATIVE)
    observer = world.person(role=SeatRole.OBSERVER)
    stranger = world.person()
    abroad = make_world(database, name="Khối B").person(2)
    for person, error in (
        (clerk, Forbidden("signatories_only")),
        (observer, Forbidden("members_only")),
        (stranger, Forbidden("no_seat")),
        (abroad, NotFound("text_unknown")),
    ):
        found = refused(lambda person=person: sign(world, person, version))  # type: ignore[misc]
        assert (type(found), found.code) == (type(error), error.code)
    assert adoptions_of(world, version) == []
    with world.acting(clerk) as (session, actor):
        assert signing.prepare(session, actor, version).text.id == version


@pytest.mark.parametrize(
    ("name", "post", "code"),
    [
        ("", "Chủ tịch", "signer_name_empty"),
        ("An", "\u200b ", "signer_post_empty"),
        ("x" * 101, "Chủ tịch", "text_too_long"),
        ("An", "x" * 101, "text_too_long"),
    ],
)
def test_name_and_post_have_to_be_there(
    database: Database, name: str, post: str, code: str
) -> None:
    world = make_world(database)
    member = world.person(2)
    version = published(world, TextKind.PLAN)

    def act() -> None:
        with world.acting(member) as (session, actor):
            signing.adopt(session, actor, version, name, post)

    assert refused(act).code == code


def test_the_second_signature_is_refused(database: Database) -> None:
    world = make_world(database)
    first, second = world.person(2, name="An"), world.person(2, name="Bình")
    version = published(world, TextKind.PLAN)
    sign(world, first, version)
    for person, mine in ((first, True), (second, False)):
        error = refused(lambda person=person: sign(world, person, version))  # type: ignore[misc]
        assert error.code == "adopted_already"
        assert (error.values["person"], error.values["mine"]) == ("An", mine)
    assert len(adoptions_of(world, version)) == 1
    assert len(entries(world, "text_adopted")) == 1


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """What comes of acts that begin at the same moment: a result or an error each."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[index] = act()
        except Expected as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_two_of_a_unit_sign_at_once(database: Database) -> None:
    world = make_world(database)
    people = [world.person(2, name=name) for name in ("An", "Bình", "Chi")]
    version = published(world)
    ready(world, 2, people[0])
    results = at_once([lambda one=one: sign(world, one, version) for one in people])  # type: ignore[misc]
    signed = [one for one in results if isinstance(one, Adoption)]
    late = [one for one in results if isinstance(one, Superseded)]
    assert (len(signed), len(late)) == (1, 2)
    assert {one.code for one in late} == {"adopted_already"}
    assert {one.values["person"] for one in late} == {signed[0].person_name}
    assert len(adoptions_of(world, version)) == 1
    with database.transaction() as session:
        assert audit.verify(session).broken is None


def test_the_last_units_sign_at_once_and_it_is_complete(database: Database) -> None:
    world = make_world(database, 3)
    people = [world.person(index) for index in range(3)]
    version = published(world, TextKind.REGULATION)
    results = at_once([lambda one=one: sign(world, one, version) for one in people])  # type: ignore[misc]
    assert all(isinstance(one, Adoption) for one in results)
    assert stored(world, version).complete_at == world.now
    assert sorted(world.told("pact_complete")) == [(one.id, "pact_complete") for one in people]


def test_a_target_changed_beside_the_signature_is_signed_or_refused(database: Database) -> None:
    world = make_world(database)
    signatory, clerk = world.person(2), world.person(2, SeatRole.REPRESENTATIVE)
    version = published(world)
    ready(world, 2, signatory)
    at_once([lambda: sign(world, signatory, version), lambda: plan(world, clerk, members_new=77)])
    (kept,) = adoptions_of(world, version)
    planned = own(world, clerk).planned["members_new"]
    assert kept.commitment["targets"] == {"members_new": str(planned)}


def test_a_version_published_meanwhile(database: Database) -> None:
    world = make_world(database)
    member, leader = world.person(2), world.person(0)
    ready(world, 2, member)
    ready(world, 0, leader)
    old = published(world)
    sign(world, leader, old)
    new = published(world, body="Giao ước mới", why="Bổ sung chỉ tiêu")
    error = refused(lambda: sign(world, member, old))
    assert error.code == "version_replaced"
    assert (error.values["old"], error.values["new"]) == (1, 2)
    assert len(adoptions_of(world, old)) == 1
    with world.acting(leader) as (session, actor):
        (line,) = adoptions.home(session, actor).lines
        assert (line.text.id, line.adopted, line.signed) == (new, None, 0)
        assert line.before is not None
        assert line.before.version_id == old

    # The old signature stays with its version, and can't be taken back any more.
    def back() -> None:
        with world.acting(leader) as (session, actor):
            signing.withdraw(session, actor, old, "why")

    assert refused(back).code == "version_replaced"
    sign(world, leader, new)
    assert len(adoptions_of(world, new)) == 1


def test_a_seat_taken_away_signs_nothing(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    version = published(world, TextKind.PLAN)
    with database.transaction() as session:
        actor = world.actor(session, member)
    with database.transaction() as session:
        seat = session.exec(select(Seat).where(col(Seat.person_id) == member.id)).one()
        seat.role = SeatRole.REPRESENTATIVE
        session.add(seat)
    with pytest.raises(Forbidden), database.transaction() as session:
        signing.adopt(session, actor, version, "An", "Chủ tịch")


def test_last_years_text_is_not_signed_any_more(database: Database) -> None:
    world = make_world(database)
    member = world.person(2)
    version = published(world, TextKind.PLAN)
    with database.transaction() as session:
        blocs.open_year(session, world.bloc.id or 0, 2026, world.now)
    assert refused(lambda: sign(world, member, version)).code == "pact_year_over"
    with world.acting(member) as (session, actor):
        assert adoptions.home(session, actor).lines == []
        assert adoptions.owed(session, actor) == []


# --- Complete ---------------------------------------------------------------------------------


def signed_by(world: World, version: int, *indices: int) -> list[Person]:
    people = [world.person(index) for index in indices]
    for one in people:
        sign(world, one, version)
    return people


def home(world: World, person: Person) -> adoptions.Home:
    with world.acting(person) as (session, actor):
        return adoptions.home(session, actor)


def test_everybody_is_told_when_all_have_signed(database: Database) -> None:
    world = make_world(database, 3)
    observer = world.person(role=SeatRole.OBSERVER)
    version = published(world, TextKind.PLAN)
    people = signed_by(world, version, 0, 1)
    assert stored(world, version).complete_at is None
    assert world.told("pact_complete") == []
    people += signed_by(world, version, 2)
    assert stored(world, version).complete_at == world.now
    told = {person for person, _ in world.told("pact_complete")}
    assert told == {observer.id, *(one.id for one in people)}
    assert len(entries(world, "text_complete")) == 1

    def back() -> None:
        with world.acting(people[0]) as (session, actor):
            signing.withdraw(session, actor, version, "why")

    assert refused(back).code == "text_complete"


def test_a_unit_that_joins_later_owes_and_takes_nothing(database: Database) -> None:
    world = make_world(database, 3)
    version = published(world, TextKind.PLAN)
    people = signed_by(world, version, 0, 1, 2)
    complete_at = stored(world, version).complete_at
    with world.acting(people[0]) as (session, actor):
        added = units.add(session, actor, units.parse("Hội mới; Mới"))
        session.flush()
    world.created = blocs.Created(world.bloc, world.year, (*world.units, added), ())
    newcomer = world.person(3)
    (line,) = home(world, newcomer).lines
    assert (line.signed, line.units, line.complete) == (3, 4, False)
    with world.acting(newcomer) as (session, actor):
        assert [one.id for one in adoptions.owed(session, actor)] == [version]
    with world.acting(people[0]) as (session, actor):
        assert adoptions.owed(session, actor) == []
        found = adoption_board.board(session, actor, version)
        assert [one.unit for one in found.owing] == ["Mới"]
    world.now += dt.timedelta(days=3)
    told = len(world.told("pact_complete"))
    sign(world, newcomer, version)
    assert stored(world, version).complete_at == complete_at
    # The newcomer gets it; the others had it before.
    assert [person for person, _ in world.told("pact_complete")][told:] == [newcomer.id]


def test_a_unit_that_closes_leaves_it_complete(database: Database) -> None:
    world = make_world(database, 4)
    version = published(world, TextKind.PLAN)
    people = signed_by(world, version, 0, 1, 3)
    with world.acting(people[0]) as (session, actor):
        units.close(session, actor, world.unit(3).id or 0)
    assert stored(world, version).complete_at is None
    with world.acting(people[0]) as (session, actor):
        units.close(session, actor, world.unit(2).id or 0)
    assert stored(world, version).complete_at == world.now
    assert {person for person, _ in world.told("pact_complete")} == {
        people[0].id,
        people[1].id,
    }
    with world.acting(people[0]) as (session, actor):
        found = adoption_board.board(session, actor, version)
        assert [one.unit for one in found.lines] == ["U1", "U2"]
        assert [one.unit_name for one in found.past] == ["Unit number 4"]


def test_a_merged_unit_leaves_its_signature_as_history(database: Database) -> None:
    world = make_world(database, 4)
    version = published(world, TextKind.PLAN)
    people = signed_by(world, version, 0, 1, 2)
    with world.acting(people[0]) as (session, actor):
        mergers.merge(
            session,
            actor,
            world.unit(2).id or 0,
            world.unit(3).id or 0,
            units.parse("Hội hợp nhất; HN"),
        )
    with world.acting(people[2]) as (session, actor):
        assert [one.id for one in adoptions.owed(session, actor)] == [version]
        found = adoption_board.board(session, actor, version)
        assert [one.unit for one in found.owing] == ["HN"]
        assert [one.unit_name for one in found.past] == ["Unit number 3"]
    sign(world, people[2], version)
    assert stored(world, version).complete_at == world.now


def test_merged_into_one_that_has_signed_it_is_complete(database: Database) -> None:
    world = make_world(database, 3)
    version = published(world, TextKind.PLAN)
    people = signed_by(world, version, 0, 1)
    with world.acting(people[0]) as (session, actor):
        mergers.merge(session, actor, world.unit(1).id or 0, world.unit(2).id or 0)
    assert stored(world, version).complete_at == world.now


# --- Withdrawing ------------------------------------------------------------------------------


def test_withdrawing_with_a_reason(database: Database) -> None:
    world = make_world(database)
    leader, member, clerk = (
        world.person(0),
        world.person(2),
        world.person(2, SeatRole.REPRESENTATIVE),
    )
    version = published(world, TextKind.PLAN)
    sign(world, member, version)

    def back(person: Person, why: str) -> Callable[[], object]:
        def act() -> Adoption:
            with world.acting(person) as (session, actor):
                return signing.withdraw(session, actor, version, why)

        return act

    assert refused(back(clerk, "why")).code == "signatories_only"
    assert refused(back(member, " ")).code == "withdraw_reason_needed"
    assert refused(back(member, "x" * 501)).code == "text_too_long"
    assert refused(back(leader, "why")).code == "adoption_gone"
    back(member, "Ký nhầm")()
    (kept,) = adoptions_of(world, version)
    assert (kept.withdrawn_at, kept.withdrawn_by, kept.withdrawn_why) == (
        world.now,
        member.id,
        "Ký nhầm",
    )
    assert refused(back(member, "again")).code == "adoption_gone"
    (entry,) = entries(world, "adoption_withdrawn")
    assert "Ký nhầm" not in str(entry.body)
    assert world.told("adoption_withdrawn") == [
        (leader.id, "adoption_withdrawn"),
        (clerk.id, "adoption_withdrawn"),
    ]
    sign(world, member, version)
    assert [one.withdrawn_at is None for one in adoptions_of(world, version)] == [False, True]


# --- Asking the signatory, reminding ----------------------------------------------------------


def test_a_representative_asks_the_signatory_once(database: Database) -> None:
    world = make_world(database)
    clerk, other = (world.person(2, SeatRole.REPRESENTATIVE) for _ in range(2))
    version = published(world, TextKind.PLAN)

    def ask(person: Person) -> list[str]:
        with world.acting(person) as (session, actor):
            return signing.tell_signatory(session, actor, version)

    assert refused(lambda: ask(clerk)).code == "no_signatory"
    signatory = world.person(2, name="An")
    assert ask(clerk) == ["An"]
    assert refused(lambda: ask(other)).code == "signatory_asked"
    assert world.told("pact_ready") == [(signatory.id, "pact_ready")]
    world.now += dt.timedelta(hours=12)
    assert ask(other) == ["An"]
    sign(world, signatory, version)
    assert refused(lambda: ask(other)).code == "adopted_already"


def test_reminding_reaches_only_those_who_owe(database: Database) -> None:
    world = make_world(database, 5)
    leader, deputy = world.person(0), world.person(1)
    signed, owing = world.person(2), world.person(3)
    blocked = world.person(3)
    with database.transaction() as session:
        session.get_one(Person, blocked.id).blocked_at = world.now
    version = published(world, TextKind.PLAN)
    for one in (leader, deputy, signed):
        sign(world, one, version)

    def nudge(person: Person) -> adoption_board.Plan:
        with world.acting(person) as (session, actor):
            return adoption_board.nudge(session, actor, version)

    assert refused(lambda: nudge(signed)).code == "reviewers_only"
    done = nudge(leader)
    assert [line.unit for line in done.lines] == ["U4"]
    assert [line.unit for line in done.silent] == ["U5"]
    assert world.told("nudge_pact") == [(owing.id, "nudge_pact")]
    again = refused(lambda: nudge(deputy))
    assert (again.code, again.values["again"]) == (
        "nudged_lately",
        world.now + adoption_board.NUDGE_PAUSE,
    )
    world.now += adoption_board.NUDGE_PAUSE
    nudge(deputy)
    sign(world, owing, version)
    assert refused(lambda: nudge(leader)).code == "nobody_to_reach"


def test_members_see_who_signed_and_nobodys_people(database: Database) -> None:
    world = make_world(database)
    member, leader, observer = (
        world.person(2),
        world.person(0),
        world.person(role=SeatRole.OBSERVER),
    )
    version = published(world, TextKind.PLAN)
    sign(world, leader, version)
    for person, reads, may in (
        (member, False, False),
        (leader, True, True),
        (observer, True, False),
    ):
        with world.acting(person) as (session, actor):
            found = adoption_board.board(session, actor, version)
        assert [line.unit for line in found.signed] == ["U1"]
        assert (found.reads, found.may_nudge) == (reads, may)
        assert any(line.people for line in found.lines) is reads
    abroad = make_world(database, name="Khối B").person(0)
    with pytest.raises(NotFound), world.acting(abroad) as (session, actor):
        adoption_board.board(session, actor, version)


# --- Queries ----------------------------------------------------------------------------------


def test_the_number_of_queries_does_not_grow(database: Database) -> None:
    from tests.services.test_standing import counted

    taken = []
    for count in (3, 60):
        world = make_world(database, count, name=f"Khối {count}")
        leader, member = world.person(0), world.person(2)
        version = published(world)
        for index in range(3, count):
            sign_as_unit(world, version, index, leader)
        ready(world, 2, member)
        steps: dict[str, int] = {}

        def take(
            name: str,
            person: Person,
            act: Callable[[Session, Actor], object],
            world: World = world,
            steps: dict[str, int] = steps,
        ) -> None:
            with counted(database) as seen, world.acting(person) as (session, actor):
                act(session, actor)
            steps[name] = len(seen)

        take("home", member, adoptions.home)
        take("owed", member, adoptions.owed)
        take("prepare", member, lambda s, a, v=version: signing.prepare(s, a, v))  # type: ignore[misc]
        take("board", leader, lambda s, a, v=version: adoption_board.board(s, a, v))  # type: ignore[misc]
        take("plan", leader, lambda s, a, v=version: adoption_board.plan(s, a, v))  # type: ignore[misc]
        take(
            "adopt",
            member,
            lambda s, a, v=version: signing.adopt(s, a, v, "An", "Chủ tịch"),  # type: ignore[misc]
        )
        taken.append(steps)
    assert taken[0] == taken[1]
    assert max(taken[0].values()) <= 20


def sign_as_unit(world: World, version: int, index: int, by: Person) -> None:
    with world.database.transaction() as session:
        session.add(
            Adoption(
                version_id=version,
                unit_id=world.unit(index).id or 0,
                unit_name="x",
                person_id=by.id or 0,
                person_name="x",
                post="x",
                at=world.now,
            )
        )
