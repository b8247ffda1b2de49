"""A fake of TikTok's Ads API: its paths, envelope, codes and delays, over made-up accounts.

It shares no code with the client under test, so that it can show the client's mistakes.
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
from receiver.sandbox.tiktok.consent import ACCOUNT, REPORTS, Consents, require_app_credentials
from receiver.sandbox.tiktok.faults import Fault
from receiver.sandbox.tiktok.faulty_answers import (
    BAD_TOKEN,
    TOKEN_FAULTS,
    account_status,
    faulty_answer,
    faulty_report,
)
from receiver.sandbox.tiktok.finance import balances
from receiver.sandbox.tiktok.ledger import ledger
from receiver.sandbox.tiktok.portal import PORTAL, portal
from receiver.sandbox.tiktok.report import NO_PERMISSION, WRONG_PARAMETER, Refusal, json_list, word_list
from receiver.sandbox.tiktok.subscriptions import Subscriptions

BASE = "/open_api/v1.3"
TOO_MANY_IDS, NO_TOKEN = 40011, 40104
MOST_IDS = 100

Accounts = Mapping[str, SandboxAccount] | Callable[[], Mapping[str, SandboxAccount]]  # by advertiser id
FaultLookup = Callable[[Collection[str]], Collection[Fault]]  # by the ids of the accounts a call is about

api = Blueprint("tiktok", __name__, url_prefix=BASE)


def create_tiktok(
    accounts: Accounts, now: Callable[[], datetime], faults: FaultLookup = lambda _: ()
) -> Flask:
    """Build the fake as a WSGI app; `accounts` and `faults` are looked up anew for every call."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # as TikTok orders them
    app.extensions["tiktok"] = (accounts if callable(accounts) else lambda: accounts, now)
    app.extensions["tiktok_calls"] = itertools.count(1)
    app.extensions["tiktok_faults"] = faults
    app.extensions["tiktok_consents"] = Consents()
    app.extensions["tiktok_subscriptions"] = Subscriptions()
    app.before_request(_require_trailing_slash)
    app.before_request(_answer_with_fault)
    app.register_blueprint(api)
    app.add_url_rule(PORTAL, "portal", _portal, methods=["GET", "POST"])
    app.register_error_handler(Refusal, lambda refusal: _envelope(refusal.code, refusal.message, {}))
    app.register_error_handler(HTTPException, _answer_http_error)
    return app


@api.get("/user/info/")
def user_info() -> Response:
    """Answer who consented: the cheapest test of a token."""
    _reachable_accounts()
    person = crc32(request.headers["Access-Token"].encode())  # each merchant's token is a person's own
    user = {"core_user_id": f"74{person:017}", "display_name": "Sandbox", "email": "s***@e***.example"}
    return _ok(user)


@api.post("/oauth2/access_token/")
def oauth2_access_token() -> Response:
    """Exchange a code of the consent page for a token."""
    return _ok(_consents().exchange(_accounts().values(), _body(), _now()))


@api.post("/oauth2/revoke_token/")
def oauth2_revoke_token() -> Response:
    """Revoke a token at the app's request."""
    body = _body()
    return _ok(_consents().revoke(_accounts_of(body.get("access_token")).values(), body))


@api.get("/oauth2/advertiser/get/")
def oauth2_advertiser_get() -> Response:
    """List the id and name of each account that the token reaches."""
    accounts = _reachable_accounts()
    require_app_credentials(request.args)
    return _ok(
        {"list": [{"advertiser_id": a.advertiser_id, "advertiser_name": a.name} for a in accounts.values()]}
    )


@api.get("/advertiser/info/")
def advertiser_info() -> Response:
    """Describe the ad accounts of the `advertiser_ids`."""
    reachable = _reachable_accounts(ACCOUNT)
    ids = json_list(request.args, "advertiser_ids")
    if len(ids) > MOST_IDS:
        raise Refusal(TOO_MANY_IDS, f"At most {MOST_IDS} advertiser_ids.")
    rows = [_describe(item) for item in _select(reachable, ids) if Fault.EMPTY_LIST not in _active_faults()]
    if "fields" in request.args and rows:
        fields = word_list(request.args, "fields", rows[0])
        rows = [{name: row[name] for name in fields} for row in rows]
    return _ok({"list": rows})


@api.get("/report/integrated/get/")
def report_integrated_get() -> Response:
    """Report an account's figures by day or in total."""
    (account,) = _select(_reachable_accounts(REPORTS), [request.args.get("advertiser_id", "")])
    return _ok(faulty_report(_active_faults(), account, request.args, _now()))


@api.get("/bc/account/transaction/get/")
def bc_account_transaction_get() -> Response:
    """List the payments of a Business Center's accounts."""
    return _ok(ledger(_reachable_accounts().values(), request.args, _now()))


