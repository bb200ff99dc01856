"""Files that the bot makes: choosing a form, the list of them, the messages that carry them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup
from sqlmodel import Session, col, select

from bot.domain.document import MIME
from bot.i18n import Texts
from bot.models import Adoption, Bloc, BlocText, BlocYear, Made, Person, TextKind, TextVersion, Unit
from bot.services import document_jobs, documents, notices
from bot.services.document_jobs import PACT, PROGRESS, TEXT
from bot.services.documents import Asked, Choice, Shelf
from bot.services.figures import template_of
from bot.views.base import (
    CAPTION_LIMIT,
    Attachment,
    Button,
    Rows,
    View,
    clip,
    data,
    lines,
    plain,
)

FEATURE: Final = "docs"
_NAME: Final = 80
#: Room for the lines around a picture's description.
_ROOM: Final = CAPTION_LIMIT - 200
_FORMS: Final = {"pdf": "PDF", "docx": "DOCX", "txt": "TXT"}

ERRORS: dict[str, Callable[..., Markup]] = {
    "document_unknown": lambda t, **_v: t._(
        "That document isn't there (any more). /documents lists what is."
    ),
    "no_targets": lambda t, **_v: t._(
        "There are no targets yet, so there is nothing to draw. They are set with the pact: /pact"
    ),
}

_KINDS: Mapping[TextKind, Callable[[Texts], Markup]] = {
    TextKind.PACT: lambda t: t._("Pact"),
    TextKind.REGULATION: lambda t: t._("Regulation"),
    TextKind.PLAN: lambda t: t._("Plan"),
}


def describe_documents(t: Texts) -> Markup:
    """``/documents`` in the menu."""
    return t._("documents and charts as files")


def _menu(t: Texts) -> Button:
    return Button(plain(t._("◀ Menu")), data("home", "menu"))


def coming(t: Texts, asked: Asked) -> Markup:
    """It was asked for."""
    if asked.ready:
        return t._("The file comes in a moment.")
    if asked.wish.what == PROGRESS:
        return t._("⏳ The picture is being drawn and comes in a moment.")
    return t._("⏳ The document is being made and comes in a moment.")


def choice(t: Texts, found: Choice) -> View:
    """In which form a text is wanted."""
    version = found.version
    parts: list[Markup | str | None] = [
        t._("<b>{kind}</b> · version {n}", kind=_KINDS[found.kind](t), n=version.version),
    ]
    if found.what == PACT:
        parts.append(
            t._("With all signatures.")
            if version.complete_at
            else t._("With the signatures so far; the file says that it isn't complete.")
        )
    parts += [
        "",
        t._("PDF to read and print, DOCX to edit."),
        t._("TXT is the bare text: its SHA-256 is the one under the document.")
        if "txt" in found.forms
        else None,
    ]
    rows = Rows().add(
        *(
            Button(_FORMS[form], data(FEATURE, "get", found.what, version.id or 0, form))
            for form in found.forms
        )
    )
    if found.what == PACT:
        rows.add(Button(plain(t._("The text alone")), data(FEATURE, "text", version.id or 0)))
    rows.add(_menu(t))
    return View(text=lines(*parts), rows=rows.done(), fresh=True)


def shelf(t: Texts, found: Shelf) -> View:
    """What there is of the year."""
    rows = Rows()
    parts: list[Markup | str] = [t._("<b>Documents of {year}</b>", year=str(found.year.year)), ""]
    for kind, version in found.texts:
        name = t._("{kind}, version {n}", kind=_KINDS[kind](t), n=version.version)
        if kind is TextKind.PACT:
            state = t._("signed by all") if version.complete_at else t._("not all have signed")
            parts.append(t._("• {name}: {state}", name=name, state=state))
        else:
            parts.append(t._("• {name}", name=name))
        action = PACT if kind is TextKind.PACT else TEXT
        rows.add(Button(plain(t._("📄 {name}", name=name)), data(FEATURE, action, version.id or 0)))
    if found.has_targets:
        parts.append(t._("• Charts of plan and done"))
        rows.add(
            Button(plain(t._("📊 The whole bloc")), data(FEATURE, PROGRESS, 0)),
            Button(plain(t._("📊 My unit")), data(FEATURE, PROGRESS, found.own_unit_id))
            if found.own_unit_id
            else None,
        )
    if not found.texts and not found.has_targets:
        parts.append(t._("Nothing yet: regulation, plan and pact come with /publish."))
    return View(text=lines(*parts), rows=rows.add(_menu(t)).done())


# --- Messages out -----------------------------------------------------------------------------


def _may(session: Session, person: Person, body: Mapping[str, Any]) -> bool:
    """Whether it is still theirs to have; another unit's figures only while they read the bloc."""
    if not notices.sits(session, person, bloc_id=body["bloc"]):
        return False
    if body.get("what") != PROGRESS or not (body["subject"] or body.get("code")):
        return True
    own = body["subject"] and notices.sits(session, person, unit_id=body["subject"])
    return bool(own) or documents.reads(session, person, body["bloc"])


def _attachment(made: Made) -> Attachment:
    return Attachment(
        "photo" if made.mime == MIME["png"] else "document",
        name=made.name,
        file_id=made.file_id or "",
        stored=made.sha256,
        made=made.id or 0,
    )


