"""What a unit commits to before it signs the pact: targets, and models with their products.

A target is a planned value for an indicator of the year's report: for a flow the year's sum, for
a stock the state at the year's end. Once the unit has signed they stand still.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlmodel import Session, col, select

from bot.domain import audit as chains
from bot.domain.report import (
    Problem,
    Value,
    check_field,
    check_typed,
    compute,
    values_from_json,
    values_to_json,
)
from bot.domain.template import IndicatorSpec, TemplateSpec
from bot.errors import Invalid, NotFound, Superseded
from bot.models import (
    Adoption,
    Bloc,
    BlocText,
    BlocYear,
    Model,
    Target,
    TextKind,
    TextVersion,
    Unit,
)
from bot.services import audit, register
from bot.services.access import Actor
from bot.services.figures import cumulated, template_of


@dataclass(frozen=True)
class Commitment:
    """What a unit plans for a year, with all that its screens show.

    ``planned`` are the typed targets, ``values`` those with their totals. ``last`` is what last
    year's reports came to, where that is known. ``models`` are the unit's own that haven't ended.
    ``signed`` is the unit's signature under the pact in force: with one, nothing may change.
    """

    unit: Unit
    year: BlocYear
    template: TemplateSpec
    planned: Mapping[str, Decimal]
    models: tuple[Model, ...]
    signed: Adoption | None = None
    last: Mapping[str, Decimal] = field(default_factory=dict)

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """The targets with every total computed."""
        return compute(self.template, self.planned)

    @cached_property
    def fields(self) -> tuple[IndicatorSpec, ...]:
        """The indicators that can have a target, in order; totals are computed."""
        return tuple(one for one in self.template.inputs if one.numeric)

    @property
    def products(self) -> int:
        """How many of the models have a product."""
        return sum(bool(one.product) for one in self.models)

    @cached_property
    def unfinished(self) -> tuple[tuple[Model, int], ...]:
        """Models whose card lacks parts, with how many: they can be completed after signing."""
        found = ((one, len(register.missing(one))) for one in self.models)
        return tuple((one, lacking) for one, lacking in found if lacking)

    @property
    def missing(self) -> tuple[str, ...]:
        """What stands in the way of a signature: ``model``, ``product``, ``target``."""
        lacking = []
        if not self.models:
            lacking.append("model")
        if not self.products:
            lacking.append("product")
        if not self.planned:
            lacking.append("target")
        return tuple(lacking)

    @cached_property
    def broken(self) -> dict[str, Problem]:
        """Targets that contradict each other by a rule of the report; pointed out, not refused."""
        return check_typed(self.template, self.values)

    @cached_property
    def proposed(self) -> dict[str, Decimal]:
        """Last year's results for what can have a target, by indicator."""
        return {one.code: self.last[one.code] for one in self.fields if self.fits(one)}

    def fits(self, one: IndicatorSpec) -> bool:
        """Whether last year's result can stand as this year's target."""
        value = self.last.get(one.code)
        single = TemplateSpec((), (one,))
        return value is not None and not check_field(single, {one.code: value}, one.code)

    def same(self, part: str | None = None) -> dict[str, Decimal]:
        """What last year proposes for the empty targets, of one part or of all."""
        return {
            code: value
            for code, value in self.proposed.items()
            if code not in self.planned and part in (None, self.template[code].part)
        }

    def of_part(self, part: str) -> tuple[IndicatorSpec, ...]:
        """The indicators of a part that can have a target."""
        return tuple(one for one in self.fields if one.part == part)

    def following(self, part: str | None = None, code: str | None = None) -> list[IndicatorSpec]:
        """Where typed numbers go, in order.

        With an open field it is the first of them, then what is empty after it; with a part the
        empty ones of that part; else all that are empty.
        """
        rest = list(self.fields)
        first = []
        if code is not None:
            at = [one.code for one in rest].index(code)
            first, rest = [rest[at]], rest[at + 1 :]
        return first + [
            one for one in rest if one.code not in self.planned and part in (None, one.part)
        ]

    def snapshot(self) -> dict[str, Any]:
        """What a pact is signed with, as JSON: targets by indicator, models with their products."""
        return {
            "year": self.year.year,
            "template": self.year.template_version,
            "targets": values_to_json(self.planned),
            "models": [
                {
                    "id": one.id,
                    "number": one.number,
                    "name": one.name,
                    "product": one.product,
                    "field": one.field,
                    "state": one.state.value,
                }
                for one in self.models
            ],
        }


def sha256(snapshot: Mapping[str, Any]) -> str:
    """The hash of a commitment: SHA-256 of its canonical JSON (RFC 8785), in hexadecimal."""
    return hashlib.sha256(chains.canonical(snapshot)).hexdigest()


def own(session: Session, actor: Actor, *, with_last: bool = False) -> Commitment:
    """The actor's unit's commitment for the present year. A constant number of queries.

    ``with_last`` also reads last year's results. Raises Forbidden for whoever has no unit.
    """
    unit = actor.my_unit()
    year = actor.here.year
    return Commitment(
        unit=unit,
        year=year,
        template=template_of(session, year.id or 0, year.template_version),
        planned=planned(session, year, unit.id or 0),
        models=tuple(register.of_unit(session, unit.id or 0)),
        signed=_signed(session, year, unit.id or 0),
        last=_last_year(session, year, unit.id or 0) if with_last else {},
    )


