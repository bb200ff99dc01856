"""Are all sentences translated, rightly, and where they belong? Part of ``make check``.

Fails where the template or a catalogue is behind the code, where a translation is missing or
broken (plural forms, placeholders, tags), and where a sentence stands in code outside of the
folders for sentences, so that nobody could translate it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError

from bot.i18n import DOMAIN, KNOWN_LANGUAGES
from tests.checks import catalogues as cat

#: Code whose strings reach people only through sentences of ``cat.FOLDERS``.
SPEAKING = ("handlers", "bot/services", "bot/intake", "bot/outbox", "bot/scheduler")
#: Where `_` and `ngettext` may be used or are made; the demo has a page of its own.
EXEMPT = (*cat.FOLDERS, "bot/demo", "bot/i18n.py")

_WORDS = re.compile(r"[^\W\d_]{2,}[,;:.!?]?\s+[^\W\d_]{1,}")
_SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|SET|BEGIN|LOCK|WITH)\s")
#: Calls whose strings only operators read: log lines, SQL, names of things.
_INTERNAL_CALLS = frozenset(
    {"debug", "info", "warning", "error", "exception", "critical", "bind", "warn", "text"}
    | {
        "exec_driver_sql",
        "getLogger",
        "get_logger",
        "Counter",
        "Gauge",
        "Histogram",
        "Summary",
        "_words",
    }
)


# --- Catalogues -------------------------------------------------------------------------------


def template_troubles(layout: cat.Layout) -> Iterator[str]:
    """Wrong sentences, and a template that is not what the code has."""
    template = cat.extract(layout)
    for message in cat.messages(template):
        for trouble in cat.source_troubles(message):
            yield f"{_place(message)}: {cat.key(message)!r}: {trouble}"
    path = layout.template
    if not path.is_file():
        yield f"{path.name}: missing: make texts"
    elif path.read_text(encoding="utf-8") != cat.to_text(template):
        yield f"{path.name}: behind the code: make texts"


def _place(message: Message) -> str:
    return message.locations[0][0] if message.locations else "?"


def layout_troubles(layout: cat.Layout) -> Iterator[str]:
    """Catalogues in the wrong place, or of no known language."""
    folder = layout.root / "locales"
    for path in sorted(folder.rglob("*.po")):
        parts = path.relative_to(folder).parts
        if parts[1:] != ("LC_MESSAGES", f"{DOMAIN}.po") or parts[0] not in KNOWN_LANGUAGES:
            yield f"{path.relative_to(layout.root)}: not LANGUAGE/LC_MESSAGES/{DOMAIN}.po"


def language_troubles(layout: cat.Layout, language: str, template: Catalog) -> Iterator[str]:
    """What is wrong with a language's catalogue."""
    path = layout.catalogue(language)
    if not path.is_file():
        yield f"{language}: no catalogue: make texts"
        return
    yield from (f"{language}: {trouble}" for trouble in _header_troubles(path, language))
    try:
        catalogue = cat.load(layout, language)
    except PoFileError as error:  # e.g. more forms than the language has
        yield f"{language}: {error}"
        return
    wanted = {cat.key(message): message for message in cat.messages(template)}
    there = {cat.key(message): message for message in cat.messages(catalogue)}
    for old in catalogue.obsolete.values():
        yield f"{language}: {cat.key(old)!r}: obsolete: make texts"
    for name in there.keys() - wanted.keys():
        yield f"{language}: {name!r}: not in the code any more: make texts"
    for name, message in wanted.items():
        translated = there.get(name)
        if translated is None or translated.id != message.id:
            yield f"{language}: {name!r}: not in the catalogue: make texts"
            continue
        if translated.fuzzy:
            yield f"{language}: {name!r}: fuzzy"
        strings = cat.strings_of(translated)
        for trouble in cat.translation_troubles(message, strings, language):
            yield f"{language}: {name!r}: {trouble}"


