"""Hostile input: texts, files, names, forged and stale buttons, commands, unknown updates.

They come from strangers, former members, observers and another bloc's people, all at once, through
a real bot and the stand-in: nothing may fail, nothing may be refused by Telegram, and the bloc
that none of them belongs to must stay as it is. The other bloc's people are members, though: their
rubbish goes into forms that are really open, and they press every button that they see.

``make test`` sends about 1,500; ``HOSTILE=20000`` sends that many.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, col, select

from bot.database import Database
from bot.demo.telegram import PersonError, Press, Rates, StandIn, Telegram
from bot.demo.telegram.updates import Waiting
from bot.domain.default_template import default_template
from bot.i18n import KNOWN_LANGUAGES
from bot.limits import SendLimiter
from bot.models import (
    AuditEntry,
    Bloc,
    BlocYear,
    DeadLetter,
    DoneUpdate,
    Evidence,
    Form,
    Invitation,
    OutMessage,
    Person,
    Report,
    ReportStep,
    Seat,
    SeatRole,
    Template,
    Unit,
    UnitName,
)
from bot.services import review
from handlers import COMMANDS, FEATURES
from tests.builders import NOW, World, make_world, sent_report
from tests.running import TOKEN, running_bot

COUNT = int(os.environ.get("HOSTILE", "1500"))
BATCH = 25
MARCH, FEBRUARY = dt.date(2025, 3, 1), dt.date(2025, 2, 1)
GROUP = -1001234

pytestmark = [
    pytest.mark.timeout(300 + COUNT // 10),
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
]

# --- What is sent -----------------------------------------------------------------------------

#: Pieces that have broken programs before; ``⟦9⟧x`` is nine times x.
PIECES = (
    "<b>&amp;</i>",
    "</blockquote><a href='tg://user?id=1'>x",
    '=cmd|"/c calc"!A1',
    "+1+1",
    "@SUM(A1:A9)",
    "\u202eoverturned\u202c",
    "\u200b\u200d\ufeff",
    "Ba\u0301o ca\u0301o tha\u0301ng",
    "👨‍👩‍👧‍👦🏳️‍🌈",
    "\x00\x01\x1b[31m\x7f\x85",
    "\r\n\r\n\t\v\f",
    "{name} {0} %s %(x)d",
    "'; DROP TABLE person; --",
    "9" * 400,
    "-0",
    "1e999999",
    "١٢٣",
    "½ ² Ⅷ",
    "NaN",
    "0x10",
    "1.200,5",
    "12tr",
    "12 340 000",
    "2025-13",
    "2025-03",
    "31/02/2025",
    "⟦2100⟧😀",
    "⟦4096⟧a",
    "⟦5000⟧ế",
    "⟦3000⟧&",
    "\ud83d",
    "\udc00x",
    "/approve 1",
    "https://example.org/?q=<&>",
    "\u2028\u2029",
    "\u0300" * 50,
    "ﷺ" * 100,
)
CODES = tuple(one.code for one in default_template().indicators)
PARTS = tuple(one.code for one in default_template().parts)
ACTIONS = tuple((one.name, action) for one in FEATURES for action in one.buttons)
WORDS = (
    *("leader", "deputy", "signatory", "representative", "observer", "all", "yes", "no", "last"),
    *("vi", "en", "xx", "2025-03", "2025-02", "2025", "9999-99", "0001-01", "-1", "", " ", "0"),
    *(str(10**n) for n in (8, 9, 10, 18, 30)),
    *CODES[:12],
    *PARTS,
)

_REPEATED = re.compile(r"⟦(\d+)⟧(.)", re.DOTALL)


def spelled_out(text: str) -> str:
    """With repetitions in full; they are kept short for hypothesis."""
    return _REPEATED.sub(lambda found: found[2] * int(found[1]), text)


nasty = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(" ".join),
    st.lists(st.integers(-5, 10**7), min_size=1, max_size=30).map(
        lambda numbers: " ".join(map(str, numbers))
    ),
    st.sampled_from(PIECES),
    st.builds("⟦{}⟧{}".format, st.integers(2, 5000), st.characters()),
)
argument = st.one_of(
    st.integers(0, 40).map(str), st.integers(0, 40).map(str), st.sampled_from(WORDS), st.text()
)


def _forged(target: tuple[str, str], version: str, arguments: list[str]) -> str:
    return ":".join([*target, version, *arguments])


forged = st.one_of(
    st.builds(
        _forged,
        st.sampled_from(ACTIONS),
        st.one_of(st.integers(0, 30).map(str), st.sampled_from(("", "-1", "x", "9" * 20))),
        st.lists(argument, max_size=4),
    ),
    st.builds(_forged, st.tuples(st.text(), st.text()), st.text(), st.lists(st.text())),
    st.binary(min_size=1, max_size=64).map(lambda raw: raw.decode("latin-1")),
    st.text(min_size=1, max_size=64),
)
command = st.builds(
    "/{}{}{}".format,
    st.one_of(st.sampled_from(sorted(COMMANDS)), st.text(max_size=40)),
    st.sampled_from((" ", " ", " ", "\n", "@blocbot ", "@else ", "  \t")),
    st.one_of(nasty, st.lists(argument, max_size=4).map(" ".join)),
)
UNKNOWN = (
    *("poll", "poll_answer", "message_reaction", "channel_post", "edited_channel_post"),
    *("inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query"),
    *("business_message", "business_connection", "chat_member", "chat_join_request"),
    *("chat_boost", "purchased_paid_media", "not_invented_yet", "group_command", "group_press"),
    *("inline_press", "game_press", "anonymous", "left_group", "empty"),
)
#: (kind, who, a text, a number). Who: index of a person, taken modulo.
Act = tuple[str, int, str, int]
who = st.integers(0, 10**6)
act = st.one_of(
    st.tuples(st.just("text"), who, nasty, st.just(0)),
    st.tuples(st.just("command"), who, command, st.just(0)),
    st.tuples(st.just("forge"), who, forged, who),
    st.tuples(st.just("forge"), who, forged, who),
    st.tuples(st.just("press"), who, st.just(""), who),
    st.tuples(st.just("press"), who, st.just(""), who),
    st.tuples(st.just("stale"), who, st.just(""), who),
    st.tuples(st.just("file"), who, nasty, who),
    st.tuples(st.just("other"), who, nasty, st.integers(0, 6)),
    st.tuples(st.just("unknown"), who, nasty, st.integers(0, len(UNKNOWN) - 1)),
    st.tuples(st.just("name"), who, nasty, st.just(0)),
)
batches = st.lists(act, min_size=BATCH, max_size=BATCH)


# --- Who sends it -----------------------------------------------------------------------------


@dataclass
class Siege:
    """The bloc that is attacked, those who attack, and the stand-in between."""

    database: Database
    tg: StandIn
    victim: World
    hostile: list[int]
    harmless: set[int]
    sent: int = 0
    trouble: list[BaseException] = field(default_factory=list)

    def send(self, batch: list[Act]) -> None:
        """Send a batch, as soon as the bot isn't behind by more than one update a person."""
        self.tg.wait_for(lambda: len(self.tg.state.queue.pending) < 20, 60, "the bot to keep up")
        if self.trouble:
            raise self.trouble[0]
        for one in batch:
            self.tg.do(lambda one=one: self._act(self.tg.state, *one))

    def _act(self, tg: Telegram, kind: str, index: int, text: str, number: int) -> None:
        person = self.hostile[index % len(self.hostile)]
        text = spelled_out(text)
        try:
            getattr(self, f"_{kind}")(tg, person, text, number)
        except PersonError:
            # A phone doesn't send this (an empty text, a gone button): send it past the phone.
            self._raw(tg, person, {"text": text})
        self.sent += 1

    def _text(self, tg: Telegram, person: int, text: str, _number: int) -> None:
        if len(text) > 2000 or any(0xD800 <= ord(sign) < 0xE000 for sign in text):
            self._raw(tg, person, {"text": text})
        else:
            tg.send_text(person, text)

    _command = _text

    def _raw(self, tg: Telegram, person: int, fields: dict[str, Any]) -> None:
        user = tg.user(person)
        smuggle(
            tg,
            {
                "message": {
                    # A number that is a message's, so that the bot may delete it.
                    "message_id": tg.send_sticker(person).message_id,
                    "from": user.to_api(),
                    "chat": user.chat_api(),
                    "date": int(tg.now()),
                    **fields,
                }
            },
        )

    def _forge(self, tg: Telegram, person: int, text: str, number: int) -> None:
        cards = [one for one in tg.chat(person) if one.from_bot]
        if not cards:
            raise PersonError("no message to press on")
        while len(text.encode("utf-8", "surrogatepass")) > 64:
            text = text[:-1]
        if self._spares(person, text):
            tg.forge(person, cards[-1 - number % min(3, len(cards))].message_id, text)

    def _press(self, tg: Telegram, person: int, _text: str, number: int) -> None:
        shown = [one for one in tg.chat(person)[-4:] if one.from_bot]
        self._push(tg, person, shown, number)

    def _stale(self, tg: Telegram, person: int, _text: str, number: int) -> None:
        """A button that was there once, pressed on a message that still is."""
        history = [one.message for one in tg.history(person) if one.message.from_bot]
        self._push(tg, person, history, number)

    def _push(self, tg: Telegram, person: int, messages: list[Any], number: int) -> None:
        found = [
            (message.message_id, button["callback_data"])
            for message in messages
            if tg.find(person, message.message_id) is not None
            for row in message.buttons
            for button in row
            if "callback_data" in button
        ]
        if not found:
            raise PersonError("no button")
        message_id, data = found[number % len(found)]
        if self._spares(person, data):
            tg.forge(person, message_id, data)

    def _spares(self, person: int, data: str) -> bool:
        """All may be pressed but this: an observer of the bloc may leave it, and is no attack."""
        return person not in self.harmless or not data.startswith("people:leave_yes")

    def _file(self, tg: Telegram, person: int, text: str, number: int) -> None:
        name = text.encode("utf-8", "ignore").decode()[:200] or "x"
        content = random.Random(number).randbytes(40)
        stored = tg.files.put(content, "document", "x", "")
        ids = {"file_id": stored.file_id, "file_unique_id": stored.file_unique_id}
        body = {**ids, "file_size": number**3}
        match number % 7:
            case 0:
                tg.send_document(person, content, f"{name}.pdf", "application/pdf", name[:200])
            case 1:
                tg.send_document(person, b"PK\3\4" + content, f"{name}.xlsx")
            case 2:
                tg.send_voice(person, content)
            case 3:
                sizes = [{**body, "width": 1, "height": 1}]
                self._raw(tg, person, {"photo": sizes, "caption": text[:1024]})
            case 4:
                more = {"file_name": text, "mime_type": text}
                self._raw(tg, person, {"document": {**body, **more}, "caption": text})
            case 5:
                album = {"media_group_id": "1", "caption": text}
                video = {**body, "width": 1, "height": 1, "duration": 1, "file_name": text}
                self._raw(tg, person, {"video": video, **album})
            case _:
                self._raw(tg, person, {"document": ids})

    def _other(self, tg: Telegram, person: int, text: str, number: int) -> None:
        mine = [one for one in tg.chat(person) if not one.from_bot and one.kind == "text"]
        match number:
            case 0:
                tg.send_sticker(person)
            case 1:
                tg.send_location(person, 11.5, 108.9)
            case 2:
                tg.send_contact(person, "+84", text[:60] or "x")
            case 3 if mine:
                tg.edit_text(person, mine[-1].message_id, text)
            case 4 if mine:
                tg.forward(person, mine[-1])
            case 5 if mine:
                tg.delete(person, mine[-1].message_id)
            case _:
                tg.block(person)
                tg.unblock(person)

    def _name(self, tg: Telegram, person: int, text: str, _number: int) -> None:
        # Telegram has names of up to 64 characters, and no half characters.
        name = text.encode("utf-8", "ignore").decode()[:64]
        code = random.Random(len(text)).choice([*KNOWN_LANGUAGES, "", "xx", "zh-hant"])
        tg.add_user(person, name or "x", name, name[:32], code)
        tg.send_text(person, "/start")

    def _unknown(self, tg: Telegram, person: int, text: str, number: int) -> None:
        user = tg.user(person)
        update = unknown(UNKNOWN[number], user.to_api(), user.chat_api(), text)
        if press := update.get("callback_query"):
            press["id"] = f"1{len(tg.presses)}"
            tg.presses[press["id"]] = Press(press["id"], person, 1, "", tg.now())
        smuggle(tg, update)