def _word_document(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """A file that was asked for."""
    body = ids[0]
    made = session.get(Made, body["made"])
    if made is None or not _may(session, person, body):
        return None
    if body["what"] == PROGRESS:
        return _picture(session, t, made, body)
    found = _text(session, body["subject"])
    if found is None:
        return None
    version, text, bloc = found
    parts: list[Markup | str | None] = [_named(t, text, version, bloc)]
    if body["what"] == PACT:
        parts.append(
            t._("Signed by all units.")
            if version.complete_at
            else t._("Not complete: some units have yet to sign.")
        )
    parts.append(_hash(t, version))
    return View(text=lines(*parts), card=False, attachment=_attachment(made))


def _text(session: Session, version_id: int) -> tuple[TextVersion, BlocText, Bloc] | None:
    return session.exec(
        select(TextVersion, BlocText, Bloc)
        .join(BlocText, col(BlocText.id) == col(TextVersion.text_id))
        .join(BlocYear, col(BlocYear.id) == col(BlocText.bloc_year_id))
        .join(Bloc, col(Bloc.id) == col(BlocYear.bloc_id))
        .where(col(TextVersion.id) == version_id)
    ).first()


def _named(t: Texts, text: BlocText, version: TextVersion, bloc: Bloc) -> Markup:
    return t._(
        "{kind} of {bloc}, version {n}",
        kind=_KINDS[text.kind](t),
        bloc=clip(bloc.name, _NAME),
        n=version.version,
    )


def _hash(t: Texts, version: TextVersion) -> Markup:
    return t._("SHA-256 of the text: <code>{hash}</code>", hash=version.sha256)


def _word_signed(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """The pact that everybody has signed."""
    body = ids[0]
    made = session.get(Made, body["made"])
    found = _text(session, body["version"])
    if made is None or found is None or not _may(session, person, body):
        return None
    version, text, bloc = found
    count = len(
        session.exec(
            select(Adoption.id).where(
                col(Adoption.version_id) == version.id, col(Adoption.withdrawn_at).is_(None)
            )
        ).all()
    )
    return View(
        text=lines(
            t._("🎉 All units have signed. Here is the signed pact."),
            _named(t, text, version, bloc),
            t.ngettext("{n} signature", "{n} signatures", count, n=t.number(count)),
            _hash(t, version),
        ),
        rows=((Button("DOCX", data(FEATURE, "get", PACT, version.id or 0, "docx")),),),
        card=False,
        attachment=_attachment(made),
    )


def _picture(session: Session, t: Texts, made: Made, body: Mapping[str, Any]) -> View | None:
    """The chart, with its figures in words for who can't see it."""
    bloc = session.get(Bloc, body["bloc"])
    if bloc is None:
        return None
    labels = _labels(session, t, bloc, body)
    unit = session.get(Unit, body["subject"]) if body["subject"] else None
    described = []
    length = 0
    for ref, planned, done, on_course in body["bars"]:
        line = t._(
            "{mark} {field}: {done}/{planned}",
            mark="✅" if on_course else "⚠",
            field=clip(labels.get(ref, ref), 60),
            done=t.number(Decimal(done)),
            planned=t.number(Decimal(planned)),
        )
        length += len(plain(line)) + 1
        if length > _ROOM:
            described.append(Markup("…"))
            break
        described.append(line)
    page, count = int(body["page"]), int(body["pages"])
    rows = Rows()
    if page + 1 < count:
        rows.add(
            Button(
                plain(t._("Next picture ({n}/{count})", n=page + 2, count=count)),
                data(FEATURE, PROGRESS, body["subject"], page + 1, *_code(body)),
            )
        )
    return View(
        text=lines(
            t._(
                "<b>Plan and done</b> · {unit}", unit=clip(unit.name if unit else bloc.name, _NAME)
            ),
            *described,
        ),
        rows=rows.done(),
        card=False,
        attachment=_attachment(made),
    )


def _code(body: Mapping[str, Any]) -> tuple[str, ...]:
    return (str(body["code"]),) if body.get("code") else ()


def _labels(session: Session, t: Texts, bloc: Bloc, body: Mapping[str, Any]) -> dict[str, str]:
    """What the bars are of: units' short names, or indicators in the person's language."""
    refs = [str(bar[0]) for bar in body["bars"]]
    if body.get("code"):
        units = session.exec(select(Unit).where(col(Unit.id).in_([int(one) for one in refs])))
        return {str(unit.id): unit.short_name for unit in units}
    year = session.exec(
        select(BlocYear).where(col(BlocYear.bloc_id) == bloc.id, col(BlocYear.year) == bloc.year)
    ).one()
    template = template_of(session, year.id or 0, year.template_version)
    return {one: template[one].label(t.language) for one in refs if one in template}


def _word_failed(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """It couldn't be made."""
    body = ids[0]
    if not _may(session, person, body):
        return None
    return View(
        text=t._("I couldn't make the file that you asked for. Please try again later."),
        rows=((Button(plain(t._("Try again")), data(FEATURE, body["what"], body["subject"])),),),
        card=False,
    )


NOTICES: dict[str, Callable[..., View | None]] = {
    documents.DOCUMENT: _word_document,
    document_jobs.SIGNED: _word_signed,
    documents.FAILED: _word_failed,
}
