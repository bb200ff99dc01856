"""The template of indicators in the chat: what is in force, what a workbook would change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from bot.documents import template_form
from bot.domain.template import TemplateSpec
from bot.errors import NotFound
from bot.i18n import Texts
from bot.models import Bloc, BlocYear, Person
from bot.services import access, notices, templates
from bot.services.templates import Changes, Present, Proposal
from bot.views.base import Attachment, Button, View, clip, data, lines, plain
from bot.views.report_words import label
from bot.views.workbooks import listing

FEATURE = "template"
_FEW = 12

ERRORS: dict[str, Callable[..., Markup]] = {
    "template_foreign": lambda t, **_v: t._(
        "That template belongs to another bloc or year, so nothing was changed. "
        "Please get this year's with /template."
    ),
    "template_moved": lambda t, **_v: t._(
        "The template has been changed meanwhile, so nothing was changed now. "
        "Please get the present one with /template and change that."
    ),
    "template_same": lambda t, **_v: t._(
        "Nothing is changed in that file, so the template stays as it is."
    ),
    "template_used": lambda t, **_v: t._("This template is in force already."),
    "template_wrong": lambda t, **_v: t._(
        "That template can't be used. Please correct the file and send it again."
    ),
}


def describe_template(t: Texts) -> Markup:
    """For Telegram's command menu."""
    return t._("The report's indicators, as a file to edit")


def _button(text: Markup, action: str, *args: object) -> Button:
    return Button(plain(text), data(FEATURE, action, *args))


def _menu(t: Texts) -> Button:
    return Button(plain(t._("◀ Menu")), data("home", "menu"))


def card(t: Texts, found: Present, note: str = "") -> View:
    """The template in force, part by part."""
    template = found.template
    counts = [
        t.ngettext(
            "• {part}: {n} indicator",
            "• {part}: {n} indicators",
            len(template.of_part(part.code)),
            part=part.title(t.language),
            n=t.number(len(template.of_part(part.code))),
        )
        for part in template.parts
    ]
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>Template of the monthly report</b> · {year}", year=str(found.year.year)),
            t._("Version {version}", version=str(found.version)),
            "",
            *counts,
            "",
            t._("To change it, get it as a file, edit the file and send it back to me here."),
        ),
        rows=((_button(t._("📄 Get as XLSX"), "get"),), (_menu(t),)),
    )


def coming(t: Texts) -> Markup:
    """The workbook was asked for."""
    return t._("The template comes as a file in a moment.")


def _names(t: Texts, template: TemplateSpec, codes: Sequence[str]) -> str:
    names = [clip(label(t, template[code]), 60) for code in codes[:_FEW]]
    return "; ".join(names) + (" …" if len(codes) > _FEW else "")


def _differences(t: Texts, found: Proposal) -> list[Markup]:
    changes: Changes = found.changes
    rows: list[Markup] = []
    if codes := changes.added:
        rows.append(
            t.ngettext(
                "➕ {n} new: {names}",
                "➕ {n} new: {names}",
                len(codes),
                n=t.number(len(codes)),
                names=_names(t, found.template, codes),
            )
        )
    if codes := changes.removed:
        rows.append(
            t.ngettext(
                "➖ {n} removed: {names}",
                "➖ {n} removed: {names}",
                len(codes),
                n=t.number(len(codes)),
                names=_names(t, found.before, codes),
            )
        )
    if codes := changes.changed:
        rows.append(
            t.ngettext(
                "✏ {n} changed: {names}",
                "✏ {n} changed: {names}",
                len(codes),
                n=t.number(len(codes)),
                names=_names(t, found.template, codes),
            )
        )
    if changes.others:
        rows.append(t._("✏ Parts, rules or the order of rows"))
    return rows


def preview(t: Texts, found: Proposal) -> View:
    """What a proposal would change, to be confirmed."""
    return View(
        text=lines(
            t._("<b>This would change in the monthly report:</b>"),
            *_differences(t, found),
            "",
            t._(
                "Reports already begun keep the indicators that they have; new ones get these. "
                "All units are told."
            ),
        ),
        rows=(
            (
                Button(
                    plain(t._("✅ Use it")), data(FEATURE, "use", found.version), style="success"
                ),
                _button(t._("Leave as it is"), "drop", found.version),
            ),
        ),
        card=False,
    )


def used(t: Texts, found: Proposal) -> View:
    """The proposal is in force now."""
    return View(
        text=lines(
            t._("✅ Version {version} of the template is in force.", version=str(found.version)),
            *_differences(t, found),
            "",
            t._("All units are told."),
        ),
        rows=((_button(t._("Template"), "show"), _menu(t)),),
    )


