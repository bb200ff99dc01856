"""A bloc with units and people, made quickly, for tests of services and flows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

from sqlmodel import Session, col, select

from bot.database import Database
from bot.domain.report import Value, zero_for_empty
from bot.domain.template import TEXT
from bot.i18n import texts
from bot.incoming import Incoming, Kind, Media, Tx
from bot.models import (
    Bloc,
    BlocKind,
    BlocYear,
    OutMessage,
    OutState,
    Person,
    Report,
    Seat,
    SeatRole,
    Unit,
)
from bot.services import access, blocs, forms, report_sending, reports
from bot.services.access import Actor
from bot.services.figures import template_of
from bot.services.invitations import KEY, derive_key
from bot.updates import Updates
from bot.views.base import Button, View
from bot.views.notices import COLLECTED, NOTICES
from handlers import route

#: Noon of 10 March 2025 in Vietnam: the February report is past, the one for March is open.
NOW = dt.datetime(2025, 3, 10, 5, 0, tzinfo=dt.UTC)
ADMIN_ID = 999_999
_UPDATES = count(1)
BOT_NAME = "blocbot_test_bot"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a roster."""

    name: str
    short_name: str
    staff: int | None = None
    role: str | None = None


def roster(count: int = 4) -> list[Row]:
    """Units U1, U2 …; the first leads, the second is deputy."""
    offices = {1: "leader", 2: "deputy"}
    return [Row(f"Unit number {i}", f"U{i}", 10 * i, offices.get(i)) for i in range(1, count + 1)]


@dataclass
class World:
    """One bloc, its units by order, and whoever is let in.

    ``unit(0)`` leads, ``unit(1)`` is deputy. Objects are detached: fresh ones come from a
    session. ``now`` may be moved.
    """

    database: Database
    created: blocs.Created
    now: dt.datetime = NOW
    _last_id: int = field(default=1000)

    @property
    def bloc(self) -> Bloc:
        return self.created.bloc

    @property
    def year(self) -> BlocYear:
        return self.created.year

    @property
    def units(self) -> Sequence[Unit]:
        return self.created.units

    def unit(self, index: int) -> Unit:
        return self.created.units[index]

    def secret(self, unit: int, role: SeatRole = SeatRole.SIGNATORY) -> str:
        """The secret of the invitation that came with the bloc."""
        wanted = self.unit(unit).id
        return next(
            one.secret for one in self.created.invites if one.unit.id == wanted and one.role is role
        )

    def person(
        self,
        unit: int | None = None,
        role: SeatRole = SeatRole.SIGNATORY,
        *,
        language: str = "en",
        name: str = "",
    ) -> Person:
        """A person with a seat at a unit (by order); an observer with ``role`` OBSERVER; a
        stranger without both."""
        self._last_id += 1
        with self.database.transaction() as session:
            person = Person(
                telegram_id=self._last_id,
                name=name or f"Person {self._last_id}",
                language=language,
                first_seen_at=self.now,
            )
            session.add(person)
            session.flush()
            if unit is not None or role is SeatRole.OBSERVER:
                session.add(self._seat(person, unit, role))
        return person

    def sit(self, person: Person, unit: int | None, role: SeatRole = SeatRole.SIGNATORY) -> None:
        """Give a person another seat of this bloc."""
        with self.database.transaction() as session:
            session.add(self._seat(person, unit, role))

    def _seat(self, person: Person, unit: int | None, role: SeatRole) -> Seat:
        return Seat(
            person_id=person.id or 0,
            bloc_id=self.bloc.id or 0,
            unit_id=None if unit is None else self.unit(unit).id,
            role=role,
            since=self.now,
            chosen_at=self.now,
        )

    def admin(self) -> Person:
        """Whoever runs the bot, without a seat."""
        with self.database.transaction() as session:
            found = session.exec(select(Person).where(col(Person.telegram_id) == ADMIN_ID)).first()
            if found is None:
                found = Person(
                    telegram_id=ADMIN_ID, name="Admin", language="en", first_seen_at=self.now
                )
                session.add(found)
        return found

    def actor(self, session: Session, person: Person, now: dt.datetime | None = None) -> Actor:
        """The actor as an update of this person would find it, now."""
        found = access.find_actor(
            session, person.telegram_id, now or self.now, (ADMIN_ID,), lock=False
        )
        assert found is not None
        return found

    @contextmanager
    def acting(self, person: Person) -> Iterator[tuple[Session, Actor]]:
        """A committed transaction with the person's actor."""
        with self.database.transaction() as session:
            yield session, self.actor(session, person)

    def told(self, kind: str | None = None) -> list[tuple[int, str]]:
        """(person id, kind) of what waits in the outbox, in order."""
        with self.database.transaction() as session:
            rows = session.exec(select(OutMessage).order_by(col(OutMessage.id))).all()
        return [(row.person_id, row.kind) for row in rows if kind in (None, row.kind)]


