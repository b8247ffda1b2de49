"""Only users who manage the shop get in, and no input does harm."""

import json
from urllib.parse import quote

import pytest

from tests.capabilities import needs_wordpress
from tests.plugin.site_client import PAGE, REST, SiteClient
from tests.plugin.stages import cached_answer, document

pytestmark = needs_wordpress

ROUTES = [
    ("GET", "state", None),
    ("POST", "token", {"token": "stt_of_somebody_else", "service": "https://evil.example"}),
    ("POST", "refresh", None),
    ("POST", "reviews", {"message": "Please look again"}),
    ("POST", "dismissals", {"key": "due.7001.aw_1"}),
]
BUTTONS = [
    "begin",
    "reconnect",
    "connect",
    "disconnect",
    "refresh",
    "review",
    "dismiss",
    "consent",
    "what_if",
    "mail",
]
FIELDS = ["service", "token", "message", "update", "per_day", "mail", "mail_wanted"]
CONNECTION = {"service": "https://credit.example", "token": "stt_" + "a" * 40}
HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE wp_options; --",
    "javascript:alert(1)",
    "https://evil.example/\r\nSet-Cookie: a=b",
    "../../../../etc/passwd",
    "%00%0d%0a",
    "\x00\x07",
    "a" * 100_000,
    "",
]


@pytest.fixture(scope="module")
def connected_site(site):
    site.keep_option("wc_ad_credit_connection", CONNECTION)
    site.keep_option("wc_ad_credit_status", cached_answer(document("due")))
    return site


@pytest.fixture(scope="module")
def client_of(connected_site):
    """Returns the client of a user by name, the same each time."""
    clients = {}

    def of(name):
        if name not in clients:
            clients[name] = SiteClient(connected_site, name)
        return clients[name]

    return of


def is_unchanged(site):
    return site.option("wc_ad_credit_connection") == CONNECTION and site.complaints() == ""


@pytest.mark.parametrize(("name", "status"), [(None, 401), ("reader", 403)])
def test_no_route_answers_who_does_not_manage_the_shop(connected_site, client_of, name, status):
    calls = connected_site.calls()
    for method, route, body in ROUTES:
        answer = client_of(name).rest(method, route, body)
        assert (route, answer.status_code) == (route, status)
        assert answer.json()["code"] == "wc_ad_credit_rest_forbidden"
    assert is_unchanged(connected_site)
    assert connected_site.calls() == calls


def test_a_managers_cookie_without_its_nonce_opens_no_route(connected_site, client_of):
    for method, route, body in ROUTES:
        assert client_of("shop").rest(method, route, body, nonce="").status_code == 401
        assert client_of("shop").rest(method, route, body, nonce="0123456789").status_code == 403
    assert is_unchanged(connected_site)


def test_no_button_works_without_right_and_nonce(connected_site, client_of):
    for action in BUTTONS:
        for name, nonce in [(None, "x"), ("reader", "x"), ("shop", ""), ("shop", "0123456789")]:
            answer = client_of(name).press(
                action, {"wc_ad_credit_service": "https://evil.example"}, nonce=nonce
            )
            assert answer.status_code in (200, 302, 400, 403), (action, name)
            assert "evil.example" not in answer.headers.get("location", "")
    assert is_unchanged(connected_site)


def test_a_subscriber_and_nobody_see_no_page(client_of):
    for name in ("reader", None):
        assert 'id="wc-ad-credit"' not in client_of(name).page()


@pytest.mark.parametrize("route", ["token", "reviews", "dismissals"])
def test_hostile_values_are_refused_by_every_route(connected_site, client_of, route):
    fields = {"token": ["token", "service"], "reviews": ["message"], "dismissals": ["key"]}[route]
    for field in fields:
        for value in [*HOSTILE, 7, None, True, ["a"], {"a": "b"}]:
            body = {"token": "stt_" + "b" * 40, **{field: value}} if route == "token" else {field: value}
            if route == "reviews" and isinstance(value, str) and 0 < len(value) <= 2000:
                continue  # words like any other, for the service
            answer = client_of("shop").rest("POST", route, body)
            assert answer.status_code in (400, 403), (field, value, answer.text)
            assert "<script" not in answer.text
    assert is_unchanged(connected_site)


