"""Steps of adopting a text: a model and its product, reading, signing, the leader's board."""

from __future__ import annotations

import time
from collections.abc import Iterable

from bot.demo.play.drafts import Version
from bot.demo.play.people import SILENCE
from bot.demo.play.phone import Phone, find_button
from bot.demo.play.wire import Unexpected
from bot.demo.scenarios.pledges import Pledge

_MOST_PAGES = 30


# --- The model ------------------------------------------------------------------------------


def enter_model(phone: Phone, pledge: Pledge, *, with_product: bool = True) -> None:
    """From /pact, which asks for it: name, product (or later), field by a tap."""
    phone.says("/pact", shows="models:new")
    phone.taps("models:new", "pact", shows="models:drop_new", quiet=True)
    phone.says(pledge.model, shows="models:no_product", quiet=True)
    if with_product:
        phone.says(pledge.product, shows="models:new_field", quiet=True)
    else:
        phone.taps("models:no_product", shows="models:new_field", quiet=True)
    phone.taps("models:new_field", pledge.field, shows="models:part")
    phone.sees(pledge.model)


def write_card(phone: Phone, parts: dict[str, str]) -> None:
    """Parts of the card that is open, one after the other."""
    for code, words in parts.items():
        phone.taps("models:part", code, shows="models:skip", quiet=True)
        phone.says(words, shows="models:skip", quiet=True)
        phone.taps("models:card", quiet=True)


def add_product(phone: Phone, pledge: Pledge) -> None:
    """The screen that refused the signature leads there."""
    phone.taps("models:edit", shows="models:part", quiet=True)
    phone.taps("models:part", "product", shows="models:skip", quiet=True)
    phone.says(pledge.product, shows="models:skip", quiet=True)
    phone.taps("models:card")


# --- Reading --------------------------------------------------------------------------------


def read_all(phone: Phone, version: Version, words: str) -> int:
    """Every page; ``words`` stand on one of them. Gives the number of pages."""
    phone.taps("texts:read", version.id, 0)
    found, page = words in phone.screen["text"], 0
    while find_button(phone.screen, "texts:read", (version.id, page + 1)) and page < _MOST_PAGES:
        page += 1
        phone.taps("texts:read", version.id, page, quiet=True)
        found = found or words in phone.screen["text"]
    if not found:
        raise Unexpected(f"{phone.name} doesn't read “{words}” in the published text")
    return page + 1


# --- Signing --------------------------------------------------------------------------------


def prepare(phone: Phone, version: Version, post: str, *, quiet: bool = False) -> None:
    """Up to the last tap: read, name and post, both confirmed."""
    phone.says("/pact", shows="pact:sign", quiet=True)
    _to_the_seal(phone, version, post, quiet=quiet)


def _to_the_seal(phone: Phone, version: Version, post: str, *, quiet: bool = False) -> None:
    phone.taps("pact:sign", version.id, shows="pact:who", quiet=quiet)
    phone.taps("pact:who", shows="pact:change", quiet=quiet)
    if find_button(phone.screen, "pact:right") is None:
        phone.taps("pact:post", label=post, shows="pact:right", quiet=True)
    phone.sees(phone.name, post)
    phone.taps("pact:right", shows="pact:seal", quiet=quiet)


def sign(phone: Phone, version: Version, post: str, *, quiet: bool = False) -> None:
    """Sign the pact, or approve another text."""
    prepare(phone, version, post, quiet=quiet)
    seal(phone, version)


def seal(phone: Phone, version: Version) -> None:
    """The last tap."""
    phone.taps("pact:seal", version.id, shows="pact:board")
    phone.sees("✅", phone.name)


def seal_twice(phone: Phone, version: Version) -> None:
    """The last tap twice at once: it signs once, and the second is told so."""
    message, button = phone.button("pact:seal", version.id)
    answers = phone.taps_anyway(message, button, times=2)
    if not any(answers):
        raise Unexpected("the second of two taps got no word")
    phone.screen = message
    phone.sees("✅")


def tell_signatory(clerk: Phone, signatory: Phone, version: Version, post: str) -> None:
    """A representative prepares all but the last tap, and tells the signatory."""
    clerk.says("/pact", shows="pact:sign", quiet=True)
    clerk.taps("pact:sign", version.id, shows="pact:who", quiet=True)
    clerk.taps("pact:who", shows="pact:tell")
    if find_button(clerk.screen, "pact:seal") is not None:
        raise Unexpected(f"{clerk.name} is no signatory and could sign")
    clerk.taps("pact:tell")
    signatory.gets("✍", clerk.name, button=("pact:sign", version.id))
    _to_the_seal(signatory, version, post)


def refused(phone: Phone, version: Version, sentence: str) -> None:
    """A signature without a product: one sentence says why, one button leads there."""
    phone.says("/pact", shows="models:edit")
    if find_button(phone.screen, "pact:sign", (version.id,)) is not None:
        raise Unexpected(f"{phone.name} could sign without a product")
    phone.lines.append(f"  {phone.name}: (an older button that would sign)")
    (answer,) = phone.forges(phone.screen["message_id"], f"pact:sign:0:{version.id}")
    if sentence not in answer:
        raise Unexpected(f"the refusal doesn't say “{sentence}”: {answer}")
    phone.sees(sentence)
    if find_button(phone.refresh(), "models:edit") is None:
        raise Unexpected(f"the refusal doesn't lead to the product:\n{phone.screen['text']}")


# --- Who leads ------------------------------------------------------------------------------


def board(phone: Phone, version: Version, signed: int, units: int) -> None:
    """Who has signed: so many of so many."""
    phone.says("/pact", shows="pact:board", quiet=True)
    _, button = phone.button("pact:board", version.id)
    if f"{signed}/{units}" not in button["text"]:
        raise Unexpected(f"{signed} of {units} have adopted it, shown is {button['text']}")
    phone.taps("pact:board", version.id)


def nudge(
    leader: Phone, version: Version, owing: Iterable[Phone], everybody: Iterable[Phone]
) -> None:
    """From the board, one tap reminds those who owe, and nobody else."""
    leader.taps("pact:ask", version.id, 0, shows="pact:nudge")
    leader.taps("pact:nudge", version.id, 0)
    for phone in owing:
        phone.gets("🔔", button=("pact:home",))
    time.sleep(SILENCE)
    for phone in everybody:
        for message in phone.got("🔔", button=("pact:home",)):
            raise Unexpected(f"{phone.name} owes nothing and was reminded:\n{message['text']}")
