"""Whatever is tapped, typed or sent in whatever order: an answer that Telegram takes, no fault."""

from __future__ import annotations

import contextlib
import datetime as dt
import random

import pytest
from markupsafe import Markup

from bot.database import Database
from bot.errors import Expected
from bot.i18n import texts
from bot.services import review
from bot.views.base import DATA_BYTES, TEXT_LIMIT, TOAST_LIMIT
from bot.views.errors import sentence
from tests.builders import World, make_world
from tests.flows.phone import Phone, file
from tests.flows.reporting import fill

TYPED = (
    "5", "12 340", "1\n2\n3", "12tr", "1.200", "abc", "-1", "0", "999999999999999999", "1,5",
    "5/3/2025", "31/2", "2025-02", "<b>&", "=cmd", "\u202e12", "१२", "x" * 4096, "ế" * 900,
    "\u0000", "12\ud800 3", "🎉" * 50, "tiê\u0301ng", "1 2 3 4 5 6 7 8 9 10 11 12",
    " ", "12 abc 13",
)  # fmt: skip
COMMANDS = (("report", ""), ("report", "2025-02"), ("report", "x"), ("reports", ""), ("start", ""))


def wander(dice: random.Random, phone: Phone, world: World) -> None:
    """One step of somebody who doesn't read."""
    chance = dice.random()
    buttons = [one for row in phone.view.rows for one in row if one.data.startswith("report:")]
    if chance < 0.02:
        world.now += dt.timedelta(days=dice.choice([1, 4]))
    elif chance < 0.06:
        phone.command(*dice.choice(COMMANDS))
    elif chance < 0.08:
        fill(phone)
    elif chance < 0.12:
        phone.send(
            file(
                dice.choice([None, "a<b>&.pdf", "x.exe"]),
                key=str(dice.randrange(30)),
                album=dice.choice([None, "1", "2"]),
                caption="<i>&",
            )
        )
    elif chance < 0.5 or not buttons:
        phone.type(dice.choice(TYPED))
    elif chance < 0.55:
        words = dice.choice(buttons).data.split(":")
        phone.data(":".join([*words[:3], dice.choice(["", "0", "x", "models_new", "99"])]))
    else:
        phone.data(dice.choice(buttons).data)


@pytest.mark.parametrize("seed", range(3))
def test_wandering_never_fails(database: Database, seed: int) -> None:
    world = make_world(database)
    dice = random.Random(seed)
    language = ["vi", "en", "hi"][seed]
    phones = [Phone(world, world.person(2, language=language)) for _ in range(2)]
    reviewer = world.person(0)
    for phone in phones:
        phone.command("report")
    for step in range(250):
        phone = dice.choice(phones)
        try:
            wander(dice, phone, world)
        except Expected as error:
            assert sentence(texts(language), error)
        # A plain text would not be escaped: what people type must not become markup.
        assert isinstance(phone.view.text, Markup) or not phone.view.text
        assert len(phone.text) <= TEXT_LIMIT
        assert not {"\x00", "\u202e", "\ud800"} & set(phone.text)
        assert len(phone.view.toast) <= TOAST_LIMIT
        for row in phone.view.rows:
            assert len(row) <= 8
            for button in row:
                assert button.text.strip()
                assert 1 <= len(button.data.encode()) <= DATA_BYTES
        assert sum(len(row) for row in phone.view.rows) <= 100
        if step % 40 == 39:
            with contextlib.suppress(Expected), world.acting(reviewer) as (session, actor):
                review.give_back(session, actor, 1, "Again", ["models_new", "highlights"])
