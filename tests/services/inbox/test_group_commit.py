"""What many ask for at the same moment is done at once, and each gets its own answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from receiver.errors import StorageUnavailable
from receiver.services.inbox import group_commit
from receiver.services.inbox.group_commit import GroupCommit


class GatedCommit:
    """Work that waits at its first batch until told to go on, so that others gather behind it."""

    def __init__(self, work: Callable[[int], int], most: int = 100) -> None:
        self.batches: list[list[int]] = []
        self.go_on, self.began = Event(), Event()
        self._work = work
        self.commit = GroupCommit(self._all, most)

    def _all(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.began.set()
        assert self.go_on.wait(120)
        return [self._work(item) for item in items]

    def run(self, first: int, others: Sequence[int]) -> dict[int, Future[int]]:
        """Submit the first item alone, then the others while its batch runs; return the futures by item."""
        with ThreadPoolExecutor(len(others) + 1) as threads:
            futures = {first: threads.submit(self.commit.submit, first)}
            assert self.began.wait(120)
            for item in others:
                futures[item] = threads.submit(self.commit.submit, item)
            while len(self.commit._waiting) < len(others):
                pass
            self.go_on.set()
        return futures


def test_what_waits_at_one_moment_is_done_at_once_in_its_order():
    gated = GatedCommit(lambda item: item * 10)
    futures = gated.run(1, range(2, 10))
    assert {item: element.result() for item, element in futures.items()} == {
        item: item * 10 for item in range(1, 10)
    }
    assert [sorted(batch) for batch in gated.batches] == [[1], list(range(2, 10))]


def test_a_batch_has_its_limit_and_the_lead_is_handed_on():
    gated = GatedCommit(lambda item: item, most=3)
    futures = gated.run(1, range(2, 10))
    assert [element.result() for element in futures.values()] == list(range(1, 10))
    assert [len(batch) for batch in gated.batches] == [1, 3, 3, 2]


def test_what_is_at_fault_fails_alone():
    def work(item: int) -> int:
        if item == 5:
            raise ValueError("poison")
        return item

    gated = GatedCommit(work)
    futures = gated.run(1, range(2, 8))
    with pytest.raises(ValueError, match="poison"):
        futures.pop(5).result()
    assert [element.result() for element in futures.values()] == [1, 2, 3, 4, 6, 7]


def test_when_storage_is_gone_all_are_told_at_once_and_none_tried_alone():
    def work(item: int) -> int:
        if item > 1:
            raise StorageUnavailable("gone")
        return item

    gated = GatedCommit(work)
    futures = gated.run(1, range(2, 8))
    assert futures.pop(1).result() == 1
    assert all(isinstance(element.exception(), StorageUnavailable) for element in futures.values())
    assert len(gated.batches) == 2


def test_a_leader_that_is_cut_off_leaves_nobody_waiting():
    def work(item: int) -> int:
        if item == 2:
            raise SystemExit
        return item

    gated = GatedCommit(work, most=1)
    futures = gated.run(1, [2, 3])
    assert futures[1].result() == 1
    assert isinstance(futures[2].exception(), SystemExit)
    assert futures[3].result() == 3


def test_one_after_the_other_each_is_done_by_itself():
    gated = GatedCommit(lambda item: item)
    gated.go_on.set()
    assert [gated.commit.submit(item) for item in (1, 2, 3)] == [1, 2, 3]
    assert gated.batches == [[1], [2], [3]]


def commit_a_crowd(gated: GatedCommit) -> None:
    """Let eight come at the same time, so that as many are expected next."""
    gated.run(0, range(1, 9))
    gated.batches.clear()


def test_a_leader_waits_a_moment_for_those_who_lately_came_at_the_same_time(monkeypatch):
    gated = GatedCommit(lambda item: item)
    commit_a_crowd(gated)
    monkeypatch.setattr(group_commit, "GATHER_SECONDS", 20)
    with ThreadPoolExecutor(8) as threads:
        futures = [threads.submit(gated.commit.submit, item) for item in range(7)]
        while len(gated.commit._waiting) < 7 and not gated.batches:
            pass
        assert gated.batches == []
        futures.append(threads.submit(gated.commit.submit, 7))
        assert [element.result() for element in futures] == list(range(8))
    assert [sorted(batch) for batch in gated.batches] == [list(range(8))]


def test_a_leader_does_not_wait_for_those_who_do_not_come():
    gated = GatedCommit(lambda item: item)
    commit_a_crowd(gated)
    assert [gated.commit.submit(item) for item in (1, 2)] == [1, 2]
    assert gated.batches == [[1], [2]]


def test_whoever_was_alone_waits_for_nobody(monkeypatch):
    monkeypatch.setattr(group_commit, "GATHER_SECONDS", float("nan"))  # which no lock can wait for
    gated = GatedCommit(lambda item: item)
    gated.go_on.set()
    assert [gated.commit.submit(item) for item in (1, 2)] == [1, 2]


def test_hundreds_at_once_each_get_their_own():
    with ThreadPoolExecutor(32) as threads:
        together: GroupCommit[int, int] = GroupCommit(lambda items: [item * 10 for item in items], most=7)
        assert list(threads.map(together.submit, range(2000))) == [item * 10 for item in range(2000)]
