"""POST /api/v1/notices and the pages its e-mails lead to; the status document tells the notices."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest

from receiver.app import create_app
from receiver.services.notices.send import send_notices
from receiver.storage.tables import NoticeAddress
from tests.services.notices.test_notices import EMAIL, TOKEN, URL, FakeMailServer, Merchant, link_in
from tests.staff import BASE


class Plugin:
    """The merchant's plugin, a browser, and a service with mail or without."""

    def __init__(self, container, clock, has_mail=True):
        self.post = FakeMailServer()
        self.merchant = Merchant(container, clock, self.post)
        self.container = replace(container, mail=self.post if has_mail else None)
        self.client = create_app(container=self.container).test_client()

    def ask(self, body, token=TOKEN, **headers):
        all_headers = {"Authorization": f"Bearer {token}", **headers}
        return self.client.post("/api/v1/notices", json=body, headers=all_headers, base_url=BASE)

    def status(self):
        headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Language": "th"}
        return self.client.get("/api/v1/status", headers=headers, base_url=BASE).json

    def mails(self):
        send_notices(self.container, self.container.mail, Event())
        return self.post.take()

    def row(self):
        with self.container.database.reading() as session:
            return session.get(NoticeAddress, self.merchant.id)

    def open(self, link, method="GET", **headers):
        return self.client.open(link.removeprefix(URL), method=method, headers=headers, base_url=BASE)


@pytest.fixture
def plugin(container, clock):
    return Plugin(container, clock)


def test_the_status_tells_the_notices_and_whether_mail_is_to_be_had(plugin):
    status = plugin.status()
    (notice,) = status["notices"]
    assert (notice["id"], notice["kind"], notice["at"]) == (
        "near_tier:500",
        "near_tier",
        "2025-11-20T17:00:00Z",
    )
    assert (notice["until"], "เครดิตโฆษณา" in notice["text"]) == ("2025-12-01", True)
    assert (status["mail_available"], status["mail"]) == (True, "off")
    plugin.ask({"email": EMAIL})
    assert plugin.status()["mail"] == "unconfirmed"
    assert EMAIL not in str(plugin.status())


def test_a_look_at_a_link_changes_nothing_and_its_button_does(plugin):
    assert plugin.ask({"email": EMAIL}).json == {"mail": "unconfirmed"}
    ((_, question, _),) = plugin.mails()
    link = link_in(question)
    page = plugin.open(link)
    assert (page.status_code, "<button>Confirm address</button>" in page.text) == (200, True)
    assert plugin.row().confirmed_at is None
    assert "is confirmed" in plugin.open(link, "POST").text
    assert plugin.status()["mail"] == "on"
    ((_, _, stop),) = plugin.mails()
    assert plugin.open(stop).status_code == 200
    assert plugin.status()["mail"] == "on"
    assert "No more e-mails" in plugin.open(stop, "POST").text
    assert plugin.status()["mail"] == "off"
    assert plugin.open(stop, "POST").status_code == 400


def test_another_sites_page_cannot_press_the_button(plugin):
    plugin.ask({"email": EMAIL})
    link = link_in(plugin.mails()[0][1])
    assert plugin.open(link, "POST", Origin="https://evil.example").status_code == 403
    assert plugin.row().confirmed_at is None


@pytest.mark.parametrize(
    "path", ["/connect/notices/confirm", "/connect/notices/stop", "/connect/notices/stop?token=x"]
)
def test_a_link_that_does_not_count_says_so_in_the_readers_language(plugin, path):
    answer = plugin.open(path, **{"Accept-Language": "es"})
    assert (answer.status_code, "Este enlace ya no vale" in answer.text) == (400, True)
    assert plugin.open("/connect/notices/else").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "owner"},
        {"email": "a@b.example, c@d.example"},
        {"email": "a@b.example\nBcc: c@d.example"},
        {"email": "a" * 250 + "@b.example"},
        {"email": ["a@b.example"]},
        {"email": "<a@b.example>"},
        {"email": EMAIL, "also": 1},
        [],
        "a@b.example",
    ],
)
def test_what_is_no_address_is_refused_by_name(plugin, body):
    answer = plugin.ask(body)
    assert answer.status_code == 400
    assert answer.json["error"].startswith(("email: ", "body: "))
    assert plugin.row() is None


def test_without_a_stores_token_nothing_is_kept(plugin):
    assert plugin.ask({"email": EMAIL}, token="wrong").status_code == 401
    assert plugin.row() is None


def test_where_no_mail_is_set_up_an_address_is_refused(container, clock):
    plugin = Plugin(container, clock, has_mail=False)
    assert plugin.status()["mail_available"] is False
    answer = plugin.ask({"email": EMAIL})
    assert (answer.status_code, answer.json) == (409, {"error": "this service sends no e-mails"})
    assert plugin.ask({"email": None}).json == {"mail": "off"}
