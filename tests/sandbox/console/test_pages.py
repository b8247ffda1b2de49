"""The console's sandbox page: only in a sandbox, only for operators, and it moves and switches for real."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from receiver.container import Container, build_container
from receiver.sandbox.clock.moves import StageTransition, plan_move
from receiver.sandbox.controls import Controls
from receiver.sandbox.fault_switches import ActiveFault
from receiver.sandbox.tiktok.faults import WORDS, Fault
from tests.conftest import make_settings
from tests.db_factories import keep_account
from tests.fakes import FrozenClock
from tests.staff import Console

REAL = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
PAGE = "/admin/sandbox"


@pytest.fixture
def playing(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Container]:
    monkeypatch.setattr("receiver.sandbox.clock.movable_clock.utc_now", FrozenClock(REAL))
    container = build_container(make_settings(database_url=database_url, sandbox_folder=tmp_path))
    yield container
    container.database.close()


@pytest.fixture
def controls(playing: Container, tmp_path: Path) -> Controls:
    return Controls(tmp_path)


@pytest.fixture
def operator(playing: Container) -> Console:
    return Console(playing, "operator")


def get(console: Console, path: str = PAGE) -> TestResponse:
    return console.get(path)


def send(console: Console, path: str, **form: str) -> TestResponse:
    return console.post(f"{PAGE}/{path}", **form)


def test_elsewhere_there_is_no_such_page_and_no_link_to_it(container: Container) -> None:
    client = Console(container, "operator")
    assert get(client).status_code == 404
    assert "andbox" not in get(client, "/admin/").text


def test_every_page_shows_the_sandboxs_time(operator: Console, controls: Controls) -> None:
    controls.clock.move_to(REAL + timedelta(days=3))
    home = get(operator, "/admin/").text
    assert f'<a href="{PAGE}">Sandbox</a>, ' in home
    assert ">23 Nov 2025, 12:00</time>" in home
    assert "3 days ahead of real time" in get(operator).text


def test_viewers_see_the_time_and_can_touch_nothing(playing: Container, controls: Controls) -> None:
    viewer = Console(playing, "viewer")
    assert PAGE not in get(viewer, "/admin/").text
    assert get(viewer).status_code == 403
    with controls.moves.serve():
        assert send(viewer, "clock", by="+1d").status_code == 403
    assert send(viewer, "faults/on", fault="timeout").status_code == 403
    assert (controls.moves.destination(), controls.faults.list_active()) == (None, [])


@pytest.mark.parametrize(
    ("path", "form"),
    [("clock", {"by": "+1d"}), ("faults/on", {"fault": "timeout"}), ("faults/off", {"fault": "timeout"})],
)
def test_a_form_without_its_token_changes_nothing(
    operator: Console, controls: Controls, path: str, form: dict[str, str]
) -> None:
    with controls.moves.serve():
        assert send(operator, path, csrf="x", **form).status_code == 400
    assert (controls.moves.destination(), controls.faults.list_active()) == (None, [])


@pytest.mark.parametrize(("by", "days"), [("+1d", 1), ("+7d", 7), ("+30d", 30), ("+1h", 1 / 24)])
def test_a_button_asks_for_the_move_and_leads_back(
    operator: Console, controls: Controls, by: str, days: float
) -> None:
    with controls.moves.serve():
        assert f'<button name="by" value="{by}"' in get(operator).text
        assert send(operator, "clock", by=by).headers["Location"] == PAGE
    assert controls.moves.destination() == REAL + timedelta(days=days)


def test_a_repeated_press_moves_the_clock_once(operator: Console, controls: Controls) -> None:
    with controls.moves.serve():
        for _ in range(2):
            assert send(operator, "clock", by="+1d").headers["Location"] == PAGE
        assert controls.moves.destination() == REAL + timedelta(days=1)


def test_while_it_moves_the_page_says_how_far_and_looks_again_by_itself(
    operator: Console, controls: Controls
) -> None:
    refresh = '<meta http-equiv="refresh" content="1">'
    progress = plan_move(REAL, REAL + timedelta(days=30))
    with controls.moves.serve():
        assert refresh not in get(operator).text
        controls.moves.request(REAL, timedelta(days=30))
        assert "step" not in get(operator).text  # of an earlier move, perhaps
        for _ in range(12):
            progress = progress.with_step([StageTransition(REAL, "st_1", "<b>Shop</b>", None, "due")])
        controls.moves.report(progress)
        page = get(operator).text
        assert refresh in page
        assert "step 12 of 30" in page
        assert 'max="30" value="12"' in page
        assert 'name="by"' not in page
        assert "&lt;b&gt;Shop&lt;/b&gt;" in page
        controls.moves.finish()
    stopped = get(operator).text
    assert refresh not in stopped
    assert "The clock stopped on its way, after step 12 of 30" in stopped


def test_where_nobody_moves_the_clock_the_page_says_so(operator: Console, controls: Controls) -> None:
    page = get(operator).text
    assert "the sandbox is not running" in page
    assert 'value="+1d" disabled' in page
    assert send(operator, "clock", by="+1d").headers["Location"] == PAGE
    assert controls.moves.destination() is None


def test_a_move_of_thirty_days_signs_nobody_out(operator: Console, controls: Controls) -> None:
    controls.clock.move_to(REAL + timedelta(days=30))
    assert get(operator).status_code == 200


def test_faults_are_switched_for_one_account_or_all(
    operator: Console, playing: Container, controls: Controls
) -> None:
    keep_account(playing, "7001", name="Example account")
    page = unescape(get(operator).text)
    assert all(words.does in page and words.then in page for words in WORDS.values())
    assert '<option value="7001" >Example account</option>' in get(operator).text

    assert send(operator, "faults/on", fault="timeout", advertiser="7001").headers["Location"] == (
        f"{PAGE}?advertiser=7001"
    )
    send(operator, "faults/on", fault="garbled", advertiser="")
    assert controls.faults.list_active() == [ActiveFault(Fault.GARBLED), ActiveFault(Fault.TIMEOUT, "7001")]
    assert "Switch timeout off for Example account" in get(operator).text
    assert "Switch garbled off for every ad account" in get(operator).text

    send(operator, "faults/off", fault="timeout", advertiser="7001")
    send(operator, "faults/off", fault="garbled", advertiser="")
    assert controls.faults.list_active() == []


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("clock", {"by": "-1d"}),
        ("clock", {}),
        ("faults/on", {"fault": "earthquake"}),
        ("faults/on", {"fault": "timeout", "advertiser": "../x"}),
        ("faults/off", {"fault": ""}),
    ],
)
def test_what_no_button_sends_is_refused(
    operator: Console, controls: Controls, path: str, form: dict[str, str]
) -> None:
    with controls.moves.serve():
        assert send(operator, path, **form).status_code == 400
    assert (controls.moves.destination(), controls.faults.list_active()) == (None, [])
