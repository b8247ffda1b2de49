"""Calls that no real caller makes, from a seed: real captures and our signals, spoilt in some ways."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from receiver.integrations.woocommerce.signature import sign, signing_key
from tests.captures import FILES, captures
from tests.raw_http import signed_headers
from tests.signals import SECRET, body_of, link_signal, signal

LIMIT = 20_000  # bytes of a body; small, so that it is met often
ODD_TEXTS = [
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\u202e\u200d\ufeff",
    "\U0001f4a9" * 50,
    "e\u0301" * 200,
    "x" * 12_000,
    "'; DROP TABLE deliveries; --",
    "%s%n{0}{x}",
    "../../etc/passwd",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "2025-02-30T00:00:00Z",
    "2025-11-01T00:01:00+99:99",
    "https://shop.example\0/",
    "https://[::1",
    "http://" + "a." * 300,
    "\u0661\u0662\u0663",
]
ODD_NUMBERS = [
    0,
    -1,
    1.5,
    -0.0,
    2**31,
    2**63,
    2**64,
    -(2**63) - 1,
    10**400,
    1e308,
    float("inf"),
    float("nan"),
]
ODD_VALUES: list[Any] = [
    *ODD_TEXTS,
    *ODD_NUMBERS,
    None,
    True,
    False,
    [],
    {},
    [[]],
    {"": {"": ""}},
    [0] * 3_000,
]
ODD_BODIES = [
    b"",
    b"\0",
    b"[" * LIMIT,
    b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
    b"9" * LIMIT,
    b"-",
    b'"\\ud800"',
    b'{"action":"wc_ad_credit_signal","arg":{"v":1,"v":1}}',
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\0}\0",
    b"webhook_id=30",
    b"webhook_id=" + b"9" * 5_000,
    b"x" * (LIMIT + 1),
]
ODD_HEADERS = [
    "",
    " ",
    "\0",
    "\x7f\x01\t",
    "caf\xe9",
    "\xff" * 300,
    "x" * 70_000,
    "a, b",
    "application/x-www-form-urlencoded",
    "text/html; charset=\0",
    "order.created",
    "action.woocommerce_settings_saved",
    "action.wc_ad_credit_signal",
    "=" * 44,
    "A" * 43 + "=",
    "1" * 5_000,
]
ODD_LENGTHS = ["", "-1", "+5", "0x10", "1e3", "12x", "\xb2", "9" * 40, "99999999", "0", "1", " 5", "5,5"]
ODD_METHODS = ["GET", "PUT", "HEAD", "OPTIONS", "post", "", "\0", "P\xd6ST", "X" * 5_000]
ODD_PIECES = ["", "\0", "..", "%00", "st_\xff", "x" * 5_000, "st_1?x", "'", "hk_1", "st_1\n"]


@dataclass
class FuzzedCall:
    """A WSGI environ, and whether a store could have made it: signed, whole, to the right address."""

    environ: dict[str, Any]
    bytes: int
    is_good: bool


class Fuzzer:
    """Makes webhook calls; the same seed makes the same calls."""

    def __init__(self, seed: int, store_id: str) -> None:
        self.chance = random.Random(seed)
        self.store_id = store_id
        real = [capture for file in FILES for capture in captures(file)]
        ours = [body_of(item) for item in (signal(1), link_signal(2), signal(3, event="link_lost"))]
        self._originals = [(capture.headers, capture.body) for capture in real if len(capture.body) < LIMIT]
        self._originals += [(tuple(signed_headers(body, SECRET)), body) for body in ours] * (len(real) // 3)

    def calls(self, count: int) -> Iterator[FuzzedCall]:
        return (self._call() for _ in range(count))

    def _call(self) -> FuzzedCall:
        chance = self.chance
        original, body = chance.choice(self._originals)
        for _ in range(chance.choice([0, 1, 1, 2, 4])):
            body = chance.choice(BODIES)(chance, body)
        headers = {name.lower(): value for name, value in original}
        headers["content-length"] = str(len(body))
        headers["x-wc-webhook-delivery-id"] = f"{chance.getrandbits(64):x}"
        signature = sign(body, signing_key(SECRET))
        if chance.random() < 0.7:
            headers["x-wc-webhook-signature"] = signature
        for _ in range(chance.choice([0, 0, 1, 3])):
            chance.choice(HEADERS)(chance, headers)
        right = f"/webhooks/woocommerce/{self.store_id}"
        method = "POST" if chance.random() < 0.95 else chance.choice(ODD_METHODS)
        path = self._path() if chance.random() < 0.1 else right
        stream = self._stream(body)
        is_good = (
            method == "POST"
            and path.removesuffix("/") == right
            and headers.get("x-wc-webhook-signature") == signature
            and headers.get("content-length") == str(len(body))
            and "transfer-encoding" not in headers
            and len(body) <= LIMIT
            and (isinstance(stream, io.BytesIO) or not body)
        )
        return FuzzedCall(_environ(method, path, headers, stream), len(body), is_good)

    def _path(self) -> str:
        pieces = [self.store_id, *self.chance.sample(ODD_PIECES, 2)]
        self.chance.shuffle(pieces)
        return self.chance.choice(["/webhooks/woocommerce/", "/webhooks/", "//", ""]) + "/".join(pieces)

    def _stream(self, body: bytes) -> Any:
        return _Broken() if self.chance.random() < 0.02 else io.BytesIO(body + b"and what follows")


class _Broken:
    """A body whose connection breaks while it is read."""

    def read(self, _length: int) -> bytes:
        raise ConnectionResetError("peer")


def _environ(method: str, path: str, headers: dict[str, str], stream: Any) -> dict[str, Any]:
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "a=\xff&&%00",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": stream,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ


# Bodies

Body = Callable[[random.Random, bytes], bytes]


def _flip(chance: random.Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(min(len(body), chance.choice([1, 3, 50]))):
        changed[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(changed)


def _cut(chance: random.Random, body: bytes) -> bytes:
    first, last = sorted(chance.choices(range(len(body) + 1), k=2))
    return body[:first] + body[last:]


def _insert(chance: random.Random, body: bytes) -> bytes:
    at = chance.randrange(len(body) + 1)
    piece = chance.choice([b"\0", b"\xed\xa0\x80", b"\\ud800", b"{", b'"', chance.randbytes(20), body[:500]])
    return body[:at] + piece + body[at:]


def _change_encoding(chance: random.Random, body: bytes) -> bytes:
    return body.decode(errors="replace").encode(chance.choice(["utf-16", "utf-32", "utf-7", "utf-8-sig"]))


def _replace_body(chance: random.Random, _body: bytes) -> bytes:
    return chance.choice(ODD_BODIES)


def _change_value(chance: random.Random, body: bytes) -> bytes:
    """Change, remove or add a value somewhere in the JSON of a body."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return body
    place: Any = document
    while isinstance(place, dict | list) and place:
        key: Any = chance.choice(list(place)) if isinstance(place, dict) else chance.randrange(len(place))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.3:
            _spoil(chance, place, key)
            break
        place = inner
    return json.dumps(document, ensure_ascii=chance.random() < 0.5).encode(errors="surrogatepass")


