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


def finds(who: Role, what: Subject) -> bool:
    """Everybody of that bloc; who reads another finds its movements by their names."""
    return who.seated and (who.bloc == what.bloc or who.reader)


def abroad(who: Role, what: Subject) -> bool:
    """Leader, deputy and observers of another bloc."""
    return who.reader and who.bloc != what.bloc


def ties(who: Role, what: Subject) -> bool:
    """The people of the unit, and their bloc's leader and deputy."""
    return own(who, what) or reviews(who, what)


def reads(who: Role, what: Subject) -> bool:
    """Leader, deputy and observers of that bloc."""
    return who.reader and who.bloc == what.bloc


def decides(who: Role, what: Subject) -> bool:
    """Nobody decides on their own unit's report."""
    return reviews(who, what) and who.unit != what.unit


def belongs(who: Role, what: Subject) -> bool:
    """Everybody with a seat in that bloc."""
    return who.seated and who.bloc == what.bloc


def prepares(who: Role, what: Subject) -> bool:
    """Representatives of that bloc, each for their own unit."""
    return who.member and who.bloc == what.bloc


def signs(who: Role, what: Subject) -> bool:
    """Signatories of that bloc, each for their own unit."""
    return who.signatory and who.bloc == what.bloc


def signs_last(who: Role, what: Subject) -> bool:
    """The signatory of the only unit that still owes."""
    return signs(who, what) and who.unit == 2


def asks(who: Role, what: Subject) -> bool:
    """The people of the bloc's other units."""
    return prepares(who, what) and who.unit != what.unit


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

_SIGNER = {"name": "Lan", "post": "Director"}
SIGN, NAMES = At("pact", "sign", "{pact}", _SIGNER), At("pact", "who", "{pact}", _SIGNER)
SEAL, SEAL_PLAN = At("pact", "seal", "{pact}", _SIGNER), At("pact", "seal", "{plan}", _SIGNER)
WITHDRAW = At("pact", "withdraw", "{rules}", {"why": "Because"})


def _targets(step: str, **draft: Any) -> At:
    return At("pact", step, "{unit}", {"year": "{year}", **draft})


TARGETS, TARGETS_PART = _targets("targets"), _targets("part", part="organisation")
TARGET = _targets("field", part="organisation", code="members_new")
TARGETS_CHOOSE = _targets("choose", text="1 2", readings=[[["members_new", "12"]]])
TARGETS_UNDO = _targets("targets", was={"members_new": "5"}, now={"members_new": "10"})

_SEEN = {"revision": "{work_revision}", "undo": [[0, 1, ["Old"]]]}
WRITE = At("drafts", "write", "{work}", {**_SEEN, "mode": "add"})
PICK_PARAGRAPH = At("drafts", "pick", "{work}", {**_SEEN, "page": 0})
EDIT = At("drafts", "edit", "{work}", {**_SEEN, "at": 1})
PUBLISH = At("drafts", "publish", "{work}", {**_SEEN, "why": "Because"})
WHICH = At("comments", "which", "{text}", {"round": 1, "page": 0})
SAY = At("comments", "write", "{text}", {"round": 1, "paragraph": 1, "page": 0})
VERDICT = {"comment": "{comment}", "verdict": "t", "seen": "o"}
WITH_WORD = At("comments", "word", "{text}", VERDICT)
THEMES, PLACE = (
    At("papers", "list", draft={"key": "themes"}),
    At("papers", "word", "", {"key": "place"}),
)


def _models(step: str, subject: str = "{model}", **draft: Any) -> At:
    return At("models", step, subject, {"origin": "", **draft})


NEW_NAME = _models("new_name", "")
NEW_PRODUCT = _models("new_product", "", name="Thing")
NEW_FIELD = _models("new_field", "", name="Thing", product="")
MODEL, MODEL_PART = _models("card"), _models("part", part="product")
MODEL_FIELDS, MODEL_PICTURES = _models("fields"), _models("pictures", page=0)
SEARCH = _models("search", "", words="Org", page=0)
ASKING, ANSWERING = _models("ask"), _models("answer", question="{question}")
_BECOMING = {"becomes": "sustained", "since": "2025-04-10", "why": ""}
PROPOSAL, PROPOSAL_DAY = _models("proposal", **_BECOMING), _models("day", **_BECOMING)
APPROVAL = _models("approval", "{changing}", change="{change}")
DECLINE = _models("decline", "{changing}", change="{change}")

