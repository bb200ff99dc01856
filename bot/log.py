"""Structured logs, ours and the libraries' in one form, without secrets or personal texts.

Events carry ids, never what a person typed. What libraries put into exception texts (the token in
an address, a statement's parameters, the value that failed a check) is taken out here as well:
this is the second line; the first is to create engines with ``hide_parameters=True``.

uvicorn must be started with ``log_config=None`` so that it leaves logging to this module.
"""

import contextlib
import logging
import re
import secrets as random
import sys
import threading
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any, Final, TextIO, cast
from urllib.parse import quote
from uuid import UUID

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN: Final = "[hidden]"
LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

# Chatty libraries: below this level they log addresses, parameters or whole updates.
_FLOORS: Final[Mapping[str, int]] = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "aiohttp": logging.WARNING,
    "uvicorn.access": logging.WARNING,
    "alembic.runtime.plugins": logging.WARNING,
    "apscheduler": logging.WARNING,
    "fontTools": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "telegram": logging.INFO,
}
_OWN_HANDLERS: Final = (
    "uvicorn",
    "uvicorn.error",
    "uvicorn.access",
    "alembic",
    "apscheduler",
    "sqlalchemy",
    "sqlalchemy.engine.Engine",
    "telegram",
    "aiohttp",
)

# No vowels (no words by chance), nothing that looks or sounds like something else.
_ID_ALPHABET: Final = "CDFHJKMNPRTWXY3479"
_ID_LENGTH: Final = 8
# Shorter "secrets" would tear holes into ordinary words.
_SHORTEST_SECRET: Final = 4

_SECRET_KEY: Final = re.compile(r"(?i)token|passw|secret|authorization|api_?key")
# Where a driver's message of several lines ends inside a traceback.
_MESSAGE_END: Final = r"(?=\n\[SQL: |\n\(Background on|\n\n(?:The above|During handling)|\Z)"
_RULES: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # Any bot token, also percent-encoded; in an address whatever its form.
    (re.compile(r"\d{6,}(?::|%3[Aa])[A-Za-z0-9_-]{20,}"), HIDDEN),
    (re.compile(r"(/bot)\d+(?::|%3[Aa])[^/\s\"'?]+"), rf"\1{HIDDEN}"),
    # Passwords of databases, proxies and stores, as address or as key=value.
    (re.compile(r"(\w://[^:/@\s]*:)[^/\s]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?i)\b(password|passwd|pwd)=('[^']*'|\S+)"), rf"\1={HIDDEN}"),
    # SQLAlchemy: values are repr()ed, so they end with their line.
    (re.compile(r"\[parameters: [^\n]*"), f"[parameters: {HIDDEN}]"),
    # PostgreSQL: "Key (name)=(…) already exists", "Failing row contains (…)", bad input.
    (re.compile(rf"(?s)\b(DETAIL|CONTEXT|HINT|LINE \d+): .*?{_MESSAGE_END}"), rf"\1: {HIDDEN}"),
    (
        re.compile(rf"(?s)(invalid input (?:syntax|value) for [^:\n]*: ).*?{_MESSAGE_END}"),
        rf"\1{HIDDEN}",
    ),
    # python-telegram-bot and Telegram quote what they could not read.
    (re.compile(r"(?s)(Can not load invalid JSON data: ).*"), rf"\1{HIDDEN}"),
    (re.compile(r"(can't parse entities: [^\"\n]*\")[^\"\n]*"), rf"\1{HIDDEN}"),
    # pydantic shows the value that failed.
    (re.compile(r"input_value=.*?(, input_type=|\n|$)"), rf"input_value={HIDDEN}\1"),
    # Python's own conversions.
    (re.compile(r"(invalid literal for \w+\(\)[^:\n]*: )[^\n]*"), rf"\1{HIDDEN}"),
    (re.compile(r"(could not convert string to \w+: )[^\n]*"), rf"\1{HIDDEN}"),
    (re.compile(r"(Invalid isoformat string: )[^\n]*"), rf"\1{HIDDEN}"),
    (re.compile(r"(time data )[^\n]*( does not match format)"), rf"\1{HIDDEN}\2"),
    (re.compile(rf"(?s)(Error: unconverted data remains: ).*?{_MESSAGE_END}"), rf"\1{HIDDEN}"),
)


