"""The year begins: regulation and pact are drafted, commented on, published, and adopted by all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.demo.play import drafts, signing, targets
from bot.demo.play.drafts import PACT, REGULATION, Version
from bot.demo.play.phone import Phone
from bot.demo.play.pictures import picture
from bot.demo.play.targets import Targets
from bot.demo.play.wire import Unexpected
from bot.demo.play.year import Year
from bot.demo.scenarios.model import REPRESENTATIVE, SIGNATORY, Unit
from bot.demo.scenarios.pledges import PLEDGES, Pledge

_REPORTS = "3. Báo cáo đầy đủ, đúng hạn"
_MODELS = "2. Mỗi đơn vị xây dựng và đưa vào hoạt động"
_CELLS = "4. Chi bộ, tổ chức đoàn thể"
#: The leader's own words in the draft, and those that a comment leads to.
_EDITED = (
    "4. Chi bộ, tổ chức đoàn thể của đơn vị hoàn thành tốt nhiệm vụ trở lên; ít nhất một cá nhân"
    " trực tiếp lao động được biểu dương mỗi quý."
)
_TAKEN_UP = (
    "3. Báo cáo đầy đủ, đúng hạn, trung thực chậm nhất ngày 25 hằng tháng, có minh chứng kèm theo."
)
_TAKEN = "Đề nghị ghi rõ: báo cáo phải có minh chứng kèm theo."
_DECLINED = "Đề nghị chỉ yêu cầu mô hình, không yêu cầu sản phẩm."
_WORD = "Quy chế của khối yêu cầu cả mô hình và sản phẩm."
#: What the refused signature says.
_REFUSAL = "sản phẩm"


@dataclass
class Launch:
    """The act, and what comes of it: versions, targets by unit, the signed pact as files."""

    year: Year
    targets: dict[str, Targets] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    papers: dict[str, bytes] = field(default_factory=dict)

    def play(self) -> None:
        """From an empty page to the signed pact in everybody's hands."""
        self.year.say(["", "== The year begins: regulation and pact"])
        self._draft()
        self._comments()
        self._publish()
        self._commit()
        self._approve_regulation()
        self._sign()
        self._hand_out()

    # -- the texts ------------------------------------------------------------------------

    def _draft(self) -> None:
        self._say("the leader takes the proposed texts, and changes a paragraph")
        leader = self.year.leader
        drafts.take_proposed(leader, REGULATION)
        drafts.take_proposed(leader, PACT)
        drafts.replace_paragraph(leader, PACT, _CELLS, _EDITED)
        drafts.put_up(leader, PACT)
        self.year.flush_all()

    def _comments(self) -> None:
        self._say("two units comment; the leader takes one comment up, and not the other")
        first, second = (self._clerk(self.year.other(place)) for place in (0, 1))
        leader = self.year.leader
        self._together(
            partial(drafts.comment, first, _REPORTS, _TAKEN),
            partial(drafts.comment, second, _MODELS, _DECLINED),
        )
        self.year.flush(first, second)
        drafts.decide(leader, PACT, _TAKEN, _DECLINED, _WORD)
        drafts.close(leader, PACT)
        drafts.replace_paragraph(leader, PACT, _REPORTS, _TAKEN_UP)
        self._together(
            partial(drafts.hears, first, PACT, _TAKEN, "✅"),
            partial(drafts.hears, second, PACT, _DECLINED, _WORD),
        )
        self.year.flush(leader, first, second)

    def _publish(self) -> None:
        self._say("both are published, and everybody is told")
        for kind in (REGULATION, PACT):
            version = self.versions[kind] = drafts.publish(self.year.leader, kind)
            for phone in self._everybody():
                if phone is not self.year.leader:
                    phone.gets("📢", button=("texts:read", version.id), quiet=True)
        self.year.flush_all()

    # -- the units ------------------------------------------------------------------------

    @property
    def _lacking(self) -> Unit:
        """The unit that has a model, and no product of it yet."""
        return self.year.other(2)

    @property
    def _last(self) -> Unit:
        """The unit that signs last."""
        return self.year.other(3)

    def _commit(self) -> None:
        self._say("the units set targets, typed or pasted, and enter a model with its product")
        key = self.year.stage.scenario.key

        def commit(number: int, unit: Unit) -> None:
            phone, pasted = self._clerk(unit), number % 2 == 0
            mine = self.targets[unit.short_name] = targets.make(key, unit, pasted=pasted)
            targets.enter(phone, mine, pasted=pasted)
            pledge = self._pledge(unit)
            signing.enter_model(phone, pledge, with_product=unit != self._lacking)
            if number % 3 == 0:
                signing.write_card(phone, {"problem": "Việc khó ở cơ sở.", "goal": "Làm ngay."})
                phone.sends_photo(picture(pledge.model), pledge.product, shows="models:pictures")

        self._together(*(partial(commit, *one) for one in enumerate(self.year.units)))
        self.year.flush_all()

    def _approve_regulation(self) -> None:
        self._say("all approve the regulation")
        version = self.versions[REGULATION]
        self._together(
            *(
                partial(
                    signing.sign, self._head(unit), version, self._pledge(unit).post, quiet=True
                )
                for unit in self.year.units
            )
        )
        for phone in self._everybody():
            phone.gets("🎉", button=("pact:board", version.id), quiet=True)
        self.year.flush_all()

    def _sign(self) -> None:
        self._say("the pact is read, and signed by all but two")
        version, late = self.versions[PACT], (self._lacking, self._last)
        reader, told = self.year.other(0), self.year.other(1)

        def sign(unit: Unit) -> None:
            head, post = self._head(unit), self._pledge(unit).post
            if unit == told:
                signing.tell_signatory(self._clerk(unit), head, version, post)
                signing.seal(head, version)
                return
            if unit == reader:
                head.says("/pact", shows="pact:sign", quiet=True)
                head.taps("pact:sign", version.id, shows="pact:who", quiet=True)
                signing.read_all(head, version, _TAKEN_UP[:60])
            signing.sign(head, version, post, quiet=unit != reader)

        units = [unit for unit in self.year.units if unit not in late]
        self._together(*(partial(sign, unit) for unit in units))
        self.year.flush_all()
        self._say("the leader sees who is missing, and reminds only them")
        leader, count = self.year.leader, len(self.year.units)
        signing.board(leader, version, count - 2, count)
        owing = [one for unit in late for one in (self._head(unit), self._clerk(unit))]
        signing.nudge(leader, version, owing, self._everybody())
        self.year.flush_all()
        self._complete(version)

    def _complete(self, version: Version) -> None:
        self._say("a signature without a product is refused; completed, it is given")
        lacking, last = self._lacking, self._last
        head, pledge = self._head(lacking), self._pledge(lacking)
        signing.refused(head, version, _REFUSAL)
        signing.add_product(head, pledge)
        signing.sign(head, version, pledge.post)
        self.year.flush(head)
        self._say("the last one taps twice, and has signed once")
        head = self._head(last)
        signing.prepare(head, version, self._pledge(last).post)
        signing.seal_twice(head, version)
        self.year.flush(head)
        count = len(self.year.units)
        signing.board(self.year.leader, version, count, count)
        self.year.flush_all()

    # -- the document ---------------------------------------------------------------------

    def _hand_out(self) -> None:
        self._say("everybody gets the signed pact")
        leader, version = self.year.leader, self.versions[PACT]
        for phone in self._everybody():
            file = phone.gets_file(".pdf")
            if phone is leader:
                self._keep(file)
        leader.taps_for_file("docs:get", PACT, version.id, "docx")
        self._keep(leader.gets_file(".docx"))
        self.year.flush_all()

    def _keep(self, file: dict[str, Any]) -> None:
        content = self.year.stage.wire.file(file["file_id"])
        if not content.startswith((b"%PDF", b"PK")):
            raise Unexpected(f"{file['name']} is no document")
        self.papers[file["name"]] = content

    # -- who ------------------------------------------------------------------------------

    def _everybody(self) -> list[Phone]:
        stage = self.year.stage
        return [*stage.members, stage.observer]

    def _clerk(self, unit: Unit) -> Phone:
        return self.year.stage.phone(unit, REPRESENTATIVE)

    def _head(self, unit: Unit) -> Phone:
        return self.year.stage.phone(unit, SIGNATORY)

    def _pledge(self, unit: Unit) -> Pledge:
        return PLEDGES[unit.short_name]

    def _say(self, words: str) -> None:
        self.year.say([f"-- {words[0].upper()}{words[1:]}"])

    def _together(self, *acts: Callable[[], Any]) -> None:
        self.year.stage.together(acts)
