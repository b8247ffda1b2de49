"""TikTok's webhooks from their receipt to their effect: hints to read again, never facts."""

from __future__ import annotations

import io
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.poll_reasons import PollReason
from receiver.services.deliveries.detail import VerificationStatus, delivery_detail
from receiver.services.deliveries.process import process_again, process_next
from receiver.services.polling.verify_subscriptions import verify_subscriptions_if_due
from receiver.storage import tables
from tests.conftest import make_settings
from tests.db_factories import keep_account, keep_link, keep_store
from tests.fuzzed_calls import BODIES, ODD_HEADERS
from tests.integrations.tiktok.test_tiktok_signature import EXAMPLES
from tests.tiktok_signatures import sign_open, sign_timed
from tests.web.test_fuzz import A_FAULT_OF_OURS, ask

SECRET = "app-secret"
ACCOUNT = "7400000000000000101"
SUSPENDED = "7400000000000000202"
CHANGED = {
    "request_id": 1,
    "object": 11,
    "time": 1,
    "entry": [{"changed_metrics_values": {ACCOUNT: {"spend": "18.00"}}}],
}


@pytest.fixture
def app(container):
    return create_app(container=container).test_client()


@pytest.fixture
def accounts(container):
    """Two accounts that are not due for hours."""
    later = container.now() + timedelta(hours=6)
    for store, advertiser in (("st_1", ACCOUNT), ("st_2", SUSPENDED)):
        keep_store(container, store)
        keep_link(container, store, advertiser)
        keep_account(container, advertiser, next_poll_at=later)


