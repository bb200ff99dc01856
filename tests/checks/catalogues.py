"""The message catalogues: collect sentences from the code, merge, fill, compile.

    python tests/checks/catalogues.py extract             write locales/blocbot.pot
    python tests/checks/catalogues.py update              bring every language to the template
    python tests/checks/catalogues.py missing LANG        what is not translated yet, as JSON
    python tests/checks/catalogues.py fill LANG FILE      put translations from JSON in
    python tests/checks/catalogues.py compile             write the .mo files

``missing`` prints ``{"sentence": "", "{n} unit": {"plural": "{n} units", "forms": 3}}``; put the
translation in place of the value, a list of all forms where there is a plural, and ``fill``.
No dates and no line numbers are written: a catalogue changes when its sentences do.
"""

from __future__ import annotations

import gettext
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bot.i18n import DOMAIN, KNOWN_LANGUAGES, SOURCE_LANGUAGE

ROOT = Path(__file__).resolve().parents[2]
#: The only folders with sentences.
FOLDERS = ("bot/views", "bot/documents")
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "ngettext": (1, 2)}

#: gettext's forms; those of CLDR are others (it has a fourth for fractions in Czech).
PLURALS: Mapping[str, str] = {
    "vi": "nplurals=1; plural=0;",
    "hu": "nplurals=1; plural=0;",
    "en": "nplurals=2; plural=(n != 1);",
    "de": "nplurals=2; plural=(n != 1);",
    "hi": "nplurals=2; plural=(n != 1);",
    "cs": "nplurals=3; plural=((n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2);",
    "uk": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 &&"
    " (n%100<10 || n%100>=20) ? 1 : 2);",
}

#: What Telegram renders in HTML; anything else makes it refuse the whole message.
TAGS = frozenset(
    {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote"}
    | {"span", "tg-spoiler", "tg-emoji"}
)

_CHURN = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By'
    r"|Report-Msgid-Bugs-To|Project-Id-Version):.*\n",
    re.MULTILINE,
)
_HEADER_COMMENT = "# Written by tests/checks/catalogues.py; see its beginning."


@dataclass(frozen=True)
class Layout:
    """Where things lie, so that tests can check trees of their own."""

    root: Path = ROOT

    @property
    def template(self) -> Path:
        return self.root / "locales" / f"{DOMAIN}.pot"

    def catalogue(self, language: str, ending: str = "po") -> Path:
        return self.root / "locales" / language / "LC_MESSAGES" / f"{DOMAIN}.{ending}"


# --- Plural forms -----------------------------------------------------------------------------


@cache
def plural_rule(header: str) -> tuple[int, Callable[[int], int]]:
    """The number of forms and the rule of a Plural-Forms header."""
    match = re.fullmatch(r"\s*nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*(.+?);?\s*", header)
    if match is None:
        raise ValueError(f"not a Plural-Forms header: {header}")
    rule: Callable[[int], int] = gettext.c2py(match[2])
    return int(match[1]), rule


@cache
def form_count(language: str) -> int:
    """How many plural forms the language has."""
    return plural_rule(PLURALS[language])[0]


@cache
def forms_of_one_number(language: str) -> frozenset[int]:
    """Forms that stand for a single number, which need not repeat it: "one unit"."""
    _, rule = plural_rule(PLURALS[language])
    used = [rule(number) for number in range(1001)]
    return frozenset(form for form in set(used) if used.count(form) == 1)


# --- Is a translation right? ------------------------------------------------------------------


def placeholders(text: str) -> set[str]:
    """The names of ``{name}`` in a text, with what stands behind a colon or ``!``."""
    found = set()
    for _, name, spec, conversion in Formatter().parse(text):
        if name is not None:
            if not name.isidentifier():
                raise ValueError(f"placeholders are plain names, not {{{name}}}")
            found.add(
                name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            )
    return found


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.tags: list[str] = []
        self.open: list[str] = []
        self.trouble: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(self.get_starttag_text() or tag)
        self.open.append(tag)
        if tag not in TAGS:
            self.trouble.append(f"<{tag}> is not one of Telegram's tags")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.trouble.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if "<" in data or ">" in data:
            self.trouble.append("a bare < or >: write &lt; and &gt;")


