"""Deliveries, replays, quarantine and rejections by API: the same answers and refusals as in the console."""

import pytest
from sqlalchemy import select, update

from receiver.app import create_app
from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.replay import replay_next
from receiver.services.stores.rotate_secret import rotate_secret
from receiver.storage.tables import AuditEntry, Delivery, Store
from tests.raw_http import signed_headers
from tests.signals import add_shop, body_of, keep_one, signal
from tests.staff import BASE, staff_token

API = "/api/v1/admin"
MOVED = "https://moved.example/"


@pytest.fixture
def client(container):
    return create_app(container=container).test_client()


@pytest.fixture
def ask(container, client):
    """A caller with an operator's token, unless another is passed."""
    operator = staff_token(container)

    def call(method, path, headers=operator, **body):
        answer = client.open(API + path, method=method, json=body or None, headers=headers, base_url=BASE)
        return answer.status_code, answer.json if answer.is_json else answer.data

    return call


@pytest.fixture
def dead(container):
    """Three deliveries of a shop whose address was kept wrong, which has been put right since."""
    store_id = add_shop(container).id
    ids = [keep_one(container, store_id, signal(seq, home_url=MOVED)) for seq in (1, 2, 3)]
    process_next(container)
    with container.database.writing() as session:
        session.execute(update(Store).values(url=MOVED))
    return ids


def states(container):
    with container.database.reading() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))


def test_deliveries_are_found_page_by_page(ask, dead):
    status, first = ask("GET", "/deliveries?state=dead&limit=2")
    assert (status, [item["id"] for item in first["items"]]) == (200, dead[:0:-1])
    second = ask("GET", f"/deliveries?state=dead&limit=2&after={first['next']}")[1]
    assert ([item["id"] for item in second["items"]], second["next"]) == ([dead[0]], None)
    assert ask("GET", "/deliveries?search=moved.example")[1]["items"][0]["error"].startswith("held")
    assert ask("GET", "/deliveries?since=2030-01-01T00:00:00Z")[1]["items"] == []


@pytest.mark.parametrize("wrong", ["state=lost", "since=yesterday", "after=x", "stat=dead", "search=%00"])
def test_a_filter_that_is_wrong_is_named(ask, wrong):
    status, refusal = ask("GET", f"/deliveries?{wrong}")
    assert status == 400
    assert wrong.partition("=")[0] in str(refusal)


def test_a_store_is_named_found_by_part_of_its_name_and_counted_by_state(ask, dead):
    deliveries = ask("GET", "/deliveries?store=ample+sho&state=dead")[1]["items"]
    assert [item["store_name"] for item in deliveries] == ["Example shop"] * 3
    status, refusal = ask("GET", "/deliveries?store=Tin+Rof")
    assert (status, refusal["error"]) == (400, "store: no store matches “Tin Rof”")
    counts = ask("GET", "/deliveries/counts?store=Example")[1]
    assert (counts["counts"], counts["counted_up_to"]) == ({"dead": 3}, 1_000)
    assert ask("GET", "/deliveries/counts?search=x")[1]["counts"] is None


def test_one_is_told_in_full_without_secrets(ask, dead):
    document = ask("GET", f"/deliveries/{dead[0]}")[1]
    assert (document["delivery"]["state"], document["body_hash"]) == ("dead", "verified")
    assert document["attempts"][0]["outcome"] == "dead"
    assert document["body"]["arg"]["home_url"] == MOVED
    assert document["not_shown"] is None
    assert ask("GET", "/deliveries/999")[0] == 404


def test_the_bytes_are_for_operators_and_the_log_tells_it(ask, container, dead):
    assert ask("POST", f"/deliveries/{dead[0]}/raw", staff_token(container, "viewer"))[0] == 403
    assert ask("POST", f"/deliveries/{dead[0]}/raw") == (200, body_of(signal(1, home_url=MOVED)))
    with container.database.writing() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "delivery read raw")).all()
        session.execute(update(Delivery).values(body=None))
    assert [item.actor for item in entries] == ["operator@staff.example"]
    assert ask("POST", f"/deliveries/{dead[0]}/raw")[0] == 409
    assert "dropped" in ask("GET", f"/deliveries/{dead[0]}")[1]["not_shown"]


