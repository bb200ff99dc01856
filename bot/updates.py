"""One update is one transaction: its effect, the record that it is done, and its answer.

:meth:`Updates.apply` is called in a worker thread. It commits everything or nothing. The answer
is kept in the same transaction until it has been shown, so that a process killed between the two
shows it after its restart; an update that comes again has no second effect.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, event, insert, update
from sqlmodel import Session, SQLModel, col, select

from bot.database import Database, savepoint
from bot.domain.names import clean
from bot.errors import DatabaseAway, Expected
from bot.i18n import negotiate, texts
from bot.incoming import Incoming, Tx
from bot.ledger import Reply, note_shown
from bot.models import (
    BlocYear,
    DeadLetter,
    DoneUpdate,
    Job,
    OutMessage,
    OutState,
    ParkedUpdate,
    Person,
    Seat,
)
from bot.services import audit, forms
from bot.services.access import Actor, find_actor, meet
from bot.views import common, errors
from bot.views.base import TOAST_LIMIT, View, clip, plain

#: Messages that a blocked bot could not deliver are tried again if the person comes back in time.
BLOCKED_KEPT = dt.timedelta(days=7)

Route = Callable[[Incoming, Tx], View]

# Built once, of the table and not of the class: every update writes this.
_NOTE_DONE = insert(SQLModel.metadata.tables[DoneUpdate.__tablename__])


@dataclass(frozen=True, slots=True)
class Piece:
    """An update to apply.

    ``parked``: it comes from the table of parked updates and leaves that with its effect.
    ``again``: the database went away at the last try, perhaps after it had committed.
    """

    incoming: Incoming
    parked: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What applying an update led to, for the edge: an answer, the outbox woken, the menu due."""

    reply: Reply | None = None
    outbox: bool = False
    jobs: bool = False
    menu_of: Actor | None = None


