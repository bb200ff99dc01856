"""What a document or picture is made from: plain data, the same in the bot and where it is made.

An :class:`Order` holds everything that goes into a file. It travels as JSON to the process that
makes the file, and the SHA-256 of that JSON is the file's key: the same order is made once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final, Literal

#: Raise it when documents are laid out in another way: what was made before is made anew.
LAYOUT: Final = 1

Form = Literal["pdf", "docx", "txt", "png"]
MIME: Final[dict[str, str]] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain",
    "png": "image/png",
}


@dataclass(frozen=True, slots=True)
class Head:
    """A document's head: the issuing body with the one above it, where and when it is dated.

    ``parent`` and ``place`` may be empty; ``number`` is what follows the number's blank (``GƯ``).
    """

    parent: str
    issuer: str
    number: str
    place: str
    date: dt.date


@dataclass(frozen=True, slots=True)
class Signed:
    """A unit's signature or approval, under the names of its moment; ``at`` is aware."""

    unit: str
    person: str
    post: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """A target: the indicator's label, the key of its unit of measure, the value for the year."""

    label: str
    measure: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Model:
    """A model with its product as a pact was signed with it."""

    number: int
    name: str
    product: str


@dataclass(frozen=True, slots=True)
class Annex:
    """What one unit has committed to; ``sha256`` is its commitment's hash in the audit chain."""

    unit: str
    targets: tuple[Planned, ...]
    models: tuple[Model, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class TextPaper:
    """A published text, with or without those who adopted it.

    ``kind``: regulation, plan or pact. ``signatures`` says whether the table of them belongs to
    the document; then ``owing`` names the units that haven't adopted it. ``check`` is what the QR
    code says. ``zone`` is the bloc's time zone.
    """

    kind: str
    head: Head
    bloc: str
    cluster: bool
    year: int
    version: int
    body: str
    sha256: str
    check: str
    published_at: dt.datetime
    zone: str
    signatures: bool = False
    complete_at: dt.datetime | None = None
    signed: tuple[Signed, ...] = ()
    owing: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a chart: plan and done in the same unit of measure, and what is due by now.

    ``ref`` is the indicator's code, or the unit's id where each bar is a unit's.
    """

    ref: str
    label: str
    planned: Decimal
    done: Decimal
    expected: Decimal

    @property
    def share(self) -> Decimal:
        """What is done of the plan, 1 for all of it; a plan of nothing is done."""
        return self.done / self.planned if self.planned else Decimal(1)

    @property
    def on_course(self) -> bool:
        """Whether as much is done as was due by now."""
        return self.done >= self.expected


@dataclass(frozen=True, slots=True)
class ChartPaper:
    """Plan against done as a picture: one ``page`` (from 0) of ``pages`` of bars.

    ``title`` is whom it is about, ``subject`` the indicator where all bars are of one.
    """

    title: str
    subject: str
    year: int
    on: dt.date
    bars: tuple[Bar, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Order:
    """A file to be made: what it shows, in which form and language, under which name."""

    paper: TextPaper | ChartPaper
    form: Form
    language: str
    name: str
    layout: int = LAYOUT

    def to_json(self) -> bytes:
        """The order as JSON; the same order gives the same bytes."""
        return bytes(_adapter().dump_json(self))

    @classmethod
    def from_json(cls, content: bytes) -> Order:
        """The order that :meth:`to_json` wrote. Raises ValueError for anything else."""
        found: Order = _adapter().validate_json(content)
        return found

    @property
    def key(self) -> str:
        """What the file is made from, as a SHA-256 in hexadecimal."""
        return hashlib.sha256(self.to_json()).hexdigest()


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Order)


# --- The code that is checked -----------------------------------------------------------------


def check_code(kind: str, bloc_id: int, year: int, version: int, sha256: str) -> str:
    """What a document's QR code says: ``blocbot:pact:v1:<bloc>:<year>:<version>:<sha256>``."""
    return f"blocbot:{kind}:v1:{bloc_id}:{year}:{version}:{sha256}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A check code taken apart."""

    kind: str
    bloc_id: int
    year: int
    version: int
    sha256: str


def read_check_code(code: str) -> Checked | None:
    """The parts of a QR code's words, or None for words that are no such code."""
    parts = code.strip().split(":")
    if len(parts) != 7 or parts[0] != "blocbot" or parts[2] != "v1":
        return None
    kind, bloc, year, version, sha256 = parts[1], *parts[3:]
    if kind not in {"regulation", "plan", "pact"}:
        return None
    if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in (bloc, year, version)):
        return None
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        return None
    return Checked(kind, int(bloc), int(year), int(version), sha256)
