"""The template of indicators: /template, getting it as a workbook, confirming a change."""

from __future__ import annotations

from bot.errors import Superseded
from bot.incoming import Incoming, Tx
from bot.services import templates
from bot.views import templates as views
from bot.views.base import View, plain
from bot.views.errors import sentence
from handlers.routing import Command, Feature, Press, Who, number


def _card(tx: Tx, note: str = "") -> View:
    return views.card(tx.t, templates.present(tx.session, tx.actor), note)


def _show(_incoming: Incoming, tx: Tx) -> View:
    return _card(tx)


def _get(_incoming: Incoming, tx: Tx) -> View:
    templates.ask_for_form(tx.session, tx.actor)
    return View(toast=plain(views.coming(tx.t)))


def _use(incoming: Incoming, tx: Tx) -> View:
    try:
        return views.used(tx.t, templates.use(tx.session, tx.actor, number(incoming)))
    except Superseded as error:
        return _card(tx, sentence(tx.t, error))


def _drop(_incoming: Incoming, tx: Tx) -> View:
    return _card(tx, views.dropped(tx.t))


FEATURE = Feature(
    name=views.FEATURE,
    commands=(Command("template", _show, Who.REVIEWER, views.describe_template),),
    buttons={
        "show": Press(_show),
        "get": Press(_get),
        "use": Press(_use),
        "drop": Press(_drop),
    },
)
