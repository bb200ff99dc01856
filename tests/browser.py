"""Driving the web chat in a real Chromium: what a person does on the phone's screen.

    with chromium() as browser:
        page = new_page(browser)
        open_chat(page, stand_in.url, 7)
        say(page, "/report")
        expect(last_bubble(page)).to_contain_text("Report")
        tap(page, "Send")

Every locator waits by itself. Playwright's sync interface runs a loop in the test's thread:
there, nothing else may call ``asyncio.run`` (a bot runs in a thread or a process of its own).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium, Debian's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        try:
            yield browser
        finally:
            browser.close()


def new_page(browser: Browser, *, desktop: bool = True, locale: str = "en-US") -> Page:
    """A window in a browser profile of its own; what goes wrong in its scripts fails the test."""
    context = browser.new_context(viewport=DESKTOP if desktop else PHONE, locale=locale)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return context.new_page()


def open_chat(page: Page, url: str, user_id: int, start: str | None = None) -> None:
    """Be that person; `start`: come by a deep link with this payload."""
    link = "" if start is None else f"?start={start}"
    page.goto(f"{url}/#{user_id}{link}")
    expect(page.locator(f'[data-user-id="{user_id}"]')).to_have_attribute("aria-current", "true")
    expect(page.get_by_test_id("status")).to_have_text("bot")


def say(page: Page, text: str) -> None:
    """Type and press Enter."""
    page.get_by_test_id("input").fill(text)
    page.get_by_test_id("input").press("Enter")


def tap(page: Page, label: str) -> None:
    """The newest button with exactly this label: inline, reply keyboard, Start."""
    page.locator("#phone").get_by_role("button", name=label, exact=True).last.click()


def attach(page: Page, paths: Sequence[Path], caption: str = "", *, as_files: bool = False) -> None:
    """Choose files by the paperclip and send them; several become an album."""
    page.get_by_test_id("file-input").set_input_files([str(path) for path in paths])
    sheet = page.get_by_test_id("attach").and_(page.locator("dialog"))
    sheet.get_by_test_id("caption").fill(caption)
    if as_files:
        sheet.get_by_role("checkbox").check()
    sheet.get_by_test_id("send-files").click()
    expect(sheet).to_have_count(0)


def bubbles(page: Page, side: str = "in") -> Locator:
    """All bubbles: `in` from the bot, `out` from the person."""
    return page.get_by_test_id("messages").locator(f'> li[data-side="{side}"]')


def last_bubble(page: Page, side: str = "in") -> Locator:
    """The newest bubble of the bot (or, `out`, of the person), with its buttons."""
    return bubbles(page, side).last


def unread(page: Page, user_id: int) -> Locator:
    """The count beside a person in the list."""
    return page.locator(f'[data-user-id="{user_id}"]').get_by_test_id("unread")
