"""What the register of models knows of a unit at a month's end, for its monthly report."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.domain import calendar
from bot.domain import register as rules
from bot.domain.template import TemplateSpec
from bot.models import ChangeState, Model, ModelChange, Unit
from bot.services import register


def of_month(
    session: Session, unit: Unit, month: dt.date, template: TemplateSpec, zone: ZoneInfo
) -> dict[str, Decimal]:
    """The report's rows that the register counts, with their figures; none where it has no model.

    Counted are the unit's models in their state on the month's last day, with those of units that
    had been merged into it by then. Two queries, whatever the number of models.
    """
    last = calendar.add_months(month, 1) - dt.timedelta(days=1)
    end = calendar.month_bounds(month, zone)[1]
    gone = session.exec(
        select(Unit.id, Unit.merged_into_id).where(
            col(Unit.bloc_id) == unit.bloc_id,
            col(Unit.merged_into_id).is_not(None),
            col(Unit.closed_at) < end,
        )
    )
    ids = register.Lineage({one or 0: into or 0 for one, into in gone}).of(unit.id or 0)
    changes: dict[int, list[tuple[dt.date, str]]] = {}
    fields: dict[int, str] = {}
    for model, change in session.exec(
        select(Model, ModelChange)
        .join(ModelChange, col(ModelChange.model_id) == col(Model.id))
        .where(
            col(Model.unit_id).in_(ids),
            col(ModelChange.state) == ChangeState.APPROVED,
            col(ModelChange.since) <= last,
        )
        .order_by(col(ModelChange.since), col(ModelChange.id))
    ):
        fields[change.model_id] = model.field
        changes.setdefault(change.model_id, []).append((change.since, change.becomes.value))
    if not changes:
        return {}
    states = {one: rules.state_on(steps, last) for one, steps in changes.items()}
    return rules.figures(
        template, [(fields[one], state) for one, state in states.items() if state is not None]
    )
