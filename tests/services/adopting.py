"""What tests of texts and their adoption do again and again."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

from sqlmodel import Session, col, select

from bot.models import (
    Adoption,
    BlocText,
    Model,
    Person,
    TextKind,
    TextState,
    TextVersion,
)
from bot.services import commitments, signing
from tests.builders import World


def published(
    world: World,
    kind: TextKind = TextKind.PACT,
    *,
    body: str = "Giao ước thi đua\nĐiều 1",
    why: str | None = None,
    at: dt.datetime | None = None,
) -> int:
    """A version of a text, in force; gives its id. One more makes the next version."""
    by = _somebody(world)
    with world.database.transaction() as session:
        text = session.exec(
            select(BlocText).where(
                col(BlocText.bloc_year_id) == world.year.id, col(BlocText.kind) == kind
            )
        ).first()
        now = at or world.now
        if text is None:
            text = BlocText(bloc_year_id=world.year.id or 0, kind=kind, body=body, changed_at=now)
        text.version += 1
        text.state = TextState.PUBLISHED
        text.body = body
        session.add(text)
        session.flush()
        version = TextVersion(
            text_id=text.id or 0,
            version=text.version,
            body=body,
            sha256=hashlib.sha256(f"{body}{text.version}".encode()).hexdigest(),
            why=why,
            published_by=by,
            published_at=now,
        )
        session.add(version)
        session.flush()
        return version.id or 0


def model(
    world: World, unit: int, name: str = "Ngôi nhà xanh", product: str = "Sổ tay", **card: str
) -> int:
    """A unit's model, with its product."""
    by = _somebody(world)
    with world.database.transaction() as session:
        return _model(session, world, unit, by, Model(name=name, product=product, card=card))


def _somebody(world: World) -> int:
    """Whoever comes first, for rows that have to be somebody's."""
    with world.database.transaction() as session:
        found = session.exec(select(Person.id).order_by(col(Person.id))).first()
    return found or world.person().id or 0


def _model(session: Session, world: World, unit: int, by: int, one: Model) -> int:
    numbers = session.exec(select(Model.number).where(col(Model.bloc_id) == world.bloc.id)).all()
    one.bloc_id = world.bloc.id or 0
    one.unit_id = world.unit(unit).id or 0
    one.number = max(numbers, default=0) + 1
    one.since = world.now.date()
    one.created_by = by
    one.created_at = one.changed_at = world.now
    session.add(one)
    session.flush()
    return one.id or 0


def plan(world: World, person: Person, **targets: int) -> None:
    """Targets of the person's unit."""
    with world.acting(person) as (session, actor):
        commitments.set_targets(
            session,
            actor,
            actor.my_unit().id or 0,
            {code: Decimal(value) for code, value in targets.items()},
        )


def ready(world: World, unit: int, person: Person) -> None:
    """All that a unit needs before it can sign the pact."""
    model(world, unit)
    plan(world, person, members_new=10)


def sign(world: World, person: Person, version_id: int, post: str = "Chủ tịch") -> Adoption:
    with world.acting(person) as (session, actor):
        return signing.adopt(session, actor, version_id, person.name, post)


def adoptions_of(world: World, version_id: int) -> list[Adoption]:
    with world.database.transaction() as session:
        return list(
            session.exec(
                select(Adoption)
                .where(col(Adoption.version_id) == version_id)
                .order_by(col(Adoption.id))
            )
        )


def stored(world: World, version_id: int) -> TextVersion:
    with world.database.transaction() as session:
        return session.get_one(TextVersion, version_id)
