"""Faults are switched for all accounts or one, twice is once, and whoever looks sees it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from receiver.errors import InputError
from receiver.sandbox.fault_switches import Switched
from receiver.sandbox.tiktok.faults import Fault, Faults

ONE, OTHER = "7300000000000000101", "7300000000000000102"
SLOW, GARBLED = Fault.TIMEOUT, Fault.GARBLED


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    return Faults(tmp_path / "faults")


def test_at_first_nothing_is_wrong(faults: Faults) -> None:
    assert faults.switched_on() == []
    assert faults.active_for([ONE]) == set()
    faults.off(SLOW)


def test_a_file_that_is_no_switch_is_left_alone(faults: Faults, tmp_path: Path) -> None:
    faults.on(SLOW)
    (tmp_path / "faults" / ".timeout.swp").touch()
    (tmp_path / "faults" / "earthquake").touch()
    assert faults.switched_on() == [Switched(SLOW)]


def test_switched_twice_is_switched_once(faults: Faults, tmp_path: Path) -> None:
    faults.on(SLOW)
    faults.on(SLOW)
    assert Faults(tmp_path / "faults").switched_on() == [Switched(SLOW)]
    faults.off(SLOW)
    faults.off(SLOW)
    assert faults.switched_on() == []


def test_a_fault_of_one_account_hits_no_other(faults: Faults) -> None:
    faults.on(GARBLED, ONE)
    faults.on(SLOW)
    assert faults.active_for([ONE]) == {GARBLED, SLOW}
    assert faults.active_for([OTHER]) == faults.active_for([]) == {SLOW}


def test_off_for_one_account_leaves_the_others(faults: Faults) -> None:
    for whose in (ONE, OTHER, ""):
        faults.on(SLOW, whose)
    faults.off(SLOW, ONE)
    assert faults.switched_on() == [Switched(SLOW), Switched(SLOW, OTHER)]
    faults.off(SLOW, "")
    assert faults.switched_on() == [Switched(SLOW, OTHER)]


def test_off_without_an_account_is_off_everywhere(faults: Faults) -> None:
    for whose in (ONE, ""):
        faults.on(SLOW, whose)
    faults.on(GARBLED)
    faults.off(SLOW)
    assert faults.switched_on() == [Switched(GARBLED)]


@pytest.mark.parametrize("whose", ["../../x", "7300.", "/tmp", "٧"])
def test_what_is_no_advertisers_id_never_becomes_a_file(faults: Faults, tmp_path: Path, whose: str) -> None:
    with pytest.raises(InputError, match="advertiser"):
        faults.on(SLOW, whose)
    assert list(tmp_path.iterdir()) == []
