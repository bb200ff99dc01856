"""The template of indicators as a workbook: two tables to edit and a page that explains them.

The first row of each table, hidden, holds the columns' fixed names, so that columns may be moved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from bot.documents.workbooks import Draft, plain
from bot.domain import template as spec
from bot.domain.template import IndicatorSpec, TemplateSpec
from bot.i18n import KNOWN_LANGUAGES, Texts
from bot.services.templates import Present
from bot.views.report_words import measures

KIND: Final = "template"
LANGUAGES: Final = tuple(KNOWN_LANGUAGES)
PART_COLUMNS: Final = ("code", *LANGUAGES)
COLUMNS: Final = (
    "part", "code", *LANGUAGES, "kind", "type", "unit", "required", "rule", "max_length", "carry",
)  # fmt: skip
_WIDTHS: Final = {"rule": 44, "part": 16, "code": 26, "unit": 14, "vi": 38}
_HEAD: Final = {"bold": True, "border": 1, "bg_color": "#D9E2F3", "text_wrap": True}
_CELL: Final = {"border": 1, "text_wrap": True, "num_format": "@"}
#: Lines below the table that are ready for new rows.
_SPARE: Final = 10

_HEADINGS: Final[Mapping[str, Callable[[Texts], Markup]]] = {
    "part": lambda t: t._("Part"),
    "code": lambda t: t._("Code"),
    "kind": lambda t: t._("Kind"),
    "type": lambda t: t._("Type"),
    "unit": lambda t: t._("Unit of measure"),
    "required": lambda t: t._("Required"),
    "rule": lambda t: t._("Rules"),
    "max_length": lambda t: t._("Longest text"),
    "carry": lambda t: t._("Proposed from"),
}
KINDS: Final[Mapping[str, Callable[[Texts], Markup]]] = {
    spec.FLOW: lambda t: t._("in this month"),
    spec.STOCK: lambda t: t._("at the month's end"),
}
TYPES: Final[Mapping[str, Callable[[Texts], Markup]]] = {
    spec.COUNT: lambda t: t._("whole number"),
    spec.DECIMAL: lambda t: t._("number with decimals"),
    spec.MONEY: lambda t: t._("money (VND)"),
    spec.DATE: lambda t: t._("date"),
    spec.TEXT: lambda t: t._("text"),
}


def words_of(t: Texts, table: Mapping[str, Callable[[Texts], Markup]]) -> dict[str, str]:
    return {key: plain(word(t)) for key, word in table.items()}


def _heading(t: Texts, column: str, title: str) -> str:
    if column in KNOWN_LANGUAGES:
        return f"{title} – {KNOWN_LANGUAGES[column]}"
    return plain(_HEADINGS[column](t))


def make(t: Texts, found: Present) -> bytes:
    """The workbook of a template in force."""
    draft = Draft(
        {
            "form": KIND,
            "bloc_year": found.year.id,
            "version": found.version,
            "language": t.language,
        }
    )
    names = _names(t)
    title = plain(t._("Indicator"))
    rows = [_row(t, found.template, one) for one in found.template.indicators]
    page = _table(draft, t, names[0], COLUMNS, rows, title)
    last = 1 + len(rows) + _SPARE
    yes_no = [plain(t._("yes")), plain(t._("no"))]
    lists = {
        "part": [one.code for one in found.template.parts],
        "kind": list(words_of(t, KINDS).values()),
        "type": list(words_of(t, TYPES).values()),
        "required": yes_no,
    }
    for column, values in lists.items():
        at = COLUMNS.index(column)
        # Only help in choosing: what else is typed is judged when the file comes back.
        rule = {"validate": "list", "source": values, "error_type": "information"}
        if sum(len(value) + 1 for value in values) <= 255:
            page.data_validation(2, at, last, at, rule)
    parts = [
        [one.code, *(one.titles.get(k, "") for k in LANGUAGES)] for one in found.template.parts
    ]
    _table(draft, t, names[1], PART_COLUMNS, parts, plain(t._("Title")))
    _help(draft, t, names[2])
    return draft.done()


def file_name(found: Present) -> str:
    """A name that says what it is, in letters that every phone keeps."""
    return f"mau-bao-cao-{found.year.year}-v{found.version}.xlsx"


def _names(t: Texts) -> tuple[str, str, str]:
    """The sheets' names, as a spreadsheet takes them."""
    words = (t._("Indicators"), t._("Parts"), t._("How to edit"))
    first, second, third = (re.sub(r"[\[\]:*?/\\']", "", plain(word))[:31] for word in words)
    return first, second, third


