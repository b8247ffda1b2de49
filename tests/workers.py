"""How many processes run the tests, in which order, and when each collects garbage."""

from __future__ import annotations

import gc
import os
from tempfile import TemporaryDirectory
from typing import Any

import pytest

# Neither the tests nor their processes read the settings file that `make run` leaves in the checkout.
if "PYTEST_XDIST_WORKER" not in os.environ:  # those inherit the first process's
    _HOME = TemporaryDirectory(prefix="ad-credit-tests")
    os.environ.update(AD_CREDIT_HOME=_HOME.name, FLASK_SKIP_DOTENV="1")

# Folders in the order in which they run: slow ones first, so that no process is left with one at the end.
FIRST = ("plugin", "deploy", "sandbox", "bench", "browser", "journeys")
LAST = ("domain", "documents")
# Groups that share a costly fixture: a WordPress, an installed wheel, a console for a browser or the scenario
# of a sandbox takes seconds to make, and is made once where one process runs all tests of the group.
ONE_FOLDER = ("tests/plugin/", "tests/deploy/")
ONE_FILE = ("tests/browser/", "tests/sandbox/scenario/test_merchants.py", "tests/sandbox/test_run.py")

# Thresholds of the garbage collector. With the defaults it went through all that is imported, half a million
# objects, so often that it took a fifth of the tests' processor time.
gc.set_threshold(5_000, 20, 10)


def pytest_collection_finish() -> None:
    """Exclude from garbage collection what lasts as long as the process."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Return one more than there are cores: some test always waits, for a server, a browser or a clock."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None  # pytest-xdist reads it
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort slow tests first."""
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(nodeid: str) -> int:
    folder = nodeid.removeprefix("tests/").partition("/")[0]
    if folder in FIRST:
        return FIRST.index(folder) - len(FIRST)
    return int(folder in LAST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Make a scheduler that runs tests which share a costly fixture in the same process."""
    from xdist.scheduler import LoadScopeScheduling

    class GroupScheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith(ONE_FILE):
                return nodeid.partition("::")[0]
            return next((folder for folder in ONE_FOLDER if nodeid.startswith(folder)), nodeid)

        def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
            """Forget what is done: all of it is counted through after each test."""
            super().mark_test_complete(node, item_index, duration)
            scope = self._split_scope(self.registered_collections[node][item_index])
            if all(self.assigned_work[node][scope].values()):
                del self.assigned_work[node][scope]

    return GroupScheduling(config, log)
