"""Comments on a text: giving them, one's own, all of them gathered, verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

from markupsafe import Markup
from sqlmodel import Session

from bot.domain import texts as rules
from bot.domain.texts import Piece, paragraphs
from bot.i18n import Texts
from bot.models import BlocText, CommentVerdict, Person, TextComment
from bot.services import text_comments as service
from bot.services import text_news
from bot.services.text_comments import Found, Gathered
from bot.views.base import Button, Rows, View, clip, data, grid, lines, pages, plain, turn
from bot.views.text_pages import leaf, page_text
from bot.views.texts import COMMENTS, FEATURE, back, button, kind_name

#: Number buttons on one screen; the rest can be typed.
_NUMBERS: Final = 60
_QUOTE: Final = 300
_TOLD: Final = 5
_CODES: Final = {
    "o": CommentVerdict.OPEN,
    "t": CommentVerdict.TAKEN,
    "d": CommentVerdict.DECLINED,
}


def code(verdict: CommentVerdict) -> str:
    """A verdict in a button."""
    return next(short for short, one in _CODES.items() if one is verdict)


def verdict_of(short: str) -> CommentVerdict:
    """The verdict that a button names; a forged one is none."""
    return _CODES.get(short, CommentVerdict.OPEN)


def verdict(t: Texts, one: CommentVerdict) -> Markup:
    """What became of a comment."""
    return {
        CommentVerdict.OPEN: t._("… not decided yet"),
        CommentVerdict.TAKEN: t._("✅ taken up"),
        CommentVerdict.DECLINED: t._("✖ not taken up"),
    }[one]


def _place(t: Texts, one: TextComment) -> Markup:
    if one.paragraph is None:
        return t._("The whole text")
    return t._("Paragraph {n}", n=str(one.paragraph))


def _quoted(text: str) -> Markup | None:
    return Markup("<blockquote>{}</blockquote>").format(clip(text, _QUOTE)) if text else None


# --- Giving one -------------------------------------------------------------------------------


def which(t: Texts, text: BlocText, page: int, version: int, note: str = "") -> View:
    """Which paragraph of this page, or the whole text?"""
    every = rules.pages(paragraphs(text.body))
    (shown,), page, count = pages(every, page, 1)
    numbers = list(dict.fromkeys(one.number for one in shown))[:_NUMBERS]
    rows = Rows().extend(
        grid(
            [Button(str(n), data(COMMENTS, "on", text.id, text.round, n)) for n in numbers],
            6 if len(numbers) > 12 else 4,
        )
    )
    rows.add(Button(plain(t._("The whole text")), data(COMMENTS, "on", text.id, text.round, 0)))
    rows.extend(leaf(page, count, COMMENTS, "pick", text.id, text.round))
    rows.add(button(t._("◀ Back"), COMMENTS, "leave", text.id, text.revision, page))
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>{text}</b>: which paragraph is your comment about? Tap or send its number.",
                text=kind_name(t, text.kind)),
            "",
            _page(shown),
        ),
        rows=rows.done(),
        placeholder=plain(t._("Number")),
    )  # fmt: skip


def _page(shown: Sequence[Piece]) -> Markup:
    return page_text(shown, numbered=True)


def ask(t: Texts, text: BlocText, number: int, page: int, note: str = "") -> View:
    """Waits for the comment."""
    found = paragraphs(text.body)
    about = found[number - 1] if 0 < number <= len(found) else ""
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>{text}</b> · paragraph {n}", text=kind_name(t, text.kind), n=str(number))
            if about
            else t._("<b>{text}</b> · the whole text", text=kind_name(t, text.kind)),
            Markup("<blockquote>{}</blockquote>").format(clip(about, 2000)) if about else None,
            t._("Please send your unit's comment."),
        ),
        rows=((button(t._("◀ Back"), COMMENTS, "leave", text.id, text.revision, page),),),
        placeholder=plain(t._("Comment")),
    )


def kept(t: Texts, one: TextComment) -> Markup:
    """The comment is in."""
    if one.paragraph is None:
        return t._("💬 Your comment on the whole text is kept.")
    return t._("💬 Your comment on paragraph {n} is kept.", n=str(one.paragraph))


# --- Lists ------------------------------------------------------------------------------------


def _entry(t: Texts, one: TextComment, unit: str | None, number: int | None = None) -> Markup:
    """A comment in a list; ``unit`` where it isn't one's own."""
    head = _place(t, one)
    if number is not None:
        head = Markup("{}. {}").format(number, head)
    return lines(
        "",
        Markup("<b>{}</b>").format(head) + (Markup(" · {}").format(unit) if unit else ""),
        _quoted(clip(one.quote, 90)),
        clip(one.body, 300),
        verdict(t, one.verdict),
        Markup("<i>{}</i>").format(clip(one.word, 200)) if one.word else None,
    )


def own(t: Texts, found: Gathered) -> View:
    """One's own unit's comments."""
    rows = Rows().extend(turn(found.page, found.pages, COMMENTS, "mine", found.text_id))
    return View(
        text=lines(
            t._("<b>{text}</b>: our comments", text=kind_name(t, found.kind)),
            *(_entry(t, one, None) for one, _ in found.rows),
            None if found.rows else t._("Your unit hasn't commented."),
        ),
        rows=rows.add(back(t, found.kind)).done(),
    )


def gathered(t: Texts, found: Gathered, note: str = "") -> View:
    """All comments, by paragraph; a tap opens one."""
    first = found.page * service.PAGE + 1
    numbered = list(enumerate(found.rows, start=first))
    rows = Rows().extend(
        grid([button(str(at), COMMENTS, "one", one.id) for at, (one, _) in numbered], 5)
    )
    rows.extend(turn(found.page, found.pages, COMMENTS, "all", found.text_id))
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>{text}</b>: comments", text=kind_name(t, found.kind)),
            t.ngettext(
                "{n} comment, {open} undecided",
                "{n} comments, {open} undecided",
                found.total,
                n=t.number(found.total),
                open=t.number(found.open),
            )
            if found.total
            else t._("Nobody has commented yet."),
            *(_entry(t, one, unit, at) for at, (one, unit) in numbered),
        ),
        rows=rows.add(back(t, found.kind)).done(),
    )


# --- Verdicts ---------------------------------------------------------------------------------


def one_comment(t: Texts, found: Found, note: str = "") -> View:
    """A comment with its verdict's buttons, for those who may judge it."""
    one = found.comment
    seen = code(one.verdict)
    rows = Rows()
    if found.may:
        for short, text, style in (
            ("t", t._("✅ Taken up"), "success"),
            ("d", t._("✖ Not taken up"), ""),
        ):
            rows.add(
                Button(
                    plain(text),
                    data(COMMENTS, "judge", one.id, short, seen),
                    style="success" if style else "",
                ),
                button(t._("✎ with a word"), COMMENTS, "word", one.id, short, seen),
            )
    rows.add(button(t._("◀ Comments"), COMMENTS, "all", one.text_id, 0))
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>{text}</b> · comment of {unit}", text=kind_name(t, found.kind),
                unit=found.unit.name),
            _place(t, one),
            _quoted(one.quote),
            one.body,
            "",
            verdict(t, one.verdict),
            Markup("<i>{}</i>").format(one.word) if one.word else None,
            t._("Decided by {person}", person=found.by) if found.by else None,
            t._("Your own unit's comment is decided on by the other reviewer.")
            if found.mine and not found.may
            else None,
        ),
        rows=rows.done(),
    )  # fmt: skip


