"""Languages: catalogues, plural forms, dates and numbers. The language is passed, never ambient.

``KNOWN_LANGUAGES`` is the one list. A :class:`Texts` is made once a language and handed to
views; translated sentences are :class:`markupsafe.Markup`, and every value put into them is
escaped, so that what a person typed can't become markup.
"""

from __future__ import annotations

import datetime as dt
import gettext
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, dates, lists, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

#: Languages that every text exists in, by code, with the name each has for itself.
KNOWN_LANGUAGES: Mapping[str, str] = {
    "vi": "Tiếng Việt",
    "en": "English",
    "cs": "Čeština",
    "de": "Deutsch",
    "uk": "Українська",
    "hu": "Magyar",
    "hi": "हिन्दी",
}
#: The language of the sentences in the code.
SOURCE_LANGUAGE = "en"
DOMAIN = "blocbot"

Width = Literal["short", "medium", "long", "full"]


def locales_folder() -> Path:
    """The catalogues' folder: beside the packages in a checkout, inside them in a wheel."""
    packed = Path(__file__).parent / "_locales"
    return packed if packed.is_dir() else Path(__file__).parent.parent / "locales"


def negotiate(code: str | None, default: str) -> str:
    """The known language for a tag such as ``pt-BR`` or ``vi``; ``default`` where none fits."""
    if code:
        short = code.replace("_", "-").split("-")[0].lower()
        if short in KNOWN_LANGUAGES:
            return short
    return default


def _catalogue(language: str) -> gettext.NullTranslations:
    folder = locales_folder() / language / "LC_MESSAGES"
    source, compiled = folder / f"{DOMAIN}.po", folder / f"{DOMAIN}.mo"
    if compiled.is_file() and (
        not source.is_file() or compiled.stat().st_mtime >= source.stat().st_mtime
    ):
        with compiled.open("rb") as stream:
            return gettext.GNUTranslations(stream)
    if not source.is_file():
        return gettext.NullTranslations()
    # A checkout whose catalogue was edited after it was compiled: what stands there counts.
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


@cache
def _pieces(sentence: str) -> tuple[tuple[str, str | None], ...]:
    """A sentence of ours as (words, name of the placeholder behind them) in order."""
    pieces = []
    for words, name, spec, conversion in Formatter().parse(sentence):
        if name is not None and (spec or conversion or not name.isidentifier()):
            raise ValueError(f"not a plain placeholder: {name}")
        pieces.append((words, name))
    return tuple(pieces)


def _fill(sentence: str, values: Mapping[str, object]) -> Markup:
    """The sentence with its placeholders filled in, each value escaped.

    The same as Markup.format, which reads the sentence anew each time.
    """
    parts: list[str] = []
    for words, name in _pieces(sentence):
        parts.append(words)
        if name is not None:
            parts.append(escape(values[name]))
    filled = "".join(parts)
    return Markup(filled)  # noqa: S704 - our own sentences, and what was escaped


class Texts:
    """Sentences, dates and numbers in one language. Immutable and shared between threads."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self._catalogue = _catalogue(language)
        # The figures of a screen are few and come again and again.
        self._number = lru_cache(maxsize=10_000)(self._format)

    def _(self, message: str, /, **values: object) -> Markup:
        """The sentence in this language with its named placeholders filled and escaped."""
        return _fill(self._catalogue.gettext(message), values)

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> Markup:
        """The sentence in the plural form that ``number`` asks for."""
        return _fill(self._catalogue.ngettext(one, many, number), values)

    def number(self, value: Decimal | int, *, digits: int | None = None) -> str:
        """A number as people of this language write it: ``1.200`` or ``1,200``."""
        return self._number(str(value), digits)

    def _format(self, text: str, digits: int | None) -> str:
        value = Decimal(text)
        if digits is None:
            return numbers.format_decimal(value, locale=self.locale, decimal_quantization=False)
        pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
        return numbers.format_decimal(value, format=pattern, locale=self.locale)

    def percent(self, value: Decimal | float) -> str:
        """A share as per cent, ``0.5`` for 50 %."""
        return numbers.format_percent(value, locale=self.locale)

    def date(self, value: dt.date, width: Width = "medium") -> str:
        """A calendar date. Vietnamese offices write ``25/03/2025`` where CLDR has words."""
        if self.language == "vi" and width == "medium":
            return f"{value:%d/%m/%Y}"
        return dates.format_date(value, width, locale=self.locale)

    def month(self, value: dt.date) -> str:
        """A month with its year, e.g. ``03/2025`` in Vietnamese, ``March 2025`` in English."""
        if self.language == "vi":
            return f"{value.month:02d}/{value.year}"
        return dates.format_skeleton("yMMMM", value, locale=self.locale)

    def when(self, value: dt.datetime, zone: ZoneInfo) -> str:
        """A moment with its zone, e.g. ``25 Mar 2025, 23:59 (GMT+7)``; ``value`` is aware."""
        local = value.astimezone(zone)
        ahead = int((local.utcoffset() or dt.timedelta()).total_seconds()) // 60
        hours, minutes = divmod(abs(ahead), 60)
        offset = f"GMT{'-' if ahead < 0 else '+'}{hours}" + (f":{minutes:02d}" if minutes else "")
        return f"{local:%H:%M} {self.date(local.date())} ({offset})"

    def join(self, items: list[str], style: Literal["standard", "or"] = "standard") -> str:
        """A list of names as a sentence part: ``a, b and c``. The items are not escaped here."""
        return lists.format_list(items, style=style, locale=self.locale)


@cache
def texts(language: str) -> Texts:
    """The one :class:`Texts` of a known language."""
    if language not in KNOWN_LANGUAGES:
        raise ValueError(f"unknown language: {language}")
    return Texts(language)
