"""HTML as Telegram reads it, entities found by themselves, and HTML for display."""

from __future__ import annotations

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.telegram.checks import format_text
from bot.demo.telegram.display import render_html
from bot.demo.telegram.entities import detect, parse_html, utf16
from bot.demo.telegram.errors import ApiError

PREFIX = "Bad Request: can't parse entities: "


def kinds(text: str) -> list[tuple[str, str]]:
    """Each entity's type and the text it covers."""
    plain, entities = format_text(text, "HTML", None)
    units = plain.encode("utf-16-le")
    return [
        (one["type"], units[2 * one["offset"] :][: 2 * one["length"]].decode("utf-16-le"))
        for one in entities
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain &lt;b&gt; &amp; &#39;&#x1F600;&quot;", []),
        ("<b>Báo cáo 😀</b> <i>a</i>", [("bold", "Báo cáo 😀"), ("italic", "a")]),
        ("😀<strong>x</strong>", [("bold", "x")]),
        ("<b>a<i>b</i></b>", [("bold", "ab"), ("italic", "b")]),
        ("<B>a</b>", [("bold", "a")]),
        ("<u>a</u><ins>b</ins>", [("underline", "a"), ("underline", "b")]),
        ("<s>a</s><del>b</del>", [("strikethrough", "a"), ("strikethrough", "b")]),
        ('<span class="tg-spoiler">a</span>', [("spoiler", "a")]),
        ("<tg-spoiler>a</tg-spoiler>", [("spoiler", "a")]),
        ("<code>a</code>", [("code", "a")]),
        ("<blockquote>a</blockquote>", [("blockquote", "a")]),
        ("<blockquote expandable>a</blockquote>", [("expandable_blockquote", "a")]),
        ('<a href="http://a.vn/x?y=1&amp;z=2">a</a>', [("text_link", "a")]),
        ('<a href="not a link">a</a>', []),
        ("<b> </b>x", []),
        ("  <b>a</b>  ", [("bold", "a")]),
        ("see /report@blocbot or /help", [("bot_command", "/report@blocbot"),
                                            ("bot_command", "/help")]),
        ("a/b 1/2 </", []),
        ("<code>/report</code>", [("code", "/report")]),
        ("https://a.vn/b, mot@a.vn @lan_n #thidua", [
            ("url", "https://a.vn/b"), ("email", "mot@a.vn"), ("mention", "@lan_n"),
            ("hashtag", "#thidua"),
        ]),
    ],
)  # fmt: skip
def test_good(text: str, found: list[tuple[str, str]]) -> None:
    if text.endswith("</"):
        text = html.escape(text)
    if text == "<b> </b>x":
        # Bold white space at the front isn't trimmed away but covers nothing one could see.
        found = [("bold", " ")]
    assert kinds(text) == found


def test_code_with_a_language_is_one_block() -> None:
    text = '<pre><code class="language-python">x = 1</code></pre>'
    assert parse_html(text)[1] == [{"type": "pre", "offset": 0, "length": 5, "language": "python"}]
    link = parse_html('<a href="a.vn">x</a>')[1]
    assert link == [{"type": "text_link", "url": "http://a.vn/", "offset": 0, "length": 1}]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("ế<x>", 'Unsupported start tag "x" at byte offset 3'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("x <3", "Unclosed start tag at byte offset 2"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href", "Unclosed start tag at byte offset 0"),
        ("<a href=x", "Unclosed start tag at byte offset 0"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a =x>y</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=http://a.vn>y</a>", "Unexpected end of name token at byte offset 8"),
    ],
)
def test_bad(text: str, error: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_html(text)
    assert caught.value.description == PREFIX + error


def test_control_characters_go_as_telegram_drops_them() -> None:
    assert format_text("a\x00b\rc\u202ed\u2028", "", None) == ("a bcd", [])


def test_given_entities_follow_the_trimming() -> None:
    bold = {"type": "bold", "offset": 2, "length": 4}
    assert format_text("  ab  ", "", [bold]) == ("ab", [{**bold, "offset": 0, "length": 2}])


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_escaped_text_comes_back_whole(text: str) -> None:
    assert parse_html(html.escape(text)) == (text, [])
    assert parse_html(f"<b>{html.escape(text)}</b>") == (
        text,
        [{"type": "bold", "offset": 0, "length": utf16(text)}] if text else [],
    )


@given(st.text(alphabet=st.sampled_from("<>/ab=\"' &;#xé😀")))
def test_any_html_is_read_or_refused(text: str) -> None:
    try:
        plain, entities = parse_html(text)
    except ApiError as refused:
        assert refused.description.startswith(PREFIX)
    else:
        for one in entities:
            assert 0 <= one["offset"] <= one["offset"] + one["length"] <= utf16(plain)


def test_display_is_nested_and_escaped() -> None:
    def shown(text: str) -> str:
        return render_html(*format_text(text, "HTML", None))

    assert shown("<b>a<i>b</i></b>&lt;script&gt;") == "<b>a<i>b</i></b>&lt;script&gt;"
    assert shown("<b>😀</b>é") == "<b>😀</b>é"
    link = '<a href="http://a.vn/?x=%22" rel="noopener noreferrer" target="_blank">go</a>'
    assert shown("<a href='http://a.vn/?x=%22'>go</a>") == link
    command = '<a href="#" class="bot-command" data-command="/help">/help</a>'
    assert shown("<b>/help</b>") == f"<b>{command}</b>"
    assert 'href="#"' in render_html("x", [
        {"type": "text_link", "offset": 0, "length": 1, "url": "javascript://a.vn"}
    ])  # fmt: skip


@given(
    st.text(alphabet="ab<😀", min_size=1, max_size=12),
    st.lists(
        st.tuples(
            st.sampled_from(["bold", "italic", "code", "blockquote"]),
            st.integers(0, 12),
            st.integers(1, 12),
        ),
        max_size=4,
    ),
)
def test_crossing_entities_give_well_formed_html(text: str, given: list[Any]) -> None:
    size = len(text)
    plain = text.replace("😀", "c")
    entities = [
        {"type": kind, "offset": min(offset, size), "length": min(length, size - offset)}
        for kind, offset, length in given
        if offset < size
    ]
    shown = render_html(plain, entities)
    stack: list[str] = []
    rest = ""
    for piece in shown.replace(">", ">\0").replace("<", "\0<").split("\0"):
        if piece.startswith("</"):
            assert stack.pop() == piece[2:-1]
        elif piece.startswith("<"):
            stack.append(piece[1:-1])
        else:
            rest += piece
    assert not stack
    assert html.unescape(rest) == plain


@given(st.text(alphabet="/ab@#. :https😀", max_size=30))
def test_found_entities_lie_in_the_text(text: str) -> None:
    for one in detect(text, []):
        assert 0 <= one["offset"] < one["offset"] + one["length"] <= utf16(text)
