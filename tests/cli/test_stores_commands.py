"""`stores` on the command line."""

from __future__ import annotations

import json

import pytest

from receiver.domain.signals import SequenceFall, SignalOrder
from receiver.services.stores.show import show_store
from receiver.storage.signals import fall_as_dict
from receiver.storage.tables import Store
from tests.cli.conftest import CommandRunner
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


def test_add_answers_what_setting_up_the_store_takes(commands: CommandRunner):
    new_store = commands.json(*ADD, "--webhook-secret", "s3cret", "--joined-at", "2025-10-30T08:00:00Z")
    assert list(new_store) == ["id", "webhook_url", "webhook_secret", "status_token"]
    assert new_store["webhook_url"] == f"https://credit.example/webhooks/woocommerce/{new_store['id']}"
    assert new_store["webhook_secret"] == "s3cret"
    store = show_store(commands.container.database, new_store["id"])
    assert store.joined_at.isoformat() == "2025-10-30T08:00:00+00:00"


def test_list_and_show_tell_everything_but_secrets(commands: CommandRunner):
    new_store = commands.json(*ADD)
    (row,) = commands.json("stores", "list")
    only_in_lists = {name: row.pop(name) for name in ("advertiser_id", "next_poll", "conditions", "troubles")}
    assert only_in_lists == {"advertiser_id": None, "next_poll": None, "conditions": [], "troubles": []}
    assert row.pop("progress")["qualifying"] is None
    assert row["stage"] == "awaiting_setup"
    assert {
        **row,
        "may_be_one_merchant": [],
        "merge_suggestions": [],
        "claims": [],
        "connected_at": None,
    } == commands.json("stores", "show", new_store["id"])
    assert (row["id"], row["name"], row["country"]) == (new_store["id"], "Café", "US")
    assert row["joined_at"] == "2025-11-20T12:00:00Z"
    for output in (
        json.dumps(row),
        commands("stores", "list").output,
        commands("stores", "show", new_store["id"]).output,
    ):
        assert new_store["id"] in output
        assert new_store["webhook_secret"] not in output
        assert new_store["status_token"] not in output


def test_a_listing_is_narrowed_as_in_the_console(commands: CommandRunner):
    waiting_id = commands.json(*ADD)["id"]
    placed_id = commands.json(*ADD[:3], "https://other.example/", *ADD[4:], "--admit")["id"]
    commands.json("stores", "disconnect", placed_id, "--reason", "closed")

    def listed(*filters: str) -> list[str]:
        return [row["id"] for row in commands.json("stores", "list", *filters)]

    assert listed("--condition", "disconnected") == listed("--text", "other.example") == [placed_id]
    assert set(listed("--country", "US")) == {placed_id, waiting_id}
    assert listed("--country", "GB") == listed("--stage", "due") == []
    assert commands("stores", "list", "--waiting", "--condition", "connected").exit_code == 2
    assert commands("stores", "list", "--condition", "asleep").exit_code == 2
    refused = commands("stores", "list", "--text", "a\nb")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "Error: text: must be at most 200 characters on one line\n",
    )


def test_a_listing_has_a_limit(commands: CommandRunner):
    for number in range(3):
        commands.json(*ADD[:3], f"https://shop{number}.example/", *ADD[4:])
    assert len(commands.json("stores", "list", "--limit", "2")) == 2
    assert len(commands.json("stores", "list", "--limit", "0")) == 3
    assert commands("stores", "list", "--limit", "-1").exit_code == 2


def test_admit_and_rotate(commands: CommandRunner):
    new_store = commands.json(*ADD)
    assert commands.json("stores", "admit", new_store["id"])["admitted_at"] == "2025-11-20T12:00:00Z"
    rotated = commands.json("stores", "rotate-secret", new_store["id"], "--overlap", "2")
    assert rotated["webhook_url"] == new_store["webhook_url"]
    assert rotated["webhook_secret"] != new_store["webhook_secret"]
    assert rotated["old_valid_until"] == "2025-11-20T14:00:00Z"
    token = commands.json("stores", "rotate-token", new_store["id"])
    assert token["status_token"] not in ("", new_store["status_token"])


@pytest.mark.parametrize("command", ["show", "admit", "rotate-secret", "rotate-token"])
def test_an_unknown_store_is_one_line_and_exit_code_1(commands: CommandRunner, command: str):
    result = commands("stores", command, "st_none")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: there is no store st_none\n"


def test_the_same_shop_again_is_refused(commands: CommandRunner):
    commands.json(*ADD)
    result = commands(*ADD)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: https://shop.example/ is already here as st_")


def test_a_wrong_field_is_refused_by_name(commands: CommandRunner):
    result = commands(*ADD[:-3], "usa", *ADD[-2:])
    assert (result.exit_code, result.stderr[:14]) == (1, "Error: country")


def test_a_missing_option_is_wrong_use(commands: CommandRunner):
    assert commands(*ADD[:-2]).exit_code == 2


def test_a_store_is_disconnected_with_a_reason_and_its_webhooks_are_gone(commands: CommandRunner):
    new_store = commands.json(*ADD)
    assert commands("stores", "disconnect", new_store["id"]).exit_code == 2
    answer = commands.json("stores", "disconnect", new_store["id"], "--reason", "closed the shop")
    assert answer["disconnected_at"] is not None
    assert commands.json("stores", "list", "--waiting") == []
    client = commands.runner.app.test_client()
    path = new_store["webhook_url"].removeprefix("https://credit.example")
    assert client.post(path, data=b"{}").status_code == 410


def test_a_move_is_shown_before_it_is_made_and_refused_where_another_store_is(commands: CommandRunner):
    store, other = (
        commands.json(*ADD),
        commands.json(*("https://b.example/" if "shop" in w else w for w in ADD)),
    )
    move = ("stores", "move", store["id"], "new .example", "--reason", "it moved")
    assert commands(*move).exit_code == 1
    move = ("stores", "move", store["id"], "https://new.example", "--reason", "it moved")
    preview = commands.json(*move, "--dry-run")
    assert (preview["old_url"], preview["url"], preview["saved"]) == (
        "https://shop.example/",
        "https://new.example/",
        False,
    )
    assert commands.json("stores", "show", store["id"])["url"] == "https://shop.example/"
    assert commands.json(*move)["saved"] is True
    assert commands.json("stores", "show", store["id"])["url"] == "https://new.example/"
    refused = commands("stores", "move", store["id"], "https://b.example", "--reason", "it moved")
    assert (refused.exit_code, f"Café ({other['id']})" in refused.output) == (1, True)


def test_a_sequence_is_begun_anew_after_a_look_at_what_that_changes(commands: CommandRunner):
    store = commands.json(*ADD)
    restart = ("stores", "restart-sequence", store["id"], "--reason", "a backup was restored")
    assert (commands(*restart).exit_code, "count from an earlier number" in commands(*restart).output) == (
        1,
        True,
    )
    run = SequenceFall(*[SignalOrder(INSTALL, 6, commands.container.now())] * 2)
    with commands.container.database.writing() as session:
        session.get_one(Store, store["id"]).sequence_fall = fall_as_dict(run)
    preview = commands.json(*restart, "--dry-run")
    assert (preview["to"], preview["messages_replayed"], preview["saved"]) == (6, 0, False)
    assert commands.json(*restart)["saved"] is True
    assert commands(*restart).exit_code == 1
