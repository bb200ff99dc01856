"""Files that the bot makes: /documents, the forms of a text, the charts."""

from __future__ import annotations

from bot.incoming import Incoming, Tx
from bot.services import documents
from bot.services.document_jobs import PACT, PROGRESS, TEXT
from bot.views import documents as views
from bot.views.base import View, plain
from handlers.routing import Command, Feature, Press, Who, arguments, number


def _shelf(_incoming: Incoming, tx: Tx) -> View:
    return views.shelf(tx.t, documents.shelf(tx.session, tx.actor))


def _pact(incoming: Incoming, tx: Tx) -> View:
    return views.choice(tx.t, documents.choose(tx.session, tx.actor, PACT, number(incoming)))


def _text(incoming: Incoming, tx: Tx) -> View:
    return views.choice(tx.t, documents.choose(tx.session, tx.actor, TEXT, number(incoming)))


def _get(incoming: Incoming, tx: Tx) -> View:
    what, _, form = [*arguments(incoming), "", "", ""][:3]
    if what not in {PACT, TEXT}:
        what = ""
    asked = documents.ask(tx.session, tx.actor, what, number(incoming, 1), form)
    return View(toast=plain(views.coming(tx.t, asked)))


def _progress(incoming: Incoming, tx: Tx) -> View:
    words = arguments(incoming)
    asked = documents.ask(
        tx.session,
        tx.actor,
        PROGRESS,
        number(incoming),
        "png",
        page=number(incoming, 1),
        code=words[2] if len(words) > 2 else "",
    )
    return View(toast=plain(views.coming(tx.t, asked)))


FEATURE = Feature(
    name=views.FEATURE,
    commands=(Command("documents", _shelf, Who.READER, views.describe_documents),),
    buttons={
        "shelf": Press(_shelf),
        "pact": Press(_pact),
        "text": Press(_text),
        "get": Press(_get),
        "progress": Press(_progress),
    },
)
