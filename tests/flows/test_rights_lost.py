"""Rights that end between showing and tapping, and between telling and sending; the menus."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from bot.app import listing
from bot.database import Database
from bot.errors import Expected
from bot.i18n import texts
from bot.jobs import JobKind
from bot.models import BlocYear, Job, Made, OutMessage, Person, Seat, SeatRole, Unit
from bot.services import access, document_jobs, documents, notices, text_files
from bot.services import templates as template_service
from bot.services import workbooks as workbook_service
from bot.views.base import View
from bot.views.notices import NOTICES
from bot.work import job_kinds
from tests.builders import ADMIN_ID
from tests.flows.rights_play import incoming, open_form, update_of, updates_on
from tests.flows.rights_roles import ROLES, Role, unseemly
from tests.flows.rights_rows import changed, snapshot
from tests.flows.rights_stage import NOW, Stage, Subject, end_seats, set_stage
from tests.flows.rights_table import EXPECTED, Act, everyone
from tests.running import settings_for


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    yield set_stage(database)


def _subject(stage: Stage, name: str = "A2") -> Subject:
    return next(one for one in stage.subjects if str(one) == name)


# --- Buttons left on the screen ---------------------------------------------------------------


def _seat_ended(stage: Stage, session: Session, person: Person) -> None:
    end_seats(session, person)


def _led_by_another(stage: Stage, session: Session, _person: Person) -> None:
    year = session.get_one(BlocYear, stage.worlds["A"].year.id)
    year.leader_unit_id = stage.worlds["A"].unit(3).id
    year.deputy_unit_id = stage.worlds["A"].unit(5).id
    session.add(year)


def _acts_elsewhere(stage: Stage, session: Session, person: Person) -> None:
    world = stage.worlds["B"]
    session.add(
        Seat(
            person_id=person.id or 0,
            bloc_id=world.bloc.id or 0,
            unit_id=world.unit(2).id,
            role=SeatRole.REPRESENTATIVE,
            since=NOW,
            chosen_at=NOW + dt.timedelta(hours=1),
        )
    )


def _unit_closed(stage: Stage, session: Session, person: Person) -> None:
    seat = session.exec(select(Seat).where(col(Seat.person_id) == person.id)).one()
    unit = session.get_one(Unit, seat.unit_id)
    unit.closed_at = NOW
    session.add(unit)
    end_seats(session, person)


Losing = Callable[[Stage, Session, Person], None]
#: What is lost, by whom, and what they are afterwards.
LOSSES: dict[str, tuple[str, Losing, Role]] = {
    "the leader's person leaves": ("leader", _seat_ended, Role("", past=("BlcA",))),
    "another unit leads": (
        "leader's representative",
        _led_by_another,
        Role("", "A", 7, SeatRole.SIGNATORY),
    ),
    "another unit is deputy": (
        "deputy's representative",
        _led_by_another,
        Role("", "A", 7, SeatRole.SIGNATORY),
    ),
    "the leader acts elsewhere": ("leader", _acts_elsewhere, Role("", "B", 2)),
    "the member leaves": ("signatory", _seat_ended, Role("", past=("BlcA",))),
    "the member acts elsewhere": ("representative", _acts_elsewhere, Role("", "B", 2)),
    "the member's unit closes": ("signatory", _unit_closed, Role("", past=("BlcA",))),
    "the observer leaves": ("observer", _seat_ended, Role("", past=("BlcA",))),
}
#: Whatever a person is, these are their own.
_OWN = ("people", "settings", "home")


def _buttons(stage: Stage, person: Person, most: int) -> dict[str, str]:
    """Every button that somebody comes to without changing anything, by what it does."""
    found: dict[str, str] = {}
    waiting: list[str] = ["home:menu:0"]
    updates = updates_on(stage)
    with stage.sandbox.undone():
        while waiting and len(found) < most:
            data = waiting.pop(0)
            outcome = updates.apply(incoming(person, kind="button", data=data, query_id="1"))
            assert outcome.reply is not None
            for button in (one for row in outcome.reply.view.rows for one in row if one.data):
                feature, action, _, *args = button.data.split(":")
                key = ":".join((feature, action, *args))
                if key not in found:
                    found[key] = button.data
                    if EXPECTED[f"{feature}:{action}"].effect != "changes":
                        waiting.append(button.data)
    return found


def test_a_button_left_on_the_screen_does_nothing(stage: Stage) -> None:
    # The rules are the same on both databases: a part of the screens is enough on the slower one.
    most = 250 if stage.sandbox.is_sqlite else 40
    shown: dict[str, dict[str, str]] = {}
    wrong: list[str] = []
    for loss, (name, _, _) in LOSSES.items():
        if name not in shown:
            shown[name] = _buttons(stage, stage.people[name], most)
        wrong += _left_on_the_screen(stage, loss, shown[name])
    assert wrong == []


def _left_on_the_screen(stage: Stage, loss: str, buttons: dict[str, str]) -> Iterator[str]:
    """What is wrong after pressing every button that was reached before the loss."""
    name, lose, now = LOSSES[loss]
    person = stage.people[name]
    assert len(buttons) > 15
    updates = updates_on(stage)
    stays_member = now.bloc == "A"
    with stage.sandbox.undone() as connection:
        with stage.sandbox.transaction() as session:
            lose(stage, session, session.get_one(Person, person.id))
        before = snapshot(connection, person.id)
        for key, data in buttons.items():
            feature = key.split(":", maxsplit=1)[0]
            if feature in _OWN or (
                stays_member and feature in ("report", "workbook", "pact", "models", "docs")
            ):
                continue
            pressed = connection.begin_nested()
            outcome = updates.apply(incoming(person, kind="button", data=data, query_id="1"))
            assert outcome.reply is not None
            view = outcome.reply.view
            difference = changed(before, snapshot(connection, person.id))
            # A month means the month of whatever unit they act for now, a chart that bloc's.
            elsewhere = now.bloc == "B" and key.startswith(("report:month", "docs:progress:0"))
            if difference and not elsewhere:
                yield f"{loss}: {key} changed {difference}"
            if not (view.text or view.toast):
                yield f"{loss}: {key} got no answer"
            if not stays_member and (shown := unseemly(now, view)):
                yield f"{loss}: {key} shows {sorted(shown)}"
            pressed.rollback()


# --- Messages on their way --------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """An act after which somebody is told: by whom, on which subject."""

    by: str
    key: str
    act: Act | None = None


NEWS: dict[str, Told] = {
    "report_sent": Told("signatory", "report:confirm"),
    "report_withdrawn": Told("signatory", "report:withdrawn"),
    "review_new": Told("signatory", "report:confirm"),
    "report_approved": Told("leader", "/approve"),
    "report_returned": Told("leader", "/return"),
    "nudge_report": Told("leader", "standing:nudge unit"),
    "invite_qr": Told("leader", "units:link signatory"),
    "joined": Told("stranger", "/start", Act(everyone, text="{secret}")),
    "left": Told("signatory", "people:leave_yes"),
    "seat_removed": Told("leader", "units:remove_yes"),
    "role_changed": Told("leader", "units:role"),
    "unit_added": Told("deputy", "units.text@add"),
    "unit_renamed": Told("leader", "units.text@rename"),
    "unit_closed": Told("deputy", "units:close_yes"),
    "unit_merged": Told("leader", "units:merge_as"),
    "appointed": Told("administrator", "units:appoint"),
    "report_form": Told("signatory", "workbook:form"),
    "report_form_result": Told("signatory", ""),
    "template_form": Told("leader", "template:get"),
    "template_result": Told("leader", ""),
    "template_changed": Told("leader", "template:use"),
    "text_published": Told("leader", "drafts:now"),
    "text_opened": Told("leader", "drafts:open"),
    "text_commented": Told("signatory", "comments.text@write"),
    "text_judged": Told("leader", "comments:judge"),
    "text_file": Told("leader", ""),
    "document": Told("signatory", ""),
    "document_failed": Told("signatory", ""),
    "pact_signed": Told("signatory", ""),
    "nudge_pact": Told("leader", "pact:nudge"),
    "pact_ready": Told("representative", "pact:tell"),
    "pact_complete": Told("signatory", "pact:seal plan"),
    "model_change_new": Told("signatory", "models:send"),
    "model_changed": Told("leader", "models:approve"),
    "model_asked": Told("colleague", "models.text@ask"),
    "model_answered": Told("signatory", "models.text@answer"),
    "model_taken": Told("colleague", "models:take_yes"),
    "model_incomplete": Told("signatory", "models:new_field"),
    "adoption_withdrawn": Told("signatory", "pact:withdrawn"),
}
#: Told just because the seat has ended.
_ABOUT_THE_END = {"seat_removed"}


def _tell_result(stage: Stage, kind: str, person: Person) -> None:
    """What the job that reads workbooks tells."""
    subject = _subject(stage)
    ids: dict[str, object] = {"report": subject.ids["draft"], "outcome": "unknown", "name": "x"}
    if kind == template_service.RESULT:
        year = stage.worlds["A"].year.id
        ids = {"bloc_year": year, "version": subject.ids["version"]}
    if kind == text_files.RESULT:
        ids = {"text": subject.ids["work"], "name": "x", "outcome": "taken", "count": 1}
    with stage.sandbox.transaction() as session:
        if kind in (documents.DOCUMENT, documents.FAILED, document_jobs.SIGNED):
            ids = _document(session, subject)
        notices.tell(session, [person.id or 0], kind, ids=ids, key="result", now=NOW)


def _document(session: Session, subject: Subject) -> dict[str, object]:
    """A chart of the person's own unit; as a pact, its text."""
    made = Made(key="k", name="x.png", mime="image/png", size=1, sha256="0" * 64, made_at=NOW)
    session.add(made)
    session.flush()
    return {
        "made": made.id,
        "what": "progress",
        "subject": subject.ids["unit"],
        "version": subject.ids["pact"],
        "bloc": subject.ids["bloc"],
        "form": "png",
        "code": "",
        "page": 0,
        "pages": 1,
        "bars": [["sessions_outreach", "100", "50", True]],
    }