def smuggle(tg: Telegram, update: dict[str, Any]) -> None:
    """Queue an update, also of a kind that the bot didn't ask for."""
    update_id = tg.queue.next_id
    tg.queue.next_id += 1
    tg.queue.pending.append(Waiting(update_id, tg.now(), {"update_id": update_id, **update}))


def unknown(kind: str, user: dict[str, Any], chat: dict[str, Any], text: str) -> dict[str, Any]:
    """An update of a kind that the bot has nothing to do with, whole as Telegram's are."""
    group = {"id": GROUP, "type": "supergroup", "title": text}
    channel = {"id": -1009, "type": "channel", "title": text}
    message = {"message_id": 1, "date": 1, "chat": group, "from": user, "text": text}
    post = {"message_id": 1, "date": 1, "chat": channel, "sender_chat": channel, "text": text}
    order = {"id": "1", "from": user, "invoice_payload": text}
    address = dict.fromkeys(
        ("country_code", "state", "city", "street_line1", "street_line2", "post_code"), "x"
    )
    member = {"user": user, "status": "member"}
    press = {"id": "1", "from": user, "chat_instance": "1"}
    reaction = [{"type": "emoji", "emoji": "👍"}]
    bodies: dict[str, dict[str, Any]] = {
        "poll": {
            **{"id": "1", "question": text, "options": [], "total_voter_count": 0},
            **{"is_closed": False, "is_anonymous": True, "type": "regular"},
            # Without what the library wants of a poll: it can't be read at all.
            "allows_multiple_answers": False,
        },
        "poll_answer": {"poll_id": "1", "user": user, "option_ids": [0]},
        "message_reaction": {
            **{"chat": chat, "message_id": 1, "date": 1, "user": user},
            **{"old_reaction": [], "new_reaction": reaction},
        },
        "channel_post": post,
        "edited_channel_post": {**post, "edit_date": 2},
        "inline_query": {"id": "1", "from": user, "query": text, "offset": ""},
        "chosen_inline_result": {"result_id": text, "from": user, "query": text},
        "shipping_query": {**order, "shipping_address": address},
        "pre_checkout_query": {**order, "currency": "VND", "total_amount": 1},
        "business_message": {**message, "chat": chat, "business_connection_id": "b"},
        "business_connection": {
            **{"id": "b", "user": user, "user_chat_id": user["id"], "date": 1},
            **{"can_reply": True, "is_enabled": True},
        },
        "chat_member": {
            **{"chat": group, "from": user, "date": 1},
            **{"old_chat_member": member, "new_chat_member": {**member, "status": "left"}},
        },
        "chat_join_request": {
            **{"chat": group, "from": user, "user_chat_id": user["id"], "date": 1, "bio": text},
        },
        "chat_boost": {
            "chat": channel,
            "boost": {
                **{"boost_id": "1", "add_date": 1, "expiration_date": 2},
                "source": {"source": "premium", "user": user},
            },
        },
        "purchased_paid_media": {"from": user, "paid_media_payload": text},
        "not_invented_yet": {"text": text},
    }
    match kind:
        case "group_command":
            return {"message": {**message, "text": f"/start {text}"}}
        case "group_press":
            return {"callback_query": {**press, "message": message, "data": "home:menu:0"}}
        case "inline_press":
            return {"callback_query": {**press, "inline_message_id": "1", "data": text[:16]}}
        case "game_press":
            shown = {**message, "chat": chat}
            return {"callback_query": {**press, "message": shown, "game_short_name": text}}
        case "anonymous":
            return {"message": {**post, "chat": group, "sender_chat": group}}
        case "left_group":
            gone = {"chat": group, "from": user, "date": 1, "old_chat_member": member}
            return {"my_chat_member": {**gone, "new_chat_member": {**member, "status": "left"}}}
        case "empty":
            return {}
    return {kind: bodies[kind]}


