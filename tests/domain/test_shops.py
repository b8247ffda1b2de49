"""Tests of shop addresses: their canonical form, and when two mean the same shop."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from receiver.domain.hosts import canonical_host
from receiver.domain.shops import (
    is_page_of,
    names_shop,
    other_scheme,
    same_shop,
    shop_address,
    without_language,
)
from wp_bridge.ip_policy import split

WRITTEN = {
    "https://shop.example": "https://shop.example/",
    "HTTPS://Shop.Example:443/": "https://shop.example/",
    "http://shop.example:80": "http://shop.example/",
    "http://shop.example:8080/a/b//": "http://shop.example:8080/a/b/",
    "https://café.example/Ä": "https://xn--caf-dma.example/%C3%84/",
    "https://shop.example/%c3%84//x": "https://shop.example/%C3%84/x/",
    "https://shop.example./": "https://shop.example/",
    "http://[::1]:8081": "http://[::1]:8081/",
    "http://[2001:DB8::A]/": "http://[2001:db8::a]/",
    "http://[2001:db8:0:0::a]:80/": "http://[2001:db8::a]/",
    "https://straße.example": "https://xn--strae-oqa.example/",
    "https://XN--STRAE-OQA.example:443//": "https://xn--strae-oqa.example/",
    "https://ｓｈｏｐ。example．": "https://shop.example/",
    "https://my_shop.example": "https://my_shop.example/",
    "http://１２７.0.0.1": "http://127.0.0.1/",
    "https://shop.example/X/": "https://shop.example/X/",
    f"https://shop.example/{'a' * 478}": f"https://shop.example/{'a' * 478}/",  # 500 characters
}


@pytest.mark.parametrize(("url", "address"), WRITTEN.items())
def test_an_address_is_written_one_way(url: str, address: str):
    assert shop_address(url) == address
    assert shop_address(address) == address


NO_ADDRESS = "must be a web address such as https://shop.example/"
NO_SECRETS = "must not hold a user name or password"
NO_QUERY = "must end with the path: no ? and no #"
NO_SPACES = "must be at most 500 characters without spaces"
REFUSED = {
    "": NO_ADDRESS,
    "shop.example": NO_ADDRESS,
    "//shop.example": NO_ADDRESS,
    "ftp://shop.example": NO_ADDRESS,
    "https://": NO_ADDRESS,
    "https:///path": NO_ADDRESS,
    "https://user:pw@shop.example": NO_SECRETS,
    "https://@shop.example": NO_SECRETS,
    "https://shop.example/?a=b": NO_QUERY,
    "https://shop.example/#a": NO_QUERY,
    "https://shop.example/?": NO_QUERY,
    "https://shop.example/#": NO_QUERY,
    "https://shop example/": NO_SPACES,
    "https://shop.example\n/": NO_SPACES,
    "https://shop.example\\@evil.example/": NO_SPACES,
    "https://shop.example/a\\b": NO_SPACES,
    f"https://shop.example/{'a' * 479}": NO_SPACES,
    f"https://shop.example/{'Ä' * 100}": NO_SPACES,  # 600 once they are escaped
    "https://shop.example:x/": "must have a port from 1 to 65535 behind the colon, or none",
    "https://shop.example:99999/": "must have a port from 1 to 65535 behind the colon, or none",
    "https://[::1/": NO_ADDRESS,
    "https://[fe80::1%25eth0]/": NO_ADDRESS,
    "https://Shop..Example/": NO_ADDRESS,
    "https://./": NO_ADDRESS,
    "https://shop.example../": NO_ADDRESS,
    f"https://{'a' * 64}.example/": NO_ADDRESS,
    f"https://{'a.' * 127}example/": NO_ADDRESS,
    "https://xn--a.example/": NO_ADDRESS,  # punycode of nothing
    "https://\N{PILE OF POO}.example/": NO_ADDRESS,
    "https://a\u0378b.example/": NO_SPACES,  # given to no letter
    "https://-é.example/": NO_ADDRESS,
    "https://\u2100.example/": NO_ADDRESS,
}


@pytest.mark.parametrize(("url", "problem"), REFUSED.items())
def test_what_is_no_shops_address_is_refused_with_what_is_wrong(url: str, problem: str):
    with pytest.raises(ValueError) as refused:
        shop_address(url)
    assert str(refused.value) == problem


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://shop.example/a/", "http://shop.example/a/"),
        ("http://shop.example:8080/", "https://shop.example:8080/"),
        ("https://shop.example/http://a/", "http://shop.example/http://a/"),
    ],
)
def test_the_other_scheme_changes_nothing_else(url: str, other: str):
    assert other_scheme(url) == other
    assert other_scheme(other) == url


SAME = [
    ("https://shop.example/", "http://shop.example", True),  # moved to https, or a proxy hides it
    ("https://shop.example:443/", "http://shop.example:80/", True),
    ("https://SHOP.example/", "https://shop.example", True),
    ("https://café.example/", "https://xn--caf-dma.example/", True),
    ("https://straße.example/", "https://xn--strae-oqa.example", True),
    ("https://straße.example/", "https://strasse.example/", False),
    ("https://shop.example.:443//", "http://SHOP.example:80", True),
    ("https://[2001:DB8:0::1]/", "https://[2001:db8::1]/", True),
    ("https://shop.example/a/", "https://shop.example/a", True),
    ("https://shop.example/", "https://staging.shop.example/", False),
    ("https://shop.example/", "https://shop.example/staging/", False),
    ("https://shop.example/a", "https://shop.example/A", False),
    ("https://shop.example/", "https://shop.example:8443/", False),
    ("https://shop.example/", "https://shop.example.evil/", False),
    ("https://shop.example/", "not an address", False),
    ("/path", "/path", False),  # no host: no shop at all
    ("https://shop.example/", "https://[broken", False),
]


@pytest.mark.parametrize(("url", "other", "same"), SAME)
def test_the_same_shop_has_the_same_host_port_and_path(url: str, other: str, same: bool):
    assert same_shop(url, other) is same
    assert same_shop(other, url) is same


@pytest.mark.parametrize(
    ("home", "is_its_home"),
    [
        ("https://shop.example/blog", True),
        ("https://shop.example/blog/es/", True),
        ("http://shop.example/blog/pt-br", True),
        ("https://shop.example/blog/zh_Hans/", True),
        ("https://shop.example/blog/?lang=es", True),
        ("https://shop.example/es/", False),
        ("https://shop.example/blog/dev/", False),
        ("https://shop.example/blog/xx/", False),
        ("https://shop.example/blog/es/more/", False),
        ("https://shop.example/blog/es-staging/", False),
        ("https://other.example/blog/es/", False),
        ("https://[broken", False),
    ],
)
def test_a_home_in_one_language_is_no_other_shop(home: str, is_its_home: bool):
    assert names_shop(home, "https://shop.example/blog/") is is_its_home


@pytest.mark.parametrize(
    ("address", "above"),
    [
        ("https://shop.example/es/", "https://shop.example/"),
        ("https://shop.example/blog/pt-br/", "https://shop.example/blog/"),
        ("https://shop.example/blog/", None),
        ("https://shop.example/", None),
        ("https://es/", None),
    ],
)
def test_a_page_in_one_language_lies_below_its_shop(address: str, above: str | None):
    assert without_language(address) == above


@pytest.mark.parametrize(
    ("url", "shop", "is_its_page"),
    [
        ("https://shop.example/wp-admin/admin.php?page=a&b=c", "https://shop.example/", True),
        ("https://SHOP.example:443/wp/wp-admin/", "http://shop.example/blog/", True),
        ("https://shop.example.evil/wp-admin/", "https://shop.example/", False),
        ("https://shop.example@evil.example/", "https://shop.example/", False),
        ("https://shop.example\\@evil.example/", "https://shop.example/", False),
        ("https://evil.example/?https://shop.example/", "https://shop.example/", False),
        ("https://evil.example#@shop.example/", "https://shop.example/", False),
        ("https://shop.example:8443/", "https://shop.example/", False),
        ("//shop.example/", "https://shop.example/", False),
        ("javascript://shop.example/%0aalert(1)", "https://shop.example/", False),
        ("https://shop.example/\n", "https://shop.example/", False),
        ("https://[broken", "https://shop.example/", False),
    ],
)
def test_a_page_of_a_shop_lies_on_its_host_whatever_is_written_round_it(
    url: str, shop: str, is_its_page: bool
):
    assert is_page_of(url, shop) is is_its_page


# What names are mixed of: scripts, forms that Unicode maps to others, and what only looks like a name.
LETTERS = "aAzß\u1e9eéÉe\u0301ñıİ\uff41\u2460\u0431\u05d0\u0e01\u200c\u200d\u00ad09-_."
HOSTS = some.one_of(
    some.text(LETTERS, min_size=1, max_size=12),
    some.text(min_size=1, max_size=8),
    some.sampled_from(["XN--STRAE-OQA", "xn--caf-dma", "xn--a", "127.1", "0x7f.1", "[::1]"]),
    some.ip_addresses(v=6).map(lambda ip: f"[{ip.exploded.upper()}]"),
)
ADDRESSES = some.builds(
    "{}://{}{}{}{}".format,
    some.sampled_from(["http", "HTTPS"]),
    HOSTS,
    some.sampled_from(["", ".example", ".EXAMPLE.", "。example"]),
    some.sampled_from(["", ":", ":80", ":443", ":8443"]),
    some.sampled_from(["", "/", "//", "/a", "/a/", "/A"]),
)


def address_or_none(url: str) -> str | None:
    try:
        return shop_address(url)
    except ValueError:
        return None


def without_scheme(address: str) -> str:
    return address.partition("://")[2]


@given(ADDRESSES)
def test_the_one_way_to_write_an_address_is_its_own(url: str):
    address = address_or_none(url)
    if address is not None:
        assert shop_address(address) == address
        assert same_shop(address, url)


@given(ADDRESSES, ADDRESSES)
def test_two_addresses_are_one_shop_just_where_they_are_written_the_same(url: str, other: str):
    first, second = address_or_none(url), address_or_none(other)
    if first is not None and second is not None:
        assert same_shop(url, other) is (without_scheme(first) == without_scheme(second))
    else:
        assert not same_shop(url, other)


@given(ADDRESSES)
def test_the_host_that_would_be_called_is_the_host_that_was_compared(url: str):
    address = address_or_none(url)
    parts = split(address) if address is not None else None
    if parts is not None:
        host = parts.hostname or ""
        assert canonical_host(host).strip("[]") == host
