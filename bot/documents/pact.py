"""The pact, the regulation, the plan: a published text as an official paper.

The pact has an annex for each unit (targets, models, products) and the table of signatures; every
text ends with its hash and a QR code by which it can be checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo

from bot.documents.layout import (
    Block,
    Code,
    Document,
    End,
    NewPage,
    Table,
    Text,
    Title,
    groups,
    top,
    words,
)
from bot.domain.document import Annex, TextPaper
from bot.domain.texts import in_capitals, is_heading, paragraphs
from bot.i18n import Texts
from bot.views.report_words import measure

#: Lines in capitals at a text's beginning that are its title; more are headings.
_TITLE_LINES: Final = 4
#: Without any, a short first line that doesn't end like a sentence is the title.
_TITLE_LIMIT: Final = 120
_ENDS: Final = ".,;:।"
_BASIS: Final = ("căn cứ ",)


def document(t: Texts, paper: TextPaper) -> Document:
    """The whole paper."""
    title, body = _split(paper)
    made_at = paper.complete_at or paper.published_at
    if paper.signed and paper.signatures:
        made_at = max(made_at, *(one.at for one in paper.signed))
    found = Document(
        title=" ".join(title) or paper.bloc,
        author=paper.head.issuer,
        language=t.language,
        made_at=made_at,
    )
    found.blocks.append(top(t, paper.head))
    if title:
        found.blocks.append(Title(tuple(title)))
    if paper.signatures and not paper.complete_at:
        found.blocks.append(_incomplete(t, paper))
    found.blocks.extend(_paragraph(line) for line in body)
    if paper.signatures:
        found.blocks.extend(_signatures(t, paper))
    found.blocks.extend((_end(t, paper), *_check(t, paper)))
    found.blocks.extend(_annexes(t, paper))
    return found


def _split(paper: TextPaper) -> tuple[list[str], list[str]]:
    """The lines of the title, and the paragraphs below it."""
    lines = paragraphs(paper.body)
    title = list(takewhile(in_capitals, lines[:_TITLE_LINES]))
    if not title and len(lines) > 1 and len(lines[0]) <= _TITLE_LIMIT and lines[0][-1] not in _ENDS:
        title = lines[:1]
    return title, lines[len(title) :]


def _paragraph(line: str) -> Text:
    if line.lower().startswith(_BASIS) and line.rstrip().endswith((";", ",", ".")):
        return Text(line, "basis")
    if is_heading(line):
        return Text(line, "middle" if line.startswith("Chương ") else "heading")
    return Text(line)


def _incomplete(t: Texts, paper: TextPaper) -> Text:
    signed, units = len(paper.signed), len(paper.signed) + len(paper.owing)
    return Text(
        words(
            t.ngettext(
                "NOT COMPLETE: signed by {signed} of {n} unit.",
                "NOT COMPLETE: signed by {signed} of {n} units.",
                units,
                signed=t.number(signed),
                n=t.number(units),
            )
        ),
        "notice",
    )


# --- Signatures -------------------------------------------------------------------------------


def _signatures(t: Texts, paper: TextPaper) -> list[Block]:
    zone = ZoneInfo(paper.zone)
    rows = [
        (str(at), one.unit, one.person, one.post, t.when(one.at, zone))
        for at, one in enumerate(paper.signed, start=1)
    ]
    lacking = words(t._("not signed yet"))
    rows += [
        (str(at), unit, "", "", lacking)
        for at, unit in enumerate(paper.owing, start=len(paper.signed) + 1)
    ]
    return [
        Text(words(t._("SIGNATURES OF THE UNITS")), "middle"),
        Table(
            head=tuple(
                words(one)
                for one in (t._("No."), t._("Unit"), t._("Signed by"), t._("Post"), t._("Time"))
            ),
            rows=tuple(rows),
            widths=(12, 46, 36, 30, 36),
            align=("C", "L", "L", "L", "L"),
        ),
        Text(
            words(
                t._(
                    "Each signature was given in the chat by the unit's own signatory, and is "
                    "sealed in the bloc's audit chain with the hash of this text."
                )
            ),
            "small",
        ),
    ]


def _end(t: Texts, paper: TextPaper) -> End:
    recipients = []
    if paper.head.parent:
        recipients.append(words(t._("- {body} (to report);", body=paper.head.parent)))
    recipients += [words(t._("- Member units;")), words(t._("- Kept: leader, deputy."))]
    signer: tuple[str, ...] = ()
    if paper.signatures and paper.head.parent:
        signer = (words(t._("WITNESSED BY")), paper.head.parent.upper())
    elif not paper.signatures:
        signer = (
            words(t._("FOR THE CLUSTER") if paper.cluster else t._("FOR THE BLOC")),
            words(t._("LEADER OF THE CLUSTER") if paper.cluster else t._("LEADER OF THE BLOC")),
        )
    return End(tuple(recipients), words(t._("Recipients:")), signer)


def _check(t: Texts, paper: TextPaper) -> list[Block]:
    return [
        Code(
            data=paper.check,
            lines=(
                words(t._("Version {n} of this text, {when}", n=str(paper.version),
                          when=t.when(paper.published_at, ZoneInfo(paper.zone)))),
                words(t._("SHA-256 of the text:")),
                *groups(paper.sha256),
                words(t._("To check it: get the text as TXT from the bot and run "
                          "“sha256sum FILE” (UTF-8, NFC, a paragraph a line).")),
                words(t._("Whoever runs the bot: blocbot text check, with the words of "
                          "the code.")),
            ),
            mono=groups(paper.sha256),
        )
    ]  # fmt: skip


# --- What the units have committed to ----------------------------------------------------------


def _annexes(t: Texts, paper: TextPaper) -> Iterator[Block]:
    if not paper.annexes:
        return
    yield NewPage()
    yield Title(
        (
            words(t._("ANNEX")),
            words(t._("TARGETS, MODELS AND PRODUCTS OF THE UNITS IN {year}", year=str(paper.year))),
        )
    )
    for at, one in enumerate(paper.annexes, start=1):
        yield from _annex(t, paper, at, one)


def _annex(t: Texts, paper: TextPaper, at: int, annex: Annex) -> Iterator[Block]:
    yield Text(f"{at}. {annex.unit}", "heading")
    if annex.targets:
        yield Table(
            head=tuple(
                words(one)
                for one in (
                    t._("No."),
                    t._("Indicator"),
                    t._("Unit of measure"),
                    t._("Target for {year}", year=str(paper.year)),
                )
            ),
            rows=tuple(
                (str(row), one.label, words(measure(t, one.measure)), t.number(one.value))
                for row, one in enumerate(annex.targets, start=1)
            ),
            widths=(12, 83, 30, 35),
            align=("C", "L", "L", "R"),
        )
    if annex.models:
        yield Table(
            head=tuple(words(one) for one in (t._("No."), t._("Model"), t._("Product"))),
            rows=tuple(
                (str(one.number), one.name, one.product or "–") for one in annex.models
            ),
            widths=(12, 74, 74),
            align=("C", "L", "L"),
        )  # fmt: skip
    if annex.sha256:
        yield Text(
            words(t._("Hash of this commitment: {hash}", hash=" ".join(groups(annex.sha256)))),
            "small",
        )
