"""Steps of the year's texts: drafted, put up for comment, commented on, decided on, published."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.demo.play.phone import Phone, action_of, find_button
from bot.demo.play.wire import Unexpected

REGULATION, PACT = "regulation", "pact"
_NUMBERED = re.compile(r"^(\d+) (.*)$", re.MULTILINE)
#: More pages of paragraphs than any of our texts has.
_MOST_PAGES = 20


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: its id in buttons."""

    kind: str
    id: str


def take_proposed(leader: Phone, kind: str) -> None:
    """The text that the bot proposes becomes the draft; back to the text's card."""
    _open(leader, kind)
    leader.taps("drafts:start", kind, "proposed", shows="drafts:pick")
    leader.taps("drafts:leave", kind, shows="drafts:publish", quiet=True)


def _open(leader: Phone, kind: str) -> None:
    leader.says("/publish", shows="texts:card", quiet=True)
    leader.taps("texts:card", kind)


def replace_paragraph(leader: Phone, kind: str, begins: str, text: str) -> int:
    """Find the paragraph that begins so, and send other words for it; gives its number."""
    _open(leader, kind)
    leader.taps("drafts:edit", kind, shows="drafts:para", quiet=True)
    number = _paragraph(leader, begins, "drafts:pick")
    leader.says(str(number), shows="drafts:delete")
    leader.says(text, shows="drafts:para")
    leader.sees(text[:60])
    leader.taps("drafts:leave", kind, shows="drafts:publish", quiet=True)
    return number


def _paragraph(phone: Phone, begins: str, turn: str, *place: str) -> int:
    """The number of the paragraph that begins so: pages are turned until it is there."""
    for page in range(_MOST_PAGES):
        if page:
            phone.taps(turn, *place, page, quiet=True)
        for number, words in _NUMBERED.findall(phone.screen["text"]):
            if words.startswith(begins):
                return int(number)
        if find_button(phone.screen, turn, (*place, page + 1)) is None:
            break
    raise Unexpected(f"no paragraph begins with “{begins}”")


def put_up(leader: Phone, kind: str) -> None:
    """For comment, after a question."""
    _open(leader, kind)
    leader.taps("drafts:ask_open", shows="drafts:open", quiet=True)
    leader.taps("drafts:open", shows="drafts:close")


def comment(phone: Phone, begins: str, words: str) -> int:
    """From the message that asks for comments; gives the paragraph's number."""
    phone.gets("💬", button=("texts:look",), quiet=True)
    phone.taps("texts:look", shows="comments:pick")
    button = find_button(phone.screen, "comments:pick")
    assert button is not None  # noqa: S101 - it was asked for
    place = action_of(button)[1:3]
    phone.taps("comments:pick", *place, shows="comments:on", quiet=True)
    number = _paragraph(phone, begins, "comments:pick", *place)
    phone.taps("comments:on", *place, number, shows="comments:leave")
    phone.says(words, shows="comments:pick")
    phone.sees(str(number))
    return number


def decide(leader: Phone, kind: str, taken: str, declined: str, word: str) -> None:
    """From the list: the comment with the words ``taken`` is, the other isn't, with a word."""
    _open(leader, kind)
    leader.taps("comments:all", shows="comments:one")
    leader.sees(taken, declined)
    leader.taps("comments:one", shows="comments:judge")
    for _ in range(2):
        button = find_button(leader.screen, "comments:judge")
        assert button is not None  # noqa: S101 - it was asked for
        number = action_of(button)[1]
        if taken in leader.screen["text"]:
            leader.taps("comments:judge", number, "t")
        else:
            leader.sees(declined)
            leader.taps("comments:word", number, "d", quiet=True)
            leader.says(word, shows="comments:all")
    leader.sees("2")


def hears(phone: Phone, kind: str, *words: str) -> None:
    """A unit reads what became of its comment."""
    phone.starts()
    phone.taps("texts:list", quiet=True)
    phone.taps("texts:card", kind, quiet=True)
    phone.taps("comments:mine")
    phone.sees(*words)


def close(leader: Phone, kind: str) -> None:
    """No more comments."""
    _open(leader, kind)
    leader.taps("drafts:close", shows="drafts:edit")


def publish(leader: Phone, kind: str) -> Version:
    """After a last look; gives the version."""
    _open(leader, kind)
    leader.taps("drafts:publish", shows="drafts:now")
    leader.taps("drafts:now", shows="texts:read")
    button = find_button(leader.screen, "texts:read")
    assert button is not None  # noqa: S101 - it was asked for
    return Version(kind, action_of(button)[1])