def _header_troubles(path: Path, language: str) -> Iterator[str]:
    header = path.read_text(encoding="utf-8").split("\n\n", maxsplit=1)[0]
    text = "".join(re.findall(r'^"(.*)"$', header, re.MULTILINE)).replace("\\n", "\n")
    fields = dict(line.split(": ", maxsplit=1) for line in text.splitlines() if ": " in line)
    if fields.get("Language") != language:
        yield f"the header says language {fields.get('Language')}"
    try:
        count, rule = cat.plural_rule(fields.get("Plural-Forms", ""))
    except ValueError as error:
        yield str(error)
        return
    right_count, right_rule = cat.plural_rule(cat.PLURALS[language])
    if count != right_count or any(rule(n) != right_rule(n) for n in range(1001)):
        yield f"Plural-Forms is not {cat.PLURALS[language]}"


# --- Code -------------------------------------------------------------------------------------


def code_troubles(layout: cat.Layout) -> Iterator[str]:
    """Sentences in the wrong place, and sentences that can't be collected."""
    for top in ("bot", "handlers"):
        for path in sorted((layout.root / top).rglob("*.py")):
            name = path.relative_to(layout.root).as_posix()
            tree = ast.parse(path.read_text(encoding="utf-8"), name)
            if _within(name, cat.FOLDERS):
                yield from (f"{name}:{line}: {what}" for line, what in _uncollectable(tree))
            elif not _within(name, EXEMPT):
                yield from (f"{name}:{line}: {what}" for line, what in _translating(tree))
            if _within(name, SPEAKING):
                yield from (f"{name}:{line}: {what}" for line, what in _sentences(tree))


def _within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith((f"{place}/", f"{place}.py")) for place in places)


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _translation_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in cat.KEYWORDS:
            yield node


def _translating(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for call in _translation_calls(tree):
        yield call.lineno, f"{_called(call)}() outside of {' and '.join(cat.FOLDERS)}"


def _uncollectable(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for call in _translation_calls(tree):
        count = 2 if _called(call) == "ngettext" else 1
        sentences = call.args[:count]
        if len(sentences) < count or not all(
            isinstance(node, ast.Constant) and isinstance(node.value, str) for node in sentences
        ):
            yield call.lineno, f"{_called(call)}() needs the sentence itself, not a variable"


def _sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Strings of two words or more that may reach a person."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        hidden: list[ast.AST] = []
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                hidden = [docstring]
            case ast.Assert(msg=ast.AST() as message):
                hidden = [message]
            case ast.Raise(exc=ast.Call(func=function)) if not _is_expected(function):
                hidden = [node]  # nobody but the log sees what an unexpected error says
            case ast.Call() if _called(node) in _INTERNAL_CALLS:
                hidden = [node]
            case ast.Call(func=ast.Attribute(value=ast.Constant() as words, attr="split")):
                hidden = [words]  # a list of words, written short
            case ast.arg(annotation=ast.AST() as kind) | ast.AnnAssign(annotation=kind):
                hidden = [kind]
            case ast.FunctionDef(returns=ast.AST() as kind):
                hidden = [kind]
        for part in hidden:
            silent.update(id(below) for below in ast.walk(part))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
            if id(node) not in silent and _WORDS.search(text) and not _SQL.match(text):
                yield node.lineno, f"a sentence outside of the views: {text!r}"


def _is_expected(function: ast.expr) -> bool:
    """Errors of bot.errors carry codes; words in them would reach a person untranslated."""
    name = ast.unparse(function).rsplit(".", maxsplit=1)[-1]
    return name in {"Expected", "Invalid", "Forbidden", "NotFound", "Superseded"}


# --- All --------------------------------------------------------------------------------------


def troubles(layout: cat.Layout) -> list[str]:
    """Everything that is wrong, a line each."""
    found = [*template_troubles(layout), *layout_troubles(layout), *code_troubles(layout)]
    template = cat.extract(layout)
    for language in KNOWN_LANGUAGES:
        found += language_troubles(layout, language, template)
    return found


def main() -> int:
    found = troubles(cat.Layout())
    for line in found:
        print(line, file=sys.stderr)
    count = len(cat.messages(cat.extract(cat.Layout())))
    print(f"texts: {count} sentences, {len(KNOWN_LANGUAGES)} languages, {len(found)} troubles")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