class Updates:
    """Applies updates to the database by way of the handlers' route."""

    def __init__(
        self,
        database: Database,
        route: Route,
        *,
        menu_key: Callable[[Actor], str],
        admins: tuple[int, ...],
        default_language: str,
        bot_name: str,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._database = database
        self._route = route
        self._menu_key = menu_key
        self._admins = admins
        self._default_language = default_language
        self._bot_name = bot_name
        self._now = now

    def apply(self, incoming: Incoming) -> Outcome:
        """Apply one update and commit. Raises DatabaseAway, and whatever is unexpected."""
        return self._apply_one(Piece(incoming))

    def _apply_one(self, piece: Piece) -> Outcome:
        try:
            with self._database.transaction() as session:
                return self._apply(session, piece, None)
        except Expected as error:
            # Everything the handler did is rolled back; the sentence is the update's only effect.
            with self._database.transaction() as session:
                return self._apply(session, piece, error)

    def apply_all(
        self, batch: Sequence[Piece], shown: list[int] | None = None
    ) -> list[Outcome | Exception]:
        """Apply updates of different people, each whole or not at all, in one commit.

        ``shown`` are the updates whose answers were shown meanwhile: noted in the same commit.
        Raises DatabaseAway, and then nothing of the batch is done.
        """
        try:
            with self._database.transaction() as session:
                note_shown(session, shown or [])
                session.info[audit.ONE_BLOC] = True
                return [self._apply_within(session, one) for one in batch]
        except DatabaseAway:
            raise
        except Exception:
            # Something is wrong with one of them, or they can't be together: each by itself.
            with self._database.transaction() as session:
                note_shown(session, shown or [])
            return [self._apply_alone(one) for one in batch]

    def _apply_alone(self, piece: Piece) -> Outcome | Exception:
        try:
            return self._apply_one(piece)
        except Exception as error:
            return error

    def _apply_within(self, session: Session, piece: Piece) -> Outcome:
        """Apply one of several: an Expected error takes back this one's changes alone."""
        with savepoint(session) as back:
            try:
                return self._apply(session, piece, None)
            except Expected as error:
                back()
                return self._apply(session, piece, error)

    def _apply(self, session: Session, piece: Piece, refused: Expected | None) -> Outcome:
        incoming, now = piece.incoming, self._now()
        touched = watch(session)
        if piece.parked:
            session.exec(
                delete(ParkedUpdate).where(col(ParkedUpdate.update_id) == incoming.update_id)
            )
        met = meet(session, incoming.telegram_id, incoming.update_id, now, self._admins)
        if met.done:
            return self._kept(session, incoming) if piece.again else Outcome()
        actor = self._known(session, incoming, met.actor, now)
        person = actor.person
        came_back = person.blocked_at is not None and incoming.kind != "blocked"
        if came_back:
            person.blocked_at = None
            session.add(person)
            _try_again(session, person, now)
        if incoming.kind in ("blocked", "unblocked"):
            if incoming.kind == "blocked":
                person.blocked_at = now
                session.add(person)
            session.add(DoneUpdate(update_id=incoming.update_id, at=now))
            return Outcome(outbox=came_back)
        form = met.form
        tx = Tx(
            session=session,
            actor=actor,
            t=texts(person.language),
            now=now,
            bot_name=self._bot_name,
            form=form if form and form.feature else None,
        )
        card_id = form.card_id if form else None
        view = self._refusal(tx, incoming, refused) if refused else self._route(incoming, tx)
        reply = Reply(
            update_id=incoming.update_id,
            chat_id=incoming.chat_id,
            person_id=person.id,
            view=view,
            query_id=incoming.query_id,
            message_id=incoming.message_id,
            command=incoming.kind == "command",
            card_id=card_id,
        )
        self._remember_card(session, incoming, person, view)
        session.flush()
        session.connection().execute(
            _NOTE_DONE,
            {"update_id": incoming.update_id, "at": now, "reply": reply.to_json()},
        )
        after: Actor | None = actor
        if touched & {Seat, BlocYear}:
            # Who this is has changed: a seat taken, left, or another one chosen.
            after = find_actor(session, incoming.telegram_id, now, self._admins, lock=False)
        menu_due = (
            after is not None
            # Whoever has just had themselves forgotten can't be shown anything any more.
            and after.person.telegram_id == incoming.telegram_id
            and self._menu_key(after) != person.menu
        )
        if menu_due and person.menu is not None:
            # Unknown until Telegram has taken the new one: a restart finds it due.
            person.menu = None
            session.add(person)
        return Outcome(
            reply=reply,
            outbox=OutMessage in touched or came_back,
            jobs=Job in touched,
            menu_of=after if menu_due else None,
        )

    @staticmethod
    def _kept(session: Session, incoming: Incoming) -> Outcome:
        """What a commit led to that this process didn't hear of."""
        done = session.get_one(DoneUpdate, incoming.update_id)
        reply = Reply.from_json(done.update_id, done.reply) if done.reply else None
        return Outcome(reply, outbox=True, jobs=True)

    def _known(
        self, session: Session, incoming: Incoming, actor: Actor | None, now: dt.datetime
    ) -> Actor:
        """The actor behind the update; a stranger becomes a person with Telegram's language."""
        name = clean(incoming.name, 64, cut=True) or str(incoming.telegram_id)
        if actor is None:
            person = Person(
                telegram_id=incoming.telegram_id,
                name=name,
                username=incoming.username,
                language=negotiate(incoming.language_code, self._default_language),
                first_seen_at=now,
            )
            session.add(person)
            session.flush()
            return Actor(person=person, now=now, is_admin=incoming.telegram_id in self._admins)
        if actor.person.name != name or actor.person.username != incoming.username:
            actor.person.name, actor.person.username = name, incoming.username
            session.add(actor.person)
        return actor

    @staticmethod
    def _refusal(tx: Tx, incoming: Incoming, error: Expected) -> View:
        sentence = errors.sentence(tx.t, error)
        if incoming.kind == "button":
            return View(toast=clip(plain(sentence), TOAST_LIMIT), alert=True)
        return View(text=sentence, card=False)

    @staticmethod
    def _remember_card(session: Session, incoming: Incoming, person: Person, view: View) -> None:
        """The message whose button was pressed is the form's card from now on."""
        if incoming.kind == "button" and view.card and view.text and not view.fresh:
            form = forms.current(session, person.id or 0)
            if form is not None and form.card_id != incoming.message_id:
                form.card_id = incoming.message_id
                session.add(form)

    def bury(
        self, incoming: Incoming, body: dict[str, Any], error: BaseException, id_: str
    ) -> Reply:
        """Give up on an update that failed again and again: keep it, apologise, go on."""
        now = self._now()
        with self._database.transaction() as session:
            person = session.exec(
                select(Person).where(col(Person.telegram_id) == incoming.telegram_id)
            ).first()
            language = (
                person.language
                if person
                else negotiate(incoming.language_code, self._default_language)
            )
            reply = Reply(
                update_id=incoming.update_id,
                chat_id=incoming.chat_id,
                person_id=person.id if person else None,
                view=common.apology(texts(language), id_),
                message_id=incoming.message_id,
                query_id=incoming.query_id,
            )
            if session.get(DoneUpdate, incoming.update_id) is None:
                session.add(DoneUpdate(update_id=incoming.update_id, at=now, reply=reply.to_json()))
                session.add(
                    DeadLetter(
                        update_id=incoming.update_id,
                        telegram_id=incoming.telegram_id,
                        body=body,
                        error_id=id_,
                        error=type(error).__name__,
                        at=now,
                    )
                )
            session.exec(
                delete(ParkedUpdate).where(col(ParkedUpdate.update_id) == incoming.update_id)
            )
            return reply


def watch(session: Session) -> set[type]:
    """The kinds of rows that this session adds or changes from now on, kept up as it flushes."""
    touched: set[type] | None = session.info.get("touched")
    if touched is not None:
        touched.clear()
        return touched
    touched = session.info["touched"] = set()

    @event.listens_for(session, "after_flush")
    def _note(flushed: Session, _context: object) -> None:
        touched.update(type(row) for row in flushed.new)
        touched.update(type(row) for row in flushed.dirty)

    return touched


def _try_again(session: Session, person: Person, now: dt.datetime) -> None:
    session.exec(
        update(OutMessage)
        .where(
            col(OutMessage.person_id) == person.id,
            col(OutMessage.state) == OutState.FAILED,
            col(OutMessage.error) == "blocked",
            col(OutMessage.created_at) > now - BLOCKED_KEPT,
        )
        .values(state=OutState.WAITING, next_at=now, attempts=0)
    )