class Scrubber:
    """Takes secrets and personal texts out of whatever is logged; a structlog processor."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: tuple[str, ...] = ()
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Hide these strings too, as they are and percent-encoded; very short ones are ignored."""
        known = set(self._secrets)
        for secret in secrets:
            if len(secret) >= _SHORTEST_SECRET:
                known |= {secret, quote(secret, safe=""), quote(secret)}
        # A longer secret may contain a shorter one.
        self._secrets = tuple(sorted(known, key=len, reverse=True))

    def text(self, text: str) -> str:
        """``text`` without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
        return text

    def value(self, value: object) -> object:
        """A plain, clean copy of ``value``; other objects give only their class's name.

        The repr of an Update, a row or a form would hold what a person typed.
        """
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                self.text(str(key)): HIDDEN
                if _SECRET_KEY.search(str(key)) and item
                else self.value(item)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item) for item in value]
        if isinstance(value, date | timedelta | UUID | PurePath):
            return self.text(str(value))
        if isinstance(value, BaseException):
            return self.text(f"{type(value).__name__}: {value}")
        return f"<{type(value).__name__}>"

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """The processor."""
        return cast(EventDict, self.value(event))


_scrubber = Scrubber()


class _Handler(logging.StreamHandler[TextIO]):
    """Ours among the root logger's handlers; without a stream it writes to what stderr is then."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__(stream)
        self._follows = stream is None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        if self._follows:
            self.stream = sys.stderr
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say that a record failed; logging's own report would print it with its arguments."""
        kind = sys.exc_info()[0]
        name = kind.__name__ if kind else "unknown"
        # A log that can't be written to (a closed pipe, a full disk) must not stop the work.
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f"a log record of {record.name} could not be written: {name}\n")


def configure(
    level: str = "INFO",
    fmt: str = "console",
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every log record, ours and the libraries', through one chain to ``stream`` (stderr).

    ``level`` is one of LEVELS in any case, ``fmt`` console or json (one document a line);
    anything else raises ValueError. ``secrets`` are exact strings to hide besides what is found
    by its form: the token, the webhook's secret, passwords. May be called again.
    """
    if level.upper() not in LEVELS:
        raise ValueError(f"LOG_LEVEL must be one of {', '.join(LEVELS)}")
    if fmt not in {"console", "json"}:
        raise ValueError("LOG_FORMAT must be console or json")
    _scrubber.add(*secrets)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _Handler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # Python's own traceback: structlog's and rich's would show local variables.
                structlog.processors.format_exc_info,
                _scrubber,
                _renderer(fmt, stream or sys.stderr),
            ],
        )
    )
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(threshold)
    for name in _OWN_HANDLERS:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(logging.NOTSET)  # uvicorn sets levels even without a log_config
    for name, floor in _FLOORS.items():
        logging.getLogger(name).setLevel(max(floor, threshold))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _renderer(fmt: str, stream: TextIO) -> Processor:
    if fmt == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for events: ``get_logger(__name__).info("report_sent", report=17)``."""
    return structlog.stdlib.get_logger(name)


def scrub(text: str) -> str:
    """``text`` without secrets and without the values that libraries quote in their errors."""
    return _scrubber.text(text)


def error_id() -> str:
    """A new id for an apology: 8 letters and digits that can be read aloud and not mixed up."""
    return "".join(random.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))


def log_unexpected(exc: BaseException, **ids: int | str | None) -> str:
    """Log what should not have happened, with its traceback; gives the id for the apology.

    ``ids`` say where (``update=…``, ``person=…``): ids only, no texts. Local variables' values
    are not logged.
    """
    name = error_id()
    get_logger("bot.errors").error(
        "unexpected_error",
        error_id=name,
        kind=type(exc).__name__,
        **ids,
        exc_info=(type(exc), exc, exc.__traceback__),
    )
    return name


def _uncaught(
    kind: type[BaseException], error: BaseException, trace: Any, where: str = "main"
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get_logger("bot.errors").critical("uncaught", where=where, exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        name = args.thread.name if args.thread else "thread"
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback, name)
