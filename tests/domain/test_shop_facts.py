"""The facts that a store reports are cut before they are stored."""

from __future__ import annotations

import json

from receiver.domain import shop_facts


def test_a_long_list_of_integrations_is_cut():
    plugins = [(f"tiktok-{number}/{'x' * 400}.php", "9" * 400) for number in range(5_000)]
    document = shop_facts.ShopFacts(wc_version="1" * 5_000, plugins=tuple(plugins)).as_json()
    assert len(document["integration"]) == shop_facts.MOST_INTEGRATIONS
    assert len(json.dumps(document)) < 2_000
