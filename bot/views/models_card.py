"""Writing a model's card: a new one, its parts, its field, its pictures."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.domain import register as rules
from bot.domain.template import TemplateSpec
from bot.i18n import Texts
from bot.models import EvidenceKind, Model, ModelPicture
from bot.services import register
from bot.services.register_pictures import MOST_PICTURES
from bot.views import models_words as words
from bot.views.base import Attachment, Button, Rows, View, clip, grid, lines, pages, plain, turn
from bot.views.models_words import FEATURE, press


def _home(t: Texts, pact: bool) -> Button:
    return words.back_to_pact(t) if pact else words.to_list(t)


# --- A new one --------------------------------------------------------------------------------


def ask_name(t: Texts, version: int, note: str = "") -> View:
    """The first question about a new model."""
    return View(
        text=lines(
            note or None,
            t._("<b>A new model</b>"),
            words.prompt(t, rules.NAME),
            words.limit(t, rules.NAME),
        ),
        rows=((press(t._("◀ Back"), "drop_new", version=version),),),
        placeholder=plain(words.part(t, rules.NAME)),
    )


def ask_product(t: Texts, version: int, name: str, note: str = "") -> View:
    """The second one; a product can be added later."""
    return View(
        text=lines(
            note or None,
            Markup("<b>{}</b>").format(name),
            words.prompt(t, rules.PRODUCT),
        ),
        rows=(
            (press(t._("Later ▶"), "no_product", version=version),),
            (press(t._("◀ Back"), "drop_new", version=version),),
        ),
        placeholder=plain(words.part(t, rules.PRODUCT)),
    )


def ask_field(
    t: Texts, version: int, name: str, product: str, template: TemplateSpec, note: str = ""
) -> View:
    """The last one, answered by a tap."""
    rows = _fields(t, version, "new_field", template)
    rows.add(press(t._("Later ▶"), "new_field", version=version))
    rows.add(press(t._("◀ Back"), "drop_new", version=version))
    return View(
        text=lines(
            note or None,
            Markup("<b>{}</b>").format(name),
            t._("Product: {product}", product=product) if product else None,
            t._("Which field does it belong to? Please tap."),
        ),
        rows=rows.done(),
    )


def _fields(t: Texts, version: int, action: str, template: TemplateSpec) -> Rows:
    return Rows().extend(
        (press(words.field(t, code, template), action, code, version=version),)
        for code in rules.fields_of(template)
    )


def dropped(t: Texts, *, pact: bool) -> View:
    """A new model was given up."""
    return View(text=t._("Nothing was entered."), rows=((_home(t, pact),),))


def created(t: Texts, model: Model) -> Markup:
    """Above the card of a model that was just begun."""
    return t._("✅ Model {number} is in the register.", number=model.number)


# --- The card being written -------------------------------------------------------------------


def writing(
    t: Texts,
    version: int,
    model: Model,
    pictures: int,
    template: TemplateSpec,
    *,
    pact: bool = False,
    note: str = "",
) -> View:
    """The card's parts, each a tap away; pictures are taken while it is open."""
    missing = register.missing(model)
    done = len(rules.PARTS) - len(missing)
    rows = Rows().extend(
        grid(
            [
                press(
                    f"{'▫' if code in missing else '✔'} {words.part(t, code)}",
                    "part",
                    code,
                    version=version,
                )
                for code in rules.PARTS
            ],
            2,
        )
    )
    rows.add(
        press(
            t._("Field: {field}", field=words.field(t, model.field, template)),
            "fields",
            version=version,
        )
    )
    rows.add(
        press(t._("📷 Pictures: {n}", n=t.number(pictures)), "pictures", 0, version=version)
        if pictures
        else None,
        press(t._("👁 Show"), "show", model.id, 0),
    )
    rows.add(_home(t, pact))
    return View(
        text=lines(
            note or None,
            "" if note else None,
            words.heading(model.number, model.name),
            words.bar(done, len(rules.PARTS)),
            t._(
                "{done} of {n} parts are written.",
                done=t.number(done),
                n=t.number(len(rules.PARTS)),
            )
            if missing
            else t._("✅ The card is complete."),
            "",
            t._("Tap a part to write it. You can send pictures now, up to {n}.", n=MOST_PICTURES),
        ),
        rows=rows.done(),
    )


