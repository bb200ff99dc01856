"""Messages about a unit's own report that go out through the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from bot.i18n import Texts
from bot.models import Person, StepKind
from bot.services import notices, report_sending
from bot.views.base import View, lines
from bot.views.report_card import press


def _sending(
    session: Session, person: Person, ids: Sequence[Mapping[str, Any]], kind: StepKind
) -> report_sending.Sending | None:
    """The sending; None for whoever no longer belongs to its unit."""
    found = report_sending.sending(session, int(ids[0]["report"]), int(ids[0]["round"]), kind)
    if found is None or not notices.sits(session, person, unit_id=found.report.unit_id):
        return None
    return found


def _when_and_by(t: Texts, found: report_sending.Sending) -> Markup:
    return t._(
        "{when}, by {person}.", when=t.when(found.step.at, found.zone), person=found.person.name
    )


def sent_notice(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """The report was sent: its number, when, by whom, whether late."""
    found = _sending(session, person, ids, StepKind.SENT)
    if found is None:
        return None
    report = found.report
    return View(
        text=lines(
            t._(
                "✅ Report {number} was sent: {month}, {unit}.",
                number=report.number,
                month=t.month(report.month),
                unit=found.unit.short_name,
            ),
            _when_and_by(t, found),
            t._("⏰ It came after the deadline and is marked late.") if found.late else None,
        ),
        rows=((press(t._("Open"), "open", report.id),),),
        card=False,
    )


def withdrawn_notice(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """The report was taken back."""
    found = _sending(session, person, ids, StepKind.WITHDRAWN)
    if found is None:
        return None
    report = found.report
    return View(
        text=lines(
            t._(
                "↩ Report {number} was withdrawn: {month}, {unit}.",
                number=report.number,
                month=t.month(report.month),
                unit=found.unit.short_name,
            ),
            _when_and_by(t, found),
            t._("It has to be sent again to count."),
        ),
        rows=((press(t._("Open"), "open", report.id),),),
        card=False,
    )


NOTICES = {"report_sent": sent_notice, "report_withdrawn": withdrawn_notice}
