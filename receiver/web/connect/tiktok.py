"""From a store's ticket to TikTok's consent page and back; each end of it is a page of its own."""

from __future__ import annotations

from typing import Any, TypeAlias

from babel import Locale
from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as AnyResponse

from receiver.container import current_container
from receiver.domain.consent import ConsentOutcome, FlowError
from receiver.errors import ProviderError, StorageUnavailable
from receiver.i18n.languages import language_tag, reader_locale
from receiver.i18n.words import consent_labels, consent_words
from receiver.services.authorization.oauth_flow import (
    ConsentedAccount,
    FlowRefused,
    FlowStatus,
    choose,
    handle_callback,
    redeem_ticket,
    show_flow,
    start_authorization,
)
from receiver.web.api.language import accepted_languages
from receiver.web.connect.browser import ONWARD, is_page_token, keep_browser, known_browser, this_browser
from receiver.web.connect.pages import ConsentPage
from receiver.web.errors import RETRY_AFTER_SECONDS

PageId: TypeAlias = ConsentOutcome | FlowError | ConsentPage

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
    """Redeem the ticket for this browser, and take its text out of the address.

    A browser that has just read on our own page what it is for goes on to TikTok at once; a link that
    somebody else made for it shows the page first.
    """
    if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        abort(400, "only somebody who comes here takes the ticket")
    container = current_container()
    ticket = _query_value("ticket", FlowError.TICKET_UNKNOWN)
    has_read = is_page_token(request.args.get(ONWARD, ""), ONWARD, ticket)
    flow_id = redeem_ticket(container, ticket, this_browser())
    return redirect(url_for("consent.go" if has_read else "consent.show", flow_id=flow_id), 303)


@consent_pages.get("/tiktok/<flow_id>")
def show(flow_id: str) -> str:
    """Show how far the consent has come."""
    container = current_container()
    return _flow_page(show_flow(container, flow_id, _browser()))


@consent_pages.get("/tiktok/<flow_id>/go")
def go(flow_id: str) -> AnyResponse:
    """Lead on to TikTok. A link and no form: browsers hold a form's redirects to `form-action`."""
    container = current_container()
    state = start_authorization(container, flow_id, _browser())
    back = f"{container.settings.public_url}{url_for('consent.come_back_from_tiktok')}"
    return redirect(container.tiktok.consent_url(state, back), 303)


@consent_pages.get("/tiktok/return")
def come_back_from_tiktok() -> AnyResponse:
    """Take the code of TikTok, and its text out of the address before the merchant sees a page."""
    container = current_container()
    flow_id = handle_callback(
        container.for_request(),
        state=_query_value("state", FlowError.STATE_UNKNOWN),
        auth_code=request.args.get("auth_code") or None,
        browser=known_browser() or "",  # none: the state is used up all the same
    )
    return redirect(url_for("consent.show", flow_id=flow_id), 303)


@consent_pages.post("/tiktok/<flow_id>")
def pick(flow_id: str) -> AnyResponse:
    """Link the ad account that was picked. No token in the form: this browser alone knows its address."""
    container, advertiser_id = current_container(), request.form.get("advertiser", "")
    who = {"flow_id": flow_id, "browser": _browser()}
    choose(container, advertiser_id=advertiser_id, **who)
    return redirect(url_for("consent.show", flow_id=flow_id), 303)


@consent_pages.errorhandler(Forbidden)
def _from_elsewhere(_: Forbidden) -> tuple[str, int]:
    return _page(FlowError.NOT_YOURS), 403


@consent_pages.errorhandler(FlowRefused)
def _refused(error: FlowRefused) -> tuple[str, int]:
    return _page(error.why), 400


@consent_pages.errorhandler(ProviderError)
def _not_set_up(_: ProviderError) -> tuple[str, int]:
    return _page(ConsentOutcome.NOT_SET_UP), 503


@consent_pages.errorhandler(StorageUnavailable)
def _unavailable(_: StorageUnavailable) -> tuple[str, int, dict[str, str]]:
    return _page(ConsentPage.UNAVAILABLE), 503, {"Retry-After": RETRY_AFTER_SECONDS}


def _query_value(name: str, otherwise: FlowError) -> str:
    """Return a part of the query. Raises FlowRefused where it is missing."""
    value = request.args.get(name, "")
    if not value:
        raise FlowRefused(otherwise)
    return value


def _browser() -> str:
    secret = known_browser()
    if secret is None:
        raise FlowRefused(FlowError.NOT_YOURS)
    return secret


def _flow_page(flow: FlowStatus) -> str:
    page_id = _page_of(flow)
    params = {"account": _account_name(flow.account), "missing": flow.missing}
    accounts = [(account.advertiser_id, _account_name(account)) for account in flow.accounts]
    return _page(page_id, params, flow=flow, accounts=accounts)


def _page_of(flow: FlowStatus) -> PageId:
    if flow.expired:
        return FlowError.EXPIRED
    if flow.outcome is ConsentOutcome.LINKED and flow.missing:
        return ConsentPage.LINKED_WITHOUT_MONEY
    return flow.outcome or ConsentPage.START


def _account_name(account: ConsentedAccount | None) -> str:
    if account is None:
        return ""
    return f"{account.name} ({account.advertiser_id})" if account.name else account.advertiser_id


def _page(page_id: PageId, params: dict[str, Any] | None = None, **more: Any) -> str:
    locale: Locale = reader_locale(accepted_languages())
    return render_template(
        "connect/page.html",
        page_id=page_id,
        Page=ConsentPage,
        Outcome=ConsentOutcome,
        Error=FlowError,
        message=consent_words(page_id, params or {}, locale),
        label=consent_labels(locale),
        language=language_tag(locale),
        **more,
    )
