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
        with pytest.raises(ShopError) as caught:
            probes.probe(shops, URL, clock(), http=False)
        assert caught.value.trouble == StoreTrouble.NOT_WORDPRESS
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
        with pytest.raises(ShopError) as caught:
            probes.probe(shops, f"{URL}{number}/", clock(), http=False)
        assert caught.value.trouble == StoreTrouble.BUSY
    assert len(shops.calls) == 60


class LeadingShops(FakeShops):
    """Shops of which only the one at `home` answers; addresses in `redirects` lead on for good."""

    def __init__(self, home: str, redirects: dict[str, str], trouble: StoreTrouble | None = None) -> None:
        super().__init__(redirects=redirects)
        self.home, self.trouble = home, trouble

    def probe(self, url: str, *, http: bool = False) -> str:
        if url.startswith("http:") and not http:
            raise ShopError(StoreTrouble.NOT_HTTPS)
        if url != self.home:
            raise ShopError(StoreTrouble.UNREACHABLE, redirected=url in self.redirects)
        if self.trouble:
            raise ShopError(self.trouble)
        return f"{url}index.php/"


WWW = "https://www.shop.example/"


@pytest.mark.parametrize("url", [URL, "http://shop.example/", WWW, "http://www.shop.example/"])
def test_a_shop_is_found_where_its_address_leads_for_good(clock, url):
    shops = LeadingShops(WWW, {URL: WWW})
    assert Probes().find(shops, url, clock(), http=False) == (WWW, f"{WWW}index.php/")


def test_strangers_who_ask_all_day_have_a_key_page_asked_for_so_often_only(clock):
    bases, shops, probes = [], FakeShops(), Probes()
    shops.has_key_page = lambda base: bases.append(base) or False
    answers = [probes.has_key_page(shops, URL, clock()) for _ in range(500)]
    assert (len(bases), set(answers)) == (10, {False, True})


def test_keys_typed_in_for_an_address_follow_no_redirect_that_came_over_http(clock):
    plain = "http://shop.example/"
    with pytest.raises(ShopError):
        Probes().find(LeadingShops(WWW, {plain: WWW}), plain, clock(), http=True)
    assert Probes().find(LeadingShops(URL, {plain: URL}), plain, clock(), http=True)[0] == URL


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (StoreTrouble.NO_PERMALINKS, StoreTrouble.NO_PERMALINKS),
        (StoreTrouble.NOT_WORDPRESS, StoreTrouble.UNREACHABLE),
    ],
)
def test_what_is_wrong_where_an_address_leads_is_told_if_a_shop_is_there(clock, there, expected):
    with pytest.raises(ShopError) as raised:
        Probes().find(LeadingShops(WWW, {URL: WWW}, there), URL, clock(), http=False)
    assert raised.value.trouble is expected


def test_addresses_that_lead_round_in_circles_end(clock):
    shops = LeadingShops("https://nowhere.example/", {URL: WWW, WWW: URL})
    with pytest.raises(ShopError):
        Probes().find(shops, URL, clock(), http=False)
