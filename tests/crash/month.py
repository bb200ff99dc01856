"""What a month has left behind, in a form that two runs can be compared by.

Ids differ between runs (PostgreSQL's numbering has gaps after a rollback, people act beside each
other); so everything is named: units by their short name, people by their number on Telegram,
reports by unit and month. Moments are left out.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from bot.database import Database
from bot.demo.telegram import StandIn
from bot.models import (
    AuditEntry,
    DeadLetter,
    DoneUpdate,
    Evidence,
    Invitation,
    Job,
    OutMessage,
    OutState,
    ParkedUpdate,
    Person,
    Report,
    ReportStep,
    Seat,
    StepKind,
    Unit,
)
from bot.views.notices import COLLECTED

Key = tuple[Any, ...]


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


class Names:
    """Names for ids."""

    def __init__(self, session: Session) -> None:
        self.people = {one.id: one.telegram_id for one in session.exec(select(Person))}
        self.units = {one.id: one.short_name for one in session.exec(select(Unit))}
        self.reports = {
            one.id: (self.units[one.unit_id], f"{one.month:%Y-%m}")
            for one in session.exec(select(Report))
        }
        self.seats = {one.id: self.people[one.person_id] for one in session.exec(select(Seat))}
        self.invitations = {
            one.id: (self.units.get(one.unit_id), one.role.value)
            for one in session.exec(select(Invitation))
        }

    def named(self, body: dict[str, Any]) -> Key:
        """A JSON body of ids with names in their place."""
        kinds: dict[str, dict[Any, Any]] = {
            "report": self.reports,
            "unit": self.units,
            "by": self.units,
            "seat": self.seats,
            "invitation": self.invitations,
        }
        found = {}
        for name, value in body.items():
            if name == "units" and isinstance(value, list):
                found[name] = repr([self.units.get(one, one) for one in value])
            elif name in kinds and value is not None:
                found[name] = repr(kinds[name].get(value, value))
            else:
                found[name] = repr(value)
        return tuple(sorted(found.items()))


def left_behind(database: Database, tg: StandIn) -> Left:
    """Everything that counts of a finished month."""
    with database.transaction() as session:
        names = Names(session)
        return Left(
            reports=_reports(session, names),
            steps=_steps(session, names),
            evidence=_evidence(session, names),
            seats=sorted(
                (names.people[one.person_id], names.units.get(one.unit_id), one.role.value)
                for one in session.exec(select(Seat))
            ),
            audit=_audit(session, names),
            told=_told(session, names),
            people={
                one.telegram_id: (one.name, one.language, one.blocked_at)
                for one in session.exec(select(Person))
            },
            menus={
                user.id: [command["command"] for command in tg.commands_for(user.id)]
                for user in tg.people()
            },
        )


def _rows(session: Session, model: type[SQLModel]) -> list[Any]:
    return list(session.exec(select(model).order_by(col(model.id))))  # type: ignore[attr-defined]


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
        for one in _rows(session, Report)
    }


def _steps(session: Session, names: Names) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = defaultdict(list)
    for one in _rows(session, ReportStep):
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
    for one in _rows(session, Evidence):
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


def _audit(session: Session, names: Names) -> dict[Key, list[Any]]:
    """The acts in the order of the chain: of each report, and of each person besides."""
    found: dict[Key, list[Any]] = defaultdict(list)
    for one in _rows(session, AuditEntry):
        body: dict[str, Any] = one.body
        person = names.people.get(one.person_id)
        about = names.reports[body["report"]] if "report" in body else ("person", person)
        found[about].append((one.action, person, names.named(body)))
    return {
        # Invitations come with the bloc in one transaction; their ids are not what counts.
        about: sorted(acts, key=repr) if about == ("person", None) else acts
        for about, acts in found.items()
    }


def _told(session: Session, names: Names) -> dict[Key, str]:
    """Every message that had to arrive, by its occasion, and that it was sent.

    Collected news wait for a moment: of a sending that was taken back or decided meanwhile they
    are rightly dropped. Only then.
    """
    over: dict[tuple[int, int], list[dt.datetime]] = defaultdict(list)
    for step in _rows(session, ReportStep):
        if step.kind is not StepKind.SENT:
            over[step.report_id, step.round].append(step.at)
    found: dict[Key, str] = {}
    for one in _rows(session, OutMessage):
        key = (names.people[one.person_id], one.kind, names.named(one.ids))
        assert key not in found, f"two rows for one occasion: {key}"
        done = one.state is OutState.SENT and one.message_id is not None
        if one.kind in COLLECTED and one.state is OutState.DROPPED:
            ends = over[one.ids["report"], one.ids["round"]]
            done = any(end <= one.done_at for end in ends)
        found[key] = "done" if done else one.state.value
    return found


def unfinished(database: Database) -> str:
    """What is still to be done; empty where the month is over in the database too."""
    with database.transaction() as session:
        waiting = {
            "answers": len(
                session.exec(
                    select(DoneUpdate.update_id).where(col(DoneUpdate.reply).is_not(None))
                ).all()
            ),
            "parked": len(session.exec(select(ParkedUpdate.update_id)).all()),
            "messages": len(
                session.exec(
                    select(OutMessage.id).where(col(OutMessage.state) == OutState.WAITING)
                ).all()
            ),
            "jobs": len(session.exec(select(Job.id).where(col(Job.done_at).is_(None))).all()),
        }
    return ", ".join(f"{name}: {count}" for name, count in waiting.items() if count)


def dead_letters(database: Database) -> list[str]:
    """Errors of updates that were given up."""
    with database.transaction() as session:
        return [one.error for one in session.exec(select(DeadLetter))]
