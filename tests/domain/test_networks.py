"""Tests of networks: the attempts of one household are counted together."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from receiver.domain.networks import network_of

NETWORKS = {
    "203.0.113.9": "203.0.113.9",
    "::ffff:203.0.113.9": "203.0.113.9",
    "2001:db8:1:2::1": "2001:db8:1:2::/64",
    "2001:DB8:1:2:ffff:ffff:ffff:ffff": "2001:db8:1:2::/64",
    "2001:db8:1:3::1": "2001:db8:1:3::/64",
    "fe80::1%eth0": "fe80::/64",
    "": "unknown",
    "unix:": "unknown",
    "203.0.113.9:80": "unknown",
}


@pytest.mark.parametrize(("address", "network"), NETWORKS.items())
def test_an_ipv4_address_stands_for_itself_and_an_ipv6_address_for_its_64(address, network):
    assert network_of(address) == network


@given(some.ip_addresses(v=4))
def test_ipv4_is_the_same_however_it_is_written(address):
    assert network_of(f"::ffff:{address}") == network_of(str(address)) == str(address)


@given(some.ip_addresses(v=6), some.integers(0, 2**64 - 1))
def test_whoever_has_a_64_has_one_allowance(address, interface):
    neighbour = type(address)((int(address) >> 64 << 64) + interface)
    if not (address.ipv4_mapped or neighbour.ipv4_mapped):
        assert network_of(str(address)) == network_of(str(neighbour))
