"""However often strangers ask for a shop, it is called only so often, and its merchant is not kept out."""

from __future__ import annotations

import pytest

from receiver.errors import ShopError
from receiver.services.connections.probes import Probes
from tests.fake_stores import URL, FakeShops
from wp_bridge.errors import StoreTrouble


class CountedShops(FakeShops):
    """Shops that count how often they are probed."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.trouble: StoreTrouble | None = None

    def probe(self, url: str, *, http: bool = False) -> str:
        self.calls.append(url)
        if self.trouble:
            raise ShopError(self.trouble)
        return url


def test_past_its_allowance_a_shops_last_answer_stands_for_whoever_asks(clock):
    shops, probes = CountedShops(), Probes()
    answers = [probes.probe(shops, URL, clock(), http=False) for _ in range(500)]
    assert (set(answers), len(shops.calls)) == ({URL}, 10)
    shops.trouble = StoreTrouble.NOT_WORDPRESS
    clock.move(seconds=20)
    for _ in range(3):
        with pytest.raises(ShopError) as told:
            probes.probe(shops, URL, clock(), http=False)
        assert told.value.trouble == StoreTrouble.NOT_WORDPRESS
    assert len(shops.calls) == 11


def test_one_shops_allowance_is_not_anothers(clock):
    shops, probes = CountedShops(), Probes()
    for _ in range(20):
        probes.probe(shops, URL, clock(), http=False)
    assert probes.probe(shops, "https://other.example/", clock(), http=False) == "https://other.example/"
    assert shops.calls[-1] == "https://other.example/"


def test_paths_without_end_are_no_way_to_call_a_host_without_end(clock):
    shops, probes = CountedShops(), Probes()
    for number in range(60):
        probes.probe(shops, f"{URL}{number}/", clock(), http=False)
    for number in range(60, 200):
        with pytest.raises(ShopError) as told:
            probes.probe(shops, f"{URL}{number}/", clock(), http=False)
        assert told.value.trouble == StoreTrouble.BUSY
    assert len(shops.calls) == 60
