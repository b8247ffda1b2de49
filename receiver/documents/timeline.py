"""The entries of the timeline in words, for staff."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.documents.audit import phrase
from receiver.domain.hourly_counts import HourlyEvent, HourlyKind

# The words for an hour's count of each kind: for one, and for several.
COUNT_WORDS = {
    HourlyKind.PROCESSED: ("delivery processed", "deliveries processed"),
    HourlyKind.DEAD: ("that could not be processed", "that could not be processed"),
    HourlyKind.REFUSED: ("call to our webhooks refused", "calls to our webhooks refused"),
    HourlyKind.TIKTOK_CALL: ("call to TikTok", "calls to TikTok"),
}
SENDERS = {"woocommerce": "WooCommerce", "tiktok": "TikTok"}


def delivery_words(source: str, topic: str | None, duplicates: int, error: str | None) -> str:
    """Return the words of a received delivery."""
    about = f", topic {topic}" if topic else ""
    again = f", sent {duplicates + 1} times" if duplicates else ""
    why = f": {error}" if error else ""
    return f"Received from {SENDERS.get(source, source)}{about}{again}{why}"


def decision_words(stage: str, before: str | None) -> str:
    """Return the words of a decision; `before` is the stage before it."""
    was = f", was {_plain(before)}" if before else ", decided for the first time"
    return f"Stage {_plain(stage)}{was}"


def poll_words(advertiser_id: str, error: str | None) -> str:
    """Return the words of a poll, with its error if it failed."""
    if error is None:
        return f"Read the figures of ad account {advertiser_id}"
    return f"Polled ad account {advertiser_id}: {error}"


def act_words(actor: str, action: str, subject: str, reason: str | None) -> str:
    """Return the words of an entry of the audit log."""
    before, after = phrase(action)
    why = f": {reason}" if reason else ""
    return f"{actor} {before}{'' if after is None else subject + after}{why}"


def hour_words(counts: Mapping[HourlyEvent, int]) -> str:
    """Return the counts of an hour in words; refusals by reason, calls to TikTok by its code."""
    parts = [_count_words(kind, counts) for kind in HourlyKind if any(of is kind for of, _ in counts)]
    return f"In this hour: {'; '.join(parts)}"


def _count_words(kind: HourlyKind, counts: Mapping[HourlyEvent, int]) -> str:
    by_name = {name: count for (of, name), count in sorted(counts.items()) if of is kind}
    total = sum(by_name.values())
    words = f"{total:,} {COUNT_WORDS[kind][total != 1]}"
    if kind is HourlyKind.REFUSED:
        return f"{words} ({', '.join(f'{name} {count:,}' for name, count in by_name.items())})"
    if kind is HourlyKind.TIKTOK_CALL:
        return f"{words} ({', '.join(f'{_code(name)} {count:,}' for name, count in by_name.items())})"
    return words


def _code(code: str) -> str:
    return {"0": "answered", "none": "without an answer"}.get(code, f"code {code}")


def _plain(stage: str) -> str:
    return stage.replace("_", " ")
