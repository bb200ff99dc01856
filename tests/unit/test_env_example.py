"""`.env.example` lists every setting with its default and meaning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.config import Settings
from bot.i18n import KNOWN_LANGUAGES

FILE = Path(__file__).resolve().parents[2] / ".env.example"


def names(text: str) -> list[str]:
    return re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_every_setting_is_listed_once() -> None:
    assert sorted(names(FILE.read_text(encoding="utf-8"))) == sorted(
        name.upper() for name in Settings.model_fields
    )


def test_what_stands_there_are_the_defaults() -> None:
    assert Settings(_env_file=FILE) == Settings(_env_file=None)


def test_every_setting_is_explained() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if names(line):
            assert lines[number - 1].startswith("# "), f"{line} has no explanation above it"


def test_all_languages_are_named() -> None:
    (line,) = re.findall(r"^# The language for people.*", FILE.read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"\b[a-z]{2}\b", line.split(":")[1])) - {"or"} == set(KNOWN_LANGUAGES)
