"""The stand-in seen from outside: its control side over HTTP, and what happens in the chats."""

from __future__ import annotations

import base64
import http.client
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

T = TypeVar("T")
Json = dict[str, Any]

#: Seconds that a chat may stay silent where something is expected.
PATIENCE = 30.0


class Unexpected(Exception):
    """Something differs from what the story expects; the message says what."""


class Wire:
    """Requests to the stand-in; a kept connection a thread."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection(self._host, timeout=90)
            self._connections.append(connection)
        return connection

    def close(self) -> None:
        """Close every thread's connection."""
        while self._connections:
            self._connections.pop().close()

    def _request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        connection = self._connection()
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self._local.connection = None
            raise
        if response.status != 200:
            raise Unexpected(f"{path}: {content.decode('utf-8', 'replace')}")
        return content

    def get(self, what: str, **query: object) -> Any:
        """``/_person/what``."""
        return json.loads(self._request("GET", f"/_person/{what}?{urlencode(query)}"))["result"]

    def file(self, file_id: str) -> bytes:
        """The content of a file in a chat."""
        return self._request("GET", f"/_person/file?{urlencode({'file_id': file_id})}")

    def events(self, since: int, seconds: float) -> Json:
        """Events after number ``since``, waiting for one."""
        query = urlencode({"since": since, "timeout": seconds})
        found: Json = json.loads(self._request("GET", f"/_events?{query}"))
        return found

    def act(self, action: str, **arguments: Any) -> Any:
        """What a person does. Bytes are sent as base64."""
        body = json.dumps(arguments, default=_base64).encode()
        return json.loads(self._request("POST", f"/_person/{action}", body))["result"]


def _base64(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"not JSON: {value!r}")
    return base64.b64encode(value).decode()


class Watch:
    """All chats as they stand, kept up to date by a thread that listens to the events.

    ``chats``: person -> message id -> the message (`Message.to_dict()`), with ``seq`` of its
    last change. ``states``: everything that the bot ever showed, for documents at the end.
    """

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.chats: dict[int, dict[int, Json]] = defaultdict(dict)
        self.states: dict[int, list[Json]] = defaultdict(list)
        self.answers: dict[str, Json] = {}
        self.last = 0
        self.problem: Exception | None = None
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._listen, name="watch", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._thread.join(5)
        self.wire.close()

    def _listen(self) -> None:
        try:
            while not self._ended:
                found = self.wire.events(self.last, 1.0)
                with self._changed:
                    for event in found["events"]:
                        self._take(event)
                    self.last = max(self.last, found["last"])
                    self._changed.notify_all()
        except (OSError, http.client.HTTPException, Unexpected) as error:
            with self._changed:
                self.problem = error
                self._changed.notify_all()

    def _take(self, event: Json) -> None:
        chat = event["chat_id"]
        if event["type"] in ("message", "edit", "delete"):
            message = {**event["message"], "seq": event["seq"], "change": event["type"]}
            self.states[chat].append(message)
            if event["type"] == "delete":
                self.chats[chat].pop(message["message_id"], None)
            else:
                self.chats[chat][message["message_id"]] = message
        elif event["type"] == "answer":
            answer = event["answer"]
            self.answers[answer["callback_query_id"]] = answer

    def wait(
        self, look: Callable[[], T | None], what: Callable[[], str], seconds: float | None = None
    ) -> T:
        """What ``look()`` gives once it isn't None. Raises Unexpected, naming ``what()``."""
        end = time.monotonic() + (PATIENCE if seconds is None else seconds)
        with self._changed:
            while True:
                found = look()
                if found is not None:
                    return found
                left = end - time.monotonic()
                if self.problem is not None:
                    raise Unexpected(f"the stand-in is gone: {self.problem}")
                if left <= 0:
                    raise Unexpected(what())
                self._changed.wait(min(left, 1.0))
