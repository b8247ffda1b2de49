"""Keeps a library from importing another that it can do without, to save memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_if_not_installed(name: str) -> Iterator[None]:
    """Hide a module from the imports of the block; only for a process's start, before it has threads."""
    loaded = sys.modules.pop(name, None)
    sys.modules[name] = None  # type: ignore[assignment]  # the import system's own way
    try:
        yield
    finally:
        del sys.modules[name]
        if loaded is not None:
            sys.modules[name] = loaded
