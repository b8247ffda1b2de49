"""Runs functions at the same time."""

from collections.abc import Callable
from threading import Thread


def run_together(*functions: Callable[[], object]) -> None:
    """Run each function in a thread of its own; fail where one raises."""
    errors: list[BaseException] = []

    def run(function: Callable[[], object]) -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
