"""Takes the console's pictures of README and docs: Chromium opens the sandbox that runs on this machine.

With `make run` in another terminal: `PYTHONPATH=. .venv/bin/python docs/pictures/make.py` (needs what
`make test` installs, and Chromium).
"""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from receiver.sandbox.paths import find_paths
from receiver.sandbox.scenario.seed import DEMO
from receiver.sandbox.scenario.state import load_state
from tests.capabilities import CHROMIUM

HERE = Path(__file__).parent
WIDTH = 1000
MOST_BYTES = 200_000
OVERVIEW, STORE, SANDBOX = 1150, 1060, 760  # how much of each page is shown, in pixels from the top
SHOWN = "Tin Whistle Music"


def main() -> None:
    """Take every picture from the running sandbox."""
    place = find_paths(os.environ)
    memory = load_state(place.state)
    if memory is None:
        raise SystemExit("No sandbox is there; start one with `make run`.")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        sign_in(page, f"{place.web}/admin/", memory.password)
        take(page, "overview", OVERVIEW)
        page.get_by_role("link", name="Stores", exact=True).click()
        page.get_by_role("link", name=SHOWN).click()
        take(page, "store", STORE)
        move_thirty_days(page)
        take(page, "sandbox", SANDBOX)
        browser.close()


def sign_in(page: Page, console: str, password: str) -> None:
    """Sign in to the console as the demo user."""
    page.goto(console)
    page.get_by_label("E-mail").fill(DEMO)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()


def move_thirty_days(page: Page) -> None:
    """Move the sandbox's clock thirty days ahead, which cannot be undone: for the last picture."""
    page.get_by_role("link", name="Sandbox", exact=True).click()
    page.get_by_role("button", name="+30 days").click()
    page.get_by_role("button", name="+30 days").wait_for(timeout=180_000)
    page.get_by_role("heading", name="What changed").wait_for()


def take(page: Page, name: str, height: int) -> None:
    """Save the top `height` pixels of the page; SystemExit when the file exceeds MOST_BYTES."""
    file = HERE / f"{name}.png"
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height}
    page.screenshot(path=file, full_page=True, clip=clip)
    print(f"{file}: {file.stat().st_size} bytes")
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file.name} is larger than {MOST_BYTES} bytes: show less of the page.")


if __name__ == "__main__":
    main()
