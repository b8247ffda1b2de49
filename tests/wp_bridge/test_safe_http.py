"""No address a merchant names leads a call of ours to anywhere but the public internet."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
from types import SimpleNamespace

import pytest

from tests.certificates import Authority
from tests.hostile_urls import HOSTILE
from tests.serving import served
from wp_bridge.errors import StoreError, StoreTrouble
from wp_bridge.safe_http import MOST_TRIES, Limits, SafeHttpClient, SafeHttpResponse
from wp_bridge.store import find_new_address

PUBLIC = "93.184.216.34"


@pytest.fixture
def connected(monkeypatch):
    """The addresses of all TCP connects; each is refused."""
    addresses = []

    def connect(address, *_, **__):
        addresses.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("wp_bridge.safe_http.socket.create_connection", connect)
    return addresses


def make_resolver(*answers):
    """Return a resolver that gives one answer after the other, and the last one for ever."""
    remaining = list(answers)
    return lambda host, port: remaining.pop(0) if len(remaining) > 1 else remaining[0]


def refuse(guard, url, **options):
    with pytest.raises(StoreError) as caught:
        guard.request("GET", url, **options)
    return caught.value


def test_there_are_more_than_forty_hostile_addresses():
    assert len(set(HOSTILE)) >= 40


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_refused_in_the_same_words_before_it_is_even_looked_up(url, connected):
    looked_up = []
    guard = SafeHttpClient(resolve=lambda host, port: looked_up.append(host) or [PUBLIC])
    error = refuse(guard, url)
    assert (str(error), error.__cause__, error.__context__) == ("unreachable", None, None)
    assert (looked_up, connected) == ([], [])


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.7"],
        ["::1"],
        ["::ffff:10.0.0.7"],
        [PUBLIC, "10.0.0.7"],
        ["fe80::1%eth0"],
        ["fec0::1"],
        ["64:ff9b::a00:7"],
        ["not an address"],
        [],
    ],
)
def test_a_name_that_leads_inside_is_refused_also_beside_a_public_address(addresses, connected):
    assert (
        str(refuse(SafeHttpClient(resolve=make_resolver(addresses)), "https://shop.example/"))
        == "unreachable"
    )
    assert connected == []


def test_the_address_that_was_checked_is_the_one_connected_to(connected):
    guard = SafeHttpClient(resolve=make_resolver([PUBLIC], ["127.0.0.1"]))
    refuse(guard, "https://shop.example/")
    assert connected == [(PUBLIC, 443)]
    refuse(guard, "https://shop.example/")
    assert connected == [(PUBLIC, 443)]  # looked up anew, and refused


def test_a_name_nobody_knows_says_the_same(connected):
    def unknown(host, port):
        raise socket.gaierror

    assert str(refuse(SafeHttpClient(resolve=unknown), "https://shop.example/")) == "unreachable"
    assert connected == []


def test_each_address_of_a_name_is_tried(connected):
    refuse(
        SafeHttpClient(resolve=make_resolver([PUBLIC, "2606:2800:220:1::1"])), "https://shop.example:8443/"
    )
    assert connected == [(PUBLIC, 8443), ("2606:2800:220:1::1", 8443)]


def test_of_many_addresses_a_few_are_tried_and_all_are_checked(connected):
    many = [f"93.184.216.{last}" for last in range(1, 50)]
    refuse(SafeHttpClient(resolve=make_resolver(many)), "https://shop.example/")
    assert connected == [(address, 443) for address in many[:MOST_TRIES]]
    connected.clear()
    refuse(SafeHttpClient(resolve=make_resolver([*many, "10.0.0.7"])), "https://shop.example/")
    assert connected == []


def test_no_address_is_tried_past_the_deadline(monkeypatch, connected):
    clock = iter(range(0, 1000, 40))
    monkeypatch.setattr("wp_bridge.safe_http.time", SimpleNamespace(monotonic=lambda: next(clock)))
    guard = SafeHttpClient(resolve=make_resolver([PUBLIC, "1.1.1.1", "8.8.8.8"]), limits=Limits(deadline=60))
    refuse(guard, "https://shop.example/")
    assert connected == [(PUBLIC, 443)]


def test_a_port_that_only_the_way_out_would_see_is_refused(connected):
    """Should urllib3 ever read another port out of an address than we do."""
    guard = SafeHttpClient(resolve=make_resolver([PUBLIC]))
    guard.check = lambda url, http: None
    assert str(refuse(guard, "https://shop.example:6379/")) == "unreachable"
    assert connected == []


def test_http_is_for_keys_that_are_signed_and_told_apart(connected):
    guard = SafeHttpClient(resolve=make_resolver([PUBLIC]))
    assert refuse(guard, "http://shop.example/").trouble is StoreTrouble.NOT_HTTPS
    assert connected == []
    refuse(guard, "http://shop.example/", http=True)
    assert connected == [(PUBLIC, 80)]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost:9/", "http://[::1]:9/"])
def test_the_sandbox_lets_its_own_machine_through_and_no_other_inner_address(url, connected):
    guard = SafeHttpClient(allow_loopback=True)
    refuse(guard, url)
    assert connected != []
    connected.clear()
    assert str(refuse(guard, "http://10.0.0.7/")) == "unreachable"
    assert str(refuse(guard, "https://192.168.1.1/")) == "unreachable"
    assert connected == []


@pytest.mark.parametrize(
    ("host", "address"), [("shop.example", "127.0.0.1"), ("localhost", "10.0.0.7"), ("localhost", PUBLIC)]
)
def test_in_the_sandbox_too_only_its_own_name_leads_to_its_own_machine(host, address, connected):
    guard = SafeHttpClient(allow_loopback=True, resolve=make_resolver([address]))
    assert str(refuse(guard, f"https://{host}/")) == "unreachable"
    assert connected == []


def test_less_patience_takes_nothing_away_but_patience(connected):
    guard = SafeHttpClient(
        resolve=make_resolver([PUBLIC], ["10.0.0.7"]), limits=Limits(read=5, most_bytes=10)
    )
    less = guard.within(Limits(connect=1, read=9, deadline=7, most_bytes=20))
    assert less._limits == Limits(connect=1, read=5, deadline=7, most_bytes=10)
    refuse(less, "https://shop.example/")
    assert connected == [(PUBLIC, 443)]
    refuse(less, "https://shop.example/")
    assert len(connected) == 1


def test_proxies_of_the_environment_are_not_used(monkeypatch, connected):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://10.0.0.7:3128")
    refuse(SafeHttpClient(resolve=make_resolver([PUBLIC])), "https://shop.example/")
    assert connected == [(PUBLIC, 443)]


# Answers of a server on this machine


def app(status="200 OK", headers=(), pieces=(b"{}",)):
    def answer(environ, start_response):
        start_response(status, list(headers))
        return iter(pieces)

    return answer


def drip_until(stop, completions):
    def drip(environ, start_response):
        start_response("200 OK", [])
        for _ in range(250):  # long after the deadline, it would be a whole answer
            if not stop.wait(0.02):
                yield b"x"
        completions.append(True)

    return drip


def ask(wsgi, **limits):
    with served(wsgi) as url:
        return SafeHttpClient(allow_loopback=True, limits=Limits(**limits)).request("GET", f"{url}/")


def test_an_answer_comes_whole():
    answer = ask(app(headers=[("X-WP-Total", "3")], pieces=[b"[1,", b"2]"]))
    assert (answer.status, answer.headers["x-wp-total"], answer.body) == (200, "3", b"[1,2]")


ELSEWHERE = [
    "/elsewhere",
    "http://169.254.169.254/",
    "https://shop.example/",
    "//10.0.0.7/",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("location", ELSEWHERE)
def test_no_redirect_is_followed_wherever_it_leads(status, location, monkeypatch):
    connects, connect = [], socket.create_connection

    def count_connect(address, *more):
        connects.append(address)
        return connect(address, *more)

    monkeypatch.setattr("wp_bridge.safe_http.socket.create_connection", count_connect)
    with pytest.raises(StoreError) as caught:
        ask(app(status, [("Location", location)], [b""]))
    assert (caught.value.trouble, caught.value.code) == (StoreTrouble.UNREACHABLE, "redirect")
    assert len(connects) == 1


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
    stop, completions = threading.Event(), []
    try:
        with pytest.raises(StoreError):
            ask(drip_until(stop, completions), deadline=0.3)
        assert not completions
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
            guard = SafeHttpClient(allow_loopback=True, limits=Limits(deadline=0.3))
            assert str(refuse(guard, f"http://127.0.0.1:{server.getsockname()[1]}/")) == "unreachable"
        finally:
            stop.set()
            thread.join()


# Over TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def ask_over_tls(authority, wsgi, *, certified, names=None, **limits):
    """Call this machine over https as `localhost`; `names` receives the names asked for by SNI."""
    context = authority.server_context(*certified)
    context.sni_callback = lambda _, name, __: (names if names is not None else []).append(name)
    with served(wsgi, context) as url:
        guard = SafeHttpClient(
            allow_loopback=True,
            resolve=make_resolver(["127.0.0.1"]),
            limits=Limits(**limits),
            authorities=str(authority.file),
        )
        return guard.request("GET", f"{url.replace('127.0.0.1', 'localhost')}/")


def test_the_certificate_is_asked_for_and_checked_by_name_though_the_address_is_pinned(authority):
    names: list[str] = []
    assert ask_over_tls(authority, app(), certified=["localhost"], names=names).status == 200
    assert names == ["localhost"]


@pytest.mark.parametrize("certified", ["shop.example", "127.0.0.1"])
def test_a_certificate_of_another_name_is_refused_and_nothing_is_asked(authority, certified):
    paths = []

    def record_path(environ, start_response):
        paths.append(environ["PATH_INFO"])
        return app()(environ, start_response)

    with pytest.raises(StoreError) as caught:
        ask_over_tls(authority, record_path, certified=[certified])
    assert (str(caught.value), paths) == ("unreachable", [])


def test_a_certificate_nobody_vouches_for_is_refused(authority):
    with served(app(), authority.server_context("127.0.0.1")) as url:
        assert str(refuse(SafeHttpClient(allow_loopback=True), f"{url}/")) == "unreachable"


def test_the_deadline_holds_inside_tls_as_well(authority):
    stop, completions = threading.Event(), []
    try:
        with pytest.raises(StoreError):
            ask_over_tls(authority, drip_until(stop, completions), certified=["localhost"], deadline=0.5)
        assert not completions
    finally:
        stop.set()


def test_a_handshake_that_is_never_answered_ends():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        guard = SafeHttpClient(allow_loopback=True, limits=Limits(connect=60, read=60, deadline=0.3))
        assert str(refuse(guard, f"https://127.0.0.1:{silent.getsockname()[1]}/")) == "unreachable"


# Logs and errors


def test_no_log_of_the_way_holds_what_an_address_carries(caplog, monkeypatch):
    pool = logging.getLogger("urllib3.connectionpool")
    monkeypatch.setattr(
        pool, "filters", [item for item in pool.filters if item.__module__ == "wp_bridge.safe_http"]
    )
    caplog.set_level(logging.DEBUG)
    with served(app()) as url:
        SafeHttpClient(allow_loopback=True).request("GET", f"{url}/?oauth_signature=hush")
    assert "hush" not in caplog.text
    assert SafeHttpResponse(200, {}, b"hush").__repr__().count("hush") == 0


def test_one_deadline_holds_for_all_calls_and_after_it_nobody_is_looked_up():
    looked_up = []

    def resolve(host, port):
        looked_up.append(host)
        return []

    over = SafeHttpClient(resolve=resolve).for_seconds(0)
    for hurried in (over, over.within(Limits()), over.for_seconds(60)):
        with pytest.raises(StoreError) as refused:
            hurried.request("GET", "https://shop.example/")
        assert (refused.value.trouble, refused.value.code) == (StoreTrouble.UNREACHABLE, "deadline")
    assert looked_up == []


@pytest.mark.parametrize(
    ("status", "is_permanent"), [(301, True), (308, True), (302, False), (303, False), (307, False)]
)
def test_only_a_permanent_redirect_says_where_a_store_is_and_it_is_not_followed(status, is_permanent):
    paths = []

    def app(environ, start_response):
        paths.append(environ["PATH_INFO"])
        start_response(f"{status} -", [("Location", "/elsewhere/")])
        return [b""]

    with served(app) as base:
        new_address = find_new_address(SafeHttpClient(allow_loopback=True), f"{base}/shop/")
    assert new_address == (f"{base}/elsewhere/" if is_permanent else None)
    assert paths == ["/shop/"]
