"""The WSGI app of the shops: it leads each address to the part of WordPress that answers it."""

from __future__ import annotations

from flask import Flask, request
from werkzeug import Response
from werkzeug.exceptions import HTTPException

from receiver.sandbox.html_page import not_found, page
from receiver.sandbox.woocommerce import (
    authorize,
    back_office,
    faulty_answers,
    rest_companion,
    rest_settings,
    rest_status,
    rest_webhooks,
)
from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.sandbox.woocommerce.php_request import PhpRequest, read_request
from receiver.sandbox.woocommerce.records import Key
from receiver.sandbox.woocommerce.rest import respond
from receiver.sandbox.woocommerce.rest_index import index_route
from receiver.sandbox.woocommerce.shop import Permalinks, ReceivedRequest, SandboxShop
from receiver.sandbox.woocommerce.shops import PREFIX, SandboxShops

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
LISTED_ROUTES = [*rest_webhooks.ROUTES, *rest_settings.ROUTES, *rest_status.ROUTES, *rest_companion.ROUTES]
ROUTES = [index_route(LISTED_ROUTES), *LISTED_ROUTES]


def create_shops(shops: SandboxShops) -> Flask:
    """Return a WSGI app that serves the shops; they are looked up anew for every request."""
    app = Flask(__name__)
    app.url_map.merge_slashes = False

    def visit(shop_id: str, path: str = "") -> Response:
        shop = shops.get(shop_id)
        if shop is None:
            return not_found()
        if path == back_office.PATH:  # no fault of the shop bars the page on which it is switched off
            return back_office.respond(shop, read_request(request))
        return _visit(shop, path)

    for path in ("/", PREFIX):
        app.add_url_rule(path, view_func=lambda: back_office.list_shops(shops.all()), endpoint=path)
    rule = f"{PREFIX}<shop_id>/"
    app.add_url_rule(rule, view_func=visit, methods=METHODS)
    app.add_url_rule(f"{rule}<path:path>", view_func=visit, methods=METHODS)
    app.register_error_handler(HTTPException, lambda error: page(error.name, status=error.code or 500))
    return app


def _visit(shop: SandboxShop, path: str) -> Response:
    php_request = faulty_answers.drop_authorization(shop, read_request(request))
    fault_response = faulty_answers.site_fault_response(shop, request)
    response, key = (fault_response, None) if fault_response else _respond(shop, php_request, path)
    uri = php_request.uri.removeprefix(f"{PREFIX}{shop.id}")
    shop.received_requests.append(
        ReceivedRequest(php_request.method, uri, key.consumer_key if key else None, response.status_code)
    )
    return response


def _respond(shop: SandboxShop, php_request: PhpRequest, path: str) -> tuple[Response, Key | None]:
    if shop.setup.permalinks is Permalinks.PLAIN and path.startswith("index.php/wp-json"):
        return _redirect_to_pretty(shop), None
    inside = _wordpress_path(shop, path)
    if inside is None:
        return not_found(), None
    route = _rest_route(inside, php_request)
    if route is not None:
        return _respond_rest(shop, php_request, route)
    step = authorize.find_step(inside, php_request)
    if step is not None and shop.has_fault(ShopFault.NO_KEY_PAGE):
        return faulty_answers.firewall_page(), None
    if step is not None:
        return authorize.respond(shop, php_request, step, request.cookies), None
    return (not_found() if inside else page(shop.setup.name)), None


def _redirect_to_pretty(shop: SandboxShop) -> Response:
    """Return the redirect to `/wp-json/` that WordPress sends with plain permalinks.

    There that address is no page, so a client that follows the redirect gets a 404.
    """
    headers = {"Location": f"{shop.home}/wp-json/", "X-Redirect-By": "WordPress"}
    return Response(status=301, headers=headers)


def _respond_rest(shop: SandboxShop, php_request: PhpRequest, route: str) -> tuple[Response, Key | None]:
    fault_response = faulty_answers.rest_fault_response(shop)
    if fault_response is not None:
        return fault_response, None
    answer, key = respond(shop, php_request, route, ROUTES)
    refusal = None if key else faulty_answers.keyless_fault_response(shop)
    if refusal is not None:
        return refusal, None
    return faulty_answers.spoil_response(shop, answer), key


def _wordpress_path(shop: SandboxShop, path: str) -> str | None:
    """Return the path as WordPress sees it; None if neither the web server nor a rewrite rule leads there."""
    if path in ("", "index.php"):
        return ""
    if path.startswith("index.php/"):
        return None if shop.setup.permalinks is Permalinks.PLAIN else path.removeprefix("index.php/")
    return path if shop.setup.permalinks is Permalinks.PRETTY else None


def _rest_route(inside: str, php_request: PhpRequest) -> str | None:
    """Return the REST route that an address means; None for a page."""
    first, _, rest = inside.partition("/")
    if first == "wp-json":
        return f"/{rest.strip('/')}"
    route = None if inside else php_request.query.get("rest_route")
    return None if route is None else f"/{route.strip('/')}"
