"""Copies of evidence, each under the SHA-256 of its content: a folder, or an object store.

Everything here blocks and is called in threads. What is stored is never changed: the same
content has the same name, so that writing it again is no matter.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec

_LOCAL = ("file", "local")


class StoreAway(OSError):
    """The store can't be reached or refuses; the copy is tried again later."""


class CopyDamaged(Exception):
    """What the store holds under a hash has another one."""


class EvidenceStore:
    """The store at ``url``: a folder's path, or whatever address fsspec has a driver for."""

    def __init__(self, url: str) -> None:
        self._url = url

    @cached_property
    def _place(self) -> tuple[Any, str]:
        """The file system and the root within it."""
        try:
            system, root = fsspec.core.url_to_fs(self._url)
        except Exception as error:  # drivers raise what they like
            raise StoreAway(type(error).__name__) from error
        return system, str(root).rstrip("/")

    @property
    def _is_local(self) -> bool:
        protocol = self._place[0].protocol
        names = (protocol,) if isinstance(protocol, str) else protocol
        return any(name in _LOCAL for name in names)

    def _path(self, sha256: str) -> str:
        return f"{self._place[1]}/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def put(self, content: bytes) -> str:
        """Store a content unless it is there; returns its SHA-256. Raises StoreAway."""
        sha256 = hashlib.sha256(content).hexdigest()
        system, _root = self._place
        path = self._path(sha256)
        try:
            if system.exists(path) and system.size(path) == len(content):
                return sha256
            if self._is_local:
                _write(Path(path), content)
            else:
                system.makedirs(path.rpartition("/")[0], exist_ok=True)
                system.pipe_file(path, content)
        except Exception as error:  # drivers raise what they like
            raise StoreAway(type(error).__name__) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The content of this hash. Raises FileNotFoundError, CopyDamaged, StoreAway."""
        system, _root = self._place
        try:
            content = bytes(system.cat_file(self._path(sha256)))
        except FileNotFoundError:
            raise
        except Exception as error:  # drivers raise what they like
            raise StoreAway(type(error).__name__) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise CopyDamaged(sha256)
        return content

    def writable(self) -> bool:
        """Whether a file can be written there, read again and removed."""
        try:
            system, root = self._place
            path = f"{root}/.probe-{uuid4().hex}"
            system.makedirs(root, exist_ok=True)
            system.pipe_file(path, b"probe")
            right = system.cat_file(path) == b"probe"
            system.rm_file(path)
        except Exception:  # drivers raise what they like; the answer is no
            return False
        return bool(right)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, whenever the power fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
