"""Make README's picture from the real web chat: ``make pictures`` (needs Chromium)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from bot.demo.opening import open_scene
from bot.demo.scenarios import SCENARIOS
from bot.demo.stage import month_before, staged, this_month

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
SIZE = {"width": 1180, "height": 880}


def main() -> None:
    """Open the demo's scene, be the deputy's representative, show a report's card."""
    present = this_month()
    with tempfile.TemporaryDirectory() as folder, staged(SCENARIOS["S1a"], Path(folder)) as stage:
        stage.create_bloc(sorted({month_before(present).year, present.year}))
        stage.bot.start()
        stage.cast()
        stage.invite_all()
        open_scene(stage)
        phone = stage.phone(stage.scenario.deputy)
        phone.says(f"/report {present:%Y-%m}", shows="report:send")
        phone.says("7\n1\n9\n640\n2", shows="report:send")
        phone.says("85", shows="report:send")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            context = browser.new_context(
                viewport=SIZE, locale="en-US", reduced_motion="reduce", device_scale_factor=1.5
            )
            page = context.new_page()
            page.goto(f"{stage.url}/#{phone.id}")
            page.get_by_role("button", name="Send …").last.wait_for()
            page.wait_for_timeout(500)
            page.screenshot(path=HERE / "web-chat.png")
            browser.close()
    sys.stdout.write(f"{HERE / 'web-chat.png'}\n")


if __name__ == "__main__":
    main()
