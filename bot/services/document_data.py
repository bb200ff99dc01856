"""What goes into a document: gathered from the tables into plain data.

Asks for no rights: :mod:`bot.services.documents` has asked before. Every order is gathered in a
constant number of statements.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.domain.document import (
    Annex,
    Bar,
    ChartPaper,
    Form,
    Head,
    Model,
    Order,
    Planned,
    Signed,
    TextPaper,
    check_code,
)
from bot.domain.names import fold
from bot.domain.template import TemplateSpec
from bot.models import Adoption, Bloc, BlocKind, BlocText, BlocYear, TextKind, TextVersion, Unit
from bot.services import progress
from bot.services.document_jobs import PACT, PROGRESS, TEXT, Wish
from bot.services.figures import template_of
from bot.services.papers import papers

#: The forms in which each can be had.
FORMS: Final[dict[str, tuple[Form, ...]]] = {
    PACT: ("pdf", "docx"),
    TEXT: ("pdf", "docx", "txt"),
    PROGRESS: ("png",),
}
#: Bars of a picture: as many as stay legible on a phone.
BARS: Final = 8
#: Symbols of the kinds of papers, as they follow a number.
_SYMBOLS: Final = {TextKind.PACT: "GƯ", TextKind.REGULATION: "QC", TextKind.PLAN: "KH"}
_FILES: Final = {
    TextKind.PACT: "giao-uoc",
    TextKind.REGULATION: "quy-che",
    TextKind.PLAN: "ke-hoach",
}


def order(session: Session, wish: Wish, now: dt.datetime) -> Order | None:
    """What is to be made now, or None for what there isn't (any more)."""
    if wish.form not in FORMS.get(wish.what, ()):
        return None
    if wish.what == PROGRESS:
        return _chart(session, wish, now)
    return _paper(session, wish)


def _slug(text: str) -> str:
    """A name as a part of a file's: vowel signs of Devanagari are letters too."""
    kept = (c if unicodedata.category(c)[0] in "LNM" else " " for c in fold(text))
    return "-".join("".join(kept).split())[:50]


# --- Texts ------------------------------------------------------------------------------------


def _paper(session: Session, wish: Wish) -> Order | None:
    row = session.exec(
        select(TextVersion, BlocText, BlocYear, Bloc)
        .join(BlocText, col(BlocText.id) == col(TextVersion.text_id))
        .join(BlocYear, col(BlocYear.id) == col(BlocText.bloc_year_id))
        .join(Bloc, col(Bloc.id) == col(BlocYear.bloc_id))
        .where(col(TextVersion.id) == wish.subject)
    ).first()
    if row is None:
        return None
    version, text, year, bloc = row
    kept = papers(year, bloc)
    zone = ZoneInfo(bloc.timezone)
    dated = version.published_at
    if wish.what == PACT and version.complete_at is not None:
        dated = version.complete_at
    paper = TextPaper(
        kind=text.kind.value,
        head=Head(
            parent=kept.parent,
            issuer=kept.issuer,
            number=_SYMBOLS[text.kind],
            place=kept.place,
            date=dated.astimezone(zone).date(),
        ),
        bloc=bloc.name,
        cluster=bloc.kind is BlocKind.CLUSTER,
        year=year.year,
        version=version.version,
        body=unicodedata.normalize("NFC", version.body),
        sha256=version.sha256,
        check=check_code(text.kind.value, bloc.id or 0, year.year, version.version, version.sha256),
        published_at=version.published_at,
        zone=bloc.timezone,
    )
    if wish.what == PACT:
        paper = _with_signatures(session, paper, version, year, bloc)
    name = f"{_FILES[text.kind]}-{year.year}-{_slug(bloc.name)}-v{version.version}.{wish.form}"
    return Order(paper, wish.form, bloc.language, name)


