"""Changes of a model's state: proposed by its unit, decided on by the leader; taking a model over.

Nobody decides on their own unit's models: those of the leader's unit are the deputy's to decide.
The first decision holds. Approved changes, in order, say which state a model had on any day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, func, select

from bot.domain import calendar
from bot.domain import register as rules
from bot.domain.names import clean
from bot.errors import Expected, Forbidden, Invalid, NotFound, Superseded
from bot.models import ChangeState, Model, ModelChange, ModelState, Person, Replication, Seat, Unit
from bot.services import notices, register
from bot.services.access import Actor
from bot.services.register_card import keeper_of, waiting_change

#: Longest word with a proposal or a decision.
WORD_LIMIT: Final = 500


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits or was decided on. ``unit`` keeps the model (or kept it last).

    ``refused`` says why this reader may not decide on it, None where they may. ``copies`` are the
    units that have taken the model over.
    """

    change: ModelChange
    model: Model
    unit: Unit
    asked_by: str
    copies: Sequence[str]
    refused: Expected | None


# --- Proposing --------------------------------------------------------------------------------


def next_states(model: Model) -> tuple[str, ...]:
    """What its state may become."""
    return rules.NEXT[model.state.value]


def may_propose(session: Session, actor: Actor, model_id: int) -> Model:
    """One's own model, held, whose state nothing waits for yet.

    Raises Superseded(``model_change_waits``), Forbidden, NotFound.
    """
    model = register.own(session, actor, model_id)
    if waiting_change(session, model_id) is not None:
        raise Superseded("model_change_waits", number=model.number)
    return model


def since_of(actor: Actor, model: Model, text: str) -> dt.date:
    """A typed day from which a state holds. Raises MonthError, Invalid (``model_day``)."""
    today = calendar.local_date(actor.now, actor.zone)
    day = calendar.parse_date(text, today)
    return _check_day(model, day, today)


def _check_day(model: Model, day: dt.date, today: dt.date) -> dt.date:
    if not model.since <= day <= today:
        raise Invalid("model_day", first=model.since, last=today)
    return day


def propose(
    session: Session,
    actor: Actor,
    model_id: int,
    becomes: str,
    since: dt.date | None = None,
    why: str = "",
) -> ModelChange:
    """Ask for another state of one's own model, by default from today; reviewers are told.

    Raises Invalid (``model_no_state``, ``model_day``, ``text_too_long``), Superseded, Forbidden,
    NotFound.
    """
    model = may_propose(session, actor, model_id)
    if becomes not in next_states(model):
        raise Invalid("model_no_state", number=model.number)
    today = calendar.local_date(actor.now, actor.zone)
    day = _check_day(model, since or today, today)
    return _wait(session, actor, model, becomes, day, clean(why, WORD_LIMIT, newlines=True))


def _wait(
    session: Session, actor: Actor, model: Model, becomes: str, since: dt.date, why: str
) -> ModelChange:
    change = ModelChange(
        model_id=model.id or 0,
        was=model.state.value,
        becomes=ModelState(becomes),
        since=since,
        state=ChangeState.WAITING,
        why=why or None,
        asked_by=actor.person.id or 0,
        asked_at=actor.now,
    )
    session.add(change)
    session.flush()
    register.record(session, actor, model, "proposed", change=change.id, becomes=becomes,
                    since=since.isoformat())  # fmt: skip
    notices.tell(
        session,
        notices.people_of_units(session, _reviewing(session, actor, model)),
        "model_change_new",
        ids={"change": change.id},
        key=f"model_change:{change.id}",
        now=actor.now,
    )
    return change


def _reviewing(session: Session, actor: Actor, model: Model) -> list[int]:
    """The units whose people decide: the leader, for the leader's own models the deputy.

    Both where the leader's people themselves have caused it, by taking the model over.
    """
    year = actor.here.year
    leader, deputy = year.leader_unit_id, year.deputy_unit_id
    keeper = keeper_of(session, model)
    if keeper is not None and keeper.id == leader:
        wanted = [deputy]
    elif actor.is_leader:
        wanted = [leader, deputy]
    else:
        wanted = [leader]
    return [one for one in wanted if one is not None]


# --- Deciding ---------------------------------------------------------------------------------


