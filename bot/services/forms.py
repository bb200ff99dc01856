"""Where a person is in a form: one row a person, with a version that is in every button."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlmodel import Session

from bot.models import Form, write


def current(session: Session, person_id: int) -> Form | None:
    """The person's open form, or None."""
    return session.get(Form, person_id)


def enter(
    session: Session,
    person_id: int,
    feature: str,
    step: str,
    now: dt.datetime,
    *,
    subject: int | None = None,
    draft: dict[str, Any] | None = None,
) -> Form:
    """Open a form, or go to another step of it. Buttons made before this are stale from now on.

    ``draft`` replaces what was kept; None keeps it within the same feature and subject.
    """
    form = session.get(Form, person_id)
    if form is None:
        form = Form(
            person_id=person_id,
            feature=feature,
            step=step,
            subject=subject,
            draft=draft or {},
            changed_at=now,
        )
        session.add(form)
        session.flush()
        return form
    same = form.feature == feature and form.subject == subject
    write(
        session,
        form,
        draft=draft if draft is not None else (form.draft if same else {}),
        feature=feature,
        step=step,
        subject=subject,
        version=form.version + 1,
        changed_at=now,
    )
    return form


def keep(session: Session, form: Form, now: dt.datetime, **draft: Any) -> Form:
    """Change what the form keeps without leaving its step: its buttons stay valid."""
    form.draft = {**form.draft, **draft}
    form.changed_at = now
    session.add(form)
    return form


def wander(session: Session, form: Form, now: dt.datetime) -> None:
    """Note that the person looks at something else: what comes next isn't meant for the form."""
    if not form.draft.get("away"):
        keep(session, form, now, away=True)


def come_back(session: Session, form: Form, now: dt.datetime) -> bool:
    """Note that the form is what the person sees; gives whether they had been elsewhere."""
    away = bool(form.draft.get("away"))
    if away:
        keep(session, form, now, away=False)
    return away


def leave(session: Session, person_id: int, now: dt.datetime) -> None:
    """Close the form. The row stays, so that versions never repeat and old buttons stay stale.

    What it was about is kept, for a button of it that is pressed once more (see :func:`left`).
    """
    form = session.get(Form, person_id)
    if form is not None and form.feature:
        form.draft = {"left": form.feature, "subject": form.subject}
        form.feature, form.step, form.subject = "", "", None
        form.version += 1
        form.card_id = None
        form.changed_at = now
        session.add(form)


def forget(session: Session, person_id: int, now: dt.datetime) -> None:
    """Close the form and keep nothing of it."""
    leave(session, person_id, now)
    form = session.get(Form, person_id)
    if form is not None:
        form.draft = {}
        session.add(form)


def left(session: Session, person_id: int, feature: str) -> int | None:
    """What the form was about that was closed last, if it was this feature's; else None."""
    form = session.get(Form, person_id)
    if form is None or form.feature or form.draft.get("left") != feature:
        return None
    subject = form.draft.get("subject")
    return subject if isinstance(subject, int) else None
