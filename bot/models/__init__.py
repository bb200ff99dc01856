"""SQLModel tables. Services read and write them; nothing here decides anything."""

from bot.models.base import utc_now
from bot.models.blocs import Bloc, BlocKind, BlocYear, Template, Unit, UnitName
from bot.models.machine import (
    AuditEntry,
    DeadLetter,
    DoneUpdate,
    Form,
    Job,
    JobState,
    OutMessage,
    OutState,
    ParkedUpdate,
)
from bot.models.people import Invitation, Person, Seat, SeatRole
from bot.models.reports import (
    Evidence,
    EvidenceKind,
    Report,
    ReportState,
    ReportStep,
    StepKind,
)

__all__ = [
    "AuditEntry",
    "Bloc",
    "BlocKind",
    "BlocYear",
    "DeadLetter",
    "DoneUpdate",
    "Evidence",
    "EvidenceKind",
    "Form",
    "Invitation",
    "Job",
    "JobState",
    "OutMessage",
    "OutState",
    "ParkedUpdate",
    "Person",
    "Report",
    "ReportState",
    "ReportStep",
    "Seat",
    "SeatRole",
    "StepKind",
    "Template",
    "Unit",
    "UnitName",
    "utc_now",
]