def planned(session: Session, year: BlocYear, unit_id: int) -> dict[str, Decimal]:
    """A unit's typed targets of a year, by indicator of the template in force."""
    template = template_of(session, year.id or 0, year.template_version)
    rows = session.exec(
        select(Target).where(col(Target.bloc_year_id) == year.id, col(Target.unit_id) == unit_id)
    )
    values = values_from_json(template, {row.indicator: row.planned for row in rows})
    return {
        one.code: value
        for one in template.inputs
        if isinstance(value := values.get(one.code), Decimal)
    }


def _signed(session: Session, year: BlocYear, unit_id: int) -> Adoption | None:
    return session.exec(
        select(Adoption)
        .join(TextVersion, col(TextVersion.id) == col(Adoption.version_id))
        .join(
            BlocText,
            (col(BlocText.id) == col(TextVersion.text_id))
            & (col(BlocText.version) == col(TextVersion.version)),
        )
        .where(
            col(BlocText.bloc_year_id) == year.id,
            col(BlocText.kind) == TextKind.PACT,
            col(Adoption.unit_id) == unit_id,
            col(Adoption.withdrawn_at).is_(None),
        )
    ).first()


def _last_year(session: Session, year: BlocYear, unit_id: int) -> dict[str, Decimal]:
    before = session.exec(
        select(BlocYear.id).where(
            col(BlocYear.bloc_id) == year.bloc_id, col(BlocYear.year) == year.year - 1
        )
    ).first()
    return cumulated(session, unit_id, before) if before is not None else {}


# --- Changes ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Saved:
    """The commitment after a change; ``was`` and ``now`` are what was changed, as kept texts."""

    commitment: Commitment
    was: dict[str, str | None]
    now: dict[str, str | None]


def set_targets(
    session: Session,
    actor: Actor,
    unit_id: int,
    values: Mapping[str, Decimal | None],
    *,
    year_id: int | None = None,
) -> Saved:
    """Plan values for indicators, or take them out (None); it counts at once.

    ``unit_id`` and ``year_id`` are those of the screen: NotFound(``targets_not_yours``) where the
    actor has come to act for another unit since, Superseded(``targets_other_year``) where another
    year has begun. Superseded(``targets_frozen``) once the unit has signed the pact in force.
    Raises Invalid(``value_…``) for what can't be.
    """
    unit = actor.my_unit()
    place = actor.here
    if unit.id != unit_id:
        raise NotFound("targets_not_yours")
    if year_id is not None and year_id != place.year.id:
        raise Superseded("targets_other_year", year=place.year.year)
    template = template_of(session, place.year.id or 0, place.year.template_version)
    texts = {code: _text(template, code, value) for code, value in values.items()}
    # Signing holds the bloc too: what is signed is what stands here.
    session.exec(select(Bloc.id).where(col(Bloc.id) == place.bloc.id).with_for_update()).one()
    found = own(session, actor, with_last=True)
    if found.signed is not None:
        raise Superseded(
            "targets_frozen",
            person=found.signed.person_name,
            at=found.signed.at,
            zone=actor.zone,
        )
    rows = {
        row.indicator: row
        for row in session.exec(
            select(Target)
            .where(
                col(Target.bloc_year_id) == place.year.id,
                col(Target.unit_id) == unit_id,
                col(Target.indicator).in_(list(texts)),
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    was = {code: rows[code].planned if code in rows else None for code in texts}
    now = {code: text for code, text in texts.items() if was[code] != text}
    for code, text in now.items():
        _keep(session, actor, unit_id, rows.get(code), code, text)
    if now:
        audit.append(
            session,
            place.bloc.id or 0,
            "target_set",
            actor.now,
            person_id=actor.person.id,
            unit=unit_id,
            year=place.year.year,
            targets=now,
        )
        session.flush()
    fresh = {**found.planned, **{c: v for c, v in values.items() if v is not None}}
    for code, value in values.items():
        if value is None:
            fresh.pop(code, None)
    after = Commitment(
        found.unit, found.year, found.template, fresh, found.models, None, found.last
    )
    return Saved(after, {code: was[code] for code in now}, now)


def _keep(
    session: Session, actor: Actor, unit_id: int, row: Target | None, code: str, text: str | None
) -> None:
    if text is None:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = Target(
            bloc_year_id=actor.here.year.id or 0,
            unit_id=unit_id,
            indicator=code,
            planned=text,
            changed_by=actor.person.id or 0,
            changed_at=actor.now,
        )
    row.planned, row.changed_by, row.changed_at = text, actor.person.id or 0, actor.now
    session.add(row)


def _text(template: TemplateSpec, code: str, value: Decimal | None) -> str | None:
    if code not in template or code in template.computed or not template[code].numeric:
        raise Invalid("target_no_field")
    if value is None:
        return None
    one = template[code]
    for problem in check_field(TemplateSpec((), (one,)), {code: value}, code):
        raise Invalid(f"value_{problem.code}", limit=one.max_length, decimals=one.decimals)
    return values_to_json({code: value})[code]


def undo(
    session: Session,
    actor: Actor,
    unit_id: int,
    was: Mapping[str, str | None],
    now: Mapping[str, str | None],
) -> Saved:
    """Take a change back, but for what somebody has changed again since."""
    found = own(session, actor)
    held = values_to_json(found.planned)
    back = {
        code: Decimal(text) if text else None
        for code, text in was.items()
        if held.get(code) == now.get(code)
    }
    return set_targets(session, actor, unit_id, back)
