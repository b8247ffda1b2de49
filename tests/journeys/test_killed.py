"""Whatever is killed, and whenever: what was answered 200 is there, ended, and done once."""

from __future__ import annotations

from receiver.container import build_container
from tests.conftest import make_settings
from tests.crash_runner import kill_at_random
from tests.sandbox.ports import two_free_ports


def test_nothing_answered_200_is_lost_or_done_twice_by_kills(database_url: str):
    container = build_container(make_settings(database_url=database_url))
    found = kill_at_random(container, two_free_ports(), kills=2, seed=20251123, rest=0.02)
    container.database.close()
    assert found.is_whole, str(found)
