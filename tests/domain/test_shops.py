"""One way to write a shop's address, and when two mean the same shop."""

import pytest

from receiver.domain.shops import same_shop, shop_address

WRITTEN = {
    "https://shop.example": "https://shop.example/",
    "HTTPS://Shop.Example:443/": "https://shop.example/",
    "http://shop.example:80": "http://shop.example/",
    "http://shop.example:8080/a/b//": "http://shop.example:8080/a/b/",
    "https://café.example/Ä": "https://xn--caf-dma.example/Ä/",
    "https://shop.example./": "https://shop.example/",
    "http://[::1]:8081": "http://[::1]:8081/",
}


@pytest.mark.parametrize(("url", "address"), WRITTEN.items())
def test_an_address_is_written_one_way(url: str, address: str):
    assert shop_address(url) == address
    assert shop_address(address) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example",
        "//shop.example",
        "ftp://shop.example",
        "https://",
        "https:///path",
        "https://user:pw@shop.example",
        "https://@shop.example",
        "https://shop.example/?a=b",
        "https://shop.example/#a",
        "https://shop.example/?",
        "https://shop example/",
        "https://shop.example\n/",
        "https://shop.example\\@evil.example/",
        "https://shop.example:x/",
        "https://shop.example:99999/",
        "https://[::1/",
        "https://" + "a" * 600,
    ],
)
def test_what_is_no_shops_address_is_refused(url: str):
    with pytest.raises(ValueError):
        shop_address(url)


SAME = [
    ("https://shop.example/", "http://shop.example", True),  # moved to https, or a proxy hides it
    ("https://shop.example:443/", "http://shop.example:80/", True),
    ("https://SHOP.example/", "https://shop.example", True),
    ("https://café.example/", "https://xn--caf-dma.example/", True),
    ("https://shop.example/a/", "https://shop.example/a", True),
    ("https://shop.example/", "https://staging.shop.example/", False),
    ("https://shop.example/", "https://shop.example/staging/", False),
    ("https://shop.example/a", "https://shop.example/A", False),
    ("https://shop.example/", "https://shop.example:8443/", False),
    ("https://shop.example/", "https://shop.example.evil/", False),
    ("https://shop.example/", "not an address", False),
    ("https://shop.example/", "https://[broken", False),
]


@pytest.mark.parametrize(("one", "other", "same"), SAME)
def test_the_same_shop_has_the_same_host_port_and_path(one: str, other: str, same: bool):
    assert same_shop(one, other) is same
    assert same_shop(other, one) is same
