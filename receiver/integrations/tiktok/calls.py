"""What a call to TikTok takes and gives, for those who phrase the calls and those who make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from receiver.integrations.tiktok.envelope import Reply

Query = Mapping[str, str | int | Sequence[str]]
Get = Callable[[str, Query], Reply]  # path and query in, the reply out; the token is already chosen
