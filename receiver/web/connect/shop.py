"""From a shop's address to its key page and back: a store is connected in two clicks, without a script."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as AnyResponse

from receiver.container import current_container
from receiver.domain.connection_attempts import ConnectionOutcome, Step
from receiver.domain.networks import network_of
from receiver.errors import InputError, NotFound, Refused, StorageUnavailable
from receiver.i18n.languages import language_tag, reader_locale
from receiver.i18n.sentences import Sentence
from receiver.i18n.words import connect_labels, connect_words, shop_trouble_words
from receiver.logs import get_logger
from receiver.services.authorization.tickets import issue_ticket_for
from receiver.services.connections.connect import (
    ConnectionStatus,
    address_of,
    attempt_id_of,
    begin,
    begin_by_hand,
    get_status,
    handle_return,
    key_page,
    receive_keys,
    try_again,
)
from receiver.services.connections.ports import Keys
from receiver.services.connections.unfinished import find_unfinished, resume
from receiver.services.inbox.rate_limit import TokenBucket
from receiver.strict_json import read_json
from receiver.web.api.language import accepted_languages
from receiver.web.connect.browser import (
    ONWARD,
    is_page_token,
    keep_browser,
    known_browser,
    page_token,
    this_browser,
)
from receiver.web.connect.pages import ConnectPage
from receiver.web.cross_site import has_fetch_site, is_from_our_page
from receiver.web.errors import RETRY_AFTER_SECONDS
from wp_bridge.errors import StoreTrouble

REFRESH_SECONDS = "2"
MOST_KEYS_BYTES = 10_000
# A text that may have been meant as an address, right or wrong; any other gets a message of its own.
ADDRESS_LIKE = re.compile(r"(\S*[.:]\S*)?|\w+://.*", re.DOTALL)
# Where a merchant can type keys in.
BY_HAND = (
    *(StoreTrouble.NOT_HTTPS, StoreTrouble.NO_KEY_PAGE, StoreTrouble.KEYS_REFUSED),
    *(StoreTrouble.KEYS_TOO_WEAK, StoreTrouble.DISCONNECTED),
)
PAGE_OF_STEP = {
    Step.PROBING: ConnectPage.PROBING,
    Step.AT_THE_SHOP: ConnectPage.START,
    Step.WAITS_FOR_KEYS: ConnectPage.WAITS,
    Step.SETTLING: ConnectPage.SETTLING,
    Step.READY: ConnectPage.SETTLING,
    Step.OVER: ConnectPage.OVER,
}
WAITING = (
    ConnectPage.PROBING,
    ConnectPage.SETTLING,
    ConnectPage.WAITS,
)  # refreshed until another page is due
# Each try calls out to an address of somebody's choice. A burst, then so many a second:
OF_VISITOR, OF_VISITOR_AT_SHOP = (10, 1 / 20), (5, 1 / 30)

log = get_logger(__name__)

shop_pages = Blueprint("shop", __name__, url_prefix="/connect", template_folder="templates")
shop_pages.after_request(keep_browser)
visitors, visited = TokenBucket(*OF_VISITOR), TokenBucket(*OF_VISITOR_AT_SHOP)


@shop_pages.get("")
def ask() -> AnyResponse | str:
    """Ask for the shop, then show what will happen there; lead on where this browser had one approved."""
    container, browser, shop = current_container(), known_browser(), request.args.get("shop", "").strip()
    address = address_of(shop) if shop else None
    unfinished = find_unfinished(container, browser=browser, shop=address) if browser else None
    if address is None:
        return _page(ConnectPage.ASK, unfinished=unfinished)
    if unfinished is not None:
        return redirect(url_for("shop.show", attempt_id=unfinished.id), 303)
    return _start_page(shop)


@shop_pages.get("/go")
def go() -> AnyResponse | str | tuple[str, int]:
    """Begin an attempt, and wait for what the worker finds; from our own page alone.

    Whoever is led here from elsewhere sees that page first. A form is answered with a page: browsers hold
    the redirects that follow it to `form-action`, and these lead to the shop.
    """
    container, shop = current_container(), request.args.get("shop", "")
    if not _came_from_start_page(shop):
        return _start_page(shop)
    if not _may_try(shop):
        return _page(ConnectPage.TOO_OFTEN, shop=shop, go=_go(shop)), 429
    return_url = request.args.get("return_url") or None
    attempt_id = begin(container, shop=shop, browser=this_browser(), return_url=return_url)
    page = url_for("shop.show", attempt_id=attempt_id)
    if request.args.get("form"):
        return _refreshing(_page(ConnectPage.PROBING, shop=address_of(shop)), page)
    return redirect(page, 303)


@shop_pages.post("/by-hand")
def by_hand() -> AnyResponse | tuple[str, int]:
    """Begin an attempt with keys that the merchant typed in."""
    container, shop = current_container(), request.form.get("shop", "")
    if not _may_try(shop):
        return _page(ConnectPage.TOO_OFTEN, shop=shop, go=_go(shop)), 429
    key, secret = (request.form.get(name, "").strip() for name in ("consumer_key", "consumer_secret"))
    attempt_id = begin_by_hand(
        container,
        shop=shop,
        keys=Keys(key, secret),
        browser=this_browser(),
        return_url=request.form.get("return_url") or None,
    )
    return redirect(url_for("shop.show", attempt_id=attempt_id), 303)


@shop_pages.post("/keys")
def keys() -> AnyResponse | tuple[AnyResponse, int]:
    """Take the keys that a shop posts: with exactly 200, or it deletes them; it would follow a redirect."""
    container = current_container()
    if (request.content_length or 0) > MOST_KEYS_BYTES:
        return jsonify(error="content too large"), 413
    try:
        posted = read_json(request.get_data())
        if not isinstance(posted, dict):
            raise InputError("must be a JSON object", path="body")
        receive_keys(container, posted)
    except (InputError, NotFound, Refused) as error:
        status = {InputError: 400, NotFound: 404, Refused: 409}[type(error)]
        return jsonify(error=str(error)), status
    return jsonify(status="ok")


@shop_pages.get("/back")
def back() -> AnyResponse | tuple[str, int]:
    """Take the browser back from the shop. That it says success proves nothing by itself."""
    container, user_id = current_container(), request.args.get("user_id", "")
    if not user_id:
        return _page(ConnectPage.NOTHING), 400
    is_ours = handle_return(
        container,
        user_id=user_id,
        approved=request.args.get("success") == "1",
        browser=known_browser(),
    )
    if not is_ours:
        return _page(ConnectPage.FOREIGN), 400
    return redirect(url_for("shop.show", attempt_id=attempt_id_of(user_id)), 303)


@shop_pages.get("/store", defaults={"attempt_id": None})
@shop_pages.get("/store/<attempt_id>")
def show(attempt_id: str | None) -> AnyResponse | str | tuple[str, int]:
    """Show the worker's progress; go on to the shop's key page once that is known.

    Each attempt has a page of its own, or two shops in two tabs would show one another's; without an id it
    is the browser's newest.
    """
    container, browser = current_container(), known_browser()
    if browser is None:
        return _page(ConnectPage.NOTHING), 400
    if request.args.get("again"):
        try_again(container.database, browser, attempt_id)
        return redirect(url_for("shop.show", attempt_id=attempt_id), 303)
    resume(container, browser=browser, attempt_id=attempt_id)
    address = key_page(container, browser, attempt_id)
    if address is not None:
        return redirect(address, 303)
    return _progress_page(get_status(container, browser, attempt_id))


@shop_pages.get("/store/<attempt_id>/tiktok")
def on_to_tiktok(attempt_id: str) -> AnyResponse | tuple[str, int]:
    """Lead from a store that this browser has just connected to TikTok: that page said what for."""
    if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        abort(400, "only somebody who comes here goes on to TikTok")
    container, browser = current_container(), known_browser()
    status = get_status(container, browser, attempt_id) if browser else None
    is_there = status is not None and status.outcome is ConnectionOutcome.CONNECTED and not status.has_left
    if status is None or status.store_id is None or not is_there:
        return _page(ConnectPage.NOTHING), 400
    ticket = issue_ticket_for(container, status.store_id, status.return_url)
    onward = page_token(ONWARD, ticket.text)
    return redirect(url_for("consent.enter", ticket=ticket.text, onward=onward), 303)


@shop_pages.errorhandler(InputError)
def _invalid_input(error: InputError) -> tuple[str, int]:
    if error.path.startswith("consumer_"):
        return _page(ConnectPage.KEYS, by_hand=True, **_form_values()), 400
    if not ADDRESS_LIKE.fullmatch(request.values.get("shop", "").strip()):
        return _page(ConnectPage.ADDRESS, **_form_values()), 400
    # The same words as for a shop out of reach: strangers do not learn how we judge an address.
    unreachable = shop_trouble_words(StoreTrouble.UNREACHABLE, _locale())
    return _page(ConnectPage.ADDRESS, message=unreachable, **_form_values()), 400


@shop_pages.errorhandler(NotFound)
def _not_found(_: NotFound) -> tuple[str, int]:
    return _page(ConnectPage.NOTHING), 404


@shop_pages.errorhandler(Forbidden)
def _from_elsewhere(_: Forbidden) -> AnyResponse | tuple[AnyResponse, int] | tuple[str, int]:
    if request.endpoint == "shop.keys":
        return jsonify(error="this address is for servers, not for pages"), 403
    return _page(ConnectPage.ASK), 403


@shop_pages.errorhandler(StorageUnavailable)
def _unavailable(_: StorageUnavailable) -> tuple[str, int, dict[str, str]]:
    return _page(ConnectPage.UNAVAILABLE), 503, {"Retry-After": RETRY_AFTER_SECONDS}


def _form_values() -> dict[str, Any]:
    """Return the values of the form, to be corrected in it."""
    return {name: request.values.get(name, "") for name in ("shop", "return_url")}


def _start_page(shop: str) -> str:
    """Return the page that says what will happen at the shop.

    It offers keys by hand, too: a shop's host may block its key page for this browser alone.
    """
    return_url = request.args.get("return_url")
    return _page(ConnectPage.START, shop=address_of(shop), go=_go(shop), by_hand=True, return_url=return_url)


def _came_from_start_page(shop: str) -> bool:
    """Return whether our own page led here; an old browser cannot say so, and shows that page's token."""
    if has_fetch_site():
        return is_from_our_page()
    return is_page_token(request.args.get("page", ""), shop, request.args.get("return_url", ""))


