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
from receiver.container import Container, build_container
from receiver.storage.cipher import token_hash
from tests.conftest import make_settings
from tests.db_factories import keep_all, keep_store
from tests.factories import SETTLED
from tests.fakes import FrozenClock
from tests.staff import staff_token

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: the description is the same for both."""
    return "sqlite"


@pytest.fixture
def container(database_url: str) -> Iterator[Container]:
    """A service with a store that has an award, and one whose token asks."""
    container = build_container(make_settings(database_url=database_url), now=FrozenClock(SETTLED))
    keep_all(container)
    keep_store(container, "st_2", status_token_hash=token_hash("stt_store"))
    yield container
    container.database.close()


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_each_answer_is_a_described_one(container: Container, mode: GenerationMode) -> None:
    described = schemathesis.openapi.from_wsgi("/openapi.json", create_app(container=container))
    tokens = {True: staff_token(container), False: {"Authorization": "Bearer stt_store"}}
    operations = set()
    for operation in (item.ok() for item in described.get_all_operations()):

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=4, database=None, suppress_health_check=list(HealthCheck))
        def ask(case: Any) -> None:
            operations.add(case.operation.label)
            headers = tokens[case.path.startswith("/api/v1/admin/")]
            case.call_and_validate(headers=headers, checks=CHECKS)

        ask()
    assert operations
