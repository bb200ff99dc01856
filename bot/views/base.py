"""What a person sees: a text, buttons, perhaps a file. Views make these; the edge sends them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup, escape

#: Telegram's limits; see docs of the Bot API. Characters count after entities are parsed.
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DATA_BYTES = 64
TOAST_LIMIT = 200

Style = Literal["", "primary", "success", "danger"]


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: exactly one of ``data`` (callback), ``url`` or ``copy`` (to clipboard)."""

    text: str
    data: str = ""
    url: str = ""
    copy: str = ""
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a view.

    ``content`` for one made now, ``file_id`` for one that Telegram knows, ``stored`` for one that
    lies in the store under this SHA-256; ``made`` is then its row's id. With both of the last two
    it is sent by its ``file_id``, and uploaded again should Telegram not know that any more.
    """

    kind: Literal["photo", "document", "video", "audio", "voice"]
    name: str = ""
    content: bytes = b""
    file_id: str = ""
    stored: str = ""
    made: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """One answer.

    ``text`` is Telegram HTML. ``card`` marks the screen of a form or list: it is edited in place
    where the person pressed its button, or where the form's card is known, and sent anew
    otherwise. ``fresh`` sends a new message in any case. ``tidy`` deletes the message that the
    person typed (its content is on the card now). ``toast`` answers a button press, as a box to
    close when ``alert``. A view with an empty text only answers the button.
    """

    text: str = ""
    rows: tuple[tuple[Button, ...], ...] = ()
    card: bool = True
    fresh: bool = False
    tidy: bool = False
    toast: str = ""
    alert: bool = False
    attachment: Attachment | None = None
    placeholder: str = ""

    def to_json(self) -> dict[str, Any]:
        """The view as JSON, for the answer kept until it is shown. Made files are not kept."""
        if self.attachment is not None and (self.attachment.content or self.attachment.stored):
            raise ValueError("a file that was made goes out through the outbox")
        return {
            "text": str(self.text),
            "rows": [[[b.text, b.data, b.url, b.copy, b.style] for b in row] for row in self.rows],
            "flags": [self.card, self.fresh, self.tidy, self.alert],
            "toast": str(self.toast),
            "file": [self.attachment.kind, self.attachment.name, self.attachment.file_id]
            if self.attachment
            else None,
            "placeholder": str(self.placeholder),
        }

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> View:
        """The view that :meth:`to_json` kept."""
        card, fresh, tidy, alert = body["flags"]
        file = body["file"]
        return cls(
            text=body["text"],
            rows=tuple(tuple(Button(*cells) for cells in row) for row in body["rows"]),
            card=card,
            fresh=fresh,
            tidy=tidy,
            alert=alert,
            toast=body["toast"],
            attachment=Attachment(file[0], name=file[1], file_id=file[2]) if file else None,
            placeholder=body["placeholder"],
        )


def data(feature: str, action: str, *args: object, version: int = 0) -> str:
    """Callback data ``feature:action:version:arg:arg``; version 0 where no form is meant.

    Raises ValueError over 64 bytes: keep the arguments to ids and codes.
    """
    text = ":".join([feature, action, str(version), *(str(arg) for arg in args)])
    if len(text.encode()) > DATA_BYTES:
        raise ValueError(f"callback data too long: {feature}:{action}")
    return text


def lines(*parts: str | None) -> Markup:
    """Parts joined by line breaks; None is left out, an empty part is an empty line."""
    return Markup("\n").join(escape(part) for part in parts if part is not None)


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters, with an ellipsis where something was cut off."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def grid(buttons: Sequence[Button], width: int) -> tuple[tuple[Button, ...], ...]:
    """Buttons in rows of ``width``."""
    return tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))


def pages(items: Sequence[Any], page: int, size: int) -> tuple[Sequence[Any], int, int]:
    """One page of items: (items, page number from 0 within bounds, number of pages)."""
    count = max(1, -(-len(items) // size))
    page = min(max(page, 0), count - 1)
    return items[page * size : (page + 1) * size], page, count


def turn(
    page: int, count: int, feature: str, action: str, *args: object, version: int = 0
) -> tuple[tuple[Button, ...], ...]:
    """A row to turn pages, or no row for one page. The page number is the last argument."""
    if count < 2:
        return ()
    before, after = (page - 1) % count, (page + 1) % count
    return (
        (
            Button("◀", data(feature, action, *args, before, version=version)),
            Button(f"{page + 1}/{count}", data(feature, action, *args, page, version=version)),
            Button("▶", data(feature, action, *args, after, version=version)),
        ),
    )


@dataclass(slots=True)
class Rows:
    """Collects keyboard rows; small sugar for views that build them step by step."""

    rows: list[tuple[Button, ...]] = field(default_factory=list)

    def add(self, *buttons: Button | None) -> Rows:
        """A row of the buttons that are there."""
        row = tuple(button for button in buttons if button is not None)
        if row:
            self.rows.append(row)
        return self

    def extend(self, rows: Iterable[tuple[Button, ...]]) -> Rows:
        """Several rows."""
        self.rows.extend(rows)
        return self

    def done(self) -> tuple[tuple[Button, ...], ...]:
        """The keyboard."""
        return tuple(self.rows)


def plain(text: str) -> str:
    """A sentence for a button or a toast, where Telegram takes no HTML."""
    return text.striptags() if isinstance(text, Markup) else text
