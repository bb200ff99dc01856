"""The control side over HTTP, and running inside somebody else's event loop."""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.demo.telegram import Rates, StandIn, Telegram, running, serve
from tests.standin.conftest import TOKEN, raw

LAN = 7


def person(tg: StandIn, action: str, **params: Any) -> Any:
    status, answer = raw(f"{tg.url}/_person/{action}", json.dumps(params).encode())
    return answer["result"] if status == 200 else (status, answer["error"])


def look(tg: StandIn, what: str) -> Any:
    status, answer = raw(f"{tg.url}/_person/{what}")
    return answer["result"] if status == 200 else (status, answer["error"])


def test_people_act_over_http(tg: StandIn, api: Any) -> None:
    person(tg, "add_user", id=9, first_name="Hoa", language_code="vi")
    assert [one["name"] for one in look(tg, "people")] == ["Lan Nguyễn", "Minh", "Hoa"]
    assert person(tg, "start", user_id=9, payload="abc")["text"] == "/start abc"
    content = base64.b64encode(b"%PDF").decode()
    sent = person(tg, "send_document", user_id=9, content=content, filename="a.pdf")
    file_id = sent["files"][0]["file_id"]
    assert tg.file(file_id) == b"%PDF"
    items = [{"content": content, "filename": "a.pdf"}] * 2
    assert len(person(tg, "send_album", user_id=9, items=items)) == 2
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    card = api("sendMessage", chat_id=9, text="<b>x</b>", parse_mode="HTML", reply_markup=markup)
    query = person(tg, "press", user_id=9, message_id=card["message_id"], button="A")
    api("answerCallbackQuery", callback_query_id=query, text="ok")
    assert look(tg, f"answer?id={query}")["text"] == "ok"
    assert look(tg, "chat?user_id=9")[-1]["html"] == "<b>x</b>"
    assert look(tg, "history?user_id=9")[0]["kind"] == "message"
    api("setMyCommands", commands=[{"command": "help", "description": "Help"}])
    assert look(tg, "commands?user_id=9")[0]["command"] == "help"
    assert look(tg, "calls?last=1")[0]["method"] == "setMyCommands"
    assert look(tg, "keyboard?user_id=9") is None
    assert look(tg, "menu?user_id=9") == {"type": "commands"}
    forwarded = person(tg, "forward", user_id=LAN, from_user_id=9, message_id=sent["message_id"])
    assert forwarded["forward_origin"]["sender_user"]["id"] == 9


def test_wrong_actions_are_said_so(tg: StandIn) -> None:
    assert person(tg, "fly", user_id=LAN) == (404, "no action fly")
    assert person(tg, "send_text", user_id=999, text="x") == (409, "no such user: 999")
    assert person(tg, "send_text", user_id=LAN)[0] == 409
    assert person(tg, "send_document", user_id=LAN, content="%%")[0] == 409
    assert look(tg, "weather")[0] == 409


def test_events_over_http(tg: StandIn) -> None:
    _, answer = raw(f"{tg.url}/_events?since=0&timeout=0")
    last = answer["last"]
    assert answer["events"][-1]["seq"] == last
    threading.Timer(0.2, lambda: tg.send_text(LAN, "late")).start()
    started = time.monotonic()
    _, answer = raw(f"{tg.url}/_events?since={last}&timeout=10")
    assert 0.1 < time.monotonic() - started < 5
    assert [event["message"]["text"] for event in answer["events"]] == ["late"]
    assert raw(f"{tg.url}/_events?since={answer['last']}&timeout=0")[1]["events"] == []


def test_faults_over_http(tg: StandIn) -> None:
    rule = {"kind": "error", "method": "getMe", "count": 1, "code": 503}
    body = json.dumps({"clear": True, "seed": 3, "add": [rule]}).encode()
    assert raw(f"{tg.url}/_faults", body)[1]["result"][0]["code"] == 503
    assert raw(f"{tg.url}/bot{TOKEN}/getMe")[0] == 503
    assert raw(f"{tg.url}/bot{TOKEN}/getMe")[0] == 200
    assert raw(f"{tg.url}/_faults")[1]["result"][0]["hits"] == 1
    assert raw(f"{tg.url}/_faults", b'{"add": [{"kind": "meteor"}]}')[0] == 409


async def hello(request: Request) -> Response:
    return PlainTextResponse('{"ok": "hello"}')


def test_other_routes_share_the_server() -> None:
    with StandIn(extra_routes=lambda state: [Route("/", hello)], rates=Rates.off()) as tg:
        assert raw(f"{tg.url}/") == (200, {"ok": "hello"})
        assert raw(f"{tg.url}/bot{TOKEN}/getMe")[0] == 200


def test_serving_in_an_event_loop_ends_when_cancelled() -> None:
    async def main() -> None:
        state = Telegram()
        url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(serve(state, started=url.set_result))
        address = await url
        poll = asyncio.create_task(
            asyncio.to_thread(raw, f"{address}/bot{TOKEN}/getUpdates?timeout=30")
        )
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        await asyncio.gather(poll, return_exceptions=True)
        async with running(state) as again:
            assert (await asyncio.to_thread(raw, f"{again}/bot{TOKEN}/getMe"))[0] == 200

    started = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - started < 10


def test_a_stand_in_says_that_its_port_is_taken() -> None:
    with StandIn() as tg:
        port = int(tg.url.rpartition(":")[2])
        try:
            StandIn(port=port).__enter__()
        except OSError as error:
            assert "in use" in str(error)
        else:
            raise AssertionError("two servers on one port")


def test_the_stand_in_runs_alone() -> None:
    command = [sys.executable, "-m", "bot.demo.telegram", "--no-rates", "--token", "5:xyz"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert raw(f"{url}/bot5:xyz/getMe")[1]["result"]["id"] == 5
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
