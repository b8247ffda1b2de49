"""`links revoke`, with the real client and a stand-in for TikTok."""

from __future__ import annotations

import json
from dataclasses import replace

from receiver.integrations.tiktok.calls import App
from receiver.integrations.tiktok.client import TikTokClient
from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from tests.cli.conftest import CommandRunner
from tests.db_factories import keep_account, keep_link, keep_store
from tests.serving import served


def run(container, *words):
    return CommandRunner(container, "links")(*words)


def test_a_consent_is_given_back_once_and_the_link_stays(container):
    keep_store(container)
    keep_link(container, scopes=[4, 44])
    keep_account(container)
    account = SandboxAccount("7001", "Store", "token-of-7001")
    fake = create_tiktok({"7001": account}, container.now)
    with served(fake) as address:
        tiktok = TikTokClient(f"{address}/open_api/v1.3", app=App("7400000000000000001", "app-secret"))
        connected = replace(container, tiktok=tiktok)
        assert json.loads(run(connected, "list", "--json").stdout)[0]["scopes"] == [4, 44]
        answer = run(connected, "revoke", "--store", "st_1", "--reason", "asked", "--json")
        (link,) = json.loads(answer.stdout)
        assert (link["advertiser_id"], link["consent"], link["ended_at"]) == ("7001", False, None)
        again = run(connected, "revoke", "--store", "st_1", "--reason", "asked")
    assert (again.exit_code, "no consent" in again.stderr) == (1, True)
    assert (
        fake.extensions["tiktok_consents"].reachable_accounts("token-of-7001", [account], container.now())
        == []
    )