# --- What must not change ---------------------------------------------------------------------


def state_of(world: World, hostile: list[int]) -> dict[str, Any]:
    """Every row of a bloc and of its people, but what hostile persons say of themselves."""
    bloc = world.bloc.id
    with world.database.transaction() as session:
        years = set(session.exec(select(BlocYear.id).where(BlocYear.bloc_id == bloc)))
        units = set(session.exec(select(Unit.id).where(Unit.bloc_id == bloc)))
        reports = set(session.exec(select(Report.id).where(col(Report.unit_id).in_(units))))
        people = set(session.exec(select(Person.id).where(col(Person.telegram_id).not_in(hostile))))
        own = set(session.exec(select(Seat.person_id).where(Seat.bloc_id == bloc))) & people
        return {
            "bloc": _rows(session, Bloc, col(Bloc.id) == bloc),
            "years": _rows(session, BlocYear, col(BlocYear.id).in_(years)),
            "templates": _rows(session, Template, col(Template.bloc_year_id).in_(years)),
            "units": _rows(session, Unit, col(Unit.bloc_id) == bloc),
            "names": _rows(session, UnitName, col(UnitName.unit_id).in_(units)),
            # From which of their seats they act is everybody's own business.
            "seats": _rows(session, Seat, col(Seat.bloc_id) == bloc, "chosen_at"),
            "invitations": _rows(session, Invitation, col(Invitation.bloc_id) == bloc),
            "reports": _rows(session, Report, col(Report.id).in_(reports)),
            "steps": _rows(session, ReportStep, col(ReportStep.report_id).in_(reports)),
            "evidence": _rows(session, Evidence, col(Evidence.report_id).in_(reports)),
            "audit": _rows(session, AuditEntry, col(AuditEntry.bloc_id) == bloc),
            "people": _rows(session, Person, col(Person.id).in_(own), "menu"),
            "forms": _rows(session, Form, col(Form.person_id).in_(own)),
            "told": _rows(session, OutMessage, col(OutMessage.person_id).in_(own)),
        }


