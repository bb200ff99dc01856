"""From a view to calls of the Bot API, with what Telegram may answer sorted out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

import structlog
from telegram import (
    ForceReply,
    InlineKeyboardMarkup,
    InputFile,
    Message,
)
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.client import NO_PREVIEW, Client
from bot.limits import ANSWER, SendLimiter
from bot.metrics import api_requests_total
from bot.views.base import Attachment, Button, View, plain

log = structlog.get_logger(__name__)

#: Answers of Telegram that mean: this message can no longer be edited, send another one.
_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",  # its button was on a file
)


#: So many names of files are kept in memory; the others stand in their rows.
_MOST_NAMES = 1000

T = TypeVar("T")


def _file_id(message: Message) -> str | None:
    """Telegram's name of the file in a message."""
    if message.photo:
        return message.photo[-1].file_id
    return message.document.file_id if message.document else None


class Unreachable(Exception):
    """The person can't be written to: blocked the bot, never started it, deleted the account."""


class Refused(Exception):
    """Telegram refuses the message itself; trying again would not help."""


def inline_keyboard(view: View) -> dict[str, Any] | None:
    """The view's inline buttons as the Bot API has them."""
    if not view.rows:
        return None
    return {"inline_keyboard": [[_button(button) for button in row] for row in view.rows]}


def _button(button: Button) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": plain(button.text)}
    if button.url:
        shown["url"] = button.url
    elif button.copy:
        shown["copy_text"] = {"text": button.copy}
    else:
        shown["callback_data"] = button.data
    if button.style:
        shown["style"] = button.style
    return shown


def keyboard(view: View) -> InlineKeyboardMarkup | ForceReply | None:
    """The view's buttons as the library's markup."""
    buttons = inline_keyboard(view)
    if buttons is not None:
        return InlineKeyboardMarkup.de_json(buttons)
    if view.placeholder:
        return ForceReply(input_field_placeholder=view.placeholder[:64])
    return None


class Files(Protocol):
    """Where files that the bot has made lie."""

    async def content(self, file: Attachment) -> bytes:
        """The content of a stored file."""

    async def sent(self, file: Attachment, file_id: str) -> None:
        """Telegram knows the file by this name from now on."""