def _spoil(chance: random.Random, place: Any, key: Any) -> None:
    value = chance.choice(ODD_VALUES)
    match chance.choice(["gone", "more", "other", "other", "other"]):
        case "gone":
            del place[key]
        case "more" if isinstance(place, dict):
            place[str(chance.choice(ODD_TEXTS))] = value
        case _:
            place[key] = value


BODIES: list[Body] = [_change_value] * 6 + [_flip, _cut, _insert, _change_encoding, _replace_body]


# Headers


def _change_header(chance: random.Random, headers: dict[str, str]) -> None:
    headers[chance.choice(list(headers))] = chance.choice(ODD_HEADERS)


def _remove_header(chance: random.Random, headers: dict[str, str]) -> None:
    if len(headers) > 1:
        del headers[chance.choice(list(headers))]


def _change_length(chance: random.Random, headers: dict[str, str]) -> None:
    headers["content-length"] = chance.choice(ODD_LENGTHS)


def _claim_chunked(_chance: random.Random, headers: dict[str, str]) -> None:
    headers["transfer-encoding"] = "chunked"


def _add_header(chance: random.Random, headers: dict[str, str]) -> None:
    name = chance.choice(["x-wc-webhook-", "x-wc-", "x-wc-webhook-id", "authorization", "cookie", "x" * 500])
    headers[name] = chance.choice(ODD_HEADERS)


