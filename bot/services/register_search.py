"""Finding models in the bloc's register: counted, browsed by field, unit and state, searched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import sqlalchemy
from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, func, select

from bot.domain import register as rules
from bot.domain.names import clean, fold
from bot.domain.template import TemplateSpec
from bot.errors import NotFound
from bot.models import Model, ModelState, Unit
from bot.services import register
from bot.services.access import Actor

PAGE: Final = 8
#: Longest words that are searched for, and most of them.
_LONGEST: Final = 100
_MOST_WORDS: Final = 8

By = Literal["state", "field", "unit", "mine", "all"]


@dataclass(frozen=True, slots=True)
class Line:
    """A model in a list. ``closed``: its unit no longer belongs to the bloc."""

    model_id: int
    number: int
    name: str
    product: str
    state: ModelState
    field: str
    unit: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of models. ``by`` and ``value`` say what was asked for; ``unit`` if it was one."""

    lines: Sequence[Line]
    page: int
    pages: int
    total: int
    by: By
    value: str
    template: TemplateSpec
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many models there are by state; by field and by unit those that haven't ended."""

    states: dict[ModelState, int]
    fields: dict[str, int]
    units: Sequence[tuple[Unit, int]]
    mine: int
    template: TemplateSpec
    may_enter: bool

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())


def overview(session: Session, actor: Actor) -> Counted:
    """The register in figures, for everybody with a seat in the bloc.

    A constant number of queries.
    """
    bloc_id = actor.here.bloc.id or 0
    query: Any = (
        sqlalchemy.select(col(Model.state), col(Model.field), col(Model.unit_id), func.count())
        .where(col(Model.bloc_id) == bloc_id)
        .group_by(col(Model.state), col(Model.field), col(Model.unit_id))
    )
    states: Counter[ModelState] = Counter()
    fields: Counter[str] = Counter()
    by_unit: Counter[int] = Counter()
    for state, field, unit_id, count in session.execute(query):
        states[state] += count
        by_unit[unit_id] += count
        if state is not ModelState.ENDED:
            fields[field] += count
    units = session.exec(select(Unit).where(col(Unit.bloc_id) == bloc_id).order_by(col(Unit.id)))
    mine = register.lineage(session, bloc_id).of(actor.unit.id or 0) if actor.unit else []
    return Counted(
        states=dict(states),
        fields=dict(fields),
        units=[(unit, by_unit[unit.id or 0]) for unit in units if by_unit[unit.id or 0]],
        mine=sum(by_unit[one] for one in mine),
        template=register.template(session, actor),
        may_enter=actor.unit is not None and actor.unit.closed_at is None,
    )


def browse(session: Session, actor: Actor, by: By, value: str, page: int = 0) -> Shelf:
    """A page of the models of a state, a field or a unit (its id), or of one's own unit.

    Raises NotFound(``model_no_shelf``) for what isn't there.
    """
    bloc_id = actor.here.bloc.id or 0
    unit: Unit | None = None
    where: ColumnElement[bool]
    match by:
        case "state" if value in rules.STATES:
            where = col(Model.state) == ModelState(value)
        case "field":
            where = (col(Model.field) == value) & (col(Model.state) != ModelState.ENDED)
        case "unit":
            unit = session.get(Unit, int(value)) if _is_id(value) else None
            if unit is None or unit.bloc_id != bloc_id:
                raise NotFound("model_no_shelf")
            where = col(Model.unit_id) == unit.id
        case "mine":
            mine = register.lineage(session, bloc_id).of(actor.my_unit().id or 0)
            where = col(Model.unit_id).in_(mine)
        case "all":
            where = col(Model.bloc_id) == bloc_id
        case _:
            raise NotFound("model_no_shelf")
    return _shelf(session, actor, where, by, value, page, unit)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def search(session: Session, actor: Actor, text: str, page: int = 0) -> Shelf:
    """A page of the models that all of these words are found in, with or without diacritics.

    Looked for in name, product and unit. Nothing typed is everything.
    """
    bloc_id = actor.here.bloc.id or 0
    typed = clean(text, _LONGEST, cut=True)
    words = fold(typed).split()[:_MOST_WORDS]
    units = session.exec(select(Unit).where(col(Unit.bloc_id) == bloc_id)).all()
    names = {unit.id: fold(f"{unit.name} {unit.short_name}") for unit in units}
    where: ColumnElement[bool] = col(Model.bloc_id) == bloc_id
    for word in words:
        named = [unit_id for unit_id, name in names.items() if word in name]
        where &= col(Model.plain).contains(word, autoescape=True) | col(Model.unit_id).in_(named)
    return _shelf(session, actor, where, "all", typed, page, None)


def _shelf(
    session: Session,
    actor: Actor,
    where: ColumnElement[bool],
    by: By,
    value: str,
    page: int,
    unit: Unit | None,
) -> Shelf:
    here = (col(Model.bloc_id) == actor.here.bloc.id) & where
    total = session.exec(select(func.count()).select_from(Model).where(here)).one()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 0), pages - 1)
    rows = session.exec(
        select(Model, Unit)
        .join(Unit, col(Unit.id) == col(Model.unit_id))
        .where(here)
        # What has ended comes last; the newest come first.
        .order_by(
            case((col(Model.state) == ModelState.ENDED, 1), else_=0), col(Model.number).desc()
        )
        .limit(PAGE)
        .offset(page * PAGE)
    )
    return Shelf(
        lines=[_line(model, owner) for model, owner in rows],
        page=page,
        pages=pages,
        total=total,
        by=by,
        value=value,
        template=register.template(session, actor),
        unit=unit,
    )


def _line(model: Model, unit: Unit) -> Line:
    return Line(
        model_id=model.id or 0,
        number=model.number,
        name=model.name,
        product=model.product,
        state=model.state,
        field=model.field,
        unit=unit.short_name,
        closed=unit.closed_at is not None,
    )


def by_number(session: Session, actor: Actor, number: int) -> Model:
    """The model of this number in the bloc. Raises NotFound(``model_missing``)."""
    found = None
    if 0 < number < 2**31:
        found = session.exec(
            select(Model).where(
                col(Model.bloc_id) == actor.here.bloc.id, col(Model.number) == number
            )
        ).first()
    if found is None:
        raise NotFound("model_missing", number=number)
    return found
