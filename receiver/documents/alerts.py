"""Words of the alerts to staff: counts, ids of stores and links; no secret, no person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from receiver.domain.alerts import Alert, AlertEvent, AlertKind, Message
from receiver.home import COMMAND

SENTENCES = {
    (AlertKind.WORKER_SILENT, AlertEvent.BEGAN): "No worker is alive",
    (AlertKind.WORKER_SILENT, AlertEvent.STANDS): "Still no worker is alive",
    (AlertKind.WORKER_SILENT, AlertEvent.OVER): "A worker is alive again",
    (AlertKind.AWARDS_OVERDUE, AlertEvent.BEGAN): "Awards overdue: {count}",
    (AlertKind.AWARDS_OVERDUE, AlertEvent.GREW): "More awards overdue: {count}",
    (AlertKind.AWARDS_OVERDUE, AlertEvent.STANDS): "Awards still overdue: {count}",
    (AlertKind.AWARDS_OVERDUE, AlertEvent.OVER): "No award is overdue any more",
    (AlertKind.STORES_FOR_STAFF, AlertEvent.BEGAN): "Stores that wait for staff: {count}",
    (AlertKind.STORES_FOR_STAFF, AlertEvent.GREW): "More stores wait for staff: {count}",
    (AlertKind.STORES_FOR_STAFF, AlertEvent.STANDS): "Stores still wait for staff: {count}",
    (AlertKind.STORES_FOR_STAFF, AlertEvent.OVER): "No store waits for staff any more",
    (AlertKind.STORES_FOR_SERVICE, AlertEvent.BEGAN): "Stores whose figures cannot be read: {count}",
    (AlertKind.STORES_FOR_SERVICE, AlertEvent.GREW): "More stores whose figures cannot be read: {count}",
    (AlertKind.STORES_FOR_SERVICE, AlertEvent.STANDS): "Stores whose figures still cannot be read: {count}",
    (AlertKind.STORES_FOR_SERVICE, AlertEvent.OVER): "The figures of all stores can be read again",
}
TO_DO = {
    AlertKind.WORKER_SILENT: "Deliveries are kept, but nothing is processed, polled or decided. "
    f"Start it: {COMMAND} worker (systemctl start ad-credit-worker).",
    AlertKind.AWARDS_OVERDUE: "Issue the credit, then record it.",
    AlertKind.STORES_FOR_STAFF: "See the Overview: it says what each of them needs.",
    AlertKind.STORES_FOR_SERVICE: "See doctor, and the error on a store's page.",
}


def compose(items: Sequence[Alert], public_url: str, now: datetime) -> Message:
    """Return one message that holds all the alerts."""
    alerts = [_alert_data(item, public_url) for item in items]
    return Message(
        id=f"msg_{_digest(items)}",
        at=now,
        subject="Ad credit: " + "; ".join(alert["title"] for alert in alerts),
        text="\n\n".join(_paragraph(item, alert) for item, alert in zip(items, alerts, strict=True)) + "\n",
        data={"matters": alerts},
    )


def build_test_message(public_url: str, now: datetime) -> Message:
    """Return a message with which staff test that alerts arrive."""
    text = f"This is how {public_url} alerts staff to overdue awards and a stopped worker. All is well.\n"
    return Message(f"msg_test_{now.timestamp():.0f}", now, "Ad credit: a test", text, {"matters": []})


def _digest(items: Sequence[Alert]) -> str:
    """Return a digest of the content, not of the time: a retry has the id of the try that failed."""
    return hashlib.sha256(repr(items).encode()).hexdigest()[:32]


def _alert_data(item: Alert, public_url: str) -> dict[str, Any]:
    return {
        "id": item.kind,
        "news": str(item.event),
        "count": item.count,
        "since": item.since.astimezone(UTC).isoformat().replace("+00:00", "Z") if item.since else None,
        "stores": list(item.stores),
        "title": SENTENCES[item.kind, item.event].format(count=item.count),
        "link": f"{public_url}/admin/{_page(item.kind)}",
    }


def _page(kind: AlertKind) -> str:
    return "awards?overdue=any" if kind == AlertKind.AWARDS_OVERDUE else ""


def _paragraph(item: Alert, data: Mapping[str, Any]) -> str:
    since = f" since about {item.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if item.since else ""
    lines = [f"{data['title']}{since}."]
    if item.stores:
        others = " and others" if item.count > len(item.stores) else ""
        lines.append(f"Stores: {', '.join(item.stores)}{others}.")
    if item.event is not AlertEvent.OVER:
        lines.append(TO_DO[item.kind])
    return "\n".join([*lines, data["link"]])
