"""Files: uploads kept in memory under file ids that are stable for the same content."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

Json = dict[str, Any]

FOLDERS = {
    "photo": "photos",
    "document": "documents",
    "video": "videos",
    "audio": "music",
    "voice": "voice",
    "animation": "animations",
    "sticker": "stickers",
    "video_note": "video_notes",
}
# Longest sides of the smaller copies that Telegram makes of a photo.
PHOTO_SIDES = (90, 320, 800, 1280)


@dataclass(slots=True)
class StoredFile:
    """One file. Smaller copies of a photo share the bytes of the original."""

    file_id: str
    file_unique_id: str
    kind: str
    content: bytes
    name: str
    mime: str
    path: str
    width: int = 0
    height: int = 0


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG, GIF, BMP or WebP; None: not a picture."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    if content[:2] == b"BM" and len(content) >= 26:
        width, height = struct.unpack("<ii", content[18:26])
        return width, abs(height)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) >= 30:
        return _webp_size(content)
    if content[:2] == b"\xff\xd8":
        return _jpeg_size(content)
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    form = content[12:16]
    if form == b"VP8X":
        width = 1 + int.from_bytes(content[24:27], "little")
        return width, 1 + int.from_bytes(content[27:30], "little")
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def _token(*parts: bytes) -> str:
    digest = hashlib.sha256(b"\0".join(parts)).digest()
    return base64.urlsafe_b64encode(digest[:15]).decode().rstrip("=")


class Files:
    """All files of one stand-in."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def put(
        self,
        content: bytes,
        kind: str,
        name: str = "",
        mime: str = "",
        size: tuple[int, int] = (0, 0),
    ) -> StoredFile:
        """Keep it; the same content of one kind has the same unique id, whatever its name."""
        digest = hashlib.sha256(content).digest()
        sides = f"{size[0]}x{size[1]}".encode() if kind == "photo" else b""
        unique = f"AQAD{_token(digest, kind.encode(), sides)[:12]}"
        mime = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        file_id = f"BQACAgUAAx{_token(digest, kind.encode(), sides, name.encode(), mime.encode())}"
        stored = self._by_id.get(file_id)
        if stored is not None:
            return stored
        suffix = PurePosixPath(name).suffix or (".jpg" if kind == "photo" else "")
        path = f"{FOLDERS.get(kind, 'documents')}/file_{len(self._by_id)}{suffix}"
        stored = StoredFile(file_id, unique, kind, content, name, mime, path, *size)
        self._by_id[file_id] = self._by_path[path] = stored
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        """By file id."""
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """By the path that getFile gave."""
        return self._by_path.get(path)

    def photo_sizes(self, content: bytes, size: tuple[int, int]) -> list[Json]:
        """Keep a photo in its sizes, smallest first; as `PhotoSize`s of the Bot API."""
        width, height = size
        longest = max(width, height, 1)
        sides = [side for side in PHOTO_SIDES if side < longest]
        if longest <= PHOTO_SIDES[-1]:
            sides.append(longest)
        out = []
        for side in sides:
            scaled = (max(1, width * side // longest), max(1, height * side // longest))
            stored = self.put(content, "photo", "", "image/jpeg", scaled)
            out.append(photo_size(stored))
        return out


def photo_size(stored: StoredFile) -> Json:
    """As `PhotoSize` of the Bot API."""
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.file_unique_id,
        "width": stored.width,
        "height": stored.height,
        "file_size": len(stored.content),
    }


def file_body(stored: StoredFile, **more: Any) -> Json:
    """As `Document`, `Video`, … of the Bot API."""
    out: Json = {
        "file_id": stored.file_id,
        "file_unique_id": stored.file_unique_id,
        "file_size": len(stored.content),
        "mime_type": stored.mime,
    }
    if stored.name:
        out["file_name"] = stored.name
    out.update(more)
    return out
