"""The order key of a signal, as it stands in a row."""

from __future__ import annotations

from datetime import datetime

from receiver.domain.signals import News


def news_as_list(news: News) -> list[str | int]:
    return [news.install_id, news.seq, news.at.isoformat()]


def news_from_list(kept: list[str | int] | None) -> News | None:
    if kept is None:
        return None
    install_id, seq, at = kept
    return News(str(install_id), int(seq), datetime.fromisoformat(str(at)))
