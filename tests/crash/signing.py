"""Another story of the crash test: the pact of the 13 special associations is signed.

Everybody joins; the leader takes the proposed regulation and pact, changes a paragraph and
publishes both. Each unit sets targets in one of several ways and enters a model with its product,
approves the regulation, and signs the pact: some prepared by the representative, one after it has
added the product that was missing, one after it was reminded and with a double tap. One withdraws
its signature, changes a target and signs again. When all have signed, everybody gets the pact.

Nothing in it depends on chance: persons run beside each other, and only what counts (a model's
number, a signature) comes one after the other, in the order of the units.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.crash.human import DEPUTY, LEADER, UNITS, Human, Story, Tale, Wait, picture

ALL = len(UNITS)
#: Those whose representative prepares all but the last tap.
PREPARED = (3, 7)
#: Who withdraws and signs again; whose model has no product at first; who signs last, reminded.
WITHDRAWS, LACKING, LATE = 4, 6, 12
WHY = "Nhầm chỉ tiêu <b>"
_LEADING = ((LEADER, "leader"), (DEPUTY, "deputy"))
#: A paragraph of the proposed pact that the leader changes.
CHANGED = 3


def model(unit: int) -> str:
    """The name of a unit's model."""
    return f"Mô hình <{UNITS[unit]}> & bạn"


