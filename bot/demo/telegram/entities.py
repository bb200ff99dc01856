"""Formatted text: HTML to entities as Telegram's server reads it.

Offsets and lengths of entities are UTF-16 code units. Error texts are the server's own.
"""

from __future__ import annotations

import re
from typing import Any

from bot.demo.telegram.errors import bad_request

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
TYPES = frozenset(TAGS.values()) | {
    "expandable_blockquote",
    "text_mention",
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(?:x([0-9a-fA-F]+)|([0-9]+))|([a-zA-Z]+));?")
_SPACES = " \t\r\n\v\f"
# Control characters become spaces, \r and the line and direction marks U+2028–202E vanish.
_CLEAN = dict.fromkeys([*range(9), 11, 12, *range(14, 32)], " ")
_REMOVE: dict[int, str | None] = {13: None, **dict.fromkeys(range(0x2028, 0x202F))}
_DIRTY = re.compile("[\x00-\x08\x0b-\x1f\u2028-\u202e]")


def utf16(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """The text as Telegram keeps it: without control characters."""
    return text.translate({**_CLEAN, **_REMOVE}) if _DIRTY.search(text) else text


# What shows nothing: a text of these alone counts as empty.
_BLANK = re.compile(
    "[\\s\u00a0\u00ad\u1680\u180e\u2000-\u200f\u202e\u202f\u205f\u2060\u2800\u3000\ufffc]*"
)


def blank(text: str) -> bool:
    """Whether nothing of the text could be seen."""
    return _BLANK.fullmatch(text) is not None


def _fail(text: str) -> Exception:
    return bad_request(f"can't parse entities: {text}")


def _reference(text: str, at: int) -> tuple[str, int] | None:
    """The character that the reference at `at` stands for, and where it ends."""
    found = _REFERENCE.match(text, at)
    if not found:
        return None
    hexadecimal, decimal, name = found.groups()
    if name is not None:
        char = _NAMED.get(name)
        return (char, found.end()) if char else None
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        return None
    return chr(code), found.end()


class _HtmlParser:
    """One pass over the text, with a stack of open tags."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.out: list[str] = []
        self.units = 0
        self.entities: list[Entity] = []
        # (tag, argument, offset, index into out where its text begins)
        self.open: list[tuple[str, str, int, int]] = []

    def byte(self, at: int) -> int:
        return len(self.text[:at].encode("utf-8", "surrogatepass"))

    def put(self, piece: str) -> None:
        self.out.append(piece)
        self.units += utf16(piece)

    def char(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def skip_spaces(self) -> None:
        while self.char() and self.char() in _SPACES:
            self.at += 1

    def run(self) -> tuple[str, list[Entity]]:
        text = self.text
        special = re.compile("[<&]")
        while True:
            found = special.search(text, self.at)
            if not found:
                self.put(text[self.at :])
                break
            if found.start() > self.at:
                self.put(text[self.at : found.start()])
            self.at = found.start()
            if text[self.at] == "&":
                decoded = _reference(text, self.at)
                if decoded:
                    self.put(decoded[0])
                    self.at = decoded[1]
                else:
                    self.put("&")
                    self.at += 1
            elif text[self.at + 1 : self.at + 2] == "/":
                self.end_tag()
            else:
                self.start_tag()
        if self.open:
            raise _fail(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')
        return "".join(self.out), self.entities

    def start_tag(self) -> None:
        begin = self.at
        self.at += 1
        while self.char() and self.char() not in _SPACES and self.char() != ">":
            self.at += 1
        if not self.char():
            raise _fail(f"Unclosed start tag at byte offset {self.byte(begin)}")
        tag = self.text[begin + 1 : self.at].lower()
        if tag not in TAGS:
            raise _fail(f'Unsupported start tag "{tag}" at byte offset {self.byte(begin)}')
        argument = ""
        while self.char() != ">":
            self.skip_spaces()
            if self.char() == ">":
                break
            name, value = self.attribute(begin, tag)
            if tag == "a" and name == "href":
                argument = value
            elif tag == "code" and name == "class" and value.startswith("language-"):
                argument = value.removeprefix("language-")
            elif (tag, name) in (("span", "class"), ("tg-emoji", "emoji-id")):
                argument = value
            elif tag == "blockquote" and name == "expandable":
                argument = "1"
        self.at += 1
        if tag == "span" and argument != "tg-spoiler":
            raise _fail(
                f'Tag "span" must have class "tg-spoiler" at byte offset {self.byte(begin)}'
            )
        self.open.append((tag, argument, self.units, len(self.out)))

    def attribute(self, begin: int, tag: str) -> tuple[str, str]:
        start = self.at
        while self.char() and self.char() not in _SPACES and self.char() not in "=>":
            self.at += 1
        name = self.text[start : self.at].lower()
        if not name:
            if not self.char():
                raise _fail(f"Unclosed start tag at byte offset {self.byte(begin)}")
            raise _fail(
                f'Empty attribute name in the tag "{tag}" at byte offset {self.byte(begin)}'
            )
        self.skip_spaces()
        if self.char() != "=":
            if not self.char():
                raise _fail(f"Unclosed start tag at byte offset {self.byte(begin)}")
            return name, ""
        self.at += 1
        self.skip_spaces()
        quote = self.char()
        if quote not in ("'", '"'):
            start = self.at
            while self.char() and (self.char().isalnum() or self.char() in ".-"):
                self.at += 1
            if self.char() and self.char() not in _SPACES and self.char() != ">":
                raise _fail(f"Unexpected end of name token at byte offset {self.byte(start)}")
            value = self.text[start : self.at].lower()
        else:
            end = self.text.find(quote, self.at + 1) if quote else -1
            if end < 0:
                raise _fail(f"Unclosed start tag at byte offset {self.byte(begin)}")
            value = _REFERENCE.sub(
                lambda found: (_reference(found[0], 0) or (found[0], 0))[0],
                self.text[self.at + 1 : end],
            )
            self.at = end + 1
        if not self.char():
            raise _fail(f"Unclosed start tag at byte offset {self.byte(begin)}")
        return name, value

    def end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise _fail(f"Unexpected end tag at byte offset {self.byte(begin)}")
        self.at += 2
        while self.char() and self.char() not in _SPACES and self.char() != ">":
            self.at += 1
        found = self.text[begin + 2 : self.at].lower()
        self.skip_spaces()
        if self.char() != ">":
            raise _fail(f"Unclosed end tag at byte offset {self.byte(begin)}")
        self.at += 1
        tag, argument, offset, index = self.open.pop()
        if found and found != tag:
            raise _fail(
                f"Unmatched end tag at byte offset {self.byte(begin)}, "
                f'expected "</{tag}>", found "</{found}>"'
            )
        if self.units > offset:
            entity = _entity(tag, argument, "".join(self.out[index:]))
            if entity is not None:
                self.entities.append({**entity, "offset": offset, "length": self.units - offset})


def _entity(tag: str, argument: str, inner: str) -> Entity | None:
    kind = TAGS[tag]
    if tag == "a":
        url = checked_url(argument or inner)
        return {"type": kind, "url": url} if url else None
    if tag == "blockquote" and argument:
        return {"type": "expandable_blockquote"}
    if tag == "tg-emoji":
        return {"type": kind, "custom_emoji_id": argument}
    if tag == "code" and argument:
        return {"type": "code", "language": argument}
    return {"type": kind}


_URL = re.compile(r"(?:(?:https?|ftp|tonsite)://)?[^\s/?#:@.]+(?:\.[^\s/?#:@.]+)+(?:[:/?#]\S*)?")
_LOCAL = re.compile(r"https?://(?:localhost|\[[0-9a-f:]+\])(?:[:/?#]\S*)?", re.IGNORECASE)


def checked_url(url: str) -> str:
    """The address in full, or empty where Telegram would not accept it."""
    url = url.strip()
    if re.match(r"(?:tg|ton|mailto|tel):\S", url, re.IGNORECASE):
        return url
    if not _URL.fullmatch(url) and not _LOCAL.fullmatch(url):
        return ""
    if "://" not in url:
        url = f"http://{url}"
    return url if re.match(r"[a-z]+://[^/?#]+[/?#]", url, re.IGNORECASE) else f"{url}/"


def parse_html(text: str) -> tuple[str, list[Entity]]:
    """Text and entities of Telegram's HTML; raises the server's own complaint."""
    if "<" not in text and "&" not in text:
        return text, []
    plain, entities = _HtmlParser(text).run()
    return plain, _joined(entities)


def _joined(entities: list[Entity]) -> list[Entity]:
    """Sorted outermost first; `<pre><code class=…>` is one block with its language."""
    entities.sort(key=lambda one: (one["offset"], -one["length"]))
    spans = {(one["offset"], one["length"]): one for one in entities if one["type"] == "pre"}
    out = []
    for one in entities:
        around = spans.get((one["offset"], one["length"]))
        if one["type"] == "code" and around is not None:
            if "language" in one:
                around["language"] = one["language"]
            continue
        if one["type"] == "code":
            one.pop("language", None)
        out.append(one)
    return out


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without white space at both ends; entities follow."""
    stripped = text.rstrip(" \n\t")
    lead = len(stripped) - len(stripped.lstrip(" \n\t"))
    if lead and entities:
        lead = min(lead, *(one["offset"] for one in entities))
    result = stripped[lead:]
    if not entities or (not lead and len(stripped) == len(text)):
        return result, entities
    end = utf16(result)
    out = []
    for one in entities:
        offset = one["offset"] - lead
        length = min(one["length"], end - offset)
        if length > 0:
            out.append({**one, "offset": offset, "length": length})
    return result, out


_FOUND = re.compile(
    r"(?P<url>(?:https?|ftp)://[^\s<>\"]+|tg://[^\s<>\"]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<site>(?<![\w@.])(?:[A-Za-z0-9-]+\.)+(?:vn|com|org|net|gov|me|io|edu|info|eu|dev)"
    r"\b(?:/[^\s<>\"]*)?)"
    r"|(?P<mention>(?<!\w)@[A-Za-z][A-Za-z0-9_]{3,31}\b)"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
)
_HINTS = re.compile("[/@#.]")


def detect(text: str, given: list[Entity]) -> list[Entity]:
    """`given` and what Telegram finds by itself: commands, addresses, mentions, hashtags."""
    if not _HINTS.search(text):
        return given
    found = []
    taken = [
        (one["offset"], one["offset"] + one["length"])
        for one in given
        if one["type"] in ("code", "pre", "text_link", "text_mention", "custom_emoji")
    ]
    for match in _FOUND.finditer(text):
        kind = str(match.lastgroup)
        value = match[0].rstrip(".,;:!?)'") if kind in ("url", "site") else match[0]
        offset = utf16(text[: match.start()])
        length = utf16(value)
        if any(start < offset + length and offset < end for start, end in taken):
            continue
        kind = "url" if kind == "site" else kind
        found.append({"type": kind, "offset": offset, "length": length})
    if not found:
        return given
    return sorted([*given, *found], key=lambda one: (one["offset"], -one["length"]))
