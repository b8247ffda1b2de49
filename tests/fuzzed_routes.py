"""The whole app under fuzzed calls, with one row of everything in it and callers of every kind."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from structlog.testing import capture_logs

from receiver.app import create_app
from receiver.container import Container, build_container
from receiver.storage import tables, webhook_endpoints
from receiver.storage.cipher import token_hash
from tests.conftest import make_settings
from tests.db_factories import keep_store
from tests.fake_stores import FakeShops
from tests.fuzzed_calls import Caller, FuzzedRoute, RouteFuzzer
from tests.signals import keep_one, signal
from tests.staff import Console, staff_token

COUNTS = {"sqlite": 5_000, "postgresql": 500}
SEED = int(os.environ.get("FUZZ_SEED", "20251129"))
STATUS_TOKEN = "stt_" + "a" * 40
TEMPLATES = Path(__file__).parents[1] / "receiver" / "web"
NAME = re.compile(r'name="(\w+)"')
# Only an app that cannot reach TikTok says this; there is none here.
TRULY_UNREACHABLE = b"no whole answer from 127.0.0.1"

Wsgi = Callable[..., Any]


@contextmanager
def fuzzed_app(
    database_url: str, now: Callable[[], datetime]
) -> Iterator[tuple[Wsgi, Callable[[int], RouteFuzzer]]]:
    """Yield the app, and a function that makes its fuzzer from a seed."""
    container = build_container(make_settings(database_url=database_url), now=now)
    container = replace(container, shops=FakeShops())  # type: ignore[arg-type]
    keep_store(container, status_token_hash=token_hash(STATUS_TOKEN))
    with container.database.writing() as session:
        webhook_endpoints.add_endpoint(session, "st_1", "st_1", topic=None)  # as every store has one
    keep_one(container, "st_1", signal(1))
    app = create_app(container=container)
    callers = _callers(container)
    yield app.wsgi_app, lambda seed: RouteFuzzer(seed, _routes(app), callers, _ids(container))
    container.database.close()


def call_all_routes(database_url: str, now: Callable[[], datetime], count: int, seed: int) -> Counter[int]:
    """Count the statuses of `count` calls. Raises AssertionError, naming the call, at a fault of ours."""
    statuses: Counter[int] = Counter()
    with fuzzed_app(database_url, now) as (app, fuzzer):
        for number, (caller, environ) in enumerate(fuzzer(seed).calls(count)):
            with capture_logs() as log_entries:
                statuses[
                    assert_handles(app, caller, environ, f"call {number} of seed {seed}", log_entries)
                ] += 1
    return statuses


def assert_handles(
    app: Wsgi,
    caller: str,
    environ: dict[str, Any],
    call: str,
    log_entries: Sequence[MutableMapping[str, Any]],
) -> int:
    """Assert that the app answers a call without a fault: no 5xx but a true 503; return the status."""
    status_lines: list[str] = []
    answer = app(environ, lambda status, _headers, _info=None: status_lines.append(status))
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    status = int(status_lines[0][:3])
    request = f"{call}: {caller} {environ['REQUEST_METHOD'][:9]} {environ['PATH_INFO'][:90]!r}"
    exchange = f"{request} ?{environ['QUERY_STRING'][:200]} → {status} {body[:300]!r} {log_entries}"
    assert status < 500 or status == 503 or TRULY_UNREACHABLE in body, exchange
    assert not any(line["log_level"] in ("error", "critical") for line in log_entries), exchange
    assert b"Traceback" not in body, exchange
    if status == 503:
        assert environ["PATH_INFO"] == "/readyz", exchange  # no worker runs here
    return status


def _callers(container: Container) -> dict[str, Caller]:
    roles = ("viewer", "operator")
    tokens = {f"{role}'s token": Caller(_with_lower_names(staff_token(container, role))) for role in roles}
    consoles = {f"{role}'s browser": _browser(Console(container, role)) for role in roles}
    store = Caller({"authorization": f"Bearer {STATUS_TOKEN}"})
    return {
        "nobody": Caller({}),
        "store": store,
        "stranger": _browser(Console(container, None)),
        **tokens,
        **consoles,
    }


def _browser(console: Console) -> Caller:
    csrf = console.csrf()
    cookie = console.client.get_cookie("console", "credit.example", "/admin")
    assert cookie is not None
    return Caller({"cookie": f"console={cookie.value}", "host": "credit.example"}, csrf)


def _with_lower_names(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _routes(app: Flask) -> list[FuzzedRoute]:
    """Return each route with the field names of its document, or with those of all forms."""
    spec = app.test_client().get("/openapi.json").json or {}
    form_fields = sorted(
        {name for file in TEMPLATES.rglob("*.html") for name in NAME.findall(file.read_text())}
    )
    form_fields += [
        "after",
        "still",
        "ticket",
        "state",
        "auth_code",
        "user_id",
        "success",
        "return_url",
        "page",
    ]
    return [
        FuzzedRoute(rule.rule, sorted(rule.methods or ()), _fields(spec, rule.rule) or form_fields)
        for rule in app.url_map.iter_rules()
    ]


def _fields(spec: dict[str, Any], rule: str) -> list[str]:
    path = spec["paths"].get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule), {})
    names = set()
    for method in path.values():
        if not isinstance(method, dict):
            continue
        names |= {item["name"] for item in method.get("parameters", ()) if item.get("in") == "query"}
        content = method.get("requestBody", {}).get("content", {}).get("application/json", {})
        reference = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        names |= set(spec["components"]["schemas"].get(reference, {}).get("properties", ()))
    return sorted(names)


def _ids(container: Container) -> list[str]:
    """Return ids of rows that exist, so that calls get as far as the work."""
    with container.database.reading() as session:
        deliveries = session.scalars(select(tables.Delivery.id)).all()
    return ["st_1", "m_1", "woocommerce-2025", "7001", "received", "open", *map(str, deliveries)] * 3
