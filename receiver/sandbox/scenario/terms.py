"""The terms of the sandbox's own programmes, dated round the day its world began."""

from __future__ import annotations

from datetime import date, timedelta

from receiver.sandbox.scenario.merchant_spec import FIRST_COME, SANDBOX

# They follow the shipped programme.
TERMS = """\
# The sandbox's own terms; written when its world began.
id = "{id}"
title = "{title}"
platform = "woocommerce"
source = "made up for the sandbox on {born}, after the shipped programme"
opens = {opens}
closes = {closes}
credit_expires = {credit_expires}
{extra_terms}prior_spend_days = 90
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

# Title, and what is added to the terms.
PROGRAMMES = {
    SANDBOX: ("TikTok ad credit, sandbox", ""),
    FIRST_COME: ("TikTok ad credit, one merchant only", "capacity = 1\n"),
}


def programme_text(programme: str, born: date) -> str:
    """Return the TOML of one of the sandbox's programmes, dated around the day its world began."""
    title, extra_terms = PROGRAMMES[programme]
    return TERMS.format(
        id=programme,
        title=title,
        extra_terms=extra_terms,
        born=born,
        opens=born - timedelta(days=60),
        closes=born + timedelta(days=60),
        credit_expires=born + timedelta(days=180),
    )
