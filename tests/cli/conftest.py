"""What is asked here reads no row itself: services do, and their tests run on both databases."""

from __future__ import annotations

import pytest


@pytest.fixture
def database_kind() -> str:
    return "sqlite"
