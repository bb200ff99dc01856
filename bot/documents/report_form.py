"""The monthly report as an XLSX form: made with what is known, read back cell by cell.

Each row carries its indicator's code and what stood there when the form was made, in hidden
columns. What was changed in the form is taken over, what was not stays as the report has it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from bot.documents import workbooks
from bot.documents.tables import FORMULA, Cell, Formula, Page, as_text
from bot.documents.workbooks import Draft, address, plain
from bot.domain import numbers
from bot.domain.calendar import parse_date
from bot.domain.names import clean
from bot.domain.report import Value, check_field, values_to_json
from bot.domain.template import (
    DATE,
    DECIMAL,
    STOCK,
    SUM,
    TEXT,
    IndicatorSpec,
    RuleSpec,
    TemplateSpec,
)
from bot.errors import Expected, Invalid
from bot.i18n import KNOWN_LANGUAGES, Texts
from bot.services.report_sheet import Sheet

KIND: Final = "report"
# Columns from 0: code (hidden), number, indicator, unit, last month, value, note, was (hidden).
_CODE, _NUMBER, _LABEL, _UNIT, _LAST, _VALUE, _NOTE, _WAS = range(8)
_WIDTHS: Final = {_NUMBER: 5, _LABEL: 38, _UNIT: 14, _LAST: 17, _VALUE: 20, _NOTE: 42}
_HEADER: Final = 4
_MOST: Final = 10**numbers.MAX_DIGITS - 1
_HEAD: Final = {"bold": True, "border": 1, "bg_color": "#D9E2F3", "text_wrap": True}
_PART: Final = {"bold": True, "border": 1, "bg_color": "#F2F2F2"}
_CELL: Final = {"border": 1, "text_wrap": True}
_FREE: Final = {"border": 1, "text_wrap": True, "locked": False, "bg_color": "#FFFFE5"}
_MARKED: Final = {**_FREE, "bg_color": "#FCE4D6"}
_FORMATS: Final = {DECIMAL: "#,##0.00", DATE: "dd/mm/yyyy", TEXT: "@"}
_SHOWN: Final = 60


# --- Making -----------------------------------------------------------------------------------


def make(t: Texts, sheet: Sheet, units: Mapping[str, str]) -> bytes:
    """The form of a report; ``units`` words the units of measure in this language."""
    report = sheet.report
    draft = Draft(
        {
            "form": KIND,
            "report": report.id,
            "unit": sheet.unit.id,
            "bloc_year": report.bloc_year_id,
            "month": report.month.isoformat(),
            "version": report.template_version,
            "language": t.language,
        }
    )
    _Writer(t, sheet, units, draft).write()
    return draft.done()


def file_name(sheet: Sheet) -> str:
    """A name that says what it is, in letters that every phone keeps."""
    return f"bao-cao-{sheet.report.month:%Y-%m}.xlsx"


class _Writer:
    def __init__(self, t: Texts, sheet: Sheet, units: Mapping[str, str], draft: Draft) -> None:
        self.t, self.sheet, self.units, self.draft = t, sheet, units, draft
        self.page: Any = draft.book.add_worksheet(
            self._sheet_name(plain(t._("Report {month}", month=f"{sheet.report.month:%m-%Y}")))
        )
        self.rows: dict[str, int] = {}

    @staticmethod
    def _sheet_name(text: str) -> str:
        return "".join(c for c in text if c not in "[]:*?/\\'")[:31]

    def write(self) -> None:
        t, sheet, page, style = self.t, self.sheet, self.page, self.draft.style
        for column, width in _WIDTHS.items():
            page.set_column(column, column, width)
        for column in (_CODE, _WAS):
            page.set_column(column, column, None, None, {"hidden": True})
        title = t._("Report of {month}", month=t.month(sheet.report.month))
        page.write_string(0, _NUMBER, plain(title), style(bold=True, font_size=14))
        page.write_string(1, _NUMBER, f"{sheet.unit.name} – {sheet.bloc.name}", style(bold=True))
        page.merge_range(2, _NUMBER, 2, _NOTE, plain(self._how()), style(text_wrap=True))
        page.set_row(2, 66)
        heads = (
            (_NUMBER, t._("No.")),
            (_LABEL, t._("Indicator")),
            (_UNIT, t._("Unit of measure")),
            (_LAST, t._("Last month")),
            (_VALUE, t._("This month")),
            (_NOTE, t._("Note")),
        )
        for column, text in heads:
            page.write_string(_HEADER, column, plain(text), style(**_HEAD))
        self._rows()
        page.freeze_panes(_HEADER + 1, 0)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(_HEADER)
        page.set_margins(left=0.6, right=0.5, top=0.6, bottom=0.6)
        page.set_footer("&C&P/&N")
        page.protect("", {"format_rows": True, "format_columns": True})

    def _how(self) -> str:
        return self.t._(
            "Fill in the coloured cells of “This month”, save the file and send it back to the "
            "bot in the chat. What you don't change here stays as it is in the report; a cell "
            "that you empty is emptied there too. Totals are computed. If a cell is wrong, "
            "nothing is taken over and the bot says which one it is."
        )

    def _rows(self) -> None:
        template = self.sheet.template
        row = _HEADER + 1
        order: list[tuple[int, IndicatorSpec]] = []
        for part in template.parts:
            inside = template.of_part(part.code)
            if not inside:
                continue
            title = part.title(self.t.language)
            style = self.draft.style(**_PART)
            self.page.merge_range(row, _NUMBER, row, _NOTE, "", style)
            self.page.write_string(row, _NUMBER, title, style)
            row += 1
            for one in inside:
                self.rows[one.code] = row
                order.append((row, one))
                row += 1
        for number, (at, one) in enumerate(order, start=1):
            self._row(at, number, one)
        self.page.print_area(0, _NUMBER, row - 1, _NOTE)

    def _row(self, row: int, number: int, one: IndicatorSpec) -> None:
        page, t, cell = self.page, self.t, self.draft.style(**_CELL)
        page.write_string(row, _CODE, one.code)
        page.write_number(row, _NUMBER, number, self.draft.style(border=1, align="center"))
        page.write_string(row, _LABEL, one.label(t.language), cell)
        page.write_string(row, _UNIT, self.units.get(one.unit, one.unit), cell)
        last = self.sheet.last.get(one.code) if one.type != TEXT else None
        self._put(row, _LAST, one, last, self._look(one, _CELL))
        value = self.sheet.values.get(one.code)
        page.write_string(row, _WAS, values_to_json({one.code: value}).get(one.code, ""))
        note = plain(self._note(one))
        page.set_row(row, _height(note, one.label(t.language)))
        if one.code in self.sheet.template.computed:
            self._total(row, one, value)
            page.write_string(row, _NOTE, note, cell)
            return
        look = self._look(one, _MARKED if one.code in self.sheet.marked else _FREE)
        if one.type == TEXT:
            page.merge_range(row, _VALUE, row, _NOTE, "", look)
            page.set_row(row, 90)
            page.write_string(row, _LAST, note, cell)
        else:
            page.write_string(row, _NOTE, note, cell)
        self._put(row, _VALUE, one, value, look)
        self._checked(row, one)

    def _look(self, one: IndicatorSpec, base: Mapping[str, Any]) -> Any:
        look = {**base, "num_format": _FORMATS.get(one.type, "#,##0")}
        if one.type == TEXT:
            look |= {"align": "left", "valign": "top"}
        else:
            look |= {"align": "right"}
        return self.draft.style(**look)

    def _put(self, row: int, column: int, one: IndicatorSpec, value: Value, look: Any) -> None:
        if isinstance(value, Decimal):
            self.page.write_number(row, column, float(value), look)
        elif isinstance(value, dt.date):
            self.page.write_datetime(row, column, value, look)
        elif value:
            self.page.write_string(row, column, value, look)
        else:
            self.page.write_blank(row, column, None, look)

    def _total(self, row: int, one: IndicatorSpec, value: Value) -> None:
        """A sum that the spreadsheet keeps up; empty until its required parts are filled."""
        template = self.sheet.template
        rule = next(r for r in template.rules if r.kind == SUM and r.code == one.code)
        cells = {code: address(self.rows[code] + 1, _VALUE + 1) for code in rule.others}
        needed = [cell for code, cell in cells.items() if template[code].required]
        wanted = f"COUNT({','.join(needed or cells.values())})"
        enough = f"{wanted}={len(needed)}" if needed else f"{wanted}>0"
        formula = f'=IF({enough},SUM({",".join(cells.values())}),"")'
        shown = float(value) if isinstance(value, Decimal) else ""
        look = self.draft.style(**_CELL, bold=True, align="right", num_format="#,##0.##")
        self.page.write_formula(row, _VALUE, formula, look, shown)

    def _checked(self, row: int, one: IndicatorSpec) -> None:
        t = self.t
        if one.type == TEXT:
            rule = {"validate": "length", "criteria": "<=", "value": one.max_length}
            message = t._("At most {n} characters, please.", n=t.number(one.max_length))
        elif one.type == DATE:
            rule = {
                "validate": "date",
                "criteria": "between",
                "minimum": dt.date(2000, 1, 1),
                "maximum": dt.date(2100, 1, 1),
            }
            message = t._("Please enter a date: day/month/year.")
        else:
            kind = "decimal" if one.decimals else "integer"
            rule = {"validate": kind, "criteria": "between", "minimum": 0, "maximum": _MOST}
            message = (
                t._("Please enter a number, 0 or more.")
                if one.decimals
                else t._("Please enter a whole number, 0 or more.")
            )
        workbooks.check(self.page, row, _VALUE, rule, plain(message))

    def _note(self, one: IndicatorSpec) -> str:
        """What the row asks for, in short."""
        t = self.t
        if one.type == TEXT:
            return t._("At most {n} characters", n=t.number(one.max_length))
        words: list[str] = []
        if one.code in self.sheet.marked:
            words.append(t._("↩ returned: please correct it"))
        if one.numeric:
            stock = one.kind == STOCK
            words.append(t._("at the month's end") if stock else t._("in this month"))
        if not one.required and one.code not in self.sheet.template.computed:
            words.append(t._("may stay empty"))
        words += [self._rule(rule) for rule in self.sheet.template.rules if rule.code == one.code]
        return "; ".join(plain(word) for word in words)

    def _rule(self, rule: RuleSpec) -> str:
        t, template = self.t, self.sheet.template
        names = t.join([template[code].label(t.language) for code in rule.others])
        match rule.kind:
            case "sum":
                return t._("computed: the sum of {fields}", fields=names)
            case "split":
                return t._("{fields} add up to it", fields=names)
            case "at_most":
                return t._("not above {field}", field=names)
            case "zero_when_zero":
                return t._("0 if {field} is 0", field=names)
        return t._("if it isn't 0, {fields} must be filled", fields=names)


def _height(note: str, label: str) -> int:
    """The height of a row whose texts are broken into lines; not every program finds it itself."""
    lines = max(-(-len(note) // (_WIDTHS[_NOTE] - 4)), -(-len(label) // (_WIDTHS[_LABEL] - 4)), 1)
    return 3 + 15 * lines


# --- Reading ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReportFile:
    """A form that came back: what it belongs to, and its cells as they are."""

    report: int
    unit: int
    bloc_year: int
    month: dt.date
    version: int
    language: str
    page: Page

    @classmethod
    def of(cls, mark: Mapping[str, str], pages: Sequence[Page]) -> ReportFile:
        """The form with this mark. Raises Invalid (``form_damaged``, ``form_old``)."""
        if mark.get("format") != workbooks.FORMAT:
            raise Invalid("form_old")
        language = mark.get("language", "")
        try:
            return cls(
                report=int(mark["report"][:12]),
                unit=int(mark["unit"][:12]),
                bloc_year=int(mark["bloc_year"][:12]),
                month=dt.date.fromisoformat(mark["month"]),
                version=int(mark["version"][:12]),
                language=language if language in KNOWN_LANGUAGES else "vi",
                page=pages[0],
            )
        except (KeyError, ValueError, IndexError) as error:
            raise Invalid("form_damaged") from error


@dataclass(frozen=True)
class WrongCell:
    """A cell that can't be taken over: where, which indicator, what stands there, why."""

    address: str
    code: str
    shown: str
    error: Expected