def _may_try(shop: str) -> bool:
    """Return whether a visitor may try this shop now.

    Tries are counted by the visitor's network alone: nobody's are another's. The worker spares the shops.
    """
    now, network, home = current_container().now(), network_of(request.remote_addr or ""), address_of(shop)
    return visitors.allow(network, now) and visited.allow((network, home), now)


def _progress_page(status: ConnectionStatus) -> AnyResponse | str | tuple[str, int]:
    more: dict[str, Any] = {"shop": status.shop, "return_url": status.return_url, "attempt_id": status.id}
    more["back"] = status.return_url
    if status.trouble is not None and status.outcome in (None, ConnectionOutcome.REFUSED):
        return _trouble_page(status, status.trouble, more)
    page_id = _page_of(status)
    if page_id is ConnectPage.CONNECTED:
        more["back"] = status.return_url or f"{status.shop}wp-admin/"
        words = connect_words(ConnectPage.CONSENTED if status.has_consent else page_id, _locale())
        return _page(page_id, message=words, needs_consent=not status.has_consent, **more)
    if page_id in WAITING:
        return _refreshing(_page(page_id, **more))
    by_hand = page_id in (ConnectPage.OVER, ConnectPage.DENIED)
    return _page(page_id, go=_go(status.shop, status.return_url), by_hand=by_hand, **more)


