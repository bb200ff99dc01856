"""What reaches the log: everything, in one form, without secrets and personal texts."""

import io
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from pydantic import BaseModel
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from bot import log

TOKEN = "123456789:AAF_secret-secret_secret-secret"
# What a person typed. Tracebacks quote source lines, so tests name it and don't repeat it.
TYPED = "Nguyễn]\nVăn A, input"


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Logging is global: put back everything that configure() sets."""
    monkeypatch.setattr(log, "_scrubber", log.Scrubber())
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    hooks = sys.excepthook, threading.excepthook
    levels = {
        name: (logger := logging.getLogger(name), logger.level, list(logger.handlers))
        for name in (*log._FLOORS, *log._OWN_HANDLERS)
    }
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    for logger, before, own in levels.values():
        logger.setLevel(before)
        logger.handlers[:] = own
    logging.captureWarnings(False)
    structlog.reset_defaults()


class Output(io.StringIO):
    """A stream with the log's lines."""

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


def start(level: str = "INFO", fmt: str = "json", *secrets: str) -> Output:
    stream = Output()
    log.configure(level, fmt, secrets=secrets, stream=stream)
    return stream


def test_our_events_and_the_libraries_have_one_form() -> None:
    output = start()
    log.get_logger("bot.outbox").info("sent", outbox=17, at=datetime(2025, 3, 1, tzinfo=UTC))
    logging.getLogger("alembic.runtime").info("Running upgrade %s", "abc")
    ours, theirs = output.events
    assert (ours["event"], ours["outbox"], ours["logger"]) == ("sent", 17, "bot.outbox")
    assert ours["at"] == "2025-03-01 00:00:00+00:00"
    assert (theirs["event"], theirs["level"]) == ("Running upgrade abc", "info")
    assert set(theirs) == {"event", "level", "logger", "timestamp"} <= set(ours)
    assert theirs["timestamp"].endswith("Z")


def test_console_lines_are_readable_and_scrubbed() -> None:
    output = start("INFO", "console")
    log.get_logger("bot").warning("polling failed", url=f"https://x/bot{TOKEN}/getUpdates")
    line = output.getvalue()
    assert "polling failed" in line
    assert "/bot[hidden]/getUpdates" in line
    assert "\x1b" not in line


@pytest.mark.parametrize("fmt", ["json", "console"])
def test_configuring_again_does_not_double_the_lines(fmt: str) -> None:
    start()
    output = start(fmt=fmt)
    log.get_logger("bot").info("once")
    assert output.getvalue().count("once") == 1


@pytest.mark.parametrize(
    "wrong", [("loud", "json"), ("INFO", "xml"), ("", "json"), ("NOTSET", "json")]
)
def test_a_wrong_setting_is_named(wrong: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"LOG_(LEVEL|FORMAT) must be"):
        log.configure(*wrong)


def test_levels() -> None:
    output = start("warning")
    for name in ("bot", "telegram.ext", "uvicorn.error"):
        logging.getLogger(name).info("quiet")
        logging.getLogger(name).warning("loud")
    structlog.get_logger("x").info("quiet")
    assert [event["event"] for event in output.events] == ["loud"] * 3


def test_libraries_that_log_addresses_or_updates_are_silent_even_at_debug() -> None:
    output = start("DEBUG")
    for name in ("httpx", "httpcore.connection", "aiohttp.access", "aiohttp.client", "apscheduler"):
        logging.getLogger(name).info("POST /bot…")
    logging.getLogger("sqlalchemy.engine.Engine").info("('Nguyễn Văn A',)")
    logging.getLogger("telegram.Bot").debug("Calling with parameters …")
    assert output.getvalue() == ""
    logging.getLogger("aiohttp.client").warning("seen")
    logging.getLogger("bot").debug("seen")
    assert len(output.events) == 2


