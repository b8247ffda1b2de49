"""Keeps a library from importing another it can do without: a process holds what it imports to its end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_if_not_installed(name: str) -> Iterator[None]:
    """Let imports in the block find no module of this name; for a start, before there are threads."""
    loaded = sys.modules.pop(name, None)
    sys.modules[name] = None  # type: ignore[assignment]  # the import system's own way
    try:
        yield
    finally:
        del sys.modules[name]
        if loaded is not None:
            sys.modules[name] = loaded
