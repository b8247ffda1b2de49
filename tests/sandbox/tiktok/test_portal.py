"""The fake's consent page: what is ticked is what the real client gets, and a cancel gives no code."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from receiver.errors import ProviderError
from receiver.integrations.tiktok.calls import App
from receiver.integrations.tiktok.client import TikTokClient
from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.sandbox.tiktok.faults import Fault
from tests.fakes import FrozenClock
from tests.serving import served

CENTER, ONE, TWO = "7200000000000000101", "7300000000000000101", "7300000000000000102"
REPORTING, INFORMATION, MONEY = (
    "Reporting",
    "Read Ad Account Information",
    "Ad Account Balance and Transaction",
)
CONSENT_URL = (
    "/portal/auth?app_id=7400000000000000001&state=s%261&redirect_uri=https%3A%2F%2Fcredit.example%2Fback"
)


@pytest.fixture
def now():
    return FrozenClock(datetime(2025, 11, 20, 12, tzinfo=UTC))


@pytest.fixture
def faults():
    return set()


@pytest.fixture
def fake(now, faults):
    revoked_at = datetime(2025, 11, 10, tzinfo=UTC)
    accounts = {
        ONE: SandboxAccount(ONE, "Store <1>", "one-users", business_center=CENTER, revoked_at=revoked_at),
        TWO: SandboxAccount(TWO, "Store 2", "another-users", business_center=CENTER),
    }
    return create_tiktok(accounts, now, lambda _: faults)


@pytest.fixture
def tiktok(fake):
    with served(fake) as address:
        yield TikTokClient(f"{address}/open_api/v1.3", app=App("7400000000000000001", "secret"))


def allow(fake, *accounts, permissions=(REPORTING, INFORMATION, MONEY)):
    """Allow the accounts and permissions on the page, and return the code of the redirect."""
    ticked = {"answer": "allow", "account": list(accounts), "permission": list(permissions)}
    back = urlsplit(fake.test_client().post(CONSENT_URL, data=ticked).headers["Location"])
    query = parse_qs(back.query)
    assert (back.netloc, back.path, query["state"]) == ("credit.example", "/back", ["s&1"])
    return query["auth_code"][0]


def refusal_code(call, *arguments):
    with pytest.raises(ProviderError) as caught:
        call(*arguments)
    return caught.value.code


def test_what_is_ticked_is_granted_and_no_more(fake, tiktok):
    consent = tiktok.exchange_code(allow(fake, TWO, permissions=[REPORTING, INFORMATION]))
    assert (consent.advertiser_ids, consent.scopes) == ((TWO,), frozenset({4, 10}))
    assert [
        advertiser.advertiser_id for advertiser in tiktok.authorised_advertisers(consent.access_token)
    ] == [TWO]
    assert refusal_code(tiktok.advertiser_info, consent.access_token, [ONE]) == 40001
    assert refusal_code(tiktok.balances, consent.access_token, CENTER) == 40001


def test_a_consent_given_again_reaches_an_account_whose_first_was_taken_back(fake, tiktok):
    assert refusal_code(tiktok.advertiser_info, "one-users", [ONE]) == 40105
    consent = tiktok.exchange_code(allow(fake, ONE, TWO))
    assert len(tiktok.advertiser_info(consent.access_token, [ONE, TWO])) == 2
    assert len(tiktok.balances(consent.access_token, CENTER)) == 2


def test_a_granted_token_can_be_given_back(fake, tiktok):
    consent = tiktok.exchange_code(allow(fake, ONE, TWO))
    assert tiktok.revoke_token(consent.access_token) == [ONE, TWO]
    assert refusal_code(tiktok.advertiser_info, consent.access_token, [TWO]) == 40105


def test_who_ticks_no_account_grants_none(fake, tiktok):
    assert tiktok.exchange_code(allow(fake)).advertiser_ids == ()


def test_a_cancel_leads_back_without_a_code(fake):
    back = fake.test_client().post(CONSENT_URL, data={"answer": "cancel"}).headers["Location"]
    assert back == "https://credit.example/back?state=s%261"


def test_the_page_shows_every_account_and_stands_while_the_api_has_faults(fake, faults):
    faults.add(Fault.MAINTENANCE)
    page = fake.test_client().get(CONSENT_URL)
    assert page.status_code == 200
    assert ("Store &lt;1&gt; (7300000000000000101)" in page.text, TWO in page.text) == (True, True)


@pytest.mark.parametrize("url", ["/portal/auth", f"{CONSENT_URL}x".replace("https", "javascript")])
def test_it_leads_to_nothing_but_an_apps_address(fake, url):
    assert fake.test_client().post(url, data={"answer": "allow"}).status_code == 400


@pytest.mark.parametrize("token", ["consent.", "consent.!!", "consent.W10=", "consent.e30="])
def test_what_only_looks_like_a_granted_token_is_none(tiktok, token):
    assert refusal_code(tiktok.advertiser_info, token, [ONE]) == 40105
