"""Tests of the shop's address in pasted text."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from receiver.domain.pasted_address import pasted_address
from receiver.domain.shops import shop_address

SHOP = "https://shop.example/"
PASTED = {
    "shop.example": SHOP,
    " Shop.Example/ ": SHOP,
    "<https://shop.example>": SHOP,
    "'https://shop.example'": SHOP,
    "\u200bhttps://shop.example\n": SHOP,
    "HTTPS://SHOP.EXAMPLE:443": SHOP,
    "http://shop.example": "http://shop.example/",
    "shop.example:8443": "https://shop.example:8443/",
    "bücher.example": "https://xn--bcher-kva.example/",
    "https://shop.example/?utm_source=mail#top": SHOP,
    "https://shop.example/wp-admin/admin.php?page=wc-admin": SHOP,
    "https://shop.example/blog/wp-login.php": "https://shop.example/blog/",
    "https://shop.example/wp-json/": SHOP,
    "https://shop.example/index.php/wp-json/wc/v3": SHOP,
    "https://shop.example/index.php?rest_route=/": SHOP,
    "https://shop.example/wp-admins/": "https://shop.example/wp-admins/",
    "https://shop.example/connect/": "https://shop.example/connect/",
    "https://credit.example/connect?shop=https://shop.example/": SHOP,
    "https://credit.example/connect?shop=https%3A%2F%2Fshop.example%2Fblog&return_url=x": f"{SHOP}blog/",
    "credit.example/connect/go?shop=shop.example&page=abc": SHOP,
    "“https://shop.example”,": SHOP,
    "(https://shop.example).": SHOP,
    "«shop.example»": SHOP,
    "https://shop.example;": SHOP,
    "\u200eshop.example\u200e": SHOP,
    "\u2068https://shop.example\u2069\u00a0": SHOP,
    "https:/shop.example": SHOP,
    "https//shop.example": SHOP,
    "https:shop.example": SHOP,
    "https:///shop.example": SHOP,
    "https;//shop.example": SHOP,
    "https:\\\\shop.example": SHOP,
    "ttps://shop.example": SHOP,
    "HTPS://shop.example": SHOP,
    "htpp.example": "https://htpp.example/",
    "htp://shop.example": "http://shop.example/",
    "https.example": "https://https.example/",
    "[2001:db8::1]": "https://[2001:db8::1]/",
    "https://[2001:db8::1]:8443": "https://[2001:db8::1]:8443/",
    "https://a.example/connect?shop=https%3A%2F%2Fb.example%2Fconnect%3Fshop%3Dshop.example": SHOP,
}


@pytest.mark.parametrize(("text", "address"), PASTED.items())
def test_what_people_paste_is_the_shop_they_mean(text: str, address: str):
    assert pasted_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "my shop",
        "//shop.example",
        "https://user:pw@shop.example/",
        "ftp://shop.example/",
        "https://shop.example:0",
        "https://a.example https://b.example",
        "javascript:alert(1)",
        "https://shop.example\\@evil.example/",
        "https://shop.example/a\tb",
        "https://[broken",
        "https://credit.example/connect?shop=https://user:pw@shop.example",
    ],
)
def test_what_is_no_address_is_refused(text: str):
    with pytest.raises(ValueError, match=r".+"):
        pasted_address(text)


@given(some.text(max_size=60))
def test_whatever_is_pasted_is_an_address_as_we_keep_it_or_a_value_error(text: str):
    try:
        address = pasted_address(text)
    except ValueError:
        return
    assert shop_address(address) == address
