"""`stores` on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result

from receiver.app import create_app
from receiver.container import Container
from receiver.domain.signals import SequenceFall, SignalOrder
from receiver.services.stores.registry import show_store
from receiver.storage.signals import fall_as_dict
from receiver.storage.tables import Store
from tests.signals import INSTALL

ADD = (
    "stores",
    "add",
    "--url",
    "https://shop.example/",
    "--name",
    "Café",
    "--country",
    "US",
    "--currency",
    "USD",
)


class Terminal:
    """Runs commands; `json` takes the answer apart."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.runner = create_app(container=container).test_cli_runner()

    def __call__(self, *words: str) -> Result:
        return self.runner.invoke(args=list(words))

    def json(self, *words: str) -> Any:
        result = self(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def terminal(container: Container) -> Terminal:
    return Terminal(container)


def test_add_answers_what_setting_up_the_store_takes(terminal: Terminal):
    added = terminal.json(*ADD, "--webhook-secret", "s3cret", "--joined-at", "2025-10-30T08:00:00Z")
    assert list(added) == ["id", "webhook_url", "webhook_secret", "status_token"]
    assert added["webhook_url"] == f"https://credit.example/webhooks/woocommerce/{added['id']}"
    assert added["webhook_secret"] == "s3cret"
    store = show_store(terminal.container.database, added["id"])
    assert store.joined_at.isoformat() == "2025-10-30T08:00:00+00:00"


def test_list_and_show_tell_everything_but_secrets(terminal: Terminal):
    added = terminal.json(*ADD)
    (listed,) = terminal.json("stores", "list")
    only_listed = {
        name: listed.pop(name) for name in ("advertiser_id", "next_poll", "conditions", "troubles")
    }
    assert only_listed == {"advertiser_id": None, "next_poll": None, "conditions": [], "troubles": []}
    assert listed.pop("progress")["qualifying"] is None
    assert listed["stage"] == "awaiting_setup"
    assert {
        **listed,
        "may_be_one_merchant": [],
        "merge_suggestions": [],
        "claims": [],
        "connected_at": None,
    } == terminal.json("stores", "show", added["id"])
    assert (listed["id"], listed["name"], listed["country"]) == (added["id"], "Café", "US")
    assert listed["joined_at"] == "2025-11-20T12:00:00Z"
    for output in (
        json.dumps(listed),
        terminal("stores", "list").output,
        terminal("stores", "show", added["id"]).output,
    ):
        assert added["id"] in output
        assert added["webhook_secret"] not in output
        assert added["status_token"] not in output


def test_a_listing_is_narrowed_as_in_the_console(terminal: Terminal):
    waiting = terminal.json(*ADD)["id"]
    placed = terminal.json(*ADD[:3], "https://other.example/", *ADD[4:], "--admit")["id"]
    terminal.json("stores", "disconnect", placed, "--reason", "closed")

    def listed(*filters: str) -> list[str]:
        return [row["id"] for row in terminal.json("stores", "list", *filters)]

    assert listed("--condition", "disconnected") == listed("--text", "other.example") == [placed]
    assert set(listed("--country", "US")) == {placed, waiting}
    assert listed("--country", "GB") == listed("--stage", "due") == []
    assert terminal("stores", "list", "--waiting", "--condition", "connected").exit_code == 2
    assert terminal("stores", "list", "--condition", "asleep").exit_code == 2
    refused = terminal("stores", "list", "--text", "a\nb")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "Error: text: must be at most 200 characters on one line\n",
    )


def test_a_listing_has_a_limit(terminal: Terminal):
    for number in range(3):
        terminal.json(*ADD[:3], f"https://shop{number}.example/", *ADD[4:])
    assert len(terminal.json("stores", "list", "--limit", "2")) == 2
    assert len(terminal.json("stores", "list", "--limit", "0")) == 3
    assert terminal("stores", "list", "--limit", "-1").exit_code == 2


