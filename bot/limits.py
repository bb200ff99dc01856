"""Telegram's limits for sending: so many messages a second in all, in a chat, in a group.

One :class:`SendLimiter` a token and process. Whoever wants to send awaits :meth:`SendLimiter.slot`
first; nothing has to be given back. Turns are given by whoever asks and by one timer of the loop;
there is no background task.
"""

import asyncio
import heapq
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

ANSWER: Final = 0
"""Priority of what a person waits for: the answer to their tap or message."""
WAVE: Final = 1
"""Priority of what goes to many: reminders, announcements, digests."""

_SECOND: Final = 1.0
_MINUTE: Final = 60.0


@dataclass(eq=False, slots=True)
class _Lane:
    """The waiting line of one chat for one priority and one kind (edits or messages)."""

    chat: "_Chat"
    priority: int
    is_edit: bool
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    queued: bool = False  # stands in one of the limiter's lines, once


@dataclass(eq=False, slots=True)
class _Chat:
    chat_id: int
    sent: deque[float] = field(default_factory=deque)
    paused_until: float = 0.0
    lanes: dict[tuple[int, bool], _Lane] = field(default_factory=dict)


class SendLimiter:
    """Gives turns to send so that Telegram has no reason for a 429.

    Limits hold in every window of a second (a minute for groups, whose ids are negative), not
    just on average. Edits and answers to taps (``is_edit``) count in the total only, unless
    ``edits_count_for_chat``. Answers go before waves; among chats of the same priority each gets
    its turn, however many messages one of them has waiting; within a chat and priority the order
    is kept. ``chat_gap`` seconds are added between a chat's messages, since requests overtake one
    another on the way. ``clock`` gives seconds, by default the running loop's time.
    """

    def __init__(
        self,
        total_per_second: int = 30,
        per_chat_per_second: int = 1,
        per_group_per_minute: int = 20,
        *,
        edits_count_for_chat: bool = False,
        chat_gap: float = 0.0,
        clock: Callable[[], float] | None = None,
    ) -> None:
        if min(total_per_second, per_chat_per_second, per_group_per_minute) < 1:
            raise ValueError("every limit must be at least 1")
        self._total = total_per_second
        self._per_chat = per_chat_per_second
        self._per_group = per_group_per_minute
        self._edits_count_for_chat = edits_count_for_chat
        self._clock = clock
        self._chat_second = _SECOND + chat_gap
        self._sent: deque[float] = deque(maxlen=total_per_second)
        self._chats: OrderedDict[int, _Chat] = OrderedDict()
        self._ready: dict[int, deque[_Lane]] = {}
        self._later: list[tuple[float, int, _Lane]] = []
        self._paused_until = 0.0
        self._paused_chats: dict[int, float] = {}
        self._order = 0
        self._timer: asyncio.TimerHandle | None = None

    async def slot(self, chat_id: int, priority: int = ANSWER, *, is_edit: bool = False) -> None:
        """Wait for a turn to send to the chat; a cancelled wait takes no turn."""
        now = self._now()
        chat = self._chat(chat_id)
        is_edit = is_edit and not self._edits_count_for_chat
        lane = chat.lanes.get((priority, is_edit))
        if lane is None:
            lane = chat.lanes[priority, is_edit] = _Lane(chat, priority, is_edit)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lane.waiting.append(turn)
        self._queue(lane, now)
        self._serve()
        if turn.done():
            return
        try:
            await turn
        except asyncio.CancelledError:
            # Not left for later: under a long pause abandoned waits would pile up.
            if turn in lane.waiting:
                lane.waiting.remove(turn)
            raise

    def pause(self, seconds: float, chat_id: int | None = None) -> None:
        """Send nothing for ``seconds`` after a 429: to the chat, or to anybody without ``chat_id``.

        A 429 does not say whether it is about the chat or the whole token. So it pauses its chat,
        and everything as soon as a second chat gets one while the first is still paused. A pause
        is never shortened, by a shorter one or by requests that come through.
        """
        if seconds <= 0:
            return
        now = self._now()
        until = now + seconds
        if chat_id is not None:
            chat = self._chat(chat_id)
            chat.paused_until = max(chat.paused_until, until)
            self._paused_chats = {c: t for c, t in self._paused_chats.items() if t > now}
            self._paused_chats[chat_id] = chat.paused_until
        if chat_id is None or len(self._paused_chats) > 1:
            self._paused_until = max(self._paused_until, until)

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return sum(
            len(lane.waiting) for chat in self._chats.values() for lane in chat.lanes.values()
        )

    @property
    def known_chats(self) -> int:
        """How many chats are remembered; idle ones are forgotten."""
        return len(self._chats)

    def _now(self) -> float:
        return self._clock() if self._clock else asyncio.get_running_loop().time()

    def _chat(self, chat_id: int) -> _Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = _Chat(chat_id)
        self._chats.move_to_end(chat_id)
        return chat

    def _queue(self, lane: _Lane, now: float) -> None:
        """Put a lane that has somebody waiting where its next turn will be looked for."""
        while lane.waiting and lane.waiting[0].done():
            lane.waiting.popleft()
        if lane.queued or not lane.waiting:
            return
        lane.queued = True
        ready_at = self._ready_at(lane, now)
        if ready_at > now:
            self._order += 1  # the heap must not compare lanes
            heapq.heappush(self._later, (ready_at, self._order, lane))
        else:
            # At the end: whoever was served stands behind all other chats that wait.
            self._ready.setdefault(lane.priority, deque()).append(lane)

    def _ready_at(self, lane: _Lane, now: float) -> float:
        chat = lane.chat
        ready_at = max(now, chat.paused_until)
        if lane.is_edit:
            return ready_at
        sent = chat.sent
        horizon = _MINUTE if chat.chat_id < 0 else self._chat_second
        while sent and sent[0] + horizon <= now:
            sent.popleft()
        if len(sent) >= self._per_chat:
            ready_at = max(ready_at, sent[-self._per_chat] + self._chat_second)
        if chat.chat_id < 0 and len(sent) >= self._per_group:
            ready_at = max(ready_at, sent[-self._per_group] + _MINUTE)
        return ready_at

    def _serve(self) -> None:
        """Give every turn that may be given now, and set the timer for the next."""
        now = self._now()
        while self._later and self._later[0][0] <= now:
            _, _, lane = heapq.heappop(self._later)
            lane.queued = False
            self._queue(lane, now)
        while self._free_at(now) <= now and (first := self._next_lane()) is not None:
            first.queued = False
            self._grant(first, now)
            self._queue(first, now)
        self._forget(now)
        self._wake(now)

    def _free_at(self, now: float) -> float:
        """When the token as a whole may send again."""
        free_at = max(now, self._paused_until)
        if len(self._sent) == self._total:
            free_at = max(free_at, self._sent[0] + _SECOND)
        return free_at

    def _next_lane(self) -> _Lane | None:
        for priority in sorted(self._ready):
            if self._ready[priority]:
                return self._ready[priority].popleft()
        return None

    def _grant(self, lane: _Lane, now: float) -> None:
        # Another lane of the same chat may have been served since this one became ready.
        if self._ready_at(lane, now) > now:
            return
        while lane.waiting:
            turn = lane.waiting.popleft()
            if turn.done():
                continue
            turn.set_result(None)
            self._sent.append(now)
            if not lane.is_edit:
                lane.chat.sent.append(now)
            self._chats.move_to_end(lane.chat.chat_id)
            return

    def _forget(self, now: float) -> None:
        """Look at the few chats that were used longest ago, so that memory stays bounded."""
        for _ in range(min(4, len(self._chats))):
            chat = next(iter(self._chats.values()))
            horizon = _MINUTE if chat.chat_id < 0 else self._chat_second
            idle = not (chat.sent and chat.sent[-1] + horizon > now) and not any(
                lane.waiting or lane.queued for lane in chat.lanes.values()
            )
            if idle and chat.paused_until <= now:
                del self._chats[chat.chat_id]
            else:
                self._chats.move_to_end(chat.chat_id)

    def _wake(self, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        times = [self._later[0][0]] if self._later else []
        if any(self._ready.values()):
            times.append(now)
        if times:
            delay = max(min(times), self._free_at(now)) - now
            self._timer = asyncio.get_running_loop().call_later(delay, self._serve)
