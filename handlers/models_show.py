"""Where a person is in the forms of the register of models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.errors import Expected
from bot.incoming import Tx
from bot.models import Form
from bot.services import forms
from bot.views.base import View, plain
from bot.views.errors import sentence
from bot.views.models_words import FEATURE


def go(tx: Tx, model_id: int | None, step: str, **draft: Any) -> Form:
    """To a step of a form about a model (None: one that is only begun)."""
    tx.form = forms.enter(
        tx.session,
        tx.actor.person.id or 0,
        FEATURE,
        step,
        tx.now,
        subject=model_id,
        draft=draft,
    )
    return tx.form


def at(tx: Tx) -> tuple[int, dict[str, Any]]:
    """The model that the open form is about (0: none), and what the form keeps."""
    form = tx.form
    if form is None or form.feature != FEATURE:
        return 0, {}
    return form.subject or 0, dict(form.draft)


def version(tx: Tx) -> int:
    """The open form's version, for its buttons."""
    return tx.form.version if tx.form is not None else 0


def leave(tx: Tx) -> None:
    """Close the form if it is the register's: the next text is no answer to it."""
    if tx.form is not None and tx.form.feature == FEATURE:
        forms.leave(tx.session, tx.actor.person.id or 0, tx.now)
        tx.form = None


def said(tx: Tx, view: View, error: Expected) -> View:
    """A screen with what is wrong with something typed, which stays in the chat to be mended."""
    return replace(view, text=sentence(tx.t, error) + "\n\n" + view.text, fresh=True)


def refused(tx: Tx, view: View, error: Expected) -> View:
    """A screen with why a button did nothing."""
    words = sentence(tx.t, error)
    return replace(view, text=words + "\n\n" + view.text, toast=plain(words), alert=True)
