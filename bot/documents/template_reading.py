"""Reading the workbook of a template back: every cell that is wrong, by its address."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from xlsxwriter.utility import xl_cell_to_rowcol

from bot.documents import workbooks
from bot.documents.tables import Formula, Page, as_text
from bot.documents.template_form import COLUMNS, KINDS, LANGUAGES, PART_COLUMNS, TYPES, words_of
from bot.documents.workbooks import address, plain
from bot.domain import template as spec
from bot.domain.names import clean, fold
from bot.domain.template import IndicatorSpec, PartSpec, RuleSpec, TemplateProblem, TemplateSpec
from bot.errors import Invalid
from bot.i18n import KNOWN_LANGUAGES, Texts, texts
from bot.views.report_words import measures

_LONGEST: Final = 400
_SHOWN: Final = 60
_RULE = re.compile(r"\s*([a-z_]+)\s*[(:]\s*([^()]*?)\s*\)?\s*", re.IGNORECASE)
_YES: Final = frozenset({"yes", "x", "1", "true", "co"})


@dataclass(frozen=True)
class TemplateFile:
    """A template's workbook that came back."""

    bloc_year: int
    version: int
    language: str
    pages: Sequence[Page]

    @classmethod
    def of(cls, mark: Mapping[str, str], pages: Sequence[Page]) -> TemplateFile:
        """The workbook with this mark. Raises Invalid (``form_damaged``, ``form_old``)."""
        if mark.get("format") != workbooks.FORMAT:
            raise Invalid("form_old")
        language = mark.get("language", "")
        try:
            return cls(
                bloc_year=int(mark["bloc_year"][:12]),
                version=int(mark["version"][:12]),
                language=language if language in KNOWN_LANGUAGES else "vi",
                pages=(pages[0], pages[1]),
            )
        except (KeyError, ValueError, IndexError) as error:
            raise Invalid("form_damaged") from error


@dataclass(frozen=True)
class WrongPlace:
    """Something wrong in a table: the sheet and cell, what stands there, why (a code)."""

    sheet: str
    address: str
    shown: str
    code: str


@dataclass
class TemplateReading:
    """The template that a workbook holds, and everything wrong with it."""

    template: TemplateSpec
    wrong: list[WrongPlace] = field(default_factory=list)


@dataclass
class _Table:
    """One of the two tables while it is read: cells by column, formulas noted as wrong."""

    page: Page
    columns: tuple[str, ...]
    wrong: list[WrongPlace] = field(default_factory=list)
    lines: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = self.page.rows[0] if self.page.rows else []
        self.at = {str(name): n for n, name in enumerate(names, 1) if str(name) in self.columns}
        if "code" not in self.at:
            raise Invalid("form_damaged")
        for row in range(3, len(self.page.rows) + 1):
            cells = {name: self._text(row, name) for name in self.columns}
            if any(cells.values()):
                self.lines.append((row, cells))

    def _text(self, row: int, name: str) -> str:
        cell = self.page.cell(row, self.at[name]) if name in self.at else None
        if isinstance(cell, Formula):
            self.blame(row, name, "", "cell_formula")
            return ""
        return clean(as_text(cell), _LONGEST, cut=True)

    def blame(self, row: int, name: str, shown: str, code: str) -> None:
        """Note that a cell is wrong."""
        where = address(row, self.at.get(name, self.at["code"]))
        self.wrong.append(WrongPlace(self.page.title, where, shown[:_SHOWN], code))


def read(file: TemplateFile) -> TemplateReading:
    """Read both tables. Raises Invalid (``form_damaged``) where the columns' names are gone."""
    indicators, parts = _Table(file.pages[0], COLUMNS), _Table(file.pages[1], PART_COLUMNS)
    _make_codes(parts)
    _make_codes(indicators)
    part_specs = tuple(PartSpec(one["code"], _labels(one)) for _row_, one in parts.lines)
    words = _Words(texts(file.language), part_specs)
    rules: list[tuple[int, RuleSpec]] = []
    specs = []
    for row, cells in indicators.lines:
        specs.append(_indicator(indicators, row, cells, words))
        rules += [(row, rule) for rule in _rules(indicators, row, cells)]
    template = TemplateSpec(part_specs, tuple(specs), tuple(rule for _row_, rule in rules))
    reading = TemplateReading(template, [*indicators.wrong, *parts.wrong])
    rows = {
        "part": [row for row, _ in parts.lines],
        "indicator": [row for row, _ in indicators.lines],
        "rule": [row for row, _ in rules],
    }
    for problem in spec.check_template(template):
        table = parts if problem.where == "part" else indicators
        _blame(table, rows.get(problem.where, []), problem)
    reading.wrong = [*_in_order(indicators.wrong), *_in_order(parts.wrong)]
    return reading


