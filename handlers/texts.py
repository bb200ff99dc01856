"""Reading the year's texts: /publish, the list, pages, versions, what changed."""

from __future__ import annotations

from bot.errors import Superseded
from bot.incoming import Incoming, Tx
from bot.models import TextKind
from bot.services import text_drafting, text_publishing
from bot.services import texts as service
from bot.views import errors
from bot.views import text_pages as pages
from bot.views import texts as views
from bot.views.base import View
from handlers.routing import Command, Feature, Press, Who, arguments, number


def _board(tx: Tx, note: str = "") -> View:
    return views.board(tx.t, tx.actor, service.overview(tx.session, tx.actor), note)


def _publish(incoming: Incoming, tx: Tx) -> View:
    tx.actor.require_reviewer()
    kind = views.kind_typed(tx.t, incoming.text)
    return _board(tx) if kind is None else _show_card(tx, kind)


def _list(_incoming: Incoming, tx: Tx) -> View:
    return _board(tx)


def _card(incoming: Incoming, tx: Tx) -> View:
    return _show_card(tx, service.kind_of(arguments(incoming)))


def _show_card(tx: Tx, kind: TextKind) -> View:
    line = service.line(tx.session, tx.actor, kind)
    last = None
    if tx.actor.is_reviewer and not line.length:
        last = text_drafting.last_text(tx.session, tx.actor, kind)
    return views.card(tx.t, tx.actor, line, last_year=last[1] if last else None)


def _read(incoming: Incoming, tx: Tx) -> View:
    found = service.reading(tx.session, tx.actor, number(incoming))
    return pages.read(tx.t, found, tx.actor, number(incoming, 1))


def _changes(incoming: Incoming, tx: Tx) -> View:
    found = service.reading(tx.session, tx.actor, number(incoming))
    before = service.before(tx.session, found)
    return pages.changes(tx.t, found, before, number(incoming, 1))


def _versions(incoming: Incoming, tx: Tx) -> View:
    kind = service.kind_of(arguments(incoming))
    found = service.versions(tx.session, tx.actor, kind)
    return pages.versions(tx.t, kind, found, tx.actor.zone, number(incoming, 1))


def _look(incoming: Incoming, tx: Tx) -> View:
    try:
        text = service.draft(tx.session, tx.actor, number(incoming))
    except Superseded as error:
        return _board(tx, errors.sentence(tx.t, error))
    same = text.revision == number(incoming, 1)
    note = "" if same else pages.moved_on(tx.t)
    return pages.look(tx.t, text, tx.actor, number(incoming, 2) if same else 0, note=note)


def _diff(incoming: Incoming, tx: Tx) -> View:
    try:
        text = service.draft(tx.session, tx.actor, number(incoming))
    except Superseded as error:
        return _board(tx, errors.sentence(tx.t, error))
    page = number(incoming, 2) if text.revision == number(incoming, 1) else 0
    last = text_publishing.last_version(tx.session, text)
    return pages.diff(tx.t, text, tx.actor, last, page)


FEATURE = Feature(
    name=views.FEATURE,
    commands=(Command("publish", _publish, Who.REVIEWER, views.describe_publish),),
    buttons={
        "list": Press(_list),
        "card": Press(_card),
        "read": Press(_read),
        "changes": Press(_changes),
        "versions": Press(_versions),
        "look": Press(_look),
        "diff": Press(_diff),
    },
)
