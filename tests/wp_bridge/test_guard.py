"""No address a merchant names leads a call of ours to anywhere but the public internet."""

from __future__ import annotations

import contextlib
import gzip
import ipaddress
import socket
import ssl
import threading

import pytest

from tests.serving import served
from wp_bridge.errors import StoreError, Trouble
from wp_bridge.guard import Guard, Limits, is_public

PUBLIC = "93.184.216.34"

LITERALS = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.1",
    "0",
    "0.0.0.0",
    "10.0.0.7",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[2001:db8::1]",
]
NAMES = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "shop.localhost",
    "printer.local",
    "intranet",
    "metadata.google.internal",
    "router.lan",
    "1.0.0.127.in-addr.arpa",
    "shop.test",
    "shop..example",
    ".example",
]
ADDRESSES = [
    "https://user:password@shop.example/",
    "https://user@shop.example/",
    "https://shop.example@127.0.0.1/",
    "https://shop.example:22/",
    "https://shop.example:6379/",
    "https://shop.example:0/",
    "https://shop.example:99999/",
    "https://shop.example\\@127.0.0.1/",
    "https://shop.example\r\nHost: inner/",
    "https://shop example/",
    "https://①②⑦.0.0.1/",
    "https://127。0。0。1/",
    "https:///wp-json/",
    "https://",
    "ftp://shop.example/",
    "file:///etc/passwd",
    "gopher://shop.example/",
    "//shop.example/",
    "",
]
HOSTILE = [f"https://{host}/" for host in [*LITERALS, *NAMES]] + ADDRESSES


@pytest.fixture
def connected(monkeypatch):
    """Every TCP connect that is tried; none comes about."""
    tried = []

    def connect(address, *_, **__):
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("wp_bridge.guard.socket.create_connection", connect)
    return tried


def answering(*answers):
    """A resolver that says one answer after the other, the last one for ever."""
    left = list(answers)
    return lambda host, port: left.pop(0) if len(left) > 1 else left[0]


def refused(guard, url, **asked):
    with pytest.raises(StoreError) as caught:
        guard.request("GET", url, **asked)
    return caught.value


def test_there_are_more_than_forty_hostile_addresses():
    assert len(set(HOSTILE)) >= 40


@pytest.mark.parametrize("url", HOSTILE)
@pytest.mark.parametrize("resolver", ["true", "public"])
def test_a_hostile_address_is_refused_in_the_same_words_and_nothing_is_connected_to(url, resolver, connected):
    """Also where a resolver would call it public."""
    guard = Guard() if resolver == "true" else Guard(resolve=answering([PUBLIC]))
    error = refused(guard, url)
    assert (str(error), error.__cause__, error.__context__) == ("unreachable", None, None)
    assert connected == []


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["10.0.0.7"],
        ["::1"],
        ["::ffff:10.0.0.7"],
        [PUBLIC, "10.0.0.7"],
        ["fe80::1%eth0"],
        ["64:ff9b::a00:7"],
        ["not an address"],
        [],
    ],
)
def test_a_name_that_leads_inside_is_refused_also_beside_a_public_address(found, connected):
    assert str(refused(Guard(resolve=answering(found)), "https://shop.example/")) == "unreachable"
    assert connected == []


def test_the_address_that_was_checked_is_the_one_connected_to(connected):
    guard = Guard(resolve=answering([PUBLIC], ["127.0.0.1"]))
    refused(guard, "https://shop.example/")
    assert connected == [(PUBLIC, 443)]
    refused(guard, "https://shop.example/")
    assert connected == [(PUBLIC, 443)]  # looked up anew, and refused


def test_a_name_nobody_knows_says_the_same(connected):
    def unknown(host, port):
        raise socket.gaierror

    assert str(refused(Guard(resolve=unknown), "https://shop.example/")) == "unreachable"
    assert connected == []


def test_each_address_of_a_name_is_tried(connected):
    refused(Guard(resolve=answering([PUBLIC, "2606:2800:220:1::1"])), "https://shop.example:8443/")
    assert connected == [(PUBLIC, 8443), ("2606:2800:220:1::1", 8443)]


