"""The sentence for every expected error: what is wrong and what to do instead."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from bot.errors import Expected
from bot.i18n import Texts
from bot.views import (
    documents,
    models_news,
    movements_form,
    nudging,
    operator,
    pact_notices,
    papers,
    people,
    report_words,
    review_news,
    tables,
    templates,
    text_comments,
    text_drafting,
    texts,
    unit_news,
    workbooks,
)

Sentence = Callable[..., Markup]

#: Codes that any feature may raise. A feature's own codes stand in its view as ``ERRORS``.
COMMON: dict[str, Sentence] = {
    "forbidden": lambda t, **_v: t._("You may not do that here."),
    "no_seat": lambda t, **_v: t._(
        "You don't belong to a bloc yet. Please ask your bloc leader for an invitation link."
    ),
    "members_only": lambda t, **_v: t._("Only a member unit's representatives can do that."),
    "reviewers_only": lambda t, **_v: t._("Only the bloc leader and the deputy can do that."),
    "admins_only": lambda t, **_v: t._("Only whoever runs this bot can do that."),
}

SENTENCES: dict[str, Sentence] = {
    **COMMON,
    **report_words.ERRORS,
    **review_news.ERRORS,
    **nudging.ERRORS,
    **people.ERRORS,
    **unit_news.ERRORS,
    **workbooks.ERRORS,
    **templates.ERRORS,
    **operator.ERRORS,
    **tables.ERRORS,
    **documents.ERRORS,
    **models_news.ERRORS,
    **texts.ERRORS,
    **text_drafting.ERRORS,
    **text_comments.ERRORS,
    **papers.ERRORS,
    **pact_notices.ERRORS,
    **movements_form.ERRORS,
}


def sentence(t: Texts, error: Expected) -> Markup:
    """The sentence for an error, in the person's language."""
    return SENTENCES[error.code](t, **error.values)
