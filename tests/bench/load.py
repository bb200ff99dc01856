"""People who type: each one's next word comes when the last is on the card and tidied away."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from bot.demo.telegram.server import StandIn

#: Calls of the Bot API that answer one typed word: the card edited, the typed message deleted.
CALLS = 2
PATIENCE = 120.0


@dataclass(slots=True)
class Figures:
    """What a load gave: updates, seconds from the first to the last, each update's seconds."""

    updates: int
    seconds: float
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Updates a second."""
        return self.updates / self.seconds

    def percentile(self, share: float) -> float:
        """Seconds within which ``share`` of the updates were answered."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Typing:
    """Watches the stand-in for answers: an update is answered by an edit and a deletion."""

    def __init__(self, tg: StandIn, people: list[int], words: int) -> None:
        self._tg = tg
        self._left = dict.fromkeys(people, words)
        self._open: dict[int, tuple[float, set[str]]] = {}
        self._latencies: list[float] = []
        self._total = len(people) * words
        self._done = threading.Event()

    def _event(self, event: dict[str, Any]) -> None:
        kind, chat = event["type"], event.get("chat_id")
        if kind not in ("edit", "delete") or chat not in self._open:
            return
        began, missing = self._open[chat]
        missing.discard(kind)
        if kind == "edit":
            self._latencies.append(time.perf_counter() - began)
        if not missing:
            del self._open[chat]
            self._answered(chat)

    def _answered(self, chat: int) -> None:
        if self._pressing and self._left[chat]:
            self._type(chat)
        if len(self._latencies) >= self._total and not self._open:
            self._done.set()

    def _type(self, chat: int) -> None:
        self._left[chat] -= 1
        self._open[chat] = (time.perf_counter(), {"edit", "delete"})
        self._tg.state.send_text(chat, "7")

    def flat_out(self) -> Figures:
        """Everybody types their next word as soon as the last is answered."""
        self._pressing = True
        return self._run(self._everybody)

    def _everybody(self) -> None:
        for chat in self._left:
            self._type(chat)

    def steadily(self, per_second: float, seed: int = 1) -> Figures:
        """Words come at a steady rate from people in turn, whether or not answers keep up."""
        self._pressing = False
        dice = random.Random(seed)
        turns = [chat for chat, words in self._left.items() for _ in range(words)]
        dice.shuffle(turns)

        def clockwork() -> None:
            begin = time.perf_counter()
            for number, chat in enumerate(turns):
                time.sleep(max(0.0, begin + number / per_second - time.perf_counter()))
                while chat in self._open:  # one person's words don't overlap
                    time.sleep(0.001)
                self._tg.do(lambda chat=chat: self._type(chat))

        return self._run(lambda: threading.Thread(target=clockwork, daemon=True).start())

    def _run(self, begin: Any) -> Figures:
        stop = self._tg.subscribe(self._event)
        began = time.perf_counter()
        try:
            self._tg.do(begin)
            if not self._done.wait(PATIENCE):
                raise TimeoutError(f"{len(self._latencies)} of {self._total} words answered")
        finally:
            self._tg.do(stop)
        return Figures(self._total, time.perf_counter() - began, self._latencies)
