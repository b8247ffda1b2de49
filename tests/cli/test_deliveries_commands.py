"""`deliveries` on the command line."""

from __future__ import annotations

import pytest

from receiver.container import Container
from receiver.services.deliveries.process import process_next
from receiver.storage import deliveries
from receiver.storage.tables import AuditEntry
from tests.cli.conftest import CommandRunner
from tests.fakes import FrozenClock
from tests.raw_http import signed_headers
from tests.signals import add_shop, body_of, keep, keep_one, link_signal, row, signal

KEYS = ["id", "state", "source", "store", "store_name", "topic", "delivery_id", "webhook_id", "received_at"]
KEYS += ["body_sha256", "body_bytes", "duplicates", "due_at", "cause", "error", "request_id"]


class DeliveryCommands(CommandRunner):
    """The commands of a service with a processed delivery, a dead one and an ignored one."""

    def __init__(self, container: Container, clock: FrozenClock) -> None:
        super().__init__(container, "deliveries")
        self.store_id = add_shop(container).id
        self.done = keep_one(container, self.store_id, link_signal(3))
        clock.move(hours=1)
        self.dead = keep_one(container, self.store_id, signal(seq="7"))
        clock.move(hours=1)
        self.ignored = keep(container, self.store_id, b'{"first_name":"Ann"}', topic="order.created")[0].id
        process_next(container)

    def ids(self, *words: str) -> list[int]:
        return [item["id"] for item in self.json("list", *words)]


@pytest.fixture
def commands(container: Container, clock: FrozenClock) -> DeliveryCommands:
    return DeliveryCommands(container, clock)


def test_the_newest_is_listed_first(commands: DeliveryCommands):
    assert commands.ids() == [commands.ignored, commands.dead, commands.done]
    assert list(commands.json("list")[0]) == KEYS


def test_each_filter_leaves_what_it_names(commands: DeliveryCommands):
    assert commands.ids("--state", "dead") == [commands.dead]
    assert commands.ids("--source", "tiktok") == []
    assert commands.ids("--store", commands.store_id) == [commands.ignored, commands.dead, commands.done]
    assert commands.ids("--store", "ample sho") == [commands.ignored, commands.dead, commands.done]
    assert "no store matches “st_none”" in commands("list", "--store", "st_none", "--json").output
    assert commands.ids("--topic", "order.created") == [commands.ignored]
    assert commands.ids("--since", "2025-11-20T13:00:00Z") == [commands.ignored, commands.dead]
    assert commands.ids("--until", "2025-11-20T13:00:00Z") == [commands.done]
    assert commands.ids("--search", "ARG.SEQ") == [commands.dead]
    assert commands.ids("--search", "%") == []
    sent_as = row(commands.container, commands.dead).delivery_id or ""
    assert commands.ids("--delivery", sent_as, "--state", "dead") == [commands.dead]
    assert commands.ids("--delivery", f"{sent_as}0") == []
    assert commands.ids("--limit", "1") == [commands.ignored]
    assert commands.ids("--state", "dead", "--topic", "order.created") == []
    assert commands("list", "--state", "lost").exit_code == 2


@pytest.mark.parametrize("option", ["--state", "--source", "--cause"])
def test_an_unknown_state_source_or_cause_is_refused_by_name(commands: DeliveryCommands, option: str):
    refused = commands("list", option, "nope")
    assert refused.exit_code != 0
    assert f"Invalid value for '{option}': 'nope' is not one of" in refused.output


