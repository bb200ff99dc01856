"""Wrong settings: one line that names the setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import SettingsError, load


def test_what_a_webhook_needs_is_named_as_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_URL", "https://bot.example.org/hook")
    with pytest.raises(SettingsError, match=r"^WEBHOOK_SECRET is missing"):
        load(env_file=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATA_DIR", "{blocked}/data"),
        ("DATABASE_URL", "sqlite:///{blocked}/deep/bot.db"),
        ("EVIDENCE_URL", "{blocked}/evidence"),
        ("EVIDENCE_URL", "file://{blocked}/evidence"),
    ],
)
def test_a_folder_that_cannot_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv(name, value.format(blocked=blocked))
    settings = load(env_file=False)
    with pytest.raises(SettingsError, match=rf"^{name}: Not a directory: "):
        settings.require_folders()


def test_folders_are_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EVIDENCE_URL", "memory://bucket")
    load(env_file=False).require_folders()
    assert [one.name for one in tmp_path.iterdir()] == ["data"]
