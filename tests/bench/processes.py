"""The bots that are compared, each a process of its own on the same stand-in."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot.demo.telegram.server import StandIn
from tests.running import TOKEN

HERE = Path(__file__).parent
#: Somebody who belongs to no unit, and whose first message tells when a bot is up.
PROBE = 900_000_000


@dataclass(slots=True)
class Running:
    """A bot that answers. ``started``: seconds from its start to its first answer."""

    process: psutil.Process
    started: float

    def memory(self) -> float:
        """Resident memory now, in MiB."""
        return float(self.process.memory_info().rss) / (1 << 20)


def environment(tg: StandIn, folder: Path, database_url: str = "") -> dict[str, str]:
    """The settings of a bot on this stand-in."""
    return {
        **os.environ,
        "BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": tg.url,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def answering(tg: StandIn, words: list[str], env: dict[str, str]) -> Iterator[Running]:
    """Start a bot; gives it once it has answered the probe."""
    last = max((message.message_id for message in tg.chat(PROBE)), default=0)
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, *words], env=env)
    try:
        tg.send_text(PROBE, "/start")
        tg.wait_message(PROBE, after=last, timeout=30)
        yield Running(psutil.Process(child.pid), time.perf_counter() - began)
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def make_bloc(env: dict[str, str], folder: Path, people: int, year: int) -> list[str]:
    """A bloc with as many units as people; returns an invitation's payload for each."""
    roster = folder / "roster.csv"
    with roster.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["unit", "short_name", "staff", "role"])
        for number in range(people):
            role = {0: "leader", 1: "deputy"}.get(number, "")
            rows.writerow([f"Đơn vị {number}", f"ĐV {number}", 10, role])
    done = subprocess.run(
        [sys.executable, "-m", "bot", "bloc", "create", "Bench", "--year", str(year),
         "--roster", str(roster), "--json"],
        env=env, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [unit["invites"][0]["payload"] for unit in json.loads(done.stdout)["units"]]