def test_a_broken_body_is_refused(connected_site, client_of):
    shop = client_of("shop")
    for body in (b"{", b"[]", b'"token"', b"\xff\xfe", b"token=x"):
        answer = shop.session.post(
            f"{connected_site.url}{REST}token",
            data=body,
            headers={"X-WP-Nonce": shop.nonce, "Content-Type": "application/json"},
            timeout=60,
        )
        assert answer.status_code == 400, body
    assert is_unchanged(connected_site)


@pytest.mark.parametrize("action", ["connect", "begin", "dismiss", "nonsense", "<script>"])
def test_hostile_values_do_nothing_by_any_button(connected_site, client_of, action):
    shop = client_of("shop")
    page = shop.page()
    nonce = page.split('name="wc_ad_credit_nonce" value="')[1].split('"')[0]
    for value in HOSTILE:
        for fields in (
            {f"wc_ad_credit_{field}": value for field in FIELDS},
            {f"wc_ad_credit_{field}[]": value for field in FIELDS},
        ):
            answer = shop.press(action, fields, nonce=nonce)
            assert answer.status_code == 302
            assert answer.headers["location"] == f"{connected_site.url}/wp-admin/admin.php?page=wc-ad-credit"
    assert is_unchanged(connected_site)


def test_a_dismissal_is_kept_for_that_user_and_that_news_only(connected_site, client_of):
    shop = client_of("shop")
    assert "wc-ad-credit-update" in shop.page()
    assert shop.rest("POST", "dismissals", {"key": "due.7001.aw_1"}).json() == {"dismissed": True}
    assert "wc-ad-credit-update" not in shop.page()
    assert "wc-ad-credit-update" in client_of("boss").page()
    connected_site.keep_option("wc_ad_credit_status", cached_answer(document("issued")))
    assert "wc-ad-credit-update" in shop.page()


def test_the_token_is_shown_to_nobody(connected_site, client_of):
    shop = client_of("shop")
    assert CONNECTION["token"] not in shop.page() + shop.rest("GET", "state").text
    status = shop.session.get(f"{connected_site.url}/wp-admin/admin.php?page=wc-status", timeout=60).text
    assert "https://credit.example" in status
    assert CONNECTION["token"] not in status


def test_beginning_at_the_service_leads_there_with_the_shops_address(connected_site, client_of):
    fields = {"wc_ad_credit_service": "https://other.example/"}
    location = client_of("shop").press("begin", fields).headers["location"]
    shop, page = (quote(url, safe="") for url in (f"{connected_site.url}/", f"{connected_site.url}{PAGE}"))
    assert location == f"https://other.example/connect?shop={shop}&return_url={page}"
    assert is_unchanged(connected_site)


def test_each_route_describes_itself(connected_site, client_of):
    for _, route, _ in ROUTES:
        description = client_of("shop").rest("OPTIONS", route).json()
        assert description["schema"]["type"] == "object", route
        assert description["schema"]["properties"], route
    state = client_of("shop").rest("GET", "state").json()
    assert set(client_of("shop").rest("OPTIONS", "state").json()["schema"]["properties"]) == set(state)


def test_the_service_gives_its_token_and_is_found_by_its_webhook(site, service, signal_webhook, client_of):
    try:
        assert client_of("shop").rest("POST", "token", {"token": service.store.status_token}).json() == {
            "stored": True
        }
        connection = site.option("wc_ad_credit_connection")
        assert connection == {"service": service.url, "token": service.store.status_token}
        site.run_queue(3600)
        answers = site.option("wc_ad_credit_status")
        assert [answer["store"]["id"] for answer in answers["documents"].values()] == [service.store.id]
        assert service.store.status_token not in json.dumps(answers)
        location = client_of("shop").press("consent").headers["location"]
        assert location.startswith(f"{service.url}/connect/tiktok?ticket=")
        assert service.store.status_token not in location
    finally:
        site.keep_option("wc_ad_credit_connection", CONNECTION)
