"""The machine room from outside: a real bot, a stand-in for Telegram, a route made for the test.

The route's features stand for any: a counter that must count every update once, a slow one, a
poisoned one, a message to somebody else.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import httpx
import pytest
from sqlmodel import Session, SQLModel, col, select

from bot.database import Database
from bot.demo.telegram.limits import Rates
from bot.demo.telegram.server import StandIn
from bot.errors import DatabaseAway
from bot.i18n import Texts
from bot.incoming import Incoming, Tx
from bot.ledger import Ledger
from bot.limits import SendLimiter
from bot.models import (
    DeadLetter,
    DoneUpdate,
    OutMessage,
    OutState,
    ParkedUpdate,
    Person,
    utc_now,
)
from bot.outbox import Outbox
from bot.sending import Sender
from bot.services import forms, notices
from bot.views.base import Button, View, data
from bot.views.notices import COLLECTED, NOTICES
from tests.running import TOKEN, running_bot

ANN, BOB, EVE = 101, 102, 103


@pytest.fixture
def tg() -> Iterator[StandIn]:
    with StandIn(TOKEN, rates=Rates.off()) as stand_in:
        for number, name in ((ANN, "Ann"), (BOB, "Bob"), (EVE, "Eve")):
            stand_in.add_user(number, name, language_code="en")
        yield stand_in


def _note(
    _session: Session, _t: Texts, _person: Person, ids: list[dict[str, object]], _now: object
) -> View | None:
    words = " ".join(str(one["word"]) for one in ids)
    return None if words == "pointless" else View(text=f"news: {words}", card=False)


@pytest.fixture(autouse=True)
def news_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NOTICES, "news", _note)
    monkeypatch.setitem(NOTICES, "bulk", _note)
    monkeypatch.setattr("bot.outbox.COLLECTED", {*COLLECTED, "bulk"})


def route(incoming: Incoming, tx: Tx) -> View:
    """Words decide: what is typed is kept in order in the form's draft."""
    person = tx.actor.person.id or 0
    word = incoming.text or incoming.command or incoming.data
    if word == "poison":
        raise ZeroDivisionError("a secret word: hunter2")
    if word.startswith("slow"):
        time.sleep(0.05)
    if word.startswith("tell "):
        _, kind, word = word.split(" ", 2)
        others = tx.session.exec(select(Person.id).where(col(Person.id) != person)).all()
        for one in word.split(","):
            notices.tell(
                tx.session,
                [other for other in others if other],
                kind,
                ids={"word": one},
                key=f"{kind}:{one}",
                now=tx.now,
            )
    form = tx.form or forms.enter(tx.session, person, "test", "say", tx.now, draft={"said": []})
    said = [*form.draft["said"], word]  # type: ignore[misc]
    forms.keep(tx.session, form, tx.now, said=said)
    return View(
        text=f"{len(said)}: {word}",
        rows=((Button("again", data("test", "again")),),),
        tidy=incoming.kind == "text",
        toast="pressed" if incoming.kind == "button" else "",
    )


