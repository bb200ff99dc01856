"""Updates to the bot: getUpdates' offsets, one poller at a time, webhooks, faults."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import telegram
from telegram.ext import Application, MessageHandler, filters

from bot.demo.telegram import StandIn
from tests.standin.conftest import TOKEN, raw

LAN, MINH = 7, 8
OTHER = (
    "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance "
    "is running"
)
SECRET = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture(autouse=True)
def _start_is_confirmed(tg: StandIn, api: Any) -> None:
    """Forget Lan's /start of the fixture."""
    api("getUpdates", offset=-1)
    first = api("getUpdates")[0]["update_id"]
    assert api("getUpdates", offset=first + 1) == []


def texts(updates: list[Any]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def test_only_a_greater_offset_confirms(tg: StandIn, api: Any) -> None:
    for text in "abc":
        tg.send_text(LAN, text)
    first = api("getUpdates")
    assert texts(first) == ["a", "b", "c"]
    assert texts(api("getUpdates")) == ["a", "b", "c"]
    ids = [update["update_id"] for update in first]
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]
    assert texts(api("getUpdates", offset=ids[0])) == ["a", "b", "c"]
    assert texts(api("getUpdates", limit=1)) == ["a"]
    assert texts(api("getUpdates", limit=0)) == ["a"]
    assert texts(api("getUpdates", offset=ids[1])) == ["b", "c"]
    assert texts(api("getUpdates", offset=0)) == ["b", "c"]
    assert texts(api("getUpdates", offset=-1)) == ["c"]
    assert texts(api("getUpdates")) == ["c"]
    assert api("getUpdates", offset=ids[2] + 1) == []
    assert api("getUpdates") == []


def test_at_most_a_hundred_and_a_day(tg: StandIn, api: Any, clock: Any) -> None:
    for number in range(120):
        tg.send_text(LAN, str(number))
    assert len(api("getUpdates", limit=1000)) == 100
    clock.at += 24 * 3600 + 1
    tg.send_text(LAN, "tomorrow")
    assert texts(api("getUpdates")) == ["tomorrow"]


def test_long_polling_waits_for_an_update(tg: StandIn, talk: Any) -> None:
    async def work(bot: telegram.Bot) -> tuple[Any, float]:
        loop = asyncio.get_running_loop()
        loop.call_later(0.2, lambda: tg.send_text(LAN, "late"))
        started = time.monotonic()
        return await bot.get_updates(timeout=10), time.monotonic() - started

    updates, seconds = talk(work)
    assert updates[0].message.text == "late"
    assert 0.15 < seconds < 5


def test_long_polling_ends_empty(api: Any) -> None:
    started = time.monotonic()
    assert api("getUpdates", timeout=1) == []
    assert 0.9 < time.monotonic() - started < 5


def test_a_second_poller_ends_the_first(tg: StandIn, talk: Any) -> None:
    async def work(bot: telegram.Bot) -> Any:
        first = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.sleep(0.2)
        async with telegram.Bot(TOKEN, base_url=tg.base_url) as other:
            second = asyncio.create_task(other.get_updates(timeout=20))
            with pytest.raises(telegram.error.Conflict):
                await first
            tg.send_text(LAN, "for the second")
            return await second

    assert talk(work)[0].message.text == "for the second"
    refusal = tg.refusals[-1]
    assert f"{refusal.error_code} {refusal.description}" == OTHER


def test_allowed_updates(tg: StandIn, api: Any) -> None:
    api("getUpdates", allowed_updates=["callback_query"])
    message = tg.send_text(LAN, "not wanted")
    tg.forge(LAN, message.message_id, "data")
    assert [list(update)[1] for update in api("getUpdates")] == ["callback_query"]
    tg.forge(LAN, message.message_id, "more")
    assert len(api("getUpdates")) == 2
    api("getUpdates", allowed_updates=[])
    tg.send_text(LAN, "wanted")
    assert tg.inject({"chat_member": {"chat": {"id": LAN}}}) is None
    assert len(api("getUpdates")) == 3


def test_any_update_can_be_injected(tg: StandIn, api: Any) -> None:
    update_id = tg.inject({"something_new": {"x": 1}})
    assert api("getUpdates")[-1] == {"update_id": update_id, "something_new": {"x": 1}}


