"""The context of an evaluation: facts, terms and moment, and all that rules derive from them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from receiver.domain.calendar import Window, final_on, local_date
from receiver.domain.deadlines import Deadlines
from receiver.domain.facts import AccountProfile, Facts, Outcome, date_for
from receiver.domain.programme import Market, Programme, Tier
from receiver.domain.spend import Spend, count_spend, highest_tier


class EvaluationContext:
    """The facts, terms and moment of an evaluation, with what follows from them as properties."""

    def __init__(self, facts: Facts, programme: Programme, as_of: datetime) -> None:
        self.facts = facts
        self.programme = programme
        self.as_of = as_of
        self.outcomes: dict[str, Outcome] = {}  # of the rules answered so far, overrides applied

    @property
    def account(self) -> AccountProfile | None:
        return self.facts.account

    @cached_property
    def market(self) -> Market | None:
        """The account's market."""
        return self.programme.market(self.account.country) if self.account else None

    @cached_property
    def spend(self) -> Spend | None:
        """The account's spend; None without an account, or where its time zone is unknown."""
        if self.account is None or self.account.zone is None:
            return None
        return count_spend(self.facts, self.programme, self.account, self.account.zone, self.as_of)

    @property
    def window(self) -> Window | None:
        return self.spend.window if self.spend else None

    @cached_property
    def today(self) -> date:
        """The date of `as_of` in the account's zone; in UTC without an account."""
        return date_for(self.account, self.as_of)

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers in force: none while the account's currency or market is not settled."""
        if self.market is None or self.outcomes.get("account_currency") is not Outcome.PASS:
            return ()
        return self.market.tiers

    @property
    def tiers_offered(self) -> tuple[Tier, ...]:
        """The tiers in force; without an account, the offer of the store's own market."""
        if self.account is not None:
            return self.tiers
        market = self.programme.market(self.facts.store.country)
        return market.tiers if market else ()

    @property
    def deadlines(self) -> Deadlines:
        """The last useful dates, in the account's zone; in UTC while it is not known."""
        tiers = self.tiers_offered
        zone = (self.account and self.account.zone) or ZoneInfo("UTC")
        return Deadlines(self.programme, zone, self.window, tiers[-1] if tiers else None)

    @property
    def highest_tier_is_in_reach(self) -> bool:
        """Return whether the highest tier is reached by the figures so far, or can still be in time."""
        if not self.tiers or self.spend is None:
            return False
        is_seen = self.spend.net >= self.tiers[-1].threshold
        return is_seen or self.today <= self.deadlines.highest_by

    @property
    def window_is_over(self) -> bool:
        return self.window is not None and self.window.is_over(self.today)

    @property
    def window_is_settled(self) -> bool:
        """Return whether the window is over and all its dates are final."""
        return self.spend is not None and self.spend.all_final

    @property
    def bill_grace_is_over(self) -> bool:
        """Return whether the bills were read after their grace: a missing one was not paid in time."""
        if self.window is None or self.spend is None:
            return False
        grace = timedelta(days=self.programme.bill_grace_days)
        read_on = local_date(self.facts.known_until("payments", self.as_of), self.spend.zone)
        return read_on > self.window.last + grace

    @property
    def tier_reached(self) -> Tier | None:
        """The highest tier the final figures reach."""
        return highest_tier(self.tiers, self.spend.final_qualifying) if self.spend else None

    @property
    def highest_tier_is_reached(self) -> bool:
        return self.tier_reached is not None and self.tier_reached == self.tiers[-1]

    @property
    def window_final_on(self) -> date | None:
        """The date on which the figures of the window's last date become final."""
        if self.window is None or self.spend is None:
            return None
        return final_on(self.window.last, self.spend.zone)

    @property
    def window_outlives_credit(self) -> bool:
        """Return whether the window's last date becomes final only after the credit has expired."""
        return self.window_final_on is not None and self.window_final_on > self.programme.credit_expires
