"""Updates a second and answer times of a report step, against bare bots in the same run.

A step is one typed figure: our bot reads it, checks it, writes it down durably and edits the
card; the bare ones edit a message. All make the same two calls of the Bot API for it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.demo.telegram.limits import Rates
from bot.demo.telegram.server import StandIn
from tests.bench.load import Figures, Typing
from tests.bench.processes import HERE, PROBE, Running, answering, environment, make_bloc
from tests.running import TOKEN

#: So many people type at once, and each types so many figures into a month's report.
PEOPLE, FIGURES = 48, 12
STEADY = 30.0
YEAR = 2026


class Contender:
    """One bot: what it is called and how it is made ready to be typed to."""

    def __init__(self, name: str, script: str = "", database_url: str = "") -> None:
        self.name = name
        self.script = script
        self.database_url = database_url
        self.flat_out: list[Figures] = []
        self.steady: list[Figures] = []
        self.started: list[float] = []
        self.memory: list[float] = []

    def run(self) -> None:
        """One round: start, flat out, steady."""
        with tempfile.TemporaryDirectory() as folder, StandIn(TOKEN, rates=Rates.off()) as tg:
            tg.add_user(PROBE, "Probe")
            people = list(range(1001, 1001 + PEOPLE))
            for number in people:
                tg.add_user(number, f"P{number}")
            with self._up(tg, Path(folder), people) as (bot, open_card):
                self.started.append(bot.started)
                open_card("03")
                self.flat_out.append(Typing(tg, people, FIGURES).flat_out())
                open_card("04")
                self.steady.append(Typing(tg, people, FIGURES).steadily(STEADY))
                self.memory.append(bot.memory())

    @contextmanager
    def _up(
        self, tg: StandIn, folder: Path, people: list[int]
    ) -> Iterator[tuple[Running, Callable[[str], None]]]:
        env = environment(tg, folder, self.database_url)
        if self.script:
            with answering(tg, [str(HERE / self.script)], env) as bot:
                _say_all(tg, people, "/start")
                yield bot, lambda _month: None  # the card that they have goes on
            return
        payloads = make_bloc(env, folder, PEOPLE, YEAR)
        with answering(tg, ["-m", "bot", "run"], env) as bot:
            for person, payload in zip(people, payloads, strict=True):
                tg.start(person, payload)
            tg.quiet(0.5, timeout=60)
            yield bot, lambda month: _say_all(tg, people, f"/report {YEAR}-{month}")


def _say_all(tg: StandIn, people: list[int], text: str) -> None:
    for person in people:
        sent = tg.send_text(person, text)
        tg.wait_message(person, after=sent.message_id)
    tg.quiet(0.5, timeout=60)
