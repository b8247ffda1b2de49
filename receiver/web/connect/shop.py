"""From a shop's address to its key page and back: a store is connected in two clicks, without a script."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from receiver.documents.languages import language_tag, reader_locale
from receiver.documents.words import connect_labels, connect_words, shop_trouble_words
from receiver.domain.connects import Outcome, Step
from receiver.errors import InputError, NotFound, Refused, ShopError, ShopTrouble, StorageUnavailable
from receiver.services.bridge.connect import (
    Standing,
    address_of,
    begin,
    begin_by_hand,
    came_back,
    finish,
    standing,
    take_keys,
)
from receiver.services.bridge.shops import Keys
from receiver.services.consent.tickets import issue_ticket_for
from receiver.services.receiving.allowance import Allowance
from receiver.strict_json import read_json
from receiver.web.api.language import languages_wanted
from receiver.web.connect.browser import known_browser, new_secret, remember
from receiver.web.errors import RETRY_AFTER_SECONDS
from receiver.wiring import wiring

LOOK_AGAIN_SECONDS = "2"
MOST_KEYS_BYTES = 10_000
BY_HAND = (ShopTrouble.NOT_HTTPS,)  # where a merchant can type keys in
# Each try calls out to an address of somebody's choice.
BURST, A_SECOND = 10, 1 / 20

log = structlog.get_logger(__name__)

shop_pages = Blueprint("shop", __name__, url_prefix="/connect", template_folder="templates")
visitors, visited = Allowance(BURST, A_SECOND), Allowance(BURST, A_SECOND)


@shop_pages.get("")
def ask() -> str | tuple[str, int]:
    """Which shop; then what will happen there."""
    shop = request.args.get("shop", "").strip()
    if not shop:
        return _page("ask")
    return _page("start", shop=address_of(shop), go=_go(shop))


@shop_pages.get("/go")
def go() -> AnyResponse | tuple[str, int]:
    """On to the shop. A link and no form: browsers hold a form's redirects to `form-action`."""
    parts, shop = wiring(), request.args.get("shop", "")
    if not _may_try(shop):
        return _page("too_often", shop=shop, go=_go(shop)), 429
    browser = known_browser() or new_secret()
    address = begin(
        parts.database,
        parts.shops,
        parts.now(),
        shop=shop,
        browser=browser,
        return_url=request.args.get("return_url") or None,
        public_url=parts.settings.public_url,
    )
    answer = redirect(address, 303)
    remember(answer, browser)
    return answer


@shop_pages.post("/by-hand")
def by_hand() -> AnyResponse | tuple[str, int]:
    """Keys that the merchant typed in."""
    parts, shop = wiring(), request.form.get("shop", "")
    if not _may_try(shop):
        return _page("too_often", shop=shop, go=_go(shop)), 429
    browser = known_browser() or new_secret()
    key, secret = (request.form.get(name, "").strip() for name in ("consumer_key", "consumer_secret"))
    begin_by_hand(
        parts.database,
        parts.seal,
        parts.shops,
        parts.now(),
        shop=shop,
        keys=Keys(key, secret),
        browser=browser,
        return_url=None,
    )
    answer = redirect(url_for("shop.show"), 303)
    remember(answer, browser)
    return answer


@shop_pages.post("/keys")
def keys() -> AnyResponse | tuple[AnyResponse, int]:
    """A shop posts keys here: exactly 200, or it deletes them. Never a redirect: it would follow."""
    parts = wiring()
    if (request.content_length or 0) > MOST_KEYS_BYTES:
        return jsonify(error="too long"), 413
    try:
        posted = read_json(request.get_data())
        if not isinstance(posted, dict):
            raise InputError("must be a JSON object", path="body")
        take_keys(parts.database, parts.seal, parts.now(), posted)
    except (InputError, NotFound, Refused) as error:
        status = {InputError: 400, NotFound: 404, Refused: 409}[type(error)]
        return jsonify(error=str(error)), status
    return jsonify(status="ok")


@shop_pages.get("/back")
def back() -> AnyResponse | tuple[str, int]:
    """The browser comes from the shop. That it says success proves nothing by itself."""
    parts, user_id = wiring(), request.args.get("user_id", "")
    if not user_id:
        return _page("nothing"), 400
    is_ours = came_back(
        parts.database,
        parts.now(),
        user_id=user_id,
        approved=request.args.get("success") == "1",
        browser=known_browser(),
    )
    return redirect(url_for("shop.show"), 303) if is_ours else (_page("foreign"), 400)