def ask_word(t: Texts, found: Found, wanted: CommentVerdict, note: str = "") -> View:
    """Waits for the word that goes with a verdict."""
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>{text}</b> · comment of {unit}", text=kind_name(t, found.kind),
                unit=found.unit.name),
            _quoted(found.comment.body),
            verdict(t, wanted),
            t._("Please send a word to the unit; the comment is decided with it at once."),
        ),
        rows=((button(t._("◀ Back"), COMMENTS, "back", found.comment.id),),),
        placeholder=plain(t._("A word")),
    )  # fmt: skip


def judged(t: Texts, found: Found) -> Markup:
    """A verdict is kept."""
    return t._(
        "{unit}: {verdict}. The unit is told.",
        unit=found.unit.short_name,
        verdict=verdict(t, found.comment.verdict),
    )


# --- Messages out -----------------------------------------------------------------------------


def _word_opened(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    found = text_news.opened(session, person, ids[0]["text"], ids[0]["round"])
    if found is None:
        return None
    text, year = found
    return View(
        text=lines(
            t._("💬 <b>{text} {year}</b> is open for comments.", text=kind_name(t, text.kind),
                year=str(year.year)),
            t._("Please read the draft and comment by paragraph."),
        ),
        rows=((button(t._("📖 Read and comment"), FEATURE, "look", text.id, text.revision, 0),),),
        card=False,
    )  # fmt: skip


def _word_commented(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """To those who lead: units have commented. What was decided meanwhile is left out."""
    parts: list[Markup] = []
    rows = Rows()
    for text_id in dict.fromkeys(int(one["text"]) for one in ids):
        units = [int(one["unit"]) for one in ids if one["text"] == text_id]
        found = text_news.commenting_units(session, person, text_id, units)
        if found is None:
            continue
        kind, names, count = found
        parts.append(
            t.ngettext(
                "💬 <b>{text}</b>: {n} new comment, of {units}.",
                "💬 <b>{text}</b>: {n} new comments, of {units}.",
                count,
                text=kind_name(t, kind),
                n=t.number(count),
                units=t.join(names),
            )
        )
        rows.add(
            button(t._("{text}: comments", text=kind_name(t, kind)), COMMENTS, "all", text_id, 0)
        )
    return View(text=lines(*parts), rows=rows.done(), card=False) if parts else None


def _word_judged(
    session: Session, t: Texts, person: Person, ids: list[dict[str, Any]], _now: dt.datetime
) -> View | None:
    """To the unit's people: what became of their comments."""
    found = text_news.told_of(session, person, [int(one["comment"]) for one in ids])
    if not found:
        return None
    rest = len(found) - _TOLD
    return View(
        text=lines(
            t._("<b>What became of your comments</b>"),
            *(
                lines("", t._("<b>{text}</b>", text=kind_name(t, kind)), _entry(t, one, None))
                for one, kind in found[:_TOLD]
            ),
            t.ngettext("and {n} more", "and {n} more", rest, n=t.number(rest))
            if rest > 0
            else None,
        ),
        rows=Rows()
        .extend(
            (button(t._("{text}: our comments", text=kind_name(t, kind)), COMMENTS, "mine",
                    text_id, 0),)
            for text_id, kind in dict.fromkeys((one.text_id, kind) for one, kind in found)
        )
        .done(),
        card=False,
    )  # fmt: skip


NOTICES: dict[str, Callable[..., View | None]] = {
    service.OPENED: _word_opened,
    service.COMMENTED: _word_commented,
    service.JUDGED: _word_judged,
}
COLLECTED: Final = {service.COMMENTED, service.JUDGED}

ERRORS: dict[str, Callable[..., Markup]] = {
    "comment_empty": lambda t, **_v: t._("There is nothing in your comment. Please send words."),
    "comments_enough": lambda t, limit, **_v: t._(
        "Your unit has given {limit} comments already, which is the most in a round.",
        limit=t.number(limit),
    ),
    "no_comment": lambda t, **_v: t._("That comment doesn't exist here."),
    "own_comment": lambda t, **_v: t._(
        "That comment is your own unit's. The other reviewer decides on it."
    ),
    "comment_judged": lambda t, person, **_v: t._(
        "{person} has decided on that comment meanwhile. Here it is as it stands now.",
        person=person,
    ),
}
