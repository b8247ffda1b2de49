"""Whatever arrives: no 5xx, no traceback, no memory that grows, and what was accepted ends in a named state.

Larger, or otherwise: `FUZZ=100000 FUZZ_SEED=7 pytest tests/web/test_fuzz.py`.
"""

from __future__ import annotations

import gc
import json
import os
import re
from collections import Counter
from typing import Any

import psutil
import pytest
from structlog.testing import capture_logs

from receiver.app import create_app
from receiver.container import Container, build_container
from receiver.services.deliveries.process import process_next
from receiver.storage.tables import Delivery
from tests.conftest import make_settings
from tests.fakes import FrozenClock
from tests.fuzzed_calls import LIMIT, Fuzzer
from tests.signals import add_shop

COUNTS = {"sqlite": 5_000, "postgresql": 500}
SEED = int(os.environ.get("FUZZ_SEED", "20251123"))
UNEASY = 4 * 1024 * 1024  # bytes by which a process may grow all the same
A_FAULT_OF_OURS = re.compile(r"\w+(Error|Exception|Warning)\b")


def ask(app: Any, environ: dict[str, Any]) -> tuple[int, bytes]:
    statuses: list[str] = []
    answer = app(environ, lambda status, _headers, _info=None: statuses.append(status))
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    return int(statuses[0][:3]), body


def test_whatever_arrives_breaks_nothing(
    database_url: str, clock: FrozenClock, caplog: pytest.LogCaptureFixture
):
    container = build_container(make_settings(database_url=database_url, max_body_bytes=LIMIT), now=clock)
    app, fuzzer = create_app(container=container).wsgi_app, Fuzzer(SEED, add_shop(container).id)
    count = int(os.environ.get("FUZZ", COUNTS["sqlite" if container.database.is_sqlite else "postgresql"]))
    answers: Counter[int] = Counter()
    accepted: set[int] = set()
    before = received = 0
    for number, call in enumerate(fuzzer.calls(count)):
        if number == count // 5:  # warm by now
            before, received = resident(), 0
        received += call.bytes
        with capture_logs() as logged:
            status, body = ask(app, call.environ)
        context = f"call {number} of seed {SEED}: {status} {body[:200]!r} {logged}"
        answers[status] += 1
        is_accepted = status == 200 and b"pong" not in body
        assert status < 500, context
        assert is_accepted == call.is_good, context
        assert not any(line["log_level"] in ("error", "critical") for line in logged), context
        if is_accepted:
            accepted.add(json.loads(body)["id"])
    assert len(answers) > 5, "the calls are not as different as they should be"
    # A quarter of what would be kept if each body were.
    assert resident() - before < max(UNEASY, received / 4)
    assert not caplog.records
    assert_each_has_ended(container, accepted)
    container.database.close()


def assert_each_has_ended(container: Container, accepted: set[int]) -> None:
    while process_next(container):
        pass
    with container.database.reading() as session:
        results = {row.id: (row.state, row.error) for row in session.query(Delivery)}
    assert accepted == set(results)
    assert {state for state, _ in results.values()} == {"processed", "ignored", "dead"}
    for delivery_id, (state, error) in results.items():
        assert not A_FAULT_OF_OURS.match(error or ""), (delivery_id, state, error)


def resident() -> int:
    gc.collect()
    return psutil.Process().memory_info().rss
