"""The demo's stage: stand-in, web chat, the real bot with a fresh database, everybody invited."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.demo.play.phone import Phone
from bot.demo.play.wire import Watch, Wire
from bot.demo.process import TOKEN, Bot
from bot.demo.scenarios.model import (
    DEPUTY,
    LEADER,
    REPRESENTATIVE,
    SIGNATORY,
    Scenario,
    Somebody,
    Unit,
)
from bot.demo.telegram import StandIn
from bot.demo.telegram.state import Telegram
from bot.demo.webchat import Person, WebChat

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_FIRST_ID = 5_000_001
_OFFICES = {LEADER: "bloc leader", DEPUTY: "deputy"}


def this_month() -> dt.date:
    """The month that people in Vietnam have now."""
    return dt.datetime.now(ZONE).date().replace(day=1)


def month_before(month: dt.date) -> dt.date:
    """The month before."""
    return (month - dt.timedelta(days=1)).replace(day=1)


@dataclass
class Stage:
    """Everything that is there once the curtain is up. Phones are by short name and role."""

    scenario: Scenario
    standin: StandIn
    webchat: WebChat
    bot: Bot
    watch: Watch
    phones: dict[tuple[str, str], Phone] = field(default_factory=dict)
    bloc: int = 0
    #: Unit ids and open invitations' payloads by short name.
    units: dict[str, int] = field(default_factory=dict)
    payloads: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the web chat is."""
        return self.standin.url

    @property
    def wire(self) -> Wire:
        """The way to the stand-in for everybody who plays."""
        return self.watch.wire

    def phone(self, unit: Unit, role: str = REPRESENTATIVE) -> Phone:
        """Somebody of a unit."""
        return self.phones[unit.short_name, role]

    @property
    def observer(self) -> Phone:
        """Who looks on."""
        return self.phones["", "observer"]

    @property
    def stranger(self) -> Phone:
        """Whom nobody has invited."""
        return self.phones["", "stranger"]

    @property
    def members(self) -> list[Phone]:
        """All people of all units."""
        return [phone for (unit, _), phone in self.phones.items() if unit]

    def join(self, somebody: Somebody, unit: str, role: str, subtitle: str) -> Phone:
        """Put a person on the stage."""
        number = _FIRST_ID + len(self.phones)
        person = Person(number, somebody.name, subtitle, somebody.language)
        self.standin.do(lambda: self.webchat.introduce(person))
        phone = Phone(self.watch, number, somebody.name, somebody.language)
        self.phones[unit, role] = phone
        return phone

    def succeed(self, unit: Unit, role: str, coming: Phone) -> None:
        """Who came takes the place of who left; both stay on the stage."""
        gone = self.phones.pop((unit.short_name, role))
        self.phones = {who: phone for who, phone in self.phones.items() if phone is not coming}
        self.phones[unit.short_name, role] = coming
        self.phones["", f"former {len(self.phones)}"] = gone

    # -- before the curtain ---------------------------------------------------------------

    def create_bloc(self, years: Iterable[int]) -> None:
        """Make bloc and years by the real command line; the last year is the present one."""
        first, *later = years
        made = self.bot.command(
            "bloc",
            "create",
            self.scenario.name,
            "--year",
            str(first),
            "--province",
            self.scenario.province,
            "--roster",
            str(self._roster()),
        )
        self.bloc = made["bloc"]
        for unit in made["units"]:
            self.units[unit["short_name"]] = unit["unit"]
            for invite in unit["invites"]:
                self.payloads[unit["short_name"], invite["role"]] = invite["payload"]
        for year in later:
            self.bot.command("year", "open", str(self.bloc), str(year))
        observer = self.bot.command("invite", "--observer", str(self.bloc))
        self.payloads["", "observer"] = observer["payload"]

    def _roster(self) -> Path:
        path = self.bot.folder / "roster.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream)
            table.writerow(("unit", "short_name", "staff", "role"))
            for unit in self.scenario.units:
                table.writerow((unit.name, unit.short_name, unit.staff, unit.office))
        return path

    def cast(self) -> None:
        """Everybody has a phone; nobody has met the bot yet. Leader and deputy come first."""
        for unit in sorted(
            self.scenario.units, key=lambda one: (LEADER, DEPUTY, "").index(one.office)
        ):
            office = _OFFICES.get(unit.office)
            where = f"{unit.short_name} · {office}" if office else unit.short_name
            for somebody, role in (
                (unit.signatory, SIGNATORY),
                (unit.representative, REPRESENTATIVE),
            ):
                # Other languages come first: the list cuts off long lines.
                tongue = "" if somebody.language == "vi" else f"{somebody.language} · "
                self.join(somebody, unit.short_name, role, f"{tongue}{where} · {role}")
        self.join(self.scenario.observer, "", "observer", "observer of the bloc")
        self.join(self.scenario.stranger, "", "stranger", "nobody invited them")

    def invite_all(self) -> None:
        """Everybody presses the link of their invitation."""
        self.together(
            [
                lambda phone=phone, who=who: phone.starts(self.payloads[who])  # type: ignore[misc]
                for who, phone in self.phones.items()
                if who in self.payloads
            ]
        )

    def together(self, acts: Iterable[Callable[[], Any]]) -> list[Any]:
        """Several people at once; the first error is raised when all have ended."""
        with ThreadPoolExecutor(max_workers=16) as pool:
            return [one.result() for one in [pool.submit(act) for act in acts]]


@contextmanager
def staged(scenario: Scenario, folder: Path, port: int = 0) -> Iterator[Stage]:
    """The stage for the time of the block: the stand-in serves, the bot is stopped at the end.

    OSError where the port is taken. The bot is started by ``stage.bot.start()``.
    """
    chats: list[WebChat] = []

    def routes(telegram: Telegram) -> list[Any]:
        chats.append(WebChat(telegram))
        return chats[0].routes()

    with ExitStack() as stack:
        standin = stack.enter_context(StandIn(TOKEN, port=port, extra_routes=routes))
        bot = Bot(folder, standin.url)
        stack.callback(bot.stop)
        watch = stack.enter_context(Watch(Wire(standin.url)))
        yield Stage(scenario, standin, chats[0], bot, watch)
