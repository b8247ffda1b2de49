"""Chromium, signed in to the console that a test module serves, at desktop and phone width."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.capabilities import AXE

# Milliseconds that a test waits at most for what it expects: many, since machines can be busy.
PATIENCE = 120_000
EMAIL, PASSWORD = "ann@staff.example", "correct-horse-battery"


@pytest.fixture(scope="module")
def staff(chromium, console):
    """A browser in which EMAIL is signed in to `console`, the address of the module, shared by its tests.

    A test that changes a whole browser (its session, clock or rights) opens one of its own.
    """
    with staff_context(chromium, console) as context:
        yield context


@pytest.fixture(params=[1280, 390])
def page(request, staff):
    """A tab of its own for each test, still empty."""
    with new_tab(staff, request.param) as page:
        yield page


def new_context(chromium, **options):
    """Open a browser context with our long time-outs; `options` are those of Playwright."""
    expect.set_options(timeout=PATIENCE)
    context = chromium.new_context(**options)
    context.set_default_timeout(PATIENCE)
    return context


@contextmanager
def signed_in(chromium, console, width):
    """Open a context in which EMAIL is signed in; yield a tab with the first page of the console."""
    with staff_context(chromium, console) as context, first_page(context, width) as page:
        yield page


@contextmanager
def staff_context(chromium, console):
    """Open a context in which EMAIL is signed in. The form is posted, not rendered: that costs most."""
    context = new_context(chromium, base_url=console)
    form = context.request.get("/admin/sign-in", timeout=PATIENCE).text()
    csrf = re.search('name="csrf" value="([^"]+)"', form)[1]
    entry = {"csrf": csrf, "email": EMAIL, "password": PASSWORD}
    answer = context.request.post("/admin/sign-in", form=entry, max_redirects=0, timeout=PATIENCE)
    assert answer.status == 302, answer.text()
    yield context
    context.close()


@contextmanager
def first_page(context, width):
    """Open a tab with the first page of the console."""
    with new_tab(context, width) as page:
        page.goto("/admin/")
        yield page


@contextmanager
def new_tab(context, width):
    """Open an empty tab; its `complaints` collect the messages of the browser's console."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 844})
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    yield page
    page.close()


def sign_in_by_form(page):
    """Sign EMAIL in with the form that the page shows, as people do."""
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def overflows_window(page) -> bool:
    """Return whether the page is wider than the window, measured once its style sheets are there."""
    page.wait_for_load_state()
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def axe_violations(page, part: str = "") -> list[str]:
    """Return the violations axe finds in `part` (a selector, or all of the page), as `rule: element`."""
    page.wait_for_load_state()
    if page.evaluate("window.axe === undefined"):
        page.evaluate((Path(AXE.origin).parent / "axe.min.js").read_text())
    # Only violations: to describe and transfer the passes takes longer than to find the violations.
    run = "part => axe.run(part || document, {resultTypes: ['violations']})"
    lines = "found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}`))"
    return page.evaluate(f"{run}.then(found => {lines})", part)