@dataclass
class Reading:
    """What a form says: changed values by code (None: emptied), and everything wrong."""

    changes: dict[str, Value] = field(default_factory=dict)
    wrong: list[WrongCell] = field(default_factory=list)


def read(file: ReportFile, template: TemplateSpec, today: dt.date) -> Reading:
    """Read every cell. Raises Invalid (``form_damaged``) where rows aren't the form's own."""
    reading = Reading()
    seen: set[str] = set()
    for row in range(1, len(file.page.rows) + 1):
        code = file.page.cell(row, _CODE + 1)
        if code is None or code == "":
            continue
        if not isinstance(code, str) or code not in template or code in seen:
            raise Invalid("form_damaged")
        seen.add(code)
        if code in template.computed:
            continue
        cell = file.page.cell(row, _VALUE + 1)
        was = file.page.cell(row, _WAS + 1)
        try:
            value = _value(cell, template[code], file.language, today)
        except Invalid as error:
            where = address(row, _VALUE + 1)
            reading.wrong.append(WrongCell(where, code, _shown(cell), error))
            continue
        before = "" if isinstance(was, Formula) else as_text(was)
        if values_to_json({code: value}).get(code, "") != before:
            reading.changes[code] = value
    if not seen:
        raise Invalid("form_damaged")
    return reading


