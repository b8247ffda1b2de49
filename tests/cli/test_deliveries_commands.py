"""`deliveries` on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result

from receiver.app import create_app
from receiver.container import Container
from receiver.services.deliveries.process import process_next
from receiver.storage import deliveries
from receiver.storage.tables import AuditEntry
from tests.fakes import FrozenClock
from tests.raw_http import signed_headers
from tests.signals import add_shop, body_of, keep, keep_one, linked, row, signal

KEYS = ["id", "state", "source", "store", "store_name", "topic", "delivery_id", "webhook_id", "received_at"]
KEYS += ["body_sha256", "body_bytes", "duplicates", "due_at", "cause", "error", "request_id"]


class Inbox:
    """A processed delivery, a dead one and an ignored one, and a terminal to look at them."""

    def __init__(self, container: Container, clock: FrozenClock) -> None:
        self.container = container
        self.runner = create_app(container=container).test_cli_runner()
        self.store_id = add_shop(container).id
        self.done = keep_one(container, self.store_id, linked(3))
        clock.move(hours=1)
        self.dead = keep_one(container, self.store_id, signal(seq="7"))
        clock.move(hours=1)
        self.ignored = keep(container, self.store_id, b'{"first_name":"Ann"}', topic="order.created")[0].id
        process_next(container.database, container.now())

    def __call__(self, *words: str) -> Result:
        return self.runner.invoke(args=["deliveries", *words])

    def json(self, *words: str, exit_code: int = 0) -> Any:
        result = self(*words, "--json")
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)

    def ids(self, *words: str) -> list[int]:
        return [item["id"] for item in self.json("list", *words)]


@pytest.fixture
def inbox(container: Container, clock: FrozenClock) -> Inbox:
    return Inbox(container, clock)


def test_the_newest_is_listed_first(inbox: Inbox):
    assert inbox.ids() == [inbox.ignored, inbox.dead, inbox.done]
    assert list(inbox.json("list")[0]) == KEYS


def test_each_filter_leaves_what_it_names(inbox: Inbox):
    assert inbox.ids("--state", "dead") == [inbox.dead]
    assert inbox.ids("--source", "tiktok") == []
    assert inbox.ids("--store", inbox.store_id) == [inbox.ignored, inbox.dead, inbox.done]
    assert inbox.ids("--store", "ample sho") == [inbox.ignored, inbox.dead, inbox.done]
    assert "no store matches “st_none”" in inbox("list", "--store", "st_none", "--json").output
    assert inbox.ids("--topic", "order.created") == [inbox.ignored]
    assert inbox.ids("--since", "2025-11-20T13:00:00Z") == [inbox.ignored, inbox.dead]
    assert inbox.ids("--until", "2025-11-20T13:00:00Z") == [inbox.done]
    assert inbox.ids("--search", "ARG.SEQ") == [inbox.dead]
    assert inbox.ids("--search", "%") == []
    sent_as = row(inbox.container, inbox.dead).delivery_id or ""
    assert inbox.ids("--delivery", sent_as, "--state", "dead") == [inbox.dead]
    assert inbox.ids("--delivery", f"{sent_as}0") == []
    assert inbox.ids("--limit", "1") == [inbox.ignored]
    assert inbox.ids("--state", "dead", "--topic", "order.created") == []
    assert inbox("list", "--state", "lost").exit_code == 2


def test_a_listing_goes_on_where_one_page_scanned_its_rows(inbox: Inbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(deliveries, "LOOKED_THROUGH", 1)
    assert inbox.ids("--search", "action") == [inbox.dead, inbox.done]


@pytest.mark.parametrize(
    "command",
    [["list"], ["replay", "--dry-run"], ["replay", "--reason", "r"], ["quarantine"], ["rejected"]],
)
def test_a_filter_no_database_takes_is_one_line_and_exit_code_1(inbox: Inbox, command: list[str]):
    result = inbox(*command, "--store", "st_\n1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: store: must be at most 200 characters on one line\n"


def test_show_tells_every_attempt_and_no_body(inbox: Inbox):
    shown = inbox.json("show", str(inbox.dead))
    assert list(shown) == [*KEYS, "body_hash", "signature", "secret", "secret_until", "attempts"]
    assert (shown["body_hash"], shown["signature"]) == ("verified", "unknown")
    assert (shown["state"], shown["store"], shown["webhook_id"]) == ("dead", inbox.store_id, "136")
    (attempt,) = shown["attempts"]
    assert attempt == {
        "at": "2025-11-20T14:00:00Z",
        "actor": "worker",
        "outcome": "dead",
        "error": "arg.seq: must be a whole number, 1 or more",
    }
    assert "dead" in inbox("show", str(inbox.dead)).output


def test_show_adds_the_body_without_people_and_says_what_is_hidden(inbox: Inbox):
    body = body_of(signal(9, email="ann@shop.example"))
    kept = str(keep(inbox.container, inbox.store_id, body)[0].id)
    shown = inbox.json("show", kept, "--body")
    assert shown["hidden"] == ["arg.email"]
    assert shown["body"]["arg"] == {**signal(9), "email": "(hidden)"}
    printed = inbox("show", kept, "--body").output
    assert '"email": "(hidden)"' in printed
    assert "ann@shop" not in printed


def test_raw_prints_the_bytes_as_they_came_and_nothing_else(inbox: Inbox):
    body = b'{"email":"ann@shop.example"}\r\n\xff\x00'
    kept = str(keep(inbox.container, inbox.store_id, body)[0].id)
    assert inbox("show", kept, "--raw").stdout_bytes == body
    assert inbox("show", kept, "--raw", "--json").exit_code == 2
    with inbox.container.database.reading() as session:
        (entry,) = session.query(AuditEntry).filter_by(action="delivery read raw")
    assert entry.subject == f"delivery {kept}"


@pytest.mark.parametrize("how", ["--raw", "--body"])
def test_a_dropped_body_is_said_in_one_sentence(inbox: Inbox, how: str):
    result = inbox("show", str(inbox.ignored), how)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: the body of delivery {inbox.ignored} was dropped\n"
    assert inbox.json("show", str(inbox.ignored))["body_hash"] == "unknown"


def test_one_that_is_not_there_is_exit_code_1(inbox: Inbox):
    result = inbox("show", "9999")
    assert (result.exit_code, result.stderr) == (1, "Error: there is no delivery 9999\n")
    assert inbox("show", "x").exit_code == 2


def test_what_a_sender_wrote_cannot_steer_the_terminal(inbox: Inbox):
    delivery_id = keep(
        inbox.container, inbox.store_id, body_of(signal(home_url="https://\u202eevil.example/"))
    )[0].id
    process_next(inbox.container.database, inbox.container.now())
    assert "\u202e" not in inbox("show", str(delivery_id)).output
    assert row(inbox.container, delivery_id).state == "dead"


# turned away


def refused(inbox: Inbox) -> None:
    """The store signs with a secret of its own choice."""
    body = body_of(signal(8))
    headers = signed_headers(body, "another secret")
    client = inbox.runner.app.test_client()
    answer = client.post(f"/webhooks/woocommerce/{inbox.store_id}", data=body, headers=headers)
    assert answer.status_code == 401


def test_what_was_refused_is_taken_in_once_the_secret_is_put_right(inbox: Inbox):
    refused(inbox)
    (held,) = inbox.json("quarantine")
    assert (held["store"], held["bytes"]) == (inbox.store_id, len(body_of(signal(8))))
    take = ("quarantine", str(held["id"]), "--take-in", "--reason", "secret put right")
    assert inbox.json(*take)[0] == {"id": held["id"], "delivery": None, "problem": "wrong signature"}
    words = ["stores", "rotate-secret", inbox.store_id, "--webhook-secret", "another secret"]
    assert inbox.runner.invoke(args=words).exit_code == 0
    assert inbox.json(*take, "--dry-run")[0]["problem"] is None
    (taken,) = inbox.json(*take)
    assert inbox.json("show", str(taken["delivery"]))["state"] == "received"
    assert inbox.json("quarantine") == []


def test_taking_in_without_a_reason_is_wrong_use(inbox: Inbox):
    assert inbox("quarantine", "--take-in").exit_code == 2


def test_calls_turned_away_are_listed_and_sampled(inbox: Inbox):
    refused(inbox)
    (counted,) = inbox.json("rejected")
    assert (counted["store"], counted["reason"], counted["count"]) == (inbox.store_id, "signature", 1)
    (sample,) = inbox.json("rejected", "--samples", "--store", inbox.store_id)
    assert "x-wc-webhook-signature: (44 characters)" in sample["headers"]
    assert inbox.json("rejected", "--store", "") == []


def test_purge_says_first_and_then_forgets(inbox: Inbox, clock: FrozenClock):
    clock.move(days=31)
    assert inbox.json("purge", "--dry-run")["deliveries"] == 3
    assert len(inbox.ids()) == 3
    gone = inbox.json("purge")
    assert (gone.pop("deliveries"), gone.pop("saved"), set(gone.values())) == (3, True, {0})
    assert inbox.ids() == []


def test_deliveries_are_counted_by_state_of_a_store_and_at_a_time(inbox: Inbox):
    found = {"processed": 1, "dead": 1, "ignored": 1}
    counted = {row["state"]: row["count"] for row in inbox.json("counts", "--store", "ample")}
    assert counted == found
    assert {state: count for state, count in _counts(inbox).items() if count} == found
    assert "too many to count at a glance" in inbox("counts", "--search", "order").output


def _counts(inbox: Inbox) -> dict[str, int]:
    return {row["state"]: row["count"] for row in inbox.json("counts")}
