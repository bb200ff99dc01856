"""What stands in reports, as numbers: the template in force, typed values, canonical texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, tuple_
from sqlmodel import Session, col, select

from bot.domain.numbers import canonical
from bot.domain.report import cumulate, values_from_json
from bot.domain.template import DATE, TemplateSpec, from_json
from bot.errors import NotFound
from bot.models import BlocYear, Report, ReportState, Template

#: What an indicator can hold: a figure, a date, or words.
Value = Decimal | dt.date | str

#: States of reports whose figures count.
COUNTED = (ReportState.SENT, ReportState.IN_REVIEW, ReportState.APPROVED)

_Known = dict[tuple[int, int], TemplateSpec]
#: Templates by database, bloc-year and version. Their rows never change, so they never age.
_KNOWN: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()
_MOST_KNOWN = 1000


def _remember(session: Session, key: tuple[int, int], template: TemplateSpec) -> None:
    """Keep a template for the whole process once the transaction that saw it is committed.

    Before that the row may be this transaction's own, and be rolled back.
    """
    waiting: _Known | None = session.info.get("templates")
    if waiting is not None:
        waiting[key] = template
        return
    waiting = session.info["templates"] = {key: template}
    bind = session.get_bind()

    @event.listens_for(session, "after_commit", once=True)
    def _committed(_session: Any) -> None:
        known = _KNOWN.setdefault(bind, {})
        if len(known) > _MOST_KNOWN:
            known.clear()
        known.update(waiting)
        session.info.pop("templates", None)

    @event.listens_for(session, "after_rollback", once=True)
    def _rolled_back(_session: Any) -> None:
        waiting.clear()
        session.info.pop("templates", None)


def _remembered(session: Session, key: tuple[int, int]) -> TemplateSpec | None:
    template = _KNOWN.get(session.get_bind(), {}).get(key)
    return template or session.info.get("templates", {}).get(key)


def templates_of(
    session: Session, keys: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], TemplateSpec]:
    """Versions of several bloc-years' templates, by bloc-year and version; missing ones aren't.

    One statement for all that this process doesn't know yet.
    """
    wanted = set(keys)
    found = {key: known for key in wanted if (known := _remembered(session, key)) is not None}
    if lacking := wanted - found.keys():
        rows = session.exec(
            select(Template).where(
                tuple_(col(Template.bloc_year_id), col(Template.version)).in_(sorted(lacking))
            )
        )
        for row in rows:
            key = (row.bloc_year_id, row.version)
            found[key] = from_json(row.spec)
            _remember(session, key, found[key])
    return found


def template_of(session: Session, bloc_year_id: int, version: int) -> TemplateSpec:
    """A version of a bloc-year's template. Raises NotFound(``template_missing``)."""
    key = (bloc_year_id, version)
    template = _remembered(session, key)
    if template is not None:
        return template
    row = session.exec(
        select(Template).where(Template.bloc_year_id == bloc_year_id, Template.version == version)
    ).first()
    if row is None:
        raise NotFound("template_missing")
    template = from_json(row.spec)
    _remember(session, key, template)
    return template


def typed(template: TemplateSpec, values: Mapping[str, str]) -> dict[str, Value]:
    """Stored texts as figures, dates and words. Codes that the template doesn't know are left."""
    result: dict[str, Value] = {}
    for code, text in values.items():
        if code not in template:
            continue
        one = template[code]
        if one.numeric:
            result[code] = Decimal(text)
        elif one.type == DATE:
            result[code] = dt.date.fromisoformat(text)
        else:
            result[code] = text
    return result


def stored(value: Value) -> str:
    """The canonical text of a value: a decimal with a point, an ISO date, or the words."""
    if isinstance(value, Decimal):
        return format(canonical(value), "f")
    return value.isoformat() if isinstance(value, dt.date) else value


def cumulated(session: Session, unit_id: int, bloc_year_id: int) -> dict[str, Decimal]:
    """A unit's figures of the year so far: flows added up, stocks as last reported.

    Counted is what was sent and not returned. The targets of the pact stand beside these.
    """
    year = session.get_one(BlocYear, bloc_year_id)
    reports = session.exec(
        select(Report).where(
            Report.unit_id == unit_id,
            Report.bloc_year_id == bloc_year_id,
            col(Report.state).in_(COUNTED),
        )
    )
    months = [
        (
            report.month,
            values_from_json(
                template_of(session, bloc_year_id, report.template_version), report.values
            ),
        )
        for report in reports
    ]
    return cumulate(template_of(session, bloc_year_id, year.template_version), months)
