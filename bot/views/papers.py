"""What the year's texts and documents are filled with, edited in the chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from markupsafe import Markup

from bot.i18n import Texts
from bot.services.papers import LISTS, WORDS, Papers
from bot.views.base import Button, Rows, View, clip, data, grid, lines, plain
from bot.views.texts import FEATURE as TEXTS
from bot.views.texts import button, menu

FEATURE: Final = "papers"


def title(t: Texts, key: str) -> Markup:
    """What a part of the papers is called."""
    return {
        "themes": lambda: t._("Themes"),
        "legal_basis": lambda: t._("Legal basis"),
        "issuer": lambda: t._("Issuing body"),
        "parent": lambda: t._("Body above"),
        "place": lambda: t._("Place"),
    }[key]()


def _items(found: Papers, key: str) -> tuple[str, ...]:
    items: tuple[str, ...] = getattr(found, key)
    return items


def show(t: Texts, found: Papers, *, may: bool, note: str = "") -> View:
    """All of it; with ``may`` buttons to change it."""
    parts: list[str | Markup] = []
    for key in LISTS:
        parts += ["", Markup("<b>{}</b>").format(title(t, key))]
        parts += [Markup("• {}").format(clip(one, 150)) for one in _items(found, key)[:10]]
        rest = len(_items(found, key)) - 10
        if rest > 0:
            parts.append(t.ngettext("and {n} more", "and {n} more", rest, n=t.number(rest)))
    parts.append("")
    parts += [
        Markup("<b>{}</b>: {}").format(title(t, key), getattr(found, key) or "–") for key in WORDS
    ]
    rows = Rows()
    if may:
        rows.add(*(button(title(t, key), FEATURE, "list", key) for key in LISTS))
        rows.extend(grid([button(title(t, key), FEATURE, "word", key) for key in WORDS], 3))
    rows.add(button(t._("◀ All texts"), TEXTS, "list"), menu(t))
    return View(
        text=lines(
            *((note, "") if note else ()),
            t._("<b>What proposed texts and documents are filled with</b>"),
            *parts,
            "",
            t._(
                "A draft that is there already doesn't change with it: there, replace everything "
                "by the proposed text anew."
            )
            if may
            else None,
        ),
        rows=rows.done(),
    )


def listed(t: Texts, found: Papers, key: str, note: str = "") -> View:
    """A list: what is in it, to be added to or taken out."""
    items = _items(found, key)
    rows = Rows().extend(
        grid(
            [
                Button(f"🗑 {at + 1}", data(FEATURE, "drop", key, at, len(items)))
                for at in range(len(items))
            ],
            5,
        )
    )
    if key in found.own:
        rows.add(button(t._("Back to what is proposed"), FEATURE, "reset", key))
    rows.add(button(t._("◀ Back"), FEATURE, "show"))
    return View(
        text=lines(
            *((note, "") if note else ()),
            Markup("<b>{}</b>").format(title(t, key)),
            *(Markup("{}. {}").format(at, clip(one, 170)) for at, one in enumerate(items, start=1)),
            "",
            t._("To add to it, please send words, one a line. 🗑 takes one out."),
        ),
        rows=rows.done(),
        placeholder=plain(title(t, key)),
    )


def word(t: Texts, found: Papers, key: str, note: str = "") -> View:
    """One of the words, to be sent anew."""
    rows = Rows()
    if key in found.own:
        rows.add(button(t._("Back to what is proposed"), FEATURE, "reset", key))
    rows.add(button(t._("◀ Back"), FEATURE, "show"))
    return View(
        text=lines(
            *((note, "") if note else ()),
            Markup("<b>{}</b>: {}").format(title(t, key), getattr(found, key) or "–"),
            t._("To change it, please send it."),
        ),
        rows=rows.done(),
        placeholder=plain(title(t, key)),
    )


def changed(t: Texts) -> Markup:
    """It is kept."""
    return t._("✅ Kept.")


ERRORS: dict[str, Callable[..., Markup]] = {
    "paper_empty": lambda t, **_v: t._("There is nothing new in that. Please send some words."),
    "papers_full": lambda t, limit, **_v: t._(
        "At most {limit} lines are possible. Please take some out first.", limit=t.number(limit)
    ),
    "paper_gone": lambda t, **_v: t._(
        "That list has been changed since. Here it is as it stands now."
    ),
}
