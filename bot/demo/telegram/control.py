"""The control side over HTTP, for other processes: thin over `state.Telegram`.

- `POST /_person/<action>` with a JSON object of the action's arguments; bytes are base64.
  Answers `{"ok": true, "result": …}` or, status 409, `{"ok": false, "error": "…"}`.
- `GET /_person/people`, `/_person/chat?user_id=`, `/_person/history?user_id=`,
  `/_person/commands?user_id=`, `/_person/keyboard?user_id=`, `/_person/menu?user_id=`,
  `/_person/about?user_id=`, `/_person/answer?id=`, `/_person/calls?last=`,
  `/_person/refusals`; `/_person/file?file_id=` gives the bytes themselves.
- `GET /_events?since=N&timeout=S`: events after number N, waiting up to S seconds (default 25)
  for one; `{"events": […], "last": N}`.
- `POST /_faults`: `{"clear": true, "seed": 1, "add": [{"kind": "cut_after", "count": 1}]}`;
  `GET /_faults`: the rules and how often each was played.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections import deque
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.demo.telegram.core import Change
from bot.demo.telegram.errors import PersonError
from bot.demo.telegram.model import Call, Json, Message, Press, User
from bot.demo.telegram.state import Telegram

ACTIONS = frozenset(
    {
        "add_user",
        "add_group",
        "block",
        "unblock",
        "deactivate",
        "send_text",
        "start",
        "send_photo",
        "send_document",
        "send_album",
        "send_video",
        "send_audio",
        "send_voice",
        "send_sticker",
        "send_location",
        "send_contact",
        "edit_text",
        "delete",
        "inject",
        "press",
        "forge",
        "tap",
        "forward",
    }
)


def plain(value: Any) -> Any:
    """JSON-ready."""
    if isinstance(value, Message | Press | User | Call):
        return value.to_dict()
    if isinstance(value, Change):
        return {"kind": value.kind, "at": value.at, "message": value.message.to_dict()}
    if isinstance(value, list | deque):
        return [plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)
    return value


def control_routes(tg: Telegram) -> list[BaseRoute]:
    """The routes of the control side."""

    async def act(request: Request) -> Response:
        action = request.path_params["action"]
        if action not in ACTIONS:
            return JSONResponse({"ok": False, "error": f"no action {action}"}, 404)
        try:
            given = await request.json() if await request.body() else {}
            result = getattr(tg, action)(**_arguments(tg, action, given))
        except (PersonError, TypeError, ValueError, KeyError) as error:
            return JSONResponse({"ok": False, "error": str(error)}, 409)
        return JSONResponse({"ok": True, "result": plain(result)})

    async def look(request: Request) -> Response:
        what = request.path_params["action"]
        query = request.query_params
        try:
            result = _look(tg, what, dict(query))
        except (PersonError, ValueError, KeyError) as error:
            return JSONResponse({"ok": False, "error": str(error)}, 409)
        if isinstance(result, bytes):
            stored = tg.files.get(query["file_id"])
            return Response(result, media_type=stored.mime if stored else None)
        return JSONResponse({"ok": True, "result": plain(result)})

    async def events(request: Request) -> Response:
        since = int(request.query_params.get("since", 0))
        timeout = min(float(request.query_params.get("timeout", 25)), 60)
        if tg.last_event <= since and timeout > 0:
            came = asyncio.Event()
            stop = tg.subscribe(lambda _: came.set())
            try:
                async with asyncio.timeout(timeout):
                    await came.wait()
            except TimeoutError:
                pass
            finally:
                stop()
        return JSONResponse({"events": tg.events(since), "last": tg.last_event})

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            given = await request.json()
            try:
                if given.get("clear"):
                    tg.faults.clear(given.get("seed"))
                for rule in given.get("add", []):
                    tg.faults.add(**rule)
            except (TypeError, ValueError) as error:
                return JSONResponse({"ok": False, "error": str(error)}, 409)
        return JSONResponse({"ok": True, "result": [asdict(rule) for rule in tg.faults.rules]})

    return [
        Route("/_person/{action}", act, methods=["POST"]),
        Route("/_person/{action}", look, methods=["GET"]),
        Route("/_events", events, methods=["GET"]),
        Route("/_faults", faults, methods=["GET", "POST"]),
    ]


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("content must be base64") from None


def _arguments(tg: Telegram, action: str, given: Json) -> Json:
    out = dict(given)
    if "content" in out:
        out["content"] = _bytes(out["content"])
    if action == "send_album":
        out["items"] = [
            _bytes(item) if isinstance(item, str) else {**item, "content": _bytes(item["content"])}
            for item in out["items"]
        ]
    if action == "forward":
        out["message"] = tg.message(out.pop("from_user_id"), out.pop("message_id"))
    return out


def _look(tg: Telegram, what: str, query: dict[str, str]) -> Any:
    if what == "people":
        return tg.people()
    if what == "answer":
        return tg.answer_of(query["id"])
    if what == "file":
        return tg.file(query["file_id"])
    if what in ("calls", "refusals"):
        last = int(query.get("last", 100))
        return list(getattr(tg, what))[-last:]
    by_user = {
        "chat": tg.chat,
        "history": tg.history,
        "commands": tg.commands_for,
        "keyboard": tg.keyboard,
        "menu": tg.menu_of,
        "about": tg.about,
        "user": tg.user,
    }
    if what not in by_user:
        raise KeyError(what)
    return by_user[what](int(query["user_id"]))