@dataclass
class Signing(Tale):
    """The whole story. ``turns`` are whose turn it is, by what is done in turns."""

    turns: dict[str, int] = field(default_factory=dict)
    arrived: dict[str, int] = field(default_factory=dict)

    def stories(self) -> dict[str, Story]:
        units = {f"unit {unit}": self._unit(unit) for unit in range(ALL)}
        return {"leader": self._leader(), **units}

    # --- Order --------------------------------------------------------------------------------

    def _turn(self, what: str, unit: int) -> Wait:
        return lambda: self.turns.get(what, 0) == unit

    def _next(self, what: str) -> None:
        self.turns[what] = self.turns.get(what, 0) + 1

    def _all(self, what: str) -> Wait:
        """Here; goes on when all units are."""
        self.arrived[what] = self.arrived.get(what, 0) + 1
        return lambda: self.arrived[what] == ALL

    # --- The leader ---------------------------------------------------------------------------

    def _leader(self) -> Story:
        me = self.signatory(LEADER)
        yield lambda: self.arrived.get("joined") == ALL
        for kind in ("regulation", "pact"):
            yield from self._card(me, kind)
            me.tap(f"drafts:start:0:{kind}:proposed")
            yield me.form("drafts:pick:*")
            if kind == "pact":
                yield from self._change(me)
            me.tap(f"drafts:leave:0:{kind}")
            yield me.screen(data="drafts:publish:0")
            me.tap("drafts:publish:0")
            yield me.form("drafts:now:*")
            me.tap("drafts:now:*")
            yield me.screen(data="texts:read:0")
        self.done.add("published")
        yield lambda: self.turns.get("sign") == LATE
        other = self.representative(LEADER)
        other.say("/pact")
        yield other.screen(data="pact:board:0", label="12/13")
        other.tap(f"pact:board:0:{self._version(other)}")
        yield other.screen(data="pact:ask:0")
        other.tap("pact:ask:0")
        yield other.screen(data="pact:nudge:0")
        other.tap("pact:nudge:0")
        yield other.screen(text="🔔")

    @staticmethod
    def _card(me: Human, kind: str) -> Story:
        me.say("/publish")
        yield me.screen(data=f"texts:card:0:{kind}")
        me.tap(f"texts:card:0:{kind}")
        yield me.screen(data=f"drafts:start:0:{kind}:proposed")

    @staticmethod
    def _change(me: Human) -> Story:
        me.tap("drafts:pick:*")
        yield me.form("drafts:para:*:1")
        me.say(str(CHANGED))
        yield me.form(f"drafts:delete:*:{CHANGED}")
        me.say("Căn cứ <ý kiến> của các đơn vị;\nCăn cứ Quy chế khối;")
        yield me.form("drafts:para:*:1")

    # --- A unit -------------------------------------------------------------------------------

    def _unit(self, unit: int) -> Story:
        if unit != LEADER:
            yield lambda: "leader joined" in self.done
        if unit not in (LEADER, DEPUTY):
            yield lambda: "deputy joined" in self.done
        yield from self.join(unit)
        self.done |= {f"{name} joined" for at, name in _LEADING if at == unit}
        yield self._all("joined")
        yield lambda: "published" in self.done
        clerk, head = self.representative(unit), self.signatory(unit)
        for person in (clerk, head):
            if unit != LEADER or person is not head:
                yield person.news("📢", 2)
        yield from (self._pasted, self._typed, self._corrected)[unit % 3](unit, clerk)
        yield from self._model(unit, clerk)
        yield self._all("committed")
        yield from self._approve(unit, head)
        for person in (clerk, head):
            yield person.news("🎉")
        yield from self._sign(unit, clerk, head)

    # --- Targets and models -------------------------------------------------------------------

    @staticmethod
    def _to_targets(person: Human, part: str, code: str) -> Story:
        person.say("/pact")
        yield person.screen(data="pact:targets:0")
        person.tap("pact:targets:0")
        yield person.form(f"pact:part:*:{part}")
        person.tap(f"pact:part:*:{part}")
        yield person.form(f"pact:field:*:{code}")

    def _pasted(self, unit: int, person: Human) -> Story:
        """Six at once; then what was too much taken back, and pasted again."""
        yield from self._to_targets(person, "outreach", "sessions_outreach")
        person.say(f"9{unit}\n999\n9\n99\n9\n9")
        yield person.form("pact:undo:*")
        person.tap("pact:undo:*")
        yield person.form("pact:part:*")
        person.say(f"1{unit}\n{900 + unit}\n12\n400\n5\n6")
        yield person.form("pact:undo:*")

    def _typed(self, unit: int, person: Human) -> Story:
        """One after the other, a wrong answer in between."""
        yield from self._to_targets(person, "welfare", "households_helped")
        person.tap("pact:field:*:households_helped")
        yield person.form("pact:skip:*:households_helped")
        person.say("nhiều lắm")
        yield person.screen(data="pact:skip:*:households_helped")
        person.say(str(20 + unit))
        yield person.form("pact:skip:*:relief_money")
        person.say(f"{unit + 1}000000")
        yield person.form("pact:skip:*:relief_rounds")
        person.say("12")
        yield person.form("pact:card:*")

    def _corrected(self, unit: int, person: Human) -> Story:
        """Set, cleared, set anew; interrupted by /start and gone on with."""
        yield from self._to_targets(person, "organisation", "members_new")
        person.tap("pact:field:*:members_new")
        yield person.form("pact:skip:*:members_new")
        person.say("7")
        yield person.form("pact:skip:*:members_total")
        person.say("/start")
        yield person.screen(data="home:continue:0")
        person.tap("home:continue:0")
        yield person.screen(data="pact:skip:*:members_total")
        person.say(str(300 + unit))
        yield person.form("pact:skip:*:supervisions")
        person.say("4")
        yield person.form("pact:skip:*:criticism_conferences")
        person.tap("pact:part:*:organisation")
        yield person.form("pact:field:*:members_new")
        person.tap("pact:field:*:members_new")
        yield person.form("pact:clear:*:members_new")
        person.tap("pact:clear:*:members_new")
        yield person.form("pact:skip:*:members_new")
        person.say("8")
        yield person.form("pact:skip:*:criticism_conferences")

    def _model(self, unit: int, person: Human) -> Story:
        person.say("/pact")
        yield person.screen(data="models:new:0:pact")
        person.tap("models:new:0:pact")
        yield person.form("models:drop_new:*")
        person.say(model(unit))
        yield person.form("models:no_product:*")
        if unit == LACKING:
            person.tap("models:no_product:*")
        else:
            person.say(f"Sản phẩm {unit}")
        yield person.form("models:new_field:*:culture")
        # Numbers are given out in the order of entering: one after the other.
        yield self._turn("model", unit)
        person.tap("models:new_field:*:culture")
        yield person.form("models:part:*:problem")
        self._next("model")
        if unit % 3 == 1:
            person.tap("models:part:*:problem")
            yield person.form("models:skip:*:problem")
            person.say(f"Việc khó {unit}\nhai dòng")
            yield person.form("models:skip:*:goal")
            person.tap("models:card:*")
            yield person.form("models:part:*:goal")
            person.photo(picture(unit), f"ảnh {unit}")
            yield person.screen(data="models:pictures:*")

    # --- Signing ------------------------------------------------------------------------------

    @staticmethod
    def _version(person: Human) -> str:
        """The id of the pact that is in force: of the first text on the screen of /pact."""
        return person.argument("pact:board:0")

    @staticmethod
    def _to_seal(person: Human, version: str, post: str) -> Story:
        """From the screen with the button to the last one."""
        person.tap(f"pact:sign:0:{version}")
        yield person.form("pact:who:*")
        person.tap("pact:who:*")
        yield person.form("pact:change:*:name")
        if not person.offers("pact:right:*"):
            person.say(post)
            yield person.form("pact:right:*")
        person.tap("pact:right:*")
        yield person.form(f"pact:seal:*:{version}")

    def _approve(self, unit: int, head: Human) -> Story:
        """The regulation: counts stand on the screens, so the last tap is in turn."""
        head.say("/pact")
        yield head.screen(data="pact:sign:0")
        version = head.argument("pact:sign:0", last=True)
        yield self._all("approving")
        yield from self._to_seal(head, version, f"Chủ tịch <{unit}>")
        yield self._turn("approve", unit)
        head.tap("pact:seal:*")
        yield head.screen(data="pact:board:0")
        self._next("approve")

    def _sign(self, unit: int, clerk: Human, head: Human) -> Story:
        head.say("/pact")
        yield head.screen(data="pact:board:0", label="0/13")
        version = self._version(head)
        # Counts stand on the screen of /pact: whoever needs it once more looks before the others.
        if unit == LACKING:
            yield from self._complete(head)
        elif unit in PREPARED:
            yield from self._prepare(clerk, head, version)
        yield self._all("signing")
        if unit == LATE:
            yield self._turn("sign", unit)
            for person in (clerk, head):
                yield person.news("🔔")
        yield from self._to_seal(head, version, "")
        yield self._turn("sign", unit)
        head.tap("pact:seal:*")
        if unit == LATE:
            head.tap("pact:seal:*")
        yield head.screen(data="pact:board:0")
        if unit == WITHDRAWS:
            yield from self._withdraw(clerk, head, version)
        self._next("sign")
        for person in (clerk, head):
            yield person.news("DOCX")

    def _prepare(self, clerk: Human, head: Human, version: str) -> Story:
        clerk.say("/pact")
        yield clerk.screen(data=f"pact:sign:0:{version}")
        clerk.tap(f"pact:sign:0:{version}")
        yield clerk.form("pact:who:*")
        clerk.tap("pact:who:*")
        yield clerk.screen(data=f"pact:tell:0:{version}")
        told = head.told(f"pact:sign:0:{version}")
        clerk.tap(f"pact:tell:0:{version}")
        yield clerk.screen(data="pact:targets:0")
        yield told

    @staticmethod
    def _complete(head: Human) -> Story:
        """The product that the signature lacks; what is in the way leads there."""
        assert head.offers("models:edit:0")
        head.tap("models:edit:0")
        yield head.form("models:part:*:product")
        head.tap("models:part:*:product")
        yield head.form("models:skip:*:product")
        head.say("Sản phẩm đến sau")
        yield head.form("models:skip:*:problem")
        head.say("/pact")
        yield head.screen(data="pact:sign:0")

    def _withdraw(self, clerk: Human, head: Human, version: str) -> Story:
        """Back to the start, a target changed, and signed again; all who lead are told."""
        leading = [
            one for unit, _ in _LEADING for one in (self.signatory(unit), self.representative(unit))
        ]
        waits = [one.told(f"pact:board:0:{version}") for one in (clerk, *leading)]
        head.say("/pact")
        yield head.screen(data="pact:unit:0")
        head.tap(f"pact:unit:0:{version}")
        yield head.screen(data=f"pact:withdraw:0:{version}")
        head.tap(f"pact:withdraw:0:{version}")
        yield head.screen(data="pact:home:0")
        head.say(WHY)
        yield head.form("pact:withdrawn:*")
        head.tap("pact:withdrawn:*")
        yield head.screen(data=f"pact:sign:0:{version}")
        # A signature that is given anew takes its news back: let them come first.
        yield from waits
        yield from self._to_targets(clerk, "rewards", "persons_rewarded")
        clerk.say("17")
        yield clerk.form("pact:undo:*")
        head.say("/pact")
        yield head.screen(data=f"pact:sign:0:{version}")
        yield from self._to_seal(head, version, "")
        head.tap("pact:seal:*")
        yield head.screen(data="pact:board:0")
