"""A fake of TikTok's Ads API: its paths, envelope, codes and delays, over accounts that are made up.

It shares no code with the client it is played against, so that it can bear witness against it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from zlib import crc32

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.consent import ACCOUNT, REPORTS, Consents, named
from receiver.sandbox.tiktok.faults import Fault
from receiver.sandbox.tiktok.faulty_answers import (
    BAD_TOKEN,
    OF_A_TOKEN,
    faulty_report,
    instead_of_the_api,
    status_of,
)
from receiver.sandbox.tiktok.finance import balances
from receiver.sandbox.tiktok.ledger import ledger
from receiver.sandbox.tiktok.portal import PORTAL, portal
from receiver.sandbox.tiktok.report import NO_PERMISSION, WRONG_PARAMETER, Refusal, json_list, words
from receiver.sandbox.tiktok.subscriptions import Subscriptions

BASE = "/open_api/v1.3"
TOO_MANY_IDS, NO_TOKEN = 40011, 40104
MOST_IDS = 100

Accounts = Mapping[str, SandboxAccount] | Callable[[], Mapping[str, SandboxAccount]]  # by advertiser id
Faults = Callable[[Collection[str]], Collection[Fault]]  # of the accounts a call is about

api = Blueprint("tiktok", __name__, url_prefix=BASE)


def create_tiktok(accounts: Accounts, now: Callable[[], datetime], faults: Faults = lambda _: ()) -> Flask:
    """A WSGI app to serve on a port of its own; `accounts` and `faults` are looked at for every call."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # as TikTok orders them
    app.extensions["tiktok"] = (accounts if callable(accounts) else lambda: accounts, now)
    app.extensions["tiktok_calls"] = itertools.count(1)
    app.extensions["tiktok_faults"] = faults
    app.extensions["tiktok_consents"] = Consents()
    app.extensions["tiktok_subscriptions"] = Subscriptions()
    app.before_request(_closing_slash)
    app.before_request(_fault)
    app.register_blueprint(api)
    app.add_url_rule(PORTAL, "portal", _portal, methods=["GET", "POST"])
    app.register_error_handler(Refusal, lambda refusal: _envelope(refusal.code, refusal.message, {}))
    app.register_error_handler(HTTPException, _never_reached)
    return app


@api.get("/user/info/")
def user_info() -> Response:
    _reachable()
    person = crc32(request.headers["Access-Token"].encode())  # each merchant's token is a person's own
    user = {"core_user_id": f"74{person:017}", "display_name": "Sandbox", "email": "s***@e***.example"}
    return _ok(user)


@api.post("/oauth2/access_token/")
def oauth2_access_token() -> Response:
    return _ok(_consents().exchange(_accounts().values(), _body(), _now()))


@api.post("/oauth2/revoke_token/")
def oauth2_revoke_token() -> Response:
    body = _body()
    return _ok(_consents().revoke(_reached_by(body.get("access_token")).values(), body))


@api.get("/oauth2/advertiser/get/")
def oauth2_advertiser_get() -> Response:
    mine = _reachable()
    named(request.args)
    return _ok(
        {"list": [{"advertiser_id": a.advertiser_id, "advertiser_name": a.name} for a in mine.values()]}
    )


@api.get("/advertiser/info/")
def advertiser_info() -> Response:
    mine = _reachable(ACCOUNT)
    ids = json_list(request.args, "advertiser_ids")
    if len(ids) > MOST_IDS:
        raise Refusal(TOO_MANY_IDS, f"At most {MOST_IDS} advertiser_ids.")
    shown = [_info(item) for item in _allowed(mine, ids) if Fault.EMPTY_LIST not in _faults()]
    if "fields" in request.args and shown:
        wanted = words(request.args, "fields", shown[0])
        shown = [{name: row[name] for name in wanted} for row in shown]
    return _ok({"list": shown})


@api.get("/report/integrated/get/")
def report_integrated_get() -> Response:
    (account,) = _allowed(_reachable(REPORTS), [request.args.get("advertiser_id", "")])
    return _ok(faulty_report(_faults(), account, request.args, _now()))


@api.get("/bc/account/transaction/get/")
def bc_account_transaction_get() -> Response:
    return _ok(ledger(_reachable().values(), request.args, _now()))


@api.get("/advertiser/balance/get/")
def advertiser_balance_get() -> Response:
    return _ok(balances(_reachable().values(), request.args, _now()))


@api.post("/subscription/subscribe/")
def subscription_subscribe() -> Response:
    body = _body()
    detail = _object(body.get("subscription_detail"), "subscription_detail")
    return _ok(_subscriptions().subscribe(_reached_by(detail.get("access_token")), body))


