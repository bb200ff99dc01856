"""Wording of the messages that go out through the outbox, by kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from bot.i18n import Texts
from bot.models import Person
from bot.views import (
    documents,
    invite,
    models_news,
    nudging,
    pact_notices,
    people,
    report_notices,
    review_news,
    templates,
    text_comments,
    text_drafting,
    texts,
    unit_news,
    workbooks,
)
from bot.views.base import View

#: Words a message to a person from its ids (several where the kind is collected), or says by
#: None that it has become pointless.
Notice = Callable[[Session, Texts, Person, list[dict[str, Any]], dt.datetime], View | None]

NOTICES: dict[str, Notice] = {
    **report_notices.NOTICES,
    **review_news.NOTICES,
    **nudging.NOTICES,
    **invite.NOTICES,
    **people.NOTICES,
    **unit_news.NOTICES,
    **workbooks.NOTICES,
    **templates.NOTICES,
    **models_news.NOTICES,
    **texts.NOTICES,
    **text_drafting.NOTICES,
    **text_comments.NOTICES,
    **pact_notices.NOTICES,
    **documents.NOTICES,
}
#: Kinds of which all that are due for a person go out as one message.
COLLECTED: set[str] = {
    *review_news.COLLECTED,
    *people.COLLECTED,
    *models_news.COLLECTED,
    *text_comments.COLLECTED,
}
