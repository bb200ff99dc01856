"""How many messages a second: by chat, by group, over all."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import telegram

from bot.demo.telegram import ApiError, Rates, StandIn, Telegram
from tests.standin.conftest import TOKEN, Clock


def refusal(tg: Telegram, chat_id: int, amount: int = 1) -> int:
    """Seconds that a message to the chat has to wait; 0: it was sent."""
    try:
        tg.spend(chat_id, amount)
    except ApiError as error:
        assert error.parameters is not None
        seconds = int(error.parameters["retry_after"])
        assert error.description == f"Too Many Requests: retry after {seconds}"
        return seconds
    return 0


def test_a_chat_gets_one_a_second_after_a_burst_of_three() -> None:
    wire = Clock()
    tg = Telegram(monotonic=wire)
    assert [refusal(tg, 7) for _ in range(5)] == [0, 0, 0, 1, 1]
    assert refusal(tg, 8) == 0
    wire.at += 1
    assert [refusal(tg, 7) for _ in range(2)] == [0, 1]
    wire.at += 60
    assert [refusal(tg, 7) for _ in range(4)] == [0, 0, 0, 1]
    assert tg.rates.refused == 4


def test_an_album_counts_each_item() -> None:
    wire = Clock()
    tg = Telegram(monotonic=wire)
    assert refusal(tg, 7, 10) == 0
    assert refusal(tg, 7) == 8
    wire.at += 8
    assert refusal(tg, 7) == 0


def test_a_group_gets_twenty_a_minute() -> None:
    wire = Clock()
    tg = Telegram(monotonic=wire, rates=Rates(chat_burst=100, overall_burst=100))
    assert [refusal(tg, -5) for _ in range(21)] == [0] * 20 + [60]
    wire.at += 59
    assert refusal(tg, -5) == 1
    wire.at += 1
    assert refusal(tg, -5) == 0


def test_thirty_a_second_over_all() -> None:
    wire = Clock()
    tg = Telegram(monotonic=wire)
    assert [refusal(tg, chat) for chat in range(1, 33)] == [0] * 30 + [1, 1]
    wire.at += 1
    assert [refusal(tg, chat) for chat in range(40, 71)] == [0] * 30 + [1]


def test_the_client_is_told_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")

    async def main(tg: StandIn) -> None:
        async with telegram.Bot(TOKEN, base_url=tg.base_url) as bot:
            for _ in range(3):
                await bot.send_message(7, "x")
            with pytest.raises(telegram.error.RetryAfter) as caught:
                await bot.send_message(7, "x")
            assert caught.value.retry_after == timedelta(seconds=1)
            # Edits aren't messages, and a refused message costs nothing.
            message = tg.chat(7)[-1]
            for number in range(5):
                await bot.edit_message_text(str(number), 7, message.message_id)

    with StandIn(TOKEN) as tg:
        tg.add_user(7, "Lan")
        tg.start(7)
        asyncio.run(main(tg))
        assert len(tg.chat(7)) == 4
        assert [call.error_code for call in tg.refusals] == [429]
