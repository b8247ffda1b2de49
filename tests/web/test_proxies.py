"""Forwarding headers are believed of trusted proxies alone; a proxy's calls are not this machine's own."""

import pytest

from receiver.app import create_app
from receiver.web.proxies import TrustedProxies, is_local
from tests.conftest import make_settings

PROXIES = ("127.0.0.1", "10.0.0.0/8", "2001:db8:7::/48")


def through_proxies(peer, networks=PROXIES, **headers):
    """Return the caller, the scheme, and whether the call came from this machine itself."""
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http"}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    calls = []

    def app(environ, start_response):
        calls.append((environ["REMOTE_ADDR"], environ["wsgi.url_scheme"], is_local(environ)))
        assert not [name for name in environ if name.startswith(("HTTP_X_FORWARDED", "HTTP_FORWARDED"))]
        return []

    TrustedProxies(app, networks)(environ, lambda *_: None)
    return calls[0]


def test_a_trusted_proxy_says_who_calls_and_by_what_scheme():
    headers = {"x_forwarded_for": "203.0.113.9", "x_forwarded_proto": "https"}
    assert through_proxies("127.0.0.1", **headers) == ("203.0.113.9", "https", False)
    assert through_proxies("::ffff:10.1.2.3", **headers) == ("203.0.113.9", "https", False)


def test_nobody_else_is_believed():
    headers = {"x_forwarded_for": "127.0.0.1", "x_forwarded_proto": "https", "forwarded": "for=127.0.0.1"}
    assert through_proxies("203.0.113.9", **headers) == ("203.0.113.9", "http", False)
    assert through_proxies("127.0.0.1", networks=(), **headers) == ("127.0.0.1", "http", False)


@pytest.mark.parametrize(
    ("forwarded_for", "caller"),
    [
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first one the caller wrote
        ("127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 10.0.0.7", "203.0.113.9"),  # through two proxies of ours
        ("10.0.0.7", "10.0.0.7"),  # a proxy's own call
        ("2001:db8:9::1, 2001:db8:7::2", "2001:db8:9::1"),
        ("nonsense, 10.0.0.7", "10.0.0.7"),
        ("203.0.113.9:4711", "127.0.0.1"),
        ("", "127.0.0.1"),
        (", ,", "127.0.0.1"),
        ("unknown", "127.0.0.1"),
        ("x" * 10_000, "127.0.0.1"),
    ],
)
def test_the_last_address_that_is_no_proxy_is_the_caller(forwarded_for, caller):
    assert through_proxies("127.0.0.1", x_forwarded_for=forwarded_for)[0] == caller


@pytest.mark.parametrize("scheme", ["ftp", "https, http", "javascript", ""])
def test_a_scheme_that_is_none_is_not_taken(scheme):
    assert through_proxies("127.0.0.1", x_forwarded_proto=scheme)[1] == "http"


def test_only_what_comes_from_this_machine_without_a_proxy_is_local():
    assert through_proxies("127.0.0.1")[2] is True
    assert through_proxies("::1")[2] is True
    assert through_proxies("203.0.113.9")[2] is False
    assert through_proxies("127.0.0.1", x_forwarded_for="127.0.0.1")[2] is False
    assert is_local({"REMOTE_ADDR": "127.0.0.1"}) is False  # nobody has looked


def test_the_service_stands_behind_it():
    app = create_app(make_settings(trusted_proxies=("127.0.0.1",)))
    assert isinstance(app.wsgi_app, TrustedProxies)
