"""The shape of a call to TikTok, shared by those who phrase calls and those who make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from receiver.errors import Advice, ProviderError
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


Answer = TypeVar("Answer")


def read_spans(ask: Callable[[date, date], Answer], first: date, last: date, most: int) -> list[Answer]:
    """Return what `ask` answers for `first` to `last`, both included, at most `most` dates at once.

    Where that is too much for TikTok the span is halved, down to a date, and those after it stay as
    short: what was too much is never asked again. All of it is answered, or the last refusal raised.
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
