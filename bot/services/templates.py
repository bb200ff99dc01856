"""The template of indicators: the leader's people replace it, by proposal and confirmation.

A proposal is a version that isn't in force yet. Reports keep the version they were begun with;
drafts that nobody has touched take the one in force when they are opened again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, func, select

from bot.domain.template import TemplateError, TemplateSpec, check_template, from_json, to_json
from bot.errors import Invalid, NotFound, Superseded
from bot.models import BlocYear, Seat, Template
from bot.services import audit, notices
from bot.services.access import Actor
from bot.services.figures import template_of

#: The messages that carry the template, say what came of one sent back, and tell of a new one.
FORM: Final = "template_form"
RESULT: Final = "template_result"
CHANGED: Final = "template_changed"
#: The version that a proposal was made from stands beside its specification.
_BASE: Final = "base"


@dataclass(frozen=True)
class Changes:
    """How two templates differ: codes of indicators, and whether parts, rules or order do."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    others: bool

    @property
    def any(self) -> bool:
        """Whether they differ at all."""
        return bool(self.added or self.removed or self.changed or self.others)


@dataclass(frozen=True)
class Present:
    """The template in force."""

    template: TemplateSpec
    version: int
    year: BlocYear
    bloc: str


@dataclass(frozen=True)
class Proposal:
    """A version beside the one it was made from; ``used`` while it is in force."""

    template: TemplateSpec
    before: TemplateSpec
    version: int
    base: int
    changes: Changes
    used: bool


def compare(old: TemplateSpec, new: TemplateSpec) -> Changes:
    """What differs, in the new template's order."""
    codes = [one.code for one in new.indicators]
    kept = [one.code for one in old.indicators if one.code in new]
    changed = tuple(
        one.code for one in new.indicators if one.code in old and _row(one) != _row(old[one.code])
    )
    return Changes(
        added=tuple(code for code in codes if code not in old),
        removed=tuple(one.code for one in old.indicators if one.code not in new),
        changed=changed,
        others=(
            to_json(old)["parts"] != to_json(new)["parts"]
            or set(old.rules) != set(new.rules)
            or kept != [code for code in codes if code in old]
        ),
    )


def _row(one: Any) -> dict[str, Any]:
    """An indicator as plain values; empty labels don't count."""
    row = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return {**row, "labels": {key: text for key, text in one.labels.items() if text}}


def present(session: Session, actor: Actor) -> Present:
    """The template in force in the actor's bloc-year. For leader and deputy."""
    actor.require_reviewer()
    place = actor.here
    template = template_of(session, place.year.id or 0, place.year.template_version)
    return Present(template, place.year.template_version, place.year, place.bloc.name)


def ask_for_form(session: Session, actor: Actor) -> None:
    """Queue the message that carries the template as a workbook. For leader and deputy."""
    actor.require_reviewer()
    year = actor.here.year
    notices.tell(
        session,
        [actor.person.id or 0],
        FORM,
        ids={"bloc_year": year.id},
        key=f"{FORM}:{year.id}:{actor.now.isoformat()}",
        now=actor.now,
        priority=0,
    )


def _locked_year(session: Session, actor: Actor) -> BlocYear:
    return session.exec(
        select(BlocYear)
        .where(col(BlocYear.id) == actor.here.year.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def propose(
    session: Session, actor: Actor, template: TemplateSpec, *, bloc_year_id: int, base: int
) -> Proposal:
    """Keep a changed template until it is confirmed. For leader and deputy.

    Raises TemplateError, NotFound (``template_foreign``) for another bloc's or year's, Superseded
    (``template_moved``) where ``base`` is no longer in force, Invalid (``template_same``).
    """
    actor.require_reviewer()
    if bloc_year_id != actor.here.year.id:
        raise NotFound("template_foreign")
    year = _locked_year(session, actor)
    if base != year.template_version:
        raise Superseded("template_moved")
    problems = check_template(template)
    if problems:
        raise TemplateError(problems)
    before = template_of(session, year.id or 0, base)
    changes = compare(before, template)
    if not changes.any:
        raise Invalid("template_same")
    spec: dict[str, object] = {**to_json(template), _BASE: base}
    rows = session.exec(
        select(Template).where(Template.bloc_year_id == year.id, Template.version > base)
    ).all()
    row = next((one for one in rows if one.spec == spec), None)
    if row is None:
        highest = session.exec(
            select(func.max(Template.version)).where(Template.bloc_year_id == year.id)
        ).one()
        row = Template(
            bloc_year_id=year.id or 0,
            version=(highest or base) + 1,
            spec=spec,
            created_by=actor.person.id,
            created_at=actor.now,
        )
        session.add(row)
        session.flush()
    return Proposal(template, before, row.version, base, changes, used=False)


def proposal(session: Session, bloc_year_id: int, version: int) -> Proposal:
    """A proposed or used version with what it changes. Rights are the caller's to check.

    Raises NotFound (``template_missing``).
    """
    row = session.exec(
        select(Template, BlocYear.template_version)
        .join(BlocYear, col(BlocYear.id) == Template.bloc_year_id)
        .where(Template.bloc_year_id == bloc_year_id, Template.version == version)
    ).first()
    if row is None or not isinstance(base := row[0].spec.get(_BASE), int):
        raise NotFound("template_missing")
    template = from_json(row[0].spec)
    before = template_of(session, bloc_year_id, base)
    used = row[1] == version
    return Proposal(template, before, version, base, compare(before, template), used)


def use(session: Session, actor: Actor, version: int) -> Proposal:
    """Put a proposed template in force. For leader and deputy.

    Raises NotFound (``template_missing``), Superseded: ``template_used`` where this very version
    is in force already, ``template_moved`` where another has come into force meanwhile.
    """
    actor.require_reviewer()
    year = _locked_year(session, actor)
    found = proposal(session, year.id or 0, version)
    if year.template_version == version:
        raise Superseded("template_used")
    if year.template_version != found.base:
        raise Superseded("template_moved")
    year.template_version = version
    session.add(year)
    audit.append(
        session,
        year.bloc_id,
        "template.changed",
        actor.now,
        person_id=actor.person.id,
        year=year.year,
        version=version,
        base=found.base,
        added=list(found.changes.added),
        removed=list(found.changes.removed),
        changed=list(found.changes.changed),
    )
    people = session.exec(
        select(Seat.person_id)
        .where(
            col(Seat.bloc_id) == year.bloc_id,
            col(Seat.until).is_(None),
            col(Seat.person_id) != actor.person.id,
        )
        .distinct()
    )
    notices.tell(
        session,
        sorted(people),
        CHANGED,
        ids={"bloc_year": year.id, "version": version},
        key=f"{CHANGED}:{year.id}:{version}",
        now=actor.now,
        priority=2,
    )
    return Proposal(found.template, found.before, version, found.base, found.changes, used=True)
