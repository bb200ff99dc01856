"""What a scenario is made of: a bloc, its units, invented people."""

from __future__ import annotations

from dataclasses import dataclass, field

LEADER, DEPUTY = "leader", "deputy"
SIGNATORY, REPRESENTATIVE = "signatory", "representative"


@dataclass(frozen=True, slots=True)
class Somebody:
    """An invented person on a phone, with the language that it is set to."""

    name: str
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class Unit:
    """A member unit. ``office``: leader, deputy or empty."""

    name: str
    short_name: str
    staff: int
    signatory: Somebody
    representative: Somebody
    office: str = ""
    # What the unit has when the year begins; figures of months are made from these.
    models: int = 4
    members: int = 1000


@dataclass(frozen=True, slots=True)
class Scenario:
    """A bloc in a year that really was. ``months``: how many of them the play plays."""

    key: str
    name: str
    province: str
    year: int
    units: tuple[Unit, ...]
    observer: Somebody
    months: int
    # What is known of that year; said at the beginning of the transcript.
    facts: tuple[str, ...] = ()
    # Who comes in place of the first unit's representative, and a person nobody invited.
    successor: Somebody = field(default=Somebody("Đàng Thị Mỹ Hương"))
    stranger: Somebody = field(default=Somebody("Người lạ"))

    @property
    def leader(self) -> Unit:
        """The unit that leads the bloc."""
        return next(unit for unit in self.units if unit.office == LEADER)

    @property
    def deputy(self) -> Unit:
        """The unit that stands in for the leader."""
        return next(unit for unit in self.units if unit.office == DEPUTY)

    @property
    def staff(self) -> int:
        """Staff of all units."""
        return sum(unit.staff for unit in self.units)
