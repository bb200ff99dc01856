"""``blocbot demo`` as people start it: by hand until Ctrl-C, and playing by itself."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.demo.play.figures import STOCKS, cumulated, month_figures, quiet_month
from bot.demo.process import Bot
from bot.demo.scenarios import SCENARIOS
from bot.demo.scenarios.pledges import PLEDGES
from bot.demo.stage import month_before, this_month

ROOT = Path(__file__).parents[2]


@contextmanager
def started(folder: Path, *words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """``blocbot demo WORDS`` in a folder of its own; stopped at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.loads(response.read())


def bots_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return [one for one in psutil.Process(process.pid).children() if "run" in one.cmdline()]


def test_the_demo_opens_lively_survives_its_bot_and_stops_by_ctrl_c(tmp_path: Path) -> None:
    # Settings of a real installation, in the environment and in the folder, don't reach it.
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://nowhere/x\nDEFAULT_LANGUAGE=xx\n")
    data = tmp_path / "data"
    with started(
        tmp_path, "--port", "0", "--data", str(data), DATABASE_URL="postgresql://nowhere/x"
    ) as process:
        assert process.stdout is not None
        url = ""
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                url = found[0]
                break
        assert url, process.stderr and process.stderr.read()
        with urllib.request.urlopen(url + "/", timeout=10) as page:
            assert b"/static/chat.js" in page.read()
        people = {one["name"]: one for one in get(f"{url}/chat/people")["people"]}
        assert len(people) == 6 * 2 + 2
        leader = people["Lê Hoàng Phúc"]
        assert "bloc leader" in leader["subtitle"]
        assert leader["unread"] > 2
        assert people["Người lạ"]["last"] is not None
        told = get(f"{url}/_person/chat?user_id={people['Jana Nováková']['id']}")["result"]
        assert "Đề nghị kiểm tra lại hai số liệu này." in told[-1]["text"]
        (bot,) = bots_of(process)
        bot.kill()
        assert "starting again" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        rest = process.stdout.read()
    assert "Stopping." in rest
    assert [one.pid for one in psutil.process_iter(["cwd"]) if one.info["cwd"] == str(data)] == []
    assert (data / "blocbot.db").exists()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=2)


@pytest.mark.timeout(300)  # people wait for messages, at most one a second each
def test_a_short_play_ends_well_and_leaves_its_papers(tmp_path: Path) -> None:
    with started(tmp_path, "--play", "--port", "0", "--months", "1", "--data", "data") as process:
        out, err = process.communicate(timeout=280)
        assert (process.returncode, err) == (0, "")
    closing = re.search(r"(\d+) messages, (\d+) reports, (\d+) decisions, refusals 0\.", out)
    assert closing, out[-2000:]
    assert int(closing[2]) == 6 + (this_month().year != 2023)
    assert int(closing[3]) == int(closing[2]) + 2
    papers = tmp_path / "demo-out"
    transcript = (papers / "transcript.txt").read_text("utf-8")
    assert "kill -9" in transcript
    assert "🔔" in transcript
    assert "Số người dự và số tiền không khớp" in transcript
    assert transcript.rstrip().endswith("refusals 0.")
    # The year began with the pact: refused without a product, signed by all, in everybody's hands.
    assert "Chưa ký được giao ước: chưa mô hình nào của đơn vị có sản phẩm." in transcript
    assert "Cả 6 đơn vị đã ký." in transcript
    (signed,) = papers.glob("giao-uoc-2023-*.pdf")
    assert signed.read_bytes().startswith(b"%PDF")
    assert transcript.count(f"📎 {signed.name}") == 6 * 2 + 1
    with zipfile.ZipFile(signed.with_suffix(".docx")) as document:
        assert "word/document.xml" in document.namelist()
    chart = (papers / "plan-and-done.png").read_bytes()
    assert chart.startswith(b"\x89PNG")
    # At least as wide as a phone's screen: not a picture of some report.
    assert int.from_bytes(chart[16:20]) >= 720
    assert len(list((papers / "chats").glob("*.html"))) == 6 * 2 + 2 + 1
    chat = next((papers / "chats").glob("*Oksana-Kovalenko.html")).read_text("utf-8")
    assert '<html lang="uk">' in chat
    assert len(list((papers / "forms").glob("*.xlsx"))) == 1
    assert json.loads((papers / "audit.json").read_text("utf-8"))["ok"] is True
    shown = json.loads((papers / "bloc.json").read_text("utf-8"))
    assert shown["open"]["reports"]["approved"] == 6


def test_a_play_that_differs_from_the_story_fails_and_says_where(tmp_path: Path) -> None:
    # A story that expects reports under numbers which they don't have.
    code = (
        "from bot.demo.play import months, wire\n"
        "wire.PATIENCE = 3.0\n"
        "send = months.send\n"
        "def lost(phone):\n"
        "    sent = send(phone)\n"
        "    return months.Sent(sent.number + 100, sent.id)\n"
        "months.send = lost\n"
        "from bot.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "demo", "--play", "--port", "0", "--months", "1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=110,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The play went wrong: ")
    assert "UNEXPECTED: " in (tmp_path / "demo-out" / "transcript.txt").read_text("utf-8")


def test_a_port_in_use_and_an_unknown_scenario_are_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with started(tmp_path, "--port", port) as process:
            out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert re.fullmatch(rf"Port {port} can't be used \(.*\): try --port 0\.\n", err)
    with started(tmp_path, "--scenario", "S9") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "must be one of S1a, S1b, S4" in err


def test_scenarios_have_the_facts_of_their_years() -> None:
    assert {key: len(one.units) for key, one in SCENARIOS.items()} == {"S1a": 6, "S1b": 13, "S4": 7}
    assert SCENARIOS["S4"].staff == 141
    for one in SCENARIOS.values():
        assert one.leader != one.deputy
        people = [who.name for unit in one.units for who in (unit.signatory, unit.representative)]
        assert len({*people, one.observer.name, one.successor.name}) == len(people) + 2
        models = [PLEDGES[unit.short_name].model for unit in one.units]
        assert len(set(models)) == len(one.units)
        assert {"uk", "cs", "hi"} <= {unit.representative.language for unit in one.units}


def test_made_up_figures_fit_the_rules_and_add_up_by_kind() -> None:
    unit = SCENARIOS["S1b"].units[0]
    month, months = this_month().replace(month=12), []
    for _ in range(12):
        months.append(month_figures("S1b", unit, month, months[-1] if months else None))
        month = month_before(month)
    for one in [*months, quiet_month(months[-1])]:
        assert one["models_total"] == one["models_sustained"] + one["models_new"]
        assert one["opinions_forwarded"] <= one["opinions_received"]
        assert one["direct_workers_rewarded"] <= one["persons_rewarded"]
        assert one["sessions_legal"] or not one["people_legal"]
    total = cumulated(months)
    assert total["relief_money"] == sum(one["relief_money"] for one in months)
    assert all(total[code] == months[-1][code] for code in STOCKS if code in total)
    assert months[0] == month_figures("S1b", unit, this_month().replace(month=12), None)


def test_the_log_of_a_bot_is_read_for_errors(tmp_path: Path) -> None:
    bot = Bot(tmp_path, "http://127.0.0.1:9")
    bot.log_file.write_text('{"event": "started", "level": "info"}\nTraceback (most recent):\n')
    assert bot.complaints() == ["Traceback (most recent):"]