@api.get("/subscription/get/")
def subscription_get() -> Response:
    return _ok(_subscriptions().listed(request.args))


@api.post("/subscription/unsubscribe/")
def subscription_unsubscribe() -> Response:
    return _ok(_subscriptions().unsubscribe(_body()))


def _portal() -> AnyResponse:
    return portal(request, _accounts().values(), _consents(), _now())


def _reachable(scope: int | None = None) -> dict[str, SandboxAccount]:
    """The accounts the call's token reaches; raises Refusal where it was not granted the scope."""
    mine = _reached_by(request.headers.get("Access-Token"))
    if scope is not None:
        _consents().require_scope(request.headers["Access-Token"], scope)
    return mine


def _reached_by(token: Any) -> dict[str, SandboxAccount]:
    """A token that reaches no account is wrong or revoked."""
    if not token or not isinstance(token, str):
        raise Refusal(NO_TOKEN, "Access token is null.")
    mine = _those_of(token)
    if not mine:
        raise Refusal(BAD_TOKEN, "Access token is incorrect or has been revoked.")
    return mine


def _those_of(token: str) -> dict[str, SandboxAccount]:
    reached = _consents().reached_by(token, _accounts().values(), _now())
    return {item.advertiser_id: item for item in reached}


def _faults() -> Collection[Fault]:
    """Those that the call meets: of the accounts it names, or else of all its token reaches.

    What befalls a token or an account cannot befall a call that comes without a token.
    """
    token, query = request.headers.get("Access-Token", ""), request.query_string.decode()
    mine = _those_of(token)
    hitting: Faults = current_app.extensions["tiktok_faults"]
    met = hitting([item for item in mine if item in query] or list(mine))
    return met if token else set(met) - OF_A_TOKEN


def _fault() -> Response | None:
    """The consent page is no part of the API, nor of its faults."""
    return None if request.path == PORTAL else instead_of_the_api(_faults)


def _allowed(mine: Mapping[str, SandboxAccount], ids: Iterable[str]) -> list[SandboxAccount]:
    try:
        return [mine[advertiser_id] for advertiser_id in ids]
    except KeyError:
        raise Refusal(NO_PERMISSION, "No permission to operate this advertiser.") from None


def _info(account: SandboxAccount) -> dict[str, Any]:
    return {
        "advertiser_id": account.advertiser_id,
        "name": account.name,
        "company": account.name,
        "status": status_of(account, current_app.extensions["tiktok_faults"]([account.advertiser_id])),
        "rejection_reason": "",
        "role": "ROLE_ADVERTISER",
        "advertiser_account_type": "AUCTION",
        "country": account.country,
        "currency": account.currency,
        "timezone": account.timezone,
        "display_timezone": account.display_timezone,
        "balance": 0,
        "create_time": int(account.created_at.timestamp()),
        "owner_bc_id": account.business_center,
    }


def _body() -> dict[str, Any]:
    return _object(request.get_json(silent=True), "the body")


def _object(found: Any, name: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise Refusal(WRONG_PARAMETER, f"{name} should be a JSON object")
    return found


def _accounts() -> Mapping[str, SandboxAccount]:
    known: Mapping[str, SandboxAccount] = current_app.extensions["tiktok"][0]()
    return known


def _consents() -> Consents:
    kept: Consents = current_app.extensions["tiktok_consents"]
    return kept


def _subscriptions() -> Subscriptions:
    kept: Subscriptions = current_app.extensions["tiktok_subscriptions"]
    return kept


def _now() -> datetime:
    moment: datetime = current_app.extensions["tiktok"][1]()
    return moment


def _ok(data: dict[str, Any]) -> Response:
    return _envelope(0, "OK", data)


def _envelope(code: int, message: str, data: dict[str, Any]) -> Response:
    """HTTP 200, whatever the code: so does TikTok."""
    request_id = f"{_now():%Y%m%d%H%M%S}{next(current_app.extensions['tiktok_calls']):020X}"
    return jsonify(code=code, message=message, request_id=request_id, data=data)


def _closing_slash() -> Response | None:
    """Flask would redirect to the path with the slash; TikTok does not."""
    return None if request.path.endswith("/") or request.path == PORTAL else _plain(404, "404 page not found")


def _never_reached(error: HTTPException) -> Response:
    if error.code == 404:
        return _plain(404, "404 page not found")
    return _plain(error.code or 500, error.name)


def _plain(status: int, text: str) -> Response:
    return Response(text, status, content_type="text/plain")
