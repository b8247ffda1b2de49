"""The vital signs in words for staff; each has a figure and words for the moment beside it."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.domain.health import Health, Sign, SignId

MINUTES = 60  # deliveries are counted over an hour


@dataclass(frozen=True)
class SignWords:
    """A sign's name, its figure, and the words before its moment; empty where there is none."""

    name: str
    figure: str
    before_moment: str


def sign_words(sign: Sign) -> SignWords:
    """Return a vital sign in words."""
    return WORDS[sign.id](sign)


def _deliveries(sign: Sign) -> SignWords:
    if sign.at is None:
        return SignWords("Last delivery", "None has come yet", "")
    count = sign.count or 0
    rate = f"{count / MINUTES:,.1f}{'+' if sign.more else ''} a minute" if count else "None"
    return SignWords("Last delivery", f"{rate} over the last hour", "last")


def _waiting(sign: Sign) -> SignWords:
    if not sign.count:
        return SignWords("Oldest waiting", "Nothing waits", "")
    verb = "delivery waits" if sign.count == 1 else "deliveries wait"
    return SignWords("Oldest waiting", f"{_number(sign)} {verb}", "since")


def _worker(sign: Sign) -> SignWords:
    figures = {
        Health.GOOD: "Running",
        Health.BAD: "Stopped",
        Health.UNKNOWN: "No worker has been seen yet",
    }
    return SignWords("Background work", figures[sign.health], "" if sign.at is None else "last sign of life")


def _calls(sign: Sign) -> SignWords:
    figure = f"{sign.count or 0:,} of {sign.total or 0:,} left today"
    if sign.count and sign.health is Health.BAD:
        return SignWords("TikTok calls", f"Paused, as TikTok asked; {figure}", "until")
    return SignWords("TikTok calls", figure, "full again")


def _figures(sign: Sign) -> SignWords:
    if not sign.total:
        return SignWords("Figures fresh", "No ad account is polled yet", "last poll" if sign.at else "")
    is_late = sign.count != sign.total
    figure = f"{sign.count or 0:,} of {sign.total:,} accounts read in time"
    if sign.health is Health.BAD and not is_late:
        figure = f"{figure}, but figures of stores are stale"
    return SignWords("Figures fresh", figure, "overdue since" if is_late else "last poll" if sign.at else "")


def _number(sign: Sign) -> str:
    return f"{sign.count or 0:,}{'+' if sign.more else ''}"


WORDS = {
    SignId.DELIVERIES: _deliveries,
    SignId.WAITING: _waiting,
    SignId.WORKER: _worker,
    SignId.CALLS: _calls,
    SignId.FIGURES: _figures,
}