def _in_order(wrong: Sequence[WrongPlace]) -> list[WrongPlace]:
    """Row by row, each once."""
    return sorted(dict.fromkeys(wrong), key=lambda one: xl_cell_to_rowcol(one.address))


def _labels(cells: Mapping[str, str]) -> dict[str, str]:
    return {language: cells[language] for language in LANGUAGES if cells[language]}


def _make_codes(table: _Table) -> None:
    """Codes for rows without one, from their first label."""
    taken = {cells["code"] for _, cells in table.lines}
    for row, cells in table.lines:
        cells["code"] = cells["code"].strip().lower()
        if cells["code"]:
            continue
        label = next(iter(_labels(cells).values()), "")
        slug = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:34]
        slug = slug if re.match(r"[a-z]", slug) else f"row_{row}"
        code, count = slug, 2
        while code in taken:
            code, count = f"{slug}_{count}", count + 1
        taken.add(code)
        cells["code"] = code


class _Words:
    """What may stand for a kind, a type, a unit or a part: its code, or its word."""

    def __init__(self, t: Texts, parts: Sequence[PartSpec]) -> None:
        self.kinds = self._by_word(words_of(t, KINDS))
        self.types = self._by_word(words_of(t, TYPES))
        self.units = self._by_word(measures(t))
        self.yes = {*_YES, fold(plain(t._("yes")))}
        self.parts = {fold(title): one.code for one in parts for title in one.titles.values()}
        self.parts |= {one.code: one.code for one in parts}

    @staticmethod
    def _by_word(table: Mapping[str, str]) -> dict[str, str]:
        return {fold(word): key for key, word in table.items()} | {key: key for key in table}


def _indicator(table: _Table, row: int, cells: Mapping[str, str], words: _Words) -> IndicatorSpec:
    length = cells["max_length"]
    most = spec.MAX_TEXT
    if length:
        if length.isascii() and length.isdigit() and len(length) < 6:
            most = int(length)
        else:
            table.blame(row, "max_length", length, "max_length")
    return IndicatorSpec(
        code=cells["code"],
        part=words.parts.get(fold(cells["part"]), cells["part"]),
        labels=_labels(cells),
        kind=words.kinds.get(fold(cells["kind"]), cells["kind"]) or spec.FLOW,
        type=words.types.get(fold(cells["type"]), cells["type"]) or spec.COUNT,
        unit=words.units.get(fold(cells["unit"]), cells["unit"])[:40],
        required=fold(cells["required"]) in words.yes,
        max_length=most,
        carry=cells["carry"].lower(),
    )


def _rules(table: _Table, row: int, cells: Mapping[str, str]) -> list[RuleSpec]:
    found = []
    for text in re.split(r";|(?<=\))\s+", cells["rule"]):
        if not text.strip():
            continue
        match = _RULE.fullmatch(text)
        if match is None:
            table.blame(row, "rule", text.strip(), "unknown_rule")
            continue
        others = tuple(one for one in re.split(r"[,\s]+", match[2].lower()) if one)
        found.append(RuleSpec(match[1].lower(), cells["code"], others))
    return found


#: The column in which a problem of a part or an indicator is shown.
_BLAMED: Final = {
    "no_label": "vi",
    "unknown_part": "part",
    "unknown_kind": "kind",
    "unknown_type": "type",
    "max_length": "max_length",
    "unknown_indicator": "carry",
}


def _blame(table: _Table, rows: Sequence[int], problem: TemplateProblem) -> None:
    row = rows[min(problem.row, len(rows) - 1)] if rows else 3
    column = "rule" if problem.where == "rule" else _BLAMED.get(problem.code, "code")
    if problem.code == "label_too_long":
        cells = dict(table.lines)[row]
        column = next(one for one in LANGUAGES if cells[one] == problem.value)
    table.blame(row, column, problem.value, problem.code)
