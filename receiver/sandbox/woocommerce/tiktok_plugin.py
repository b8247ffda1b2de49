"""TikTok's own plugin in a shop of the sandbox: the options it writes, and what our plugin makes of them.

It keeps the ids when it is deactivated, and on connecting it writes the token one request before the id. Our
plugin takes an id for linked once it was written after the token of this connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop

TOKEN, ADVERTISER = "tt4b_access_token", "tt4b_advertiser_id"


def deactivate(shop: SandboxShop) -> None:
    """Disable the plugin: delete its token, leave its ids, and signal its removal and the lost link."""
    with shop.changing():
        shop.records.options.pop(TOKEN, None)
    shop.setup.integration = None
    _report(shop, "integration_removed")
    shop.signal("link_lost")


def activate(shop: SandboxShop, integration: str) -> None:
    """Install the plugin under the name WordPress gives it, and signal that it is installed."""
    shop.setup.integration = integration
    _report(shop, "integration_installed")


def write_token(shop: SandboxShop) -> None:
    """Write the token of a new connection; its advertiser is unknown until the next page is drawn."""
    with shop.changing():
        shop.records.options[TOKEN] = "token"
        shop.records.is_settled = False
    _report(shop, "integration_set_up")


def write_advertiser_id(shop: SandboxShop, advertiser_id: str) -> None:
    """Write the advertiser id of this connection, the same as before or another, and signal the link."""
    with shop.changing():
        shop.records.options[ADVERTISER] = advertiser_id
        shop.records.is_settled = True
    _report(shop, "account_linked", **_account(shop))


def _report(shop: SandboxShop, event: str, **fields: Any) -> None:
    options, records = shop.records.options, shop.records
    is_linked = TOKEN in options and ADVERTISER in options and records.is_settled
    shop.setup.state = {
        "integration": {
            "installed": shop.setup.integration is not None,
            "set_up": shop.setup.integration is not None and TOKEN in options,
            "copies": int(shop.setup.integration is not None),
        },
        "account": _account(shop) if is_linked else None,
    }
    shop.signal(event, **fields)


def _account(shop: SandboxShop) -> dict[str, Any]:
    advertiser_id = shop.records.options[ADVERTISER]
    return {
        "advertiser_id": advertiser_id,
        "business_center": None,
        "external_business_id": None,
        "exact": True,
    }
