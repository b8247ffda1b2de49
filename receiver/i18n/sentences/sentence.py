"""A sentence and its next step."""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    text: str
    next_step: str | None = None