def test_uvicorns_own_handlers_are_replaced() -> None:
    logger = logging.getLogger("uvicorn")
    raw = io.StringIO()
    logger.addHandler(logging.StreamHandler(raw))
    logger.propagate = False
    output = start()
    logging.getLogger("uvicorn.error").info("Started")
    assert raw.getvalue() == ""
    assert output.events[0]["event"] == "Started"


@pytest.mark.parametrize(
    ("secret", "texts"),
    [
        (TOKEN, ["{}", "https://api.telegram.org/bot{}/sendMessage", "x={}."]),
        ("123456789%3AAAF_secret-secret_secret-secret", ["GET /file/bot{}/a.jpg"]),
        ("1:abc", ["http://127.0.0.1:1/bot{}/getMe", "('/bot{}/x',)"]),
        ("s3cret", ["postgresql+psycopg://blocbot:{}@db:5432/x", "s3://k:{}@h/p"]),
        ("p@ss", ["socks5://u:{}@h:1", "redis://:{}@h"]),
        ("hunter2", ["connection failed: host=db password={} user=x", "PWD={}"]),
    ],
)
def test_secrets_are_found_by_their_form(secret: str, texts: list[str]) -> None:
    for template in texts:
        assert log.scrub(template.format(secret)) == template.format(log.HIDDEN)


def test_configured_secrets_are_hidden_whatever_their_form() -> None:
    output = start("INFO", "json", "1:abc", "hook/secret", "x")
    logging.getLogger("lib").warning(
        "got 1:abc and %s and 1%%3Aabc and hook%%2Fsecret", "hook/secret"
    )
    log.get_logger("bot").info("1:abc", **{"1:abc": ["1:abc", {"deep": ("1:abc",)}]})
    text_ = output.getvalue()
    assert "1:abc" not in text_
    assert "1%3Aabc" not in text_
    assert "hook" not in text_
    assert "text" not in output.events[1]
    assert output.events[0]["event"].count(log.HIDDEN) == 4


def test_ordinary_texts_stay() -> None:
    for plain in (
        "2025-03-01T12:00:00+00:00 report 17 sent in 0.12 s",
        "GET http://127.0.0.1:8081/bots/readme",
        "see https://sqlalche.me/e/20/gkpj and a@b.example",
        "12:30 /bot/handlers.py:120",
    ):
        assert log.scrub(plain) == plain


def test_values_under_the_name_of_a_secret_are_hidden() -> None:
    output = start()
    log.get_logger("bot").info("settings", bot_token="short", webhook_secret="a", password=None)
    [event] = output.events
    assert (event["bot_token"], event["webhook_secret"]) == (log.HIDDEN, log.HIDDEN)
    assert event["password"] is None


def test_objects_give_only_their_class() -> None:
    class Update:
        def __repr__(self) -> str:
            return "Update(text='Nguyễn Văn A')"

    output = start()
    log.get_logger("bot").info("seen", update=Update(), data=b"Nguyen", error=KeyError(TOKEN))
    [event] = output.events
    assert (event["update"], event["data"]) == ("<Update>", "<bytes>")
    assert event["error"] == "KeyError: '[hidden]'"


def test_an_unexpected_error_is_logged_with_traceback_and_id_but_without_values() -> None:
    output = start()

    def fail(typed: str) -> None:
        secret_local = typed + " and more"
        raise RuntimeError(f"request to /bot{TOKEN}/x failed", len(secret_local))

    try:
        fail(TYPED)
    except RuntimeError as error:
        name = log.log_unexpected(error, update=5, person=None)
    [event] = output.events
    assert event["error_id"] == name
    assert (event["update"], event["person"], event["kind"]) == (5, None, "RuntimeError")
    assert "in fail" in event["exception"]
    assert "RuntimeError: ('request to /bot[hidden]/x failed'" in event["exception"]
    assert "Nguyễn" not in output.getvalue()