def tags(text: str) -> tuple[list[str], list[str]]:
    """The opening tags of a text, sorted, and what is wrong with its markup."""
    parser = _Tags()
    parser.feed(text)
    parser.close()
    trouble = parser.trouble + [f"<{tag}> is not closed" for tag in parser.open]
    return sorted(parser.tags), trouble


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _compare(source: str, text: str, *, may_lack: Iterable[str] = ()) -> list[str]:
    troubles = []
    try:
        wanted, found = placeholders(source), placeholders(text)
    except ValueError as error:
        return [str(error)]
    if unknown := found - wanted:
        troubles.append(f"unknown placeholders {sorted(unknown)}")
    if lacking := wanted - found - set(may_lack):
        troubles.append(f"lacks placeholders {sorted(lacking)}")
    source_tags, _ = tags(source)
    text_tags, wrong = tags(text)
    troubles += wrong
    if source_tags != text_tags:
        troubles.append(f"tags {text_tags} instead of {source_tags}")
    if _edges(source) != _edges(text):
        troubles.append("other white space at the ends than in the source")
    return troubles


def source_troubles(message: Message) -> list[str]:
    """What is wrong with a sentence of the code."""
    one, many = _ids(message)
    troubles = []
    for text in {one, many}:
        try:
            placeholders(text)
        except ValueError as error:
            troubles.append(str(error))
        troubles += tags(text)[1]
    if not troubles and placeholders(one) - placeholders(many):
        troubles.append("the singular has placeholders that the plural lacks")
    return troubles


def translation_troubles(message: Message, strings: tuple[str, ...], language: str) -> list[str]:
    """What is wrong with a translation of ``message``; ``strings`` are all its forms."""
    one, many = _ids(message)
    wanted = form_count(language) if message.pluralizable else 1
    if len(strings) != wanted:
        return [f"{len(strings)} forms instead of {wanted}"]
    if not all(strings):
        return ["not translated"]
    if not message.pluralizable:
        return _compare(one, strings[0])
    counts = {"n"} | (placeholders(many) - placeholders(one))
    troubles = []
    for number, text in enumerate(strings):
        may_lack = counts if number in forms_of_one_number(language) else ()
        for trouble in _compare(many, text, may_lack=may_lack):
            troubles.append(f"form {number}: {trouble}")
    return troubles


def _ids(message: Message) -> tuple[str, str]:
    if isinstance(message.id, str):
        return message.id, message.id
    one, many = message.id
    return one, many


def key(message: Message) -> str:
    """What names a message in JSON: the sentence, or the singular."""
    return _ids(message)[0]


def strings_of(message: Message) -> tuple[str, ...]:
    """All forms of a message's translation."""
    string = message.string
    if string is None or isinstance(string, str):
        return (string or "",)
    return tuple(text or "" for text in string)


def messages(catalogue: Catalog) -> list[Message]:
    """The messages without the header."""
    return [message for message in catalogue if message.id]


# --- Files ------------------------------------------------------------------------------------


def extract(layout: Layout) -> Catalog:
    """All sentences of the code."""
    template = Catalog(charset="utf-8", fuzzy=False)
    for folder in FOLDERS:
        if not (layout.root / folder).is_dir():
            continue
        found = extract_from_dir(
            layout.root / folder, [("**.py", "python")], keywords=KEYWORDS, comment_tags=("T:",)
        )
        for name, _line, text, comments, _context in sorted(found, key=lambda item: item[:2]):
            template.add(text, locations=[(f"{folder}/{name}", 0)], auto_comments=comments)
    return template


def to_text(catalogue: Catalog) -> str:
    """A catalogue as it is written, without what changes from day to day."""
    catalogue.header_comment = _HEADER_COMMENT
    catalogue.fuzzy = False
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, include_lineno=False, sort_by_file=True)
    text = _CHURN.sub("", buffer.getvalue().decode())
    # A flag is no use to anybody here: placeholders are checked by name.
    text = re.sub(r"^#, python-(brace-)?format\n", "", text, flags=re.MULTILINE)
    if catalogue.locale:
        rule = f'"Plural-Forms: {PLURALS[str(catalogue.locale)]}\\n"\n'
        text = re.sub(r'^"Plural-Forms:.*?\\n"\n', lambda _: rule, text, flags=re.M | re.S)
    return text


