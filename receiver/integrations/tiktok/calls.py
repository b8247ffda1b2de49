"""The shape of a call to TikTok, shared by the modules that describe calls and the client that makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.envelope import Reply

Query = Mapping[str, str | int | Sequence[str]]
Get = Callable[[str, Query], Reply]  # takes path and query, returns the reply; the token is already chosen
Post = Callable[[str, Mapping[str, Any]], Reply]  # takes path and JSON body, returns the reply


@dataclass(frozen=True)
class App:
    """Our app as registered with TikTok, named in calls about the app itself."""

    id: str
    secret: str = field(repr=False)

    def credentials(self) -> dict[str, str]:
        """Return the parameters that name the app and prove it."""
        return {"app_id": self.id, "secret": self.secret}


Answer = TypeVar("Answer")


def read_spans(ask: Callable[[date, date], Answer], first: date, last: date, most: int) -> list[Answer]:
    """Return what `ask` answers for the dates from `first` to `last`, both included, at most `most` at once.

    Where a span is too much for TikTok it is halved, down to one date, and later spans stay as short, so that
    what was too much is not requested again. Raises the last refusal where even one date is too much.
    """
    answers = []
    while first <= last:
        end = min(last, first + timedelta(days=most - 1))
        try:
            answers.append(ask(first, end))
        except ProviderError as error:
            if error.advice is not Advice.NARROW or first == end:
                raise
            most = ((end - first).days + 1) // 2
        else:
            first = end + timedelta(days=1)
    return answers
