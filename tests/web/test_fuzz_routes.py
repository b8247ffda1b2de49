"""Whatever anybody sends to any route: no 5xx but a true 503, no traceback.

Larger, or otherwise: `FUZZ=100000 FUZZ_SEED=7 pytest tests/web/test_fuzz_routes.py`, or `make soak`.
"""

from __future__ import annotations

import os

from tests.fakes import FrozenClock
from tests.fuzzed_routes import COUNTS, SEED, call_all_routes


def test_whatever_anybody_asks_of_any_route_breaks_nothing(database_url: str, clock: FrozenClock):
    kind = database_url.partition(":")[0].partition("+")[0]
    count = int(os.environ.get("FUZZ", COUNTS[kind]))
    answers = call_all_routes(database_url, clock, count, SEED)
    assert {200, 302, 400, 401, 403, 404, 405, 411, 413} <= set(answers), answers
    assert answers[200] > count / 50, "too few calls get as far as a page"