def look(database: Database, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Read without a writer's turn, which a busy bot on SQLite would keep from a reader."""
    if database.is_sqlite:
        with closing(
            sqlite3.connect(f"file:{database.engine.url.database}?mode=ro", uri=True)
        ) as c:
            return list(c.execute(query, values))
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(query.replace("?", "%s"), values)
        return [tuple(row) for row in rows]


def said(database: Database, telegram_id: int) -> list[str]:
    rows = look(
        database,
        "SELECT form.draft FROM form JOIN person ON person.id = form.person_id"
        " WHERE person.telegram_id = ?",
        telegram_id,
    )
    if not rows:
        return []
    draft = json.loads(rows[0][0]) if isinstance(rows[0][0], str) else rows[0][0]
    return list(draft["said"])


def count(database: Database, model: type[SQLModel]) -> int:
    ((number,),) = look(database, f"SELECT count(*) FROM {model.__tablename__}")
    return int(number)


def until(predicate: Callable[[], object], timeout: float = 20) -> None:
    """Wait in this thread: the stand-in's own must not wait for the database."""
    end = time.monotonic() + timeout
    while not predicate():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_one_card_is_edited_in_place_and_typed_words_are_tidied(
    database: Database, tg: StandIn, tmp_path: Path
) -> None:
    with running_bot(database, tg, tmp_path, route=route):
        start = tg.send_text(ANN, "one")
        card = tg.wait_message(ANN, after=start.message_id, contains="1: one")
        tg.send_text(ANN, "two")
        tg.wait_edit(ANN, card.message_id, "2: two")
        query = tg.press(ANN, card.message_id, "again")
        tg.wait_edit(ANN, card.message_id, "3: test:again")
        tg.quiet()
        assert [message.text for message in tg.chat(ANN)] == ["3: test:again:0"]
        assert tg.answer_of(query).text == "pressed"
        # A command asks for the card anew, at the bottom; the one above goes away.
        tg.send_text(ANN, "/four")
        tg.wait_message(ANN, after=card.message_id, contains="4: four")
        tg.quiet()
        assert [message.text for message in tg.chat(ANN)] == ["/four", "4: four"]
    # After a restart the card is still known.
    with running_bot(database, tg, tmp_path, route=route):
        tg.send_text(ANN, "five")
        tg.quiet(0.4)
        assert [message.text for message in tg.chat(ANN)] == ["/four", "5: five"]
    assert tg.refusals == []


def test_updates_come_again_without_a_second_effect(
    database: Database, tg: StandIn, tmp_path: Path
) -> None:
    tg.faults.add("repeat", probability=0.7, updates=3)
    words = [str(n) for n in range(30)]
    with running_bot(database, tg, tmp_path, route=route):
        for word in words:
            tg.send_text(ANN, word)
        until(lambda: len(said(database, ANN)) >= 30, timeout=20)
        tg.faults.clear()
        tg.quiet(0.5)
    assert said(database, ANN) == words


def test_a_flooding_person_is_parked_in_order_and_delays_nobody(
    database: Database, tg: StandIn, tmp_path: Path
) -> None:
    flood = [f"slow {n}" for n in range(100)]
    with running_bot(database, tg, tmp_path, route=route):
        tg.send_text(BOB, "/hello")
        tg.wait_message(BOB)
        for word in flood:
            tg.send_text(ANN, word)
        tg.send_text(BOB, "/me")

        def answered() -> int:
            return int(tg.chat(ANN)[-1].text.partition(":")[0]) if tg.chat(ANN)[-1].from_bot else 0

        tg.wait_message(BOB, contains="2: me", timeout=30)
        # Bob wrote last of all; he waits for a few of the flood's updates, not for all of them.
        assert answered() < 60, "the flood held up Bob's answer"
        until(lambda: len(said(database, ANN)) == 100, timeout=60)
    assert said(database, ANN) == flood
    assert count(database, ParkedUpdate) == 0


def test_parked_updates_survive_a_stop(database: Database, tg: StandIn, tmp_path: Path) -> None:
    flood = [f"slow {n}" for n in range(60)]
    with running_bot(database, tg, tmp_path, route=route):
        for word in flood:
            tg.send_text(ANN, word)
        until(lambda: count(database, ParkedUpdate) > 10)
    assert len(said(database, ANN)) > 0
    with running_bot(database, tg, tmp_path, route=route):
        until(lambda: len(said(database, ANN)) == 60, timeout=30)
    assert said(database, ANN) == flood


def test_poison_is_buried_with_an_apology_and_the_rest_goes_on(
    database: Database, tg: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_bot(database, tg, tmp_path, route=route):
        tg.send_text(ANN, "before")
        tg.send_text(ANN, "poison")
        tg.send_text(ANN, "after")
        sorry = tg.wait_message(ANN, contains="Sorry")
        tg.quiet(0.4)
    assert said(database, ANN) == ["before", "after"]
    with database.transaction() as session:
        (letter,) = session.exec(select(DeadLetter)).all()
        assert letter.error_id in sorry.text
        assert letter.body["message"]["text"] == "poison"  # type: ignore[index]
    apologies = [message for message in tg.chat(ANN) if "Sorry" in message.text]
    assert len(apologies) == 1
    logged = "".join(capsys.readouterr())
    assert letter.error_id in logged


def test_answers_that_were_not_shown_come_after_a_restart(
    database: Database, tg: StandIn, tmp_path: Path
) -> None:
    """As after a kill between commit and answer: the update is done, its answer is not."""
    with running_bot(database, tg, tmp_path, route=route):
        tg.send_text(ANN, "one")
        tg.wait_message(ANN, contains="1: one")
        tg.quiet()
    with database.transaction() as session:
        done = session.exec(select(DoneUpdate)).one()
        assert done.reply is None
        done.reply = {
            "chat": ANN,
            "person": None,
            "query": "",
            "message": None,
            "command": True,
            "card": None,
            "view": View(text="late", card=False).to_json(),
        }
        session.add(done)
    with running_bot(database, tg, tmp_path, route=route):
        tg.wait_message(ANN, contains="late")
        tg.quiet()
    with running_bot(database, tg, tmp_path, route=route):
        tg.quiet(0.5)
    assert [message.text for message in tg.chat(ANN)].count("late") == 1


def test_the_outbox_tells_once_collects_and_drops(
    database: Database, tg: StandIn, tmp_path: Path
) -> None:
    with running_bot(database, tg, tmp_path, route=route):
        tg.send_text(BOB, "/hello")
        tg.wait_message(BOB)
        tg.send_text(ANN, "tell news flood")
        tg.send_text(ANN, "tell news flood")
        tg.send_text(ANN, "tell news pointless")
        tg.send_text(ANN, "tell bulk a,b,c")
        tg.wait_message(BOB, contains="news: a b c")
        tg.quiet(0.4)
    news = [message.text for message in tg.chat(BOB) if message.text.startswith("news")]
    assert sorted(news) == ["news: a b c", "news: flood"]
    with database.transaction() as session:
        states = {
            row.dedupe_key.rsplit(":", 1)[0]: row.state for row in session.exec(select(OutMessage))
        }
    assert states == {
        "news:flood": OutState.SENT,
        "news:pointless": OutState.DROPPED,
        "bulk:a": OutState.SENT,
        "bulk:b": OutState.SENT,
        "bulk:c": OutState.SENT,
    }


class Turns(SendLimiter):
    """Turns come late: ``meanwhile`` happens while somebody waits for one."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    async def slot(self, chat_id: int, priority: int = 0, *, is_edit: bool = False) -> None:
        await super().slot(chat_id, priority, is_edit=is_edit)
        self.meanwhile()


@pytest.mark.parametrize(
    ("seconds", "word", "sent"),
    [
        (1, "later", ["early"]),
        (5, "later", ["later"]),
        (5, "pointless", []),
        (5, "broken", []),
        (5, "away", []),
    ],
)
def test_what_waits_for_its_turn_is_worded_anew(
    sqlite_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    seconds: int,
    word: str,
    sent: list[str],
) -> None:
    clock, says = [utc_now()], ["early"]

    def worded(*_args: object) -> View | None:
        if says[0] == "broken":
            raise ZeroDivisionError
        if says[0] == "away":
            raise DatabaseAway("OperationalError")
        return None if says[0] == "pointless" else View(text=says[0])

    def meanwhile() -> None:
        clock[0] += dt.timedelta(seconds=seconds)
        says[0] = word

    class Messages:
        got: ClassVar[list[str]] = []

        async def send_message(self, _chat: int, text: str, **_more: object) -> SimpleNamespace:
            self.got.append(text)
            return SimpleNamespace(message_id=7)

    monkeypatch.setitem(NOTICES, "news", worded)
    Messages.got = []
    with sqlite_database.transaction() as session:
        person = Person(telegram_id=BOB, name="Bob", language="en", first_seen_at=clock[0])
        session.add(person)
        session.flush()
        notices.tell(session, [person.id or 0], "news", ids={}, key="k", now=clock[0])

    async def work() -> None:
        sender = Sender(Messages(), Turns(meanwhile), pauses=())  # type: ignore[arg-type]
        await Outbox(sqlite_database, sender, asyncio.to_thread, lambda: clock[0]).work_off()

    asyncio.run(work())
    assert Messages.got == sent
    with sqlite_database.transaction() as session:
        row = session.exec(select(OutMessage)).one()
    states = {"pointless": OutState.DROPPED, "broken": OutState.WAITING, "away": OutState.WAITING}
    assert row.state is states.get(word, OutState.SENT)
    assert row.claimed_until is None


def test_who_blocked_the_bot_is_noted_and_gets_the_news_on_coming_back(
    database: Database, tg: StandIn, tmp_path: Path
) -> None:
    with running_bot(database, tg, tmp_path, route=route):
        tg.send_text(BOB, "/hello")
        tg.wait_message(BOB)
        tg.block(BOB)
        tg.send_text(ANN, "tell news storm")

        def blocked() -> bool:
            with database.transaction() as session:
                bob = session.exec(select(Person).where(col(Person.telegram_id) == BOB)).one()
                row = session.exec(select(OutMessage)).first()
                return bob.blocked_at is not None and row is not None and row.error == "blocked"

        until(blocked)
        tg.unblock(BOB)
        tg.wait_message(BOB, contains="news: storm")
        tg.quiet()
    with database.transaction() as session:
        bob = session.exec(select(Person).where(col(Person.telegram_id) == BOB)).one()
        assert bob.blocked_at is None


@pytest.mark.parametrize("fault", ["cut_before", "cut_after", "error", "flood"])
def test_faults_on_the_way_out_are_waited_out(
    sqlite_database: Database, tg: StandIn, tmp_path: Path, fault: str
) -> None:
    with running_bot(sqlite_database, tg, tmp_path, route=route):
        tg.send_text(BOB, "/hello")
        tg.wait_message(BOB)
        tg.faults.add(fault, method="sendMessage", count=2)
        tg.send_text(ANN, "tell news storm")
        tg.wait_message(BOB, contains="news: storm", timeout=15)
        tg.wait_message(ANN, contains="1: storm", timeout=15)
        tg.quiet(0.4)
    assert said(sqlite_database, ANN) == ["storm"]
    again = [m.text for m in tg.chat(BOB) + tg.chat(ANN) if m.from_bot and "storm" in m.text]
    # Twice only where Telegram had accepted the message before the connection was cut.
    assert len(again) <= (4 if fault == "cut_after" else 2)


def test_the_limits_are_kept_at_a_strict_server(sqlite_database: Database, tmp_path: Path) -> None:
    with StandIn(TOKEN, rates=Rates(chat_burst=2)) as tg:
        for number in range(1, 41):
            tg.add_user(number, f"P{number}")
        with running_bot(sqlite_database, tg, tmp_path, route=route):
            for number in range(1, 41):
                tg.send_text(number, "/hello")
            for number in range(1, 41):
                tg.wait_message(number, timeout=20)
            tg.send_text(1, "tell news a,b,c")
            for number in range(2, 41):
                tg.wait_message(number, contains="news: c", timeout=30)
            tg.quiet()
        assert [call for call in tg.refusals if call.error_code == 429] == []


def test_the_webhook_acknowledges_after_the_commit_and_checks_the_secret(
    database: Database, tg: StandIn, tmp_path: Path, free_port: int
) -> None:
    listen = f"127.0.0.1:{free_port}"
    url = f"http://{listen}/hook"
    webhook = {"webhook_url": url, "webhook_secret": "s3cret", "webhook_listen": listen}
    with running_bot(database, tg, tmp_path, route=route, webhook=True, settings=webhook):
        words = [str(n) for n in range(20)]
        for word in words:
            tg.send_text(ANN, word)
        until(lambda: len(said(database, ANN)) == 20)
        tg.quiet()
        body = {"update_id": 1, "message": {}}
        assert httpx.post(url, json=body).status_code == 403
        wrong = {"X-Telegram-Bot-Api-Secret-Token": "guess"}
        assert httpx.post(url, json=body, headers=wrong).status_code == 403
        right = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
        assert httpx.post(url, content=b"{", headers=right).status_code == 400
        assert httpx.post(url, content=b"x" * (2 << 20), headers=right).status_code == 413
        assert httpx.post(f"http://{listen}/else", headers=right).status_code == 404
    assert said(database, ANN) == words


def test_a_database_that_is_away_holds_everything_up_and_loses_nothing(
    database: Database, tg: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Transactions fail as they do when the server is gone; what came meanwhile is done later."""
    from bot.errors import DatabaseAway
    from bot.updates import Updates

    away = {"now": False, "met": 0}
    apply = Updates._apply

    def failing(self: Updates, *args: Any) -> object:
        if away["now"]:
            away["met"] += 1
            raise DatabaseAway("OperationalError")
        return apply(self, *args)

    monkeypatch.setattr(Updates, "_apply", failing)
    with running_bot(database, tg, tmp_path, route=route):
        tg.send_text(ANN, "one")
        tg.wait_message(ANN)
        away["now"] = True
        tg.send_text(ANN, "two")
        tg.send_text(BOB, "three")
        until(lambda: away["met"] >= 4)
        assert tg.do(lambda: len(tg.state.queue.pending)) == 2, "acknowledged before the commit"
        away["now"] = False
        until(lambda: said(database, BOB) == ["three"], timeout=15)
        tg.quiet(0.4)
    assert said(database, ANN) == ["one", "two"]


def test_old_records_of_updates_are_forgotten(database: Database) -> None:
    with database.transaction() as session:
        session.add(DoneUpdate(update_id=1, at=utc_now()))
        session.add(DoneUpdate(update_id=2, at=utc_now(), reply={"view": {}}))
    ledger = Ledger(database, admins=(), now=utc_now)
    ledger.forget(utc_now())
    with database.transaction() as session:
        assert [row.update_id for row in session.exec(select(DoneUpdate))] == [2]


def test_a_press_whose_work_takes_long_is_answered_once(
    sqlite_database: Database, tg: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spinner is stopped early; the box that can't be shown any more becomes a message."""
    monkeypatch.setattr("bot.intake.SPINNER", 0.05)

    def slow(incoming: Incoming, tx: Tx) -> View:
        if incoming.kind == "button":
            time.sleep(0.4)
            return View(toast="too <late>", alert=True)
        return route(incoming, tx)

    with running_bot(sqlite_database, tg, tmp_path, route=slow):
        tg.send_text(ANN, "one")
        card = tg.wait_message(ANN, contains="1: one")
        query = tg.press(ANN, card.message_id, "again")
        tg.wait_message(ANN, contains="too <late>")
        tg.quiet()
        assert tg.answer_of(query).text == ""
    assert tg.refusals == []
