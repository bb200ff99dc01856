"""SendLimiter in virtual time: an hour of waiting takes no time at all."""

import asyncio
import random
import selectors
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from bot.limits import ANSWER, WAVE, SendLimiter

Log = list[tuple[float, int, int]]


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        self.now = 1000.0
        loop = self

        class Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
            def select(self, timeout: float | None = None) -> Any:
                loop.now += timeout or 0
                return super().select(0)

        super().__init__(Selector())

    def time(self) -> float:
        return self.now


def play(scenario: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(scenario())


def now() -> float:
    return asyncio.get_running_loop().time() - 1000.0


async def send(
    limiter: SendLimiter,
    log: Log,
    chat_id: int,
    priority: int = ANSWER,
    *,
    is_edit: bool = False,
) -> None:
    await limiter.slot(chat_id, priority, is_edit=is_edit)
    log.append((now(), chat_id, priority))


def most_in_a_window(times: list[float], window: float) -> int:
    """The most events in any half-open window of that length."""
    return max(sum(1 for other in times if start <= other < start + window) for start in times)


def test_a_free_slot_is_given_at_once_without_giving_up_control() -> None:
    async def scenario() -> None:
        limiter = SendLimiter()
        with pytest.raises(StopIteration):
            limiter.slot(1).send(None)
        assert now() == 0

    play(scenario)


def test_one_message_a_second_in_a_chat_in_order() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(), []

        async def numbered(n: int) -> None:
            await limiter.slot(5)
            log.append((now(), n, 0))

        await asyncio.gather(*(numbered(n) for n in range(4)))
        return log

    assert play(scenario) == [(0.0, 0, 0), (1.0, 1, 0), (2.0, 2, 0), (3.0, 3, 0)]


def test_thirty_a_second_in_all() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(), []
        await asyncio.gather(*(send(limiter, log, chat) for chat in range(1, 92)))
        return log

    times = [at for at, _, _ in play(scenario)]
    assert times == sorted([0.0] * 30 + [1.0] * 30 + [2.0] * 30 + [3.0])


def test_twenty_a_minute_in_a_group_but_not_in_a_private_chat() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(), []
        waits = [send(limiter, log, chat) for chat in (-100, 100) for _ in range(45)]
        await asyncio.gather(*waits)
        return log

    log = play(scenario)
    group = [at for at, chat, _ in log if chat == -100]
    assert group == [float(60 * minute + n) for minute in range(3) for n in range(20)][:45]
    assert [at for at, chat, _ in log if chat == 100] == [float(n) for n in range(45)]


def test_edits_count_only_for_the_total() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(), []
        await asyncio.gather(*(send(limiter, log, 1, is_edit=True) for _ in range(45)))
        await send(limiter, log, 1)
        return log

    times = [at for at, _, _ in play(scenario)]
    assert times == [0.0] * 30 + [1.0] * 16


def test_edits_count_for_the_chat_when_asked() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(edits_count_for_chat=True), []
        await asyncio.gather(*(send(limiter, log, 1, is_edit=n % 2 == 0) for n in range(4)))
        return log

    assert [at for at, _, _ in play(scenario)] == [0.0, 1.0, 2.0, 3.0]


def test_answers_go_before_waves_that_wait_longer() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(total_per_second=10), []
        wave = [asyncio.create_task(send(limiter, log, n, WAVE)) for n in range(1, 41)]
        await asyncio.sleep(0.5)
        answers = [asyncio.create_task(send(limiter, log, n, ANSWER)) for n in range(100, 105)]
        await asyncio.gather(*wave, *answers)
        return log

    log = play(scenario)
    assert [priority for at, _, priority in log if at == 1.0] == [ANSWER] * 5 + [WAVE] * 5
    assert len(log) == 45


def test_an_answer_overtakes_the_waves_of_its_own_chat() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(), []
        tasks = [asyncio.create_task(send(limiter, log, 7, WAVE)) for _ in range(3)]
        await asyncio.sleep(0.1)
        await asyncio.gather(send(limiter, log, 7, ANSWER), *tasks)
        return log

    assert [p for _, _, p in play(scenario)] == [WAVE, ANSWER, WAVE, WAVE]


def test_a_chat_with_many_messages_does_not_hold_up_others() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(total_per_second=4), []
        flood = [asyncio.create_task(send(limiter, log, 1, is_edit=True)) for _ in range(400)]
        await asyncio.sleep(0.5)
        await asyncio.gather(*(send(limiter, log, chat) for chat in range(2, 10)))
        for task in flood:
            task.cancel()
        return log

    others = [at for at, chat, _ in play(scenario) if chat != 1]
    # Eight chats and the flood share four turns a second evenly.
    assert max(others) <= 3.0


def test_a_pause_of_everything_ends_when_its_time_has_passed_and_not_before() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(), []
        await send(limiter, log, 1)
        limiter.pause(10)
        await asyncio.sleep(3)
        limiter.pause(2)  # a shorter one does not shorten it
        limiter.pause(0)
        limiter.pause(-5)
        waiting = [asyncio.create_task(send(limiter, log, n, is_edit=n == 3)) for n in (1, 2, 3)]
        await asyncio.sleep(6)
        assert len(log) == 1
        await asyncio.gather(*waiting)
        return log

    assert [at for at, _, _ in play(scenario)] == [0.0, 10.0, 10.0, 10.0]


def test_a_pause_reaches_those_who_wait_already() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(), []
        tasks = [asyncio.create_task(send(limiter, log, 1)) for _ in range(2)]
        await asyncio.sleep(0.5)
        limiter.pause(5)
        await asyncio.gather(*tasks)
        return log

    assert [at for at, _, _ in play(scenario)] == [0.0, 5.5]


def test_a_pause_of_one_chat_leaves_the_others_alone_until_a_second_chat_gets_one() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(), []
        limiter.pause(10, chat_id=1)
        tasks = [
            asyncio.create_task(send(limiter, log, 1)),
            asyncio.create_task(send(limiter, log, 1, is_edit=True)),
        ]
        await send(limiter, log, 2)
        limiter.pause(4, chat_id=1)
        await send(limiter, log, 3)
        limiter.pause(20, chat_id=2)
        await asyncio.gather(send(limiter, log, 4), *tasks)
        return log

    log = play(scenario)
    assert [(at, chat) for at, chat, _ in log[:2]] == [(0.0, 2), (0.0, 3)]
    assert {at for at, _, _ in log[2:]} == {20.0}


def test_a_paused_chat_waits_its_whole_pause_with_edits_too() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(), []
        tasks = [asyncio.create_task(send(limiter, log, 1)) for _ in range(2)]
        await asyncio.sleep(0.5)
        limiter.pause(10, chat_id=1)
        limiter.pause(4, chat_id=1)
        await asyncio.gather(send(limiter, log, 1, is_edit=True), *tasks)
        return log

    assert [at for at, _, _ in play(scenario)] == [0.0, 10.5, 10.5]


def test_pauses_of_two_chats_one_after_the_other_do_not_stop_everything() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(), []
        limiter.pause(3, chat_id=1)
        await asyncio.sleep(4)
        limiter.pause(30, chat_id=2)
        await send(limiter, log, 3)
        return log

    assert play(scenario) == [(4.0, 3, ANSWER)]


def test_a_cancelled_wait_takes_no_turn() -> None:
    async def scenario() -> Log:
        limiter, log = SendLimiter(), []
        tasks = [asyncio.create_task(send(limiter, log, 1)) for _ in range(4)]
        await asyncio.sleep(0.5)
        assert limiter.waiting == 3
        tasks[1].cancel()
        tasks[2].cancel()
        await asyncio.sleep(0)
        assert limiter.waiting == 1
        await tasks[3]
        return log

    assert [at for at, _, _ in play(scenario)] == [0.0, 1.0]


def test_idle_chats_are_forgotten() -> None:
    async def scenario() -> tuple[int, int]:
        limiter = SendLimiter(total_per_second=1000)
        most = 0
        for n in range(20_000):
            await limiter.slot(n if n % 2 else -n - 1)
            await asyncio.sleep(0.01)
            most = max(most, limiter.known_chats)
        await asyncio.sleep(61)
        for _ in range(most):
            await limiter.slot(1, is_edit=True)
        return most, limiter.known_chats

    most, last = play(scenario)
    # Groups are remembered for a minute (50 a second here), private chats for a second.
    assert most < 5_000
    assert last <= 1


@pytest.mark.parametrize("seed", range(8))
def test_no_window_is_ever_overfull_and_everybody_is_served(seed: int) -> None:
    rng = random.Random(seed)

    async def scenario() -> list[tuple[float, int, bool]]:
        limiter = SendLimiter(total_per_second=7, per_chat_per_second=2, per_group_per_minute=5)
        done: list[tuple[float, int, bool]] = []

        async def one(chat_id: int, edit: bool) -> None:
            await limiter.slot(chat_id, rng.choice([ANSWER, WAVE]), is_edit=edit)
            done.append((now(), chat_id, edit))

        tasks: list[Awaitable[None]] = []
        for _ in range(400):
            chat_id = rng.choice([-3, -2, *range(1, 30)])
            tasks.append(asyncio.create_task(one(chat_id, rng.random() < 0.3)))
            if rng.random() < 0.3:
                await asyncio.sleep(rng.random())
            if rng.random() < 0.01:
                limiter.pause(rng.random() * 3, rng.choice([None, chat_id]))
        await asyncio.gather(*tasks)
        assert limiter.waiting == 0
        return done

    done = play(scenario)
    assert len(done) == 400
    shy = 1e-6
    assert most_in_a_window([at for at, _, _ in done], 1 - shy) <= 7
    by_chat: dict[int, list[float]] = defaultdict(list)
    for at, chat, edit in done:
        if not edit:
            by_chat[chat].append(at)
    for chat, times in by_chat.items():
        assert most_in_a_window(times, 1 - shy) <= 2
        if chat < 0:
            assert most_in_a_window(times, 60 - shy) <= 5


def test_an_injected_clock_decides() -> None:
    clock = [0.0]

    async def scenario() -> Log:
        limiter, log = SendLimiter(clock=lambda: clock[0]), []
        await send(limiter, log, 1)
        task = asyncio.create_task(send(limiter, log, 1))
        await asyncio.sleep(30)
        assert len(log) == 1
        clock[0] = 1.0
        await task
        return log

    assert len(play(scenario)) == 2


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        SendLimiter(total_per_second=0)