def part(t: Texts, version: int, model: Model, code: str, note: str = "") -> View:
    """One part, to be typed."""
    text = register.parts_of(model)[code]
    shown = t._("Now: <blockquote expandable>{value}</blockquote>", value=text) if text else None
    rows = Rows().add(
        press(t._("Skip ▶"), "skip", code, version=version),
        press(t._("✖ Clear"), "clear", code, version=version)
        if text and code != rules.NAME
        else None,
    )
    rows.add(press(t._("◀ Back"), "card", version=version))
    return View(
        text=lines(
            note or None,
            "" if note else None,
            words.heading(model.number, model.name),
            Markup("<b>{}</b>").format(words.part(t, code)),
            words.prompt(t, code),
            shown,
            words.limit(t, code),
        ),
        rows=rows.done(),
        placeholder=plain(words.part(t, code)),
    )


def written(t: Texts, code: str) -> Markup:
    """Above the next part."""
    return t._("✅ {part}: written.", part=words.part(t, code))


def cleared(t: Texts, code: str) -> Markup:
    """Above the part that was emptied."""
    return t._("{part}: emptied.", part=words.part(t, code))


def tap_first(t: Texts) -> Markup:
    """Something was typed while no part is open."""
    return t._("Please tap the part that this belongs to, then type it.")


def choose_field(t: Texts, version: int, model: Model, template: TemplateSpec) -> View:
    """The fields, each a tap."""
    rows = _fields(t, version, "field", template)
    rows.add(press(t._("◀ Back"), "card", version=version))
    return View(
        text=lines(
            words.heading(model.number, model.name),
            t._("Which field does it belong to? Please tap."),
        ),
        rows=rows.done(),
    )


# --- Pictures ---------------------------------------------------------------------------------


def picture_taken(t: Texts, count: int) -> Markup:
    """Above the card after a picture came."""
    return t.ngettext(
        "📷 The card has {n} picture.", "📷 The card has {n} pictures.", count, n=t.number(count)
    )


def pictures(
    t: Texts, version: int, model: Model, found: Sequence[ModelPicture], page: int, note: str = ""
) -> View:
    """The pictures of a card, one after the other, to be looked at or taken off."""
    shown, page, count = pages(found, page, 1)
    rows = Rows().extend(turn(page, count, FEATURE, "pictures", version=version))
    if shown:
        rows.add(
            press(t._("👁 Look"), "look", model.id, page),
            press(t._("✖ Take off"), "off", shown[0].id, version=version),
        )
    rows.add(press(t._("◀ Back"), "card", version=version))
    return View(
        text=lines(
            note or None,
            words.heading(model.number, model.name),
            t._("Picture {i} of {n}", i=t.number(page + 1), n=t.number(count))
            if shown
            else t._("There is no picture yet. Please send one."),
            Markup("<i>{}</i>").format(clip(shown[0].caption, 300))
            if shown and shown[0].caption
            else None,
        ),
        rows=rows.done(),
    )


def taken_off(t: Texts) -> Markup:
    """Above the pictures that are left."""
    return t._("The picture was taken off the card.")


def look(t: Texts, model: Model, found: Sequence[ModelPicture], index: int) -> View:
    """One picture itself, with the ways to the others and back."""
    shown, index, count = pages(found, index, 1)
    back = (press(t._("◀ To the card"), "back", model.id),)
    if not shown:
        return View(
            text=lines(words.heading(model.number, model.name), t._("There is no picture yet.")),
            rows=(back,),
        )
    one: ModelPicture = shown[0]
    return View(
        text=lines(
            words.heading(model.number, model.name),
            Markup("<i>{}</i>").format(clip(one.caption, 300)) if one.caption else None,
        ),
        rows=(*turn(index, count, FEATURE, "look", model.id), back),
        card=False,
        fresh=True,
        attachment=Attachment(
            kind="photo" if one.kind is EvidenceKind.PHOTO else "document", file_id=one.file_id
        ),
    )
