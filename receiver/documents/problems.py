"""A problem in words for staff: what happened, in a merchant's words, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from receiver.domain.problems import ProblemCause

MOST_ADDRESSES = 3  # addresses in a sentence


@dataclass(frozen=True)
class ProblemWords:
    """The words for a cause: what happened, and what to do.

    `{address}` stands for the addresses that messages name.
    """

    what: str
    cure: str
    to_merchant: str | None = None  # what to write, where the merchant must act


WORDS: Mapping[ProblemCause, ProblemWords] = {
    ProblemCause.GAVE_UP: ProblemWords(
        "This service failed to process it, nine times.",
        "The error is ours: see the evidence, put it right, then replay.",
    ),
    ProblemCause.WORKERS_LOST: ProblemWords(
        "Each worker that began to process it was lost.",
        "See in the worker's log why it stopped, often for want of memory; then replay.",
    ),
    ProblemCause.TIKTOK_SECRET_MISSING: ProblemWords(
        "TikTok's notices cannot be verified, so all of them are refused.",
        "Set TIKTOK_APP_SECRET. Figures are read all the same, only later.",
    ),
    ProblemCause.WRONG_SECRET: ProblemWords(
        "Signed with a secret that is not the one kept here, so it was refused.",
        "Set the store's secret, then check again: what verifies is accepted. Messages are held for 14 days.",
    ),
    ProblemCause.ELSEWHERE: ProblemWords(
        "Sent by another address{address}.",
        "Staging copy? Nothing to do: acknowledge it. Moved? Change the store's address, then replay.",
    ),
    ProblemCause.NEWER_VERSION: ProblemWords(
        "Sent by a newer version of our plugin than this service reads.",
        "Update this service, then replay.",
    ),
    ProblemCause.UNREADABLE: ProblemWords(
        "Signed by the store, but it is no message that our plugin sends.",
        "See the evidence: perhaps another plugin changes what is sent. Put that right, then replay.",
    ),
    ProblemCause.NOTICE_UNREADABLE: ProblemWords(
        "A notice of TikTok's that this service cannot read.",
        "See the evidence: perhaps TikTok has changed them. Figures are read all the same, only later.",
    ),
    ProblemCause.UNKNOWN: ProblemWords(
        "We do not know why it could not be processed.",
        "See the evidence, then replay.",
    ),
    ProblemCause.OLD_VERSION: ProblemWords(
        "Sent by an old version of our plugin.",
        "Ask the merchant to update it. Once it reports again, this is resolved.",
        "The plugin “Ad Credit Status for WooCommerce” in your store is out of date, so we cannot read what "
        "it reports. Please update it in WordPress under Plugins; nothing else is needed.",
    ),
    ProblemCause.TOO_LARGE: ProblemWords(
        "Larger than anything our plugin sends, so only its hash was kept.",
        "It cannot be replayed. Ask the merchant what else in the shop sends to our address.",
        "Your store sends messages to us that are larger than our plugin's. Please see in WooCommerce under "
        "Settings › Advanced › Webhooks whether another webhook delivers to our address, and delete it.",
    ),
    ProblemCause.DROPPED: ProblemWords(
        "Its contents are not kept any more.",
        "It cannot be replayed. The store's next daily report brings us up to date.",
    ),
    ProblemCause.TIKTOK_SIGNATURE: ProblemWords(
        "Called in TikTok's name with a signature that does not verify, so it was refused.",
        "Forged? Nothing to do. If TikTok's own notices stay away, compare TIKTOK_APP_SECRET with the app's.",
    ),
    ProblemCause.STORE_LEFT: ProblemWords(
        "Sent by a store that was disconnected, so it was refused.",
        "Nothing to do: WooCommerce switches the webhook off by itself.",
    ),
    ProblemCause.UNKNOWN_ADDRESS: ProblemWords(
        "Sent to a webhook address that no store of ours has.",
        "Nothing to do: strangers try addresses. A merchant who asks must connect the store anew.",
    ),
    ProblemCause.MALFORMED_CALL: ProblemWords(
        "No complete webhook: the wrong method, no length, cut short, or far too large.",
        "Nothing to do, unless a merchant asks: then a proxy in front of us may alter calls.",
    ),
}


def problem_words(cause: ProblemCause, addresses: Sequence[str] = ()) -> ProblemWords:
    """Return the words for a problem; `addresses` are those its messages name."""
    words = WORDS[cause]
    names = ", ".join(addresses[:MOST_ADDRESSES])
    more = " and others" if len(addresses) > MOST_ADDRESSES else ""
    return replace(words, what=words.what.format(address=f" ({names}{more})" if names else ""))
