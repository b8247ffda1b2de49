"""Group commit: the items of many threads at the same moment are handled in one transaction."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from receiver.errors import StorageUnavailable

# The longest wait for other items: a transaction costs as much as three of its deliveries.
GATHER_SECONDS = 0.001

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Group commit without a thread of its own: the first thread handles all waiting items, then hands over.

    `work` returns the results of the items in their order. When it raises, each item is tried alone, so that
    only the faulty one fails; except for StorageUnavailable, which no item causes.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], most: int) -> None:
        self._work, self._most = work, most
        self._lock = Lock()
        self._expected = 1  # items that lately came at the same time
        self._missing = 0  # of the expected ones, while a leader waits
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
            self._hand_over(place)

    def _gather(self) -> None:
        """Wait a moment for as many items as lately came together; a single one does not wait."""
        with self._lock:
            self._missing = max(0, min(self._expected, self._most) - len(self._waiting))
            if not self._missing:
                return
        if not self._gathered.acquire(timeout=GATHER_SECONDS):
            with self._lock:
                was_missing, self._missing = self._missing, 0
            if not was_missing:  # the last item came after all
                self._gathered.acquire()

    def _flush_batch(self) -> None:
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            self._run(batch)
        finally:
            self._expected = len(batch) + len(self._waiting)
            for place, following in zip(batch, [*batch[1:], None], strict=True):
                place.done, place.following = True, following

    def _hand_over(self, place: _Entry[Item, Result]) -> None:
        """Wake one thread, since many at once block each other; the last of a batch wakes a leader."""
        following = place.following
        if following is None:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._is_led = following is not None
        if following is not None:
            following.turn.release()

    def _run(self, batch: Sequence[_Entry[Item, Result]]) -> None:
        try:
            results = self._work([place.item for place in batch])
        except Exception as error:
            if len(batch) == 1 or isinstance(error, StorageUnavailable):
                for place in batch:
                    place.error = error
            else:
                for place in batch:
                    self._run([place])
        else:
            for place, result in zip(batch, results, strict=True):
                place.result = result


class _Entry(Generic[Item, Result]):
    """An item that waits; a thread that is woken before its item is done leads the next batch."""

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
