"""Words of the register of models: states, fields, the parts of a card; small pieces of screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from markupsafe import Markup

from bot.domain import register as rules
from bot.domain.template import TemplateSpec
from bot.i18n import Texts
from bot.views.base import Button, clip, data, plain

FEATURE: Final = "models"
_ICONS: Final = {
    rules.NEW: "🌱",
    rules.SUSTAINED: "🌿",
    rules.REPLICATED: "🌳",
    rules.ENDED: "⏹",
}


def press(text: str, action: str, *args: object, version: int = 0, style: str = "") -> Button:
    """A button of this feature."""
    found = data(FEATURE, action, *args, version=version)
    return Button(plain(text), found, style="primary" if style == "primary" else "")


def icon(state: str) -> str:
    """A state as a sign."""
    return _ICONS[state]


def state(t: Texts, name: str) -> Markup:
    """A state as a word."""
    return {
        rules.NEW: t._("new"),
        rules.SUSTAINED: t._("sustained"),
        rules.REPLICATED: t._("replicated"),
        rules.ENDED: t._("ended"),
    }[name]


def field(t: Texts, code: str, template: TemplateSpec) -> str:
    """A field's name: for the usual ones a word of its own, else the report's label for it."""
    names: dict[str, Callable[[], Markup]] = {
        "economy": lambda: t._("Economy"),
        "culture": lambda: t._("Culture and society"),
        "security": lambda: t._("Defence and security"),
        "environment": lambda: t._("Environment, new countryside"),
        "political": lambda: t._("Political system"),
        "": lambda: t._("No field yet"),
    }
    if code in names:
        return plain(names[code]())
    row = rules.indicator_of(template, code)
    return template[row].label(t.language) if row else code.replace("_", " ")


def part(t: Texts, code: str) -> Markup:
    """The name of a part of a card."""
    return {
        "name": t._("Name"),
        "product": t._("Product"),
        "problem": t._("Problem"),
        "goal": t._("Goal"),
        "method": t._("Method"),
        "area": t._("Area, beneficiaries"),
        "people": t._("People involved"),
        "resources": t._("Resources"),
        "sustainability": t._("Sustainability"),
    }[code]


def prompt(t: Texts, code: str) -> Markup:
    """What is asked for a part of a card."""
    return {
        "name": t._("What is the model called?"),
        "product": t._(
            "What product comes of it? For example a procedure, a fund, a club, a hotline."
        ),
        "problem": t._("Which problem does it solve?"),
        "goal": t._("What is it to reach?"),
        "method": t._("How is it done?"),
        "area": t._("Where, and for whom?"),
        "people": t._("Who takes part?"),
        "resources": t._("With what money and means?"),
        "sustainability": t._("How will it last?"),
    }[code]


def heading(number: int, name: str) -> Markup:
    """A model's number and name, as every screen about it begins."""
    return Markup("<b>{} · {}</b>").format(number, name)


def caption(number: int, name: str, sign: str = "") -> str:
    """A model on a button."""
    return clip(f"{sign} {number} · {name}".strip(), 40)


def bar(done: int, of: int) -> str:
    """A progress bar, a sign a part."""
    return "▰" * done + "▱" * (of - done)


def limit(t: Texts, code: str) -> Markup:
    """How long a part may be."""
    return t._("At most {n} characters.", n=t.number(rules.LIMITS[code]))


def back_to_pact(t: Texts) -> Button:
    """For whoever has come from the pact."""
    return Button(plain(t._("◀ To the pact")), data("pact", "home"))


def to_list(t: Texts) -> Button:
    """Back to the register."""
    return press(t._("◀ To the register"), "list")


def changes_button(t: Texts, count: int) -> Button:
    """To the changes of models that wait for their decision."""
    return press(
        t.ngettext(
            "⏳ {n} change of a model", "⏳ {n} changes of models", count, n=t.number(count)
        ),
        "changes",
        0,
        style="primary",
    )