def pending(session: Session, actor: Actor) -> list[Proposal]:
    """The changes that wait in this bloc, the oldest first; for reviewers and observers.

    A constant number of queries.
    """
    actor.require_reader()
    rows = session.exec(
        select(ModelChange, Model, Person.name)
        .join(Model, col(Model.id) == col(ModelChange.model_id))
        .join(Person, col(Person.id) == col(ModelChange.asked_by))
        .where(
            col(Model.bloc_id) == actor.here.bloc.id,
            col(ModelChange.state) == ChangeState.WAITING,
        )
        .order_by(col(ModelChange.id))
    ).all()
    return _proposals(session, actor, list(rows)) if rows else []


def waiting_count(session: Session, actor: Actor) -> int:
    """How many changes wait in this bloc."""
    actor.require_reader()
    return session.exec(
        select(func.count())
        .select_from(ModelChange)
        .join(Model, col(Model.id) == col(ModelChange.model_id))
        .where(
            col(Model.bloc_id) == actor.here.bloc.id,
            col(ModelChange.state) == ChangeState.WAITING,
        )
    ).one()


def _proposals(
    session: Session, actor: Actor, rows: Sequence[tuple[ModelChange, Model, str]]
) -> list[Proposal]:
    bloc_id = actor.here.bloc.id or 0
    line = register.lineage(session, bloc_id)
    units = {
        unit.id: unit for unit in session.exec(select(Unit).where(col(Unit.bloc_id) == bloc_id))
    }
    seats = set(
        session.exec(
            select(Seat.unit_id).where(
                col(Seat.person_id) == actor.person.id, col(Seat.until).is_(None)
            )
        )
    )
    copies: dict[int, list[str]] = {}
    for replication in session.exec(
        select(Replication)
        .where(col(Replication.model_id).in_({model.id for _, model, _ in rows}))
        .order_by(col(Replication.id))
    ):
        name = units[replication.unit_id].short_name
        copies.setdefault(replication.model_id, []).append(name)
    found = []
    for change, model, person in rows:
        unit = units[line.now(model.unit_id)]
        refused = _refusal(actor, change, model, unit, units, seats)
        found.append(Proposal(change, model, unit, person, copies.get(model.id or 0, ()), refused))
    return found


def _refusal(
    actor: Actor,
    change: ModelChange,
    model: Model,
    unit: Unit,
    units: dict[int | None, Unit],
    seats: set[int | None],
) -> Expected | None:
    """Why this person may not decide on a change of this unit's model, or None."""
    if not actor.is_reviewer:
        return Forbidden("reviewers_only")
    year, mine = actor.here.year, actor.my_unit().id
    if unit.id == mine:
        other = year.deputy_unit_id if actor.is_leader else year.leader_unit_id
        if other is None or other == mine:
            return Forbidden("own_model_nobody", number=model.number)
        return Forbidden("own_model", number=model.number, unit=units[other].short_name)
    if unit.id in seats or change.asked_by == actor.person.id:
        return Forbidden("own_seat_model", number=model.number)
    return None


def find(session: Session, actor: Actor, change_id: int) -> Proposal:
    """A change of a model of this bloc, held, for reviewers and observers.

    Raises NotFound(``model_no_change``), Forbidden.
    """
    actor.require_reader()
    known = session.get(ModelChange, change_id) if 0 < change_id < 2**31 else None
    model = session.get(Model, known.model_id) if known else None
    if known is None or model is None or model.bloc_id != actor.here.bloc.id or known.was is None:
        raise NotFound("model_no_change")
    model = register.locked(session, actor, model.id or 0)
    change, person = session.exec(
        select(ModelChange, Person.name)
        .join(Person, col(Person.id) == col(ModelChange.asked_by))
        .where(col(ModelChange.id) == change_id)
        .execution_options(populate_existing=True)
    ).one()
    return _proposals(session, actor, [(change, model, person)])[0]