def _rows(session: Session, model: type[SQLModel], which: Any, *without: str) -> list[Any]:
    rows = [
        row.model_dump(exclude=set(without)) for row in session.exec(select(model).where(which))
    ]
    return sorted(rows, key=repr)


def _victim(database: Database) -> World:
    """A bloc in the middle of its month: reports in every state, forms open."""
    world = make_world(database, 5, name="Khối bị tấn công")
    people = [world.person(unit) for unit in range(5)]
    for unit in (0, 2, 3, 4):
        sent_report(world, people[unit], FEBRUARY)
    sent_report(world, people[2], MARCH)
    sent_report(world, people[3], MARCH)
    with world.acting(people[0]) as (session, actor):
        review.approve(session, actor, 2, "good")
        review.give_back(session, actor, 3, "please check", ["models_new"])
    for person in people:
        with world.acting(person) as (session, actor):
            session.add(
                Form(
                    person_id=actor.person.id or 0,
                    feature="report",
                    step="card",
                    subject=1,
                    version=person.id or 1,
                    changed_at=NOW,
                )
            )
    return world


def _attackers(world: World, other: World) -> tuple[list[int], set[int]]:
    """Strangers, former members and observers of the one bloc, everybody of the other."""
    former = [world.person(unit) for unit in (0, 1, 2)]
    with world.database.transaction() as session:
        for person in former:
            seat = session.exec(select(Seat).where(Seat.person_id == person.id)).one()
            seat.until = NOW
            session.add(seat)
    observers = [world.person(role=SeatRole.OBSERVER) for _ in range(2)]
    members = [
        other.person(unit, role, language=language)
        for unit, language in zip(range(4), ("en", "vi", "hi", "uk"), strict=True)
        for role in (SeatRole.SIGNATORY, SeatRole.REPRESENTATIVE)
    ]
    # One person who stands in both: a member there, nothing but an observer here.
    both = other.person(2)
    world.sit(both, None, SeatRole.OBSERVER)
    strangers = list(range(500_001, 500_009))
    known = [*former, *observers, *members, both]
    harmless = {one.telegram_id for one in (*observers, both)}
    return [*strangers, *(one.telegram_id for one in known)], harmless


