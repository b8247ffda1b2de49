"""Which addresses belong to the internet at large."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wp_bridge.ip_policy import is_public, may_be_public, split

PUBLIC = ["8.8.8.8", "93.184.216.34", "1.1.1.1", "223.255.255.255", "2606:2800:220:1::1", "2a00:1450::1"]
THROUGH_NAT64 = ["64:ff9b::808:808"]
# Python 3.11's `is_global` calls each of these public.
LOOK_PUBLIC = ["168.63.129.16", "192.88.99.1", "224.0.0.1", "fec0::1", "3fff::1", "5f00::1", "4000::1"]
LOOK_PUBLIC += ["::ffff:8.8.8.8", "64:ff9b:1::1"]


@pytest.mark.parametrize("text", [*PUBLIC, *THROUGH_NAT64])
def test_what_is_public_is_called(text):
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", LOOK_PUBLIC)
def test_what_only_looks_public_is_not(text):
    assert not is_public(ipaddress.ip_address(text))


@given(st.ip_addresses())
def test_nothing_python_knows_to_be_inner_is_public(address):
    if is_public(address) and address not in ipaddress.ip_network("64:ff9b::/96"):
        assert address.is_global
        assert not any((address.is_multicast, address.is_reserved, address.is_link_local))


@given(st.ip_addresses(v=4))
def test_ipv4_inside_ipv6_is_never_more_public_than_itself(inner):
    packed = inner.packed
    forms = {
        "mapped": bytes(10) + b"\xff\xff" + packed,
        "compatible": bytes(12) + packed,
        "6to4": b"\x20\x02" + packed + bytes(10),
        "nat64": b"\x00\x64\xff\x9b" + bytes(8) + packed,
        "local nat64": b"\x00\x64\xff\x9b\x00\x01" + bytes(6) + packed,
        "teredo": b"\x20\x01\x00\x00" + packed + bytes(4) + bytes(255 - byte for byte in packed),
    }
    public_forms = {name for name, octets in forms.items() if is_public(ipaddress.IPv6Address(octets))}
    assert public_forms == ({"nat64"} if is_public(inner) else set())


@pytest.mark.parametrize("host", ["shop.example", "www.shop.co.uk", "xn--bcher-kva.example"])
def test_a_name_may_lead_to_a_shop(host):
    assert may_be_public(host)


@pytest.mark.parametrize(
    "host", ["shop", "a..example", "shop.example.", "-a.example", "a_b.example", "a%2eb.example", "x.1e"]
)
def test_what_is_no_name_may_not(host):
    assert not may_be_public(host)


def test_a_name_longer_than_any_may_not():
    assert may_be_public(".".join(["a" * 49] * 5) + ".abc")
    assert not may_be_public(".".join(["a" * 49] * 5) + ".abcdef")


@pytest.mark.parametrize(
    "url", ["https://shop.example/a?b=c", "http://shop.example:8080", "HTTPS://SHOP.example"]
)
def test_a_plain_address_has_parts(url):
    parts = split(url)
    assert parts is not None
    assert parts.hostname == "shop.example"


@pytest.mark.parametrize(
    "url", ["https://[::1", "https://a:b:c/", "https://shop.example:x/", "https://é.example/"]
)
def test_what_is_no_address_has_none(url):
    assert split(url) is None