def test_every_message_is_among_these() -> None:
    assert set(NEWS) == set(NOTICES)


def _worded(session: Session, row: OutMessage) -> View | None:
    person = session.get_one(Person, row.person_id)
    return NOTICES[row.kind](session, texts(person.language), person, [row.ids], NOW)


def test_whoever_has_left_is_told_nothing_more(stage: Stage) -> None:
    told = {kind: _told(stage, kind) for kind in NEWS}
    assert told == {kind: (True, kind in _ABOUT_THE_END) for kind in NEWS}


def _told(stage: Stage, kind: str) -> tuple[bool, bool]:
    """Whether somebody is told of it while they sit there, and after their seat has ended."""
    news, subject = NEWS[kind], _subject(stage)
    person = stage.people[news.by]
    with stage.sandbox.undone():
        if news.key:
            act = news.act or EXPECTED[news.key]
            open_form(stage, person, act, subject)
            updates_on(stage).apply(update_of(news.key, act, person, subject))
        else:
            _tell_result(stage, kind, person)
        with stage.sandbox.transaction() as session:
            seated = select(Seat.person_id).where(col(Seat.until).is_(None))
            query = select(OutMessage).where(col(OutMessage.kind) == kind)
            if kind not in _ABOUT_THE_END:
                query = query.where(col(OutMessage.person_id).in_(seated))
            row = session.exec(query.order_by(col(OutMessage.id))).first()
            assert row is not None, kind
            at_once = _worded(session, row) is not None
            end_seats(session, session.get_one(Person, row.person_id))
            session.flush()
            return at_once, _worded(session, row) is not None


