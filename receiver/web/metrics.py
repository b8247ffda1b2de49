"""/metrics, for Prometheus on this machine or with a token of staff's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from receiver.container import current_container
from receiver.services.operations.metrics import Metrics, collect_metrics
from receiver.version import VERSION
from receiver.web.api.bearer import unauthorized
from receiver.web.internal_access import is_internal_request

PREFIX = "ad_credit_"

metrics_page = Blueprint("metrics", __name__)


@metrics_page.get("/metrics")
def metrics() -> Response:
    """Return the figures of the whole service, whichever process answers."""
    if not is_internal_request():
        raise unauthorized()
    registry = CollectorRegistry()
    registry.register(_MetricsCollector(collect_metrics(current_container())))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _MetricsCollector(Collector):
    """The figures as Prometheus' metric families; what is unknown has no sample."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """Yield each metric family."""
        metrics = self._metrics
        yield InfoMetricFamily(f"{PREFIX}build", "What runs here.", {"version": VERSION})
        yield CounterMetricFamily(
            f"{PREFIX}deliveries_accepted", "Deliveries kept; PostgreSQL may skip numbers.", metrics.accepted
        )
        yield _labelled(
            "deliveries", "Deliveries that wait or failed, 10,000 at most.", "state", metrics.live
        )
        yield _labelled(
            "deliveries_ended_recently", "Ended in the last five minutes.", "state", metrics.recently_ended
        )
        yield _age("oldest_waiting", "Since the delivery that waits longest was due.", metrics.oldest_waiting)
        yield _labelled("rejected_today", "Rejected calls since 00:00 UTC.", "reason", metrics.rejections)
        yield _gauge(
            "quarantined", "Deliveries held for a wrong signature, 10,000 at most.", metrics.quarantined
        )
        yield _age("worker_silent", "Since a worker last showed life.", metrics.worker_silent)
        yield _age("poll_late", "Since the ad account that waits longest was due.", metrics.poll_late)
        yield _calls(metrics.calls_made)
        yield _gauge("tiktok_calls_today", "Calls to TikTok since 00:00 UTC.", metrics.calls.used)
        calls_left = {"routine": metrics.calls.routine, "urgent": metrics.calls.urgent}
        yield _labelled("tiktok_calls_left", "Calls that are left until 00:00 UTC.", "kind", calls_left)
        yield _gauge(
            "tiktok_paused", "1 while TikTok wants no calls.", int(metrics.calls.paused_until is not None)
        )
        yield _gauge(
            "tiktok_slowed_accounts", "Ad accounts TikTok wants no calls about.", metrics.calls.slowed
        )
        yield CounterMetricFamily(
            f"{PREFIX}decisions", "Decisions kept; PostgreSQL may skip numbers.", metrics.decisions
        )
        yield _labelled("stores", "Stores by stage; empty: not decided yet.", "stage", metrics.stores)
        yield _labelled("awards", "Awards by state.", "state", metrics.awards)
        yield _gauge("awards_overdue", "Awards due and not issued.", metrics.overdue)
        yield _troubles(metrics.troubles)
        yield _gauge("reviews_open", "Reviews that wait for an answer, 10,000 at most.", metrics.reviews)
        yield _gauge(
            "staff_not_told", "Matters staff's own channel could not tell them of.", metrics.failing_alerts
        )
        yield _labelled("database_bytes", "Room the database takes.", "part", metrics.sizes)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, help_text, value)


def _age(name: str, help_text: str, age: timedelta | None) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}{name}_seconds", help_text)
    if age is not None:
        family.add_metric([], age.total_seconds())
    return family


def _calls(counts: Mapping[tuple[str, str], int]) -> Metric:
    help_text = "Calls to TikTok, ever; code none: no answer of the API."
    family = CounterMetricFamily(f"{PREFIX}tiktok_calls", help_text, labels=["path", "code"])
    for labels, count in sorted(counts.items()):
        family.add_metric(labels, count)
    return family


def _troubles(counts: Mapping[tuple[str, str], int]) -> Metric:
    help_text = "Stores by what is wrong about them, and who must act."
    family = GaugeMetricFamily(f"{PREFIX}store_troubles", help_text, labels=["trouble", "who"])
    for labels, count in sorted(counts.items()):
        family.add_metric(labels, count)
    return family


def _labelled(name: str, help_text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(PREFIX + name, help_text, labels=[label])
    for value, count in sorted(values.items()):
        family.add_metric([value], count)
    return family
