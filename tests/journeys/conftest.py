"""The journey a test asks for, on both databases."""

from __future__ import annotations

import pytest

from receiver.app import create_app
from receiver.container import build_container
from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.sandbox.tiktok.faults import Faults
from tests.conftest import make_settings
from tests.fakes import FrozenClock
from tests.journeys.journey import JOINED, Journey
from tests.serving import served


@pytest.fixture
def journey(database_url, tmp_path):
    clock = FrozenClock(JOINED)
    accounts: dict[str, SandboxAccount] = {}
    faults = Faults(tmp_path / "faults")
    with served(create_tiktok(lambda: accounts, clock, faults.active_for)) as tiktok:
        settings = make_settings(database_url=database_url, tiktok_api_url=f"{tiktok}/open_api/v1.3")
        container = build_container(settings, now=clock)
        with served(create_app(container=container)) as base_url:
            yield Journey(container, clock, accounts, faults, base_url)
        container.database.close()
