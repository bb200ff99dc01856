"""What tests of the monthly report do again and again."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, select

from bot.models import (
    Evidence,
    Form,
    Report,
)
from bot.services import forms, review
from tests.builders import World
from tests.flows.phone import Phone

REQUIRED = ("10 2", "1\n2\n3\n4\n5\n6", "7\n80\n1\n0", "0\n0", "3\n12tr\n1", "2\n1\n1")


def report_of(world: World, unit: int = 2, month: int = 3) -> Report:
    with world.database.transaction() as session:
        return session.exec(
            select(Report).where(
                Report.unit_id == world.unit(unit).id, Report.month == dt.date(2025, month, 1)
            )
        ).one()


def values(world: World) -> dict[str, str]:
    return report_of(world).values


def fill(phone: Phone) -> None:
    """Everything that is required, typed with only the card open."""
    for text in REQUIRED:
        phone.type(text)


def sent(phone: Phone) -> None:
    phone.command("report", "2025-03")
    fill(phone)
    phone.tap("Send")
    phone.tap("Yes, send it")


def give_back(world: World, *codes: str, reason: str = "Please check") -> None:
    reviewer = world.person(0)
    with world.acting(reviewer) as (session, actor):
        review.give_back(session, actor, 1, reason, codes)


def evidence_of(world: World) -> list[Evidence]:
    with world.database.transaction() as session:
        return list(session.exec(select(Evidence).order_by(col(Evidence.id))))


def form_of(world: World, phone: Phone) -> Form:
    with world.database.transaction() as session:
        form = forms.current(session, phone.person.id or 0)
        assert form is not None
        return form
