"""The register of models: whose a model is, beginning one, writing its card.

A model belongs to its unit, and after a merger to the unit that this one has become. Everybody of
the bloc reads it; its unit's people write it. Its number is short and per bloc.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from bot.domain import calendar
from bot.domain import register as rules
from bot.domain.names import clean, fold
from bot.domain.template import TemplateSpec
from bot.errors import Forbidden, Invalid, NotFound
from bot.models import Bloc, ChangeState, Model, ModelChange, ModelState, Unit
from bot.services import audit, notices
from bot.services.access import Actor
from bot.services.figures import template_of

#: Models that a unit may have at a time, the ended ones besides.
MOST_MODELS = 200
#: Days after which a card that isn't complete is brought to mind, at this local hour.
REMIND_DAYS, REMIND_HOUR = 14, 9
#: The kind of that message.
INCOMPLETE = "model_incomplete"


@dataclass(frozen=True, slots=True)
class Lineage:
    """Which units of a bloc have become which, by mergers."""

    into: Mapping[int, int]

    def now(self, unit_id: int) -> int:
        """The unit that this one has become, or itself."""
        seen = {unit_id}
        while (after := self.into.get(unit_id)) is not None and after not in seen:
            seen.add(after)
            unit_id = after
        return unit_id

    def of(self, unit_id: int) -> list[int]:
        """The unit and all that have become it."""
        return [unit_id, *(one for one in self.into if self.now(one) == unit_id != one)]


def lineage(session: Session, bloc_id: int) -> Lineage:
    """The mergers of a bloc. One query."""
    rows = session.exec(
        select(Unit.id, Unit.merged_into_id).where(
            col(Unit.bloc_id) == bloc_id, col(Unit.merged_into_id).is_not(None)
        )
    )
    return Lineage({one or 0: into or 0 for one, into in rows})


def parts_of(model: Model) -> dict[str, str]:
    """What stands on a model's card, by part."""
    words = {part: model.card.get(part, "") for part in rules.WORDS}
    return {rules.NAME: model.name, rules.PRODUCT: model.product, **words}


def missing(model: Model) -> tuple[str, ...]:
    """The parts of its card that hold nothing yet."""
    return rules.missing(parts_of(model))


def template(session: Session, actor: Actor) -> TemplateSpec:
    """The bloc's present template, which names the fields that models belong to."""
    year = actor.here.year
    return template_of(session, year.id or 0, year.template_version)


def my_open_unit(actor: Actor) -> Unit:
    """The unit acted for, which must not be closed."""
    unit = actor.my_unit()
    if unit.closed_at is not None:
        raise Forbidden("unit_closed", unit=unit.short_name)
    return unit


def of_unit(session: Session, unit_id: int) -> Sequence[Model]:
    """The models of a unit, and of those merged into it, that haven't ended; by number.

    Rights are the caller's to check.
    """
    unit = session.get_one(Unit, unit_id)
    ids = lineage(session, unit.bloc_id).of(unit_id)
    return session.exec(
        select(Model)
        .where(col(Model.unit_id).in_(ids), col(Model.state) != ModelState.ENDED)
        .order_by(col(Model.number))
    ).all()


def find(session: Session, actor: Actor, model_id: int) -> Model:
    """A model of the actor's bloc. Raises NotFound(``model_missing``), Forbidden."""
    bloc_id = actor.here.bloc.id
    model = session.get(Model, model_id) if 0 < model_id < 2**31 else None
    if model is None or model.bloc_id != bloc_id:
        raise NotFound("model_missing", number=0)
    return model


