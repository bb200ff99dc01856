"""Faults on demand: what networks and servers do on a bad day."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "cut_before",  # the connection is cut; the request had no effect
    "cut_after",  # the request took effect, then the connection is cut without an answer
    "error",  # an answer 5xx (`code`), no effect
    "error_after",  # the request took effect, the answer is 5xx
    "slow",  # the answer comes `seconds` late
    "flood",  # 429 with `retry_after`, no effect
    "conflict",  # 409, as if another process polled
    "repeat",  # getUpdates or the webhook gives confirmed updates again (the last `updates`)
)


@dataclass(slots=True)
class Fault:
    """One rule. `method`: only this one (None: every one); `count`: how often (None: always)."""

    kind: str
    method: str | None = None
    count: int | None = None
    probability: float = 1.0
    seconds: float = 1.0
    code: int = 502
    retry_after: int = 1
    updates: int = 1
    # How often it was played.
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}, one of {', '.join(KINDS)}")

    def matches(self, method: str) -> bool:
        """Whether it is about this method."""
        if self.count is not None and self.hits >= self.count:
            return False
        if self.kind in ("repeat", "conflict") and method not in ("getUpdates", "webhook"):
            return False
        return self.method is None or self.method.lower() == method.lower()


@dataclass(slots=True)
class Faults:
    """The rules in force; the first that matches and whose dice fall is played."""

    seed: int = 0
    rules: list[Fault] = field(default_factory=list)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def add(self, kind: str, **settings: Any) -> Fault:
        """Put one more rule in force: `add("cut_after", method="sendMessage", count=2)`."""
        rule = Fault(kind, **settings)
        self.rules.append(rule)
        return rule

    def clear(self, seed: int | None = None) -> None:
        """None any more; with `seed` the dice start anew."""
        self.rules.clear()
        if seed is not None:
            self.seed = seed
            self._dice = random.Random(seed)

    def pick(self, method: str, *kinds: str) -> Fault | None:
        """The fault to play on this request now, counted as played."""
        for rule in self.rules:
            if rule.kind in kinds and rule.matches(method):
                if rule.probability < 1 and self._dice.random() >= rule.probability:
                    continue
                rule.hits += 1
                return rule
        return None
