"""AiohttpRequest against python-telegram-bot's own HTTPXRequest, on the same local servers."""

import asyncio
import base64
import contextlib
import io
import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InputFile, InputMediaDocument
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.request import AiohttpRequest

TOKEN = "123456789:AAF_secret-secret_secret-secret"
Connection = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ANSWERS: dict[str, tuple[int, str]] = {
    "ok": (200, '{"ok": true, "result": {"a": "Đoàn"}}'),
    "bad": (400, '{"ok": false, "error_code": 400, "description": "Bad Request: no text"}'),
    "unauthorized": (401, '{"ok": false, "description": "Unauthorized"}'),
    "forbidden": (403, '{"ok": false, "description": "Forbidden: bot was blocked by the user"}'),
    "missing": (404, '{"ok": false, "description": "Not Found"}'),
    "conflict": (409, '{"ok": false, "description": "Conflict: other getUpdates"}'),
    "too_large": (413, "<html>Request Entity Too Large</html>"),
    "flood": (
        429,
        '{"ok": false, "description": "Too Many Requests", "parameters": {"retry_after": 7}}',
    ),
    "migrated": (
        400,
        '{"ok": false, "description": "x", "parameters": {"migrate_to_chat_id": -1007}}',
    ),
    "broken": (500, "<html>Internal Server Error</html>"),
    "gateway": (502, "<html>Bad Gateway</html>"),
    "strange": (299, '{"ok": true, "result": true}'),
    "unknown_code": (599, "what"),
    "redirect": (302, '{"ok": false, "description": "Found"}'),
    "not_json": (200, "<html>Sign in to the hotel's Wi-Fi</html>"),
    "empty": (200, ""),
}


@pytest.fixture(autouse=True)
def _timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns about every RetryAfter with a plain number of seconds."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@dataclass
class Outcome:
    """What a caller sees: a value, or the exception's class and text."""

    value: Any = None
    error: TelegramError | None = None
    kind: str = ""
    text: str = ""


@dataclass
class Site:
    """A running local server and what reached it."""

    port: int
    seen: list[dict[str, Any]] = field(default_factory=list)

    def url(self, method: str) -> str:
        return f"http://127.0.0.1:{self.port}/bot{TOKEN}/{method}"


def makers(**timeouts: float | None) -> dict[str, Callable[[], BaseRequest]]:
    """Both implementations with the same timeouts."""
    return {
        "httpx": lambda: HTTPXRequest(
            connection_pool_size=16, httpx_kwargs={"trust_env": False}, **timeouts
        ),
        "aiohttp": lambda: AiohttpRequest(**timeouts),
    }


async def outcome(call: Awaitable[Any]) -> Outcome:
    try:
        return Outcome(value=await call)
    except TelegramError as error:
        return Outcome(error=error, kind=type(error).__name__, text=str(error))


def both(
    scenario: Callable[[BaseRequest], Awaitable[Any]], **timeouts: float | None
) -> dict[str, Outcome]:
    """The scenario's outcome for each implementation; ours may never give the token away."""

    async def run(make: Callable[[], BaseRequest]) -> Outcome:
        async with make() as request:
            return await outcome(scenario(request))

    outcomes = {name: asyncio.run(run(make)) for name, make in makers(**timeouts).items()}
    assert_no_token(outcomes["aiohttp"].error)
    return outcomes


def assert_no_token(error: BaseException | None) -> None:
    """Neither the traceback nor anything reachable from the exception holds the token."""
    if error is None:
        return
    assert TOKEN not in "".join(traceback.format_exception(error))
    pending, known = [error], set()
    while pending:
        link = pending.pop()
        assert TOKEN not in str(link)
        assert TOKEN not in repr(link)
        assert TOKEN not in repr(link.args)
        known.add(id(link))
        pending += [
            other
            for other in (link.__cause__, link.__context__)
            if other is not None and id(other) not in known
        ]


