"""Answers on their way to the chats: in order within a chat, chats beside each other.

An answer is a row until it is shown (:class:`bot.updates.Reply`). The next updates' commit notes
it as shown, so that what a person was shown before their next step is never shown again after a
restart; where no update comes, a commit for several of them does.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog
from markupsafe import escape
from telegram.error import TelegramError

from bot.ledger import Ledger, Reply
from bot.log import log_unexpected
from bot.patience import patiently
from bot.sending import Refused, Sender, Unreachable
from bot.views.base import View

log = structlog.get_logger(__name__)

#: How long shown answers are gathered before they are noted, in seconds.
GATHER = 0.02
#: With more answers than this waiting in one chat only the newest screens are drawn.
CROWD = 3
#: Chats whose card is remembered; the database knows the others.
REMEMBERED = 10_000

InThread = Callable[..., Awaitable[None]]


class Replies:
    """Shows answers and notes that they were shown."""

    def __init__(self, sender: Sender, ledger: Ledger, in_thread: InThread) -> None:
        self._sender = sender
        self._ledger = ledger
        self._in_thread = in_thread
        self._lines: dict[int, deque[Reply]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._cards: OrderedDict[int, int] = OrderedDict()
        self._early: set[str] = set()
        self._shown: list[int] = []
        self._noting = 0
        self._new_cards: dict[int, int] = {}
        self._to_note = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def put(self, reply: Reply) -> None:
        """Queue an answer."""
        line = self._lines.get(reply.chat_id)
        if line is not None:
            line.append(reply)
            return
        self._lines[reply.chat_id] = deque([reply])
        self._idle.clear()
        task = asyncio.create_task(self._work(reply.chat_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def answer_early(self, query_id: str) -> None:
        """Stop the button's spinner where the work takes long; what follows is drawn as usual."""
        self._early.add(query_id)
        task = asyncio.create_task(self._sender.answer(query_id, "", alert=False))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, chat_id: int) -> None:
        line = self._lines[chat_id]
        while line:
            reply = line.popleft()
            crowded = len(line) > CROWD and reply.view.card and line[-1].view.card
            try:
                await self._show(reply, quick=crowded)
            except Exception as error:
                log_unexpected(error, update=reply.update_id)
            self._shown.append(reply.update_id)
            self._to_note.set()
        del self._lines[chat_id]
        self._look_around()

    async def _show(self, reply: Reply, *, quick: bool) -> None:
        calls: list[Awaitable[object]] = []
        if reply.query_id in self._early:
            # A press is answered once: what was to be said in a box is said in a message.
            self._early.discard(reply.query_id)
            if reply.view.toast and not reply.view.text:
                reply = replace(reply, view=View(text=escape(reply.view.toast), card=False))
        elif reply.query_id:
            box = reply.view
            calls.append(self._sender.answer(reply.query_id, box.toast, alert=box.alert))
        view = reply.view
        if view.text and not quick:
            calls.append(self._draw(reply))
        if len(calls) == 1:
            await calls[0]
        elif calls:
            await asyncio.gather(*calls)
        if view.tidy and reply.message_id is not None and not reply.query_id:
            # Once it stands on the card, and not before.
            await self._sender.delete(reply.chat_id, reply.message_id)

    async def _draw(self, reply: Reply) -> None:
        view, chat = reply.view, reply.chat_id
        known = self._cards.get(chat, reply.card_id)
        edit = None
        if view.card and not view.fresh and not reply.command:
            edit = reply.message_id if reply.query_id else known
        try:
            message_id = await self._sender.show(chat, view, edit=edit)
        except Unreachable:
            log.info("reply_unreachable", update=reply.update_id)
            return
        except (Refused, TelegramError) as error:
            log_unexpected(error, update=reply.update_id)
            return
        if not view.card:
            return
        if known is not None and message_id not in (known, edit):
            # One card: the one further up would only be stale.
            await self._sender.delete(chat, known)
        if known != message_id:
            self._remember(chat, message_id)
            if reply.person_id is not None:
                self._new_cards[reply.person_id] = message_id

    def _remember(self, chat_id: int, message_id: int) -> None:
        self._cards[chat_id] = message_id
        self._cards.move_to_end(chat_id)
        while len(self._cards) > REMEMBERED:
            self._cards.popitem(last=False)

    async def run(self) -> None:
        """Note what was shown, until cancelled."""
        while True:
            await self._to_note.wait()
            await asyncio.sleep(GATHER)
            await self.note()

    async def note(self) -> None:
        """Write down what was shown so far, where no update has taken it along."""
        self._to_note.clear()
        shown = self.take_shown()
        cards, self._new_cards = self._new_cards, {}
        if shown or cards:
            await patiently(lambda: self._in_thread(self._ledger.shown, shown, cards))
        self.noted(shown)

    def take_shown(self) -> list[int]:
        """The answers to be noted as shown. Whoever takes them says what became of it."""
        shown, self._shown = self._shown, []
        self._noting += len(shown)
        return shown

    def noted(self, shown: list[int], *, well: bool = True) -> None:
        """These were noted; or not, and are to be noted yet."""
        self._noting -= len(shown)
        if not well:
            self._shown += shown
            self._to_note.set()
        self._look_around()

    def _look_around(self) -> None:
        if not self._lines and not self._shown and not self._noting:
            self._idle.set()

    async def settle(self) -> None:
        """Wait until every answer is shown and noted."""
        await self._idle.wait()
