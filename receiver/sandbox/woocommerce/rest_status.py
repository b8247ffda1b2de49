"""The route `wc/v3/system_status`: versions, settings and plugins, after the answer of a real store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from receiver.sandbox.woocommerce.php_request import PhpRequest
from receiver.sandbox.woocommerce.records import Key
from receiver.sandbox.woocommerce.rest import CANNOT_LIST, Answer, Endpoint, Route
from receiver.sandbox.woocommerce.rest_settings import currency_label, setting_value

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop

REAL = Path(__file__).with_name("system_status.json")
COMPANION = "ad-credit-status-for-woocommerce/ad-credit-status-for-woocommerce.php"
WITH_HPOS = "Automattic\\WooCommerce\\Internal\\DataStores\\Orders\\OrdersTableDataStore"
WITHOUT_HPOS = "WC_Order_Data_Store_CPT"


def show_system_status(shop: SandboxShop, _: PhpRequest, __: Key | None) -> Answer:
    """Return a real store's system status with this shop's versions, currency and active plugins."""
    setup = shop.setup
    answer: dict[str, Any] = json.loads(REAL.read_text(encoding="utf-8"))
    answer["environment"] |= {
        "home_url": shop.home,
        "site_url": shop.home,
        "store_id": setup.store_id,
        "version": setup.wc_version,
        "wp_version": setup.wp_version,
    }
    currency = setting_value(shop, "woocommerce_currency")
    answer["settings"] |= {
        "currency": currency,
        "currency_symbol": currency_label(currency)[1],
        "order_datastore": WITH_HPOS if setup.hpos else WITHOUT_HPOS,
        "HPOS_enabled": setup.hpos,
    }
    answer["security"]["secure_connection"] = shop.is_https
    answer["active_plugins"] = _active_plugins(shop)
    return Answer(answer)


ROUTES = [Route("/wc/v3/system_status", {"GET": Endpoint(show_system_status, CANNOT_LIST)})]


def _active_plugins(shop: SandboxShop) -> list[dict[str, Any]]:
    setup = shop.setup
    plugins = [_plugin("woocommerce/woocommerce.php", "WooCommerce", setup.wc_version)]
    if setup.integration:
        plugins.append(_plugin(setup.integration, "TikTok", "1.3.6"))
    if setup.companion:
        plugins.append(_plugin(COMPANION, "Ad Credit", setup.companion))
    return plugins


def _plugin(file: str, name: str, version: str) -> dict[str, Any]:
    return {
        "plugin": file,
        "name": name,
        "version": version,
        "version_latest": version,
        "url": "",
        "author_name": "",
        "author_url": "",
        "network_activated": False,
    }