@contextmanager
def siege(database: Database, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Siege]:
    """A bot that runs, a bloc that is attacked, and everybody in front of their phones."""
    victim = _victim(database)
    other = make_world(database, 4, name="Khối khác")
    hostile, harmless = _attackers(victim, other)
    with StandIn(TOKEN, rates=Rates.off()) as tg:
        found = Siege(database, tg, victim, hostile, harmless)
        lock = threading.Lock()

        def note(error: BaseException, **_ids: object) -> str:
            with lock:
                found.trouble.append(error)
            return "x"

        # All screens are shown, none left out because there are newer ones already.
        patch.setattr("bot.app.SendLimiter", lambda **_: SendLimiter(10_000, 10_000, 10_000))
        patch.setattr("bot.replies.CROWD", 10**6)
        for module in ("intake", "replies", "outbox", "jobs", "scheduler"):
            patch.setattr(f"bot.{module}.log_unexpected", note)
        tg.add_group(GROUP, "A group")
        with database.transaction() as session:
            for person in session.exec(select(Person)):
                tg.add_user(person.telegram_id, person.name).opened = True
        with running_bot(database, tg, folder, now=lambda: NOW):
            for person in hostile:
                tg.add_user(person, f"Person {person}")
                tg.start(person)
            tg.quiet(0.3, 60)
            yield found
            tg.quiet(0.5, 120)