def test_admit_and_rotate(terminal: Terminal):
    added = terminal.json(*ADD)
    assert terminal.json("stores", "admit", added["id"])["admitted_at"] == "2025-11-20T12:00:00Z"
    rotated = terminal.json("stores", "rotate-secret", added["id"], "--overlap", "2")
    assert rotated["webhook_url"] == added["webhook_url"]
    assert rotated["webhook_secret"] != added["webhook_secret"]
    assert rotated["old_valid_until"] == "2025-11-20T14:00:00Z"
    token = terminal.json("stores", "rotate-token", added["id"])
    assert token["status_token"] not in ("", added["status_token"])


@pytest.mark.parametrize("command", ["show", "admit", "rotate-secret", "rotate-token"])
def test_an_unknown_store_is_one_line_and_exit_code_1(terminal: Terminal, command: str):
    result = terminal("stores", command, "st_none")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: there is no store st_none\n"


def test_the_same_shop_again_is_refused(terminal: Terminal):
    terminal.json(*ADD)
    result = terminal(*ADD)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: https://shop.example/ is already here as st_")


def test_a_wrong_field_is_refused_by_name(terminal: Terminal):
    result = terminal(*ADD[:-3], "usa", *ADD[-2:])
    assert (result.exit_code, result.stderr[:14]) == (1, "Error: country")


def test_a_missing_option_is_wrong_use(terminal: Terminal):
    assert terminal(*ADD[:-2]).exit_code == 2


def test_a_store_is_disconnected_with_a_reason_and_its_webhooks_are_gone(terminal: Terminal):
    added = terminal.json(*ADD)
    assert terminal("stores", "disconnect", added["id"]).exit_code == 2
    left = terminal.json("stores", "disconnect", added["id"], "--reason", "closed the shop")
    assert left["disconnected_at"] is not None
    assert terminal.json("stores", "list", "--waiting") == []
    client = terminal.runner.app.test_client()
    path = added["webhook_url"].removeprefix("https://credit.example")
    assert client.post(path, data=b"{}").status_code == 410


def test_a_move_is_shown_before_it_is_made_and_refused_where_another_store_is(terminal: Terminal):
    store, other = (
        terminal.json(*ADD),
        terminal.json(*("https://b.example/" if "shop" in w else w for w in ADD)),
    )
    move = ("stores", "move", store["id"], "new .example", "--reason", "it moved")
    assert terminal(*move).exit_code == 1
    move = ("stores", "move", store["id"], "https://new.example", "--reason", "it moved")
    shown = terminal.json(*move, "--dry-run")
    assert (shown["old_url"], shown["url"], shown["saved"]) == (
        "https://shop.example/",
        "https://new.example/",
        False,
    )
    assert terminal.json("stores", "show", store["id"])["url"] == "https://shop.example/"
    assert terminal.json(*move)["saved"] is True
    assert terminal.json("stores", "show", store["id"])["url"] == "https://new.example/"
    refused = terminal("stores", "move", store["id"], "https://b.example", "--reason", "it moved")
    assert (refused.exit_code, f"Café ({other['id']})" in refused.output) == (1, True)


def test_a_sequence_is_begun_anew_after_a_look_at_what_that_changes(terminal: Terminal):
    store = terminal.json(*ADD)
    restart = ("stores", "restart-sequence", store["id"], "--reason", "a backup was restored")
    assert (terminal(*restart).exit_code, "count from an earlier number" in terminal(*restart).output) == (
        1,
        True,
    )
    run = SequenceFall(*[SignalOrder(INSTALL, 6, terminal.container.now())] * 2)
    with terminal.container.database.writing() as session:
        session.get_one(Store, store["id"]).sequence_fall = fall_as_dict(run)
    shown = terminal.json(*restart, "--dry-run")
    assert (shown["to"], shown["messages_replayed"], shown["saved"]) == (6, 0, False)
    assert terminal.json(*restart)["saved"] is True
    assert terminal(*restart).exit_code == 1
