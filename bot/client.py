"""The client for the Bot API: the calls that nearly every update makes, at what they cost.

python-telegram-bot reads all updates of a poll together: one that it can't read (of a kind newer
than the library, say) would be asked for again for ever and hold up everybody's, and it logs
whatever people wrote in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from telegram import Bot, LinkPreviewOptions

from bot.request import Fields

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_NO_PREVIEW = NO_PREVIEW.to_json()


class Client(Bot):
    """python-telegram-bot's client, with :meth:`poll`."""

    async def poll(
        self, offset: int | None, *, seconds: int, allowed: Sequence[str], limit: int = 100
    ) -> list[dict[str, Any]]:
        """Like ``get_updates``, but the updates are left as they came; raises TelegramError."""
        data = {
            "timeout": seconds,
            "offset": offset,
            "limit": limit,
            "allowed_updates": list(allowed),
        }
        found: Any = await self._post("getUpdates", data, read_timeout=seconds + 10)
        return list(found)

    async def redraw(
        self, chat_id: int, message_id: int, text: str, markup: Mapping[str, Any] | None
    ) -> None:
        """Like ``edit_message_text`` with HTML, but the message that comes back is not read.

        ``markup`` is as the Bot API has it. Building it from the library's objects and reading
        the message took two thirds of the call, and the message says nothing new.
        """
        fields = Fields(
            chat_id=str(chat_id),
            message_id=str(message_id),
            text=str(text),
            parse_mode="HTML",
            link_preview_options=_NO_PREVIEW,
        )
        if markup is not None:
            fields.json_parameters["reply_markup"] = json.dumps(markup, ensure_ascii=False)
        await self._call("editMessageText", fields)

    async def remove(self, chat_id: int, message_id: int) -> None:
        """Like ``delete_message``, without what the library adds around each call."""
        await self._call("deleteMessage", Fields(chat_id=str(chat_id), message_id=str(message_id)))

    async def _call(self, method: str, fields: Fields) -> None:
        """A call whose result says nothing new. Raises TelegramError."""
        data: Any = fields
        await self.request.post(f"{self.base_url}/{method}", request_data=data)
