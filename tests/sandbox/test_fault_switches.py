"""Faults are switched for all accounts or one, idempotently, and every process sees it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from receiver.errors import InputError
from receiver.sandbox.fault_switches import ActiveFault
from receiver.sandbox.tiktok.faults import Fault, Faults

ONE, OTHER = "7300000000000000101", "7300000000000000102"
SLOW, GARBLED = Fault.TIMEOUT, Fault.GARBLED


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    return Faults(tmp_path / "faults")


def test_at_first_nothing_is_wrong(faults: Faults) -> None:
    assert faults.list_active() == []
    assert faults.active_for([ONE]) == set()
    faults.off(SLOW)


def test_a_file_that_is_no_switch_is_left_alone(faults: Faults, tmp_path: Path) -> None:
    faults.on(SLOW)
    (tmp_path / "faults" / ".timeout.swp").touch()
    (tmp_path / "faults" / "earthquake").touch()
    assert faults.list_active() == [ActiveFault(SLOW)]


def test_switching_a_fault_again_changes_nothing(faults: Faults, tmp_path: Path) -> None:
    faults.on(SLOW)
    faults.on(SLOW)
    assert Faults(tmp_path / "faults").list_active() == [ActiveFault(SLOW)]
    faults.off(SLOW)
    faults.off(SLOW)
    assert faults.list_active() == []


def test_a_fault_of_one_account_hits_no_other(faults: Faults) -> None:
    faults.on(GARBLED, ONE)
    faults.on(SLOW)
    assert faults.active_for([ONE]) == {GARBLED, SLOW}
    assert faults.active_for([OTHER]) == faults.active_for([]) == {SLOW}


def test_off_for_one_account_leaves_the_others(faults: Faults) -> None:
    for target in (ONE, OTHER, ""):
        faults.on(SLOW, target)
    faults.off(SLOW, ONE)
    assert faults.list_active() == [ActiveFault(SLOW), ActiveFault(SLOW, OTHER)]
    faults.off(SLOW, "")
    assert faults.list_active() == [ActiveFault(SLOW, OTHER)]


def test_off_without_an_account_is_off_everywhere(faults: Faults) -> None:
    for target in (ONE, ""):
        faults.on(SLOW, target)
    faults.on(GARBLED)
    faults.off(SLOW)
    assert faults.list_active() == [ActiveFault(GARBLED)]


@pytest.mark.parametrize("target", ["../../x", "7300.", "/tmp", "٧"])
def test_what_is_no_advertisers_id_never_becomes_a_file(faults: Faults, tmp_path: Path, target: str) -> None:
    with pytest.raises(InputError, match="advertiser"):
        faults.on(SLOW, target)
    assert list(tmp_path.iterdir()) == []