def dropped(t: Texts) -> Markup:
    """The proposal isn't used."""
    return t._("The template stays as it is.")


# --- Messages out -----------------------------------------------------------------------------


def _word_form(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], now: dt.datetime
) -> View | None:
    actor = access.find_actor(session, person.telegram_id, now, (), lock=False)
    if actor is None or not actor.is_reviewer or actor.here.year.id != ids[0]["bloc_year"]:
        return None
    found = templates.present(session, actor)
    return View(
        text=lines(
            t._("Template of the monthly report, {bloc}, {year}.", bloc=found.bloc,
                year=str(found.year.year)),
            t._("Its last sheet explains how to edit it. Send the file back to me here."),
        ),
        card=False,
        attachment=Attachment(
            "document",
            name=template_form.file_name(found),
            content=template_form.make(t, found),
        ),
    )  # fmt: skip


def _word_result(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], now: dt.datetime
) -> View | None:
    body = ids[0]
    actor = access.find_actor(session, person.telegram_id, now, (), lock=False)
    if actor is None or not actor.is_reviewer:
        return None
    if "wrong" in body:
        told = [place_sentence(t, *cells) for cells in body["wrong"]]
        count = int(body["count"])
        head = t.ngettext(
            "The template wasn't changed: {n} cell is wrong.",
            "The template wasn't changed: {n} cells are wrong.",
            count,
            n=t.number(count),
        )
        end = t._("Please correct this in the same file and send it again.")
        return View(text=listing(t, head, told, count, end), card=False)
    if actor.here.year.id != body["bloc_year"]:
        return None
    try:
        found = templates.proposal(session, body["bloc_year"], body["version"])
    except NotFound:
        return None
    return None if found.used else preview(t, found)


def _word_changed(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    body = ids[0]
    year = session.get_one(BlocYear, body["bloc_year"])
    if not notices.sits(session, person, bloc_id=year.bloc_id):
        return None
    found = templates.proposal(session, body["bloc_year"], body["version"])
    bloc = session.get_one(Bloc, year.bloc_id)
    return View(
        text=lines(
            t._("<b>The monthly report of {bloc} has changed</b>", bloc=bloc.name),
            *_differences(t, found),
            "",
            t._("Reports already begun keep the indicators that they have; new ones get these."),
        ),
        rows=((_menu(t),),),
        card=False,
    )


_PLACES: Mapping[str, Callable[..., Markup]] = {
    "cell_formula": lambda t, **v: t._("{cell}: there is a formula; please enter its result", **v),
    "bad_code": lambda t, **v: t._(
        "{cell}: “{shown}” is no code; small letters, digits and _ are possible, 40 at most", **v
    ),
    "duplicate_code": lambda t, **v: t._("{cell}: “{shown}” stands there twice", **v),
    "no_label": lambda t, **v: t._("{cell}: the label is missing", **v),
    "label_too_long": lambda t, **v: t._("{cell}: “{shown}” is too long", **v),
    "unknown_part": lambda t, **v: t._("{cell}: there is no part “{shown}”", **v),
    "unknown_kind": lambda t, **v: t._("{cell}: there is no kind “{shown}”", **v),
    "unknown_type": lambda t, **v: t._("{cell}: there is no type “{shown}”", **v),
    "unknown_rule": lambda t, **v: t._(
        "{cell}: I don't understand the rule “{shown}”; the last sheet shows the rules", **v
    ),
    "unknown_indicator": lambda t, **v: t._("{cell}: there is no indicator “{shown}”", **v),
    "wrong_type": lambda t, **v: t._("{cell}: “{shown}” holds no number", **v),
    "wrong_count": lambda t, **v: t._("{cell}: the rule names too many or too few codes", **v),
    "computed_twice": lambda t, **v: t._("{cell}: “{shown}” is computed twice", **v),
    "cycle": lambda t, **v: t._("{cell}: “{shown}” would be a part of itself", **v),
    "max_length": lambda t, **v: t._("{cell}: “{shown}” is no length from 1 to 1000", **v),
    "too_many": lambda t, **v: t._("{cell}: there are too many rows ({shown})", **v),
    "empty": lambda t, **v: t._("{cell}: there is no indicator at all", **v),
}


def place_sentence(t: Texts, sheet: str, where: str, shown: str, code: str) -> Markup:
    """What is wrong with one cell of a template's workbook."""
    cell = f"{clip(sheet, 31)}!{where}"
    return _PLACES[code](t, cell=cell, shown=clip(shown, 40))


NOTICES: dict[str, Callable[..., View | None]] = {
    templates.FORM: _word_form,
    templates.RESULT: _word_result,
    templates.CHANGED: _word_changed,
}
