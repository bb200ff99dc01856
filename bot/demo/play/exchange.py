"""Units learn from each other's models: found, asked about, answered, taken over, reviewed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from bot.demo.play.figures import Month
from bot.demo.play.phone import Phone, find_button
from bot.demo.play.wire import Unexpected
from bot.demo.play.year import Year
from bot.demo.scenarios.model import SIGNATORY, Unit
from bot.demo.scenarios.pledges import PLEDGES, Pledge

_QUESTION = "Kinh phí ban đầu lấy từ đâu, và ai trông coi hằng ngày?"
_ANSWER = "Hội viên góp công; xã hỗ trợ 5 triệu đồng; chi hội trưởng trông coi."
_PRODUCT = "Sổ tay hướng dẫn làm theo mô hình"
_WHY = "Đã hoạt động đều từ đầu năm."
_WORD = "Tốt, tiếp tục duy trì."
#: What the register counts of the asking unit from then on: its own model and the one that it
#: took over, both new.
REGISTERED: Month = {"models_sustained": 0, "models_new": 2, "models_total": 2}


def plain(words: str) -> str:
    """Without diacritics, as people in a hurry type: the register finds it all the same."""
    letters = unicodedata.normalize("NFD", words.replace("đ", "d").replace("Đ", "D"))
    return "".join(one for one in letters if not unicodedata.combining(one)).lower()


@dataclass
class Exchange:
    """The act. One unit's model goes to another unit; a third one's new model becomes kept up."""

    year: Year

    def play(self) -> None:
        """Somewhere in the middle of the year."""
        year = self.year
        year.say(["", "== Models: units learn from each other"])
        asker, owner, third = (self._clerk(place) for place in (0, 1, 2))
        pledge = self._pledge(1)
        self._ask(asker, owner, pledge)
        self._take(asker, owner, pledge)
        year.flush(asker, owner)
        year.say(["-- The leader reviews: a model was taken over, another one is kept up"])
        self._review_copy(owner, pledge)
        year.flush(year.leader, owner)
        self._keep_up(third, self._pledge(2))
        year.flush_all()

    # -- two units ------------------------------------------------------------------------

    def _ask(self, asker: Phone, owner: Phone, pledge: Pledge) -> None:
        self.year.say(["-- A model is found without diacritics, asked about, and answered"])
        asker.says(f"/models {plain(pledge.model)}", shows="models:show")
        asker.taps("models:show", shows="models:ask")
        asker.sees(pledge.model, pledge.product)
        asker.taps("models:ask", shows="models:back_to", quiet=True)
        asker.says(_QUESTION, shows="models:questions")
        for phone in (owner, self.year.stage.phone(self._unit(1), SIGNATORY)):
            phone.gets("❓", _QUESTION, button=("models:answer",), quiet=phone is not owner)
        owner.taps("models:answer", shows="models:back_to", quiet=True)
        owner.says(_ANSWER, shows="models:show")
        owner.sees(_QUESTION, _ANSWER)
        asker.gets("💬", _ANSWER, button=("models:back",))

    def _take(self, asker: Phone, owner: Phone, pledge: Pledge) -> None:
        """The asker's unit takes it over, and says what its own product will be."""
        asker.says(f"/models {plain(pledge.model)}", shows="models:show", quiet=True)
        asker.taps("models:show", shows="models:take", quiet=True)
        asker.taps("models:take", shows="models:take_yes")
        asker.taps("models:take_yes", shows="models:skip")
        asker.says(_PRODUCT, shows="models:skip", quiet=True)
        asker.taps("models:card")
        asker.sees(pledge.model)
        owner.gets("🌳", pledge.model)

    # -- who leads ------------------------------------------------------------------------

    def _review_copy(self, owner: Phone, pledge: Pledge) -> None:
        leader = self.year.leader
        leader.gets("⏳", pledge.model, button=("models:change",))
        self._open_change(leader, pledge)
        leader.taps("models:approve", shows="models:changes")
        owner.gets("✅", pledge.model, button=("models:back",))

    def _keep_up(self, phone: Phone, pledge: Pledge) -> None:
        leader = self.year.leader
        phone.says("/models", shows="models:mine", quiet=True)
        phone.taps("models:mine", quiet=True)
        phone.taps("models:show", shows="models:propose", quiet=True)
        phone.taps("models:propose", shows="models:state", quiet=True)
        phone.taps("models:state", label="🌿", shows="models:send", quiet=True)
        phone.says(_WHY, shows="models:send")
        phone.taps("models:send", shows="models:history")
        self.year.flush(phone)
        leader.gets("⏳", pledge.model, button=("models:change",), quiet=True)
        self._open_change(leader, pledge)
        leader.sees(_WHY)
        leader.taps("models:word", shows="models:back_to", quiet=True)
        leader.says(_WORD, shows="models:changes")
        phone.gets("✅", pledge.model, _WORD, button=("models:back",))

    def _open_change(self, leader: Phone, pledge: Pledge) -> None:
        leader.says("/pending", shows="models:changes", quiet=True)
        leader.taps("models:changes", shows="models:change", quiet=True)
        leader.sees(pledge.model)
        if find_button(leader.screen, "models:change") is None:
            raise Unexpected(f"no change to open:\n{leader.screen['text']}")
        leader.taps("models:change", shows="models:approve")

    # -- who ------------------------------------------------------------------------------

    def _unit(self, place: int) -> Unit:
        return self.year.other(place)

    def _clerk(self, place: int) -> Phone:
        return self.year.stage.phone(self._unit(place))

    def _pledge(self, place: int) -> Pledge:
        return PLEDGES[self._unit(place).short_name]
