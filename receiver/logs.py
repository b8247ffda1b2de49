"""The log: one JSON object a line on stderr, since stdout is for the output of commands.

On a terminal lines are formatted for people. A line that cannot be written stops no work.
"""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import suppress
from typing import Any, TextIO, cast

from receiver.optional_imports import as_if_not_installed
from receiver.request_id import REQUEST_ID

with as_if_not_installed("rich"):  # it formats tracebacks, which are plain here, and loads 4 MB of libraries
    import structlog
    from structlog.contextvars import bound_contextvars
    from structlog.types import EventDict, ExcInfo, Processor

__all__ = ["bound_contextvars", "get_logger", "log_to_stderr"]

get_logger = structlog.get_logger


class _Stderr:
    """The current stderr, looked up for each line, so that a redirect holds for our lines too.

    Errors are suppressed: it may be a file on the very disk whose being full a line reports.
    """

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


class _Libraries(logging.StreamHandler[Any]):
    """The handler that turns log lines of libraries into lines like ours."""


def _add_request_id(_logger: Any, _method: str, line: EventDict) -> EventDict:
    request_id = REQUEST_ID.get()
    return {**line, "request_id": request_id} if request_id else line


# The fields of each line: the ids of the request or delivery it is about, its level and its time.
COMMON: tuple[Processor, ...] = (
    _add_request_id,
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def log_to_stderr() -> None:
    """Configure the log of this process, for our lines and those of libraries; may be called again."""
    structlog.configure(
        processors=[*COMMON, *_renderers()],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Stderr())),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [item for item in root.handlers if isinstance(item, _Libraries)]:
        root.removeHandler(handler)
    handler = _Libraries(cast(TextIO, _Stderr()))
    handler.setLevel(logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=COMMON,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers()],
        )
    )
    root.addHandler(handler)


def _renderers() -> list[Processor]:
    if sys.stderr.isatty():
        renderer: Processor = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    else:
        renderer = structlog.processors.JSONRenderer()
    return [structlog.processors.ExceptionRenderer(_format_traceback), renderer]


def _format_traceback(exc_info: ExcInfo) -> str:
    """Format an error without variables, and only the first line of its message: others hold row values."""
    parts, error = list[str](), cast(BaseException | None, exc_info[1])
    while error is not None:
        first_line = next(iter(str(error).splitlines()), "")
        parts += [f"{type(error).__qualname__}: {first_line}\n", *traceback.format_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "".join(parts)
