"""The client for the Bot API, with polling that one unreadable update can't stop.

python-telegram-bot reads all updates of a poll together: one that it can't read (of a kind newer
than the library, say) would be asked for again for ever and hold up everybody's, and it logs
whatever people wrote in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Update

log = structlog.get_logger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def read_update(body: dict[str, Any], bot: Bot) -> Update:
    """An update from its JSON; an empty one under the same number where it can't be read.

    Raises KeyError where it has no number, or ValueError where that is none.
    """
    try:
        return Update.de_json(body, bot)
    except Exception as error:
        update_id = int(body["update_id"])
        log.warning("update_unreadable", update=update_id, error=type(error).__name__)
        return Update(update_id)


class Client(Bot):
    """python-telegram-bot's client, with :meth:`poll`."""

    async def poll(
        self, offset: int | None, *, seconds: int, allowed: Sequence[str], limit: int = 100
    ) -> list[Update]:
        """Like ``get_updates``, but every update is read by itself; raises TelegramError."""
        data = {
            "timeout": seconds,
            "offset": offset,
            "limit": limit,
            "allowed_updates": list(allowed),
        }
        found: Any = await self._post("getUpdates", data, read_timeout=seconds + 10)
        return [read_update(body, self) for body in found]

    async def redraw(
        self, chat_id: int, message_id: int, text: str, markup: InlineKeyboardMarkup | None
    ) -> None:
        """Like ``edit_message_text`` with HTML, but the message that comes back is not read.

        Reading it took a third of the call, and it says nothing new.
        """
        data = {
            "chat_id": chat_id,
            "message_id": message_id,
            "text": text,
            "parse_mode": "HTML",
            "reply_markup": markup,
            "link_preview_options": NO_PREVIEW,
        }
        await self._post("editMessageText", data)
