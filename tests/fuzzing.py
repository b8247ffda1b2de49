"""Calls that nobody would make, from a seed: real captures and signals of ours, spoilt in some ways."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from receiver.integrations.woocommerce.signature import sign, signing_key
from tests.captures import FILES, captures
from tests.sending import signed_headers
from tests.signals import SECRET, body_of, linked, signal

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
    """The same seed makes the same calls."""

    def __init__(self, seed: int, store_id: str) -> None:
        self.chance = random.Random(seed)
        self.store_id = store_id
        real = [capture for file in FILES for capture in captures(file)]
        ours = [body_of(one) for one in (signal(1), linked(2), signal(3, event="link_lost"))]
        self._seen = [(capture.headers, capture.body) for capture in real if len(capture.body) < LIMIT]
        self._seen += [(tuple(signed_headers(body, SECRET)), body) for body in ours] * (len(real) // 3)

    def calls(self, count: int) -> Iterator[FuzzedCall]:
        return (self._call() for _ in range(count))

    def _call(self) -> FuzzedCall:
        chance = self.chance
        given, body = chance.choice(self._seen)
        for _ in range(chance.choice([0, 1, 1, 2, 4])):
            body = chance.choice(BODIES)(chance, body)
        headers = {name.lower(): value for name, value in given}
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
    """A line that breaks."""

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
    what = chance.choice([b"\0", b"\xed\xa0\x80", b"\\ud800", b"{", b'"', chance.randbytes(20), body[:500]])
    return body[:at] + what + body[at:]


def _another_encoding(chance: random.Random, body: bytes) -> bytes:
    return body.decode(errors="replace").encode(chance.choice(["utf-16", "utf-32", "utf-7", "utf-8-sig"]))


def _another(chance: random.Random, _body: bytes) -> bytes:
    return chance.choice(ODD_BODIES)


def _another_value(chance: random.Random, body: bytes) -> bytes:
    """A value somewhere in the JSON is another, gone, or joined by one nobody asked for."""
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


BODIES: list[Body] = [_another_value] * 6 + [_flip, _cut, _insert, _another_encoding, _another]


# Headers


def _other_value(chance: random.Random, headers: dict[str, str]) -> None:
    headers[chance.choice(list(headers))] = chance.choice(ODD_HEADERS)


def _gone(chance: random.Random, headers: dict[str, str]) -> None:
    if len(headers) > 1:
        del headers[chance.choice(list(headers))]


def _other_length(chance: random.Random, headers: dict[str, str]) -> None:
    headers["content-length"] = chance.choice(ODD_LENGTHS)


def _chunked(_chance: random.Random, headers: dict[str, str]) -> None:
    headers["transfer-encoding"] = "chunked"


def _more(chance: random.Random, headers: dict[str, str]) -> None:
    name = chance.choice(["x-wc-webhook-", "x-wc-", "x-wc-webhook-id", "authorization", "cookie", "x" * 500])
    headers[name] = chance.choice(ODD_HEADERS)


HEADERS = [_other_value, _other_value, _other_value, _gone, _other_length, _chunked, _more]
