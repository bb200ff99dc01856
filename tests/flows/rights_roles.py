"""Who may come to the rights matrix, and what each of them may see.

Every value that somebody may not see is a mark: its kind, its bloc and its unit. Whoever reads an
answer is thereby known to have seen it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from bot.models import SeatRole
from bot.views.base import View

#: Names of bloc, unit (long, short), person; words of a draft, of a sent report, of a decision;
#: a file of a draft and of a sent report, by name and by Telegram's id; a text's draft.
MARK = re.compile(r"(Blc|Org|Uni|Per|Dra|Snt|Cmt|Fdr|Idr|Fst|Ist|Wip)([AB])(\d?)")
_NAMES = ("Blc", "Org", "Uni", "Per")
_OF_DRAFTS = ("Dra", "Fdr", "Idr")
_SIGNATORY, _REPRESENTATIVE = SeatRole.SIGNATORY, SeatRole.REPRESENTATIVE
_OBSERVER = SeatRole.OBSERVER


@dataclass(frozen=True)
class Role:
    """Somebody who may come: where they act now, and what they are by that."""

    name: str
    bloc: str = ""
    unit: int | None = None
    seat: SeatRole | None = None
    admin: bool = False
    #: Marks that this person may see among their own affairs: where they belonged.
    past: tuple[str, ...] = ()
    #: What they are by another seat, which they don't act from now; news reaches them there too.
    also: Role | None = None

    @property
    def seated(self) -> bool:
        return self.seat is not None

    @property
    def member(self) -> bool:
        return self.unit is not None

    @property
    def signatory(self) -> bool:
        return self.seat is _SIGNATORY

    @property
    def reviewer(self) -> bool:
        return self.unit in (0, 1)

    @property
    def reader(self) -> bool:
        return self.reviewer or self.seat is _OBSERVER

    def may_see(self, kind: str, bloc: str, unit: str) -> bool:
        """Whether a mark is for these eyes."""
        if kind in _NAMES:
            return self.admin or self.bloc == bloc
        if kind == "Wip":
            return self.bloc == bloc and self.reviewer
        at = self.bloc == bloc and str(self.unit) == unit
        if kind in _OF_DRAFTS:
            return at
        return at or (self.bloc == bloc and self.reader)


#: Units of a bloc: leader, deputy, two members; in the first bloc also one that was closed and
#: one that led until a moment ago.
ROLES = (
    Role("stranger"),
    Role("signatory", "A", 2, _SIGNATORY),
    Role("representative", "A", 2, _REPRESENTATIVE),
    Role("colleague", "A", 3, _SIGNATORY),
    Role("leader", "A", 0, _SIGNATORY),
    Role("leader's representative", "A", 0, _REPRESENTATIVE),
    Role("deputy", "A", 1, _SIGNATORY),
    Role("deputy's representative", "A", 1, _REPRESENTATIVE),
    Role("observer", "A", None, _OBSERVER),
    Role("former leader", "A", 5, _SIGNATORY),
    Role("administrator", admin=True),
    Role("ex-member", past=("BlcA", "OrgA2", "UniA2")),
    Role("ex-leader", past=("BlcA", "OrgA0", "UniA0")),
    Role("ex-observer", past=("BlcA",)),
    Role("of a closed unit", past=("BlcA", "OrgA4", "UniA4")),
    Role(
        "leader acting elsewhere",
        "B",
        2,
        _REPRESENTATIVE,
        past=("BlcA", "OrgA0", "UniA0"),
        also=Role("leader", "A", 0, _SIGNATORY),
    ),
    Role("other bloc's leader", "B", 0, _SIGNATORY),
    Role("other bloc's deputy", "B", 1, _SIGNATORY),
    Role("other bloc's member", "B", 2, _SIGNATORY),
    Role("other bloc's observer", "B", None, _OBSERVER),
)


def marks(text: str) -> set[tuple[str, str, str]]:
    """The marks in a text."""
    return {(one[1], one[2], one[3]) for one in MARK.finditer(text)}


def marks_of(view: View) -> set[tuple[str, str, str]]:
    """The marks that somebody who gets this answer sees, on buttons and files too."""
    return marks(json.dumps(replace(view, attachment=_known(view)).to_json(), ensure_ascii=False))


def _known(view: View) -> Any:
    """The attachment without content that was made for it."""
    return replace(view.attachment, content=b"") if view.attachment else None


def unseemly(role: Role, view: View, *, own: bool = False, news: bool = False) -> set[str]:
    """The marks in an answer that this person may not see.

    ``own``: it is about their own affairs, where they belonged once too. ``news``: it reaches
    them by any of their seats.
    """
    return {
        "".join(mark)
        for mark in marks_of(view)
        if not role.may_see(*mark)
        and not (own and "".join(mark) in role.past)
        and not (news and role.also is not None and role.also.may_see(*mark))
    }
