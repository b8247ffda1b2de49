"""Chromium, signed in to the console that a test module serves, at desktop and phone width."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.capabilities import AXE

# In milliseconds, before a test gives up what does not come: much, since a busy machine makes everybody wait.
PATIENCE = 120_000
EMAIL, PASSWORD = "ann@staff.example", "correct-horse-battery"


@pytest.fixture(params=[1280, 390])
def page(request, chromium, console):
    """The first page; `console` is the module's own address."""
    with signed_in(chromium, console, request.param) as page:
        yield page


def new_context(chromium, **options):
    """A browser of somebody's own, who is patient; `options` are Playwright's."""
    expect.set_options(timeout=PATIENCE)
    context = chromium.new_context(**options)
    context.set_default_timeout(PATIENCE)
    return context


@contextmanager
def signed_in(chromium, console, width):
    """Whoever EMAIL is, on the first page of the console. `complaints` are the browser's."""
    context = new_context(chromium, viewport={"width": width, "height": 844}, base_url=console)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.goto("/admin/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()


def runs_over(page) -> bool:
    """The page is wider than the window. Measured once its style sheets are there."""
    page.wait_for_load_state()
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def axe_violations(page, part: str = "") -> list[str]:
    """What axe finds wrong, as `rule: element`; `part` is a selector, the whole page without one."""
    page.wait_for_load_state()
    if page.evaluate("window.axe === undefined"):
        page.evaluate((Path(AXE.origin).parent / "axe.min.js").read_text())
    # What is well is not described: that takes longer than to find what is not.
    found = page.evaluate("part => axe.run(part || document, {resultTypes: ['violations']})", part)
    violations = found["violations"]
    return [f"{violation['id']}: {node['html']}" for violation in violations for node in violation["nodes"]]
