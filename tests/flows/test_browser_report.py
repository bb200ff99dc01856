"""The report's whole way by clicking: a real Chromium, the web chat, the real bot on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.demo.play.figures import REQUIRED
from bot.demo.play.pictures import picture
from bot.demo.scenarios import SCENARIOS, Somebody
from bot.demo.stage import Stage, staged, this_month
from tests.browser import attach, chromium, last_bubble, new_page, open_chat, say, tap, unread

MONTH = this_month()
#: Every required figure but those of the models; none of them needs a date.
REST = (6, 300, 1, 40, 2, 1, 5, 62485, 1, 0, 3, 0, 7, 3500000, 1, 2, 1, 1)
BOARD_UNIT = "Hội Nông dân"


def trio() -> list[str]:
    """A bloc of three: its leader, its deputy and the unit that reports; they read English."""
    return ["Mặt trận tỉnh", "Liên đoàn Lao động", BOARD_UNIT]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    whole = SCENARIOS["S1a"]
    units = tuple(
        replace(
            unit,
            signatory=Somebody(unit.signatory.name, "en"),
            representative=Somebody(unit.representative.name, "en"),
        )
        for unit in whole.units
        if unit.short_name in trio()
    )
    folder = tmp_path / "data"
    folder.mkdir()
    with staged(replace(whole, units=units), folder) as stage:
        stage.create_bloc([MONTH.year])
        stage.bot.start()
        stage.cast()
        leader = stage.phone(stage.scenario.leader, "signatory")
        leader.starts(stage.payloads["Mặt trận tỉnh", "signatory"])
        yield stage


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


class Screens:
    """Pictures on the way, and that nothing is wider than the phone."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page, self.folder, self.count = page, folder, 0

    def take(self, name: str) -> None:
        self.count += 1
        self.page.screenshot(path=self.folder / f"{self.count:02d}-{name}.png")
        wide = self.page.evaluate(
            "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        assert not wide, f"{name} is wider than the phone"


@pytest.mark.parametrize("width", [390, 360])
def test_a_report_from_a_phone_to_approval_by_clicking(
    stage: Stage, browser: Browser, tmp_path: Path, width: int
) -> None:
    unit = next(one for one in stage.scenario.units if one.short_name == BOARD_UNIT)
    rep = stage.phone(unit).id
    leader = stage.phone(stage.scenario.leader, "signatory").id
    photo = tmp_path / "photo.png"
    photo.write_bytes(picture("browser"))
    page = new_page(browser, desktop=False)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(reduced_motion="reduce")
    page.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    screens = Screens(page, tmp_path)

    # The representative comes by the invitation's link and fills in the report.
    open_chat(page, stage.url, rep, start=stage.payloads[BOARD_UNIT, "representative"])
    tap(page, "Start with the invitation")
    expect(last_bubble(page)).to_contain_text("Welcome. You are now")
    screens.take("menu")
    say(page, f"/report {MONTH:%Y-%m}")
    expect(last_bubble(page)).to_contain_text("Filled in: 0 of 20")
    screens.take("card")
    tap(page, "Models and products 0/2")
    tap(page, "▫ Models kept up: –")
    expect(last_bubble(page)).to_contain_text("Type the number.")
    screens.take("field")
    say(page, "12")
    expect(last_bubble(page)).to_contain_text("✓ Models kept up: 12")
    say(page, "1")
    expect(last_bubble(page)).to_contain_text("Models in total: 13")
    tap(page, "◀ Back")
    say(page, "\n".join(str(one) for one in REST))
    expect(last_bubble(page)).to_contain_text("Filled in: 20 of 20")
    screens.take("filled-in")
    attach(page, [photo], "Buổi tuyên truyền")
    expect(last_bubble(page)).to_contain_text("Added to: whole report")
    tap(page, "📤 Send …")
    expect(last_bubble(page)).to_contain_text("Send this report now?")
    screens.take("summary")
    tap(page, "✅ Yes, send it")
    expect(page.get_by_test_id("messages")).to_contain_text("✅ Report 1 was sent")
    screens.take("sent")

    # The leader sees it unread, looks at it and returns it with a marked field.
    page.get_by_test_id("back").click()
    expect(unread(page, leader)).not_to_be_empty()
    screens.take("people")
    open_chat(page, stage.url, leader)
    expect(last_bubble(page)).to_contain_text("Report 1 of Hội Nông dân")
    tap(page, f"1 · Hội Nông dân · {MONTH:%m/%Y}")
    expect(last_bubble(page)).to_contain_text("People at outreach sessions: 300")
    screens.take("review")
    tap(page, "📷 Evidence: 1")
    expect(last_bubble(page).locator("img")).to_be_visible()
    expect(last_bubble(page)).to_contain_text("Buổi tuyên truyền")
    screens.take("evidence")
    tap(page, "◀ To the report")
    expect(last_bubble(page)).to_contain_text("People at outreach sessions: 300")
    tap(page, "↩ Return")
    tap(page, "Outreach")
    tap(page, "▫ People at outreach sessions")
    screens.take("marking")
    tap(page, "✔ Done")
    say(page, "Only 240 people are on the list.")
    expect(last_bubble(page)).to_contain_text("Only 240 people are on the list.")
    screens.take("returning")
    tap(page, "↩ Return now")
    expect(last_bubble(page)).to_contain_text("is returned")

    # The representative corrects what was marked and sends it again.
    open_chat(page, stage.url, rep)
    expect(last_bubble(page)).to_contain_text("was returned by Mặt trận tỉnh")
    screens.take("returned")
    tap(page, "✎ Correct the report")
    tap(page, "↩ People at outreach sessions")
    expect(last_bubble(page)).to_contain_text("This field was returned")
    say(page, "240")
    expect(last_bubble(page)).to_contain_text("✓ People at outreach sessions: 240")
    tap(page, "◀ Back")
    expect(last_bubble(page).get_by_role("button", name="✎ People at outreach")).to_be_visible()
    tap(page, "📤 Send …")
    tap(page, "✅ Yes, send it")
    expect(page.get_by_test_id("messages")).to_contain_text("⏳ No. 1 · sent")

    # The leader approves, and the representative hears of it.
    open_chat(page, stage.url, leader)
    expect(last_bubble(page)).to_contain_text("Report 1 of Hội Nông dân")
    tap(page, f"1 · Hội Nông dân · {MONTH:%m/%Y}")
    expect(last_bubble(page)).to_contain_text("✎ People at outreach sessions: 240")
    tap(page, "✅ Approve")
    expect(last_bubble(page)).to_contain_text("is approved")
    screens.take("approved")
    open_chat(page, stage.url, rep)
    expect(last_bubble(page)).to_contain_text("was approved by Mặt trận tỉnh")
    screens.take("told")

    shown = stage.bot.command("bloc", "show", str(stage.bloc))
    assert {state: n for state, n in shown["open"]["reports"].items() if n} == {"approved": 1}
    assert stage.bot.command("audit", "verify")["ok"]
    refused = stage.wire.get("refusals")
    assert [one for one in refused if "not modified" not in one["description"]] == []
    assert stage.bot.complaints() == []
    assert len(REST) == len(REQUIRED) - 2
