"""Web and worker are killed at random: each delivery answered 200 is stored, ended and applied once."""

from __future__ import annotations

from receiver.container import build_container
from tests.conftest import make_settings
from tests.crash_runner import kill_at_random
from tests.sandbox.ports import two_free_ports


def test_nothing_answered_200_is_lost_or_done_twice_by_kills(database_url: str):
    container = build_container(make_settings(database_url=database_url))
    result = kill_at_random(container, two_free_ports(), kills=2, seed=20251123, rest=0.02)
    container.database.close()
    assert result.is_whole, str(result)
