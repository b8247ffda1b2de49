"""One REST request to a shop: authentication, route, permission, and the form of the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from flask import Response

from receiver.sandbox.woocommerce import keys
from receiver.sandbox.woocommerce.errors import RestError, no_route
from receiver.sandbox.woocommerce.php_request import PhpRequest
from receiver.sandbox.woocommerce.records import Key
from receiver.sandbox.woocommerce.webhook_sender import wordpress_json

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop

CANNOT_LIST = ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
CANNOT_VIEW = ("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.")
FORBIDDEN = ("rest_forbidden", "Sorry, you are not allowed to do that.")
EXPOSED = "X-WP-Total, X-WP-TotalPages, Link"
ALLOWED = "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type"
NO_CACHE = "no-cache, must-revalidate, max-age=0, no-store, private"


@dataclass(frozen=True)
class Answer:
    """The data of an answer. `links` are a single resource's, and stay whatever `_fields` leaves out."""

    data: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    links: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Endpoint:
    """The code behind a route for some of its methods.

    `denied` is the error without permission; None if everybody is allowed. `check` runs before that, and
    raises RestError for bad parameters.
    """

    run: Callable[[SandboxShop, PhpRequest, Key | None], Answer]
    denied: tuple[str, str] | None = CANNOT_LIST
    check: Callable[[Mapping[str, Any]], None] = lambda _: None


@dataclass(frozen=True)
class Route:
    """A route: `pattern` as in the index, `endpoints` by their methods, such as "POST, PUT, PATCH"."""

    pattern: str
    endpoints: Mapping[str, Endpoint]
    is_available: Callable[[SandboxShop], bool] = field(default=lambda _: True)

    def match(self, route: str) -> dict[str, str] | None:
        """Return the parameters in the path of a route; None if the route does not match the pattern."""
        match = re.fullmatch(self.pattern, route)
        return match and match.groupdict()

    def endpoint(self, method: str) -> Endpoint | None:
        """Return the endpoint of a method, None if there is none; HEAD is served by GET."""
        method = "GET" if method == "HEAD" else method
        return next((item for methods, item in self.endpoints.items() if method in methods.split(", ")), None)


def respond(
    shop: SandboxShop, request: PhpRequest, route: str, routes: list[Route]
) -> tuple[Response, Key | None]:
    """Return the response to a REST request, and the key that authenticated it, None without one."""
    key = None
    allow: tuple[tuple[str, str], ...] = ()
    try:
        key = keys.authenticate(shop, request)
        if key is not None:
            keys.check_right(key, request.method)
        matched_route, endpoint, request = _match_route(shop, request, route, routes)
        allow = tuple(_allow_header(shop, matched_route, key))
        answer = _run_endpoint(shop, endpoint, request, key)
        body = select_fields(answer, request.params.get("_fields"))
        headers, status = answer.headers, answer.status
    except RestError as error:
        body, status, headers = error.body, error.status, ()
    cache_headers = (("Expires", "Wed, 11 Jan 1984 05:00:00 GMT"), ("Cache-Control", NO_CACHE)) if key else ()
    response = Response(wordpress_json(body), status, content_type="application/json; charset=UTF-8")
    response.headers.extend([*_standard_headers(shop), *headers, *allow, *cache_headers])
    return response, key


def select_fields(answer: Answer, fields: Any) -> Any:
    """Return the data of an answer, reduced to the `_fields` of the query, such as `a.b,c`."""
    data = answer.data
    if isinstance(fields, str) and fields.strip(", "):
        tree = _tree(name.strip() for name in fields.split(",") if name.strip())
        data = [_prune(item, tree) for item in data] if isinstance(data, list) else _prune(data, tree)
    return data if answer.links is None else {**data, "_links": answer.links}


def _match_route(
    shop: SandboxShop, request: PhpRequest, route: str, routes: list[Route]
) -> tuple[Route, Endpoint, PhpRequest]:
    for item in routes:
        path = item.match(route) if item.is_available(shop) else None
        endpoint = item.endpoint(request.method) if path is not None else None
        if path is not None and endpoint is not None:
            return item, endpoint, replace(request, path=path)
    raise no_route()


def _run_endpoint(shop: SandboxShop, endpoint: Endpoint, request: PhpRequest, key: Key | None) -> Answer:
    """Check the parameters, then the permission, in WordPress's order, and run the endpoint."""
    endpoint.check(request.params)
    if endpoint.denied and not _may_manage(shop, key):
        raise RestError(*endpoint.denied, 403 if key else 401)
    return endpoint.run(shop, request, key)


def _may_manage(shop: SandboxShop, key: Key | None) -> bool:
    return key is not None and shop.may_manage(key.user)


def _allow_header(shop: SandboxShop, route: Route, key: Key | None) -> Iterator[tuple[str, str]]:
    """Yield the Allow header with the methods this user may use on the route; nothing if there are none."""
    methods = [
        name for name, item in route.endpoints.items() if item.denied is None or _may_manage(shop, key)
    ]
    if methods:
        yield "Allow", ", ".join(dict.fromkeys(", ".join(methods).split(", ")))


def _standard_headers(shop: SandboxShop) -> list[tuple[str, str]]:
    return [
        ("X-Powered-By", "PHP/8.2.36"),
        ("X-Robots-Tag", "noindex"),
        ("Link", f'<{shop.rest_url()}>; rel="https://api.w.org/"'),
        ("X-Content-Type-Options", "nosniff"),
        ("Access-Control-Expose-Headers", EXPOSED),
        ("Access-Control-Allow-Headers", ALLOWED),
        ("Vary", "Origin"),
    ]


def _tree(names: Iterator[str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name in names:
        branch = tree
        for part in name.split("."):
            branch = branch.setdefault(part, {})
    return tree


def _prune(data: Any, tree: dict[str, Any]) -> Any:
    """Return the part of a mapping that the tree names; a name without a branch keeps its whole value."""
    if not isinstance(data, dict):
        return data
    return {
        name: _prune(data[name], tree[name]) if tree[name] else data[name] for name in data if name in tree
    }
