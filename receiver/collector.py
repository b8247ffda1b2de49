"""The garbage collector of a process that runs for long."""

from __future__ import annotations

import gc

NEW_OBJECTS = 5_000  # between two collections; Python's own 700 are fewer than those of one decision


def freeze_start() -> None:
    """Exclude the objects of a process's start from collection; to be called once it has started.

    They are some 180,000 objects that live as long as the process. Each full collection would visit all of
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
