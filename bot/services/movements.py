"""Movements: themes of one or several years to which blocs, their reports and models belong.

Everybody of the blocs that take part reads a movement. Leaders, deputies and observers of other
blocs find it by its name, and see nothing but name and years (:mod:`bot.services.movement_keeping`
has what they can do). All reports of the blocs that take part count
(:mod:`bot.services.movement_figures`); models are tied to it one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.domain.names import fold
from bot.errors import Forbidden, Invalid, NotFound
from bot.models import Model, ModelState, Movement, MovementBloc, MovementModel, Unit
from bot.services import audit, register
from bot.services.access import Actor
from bot.services.figures import template_of
from bot.services.movement_figures import Figures, added_up

#: Others' movements that are listed; more are found by their name.
MOST_FOUND: Final = 60


@dataclass(frozen=True, slots=True)
class Listing:
    """Movements by name: those that the bloc takes part in, those it could (for readers)."""

    joined: Sequence[Movement]
    others: Sequence[Movement]
    may_keep: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A movement as a person sees it.

    ``figures`` is None where the bloc takes no part. ``models`` counts the tied models of all
    blocs by state. ``keeps``: the person's bloc keeps it; ``may_keep``: the person acts for
    that, or lets the bloc take part. ``own_bloc`` is the person's.
    """

    movement: Movement
    joined: bool
    keeps: bool
    may_keep: bool
    own_bloc: int
    figures: Figures | None
    models: Mapping[ModelState, int]


@dataclass(frozen=True, slots=True)
class Tied:
    """The bloc's own models that belong to a movement, by number, each with its unit's name;
    ``all_`` counts those of every bloc by state."""

    movement: Movement
    models: Sequence[tuple[Model, str]]
    all_: Mapping[ModelState, int]


@dataclass(frozen=True, slots=True)
class Ties:
    """A model, and the bloc's movements with whether it belongs to each."""

    model: Model
    movements: Sequence[tuple[Movement, bool]]


# --- Reading ----------------------------------------------------------------------------------


def listing(session: Session, actor: Actor, words: str = "") -> Listing:
    """The bloc's movements, the latest first; for readers also others', which haven't ended.

    ``words`` are looked for in the names, with or without diacritics. Two statements.
    """
    bloc_id = actor.here.bloc.id
    found: Any = select(Movement).order_by(col(Movement.last_year).desc(), col(Movement.id).desc())
    if plain := fold(words):
        found = found.where(col(Movement.plain).contains(plain, autoescape=True))
    mine = select(MovementBloc.movement_id).where(col(MovementBloc.bloc_id) == bloc_id)
    joined = session.exec(found.where(col(Movement.id).in_(mine))).all()
    may_keep = actor.is_reviewer or actor.is_observer
    others: Sequence[Movement] = ()
    if may_keep:
        others = session.exec(
            found.where(col(Movement.id).not_in(mine), col(Movement.ended_at).is_(None)).limit(
                MOST_FOUND
            )
        ).all()
    return Listing(joined, others, may_keep)


def card(session: Session, actor: Actor, movement_id: int) -> Card:
    """A movement with its figures. Raises NotFound(``movement_unknown``).

    The number of statements is constant.
    """
    movement, joined = seen(session, actor, movement_id)
    place = actor.here
    figures = None
    models: Mapping[ModelState, int] = {}
    if joined:
        shown_by = template_of(session, place.year.id or 0, place.year.template_version)
        figures = added_up(session, movement, shown_by)
        models = _models_by_state(session, movement_id)
    return Card(
        movement=movement,
        joined=joined,
        keeps=movement.bloc_id == place.bloc.id,
        may_keep=actor.is_reviewer or actor.is_observer,
        own_bloc=place.bloc.id or 0,
        figures=figures,
        models=models,
    )


def tied(session: Session, actor: Actor, movement_id: int) -> Tied:
    """The models that belong to a movement. Raises NotFound(``movement_unknown``)."""
    movement, joined = seen(session, actor, movement_id)
    if not joined:
        raise NotFound("movement_unknown")
    rows = session.exec(
        select(Model, Unit.short_name)
        .join(MovementModel, col(MovementModel.model_id) == Model.id)
        .join(Unit, col(Unit.id) == Model.unit_id)
        .where(
            col(MovementModel.movement_id) == movement_id,
            col(Model.bloc_id) == actor.here.bloc.id,
        )
        .order_by(col(Model.number))
    ).all()
    return Tied(movement, rows, _models_by_state(session, movement_id))


