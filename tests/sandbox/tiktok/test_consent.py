"""The real client's consent, subscriptions and balances against the fake, over a real socket."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from receiver.errors import ProviderError
from receiver.integrations.tiktok.calls import App
from receiver.integrations.tiktok.client import TikTokClient
from receiver.integrations.tiktok.finance import Balance
from receiver.integrations.tiktok.oauth import Consent
from receiver.integrations.tiktok.subscriptions import Entity, TikTokSubscription
from receiver.sandbox.tiktok.accounts import AccountDay, AccountPayment, SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.sandbox.tiktok.consent import Grant
from receiver.sandbox.tiktok.faults import Fault
from tests.fakes import FrozenClock
from tests.serving import served

TOKEN, CENTER, HIDDEN = "token-of-the-store", "7200000000000000101", "7200000000000000202"
ID, OTHER = "7300000000000000101", "7300000000000000102"
SPENT = date(2025, 11, 10)
CALLBACK = "https://credits.example/webhooks/tiktok/ads"
APP = App("7400000000000000001", "sandbox-app-secret")


@pytest.fixture
def now():
    return FrozenClock(datetime(2025, 11, 20, 12, tzinfo=UTC))


@pytest.fixture
def faults():
    return set()


@pytest.fixture
def fake(now, faults):
    paid_at = datetime(2025, 11, 9, tzinfo=UTC)
    ours = SandboxAccount(
        ID,
        "Store",
        TOKEN,
        business_center=CENTER,
        days={SPENT: AccountDay(Decimal("30.10"), Decimal("5.00"))},
        payments=[
            AccountPayment(paid_at, Decimal(100), type="ADD_BALANCE"),
            AccountPayment(paid_at, Decimal(25), type="PROMOTION_ISSUED", billing="CREDIT"),
        ],
    )
    other = SandboxAccount(OTHER, "Hidden", "another-token", business_center=HIDDEN, reads_finance=False)
    return create_tiktok({ID: ours, OTHER: other}, now, lambda _: faults)


@pytest.fixture
def tiktok(fake):
    with served(fake) as address:
        yield TikTokClient(f"{address}/open_api/v1.3", app=APP)


@pytest.fixture
def consents(fake):
    return fake.extensions["tiktok_consents"]


def refusal_code(call, *arguments) -> int | None:
    with pytest.raises(ProviderError) as caught:
        call(*arguments)
    return caught.value.code


def code_or_none(call, *arguments) -> int | None:
    """Return the code that a call is refused with; None where it is answered."""
    try:
        call(*arguments)
    except ProviderError as error:
        return error.code
    return None


# Consent


def test_a_code_is_exchanged_once_for_what_was_granted(tiktok, consents, now):
    code = consents.grant(TOKEN, now())
    assert tiktok.exchange_code(code) == Consent(TOKEN, frozenset({4, 44, 100, 152, 200}), (ID,))
    assert refusal_code(tiktok.exchange_code, code) == 40110


def test_a_user_who_may_not_see_the_money_grants_no_scope_for_it(tiktok, consents, now):
    assert 152 not in tiktok.exchange_code(consents.grant("another-token", now())).scopes


@pytest.mark.parametrize(
    ("scopes", "account", "reports"),
    [((4, 10), None, None), ((1,), None, 40001), ((4,), 40001, None), ((152,), 40001, 40001)],
)
def test_a_scope_granted_by_its_parent_opens_its_children(tiktok, consents, now, scopes, account, reports):
    token = tiktok.exchange_code(consents.grant(Grant((ID,), scopes, now()).token, now())).access_token
    assert code_or_none(tiktok.advertiser_info, token, [ID]) == account
    assert code_or_none(tiktok.daily_spend, token, ID, SPENT, SPENT) == reports


def test_a_code_serves_for_an_hour(tiktok, consents, now):
    early, late = consents.grant(TOKEN, now()), consents.grant(TOKEN, now())
    now.move(hours=1)
    assert tiktok.exchange_code(early).access_token == TOKEN
    now.move(seconds=1)
    assert refusal_code(tiktok.exchange_code, late) == 40110


def test_a_token_given_back_reaches_nothing_until_consent_is_given_anew(tiktok, consents, now):
    assert tiktok.revoke_token(TOKEN) == [ID]
    assert refusal_code(tiktok.advertiser_info, TOKEN, [ID]) == 40105
    assert refusal_code(tiktok.revoke_token, TOKEN) == 40105
    tiktok.exchange_code(consents.grant(TOKEN, now()))
    assert [info.advertiser_id for info in tiktok.advertiser_info(TOKEN, [ID])] == [ID]


def test_a_revoked_token_does_not_keep_another_from_consenting(tiktok, consents, now, faults):
    faults.add(Fault.REVOKED_TOKEN)
    assert refusal_code(tiktok.advertiser_info, TOKEN, [ID]) == 40105
    assert tiktok.exchange_code(consents.grant(TOKEN, now())).advertiser_ids == (ID,)
    faults.add(Fault.MAINTENANCE)
    assert refusal_code(tiktok.exchange_code, consents.grant(TOKEN, now())) == 60001


# Subscriptions


def test_a_subscription_is_made_listed_and_ended(tiktok):
    subscription_id = tiktok.subscribe(TOKEN, Entity.REPORT_DATA_CHANGE, CALLBACK, [ID], "60_MINUTE")
    alarm = tiktok.subscribe(TOKEN, Entity.AD_ACCOUNT_SUSPENSION, CALLBACK, [ID])
    assert tiktok.subscriptions(Entity.REPORT_DATA_CHANGE) == [
        TikTokSubscription(subscription_id, "REPORT_DATA_CHANGE", CALLBACK, (ID,), None, "60_MINUTE")
    ]
    assert [subscription.id for subscription in tiktok.subscriptions()] == [subscription_id, alarm]
    tiktok.unsubscribe(subscription_id)
    assert [subscription.id for subscription in tiktok.subscriptions()] == [alarm]
    assert refusal_code(tiktok.unsubscribe, subscription_id) == 40002


@pytest.mark.parametrize(
    ("token", "callback", "ids", "code"),
    [
        (TOKEN, CALLBACK, [OTHER], 40001),
        (TOKEN, CALLBACK, [], 40002),
        (TOKEN, CALLBACK, [ID] * 101, 40002),
        (TOKEN, "http://credits.example/", [ID], 40002),
        ("never-given", CALLBACK, [ID], 40105),
    ],
)
def test_a_subscription_is_refused_as_tiktok_would(tiktok, token, callback, ids, code):
    assert refusal_code(tiktok.subscribe, token, Entity.REPORT_DATA_CHANGE, callback, ids) == code
    assert tiktok.subscriptions() == []


def test_another_app_sees_and_ends_none_of_our_subscriptions(tiktok):
    subscription_id = tiktok.subscribe(TOKEN, Entity.REPORT_DATA_CHANGE, CALLBACK, [ID])
    stranger = TikTokClient(tiktok._base_url, app=App("7499", "another"))
    assert stranger.subscriptions() == []
    assert refusal_code(stranger.unsubscribe, subscription_id) == 40002


# Money


def test_balances_are_what_was_paid_in_and_not_yet_spent(tiktok):
    amounts = [Decimal(amount) for amount in ("89.9", "69.9", "20.0", "0.0")]
    assert tiktok.balances(TOKEN, CENTER) == [Balance(ID, "USD", *amounts, None, None)]
    assert tiktok.balances(TOKEN, CENTER, ID) == [Balance(ID, "USD", *amounts, Decimal("0.0"), None)]
    assert tiktok.balances(TOKEN, CENTER, OTHER) == []


def test_money_is_for_those_alone_who_may_see_it(tiktok):
    assert refusal_code(tiktok.balances, "another-token", HIDDEN) == 40001
