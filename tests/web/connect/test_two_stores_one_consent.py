"""Two stores name one ad account, one has its advertiser's consent: the other is told nothing of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from receiver.app import create_app
from receiver.container import Container
from receiver.services.decisions.decide import decide_store
from receiver.storage import tables
from receiver.storage.cipher import token_hash
from tests.db_factories import keep_account, keep_day, keep_link, keep_store
from tests.factories import FIRST
from tests.staff import Console, staff_token

CLAIMANT, HOLDER, ACCOUNT = "st_claimant", "st_holder", "7300000000000000017"
# What TikTok told of the account, each so odd that it can stand in no page by chance.
OF_THE_ACCOUNT = ("613.37", "Zebra Outfitters", "America/Indiana/Knox", "60917744", "STATUS_CONTRACT_PENDING")

PAGES = (
    "/admin/stores/{id}",
    "/admin/stores?text={id}",
    "/admin/stores/{id}/fact",
    "/admin/stores/{id}/merge",
    "/admin/deliveries?store={id}",
    "/admin/audit?store={id}",
)
CALLS = (
    "/api/v1/admin/stores/{id}",
    "/api/v1/admin/stores?text={id}",
    "/api/v1/admin/facts/{id}",
    "/api/v1/admin/links?store={id}",
    "/api/v1/admin/audit?store={id}",
)
COMMANDS = (
    ("stores", "show", CLAIMANT),
    ("facts", "show", CLAIMANT),
    ("links", "list", "--store", CLAIMANT),
    ("decisions", "list", CLAIMANT),
)


@pytest.fixture
def claimant(container: Container) -> str:
    for store_id in (CLAIMANT, HOLDER):
        keep_store(container, store_id, status_token_hash=token_hash(f"token-{store_id}"))
    keep_link(container, HOLDER, ACCOUNT)
    keep_link(container, CLAIMANT, ACCOUNT, consent=None, token_encrypted=None, prior_spend=None)
    _, name, zone, center, status = OF_THE_ACCOUNT
    account = {"name": name, "timezone": zone, "business_center": center, "status": status}
    keep_account(
        container, ACCOUNT, **account, bills_readable=True, bills_read_at=container.now(), bills_from=FIRST
    )
    keep_day(container, OF_THE_ACCOUNT[0], advertiser_id=ACCOUNT)
    with container.database.writing() as session:
        session.add(
            tables.PaymentRow(
                advertiser_id=ACCOUNT,
                transaction_id="1",
                type="BILL_PAYMENT",
                billing="CASH",
                subtotal=Decimal(OF_THE_ACCOUNT[0]),
                at=container.now() - timedelta(days=1),
                read_at=container.now(),
            )
        )
    for store_id in (CLAIMANT, HOLDER):
        decide_store(container, store_id)
    return CLAIMANT


def figures_in(text: str) -> list[str]:
    return [item for item in OF_THE_ACCOUNT if item in text]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_the_console_tells_of_the_account(container: Container, claimant: str, path: str):
    page = Console(container).get(path.format(id=claimant))
    assert (page.status_code, figures_in(page.text)) == (200, [])


@pytest.mark.parametrize("path", CALLS)
def test_no_answer_of_the_api_tells_of_the_account(container: Container, claimant: str, path: str):
    answer = (
        create_app(container=container)
        .test_client()
        .get(path.format(id=claimant), headers=staff_token(container))
    )
    assert (answer.status_code, figures_in(answer.text)) == (200, [])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_tells_of_the_account(container: Container, claimant: str, words: tuple[str, ...]):
    result = create_app(container=container).test_cli_runner().invoke(args=[*words, "--json"])
    assert (result.exit_code, figures_in(result.output)) == (0, [])


def test_the_merchant_is_told_nothing_of_the_account_but_to_connect_tiktok(
    container: Container, claimant: str
):
    client = create_app(container=container).test_client()
    answer = client.get("/api/v1/status", headers={"Authorization": f"Bearer token-{claimant}"})
    assert figures_in(answer.text) == []
    document = answer.get_json()
    assert (document["account"], document["spend"], document["window"]) == (None, None, None)
    assert "Connect TikTok" in document["headline"]


def test_all_of_it_is_told_where_the_consent_is(container: Container, claimant: str):
    """Or the tests above would look for nothing."""
    client = create_app(container=container).test_client()
    answer = client.get("/api/v1/status", headers={"Authorization": f"Bearer token-{HOLDER}"})
    assert set(figures_in(answer.text)) == set(OF_THE_ACCOUNT) - {"Zebra Outfitters"}
