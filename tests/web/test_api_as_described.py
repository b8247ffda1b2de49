"""Whatever is asked of the API, it answers as /openapi.json says, and never with a fault of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from receiver.app import create_app
from receiver.storage.migrate import migrate
from receiver.storage.seal import token_hash
from receiver.wiring import Wiring, wire
from tests.conftest import make_settings
from tests.factories import SETTLED
from tests.fakes import FrozenClock
from tests.rows import keep_all, keep_store
from tests.staff import staff_token

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def wired(tmp_path: Any) -> Iterator[Wiring]:
    """A service with a store that has an award, and one whose token asks."""
    made = wire(make_settings(database_url=f"sqlite:///{tmp_path}/receiver.db"), now=FrozenClock(SETTLED))
    migrate(made.database)
    keep_all(made)
    keep_store(made, "st_2", status_token_hash=token_hash("stt_store"))
    yield made
    made.database.close()


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_each_answer_is_a_described_one(wired: Wiring, mode: GenerationMode) -> None:
    described = schemathesis.openapi.from_wsgi("/openapi.json", create_app(wired=wired))
    tokens = {True: staff_token(wired), False: {"Authorization": "Bearer stt_store"}}
    asked = set()
    for operation in (found.ok() for found in described.get_all_operations()):

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=15, database=None, suppress_health_check=list(HealthCheck))
        def ask(case: Any) -> None:
            asked.add(case.operation.label)
            headers = tokens[case.path.startswith("/api/v1/admin/")]
            case.call_and_validate(headers=headers, checks=CHECKS)

        ask()
    assert asked
