"""A WordPress with our plugin's zip installed, and a service with a store for its shop."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from receiver.app import create_app
from receiver.container import Container, build_container
from receiver.services.stores.add import AddedStore
from receiver.storage.migrate import migrate
from tests.conftest import make_settings
from tests.factories import OPEN
from tests.fakes import FrozenClock
from tests.plugin.tiktok import Tiktok
from tests.plugin.wordpress import WordPress, wordpress
from tests.serving import served
from tests.signals import SECRET, add_shop
from wp_bridge.packing import SLUG, pack_plugin


@pytest.fixture(scope="session")
def empty_site() -> Iterator[WordPress]:
    """A site with the stand-in for WooCommerce active, and our plugin not installed."""
    # Not pytest's own folder: a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="wp") as folder, wordpress(Path(folder)) as site:
        site.php("activate_plugin('woocommerce/woocommerce.php');")
        yield site


@pytest.fixture(scope="module")
def site(empty_site: WordPress) -> Iterator[WordPress]:
    """A site with our plugin active; the plugin and its data are removed afterwards."""
    zipfile.ZipFile(io.BytesIO(pack_plugin())).extractall(empty_site.content / "plugins")
    empty_site.php(f"activate_plugin('{SLUG}/{SLUG}.php');")
    empty_site.php("return 1;")  # the first request with it
    yield empty_site
    empty_site.php(f"deactivate_plugins('{SLUG}/{SLUG}.php'); delete_plugins(['{SLUG}/{SLUG}.php']);")


@dataclass
class Service:
    """The real service on a socket, and the store it made for the site."""

    url: str
    container: Container
    clock: FrozenClock
    store: AddedStore


@pytest.fixture(scope="module")
def service(empty_site: WordPress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    clock = FrozenClock(OPEN)
    apps: list[Any] = []
    with served(lambda environ, start: apps[0](environ, start)) as url:  # its address must be known first
        settings = make_settings(database_url=f"sqlite:///{folder}/receiver.db", public_url=url)
        container = build_container(settings, now=clock)
        migrate(container.database)
        apps.append(create_app(container=container))
        yield Service(url, container, clock, add_shop(container, f"{empty_site.url}/"))
    container.database.close()


@pytest.fixture
def signal_webhook(empty_site: WordPress, service: Service) -> Iterator[None]:
    """The site's webhook for our signals, as the service makes it."""
    address = f"{service.url}/webhooks/woocommerce/{service.store.id}"
    empty_site.make_webhook(136, "action.wc_ad_credit_signal", address, SECRET)
    yield
    empty_site.remove_webhooks()


@pytest.fixture
def tiktok(empty_site: WordPress) -> Iterator[Tiktok]:
    integration = Tiktok(empty_site)
    yield integration
    integration.remove()


@pytest.fixture
def served_site(empty_site: WordPress, service: Service, signal_webhook: None) -> tuple[WordPress, Service]:
    """A site without our plugin, and a service that has made its webhook there."""
    return empty_site, service