def test_http_is_for_keys_that_are_signed_and_told_apart(connected):
    guard = Guard(resolve=answering([PUBLIC]))
    assert refused(guard, "http://shop.example/").trouble is Trouble.NOT_HTTPS
    assert connected == []
    refused(guard, "http://shop.example/", http=True)
    assert connected == [(PUBLIC, 80)]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost:9/", "http://[::1]:9/"])
def test_the_sandbox_lets_its_own_machine_through_and_no_other_inner_address(url, connected):
    guard = Guard(allow_loopback=True)
    refused(guard, url)
    assert connected != []
    connected.clear()
    assert refused(guard, "http://10.0.0.7/").trouble is Trouble.NOT_HTTPS
    assert str(refused(guard, "https://192.168.1.1/")) == "unreachable"
    assert connected == []


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1"])
def test_what_is_public_is_public(text):
    assert is_public(ipaddress.ip_address(text))


def test_proxies_of_the_environment_are_not_used(monkeypatch, connected):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://10.0.0.7:3128")
    refused(Guard(resolve=answering([PUBLIC])), "https://shop.example/")
    assert connected == [(PUBLIC, 443)]


# What answers, on this machine


def app(status="200 OK", headers=(), pieces=(b"{}",)):
    def answer(environ, start_response):
        start_response(status, list(headers))
        return iter(pieces)

    return answer


def ask(wsgi, **limits):
    with served(wsgi) as url:
        return Guard(allow_loopback=True, limits=Limits(**limits)).request("GET", f"{url}/")


def test_an_answer_comes_whole():
    answer = ask(app(headers=[("X-WP-Total", "3")], pieces=[b"[1,", b"2]"]))
    assert (answer.status, answer.headers["x-wp-total"], answer.body) == (200, "3", b"[1,2]")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_no_redirect_is_followed_wherever_it_leads(status):
    heard = []

    def moving(environ, start_response):
        heard.append(environ["PATH_INFO"])
        start_response(status, [("Location", "/elsewhere")])
        return [b""]

    with pytest.raises(StoreError) as caught:
        ask(moving)
    assert (caught.value.trouble, heard) == (Trouble.UNREACHABLE, ["/"])


def test_an_answer_that_is_too_long_is_let_go_of():
    with pytest.raises(StoreError):
        ask(app(pieces=[b"x" * 1000] * 10), most_bytes=9_999)
    assert len(ask(app(pieces=[b"x" * 1000] * 10), most_bytes=10_000).body) == 10_000


def test_an_answer_that_swells_when_unpacked_is_let_go_of():
    bomb = gzip.compress(b"\0" * 5_000_000)
    assert len(bomb) < 10_000
    with pytest.raises(StoreError):
        ask(app(headers=[("Content-Encoding", "gzip")], pieces=[bomb]), most_bytes=100_000)


def test_a_call_ends_at_its_deadline_also_where_a_little_comes_all_the_time():
    stop = threading.Event()

    def dripping(environ, start_response):
        start_response("200 OK", [("Content-Length", "1000000")])
        while not stop.wait(0.02):
            yield b"x"

    try:
        with pytest.raises(StoreError):
            ask(dripping, deadline=0.3)
    finally:
        stop.set()


def test_a_header_that_never_ends_is_cut_at_the_deadline():
    """Each line comes in time; together they would last for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            peer, _ = server.accept()
            with peer:
                try:
                    peer.sendall(b"HTTP/1.1 200 OK\r\n")
                    while True:
                        peer.sendall(b"X-More: 1\r\n")
                        if stop.wait(0.05):
                            return
                except OSError:
                    return

        stop = threading.Event()
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            guard = Guard(allow_loopback=True, limits=Limits(deadline=0.3))
            assert str(refused(guard, f"http://127.0.0.1:{server.getsockname()[1]}/")) == "unreachable"
        finally:
            stop.set()
            thread.join()


def test_a_server_without_a_certificate_of_that_name_is_refused():
    """It speaks TLS as far as the certificate, which nobody vouches for."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        thread = threading.Thread(target=lambda: _try_tls(context, server))
        thread.start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        assert str(refused(Guard(allow_loopback=True), url)) == "unreachable"
        thread.join()


def _try_tls(context, server):
    peer, _ = server.accept()
    with peer, contextlib.suppress(OSError):
        context.wrap_socket(peer, server_side=True)
