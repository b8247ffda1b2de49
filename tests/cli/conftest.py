"""Tests of the commands read no row themselves: services do, and their tests run on both databases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result

from receiver.app import create_app
from receiver.container import Container


class CommandRunner:
    """Runs the commands of a container's application, all of one group where a group is given."""

    def __init__(self, container: Container, *group: str) -> None:
        self.container, self.group = container, group
        self.runner = create_app(container=container).test_cli_runner()

    def __call__(self, *words: str, stdin: str | bytes = "") -> Result:
        return self.runner.invoke(args=[*self.group, *words], input=stdin)

    def json(self, *words: str, exit_code: int = 0) -> Any:
        """Return what a command prints as JSON, once it ended with the exit code."""
        result = self(*words, "--json")
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def commands(container: Container) -> CommandRunner:
    """The commands of an empty service; files override it where they need rows."""
    return CommandRunner(container)
