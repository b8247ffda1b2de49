"""The stores of the sandbox and what their accounts spend: four merchants, four ways it can go.

Every day is counted from the day the world began, so that a world that goes on stays true to itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

# The terms follow the shipped programme, with dates round the day the world began.
PROGRAMME = """\
# The sandbox's own terms; written when its world began.
id = "sandbox"
title = "TikTok ad credit, sandbox"
platform = "woocommerce"
source = "made up for the sandbox on {born}, after the shipped programme"
opens = {opens}
closes = {closes}
credit_expires = {credit_expires}
prior_spend_days = 90
credit_within_days = 7
bill_grace_days = 35
bills_must_be_paid_in_window = false
accept_net_cost = false

[window]
days = 30
anchor = "first_cash"

[[markets]]
country = "US"
currency = "USD"
tiers = [{{ threshold = "500", credit = "500" }}, {{ threshold = "1500", credit = "1500" }}, \
{{ threshold = "5000", credit = "5000" }}]

[[markets]]
country = "GB"
currency = "GBP"
tiers = [{{ threshold = "395", credit = "395" }}, {{ threshold = "1186", credit = "1186" }}, \
{{ threshold = "3954", credit = "3954" }}]
"""


@dataclass(frozen=True)
class Spending:
    """So much a day, from one day to another; days are counted from the world's first, which is 0."""

    first: int
    last: int
    a_day: Decimal


@dataclass(frozen=True)
class Merchant:
    """A store, its ad account, and what happened before we looked; days as in Spending."""

    key: str
    name: str
    story: str
    country: str
    currency: str
    timezone: str
    advertiser_id: str
    business_center: str
    account_created: int
    linked: int
    spending: tuple[Spending, ...]

    @property
    def url(self) -> str:
        return f"https://{self.key}.example/"

    @property
    def token(self) -> str:
        """What the stand-in for TikTok takes for this advertiser's consent."""
        return f"sandbox-token-{self.key}"

    def spent_on(self, day: int) -> Decimal:
        return sum((s.a_day for s in self.spending if s.first <= day <= s.last), Decimal())


LAST_DAY = 365  # the programme is long over by then

MERCHANTS = (
    Merchant(
        key="morning-roast",
        name="Morning Roast Coffee",
        story="on its way to the first tier",
        country="US",
        currency="USD",
        timezone="America/New_York",
        advertiser_id="7300000000000000101",
        business_center="7200000000000000101",
        account_created=-15,
        linked=-15,
        spending=(Spending(-14, LAST_DAY, Decimal("20.40")),),
    ),
    Merchant(
        key="harbour-lights",
        name="Harbour Lights Candles",
        story="its 30 days are over, a credit of the first tier is due",
        country="GB",
        currency="GBP",
        timezone="Europe/London",
        advertiser_id="7300000000000000102",
        business_center="7200000000000000102",
        account_created=-42,
        linked=-40,
        spending=(Spending(-34, -5, Decimal("20.67")),),
    ),
    Merchant(
        key="peak-outfitters",
        name="Peak Outfitters",
        story="reached the highest tier in twelve days, its credit is due at once",
        country="US",
        currency="USD",
        timezone="America/Denver",
        advertiser_id="7300000000000000103",
        business_center="7200000000000000103",
        account_created=-21,
        linked=-20,
        spending=(Spending(-15, -4, Decimal("433.34")),),
    ),
    Merchant(
        key="old-town-books",
        name="Old Town Books",
        story="advertised in the 90 days before it linked, so it is not eligible",
        country="US",
        currency="USD",
        timezone="America/Chicago",
        advertiser_id="7300000000000000104",
        business_center="7200000000000000104",
        account_created=-400,
        linked=-20,
        spending=(Spending(-60, -45, Decimal("35.00")), Spending(-18, LAST_DAY, Decimal("28.50"))),
    ),
)


def programme_text(born: date) -> str:
    return PROGRAMME.format(
        born=born,
        opens=born - timedelta(days=60),
        closes=born + timedelta(days=60),
        credit_expires=born + timedelta(days=180),
    )


def moment(born: date, day: int, hour: int) -> datetime:
    """An hour of one of the world's days, in UTC."""
    return datetime.combine(born + timedelta(days=day), time(hour), UTC)


def history(merchant: Merchant, born: date) -> list[tuple[datetime, dict[str, object]]]:
    """What the store's plugin has seen happen, oldest first: when, and the signal's own fields."""
    return [
        (moment(born, merchant.linked, 8), {"event": "integration_installed"}),
        (moment(born, merchant.linked, 9), {"event": "integration_set_up"}),
        (linked_at(merchant, born), {"event": "account_linked", **account_fields(merchant), "exact": True}),
    ]


def linked_at(merchant: Merchant, born: date) -> datetime:
    return moment(born, merchant.linked, 10)


def joined_at(merchant: Merchant, born: date) -> datetime:
    """A day before the link: an account opened later than that is a new one."""
    return moment(born, merchant.linked - 1, 8)


def state(merchant: Merchant) -> dict[str, object]:
    """The plugin's daily check: all of it at once."""
    return {
        "event": "state",
        "plugin": "1.0.0",
        "integration": {"installed": True, "set_up": True, "copies": 1},
        "account": {**account_fields(merchant), "exact": True},
        "store_name": merchant.name,
    }


def account_fields(merchant: Merchant) -> dict[str, object]:
    return {
        "advertiser_id": merchant.advertiser_id,
        "business_center": merchant.business_center,
        "external_business_id": f"tt4b_woocommerce_{merchant.advertiser_id[-3:]}0123456789",
    }
