"""The web chat's server side: pages and JSON over the stand-in's Python interface.

Everything runs in the stand-in's event loop, as `Telegram` asks for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.demo.telegram.errors import PersonError
from bot.demo.telegram.files import image_size
from bot.demo.telegram.limits import PHOTO_BYTES
from bot.demo.telegram.model import Json, Message, User
from bot.demo.telegram.state import Telegram

STATIC = Path(__file__).parent / "static"
PAGE = 150
BEAT_SECONDS = 5.0
STRANGER_IDS = 900_000_001
UPLOAD_HEAD_BYTES = 64 * 1024
# Nothing but our own files runs; pictures may come from a preview of what is to be sent.
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands in the list of people. `subtitle`: unit and role, in the bloc's words."""

    id: int
    name: str
    subtitle: str = ""
    language_code: str = "vi"


class _Static(StaticFiles):
    """Static files that the browser asks for again after an update of the program."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed on
        response.headers.update(HEADERS)
        return response


class WebChat:
    """The routes of the web chat, and what only it keeps: titles and read marks."""

    def __init__(self, telegram: Telegram, people: Iterable[Person] = ()) -> None:
        """`people` gives the list its order and titles; unknown ones are added to Telegram.

        Others whom the stand-in knows follow at the end.
        """
        self.telegram = telegram
        self.people: dict[int, Person] = {}
        self._read: dict[int, int] = {}
        self._streams: set[asyncio.Queue[str]] = set()
        for person in people:
            self.introduce(person)
        telegram.subscribe(self._tell)

    def introduce(self, person: Person) -> None:
        """Put somebody in the list, or change their title."""
        self.people[person.id] = person
        if person.id not in self.telegram.users:
            self.telegram.add_user(person.id, person.name, language_code=person.language_code)

    def routes(self) -> list[BaseRoute]:
        """For `serve(…, extra_routes=…)`."""
        chat = "/chat/{user:int}"
        return [
            Route("/", self._page),
            Mount("/static", _Static(directory=STATIC)),
            Route("/chat/events", self._events),
            Route("/chat/file/{file_id}", self._file),
            Route("/chat/people", _guarded(self._people)),
            Route("/chat/people", _guarded(self._add_person), methods=["POST"]),
            Route(f"{chat}/messages", _guarded(self._messages)),
            Route(f"{chat}/commands", _guarded(self._commands)),
            Route(f"{chat}/text", _guarded(self._text), methods=["POST"]),
            Route(f"{chat}/start", _guarded(self._start), methods=["POST"]),
            Route(f"{chat}/press", _guarded(self._press), methods=["POST"]),
            Route(f"{chat}/upload", _guarded(self._upload), methods=["POST"]),
            Route(f"{chat}/block", _guarded(self._block), methods=["POST"]),
            Route(f"{chat}/read", _guarded(self._mark_read), methods=["POST"]),
        ]

    # -- pages and files ------------------------------------------------------------------

    async def _page(self, request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers=HEADERS)

    async def _file(self, request: Request) -> Response:
        stored = self.telegram.files.get(request.path_params["file_id"])
        if stored is None:
            return JSONResponse({"error": "no such file"}, 404)
        shown = stored.mime.startswith(("image/", "video/", "audio/"))
        # A stranger's HTML or SVG must not run as this page's own.
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
            "Content-Disposition": "inline" if shown else "attachment",
            "Cache-Control": "private, max-age=31536000, immutable",
        }
        return Response(stored.content, media_type=stored.mime, headers=headers)

    # -- what is there --------------------------------------------------------------------

    async def _people(self, request: Request) -> Json:
        telegram = self.telegram
        order = {person_id: index for index, person_id in enumerate(self.people)}
        users = sorted(telegram.people(), key=lambda user: order.get(user.id, len(order)))
        return {
            "seq": telegram.last_event,
            "bot": telegram.bot,
            "people": [self._person(user) for user in users],
        }

    def _person(self, user: User) -> Json:
        messages = self.telegram.chat(user.id)
        read = self._read.get(user.id, 0)
        known = self.people.get(user.id)
        return {
            "id": user.id,
            "name": known.name if known else user.name,
            "subtitle": known.subtitle if known else "",
            "language": user.language_code,
            "started": user.opened,
            "blocked": user.blocked,
            "unread": sum(1 for one in messages if one.from_bot and one.message_id > read),
            "last": _shown(messages[-1]) if messages else None,
        }

    async def _messages(self, request: Request) -> Json:
        user = self._user(request)
        messages = self.telegram.chat(user.id)
        before = request.query_params.get("before", "")
        if before.isdecimal():
            messages = [one for one in messages if one.message_id < int(before)]
        return {
            "seq": self.telegram.last_event,
            "messages": [_shown(one) for one in messages[-PAGE:]],
            "more": len(messages) > PAGE,
            "commands": self.telegram.commands_for(user.id),
            "keyboard": self._keyboard(user.id),
        }

    def _keyboard(self, user_id: int) -> Json | None:
        """What the bot wants below the chat: its forced reply, else its reply keyboard."""
        messages = self.telegram.chat(user_id)
        last = messages[-1] if messages else None
        if last is not None and last.from_bot and "force_reply" in (last.reply_markup or {}):
            return {"markup": last.reply_markup, "message": last.message_id, "text": last.text}
        markup = self.telegram.keyboard(user_id)
        return {"markup": markup, "message": 0, "text": ""} if markup else None

    async def _commands(self, request: Request) -> Json:
        return {"commands": self.telegram.commands_for(self._user(request).id)}

    def _user(self, request: Request) -> User:
        return self.telegram.user(request.path_params["user"])

    # -- what a person does ---------------------------------------------------------------

    async def _add_person(self, request: Request) -> Json:
        body = await _body(request)
        name = str(body.get("name", "")).strip()[:64]
        if not name:
            raise PersonError("a name is missing")
        new = next(one for one in count(STRANGER_IDS) if one not in self.telegram.users)
        self.telegram.add_user(new, name, language_code=str(body.get("language", "vi"))[:5])
        return {"id": new}

    async def _text(self, request: Request) -> Json:
        user, body = self._user(request), await _body(request)
        text, reply_to = str(body.get("text", "")), body.get("reply_to")
        if body.get("key"):
            message = self.telegram.tap(user.id, text)
        else:
            message = self.telegram.send_text(user.id, text, reply_to=reply_to)
        return {"message_id": message.message_id}

    async def _start(self, request: Request) -> Json:
        user, body = self._user(request), await _body(request)
        message = self.telegram.start(user.id, str(body.get("payload", "")))
        return {"message_id": message.message_id}

    async def _press(self, request: Request) -> Json:
        user, body = self._user(request), await _body(request)
        query = self.telegram.press(user.id, int(body["message_id"]), str(body["data"]))
        return {"query_id": query}

    async def _block(self, request: Request) -> Json:
        user, body = self._user(request), await _body(request)
        if body.get("blocked"):
            self.telegram.block(user.id)
        else:
            self.telegram.unblock(user.id)
        return {}

    async def _mark_read(self, request: Request) -> Json:
        user, body = self._user(request), await _body(request)
        self._read[user.id] = max(self._read.get(user.id, 0), int(body["message_id"]))
        self.telegram.emit("read", user.id)
        return {}

    async def _upload(self, request: Request) -> Json:
        """One line of JSON that describes the files, then their bytes one after the other."""
        user = self._user(request)
        raw = await request.body()
        head, newline, content = raw.partition(b"\n")
        if not newline or len(head) > UPLOAD_HEAD_BYTES:
            raise PersonError("not an upload")
        described = json.loads(head)
        items, at = [], 0
        for one in described["files"]:
            piece = content[at : at + int(one["size"])]
            at += int(one["size"])
            items.append(_item(piece, str(one["name"]), str(one["type"]), bool(one["photo"])))
        caption = str(described.get("caption", ""))
        return {"message_ids": self._sent(user.id, items, caption)}

    def _sent(self, user_id: int, items: list[Json], caption: str) -> list[int]:
        """Send them as a phone does: an album from two on; the first's caption is the album's."""
        telegram = self.telegram
        if len(items) != 1:
            return [one.message_id for one in telegram.send_album(user_id, [*items], caption)]
        (item,) = items
        if item["kind"] == "photo":
            return [telegram.send_photo(user_id, item["content"], caption).message_id]
        sent = telegram.send_document(
            user_id, item["content"], item["filename"], item["mime"], caption
        )
        return [sent.message_id]

    # -- events ---------------------------------------------------------------------------

    def _tell(self, event: Json) -> None:
        if not self._streams:
            return
        line = self._line(event)
        if line is not None:
            for stream in self._streams:
                stream.put_nowait(f"data: {json.dumps(line, ensure_ascii=False)}\n\n")

    def _line(self, event: Json) -> Json | None:
        """The event as the page wants it, or None where it shows nothing."""
        kind, user_id = event["type"], event["chat_id"]
        line: Json = {"seq": event["seq"], "type": kind, "user": user_id}
        if kind in ("message", "edit"):
            message = self.telegram.find(user_id, event["message"]["message_id"])
            return None if message is None else {**line, "message": _shown(message)}
        if kind == "delete":
            messages = self.telegram.chat(user_id)
            last = _shown(messages[-1]) if messages else None
            return {**line, "message_id": event["message"]["message_id"], "last": last}
        if kind == "answer":
            answer = event["answer"]
            facts = {name: answer[name] for name in ("text", "show_alert", "url")}
            return {**line, "query_id": answer["callback_query_id"], **facts}
        if kind == "typing":
            return {**line, "action": event["action"]}
        if kind == "user":
            return {**line, "type": "people"}
        return line if kind in ("commands", "read") else None

    async def _events(self, request: Request) -> Response:
        return StreamingResponse(
            self._stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _stream(self) -> AsyncIterator[str]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._streams.add(queue)
        try:
            yield "event: hello\ndata:\n\n"
            while True:
                try:
                    yield await asyncio.wait_for(queue.get(), BEAT_SECONDS)
                except TimeoutError:
                    yield "event: beat\ndata:\n\n"
        finally:
            self._streams.discard(queue)


def _shown(message: Message) -> Json:
    """As `Message` of the Bot API, and the markup also where it belongs below the chat."""
    out = message.to_api()
    if message.reply_markup is not None:
        out["reply_markup"] = message.reply_markup
    return out


def _item(content: bytes, name: str, mime: str, photo: bool) -> Json:
    """An item for `send_album`; what is no picture, or too big for one, goes as a file."""
    fits = photo and len(content) <= PHOTO_BYTES and image_size(content) is not None
    kind = "photo" if fits else "document"
    return {"content": content, "filename": name, "mime": mime, "kind": kind}


async def _body(request: Request) -> Json:
    body = await request.json()
    if not isinstance(body, dict):
        raise PersonError("not an object")
    return body


def _guarded(action: Callable[[Request], Awaitable[Json]]) -> Endpoint:
    """The action's result as JSON; what a phone would not do is a 400 with the reason."""

    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await action(request))
        except PersonError as error:
            return JSONResponse({"error": str(error)}, 400)
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": f"not understood: {error}"}, 400)

    return endpoint
