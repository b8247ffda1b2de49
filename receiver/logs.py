"""Log lines go to stderr; stdout is for what a command answers. One that cannot be written stops no work."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


class _Stderr:
    """Looked up anew for each line: whoever redirects stderr means our lines too.

    It may lead to a file on the very disk that is full, of which a line wants to tell.
    """

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def log_to_stderr() -> None:
    factory = structlog.PrintLoggerFactory(cast(TextIO, _Stderr()))
    structlog.configure(logger_factory=factory, cache_logger_on_first_use=False)
