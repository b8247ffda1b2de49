"""Whatever is killed, and whenever: what was answered 200 is there, ended, and done once."""

from __future__ import annotations

from receiver.wiring import wire
from tests.conftest import make_settings
from tests.killing import kill_at_random
from tests.sandbox.ports import two_free_ports


def test_nothing_answered_200_is_lost_or_done_twice_by_kills(database_url: str):
    wired = wire(make_settings(database_url=database_url))
    found = kill_at_random(wired, two_free_ports(), kills=6, seed=20251123)
    wired.database.close()
    assert found.is_whole, str(found)