def _models_by_state(session: Session, movement_id: int) -> dict[ModelState, int]:
    """Of the blocs that take part now."""
    query: Any = (
        sqlalchemy.select(col(Model.state), func.count())
        .join(MovementModel, col(MovementModel.model_id) == Model.id)
        .join(
            MovementBloc,
            (col(MovementBloc.bloc_id) == Model.bloc_id)
            & (col(MovementBloc.movement_id) == MovementModel.movement_id),
        )
        .where(col(MovementModel.movement_id) == movement_id)
        .group_by(col(Model.state))
    )
    return dict(session.exec(query).all())


def seen(
    session: Session, actor: Actor, movement_id: int, *, lock: bool = False
) -> tuple[Movement, bool]:
    """A movement that the actor may see, and whether their bloc takes part in it.

    ``lock`` holds its row. Raises NotFound(``movement_unknown``), Forbidden.
    """
    bloc_id = actor.here.bloc.id
    wanted = col(Movement.id) == (movement_id if 0 < movement_id < 2**31 else 0)
    if lock:
        session.exec(select(Movement.id).where(wanted).with_for_update()).first()
    query: Any = (
        select(Movement, MovementBloc.id)
        .outerjoin(
            MovementBloc,
            (col(MovementBloc.movement_id) == Movement.id) & (col(MovementBloc.bloc_id) == bloc_id),
        )
        .where(wanted)
        .execution_options(populate_existing=lock)
    )
    row = session.exec(query).first()
    joined = row is not None and row[1] is not None
    may_find = actor.is_reviewer or actor.is_observer
    if row is None or not (joined or (may_find and row[0].ended_at is None)):
        raise NotFound("movement_unknown")
    return row[0], joined


# --- Models -----------------------------------------------------------------------------------


def ties(session: Session, actor: Actor, model_id: int) -> Ties:
    """The movements that a model can be tied to: those of the bloc that haven't ended.

    For the model's unit and for leader and deputy. Raises NotFound(``model_missing``), Forbidden.
    """
    model = register.find(session, actor, model_id)
    _require_right(session, actor, model)
    rows: Any = (
        select(Movement, MovementModel.id)
        .join(MovementBloc, col(MovementBloc.movement_id) == Movement.id)
        .outerjoin(
            MovementModel,
            (col(MovementModel.movement_id) == Movement.id)
            & (col(MovementModel.model_id) == model_id),
        )
        .where(
            col(MovementBloc.bloc_id) == actor.here.bloc.id,
            col(Movement.ended_at).is_(None),
        )
        .order_by(col(Movement.last_year).desc(), col(Movement.id).desc())
    )
    return Ties(model, [(movement, tie is not None) for movement, tie in session.exec(rows)])


def tie(session: Session, actor: Actor, model_id: int, movement_id: int) -> Movement:
    """A model belongs to a movement from now on; a second time changes nothing.

    Raises NotFound (``model_missing``, ``movement_unknown``), Forbidden, Invalid
    (``movement_over``).
    """
    movement, there = _to_tie(session, actor, model_id, movement_id)
    if movement.ended_at is not None:
        raise Invalid("movement_over", name=movement.name)
    if there is None:
        session.add(
            MovementModel(
                movement_id=movement_id,
                model_id=model_id,
                tied_by=actor.person.id or 0,
                tied_at=actor.now,
            )
        )
        _record(session, actor, "model.tied", model_id, movement_id)
    return movement


def untie(session: Session, actor: Actor, model_id: int, movement_id: int) -> Movement:
    """A model belongs to a movement no longer. Raises as :func:`tie` does."""
    movement, there = _to_tie(session, actor, model_id, movement_id)
    if there is not None:
        session.delete(there)
        _record(session, actor, "model.untied", model_id, movement_id)
    return movement


def _to_tie(
    session: Session, actor: Actor, model_id: int, movement_id: int
) -> tuple[Movement, MovementModel | None]:
    """The movement, and the tie that there is. Holds the model: two may tie it at once."""
    model = register.locked(session, actor, model_id)
    _require_right(session, actor, model)
    movement, joined = seen(session, actor, movement_id)
    if not joined:
        raise NotFound("movement_unknown")
    there = session.exec(
        select(MovementModel).where(
            col(MovementModel.movement_id) == movement_id, col(MovementModel.model_id) == model_id
        )
    ).first()
    return movement, there


def _require_right(session: Session, actor: Actor, model: Model) -> None:
    if actor.is_reviewer:
        return
    register.my_open_unit(actor)
    if not register.is_mine(session, actor, model):
        raise Forbidden("model_not_yours", number=model.number)


def _record(session: Session, actor: Actor, what: str, model_id: int, movement_id: int) -> None:
    audit.append(
        session,
        actor.here.bloc.id or 0,
        what,
        actor.now,
        person_id=actor.person.id,
        model=model_id,
        movement=movement_id,
    )
    session.flush()
