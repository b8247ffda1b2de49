"""One way to write a shop's address, and when two mean the same shop."""

import pytest

from receiver.domain.shops import is_page_of, other_scheme, same_shop, shop_address

WRITTEN = {
    "https://shop.example": "https://shop.example/",
    "HTTPS://Shop.Example:443/": "https://shop.example/",
    "http://shop.example:80": "http://shop.example/",
    "http://shop.example:8080/a/b//": "http://shop.example:8080/a/b/",
    "https://café.example/Ä": "https://xn--caf-dma.example/Ä/",
    "https://shop.example./": "https://shop.example/",
    "http://[::1]:8081": "http://[::1]:8081/",
    "http://[2001:DB8::A]/": "http://[2001:db8::a]/",
    "https://Shop..Example/": "https://shop..example/",  # no name that could be, kept as it is
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
    "https://shop.example:x/": "Port could not be cast to integer value as 'x'",
    "https://shop.example:99999/": "Port out of range 0-65535",
    "https://[::1/": "Invalid IPv6 URL",
}


@pytest.mark.parametrize(("url", "problem"), REFUSED.items())
def test_what_is_no_shops_address_is_refused_with_what_is_wrong(url: str, problem: str):
    with pytest.raises(ValueError) as refused:
        shop_address(url)
    assert str(refused.value) == problem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://shop.example/a/", "http://shop.example/a/"),
        ("http://shop.example:8080/", "https://shop.example:8080/"),
        ("https://shop.example/http://a/", "http://shop.example/http://a/"),
    ],
)
def test_the_other_scheme_changes_nothing_else(one: str, other: str):
    assert other_scheme(one) == other
    assert other_scheme(other) == one


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
    ("/path", "/path", False),  # no host: no shop at all
    ("https://shop.example/", "https://[broken", False),
]


@pytest.mark.parametrize(("one", "other", "same"), SAME)
def test_the_same_shop_has_the_same_host_port_and_path(one: str, other: str, same: bool):
    assert same_shop(one, other) is same
    assert same_shop(other, one) is same


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
