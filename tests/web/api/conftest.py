"""SQLite alone: views read no rows themselves; the tests of services run on both databases."""

from __future__ import annotations

import pytest


@pytest.fixture
def database_kind() -> str:
    return "sqlite"
