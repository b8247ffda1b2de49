"""A sandbox whose real time stands still: a store that spends, a stand-in for TikTok, and a clock to move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from receiver.app import create_app
from receiver.container import build_container
from receiver.sandbox.controls import Controls
from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from tests.conftest import make_settings
from tests.fakes import FrozenClock
from tests.journeys.journey import JOINED, Journey, each_day, set_spend
from tests.serving import served

REAL = datetime(2025, 11, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def database_kind() -> str:
    """The sandbox's own database; what it asks of the service is tested on both elsewhere."""
    return "sqlite"


@pytest.fixture
def sandbox(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journey]:
    """A sandbox on 10 November, whose store spends 25.00 a day from the 2nd on, for 30 dates."""
    real = FrozenClock(JOINED)
    monkeypatch.setattr("receiver.sandbox.clock.movable_clock.utc_now", real)
    controls = Controls(tmp_path)
    accounts: dict[str, SandboxAccount] = {}
    with served(create_tiktok(lambda: accounts, controls.clock, controls.faults.active_for)) as tiktok:
        api = f"{tiktok}/open_api/v1.3"
        container = build_container(
            make_settings(database_url=database_url, tiktok_api_url=api, sandbox_folder=tmp_path)
        )
        with served(create_app(container=container)) as base_url:
            journey = Journey(container, real, accounts, controls.faults, base_url)
            journey.set_up_and_link()
            journey.consent()
            journey.set_payment("manual")
            set_spend(journey, each_day("25.00", date(2025, 11, 2), 30))
            real.at = REAL
            journey.work()
            yield journey
        container.database.close()
