"""Is everything there that the bot needs? One check a line, none of which shows a secret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from sqlalchemy.engine import make_url

from bot.config import Settings, SettingsError, load
from bot.i18n import DOMAIN, KNOWN_LANGUAGES, SOURCE_LANGUAGE, locales_folder

T = TypeVar("T")

#: Asks Telegram who the bot is: its username. Raises TelegramError or TimeoutError.
AskName = Callable[[Settings], str]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. ``detail`` is for people, in English."""

    name: str
    ok: bool
    detail: str


class Ill(Exception):
    """A check failed; the message says what is wrong and perhaps what to do."""


def examine(ask_name: AskName) -> Iterator[Check]:
    """Every check, in the order in which to mend things. ``ask_name`` asks Telegram for the bot."""
    try:
        settings = load()
    except SettingsError as error:
        yield Check("settings", False, str(error))
    else:
        yield _check("settings", _settings, settings)
        yield (database := _check("database", _database, settings))
        if database.ok:
            yield _check("migrations", _migrations, settings)
        if settings.bot_token is not None:
            yield _check("bot api", lambda all_: _bot_api(all_, ask_name), settings)
        yield _check("evidence store", _evidence, settings)
        yield _check("time zones", _zones, settings)
    yield _check("fonts", lambda _none: _fonts(), None)
    yield _check("languages", lambda _none: _languages(), None)


def _check(name: str, work: Callable[[T], str], subject: T) -> Check:
    try:
        return Check(name, True, work(subject))
    except Ill as error:
        return Check(name, False, str(error))
    except Exception as error:  # a doctor doesn't faint; texts of libraries may hold secrets
        return Check(name, False, f"could not be examined ({type(error).__name__})")


def _settings(settings: Settings) -> str:
    try:
        settings.token  # noqa: B018 - it is missing or not
    except SettingsError as error:
        raise Ill(str(error)) from None
    return "complete"


def _database(settings: Settings) -> str:
    from bot.database import Database

    url = make_url(settings.database)
    place = f"SQLite, {url.database}"
    if url.get_backend_name() != "sqlite":
        place = f"PostgreSQL, {url.database} at {url.host or 'this computer'}:{url.port or 5432}"
    try:
        database = Database(settings.database, pool_size=1)
        there = database.ping()
        database.close()
    except OSError as error:  # the folder of an SQLite file
        raise Ill(f"can't be opened: {place} ({type(error).__name__})") from error
    if not there:
        raise Ill(f"can't be reached: {place}")
    return place


def _migrations(settings: Settings) -> str:
    from bot import migrations

    there, newest = migrations.current(settings.database), migrations.head()
    if there != newest:
        state = "has no tables yet" if there is None else f"is at {there}, not at {newest}"
        raise Ill(f"the database {state}: blocbot db upgrade")
    if differences := migrations.check(settings.database):
        raise Ill(f"the database differs from the models: {'; '.join(differences)}")
    return f"at {newest}"


def _bot_api(settings: Settings, ask_name: AskName) -> str:
    from telegram.error import InvalidToken, TelegramError

    try:
        name = ask_name(settings)
    except InvalidToken:
        raise Ill(f"{settings.telegram_api_url} refuses BOT_TOKEN") from None
    except (TelegramError, TimeoutError) as error:
        proxy = " through TELEGRAM_PROXY" if settings.proxy else ""
        raise Ill(
            f"{settings.telegram_api_url} can't be reached{proxy} ({type(error).__name__})"
        ) from None
    return f"{settings.telegram_api_url} knows @{name}"


def _evidence(settings: Settings) -> str:
    from bot.evidence_store import EvidenceStore

    # An object store's address may hold keys: only its kind is shown.
    scheme, between, _rest = settings.evidence.partition("://")
    place = f"{scheme}://…" if between else settings.evidence
    if not EvidenceStore(settings.evidence).writable():
        raise Ill(f"can't be written: {place}")
    return f"{place} can be written"


def _fonts() -> str:
    from bot.documents.layout import FONT_FILES, FONTS

    lacking = [name for name in FONT_FILES if not _is_font(FONTS / name)]
    if lacking:
        raise Ill(f"missing or damaged in {FONTS}: {', '.join(lacking)}")
    return f"{len(FONT_FILES)} files, for documents and charts in every language"


def _is_font(path: Path) -> bool:
    """Whether a TrueType font with a table of characters lies there."""
    try:
        with path.open("rb") as stream:
            begin = stream.read(512)
    except OSError:
        return False
    return begin.startswith(b"\x00\x01\x00\x00") and b"cmap" in begin


def _zones(settings: Settings) -> str:
    offset = dt.datetime.now(ZoneInfo(settings.timezone)).strftime("%z")
    return f"{len(available_timezones())} zones; {settings.timezone} is at {offset}"


def _languages() -> str:
    folder = locales_folder()
    try:
        with (folder / f"{DOMAIN}.pot").open("rb") as stream:
            wanted = _keys(read_po(stream))
    except OSError as error:
        raise Ill(f"there is no template in {folder}") from error
    troubles = []
    for language in KNOWN_LANGUAGES:
        if language == SOURCE_LANGUAGE:
            continue
        try:
            with (folder / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as stream:
                there = _keys(read_po(stream, locale=language), translated=True)
        except OSError:
            troubles.append(f"{language} is missing")
            continue
        if lacking := len(wanted - there):
            troubles.append(f"{language} lacks {lacking} of {len(wanted)}")
    if troubles:
        raise Ill("; ".join(troubles))
    return f"{len(KNOWN_LANGUAGES)} languages, {len(wanted)} sentences each"


def _keys(catalogue: Catalog, *, translated: bool = False) -> set[tuple[str, str]]:
    """Context and sentence of every message; with ``translated``, only of finished ones."""
    keys = set()
    for message in catalogue:
        strings = message.string if isinstance(message.string, list | tuple) else [message.string]
        if message.id and not (translated and (message.fuzzy or not all(strings))):
            first = message.id[0] if isinstance(message.id, list | tuple) else message.id
            keys.add((message.context or "", str(first)))
    return keys
