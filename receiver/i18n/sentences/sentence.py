"""A sentence and its next step."""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    """A sentence, and what the reader can do."""

    text: str
    next_step: str | None = None