def _trouble_page(
    status: ConnectionStatus, trouble: StoreTrouble, more: dict[str, Any]
) -> AnyResponse | str | tuple[str, int]:
    has_ended = status.outcome is not None
    again = url_for("shop.show", attempt_id=status.id, again=1)
    page = _page(
        trouble,
        message=shop_trouble_words(trouble, _locale()),
        go=_go(status.shop, status.return_url) if has_ended else again,
        by_hand=trouble in BY_HAND,
        elsewhere=has_ended,
        **more,
    )
    is_tried_again = not has_ended and trouble is not StoreTrouble.NO_KEY_PAGE
    return _refreshing(page) if is_tried_again else page


def _refreshing(html: str, at: str | None = None) -> AnyResponse:
    """Return a page that after some seconds leads to `at`; to itself for None."""
    page = Response(html)
    page.headers["Refresh"] = f"{REFRESH_SECONDS}; url={at}" if at else REFRESH_SECONDS
    return page


def _page_of(status: ConnectionStatus) -> ConnectPage:
    if status.outcome is ConnectionOutcome.CONNECTED and status.has_left:
        return ConnectPage.ENDED
    if status.outcome is not None:
        return ConnectPage(status.outcome)
    return PAGE_OF_STEP[status.step] if status.step is not None else ConnectPage.START


def _go(shop: str, return_url: str | None = None) -> str:
    return_url = return_url or request.args.get("return_url") or ""
    token = page_token(shop, return_url)
    return url_for("shop.go", shop=shop, return_url=return_url or None, page=token)


def _locale() -> Any:
    return reader_locale(accepted_languages())


def _page(page_id: ConnectPage | StoreTrouble, message: Sentence | None = None, **more: Any) -> str:
    locale = _locale()
    return render_template(
        "connect/shop.html",
        page_id=page_id,
        message=message or connect_words(page_id, locale),
        Page=ConnectPage,
        Trouble=StoreTrouble,
        label=connect_labels(locale),
        language=language_tag(locale),
        **more,
    )
