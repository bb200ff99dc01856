"""Whoever runs the bot: all blocs. Nobody else learns that this exists."""

from __future__ import annotations

from dataclasses import replace

from bot.incoming import Incoming, Tx
from bot.services import blocs
from bot.views import admin as views
from bot.views import common
from bot.views.base import View, plain
from handlers import home
from handlers.routing import Command, Feature, Press, Who, number


def _admin(_incoming: Incoming, tx: Tx) -> View:
    if not tx.actor.is_admin:
        return common.unknown_command(tx.t)
    return views.blocs(tx.t, blocs.administered(tx.session, tx.actor))


def _list(incoming: Incoming, tx: Tx) -> View:
    if not tx.actor.is_admin:
        return replace(home.show(tx), toast=plain(common.stale(tx.t)))
    return views.blocs(tx.t, blocs.administered(tx.session, tx.actor), number(incoming))


FEATURE = Feature(
    name="admin",
    commands=(Command("admin", _admin, Who.ADMIN, views.describe_admin),),
    buttons={"list": Press(_list)},
)