def _row(t: Texts, template: TemplateSpec, one: IndicatorSpec) -> list[str]:
    rules = (
        f"{rule.kind}({', '.join(rule.others)})" for rule in template.rules if rule.code == one.code
    )
    cells = {
        "part": one.part,
        "code": one.code,
        **{language: one.labels.get(language, "") for language in LANGUAGES},
        "kind": words_of(t, KINDS)[one.kind],
        "type": words_of(t, TYPES)[one.type],
        "unit": measures(t).get(one.unit, one.unit),
        "required": plain(t._("yes") if one.required else t._("no")),
        "rule": "; ".join(rules),
        "max_length": str(one.max_length) if one.type == spec.TEXT else "",
        "carry": one.carry,
    }
    return [cells[column] for column in COLUMNS]


def _table(
    draft: Draft,
    t: Texts,
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    title: str,
) -> Any:
    page = draft.book.add_worksheet(name)
    cell, head = draft.style(**_CELL), draft.style(**_HEAD)
    for at, column in enumerate(columns):
        page.write_string(0, at, column)
        page.write_string(1, at, _heading(t, column, title), head)
        # Labels in languages that this person doesn't read are folded away.
        folded = column in KNOWN_LANGUAGES and column not in {"vi", t.language}
        options = {"level": 1, "hidden": True} if folded else {}
        page.set_column(at, at, _WIDTHS.get(column, 20), None, options)
    page.set_row(0, None, None, {"hidden": True})
    for row, cells in enumerate([*rows, *([""] * len(columns) for _ in range(_SPARE))], start=2):
        for at, text in enumerate(cells):
            if text:
                page.write_string(row, at, text, cell)
            else:
                page.write_blank(row, at, None, cell)
    page.freeze_panes(2, 3 if "kind" in columns else 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    return page


def _help(draft: Draft, t: Texts, name: str) -> None:
    page = draft.book.add_worksheet(name)
    page.set_column(0, 0, 110)
    wrap = draft.style(text_wrap=True)
    for row, text in enumerate(_explained(t)):
        page.write_string(row, 0, plain(text), wrap)
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _explained(t: Texts) -> list[Markup]:
    kinds, types = words_of(t, KINDS), words_of(t, TYPES)
    return [
        t._(
            "Change the rows of the first two sheets, save the file and send it back to the bot "
            "in the chat. The bot shows what would change and asks before anything counts."
        ),
        t._(
            "A row that you delete is removed from the report, a row that you add is new. The "
            "order of rows is the order in the report."
        ),
        t._(
            "Code: small letters, digits and _; it ties together the same indicator over the "
            "months, so don't change it. Leave it empty for a new row: the bot makes one."
        ),
        t._("Labels: one language is enough; what is missing is shown in Vietnamese."),
        t._("Kind: {kinds}.", kinds=t.join(list(kinds.values()), "or")),
        t._("Type: {types}.", types=t.join(list(types.values()), "or")),
        t._("Required: yes or no; empty means no."),
        t._("Rules, several separated by a semicolon, with codes in brackets:"),
        t._("sum(a, b): the total is computed as the sum of the others"),
        t._("split(a, b): the others are typed and must add up to it"),
        t._("at_most(a): not above the other"),
        t._("zero_when_zero(a): 0 when the other is 0"),
        t._("needs(a, b): when it isn't 0, the others must be filled"),
        t._(
            "Proposed from: for a state at the month's end, the code of the indicator whose last "
            "value is proposed; empty means its own."
        ),
    ]
