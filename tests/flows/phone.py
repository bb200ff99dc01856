"""A person's chat in tests of flows: what they do, and the screen that they see then."""

from __future__ import annotations

from typing import Any

from bot.incoming import Kind, Media
from bot.models import EvidenceKind, Person
from bot.views.base import Button, View
from handlers import route
from tests.builders import World, incoming, transact


class Phone:
    """Every action is an update of its own transaction, by the router."""

    def __init__(self, world: World, person: Person) -> None:
        self.world, self.person = world, person
        self.view = View()
        self.actions = 0

    def _do(self, kind: Kind, **what: Any) -> View:
        self.actions += 1
        with self.world.acting(self.person) as (session, actor):
            self.view = route(incoming(self.person, kind, **what), transact(session, actor))
            # Every answer is kept as JSON until it is shown.
            assert View.from_json(self.view.to_json()).text == self.view.text
        return self.view

    def command(self, name: str, text: str = "") -> View:
        return self._do("command", command=name, text=text)

    def type(self, text: str) -> View:
        return self._do("text", text=text)

    def send(self, media: Media) -> View:
        return self._do("file", media=media)

    def data(self, data: str) -> View:
        return self._do("button", data=data)

    def button(self, text: str) -> Button:
        found = [one for row in self.view.rows for one in row if text in one.text]
        assert found, f"no button {text!r} in {self.buttons}"
        return found[0]

    def tap(self, text: str) -> View:
        return self.data(self.button(text).data)

    @property
    def buttons(self) -> list[str]:
        return [one.text for row in self.view.rows for one in row]

    @property
    def text(self) -> str:
        """The screen's text as it is read."""
        return str(self.view.text.striptags()) if self.view.text else ""


def file(name: str | None = None, **what: Any) -> Media:
    """A photo, or with a name a document."""
    return Media(
        kind=what.get("kind", EvidenceKind.DOCUMENT if name else EvidenceKind.PHOTO),
        file_id=what.get("key", "k1") + "-id",
        content_key=what.get("key", "k1"),
        name=name,
        mime=what.get("mime"),
        size=what.get("size", 1000),
        caption=what.get("caption", ""),
        album=what.get("album"),
    )
