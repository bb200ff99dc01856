"""Telegram's limits: lengths, sizes, and how many messages a second."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

TEXT = 4096
CAPTION = 1024
CALLBACK_DATA_BYTES = 64
CALLBACK_ANSWER = 200
BUTTONS = 100
BUTTONS_IN_ROW = 8
DEEP_LINK = 64
COMMANDS = 100
COMMAND_NAME = 32
COMMAND_DESCRIPTION = 256
PLACEHOLDER = 64
COPY_TEXT = 256
ALBUM_MIN, ALBUM_MAX = 2, 10
DOWNLOAD_BYTES = 20 * 1024 * 1024
UPLOAD_BYTES = 50 * 1024 * 1024
PHOTO_BYTES = 10 * 1024 * 1024
DELETE_SECONDS = 48 * 3600
CALLBACK_SECONDS = 600
UPDATE_SECONDS = 24 * 3600
NAME = 64
DESCRIPTION = 512
SHORT_DESCRIPTION = 120


@dataclass(slots=True)
class Bucket:
    """A token bucket: `rate` a second on average, `burst` at once."""

    rate: float
    burst: float
    tokens: float = field(init=False)
    at: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def wait(self, now: float) -> float:
        """Seconds until one is free; 0: now."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.tokens >= 1 - 1e-9 else (1 - self.tokens) / self.rate


@dataclass(slots=True)
class Rates:
    """How many messages the bot may send; `Rates.off()` for benchmarks and plain tests.

    The clock is a monotonic one of its own: a story that jumps over days must not change
    how long a second is on the wire.
    """

    chat_per_second: float = 1.0
    chat_burst: int = 3
    group_per_minute: int = 20
    overall_per_second: float = 30.0
    overall_burst: int = 30
    enabled: bool = True
    refused: int = 0
    _chats: dict[int, Bucket] = field(default_factory=dict)
    _groups: dict[int, deque[float]] = field(default_factory=dict)
    _overall: Bucket | None = None

    @classmethod
    def off(cls) -> Rates:
        """No limits."""
        return cls(enabled=False)

    def take(self, chat_id: int, clock: Callable[[], float], amount: int = 1) -> int:
        """Count `amount` messages to this chat; else the whole seconds to wait.

        An album counts each of its items but needs room only for the first.
        """
        if not self.enabled:
            return 0
        now = clock()
        if self._overall is None:
            self._overall = Bucket(self.overall_per_second, self.overall_burst)
            self._overall.at = now
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = Bucket(self.chat_per_second, self.chat_burst)
            chat.at = now
        wait = max(self._overall.wait(now), chat.wait(now), self._group_wait(chat_id, now))
        if wait > 0:
            self.refused += 1
            return max(1, math.ceil(wait))
        self._overall.tokens -= amount
        chat.tokens -= amount
        if chat_id < 0:
            self._groups[chat_id].extend([now] * amount)
        return 0

    def _group_wait(self, chat_id: int, now: float) -> float:
        if chat_id >= 0:
            return 0.0
        sent = self._groups.setdefault(chat_id, deque())
        while sent and sent[0] <= now - 60:
            sent.popleft()
        return sent[0] + 60 - now if len(sent) >= self.group_per_minute else 0.0
