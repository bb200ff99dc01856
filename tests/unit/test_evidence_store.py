"""The store of evidence: the same content once, whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest

from bot.config import SettingsError, load
from bot.evidence_store import CopyDamaged, EvidenceStore, StoreAway

CONTENT = b"a photo"
SHA = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["folder", "file", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return {
        "folder": str(tmp_path / "deep" / "evidence"),
        "file": f"file://{tmp_path}/evidence",
        "memory": f"memory://evidence-{uuid4().hex}",
    }[request.param]


def test_a_copy_is_found_under_its_hash(url: str) -> None:
    store = EvidenceStore(url)
    assert store.put(CONTENT) == SHA
    assert EvidenceStore(url).get(SHA) == CONTENT
    system, root = fsspec.core.url_to_fs(url)
    assert system.exists(f"{root.rstrip('/')}/{SHA[:2]}/{SHA[2:4]}/{SHA}")


def test_the_same_content_is_written_once(tmp_path: Path) -> None:
    store = EvidenceStore(str(tmp_path))
    store.put(CONTENT)
    path = tmp_path / SHA[:2] / SHA[2:4] / SHA
    before = path.stat()
    assert store.put(CONTENT) == SHA
    assert path.stat().st_ino == before.st_ino
    assert [one.name for one in path.parent.iterdir()] == [SHA]


def test_a_copy_cut_short_is_written_again(tmp_path: Path) -> None:
    store = EvidenceStore(str(tmp_path))
    store.put(CONTENT)
    (tmp_path / SHA[:2] / SHA[2:4] / SHA).write_bytes(CONTENT[:3])
    with pytest.raises(CopyDamaged):
        store.get(SHA)
    store.put(CONTENT)
    assert store.get(SHA) == CONTENT


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("bot.evidence_store.os.fsync", full)
    with pytest.raises(StoreAway):
        EvidenceStore(str(tmp_path)).put(CONTENT)
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


def test_what_is_not_there_is_not_found(url: str) -> None:
    with pytest.raises(FileNotFoundError):
        EvidenceStore(url).get(SHA)


def test_writable(url: str, tmp_path: Path) -> None:
    assert EvidenceStore(url).writable()
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    assert not EvidenceStore(str(blocked)).writable()
    assert not EvidenceStore("nodriver://bucket").writable()
    with pytest.raises(StoreAway):
        EvidenceStore("nodriver://bucket").put(CONTENT)


def test_an_address_without_driver_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_URL", "nodriver://bucket")
    with pytest.raises(SettingsError, match="EVIDENCE_URL: must be a folder or an address"):
        load(env_file=False)
    monkeypatch.setenv("EVIDENCE_URL", "memory://bucket")
    assert load(env_file=False).evidence == "memory://bucket"