def test_a_file_read_later_goes_into_no_report_that_is_not_theirs(
    stage: Stage, tmp_path: Path
) -> None:
    """A workbook that is no form becomes evidence of the report that was open, if it still may."""
    settings = settings_for("sqlite://", "http://127.0.0.1:1", tmp_path)
    kind = job_kinds(settings)[workbook_service.READ]
    for name in ("ex-member", "colleague", "leader", "observer", "other bloc's member"):
        person = stage.people[name]
        _finish_refused(stage, kind, person)


def _finish_refused(stage: Stage, kind: JobKind, person: Person) -> None:
    with stage.sandbox.undone() as connection:
        with stage.sandbox.transaction() as session:
            job = Job(
                kind=workbook_service.READ,
                ids={
                    "report": _subject(stage).ids["draft"],
                    "indicator": None,
                    "file": {
                        "file_id": "f",
                        "content_key": "f",
                        "name": "f.xlsx",
                        "mime": None,
                        "size": 1,
                        "caption": "",
                    },
                },
                dedupe_key="one",
                person_id=person.id,
                next_at=NOW,
                created_at=NOW,
            )
            session.add(job)
        before = snapshot(connection, person.id)
        with pytest.raises(Expected), stage.sandbox.transaction() as session:
            kind.finish(session, session.get_one(Job, job.id), None, NOW)
        assert changed(before, snapshot(connection, person.id)) == {}


# --- Menus ------------------------------------------------------------------------------------

_EVERYONE = {"start", "help", "cancel", "status", "bloc", "privacy", "language", "settings"}
_MEMBER = {"report", "reports", "pact", "models", "movements"}
_READER = {"missing", "pending", "pact", "models", "movements", "documents"}
_REVIEWER = {*_READER, "approve", "return", "units", "invite", "template", "publish"}


def test_menus_show_what_the_role_may(stage: Stage) -> None:
    assert {name for name, _ in listing(None, "en")} == _EVERYONE
    with stage.sandbox.transaction() as session:
        for role in ROLES:
            telegram_id = stage.people[role.name].telegram_id
            actor = access.find_actor(session, telegram_id, NOW, (ADMIN_ID,), lock=False)
            shown = {name for name, _ in listing(actor, "en")}
            wanted = _EVERYONE | (_MEMBER if role.member else set())
            wanted |= _REVIEWER if role.reviewer else set()
            wanted |= _READER if role.seated and not role.member else set()
            wanted |= {"admin"} if role.admin else set()
            assert shown == wanted, role.name
