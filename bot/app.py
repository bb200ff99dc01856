"""Wires everything together; the only importer of the handlers."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from telegram.error import InvalidToken, TelegramError

import handlers
from bot.client import Client
from bot.config import Settings
from bot.database import Database
from bot.errors import DatabaseAway
from bot.evidence_store import EvidenceStore
from bot.health import health_app
from bot.i18n import texts
from bot.intake import ALLOWED, Intake
from bot.jobs import JobKind, Jobs
from bot.ledger import Ledger
from bot.limits import SendLimiter
from bot.made_files import MadeFiles
from bot.menus import Menu, Menus, menu_key
from bot.metrics import REGISTRY
from bot.models import utc_now
from bot.outbox import Outbox
from bot.replies import Replies
from bot.request import AiohttpRequest
from bot.scheduler import add_tick, make_scheduler
from bot.sending import Sender
from bot.services.access import Actor
from bot.services.invitations import KEY, derive_key
from bot.together import Together
from bot.updates import Outcome, Route, Updates
from bot.webserver import Server, make_server, webhook_app
from bot.work import job_kinds as all_job_kinds
from handlers.routing import Who

log = structlog.get_logger(__name__)

THREADS = 8
#: Pauses between tries of a send that failed for a passing reason, in seconds.
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
#: Telegram repeats an update for a day at most; records of updates are kept twice as long.
KEEP_UPDATES = dt.timedelta(days=2)
#: Other processes may still be showing answers that are younger than this.
OTHERS_ANSWERS = dt.timedelta(seconds=20)


#: Seconds that transactions under way are waited for at the very end.
LAST_WORK = 5.0


class TokenRefused(Exception):
    """Telegram doesn't know the token."""


def make_bot(settings: Settings) -> Client:
    """The bot's client: requests over aiohttp, long polls over a connection of their own."""
    return Client(
        settings.token,
        base_url=f"{settings.telegram_api_url}/bot",
        base_file_url=f"{settings.telegram_api_url}/file/bot",
        request=AiohttpRequest(proxy=settings.proxy),
        get_updates_request=AiohttpRequest(connections=1, proxy=settings.proxy),
    )


def listing(actor: Actor | None, language: str) -> Menu:
    """Commands and descriptions for the menu of an actor; for everybody without one."""
    return _listing(Who.of(actor), language)


@cache
def _listing(roles: frozenset[Who], language: str) -> Menu:
    t = texts(language)
    return Menu(
        (command.name, str(command.describe(t).striptags())[:256])
        for feature in handlers.FEATURES
        for command in feature.commands
        if command.who in roles
    )