def make_world(
    database: Database, units: int = 4, *, name: str = "Khối A", year: int = 2025
) -> World:
    """A bloc of ``units`` units, made as the command line makes one; nobody has joined yet."""
    database.info.setdefault(KEY, derive_key("123:test"))
    with database.transaction() as session:
        created = blocs.create(
            session,
            name=name,
            year=year,
            kind=BlocKind.BLOC,
            province="Ninh Thuận",
            timezone="Asia/Ho_Chi_Minh",
            language="vi",
            rows=roster(units),
            now=NOW,
        )
    # Ids on Telegram must differ between the worlds of one test.
    return World(database, created, _last_id=1000 * (created.bloc.id or 1))


def transact(session: Session, actor: Actor, *, bot_name: str = BOT_NAME) -> Tx:
    """What a handler gets, as the update's wrapper makes it."""
    form = forms.current(session, actor.person.id or 0)
    return Tx(
        session=session,
        actor=actor,
        t=texts(actor.person.language),
        now=actor.now,
        bot_name=bot_name,
        form=form if form and form.feature else None,
    )


def incoming(
    person: Person,
    kind: Kind,
    *,
    text: str = "",
    command: str = "",
    data: str = "",
    media: Media | None = None,
) -> Incoming:
    """An update of this person's."""
    return Incoming(
        update_id=next(_UPDATES),
        kind=kind,
        telegram_id=person.telegram_id,
        chat_id=person.telegram_id,
        name=person.name,
        message_id=10,
        text=text,
        command=command,
        data=data,
        query_id="1" if kind == "button" else "",
        media=media,
    )


def sent_report(
    world: World, person: Person, month: dt.date, *, now: dt.datetime | None = None, **values: int
) -> Report:
    """A report that a person has sent for their unit: zeros and words but for what is given."""
    with world.database.transaction() as session:
        actor = world.actor(session, person, now)
        report = reports.open_month(session, actor, month)
        template = template_of(session, report.bloc_year_id, report.template_version)
        given: dict[str, Value] = {code: Decimal(value) for code, value in values.items()}
        words: dict[str, Value] = {
            one.code: "Good work" for one in template.inputs if one.required and one.type == TEXT
        }
        have = {**words, **given}
        reports.change(session, actor, report.id or 0, {**zero_for_empty(template, have), **have})
        return report_sending.send(session, actor, report.id or 0)


class Chat:
    """Somebody's chat with the bot, as the wrapper of updates sees it, without the network.

    Strangers become persons, and what a service refuses comes back as a sentence, like for real.
    ``view`` is the last answer.
    """

    _updates = 0

    def __init__(
        self, world: World, telegram_id: int, name: str = "Somebody", language: str = "en"
    ) -> None:
        self.world, self.telegram_id = world, telegram_id
        self.name, self.language = name, language
        self.view = View()
        self._applying = Updates(
            world.database,
            route,
            menu_key=lambda _actor: "",
            admins=(ADMIN_ID,),
            default_language="vi",
            bot_name=BOT_NAME,
            now=lambda: world.now,
        )

    @classmethod
    def of(cls, world: World, person: Person) -> Chat:
        """The chat of a person who is known already."""
        return cls(world, person.telegram_id, person.name, person.language)

    def _send(self, kind: Kind, **what: str) -> View:
        Chat._updates += 1
        outcome = self._applying.apply(
            Incoming(
                update_id=Chat._updates,
                kind=kind,
                telegram_id=self.telegram_id,
                chat_id=self.telegram_id,
                name=self.name,
                username="somebody",
                language_code=self.language,
                message_id=10,
                query_id="1" if kind == "button" else "",
                **what,  # type: ignore[arg-type]
            )
        )
        assert outcome.reply is not None
        self.view = outcome.reply.view
        return self.view

    def command(self, name: str, text: str = "") -> View:
        return self._send("command", command=name, text=text)

    def type(self, text: str) -> View:
        return self._send("text", text=text)

    def send_nothing_known(self) -> View:
        """A sticker, a place, an edited message."""
        return self._send("other")

    def press(self, data: str) -> View:
        """A button by its data, whether it is on the screen or not."""
        return self._send("button", data=data)

    def tap(self, text: str) -> View:
        """The button of the last answer that has these words on it."""
        return self.press(self.button(text).data)

    def button(self, text: str) -> Button:
        found = [one for row in self.view.rows for one in row if text in one.text]
        assert found, f"no {text!r} among {self.buttons}"
        return found[0]

    @property
    def text(self) -> str:
        return str(self.view.text)

    @property
    def buttons(self) -> list[str]:
        return [one.text for row in self.view.rows for one in row]

    def news(self) -> list[View]:
        """What waits for this person in the outbox, worded, in order; pointless ones left out."""
        with self.world.database.transaction() as session:
            person = session.exec(
                select(Person).where(col(Person.telegram_id) == self.telegram_id)
            ).one()
            rows = session.exec(
                select(OutMessage)
                .where(
                    col(OutMessage.person_id) == person.id,
                    col(OutMessage.state) == OutState.WAITING,
                )
                .order_by(col(OutMessage.id))
            ).all()
            bundles: dict[tuple[str, int | None], list[dict[str, object]]] = {}
            for row in rows:
                single = None if row.kind in COLLECTED else row.id
                bundles.setdefault((row.kind, single), []).append(row.ids)
            views = [
                NOTICES[kind](session, texts(person.language), person, ids, self.world.now)
                for (kind, _), ids in bundles.items()
            ]
        return [view for view in views if view is not None]