@api.get("/advertiser/balance/get/")
def advertiser_balance_get() -> Response:
    """List the balances of a Business Center's accounts."""
    return _ok(balances(_reachable_accounts().values(), request.args, _now()))


@api.post("/subscription/subscribe/")
def subscription_subscribe() -> Response:
    """Subscribe the app to changes of ad accounts."""
    body = _body()
    detail = _require_object(body.get("subscription_detail"), "subscription_detail")
    return _ok(_subscriptions().subscribe(_accounts_of(detail.get("access_token")), body))


@api.get("/subscription/get/")
def subscription_get() -> Response:
    """List the app's subscriptions."""
    return _ok(_subscriptions().list_page(request.args))


@api.post("/subscription/unsubscribe/")
def subscription_unsubscribe() -> Response:
    """End one of the app's subscriptions."""
    return _ok(_subscriptions().unsubscribe(_body()))


def _portal() -> AnyResponse:
    return portal(request, _accounts().values(), _consents(), _now())


def _reachable_accounts(scope: int | None = None) -> dict[str, SandboxAccount]:
    """Return the accounts of the call's token by id. Raises Refusal where it was not granted the scope."""
    accounts = _accounts_of(request.headers.get("Access-Token"))
    if scope is not None:
        _consents().require_scope(request.headers["Access-Token"], scope)
    return accounts


def _accounts_of(token: Any) -> dict[str, SandboxAccount]:
    """Return the accounts of a token by id. Raises Refusal for a token that reaches none."""
    if not token or not isinstance(token, str):
        raise Refusal(NO_TOKEN, "Access token is null.")
    accounts = _find_accounts(token)
    if not accounts:
        raise Refusal(BAD_TOKEN, "Access token is incorrect or has been revoked.")
    return accounts


def _find_accounts(token: str) -> dict[str, SandboxAccount]:
    accounts = _consents().reachable_accounts(token, _accounts().values(), _now())
    return {item.advertiser_id: item for item in accounts}


def _active_faults() -> Collection[Fault]:
    """Return the faults of the accounts that the call names, or else of all that its token reaches.

    Faults of a token or an account cannot hit a call that comes without a token.
    """
    token, query = request.headers.get("Access-Token", ""), request.query_string.decode()
    reachable = _find_accounts(token)
    lookup: FaultLookup = current_app.extensions["tiktok_faults"]
    faults = lookup([item for item in reachable if item in query] or list(reachable))
    return faults if token else set(faults) - TOKEN_FAULTS


def _answer_with_fault() -> Response | None:
    """Answer as a fault would; None where the API answers. The consent page is no part of the API."""
    return None if request.path == PORTAL else faulty_answer(_active_faults)


def _select(reachable: Mapping[str, SandboxAccount], ids: Iterable[str]) -> list[SandboxAccount]:
    try:
        return [reachable[advertiser_id] for advertiser_id in ids]
    except KeyError:
        raise Refusal(NO_PERMISSION, "No permission to operate this advertiser.") from None


def _describe(account: SandboxAccount) -> dict[str, Any]:
    return {
        "advertiser_id": account.advertiser_id,
        "name": account.name,
        "company": account.name,
        "status": account_status(account, current_app.extensions["tiktok_faults"]([account.advertiser_id])),
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
    return _require_object(request.get_json(silent=True), "the body")


def _require_object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refusal(WRONG_PARAMETER, f"{name} should be a JSON object")
    return value


def _accounts() -> Mapping[str, SandboxAccount]:
    accounts: Mapping[str, SandboxAccount] = current_app.extensions["tiktok"][0]()
    return accounts


def _consents() -> Consents:
    consents: Consents = current_app.extensions["tiktok_consents"]
    return consents


def _subscriptions() -> Subscriptions:
    subscriptions: Subscriptions = current_app.extensions["tiktok_subscriptions"]
    return subscriptions


def _now() -> datetime:
    moment: datetime = current_app.extensions["tiktok"][1]()
    return moment


def _ok(data: dict[str, Any]) -> Response:
    return _envelope(0, "OK", data)


def _envelope(code: int, message: str, data: dict[str, Any]) -> Response:
    """Wrap an answer in TikTok's envelope, with HTTP 200 whatever the code, as TikTok does."""
    request_id = f"{_now():%Y%m%d%H%M%S}{next(current_app.extensions['tiktok_calls']):020X}"
    return jsonify(code=code, message=message, request_id=request_id, data=data)


def _require_trailing_slash() -> Response | None:
    """Refuse a path without its closing slash: Flask would redirect to it, TikTok does not."""
    if request.path.endswith("/") or request.path == PORTAL:
        return None
    return _plain_text(404, "404 page not found")


def _answer_http_error(error: HTTPException) -> Response:
    if error.code == 404:
        return _plain_text(404, "404 page not found")
    return _plain_text(error.code or 500, error.name)


def _plain_text(status: int, text: str) -> Response:
    return Response(text, status, content_type="text/plain")
