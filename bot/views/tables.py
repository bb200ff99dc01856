"""What is wrong with a file that should have been a table; see :mod:`bot.documents.tables`."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

ERRORS: dict[str, Callable[..., Markup]] = {
    "table_too_large": lambda t, limit: t._(
        "That file is too large: at most {limit} MB. Please send only the table itself.",
        limit=t.number(limit // 2**20),
    ),
    "table_too_many_rows": lambda t, limit: t._(
        "That table has too many rows: at most {limit} are possible.", limit=t.number(limit)
    ),
    "table_too_many_columns": lambda t, limit: t._(
        "That table has too many columns: at most {limit} are possible.", limit=t.number(limit)
    ),
    "table_old_format": lambda t, **_v: t._(
        "That file is in an old format or has a password. Please save it as XLSX or CSV without "
        "a password and send it again."
    ),
    "table_unreadable": lambda t, **_v: t._(
        "I can't read that file as a table. Please send it as XLSX or CSV."
    ),
    "table_no_sheet": lambda t, **_v: t._(
        "That file doesn't have the sheet that I need. Please use the file that I made."
    ),
}
