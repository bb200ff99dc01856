"""A year of a bloc: who does what in which month, and what has to come of it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain

from bot.demo.play import forms, months, people
from bot.demo.play.figures import (
    REQUIRED,
    Month,
    forwarded_on,
    month_figures,
    quiet_month,
)
from bot.demo.play.months import Sent
from bot.demo.play.phone import Phone, action_of, find_button
from bot.demo.play.pictures import picture
from bot.demo.play.wire import Unexpected
from bot.demo.scenarios.model import REPRESENTATIVE, SIGNATORY, Unit
from bot.demo.stage import ZONE, Stage

#: What happens besides, in the order of the year. A short play has them closer together.
EVENTS = (
    "return",
    "nudge",
    "crash",
    "rename",
    "replace",
    "double_tap",
    "xlsx",
    "withdraw",
    "return_by_command",
    "album",
)
_MARKED = ("people_outreach", "relief_money")
_REASON = "Số người dự và số tiền không khớp với ảnh chụp; đề nghị kiểm tra lại."


@dataclass
class Year:
    """The story of one year so far. ``say`` writes lines of the transcript."""

    stage: Stage
    months: list[dt.date]
    say: Callable[[list[str]], None]
    advance: Callable[[], None]
    names: dict[str, str] = field(default_factory=dict)
    figures: dict[tuple[str, dt.date], Month] = field(default_factory=dict)
    reports: dict[tuple[str, dt.date], Sent] = field(default_factory=dict)
    decisions: int = 0
    forms: dict[str, bytes] = field(default_factory=dict)
    #: When the bot was killed, in seconds since the epoch.
    crashes: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = {unit.short_name: unit.short_name for unit in self.units}

    @property
    def units(self) -> tuple[Unit, ...]:
        """All units of the bloc."""
        return self.stage.scenario.units

    @property
    def leader(self) -> Phone:
        """Who decides for the leader."""
        return self.stage.phone(self.stage.scenario.leader, SIGNATORY)

    @property
    def deputy(self) -> Phone:
        """Who decides on the leader's own reports."""
        return self.stage.phone(self.stage.scenario.deputy, SIGNATORY)

    def other(self, place: int) -> Unit:
        """One of the units without an office."""
        others = [unit for unit in self.units if not unit.office]
        return others[place % len(others)]

    def month_of(self, event: str) -> dt.date:
        """When something happens."""
        last = len(EVENTS) - 1
        return self.months[round(EVENTS.index(event) * (len(self.months) - 1) / last)]

    def is_now(self, event: str, month: dt.date) -> bool:
        """Whether it happens in this month."""
        return self.month_of(event) == month

    def flush(self, *phones: Phone) -> None:
        """Put people's lines into the transcript, one person after the other."""
        self.say(list(chain.from_iterable(phone.take_lines() for phone in phones)))

    def flush_all(self) -> None:
        """The same for everybody."""
        self.flush(*self.stage.phones.values())

    # -- one month ------------------------------------------------------------------------

    def play_month(self, month: dt.date) -> None:
        """Fill in, send, remind, decide, correct; then what is about people."""
        place = self.months.index(month)
        self.say(["", f"== {month:%m/%Y}"])
        for number, unit in enumerate(self.units):
            self.figures[unit.short_name, month] = self._figures(place, number, unit, month)
        self._fill_all(place, month)
        owing = (self.other(2), self.other(3)) if self.is_now("nudge", month) else ()
        self._send(month, [unit for unit in self.units if unit not in owing])
        if owing:
            self._nudge(month, owing)
            self._send(month, list(owing))
        if self.is_now("withdraw", month):
            self._withdraw(month, self.other(3))
        self._decide(month)
        if self.is_now("rename", month):
            self._rename(self.other(3))
        if self.is_now("replace", month):
            self._replace(self.other(1))

    def _figures(self, place: int, number: int, unit: Unit, month: dt.date) -> Month:
        before = self.figures.get((unit.short_name, self.months[place - 1])) if place else None
        if before and self._style(place, number) == "quiet":
            return quiet_month(before)
        made = month_figures(self.stage.scenario.key, unit, month, before)
        if before and self._style(place, number) == "as_last_month":
            made["models_new"] = before["models_new"]
            made["models_total"] = made["models_sustained"] + made["models_new"]
        return made

    def _style(self, place: int, number: int) -> str:
        styles = ("pasted", "by_parts", "as_last_month", "one_by_one", "pasted", "quiet")
        return styles[(place + number) % len(styles)]

    def _fill_all(self, place: int, month: dt.date) -> None:
        self.say([f"-- {month:%m/%Y}: the units fill in their reports"])

        crashing = self.other(0) if self.is_now("crash", month) else None
        by_form = self.other(1) if self.is_now("xlsx", month) else None

        def fill(number: int, unit: Unit) -> None:
            phone, figures = self.stage.phone(unit), self.figures[unit.short_name, month]
            months.open_report(phone, month, ("%Y-%m", "%m/%Y", "%m.%Y")[number % 3])
            if unit == crashing:
                self._fill_with_crash(phone, figures)
            elif unit == by_form:
                self._fill_by_form(phone, figures, month)
            else:
                self._fill(phone, figures, self._style(place, number) if place else "pasted")
            if unit != by_form:
                self._date(phone, figures, month)
            self._evidence(phone, unit, place, number, month)

        jobs = {unit: lambda n=n, u=unit: fill(n, u) for n, unit in enumerate(self.units)}
        alone = jobs.pop(crashing) if crashing else None
        self.stage.together(jobs.values())
        if alone:
            # By itself: whoever waits for an answer then may get it twice.
            alone()
        self.flush_all()

    def _fill(self, phone: Phone, figures: Month, style: str) -> None:
        if style == "as_last_month":
            months.fill_as_last_month(phone, figures)
        elif style == "quiet":
            months.fill_quiet(phone)
        elif style == "by_parts":
            months.fill_by_parts(phone, figures)
        elif style == "one_by_one":
            months.fill_one_by_one(phone, figures)
        else:
            months.fill_pasted(phone, figures)

    def _date(self, phone: Phone, figures: Month, month: dt.date) -> None:
        today = dt.datetime.now(ZONE).date()
        months.enter_date(phone, figures, forwarded_on(month, today))

    def _evidence(self, phone: Phone, unit: Unit, place: int, number: int, month: dt.date) -> None:
        words = f"{unit.short_name} {month:%Y-%m}"
        if self.is_now("album", month) and unit == self.other(0):
            photos = [picture(f"{words} {one}") for one in range(3)]
            phone.sends_album(photos, "Ba buổi tuyên truyền", shows=months.CARD)
            months.add_words(phone, "highlights", "Ra mắt mô hình “Dòng sông không rác”.")
        elif (place + number) % 3 == 0:
            phone.sends_photo(picture(words), shows=months.CARD)

    # -- special ways to fill in ----------------------------------------------------------

    def _fill_with_crash(self, phone: Phone, figures: Month) -> None:
        """The bot is killed between numbers; what was typed is there afterwards."""
        months.fill_pasted(phone, figures, REQUIRED[:5])
        for code in REQUIRED[5:8]:
            phone.types_blindly(str(figures[code]))
        self.crashes.append(time.time())
        self.stage.bot.kill()
        phone.lines.append("  (kill -9: the bot is gone, and started again)")
        self.stage.bot.start()
        months.wait_for_part(phone, "outreach", 6)
        months.fill_pasted(phone, figures, REQUIRED[8:])

    def _fill_by_form(self, phone: Phone, figures: Month, month: dt.date) -> None:
        """The XLSX form: one wrong cell changes nothing, the right form fills everything in."""
        name, empty = forms.ask_for_form(phone)
        values: dict[str, object] = {code: figures[code] for code in REQUIRED}
        if figures["opinions_forwarded"]:
            values["opinions_forwarded_on"] = forwarded_on(month, dt.datetime.now(ZONE).date())
        wrong = forms.filled(empty, {**values, "relief_rounds": "hai"})
        answer = forms.send_form(phone, name, wrong)
        if "F" not in answer["text"]:
            raise Unexpected(f"no cell is named:\n{answer['text']}")
        right = forms.filled(empty, values)
        forms.send_form(phone, name, right)
        self.forms[name] = right
        months.open_report(phone, month)

    # -- sending and deciding -------------------------------------------------------------

    def _send(self, month: dt.date, units: list[Unit]) -> None:
        double = self.other(2) if self.is_now("double_tap", month) else None

        def send(unit: Unit) -> Sent:
            phone = self.stage.phone(unit)
            return self._send_twice(phone) if unit == double else months.send(phone)

        found = self.stage.together([lambda unit=unit: send(unit) for unit in units])  # type: ignore[misc]
        for unit, sent in zip(units, found, strict=True):
            self.reports[unit.short_name, month] = sent
            phone = self.stage.phone(unit)
            self._check_late(phone, month)
            if unit != double:
                name = self.names[unit.short_name]
                phone.gets("✅", name, button=("report:open", sent.id), quiet=True)
        self.flush_all()

    def _check_late(self, phone: Phone, month: dt.date) -> None:
        """Marked late exactly where it came after the 25th, the bloc's due day."""
        due = dt.datetime.combine(month.replace(day=26), dt.time(), ZONE)
        late = dt.datetime.now(ZONE) >= due
        if ("⏰" in phone.screen["text"]) != late:
            raise Unexpected(f"late is {late}, but {phone.name} sees:\n{phone.screen['text']}")

    def _send_twice(self, phone: Phone) -> Sent:
        """A double tap on the confirmation sends once; an old button does nothing."""
        old = phone.button("report:send")
        phone.taps("report:send", shows="report:confirm", quiet=True)
        message, button = phone.button("report:confirm")
        phone.taps_anyway(message, button, times=2)
        # The second tap may have led to the menu already: what tells is the message.
        phone.screen = phone.gets("✅", button=("report:open",))
        found = find_button(phone.screen, "report:open")
        assert found is not None  # noqa: S101 - it was looked for
        sent = Sent(months.number_of(phone.screen["text"]), action_of(found)[1])
        (answer,) = phone.taps_anyway(*old)
        if not answer:
            raise Unexpected("a stale button got no word")
        time.sleep(people.SILENCE)
        if phone.got("✅", button=("report:open", sent.id)):
            raise Unexpected(f"{phone.name} tapped twice and sent twice")
        return sent

    def _withdraw(self, month: dt.date, unit: Unit) -> None:
        """Taken back before anybody looked at it, and sent again under its number."""
        phone = self.stage.phone(unit)
        self.say([f"-- {unit.short_name} takes its report back and sends it again"])
        number = self.reports[unit.short_name, month].number
        phone.taps("report:withdraw", shows="report:withdrawn")
        phone.taps("report:withdrawn", shows=months.CARD)
        again = months.send(phone)
        if again.number != number:
            raise Unexpected(f"report {number} has become {again.number}")
        self.flush(phone)

    def _nudge(self, month: dt.date, owing: tuple[Unit, ...]) -> None:
        self.say(["-- Two units owe their report: one tap reminds their people, nobody else"])
        roles = (SIGNATORY, REPRESENTATIVE)
        expected = [self.stage.phone(unit, role) for unit in owing for role in roles]
        people.nudge(self.leader, month, expected, self.stage.phones.values())
        people.look_on(self.stage.observer, month)
        self.flush_all()

    def _decide(self, month: dt.date) -> None:
        self.say([f"-- {month:%m/%Y}: the leader decides; the deputy on the leader's own"])
        own, *others = sorted(self.units, key=lambda unit: unit != self.stage.scenario.leader)
        numbers = {unit.short_name: self.reports[unit.short_name, month].number for unit in others}
        returned = self.other(1) if self.is_now("return", month) else None
        bare = self.other(2) if self.is_now("return_by_command", month) else None
        last = others[-1]

        def lead() -> None:
            if returned:
                number = numbers[returned.short_name]
                months.give_back_by_taps(self.leader, number, _MARKED, _REASON)
            if bare:
                months.give_back_by_command(self.leader, numbers[bare.short_name], "Thiếu ảnh.")
            waiting = [unit for unit in others if unit not in (returned, bare, last)]
            months.approve_by_taps(self.leader, [numbers[one.short_name] for one in waiting])
            if last not in (returned, bare):
                months.approve_by_command(self.leader, numbers[last.short_name], "Tốt, kịp thời.")

        def stand_in() -> None:
            months.approve_by_taps(self.deputy, [self.reports[own.short_name, month].number])

        people.intrude(
            self.stage.phone(self.other(0), SIGNATORY), self.reports[own.short_name, month].id
        )
        self.stage.together([lead, stand_in])
        self.flush(self.leader, self.deputy)
        for unit in filter(None, (returned, bare)):
            self._correct(month, unit, _MARKED if unit == returned else ())
            self.decisions += 2
        self.decisions += len(self.units) - len([one for one in (returned, bare) if one])
        for unit in self.units:
            self._told(unit, month)
            self.advance()
        self.flush_all()

    def _correct(self, month: dt.date, unit: Unit, marked: tuple[str, ...]) -> None:
        phone, report = self.stage.phone(unit), self.reports[unit.short_name, month]
        phone.gets("↩", str(report.number), button=("report:open", report.id))
        figures = self.figures[unit.short_name, month]
        for code in marked:
            figures[code] += 10 if code != "relief_money" or figures["households_helped"] else 0
        if marked and not figures["sessions_outreach"]:
            figures["people_outreach"] = 0
        if marked:
            again = months.correct(phone, {code: figures[code] for code in marked})
        else:
            phone.taps("report:open", report.id, shows=months.CARD)
            phone.sends_photo(picture(f"{unit.short_name} again"), shows=months.CARD)
            again = months.send(phone)
        if again != report:
            raise Unexpected(f"{report} has become {again}")
        months.approve_by_command(self.leader, report.number)
        self.flush(phone, self.leader)

    def _told(self, unit: Unit, month: dt.date) -> None:
        """Everybody of the unit hears of the decision, in their own language."""
        scenario = self.stage.scenario
        by = scenario.deputy if unit == scenario.leader else scenario.leader
        report = self.reports[unit.short_name, month]
        for role in (REPRESENTATIVE, SIGNATORY):
            self.stage.phone(unit, role).gets(
                "✅",
                str(report.number),
                self.names[by.short_name],
                button=("report:open", report.id),
                quiet=role == SIGNATORY,
            )

    # -- people ---------------------------------------------------------------------------

    def _rename(self, unit: Unit) -> None:
        name, short = f"{unit.name} (mới)", f"{unit.short_name} mới"
        self.say([f"-- {unit.short_name} gets a new name"])
        people.rename(self.leader, self.stage.units[unit.short_name], unit.short_name, name, short)
        self.names[unit.short_name] = short
        self.flush_all()

    def _replace(self, unit: Unit) -> None:
        self.say([f"-- Somebody leaves {unit.short_name}, somebody else comes"])
        leaving = self.stage.phone(unit)
        coming = self.stage.join(
            self.stage.scenario.successor,
            unit.short_name,
            "successor",
            f"{unit.short_name} · {REPRESENTATIVE}",
        )
        unit_id = self.stage.units[unit.short_name]
        people.replace(self.leader, unit_id, self.names[unit.short_name], leaving, coming)
        self.stage.succeed(unit, REPRESENTATIVE, coming)
        self.flush_all()
        self.flush(leaving)

    def play_present(self, month: dt.date, past: Year, registered: Month) -> None:
        """One unit reports on the month that it is now; the figures go on from last year's end."""
        unit = self.other(0)
        before = dict(past.figures[unit.short_name, past.months[-1]])
        # What was new then has become what is kept up.
        before["models_sustained"], before["models_new"] = before["models_total"], 0
        figures = month_figures(self.stage.scenario.key, unit, month, before)
        # Models are counted by the register: its figures stand there already.
        figures.update(registered)
        self.figures[unit.short_name, month] = figures
        phone = self.stage.phone(unit)
        months.open_report(phone, month)
        phone.taps("report:part", "models", quiet=True)
        phone.sees("📒")
        phone.taps("report:card", quiet=True)
        months.fill_pasted(phone, figures, REQUIRED[2:])
        self._date(phone, figures, month)
        phone.sends_photo(picture(f"{unit.short_name} now"), shows=months.CARD)
        self._send(month, [unit])
        report = self.reports[unit.short_name, month]
        months.approve_by_taps(self.leader, [report.number])
        self._told(unit, month)
        past.reports.update(self.reports)
        past.decisions += 1
        self.flush_all()
