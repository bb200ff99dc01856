"""Is requirements.lock what it promises? Part of ``make check``.

Every requirement is pinned and has hashes; no index, host, address or path stands in it; and
every direct dependency of pyproject.toml is there, within its range.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_PLACE = re.compile(r"://|^\s*-|\s@\s|^\s*[./~]|file:|git\+")


def entries(lock: str) -> Iterator[tuple[str, int, list[str]]]:
    """Each requirement as written without its hashes, their number, and its other options."""
    lines = (line for line in lock.splitlines() if not line.lstrip().startswith("#"))
    for entry in "\n".join(lines).replace("\\\n", " ").splitlines():
        if entry.strip():
            words, *options = re.split(r"\s(?=--)", entry)
            others = [option for option in options if not _HASH.fullmatch(option.strip())]
            yield words.strip(), len(options) - len(others), others


def troubles(lock: str, pyproject: str) -> list[str]:
    """Everything that is wrong, a line each."""
    found = []
    pinned: dict[str, list[Requirement]] = {}
    for words, hashes, others in entries(lock):
        if _PLACE.search(words) or others:
            found.append(f"{words} {' '.join(others)}".strip() + ": names a place or an option")
            continue
        try:
            requirement = Requirement(words)
        except InvalidRequirement:
            found.append(f"{words}: not a requirement")
            continue
        pins = list(requirement.specifier)
        if len(pins) != 1 or pins[0].operator != "==" or "*" in pins[0].version:
            found.append(f"{words}: not pinned to one version")
        if not hashes:
            found.append(f"{words}: no hash")
        pinned.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    for wanted in _direct(pyproject):
        here = pinned.get(canonicalize_name(wanted.name), [])
        if not here:
            found.append(f"{wanted}: not in the lock: make lock")
        for requirement in here:
            for pin in requirement.specifier:
                if not wanted.specifier.contains(pin.version, prereleases=True):
                    found.append(f"{wanted}: the lock has {pin.version}: make lock")
    return found


def _direct(pyproject: str) -> list[Requirement]:
    settings = tomllib.loads(pyproject)
    named = [
        *settings["project"]["dependencies"],
        *settings.get("dependency-groups", {}).get("dev", []),
        *settings["build-system"]["requires"],  # installed without isolation
    ]
    return [Requirement(text) for text in named]


def main() -> int:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = troubles(lock, (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for line in found:
        print(line, file=sys.stderr)
    print(f"lock: {len(list(entries(lock)))} requirements, {len(found)} troubles")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