def test_blocking_is_told(tg: StandIn, talk: Any) -> None:
    tg.block(LAN)
    tg.start(LAN, "again")
    updates = talk(lambda bot: bot.get_updates())
    changes = [update.my_chat_member for update in updates if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["kicked", "member"]
    assert updates[-1].message.text == "/start again"


# -- webhook ------------------------------------------------------------------------------


class Hook:
    """A webhook that notes what it gets; `answers` are given first, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str | None]] = []
        self.answers: list[tuple[int, bytes]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.got.append((body["message"]["text"], self.headers[SECRET]))
                status, answer = hook.answers.pop(0) if hook.answers else (200, b"")
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.got]


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    hook.thread.start()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()
    hook.thread.join()


def test_webhook_gets_updates_with_the_secret(
    tg: StandIn, hook: Hook, api: Any, refused: Any
) -> None:
    tg.send_text(LAN, "before")
    api("setWebhook", url=hook.url, secret_token="s3cret", max_connections=2)
    tg.wait_for(lambda: hook.texts == ["before"])
    tg.send_text(LAN, "after")
    tg.wait_for(lambda: hook.got == [("before", "s3cret"), ("after", "s3cret")])
    info = api("getWebhookInfo")
    assert (info["url"], info["max_connections"]) == (hook.url, 2)
    assert refused("getUpdates") == (
        "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook "
        "to delete the webhook first"
    )
    api("deleteWebhook")
    tg.wait_for(lambda: not tg.state.queue.pending)
    tg.send_text(LAN, "polled")
    assert texts(api("getUpdates")) == ["polled"]
    assert len(hook.got) == 2


def test_webhook_is_tried_again_and_keeps_order(tg: StandIn, hook: Hook, api: Any) -> None:
    hook.answers = [(500, b""), (403, b""), (500, b"")]
    api("setWebhook", url=hook.url)
    for text in "abc":
        tg.send_text(LAN, text)
    tg.wait_for(lambda: len(hook.got) == 6)
    assert hook.texts == ["a", "a", "a", "a", "b", "c"]
    info = api("getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 500")
    tg.wait_for(lambda: not tg.state.queue.pending)


def test_one_chat_does_not_hold_up_another(tg: StandIn, hook: Hook, api: Any) -> None:
    hook.answers = [(500, b"")] * 4
    tg.send_text(LAN, "stuck")
    tg.start(MINH)
    api("setWebhook", url=hook.url)
    tg.wait_for(lambda: "/start" in hook.texts and hook.texts.count("stuck") >= 2)
    tg.wait_for(lambda: not tg.state.queue.pending)


def test_webhook_may_answer_with_a_method(tg: StandIn, hook: Hook, api: Any) -> None:
    answer = {"method": "sendMessage", "chat_id": LAN, "text": "at once"}
    hook.answers = [(200, json.dumps(answer).encode())]
    api("setWebhook", url=hook.url)
    tg.send_text(LAN, "hello")
    assert tg.wait_message(LAN).text == "at once"


def test_setting_a_webhook_ends_polling_and_drops(tg: StandIn, hook: Hook, talk: Any) -> None:
    async def work(bot: telegram.Bot) -> None:
        poll = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.sleep(0.2)
        await bot.set_webhook(hook.url, allowed_updates=["message"])
        with pytest.raises(telegram.error.Conflict, match="setWebhook"):
            await poll
        await bot.delete_webhook()
        tg.send_text(LAN, "dropped")
        await bot.set_webhook(hook.url, drop_pending_updates=True)
        tg.send_text(LAN, "kept")

    talk(work)
    tg.wait_for(lambda: hook.texts == ["kept"])


def test_a_webhook_that_is_away(tg: StandIn, hook: Hook, api: Any) -> None:
    api("setWebhook", url="http://127.0.0.1:9/none")
    tg.send_text(LAN, "hello")
    tg.wait_for(lambda: tg.queue.webhook.last_error_message)
    assert api("getWebhookInfo")["pending_update_count"] == 1
    api("setWebhook", url=hook.url)
    tg.wait_for(lambda: hook.texts == ["hello"])


# -- python-telegram-bot's own loop -------------------------------------------------------


def test_an_application_polls_and_answers(tg: StandIn) -> None:
    async def echo(update: telegram.Update, context: Any) -> None:
        assert update.message is not None
        await update.message.reply_text(f"you said {update.message.text}")

    async def main() -> None:
        application = (
            Application.builder()
            .token(TOKEN)
            .base_url(tg.base_url)
            .base_file_url(tg.base_file_url)
            .build()
        )
        application.add_handler(MessageHandler(filters.TEXT, echo))
        async with application:
            await application.start()
            assert application.updater is not None
            await application.updater.start_polling(poll_interval=0)
            tg.send_text(LAN, "xin chào")
            await asyncio.to_thread(tg.wait_message, LAN, 0, "you said xin chào")
            await asyncio.to_thread(tg.quiet, 0.1)
            await application.updater.stop()
            await application.stop()

    asyncio.run(main())
    assert not tg.refusals


# -- faults -------------------------------------------------------------------------------


def test_cut_before_and_after_the_effect(tg: StandIn, talk: Any) -> None:
    async def send(bot: telegram.Bot) -> None:
        with pytest.raises(telegram.error.NetworkError):
            await bot.send_message(LAN, "x")

    tg.faults.add("cut_before", method="sendMessage", count=1)
    talk(send)
    assert len(tg.chat(LAN)) == 1
    tg.faults.add("cut_after", method="sendMessage", count=1)
    talk(send)
    assert [message.text for message in tg.chat(LAN)] == ["/start", "x"]
    assert [call.fault for call in tg.calls if call.method == "sendMessage"] == [
        "cut_before",
        "cut_after",
    ]
    talk(lambda bot: bot.send_message(LAN, "y"))
    assert [rule.hits for rule in tg.faults.rules] == [1, 1]


def test_server_errors(tg: StandIn, refused: Any) -> None:
    tg.faults.add("error", count=1, code=500)
    status, answer = raw(f"{tg.url}/bot{TOKEN}/getMe")
    assert (status, answer["description"]) == (500, "Internal Server Error")
    tg.faults.add("error_after", method="sendMessage", count=1)
    status, _ = raw(f"{tg.url}/bot{TOKEN}/sendMessage?chat_id=7&text=x")
    assert status == 502
    assert tg.chat(LAN)[-1].text == "x"


def test_flood(tg: StandIn, talk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    tg.faults.add("flood", method="sendMessage", count=2, retry_after=17)

    async def send(bot: telegram.Bot) -> None:
        for _ in range(2):
            with pytest.raises(telegram.error.RetryAfter) as caught:
                await bot.send_message(LAN, "x")
            assert caught.value.retry_after == timedelta(seconds=17)
        await bot.send_message(LAN, "x")

    talk(send)


def test_slow(tg: StandIn, api: Any) -> None:
    tg.faults.add("slow", seconds=0.3, count=1)
    started = time.monotonic()
    api("getMe")
    assert time.monotonic() - started >= 0.3


def test_fetching_a_file_can_fail_too(tg: StandIn, talk: Any) -> None:
    sent = tg.send_document(LAN, b"content", "a.txt")

    async def work(bot: telegram.Bot) -> bytes:
        file = await bot.get_file(sent.files[0]["file_id"])
        tg.faults.add("cut_before", method="file", count=1)
        tg.faults.add("error", method="file", count=1, code=504)
        for _ in range(2):
            with pytest.raises(telegram.error.NetworkError):
                await file.download_as_bytearray()
        return bytes(await file.download_as_bytearray())

    assert talk(work) == b"content"


def test_a_poller_that_is_gone_disturbs_nobody(tg: StandIn, api: Any) -> None:
    host, port = tg.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as killed:
        killed.sendall(
            f"GET /bot{TOKEN}/getUpdates?timeout=30 HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
        tg.wait_for(lambda: tg.state.queue._poller is not None)
    tg.wait_for(lambda: tg.state.queue._poller is None)
    tg.send_text(LAN, "for the next")
    assert texts(api("getUpdates", timeout=5)) == ["for the next"]
    assert not tg.refusals


def test_conflict_and_repeated_updates(tg: StandIn, api: Any, refused: Any) -> None:
    tg.faults.add("conflict", count=1)
    assert refused("getUpdates") == OTHER
    tg.send_text(LAN, "one")
    last = api("getUpdates")[-1]["update_id"]
    tg.faults.add("repeat", count=1, updates=1)
    assert texts(api("getUpdates", offset=last + 1)) == ["one"]
    assert api("getUpdates", offset=last + 1) == []


def test_a_webhook_gets_repeated_updates(tg: StandIn, hook: Hook, api: Any) -> None:
    tg.faults.add("repeat", count=1, updates=1)
    api("setWebhook", url=hook.url)
    tg.send_text(LAN, "one")
    tg.wait_for(lambda: hook.texts == ["one", "one"])


def test_faults_fall_as_the_seed_says(tg: StandIn) -> None:
    def play() -> list[int]:
        tg.faults.clear(seed=5)
        tg.faults.add("error", probability=0.3)
        return [raw(f"{tg.url}/bot{TOKEN}/getMe")[0] for _ in range(40)]

    once = play()
    assert play() == once
    assert 3 <= once.count(502) <= 25
    with pytest.raises(ValueError, match="unknown fault"):
        tg.faults.add("meteor")