HEADERS = [
    _change_header,
    _change_header,
    _change_header,
    _remove_header,
    _change_length,
    _claim_chunked,
    _add_header,
]


# All routes behind the webhooks

ODD_IDS = [
    *("0", "1", "2", "-1", "+1", "1.0", "1e9", "007", "\u0661", "9" * 18, "9" * 19, "9" * 400),
    *(str(2**31), str(2**63 - 1), str(2**63), str(2**64), "NaN", "None", "true"),
    *(
        "",
        " ",
        "..",
        "%00",
        "\0",
        "a\0b",
        "\n",
        "\xff\xfe",
        "\udcff",
        "x" * 5_000,
        "'",
        "st_x",
        "aw_1",
        "cf_x",
    ),
]
ODD_WORDS = [
    *ODD_IDS,
    *(text for text in ODD_TEXTS if len(text) < 3_000),
    *(
        "1e-99999999999999999999",
        "9" * 4_300,
        "2025-11-01",
        "2025-11-01T00:00:00Z",
        "9999-12-31",
        "yes",
        "US",
    ),
]
ODD_PAGE_HEADERS: list[tuple[str, str]] = [
    ("accept-language", ",".join(f"x{n};q=0.{n}" for n in range(900))),
    ("accept-language", "en;q=" + "9" * 4_300),
    ("accept-language", "es;q=nan, th;q=inf, \xff"),
    ("accept-language", "-" * 9_000),
    ("cookie", "console=\0; __Host-connect=" + "x" * 43),
    ("cookie", ";".join(f"c{n}=\xff" for n in range(900))),
    ("cookie", "console=eyJhIjoxfQ.aaaaaa.bbbb; console-known=.eJw"),
    ("authorization", "Bearer " + "x" * 60_000),
    ("authorization", "Basic \xff\xff"),
    ("authorization", "Bearer stt_\0"),
    ("authorization", 'Digest username="' + "a," * 900),
    ("x-forwarded-for", "1,2,\xff" * 300),
    ("x-request-id", "\0"),
    ("host", "[::1"),
    ("host", "a\0b"),
    ("range", "bytes=9-1"),
    ("range", "bytes=" + "0-1," * 900),
    ("if-none-match", "W/" * 900),
    ("if-modified-since", "Thu, 99 Foo 99999 99:99:99 GMT"),
    ("expect", "100-continue"),
    ("origin", "\xff"),
    ("referer", "https://[broken"),
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-site", "cross-site"),
    ("content-encoding", "gzip"),
]
ODD_TYPES = [
    *("application/json", "application/json; charset=utf-7", "application/problem+json", "text/plain", ""),
    *("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16"),
    *("multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=\xff"),
    "application/json; " + "a=b; " * 900,
]
ODD_PARTS = [
    b"--x\r\n\r\n--x--",
    b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\0\xff\r\n' * 1_200 + b"--x--",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="\0"\r\n\r\naward,reference\r\n"--x--',
    b"--x\r\n" + b"a: b\r\n" * 2_000 + b"\r\n--x--",
]


@dataclass
class FuzzedRoute:
    """A route: its rule, its methods, and the field names its bodies and queries are made of."""

    rule: str
    methods: list[str]
    names: list[str]


@dataclass
class Caller:
    """The headers that identify a caller, and the CSRF token of their forms."""

    headers: dict[str, str]
    csrf: str = ""


