"""Waits for a call's turn, and tells the budget what came of it; nothing is held open meanwhile."""

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

    def take(self, now: datetime, *, advertiser_id: str | None, urgent: bool) -> Slot | Throttled: ...

    def refused_to_app(self, turn: Slot, now: datetime) -> datetime: ...

    def refused_to_advertiser(self, advertiser_id: str, turn: Slot, now: datetime) -> datetime: ...

    def blocked(self, now: datetime) -> datetime: ...

    def answered(self, advertiser_id: str | None, turn: Slot) -> None: ...

    def count(self, path: str, code: str, at: datetime) -> None: ...


@dataclass(frozen=True)
class ThrottledCaller:
    """Paces a client's calls; `urgent` ones may use what routine leaves."""

    budget: CallLimiter
    now: Callable[[], datetime]
    urgent: bool = False
    sleep: Callable[[float], None] = time.sleep

    def wait(self, path: str, advertiser_id: str | None) -> Slot:
        """Wait for the call's slot. Raises ProviderError where that would take long."""
        now = self.now()
        answer = self.budget.take(now, advertiser_id=advertiser_id, urgent=self.urgent)
        if isinstance(answer, Throttled):
            words = f"{WORDS[answer.why]} until {answer.until:%Y-%m-%d %H:%M:%S} UTC"
            raise ProviderError(
                f"TikTok {path}: not asked, for {words}",
                advice=Advice.PAUSE_ADVERTISER if answer.why is DenialReason.SLOWED else Advice.PAUSE_APP,
                until=answer.until,
            )
        if answer.at > now:
            self.sleep((answer.at - now).total_seconds())
        return answer

    def failed(self, error: ProviderError, advertiser_id: str | None, turn: Slot) -> None:
        """Pause what TikTok wants paused, and add to the error until when."""
        if error.advice is Advice.PAUSE_APP:
            error.until = self.budget.refused_to_app(turn, self.now())
        elif error.advice is Advice.PAUSE_ADVERTISER and advertiser_id:
            error.until = self.budget.refused_to_advertiser(advertiser_id, turn, self.now())
        elif error.code == APP_BLOCKED:
            error.until = self.budget.blocked(self.now())
        elif error.code is not None:
            self.answered(advertiser_id, turn)  # with a no, but for another reason

    def answered(self, advertiser_id: str | None, turn: Slot) -> None:
        self.budget.answered(advertiser_id, turn)

    def count(self, path: str, code: int | None) -> None:
        """Count a call by its code (None: no answer of the API); a failure to count is only logged."""
        try:
            self.budget.count(path, NO_ANSWER if code is None else str(code), self.now())
        except StorageUnavailable as error:
            log.warning("tiktok call not counted", path=path, error=str(error))