def _with_signatures(
    session: Session, paper: TextPaper, version: TextVersion, year: BlocYear, bloc: Bloc
) -> TextPaper:
    """The signatures that stand, in the units' order, and the open units that haven't signed."""
    adoption: Any = col(Adoption.unit_id) == col(Unit.id)
    rows = session.exec(
        select(Unit, Adoption)
        .outerjoin(
            Adoption,
            adoption
            & (col(Adoption.version_id) == version.id)
            & col(Adoption.withdrawn_at).is_(None),
        )
        .where(col(Unit.bloc_id) == bloc.id)
        .order_by(col(Unit.joined_at), col(Unit.id))
    ).all()
    signed = [one for _unit, one in rows if one is not None]
    return replace(
        paper,
        signatures=True,
        complete_at=version.complete_at,
        signed=tuple(Signed(one.unit_name, one.person_name, one.post, one.at) for one in signed),
        owing=tuple(
            unit.name for unit, one in rows if one is None and unit.closed_at is None
        ),
        annexes=tuple(
            _annex(session, year, bloc.language, one) for one in signed if one.commitment
        ),
    )  # fmt: skip


def _annex(session: Session, year: BlocYear, language: str, one: Adoption) -> Annex:
    """What a unit signed with, as it stood in that moment."""
    kept: Any = one.commitment
    template = template_of(session, year.id or 0, int(kept.get("template", year.template_version)))
    return Annex(
        unit=one.unit_name,
        targets=tuple(_planned(template, kept.get("targets", {}), language)),
        models=tuple(
            Model(int(model["number"]), str(model["name"]), str(model["product"]))
            for model in kept.get("models", [])
        ),
        sha256=one.commitment_hash,
    )


def _planned(template: TemplateSpec, targets: dict[str, str], language: str) -> Iterable[Planned]:
    for one in template.indicators:
        if one.code in targets:
            try:
                value = Decimal(targets[one.code])
            except InvalidOperation:  # words are no target
                continue
            yield Planned(one.label(language), one.unit, value)


# --- Plan against done ------------------------------------------------------------------------


def _chart(session: Session, wish: Wish, now: dt.datetime) -> Order | None:
    bloc = session.get(Bloc, wish.bloc_id)
    if bloc is None:
        return None
    year = session.exec(
        select(BlocYear).where(col(BlocYear.bloc_id) == bloc.id, col(BlocYear.year) == bloc.year)
    ).one()
    template = template_of(session, year.id or 0, year.template_version)
    title, subject = bloc.name, ""
    if wish.subject:
        unit = session.get(Unit, wish.subject)
        if unit is None or unit.bloc_id != bloc.id or unit.closed_at is not None:
            return None
        title = unit.name
        found = progress.one_unit(session, bloc, year, unit, now).targets
        labels = [template[one.code].label(wish.language) for one in found]
    elif wish.code:
        if wish.code not in template:
            return None
        subject = template[wish.code].label(wish.language)
        units = progress.all_units(session, bloc, year, now)
        found = [one for unit in units for one in unit.targets if one.code == wish.code]
        labels = [one.unit for one in found]
    else:
        found = progress.totals(template, progress.all_units(session, bloc, year, now))
        labels = [template[one.code].label(wish.language) for one in found]
    if not found:
        return None
    paper = _page(
        wish, title, subject, year, bloc, now, _bars(found, labels, by_unit=bool(subject))
    )
    name = f"bieu-do-{year.year}-{_slug(title)}{f'-{paper.page + 1}' if paper.page else ''}.png"
    return Order(paper, "png", wish.language, name)


def _bars(found: Sequence[progress.Progress], labels: Sequence[str], *, by_unit: bool) -> list[Bar]:
    return [
        Bar(str(one.unit_id) if by_unit else one.code, label, one.planned, one.done, one.expected)
        for one, label in zip(found, labels, strict=True)
    ]


def _page(
    wish: Wish,
    title: str,
    subject: str,
    year: BlocYear,
    bloc: Bloc,
    now: dt.datetime,
    bars: Sequence[Bar],
) -> ChartPaper:
    pages = -(-len(bars) // BARS)
    page = min(wish.page, pages - 1)
    return ChartPaper(
        title=title,
        subject=subject,
        year=year.year,
        on=now.astimezone(ZoneInfo(bloc.timezone)).date(),
        bars=tuple(bars[page * BARS : (page + 1) * BARS]),
        page=page,
        pages=pages,
    )
