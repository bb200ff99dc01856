"""A bare python-telegram-bot: edits a card and deletes what was typed, and does nothing else."""

from __future__ import annotations

import os

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

cards: dict[int, int] = {}
seen: dict[int, int] = {}


async def step(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.effective_message
    assert message is not None
    chat = message.chat_id
    seen[chat] = seen.get(chat, 0) + 1
    text = f"{seen[chat]}: {message.text}"
    if chat not in cards:
        cards[chat] = (await context.bot.send_message(chat, text)).message_id
        return
    await context.bot.edit_message_text(text, chat, cards[chat])
    await context.bot.delete_message(chat, message.message_id)


if __name__ == "__main__":
    url = os.environ["TELEGRAM_API_URL"]
    app = (
        Application.builder()
        .token(os.environ["BOT_TOKEN"])
        .base_url(f"{url}/bot")
        .base_file_url(f"{url}/file/bot")
        .concurrent_updates(8)  # the quickest of 1, 8 and 256 here
        .build()
    )
    app.add_handler(MessageHandler(filters.TEXT, step))
    app.run_polling(bootstrap_retries=-1)
