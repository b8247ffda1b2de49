"""The workflow files of the forges are well formed, and the targets and files their steps name exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = {file.name: yaml.safe_load(file.read_text()) for file in ROOT.glob(".github/workflows/*.yml")}
GITLAB = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())
TARGETS = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for file, workflow in WORKFLOWS.items():
        for name, job in workflow["jobs"].items():
            yield from ((f"{file} {name}", step) for step in job["steps"])


def lines() -> Iterator[tuple[str, str]]:
    for name, step in steps():
        yield from ((name, line) for line in step.get("run", "").replace("\\\n", " ").splitlines())
    for name, job in GITLAB.items():
        yield from ((f"gitlab {name}", line) for line in job.get("script", ()))


@pytest.mark.parametrize(("where", "line"), list(lines()))
def test_each_target_and_file_that_a_step_names_is_there(where: str, line: str) -> None:
    words = shlex.split(line)
    if words[0] == "make":
        assert set(words[1:]) <= TARGETS, where
    for word in words:
        if re.fullmatch(r"\.ci/\w+|(deploy|bin|docs)/\S+", word):
            assert (ROOT / word).is_file(), f"{where}: {word}"


def test_a_step_either_runs_something_or_uses_a_pinned_action() -> None:
    for where, step in steps():
        assert ("run" in step) != ("uses" in step), where
        assert re.fullmatch(r"[\w./-]+@v\d+", step.get("uses", "a/b@v1")), where


def test_lint_types_tests_image_and_release_are_all_there() -> None:
    scripts = dict(lines())
    runs = " ".join(line for _, line in lines())
    assert "make lint" in runs
    assert runs.count("bash .ci/run") == 2
    assert "podman build --format docker -f deploy/Containerfile" in runs
    assert "make dist" in scripts.get("gitlab dist", "")
    assert "build/dist/*" in runs


@pytest.mark.parametrize(
    "versions",
    [
        WORKFLOWS["test.yml"]["jobs"]["test"]["strategy"]["matrix"]["python"],
        GITLAB["test"]["parallel"]["matrix"][0]["VERSION"],
    ],
    ids=["github", "gitlab"],
)
def test_every_python_from_the_oldest_that_is_supported_is_tried(versions: list[str]) -> None:
    assert versions == ["3.11", "3.12", "3.13", "3.14"]
    assert f'requires-python = ">={versions[0]}"' in (ROOT / "pyproject.toml").read_text()


def test_no_workflow_may_write_but_the_one_that_releases() -> None:
    assert {name: workflow["permissions"]["contents"] for name, workflow in WORKFLOWS.items()} == {
        "test.yml": "read",
        "release.yml": "write",
    }
