"""HTTP clients of a site: its users, and what they send to routes and buttons."""

from __future__ import annotations

import re
from typing import Any

import requests
from playwright.sync_api import BrowserContext

from tests.browser.conftest import PATIENCE
from tests.plugin.wordpress import WordPress

REST = "/wp-json/wc-ad-credit/v1/"
PAGE = "/wp-admin/admin.php?page=wc-ad-credit"


def sign_in(context: BrowserContext, name: str) -> None:
    """Sign a browser in to its site as this user.

    The form is posted, not filled in: a moment after it is shown, its own script puts the cursor into the
    name, and a password that is just being typed goes there with it.
    """
    entry = {"log": name, "pwd": f"{name}-password"}
    answer = context.request.post("/wp-login.php", form=entry, timeout=PATIENCE)
    assert "/wp-admin" in answer.url, answer.url


class SiteClient:
    """An HTTP session of a user of the site; without a name, of nobody."""

    def __init__(self, site: WordPress, name: str | None) -> None:
        self.site, self.session, self.nonce = site, requests.Session(), ""
        if name:
            answer = self.session.post(
                f"{site.url}/wp-login.php", data={"log": name, "pwd": f"{name}-password"}, timeout=30
            )
            assert "wp-admin" in answer.url, answer.url
            self.nonce = self.session.get(
                f"{site.url}/wp-admin/admin-ajax.php?action=rest-nonce", timeout=30
            ).text

    def rest(self, method: str, route: str, body: Any = None, nonce: str | None = None) -> requests.Response:
        headers = {"X-WP-Nonce": self.nonce if nonce is None else nonce}
        return self.session.request(
            method,
            f"{self.site.url}{REST}{route}",
            json=body,
            headers=headers if headers["X-WP-Nonce"] else {},
            timeout=60,
        )

    def page(self) -> str:
        return self.session.get(f"{self.site.url}{PAGE}", timeout=60).text

    def press(
        self, action: Any, fields: dict[str, Any] | None = None, nonce: str | None = None
    ) -> requests.Response:
        """Press a button of our page, with a nonce read from the page unless one is given."""
        if nonce is None:
            match = re.search(r'name="wc_ad_credit_nonce" value="(\w+)"', self.page())
            nonce = match[1] if match else ""
        data = {"wc_ad_credit_action": action, "wc_ad_credit_nonce": nonce, **(fields or {})}
        url = f"{self.site.url}/wp-admin/admin-post.php?action=wc_ad_credit"
        return self.session.post(url, data=data, timeout=60, allow_redirects=False)
