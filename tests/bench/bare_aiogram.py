"""A bare aiogram bot: edits a card and deletes what was typed, and does nothing else."""

from __future__ import annotations

import asyncio
import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

cards: dict[int, int] = {}
seen: dict[int, int] = {}
dispatcher = Dispatcher()


@dispatcher.message()
async def step(message: Message, bot: Bot) -> None:
    chat = message.chat.id
    seen[chat] = seen.get(chat, 0) + 1
    text = f"{seen[chat]}: {message.text}"
    if chat not in cards:
        cards[chat] = (await bot.send_message(chat, text)).message_id
        return
    await bot.edit_message_text(text, chat_id=chat, message_id=cards[chat])
    await bot.delete_message(chat, message.message_id)


async def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_URL"]))
    bot = Bot(os.environ["BOT_TOKEN"], session=session)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())
