"""A stand-in for Telegram's Bot API: state, refusals, faults, and the phones of its people.

`state.Telegram` is the interface; `server` runs it. Built by what the Bot API's
documentation says, strict where Telegram is strict, and stricter with unknown parameters.
Of the parse modes only HTML is there; it knows no inline queries, payments, polls or topics.
"""

from bot.demo.telegram.errors import ApiError, PersonError
from bot.demo.telegram.limits import Rates
from bot.demo.telegram.model import Call, Group, Message, Press, User
from bot.demo.telegram.server import StandIn, running, serve
from bot.demo.telegram.state import Telegram

__all__ = [
    "ApiError",
    "Call",
    "Group",
    "Message",
    "PersonError",
    "Press",
    "Rates",
    "StandIn",
    "Telegram",
    "User",
    "running",
    "serve",
]
