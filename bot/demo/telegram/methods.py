"""The Bot API's methods by name, and how one request is carried out and logged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from bot.demo.telegram.checks import Args
from bot.demo.telegram.core import Core
from bot.demo.telegram.errors import ApiError, bad_request
from bot.demo.telegram.model import Call, Json

Handler = Callable[[Core, Args], Any]

# Parameters that every method which sends a message takes.
SENDING = (
    "chat_id business_connection_id message_thread_id direct_messages_topic_id "
    "disable_notification protect_content allow_paid_broadcast message_effect_id "
    "suggested_post_parameters reply_parameters reply_markup"
)
CAPTION = "caption parse_mode caption_entities show_caption_above_media"


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its name, the parameters it knows, and what it does."""

    name: str
    fields: frozenset[str]
    run: Handler


METHODS: dict[str, Method] = {}


def method(name: str, *fields: str) -> Callable[[Handler], Handler]:
    """Register a handler; `fields`: names with spaces between."""

    def register(run: Handler) -> Handler:
        METHODS[name.lower()] = Method(name, frozenset(" ".join(fields).split()), run)
        return run

    return register


def called(tg: Core, name: str, args: Args, fault: str = "") -> Call:
    """A request, for the log."""
    known = METHODS.get(name.lower())
    return Call(known.name if known else name, _logged(args), tg.now(), fault=fault)


async def execute(tg: Core, name: str, args: Args, fault: str = "") -> Any:
    """Carry out one method: its result, or `ApiError`. Everything is logged."""
    known = METHODS.get(name.lower())
    call = called(tg, name, args, fault)
    started = tg.monotonic()
    try:
        result = _checked(tg, known, args)
        if isawaitable(result):
            result = await _awaited(result)
        call.result = result
    except ApiError as refused:
        call.error_code, call.description = refused.code, refused.description
        tg.refusals.append(call)
        raise
    else:
        return result
    finally:
        call.seconds = tg.monotonic() - started
        tg.calls.append(call)
        if call.method != "getUpdates":
            tg.active_at = tg.monotonic()


async def _awaited(result: Awaitable[Any]) -> Any:
    return await result


def _checked(tg: Core, known: Method | None, args: Args) -> Any:
    if known is None:
        raise ApiError(404, "Not Found")
    if not args.values.keys() <= known.fields:
        unknown = min(args.values.keys() - known.fields)
        raise bad_request(f"unknown parameter {unknown}")
    return known.run(tg, args)


def _logged(args: Args) -> Json:
    if not args.uploads:
        return args.values
    return {
        **args.values,
        **{
            name: f"<file {upload.name!r}, {len(upload.content)} bytes>"
            for name, upload in args.uploads.items()
        },
    }
