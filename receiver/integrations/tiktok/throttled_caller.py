"""Calls throttled by the shared budget; no transaction is open while they wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from receiver.domain.rate_limiter import DenialReason, Slot, Throttled
from receiver.errors import Advice, ProviderError, StorageUnavailable
from receiver.integrations.tiktok.codes import APP_BLOCKED
from receiver.logs import get_logger

NO_ANSWER = "none"
WORDS = {
    DenialReason.BUSY: "too many calls are waiting",
    DenialReason.DAY: "the app's calls of the day are made",
    DenialReason.PAUSED: "TikTok wants no calls of the app",
    DenialReason.SLOWED: "TikTok wants no calls about this ad account",
}

log = get_logger(__name__)


class CallLimiter(Protocol):
    """The app's budget of calls, shared with all other processes."""

    def reserve(self, now: datetime, *, advertiser_id: str | None, urgent: bool) -> Slot | Throttled:
        """Reserve a slot for a call, or return why it must not be made yet."""

    def pause_app(self, turn: Slot, now: datetime) -> datetime:
        """Pause all calls after TikTok throttled the app; return the end of the pause."""

    def pause_advertiser(self, advertiser_id: str, turn: Slot, now: datetime) -> datetime:
        """Pause calls about this ad account; return the end of the pause."""

    def pause_blocked_app(self, now: datetime) -> datetime:
        """Pause all calls after TikTok refused the app altogether; return the end of the pause."""

    def note_success(self, advertiser_id: str | None, turn: Slot) -> None:
        """End the pauses that a successful call shows to be over."""

    def count(self, path: str, code: str, at: datetime) -> None:
        """Count one call to `path` that was answered with `code`."""


@dataclass(frozen=True)
class ThrottledCaller:
    """The throttle of a client's calls; `urgent` ones may use what routine calls leave."""

    budget: CallLimiter
    now: Callable[[], datetime]
    urgent: bool = False
    sleep: Callable[[float], None] = time.sleep

    def wait(self, path: str, advertiser_id: str | None) -> Slot:
        """Wait for a call's slot and return it. Raises ProviderError where the wait would be long."""
        now = self.now()
        slot = self.budget.reserve(now, advertiser_id=advertiser_id, urgent=self.urgent)
        if isinstance(slot, Throttled):
            words = f"{WORDS[slot.why]} until {slot.until:%Y-%m-%d %H:%M:%S} UTC"
            raise ProviderError(
                f"TikTok {path}: not asked, for {words}",
                advice=Advice.PAUSE_ADVERTISER if slot.why is DenialReason.SLOWED else Advice.PAUSE_APP,
                until=slot.until,
            )
        if slot.at > now:
            self.sleep((slot.at - now).total_seconds())
        return slot

    def note_failure(self, error: ProviderError, advertiser_id: str | None, turn: Slot) -> None:
        """Pause what TikTok wants paused, and set the end of the pause in the error."""
        if error.advice is Advice.PAUSE_APP:
            error.until = self.budget.pause_app(turn, self.now())
        elif error.advice is Advice.PAUSE_ADVERTISER and advertiser_id:
            error.until = self.budget.pause_advertiser(advertiser_id, turn, self.now())
        elif error.code == APP_BLOCKED:
            error.until = self.budget.pause_blocked_app(self.now())
        elif error.code is not None:
            self.note_success(advertiser_id, turn)  # TikTok refused, but not because of a limit

    def note_success(self, advertiser_id: str | None, turn: Slot) -> None:
        """Tell the budget that a call was answered."""
        self.budget.note_success(advertiser_id, turn)

    def count(self, path: str, code: int | None) -> None:
        """Count a call by its code, None for no reply of the API; a failure to count is only logged."""
        try:
            self.budget.count(path, NO_ANSWER if code is None else str(code), self.now())
        except StorageUnavailable as error:
            log.warning("tiktok call not counted", path=path, error=str(error))
