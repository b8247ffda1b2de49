"""From a store's ticket to TikTok's consent page and back; each end of it is a page of its own."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as AnyResponse

from receiver.documents.languages import language_tag, reader_locale
from receiver.documents.words import consent_labels, consent_words
from receiver.domain.consent import Outcome, Why
from receiver.errors import ProviderError, StorageUnavailable
from receiver.services.consent.flow import (
    AdAccount,
    Shown,
    TurnedAway,
    choose,
    come_back,
    leave_for_tiktok,
    open_ticket,
    show_flow,
)
from receiver.web.api.language import languages_wanted
from receiver.web.connect.browser import keep_browser, known_browser, this_browser
from receiver.web.errors import RETRY_AFTER_SECONDS
from receiver.wiring import wiring

consent_pages = Blueprint(
    "consent",
    __name__,
    url_prefix="/connect",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
consent_pages.after_request(keep_browser)


@consent_pages.get("/tiktok")
def enter() -> AnyResponse:
    """Take the ticket for this browser, and its text out of the address."""
    if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        abort(400, "only somebody who comes here takes the ticket")
    parts = wiring()
    flow_id = open_ticket(parts.database, parts.now(), _asked("ticket", Why.TICKET_UNKNOWN), this_browser())
    return redirect(url_for("consent.show", flow_id=flow_id), 303)


@consent_pages.get("/tiktok/<flow_id>")
def show(flow_id: str) -> str:
    parts = wiring()
    return _flow_page(show_flow(parts.database, parts.now(), flow_id, _browser()))


@consent_pages.get("/tiktok/<flow_id>/go")
def go(flow_id: str) -> AnyResponse:
    """On to TikTok. A link and no form: browsers hold a form's redirects to `form-action`."""
    parts = wiring()
    state = leave_for_tiktok(parts.database, parts.now(), flow_id, _browser())
    back = f"{parts.settings.public_url}{url_for('consent.come_back_from_tiktok')}"
    return redirect(parts.tiktok.consent_url(state, back), 303)


@consent_pages.get("/tiktok/return")
def come_back_from_tiktok() -> AnyResponse:
    """The code is out of the address before the merchant sees a page."""
    parts = wiring()
    flow_id = come_back(
        parts.database,
        parts.seal,
        parts.tiktok.for_request(),
        parts.now(),
        state=_asked("state", Why.STATE_UNKNOWN),
        auth_code=request.args.get("auth_code") or None,
        browser=known_browser() or "",  # nobody: that spends the state all the same
    )
    return redirect(url_for("consent.show", flow_id=flow_id), 303)


@consent_pages.post("/tiktok/<flow_id>")
def pick(flow_id: str) -> AnyResponse:
    """No token in the form: its address is known to this browser alone."""
    parts, advertiser_id = wiring(), request.form.get("advertiser", "")
    who = {"flow_id": flow_id, "browser": _browser()}
    choose(parts.database, parts.seal, parts.now(), advertiser_id=advertiser_id, **who)
    return redirect(url_for("consent.show", flow_id=flow_id), 303)


@consent_pages.errorhandler(Forbidden)
def _from_elsewhere(_: Forbidden) -> tuple[str, int]:
    return _page(Why.NOT_YOURS), 403


@consent_pages.errorhandler(TurnedAway)
def _turned_away(error: TurnedAway) -> tuple[str, int]:
    return _page(error.why), 400


@consent_pages.errorhandler(ProviderError)
def _no_app(_: ProviderError) -> tuple[str, int]:
    return _page(Outcome.NOT_SET_UP), 503


@consent_pages.errorhandler(StorageUnavailable)
def _unavailable(_: StorageUnavailable) -> tuple[str, int, dict[str, str]]:
    return _page("unavailable"), 503, {"Retry-After": RETRY_AFTER_SECONDS}


def _asked(name: str, otherwise: Why) -> str:
    """A part of the query; raises TurnedAway where it is missing."""
    value = request.args.get(name, "")
    if not value:
        raise TurnedAway(otherwise)
    return value


def _browser() -> str:
    secret = known_browser()
    if secret is None:
        raise TurnedAway(Why.NOT_YOURS)
    return secret


def _flow_page(flow: Shown) -> str:
    told = _told(flow)
    params = {"account": _named(flow.account), "missing": flow.missing}
    accounts = [(one.advertiser_id, _named(one)) for one in flow.accounts]
    return _page(told, params, flow=flow, accounts=accounts)


def _told(flow: Shown) -> str:
    if flow.expired:
        return Why.EXPIRED
    if flow.outcome is Outcome.LINKED and flow.missing:
        return "linked.without_money"
    return flow.outcome or "start"


def _named(account: AdAccount | None) -> str:
    if account is None:
        return ""
    return f"{account.name} ({account.advertiser_id})" if account.name else account.advertiser_id


def _page(told: str, params: dict[str, Any] | None = None, **more: Any) -> str:
    locale: Locale = reader_locale(languages_wanted())
    return render_template(
        "connect/page.html",
        told=told,
        said=consent_words(told, params or {}, locale),
        label=consent_labels(locale),
        language=language_tag(locale),
        **more,
    )