class Sender:
    """Sends views. Obeys the limits and every ``retry_after``; retries what is temporary.

    ``files`` has the contents of attachments that are stored.
    """

    def __init__(
        self,
        bot: Client,
        limiter: SendLimiter,
        *,
        pauses: tuple[float, ...],
        files: Files | None = None,
    ) -> None:
        self._bot = bot
        self._limiter = limiter
        self._pauses = pauses
        self._files = files
        # Telegram's names of made files, and who is uploading one just now.
        self._names: dict[int, str] = {}
        self._uploading: dict[int, asyncio.Lock] = {}

    async def answer(self, query_id: str, text: str, *, alert: bool) -> None:
        """Answer a pressed button. Too late or twice is no matter."""
        with contextlib.suppress(TelegramError):
            await self._bot.answer_callback_query(query_id, text or None, show_alert=alert or None)

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Delete a message where that is still possible."""
        with contextlib.suppress(TelegramError):
            await self._bot.remove(chat_id, message_id)

    async def show(
        self,
        chat_id: int,
        view: View,
        *,
        edit: int | None = None,
        priority: int = ANSWER,
        anew: Callable[[], Awaitable[View]] | None = None,
    ) -> int:
        """Show a view: in place of message ``edit`` where that works, else as a new message.

        ``anew`` gives the view to send once its turn has come; what it raises ends the sending.
        Returns the number of the message. Raises Unreachable, Refused, or NetworkError where all
        tries failed.
        """
        if edit is not None and view.attachment is None:
            try:
                await self._try(chat_id, lambda: self._edit(chat_id, edit, view))
            except BadRequest as error:
                words = error.message.lower()
                if "message is not modified" in words:
                    return edit
                if not any(sign in words for sign in _GONE):
                    raise Refused(error.message) from None
            else:
                return edit

        async def send() -> Message:
            return await self._send(chat_id, await anew() if anew else view)

        try:
            message = await self._try(chat_id, send, slot=priority)
        except BadRequest as error:
            if "chat not found" in error.message.lower():
                raise Unreachable(error.message) from None
            raise Refused(error.message) from None
        return message.message_id

    async def _edit(self, chat_id: int, message_id: int, view: View) -> None:
        await self._bot.redraw(chat_id, message_id, view.text, inline_keyboard(view))

    async def _send(self, chat_id: int, view: View) -> Message:
        markup = keyboard(view)
        if view.attachment is not None:
            return await self._send_file(chat_id, view, view.attachment, markup)
        return await self._bot.send_message(
            chat_id,
            view.text,
            parse_mode="HTML",
            reply_markup=markup,
            link_preview_options=NO_PREVIEW,
        )

    async def _send_file(
        self,
        chat_id: int,
        view: View,
        file: Attachment,
        markup: InlineKeyboardMarkup | ForceReply | None,
    ) -> Message:
        if not file.stored or self._files is None:
            content = file.file_id or InputFile(file.content, filename=file.name)
            return await self._upload(chat_id, view, file, content, markup)
        if known := self._names.get(file.made) or file.file_id:
            try:
                return await self._upload(chat_id, view, file, known, markup)
            except BadRequest as error:
                # After a move to another bot the names of files mean nothing any more.
                if "file" not in error.message.lower():
                    raise
                self._names.pop(file.made, None)
        async with self._uploading.setdefault(file.made, asyncio.Lock()):
            # Many are told at once: the first one's upload is enough for all of them.
            if (named := self._names.get(file.made)) is None:
                content = InputFile(await self._files.content(file), filename=file.name)
                message = await self._upload(chat_id, view, file, content, markup)
                if new := _file_id(message):
                    self._remember(file, new)
                    await self._files.sent(file, new)
                return message
        return await self._upload(chat_id, view, file, named, markup)

    def _remember(self, file: Attachment, file_id: str) -> None:
        if len(self._names) >= _MOST_NAMES:
            self._names.clear()
        self._names[file.made] = file_id
        self._uploading = {made: lock for made, lock in self._uploading.items() if lock.locked()}

    async def _upload(
        self,
        chat_id: int,
        view: View,
        file: Attachment,
        content: str | InputFile,
        markup: InlineKeyboardMarkup | ForceReply | None,
    ) -> Message:
        calls: dict[str, Callable[..., Awaitable[Message]]] = {
            "photo": self._bot.send_photo,
            "document": self._bot.send_document,
            "video": self._bot.send_video,
            "audio": self._bot.send_audio,
            "voice": self._bot.send_voice,
        }
        call = calls[file.kind]
        return await call(
            chat_id, content, caption=view.text or None, parse_mode="HTML", reply_markup=markup
        )

    async def _try(
        self, chat_id: int, call: Callable[[], Awaitable[T]], slot: int | None = None
    ) -> T:
        """Call until Telegram has accepted or refused; the last temporary fault is raised."""
        for pause in (*self._pauses, None):
            if slot is not None:
                await self._limiter.slot(chat_id, slot)
            try:
                result = await call()
            except RetryAfter as error:
                api_requests_total.labels("send", "429").inc()
                wait = error.retry_after
                seconds = wait if isinstance(wait, int | float) else wait.total_seconds()
                self._limiter.pause(seconds, chat_id)
                if pause is None:
                    raise
                if slot is None:
                    await asyncio.sleep(seconds)
            except Forbidden as error:
                api_requests_total.labels("send", "403").inc()
                raise Unreachable(error.message) from None
            except BadRequest:
                # A subclass of NetworkError in this library, but nothing that time would mend.
                api_requests_total.labels("send", "400").inc()
                raise
            except NetworkError:
                api_requests_total.labels("send", "network").inc()
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                api_requests_total.labels("send", "ok").inc()
                return result
        raise AssertionError("the last try returns or raises")
