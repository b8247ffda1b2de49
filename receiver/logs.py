"""Log lines go to stderr: stdout is for what a command answers."""

from __future__ import annotations

import sys
from typing import Any

import structlog


def log_to_stderr() -> None:
    structlog.configure(logger_factory=_stderr, cache_logger_on_first_use=False)


def _stderr(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)  # looked up anew: whoever redirects stderr means our lines too