class RouteFuzzer:
    """Makes calls of any route by any caller; the same seed makes the same calls."""

    def __init__(
        self, seed: int, routes: list[FuzzedRoute], callers: dict[str, Caller], ids: list[str]
    ) -> None:
        self.chance = random.Random(seed)
        self.routes, self.callers, self.ids = routes, callers, [*ids, *ODD_IDS]

    def calls(self, count: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield a caller's name and a WSGI environ `count` times: routes in turn, callers at random."""
        names = list(self.callers)
        for number in range(count):
            route, name = self.routes[number % len(self.routes)], self.chance.choice(names)
            yield name, self._call(route, self.callers[name])

    def _call(self, route: FuzzedRoute, caller: Caller) -> dict[str, Any]:
        chance = self.chance
        method = chance.choice(route.methods)
        if chance.random() < 0.03:
            method = chance.choice(ODD_METHODS)
        path = re.sub(r"<.*?>", lambda _: self.piece(), route.rule)
        headers = dict(caller.headers)
        kind, body = self._body(route, caller) if method not in ("GET", "HEAD") else ("", b"")
        if kind:
            headers["content-type"] = kind
        if body or chance.random() < 0.3:
            headers["content-length"] = str(len(body))
        for _ in range(chance.choice([0, 0, 0, 1, 2])):
            headers |= [chance.choice(ODD_PAGE_HEADERS)]
        if chance.random() < 0.05:
            chance.choice([_change_length, _claim_chunked])(chance, headers)
        stream = _Broken() if chance.random() < 0.01 else io.BytesIO(body)
        environ = _environ(method, path.encode(errors="replace").decode("latin-1"), headers, stream)
        environ["QUERY_STRING"] = self._query(route)
        environ["REMOTE_ADDR"] = chance.choice(
            ["127.0.0.1", "203.0.113.9", "2001:db8::1", "::ffff:1.2.3.4", ""]
        )
        environ["wsgi.url_scheme"] = "https"
        return environ

    def piece(self) -> str:
        return self.chance.choice(self.ids if self.chance.random() < 0.7 else ODD_WORDS)

    def _query(self, route: FuzzedRoute) -> str:
        chance = self.chance
        if chance.random() < 0.1:
            return chance.choice(["%", "%zz&=&&", "a=\xff", "&" * 5_000, "a=1&" * 3_000, "=" * 100])
        pairs = [(self._name(route), self.piece()) for _ in range(chance.choice([0, 1, 1, 2, 4]))]
        return urlencode(pairs, errors="surrogatepass")

    def _name(self, route: FuzzedRoute) -> str:
        return self.chance.choice(
            route.names if route.names and self.chance.random() < 0.9 else ODD_TEXTS[:8]
        )

    def _body(self, route: FuzzedRoute, caller: Caller) -> tuple[str, bytes]:
        chance = self.chance
        names = [self._name(route) for _ in range(chance.randrange(6))]
        if chance.random() < 0.1:
            return chance.choice(ODD_TYPES), chance.choice([*ODD_BODIES, *ODD_PARTS, b"[" * 60_000])
        if caller.csrf or chance.random() < 0.3:
            fields = [("csrf", caller.csrf), *((name, self.piece()) for name in names)]
            body = urlencode(fields, errors="surrogatepass").encode()
            return "application/x-www-form-urlencoded", body
        value: Any = {name: self._value() for name in names}
        body = json.dumps(value, ensure_ascii=chance.random() < 0.5).encode(errors="surrogatepass")
        if chance.random() < 0.3:
            body = chance.choice(BODIES)(chance, body)
        number = chance.choice([b"1e-99999999999999999999", b"9" * 5_000, b"-0.0e0", b"[" * 5_000])
        return "application/json", body.replace(b"1.5", number)

    def _value(self) -> Any:
        chance = self.chance
        match chance.randrange(5):
            case 0:
                return [self.piece(), chance.choice([1, *ODD_NUMBERS])]
            case 1:
                return {self.piece(): chance.choice(ODD_VALUES)}
            case 2:
                return chance.choice(ODD_VALUES)
            case _:
                return self.piece()
