"""What tests of reports do again and again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from sqlmodel import Session

from bot.domain.default_template import default_template
from bot.models import (
    Person,
    Report,
)
from bot.services import evidence, report_sending, reports
from bot.services.access import Actor
from bot.services.report_sheet import sheet
from tests.builders import World
from tests.flows.phone import file

MARCH = dt.date(2025, 3, 1)
REQUIRED = {
    **{one.code: Decimal(1) for one in default_template().inputs if one.required},
    "opinions_forwarded": Decimal(0),
}


def begin(world: World, person: Person, month: dt.date = MARCH) -> int:
    with world.acting(person) as (session, actor):
        return reports.open_month(session, actor, month).id or 0


def filled(world: World, person: Person, month: dt.date = MARCH, **more: Decimal) -> int:
    report_id = begin(world, person, month)
    with world.acting(person) as (session, actor):
        reports.change(session, actor, report_id, {**REQUIRED, **more})
    return report_id


def sent(world: World, person: Person, month: dt.date = MARCH, **more: Decimal) -> int:
    report_id = filled(world, person, month, **more)
    with world.acting(person) as (session, actor):
        report_sending.send(session, actor, report_id)
    return report_id


def stored(world: World, report_id: int) -> Report:
    with world.database.transaction() as session:
        return session.get_one(Report, report_id)


Act = Callable[[Session, Actor, int, int], object]
ACTS: dict[str, Act] = {
    "sheet": lambda s, a, r, e: sheet(s, a, r),
    "change": lambda s, a, r, e: reports.change(s, a, r, {"models_new": Decimal(9)}),
    "undo": lambda s, a, r, e: reports.undo(s, a, r, {"models_new": None}, {"models_new": "1"}),
    "send": lambda s, a, r, e: report_sending.send(s, a, r),
    "withdraw": lambda s, a, r, e: report_sending.withdraw(s, a, r),
    "attach": lambda s, a, r, e: evidence.attach(s, a, r, None, file(key="other")),
    "remove": lambda s, a, r, e: evidence.remove(s, a, e),
    "look": lambda s, a, r, e: evidence.mine(s, a, e),
}
