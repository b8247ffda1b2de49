"""What a call to TikTok takes and gives, for those who phrase the calls and those who make them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from receiver.integrations.tiktok.envelope import Reply

Query = Mapping[str, str | int | Sequence[str]]
Get = Callable[[str, Query], Reply]  # path and query in, the reply out; the token is already chosen
Post = Callable[[str, Mapping[str, Any]], Reply]  # path and JSON body in, the reply out


@dataclass(frozen=True)
class App:
    """The app registered with TikTok, as the calls name it that are about the app itself."""

    id: str
    secret: str = field(repr=False)

    def named(self) -> dict[str, str]:
        return {"app_id": self.id, "secret": self.secret}


def date_spans(first: date, last: date, most: int) -> Iterator[tuple[date, date]]:
    """The dates from `first` to `last` in spans of at most `most` dates, both ends included."""
    while first <= last:
        end = min(last, first + timedelta(days=most - 1))
        yield first, end
        first = end + timedelta(days=1)
