"""The index `/wp-json/`: what a shop tells anybody about itself."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from receiver.sandbox.woocommerce.php_request import PhpRequest
from receiver.sandbox.woocommerce.records import Key
from receiver.sandbox.woocommerce.rest import Answer, Endpoint, Route

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop

COMPANION = "wc-ad-credit/v1"
NAMESPACES = ["oembed/1.0", "wc/v1", "wc/v2", "wc/v3", "wc/store/v1", "wc-admin", "wc-analytics", "wp/v2"]


def index_route(routes: list[Route]) -> Route:
    """Return the route of the index, which lists the other routes."""

    def index(shop: SandboxShop, _: PhpRequest, __: Key | None) -> Answer:
        return Answer(_index(shop, [route for route in routes if route.is_available(shop)]))

    return Route("/", {"GET": Endpoint(index, denied=None)})


def _index(shop: SandboxShop, routes: list[Route]) -> dict[str, Any]:
    companion = [COMPANION] if shop.setup.companion else []
    where = f"{shop.home}/wp-admin/authorize-application.php"
    passwords = {"application-passwords": {"endpoints": {"authorization": where}}}
    return {
        "name": escape(shop.setup.name),  # WordPress keeps its title as HTML
        "description": "",
        "url": shop.home,
        "home": shop.home,
        "gmt_offset": "0",
        "timezone_string": "",
        "page_for_posts": 0,
        "page_on_front": 0,
        "show_on_front": "posts",
        "namespaces": [*NAMESPACES, *companion],
        # PHP writes an empty map as a list; without https WordPress offers none.
        "authentication": passwords if shop.is_https else [],
        "routes": {route.pattern: _describe_route(route) for route in routes}
        | _filler_routes(shop.setup.other_routes),
        "site_logo": 0,
        "site_icon": 0,
        "site_icon_url": "",
        "_links": {"help": [{"href": "https://developer.wordpress.org/rest-api/"}]},
    }


def _describe_route(route: Route) -> dict[str, Any]:
    namespace = "/".join(route.pattern.split("/")[1:3])
    endpoints = [{"methods": methods.split(", "), "args": {}} for methods in route.endpoints]
    return {
        "namespace": namespace,
        "methods": [method for endpoint in endpoints for method in endpoint["methods"]],
        "endpoints": endpoints,
    }


def _filler_routes(count: int) -> dict[str, Any]:
    """Return invented routes, each as long as real ones, which list every argument."""
    args = {
        f"argument_{n}": {"description": "Limit result set to a kind.", "type": "string", "required": False}
        for n in range(12)
    }
    methods = ["GET", "POST"]
    endpoints = [{"methods": [method], "args": args} for method in methods]
    item = {"namespace": "other/v1", "methods": methods, "endpoints": endpoints}
    return {f"/other/v1/route-{n}": item for n in range(count)}