@shop_pages.get("/store")
def show() -> AnyResponse | str | tuple[str, int]:
    """How far it is; what may be done is done on the way."""
    parts, browser = wiring(), known_browser()
    if browser is None:
        return _page("nothing"), 400
    return _standing_page(
        finish(
            parts.database,
            parts.seal,
            parts.shops,
            parts.now(),
            browser,
            programme=parts.settings.programme,
            public_url=parts.settings.public_url,
        )
    )


@shop_pages.get("/store/tiktok")
def on_to_tiktok() -> AnyResponse | tuple[str, int]:
    """From a store that this browser has just connected, into TikTok's consent."""
    parts, browser = wiring(), known_browser()
    stands = standing(parts.database, parts.now(), browser) if browser else None
    if stands is None or stands.outcome is not Outcome.CONNECTED or stands.store_id is None:
        return _page("nothing"), 400
    ticket = issue_ticket_for(parts.database, parts.now(), stands.store_id, stands.return_url)
    return redirect(url_for("consent.enter", ticket=ticket.text), 303)


@shop_pages.errorhandler(ShopError)
def _troubled(error: ShopError) -> tuple[str, int]:
    shop = request.values.get("shop", "")
    more = {"by_hand": error.trouble in BY_HAND, "go": _go(shop), "shop": shop, "elsewhere": True}
    return _page(error.trouble, said=shop_trouble_words(error.trouble, _locale()), **more), 400


@shop_pages.errorhandler(InputError)
def _wrong(error: InputError) -> tuple[str, int]:
    if error.path.startswith("consumer_"):
        return _page("keys", shop=request.form.get("shop", ""), by_hand=True), 400
    # In the words for whatever cannot be reached: what we make of an address is nobody's business.
    return _page("address", said=shop_trouble_words(ShopTrouble.UNREACHABLE, _locale())), 400


@shop_pages.errorhandler(NotFound)
def _nothing(_: NotFound) -> tuple[str, int]:
    return _page("nothing"), 404


@shop_pages.errorhandler(StorageUnavailable)
def _unavailable(_: StorageUnavailable) -> tuple[str, int, dict[str, str]]:
    return _page("unavailable"), 503, {"Retry-After": RETRY_AFTER_SECONDS}


def _may_try(shop: str) -> bool:
    """Counted per visitor and per shop: neither may have us knock at many doors, nor many at one."""
    now, host = wiring().now(), urlsplit(address_of(shop)).netloc
    by_visitor = visitors.take(request.remote_addr or "", now)
    return visited.take(host, now) and by_visitor


def _standing_page(stands: Standing) -> AnyResponse | str | tuple[str, int]:
    told = _told(stands)
    more: dict[str, Any] = {"shop": stands.shop, "return_url": stands.return_url}
    if told == "connected":
        return _page(told, **more)
    if stands.trouble is not None and stands.outcome in (None, Outcome.REFUSED):
        said = shop_trouble_words(stands.trouble, _locale())
        again = _go(stands.shop) if stands.outcome else url_for("shop.show")
        return _page(stands.trouble, said=said, go=again, **more)
    if told in ("settling", "waits"):
        page = Response(_page(told, **more))
        page.headers["Refresh"] = LOOK_AGAIN_SECONDS
        return page
    return _page(told, go=_go(stands.shop), **more)


def _told(stands: Standing) -> str:
    if stands.outcome is not None:
        return stands.outcome
    if stands.step is Step.WAITS_FOR_KEYS:
        return "waits"
    if stands.step in (Step.SETTLING, Step.READY):
        return "settling"
    return "over" if stands.step is Step.OVER else "start"


def _go(shop: str) -> str:
    return url_for("shop.go", shop=shop, return_url=request.args.get("return_url") or None)


def _locale() -> Any:
    return reader_locale(languages_wanted())


def _page(told: str, said: Any = None, **more: Any) -> str:
    locale = _locale()
    return render_template(
        "connect/shop.html",
        told=told,
        said=said or connect_words(told, locale),
        label=connect_labels(locale),
        language=language_tag(locale),
        **more,
    )
