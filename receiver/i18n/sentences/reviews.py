"""The state of a merchant's request for a review."""

from __future__ import annotations

from collections.abc import Mapping

REVIEWS: Mapping[str, str] = {
    "open": "You asked for a review, the ticket of the terms, on {asked_on}. Our team reads it with all the "
    "evidence and answers here.",
    "upheld": "Our team answered your review on {answered_on}; the decision stands: {reason}",
    "overridden": "Our team answered your review on {answered_on} and changed the decision: {reason}",
    "fact_recorded": "Our team answered your review on {answered_on} and corrected what we knew: {reason}",
}
