"""A user of the console whose clicks a test counts, to hold a task to its number of clicks."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass
class ClickingUser:
    """Somebody with a mouse at a page; a key that acts as a click counts as one, typing does not."""

    page: Page
    clicks: int = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def press(self, key: str) -> None:
        """Press a key that acts as a click."""
        self.page.keyboard.press(key)
        self.clicks += 1

    def click_menu(self, name: str) -> None:
        """Click an entry of the console's bar."""
        self.click(self.page.get_by_role("navigation", name="Console").get_by_role("link", name=name))

    def click_button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def find_store(self, name: str) -> None:
        """Search for a store by name from any page, without a click: the only match opens at once."""
        box = self.page.get_by_role("searchbox", name="Search the console")
        box.fill(name)
        box.press("Enter")
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()
