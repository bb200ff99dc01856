"""The register of models: what a card consists of, how states follow each other, how they count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from bot.domain.template import SPLIT, TemplateSpec

NEW: Final = "new"
SUSTAINED: Final = "sustained"
REPLICATED: Final = "replicated"
ENDED: Final = "ended"
STATES: Final = (NEW, SUSTAINED, REPLICATED, ENDED)

NAME: Final = "name"
PRODUCT: Final = "product"
#: The parts of a card in the order in which they are asked for, with their longest texts.
#: Name and product come first: the rest can be completed later.
LIMITS: Final[Mapping[str, int]] = {
    NAME: 200,
    PRODUCT: 300,
    "problem": 1000,
    "goal": 1000,
    "method": 1000,
    "area": 1000,
    "people": 1000,
    "resources": 1000,
    "sustainability": 1000,
}
PARTS: Final = tuple(LIMITS)
#: Parts that are kept by code, besides the name and the product.
WORDS: Final = PARTS[2:]

#: What a state may become. What has ended may be taken up again.
NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    NEW: (SUSTAINED, REPLICATED, ENDED),
    SUSTAINED: (REPLICATED, ENDED),
    REPLICATED: (ENDED,),
    ENDED: (SUSTAINED,),
}

#: Fields where a bloc's template names no others.
FIELDS: Final = ("economy", "culture", "security", "environment", "political")
_TOTAL: Final = "models_total"
_OF_STATE: Final = {
    NEW: "models_new",
    SUSTAINED: "models_sustained",
    REPLICATED: "models_sustained",
}
_PREFIX: Final = "models_"


def fields_of(template: TemplateSpec) -> tuple[str, ...]:
    """The fields that a bloc's models belong to: those by which its reports split the total."""
    for rule in template.rules:
        if rule.kind == SPLIT and rule.code == _TOTAL:
            found = tuple(one.removeprefix(_PREFIX) for one in rule.others)
            return found or FIELDS
    return FIELDS


def indicator_of(template: TemplateSpec, field: str) -> str | None:
    """The report's row that counts the models of a field, if it has one."""
    return next((one for one in (_PREFIX + field, field) if one in template), None)


def missing(parts: Mapping[str, str]) -> tuple[str, ...]:
    """The parts of a card that hold nothing yet, in order."""
    return tuple(part for part in PARTS if not parts.get(part))


def state_on(changes: Iterable[tuple[dt.date, str]], day: dt.date) -> str | None:
    """The state on a day by changes (since, becomes) in their order; None before the first."""
    state = None
    for since, becomes in changes:
        if since <= day:
            state = becomes
    return state


def figures(template: TemplateSpec, models: Iterable[tuple[str, str]]) -> dict[str, Decimal]:
    """What a report counts of models (field, state): its rows with their figures.

    Sustained are those taken over by others too; ended ones don't count. The fields are counted
    only where every model has one: else they wouldn't add up to the total.
    """
    counted = [(field, state) for field, state in models if state in _OF_STATE]
    found = dict.fromkeys(_OF_STATE.values(), 0)
    for _field, state in counted:
        found[_OF_STATE[state]] += 1
    found[_TOTAL] = len(counted)
    fields = fields_of(template)
    if all(field in fields for field, _state in counted):
        for name in fields:
            code = indicator_of(template, name)
            if code is not None:
                found[code] = sum(field == name for field, _state in counted)
    inputs = {one.code for one in template.inputs if one.numeric}
    return {code: Decimal(count) for code, count in found.items() if code in inputs}
