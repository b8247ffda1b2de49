"""Chromium, signed in to the console that a test module serves, at desktop and phone width."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

EMAIL, PASSWORD = "ann@staff.example", "correct-horse-battery"


@pytest.fixture(params=[1280, 390])
def page(request, chromium, console):
    """The first page; `console` is the module's own address."""
    with signed_in(chromium, console, request.param) as page:
        yield page


@contextmanager
def signed_in(chromium, console, width):
    """Whoever EMAIL is, on the first page of the console. `complaints` are the browser's."""
    context = chromium.new_context(viewport={"width": width, "height": 844}, base_url=console)
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
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
