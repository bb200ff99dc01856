"""One tree of expected errors.

An expected error is part of the product: the person gets one sentence that says what is wrong
and what to send instead. It carries a code and plain values, never a finished sentence; the
sentence is worded by :mod:`bot.views.errors` in the person's language. Everything else is
unexpected: it rolls back, apologises once and is logged with an id.
"""

from __future__ import annotations


class Expected(Exception):
    """Something a person did, or the state of things, that the product has a sentence for.

    ``code`` names the sentence in ``bot.views.errors``; ``values`` fill its placeholders.
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class Invalid(Expected):
    """The input is wrong; the sentence says what to send instead."""


class Forbidden(Expected):
    """The actor's role doesn't allow it, or it belongs to another unit or bloc."""

    def __init__(self, code: str = "forbidden", **values: object) -> None:
        super().__init__(code, **values)


class NotFound(Expected):
    """Nothing of that name or number within the actor's reach."""


class Superseded(Expected):
    """The thing has changed since the person looked: a stale button, a decision already taken."""


class DatabaseAway(Exception):
    """The database can't be reached now; the caller waits and tries again."""