def load(layout: Layout, language: str) -> Catalog:
    """A language's catalogue as it lies there; an empty one where there is none."""
    path = layout.catalogue(language)
    if not path.is_file():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def save(layout: Layout, language: str, catalogue: Catalog) -> None:
    path = layout.catalogue(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_text(catalogue), encoding="utf-8")


def merge(template: Catalog, old: Catalog, language: str) -> Catalog:
    """The template's messages with the translations there are. Nothing is guessed.

    The source language is its own translation.
    """
    fresh = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for message in messages(template):
        one, many = _ids(message)
        count = form_count(language) if message.pluralizable else 1
        strings: tuple[str, ...] = ("",) * count
        flags = set(message.flags)
        before = old.get(key(message))
        if language == SOURCE_LANGUAGE:
            strings = (one, many)[:count]
        elif before is not None and before.id == message.id and len(strings_of(before)) == count:
            strings = strings_of(before)
            flags |= before.flags & {"fuzzy"}
        fresh.add(
            message.id,
            string=strings if message.pluralizable else strings[0],
            locations=message.locations,
            auto_comments=message.auto_comments,
            user_comments=before.user_comments if before else (),
            flags=flags,
        )
    return fresh


def write_template(layout: Layout) -> Catalog:
    template = extract(layout)
    layout.template.parent.mkdir(parents=True, exist_ok=True)
    layout.template.write_text(to_text(template), encoding="utf-8")
    return template


def update(layout: Layout) -> None:
    template = extract(layout)
    for language in KNOWN_LANGUAGES:
        save(layout, language, merge(template, load(layout, language), language))


def missing(layout: Layout, language: str) -> dict[str, object]:
    """Sentences that lack a translation, each with the place for it."""
    current = merge(extract(layout), load(layout, language), language)
    return {
        key(message): {"plural": _ids(message)[1], "forms": form_count(language)}
        if message.pluralizable
        else ""
        for message in messages(current)
        if not all(strings_of(message)) or message.fuzzy
    }


def fill(layout: Layout, language: str, given: Mapping[str, str | list[str]]) -> list[str]:
    """Put translations in; wrong ones stay out and are told."""
    catalogue = merge(extract(layout), load(layout, language), language)
    troubles = []
    for name, value in given.items():
        message = catalogue.get(name)
        if message is None or not name:
            troubles.append(f"{name!r}: no such sentence")
            continue
        if not isinstance(value, str | list) or not value:
            continue  # left as `missing` printed it
        strings = (value,) if isinstance(value, str) else tuple(value)
        wrong = translation_troubles(message, strings, language)
        if wrong:
            troubles += [f"{name!r}: {trouble}" for trouble in wrong]
            continue
        message.string = strings if message.pluralizable else strings[0]
        message.flags.discard("fuzzy")
    save(layout, language, catalogue)
    return troubles


def compile_all(layout: Layout) -> list[Path]:
    """Write the .mo files; returns them."""
    written = []
    for language in KNOWN_LANGUAGES:
        if layout.catalogue(language).is_file():
            path = layout.catalogue(language, "mo")
            with path.open("wb") as stream:
                write_mo(stream, load(layout, language))
            written.append(path)
    return written


def main(arguments: list[str], layout: Layout | None = None) -> int:
    layout = layout or Layout()
    match arguments:
        case ["extract"]:
            write_template(layout)
        case ["update"]:
            update(layout)
        case ["compile"]:
            compile_all(layout)
        case ["missing", language] if language in KNOWN_LANGUAGES:
            print(json.dumps(missing(layout, language), ensure_ascii=False, indent=1))
        case ["fill", language, file] if language in KNOWN_LANGUAGES:
            given = json.loads(Path(file).read_text(encoding="utf-8"))
            if troubles := fill(layout, language, given):
                print("\n".join(troubles), file=sys.stderr)
                return 1
            print(f"{language}: {len(missing(layout, language))} missing")
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
