"""The bot as a process of its own, kept alive by a supervisor; what it did in each of its lives."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.demo.telegram import Call, StandIn
from bot.demo.telegram.faults import Fault, Faults
from tests.running import TOKEN

#: Calls that people see something of, or that change something at Telegram.
ACTS = frozenset(
    {
        "sendMessage",
        "editMessageText",
        "sendPhoto",
        "sendDocument",
        "deleteMessage",
        "answerCallbackQuery",
        "setMyCommands",
    }
)


#: The program, which imports what it will need and starts at a word; without one it ends.
RUN = """
import sys
import bot.app
from bot.__main__ import main
if sys.stdin.readline():
    sys.argv = ["blocbot", "run"]
    main()
"""


def environment(url: str, database: str, folder: Path) -> dict[str, str]:
    """The process's environment: nothing of the machine's own settings."""
    return {
        **{
            key: os.environ[key]
            for key in ("PATH", "HOME", "LANG", "PYTHONPATH")
            if key in os.environ
        },
        "BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": url,
        "DATABASE_URL": database,
        "DATA_DIR": str(folder / "data"),
        "LOG_FORMAT": "json",
    }


def command(arguments: list[str], settings: dict[str, str], folder: Path) -> Any:
    """What ``blocbot … --json`` printed. Raises CalledProcessError."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments, "--json"],
        env=settings,
        cwd=folder,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


class Watched(deque[Call]):
    """The stand-in's log of calls, which tells of every new one in the stand-in's thread."""

    def __init__(self, tell: Callable[[Call], None]) -> None:
        super().__init__()
        self.tell = tell

    def append(self, call: Call) -> None:
        super().append(call)
        self.tell(call)


class Watching(Faults):
    """Faults that tell of every request before anything is done with it."""

    tell: Callable[[str], None] = staticmethod(lambda _method: None)

    def pick(self, method: str, *kinds: str) -> Fault | None:
        self.tell(method)
        return super().pick(method, *kinds)


@dataclass
class Death:
    """A kill: how many calls had been made until then, and what the database held just after.

    ``unshown`` are answers not noted as shown, (chat, text); ``noted`` the numbers of messages
    noted as sent; ``claimed`` the chats to which the outbox was sending.
    """

    calls: int
    moment: str
    unshown: set[tuple[int, str]] = field(default_factory=set)
    noted: set[int] = field(default_factory=set)
    claimed: set[int] = field(default_factory=set)


class Supervised:
    """Runs the bot; kills it at random moments, weighted to the middle of work; restarts it.

    ``look`` is called between a death and the restart.
    """

    def __init__(
        self,
        tg: StandIn,
        settings: dict[str, str],
        folder: Path,
        *,
        kills: int,
        seed: int,
        look: Callable[[Death], None],
    ) -> None:
        self.deaths: list[Death] = []
        self.starts = 0
        self.over = threading.Event()
        self.log = folder / "bot.log"
        self._tg, self._settings, self._folder = tg, settings, folder
        self._kills, self._look = kills, look
        self._dice = random.Random(seed)
        self._process: subprocess.Popen[bytes]
        self._spare = self._prepare()
        self._moment, self._after, self._delay = "", 0, 0.0
        self._struck = False
        self._stopping = False
        faults = Watching(seed)
        faults.tell = self._before  # type: ignore[method-assign]

        def watch() -> None:
            tg.state.calls = Watched(self._call)
            faults.rules = tg.state.faults.rules
            tg.state.faults = faults

        tg.do(watch)
        self._thread = threading.Thread(target=self._supervise, daemon=True)

    def __enter__(self) -> Supervised:
        self._start()
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping = True
        self._spare.communicate(b"")
        self._process.send_signal(signal.SIGTERM)
        self._thread.join(30)
        if self._thread.is_alive():
            self._process.kill()

    @property
    def exit_status(self) -> int | None:
        """How the last process ended."""
        return self._process.returncode

    # --- Choosing the moment ------------------------------------------------------------------

    def _start(self) -> None:
        dice = self._dice
        self._struck = len(self.deaths) >= self._kills
        self._moment = dice.choice(
            ["accepted", "accepted", "asked", "polled", "polled", "later", "starting"]
        )
        self._after = dice.choice([1, 2, 3, 5, 8, 13, 21])
        self._delay = dice.uniform(0, 0.06 if self._moment == "polled" else 0.3)
        self._process, self._spare = self._spare, self._prepare()
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")
        self._process.stdin.close()
        self.starts += 1
        if self._moment == "starting" and not self._struck:
            self._kill_in(dice.uniform(0, 0.6))

    def _prepare(self) -> subprocess.Popen[bytes]:
        """``python -m bot run`` that has its modules and waits: it starts without delay then."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", RUN],
                env=self._settings,
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )

    def _before(self, method: str) -> None:
        """A request has come; nothing is done with it yet."""
        if self._moment == "asked" and method in ACTS:
            self._count(now=True)

    def _call(self, call: Call) -> None:
        """A request has had its effect; the answer isn't on its way yet."""
        if self._moment == "accepted" and call.method in ACTS and call.ok:
            self._count(now=True)
        elif (self._moment == "polled" and call.method == "getUpdates" and call.result) or (
            self._moment == "later" and call.method != "getUpdates"
        ):
            self._count(now=False)

    def _count(self, *, now: bool) -> None:
        self._after -= 1
        if self._after <= 0 and not self._struck:
            if now:
                self._kill(self._process)
            else:
                self._kill_in(self._delay)

    def _kill_in(self, seconds: float) -> None:
        self._struck = True
        timer = threading.Timer(seconds, self._kill, [self._process])
        timer.daemon = True
        timer.start()

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        self._struck = True
        process.send_signal(signal.SIGKILL)

    # --- Keeping it alive ---------------------------------------------------------------------

    def _supervise(self) -> None:
        try:
            self._keep_alive()
        finally:
            self.over.set()

    def _keep_alive(self) -> None:
        while True:
            status = self._process.wait()
            if self._stopping:
                return
            if status != -signal.SIGKILL:
                return
            # What the dead process had sent is read before anything else is.
            time.sleep(0.02)
            death = Death(self._tg.do(lambda: len(self._tg.state.calls)), self._moment)
            self._look(death)
            self.deaths.append(death)
            self._start()
