"""The stand-in's Python interface: `Telegram`.

    tg = Telegram("1:abc")
    tg.add_user(7, "Lan")
    tg.start(7)                     # the bot gets /start
    tg.chat(7)[-1].html             # what Lan sees
    tg.press(7, message_id, "Send") # a button of it

What a person's phone does is in `Person`; what the bot does comes over HTTP (`server`).
All of it runs in the thread of the event loop; `server.StandIn` offers it to other threads.
"""

from __future__ import annotations

from bot.demo.telegram.person import Person


class Telegram(Person):
    """One bot's whole Telegram: see `Core` (state, events, logs) and `Person` (people).

    For tests: `calls` and `refusals` (deques of `Call`), `faults.add(kind, …)`, `rates`.
    """
