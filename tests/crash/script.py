"""The story of the crash test: a month of the 13 special associations (S1b of DOMAIN.md).

Everybody joins by invitation, fills in the monthly report in one of several ways, adds evidence
and sends; the leader reminds the last one, approves and returns by commands and buttons; what was
returned is corrected and sent again; the deputy reviews the leader's own report.

Nothing in it depends on chance: persons run beside each other except where the order is a result
(who gets which number).
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.crash.human import DEPUTY, LEADER, UNITS, Human, Story, Tale, picture

LATE = 12
#: Those that take their report back once and send it again.
WITHDRAW = (4, 5)
#: Those whose report is returned: by a command with a reason, by buttons with marked fields.
RETURNED, MARKED = 1, 6


@dataclass
class Month(Tale):
    """The whole story. ``month``: as people type it."""

    month: str = ""
    turn: int = 0
    corrected: int = 0

    def stories(self) -> dict[str, Story]:
        units = {
            f"unit {unit}": self._unit(unit)
            for unit in range(len(UNITS))
            if unit not in (LEADER, DEPUTY)
        }
        lead = {"leader": self._leader(), "deputy": self._deputy()}
        onlookers = {
            f"onlooker {unit}": self._onlooker(self.signatory(unit)) for unit in (0, 3, 5, 8)
        }
        return {**lead, **units, **onlookers}

    # --- A unit -------------------------------------------------------------------------------

    def _unit(self, unit: int) -> Story:
        yield lambda: "joined" in self.done
        yield from self.join(unit)
        if unit == LATE:
            person = self.representative(unit)
            for language, word in (("de", "Deutsch"), ("hi", "हिन्दी"), ("vi", "Tiếng Việt")):
                person.say(f"/language {language}")
                yield person.screen(text=word)
            for person in (self.representative(unit), self.signatory(unit)):
                yield person.news("🔔")
        yield from self._report(unit)
        if unit in (RETURNED, MARKED):
            yield from self._correct(unit)

    def _report(self, unit: int) -> Story:
        fill = (self._pasted, self._typed, self._tapped)[unit % 3]
        person = self.representative(unit)
        yield from fill(unit, person)
        yield from self._evidence(unit, person)
        if unit % 4 == 3:
            # The signatory goes on where the representative has stopped, on another phone.
            person = self.signatory(unit)
            person.say(f"/report {self.month}")
            yield person.form("report:send:*")
        yield from self._send(unit, person)

    def _pasted(self, unit: int, person: Human) -> Story:
        """Everything typed at the card, a few numbers at once."""
        person.say(f"/report {self.month}")
        yield person.form("report:part:*:models")
        for text in (
            f"{unit + 10} {unit % 4}",
            f"1\n20\n{unit + 1}\n40\n5\n6",
            f"7\n{800 + unit}\n1\n0",
            "0\n0",
            f"3\n{unit + 1}tr\n1" if unit % 2 == 0 else f"3\n{unit + 1}000000\n1",
            "2\n1\n1",
        ):
            person.say(text)
            yield person.form("report:send:*")

    def _typed(self, unit: int, person: Human) -> Story:
        """Field by field, one part after the other; a wrong answer in between."""
        person.tap("report:start:0")
        yield person.form("report:part:*:models")
        person.tap("report:part:*:models")
        yield person.form("report:field:*:models_sustained")
        person.tap("report:field:*:models_sustained")
        yield person.form("report:skip:*:models_sustained")
        person.say("twelve and a half")
        yield person.screen(data="report:skip:*:models_sustained")
        person.say(f"{12 + unit}")
        yield person.form("report:skip:*:models_new")
        person.say("3")
        yield person.form("report:card:*")
        yield from self._to_part(person, "outreach", "sessions_outreach")
        for number in (4, 50, 2, 30, 1):
            person.say(str(number))
            yield person.form("report:skip:*")
        person.say("1")
        yield person.form("report:card:*")
        yield from self._zeros(person, "organisation", "opinion")
        yield from self._to_part(person, "welfare", "households_helped")
        for number in ("9", "4500000"):
            person.say(number)
            yield person.form("report:skip:*")
        person.say("2")
        yield person.form("report:card:*")
        yield from self._zeros(person, "rewards")
        yield from self._words(unit, person)
        person.tap("report:card:*")
        yield person.form("report:send:*")

    def _tapped(self, unit: int, person: Human) -> Story:
        """Mostly by taps; interrupted by /start, /cancel and help, and gone on with."""
        person.tap("report:start:0")
        yield person.form("report:part:*:models")
        yield from self._zeros(person, "models", "outreach")
        person.say("/start")
        yield person.screen(data="home:continue:0")
        person.tap("home:continue:0")
        yield person.screen(data="report:card:*")
        yield from self._zeros(person, "organisation", "opinion")
        person.say("/cancel")
        yield person.screen(data="report:start:0")
        person.say("/help")
        yield person.screen(text="/privacy")
        person.say(f"/report {self.month}")
        yield person.form("report:send:*")
        yield from self._zeros(person, "welfare", "rewards")
        person.tap("report:undo:*")
        yield person.form("report:partzero:*:rewards")
        yield from self._zeros(person, "rewards")
        yield from self._to_part(person, "organisation", "members_total")
        person.say(str(100 + unit))
        yield person.form("report:card:*")
        person.say(f"/report {self.month}")
        yield person.form("report:send:*")

    def _to_part(self, person: Human, part: str, code: str) -> Story:
        person.tap("report:card:*")
        yield person.form("report:part:*:" + part)
        person.tap("report:part:*:" + part)
        yield person.form("report:field:*:" + code)
        person.tap("report:field:*:" + code)
        yield person.form("report:skip:*:" + code)

    def _zeros(self, person: Human, *parts: str) -> Story:
        for part in parts:
            if person.offers("report:card:*") and not person.offers("report:part:*:" + part):
                person.tap("report:card:*")
                yield person.form("report:part:*:" + part)
            person.tap("report:part:*:" + part)
            yield person.form("report:partzero:*:" + part)
            person.tap("report:partzero:*:" + part)
            yield person.form("report:card:*")

    def _words(self, unit: int, person: Human) -> Story:
        yield from self._to_part(person, "words", "highlights")
        person.say(f"Làm tốt <b>{unit}</b> & =SUM(A1)\nhai dòng")
        yield person.form("report:skip:*:difficulties")
        person.tap("report:part:*:words")
        yield person.form("report:card:*")

    def _evidence(self, unit: int, person: Human) -> Story:
        if not person.offers("report:send:*"):
            person.tap("report:card:*")
            yield person.form("report:send:*")
        # The last two show the same picture: a reviewer is told.
        person.photo(picture(min(unit, 11)), f"ảnh {unit}")
        yield person.screen(data="report:files:*", label="1")
        if unit % 3 == 0:
            person.document(b"%PDF-1.4 " + bytes([65 + unit]) * 500, f"phụ lục {unit}.pdf")
            yield person.screen(data="report:files:*", label="2")

    def _send(self, unit: int, person: Human) -> Story:
        yield from self._ask(person)
        # Numbers are given out in the order of sending: one after the other.
        yield lambda: self.turn == unit
        yield from self._confirm(unit, person)
        if unit in WITHDRAW:
            person.tap("report:withdraw:0")
            yield person.screen(data="report:withdrawn:0")
            told = self.other(unit, person).told("report:open:0")
            person.tap("report:withdrawn:0")
            yield person.form("report:send:*")
            yield told
            yield from self._ask(person)
            yield from self._confirm(unit, person)
        self.turn += 1

    def _confirm(self, unit: int, person: Human) -> Story:
        told = self.other(unit, person).told("report:open:0")
        person.tap("report:confirm:*")
        yield person.screen(data="report:withdraw:0")
        # A message that is overtaken by the next act is rightly dropped: let it come first.
        yield told

    def _ask(self, person: Human) -> Story:
        person.tap("report:send:*")
        yield person.form("report:card:*")
        assert person.offers("report:confirm:*"), f"{person.name}: it can't be sent"

    def _correct(self, unit: int) -> Story:
        person = self.signatory(unit)
        for one in (person, self.representative(unit)):
            yield one.news("✎" if unit == MARKED else "no. 1")
        yield lambda: "reviewed" in self.done
        person.tap("report:open:0")
        yield person.form("report:send:*")
        if unit == MARKED:
            person.tap("report:field:*:models_new")
            yield person.form("report:skip:*:models_new")
            person.say("2")
            yield person.form("report:card:*")
            person.tap("report:card:*")
            yield person.form("report:send:*")
        else:
            yield from self._to_field(person, "welfare", "relief_money")
            person.say("77000000")
            yield person.form("report:card:*")
            person.tap("report:card:*")
            yield person.form("report:send:*")
        yield from self._ask(person)
        yield lambda: self.corrected == (unit == MARKED)
        yield from self._confirm(unit, person)
        self.corrected += 1

    def _to_field(self, person: Human, part: str, code: str) -> Story:
        person.tap("report:part:*:" + part)
        yield person.form("report:field:*:" + code)
        person.tap("report:field:*:" + code)
        yield person.form("report:skip:*:" + code)

    # --- The leader and the deputy ------------------------------------------------------------

    def _leader(self) -> Story:
        me, other = self.signatory(LEADER), self.representative(LEADER)
        yield from self.join(LEADER)
        self.done.add("leader joined")
        yield lambda: "joined" in self.done
        yield from self._report(LEADER)
        yield lambda: self.turn == LATE
        yield from self._remind(other)
        yield lambda: self.turn == len(UNITS)
        me.say("/pending")
        yield me.screen(text="decision", data="review:open:0")
        # By commands: number, number with a comment, a return with its reason.
        me.say("/approve 1")
        yield me.screen(text="✅ Report 1 of")
        me.say(f"/return {RETURNED + 1} Please check figure no. 1 < again")
        yield me.screen(text=f"↩ Report {RETURNED + 1} of")
        # By buttons, on another phone of the same unit.
        for unit in range(2, 6):
            other.say("/pending")
            yield other.screen(text="decision", data="review:open:0")
            other.tap("review:open:0", near="decision")
            yield other.screen(data="review:approve:0")
            if unit == 4:
                other.tap("review:comment:0")
                yield other.screen(data="review:leave:0")
                other.say("Tốt & đủ")
                yield other.screen(text=f"✅ Report {unit + 1} of")
            else:
                other.tap("review:approve:0")
                yield other.screen(text=f"✅ Report {unit + 1} of")
        yield from self._return_by_buttons(other)
        for number in (8, 9, 11, 12, 13):
            one = (me, other)[number % 2]
            one.say(f"/approve {number} Đạt số {number}")
            yield one.screen(text=f"✅ Report {number} of")
        self.done.add("reviewed")
        yield lambda: self.corrected == 2
        for unit in (RETURNED, MARKED):
            me.say(f"/approve {unit + 1}")
            yield me.screen(text=f"✅ Report {unit + 1} of")
        me.say("/approve 1")
        yield me.screen(text="already")
        self.done.add("leader")

    def _remind(self, person: Human) -> Story:
        person.say("/missing")
        yield person.screen(data="standing:ask:0")
        person.tap("standing:ask:0")
        yield person.screen(data="standing:nudge:0")
        person.tap("standing:nudge:0")
        yield person.screen(text="🔔")

    def _return_by_buttons(self, person: Human) -> Story:
        person.say("/pending")
        yield person.screen(text="decision", data="review:open:0")
        person.tap("review:open:0", near="decision")
        yield person.screen(data="review:proof:0")
        person.tap("review:proof:0")
        yield person.screen(data="review:back:0")
        person.tap("review:back:0")
        yield person.screen(data="review:return:0")
        person.tap("review:return:0")
        yield person.form("review:part:*:0")
        person.tap("review:part:*:0")
        yield person.screen(data="review:mark:*:1", label="▫")
        person.tap("review:mark:*:1")
        yield person.screen(data="review:mark:*:1", label="✎")
        person.tap("review:part:*:all")
        yield person.screen(data="review:quick:*:0")
        person.tap("review:quick:*:0")
        yield person.screen(data="review:send_back:*")
        person.tap("review:send_back:*")
        yield person.screen(text=f"↩ Report {MARKED + 1} of")

    def _deputy(self) -> Story:
        me = self.signatory(DEPUTY)
        yield lambda: "leader joined" in self.done
        yield from self.join(DEPUTY)
        self.done.add("joined")
        yield from self._report(DEPUTY)
        yield lambda: "leader" in self.done
        me.say("/pending")
        yield me.screen(text="decision", data="review:open:0")
        me.tap("review:open:0", near="decision")
        yield me.screen(data="review:history:0")
        me.tap("review:history:0")
        yield me.screen(data="review:open:0")
        me.tap("review:open:0")
        yield me.screen(data="review:approve:0")
        me.tap("review:approve:0")
        yield me.screen(text=f"✅ Report {LEADER + 1} of")
        self.done.add("deputy")

    def _onlooker(self, person: Human) -> Story:
        """Somebody who looks around while the others work."""
        yield lambda: self.turn == len(UNITS)
        for _ in range(3):
            person.say("/privacy")
            yield person.screen(data="people:leave:0")
            person.say("/nonsense")
            yield person.screen(text="/help")