def test_the_parameters_of_a_statement_are_hidden() -> None:
    output = start()
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (name TEXT UNIQUE)"))
            for _ in range(2):
                connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": TYPED})
    except DBAPIError as error:
        assert TYPED[:3] in str(error)
        log.log_unexpected(error)
    engine.dispose()
    exception = output.events[0]["exception"]
    assert "Nguyễn" not in exception
    assert "Văn" not in exception
    assert "[parameters: [hidden]]" in exception
    assert "UNIQUE constraint failed: t.name" in exception
    assert "INSERT INTO t" in exception


def test_postgresqls_quotes_of_values_are_hidden() -> None:
    message = (
        'psycopg.errors.UniqueViolation: duplicate key value violates unique constraint "u"\n'
        "DETAIL:  Key (name)=(Nguyễn\n\n Văn A) already exists.\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        'sqlalchemy.exc.DataError: invalid input syntax for type integer: "Nguyễn\nVăn"\n'
        "[SQL: INSERT INTO t VALUES (%(n)s)]\n"
        "[parameters: {'n': 'Nguyễn'}]\n"
        "(Background on this error at: https://sqlalche.me/e/20/gkpj)"
    )
    cleaned = log.scrub(message)
    assert "Nguyễn" not in cleaned
    assert "Văn" not in cleaned
    for kept in ('constraint "u"', "The above exception", "[SQL: INSERT", "(Background on"):
        assert kept in cleaned


def test_the_value_that_failed_a_pydantic_check_is_hidden() -> None:
    class Form(BaseModel):
        count: int
        when: datetime

    output = start()
    try:
        Form.model_validate({"count": TYPED, "when": {"a": TYPED}})
    except ValueError as error:
        assert "Nguyễn" in str(error)
        log.log_unexpected(error)
    exception = output.events[0]["exception"]
    assert "Nguyễn" not in exception
    assert "Văn" not in exception
    assert exception.count("input_value=[hidden], input_type=") == 2
    assert "count" in exception


@pytest.mark.parametrize(
    "fail",
    [
        lambda: int(TYPED),
        lambda: float(TYPED),
        lambda: datetime.fromisoformat(TYPED),
        lambda: datetime.strptime(TYPED, "%Y"),
        lambda: datetime.strptime("2025 " + TYPED, "%Y"),
    ],
)
def test_pythons_conversions_quote_nothing(fail: Any) -> None:
    output = start()
    with pytest.raises(ValueError, match="Nguyễn") as caught:
        fail()
    log.log_unexpected(caught.value)
    assert "Nguyễn" not in output.events[0]["exception"]
    assert "Văn" not in output.events[0]["exception"]
    assert "ValueError: " in output.events[0]["exception"]


def test_uncaught_exceptions_are_scrubbed_too() -> None:
    output = start()
    sys.excepthook(ValueError, ValueError(f"/bot{TOKEN}/"), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)

    def fail() -> None:
        raise ValueError(f"/bot{TOKEN}/")

    thread = threading.Thread(target=fail, name="worker")
    thread.start()
    thread.join()
    assert [event["where"] for event in output.events] == ["main", "worker"]
    assert TOKEN not in output.getvalue()


def test_a_record_that_cannot_be_written_gives_nothing_away() -> None:
    logging.getLogger().handlers.clear()  # pytest's own raises
    output = start()
    logging.getLogger("lib").warning("%d", TYPED)
    assert output.getvalue() == "a log record of lib could not be written: TypeError\n"


def test_error_ids_can_be_read_aloud() -> None:
    ids = {log.error_id() for _ in range(500)}
    assert len(ids) == 500
    assert all(re.fullmatch(r"[CDFHJKMNPRTWXY3479]{8}", name) for name in ids)


def test_a_stderr_that_was_closed_or_changed_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed, later = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", closed)
    log.configure()
    closed.close()
    log.get_logger("bot").error("nobody reads this")
    monkeypatch.setattr(sys, "stderr", later)
    log.get_logger("bot").error("somebody reads this")
    assert "somebody reads this" in later.getvalue()
