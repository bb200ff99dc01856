"""What a month of reports has left behind; reports are named by unit and month."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from bot.database import Database
from bot.demo.telegram import StandIn
from bot.models import Evidence, OutMessage, Report, ReportStep, StepKind
from bot.views.notices import COLLECTED
from tests.crash.left import Key, audit, menus, people, rows, seats, told
from tests.crash.left import Names as Plain


@dataclass(frozen=True)
class Left:
    """What is compared: each value is equal in two runs of the same story."""

    reports: dict[Key, Any]
    steps: dict[Key, list[Any]]
    evidence: dict[Key, list[Any]]
    seats: list[Any]
    audit: dict[Key, list[Any]]
    told: dict[Key, str]
    people: dict[int, Any]
    menus: dict[int, list[str]]


class Names(Plain):
    """Names for ids, those of reports too."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.reports = {
            one.id: (self.units[one.unit_id], f"{one.month:%Y-%m}")
            for one in session.exec(select(Report))
        }
        self.kinds["report"] = self.reports


def left_behind(database: Database, tg: StandIn) -> Left:
    """Everything that counts of a finished month."""
    with database.transaction() as session:
        names = Names(session)
        return Left(
            reports=_reports(session, names),
            steps=_steps(session, names),
            evidence=_evidence(session, names),
            seats=seats(session, names),
            audit=audit(session, names, lambda body: names.reports.get(body.get("report")) or None),
            told=told(session, names, _overtaken(session)),
            people=people(session),
            menus=menus(tg),
        )


def _reports(session: Session, names: Names) -> dict[Key, Any]:
    return {
        names.reports[one.id]: {
            "state": one.state.value,
            "number": one.number,
            "round": one.round,
            "values": dict(sorted(one.values.items())),
            "marked": list(one.marked),
            "late": one.late,
            "template": one.template_version,
            "sent_by": names.people.get(one.sent_by),
        }
        for one in rows(session, Report)
    }


def _steps(session: Session, names: Names) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = defaultdict(list)
    for one in rows(session, ReportStep):
        found[names.reports[one.report_id]].append(
            (
                one.round,
                one.kind.value,
                names.people[one.person_id],
                names.units[one.unit_id],
                one.comment,
                tuple(one.marked),
                tuple(sorted(one.values.items())),
            )
        )
    return dict(found)


def _evidence(session: Session, names: Names) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = defaultdict(list)
    for one in rows(session, Evidence):
        found[names.reports[one.report_id]].append(
            (
                one.indicator,
                one.kind.value,
                one.file_name,
                one.caption,
                one.sha256,
                one.failed,
                names.people[one.added_by],
                one.removed_at is None,
            )
        )
    return dict(found)


def _overtaken(session: Session) -> Callable[[OutMessage], bool]:
    """Collected news wait for a moment: of a sending that was taken back or decided meanwhile
    they are rightly dropped. Only then."""
    over: dict[tuple[int, int], list[dt.datetime]] = defaultdict(list)
    for step in rows(session, ReportStep):
        if step.kind is not StepKind.SENT:
            over[step.report_id, step.round].append(step.at)

    def rightly(one: OutMessage) -> bool:
        if one.kind not in COLLECTED:
            return False
        ends = over[one.ids["report"], one.ids["round"]]
        return any(end <= one.done_at for end in ends)

    return rightly
