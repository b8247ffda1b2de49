"""The terms of a programme in sentences for staff, each written from the programme's data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from receiver.domain.programme import Anchor, Market, Programme
from receiver.i18n.words import money_text

ANCHORS = {
    Anchor.FIRST_CASH: "the first date on which money that counts was spent, not before set-up and link",
    Anchor.SET_UP: "the date on which the official integration was set up",
    Anchor.REGISTRATION: "the date on which the ad account was created",
}


@dataclass(frozen=True)
class TermsSection:
    """A heading and its sentences."""

    title: str
    sentences: Sequence[str]


def terms_in_words(terms: Programme) -> list[TermsSection]:
    """Return the terms in sections of sentences; amounts are in `market_words`."""
    return [
        TermsSection("Who can join", list(_joining(terms))),
        TermsSection("The spend period", list(_window(terms))),
        TermsSection("What counts as spend", list(_counting(terms))),
        TermsSection("The credit", list(_credit(terms))),
        TermsSection("Who gets no credit", list(_exclusions(terms))),
    ]


def market_words(market: Market) -> list[str]:
    """Return each tier of a market as "Spend $500.00, get $500.00"."""
    return [
        f"Spend {money_text(tier.threshold, market.currency)}, get {money_text(tier.credit, market.currency)}"
        for tier in market.tiers
    ]


def _joining(terms: Programme) -> Iterator[str]:
    yield f"Stores that join from {_day(terms.opens)} to {_day(terms.closes)}, UTC dates, both included."
    if terms.capacity is None:
        yield "There is no limit to the number of merchants."
    else:
        yield f"At most {terms.capacity:,} merchants, first come, first served; staff may admit beyond that."
    countries = " and ".join(market.country for market in terms.markets)
    yield f"Store and ad account belong to a market of the offer: {countries}, in the market's currency."
    yield "The official TikTok integration is installed and set up on the store, and an ad account is linked."
    yield (
        "The ad account is new, or spent nothing in the "
        f"{_days(terms.prior_spend_days)} before it was linked."
    )


def _window(terms: Programme) -> Iterator[str]:
    yield f"{_days(terms.window_days)}, beginning with {ANCHORS[terms.anchor]}; the first date counts as one."
    yield "They are calendar dates of the ad account's time zone."
    yield "A date's figures are final at the first noon UTC that is 48 hours or more after its end."


def _counting(terms: Programme) -> Iterator[str]:
    yield "Only what was paid: the consumed top-up or the paid bills. Tax and spend of ad credit never count."
    if terms.bills_must_be_paid_in_window:
        yield "A bill counts only if it is paid within the spend period."
    else:
        yield f"A bill for the spend period may be paid up to {_days(terms.bill_grace_days)} after it."
    if terms.accept_net_cost:
        yield "Where bills cannot be read, the net cost counts as paid."
    else:
        yield "Where bills cannot be read, staff confirm that they are paid."


def _credit(terms: Programme) -> Iterator[str]:
    yield "One tier only, the highest that is reached; tiers do not add up."
    yield (
        "The highest tier is decided once it is reached, a lower one after the spend period; the credit "
        f"comes within {_days(terms.credit_within_days)}."
    )
    yield f"The credit expires at the end of {_day(terms.credit_expires)}, in the ad account's time zone."


def _exclusions(terms: Programme) -> Iterator[str]:
    yield "A merchant or an ad account that received it before: each receives the credit once."
    yield "Whoever completed the set-up earlier in the programme, under another link or store."
    yield "An ad account in a conflicting promotion, against advertising policies, or flagged for safety."


def _days(count: int) -> str:
    return f"{count} day{'s' if count != 1 else ''}"


def _day(of: date) -> str:
    return f"{of.day} {of:%b %Y}"
