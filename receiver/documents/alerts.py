"""Words of the alerts to staff: counts, ids of stores and links; no secret, no person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from receiver.domain.alerts import Alert, AlertEvent, AlertMatter, Message
from receiver.home import COMMAND

SENTENCES = {
    (AlertMatter.WORKER_SILENT, AlertEvent.BEGAN): "No worker is alive",
    (AlertMatter.WORKER_SILENT, AlertEvent.STANDS): "Still no worker is alive",
    (AlertMatter.WORKER_SILENT, AlertEvent.OVER): "A worker is alive again",
    (AlertMatter.AWARDS_OVERDUE, AlertEvent.BEGAN): "Awards overdue: {count}",
    (AlertMatter.AWARDS_OVERDUE, AlertEvent.GREW): "More awards overdue: {count}",
    (AlertMatter.AWARDS_OVERDUE, AlertEvent.STANDS): "Awards still overdue: {count}",
    (AlertMatter.AWARDS_OVERDUE, AlertEvent.OVER): "No award is overdue any more",
    (AlertMatter.STORES_FOR_STAFF, AlertEvent.BEGAN): "Stores that wait for staff: {count}",
    (AlertMatter.STORES_FOR_STAFF, AlertEvent.GREW): "More stores wait for staff: {count}",
    (AlertMatter.STORES_FOR_STAFF, AlertEvent.STANDS): "Stores still wait for staff: {count}",
    (AlertMatter.STORES_FOR_STAFF, AlertEvent.OVER): "No store waits for staff any more",
    (AlertMatter.STORES_FOR_SERVICE, AlertEvent.BEGAN): "Stores whose figures cannot be read: {count}",
    (AlertMatter.STORES_FOR_SERVICE, AlertEvent.GREW): "More stores whose figures cannot be read: {count}",
    (AlertMatter.STORES_FOR_SERVICE, AlertEvent.STANDS): "Stores whose figures still cannot be read: {count}",
    (AlertMatter.STORES_FOR_SERVICE, AlertEvent.OVER): "The figures of all stores can be read again",
}
TO_DO = {
    AlertMatter.WORKER_SILENT: "Deliveries are kept, but nothing is processed, polled or decided. "
    f"Start it: {COMMAND} worker (systemctl start ad-credit-worker).",
    AlertMatter.AWARDS_OVERDUE: "Issue the credit, then record it.",
    AlertMatter.STORES_FOR_STAFF: "See the Overview: it says what each of them needs.",
    AlertMatter.STORES_FOR_SERVICE: "See doctor, and the error on a store's page.",
}


def compose(items: Sequence[Alert], public_url: str, now: datetime) -> Message:
    """One message of all that is news."""
    matters = [_matter(item, public_url) for item in items]
    return Message(
        id=f"msg_{_digest(items)}",
        at=now,
        subject="Ad credit: " + "; ".join(matter["title"] for matter in matters),
        text="\n\n".join(_paragraph(item, matter) for item, matter in zip(items, matters, strict=True))
        + "\n",
        data={"matters": matters},
    )


def try_out(public_url: str, now: datetime) -> Message:
    """A message that says nothing but that messages arrive."""
    text = f"This is how {public_url} tells staff of overdue awards and a stopped worker. All is well.\n"
    return Message(f"msg_test_{now.timestamp():.0f}", now, "Ad credit: a test", text, {"matters": []})


def _digest(items: Sequence[Alert]) -> str:
    """Of what is told, not of when: a try that follows a failed one says the same under the same id."""
    return hashlib.sha256(repr(items).encode()).hexdigest()[:32]


def _matter(item: Alert, public_url: str) -> dict[str, Any]:
    return {
        "id": item.matter,
        "news": str(item.news),
        "count": item.count,
        "since": item.since.astimezone(UTC).isoformat().replace("+00:00", "Z") if item.since else None,
        "stores": list(item.stores),
        "title": SENTENCES[item.matter, item.news].format(count=item.count),
        "link": f"{public_url}/admin/{_page(item.matter)}",
    }


def _page(matter: AlertMatter) -> str:
    return "awards?overdue=any" if matter == AlertMatter.AWARDS_OVERDUE else ""


def _paragraph(item: Alert, matter: Mapping[str, Any]) -> str:
    since = f" since about {item.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if item.since else ""
    lines = [f"{matter['title']}{since}."]
    if item.stores:
        others = " and others" if item.count > len(item.stores) else ""
        lines.append(f"Stores: {', '.join(item.stores)}{others}.")
    if item.news is not AlertEvent.OVER:
        lines.append(TO_DO[item.matter])
    return "\n".join([*lines, matter["link"]])
