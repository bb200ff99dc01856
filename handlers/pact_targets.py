"""Targets of the pact: typed one by one or several at once, or taken from last year by a tap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.domain import entering
from bot.errors import Invalid, NotFound, Superseded
from bot.incoming import Incoming, Tx
from bot.models import Form
from bot.services import commitments, forms
from bot.services.commitments import Commitment, Saved
from bot.views import pact as home_views
from bot.views import pact_targets as views
from bot.views import report as report_views
from bot.views.base import View
from bot.views.errors import sentence
from handlers.routing import arguments, number

#: The form's steps that are about targets.
STEPS = ("targets", "part", "field", "choose")


def go(tx: Tx, step: str, subject: int | None, **draft: Any) -> Form:
    """To a step of the pact's form; buttons made before are stale from now on."""
    tx.form = forms.enter(
        tx.session,
        tx.actor.person.id or 0,
        home_views.FEATURE,
        step,
        tx.now,
        subject=subject,
        draft=draft,
    )
    return tx.form


def _place(tx: Tx) -> tuple[int, int, dict[str, Any]]:
    """Whose targets the form is about: unit, bloc-year, and what it keeps besides."""
    form = tx.form
    draft = dict(form.draft) if form else {}
    return (form.subject or 0) if form else 0, int(str(draft.get("year") or 0)), draft


def _read(tx: Tx) -> Commitment:
    """The commitment that the form is about; refused where the person acts for another unit now."""
    unit_id, year_id, _ = _place(tx)
    found = commitments.own(tx.session, tx.actor, with_last=True)
    if found.unit.id != unit_id:
        raise NotFound("targets_not_yours")
    if found.year.id != year_id:
        raise Superseded("targets_other_year", year=found.year.year)
    if found.signed is not None:
        raise Superseded(
            "targets_frozen",
            person=found.signed.person_name,
            at=found.signed.at,
            zone=tx.actor.zone,
        )
    return found


def opened(tx: Tx, note: str = "") -> View:
    """The overview of the unit's targets. Raises Superseded(``targets_frozen``)."""
    found = commitments.own(tx.session, tx.actor, with_last=True)
    go(tx, "targets", found.unit.id, year=found.year.id)
    return draw(tx, _read(tx), note)


def draw(tx: Tx, found: Commitment | None = None, note: str = "", *, undo: bool = False) -> View:
    """The form as it stands."""
    found = found or _read(tx)
    form = tx.form
    step = form.step if form else "targets"
    _, _, draft = _place(tx)
    version = form.version if form else 0
    part, code = str(draft.get("part") or ""), str(draft.get("code") or "")
    ways = draft.get("readings")
    if step == "choose" and isinstance(ways, list):
        return views.choose(tx.t, found, version, str(draft.get("text", "")), ways)
    if step == "field" and any(one.code == code for one in found.fields):
        return views.field(tx.t, found, version, code, note, undo=undo)
    if step in ("part", "field") and found.of_part(part):
        return views.part(tx.t, found, version, part, note, undo=undo)
    return views.card(tx.t, found, version, note, undo=undo)


# --- Going about ------------------------------------------------------------------------------


def card(_incoming: Incoming, tx: Tx) -> View:
    """To the overview."""
    found = _read(tx)
    go(tx, "targets", found.unit.id, year=found.year.id)
    return draw(tx, found)


def _word(incoming: Incoming) -> str:
    return (arguments(incoming) or [""])[0]


def part(incoming: Incoming, tx: Tx) -> View:
    """To the rows of a part."""
    found = _read(tx)
    go(tx, "part", found.unit.id, year=found.year.id, part=_word(incoming))
    return draw(tx, found)


def _code(incoming: Incoming, found: Commitment) -> str:
    code = _word(incoming)
    if not any(one.code == code for one in found.fields):
        raise Invalid("target_no_field")
    return code


def field(incoming: Incoming, tx: Tx) -> View:
    """To one row."""
    found = _read(tx)
    return _to_field(tx, found, _code(incoming, found))


def _to_field(tx: Tx, found: Commitment, code: str, note: str = "", **draft: Any) -> View:
    place = {"part": found.template[code].part, "code": code, **draft}
    go(tx, "field", found.unit.id, year=found.year.id, **place)
    return draw(tx, found, note, undo="was" in draft)


def skip(incoming: Incoming, tx: Tx) -> View:
    """To the next empty row of the part, else back to the part."""
    found = _read(tx)
    return _on(tx, found, _code(incoming, found), "")


def _on(tx: Tx, found: Commitment, code: str, note: str, **draft: Any) -> View:
    """After a row: the next empty one of its part, else the part."""
    spec = found.template[code]
    rest = [one for one in found.following(spec.part, code)[1:] if one.code != code]
    rest = rest or [one for one in found.following(spec.part) if one.code != code]
    if rest:
        return _to_field(tx, found, rest[0].code, note, **draft)
    go(tx, "part", found.unit.id, year=found.year.id, part=spec.part, **draft)
    return draw(tx, found, note, undo="was" in draft)


