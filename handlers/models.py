"""The register of models: /models."""

from __future__ import annotations

from bot.incoming import Incoming, Tx
from bot.views.base import View
from bot.views.models_words import FEATURE as NAME
from handlers import models_card as card
from handlers.routing import Feature, Press


def _show(tx: Tx) -> View:
    """The open form as it stands."""
    if tx.form is not None and tx.form.step in card.BEGINNING:
        return card.show_new(tx)
    return card.show_card(tx)


def _text(incoming: Incoming, tx: Tx) -> View:
    if tx.form is not None and tx.form.step in card.BEGINNING:
        return card.new_text(incoming, tx)
    return card.card_text(incoming, tx)


FEATURE = Feature(
    name=NAME,
    buttons={
        "new": Press(card.new),
        "edit": Press(card.edit),
        "no_product": Press(card.no_product, form=True),
        "new_field": Press(card.new_field, form=True),
        "drop_new": Press(card.drop_new, form=True),
        "card": Press(card.card, form=True),
        "part": Press(card.part, form=True),
        "skip": Press(card.skip, form=True),
        "clear": Press(card.clear, form=True),
        "fields": Press(card.fields, form=True),
        "field": Press(card.field, form=True),
        "pictures": Press(card.pictures, form=True),
        "off": Press(card.off, form=True),
    },
    on_text=_text,
    show=_show,
)
