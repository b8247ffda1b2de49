"""Progress: what a store can still reach, its place in the line, and how a credit is used."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.i18n.sentences.sentence import Sentence

# The tier that can still be reached (documents/progress.py).
PROGRESS: Mapping[str, str] = {
    "next_tier.daily": "{remaining} more by {by} earns {credit} of credit in all: {per_day} a day.",
    "next_tier.spend": "{remaining} more by {by} earns {credit} of credit in all.",
    "next_tier.begin": "{remaining} within {days} days of your first spend, and by {by}, earns {credit} of credit.",
    "next_tier.payment": "Pay {remaining} more of your bills by {by}: that earns {credit} of credit in all.",
    "pace.reaches": "At the rate of the last final days ({days}), {per_day} a day, you reach {threshold} on {on}.",
    "pace.misses": "At the rate of the last final days ({days}), {per_day} a day, you reach no further tier in time.",
    "what_if.reaches": "With {per_day} a day from tomorrow on you reach {threshold} on {on}. {credit} of credit comes "
    "by {credit_by}, if you meet every rule.",
    "what_if.misses": "With {per_day} a day from tomorrow on you reach no further tier in time.",
    "what_if.closed": "More spend earns no credit now: the headline says why.",
    "admission.place": "Place {place} of {of} in the line. Stores that have connected TikTok come first.",
}

# The place of a store in an offer of limited capacity (domain/places.py).
PLACES: Mapping[str, Sentence] = {
    "reserved": Sentence(
        "Your place in this offer is reserved until {until}.",
        "Connect TikTok before then to keep it; otherwise it goes to the next store.",
    ),
}

# How a credit is used depends on how the ad account pays.
USED: Mapping[str, str] = {
    "manual": "You pay manually: the ad credit is used before your account's balance.",
    "automatic": "You pay automatically: the ad credit comes after your bill is paid. It is then used first, "
    "before you are charged for your next campaign.",
    "unknown": "If you pay manually, the ad credit is used before your account's balance. If you pay "
    "automatically, it comes after your bill is paid and is then used first, before you are charged for your "
    "next campaign.",
}