def test_a_replay_is_tried_out_asked_for_and_followed(ask, container, dead, clock):
    status, preview = ask("POST", "/replays/preview", state="dead")
    assert (status, preview["to_replay"], preview["by"]["state"]) == (200, 3, {"dead": 3})
    assert states(container) == ["dead"] * 3
    status, replay = ask("POST", "/replays", ids=dead[:2], reason="the address was put right")
    assert (status, replay["state"], replay["total"], replay["rate"]) == (201, "running", 2, 50)
    while (due := replay_next(container.at(clock.at))) is not None:
        clock.at = max(clock.at, due)
    progress = ask("GET", f"/replays/{replay['id']}")[1]
    assert (progress["state"], progress["outcomes"]) == ("done", {"processed": 2})
    assert states(container) == ["processed", "processed", "dead"]
    assert ask("GET", "/replays/9")[0] == 404


def test_a_replay_is_cancelled_once_and_listed(ask, container, dead):
    for _ in range(2):
        ask("POST", "/replays", state="dead", reason="tried")
    assert ask("POST", "/replays/2/cancel")[1]["state"] == "cancelled"
    assert ask("POST", "/replays/2/cancel")[0] == 409
    first = ask("GET", "/replays?limit=1")[1]
    assert ([item["id"] for item in first["items"]], first["next"]) == ([2], "2")
    assert [item["id"] for item in ask("GET", "/replays?after=2")[1]["items"]] == [1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "dead"},
        {"reason": "all of it"},
        {"ids": [], "reason": "r"},
        {"ids": ["1"], "reason": "r"},
        {"state": "dead", "reason": "r", "rate": 0},
    ],
)
def test_a_replay_that_says_too_little_is_refused(ask, dead, wrong):
    assert ask("POST", "/replays", **wrong)[0] == 400
    assert ask("GET", "/replays")[1]["items"] == []


def test_what_is_held_is_released_once_the_secret_is_put_right(ask, client, container):
    store_id = add_shop(container).id
    body = body_of(signal(1))
    headers = signed_headers(body, "its own")
    assert client.post(f"/webhooks/woocommerce/{store_id}", data=body, headers=headers).status_code == 401
    (call,) = ask("GET", f"/quarantine?store={store_id}")[1]["items"]
    result = {"id": call["id"], "delivery": None, "problem": "wrong signature"}
    assert ask("POST", "/deliveries/quarantine/release", reason="asked")[1] == {"tried": [result]}
    rotate_secret(container, store_id, webhook_secret="its own", actor="ann")
    results = ask("POST", "/deliveries/quarantine/release", reason="asked", ids=[call["id"]], dry_run=True)[
        1
    ]["tried"]
    assert (results[0]["problem"], states(container)) == (None, [])
    ask("POST", "/quarantine/take-in", reason="the secret was put right")  # its earlier address
    assert (states(container), ask("GET", "/quarantine")[1]["items"]) == (["received"], [])


def test_rejected_calls_are_counted_and_sampled(ask, client, container):
    store_id = add_shop(container).id
    body = body_of(signal(1))
    client.post(f"/webhooks/woocommerce/{store_id}", data=body, headers=signed_headers(body, "its own"))
    (row,) = ask("GET", "/rejections")[1]["items"]
    assert (row["store"], row["reason"], row["count"]) == (store_id, "signature", 1)
    (sample,) = ask("GET", f"/rejections/samples?store={store_id}")[1]["items"]
    assert ["x-wc-webhook-signature", "(44 characters)"] in sample["headers"]
    assert ask("GET", "/rejections?store=")[1]["items"] == []
    assert ask("GET", "/rejections?after=x")[0] == 400


@pytest.mark.parametrize("path", ["/deliveries/{}", "/replays/{}", "/decisions/{}"])
def test_a_number_no_database_has_is_not_found(ask, path):
    assert ask("GET", path.format(10**25))[0] == 404