def _shown(cell: Cell | Formula) -> str:
    """A cell as its spreadsheet shows it."""
    if isinstance(cell, Formula):
        return ""
    return str(cell).upper() if isinstance(cell, bool) else as_text(cell)[:_SHOWN]


def _value(cell: Cell | Formula, one: IndicatorSpec, language: str, today: dt.date) -> Value:
    """What a cell means. Raises Invalid with the code of what is wrong."""
    if cell is FORMULA or isinstance(cell, Formula):
        raise Invalid("cell_formula")
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    value: Value
    if one.type == TEXT:
        value = clean(as_text(cell), one.max_length, newlines=True)
    elif one.type == DATE:
        value = _date(cell, today)
    else:
        value = _number(cell, one, language)
    for problem in check_field(TemplateSpec((), (one,)), {one.code: value}, one.code):
        raise Invalid(f"value_{problem.code}", limit=one.max_length, decimals=one.decimals)
    return value or (None if isinstance(value, str) else value)


def _number(cell: Cell, one: IndicatorSpec, language: str) -> Decimal:
    if isinstance(cell, Decimal):
        return cell
    if isinstance(cell, str):
        return numbers.parse(cell, language, one.decimals, one.unit)
    raise Invalid("number_not_a_number")


def _date(cell: Cell, today: dt.date) -> dt.date:
    if isinstance(cell, dt.datetime):
        day = cell.date()
    elif isinstance(cell, dt.date):
        day = cell
    elif isinstance(cell, str):
        day = parse_date(cell, today)
    else:
        raise Invalid("date_unknown")
    if day > today:
        raise Invalid("value_date_to_come")
    return day