def post_ads(app, body, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = {"X-Open-Signature": sign_open(SECRET, raw), "Content-Type": "application/json"}
    return app.post("/webhooks/tiktok/ads", data=raw, headers={**signed, **headers})


def post_users(app, container, body, **headers):
    raw = json.dumps(body).encode()
    signed = {"TikTok-Signature": sign_timed(SECRET, raw, container.now())}
    return app.post("/webhooks/tiktok", data=raw, headers={**signed, **headers})


def delivered(container):
    with container.database.reading() as session:
        return list(session.scalars(select(tables.Delivery).order_by(tables.Delivery.id)))


def account(container, advertiser_id=ACCOUNT):
    with container.database.reading() as session:
        return session.get(tables.Account, advertiser_id)


def work(container):
    while process_next(container):
        pass
    return [(row.state, row.error) for row in delivered(container)]


# The door


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_recorded_webhook_is_received_and_ends(database_url, clock, name):
    example = EXAMPLES[name]
    settings = make_settings(database_url=database_url, tiktok_app_secret=example["secret"])
    container = build_container(settings, now=clock)
    is_ads = example["scheme"] == "x-open-signature"
    if not is_ads:
        clock.at = datetime.fromtimestamp(int(example["headers"]["TikTok-Signature"].split(",")[0][2:]), UTC)
    client = create_app(container=container).test_client()
    address = "/webhooks/tiktok/ads" if is_ads else "/webhooks/tiktok"
    request = {"data": example["raw_body"].encode(), "headers": example["headers"]}
    first, again = client.post(address, **request), client.post(address, **request)
    assert (first.status_code, first.json["status"]) == (200, "accepted")
    assert (again.status_code, again.json) == (200, {"status": "duplicate", "id": first.json["id"]})
    other = client.post("/webhooks/tiktok" if is_ads else "/webhooks/tiktok/ads", **request)
    assert (other.status_code, other.json) == (401, {"error": "signature"})
    ((state, error),) = work(container)
    is_used = name in ("webhook_developers_authorization_removed", "webhook_report_data_change_access_lost")
    assert (state, bool(error)) == (("processed", False) if is_used else ("ignored", True))
    container.database.close()


def test_what_is_accepted_is_durable_and_proves_itself_later(app, container):
    assert post_ads(app, CHANGED).status_code == 200
    (row,) = delivered(container)
    assert (row.source, row.topic, row.store_id, row.state) == ("tiktok", "tiktok.ads", None, "received")
    container.now.move(days=3)
    detail = delivery_detail(container, row.id)
    assert (detail.body_hash, detail.signature.proof) == (
        VerificationStatus.VERIFIED,
        VerificationStatus.VERIFIED,
    )
    secretless = replace(container, settings=replace(container.settings, tiktok_app_secret=""))
    assert delivery_detail(secretless, row.id).signature.proof is VerificationStatus.UNKNOWN


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_stale_signature_is_refused_and_nothing_is_kept(app, container, seconds):
    raw = b'{"event":"tiktok.ping"}'
    at = container.now() + timedelta(seconds=seconds)
    answer = app.post("/webhooks/tiktok", data=raw, headers={"TikTok-Signature": sign_timed(SECRET, raw, at)})
    assert (answer.status_code, answer.json, delivered(container)) == (401, {"error": "signature"}, [])


def test_without_the_apps_secret_tiktok_is_asked_to_come_again(database_url, clock):
    container = build_container(make_settings(database_url=database_url, tiktok_app_secret=""), now=clock)
    answer = post_ads(create_app(container=container).test_client(), CHANGED)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    container.database.close()


def test_what_is_not_tiktoks_is_refused_before_storage_is_asked_and_what_is_waits_for_it(tmp_path, clock):
    container = build_container(make_settings(database_url=f"sqlite:///{tmp_path}/no-tables.db"), now=clock)
    client = create_app(container=container).test_client()
    assert post_ads(client, CHANGED, **{"X-Open-Signature": "0" * 64}).status_code == 401
    assert post_ads(client, CHANGED).status_code == 503
    container.database.close()


def test_a_signature_given_twice_is_refused(app, container):
    raw = b'{"event":"tiktok.ping"}'
    for path, name, value in (
        ("/webhooks/tiktok", "TikTok-Signature", sign_timed(SECRET, raw, container.now())),
        ("/webhooks/tiktok/ads", "X-Open-Signature", sign_open(SECRET, raw)),
    ):
        assert app.post(path, data=raw, headers=[(name, value), (name, value)]).status_code == 401
        assert app.post(path, data=raw, headers=[(name, value)]).status_code == 200


@pytest.mark.parametrize("path", ["/webhooks/tiktok", "/webhooks/tiktok/ads"])
def test_other_ways_to_call_are_refused_as_for_stores(app, path):
    assert app.get(path).status_code == 405
    assert (
        app.post(path, data=b"webhook_id=7", content_type="application/x-www-form-urlencoded").status_code
        == 401
    )
    assert app.post(path, data=b"x" * (1024 * 1024 + 1)).status_code == 413


# What becomes of it


def test_a_change_of_figures_has_the_account_polled_at_once(app, container, accounts):
    post_ads(app, CHANGED)
    assert work(container) == [("processed", None)]
    assert (account(container).next_poll_at, account(container).poll_reason) == (
        container.now(),
        PollReason.FIGURES_CHANGED,
    )
    assert account(container, SUSPENDED).next_poll_at > container.now()


def test_a_suspension_is_a_hint_and_not_a_fact(app, container, accounts):
    post_ads(app, {"advertiser_id": int(SUSPENDED), "status": "STATUS_LIMIT"})
    assert work(container) == [("processed", None)]
    assert account(container, SUSPENDED).next_poll_at == container.now()
    assert account(container, SUSPENDED).status == "STATUS_ENABLE"


def test_hints_move_an_account_forward_once_in_five_minutes(app, container, accounts):
    due = []
    for number in range(7):
        post_ads(app, {**CHANGED, "request_id": number})
        work(container)
        due.append(account(container).next_poll_at)
        container.now.move(minutes=1)
    first = due[0]
    assert due == [first] * 5 + [first + timedelta(minutes=5)] * 2


def test_an_id_past_what_a_float_holds_is_the_same_id(app, container, accounts):
    raw = f'{{"advertiser_id":{ACCOUNT},"status":"STATUS_ENABLE"}}'.encode()
    post_ads(app, raw)
    assert work(container) == [("processed", None)]


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        ({"object": 14, "entry": [{}]}, ("ignored", "this kind of notice is not used")),
        ({"type": 1, "shop_id": "7"}, ("ignored", "this kind of notice is not used")),
        ({"object": 11, "entry": [{}]}, ("ignored", "names no ad account of ours")),
        (
            {"object": 11, "entry": [{"changed_metrics_values": {"79999": {}}}]},
            ("ignored", "names no ad account of ours"),
        ),
        ({"object": 11}, ("dead", "entry: must be a list of at most 1000")),
        ({"object": 11, "entry": [7]}, ("dead", "entry.0: must be an object")),
        (
            {"object": 11, "entry": [{"changed_metrics_values": []}]},
            ("dead", "entry.0.changed_metrics_values: must be an object"),
        ),
        (
            {"advertiser_id": 7.4e18, "status": "STATUS_LIMIT"},
            ("dead", "advertiser_id: must be TikTok's advertiser id: 5 to 30 digits, the first one not 0"),
        ),
        ({"object": 11, "entry": [{}] * 1001}, ("dead", "entry: must be a list of at most 1000")),
        (b"[]", ("dead", "body: must be a JSON object")),
    ],
)
def test_what_cannot_be_used_ends_with_the_reason(app, container, accounts, body, ending):
    assert post_ads(app, body).status_code == 200
    assert work(container) == [ending]


LOST = {"object": 11, "entry": [{"message": "Access was revoked.", "changed_metrics_values": {}}]}


