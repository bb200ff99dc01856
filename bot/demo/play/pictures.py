"""Small pictures as evidence, each different from all others; the same again for the same words."""

from __future__ import annotations

import random
import struct
import zlib

_WIDTH, _HEIGHT = 240, 160


def picture(words: str) -> bytes:
    """A PNG: hills under a sky, in colours and shapes that the words decide."""
    dice = random.Random(words)
    sky = [dice.randint(120, 235) for _ in range(3)]
    near, far = ([dice.randint(20, 120) for _ in range(3)] for _ in range(2))
    crest = [dice.randint(50, 110) for _ in range(9)]
    rows = bytearray()
    for y in range(_HEIGHT):
        rows.append(0)  # no filter in this line
        for x in range(_WIDTH):
            at, rest = divmod(x * 8, _WIDTH)
            hill = crest[at] + (crest[at + 1] - crest[at]) * rest // _WIDTH
            colour = near if y > hill + 40 else far if y > hill else sky
            rows += bytes(colour)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 6))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
