"""What somebody owes to the pact, as lines of /status."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.i18n import Texts
from bot.models import TextKind
from bot.services.standing import Duty
from bot.views.base import Button, data, plain
from bot.views.pact import FEATURE, day
from bot.views.pact import name as text_name

_CARD: Final = "model_card"


def line(t: Texts, duty: Duty, zone: ZoneInfo) -> Markup:
    """A text that waits for the unit's signature, or cards that can be completed."""
    if duty.kind == _CARD:
        return t.ngettext(
            "✎ The card of {n} model can be completed.",
            "✎ The cards of {n} models can be completed.",
            duty.count,
            n=t.number(duty.count),
        )
    kind = TextKind(duty.what)
    values = {
        "text": text_name(t, kind),
        "version": str(duty.number or 0),
        "when": day(t, duty.due_at, zone),
    }
    if kind is TextKind.PACT:
        return t._("⏳ {text}, version {version} of {when}: to be signed by your unit", **values)
    return t._("⏳ {text}, version {version} of {when}: to be approved by your unit", **values)


def button(t: Texts, duty: Duty) -> Button | None:
    """One tap to do it."""
    if duty.kind == _CARD:
        return Button(plain(t._("✎ Complete the cards")), data("models", "mine"))
    if duty.kind != "adopt":
        return None
    kind = TextKind(duty.what)
    return Button(
        f"✍ {plain(text_name(t, kind))}",
        data(FEATURE, "home"),
        style="primary",
    )
