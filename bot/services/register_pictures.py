"""Pictures on a model's card. Telegram keeps them; a worker copies them to the evidence store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from sqlmodel import Session, col, select

from bot.domain.names import clean
from bot.errors import Invalid, NotFound
from bot.models import EvidenceKind, Job, Model, ModelPicture
from bot.services import evidence, register
from bot.services.access import Actor

#: Pictures that one card may have.
MOST_PICTURES: Final = 10
#: The job that copies one to the store.
COPY: Final = "model_picture_copy"

_ENDINGS: Final = frozenset({"jpg", "jpeg", "png", "webp", "heic", "heif", "gif", "bmp", "tif"})


def _check(file: evidence.File) -> EvidenceKind:
    """A photo, or a picture that was sent as a file. Raises Invalid."""
    kind = evidence.check(file)
    if kind is EvidenceKind.PHOTO:
        return kind
    ending = PurePath(clean(file.name or "", 400, cut=True)).suffix.lower().lstrip(".")
    image = ending in _ENDINGS if ending else (file.mime or "").lower().startswith("image/")
    if kind is not EvidenceKind.DOCUMENT or not image:
        raise Invalid("model_no_picture")
    return kind


def add(session: Session, actor: Actor, model_id: int, file: evidence.File) -> ModelPicture:
    """Put a picture on one's own model's card, and queue its copying.

    The same picture a second time is the first one. Raises Invalid (``model_no_picture``,
    ``model_pictures_full``, ``evidence_too_large``), Forbidden, NotFound.
    """
    model = register.own(session, actor, model_id)
    kind = _check(file)
    found = listing(session, model_id)
    for one in found:
        if one.content_key == file.content_key:
            return one
    if len(found) >= MOST_PICTURES:
        raise Invalid("model_pictures_full", limit=MOST_PICTURES)
    picture = ModelPicture(
        model_id=model_id,
        kind=kind,
        file_id=file.file_id,
        content_key=file.content_key,
        caption=clean(file.caption, 1024, cut=True) or None,
        size=file.size,
        added_by=actor.person.id or 0,
        added_at=actor.now,
    )
    session.add(picture)
    _touch(session, actor, model)
    session.flush()
    session.add(
        Job(
            kind=COPY,
            ids={"picture": picture.id},
            dedupe_key=f"model_picture:{picture.id}",
            person_id=actor.person.id,
            next_at=actor.now,
            created_at=actor.now,
        )
    )
    register.record(session, actor, model, "picture_added", picture=picture.id)
    return picture


def _touch(session: Session, actor: Actor, model: Model) -> None:
    model.changed_at = actor.now
    session.add(model)


def listing(session: Session, model_id: int) -> Sequence[ModelPicture]:
    """The pictures of a card, oldest first. Rights are the caller's to check."""
    return session.exec(
        select(ModelPicture)
        .where(col(ModelPicture.model_id) == model_id, col(ModelPicture.removed_at).is_(None))
        .order_by(col(ModelPicture.id))
    ).all()


def shown(session: Session, actor: Actor, model_id: int) -> tuple[Model, Sequence[ModelPicture]]:
    """A model of the bloc with its pictures, for everybody there. Raises NotFound, Forbidden."""
    model = register.find(session, actor, model_id)
    return model, listing(session, model_id)


def remove(session: Session, actor: Actor, model_id: int, picture_id: int) -> None:
    """Take a picture off one's own model's card. Raises NotFound, Forbidden."""
    model = register.own(session, actor, model_id)
    picture = session.get(ModelPicture, picture_id)
    if picture is None or picture.model_id != model_id or picture.removed_at is not None:
        raise NotFound("model_picture_missing")
    picture.removed_at = actor.now
    session.add(picture)
    _touch(session, actor, model)
    register.record(session, actor, model, "picture_removed", picture=picture_id)
