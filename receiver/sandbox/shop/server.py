"""The WSGI app that carries the shops: which part of WordPress an address reaches."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from receiver.sandbox.shop import rest_companion, rest_settings, rest_status, rest_webhooks
from receiver.sandbox.shop.asking import Asking, asking
from receiver.sandbox.shop.records import Key
from receiver.sandbox.shop.rest import respond
from receiver.sandbox.shop.rest_index import index_route
from receiver.sandbox.shop.shop import Asked, Permalinks, Shop
from receiver.sandbox.shop.shops import PREFIX, Shops

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
LISTED = [*rest_webhooks.ROUTES, *rest_settings.ROUTES, *rest_status.ROUTES, *rest_companion.ROUTES]
ROUTES = [index_route(LISTED), *LISTED]
NO_PAGE = "<!doctype html><title>Page not found</title><h1>Page not found</h1>"
FRONT_PAGE = "<!doctype html><title>{name}</title><h1>{name}</h1>"
REWRITTEN = {
    Permalinks.PRETTY: ("wp-json", "index.php/wp-json"),
    Permalinks.NO_REWRITING: ("index.php/wp-json",),
}


def create_shops(shops: Shops) -> Flask:
    """A WSGI app to serve on a port of its own; the shops are looked at for every request."""
    app = Flask(__name__)
    app.url_map.merge_slashes = False

    def visit(shop_id: str, path: str = "") -> Response:
        shop = shops.get(shop_id)
        return _page(NO_PAGE, 404) if shop is None else _visit(shop, path)

    rule = f"{PREFIX}<shop_id>/"
    app.add_url_rule(rule, view_func=visit, methods=METHODS)
    app.add_url_rule(f"{rule}<path:path>", view_func=visit, methods=METHODS)
    app.register_error_handler(HTTPException, lambda error: _page(NO_PAGE, error.code or 500))
    return app


def _visit(shop: Shop, path: str) -> Response:
    asked = asking(request)
    response, key = _answer(shop, asked, path)
    uri = asked.uri.removeprefix(f"{PREFIX}{shop.id}")
    shop.asked.append(Asked(asked.method, uri, key.consumer_key if key else None, response.status_code))
    return response


def _answer(shop: Shop, asked: Asking, path: str) -> tuple[Response, Key | None]:
    route = _rest_route(shop, asked, path)
    if route is not None:
        return respond(shop, asked, route, ROUTES)
    if path in ("", "index.php"):
        return _page(FRONT_PAGE.format(name=shop.setup.name), 200), None
    return _page(NO_PAGE, 404), None


def _rest_route(shop: Shop, asked: Asking, path: str) -> str | None:
    """The REST route an address means; None for a page."""
    for before in REWRITTEN.get(shop.setup.permalinks, ()):
        if path == before or path.startswith(f"{before}/"):
            return "/" + path.removeprefix(before).strip("/")
    if path in ("", "index.php") and "rest_route" in asked.query:
        return "/" + asked.query["rest_route"].strip("/")
    return None


def _page(html: str, status: int) -> Response:
    return Response(html, status, content_type="text/html; charset=UTF-8")
