"""The dashboard shows every metric that exists and no other, by labels that they have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from receiver.app import create_app
from receiver.container import Container
from tests.db_factories import keep_all

DASHBOARD = json.loads((Path(__file__).parents[2] / "deploy" / "grafana-dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
LABELS = re.compile(r"by \(([^)]*)\)|\{\{(\w+)\}\}|(\w+)(?==~|!~|!=|=\")")


@pytest.fixture
def database_kind() -> str:
    """SQLite: the names of metrics are the same on both databases."""
    return "sqlite"


@pytest.fixture
def labels(container: Container) -> dict[str, set[str]]:
    """The labels of each metric of a service that has something to show."""
    keep_all(container)
    text = create_app(container=container).test_client().get("/metrics").text
    families = list(text_string_to_metric_families(text))
    samples = {sample.name: set(sample.labels) for family in families for sample in family.samples}
    names = [f"{family.name}_total" if family.type == "counter" else family.name for family in families]
    return {name: set() for name in names} | samples


def targets() -> Iterator[dict[str, Any]]:
    for panel in PANELS:
        yield from panel["targets"]


def metrics_in(target: dict[str, Any]) -> list[str]:
    return re.findall(r"\bad_credit_\w+", target["expr"])


def test_each_figure_of_the_dashboard_is_there_and_each_that_is_there_is_shown(
    labels: dict[str, set[str]],
) -> None:
    in_dashboard = {name for target in targets() for name in metrics_in(target)}
    exported = {name for name in labels if name != "ad_credit_build"}  # the family of ad_credit_build_info
    assert in_dashboard == exported


@pytest.mark.parametrize("target", list(targets()), ids=lambda target: target["expr"])
def test_a_label_that_is_asked_for_is_one_that_the_figure_has(
    labels: dict[str, set[str]], target: dict[str, Any]
) -> None:
    text = f"{target['expr']} {target['legendFormat']}"
    parts = {part for groups in LABELS.findall(text) for part in groups}
    used = {name.strip() for part in parts for name in part.split(",")} - {""}
    (figure,) = set(metrics_in(target))
    if labels[figure]:  # a figure without a sample has none to look at
        assert used <= labels[figure]


def test_panels_stand_apart_and_read_from_the_source_that_is_chosen() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    occupied: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + across, place["y"] + down)
            for across in range(place["w"])
            for down in range(place["h"])
        }
        assert max(across for across, _ in cells) < 24
        assert not cells & occupied, panel["title"]
        occupied |= cells
    assert {target["datasource"]["uid"] for target in targets()} == {"${datasource}"}