def locked(session: Session, actor: Actor, model_id: int) -> Model:
    """The same, held until the transaction ends."""
    find(session, actor, model_id)
    return session.exec(
        select(Model)
        .where(col(Model.id) == model_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def is_mine(session: Session, actor: Actor, model: Model) -> bool:
    """Whether the actor's unit keeps this model."""
    if actor.unit is None:
        return False
    return actor.unit.id in (model.unit_id, lineage(session, model.bloc_id).now(model.unit_id))


def own(session: Session, actor: Actor, model_id: int) -> Model:
    """A model of the actor's own unit, held. Raises NotFound, Forbidden(``model_not_yours``)."""
    my_open_unit(actor)
    model = locked(session, actor, model_id)
    if not is_mine(session, actor, model):
        raise Forbidden("model_not_yours", number=model.number)
    return model


def read(part: str, text: str) -> str:
    """A typed part as it is kept. Raises Invalid (``text_empty``, ``text_too_long``)."""
    if part not in rules.LIMITS:
        raise Invalid("model_no_part")
    kept = clean(text, rules.LIMITS[part], newlines=part not in (rules.NAME, rules.PRODUCT))
    if not kept:
        raise Invalid("text_empty")
    return kept


def new_name(session: Session, actor: Actor, text: str) -> str:
    """A typed name that a new model of the actor's unit can have. Raises as :func:`create`."""
    unit = my_open_unit(actor)
    name = read(rules.NAME, text)
    mine = of_unit(session, unit.id or 0)
    if len(mine) >= MOST_MODELS:
        raise Invalid("models_many", limit=MOST_MODELS)
    _check_free(mine, name)
    return name


def _check_free(mine: Sequence[Model], name: str, besides: int | None = None) -> None:
    key = fold(name)
    for other in mine:
        if other.id != besides and fold(other.name) == key:
            raise Invalid("model_name_taken", name=other.name, number=other.number)


def create(session: Session, actor: Actor, name: str, product: str = "", field: str = "") -> Model:
    """Enter a new model of the actor's unit into the register: new since today.

    Raises Invalid (``text_empty``, ``text_too_long``, ``model_name_taken``, ``model_no_field``,
    ``models_many``), Forbidden.
    """
    my_open_unit(actor)
    product = read(rules.PRODUCT, product) if product else ""
    if field:
        _check_field(session, actor, field)
    hold_bloc(session, actor)
    name = new_name(session, actor, name)
    return enter(session, actor, name=name, product=product, field=field)


def hold_bloc(session: Session, actor: Actor) -> None:
    """Numbers of a bloc are given one by one."""
    bloc_id = actor.here.bloc.id
    session.exec(select(Bloc.id).where(col(Bloc.id) == bloc_id).with_for_update()).one()


def enter(
    session: Session,
    actor: Actor,
    *,
    name: str,
    product: str = "",
    field: str = "",
    card: Mapping[str, str] | None = None,
    origin_id: int | None = None,
) -> Model:
    """Put a model of the actor's unit into the register, with its number and its beginning.

    The values are checked and the bloc's row is held by the caller.
    """
    unit, place = actor.my_unit(), actor.here
    last = session.exec(
        select(func.max(Model.number)).where(col(Model.bloc_id) == place.bloc.id)
    ).one()
    model = Model(
        bloc_id=place.bloc.id or 0,
        unit_id=unit.id or 0,
        number=(last or 0) + 1,
        name=name,
        product=product,
        field=field,
        card=dict(card or {}),
        state=ModelState.NEW,
        since=calendar.local_date(actor.now, actor.zone),
        origin_id=origin_id,
        created_by=actor.person.id or 0,
        created_at=actor.now,
        changed_at=actor.now,
    )
    _fold(model, unit)
    session.add(model)
    session.flush()
    session.add(
        ModelChange(
            model_id=model.id or 0,
            was=None,
            becomes=ModelState.NEW,
            since=model.since,
            state=ChangeState.APPROVED,
            asked_by=actor.person.id or 0,
            asked_at=actor.now,
        )
    )
    record(session, actor, model, "created", field=model.field, origin=model.origin_id)
    _bring_to_mind(session, actor, model)
    return model


def record(session: Session, actor: Actor, model: Model, act: str, **body: object) -> None:
    """An entry in the bloc's chain about a model."""
    audit.append(
        session,
        model.bloc_id,
        f"model.{act}",
        actor.now,
        person_id=actor.person.id,
        model=model.id,
        number=model.number,
        unit=model.unit_id,
        **body,
    )


def _fold(model: Model, unit: Unit | None) -> None:
    """What the model is found by. Units are found by their present names besides."""
    model.plain = fold(f"{model.name} {model.product} {unit.short_name if unit else ''}")[:600]


def _bring_to_mind(session: Session, actor: Actor, model: Model) -> None:
    """Say once, two weeks later and by day, that the card isn't complete, if it isn't then."""
    day = calendar.local_date(actor.now, actor.zone) + dt.timedelta(days=REMIND_DAYS)
    at = dt.datetime.combine(day, dt.time(REMIND_HOUR), actor.zone)
    notices.tell(
        session,
        notices.people_of_units(session, [model.unit_id]),
        INCOMPLETE,
        ids={"model": model.id},
        key=f"model:{model.id}:incomplete",
        now=actor.now,
        after=at - actor.now,
    )


# --- The card ---------------------------------------------------------------------------------


def set_part(session: Session, actor: Actor, model_id: int, part: str, text: str) -> Model:
    """Write a part of one's own model's card. Raises Invalid, Forbidden, NotFound."""
    model = own(session, actor, model_id)
    kept = read(part, text)
    if part == rules.NAME and fold(kept) != fold(model.name):
        _check_free(of_unit(session, actor.my_unit().id or 0), kept, model.id)
    return _put(session, actor, model, part, kept)


def clear_part(session: Session, actor: Actor, model_id: int, part: str) -> Model:
    """Empty a part; a name can't be empty. Raises as :func:`set_part`."""
    model = own(session, actor, model_id)
    if part not in rules.PARTS or part == rules.NAME:
        raise Invalid("model_no_part")
    return _put(session, actor, model, part, "")


def _put(session: Session, actor: Actor, model: Model, part: str, kept: str) -> Model:
    if parts_of(model)[part] == kept:
        return model
    if part == rules.NAME:
        model.name = kept
    elif part == rules.PRODUCT:
        model.product = kept
    else:
        words = {**model.card, part: kept}
        model.card = {one: text for one, text in words.items() if text}
    model.changed_at = actor.now
    if part in (rules.NAME, rules.PRODUCT):
        _fold(model, session.get(Unit, model.unit_id))
    session.add(model)
    digest = hashlib.sha256(kept.encode()).hexdigest() if kept else None
    record(session, actor, model, "changed", part=part, text=digest)
    return model


def set_field(session: Session, actor: Actor, model_id: int, field: str) -> Model:
    """Say which field one's own model belongs to. Raises Invalid, Forbidden, NotFound."""
    model = own(session, actor, model_id)
    _check_field(session, actor, field)
    if model.field != field:
        model.field = field
        model.changed_at = actor.now
        session.add(model)
        record(session, actor, model, "changed", field=field)
    return model


def _check_field(session: Session, actor: Actor, field: str) -> None:
    if field not in rules.fields_of(template(session, actor)):
        raise Invalid("model_no_field")
