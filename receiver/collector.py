"""The garbage collector of a process that runs for long."""

from __future__ import annotations

import gc

NEW_OBJECTS = 5_000  # between two collections; Python's own 700 are fewer than those of one decision


def freeze_start() -> None:
    """Take what a process made at its start out of the collector's sight, once it stands.

    That is some 180,000 objects that stay as long as the process. Each full collection would look at all of
    them, which took a fifth of the time in which stores are decided.
    """
    gc.collect()
    gc.freeze()


def collect_seldom() -> None:
    """Let a process that decides many stores collect less often.

    Collections took up to a tenth of the time in which stores are decided, and found nothing: what a decision
    makes does not refer back to itself.
    """
    gc.set_threshold(NEW_OBJECTS)
