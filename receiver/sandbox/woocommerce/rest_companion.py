"""The routes of our own plugin, `wc-ad-credit/v1`, where a shop has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from receiver.sandbox.woocommerce import companion
from receiver.sandbox.woocommerce.errors import RestError, missing_parameters, wrong_type
from receiver.sandbox.woocommerce.php_request import PhpRequest
from receiver.sandbox.woocommerce.records import Key
from receiver.sandbox.woocommerce.rest import FORBIDDEN, Answer, Endpoint, Route
from receiver.sandbox.woocommerce.rest_index import COMPANION

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop


def show_state(shop: SandboxShop, _: PhpRequest, key: Key | None) -> Answer:
    """Return the plugin's `state` signal. Raises RestError (403) for a key from before a disconnection."""
    _check_admitted(shop, key)
    return Answer(shop.state())


def keep_token(shop: SandboxShop, request: PhpRequest, key: Key | None) -> Answer:
    """Store the status token, which only our service knows.

    Raises RestError (403) for a key from before a disconnection.
    """
    _check_admitted(shop, key)
    companion.keep_token(shop, request.params["token"], key)
    return Answer({"stored": True})


def _check_admitted(shop: SandboxShop, key: Key | None) -> None:
    if not companion.is_admitted(shop, key):
        raise RestError("wc_ad_credit_disconnected", "The merchant disconnected.", 403)


def check_token(params: Mapping[str, Any]) -> None:
    """Raise RestError unless the parameters hold a token that is a string."""
    if "token" not in params:
        raise missing_parameters(["token"])
    if not isinstance(params["token"], str):
        raise wrong_type("token", "string")


def _is_installed(shop: SandboxShop) -> bool:
    return shop.setup.companion is not None


def _is_up_to_date(shop: SandboxShop) -> bool:
    return _is_installed(shop) and not shop.setup.outdated


ROUTES = [
    Route(f"/{COMPANION}/state", {"GET": Endpoint(show_state, FORBIDDEN)}, is_available=_is_installed),
    Route(
        f"/{COMPANION}/token",
        {"POST": Endpoint(keep_token, FORBIDDEN, check_token)},
        is_available=_is_up_to_date,
    ),
]