def test_a_listing_goes_on_where_one_page_scanned_its_rows(
    commands: DeliveryCommands, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(deliveries, "SCANNED_ROWS", 1)
    assert commands.ids("--search", "action") == [commands.dead, commands.done]


@pytest.mark.parametrize(
    "command",
    [["list"], ["replay", "--dry-run"], ["replay", "--reason", "r"], ["quarantine"], ["rejected"]],
)
def test_a_filter_no_database_takes_is_one_line_and_exit_code_1(
    commands: DeliveryCommands, command: list[str]
):
    result = commands(*command, "--store", "st_\n1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: store: must be at most 200 characters on one line\n"


def test_show_tells_every_attempt_and_no_body(commands: DeliveryCommands):
    delivery = commands.json("show", str(commands.dead))
    assert list(delivery) == [*KEYS, "body_hash", "signature", "secret", "secret_until", "attempts"]
    assert (delivery["body_hash"], delivery["signature"]) == ("verified", "unknown")
    assert (delivery["state"], delivery["store"], delivery["webhook_id"]) == (
        "dead",
        commands.store_id,
        "136",
    )
    (attempt,) = delivery["attempts"]
    assert attempt == {
        "at": "2025-11-20T14:00:00Z",
        "actor": "worker",
        "outcome": "dead",
        "error": "arg.seq: must be a whole number, 1 or more",
    }
    assert "dead" in commands("show", str(commands.dead)).output


def test_show_adds_the_body_without_people_and_says_what_is_hidden(commands: DeliveryCommands):
    body = body_of(signal(9, email="ann@shop.example"))
    delivery_id = str(keep(commands.container, commands.store_id, body)[0].id)
    delivery = commands.json("show", delivery_id, "--body")
    assert delivery["hidden"] == ["arg.email"]
    assert delivery["body"]["arg"] == {**signal(9), "email": "(hidden)"}
    printed = commands("show", delivery_id, "--body").output
    assert '"email": "(hidden)"' in printed
    assert "ann@shop" not in printed


def test_raw_prints_the_bytes_as_they_came_and_nothing_else(commands: DeliveryCommands):
    body = b'{"email":"ann@shop.example"}\r\n\xff\x00'
    delivery_id = str(keep(commands.container, commands.store_id, body)[0].id)
    assert commands("show", delivery_id, "--raw").stdout_bytes == body
    assert commands("show", delivery_id, "--raw", "--json").exit_code == 2
    with commands.container.database.reading() as session:
        (entry,) = session.query(AuditEntry).filter_by(action="delivery read raw")
    assert entry.subject == f"delivery {delivery_id}"


@pytest.mark.parametrize("how", ["--raw", "--body"])
def test_a_dropped_body_is_said_in_one_sentence(commands: DeliveryCommands, how: str):
    result = commands("show", str(commands.ignored), how)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: the body of delivery {commands.ignored} was dropped\n"
    assert commands.json("show", str(commands.ignored))["body_hash"] == "unknown"


def test_one_that_is_not_there_is_exit_code_1(commands: DeliveryCommands):
    result = commands("show", "9999")
    assert (result.exit_code, result.stderr) == (1, "Error: there is no delivery 9999\n")
    assert commands("show", "x").exit_code == 2


def test_what_a_sender_wrote_cannot_steer_the_terminal(commands: DeliveryCommands):
    delivery_id = keep(
        commands.container, commands.store_id, body_of(signal(home_url="https://\u202eevil.example/"))
    )[0].id
    process_next(commands.container)
    assert "\u202e" not in commands("show", str(delivery_id)).output
    assert row(commands.container, delivery_id).state == "dead"


# rejected


def send_wrongly_signed(commands: DeliveryCommands) -> None:
    """Send a signal signed with another secret than the store's."""
    body = body_of(signal(8))
    headers = signed_headers(body, "another secret")
    client = commands.runner.app.test_client()
    answer = client.post(f"/webhooks/woocommerce/{commands.store_id}", data=body, headers=headers)
    assert answer.status_code == 401


def test_what_was_held_is_released_once_the_secret_is_put_right(commands: DeliveryCommands):
    send_wrongly_signed(commands)
    (call,) = commands.json("quarantine")
    assert (call["store"], call["bytes"]) == (commands.store_id, len(body_of(signal(8))))
    release = ("quarantine", str(call["id"]), "--release", "--reason", "secret put right")
    assert commands.json(*release)[0] == {"id": call["id"], "delivery": None, "problem": "wrong signature"}
    words = ["stores", "rotate-secret", commands.store_id, "--webhook-secret", "another secret"]
    assert commands.runner.invoke(args=words).exit_code == 0
    assert commands.json(*release, "--dry-run")[0]["problem"] is None
    (result,) = commands.json(*release)
    assert commands.json("show", str(result["delivery"]))["state"] == "received"
    assert commands.json("quarantine") == []


def test_releasing_without_a_reason_is_wrong_use(commands: DeliveryCommands):
    assert commands("quarantine", "--release").exit_code == 2


def test_rejected_calls_are_listed_and_sampled(commands: DeliveryCommands):
    send_wrongly_signed(commands)
    (row,) = commands.json("rejected")
    assert (row["store"], row["reason"], row["count"]) == (commands.store_id, "signature", 1)
    (sample,) = commands.json("rejected", "--samples", "--store", commands.store_id)
    assert "x-wc-webhook-signature: (44 characters)" in sample["headers"]
    assert commands.json("rejected", "--store", "") == []


def test_purge_says_first_and_then_forgets(commands: DeliveryCommands, clock: FrozenClock):
    clock.move(days=31)
    assert commands.json("purge", "--dry-run")["deliveries"] == 3
    assert len(commands.ids()) == 3
    counts = commands.json("purge")
    assert (counts.pop("deliveries"), counts.pop("saved"), set(counts.values())) == (3, True, {0})
    assert commands.ids() == []


def test_deliveries_are_counted_by_state_of_a_store_and_at_a_time(commands: DeliveryCommands):
    one_each = {"processed": 1, "dead": 1, "ignored": 1}
    counts = {row["state"]: row["count"] for row in commands.json("counts", "--store", "ample")}
    assert counts == one_each
    assert {state: count for state, count in _counts(commands).items() if count} == one_each
    assert "too many to count at a glance" in commands("counts", "--search", "order").output


def _counts(commands: DeliveryCommands) -> dict[str, int]:
    return {row["state"]: row["count"] for row in commands.json("counts")}