def to_decide(session: Session, actor: Actor, change_id: int) -> Proposal:
    """A change that waits and that the actor may decide on.

    Raises NotFound, Forbidden, Superseded (``model_change_over``) with what was decided.
    """
    actor.require_reviewer()
    found = find(session, actor, change_id)
    if found.change.state is not ChangeState.WAITING:
        person = session.get(Person, found.change.decided_by)
        raise Superseded(
            "model_change_over",
            number=found.model.number,
            approved=found.change.state is ChangeState.APPROVED,
            person=person.name if person else "",
            mine=found.change.decided_by == actor.person.id,
        )
    if found.refused is not None:
        raise found.refused
    return found


def decide(
    session: Session, actor: Actor, change_id: int, *, approve: bool, word: str = ""
) -> Proposal:
    """Approve or decline a change; the model's unit is told. Declining needs a word.

    Raises Invalid (``reason_needed``, ``text_too_long``) and as :func:`to_decide` does.
    """
    found = to_decide(session, actor, change_id)
    kept = clean(word, WORD_LIMIT, newlines=True)
    if not approve and not kept:
        raise Invalid("model_word_needed")
    change, model = found.change, found.model
    change.state = ChangeState.APPROVED if approve else ChangeState.DECLINED
    change.word = kept or None
    change.decided_by, change.decided_at = actor.person.id, actor.now
    session.add(change)
    if approve:
        model.state, model.since = change.becomes, change.since
        model.changed_at = actor.now
        session.add(model)
    register.record(session, actor, model, change.state.value, change=change.id,
                    becomes=change.becomes.value, since=change.since.isoformat())  # fmt: skip
    notices.tell(
        session,
        notices.people_of_units(session, [found.unit.id or 0]),
        "model_changed",
        ids={"change": change.id},
        key=f"model_change:{change.id}:{change.state.value}",
        now=actor.now,
    )
    return found


# --- Taking a model over ----------------------------------------------------------------------


def may_take(session: Session, actor: Actor, model_id: int) -> Model:
    """A model of another unit, held, that the actor's unit can take over.

    Raises Invalid (``model_own``, ``model_ended``), Superseded (``model_taken``), Forbidden,
    NotFound.
    """
    unit = register.my_open_unit(actor)
    model = register.locked(session, actor, model_id)
    line = register.lineage(session, model.bloc_id)
    mine = line.of(unit.id or 0)
    if model.unit_id in mine:
        raise Invalid("model_own", number=model.number)
    taken = session.exec(
        select(Model.number)
        .join(Replication, col(Replication.copy_id) == col(Model.id))
        .where(col(Replication.model_id) == model_id, col(Replication.unit_id).in_(mine))
        .limit(1)
    ).first()
    if taken is not None:
        raise Superseded("model_taken", number=model.number, copy=taken)
    if model.state is ModelState.ENDED:
        raise Invalid("model_ended", number=model.number)
    return model


def take(session: Session, actor: Actor, model_id: int) -> Model:
    """Register that the actor's unit replicates another's model; returns its own copy.

    The copy is new and has everything but the product. The other unit is told, and its model is
    proposed as replicated, unless it is or a change waits. Raises as :func:`may_take` does.
    """
    # The model before the bloc, as whoever writes its card does.
    model = may_take(session, actor, model_id)
    register.hold_bloc(session, actor)
    unit = actor.my_unit()
    if len(register.of_unit(session, unit.id or 0)) >= register.MOST_MODELS:
        raise Invalid("models_many", limit=register.MOST_MODELS)
    copy = register.enter(
        session, actor, name=model.name, field=model.field, card=model.card, origin_id=model.id
    )
    session.add(
        Replication(
            model_id=model_id,
            unit_id=unit.id or 0,
            copy_id=copy.id or 0,
            person_id=actor.person.id or 0,
            at=actor.now,
        )
    )
    session.flush()
    register.record(session, actor, model, "taken", by=unit.id, copy=copy.id)
    keeper = keeper_of(session, model)
    notices.tell(
        session,
        notices.people_of_units(session, [keeper.id or 0] if keeper else []),
        "model_taken",
        ids={"model": model_id, "copy": copy.id},
        key=f"model_taken:{copy.id}",
        now=actor.now,
    )
    replicated = ModelState.REPLICATED.value
    if replicated in next_states(model) and waiting_change(session, model_id) is None:
        _wait(session, actor, model, replicated, calendar.local_date(actor.now, actor.zone), "")
    return copy