#: The steps of every feature's form.
STEPS: dict[str, tuple[str, ...]] = {
    "report": ("months", "card", "part", "field", "choose", "hold", "send", "files"),
    "review": ("comment", "return"),
    "units": ("add", "rename", "staff", "merge"),
    "drafts": ("write", "pick", "edit", "publish"),
    "comments": ("which", "write", "word"),
    "papers": ("list", "word"),
    "models": (
        *("new_name", "new_product", "new_field", "card", "part", "fields", "pictures", "search"),
        *("ask", "answer", "proposal", "day", "approval", "decline"),
    ),
    "movements": ("movement_name", "movement_years"),
    "pact": ("targets", "part", "field", "choose", "sign", "who", "seal", "withdraw"),
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
THEME, SPAN = (At("movements", f"movement_{one}", "{movement}") for one in ("name", "years"))
NEW_THEME = At("movements", "movement_name")
NEW_SPAN = At("movements", "movement_years", "", {"name": "Another theme"})
_MOVEMENTS = {
    "/movements": Act(seated),
    "/movements name": Act(seated, text="theme"),
    "movements:list": Act(seated, args=("0",)),
    "movements:others": Act(reader, args=("0",)),
    "movements:open": Act(finds, args=("{movement}", "0")),
    "movements:year": Act(finds, args=("{movement}", "2025", "0")),
    "movements:blocs": Act(finds, args=("{movement}", "0")),
    "movements:bloc": Act(finds, args=("{movement}", "{bloc}", "0")),
    "movements:models": Act(belongs, args=("{movement}", "0"), sees=("Org", "Uni")),
    "movements:tie": Act(ties, args=("{tied_model}", "0"), sees=("Org",)),
    "movements:tied": Act(ties, args=("{tied_model}", "{movement}", "1", "0"), sees=("Org",)),
    "movements:tied off": Act(ties, "changes", args=("{tied_model}", "{movement}", "0", "0")),
    "movements:join": Act(reader, "may change", args=("{movement}",)),
    "movements:leave": Act(reader, args=("{movement}",)),
    # The bloc that keeps it can't leave it, the others take no part in it.
    "movements:leave_yes": Act(abroad, args=("{movement}",)),
    "movements:end": Act(reads, args=("{movement}",)),
    "movements:end_yes": Act(reads, "changes", args=("{movement}",)),
    "movements:resume": Act(reads, args=("{movement}",)),
    "movements:new": Act(reader),
    "movements:rename": Act(reads, args=("{movement}",)),
    "movements:span": Act(reads, args=("{movement}",)),
    "movements:span_set": Act(reads, "changes", args=("2025", "2026"), at=SPAN),
    "movements:span_set new": Act(reader, "changes", args=("2025", "2026"), at=NEW_SPAN),
    "movements:drop": Act(finds, at=THEME),
    "movements.text@movement_name": Act(reads, "changes", text="Renamed", at=THEME),
    "movements.text@movement_name new": Act(reader, text="Another theme", at=NEW_THEME),
    "movements.text@movement_years": Act(reads, "changes", text="2025-2026", at=SPAN),
    "movements.show@movement_name": Act(reads, at=THEME),
    "movements.show@movement_years": Act(reads, at=SPAN),
}
_MODELS = {
    "/models": Act(seated),
    "/models words": Act(seated, text="Org{letter}{index}"),
    "/models number": Act(belongs, text="{model_number}", sees=("Org",)),
    "models:list": Act(seated),
    "models:mine": Act(member),
    "models:by": Act(seated, args=("s0", "0")),
    "models:by unit": Act(belongs, args=("u{unit}", "0"), sees=("Org",)),
    "models:by mine": Act(member, args=("m", "0")),
    "models:by_field": Act(seated),
    "models:by_unit": Act(seated, args=("0",)),
    "models:search": Act(seated),
    "models:found": Act(seated, args=("0",), at=SEARCH),
    "models:done_searching": Act(seated, at=SEARCH),
    "models:show": Act(belongs, args=("{model}", "0"), sees=("Org",)),
    "models:back": Act(belongs, args=("{model}",), sees=("Org",)),
    "models:history": Act(belongs, args=("{model}", "0"), sees=("Org",)),
    "models:look": Act(belongs, args=("{model}", "0"), sees=("Org",)),
    "models:questions": Act(belongs, args=("{model}", "0"), sees=("Uni",)),
    "models:new": Act(member),
    "models:no_product": Act(member, at=NEW_PRODUCT),
    "models:new_field": Act(member, "changes", args=("economy",), at=NEW_FIELD),
    "models:drop_new": Act(everyone, at=NEW_NAME),
    "models:edit": Act(own, args=("{model}",), sees=("Org",)),
    "models:card": Act(own, at=MODEL_PART, sees=("Org",)),
    "models:part": Act(own, args=("goal",), at=MODEL, sees=("Org",)),
    "models:skip": Act(own, args=("goal",), at=MODEL_PART, sees=("Org",)),
    "models:clear": Act(own, "changes", args=("product",), at=MODEL_PART),
    "models:fields": Act(own, at=MODEL, sees=("Org",)),
    "models:field": Act(own, "changes", args=("culture",), at=MODEL_FIELDS),
    "models:pictures": Act(own, args=("0",), at=MODEL, sees=("Org",)),
    "models:off": Act(own, "changes", args=("{picture}",), at=MODEL_PICTURES),
    "models:ask": Act(asks, args=("{model}",), sees=("Org",)),
    "models:answer": Act(own, args=("{question}",), sees=("Org",)),
    "models:back_to": Act(belongs, at=ASKING, sees=("Org",)),
    "models:back_to change": Act(reads, at=APPROVAL, sees=("Org",)),
    "models:take": Act(asks, args=("{model}",), sees=("Org",)),
    "models:take_yes": Act(asks, "changes", args=("{model}",)),
    "models:propose": Act(own, args=("{model}",), sees=("Org",)),
    "models:state": Act(own, args=("{model}", "ended"), sees=("Org",)),
    "models:when": Act(own, at=PROPOSAL, sees=("Org",)),
    "models:today": Act(own, at=PROPOSAL_DAY, sees=("Org",)),
    "models:same_day": Act(own, at=PROPOSAL_DAY, sees=("Org",)),
    "models:send": Act(own, "changes", at=PROPOSAL),
    "models:changes": Act(reader, args=("0",)),
    "models:change": Act(reads, args=("{change}",), sees=("Org",)),
    "models:approve": Act(decides, "changes", args=("{change}",)),
    "models:word": Act(decides, args=("{change}",), sees=("Org",)),
    "models:decline": Act(decides, args=("{change}",), sees=("Org",)),
}
_MODELS_TYPED = {
    "models.text@new_name": Act(member, text="Another thing", at=NEW_NAME),
    "models.text@new_product": Act(member, text="A product", at=NEW_PRODUCT),
    "models.text@new_field": Act(member, text="Culture", at=NEW_FIELD),
    "models.text@card": Act(own, text="Culture", at=MODEL),
    "models.text@part": Act(own, "changes", text="Another one", at=MODEL_PART),
    "models.text@fields": Act(own, text="Culture", at=MODEL_FIELDS),
    "models.text@pictures": Act(own, text="Culture", at=MODEL_PICTURES),
    "models.text@search": Act(seated, text="pump", at=SEARCH),
    "models.text@ask": Act(asks, "changes", text="What for?", at=ASKING),
    "models.text@answer": Act(own, "changes", text="For water", at=ANSWERING),
    "models.text@proposal": Act(own, text="It runs", at=PROPOSAL),
    "models.text@day": Act(own, text="9/4", at=PROPOSAL_DAY),
    "models.text@approval": Act(decides, "changes", text="Good", at=APPROVAL),
    "models.text@decline": Act(decides, "changes", text="Not yet", at=DECLINE),
    # The file is no picture; see the flows for those.
    "models.file@new_name": Act(member, at=NEW_NAME),
    "models.file@new_product": Act(member, at=NEW_PRODUCT),
    "models.file@new_field": Act(member, at=NEW_FIELD),
    "models.file@card": Act(own, at=MODEL),
    "models.file@part": Act(own, at=MODEL_PART),
    "models.file@fields": Act(own, at=MODEL_FIELDS),
    "models.file@pictures": Act(own, at=MODEL_PICTURES),
    "models.file@search": Act(seated, at=SEARCH),
    "models.file@ask": Act(asks, at=ASKING),
    "models.file@answer": Act(own, at=ANSWERING),
    "models.file@proposal": Act(own, at=PROPOSAL),
    "models.file@day": Act(own, at=PROPOSAL_DAY),
    "models.file@approval": Act(decides, at=APPROVAL),
    "models.file@decline": Act(decides, at=DECLINE),
    "models.show@new_name": Act(member, at=NEW_NAME),
    "models.show@new_product": Act(member, at=NEW_PRODUCT),
    "models.show@new_field": Act(member, at=NEW_FIELD),
    "models.show@card": Act(own, at=MODEL, sees=("Org",)),
    "models.show@part": Act(own, at=MODEL_PART, sees=("Org",)),
    "models.show@fields": Act(own, at=MODEL_FIELDS, sees=("Org",)),
    "models.show@pictures": Act(own, at=MODEL_PICTURES, sees=("Org",)),
    "models.show@search": Act(seated, at=SEARCH),
    "models.show@ask": Act(asks, at=ASKING, sees=("Org",)),
    "models.show@answer": Act(own, at=ANSWERING, sees=("Org",)),
    "models.show@proposal": Act(own, at=PROPOSAL, sees=("Org",)),
    "models.show@day": Act(own, at=PROPOSAL_DAY, sees=("Org",)),
    "models.show@approval": Act(decides, at=APPROVAL, sees=("Org",)),
    "models.show@decline": Act(decides, at=DECLINE, sees=("Org",)),
}
_DOCUMENTS = {
    "/documents": Act(reader),
    "docs:shelf": Act(reader),
    "docs:pact": Act(belongs, args=("{pact}",)),
    "docs:text": Act(belongs, args=("{rules}",)),
    "docs:get": Act(belongs, "changes", args=("text", "{rules}", "pdf")),
    "docs:get signed": Act(belongs, "changes", args=("pact", "{pact}", "docx")),
    "docs:get what": Act(nobody, args=("report", "{pact}", "pdf")),
    "docs:get form": Act(nobody, args=("pact", "{pact}", "txt")),
    "docs:progress": Act(own_or_read, "changes", args=("{unit}",)),
    "docs:progress bloc": Act(seated, "changes", args=("0", "0")),
    "docs:progress indicator": Act(reader, "changes", args=("0", "0", NUMBER)),
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
    "report:reg": Act(own, "changes", args=("models_new",), at=CARD),
    "report:partreg": Act(own, "changes", args=("models",), at=CARD),
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
_PACT = {
    "/pact": Act(seated),
    "pact:home": Act(seated),
    "pact:board": Act(belongs, args=("{pact}", "0"), sees=("Uni",)),
    "pact:board signed": Act(belongs, args=("{rules}", "0"), sees=("Per",)),
    "pact:unit": Act(belongs, args=("{rules}", "{unit}", "0"), sees=("Org",)),
    "pact:ask": Act(reviews, args=("{pact}", "0"), sees=("Uni",)),
    "pact:ask unit": Act(reviews, args=("{pact}", "{unit}"), sees=("Uni",)),
    "pact:nudge": Act(reviews, "changes", args=("{pact}", "0")),
    "pact:nudge unit": Act(reviews, "changes", args=("{pact}", "{unit}")),
    "pact:sign": Act(prepares, args=("{pact}",), sees=("Org",)),
    "pact:who": Act(prepares, at=SIGN),
    "pact:change": Act(prepares, args=("name",), at=NAMES, sees=("Org",)),
    "pact:post": Act(prepares, args=("0",), at=NAMES, sees=("Org",)),
    "pact:right": Act(prepares, at=NAMES),
    "pact:seal": Act(signs, "changes", args=("{pact}",), at=SEAL),
    "pact:seal plan": Act(signs_last, "changes", args=("{plan}",), at=SEAL_PLAN),
    "pact:tell": Act(prepares, "changes", args=("{pact}",)),
    "pact:withdraw": Act(signs, args=("{rules}",)),
    "pact:withdrawn": Act(signs, "changes", args=("{rules}",), at=WITHDRAW),
    "pact:targets": Act(member),
    "pact:card": Act(own, at=TARGETS),
    "pact:part": Act(own, args=("organisation",), at=TARGETS),
    "pact:field": Act(own, args=("members_new",), at=TARGETS),
    "pact:skip": Act(own, args=("members_new",), at=TARGET),
    "pact:same": Act(own, args=("members_new",), at=TARGET),
    "pact:partsame": Act(own, args=("organisation",), at=TARGETS),
    "pact:allsame": Act(own, at=TARGETS),
    "pact:clear": Act(own, "changes", args=("members_new",), at=TARGET),
    "pact:undo": Act(own, "changes", at=TARGETS_UNDO),
    "pact:read": Act(own, "changes", args=("0",), at=TARGETS_CHOOSE),
    "pact.text@targets": Act(own, "changes", text="7", at=TARGETS),
    "pact.text@part": Act(own, "changes", text="7", at=TARGETS_PART),
    "pact.text@field": Act(own, "changes", text="7", at=TARGET),
    "pact.text@choose": Act(own, "changes", text="7", at=TARGETS_CHOOSE),
    "pact.text@sign": Act(prepares, text="Lan", at=SIGN, sees=("Org",)),
    "pact.text@who": Act(prepares, text="Director", at=NAMES, sees=("Org",)),
    "pact.text@seal": Act(prepares, text="yes", at=SEAL, sees=("Org",)),
    "pact.text@withdraw": Act(signs, text="Because", at=WITHDRAW),
    "pact.show@targets": Act(own, at=TARGETS),
    "pact.show@part": Act(own, at=TARGETS_PART),
    "pact.show@field": Act(own, at=TARGET),
    "pact.show@choose": Act(own, at=TARGETS_CHOOSE),
    "pact.show@sign": Act(prepares, at=SIGN, sees=("Org",)),
    "pact.show@who": Act(prepares, at=NAMES, sees=("Org",)),
    "pact.show@seal": Act(prepares, at=SEAL, sees=("Org",)),
    "pact.show@withdraw": Act(signs, at=WITHDRAW),
}
_WORK = ("{work}", "{work_revision}")
_TEXTS = {
    "/publish": Act(reviewer),
    "texts:list": Act(seated),
    "texts:card": Act(seated, args=("regulation",)),
    "texts:card draft": Act(seated, args=("plan",)),
    "texts:read": Act(belongs, args=("{pact}", "0")),
    "texts:changes": Act(belongs, args=("{rules}", "0")),
    "texts:versions": Act(seated, args=("plan", "0")),
    "texts:look": Act(belongs, args=("{text}", "{text_revision}", "0"), sees=("Blc",)),
    "texts:look draft": Act(reviews, args=(*_WORK, "0"), sees=("Wip",)),
    "texts:diff": Act(reviews, args=(*_WORK, "0"), sees=("Wip",)),
    "papers:show": Act(reader),
    "papers:list": Act(reviewer, args=("themes",)),
    "papers:word": Act(reviewer, args=("place",)),
    "papers:drop": Act(reviewer, "changes", args=("themes", "0", "8")),
    "papers:reset": Act(reviewer, args=("themes",)),
    "papers.text@list": Act(reviewer, "changes", text="A theme", at=THEMES),
    "papers.text@word": Act(reviewer, "changes", text="A place", at=PLACE),
    "papers.show@list": Act(reviewer, at=THEMES),
    "papers.show@word": Act(reviewer, at=PLACE),
}
_DRAFTS = {
    "drafts:start": Act(reviewer, "changes", args=("plan", "proposed", "0", "1")),
    "drafts:start ask": Act(reviewer, args=("plan", "proposed", "0")),
    "drafts:write": Act(reviewer, args=("plan",)),
    "drafts:edit": Act(reviewer, args=("plan",)),
    "drafts:leave": Act(seated, args=("plan",)),
    "drafts:ask_open": Act(reviews, args=_WORK),
    "drafts:open": Act(reviews, "changes", args=_WORK),
    "drafts:close": Act(reviews, "changes", args=("{text}", "1")),
    "drafts:publish": Act(reviews, args=_WORK),
    "drafts:mode": Act(reviews, args=("replace",), at=WRITE),
    "drafts:pick": Act(reviews, args=("0",), at=WRITE, sees=("Wip",)),
    "drafts:para": Act(reviews, args=("1",), at=PICK_PARAGRAPH),
    "drafts:insert": Act(reviews, args=("1",), at=EDIT),
    "drafts:delete": Act(reviews, "changes", args=("1", "{work_revision}"), at=EDIT),
    "drafts:undo": Act(reviews, "changes", args=("{work_revision}",), at=PICK_PARAGRAPH),
    "drafts:why": Act(reviews, args=("0",), at=PUBLISH),
    "drafts:again": Act(reviews, at=PUBLISH),
    "drafts:now": Act(reviews, "changes", args=("{work}",), at=PUBLISH),
    "drafts.text@write": Act(reviews, "changes", text="More", at=WRITE),
    "drafts.text@pick": Act(reviews, text="1", at=PICK_PARAGRAPH),
    "drafts.text@edit": Act(reviews, "changes", text="Other", at=EDIT),
    "drafts.text@publish": Act(reviews, text="Because", at=PUBLISH),
    # A file that is no text, or isn't waited for; see test_text_files for the others.
    "drafts.file@write": Act(nobody, at=WRITE),
    "drafts.file@pick": Act(nobody, at=PICK_PARAGRAPH),
    "drafts.file@edit": Act(nobody, at=EDIT),
    "drafts.file@publish": Act(nobody, at=PUBLISH),
    "drafts.show@write": Act(reviews, at=WRITE),
    "drafts.show@pick": Act(reviews, at=PICK_PARAGRAPH, sees=("Wip",)),
    "drafts.show@edit": Act(reviews, at=EDIT),
    "drafts.show@publish": Act(reviews, at=PUBLISH),
}
_COMMENT = ("{comment}", "t", "o")
_COMMENTS = {
    "comments:pick": Act(prepares, args=("{text}", "1", "0"), sees=("Blc",)),
    "comments:on": Act(prepares, args=("{text}", "1", "1")),
    "comments:leave": Act(belongs, args=("{text}", "{text_revision}", "0"), sees=("Blc",)),
    "comments:mine": Act(prepares, args=("{text}", "0")),
    "comments:all": Act(reads, args=("{text}", "0"), sees=("Cmt",)),
    "comments:one": Act(reads, args=("{comment}",), sees=("Cmt",)),
    "comments:judge": Act(decides, "changes", args=_COMMENT),
    "comments:word": Act(decides, args=_COMMENT, sees=("Cmt",)),
    "comments:back": Act(reads, args=("{comment}",), sees=("Cmt",)),
    "comments.text@which": Act(prepares, text="1", at=WHICH),
    "comments.text@write": Act(prepares, "changes", text="A comment", at=SAY),
    "comments.text@word": Act(decides, "changes", text="A word", at=WITH_WORD),
    "comments.show@which": Act(prepares, at=WHICH, sees=("Blc",)),
    "comments.show@write": Act(prepares, at=SAY),
    "comments.show@word": Act(decides, at=WITH_WORD, sees=("Cmt",)),
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
    "documents": _DOCUMENTS,
    "movements": _MOVEMENTS,
    "models": _MODELS,
    "models typed": _MODELS_TYPED,
    "review": _REVIEW,
    "report": _REPORT,
    "typed": _TYPED,
    "template": _TEMPLATE,
    "pact": _PACT,
    "texts": _TEXTS,
    "drafts": _DRAFTS,
    "comments": _COMMENTS,
    "units": _UNITS,
    "seats": _SEATS,
}
EXPECTED: dict[str, Act] = {key: act for group in GROUPS.values() for key, act in group.items()}