@contextlib.asynccontextmanager
async def api() -> AsyncIterator[Site]:
    """A server that answers as the method's name says and notes the fields that came."""
    site = Site(0)

    async def answer(request: web.Request) -> web.Response:
        name = request.match_info["method"]
        note: dict[str, Any] = {
            "method": name,
            "http": request.method,
            "type": request.content_type,
            "agent": request.headers["User-Agent"],
            "proxy": request.headers.get("Proxy-Authorization"),
        }
        if request.content_type == "multipart/form-data":
            form: dict[str, Any] = {}
            async for part in await request.multipart():
                content = bytes(await part.read())
                form[str(part.name)] = (part.filename, part.headers.get("Content-Type"), content)
            note["form"] = form
        else:
            note["form"] = dict(await request.post())
        site.seen.append(note)
        if name == "slow":
            await asyncio.sleep(30)
        if name == "echo_page":
            return web.Response(status=502, text=f"<html>cannot reach {request.path}</html>")
        if name == "download":
            return web.Response(body=b"\x00" + TOKEN.encode() + b"\xff" * 200_000)
        status, text = ANSWERS[name]
        return web.Response(
            status=status,
            text=text,
            headers={"Location": "/elsewhere"} if status == 302 else None,
            content_type="application/json" if text.startswith("{") else "text/html",
        )

    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", f"/bot{TOKEN}/{{method}}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    tcp = web.TCPSite(runner, "127.0.0.1", 0)
    await tcp.start()
    site.port = runner.addresses[0][1]
    try:
        yield site
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def raw(connection: Connection) -> AsyncIterator[Site]:
    """A server below HTTP, for what no decent server does."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await connection(reader, writer)
        writer.close()
        tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield Site(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def form(**fields: object) -> RequestData:
    return RequestData([RequestParameter.from_input(name, value) for name, value in fields.items()])


@pytest.mark.parametrize("method", sorted(ANSWERS))
def test_every_answer_gives_the_same_value_or_exception(method: str) -> None:
    async def scenario(request: BaseRequest) -> Any:
        async with api() as site:
            return await request.post(site.url(method), form(chat_id=1, text="x"))

    outcomes = both(scenario)
    theirs, ours = outcomes["httpx"], outcomes["aiohttp"]
    assert (ours.value, ours.kind, ours.text) == (theirs.value, theirs.kind, theirs.text)
    assert bool(ours.kind) is (method not in {"ok", "strange"})


def test_retry_after_keeps_its_seconds() -> None:
    async def scenario(request: BaseRequest) -> Any:
        async with api() as site:
            return await request.post(site.url("flood"), form(chat_id=1))

    ours = both(scenario)["aiohttp"]
    assert isinstance(ours.error, RetryAfter)
    assert ours.error.retry_after == timedelta(seconds=7)


async def _cut_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def _cut_in_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    await writer.drain()


async def _cut_in_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok": tr')
    await writer.drain()


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


async def _no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(f"220 mail /bot{TOKEN}/ welcome\r\n\r\n".encode())
    await writer.drain()


async def _no_socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def _silent_in_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _cut_in_body(reader, writer)
    await asyncio.sleep(30)


@pytest.mark.parametrize(
    ("connection", "kind"),
    [
        (_cut_at_once, "NetworkError"),
        (_cut_in_headers, "NetworkError"),
        (_cut_in_body, "NetworkError"),
        (_reset, "NetworkError"),
        (_no_http, "NetworkError"),
        (_silent, "TimedOut"),
        (_silent_in_body, "TimedOut"),
    ],
)
def test_faults_on_the_way_give_the_same_exception(connection: Connection, kind: str) -> None:
    async def scenario(request: BaseRequest) -> Any:
        async with raw(connection) as site:
            return await request.post(site.url("ok"), form(chat_id=1), read_timeout=0.2)

    outcomes = both(scenario)
    assert outcomes["httpx"].kind == outcomes["aiohttp"].kind == kind


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1:1/bot{TOKEN}/ok",
        f"http:///bot{TOKEN}/ok",
        f"gopher://127.0.0.1/bot{TOKEN}/ok",
        f"http://127.0.0.1:99999999/bot{TOKEN}/ok",
    ],
)
def test_unreachable_addresses_give_a_network_error(url: str) -> None:
    outcomes = both(lambda request: request.post(url, form(chat_id=1)))
    assert outcomes["httpx"].kind == outcomes["aiohttp"].kind == "NetworkError"


def test_default_and_per_call_read_timeouts() -> None:
    async def scenario(request: BaseRequest) -> Any:
        async with api() as site:
            return await request.post(site.url("slow"), form(chat_id=1))

    async def patient(request: BaseRequest) -> Any:
        async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.4)
            writer.write(
                b'HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n{"ok": true, "result": true}'
            )
            await writer.drain()

        async with raw(late) as site:
            return await request.post(site.url("ok"), form(chat_id=1), read_timeout=None)

    assert {o.kind for o in both(scenario, read_timeout=0.1).values()} == {"TimedOut"}
    assert {o.value for o in both(patient, read_timeout=0.1).values()} == {True}


def test_a_server_that_does_not_read_an_upload_times_out_by_the_write_timeout() -> None:
    data = form(chat_id=1, document=InputFile(b"x" * 20_000_000))

    async def scenario(request: BaseRequest) -> Any:
        async with raw(_silent) as site:
            async with asyncio.timeout(5):
                return await request.post(site.url("ok"), data, write_timeout=0.3)

    assert {o.kind for o in both(scenario).values()} == {"TimedOut"}


def test_a_long_form_is_watched_too() -> None:
    data = form(chat_id=1, text="x" * 20_000_000)

    async def scenario(request: BaseRequest) -> Any:
        async with raw(_silent) as site:
            async with asyncio.timeout(5):
                return await request.post(site.url("ok"), data)

    assert {o.kind for o in both(scenario, write_timeout=0.3).values()} == {"TimedOut"}


def test_a_busy_pool_times_out_and_says_so() -> None:
    async def busy(request: BaseRequest) -> Any:
        async with api() as site:
            holders = [
                asyncio.create_task(outcome(request.post(site.url("slow"), form(chat_id=n))))
                for n in range(16)
            ]
            await asyncio.sleep(0.3)
            try:
                return await request.post(site.url("ok"), form(chat_id=1), pool_timeout=0.1)
            finally:
                for holder in holders:
                    holder.cancel()
                await asyncio.gather(*holders, return_exceptions=True)

    outcomes = both(busy)
    assert outcomes["aiohttp"].text == outcomes["httpx"].text
    assert "Request was *not* sent" in outcomes["aiohttp"].text


def test_connections_come_back_after_faults_and_cancellation() -> None:
    async def run() -> None:
        async with AiohttpRequest(2, read_timeout=0.05) as request, api() as site:
            for _ in range(5):
                with pytest.raises(TimedOut):
                    await request.post(site.url("slow"), form(chat_id=1))
                task = asyncio.create_task(
                    request.post(site.url("slow"), form(chat_id=1), read_timeout=None)
                )
                await asyncio.sleep(0.01)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            answers = await asyncio.gather(
                *(request.post(site.url("ok"), form(n=n), read_timeout=5) for n in range(20))
            )
        assert answers == [{"a": "Đoàn"}] * 20

    asyncio.run(run())


def test_fields_and_files_arrive_as_from_httpx() -> None:
    album = [
        InputMediaDocument(InputFile(b"one", filename="Báo cáo.pdf", attach=True)),
        InputMediaDocument(InputFile(b"two" * 100_000, filename='a"b\n.bin', attach=True)),
    ]
    handle = io.BytesIO(b"from a handle" * 50_000)
    handle.name = "handle.txt"
    requests = [
        form(chat_id=-100, text="Đơn vị <b>&\r\n+% 🎉", keyboard={"a": [1, "ă"]}, silent=True),
        form(),
        form(chat_id=1, media=album),
        form(chat_id=1, document=InputFile(handle, read_file_handle=False), caption="ả"),
        form(chat_id=1, photo=InputFile(b"", filename="empty.png")),
    ]

    async def scenario(request: BaseRequest) -> Any:
        async with api() as site:
            for data in requests:
                await request.post(site.url("ok"), data)
            await request.post(site.url("ok"))
            return site.seen

    outcomes = both(scenario)
    ours = outcomes["aiohttp"].value
    assert ours == outcomes["httpx"].value
    assert ours[0]["form"]["text"] == "Đơn vị <b>&\r\n+% 🎉"
    assert {content for _, _, content in ours[2]["form"].values()} >= {b"one", b"two" * 100_000}
    assert ours[3]["form"]["document"][2] == b"from a handle" * 50_000


def test_an_answer_before_the_whole_upload_was_read_is_the_answer() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"ok": false, "description": "Request Entity Too Large"}'
        writer.write(b"HTTP/1.1 413 X\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        await asyncio.sleep(5)

    async def run() -> Outcome:
        async with AiohttpRequest() as request, raw(refuse) as site, asyncio.timeout(3):
            data = form(document=InputFile(b"x" * 20_000_000))
            return await outcome(request.post(site.url("ok"), data))

    result = asyncio.run(run())
    assert (result.kind, result.text) == ("NetworkError", "Request Entity Too Large")


def test_downloads_are_untouched_and_pages_that_repeat_the_address_are_cleaned() -> None:
    async def run() -> tuple[bytes, Outcome]:
        async with AiohttpRequest() as request, api() as site:
            file = await request.retrieve(site.url("download"))
            return file, await outcome(request.post(site.url("echo_page"), form(a=1)))

    file, page = asyncio.run(run())
    assert file == b"\x00" + TOKEN.encode() + b"\xff" * 200_000
    assert page.kind == "NetworkError"
    assert "cannot reach /bot[token]/echo_page" in page.text
    assert_no_token(page.error)


def test_the_token_stays_out_of_write_errors() -> None:
    async def reset_while_writing(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readexactly(100_000)
        writer.transport.abort()

    async def scenario(request: BaseRequest) -> Any:
        async with raw(reset_while_writing) as site:
            return await request.post(site.url("ok"), form(document=InputFile(b"x" * 20_000_000)))

    assert {o.kind for o in both(scenario).values()} == {"NetworkError"}


def test_not_initialized_shut_down_and_opened_again() -> None:
    async def run() -> None:
        async with api() as site:
            request = AiohttpRequest()
            with pytest.raises(NetworkError, match="not initialized"):
                await request.post(site.url("ok"))
            await request.shutdown()
            for _ in range(2):
                await request.initialize()
                await request.initialize()
                assert await request.post(site.url("ok")) == {"a": "Đoàn"}
                await request.shutdown()
                with pytest.raises(NetworkError, match="not initialized"):
                    await request.post(site.url("ok"))

    asyncio.run(run())


def test_the_real_bot_speaks_through_it() -> None:
    async def run() -> list[dict[str, Any]]:
        async with api() as site, AiohttpRequest(read_timeout=2) as request:
            bot = Bot(TOKEN, base_url=f"http://127.0.0.1:{site.port}/bot", request=request)
            assert await bot.do_api_request("ok", {"chat_id": 5, "text": "ạ"}) == {"a": "Đoàn"}
            return site.seen

    [seen] = asyncio.run(run())
    assert seen["form"] == {"chat_id": "5", "text": "ạ"}
    assert seen["agent"].startswith("python-telegram-bot v")


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def _tunnel(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, first: bytes = b""
) -> None:
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        far_writer.write(first)
        await asyncio.gather(_pipe(reader, far_writer), _pipe(far_reader, writer))
    finally:
        far_writer.close()


def test_http_proxy_gets_the_whole_address_and_its_password() -> None:
    heads: list[str] = []

    async def run(make: Callable[[str], BaseRequest]) -> Any:
        async with api() as site:

            async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                head = await reader.readuntil(b"\r\n\r\n")
                heads.append(head.decode())
                await _tunnel(reader, writer, site.port, head)

            async with (
                raw(proxy) as gate,
                make(f"http://user:p%40ss@127.0.0.1:{gate.port}") as request,
            ):
                return await request.post(site.url("ok"), form(chat_id=1))

    kwargs = {"trust_env": False}
    assert asyncio.run(run(lambda url: HTTPXRequest(proxy=url, httpx_kwargs=kwargs)))
    assert asyncio.run(run(lambda url: AiohttpRequest(proxy=url))) == {"a": "Đoàn"}
    password = base64.b64encode(b"user:p@ss").decode()
    for head in heads:
        assert head.startswith("POST http://127.0.0.1:")
        assert f"proxy-authorization: basic {password}".lower() in head.lower()
    assert len(heads) == 2


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "502 Bad Gateway"])
def test_a_refusing_http_proxy_is_a_network_error(scheme: str, status: str) -> None:
    heads: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()

    async def run(make: Callable[[str], BaseRequest]) -> Outcome:
        async with raw(refuse) as gate, make(f"http://u:secret@127.0.0.1:{gate.port}") as request:
            url = f"{scheme}://api.invalid/bot{TOKEN}/ok"
            return await outcome(request.post(url, form(chat_id=1)))

    ours = asyncio.run(run(lambda url: AiohttpRequest(proxy=url)))
    theirs = asyncio.run(run(lambda url: HTTPXRequest(proxy=url)))
    assert ours.kind == theirs.kind == "NetworkError"
    assert "secret" not in ours.text
    assert_no_token(ours.error)
    assert all("proxy-authorization: basic" in head.lower() for head in heads)
    assert heads[0].startswith("CONNECT api.invalid:443" if scheme == "https" else "POST http:")


def _socks5(port: int, seen: list[Any], *, reply: int = 0) -> Connection:
    """A SOCKS5 server that wants user and password and always leads to ``port``."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        writer.write(b"\x05\x02")
        user = await reader.readexactly((await reader.readexactly(2))[1])
        password = await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\x01\x00")
        kind = (await reader.readexactly(4))[3]
        size = 4 if kind == 1 else (await reader.readexactly(1))[0]
        seen.append((user, password, await reader.readexactly(size)))
        await reader.readexactly(2)
        writer.write(bytes([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]))
        await writer.drain()
        if reply == 0:
            await _tunnel(reader, writer, port)

    return serve


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_socks5_proxy_resolves_the_name_and_gets_the_password(scheme: str) -> None:
    seen: list[Any] = []

    async def run() -> Any:
        async with (
            api() as site,
            raw(_socks5(site.port, seen)) as gate,
            AiohttpRequest(proxy=f"{scheme}://user:pw@127.0.0.1:{gate.port}") as request,
        ):
            url = f"http://api.telegram.invalid/bot{TOKEN}/ok"
            return await request.post(url, form(chat_id=1))

    assert asyncio.run(run()) == {"a": "Đoàn"}
    assert seen == [(b"user", b"pw", b"api.telegram.invalid")]


