"""Who may do what: one entry for every command, button and step of a form.

A key names the act: ``/command``, ``feature:button``, ``feature.text@step`` (typed while the form
is at that step), ``feature.file@step``, ``feature.show@step`` (the form drawn anew); after a blank
comes what tells several entries for one act apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.models import SeatRole
from tests.flows.rights_roles import Role
from tests.flows.rights_stage import Subject

Rule = Callable[[Role, Subject], bool]


def everyone(_who: Role, _what: Subject) -> bool:
    return True


def nobody(_who: Role, _what: Subject) -> bool:
    return False


def seated(who: Role, _what: Subject) -> bool:
    """Whoever holds a seat, for their own things."""
    return who.seated


def seated_or_admin(who: Role, _what: Subject) -> bool:
    return who.seated or who.admin


def member(who: Role, _what: Subject) -> bool:
    """Representatives, for their own unit."""
    return who.member


def own(who: Role, what: Subject) -> bool:
    """The people of the very unit."""
    return who.member and (who.bloc, who.unit) == (what.bloc, what.unit)


def inside(who: Role, what: Subject) -> bool:
    """Everybody in that bloc, and whoever runs the bot."""
    return who.admin or (who.seated and who.bloc == what.bloc)


def reviewer(who: Role, _what: Subject) -> bool:
    """Leader and deputy, in their own bloc."""
    return who.reviewer


def reader(who: Role, _what: Subject) -> bool:
    """Leader, deputy and observers, in their own bloc."""
    return who.reader


def reviews(who: Role, what: Subject) -> bool:
    """Leader and deputy of that bloc."""
    return who.reviewer and who.bloc == what.bloc


def own_or_read(who: Role, what: Subject) -> bool:
    """The people of the unit, and who reads its whole bloc."""
    return own(who, what) or (who.reader and who.bloc == what.bloc)


def reads(who: Role, what: Subject) -> bool:
    """Leader, deputy and observers of that bloc."""
    return who.reader and who.bloc == what.bloc


def decides(who: Role, what: Subject) -> bool:
    """Nobody decides on their own unit's report."""
    return reviews(who, what) and who.unit != what.unit


def manages(who: Role, what: Subject) -> bool:
    return who.admin or reviews(who, what)


def closes(who: Role, what: Subject) -> bool:
    """A unit that leads the bloc can't be closed."""
    return manages(who, what) and what.unit != 0


def invites(who: Role, what: Subject) -> bool:
    """To a unit as representative: its signatory too."""
    return manages(who, what) or (who.signatory and own(who, what))


def inviting(who: Role, _what: Subject) -> bool:
    """To somewhere at least."""
    return who.admin or who.reviewer or who.seat is SeatRole.SIGNATORY


def admin(who: Role, _what: Subject) -> bool:
    return who.admin


def appoints(who: Role, what: Subject) -> bool:
    """Who is deputy already needn't be made it."""
    return who.admin and what.unit != 1


Effect = Literal["reads", "changes", "may change"]


@dataclass(frozen=True)
class At:
    """Where the actor's form is: of which feature, at which step, about what."""

    feature: str
    step: str
    subject: str = ""
    draft: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Act:
    """An act, who may do it, and what comes of it.

    ``args`` and ``text`` name what is acted upon by its ids. ``sees`` are kinds of marks of the
    subject that whoever may sees. ``once``: it is about the actor's own things, whatever the
    subject.
    """

    may: Rule
    effect: Effect = "reads"
    args: tuple[str, ...] = ()
    text: str = ""
    at: At | None = None
    sees: tuple[str, ...] = ()
    #: About the person's own seats, the ended ones too.
    own_affairs: bool = False
    #: Others don't learn that it exists.
    hidden: bool = False

    @property
    def once(self) -> bool:
        """Whether there is no subject to tell apart."""
        about = (*self.args, self.text, self.at.subject if self.at else "")
        return not any("{" in one for one in about)


NUMBER, DATE, WORDS = "sessions_outreach", "opinions_forwarded_on", "highlights"


def _report(step: str, **draft: Any) -> At:
    return At("report", step, "{draft}", draft)


def _review(step: str) -> At:
    draft = {"round": 1, "part": -1, "marked": ["members_total"], "reason": "Please check"}
    return At("review", step, "{sent}", draft)


