"""Invitations: once, for a time, until revoked; and who may make them."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.errors import Expected, Forbidden, Invalid, NotFound
from bot.models import AuditEntry, Invitation, OutMessage, Person, Seat, SeatRole
from bot.services import blocs, invitations, units
from bot.services.invitations import KEY
from tests.builders import NOW, World, make_world


def _accept(world: World, person: Person, secret: str, now: dt.datetime = NOW):
    with world.database.transaction() as session:
        return invitations.accept(session, session.get_one(Person, person.id), secret, now)


def test_a_secret_leads_to_its_seat_and_is_not_kept(database: Database) -> None:
    world = make_world(database)
    leader, other = world.person(0), world.person(2, SeatRole.REPRESENTATIVE)
    guest = world.person()
    secret = world.secret(2, SeatRole.SIGNATORY)
    accepted = _accept(world, guest, secret)
    assert accepted.new
    assert accepted.unit is not None and accepted.unit.short_name == "U3"
    with world.acting(guest) as (session, actor):
        assert actor.is_signatory
        assert actor.unit is not None and actor.unit.id == world.unit(2).id
        kept = session.exec(select(Invitation)).all()
        assert not any(secret in str(one.model_dump()) for one in kept)
        last = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
        assert last is not None and last.action == "seat.taken"
        assert guest.name not in str(last.body)
    assert sorted(world.told("joined")) == sorted([(leader.id, "joined"), (other.id, "joined")])


def test_secrets_differ_and_fit_into_a_deep_link(database: Database) -> None:
    world = make_world(database, 3)
    secrets = {invite.secret for invite in world.created.invites}
    assert len(secrets) == 6
    for secret in secrets:
        assert 22 <= len(secret) <= 64
        assert secret.replace("-", "").replace("_", "").isalnum()
    assert invitations.link("a_bot", "xyz") == "https://t.me/a_bot?start=xyz"


def test_it_works_once(database: Database) -> None:
    world = make_world(database)
    first, second = world.person(), world.person()
    secret = world.secret(2)
    _accept(world, first, secret)
    with pytest.raises(Invalid) as caught:
        _accept(world, second, secret)
    assert caught.value.code == "invitation_used"
    with world.acting(second) as (_, actor):
        assert actor.seat is None


def test_whoever_sits_there_keeps_the_seat_and_the_invitation_stays_good(
    database: Database,
) -> None:
    world = make_world(database)
    member, guest = world.person(2), world.person()
    accepted = _accept(world, member, world.secret(2))
    assert not accepted.new
    assert _accept(world, guest, world.secret(2)).new


def test_pressing_start_twice_is_harmless(database: Database) -> None:
    world = make_world(database)
    guest = world.person()
    assert _accept(world, guest, world.secret(2)).new
    assert not _accept(world, guest, world.secret(2)).new


@pytest.mark.parametrize(("days", "works"), [(29, True), (30, False), (400, False)])
def test_it_expires(database: Database, days: int, works: bool) -> None:
    world = make_world(database)
    guest, later = world.person(), NOW + dt.timedelta(days=days)
    if works:
        assert _accept(world, guest, world.secret(1), later).new
    else:
        with pytest.raises(Invalid, match="invitation_expired"):
            _accept(world, guest, world.secret(1), later)


@pytest.mark.parametrize("secret", ["", "x", "a" * 32, "a" * 65, "../../etc", "é" * 30, "a b"])
def test_an_unknown_secret_reveals_nothing(database: Database, secret: str) -> None:
    world = make_world(database)
    with pytest.raises(NotFound) as caught:
        _accept(world, world.person(), secret)
    assert (caught.value.code, caught.value.values) == ("invitation_unknown", {})


def test_a_revoked_one_no_longer_works(database: Database) -> None:
    world = make_world(database)
    leader, guest = world.person(0), world.person()
    with world.acting(leader) as (session, actor):
        invitation, secret = invitations.issue(
            session, actor, unit_id=world.unit(2).id, role=SeatRole.REPRESENTATIVE
        )
    with world.acting(leader) as (session, actor):
        invitations.revoke(session, actor, invitation.id or 0)
    with pytest.raises(Invalid, match="invitation_revoked"):
        _accept(world, guest, secret)
    with world.acting(leader) as (session, actor):
        left = invitations.open_of(session, world.unit(2).id, NOW)
        assert invitation.id not in [one.id for one in left]


def test_two_at_once_one_wins(database: Database) -> None:
    world = make_world(database)
    guests = [world.person() for _ in range(4)]
    start = threading.Barrier(len(guests))
    outcomes: list[str] = []

    def race(guest: Person) -> None:
        start.wait()
        try:
            _accept(world, guest, world.secret(2))
            outcomes.append("in")
        except Expected as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=race, args=(guest,)) for guest in guests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "invitation_used", "invitation_used", "invitation_used"]
    with world.database.transaction() as session:
        assert len(session.exec(select(Seat)).all()) == 1


SIGNATORY, REPRESENTATIVE, OBSERVER = (
    SeatRole.SIGNATORY,
    SeatRole.REPRESENTATIVE,
    SeatRole.OBSERVER,
)


@pytest.mark.parametrize(
    ("who", "unit", "role", "allowed"),
    [
        ("leader", 3, SIGNATORY, True),
        ("leader", 3, REPRESENTATIVE, True),
        ("leader", None, OBSERVER, True),
        ("deputy", 3, SIGNATORY, True),
        ("admin", 3, SIGNATORY, True),
        ("admin", None, OBSERVER, True),
        ("signatory", 2, REPRESENTATIVE, True),
        ("signatory", 2, SIGNATORY, False),
        ("signatory", 3, REPRESENTATIVE, False),
        ("signatory", None, OBSERVER, False),
        ("representative", 2, REPRESENTATIVE, False),
        ("observer", 2, REPRESENTATIVE, False),
        ("observer", None, OBSERVER, False),
        ("stranger", 2, REPRESENTATIVE, False),
    ],
)
def test_who_may_invite_whom(
    database: Database, who: str, unit: int | None, role: SeatRole, allowed: bool
) -> None:
    world = make_world(database)
    person = {
        "leader": lambda: world.person(0, REPRESENTATIVE),
        "deputy": lambda: world.person(1, REPRESENTATIVE),
        "admin": world.admin,
        "signatory": lambda: world.person(2),
        "representative": lambda: world.person(2, REPRESENTATIVE),
        "observer": lambda: world.person(None, OBSERVER),
        "stranger": world.person,
    }[who]()
    with world.acting(person) as (session, actor):
        unit_id = None if unit is None else world.unit(unit).id
        if allowed:
            invitation, _ = invitations.issue(
                session, actor, unit_id=unit_id, role=role, bloc_id=world.bloc.id
            )
            assert (invitation.unit_id, invitation.role) == (unit_id, role)
        else:
            with pytest.raises((Forbidden, NotFound)):
                invitations.issue(session, actor, unit_id=unit_id, role=role)


def test_another_blocs_units_and_invitations_do_not_exist(database: Database) -> None:
    world, foreign = make_world(database), make_world(database, name="Khối B")
    leader, stranger = world.person(0), foreign.person(0)
    with world.acting(leader) as (session, actor):
        with pytest.raises(NotFound):
            invitations.issue(session, actor, unit_id=foreign.unit(2).id, role=SIGNATORY)
        with pytest.raises(NotFound):
            invitations.issue(session, actor, unit_id=None, role=OBSERVER, bloc_id=foreign.bloc.id)
        invitation, _ = invitations.issue(session, actor, unit_id=world.unit(2).id, role=SIGNATORY)
    with foreign.acting(stranger) as (session, actor), pytest.raises(NotFound):
        invitations.revoke(session, actor, invitation.id or 0)


def test_so_many_at_most(database: Database) -> None:
    world = make_world(database)
    with world.acting(world.person(0)) as (session, actor):
        for _ in range(invitations.MOST_OPEN - 2):
            invitations.issue(session, actor, unit_id=world.unit(2).id, role=REPRESENTATIVE)
        with pytest.raises(Invalid, match="invitations_too_many"):
            invitations.issue(session, actor, unit_id=world.unit(2).id, role=REPRESENTATIVE)


def test_the_picture_s_row_is_sealed(database: Database) -> None:
    world = make_world(database)
    leader = world.person(0)
    with world.acting(leader) as (session, actor):
        invitation, secret = invitations.issue(
            session, actor, unit_id=world.unit(2).id, role=SIGNATORY
        )
        assert invitations.send_qr(session, leader.id or 0, invitation, secret, "a_bot")
    with world.database.transaction() as session:
        row = session.exec(select(OutMessage).where(OutMessage.kind == "invite_qr")).one()
        assert secret not in str(row.model_dump())
        sealed = str(row.ids["sealed"])
        assert invitations.unseal(session, invitation, sealed) == secret
        assert invitations.unseal(session, invitation, "!" + sealed[1:]) is None
        session.info[KEY] = invitations.derive_key("456:other")
        assert invitations.unseal(session, invitation, sealed) is None
        del session.info[KEY]
        assert invitations.unseal(session, invitation, sealed) is None
        assert not invitations.send_qr(session, leader.id or 0, invitation, secret, "a_bot")


def test_created_blocs_invitations_are_counted(database: Database) -> None:
    world = make_world(database)
    with world.database.transaction() as session:
        shown = blocs.show(session, world.bloc.id or 0, NOW)
        assert [line.open_invitations for line in shown.units] == [2, 2, 2, 2]


@pytest.mark.parametrize("index", [2, 3, 4, 5])
def test_nobody_joins_a_unit_while_it_closes(database: Database, index: int) -> None:
    world = make_world(database, 6)
    leader, guest = world.person(0), world.person()
    start = threading.Barrier(2)
    codes: list[str] = []

    def join() -> None:
        start.wait()
        try:
            _accept(world, guest, world.secret(index))
        except Expected as error:
            codes.append(error.code)

    thread = threading.Thread(target=join)
    thread.start()
    start.wait()
    with world.acting(leader) as (session, actor):
        units.close(session, actor, world.unit(index).id or 0)
    thread.join()
    assert codes in ([], ["invitation_revoked"])
    with world.database.transaction() as session:
        seats = session.exec(select(Seat).where(col(Seat.person_id) == guest.id)).all()
        assert [seat.until for seat in seats] == ([] if codes else [NOW])