@pytest.mark.parametrize(
    ("connection", "kind"),
    [
        (_socks5(1, [], reply=5), "NetworkError"),
        (_no_socks, "NetworkError"),
        (_silent, "TimedOut"),
        (None, "NetworkError"),
    ],
)
def test_socks5_faults(connection: Connection | None, kind: str) -> None:
    async def run() -> Outcome:
        async with raw(connection or _silent) as gate:
            port = gate.port if connection else 1
            proxy = f"socks5://user:secret@127.0.0.1:{port}"
            async with AiohttpRequest(proxy=proxy, connect_timeout=0.3) as request:
                url = f"http://api.invalid/bot{TOKEN}/ok"
                return await outcome(request.post(url, form(chat_id=1)))

    result = asyncio.run(run())
    assert result.kind == kind
    assert "secret" not in result.text
    assert_no_token(result.error)


@pytest.mark.parametrize(
    "proxy", ["127.0.0.1:8080", "ftp://u:hush@h:1", "socks5://u:hush@h", "http://u:hush@h:port"]
)
def test_an_unusable_proxy_is_refused_without_its_password(proxy: str) -> None:
    with pytest.raises(ValueError, match="the proxy must look like") as caught:
        AiohttpRequest(proxy=proxy)
    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_a_short_word_after_bot_does_not_garble_the_answer() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps({"ok": False, "parameters": {"retry_after": 1}}).encode()
        writer.write(b"HTTP/1.1 429 X\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    async def run() -> Outcome:
        async with AiohttpRequest() as request, raw(answer) as site:
            return await outcome(request.post(f"http://127.0.0.1:{site.port}/bot1/ok"))

    assert asyncio.run(run()).kind == "RetryAfter"