CARD = _report("card")
PART = _report("part", part="opinion")
NUMBER_FIELD = _report("field", part="outreach", code=NUMBER)
WORDS_FIELD = _report("field", part="words", code=WORDS)
CHOOSE = _report("choose", text="1 200", readings=[[[NUMBER, "1200"]]], origin="card")
HOLD = _report("hold", text="7", origin="card", part=None, code=None)
UNDOABLE = _report("card", undo={"was": {NUMBER: "5"}, "now": {NUMBER: None}})
SEND, FILES = _report("send", page=0), _report("files", page=0)
MONTHS = At("report", "months")
COMMENT, RETURN = _review("comment"), _review("return")
ADD, RENAME = At("units", "add", "{bloc}"), At("units", "rename", "{unit}")
STAFF, MERGE = At("units", "staff", "{unit}"), At("units", "merge", "{unit}", {"other": "{other}"})

#: The steps of every feature's form.
STEPS: dict[str, tuple[str, ...]] = {
    "report": ("months", "card", "part", "field", "choose", "hold", "send", "files"),
    "review": ("comment", "return"),
    "units": ("add", "rename", "staff", "merge"),
}

_HOME = {
    "/start": Act(everyone),
    "/start forged": Act(nobody, text="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    "/help": Act(everyone),
    "/cancel": Act(everyone, at=CARD),
    "home:menu": Act(everyone),
    "home:help": Act(everyone),
    "home:continue": Act(own, at=WORDS_FIELD, sees=("Dra",)),
    "home:continue review": Act(decides, at=RETURN, sees=("Uni",)),
    "home:continue units": Act(manages, at=RENAME, sees=("Org",)),
}
_PEOPLE = {
    "/bloc": Act(everyone, own_affairs=True),
    "/privacy": Act(everyone, own_affairs=True),
    "people:bloc": Act(everyone, own_affairs=True),
    "people:switch": Act(nobody, args=("{seat}",)),
    "people:privacy": Act(everyone, own_affairs=True),
    "people:leave": Act(everyone, own_affairs=True),
    "people:leave_yes": Act(everyone, "changes"),
    "/language": Act(everyone),
    "/language chosen": Act(everyone, "changes", text="de"),
    "/settings": Act(everyone),
    "settings:language": Act(everyone),
    "settings:set": Act(everyone, "changes", args=("vi",)),
    "settings:show": Act(everyone),
    "/admin": Act(admin, text="{bloc}", sees=("Blc",), hidden=True),
    "admin:list": Act(admin, args=("0", "{bloc}"), sees=("Blc",), hidden=True),
}
_STANDING = {
    "/status": Act(seated),
    "/missing": Act(reader),
    "/missing month": Act(reader, text="2025-04"),
    "standing:status": Act(seated),
    "standing:missing": Act(reader, args=("2025-04", "0")),
    "standing:all": Act(reader, args=("2025-04", "0")),
    "standing:ask": Act(reviewer, args=("2025-04", "0")),
    "standing:ask unit": Act(reviews, args=("2025-04", "{unit}"), sees=("Uni",)),
    "standing:nudge": Act(reviewer, "changes", args=("2025-04", "0")),
    "standing:nudge unit": Act(reviews, "changes", args=("2025-04", "{unit}")),
}
_PROGRESS = {
    "progress:mine": Act(member, args=("0",)),
    "progress:unit": Act(own_or_read, args=("{unit}", "0"), sees=("Uni",)),
    "progress:board": Act(seated, args=("0",)),
    "progress:totals": Act(seated, args=("0",)),
    "progress:by": Act(seated, args=(NUMBER, "0")),
}
_SENT = ("{sent}", "1")
_REVIEW = {
    "/pending": Act(reader),
    "/approve": Act(decides, "changes", text="{number} fine"),
    "/approve what": Act(reviewer),
    "/return": Act(decides, "changes", text="{number} because"),
    "/return without": Act(decides, text="{number}", sees=("Uni",)),
    "review:list": Act(reader, args=("0",)),
    "review:list_return": Act(reader, args=("0",)),
    "review:open": Act(reads, "may change", args=("{sent}", "0"), sees=("Org",)),
    "review:open words": Act(reads, "may change", args=("{sent}", "3"), sees=("Snt",)),
    "review:back": Act(reads, "may change", args=("{sent}",), sees=("Org",)),
    "review:history": Act(reads, args=("{approved}",), sees=("Cmt",)),
    "review:proof": Act(reads, args=("{approved}", "0"), sees=("Ist",)),
    "review:approve": Act(decides, "changes", args=_SENT),
    "review:comment": Act(decides, args=_SENT, sees=("Uni",)),
    "review:return": Act(decides, args=_SENT, sees=("Uni",)),
    "review:leave": Act(reads, "may change", args=("{sent}",), at=RETURN, sees=("Org",)),
    "review:send_back": Act(decides, "changes", args=("{sent}",), at=RETURN),
    "review:part": Act(decides, args=("0",), at=RETURN, sees=("Uni",)),
    "review:mark": Act(decides, args=("0", "1"), at=RETURN, sees=("Uni",)),
    "review:quick": Act(decides, args=("0",), at=RETURN, sees=("Uni",)),
    "review:again": Act(decides, at=RETURN, sees=("Uni",)),
    "review.text@comment": Act(decides, "changes", text="Well done", at=COMMENT),
    "review.text@return": Act(decides, text="Please check", at=RETURN, sees=("Uni",)),
    "review.show@comment": Act(decides, at=COMMENT, sees=("Uni",)),
    "review.show@return": Act(decides, at=RETURN, sees=("Uni",)),
}
_TYPED = {
    "report.text@months": Act(member, text="2025-03", at=MONTHS),
    "report.text@card": Act(own, "changes", text="5", at=CARD),
    "report.text@part": Act(own, "changes", text="5", at=PART),
    "report.text@field": Act(own, "changes", text="5", at=NUMBER_FIELD),
    "report.text@field words": Act(own, "changes", text="Good", at=WORDS_FIELD),
    "report.text@choose": Act(own, "changes", text="5", at=CHOOSE),
    "report.text@hold": Act(own, text="5", at=HOLD),
    "report.text@send": Act(own, "changes", text="5", at=SEND),
    "report.text@files": Act(own, "changes", text="5", at=FILES),
    "report.file@months": Act(member, at=MONTHS),
    "report.file@card": Act(own, "changes", at=CARD),
    "report.file@part": Act(own, "changes", at=PART),
    "report.file@field": Act(own, "changes", at=NUMBER_FIELD),
    "report.file@choose": Act(own, "changes", at=CHOOSE),
    "report.file@hold": Act(own, "changes", at=HOLD),
    "report.file@send": Act(own, "changes", at=SEND),
    "report.file@files": Act(own, "changes", at=FILES),
    "report.show@months": Act(member, at=MONTHS),
    "report.show@card": Act(own, at=CARD, sees=("Uni",)),
    "report.show@part": Act(own, at=PART),
    "report.show@field": Act(own, at=WORDS_FIELD, sees=("Dra",)),
    "report.show@choose": Act(own, at=CHOOSE),
    "report.show@hold": Act(own, at=HOLD),
    "report.show@send": Act(own, at=SEND),
    "report.show@files": Act(own, at=FILES, sees=("Fdr",)),
}
_REPORT = {
    "/report": Act(member),
    "/report month": Act(member, text="2025-03"),
    "/reports": Act(member),
    "/reports year": Act(member, text="2025"),
    "report:start": Act(member),
    "report:month": Act(member, args=("2025-02",)),
    "report:list": Act(member, args=("2025",)),
    "report:show": Act(own, args=("{sent}", "0"), sees=("Uni",)),
    "report:show words": Act(own, args=("{sent}", "1"), sees=("Uni",)),
    "report:show draft": Act(own, args=("{draft}",), sees=("Uni",)),
    "report:open": Act(own, args=("{draft}",), sees=("Uni",)),
    "report:sum": Act(own, args=("{sent}", "0"), sees=("Uni",)),
    "report:sent_files": Act(own, args=("{sent}", "0"), sees=("Fst",)),
    "report:look": Act(own, args=("{file}",), sees=("Idr",)),
    "report:look sent": Act(own, args=("{sent_file}",), sees=("Ist",)),
    "report:withdraw": Act(own, args=("{sent}",)),
    "report:withdrawn": Act(own, "changes", args=("{sent}", "1")),
    "report:card": Act(own, at=WORDS_FIELD, sees=("Uni",)),
    "report:part": Act(own, args=("words",), at=CARD, sees=("Dra",)),
    "report:field": Act(own, args=(WORDS,), at=CARD, sees=("Dra",)),
    "report:append": Act(own, args=(WORDS,), at=WORDS_FIELD, sees=("Dra",)),
    "report:skip": Act(own, args=(NUMBER,), at=NUMBER_FIELD),
    "report:back": Act(own, at=CHOOSE),
    "report:last": Act(own, "changes", args=("members_total",), at=CARD),
    "report:zero": Act(own, "changes", args=(NUMBER,), at=NUMBER_FIELD),
    "report:today": Act(own, "changes", args=(DATE,), at=CARD),
    "report:clear": Act(own, "changes", args=(WORDS,), at=WORDS_FIELD),
    "report:partlast": Act(own, "changes", args=("organisation",), at=CARD),
    "report:partzero": Act(own, "changes", args=("outreach",), at=CARD),
    "report:undo": Act(own, "changes", at=UNDOABLE),
    "report:read": Act(own, "changes", args=("0",), at=CHOOSE),
    "report:held": Act(own, "changes", args=("yes",), at=HOLD),
    "report:files": Act(own, args=("0",), at=CARD, sees=("Fdr",)),
    "report:drop": Act(own, "changes", args=("{file}", "0"), at=FILES),
    # The form is about a report of the actor's own; the file is another's.
    "report:drop forged": Act(
        own, "changes", args=("{file}", "0"), at=At("report", "files", "{mine}", {"page": 0})
    ),
    "report:send": Act(own, args=("0",), at=CARD),
    "report:confirm": Act(own, "changes", at=At("report", "send", "{full}", {"page": 0})),
    "workbook:form": Act(own, "changes", args=("{draft}",)),
    "workbook:form full": Act(own, "changes", args=("{full}",)),
}
_TEMPLATE = {
    "/template": Act(reviewer),
    "template:show": Act(reviewer),
    "template:get": Act(reviewer, "changes"),
    "template:use": Act(reviews, "changes", args=("{version}",)),
    "template:drop": Act(reviewer, args=("{version}",)),
}
_SEATS = {
    "/invite": Act(inviting),
    "/invite name": Act(inviting, text="Org{letter}{index} office"),
    "units:people": Act(manages, args=("{unit}", "0"), sees=("Per",)),
    "units:observers": Act(manages, args=("{bloc}", "0")),
    "units:person": Act(manages, args=("{seat}",), sees=("Per",)),
    "units:role": Act(manages, "changes", args=("{seat}", "r")),
    "units:remove": Act(manages, args=("{seat}",), sees=("Per",)),
    "units:remove_yes": Act(manages, "changes", args=("{seat}",)),
    "units:remove_yes observer": Act(manages, "changes", args=("{watcher}",)),
    "units:invite": Act(invites, args=("{unit}",), sees=("Org",)),
    "units:invite_page": Act(reviewer, args=("0",)),
    "units:invite_observer": Act(manages, args=("{bloc}",)),
    "units:link": Act(invites, "changes", args=("{unit}", "r", "{latest}")),
    "units:link signatory": Act(manages, "changes", args=("{unit}", "s", "{latest}")),
    "units:link observer": Act(manages, "changes", args=("0", "o", "{latest_observing}", "{bloc}")),
    "units:open": Act(invites, args=("{unit}",), sees=("Org",)),
    "units:open observers": Act(manages, args=("0", "{bloc}")),
    "units:revoke": Act(invites, "changes", args=("{invitation}",)),
    "units:revoke observer": Act(manages, "changes", args=("{observing}",)),
}
_UNITS = {
    "/units": Act(seated_or_admin),
    "/units name": Act(seated_or_admin, text="Org{letter}{index} office"),
    "units:list": Act(inside, args=("{bloc}", "0"), sees=("Uni",)),
    "units:card": Act(inside, args=("{unit}",), sees=("Org",)),
    "units:add": Act(manages, args=("{bloc}",)),
    "units:rename": Act(manages, args=("{unit}",), sees=("Org",)),
    "units:staff": Act(manages, args=("{unit}",), sees=("Org",)),
    "units:cancel": Act(inside, at=RENAME, sees=("Org",)),
    "units:cancel add": Act(inside, at=ADD),
    "units:close": Act(manages, args=("{unit}",), sees=("Org",)),
    "units:close_yes": Act(closes, "changes", args=("{unit}",)),
    "units:merge": Act(manages, args=("{unit}", "0"), sees=("Org",)),
    "units:merge_how": Act(manages, args=("{unit}", "{other}"), sees=("Uni",)),
    "units:merge_as": Act(manages, "changes", args=("{unit}", "{other}")),
    "units:merge_new": Act(manages, args=("{unit}", "{other}")),
    "units:appoint": Act(appoints, "changes", args=("{unit}", "deputy")),
    "units.text@add": Act(manages, "changes", text="A new one; New", at=ADD),
    "units.text@rename": Act(manages, "changes", text="Renamed; Renamed", at=RENAME),
    "units.text@staff": Act(manages, "changes", text="55", at=STAFF),
    "units.text@merge": Act(manages, "changes", text="Merged; Merged", at=MERGE),
    "units.show@add": Act(manages, at=ADD),
    "units.show@rename": Act(manages, at=RENAME, sees=("Org",)),
    "units.show@staff": Act(manages, at=STAFF, sees=("Org",)),
    "units.show@merge": Act(manages, at=MERGE),
}

#: By group, so that the groups can be played side by side.
GROUPS: dict[str, dict[str, Act]] = {
    "home": _HOME,
    "people": _PEOPLE,
    "standing": _STANDING,
    "progress": _PROGRESS,
    "review": _REVIEW,
    "report": _REPORT,
    "typed": _TYPED,
    "template": _TEMPLATE,
    "units": _UNITS,
    "seats": _SEATS,
}
EXPECTED: dict[str, Act] = {key: act for group in GROUPS.values() for key, act in group.items()}
