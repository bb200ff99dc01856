"""Settings, read once from the environment and ``.env``. Importing this has no effect."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import fsspec
from pydantic import SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.i18n import KNOWN_LANGUAGES


class LogFormat(StrEnum):
    """How log lines look: for people or for machines."""

    CONSOLE = "console"
    JSON = "json"


class SettingsError(Exception):
    """A wrong or missing setting; the message is one line that names it."""


class Settings(BaseSettings):
    """Every setting of ``.env.example``. The environment wins over the file."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )

    bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_proxy: SecretStr | None = None
    database_url: SecretStr | None = None
    data_dir: Path = Path("data")
    evidence_url: str | None = None
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()
    timezone: str = "Asia/Ho_Chi_Minh"
    default_language: str = "vi"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    webhook_listen: str = "127.0.0.1:8080"
    health_listen: str | None = None
    log_level: str = "INFO"
    log_format: LogFormat = LogFormat.CONSOLE

    @field_validator("bot_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            number, _, secret = value.get_secret_value().partition(":")
            if not number.isdigit() or not secret or "/" in secret:
                raise ValueError("must look like 123456:ABC-DEF")
        return value

    @field_validator("telegram_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("must be an http(s) address")
        if parts.path.strip("/") or parts.query:
            raise ValueError("must be a root address without a path")
        return value.rstrip("/")

    @field_validator("telegram_proxy")
    @classmethod
    def _proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme not in ("http", "https", "socks5", "socks5h") or not parts.hostname:
                raise ValueError("must be an http:// or socks5:// address")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            try:
                url = make_url(value.get_secret_value())
            except ArgumentError as error:
                raise ValueError("must be a database address") from error
            if url.get_backend_name() not in ("sqlite", "postgresql"):
                raise ValueError("must begin with sqlite or postgresql")
        return value

    @field_validator("evidence_url")
    @classmethod
    def _evidence(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                fsspec.get_filesystem_class(fsspec.utils.get_protocol(value))
            except (ValueError, ImportError) as error:
                raise ValueError("must be a folder or an address that fsspec reaches") from error
        return value

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _admins(cls, value: object) -> object:
        if isinstance(value, str):
            words = value.replace(",", " ").split()
            if not all(word.isdigit() for word in words):
                raise ValueError("must be numbers separated by commas")
            return tuple(int(word) for word in words)
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not a time zone such as Asia/Ho_Chi_Minh")
        return value

    @field_validator("default_language")
    @classmethod
    def _language(cls, value: str) -> str:
        if value not in KNOWN_LANGUAGES:
            raise ValueError(f"must be one of {', '.join(KNOWN_LANGUAGES)}")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _webhook(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("must be an http(s) address")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            text = value.get_secret_value()
            if not 1 <= len(text) <= 256 or not text.replace("-", "").replace("_", "").isalnum():
                raise ValueError("must be 1-256 characters of A-Za-z0-9_-")
        return value

    @field_validator("webhook_listen", "health_listen")
    @classmethod
    def _listen(cls, value: str | None) -> str | None:
        if value is not None:
            host, _, port = value.rpartition(":")
            if not host or not port.isdigit() or int(port) > 65535:
                raise ValueError("must be HOST:PORT")
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
            raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return value.upper()

    @model_validator(mode="after")
    def _together(self) -> Settings:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("WEBHOOK_SECRET is missing: WEBHOOK_URL needs it")
        return self

    @property
    def token(self) -> str:
        """The bot's token; ends the program with a line that names it where it is missing."""
        if self.bot_token is None:
            raise SettingsError("BOT_TOKEN is missing: set it in .env or in the environment")
        return self.bot_token.get_secret_value()

    @property
    def database(self) -> str:
        """The database's address: SQLite in ``DATA_DIR`` unless ``DATABASE_URL`` says otherwise.

        A bare ``postgresql://`` means the driver that is installed, psycopg.
        """
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'blocbot.db'}"
        url = make_url(self.database_url.get_secret_value())
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)

    @property
    def evidence(self) -> str:
        """Where copies of evidence go: a folder in ``DATA_DIR`` or what ``EVIDENCE_URL`` says."""
        return self.evidence_url or str(self.data_dir / "evidence")

    def require_folders(self) -> None:
        """Make the local folders that settings name. Raises :class:`SettingsError` for a wrong one.

        Stores and databases that are reached over a network may be away for a while; a folder
        that can't be written is a wrong setting.
        """
        url = make_url(self.database)
        database = url.database if url.get_backend_name() == "sqlite" else None
        local = self.evidence_url and fsspec.utils.get_protocol(self.evidence_url) == "file"
        evidence = (self.evidence_url or "").removeprefix("file://") if local else None
        places = (
            ("DATA_DIR", self.data_dir),
            ("DATABASE_URL", Path(database).parent if database else None),
            ("EVIDENCE_URL", Path(evidence) if evidence else None),
        )
        for name, folder in places:
            if folder is None:
                continue
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise SettingsError(f"{name}: {error.strerror}: {folder}") from error
            if not os.access(folder, os.W_OK | os.X_OK):
                raise SettingsError(f"{name}: can't be written: {folder}")

    @property
    def proxy(self) -> str | None:
        """The proxy's address in the clear, for the request class alone."""
        return self.telegram_proxy.get_secret_value() if self.telegram_proxy else None

    @property
    def zone(self) -> ZoneInfo:
        """The zone of blocs that have none of their own."""
        return ZoneInfo(self.timezone)


class _FileFree(Settings):
    model_config = SettingsConfigDict(env_file=None, extra="ignore", env_ignore_empty=True)


def load(*, env_file: bool = True) -> Settings:
    """Read the settings. Raises :class:`SettingsError` with one line that names the wrong one.

    The value itself is not repeated: it may be a secret.
    """
    try:
        return Settings() if env_file else _FileFree()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        message = first["msg"].removeprefix("Value error, ")
        # What settings have to be together names them itself.
        raise SettingsError(f"{name}: {message}" if name else message) from None
