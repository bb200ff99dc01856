"""The checks of `make check`, on made-up trees that are wrong."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from babel.messages.plurals import get_plural

from bot.i18n import KNOWN_LANGUAGES
from tests.checks import catalogues as cat
from tests.checks import lock, texts

VIEW = """
def card(t, name, n):
    # T: a greeting
    hello = t._("Hello, <b>{name}</b>.", name=name)
    return hello + t.ngettext("{n} unit", "{n} units", n, n=n)
"""
HELLO = "Hello, <b>{name}</b>."


@pytest.fixture
def tree(tmp_path: Path) -> cat.Layout:
    """A small project whose every sentence is translated."""
    layout = cat.Layout(tmp_path)
    write(layout, "bot/views/card.py", VIEW)
    write(layout, "handlers/home.py", '"""Plugs the card in."""\n')
    cat.write_template(layout)
    cat.update(layout)
    for language in KNOWN_LANGUAGES:
        given: dict[str, str | list[str]] = {
            HELLO: "x <b>{name}</b>",
            "{n} unit": ["{n} x"] * cat.form_count(language),
        }
        assert cat.fill(layout, language, given) == []
    return layout


def write(layout: cat.Layout, name: str, text: str) -> None:
    path = layout.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def change(layout: cat.Layout, language: str, old: str, new: str) -> None:
    path = layout.catalogue(language)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_right_tree_has_no_troubles(tree: cat.Layout) -> None:
    assert texts.troubles(tree) == []


def test_languages_have_the_plural_forms_of_gettext() -> None:
    assert {language: cat.form_count(language) for language in cat.PLURALS} == {
        "vi": 1, "hu": 1, "en": 2, "de": 2, "hi": 2, "cs": 3, "uk": 3
    }  # fmt: skip
    assert cat.PLURALS.keys() == KNOWN_LANGUAGES.keys()
    for language, header in cat.PLURALS.items():  # a second opinion
        count, rule = cat.plural_rule(header)
        theirs = get_plural(language)
        assert count == theirs.num_plurals
        _, their_rule = cat.plural_rule(f"nplurals={count}; plural={theirs.plural_expr};")
        assert [rule(n) for n in range(300)] == [their_rule(n) for n in range(300)]


def test_a_number_may_be_left_out_only_where_the_form_is_for_one_number() -> None:
    assert cat.forms_of_one_number("cs") == {0}
    assert cat.forms_of_one_number("de") == {0}
    assert cat.forms_of_one_number("uk") == set()  # 1, 21, 31 …
    assert cat.forms_of_one_number("vi") == set()


@pytest.mark.parametrize(
    ("language", "old", "new", "told"),
    [
        ("vi", 'msgstr "x <b>{name}</b>"', 'msgstr ""', "not translated"),
        ("cs", "x <b>{name}</b>", "x <b>{jmeno}</b>", "unknown placeholders ['jmeno']"),
        ("cs", "x <b>{name}</b>", "x <b>y</b>", "lacks placeholders ['name']"),
        ("de", "x <b>{name}</b>", "x {name}", "tags [] instead of ['<b>']"),
        ("de", "x <b>{name}</b>", "x <b>{name}", "<b> is not closed"),
        ("de", "x <b>{name}</b>", "<h1>x</h1> <b>{name}</b>", "<h1> is not one of Telegram's"),
        ("de", "x <b>{name}</b>", "x <b>{name}</b> ", "white space at the ends"),
        ("de", "x <b>{name}</b>", "x < y <b>{name}</b>", "a bare < or >"),
        ("hu", "x <b>{name}</b>", "x <b>{name.secret}</b>", "plain names"),
        ("uk", 'msgstr[2] "{n} x"\n', "", "not translated"),
        (
            "uk",
            'msgstr[2] "{n} x"\n',
            'msgstr[2] "{n} x"\nmsgstr[3] "{n} x"\n',
            "more translations",
        ),
        (
            "vi",
            'msgstr[0] "{n} x"\n',
            'msgstr[0] "{n} x"\nmsgstr[1] "{n} x"\n',
            "more translations",
        ),
        ("uk", 'msgstr[0] "{n} x"', 'msgstr[0] "x"', "form 0: lacks placeholders ['n']"),
        ("cs", 'msgstr[1] "{n} x"', 'msgstr[1] "x"', "form 1: lacks placeholders ['n']"),
        ("cs", "nplurals=3;", "nplurals=4;", "Plural-Forms is not"),
        ("cs", "n>=2 && n<=4", "n>=2 && n<=5", "Plural-Forms is not"),
        ("hi", '"Language: hi', '"Language: hr', "the header says language hr"),
        ("en", "#: bot/views/card.py\n", "#: bot/views/card.py\n#, fuzzy\n", "fuzzy"),
    ],
)
def test_a_broken_translation_is_told(
    tree: cat.Layout, language: str, old: str, new: str, told: str
) -> None:
    change(tree, language, old, new)
    found = texts.troubles(tree)
    assert found
    assert all(line.startswith(f"{language}: ") for line in found)
    assert any(told in line for line in found), found


def test_a_czech_singular_may_leave_the_number_out(tree: cat.Layout) -> None:
    change(tree, "cs", 'msgstr[0] "{n} x"', 'msgstr[0] "jedna jednotka"')
    assert texts.troubles(tree) == []


def test_a_missing_catalogue_is_told(tree: cat.Layout) -> None:
    tree.catalogue("hi").unlink()
    assert texts.troubles(tree) == ["hi: no catalogue: make texts"]


def test_a_catalogue_in_the_wrong_place_is_told(tree: cat.Layout) -> None:
    write(tree, "locales/fr/LC_MESSAGES/blocbot.po", 'msgid ""\nmsgstr ""\n')
    write(tree, "locales/vi.po", 'msgid ""\nmsgstr ""\n')
    assert len(texts.troubles(tree)) == 2


def test_an_obsolete_message_is_told(tree: cat.Layout) -> None:
    path = tree.catalogue("de")
    with path.open("a", encoding="utf-8") as stream:
        stream.write('\n#~ msgid "Old"\n#~ msgstr "Alt"\n')
    assert texts.troubles(tree) == ["de: 'Old': obsolete: make texts"]


def test_a_new_sentence_makes_template_and_catalogues_stale(tree: cat.Layout) -> None:
    write(tree, "bot/documents/sheet.py", 'def title(t):\n    return t._("Minutes")\n')
    found = texts.troubles(tree)
    assert "blocbot.pot: behind the code: make texts" in found
    for language in KNOWN_LANGUAGES:
        assert f"{language}: 'Minutes': not in the catalogue: make texts" in found
    cat.write_template(tree)
    cat.update(tree)
    assert texts.troubles(tree) == [
        f"{language}: 'Minutes': not translated" for language in KNOWN_LANGUAGES if language != "en"
    ]


def test_an_update_keeps_translations_and_drops_what_is_gone(tree: cat.Layout) -> None:
    write(tree, "bot/views/card.py", f'def card(t):\n    return t._("{HELLO}")\n')
    cat.update(tree)
    text = tree.catalogue("cs").read_text(encoding="utf-8")
    assert "x <b>{name}</b>" in text
    assert "{n}" not in text


def test_catalogues_have_neither_dates_nor_line_numbers(tree: cat.Layout) -> None:
    for path in [tree.template, *(tree.catalogue(language) for language in KNOWN_LANGUAGES)]:
        text = path.read_text(encoding="utf-8")
        assert "Date" not in text
        assert not re.search(r"\.py:\d", text)
    before = tree.template.read_text(encoding="utf-8")
    write(tree, "bot/views/card.py", f"\n\n\n{VIEW}")
    cat.write_template(tree)
    assert tree.template.read_text(encoding="utf-8") == before
    assert "#. T: a greeting" in before


def test_what_is_missing_can_be_filled_in(
    tree: cat.Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.catalogue("uk").unlink()
    assert cat.main(["missing", "uk"], tree) == 0
    asked = json.loads(capsys.readouterr().out)
    assert asked == {HELLO: "", "{n} unit": {"plural": "{n} units", "forms": 3}}
    file = tmp_path / "uk.json"
    forms = ["{n} підрозділ", "{n} підрозділи", "{n} підрозділів"]
    file.write_text(json.dumps({HELLO: "Вітаю, <b>{name}</b>.", "{n} unit": forms}), "utf-8")
    assert cat.main(["fill", "uk", str(file)], tree) == 0
    assert texts.troubles(tree) == []
    assert cat.compile_all(tree)


def test_wrong_translations_are_not_filled_in(tree: cat.Layout) -> None:
    tree.catalogue("uk").unlink()
    told = cat.fill(tree, "uk", {HELLO: "<b>{ім'я}</b>", "{n} unit": ["{n} x"], "Nothing": "x"})
    assert len(told) == 3
    assert len(cat.missing(tree, "uk")) == 2


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("handlers/home.py", 'x = t._("Hello")', "_() outside of"),
        ("bot/services/a.py", 'x = t.ngettext("{n} a", "{n} b", n)', "ngettext() outside of"),
        ("bot/views/a.py", "def f(t, x):\n    return t._(x)", "needs the sentence itself"),
        ("bot/views/a.py", 'def f(t, x):\n    return t._(f"a {x}")', "needs the sentence itself"),
        ("handlers/home.py", 'x = "Thank you"', "a sentence outside"),
        ("handlers/home.py", 'x = f"Bạn có {n} báo cáo mới"', "a sentence outside"),
        ("bot/services/a.py", 'raise Invalid("please send a number")', "a sentence outside"),
        ("bot/outbox.py", 'x = "Thank you"', "a sentence outside"),
    ],
)
def test_a_sentence_in_the_wrong_place_is_told(
    tree: cat.Layout, name: str, code: str, told: str
) -> None:
    write(tree, name, code)
    found = list(texts.code_troubles(tree))
    assert any(line.startswith(f"{name}:") and told in line for line in found), found


def test_words_that_nobody_sees_are_left_alone(tree: cat.Layout) -> None:
    code = '''
"""A module of services."""
def find(x: "list of things") -> "a thing":
    """Find it now."""
    log.warning("nothing was found")
    session.execute(text("delete from everything"))
    query = "SELECT name FROM person"
    kinds = "jpg png gif".split()
    if x:
        raise RuntimeError("this can't happen")
    raise Invalid("number_wrong", field="a-b")
'''
    write(tree, "bot/services/find.py", code)
    assert list(texts.code_troubles(tree)) == []


@pytest.mark.parametrize(
    ("sentence", "told"),
    [("<b>open", "is not closed"), ("a {0} b", "plain names"), ("1 < 2", "a bare <")],
)
def test_a_wrong_sentence_in_the_code_is_told(tree: cat.Layout, sentence: str, told: str) -> None:
    write(tree, "bot/views/a.py", f'def f(t):\n    return t._("{sentence}")\n')
    assert any(told in line for line in texts.template_troubles(tree))


# --- Layers -----------------------------------------------------------------------------------


def test_every_module_has_its_layer() -> None:
    """What the contract doesn't name, it doesn't hold to anything."""
    settings = tomllib.loads((cat.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    named = set(re.findall(r"bot\.(\w+)", " ".join(contract["layers"])))
    there = {
        path.stem
        for path in (cat.ROOT / "bot").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert there - {"__init__"} <= named


# --- The lock ---------------------------------------------------------------------------------

PROJECT = """
[build-system]
requires = ["hatchling"]
[project]
dependencies = ["rich>=15", "python_telegram.bot>=22.8,<23"]
[dependency-groups]
dev = ["pytest>=9"]
"""
HASH = " \\\n    --hash=sha256:" + "0" * 64
LOCK = f"""
hatchling==1.33.0{HASH}
pytest==9.2.0{HASH}
python-telegram-bot==22.8{HASH}{HASH}
rich==15.0.0 ; python_version >= "3.8"{HASH}
"""


def test_a_right_lock_has_no_troubles() -> None:
    assert lock.troubles(LOCK, PROJECT) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (f"pytest==9.2.0{HASH}", "pytest==9.2.0", "pytest==9.2.0: no hash"),
        ("pytest==9.2.0", "pytest>=9.2.0", "not pinned to one version"),
        (f"pytest==9.2.0{HASH}", "", "pytest>=9: not in the lock: make lock"),
        ("python-telegram-bot==22.8", "python-telegram-bot==23.0", "the lock has 23.0"),
        ("rich==15.0.0", "rich @ https://example.org/rich.whl", "names a place"),
        ("rich==15.0.0", "rich @ file:///home/somebody/rich.whl", "names a place"),
        ("hatchling==", "--index-url https://example.org/simple\nhatchling==", "names a place"),
        ("hatchling==", "-e .\nhatchling==", "names a place"),
        ("hatchling==", "./wheels/x.whl\nhatchling==", "names a place"),
    ],
)
def test_a_wrong_lock_is_told(old: str, new: str, told: str) -> None:
    assert old in LOCK
    found = lock.troubles(LOCK.replace(old, new, 1), PROJECT)
    assert any(told in line for line in found), found


# --- The wheel --------------------------------------------------------------------------------


def test_a_wheel_has_catalogues_and_migrations(tmp_path: Path) -> None:
    """Built from a copy: building compiles the catalogues where they lie."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ("bot", "handlers", "locales", "migrations"):
        shutil.copytree(
            cat.ROOT / name, copy / name, ignore=shutil.ignore_patterns("*.mo", "__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "hatch_build.py"):
        shutil.copy(cat.ROOT / name, copy / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    names = {
        path.relative_to(tmp_path / "installed").as_posix()
        for path in (tmp_path / "installed").rglob("*")
    }
    for language in KNOWN_LANGUAGES:
        assert f"bot/_locales/{language}/LC_MESSAGES/blocbot.mo" in names
        assert f"bot/_locales/{language}/LC_MESSAGES/blocbot.po" in names
    assert {"bot/_migrations/env.py", "bot/_migrations/script.py.mako"} <= names
    script = (
        "import sys; sys.path.insert(0, '.')\n"
        "from bot import i18n, migrations\n"
        "assert i18n.locales_folder().name == '_locales', i18n.__file__\n"
        "assert migrations.migrations_folder().name == '_migrations'\n"
        "migrations.upgrade('sqlite:///wheel.db')\n"
        "print(migrations.check('sqlite:///wheel.db'), i18n.texts('cs').language)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path / "installed",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout, run.stderr) == ("[] cs\n", "")
