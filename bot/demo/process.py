"""The real bot as other programs: its command line and its process, against the stand-in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

#: A token of no bot at all.
TOKEN = "1000001:demo-token-of-no-bot-at-all"  # noqa: S105 - made up
#: Settings of a real installation that must not reach the demo.
FOREIGN = {
    "DATABASE_URL",
    "EVIDENCE_URL",
    "TELEGRAM_PROXY",
    "WEBHOOK_URL",
    "WEBHOOK_SECRET",
    "WEBHOOK_LISTEN",
    "HEALTH_LISTEN",
    "ADMIN_IDS",
    "TIMEZONE",
}
SOURCE = Path(__file__).resolve().parents[2]
STOP_SECONDS = 15.0


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait for the block's end: what was just started must be known to be stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    usual = signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if pressed:
        raise KeyboardInterrupt


class CommandFailed(Exception):
    """A command of the bot's command line ended with an error; the message is what it said."""


class Bot:
    """The bot on SQLite in a folder, with its log in ``bot.log`` there.

    It runs in that folder, where no ``.env`` of a real installation is found.
    """

    def __init__(self, folder: Path, api_url: str, language: str = "vi") -> None:
        self.folder = folder.resolve()
        self.log_file = self.folder / "bot.log"
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self.environment = {
            **kept,
            "BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": api_url,
            "DATA_DIR": str(self.folder),
            "DEFAULT_LANGUAGE": language,
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "INFO",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(SOURCE), kept.get("PYTHONPATH")))),
            "PYTHONUNBUFFERED": "1",
            "PYTHONIOENCODING": "utf-8",
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._wanted = False
        self._lock = threading.Lock()

    # -- the command line -----------------------------------------------------------------

    def command(self, *words: str) -> Any:
        """What ``blocbot WORDS --json`` prints. Raises CommandFailed."""
        done = subprocess.run(  # noqa: S603 - our own command line
            [sys.executable, "-m", "bot", *words, "--json"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"blocbot {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    # -- the process ----------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it; its log goes on where it ended."""
        with self._lock:
            self._wanted = True
            self._launch()

    def _launch(self) -> None:
        if self._log is None:
            self._log = self.log_file.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            # Ctrl-C is for the demo, which ends the bot gracefully.
            start_new_session=True,
        )

    def revive(self, died: Callable[[int], None]) -> None:
        """Start it again if it died; ``died`` is told the exit status first."""
        with self._lock, _uninterrupted():
            process = self._process
            if not self._wanted or process is None or process.poll() is None:
                return
            died(process.returncode)
            self._launch()

    def kill(self) -> None:
        """kill -9, as by a power cut."""
        with self._lock:
            self._wanted = False
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def stop(self) -> int | None:
        """A graceful end by SIGTERM; gives the exit status, or None where nothing ran."""
        with self._lock:
            self._wanted = False
            process, self._process = self._process, None
            if process is None:
                return None
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            if self._log is not None:
                self._log.close()
                self._log = None
            return process.returncode

    # -- the log --------------------------------------------------------------------------

    def log_lines(self) -> list[dict[str, Any]]:
        """The log's entries; a line that is no JSON comes as ``{"event": line}``, level error."""
        entries: list[dict[str, Any]] = []
        if self.log_file.exists():
            for line in self.log_file.read_text("utf-8", "replace").splitlines():
                try:
                    entry = json.loads(line)
                except ValueError:
                    entry = None
                if isinstance(entry, dict):
                    entries.append(entry)
                elif line.strip():
                    entries.append({"level": "error", "event": line})
        return entries

    def complaints(self) -> list[str]:
        """Entries that a healthy run doesn't have: errors and worse."""
        return [
            f"{entry.get('event')} {entry.get('error', entry.get('id', ''))}".strip()
            for entry in self.log_lines()
            if str(entry.get("level", "")).lower() in ("error", "critical")
        ]

    def wait_started(self, polled: Callable[[], bool], seconds: float = 60.0) -> None:
        """Until ``polled()`` says that it asks for updates. Raises CommandFailed if it ends."""
        end = time.monotonic() + seconds
        while not polled():
            if not self.running:
                raise CommandFailed(f"the bot ended at once: see {self.log_file}")
            if time.monotonic() > end:
                raise CommandFailed(f"the bot didn't start within {seconds:.0f} s")
            time.sleep(0.05)
