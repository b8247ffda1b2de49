"""Group commit: what many threads ask for at the same moment is done in one transaction."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from receiver.errors import StorageUnavailable

# At most, for others to come: a transaction costs as much as three of its deliveries.
GATHER_SECONDS = 0.001

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Group commit without a thread of its own: who comes first leads, does all that waits, and hands on.

    `work` answers for each item in its order. When it raises, each item is tried alone, so that only what
    is at fault fails; not so when storage is gone, which is nobody's fault.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], most: int) -> None:
        self._work, self._most = work, most
        self._lock = Lock()
        self._expected = 1  # as many as lately came at the same time
        self._missing = 0  # of them, while a leader waits
        self._gathered = Lock()
        self._gathered.acquire()
        self._waiting: deque[_Entry[Item, Result]] = deque()
        self._is_led = False

    def submit(self, item: Item) -> Result:
        """Return the item's result, or raise its exception."""
        place: _Entry[Item, Result] = _Entry(item)
        with self._lock:
            self._waiting.append(place)
            leads, self._is_led = not self._is_led, True
            if self._missing:
                self._missing -= 1
                if not self._missing:
                    self._gathered.release()
        if not leads:
            place.turn.acquire()
        try:
            if not place.done:
                self._gather()
                self._flush_batch()
            return place.outcome()
        finally:
            self._hand_on(place)

    def _gather(self) -> None:
        """Wait a moment for those who lately came at the same time; whoever is alone waits for nobody."""
        with self._lock:
            self._missing = max(0, min(self._expected, self._most) - len(self._waiting))
            if not self._missing:
                return
        if not self._gathered.acquire(timeout=GATHER_SECONDS):
            with self._lock:
                was_missing, self._missing = self._missing, 0
            if not was_missing:  # the last came after all
                self._gathered.acquire()

    def _flush_batch(self) -> None:
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            self._do(batch)
        finally:
            self._expected = len(batch) + len(self._waiting)
            for place, following in zip(batch, [*batch[1:], None], strict=True):
                place.done, place.following = True, following

    def _hand_on(self, place: _Entry[Item, Result]) -> None:
        """Wake one: threads woken all at once only wait for each other. A batch's last wakes a leader."""
        following = place.following
        if following is None:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._is_led = following is not None
        if following is not None:
            following.turn.release()

    def _do(self, batch: Sequence[_Entry[Item, Result]]) -> None:
        try:
            results = self._work([place.item for place in batch])
        except Exception as error:
            if len(batch) == 1 or isinstance(error, StorageUnavailable):
                for place in batch:
                    place.error = error
            else:
                for place in batch:
                    self._do([place])
        else:
            for place, result in zip(batch, results, strict=True):
                place.result = result


class _Entry(Generic[Item, Result]):
    """One item in the line. Woken before it is done, its turn is to lead."""

    __slots__ = ("done", "error", "following", "item", "result", "turn")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.turn = Lock()
        self.turn.acquire()
        self.done = False
        self.following: _Entry[Item, Result] | None = None  # in its batch
        self.result: Result | None = None
        self.error: BaseException | None = None

    def outcome(self) -> Result:
        if self.result is None:
            raise self.error or StorageUnavailable("the work was cut short")
        return self.result
