"""What the signing has left behind; texts are named by kind and version, models by their name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from bot.database import Database
from bot.demo.telegram import StandIn
from bot.models import (
    Adoption,
    BlocText,
    Form,
    Made,
    Model,
    ModelChange,
    ModelPicture,
    Target,
    TextVersion,
)
from bot.services import commitments
from bot.services.adoptions import signer_hash
from bot.services.signing import READY
from tests.crash.left import Key, Names, audit, menus, people, rows, seats, told


@dataclass(frozen=True)
class Left:
    """What is compared: each value is equal in two runs of the same story."""

    texts: dict[Key, Any]
    adoptions: dict[Key, list[Any]]
    targets: dict[Key, Any]
    models: dict[Key, Any]
    pictures: dict[str, list[Any]]
    made: list[Any]
    forms: list[Any]
    seats: list[Any]
    audit: dict[Key, list[Any]]
    told: dict[Key, str]
    people: dict[int, Any]
    menus: dict[int, list[str]]


class _Named(Names):
    """Names for ids, those of texts, signatures and models too."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.texts = {one.id: one.kind.value for one in session.exec(select(BlocText))}
        self.versions = {
            one.id: (self.texts[one.text_id], one.version)
            for one in session.exec(select(TextVersion))
        }
        self.adoptions = {
            one.id: (self.versions[one.version_id], self.units[one.unit_id], one.withdrawn_why)
            for one in session.exec(select(Adoption))
        }
        self.models = {one.id: one.name for one in session.exec(select(Model))}
        self.kinds |= {
            "text": self.texts,
            "adoption": self.adoptions,
            "model": self.models,
            "made": {one.id: one.name for one in session.exec(select(Made))},
            "picture": {one.id: one.caption for one in session.exec(select(ModelPicture))},
        }


class _InAudit(_Named):
    """In the chain a version is named by its number; its id has another name."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.kinds["version_id"] = self.versions
        # These hold ids of models and moments; what they are the hashes of is compared itself.
        signed = session.exec(select(Adoption)).all()
        self.kinds["commitment"] = dict.fromkeys({one.commitment_hash for one in signed}, "right")
        self.kinds["signer"] = dict.fromkeys({signer_hash(one) for one in signed}, "right")


class _InMessages(_Named):
    """A message is about a version's id; who asks is a unit, and of one kind a person."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.kinds["version"] = self.versions

    def named(self, body: dict[str, Any], kind: str = "") -> Key:
        self.kinds["by"] = self.people if kind == READY else self.units
        return super().named(body, kind)


def left_behind(database: Database, tg: StandIn) -> Left:
    """Everything that counts of a signed pact."""
    with database.transaction() as session:
        names = _InAudit(session)

        def about(body: dict[str, Any]) -> Key | None:
            if body.get("unit") in names.units:
                return ("unit", names.units[body["unit"]])
            return ("text", names.texts.get(body["text"], body["text"])) if "text" in body else None

        return Left(
            texts=_texts(session, names),
            adoptions=_adoptions(session, names),
            targets={
                (names.units[one.unit_id], one.indicator): (
                    one.planned,
                    names.people[one.changed_by],
                )
                for one in rows(session, Target)
            },
            models=_models(session, names),
            pictures=_pictures(session, names),
            made=[(one.name, one.mime) for one in rows(session, Made)],
            forms=sorted(
                (names.people[one.person_id], one.feature, one.step)
                for one in session.exec(select(Form))
                if one.feature
            ),
            seats=seats(session, names),
            audit=audit(session, names, about),
            told=told(session, _InMessages(session), lambda _one: False),
            people=people(session),
            menus=menus(tg),
        )


def _texts(session: Session, names: _Named) -> dict[Key, Any]:
    found: dict[Key, Any] = {
        (one.kind.value,): (one.state.value, one.version, one.body)
        for one in rows(session, BlocText)
    }
    for one in rows(session, TextVersion):
        found[names.versions[one.id]] = (
            one.sha256,
            one.body,
            one.why,
            names.people[one.published_by],
            one.complete_at is not None,
        )
    return found


def _adoptions(session: Session, names: _Named) -> dict[Key, list[Any]]:
    """Signatures of each version and unit, in their order, with what they were given for."""
    found: dict[Key, list[Any]] = defaultdict(list)
    for one in rows(session, Adoption):
        signed_with: dict[str, Any] = one.commitment
        assert one.commitment_hash == (commitments.sha256(signed_with) if signed_with else "")
        models = [
            {**each, "id": names.models[each["id"]]} for each in signed_with.get("models", ())
        ]
        found[*names.versions[one.version_id], names.units[one.unit_id]].append(
            (
                one.unit_name,
                names.people[one.person_id],
                one.person_name,
                one.post,
                names.people.get(one.withdrawn_by),
                one.withdrawn_why,
                {**signed_with, "models": models},
            )
        )
    return dict(found)


def _models(session: Session, names: _Named) -> dict[Key, Any]:
    changes: dict[int, list[Any]] = defaultdict(list)
    for one in rows(session, ModelChange):
        changes[one.model_id].append((one.was, one.becomes.value, one.state.value))
    return {
        (names.units[one.unit_id], one.name): (
            one.number,
            one.product,
            one.field,
            one.state.value,
            dict(sorted(one.card.items())),
            names.people[one.created_by],
            changes[one.id],
        )
        for one in rows(session, Model)
    }


def _pictures(session: Session, names: _Named) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for one in rows(session, ModelPicture):
        found[names.models[one.model_id]].append(
            (one.kind.value, one.caption, one.sha256, one.failed, one.removed_at is None)
        )
    return dict(found)
