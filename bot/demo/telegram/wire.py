"""Requests of the Bot API over ASGI: bodies in, JSON out, faults in between."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.demo.telegram import editing, sending, setting
from bot.demo.telegram.checks import Args, Upload
from bot.demo.telegram.core import Core
from bot.demo.telegram.errors import ApiError, bad_request, too_many_requests
from bot.demo.telegram.faults import Fault
from bot.demo.telegram.limits import UPLOAD_BYTES
from bot.demo.telegram.methods import called, execute
from bot.demo.telegram.model import Call, Json

log = logging.getLogger(__name__)

# Importing these registers their methods.
MODULES = (sending, editing, setting)
_API = re.compile(r"/bot([^/]+)/([^/]*)")
_FILE = re.compile(r"/file/bot([^/]+)/(.+)")
_DISPOSITION = re.compile(rb';\s*([a-z*]+)="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_dumps = json.JSONEncoder(separators=(",", ":")).encode


def parse_body(query: bytes, kind: str, body: bytes) -> Args:
    """Parameters from the query and a body of any of the three types."""
    values: Json = {}
    uploads: dict[str, Upload] = {}
    try:
        if query:
            values.update(parse_qsl(query.decode(), keep_blank_values=True, errors="strict"))
        if body:
            if kind.startswith("application/x-www-form-urlencoded"):
                values.update(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
            elif kind.startswith("application/json"):
                given = json.loads(body)
                if not isinstance(given, dict):
                    raise bad_request("expected a JSON object")
                values.update(given)
            elif kind.startswith("multipart/form-data"):
                _multipart(kind, body, values, uploads)
    except UnicodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    return Args(values, uploads)


def _multipart(kind: str, body: bytes, values: Json, uploads: dict[str, Upload]) -> None:
    found = re.search(r'boundary="?([^";]+)"?', kind)
    if not found:
        raise bad_request("boundary field not found")
    parts = (b"\r\n" + body).split(b"\r\n--" + found[1].encode())
    for part in parts[1:]:
        if part.startswith(b"--"):
            break
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        facts = {}
        mime = ""
        for line in lines:
            name, _, rest = line.partition(b":")
            if name.lower() == b"content-disposition":
                facts = {key.lower(): value for key, value in _DISPOSITION.findall(rest)}
            elif name.lower() == b"content-type":
                mime = rest.strip().decode()
        name = facts.get(b"name", b"").decode()
        if b"filename" in facts:
            filename = facts[b"filename"].replace(b'\\"', b'"').decode()
            uploads[name] = Upload(filename, content, mime)
        else:
            values[name] = content.decode()


class BotApi:
    """ASGI: `/bot<token>/<method>` and `/file/bot<token>/<path>`; all else goes to `other`."""

    def __init__(self, tg: Core, other: ASGIApp) -> None:
        self.tg = tg
        self.other = other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            path = scope["path"]
            found = _API.fullmatch(path)
            if found is not None:
                await self._method(found[1], found[2], scope, receive, send)
                return
            found = _FILE.fullmatch(path)
            if found is not None:
                await self._file(found[1], found[2], send)
                return
        await self.other(scope, receive, send)

    async def _method(
        self, token: str, name: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        fault: Fault | None = None
        try:
            args = await self._arguments(token, name, scope, receive)
            if self.tg.faults.rules:
                fault = self.tg.faults.pick(
                    name, "cut_before", "cut_after", "error", "error_after", "slow", "flood"
                )
            if fault is not None and await self._spoil(fault, name, args):
                await _cut(send)
                return
            result = await self._execute(name, args, receive, fault.kind if fault else "")
            status, answer = 200, {"ok": True, "result": result}
            if fault is not None and fault.kind == "error_after":
                status = fault.code
                answer = _refusal(ApiError(status, _reason(status)))
        except asyncio.CancelledError:
            # The poller went away; nobody is there to be told anything.
            return
        except ApiError as refused:
            status, answer = refused.code, _refusal(refused)
        except Exception:
            # A defect of the stand-in itself: shown, never swallowed.
            log.exception("the stand-in failed in %s", name)
            status = 500
            answer = _refusal(ApiError(500, "Internal Server Error: the stand-in failed"))
            self.tg.refusals.append(
                Call(name, {}, self.tg.now(), error_code=500, description="the stand-in failed")
            )
        if fault is not None and fault.kind == "cut_after":
            await _cut(send)
            return
        await _respond(send, status, b"application/json", _dumps(answer).encode())

    def _admit(self, token: str) -> None:
        if token != self.tg.token:
            raise ApiError(401, "Unauthorized")

    async def _arguments(self, token: str, name: str, scope: Scope, receive: Receive) -> Args:
        """The parameters; what is refused before its method is looked at is logged here."""
        try:
            body = await _read(receive)
            self._admit(token)
            kind = next(
                (value.decode() for key, value in scope["headers"] if key == b"content-type"), ""
            )
            return parse_body(scope["query_string"], kind, body)
        except ApiError as refused:
            call = called(self.tg, name, Args({}))
            call.error_code, call.description = refused.code, refused.description
            self.tg.calls.append(call)
            self.tg.refusals.append(call)
            raise

    async def _execute(self, name: str, args: Args, receive: Receive, fault: str) -> Any:
        if name.lower() != "getupdates" or not args.number("timeout"):
            return await execute(self.tg, name, args, fault)
        # A poll whose connection is gone ends there and then, as Telegram's does.
        work = asyncio.ensure_future(execute(self.tg, name, args, fault))
        gone = asyncio.ensure_future(receive())
        try:
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            if not work.done():
                work.cancel()
        return await work

    async def _spoil(self, fault: Fault, name: str, args: Args) -> bool:
        """Play what a fault does before the effect; True: cut the connection."""
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.kind not in ("cut_before", "error", "flood"):
            return False
        call = called(self.tg, name, args, fault.kind)
        self.tg.calls.append(call)
        self.tg.active_at = self.tg.monotonic()
        if fault.kind == "cut_before":
            call.error_code, call.description = -1, "connection cut"
            return True
        if fault.kind == "flood":
            error = too_many_requests(fault.retry_after)
        else:
            error = ApiError(fault.code, _reason(fault.code))
        call.error_code, call.description = error.code, error.description
        raise error

    async def _file(self, token: str, path: str, send: Send) -> None:
        stored = self.tg.files.at(path)
        fault = self.tg.faults.pick("file", "cut_before", "error", "slow")
        if token != self.tg.token:
            refused = ApiError(401, "Unauthorized")
        elif fault is not None and fault.kind == "cut_before":
            await _cut(send)
            return
        elif fault is not None and fault.kind == "error":
            refused = ApiError(fault.code, _reason(fault.code))
        elif stored is None:
            refused = ApiError(404, "Not Found")
        else:
            if fault is not None:
                await asyncio.sleep(fault.seconds)
            await _respond(send, 200, b"application/octet-stream", stored.content)
            return
        body = _dumps(_refusal(refused)).encode()
        await _respond(send, refused.code, b"application/json", body)


def _reason(code: int) -> str:
    return {500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}.get(
        code, "Service Unavailable"
    )


def _refusal(error: ApiError) -> Json:
    out: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        out["parameters"] = error.parameters
    return out


async def _read(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    chunks = [body]
    size = len(body)
    while message.get("more_body"):
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        # Of what is too long only the size is kept; the sender must still get it all out.
        if size <= UPLOAD_BYTES + 1_000_000:
            chunks.append(chunk)
        else:
            chunks.clear()
    if size > UPLOAD_BYTES + 1_000_000:
        raise ApiError(413, "Request Entity Too Large")
    return b"".join(chunks)


async def _respond(send: Send, status: int, kind: bytes, body: bytes) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", kind),
                (b"content-length", str(len(body)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def _cut(send: Send) -> None:
    """Close the connection without an answer. ASGI has no word for it; uvicorn's `send` is a
    method of the object that holds the connection."""
    cycle: Any = getattr(send, "__self__", None)
    cycle.transport.abort()
    # Let the loop notice, or uvicorn would complain about a missing answer.
    while not cycle.disconnected:  # noqa: ASYNC110 - uvicorn offers no event for it
        await asyncio.sleep(0)