#: What Telegram says when somebody presses a button on a message that is gone meanwhile, on a file
#: that never had this button, or once more on a screen that is the same: no fault of the bot's.
HARMLESS = (
    "message is not modified",
    "message to edit not found",
    "there is no text in the message to edit",
    "message to delete not found",
    "message can't be deleted",
)


def test_nothing_fails_nothing_is_refused_nothing_changes(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    with siege(sqlite_database, tmp_path, monkeypatch) as attack:
        before = state_of(attack.victim, attack.hostile)

        @settings(
            max_examples=max(1, COUNT // BATCH),
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(batches)
        def send(batch: list[Act]) -> None:
            attack.send(batch)

        send()
        attack.tg.quiet(0.5, 120)
        assert attack.trouble == []
        refused = [
            (call.method, call.description)
            for call in attack.tg.refusals
            if not any(sign in call.description for sign in HARMLESS)
        ]
        assert refused == [], refused[:9]
        with sqlite_database.transaction() as session:
            assert [one.error for one in session.exec(select(DeadLetter))] == []
            unshown = select(DoneUpdate.update_id).where(col(DoneUpdate.reply).is_not(None))
            assert session.exec(unshown).all() == []
            assert len(session.exec(select(DoneUpdate.update_id)).all()) > attack.sent / 2
        after = state_of(attack.victim, attack.hostile)
        for part, rows in before.items():
            assert after[part] == rows, part
    print(f"hostile updates {attack.sent:,} in {time.monotonic() - began:.0f} s")
    assert attack.sent >= COUNT * 0.9
