"""The command line as operators and scripts use it: what is printed, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text
from sqlmodel import Session
from typer.testing import CliRunner, Result

from bot import migrations
from bot.__main__ import app
from bot.cli import links
from bot.config import Settings
from bot.database import Database
from bot.demo.telegram import Rates, StandIn
from bot.models import AuditEntry, Bloc, Unit
from bot.services import audit
from tests.running import TOKEN

ROSTER = """unit,short_name,staff,role
Ủy ban Mặt trận Tổ quốc,MTTQ,21,leader
Liên đoàn Lao động,LĐLĐ,1.200,deputy
Hội Nông dân,HND,,
"""
RIGHT = ROSTER.replace("HND,,", "HND,17,")


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own and no setting of the machine's."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run a command line in this process."""

    def call(*words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    return call


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(RIGHT, encoding="utf-8")
    return path


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """Telegram, which knows TOKEN."""
    with StandIn(TOKEN, rates=Rates.off()) as server:
        yield server


def failed(result: Result, status: int = 1) -> str:
    """The one line on standard error of a command that failed as it should."""
    assert result.exit_code == status, (result.stdout, result.stderr)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


def document(result: Result) -> Any:
    """The one JSON document on standard output."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


@pytest.fixture
def at(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Both databases, without tables at first; the command line is set to use them."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    database = Database(database_url)
    yield database
    database.close()


# --- Blocs ------------------------------------------------------------------------------------


def test_a_bloc_is_made_with_two_invitations_a_unit(
    at: Database, run: Callable[..., Result], roster: Path
) -> None:
    result = run("bloc", "create", "Khối 1", "--year", 2025, "--roster", roster, "--json")
    made = document(result)
    assert list(made) == ["bloc", "year", "units"]
    assert made["year"] == 2025
    assert [unit["short_name"] for unit in made["units"]] == ["MTTQ", "LĐLĐ", "HND"]
    for unit in made["units"]:
        assert [one["role"] for one in unit["invites"]] == ["signatory", "representative"]
        assert all(one["link"] is None for one in unit["invites"])
        assert all(24 <= len(one["payload"]) <= 64 for one in unit["invites"])
    payloads = {one["payload"] for unit in made["units"] for one in unit["invites"]}
    assert len(payloads) == 6
    assert "BOT_TOKEN" in result.stderr
    with at.transaction() as session:
        bloc = session.get_one(Bloc, made["bloc"])
        unit = session.get_one(Unit, made["units"][1]["unit"])
    assert (bloc.name, bloc.timezone, bloc.language) == ("Khối 1", "Asia/Ho_Chi_Minh", "vi")
    assert (unit.name, unit.staff) == ("Liên đoàn Lao động", 1200)


def test_options_of_a_bloc_are_kept_and_xlsx_is_read(
    at: Database, run: Callable[..., Result], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in RIGHT.splitlines():
        sheet.append(line.split(","))
    path = tmp_path / "roster.xlsx"
    book.save(path)
    made = document(
        run(
            *("bloc", "create", "Cụm", "--year", 2024, "--roster", path, "--kind", "cluster"),
            *("--province", "Hải Phòng", "--timezone", "Europe/Prague", "--language", "cs"),
            "--json",
        )
    )
    shown = document(run("bloc", "show", made["bloc"], "--json"))
    assert shown["kind"] == "cluster"
    assert shown["province"] == "Hải Phòng"
    assert shown["timezone"] == "Europe/Prague"
    assert shown["language"] == "cs"
    assert shown["created_at"][-6:] in ("+01:00", "+02:00")
    assert [unit["role"] for unit in shown["units"]] == ["leader", "deputy", None]
    assert shown["open"]["invitations"] == 6


def test_wrong_rows_are_all_listed_and_nothing_is_made(
    at: Database, run: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("unit,short_name,staff,role\nA,A,many,leader\n,B,1,leader\nC,c,2,boss\n")
    result = run("bloc", "create", "K", "--year", 2025, "--roster", path, "--json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        "Row 2, column staff",
        "Row 3, column unit",
        "Row 3, column role",
        "Row 4, column role",
    ]
    assert "“many”" in result.stderr
    assert document(run("bloc", "list", "--json")) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no units"),
        (b"unit,staff,role\nA,1,\n", "Row 1, column short_name"),
        (b"PK\x03\x04 no workbook", "XLSX or CSV"),
    ],
)
def test_a_file_that_is_no_roster_is_one_sentence(
    run: Callable[..., Result], tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "roster"
    path.write_bytes(content)
    line = failed(run("bloc", "create", "K", "--year", 2025, "--roster", path))
    assert words in line


@pytest.mark.parametrize(
    "more",
    [
        ("--timezone", "Mars/Base"),
        ("--language", "xx"),
        ("--kind", "club"),
        ("--year", "soon"),
        ("--roster", "not-there.csv"),
    ],
)
def test_wrong_usage_ends_with_2_in_one_line(
    run: Callable[..., Result], roster: Path, more: tuple[str, str]
) -> None:
    line = failed(run("bloc", "create", "K", "--year", 2025, "--roster", roster, *more), status=2)
    assert more[0] in line
    assert "Value error" not in line


def test_links_carry_the_name_that_telegram_gives(
    run: Callable[..., Result],
    roster: Path,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_API_URL", stand_in.url)
    result = run("bloc", "create", "K", "--year", 2025, "--roster", roster, "--json")
    made = document(result)
    name = "blocbot"  # as the stand-in calls its bot
    invite = made["units"][0]["invites"][0]
    assert invite["link"] == f"https://t.me/{name}?start={invite['payload']}"
    assert result.stderr == ""
    again = run("invite", made["units"][0]["unit"])
    assert again.stdout.startswith(f"https://t.me/{name}?start=")


def test_a_bloc_is_made_also_where_telegram_refuses_or_is_silent(
    run: Callable[..., Result],
    roster: Path,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BOT_TOKEN", "999:wrong-token-for-this-server")
    monkeypatch.setenv("TELEGRAM_API_URL", stand_in.url)
    refused = run("bloc", "create", "K", "--year", 2025, "--roster", roster, "--json")
    assert document(refused)["units"][0]["invites"][0]["link"] is None
    assert "refuses BOT_TOKEN" in refused.stderr
    monkeypatch.setattr(links, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("TELEGRAM_API_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        away = run("bloc", "create", "K", "--year", 2025, "--roster", roster, "--json")
    assert document(away)["units"][0]["invites"][0]["link"] is None
    assert "can't be reached" in away.stderr


def test_invitations_for_members_and_observers(
    at: Database, run: Callable[..., Result], roster: Path
) -> None:
    made = document(run("bloc", "create", "K", "--year", 2025, "--roster", roster, "--json"))
    unit = made["units"][2]["unit"]
    invite = document(run("invite", unit, "--role", "signatory", "--json"))
    assert (invite["unit"], invite["role"], invite["link"]) == (unit, "signatory", None)
    assert document(run("invite", unit, "--json"))["role"] == "representative"
    observer = document(run("invite", "--observer", made["bloc"], "--json"))
    assert (observer["bloc"], observer["role"]) == (made["bloc"], "observer")
    kept = {one for (one,) in rows(at, "SELECT secret_hash FROM invitation")}
    assert len(kept) == 9
    assert invite["payload"] not in kept
    assert "unit" in failed(run("invite", 999, "--json"))
    assert "bloc" in failed(run("invite", "--observer", 999))
    assert "either" in failed(run("invite"), status=2)
    assert "either" in failed(run("invite", unit, "--observer", made["bloc"]), status=2)


def test_a_year_is_opened_once(at: Database, run: Callable[..., Result], roster: Path) -> None:
    made = document(run("bloc", "create", "K", "--year", 2025, "--roster", roster, "--json"))
    opened = document(run("year", "open", made["bloc"], 2026, "--json"))
    assert opened == {"bloc": made["bloc"], "year": 2026}
    assert "2026" in failed(run("year", "open", made["bloc"], 2026))
    assert "bloc" in failed(run("year", "open", 999, 2026))
    shown = document(run("bloc", "show", made["bloc"], "--json"))
    assert (shown["year"], shown["years"]) == (2026, [2025, 2026])
    assert shown["units"][0]["role"] == "leader"


def test_people_read_tables(run: Callable[..., Result], roster: Path) -> None:
    created = run("bloc", "create", "Khối [bold]1", "--year", 2025, "--roster", roster)
    assert "LĐLĐ (unit 2)" in created.stdout
    assert "Khối [bold]1" in run("bloc", "list").stdout
    shown = run("bloc", "show", 1).stdout
    assert "Liên đoàn Lao động" in shown
    assert "deputy" in shown


# --- The audit chain ------------------------------------------------------------------------------


@pytest.fixture
def chain(at: Database, run: Callable[..., Result], roster: Path) -> tuple[Database, int]:
    """Two blocs; the second one's chain has eight entries."""
    for name in ("K1", "K2"):
        made = document(run("bloc", "create", name, "--year", 2025, "--roster", roster, "--json"))
    document(run("year", "open", made["bloc"], 2026, "--json"))
    return at, made["bloc"]


def test_a_whole_chain_holds(chain: tuple[Database, int], run: Callable[..., Result]) -> None:
    _database, bloc = chain
    found = document(run("audit", "verify", "--json"))
    assert found == {
        "ok": True,
        "blocs": [{"bloc": 1, "entries": 7}, {"bloc": bloc, "entries": 8}],
        "broken": None,
    }
    only = document(run("audit", "verify", "--bloc", bloc, "--json"))
    assert only["blocs"] == [{"bloc": bloc, "entries": 8}]
    assert "entries 15" in run("audit", "verify").stdout
    assert "bloc" in failed(run("audit", "verify", "--bloc", 999))


DAMAGES = {
    "UPDATE audit_entry SET body = '{\"year\": 2030}' WHERE bloc_id = 2 AND seq = 8": 8,
    "UPDATE audit_entry SET action = 'nothing' WHERE bloc_id = 2 AND seq = 3": 3,
    "UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE bloc_id = 2 AND seq = 3": 3,
    "UPDATE audit_entry SET hash = previous WHERE bloc_id = 2 AND seq = 4": 4,
    "DELETE FROM audit_entry WHERE bloc_id = 2 AND seq = 5": 6,
    "DELETE FROM audit_entry WHERE bloc_id = 2 AND seq >= 7": 7,
    "DELETE FROM audit_entry WHERE bloc_id = 2": 1,
    "UPDATE bloc SET audit_seq = 7 WHERE id = 2": 8,
    f"UPDATE bloc SET audit_hash = '{'0' * 64}' WHERE id = 2": 8,
}


def test_every_damage_is_found_where_it_begins(chain: tuple[Database, int]) -> None:
    database, bloc = chain
    for damage, seq in DAMAGES.items():
        with Session(database.engine) as session:
            session.connection().execute(text(damage))
            found = audit.verify(session)
            session.rollback()
        assert found.broken is not None, damage
        assert (found.broken.bloc, found.broken.seq) == (bloc, seq), damage
        assert found.entries == {1: 7}


def test_the_first_broken_entry_is_named(
    chain: tuple[Database, int], run: Callable[..., Result]
) -> None:
    database, bloc = chain
    with database.engine.begin() as connection:
        connection.execute(text(next(iter(DAMAGES))))
    assert failed(run("audit", "verify")).startswith(f"Bloc {bloc}, entry 8: it was changed")
    result = run("audit", "verify", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["broken"]["seq"] == 8
    assert found["blocs"] == [{"bloc": 1, "entries": 7}]
    assert run("audit", "verify", "--bloc", 1).exit_code == 0


def test_an_entry_that_cant_be_read_is_named(
    run: Callable[..., Result], roster: Path, tmp_path: Path
) -> None:
    run("bloc", "create", "K", "--year", 2025, "--roster", roster)
    with sqlite3.connect(tmp_path / "data" / "blocbot.db") as connection:
        connection.execute("UPDATE audit_entry SET body = '{' WHERE seq = 5")
    connection.close()
    assert failed(run("audit", "verify")).startswith("Bloc 1, entry 5: it can't be read")


def test_a_chain_longer_than_one_fetch(
    at: Database, run: Callable[..., Result], roster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.audit._AT_ONCE", 3)
    run("bloc", "create", "K", "--year", 2025, "--roster", roster)
    assert run("audit", "verify").exit_code == 0
    with at.transaction() as session:
        entry = session.get_one(AuditEntry, 6)
        entry.body = {**entry.body, "role": "observer"}
        session.add(entry)
    assert "entry 6" in failed(run("audit", "verify"))


# --- Database -------------------------------------------------------------------------------------


def test_upgrade_makes_the_tables_and_needs_no_token(
    at: Database, run: Callable[..., Result], database_url: str
) -> None:
    assert document(run("db", "upgrade", "--json")) == {"revision": migrations.head()}
    assert run("db", "upgrade").exit_code == 0
    assert migrations.current(database_url) == migrations.head()


def test_an_older_database_is_left_to_upgrade(at: Database, run: Callable[..., Result]) -> None:
    run("db", "upgrade")
    with at.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    assert "blocbot db upgrade" in failed(run("bloc", "list"))
    assert failed(run("db", "upgrade"))  # a version that this program doesn't know


def test_check_tells_whether_models_and_migrations_agree(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert document(run("db", "check", "--json")) == {"ok": True, "differences": []}
    monkeypatch.setattr(migrations, "check", lambda: ["add_table: shelf", "add_column: unit.x"])
    result = run("db", "check")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == ["add_table: shelf", "add_column: unit.x"]
    differing = run("db", "check", "--json")
    assert differing.exit_code == 1
    assert json.loads(differing.stdout)["differences"] == ["add_table: shelf", "add_column: unit.x"]


def test_a_database_that_is_away_is_one_line(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:s3cret-word@127.0.0.1:9/nothing")
    for command in (("bloc", "list"), ("db", "upgrade"), ("audit", "verify")):
        line = failed(run(*command))
        assert "database" in line
        assert "s3cret-word" not in line


def test_a_folder_that_cant_be_is_one_line(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("in the way")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "a-file"))
    line = failed(run("bloc", "list"), 2)
    assert line.startswith("DATA_DIR: ") and str(tmp_path / "a-file") in line


# --- Doctor ---------------------------------------------------------------------------------------


def findings(result: Result) -> dict[str, tuple[bool, str]]:
    found = json.loads(result.stdout)
    assert found["ok"] is (result.exit_code == 0)
    return {one["check"]: (one["ok"], one["detail"]) for one in found["checks"]}


def test_doctor_finds_everything_well(
    at: Database,
    run: Callable[..., Result],
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_API_URL", stand_in.url)
    run("db", "upgrade")
    result = run("doctor", "--json")
    found = findings(result)
    assert list(found) == [
        *("settings", "database", "migrations", "bot api", "evidence store", "time zones"),
        *("fonts", "languages"),
    ]
    assert found["fonts"][0]
    del found["languages"]  # what tests/checks/texts.py is for
    assert all(ok for ok, _detail in found.values()), found
    assert TOKEN.split(":")[1] not in result.stdout
    lines = run("doctor").stdout.splitlines()
    assert len(lines) == 8
    assert [line.split()[0] for line in lines[:7]] == ["ok"] * 7


def test_doctor_names_what_is_wrong_without_secrets(
    run: Callable[..., Result],
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "a-file").write_text("in the way")
    monkeypatch.setenv("BOT_TOKEN", "999:wrong-token-for-this-server")
    monkeypatch.setenv("TELEGRAM_API_URL", stand_in.url)
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:s3cret-word@127.0.0.1:9/nothing")
    monkeypatch.setenv("EVIDENCE_URL", str(tmp_path / "a-file"))
    result = run("doctor", "--json")
    assert result.exit_code == 1
    found = findings(result)
    assert found["settings"][0]
    assert found["time zones"][0]
    assert not found["database"][0]
    assert "migrations" not in found
    assert not found["evidence store"][0]
    assert found["bot api"] == (False, f"{stand_in.url} refuses BOT_TOKEN")
    assert "s3cret-word" not in result.stdout + result.stderr
    assert "wrong-token" not in result.stdout + result.stderr


def test_doctor_names_a_wrong_setting_and_missing_tables(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = findings(run("doctor", "--json"))
    assert not found["settings"][0]
    assert "BOT_TOKEN" in found["settings"][1]
    assert "blocbot db upgrade" in found["migrations"][1]
    monkeypatch.setenv("HEALTH_LISTEN", "nowhere")
    found = findings(run("doctor", "--json"))
    assert "HEALTH_LISTEN" in found["settings"][1]
    assert list(found) == ["settings", "fonts", "languages"]


def test_doctor_finds_a_catalogue_behind(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    folder = tmp_path / "locales"
    folder.mkdir()
    (folder / "blocbot.pot").write_text(f'{head}\nmsgid "Yes"\nmsgstr ""\n', "utf-8")
    for language in ("vi", "cs", "de", "uk", "hu", "hi"):
        path = folder / language / "LC_MESSAGES" / "blocbot.po"
        path.parent.mkdir(parents=True)
        path.write_text(f'{head}\nmsgid "Yes"\nmsgstr "x"\n', "utf-8")
    monkeypatch.setattr("bot.doctor.locales_folder", lambda: folder)
    assert findings(run("doctor", "--json"))["languages"][0]
    path.write_text(f'{head}\nmsgid "Yes"\nmsgstr ""\n', "utf-8")
    assert findings(run("doctor", "--json"))["languages"] == (False, "hi lacks 1 of 1")
    path.unlink()
    assert findings(run("doctor", "--json"))["languages"] == (False, "hi is missing")


# --- How a program ends ---------------------------------------------------------------------------


def start(*words: str, **settings: str) -> subprocess.Popen[str]:
    """The command in a process of its own, with these settings alone."""
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    command = [str(Path(sys.executable).with_name("blocbot")), *words]
    return subprocess.Popen(
        command,
        env={**kept, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def end(process: subprocess.Popen[str], seconds: float = 30) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


@pytest.mark.parametrize(
    ("settings", "words", "name"),
    [
        ({}, ("run",), "BOT_TOKEN"),
        ({"BOT_TOKEN": "nonsense"}, ("run",), "BOT_TOKEN"),
        ({"BOT_TOKEN": TOKEN}, ("run", "--webhook"), "WEBHOOK_URL"),
        ({"BOT_TOKEN": TOKEN, "WEBHOOK_URL": "https://a.example/"}, ("run",), "WEBHOOK_SECRET"),
        ({"TIMEZONE": "Mars"}, ("bloc", "list"), "TIMEZONE"),
        ({"DATABASE_URL": "mysql://localhost/x"}, ("db", "upgrade"), "DATABASE_URL"),
    ],
)
def test_a_wrong_setting_ends_with_2_and_its_name(
    settings: dict[str, str], words: tuple[str, ...], name: str
) -> None:
    status, out, err = end(start(*words, **settings))
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert name in line.upper()
    assert "nonsense" not in line


def test_a_token_that_telegram_refuses_ends_with_1(stand_in: StandIn) -> None:
    process = start("run", BOT_TOKEN="999:wrong-token", TELEGRAM_API_URL=stand_in.url)
    status, out, err = end(process)
    assert (status, out) == (1, "")
    assert "BOT_TOKEN" in err.splitlines()[-1]
    assert "wrong-token" not in err
    assert "Traceback" not in err


def _read_until(process: subprocess.Popen[str], sign: str, seconds: float = 20) -> list[str]:
    """Lines of standard error up to one with the sign."""
    assert process.stderr is not None
    watchdog = threading.Timer(seconds, process.kill)
    watchdog.start()
    seen = []
    for line in process.stderr:
        seen.append(line)
        if sign in line:
            watchdog.cancel()
            return seen
    raise AssertionError(f"no {sign!r} in {seen}")


def test_run_upgrades_runs_and_stops_on_a_signal(
    stand_in: StandIn, database_url: str, tmp_path: Path
) -> None:
    process = start(
        "run", BOT_TOKEN=TOKEN, TELEGRAM_API_URL=stand_in.url, DATABASE_URL=database_url
    )
    seen = _read_until(process, "started")
    assert migrations.current(database_url) == migrations.head()
    process.send_signal(signal.SIGTERM)
    status, out, err = end(process)
    assert (status, out) == (0, "")
    assert TOKEN not in "".join(seen) + err


def test_run_waits_for_a_database_that_is_away(stand_in: StandIn, sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    path.mkdir(parents=True)  # a folder where the file should be can't be opened
    process = start("run", BOT_TOKEN=TOKEN, TELEGRAM_API_URL=stand_in.url, DATABASE_URL=sqlite_url)
    assert "DATABASE_URL" in _read_until(process, "database_away")[-1]
    path.rmdir()
    _read_until(process, "started")
    process.send_signal(signal.SIGINT)
    assert end(process)[0] == 0


def test_an_address_in_use_ends_with_1(stand_in: StandIn) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        process = start(
            "run",
            BOT_TOKEN=TOKEN,
            TELEGRAM_API_URL=stand_in.url,
            HEALTH_LISTEN=f"127.0.0.1:{other.getsockname()[1]}",
        )
        status, _out, err = end(process)
    assert status == 1
    assert "HEALTH_LISTEN" in err.splitlines()[-1]
    assert "Traceback" not in err


def test_python_m_bot_is_the_same_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "no-such-command"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_help_answers_at_once_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['blocbot', '--help']\n"
        "from bot.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'telegram', 'sqlalchemy', 'openpyxl', 'babel', 'alembic', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert time.monotonic() - started < 10


def test_an_unexpected_error_is_a_line_with_an_id_and_a_traceback_in_the_log(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("the roof fell in")

    monkeypatch.setattr("bot.services.blocs.overview", broken)
    result = run("bloc", "list")
    assert result.exit_code == 1
    assert result.stdout == ""
    *logged, line = result.stderr.splitlines()
    code = line.rstrip(".").split()[-1]
    assert f"error_id={code}" in " ".join(logged).replace(" ", "") or code in "".join(logged)
    assert "Traceback" in "".join(logged)