class App:
    """One process of the bot."""

    def __init__(
        self,
        settings: Settings,
        *,
        job_kinds: dict[str, JobKind] | None = None,
        route: Route = handlers.route,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        # Else python-telegram-bot warns at every 429 that its retry_after will be a timedelta.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        self.settings = settings
        self.now = now
        self._route = route
        self.database = Database(settings.database, pool_size=THREADS)
        self.database.info[KEY] = derive_key(settings.token)
        self.bot = make_bot(settings)
        self.limiter = SendLimiter(chat_gap=0.1)
        files = MadeFiles(self.database, EvidenceStore(settings.evidence), self.in_thread)
        self.sender = Sender(self.bot, self.limiter, pauses=PAUSES, files=files)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="work")
        self._kinds = all_job_kinds(settings) if job_kinds is None else job_kinds
        self._stop = asyncio.Event()

    async def in_thread(self, call: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Call in one of the worker threads."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(call, *args, **options))

    def stop(self) -> None:
        """Ask for a graceful end."""
        self._stop.set()

    async def run(self, *, webhook: bool) -> None:
        """Run until :meth:`stop` or a signal. Raises TokenRefused."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError):
                loop.add_signal_handler(number, self.stop)
        try:
            await self._connect()
            if not self._stop.is_set():
                await self._work(webhook)
        finally:
            with contextlib.suppress(TelegramError):
                await self.bot.shutdown()
            # A thread may be in the middle of a transaction: its connection is closed after it.
            rest = loop.run_in_executor(None, partial(self._threads.shutdown, cancel_futures=True))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(rest), LAST_WORK)
            self.database.close()

    async def _connect(self) -> None:
        try:
            await self._until_done(self.bot.initialize)
        except InvalidToken:
            raise TokenRefused from None

    async def _work(self, webhook: bool) -> None:
        updates = Updates(
            self.database,
            self._route,
            menu_key=_menu_keys(),
            admins=self.settings.admin_ids,
            default_language=self.settings.default_language,
            bot_name=self.bot.username,
            now=self.now,
        )
        ledger = Ledger(self.database, admins=self.settings.admin_ids, now=self.now)
        replies = Replies(self.sender, ledger, self.in_thread)
        outbox = Outbox(self.database, self.sender, self.in_thread, self.now)
        jobs = Jobs(
            self.database,
            self.bot,
            self._kinds,
            self.in_thread,
            now=self.now,
            done=outbox.wake,
        )
        menus = Menus(self.bot, ledger, listing, self.in_thread)

        def after(outcome: Outcome) -> None:
            if outcome.outbox:
                outbox.wake()
            if outcome.jobs:
                jobs.wake()
            if outcome.menu_of is not None:
                menus.due(outcome.menu_of)

        together = Together(
            updates, replies, self.in_thread, writers=1 if self.database.is_sqlite else 2
        )
        intake = Intake(
            self.bot, updates, ledger, replies, self.in_thread, after=after, together=together
        )
        await self._patient(self._tidy_up, ledger, replies, outbox, jobs, alone=not webhook)
        await self._patient(self._find_menus, ledger, menus)
        await intake.resume()

        scheduler = make_scheduler()
        add_tick(scheduler, "outbox", 15, lambda: self.in_thread(outbox.measure))
        add_tick(
            scheduler,
            "forget",
            3600,
            lambda: self.in_thread(ledger.forget, self.now() - KEEP_UPDATES),
        )
        scheduler.start()
        tasks = [
            asyncio.create_task(work)
            for work in (
                replies.run(),
                outbox.run(),
                jobs.run(),
                menus.run(self.settings.default_language),
            )
        ]
        servers = self._servers(intake, webhook)
        serving = [asyncio.create_task(server.serve()) for server in servers]
        log.info("started", bot=self.bot.username, webhook=webhook)
        try:
            if webhook:
                await self._set_webhook()
                await self._stop.wait()
            else:
                await self._polling(intake)
        except InvalidToken:
            raise TokenRefused from None
        finally:
            for server in servers:
                server.should_exit = True
            if serving:
                await asyncio.wait(serving, timeout=3)
            await self._wind_down(scheduler, intake, replies, [*tasks, *serving])

    def _servers(self, intake: Intake, webhook: bool) -> list[Server]:
        servers = []
        if webhook:
            if not self.settings.webhook_url or not self.settings.webhook_secret:
                raise ValueError("webhook without WEBHOOK_URL")
            path = urlsplit(self.settings.webhook_url).path or "/"
            secret = self.settings.webhook_secret.get_secret_value()
            app = webhook_app(intake, secret, path)
            servers.append(make_server(app, self.settings.webhook_listen))
        if self.settings.health_listen:
            checks = {"database": self.database.ping}
            servers.append(make_server(health_app(checks, REGISTRY), self.settings.health_listen))
        return servers

    async def _set_webhook(self) -> None:
        secret = self.settings.webhook_secret
        await self._until_done(
            lambda: self.bot.set_webhook(
                self.settings.webhook_url or "",
                secret_token=secret.get_secret_value() if secret else None,
                allowed_updates=ALLOWED,
                max_connections=40,
            )
        )

    async def _polling(self, intake: Intake) -> None:
        await self._until_done(self.bot.delete_webhook)
        if not self._stop.is_set():
            await intake.poll(self._stop)

    async def _until_done(self, call: Callable[[], Coroutine[Any, Any, object]]) -> None:
        pause = 1.0
        while not self._stop.is_set():
            try:
                await call()
            except InvalidToken:
                raise
            except TelegramError as error:
                log.warning("telegram_away", error=type(error).__name__, pause=pause)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), pause)
                pause = min(pause * 2, 30.0)
            else:
                return

    async def _tidy_up(
        self, ledger: Ledger, replies: Replies, outbox: Outbox, jobs: Jobs, *, alone: bool
    ) -> None:
        """Go on where the last process stopped: answers not shown, claims not given up."""
        if alone:
            await self.in_thread(outbox.release)
            await self.in_thread(jobs.release)
        before = self.now() if alone else self.now() - OTHERS_ANSWERS
        for reply in await self.in_thread(ledger.unshown, before):
            replies.put(reply)

    async def _find_menus(self, ledger: Ledger, menus: Menus) -> None:
        for actor in await self.in_thread(ledger.menus_due):
            menus.due(actor)

    async def _patient(self, call: Callable[..., Any], *args: Any, **options: Any) -> None:
        pause = 0.2
        while not self._stop.is_set():
            try:
                await call(*args, **options)
            except DatabaseAway as error:
                log.warning("database_away", error=str(error), pause=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
            else:
                return

    async def _wind_down(
        self,
        scheduler: Any,
        intake: Intake,
        replies: Replies,
        tasks: Sequence[asyncio.Task[None]],
    ) -> None:
        """Finish what was begun, within seconds; the database has the rest."""
        scheduler.shutdown(wait=False)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(6):
                await intake.settle()
                await replies.settle()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=2)
        log.info("stopped")


def _menu_keys() -> Callable[[Actor], str]:
    """Menu keys by role and language, worked out once each."""
    known: dict[tuple[object, ...], str] = {}

    def key(actor: Actor) -> str:
        role = (
            actor.person.language,
            actor.is_member,
            actor.is_reviewer,
            actor.is_observer,
            actor.is_admin,
        )
        if role not in known:
            known[role] = menu_key(listing, actor)
        return known[role]

    return key