# --- Entering ---------------------------------------------------------------------------------


def _set(tx: Tx, values: Mapping[str, Decimal | None]) -> Saved:
    unit_id, year_id, _ = _place(tx)
    return commitments.set_targets(tx.session, tx.actor, unit_id, values, year_id=year_id)


def typed(incoming: Incoming, tx: Tx) -> View:
    """Numbers typed: into the open row and those after it, or into what is empty."""
    form = tx.form
    found = _read(tx)
    _, _, draft = _place(tx)
    step = form.step if form else "targets"
    code = str(draft.get("code") or "") if step == "field" else ""
    part = str(draft.get("part") or "") if step in ("part", "field") else ""
    known = any(one.code == code for one in found.fields)
    fields = found.following(None if known else part or None, code if known else None)
    if not fields:
        return replace(draw(tx, found, views.no_empty(tx.t)), fresh=True)
    try:
        entered = entering.read(incoming.text, tx.t.language, fields)
        if entered.wrong is not None:
            why = sentence(tx.t, Invalid(f"number_{entered.wrong.error}"))
            if entered.items > 1:
                position = entered.wrong.position + 1
                why = report_views.wrong_number(tx.t, position, entered.wrong.text, why)
            return replace(draw(tx, found, why), fresh=True)
        if entered.ask:
            return replace(_choose(tx, found, incoming.text, entered.ways), tidy=True)
        return replace(_take(tx, entered.ways[0], code if known else "", part), tidy=True)
    except Invalid as error:
        return replace(draw(tx, found, sentence(tx.t, error)), fresh=True)


def _choose(tx: Tx, found: Commitment, text: str, ways: Sequence[entering.Placed]) -> View:
    form = tx.form
    _, _, draft = _place(tx)
    go(
        tx,
        "choose",
        found.unit.id,
        year=found.year.id,
        text=text,
        readings=[[list(pair) for pair in way] for way in ways],
        part=draft.get("part"),
        code=draft.get("code") if form and form.step == "field" else None,
    )
    return draw(tx, found)


def read(incoming: Incoming, tx: Tx) -> View:
    """One tap said which reading is right."""
    _, _, draft = _place(tx)
    ways = draft.get("readings")
    index = number(incoming)
    if not isinstance(ways, list) or index >= len(ways):
        return draw(tx)
    placed = [(str(one), str(value)) for one, value in ways[index]]
    return _take(tx, placed, str(draft.get("code") or ""), str(draft.get("part") or ""))


def _take(tx: Tx, placed: Sequence[tuple[str, str]], code: str, part: str) -> View:
    """Enter what was typed, and go on to the next empty row. ``code``: the row that was open."""
    saved = _set(tx, {one: Decimal(value) for one, value in placed})
    found = saved.commitment
    codes = [one for one, _ in placed]
    note = views.saved(tx.t, found, codes)
    undo = {"was": saved.was, "now": saved.now}
    if code:
        return _on(tx, found, codes[-1], note, **undo)
    if part:
        go(tx, "part", found.unit.id, year=found.year.id, part=part, **undo)
    else:
        go(tx, "targets", found.unit.id, year=found.year.id, **undo)
    return draw(tx, found, note, undo=True)


def same(incoming: Incoming, tx: Tx) -> View:
    """As last year, for one row."""
    found = _read(tx)
    code = _code(incoming, found)
    if code not in found.proposed:
        return draw(tx, found)
    return _take(tx, [(code, format(found.proposed[code], "f"))], code, "")


def part_same(incoming: Incoming, tx: Tx) -> View:
    """As last year, for all that is empty in a part."""
    return _all_same(tx, _word(incoming))


def all_same(_incoming: Incoming, tx: Tx) -> View:
    """As last year, for all that is empty."""
    return _all_same(tx, "")


def _all_same(tx: Tx, part: str) -> View:
    found = _read(tx)
    placed = [(code, format(value, "f")) for code, value in found.same(part or None).items()]
    return _take(tx, placed, "", part) if placed else draw(tx, found)


def clear(incoming: Incoming, tx: Tx) -> View:
    """Take a target out."""
    code = _code(incoming, _read(tx))
    saved = _set(tx, {code: None})
    note = views.saved(tx.t, saved.commitment, [code])
    return _to_field(tx, saved.commitment, code, note, was=saved.was, now=saved.now)


def undo(_incoming: Incoming, tx: Tx) -> View:
    """Take the last change back."""
    unit_id, _, draft = _place(tx)
    was, now = draft.get("was"), draft.get("now")
    _read(tx)
    if not isinstance(was, dict) or not isinstance(now, dict):
        return draw(tx)
    saved = commitments.undo(tx.session, tx.actor, unit_id, was, now)
    if tx.form is not None:
        kept = {key: value for key, value in tx.form.draft.items() if key not in ("was", "now")}
        go(tx, tx.form.step, unit_id, **kept)
    return draw(tx, saved.commitment, report_views.taken_back(tx.t))
