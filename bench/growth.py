"""Growth of time with size, measured at several sizes in one run and compared with a straight line."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import linear_regression
from typing import Any

LEAST_SECONDS = 0.05  # a shorter run is repeated, so that the clock's own steps do not matter


@dataclass(frozen=True)
class Growth:
    """Seconds it takes by size; sizes rising."""

    what: str
    by: str
    seconds: Mapping[int, float]

    def per_unit(self, size: int) -> float:
        return self.seconds[size] / size

    @property
    def ratio(self) -> float:
        """Time per unit at the largest size to the smallest: above 1, it grows faster than the size."""
        return self.per_unit(max(self.seconds)) / self.per_unit(min(self.seconds))

    @property
    def line(self) -> tuple[float, float]:
        """The straight line that fits best: seconds for each unit, and seconds at size 0."""
        slope, start = linear_regression(list(self.seconds), list(self.seconds.values()))
        return slope, start

    @property
    def bend(self) -> float:
        """What one more costs among the larger sizes to the smaller ones: 1 on a straight line."""
        points, middle = list(self.seconds.items()), len(self.seconds) // 2
        return _slope(points[middle:]) / _slope(points[: middle + 1])

    def figures(self) -> dict[str, Any]:
        slope, start = self.line
        return {
            "seconds_by_size": {str(size): round(seconds, 9) for size, seconds in self.seconds.items()},
            "seconds_per_unit": round(slope, 9),
            "seconds_at_none": round(start, 9),
            "per_unit_largest_to_smallest": round(self.ratio, 3),
            "one_more_among_larger_to_smaller": round(self.bend, 3),
        }


def _slope(points: list[tuple[int, float]]) -> float:
    return linear_regression(*zip(*points, strict=True)).slope


def quickest(
    run: Callable[[], object], clock: Callable[[], float] = time.process_time, rounds: int = 9
) -> float:
    """Return the seconds of the quickest of several rounds: other work on the machine only ever adds time.

    The clock counts the processor time of this process, unless another is passed.
    """
    repeats = max(1, math.ceil(LEAST_SECONDS / max(_seconds(run, 1, clock), 1e-9)))
    return min(_seconds(run, repeats, clock) for _ in range(rounds))


def _seconds(run: Callable[[], object], repeats: int, clock: Callable[[], float]) -> float:
    """Return the seconds of one run, averaged over the repeats."""
    began = clock()
    for _ in range(repeats):
        run()
    return (clock() - began) / repeats
