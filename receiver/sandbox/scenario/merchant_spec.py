"""The types that describe a merchant of the sandbox; `merchants.py` has the merchants themselves.

A day is a whole number, counted from the day the world began, which is 0; every history starts before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum, auto

LAST_DAY = 365  # the programme is long over by then
SANDBOX, FIRST_COME, SHIPPED = "sandbox", "sandbox-first-come", "woocommerce-2025"


class MerchantTrouble(StrEnum):
    """A trouble with the deliveries of a store."""

    WRONG_SECRET = auto()  # signed with a secret we never gave it
    STAGING_COPY = auto()  # sent by a copy of the shop under another address
    OLD_PLUGIN = auto()  # its signals have a shape that nobody reads any more


class Act(Enum):
    """An event in a merchant's life."""

    SIGNALS = auto()  # the store sends a signal
    CONSENTS = auto()  # the advertiser gives a token, and the merchant tells how the account pays
    READ = auto()  # the account is polled and the store decided
    ISSUED = auto()  # staff issue the award
    CREDITED = auto()  # staff see the credit in the account
    FLAGGED = auto()  # staff record a safety flag


@dataclass(frozen=True)
class MerchantStep:
    """An event of a store after it was linked, at 13:00 UTC; `words` are what staff wrote."""

    day: int
    act: Act
    words: str = ""


@dataclass(frozen=True)
class Spending:
    """The same spend on each day of a range: `a_day` in cash and `credit` in ad credit."""

    first: int
    last: int
    a_day: Decimal
    credit: Decimal = Decimal(0)


@dataclass(frozen=True)
class MerchantBill:
    """A bill the account paid, and the tax on it."""

    day: int
    subtotal: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Correction:
    """A correction by TikTok, on a later day, of the cash spent on one day."""

    day: int
    cash: Decimal
    corrected_on: int


@dataclass(frozen=True)
class MerchantAdAccount:
    """A merchant's ad account at TikTok. The numbers are the ends of its ids, so each has its own."""

    number: int
    opened: int
    spending: tuple[Spending, ...] = ()
    center: int | None = None  # the Business Center's number; None: one of its own
    timezone: str = "America/New_York"
    country: str = "US"
    currency: str = "USD"
    pays: str = "manual"
    bills: tuple[MerchantBill, ...] = ()
    shows_bills: bool = True  # False: the consent does not reach what the account paid
    correction: Correction | None = None
    revoked: int | None = None  # the day the advertiser takes the consent back

    @property
    def advertiser_id(self) -> str:
        return f"7300000000000000{self.number:03}"

    @property
    def business_center(self) -> str:
        return f"7200000000000000{self.center or self.number:03}"

    def spend_of(self, day: int) -> tuple[Decimal, Decimal]:
        """Return the cash and the ad credit spent on a day, before any correction."""
        parts = [part for part in self.spending if part.first <= day <= part.last]
        return sum((part.a_day for part in parts), Decimal()), sum((part.credit for part in parts), Decimal())


@dataclass(frozen=True)
class SandboxMerchant:
    """A store, its ad account, and its history before the sandbox began.

    `story` is the line of the banner. The store joined the programme a day before `started`, when TikTok's
    integration was installed, set up and (where there is an account) linked.
    """

    key: str
    name: str
    story: str
    started: int
    account: MerchantAdAccount | None = None
    set_up: bool = True  # False: TikTok's integration is installed, no more
    exact: bool = True  # False: the companion plugin came when the link already stood
    country: str = "US"
    currency: str = "USD"
    programme: str = SANDBOX
    trouble: MerchantTrouble | None = None
    steps: tuple[MerchantStep, ...] = ()

    @property
    def url(self) -> str:
        return f"https://{self.key}.example/"

    @property
    def token(self) -> str:
        """The access token that the stand-in for TikTok accepts for this advertiser's consent."""
        return f"sandbox-token-{self.key}"
