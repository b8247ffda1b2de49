"""Fixtures: a journey from signal to award, and a service beside sandbox shops."""

from __future__ import annotations

import pytest

from receiver.app import create_app
from receiver.container import build_container
from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.sandbox.tiktok.faults import Faults
from tests.certificates import Authority
from tests.conftest import make_settings
from tests.fakes import FrozenClock
from tests.journeys.connecting import service_for
from tests.journeys.journey import JOINED, Journey
from tests.serving import served
from tests.shops import served_shops
from wp_bridge.safe_http import SafeHttpClient


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


@pytest.fixture
def service(database_url, clock, shops):
    """A served service that may call shops on this machine: its container and address."""
    with service_for(database_url, clock, shops) as served_service:
        yield served_service


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def https_shops(tmp_path, clock, authority):
    with served_shops(tmp_path / "shops", clock, authority.server_context("127.0.0.1")) as sandbox_shops:
        yield sandbox_shops


@pytest.fixture
def https_service(database_url, clock, https_shops, authority):
    """The served service beside shops over https, whose certificate authority it trusts."""
    with service_for(database_url, clock, https_shops) as (container, base):
        container.shops._guard = SafeHttpClient(allow_loopback=True, authorities=str(authority.file))
        yield container, base
