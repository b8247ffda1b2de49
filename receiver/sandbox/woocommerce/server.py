"""The WSGI app that carries the shops: which part of WordPress an address reaches."""

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
from receiver.sandbox.woocommerce.asking import Asking, asking
from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.sandbox.woocommerce.records import Key
from receiver.sandbox.woocommerce.rest import respond
from receiver.sandbox.woocommerce.rest_index import index_route
from receiver.sandbox.woocommerce.shop import Asked, Permalinks, SandboxShop
from receiver.sandbox.woocommerce.shops import PREFIX, SandboxShops

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
LISTED = [*rest_webhooks.ROUTES, *rest_settings.ROUTES, *rest_status.ROUTES, *rest_companion.ROUTES]
ROUTES = [index_route(LISTED), *LISTED]


def create_shops(shops: SandboxShops) -> Flask:
    """A WSGI app to serve on a port of its own; the shops are looked at for every request."""
    app = Flask(__name__)
    app.url_map.merge_slashes = False

    def visit(shop_id: str, path: str = "") -> Response:
        shop = shops.get(shop_id)
        if shop is None:
            return not_found()
        # What is wrong with the shop stops no one from putting it right.
        return back_office.respond(shop, asking(request)) if path == back_office.PATH else _visit(shop, path)

    for path in ("/", PREFIX):
        app.add_url_rule(path, view_func=lambda: back_office.list_shops(shops.all()), endpoint=path)
    rule = f"{PREFIX}<shop_id>/"
    app.add_url_rule(rule, view_func=visit, methods=METHODS)
    app.add_url_rule(f"{rule}<path:path>", view_func=visit, methods=METHODS)
    app.register_error_handler(HTTPException, lambda error: page(error.name, status=error.code or 500))
    return app


def _visit(shop: SandboxShop, path: str) -> Response:
    asked = faulty_answers.arriving(shop, asking(request))
    instead = faulty_answers.instead_of_the_shop(shop, request)
    response, key = (instead, None) if instead else _answer(shop, asked, path)
    uri = asked.uri.removeprefix(f"{PREFIX}{shop.id}")
    shop.asked.append(Asked(asked.method, uri, key.consumer_key if key else None, response.status_code))
    return response


def _answer(shop: SandboxShop, asked: Asking, path: str) -> tuple[Response, Key | None]:
    if shop.setup.permalinks is Permalinks.PLAIN and path.startswith("index.php/wp-json"):
        return _led_to_pretty(shop), None
    inside = _inside(shop, path)
    if inside is None:
        return not_found(), None
    route = _rest_route(inside, asked)
    if route is not None:
        return _rest(shop, asked, route)
    auth = authorize.route_of(inside, asked)
    if auth is not None and shop.suffers(ShopFault.NO_KEY_PAGE):
        return faulty_answers.blocked(), None
    if auth is not None:
        return authorize.respond(shop, asked, auth, request.cookies), None
    return (not_found() if inside else page(shop.setup.name)), None


def _led_to_pretty(shop: SandboxShop) -> Response:
    """As WordPress does with plain permalinks, where that address is none."""
    headers = {"Location": f"{shop.home}/wp-json/", "X-Redirect-By": "WordPress"}
    return Response(status=301, headers=headers)


def _rest(shop: SandboxShop, asked: Asking, route: str) -> tuple[Response, Key | None]:
    instead = faulty_answers.instead_of_rest(shop)
    if instead is not None:
        return instead, None
    answer, key = respond(shop, asked, route, ROUTES)
    refused = None if key else faulty_answers.stranger_refused(shop)
    if refused is not None:
        return refused, None
    return faulty_answers.spoilt(shop, answer), key


def _inside(shop: SandboxShop, path: str) -> str | None:
    """The path as WordPress sees it; None where neither the web server nor a rule leads there."""
    if path in ("", "index.php"):
        return ""
    if path.startswith("index.php/"):
        return None if shop.setup.permalinks is Permalinks.PLAIN else path.removeprefix("index.php/")
    return path if shop.setup.permalinks is Permalinks.PRETTY else None


def _rest_route(inside: str, asked: Asking) -> str | None:
    """The REST route an address means; None for a page."""
    first, _, rest = inside.partition("/")
    if first == "wp-json":
        return f"/{rest.strip('/')}"
    named = None if inside else asked.query.get("rest_route")
    return None if named is None else f"/{named.strip('/')}"
