"""What an operator at the command line is told: a roster's wrong rows, numbers that are none."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from bot.domain.roster import MAX_NAME, MAX_SHORT_NAME, MAX_UNITS, SHORT_NAME, RosterProblem
from bot.i18n import Texts


def problem(t: Texts, one: RosterProblem) -> Markup:
    """One line for one wrong cell, with its row and column; or for the whole file."""
    if one.row == 0:
        if one.code == "too_many_rows":
            return t._(
                "The roster has too many units: {n}; the most is {limit}.",
                n=one.value,
                limit=t.number(MAX_UNITS),
            )
        return t._(
            "The roster has no units. It needs a first row with unit, short_name, staff, role, "
            "and a row for each unit."
        )
    return t._(
        "Row {row}, column {column}: {what}",
        row=t.number(one.row),
        column=one.column,
        what=_WHAT[one.code](t, one),
    )


_WHAT: dict[str, Callable[[Texts, RosterProblem], Markup]] = {
    "missing_column": lambda t, p: t._("the first row doesn't have this column."),
    "duplicate_column": lambda t, p: t._("the first row has this column twice."),
    "empty": lambda t, p: t._("this is empty. Please fill it in."),
    "too_long": lambda t, p: t._(
        "this is too long: at most {limit} characters.",
        limit=t.number(MAX_SHORT_NAME if p.column == SHORT_NAME else MAX_NAME),
    ),
    "duplicate": lambda t, p: t._(
        "“{value}” stands in row {row} already.", value=p.value, row=t.number(p.first_row)
    ),
    "not_a_whole_number": lambda t, p: t._(
        "“{value}” is not a whole number of persons.", value=p.value
    ),
    "unknown_role": lambda t, p: t._(
        "“{value}” is no role: write leader, deputy or nothing.", value=p.value
    ),
    "second_leader": lambda t, p: t._(
        "row {row} is the leader already; a bloc has one.", row=t.number(p.first_row)
    ),
    "second_deputy": lambda t, p: t._(
        "row {row} is the deputy already; a bloc has one.", row=t.number(p.first_row)
    ),
}

ERRORS: dict[str, Callable[..., Markup]] = {
    "roster_wrong": lambda t, problems, **_v: Markup("\n").join(
        problem(t, one) for one in problems
    ),
    "no_such_unit": lambda t, **_v: t._("There is no unit with this id."),
}
