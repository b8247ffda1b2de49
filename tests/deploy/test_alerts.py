"""Each alert watches a metric that exists, and names the chapter that says what to do."""

import re
from pathlib import Path

import pytest
import yaml

from receiver.app import create_app

ROOT = Path(__file__).parents[2]
RULES = [
    rule
    for group in yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
HEADINGS = re.findall(
    r"^### (\w+)$", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.MULTILINE
)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_alerts_watch_figures_that_there_are(container):
    metrics = create_app(container=container).test_client().get("/metrics").text
    exported = set(re.findall(r"^# TYPE (\w+)", metrics, re.MULTILINE))
    watched = {name for rule in RULES for name in re.findall(r"\bad_credit_\w+", rule["expr"])}
    assert len(watched) > 5
    assert watched <= exported


def test_each_alert_has_its_chapter_and_each_chapter_its_alert():
    assert [rule["annotations"]["runbook"] for rule in RULES] == [
        f"docs/operations.md#{rule['alert'].lower()}" for rule in RULES
    ]
    assert sorted(HEADINGS) == sorted(rule["alert"] for rule in RULES)