@pytest.mark.parametrize("event", ["authorization.removed", "tiktok.ping", "post.publish.complete", "new"])
def test_news_of_tiktok_users_withdraws_nothing(app, container, accounts, event):
    body = {"event": event, "user_openid": "act.1", "content": '{"reason":1}'}
    assert post_users(app, container, body).status_code == 200
    ((state, _),) = work(container)
    assert state == ("processed" if event == "authorization.removed" else "ignored")
    with container.database.reading() as session:
        assert all(link.consent for link in session.scalars(select(tables.Link)))


@pytest.mark.parametrize(
    "post",
    [
        lambda app, container: post_ads(app, LOST),
        lambda app, container: post_users(
            app, container, {"event": "authorization.removed", "user_openid": "act.1"}
        ),
    ],
    ids=["of an ad account", "by a user"],
)
def test_access_lost_to_nobody_says_whom_has_the_subscriptions_looked_through_once(
    app, container, accounts, post
):
    tiktok = Lists()

    def look():
        verify_subscriptions_if_due(replace(container, tiktok=tiktok), "https://credit.example/")

    look()  # the day's own
    post(app, container)
    work(container)
    look()
    assert tiktok.asked == 1  # it was looked less than five minutes ago
    container.now.move(minutes=5)
    look()
    look()
    assert tiktok.asked == 2


class Lists:
    """A TikTok without subscriptions of ours, which counts how often they are listed."""

    def __init__(self) -> None:
        self.asked = 0

    def subscriptions(self):
        self.asked += 1
        return []


def test_a_notice_of_a_thousand_accounts_moves_those_we_know(app, container, accounts):
    entries = [{"changed_metrics_values": {str(7_999_000_000_000_000_000 + n): {}}} for n in range(999)]
    post_ads(app, {"object": 11, "entry": [*entries, *CHANGED["entry"]]})
    assert work(container) == [("processed", None)]
    assert account(container).next_poll_at == container.now() < account(container, SUSPENDED).next_poll_at


def test_a_notice_replayed_has_the_account_polled_once_more(app, container, accounts):
    number = post_ads(app, CHANGED).json["id"]
    work(container)
    container.now.move(days=2)
    with container.database.writing() as session:
        row = session.get_one(tables.Delivery, number)
        replay = tables.Replay(id=1, actor="ann", reason="lost")
        assert process_again(session, row, container.now(), replay).state == "processed"
    assert account(container).next_poll_at == container.now()


def test_whatever_arrives_breaks_nothing_and_only_what_is_signed_is_kept(app, container):
    chance = random.Random(20251123)
    raws = [example["raw_body"].encode() for example in EXAMPLES.values()]
    accepted = set()
    for _ in range(600):
        body = chance.choice(raws)
        for _ in range(chance.choice([0, 1, 1, 2])):
            body = chance.choice(BODIES)(chance, body)
        is_ads, is_signed = chance.random() < 0.5, chance.random() < 0.5
        right = sign_open(SECRET, body) if is_ads else sign_timed(SECRET, body, container.now())
        header = (
            right if is_signed else chance.choice([*ODD_HEADERS, right[:-1], "t=1", "t=9,s=9", f"{right}0"])
        )
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/webhooks/tiktok/ads" if is_ads else "/webhooks/tiktok",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_X_OPEN_SIGNATURE" if is_ads else "HTTP_TIKTOK_SIGNATURE": header,
            "wsgi.input": io.BytesIO(body),
        }
        status, answer = ask(app.application.wsgi_app, environ)
        assert status == (200 if is_signed else 401), (environ, answer)
        if is_signed:
            accepted.add(json.loads(answer)["id"])
    assert {row.id for row in delivered(container)} == accepted
    results = work(container)
    assert {state for state, _ in results} == {"ignored", "dead", "processed"}
    assert not [error for _, error in results if A_FAULT_OF_OURS.match(error or "")]


# A merchant's Refresh


@pytest.fixture
def ask_refresh(app, container, accounts):
    from receiver.storage.cipher import token_hash

    with container.database.writing() as session:
        session.get_one(tables.Store, "st_1").status_token_hash = token_hash("stt_1")
    return lambda token="stt_1": app.post("/api/v1/refresh", headers={"Authorization": f"Bearer {token}"})


def test_a_refresh_has_the_account_polled_and_may_be_asked_once_a_minute(ask_refresh, container):
    first = ask_refresh()
    assert (first.status_code, first.json["status"]) == (202, "accepted")
    assert (account(container).next_poll_at, account(container).poll_reason) == (
        container.now(),
        PollReason.ASKED,
    )
    container.now.move(seconds=20)
    again = ask_refresh()
    assert (again.status_code, again.headers["Retry-After"]) == (429, "40")
    assert again.json == {"error": "asked less than a minute ago"}
    container.now.move(seconds=40)
    assert ask_refresh().status_code == 202


def test_a_refresh_with_no_stores_token_is_refused(ask_refresh):
    assert ask_refresh("stt_other").status_code == 401
