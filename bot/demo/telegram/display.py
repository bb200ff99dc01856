"""Formatted text as safe HTML for a page."""

from __future__ import annotations

import html
import re

from bot.demo.telegram.entities import Entity

_OPEN = {
    "bold": "<b>",
    "italic": "<i>",
    "underline": "<u>",
    "strikethrough": "<s>",
    "spoiler": '<span class="tg-spoiler">',
    "code": "<code>",
    "blockquote": "<blockquote>",
    "expandable_blockquote": "<blockquote expandable>",
    "mention": '<span class="tg-mention">',
    "hashtag": '<span class="tg-hashtag">',
}
_CLOSE = {
    "bold": "</b>",
    "italic": "</i>",
    "underline": "</u>",
    "strikethrough": "</s>",
    "code": "</code>",
    "pre": "</pre>",
    "blockquote": "</blockquote>",
    "expandable_blockquote": "</blockquote>",
    "spoiler": "</span>",
    "mention": "</span>",
    "hashtag": "</span>",
    "text_link": "</a>",
    "url": "</a>",
    "email": "</a>",
    "bot_command": "</a>",
}


def _opening(one: Entity, value: str) -> str:
    kind = one["type"]
    if kind == "pre":
        language = html.escape(one.get("language", ""))
        return f'<pre data-language="{language}">' if language else "<pre>"
    if kind in ("text_link", "url"):
        url = one["url"] if kind == "text_link" else value
        url = url if "://" in url else f"http://{url}"
        if not re.match(r"(?:https?|tg)://", url, re.IGNORECASE):
            url = "#"
        return f'<a href="{html.escape(url)}" rel="noopener noreferrer" target="_blank">'
    if kind == "email":
        return f'<a href="mailto:{html.escape(value)}">'
    if kind == "bot_command":
        return f'<a href="#" class="bot-command" data-command="{html.escape(value)}">'
    return _OPEN[kind]


def render_html(text: str, entities: list[Entity]) -> str:
    """Safe HTML for a page: the text escaped, entities as tags, line breaks as they are.

    Commands become `<a class="bot-command" data-command="/x">`; links open apart.
    """
    if not entities:
        return html.escape(text)
    units = text.encode("utf-16-le", "surrogatepass")

    def cut(start: int, end: int) -> str:
        return units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")

    size = len(units) // 2
    known = [one for one in entities if one["type"] in _CLOSE]
    points = sorted({0, size, *(one["offset"] for one in known), *(_end(one) for one in known)})
    out: list[str] = []
    stack: list[Entity] = []
    for at, following in zip(points, [*points[1:], size], strict=True):
        # Close what ends here, with what stands above it, which is then opened again.
        keep = next((n for n, one in enumerate(stack) if _end(one) <= at), len(stack))
        for one in reversed(stack[keep:]):
            out.append(_CLOSE[one["type"]])
        again = [one for one in stack[keep:] if _end(one) > at]
        begin = [one for one in known if one["offset"] == at and _end(one) > at]
        del stack[keep:]
        for one in [*again, *sorted(begin, key=lambda each: -each["length"])]:
            out.append(_opening(one, cut(one["offset"], _end(one))))
            stack.append(one)
        out.append(html.escape(cut(at, following)))
    for one in reversed(stack):
        out.append(_CLOSE[one["type"]])
    return "".join(out)


def _end(one: Entity) -> int:
    return int(one["offset"] + one["length"])
