"""The client against recorded answers, faults, and what a network can do."""

import json
import logging
import socket
import traceback
from contextlib import contextmanager
from datetime import date
from threading import Thread

import pytest
import requests
import responses
from structlog.testing import capture_logs

from receiver.errors import Advice, ProviderError
from receiver.integrations.http import Http
from receiver.integrations.tiktok.client import TikTokClient
from tests.integrations.tiktok.recordings import (
    ACCOUNT,
    APP,
    BASE,
    FOLDER,
    REPORT_URL,
    SECRET,
    TOKEN,
    answer_with,
    client,
    page,
    play,
    recorded,
    row,
)

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)
FAULTS = {
    "error_40001_no_permission": (40001, Advice.GIVE_UP),
    "error_40002_bad_parameter": (40002, Advice.CONFIGURATION),
    "error_40016_app_rate_limit": (40016, Advice.PAUSE_APP),
    "error_40100_app_rate_limit": (40100, Advice.PAUSE_APP),
    "error_40102_token_expired": (40102, Advice.REAUTHORISE),
    "error_40104_token_missing": (40104, Advice.CONFIGURATION),
    "error_40105_token_invalid": (40105, Advice.REAUTHORISE),
    "error_40133_advertiser_rate_limit": (40133, Advice.PAUSE_ADVERTISER),
    "error_40300_advertiser_missing": (40300, Advice.GIVE_UP),
    "error_50000_system": (50000, Advice.AGAIN),
    "error_50002_processing": (50002, Advice.AGAIN),
    "error_60001_maintenance": (60001, Advice.AGAIN),
    "error_http_404_missing_slash": (None, Advice.CONFIGURATION),
    "error_http_502_html": (None, Advice.AGAIN),
    "partial_success_20001": (20001, Advice.AGAIN),
}


@pytest.fixture
def silent_address(monkeypatch):
    """The address of a server that accepts connections and never answers."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


@contextmanager
def serve_once(text, *, then_close):
    """Yield the address of a server that sends this text to its first caller, then closes or falls silent."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak():
            connection, _ = server.accept()
            connection.recv(65536)
            connection.sendall(text.encode())
            if not then_close:
                connection.recv(1)  # until the caller hangs up
            connection.close()

        speaker = Thread(target=speak)
        speaker.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        speaker.join()


def read(**options):
    return client(**options).daily_spend(TOKEN, ACCOUNT, FIRST, LAST)


def refusal(call=read) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        call()
    return caught.value


def loggable_text(error: BaseException) -> str:
    """Return everything that a log could print of an error, its hidden causes included."""
    parts = ["".join(traceback.format_exception(error)), repr(error), repr(vars(error))]
    return "".join(parts) + (loggable_text(error.__context__) if error.__context__ else "")


# What TikTok refuses


def test_every_recorded_fault_is_played():
    assert {file.stem for file in FOLDER.glob("error_*.json")} | {"partial_success_20001"} == set(FAULTS)


@responses.activate
@pytest.mark.parametrize("name", FAULTS)
def test_a_recorded_fault_becomes_its_advice(name):
    fault = recorded(name)
    fault["request"]["url"] = REPORT_URL  # the recorded 404 was asked without the slash we always send
    play(fault)
    if name == "error_40002_bad_parameter":  # the client then asks in halves; TikTok says the same again
        del fault["request"]["query"]
        play(fault)
    error = refusal()
    assert (error.code, error.advice) == FAULTS[name]
    assert error.request_id == fault["response"].get("body", {}).get("request_id")


@responses.activate
def test_the_code_outranks_an_http_status():
    responses.get(REPORT_URL, status=401, json={"code": 40105, "message": "no", "request_id": "R1"})
    assert refusal().advice is Advice.REAUTHORISE


@responses.activate
def test_success_inside_a_gateway_fault_is_not_believed():
    answer_with(page(), status=503)
    assert refusal().advice is Advice.AGAIN


@responses.activate
@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ('{"code": 0, "message": "OK", "da', Advice.AGAIN),
        ("", Advice.AGAIN),
        (b"\xff\xfe\x00", Advice.AGAIN),
        ("[" * 100_000, Advice.AGAIN),
        ('{"code": 0, "data": {"list": [], "page_info": NaN}}', Advice.AGAIN),
        ("<html>welcome</html>", Advice.AGAIN),
        ("[]", Advice.CONFIGURATION),
        ("null", Advice.CONFIGURATION),
        ('"OK"', Advice.CONFIGURATION),
        ('{"message": "OK", "data": {}}', Advice.CONFIGURATION),
        (json.dumps({"code": "0", "data": page()}), Advice.CONFIGURATION),
        (json.dumps({"code": False, "data": page()}), Advice.CONFIGURATION),
    ],
)
def test_what_is_no_envelope_is_no_answer(body, advice):
    responses.get(REPORT_URL, body=body)
    assert refusal().advice is advice


@responses.activate
@pytest.mark.parametrize(
    ("status", "advice"),
    [(302, Advice.CONFIGURATION), (405, Advice.CONFIGURATION), (429, Advice.AGAIN), (503, Advice.AGAIN)],
)
def test_an_answer_that_is_not_the_apis_goes_by_its_status(status, advice):
    responses.get(REPORT_URL, status=status, body="no", headers={"Location": f"{BASE}/elsewhere/"})
    assert refusal().advice is advice
    assert len(responses.calls) == 1


@responses.activate
def test_a_report_with_cut_rows_is_not_complete():
    answer_with(page(row("2026-10-01")), headers={"X-Tt-Ads-Throttle": "1"})
    assert refusal().advice is Advice.AGAIN


@responses.activate
@pytest.mark.parametrize(
    ("data", "path"),
    [
        (None, "data "),
        ([], "data "),
        ({}, "data.list "),
        ({"list": [], "page_info": {}}, "data.page_info.page "),
        ({"list": None, "page_info": page()["page_info"]}, "data.list "),
        (page(row("2026-10-01", spend=[])), "data.list.0.metrics.spend "),
        (page(row("2026-10-01", spend="1e5")), "data.list.0.metrics.spend "),
        (page(row("2026-10-01", spend="1_000")), "data.list.0.metrics.spend "),
        (page(row("2026-10-01", spend="Infinity")), "data.list.0.metrics.spend "),
        (page(row("2026-10-01", spend=True)), "data.list.0.metrics.spend "),
        (page(row("2026-10-01"), row("yesterday")), "data.list.1.dimensions.stat_time_day "),
        (page(row("2026-10-01", advertiser_id="me")), "data.list.0.dimensions.advertiser_id "),
        (page(row("2026-10-01", advertiser_id=7.4e18)), "data.list.0.dimensions.advertiser_id "),
    ],
)
def test_a_wrong_shape_alerts_us_and_names_the_field(data, path):
    answer_with(data)
    error = refusal()
    assert error.advice is Advice.CONFIGURATION
    assert path in str(error)
    assert error.request_id == "R1"


# What the network does


@responses.activate
def test_every_call_carries_both_timeouts():
    answer_with(page())
    read(timeout=(1.5, 2.5))
    assert responses.calls[0].request.req_kwargs["timeout"] == (1.5, 2.5)


@responses.activate
@pytest.mark.parametrize(
    ("trouble", "advice"),
    [
        (requests.ConnectTimeout, Advice.AGAIN),
        (requests.ReadTimeout, Advice.NARROW),
        (requests.ConnectionError, Advice.AGAIN),
        (requests.exceptions.SSLError, Advice.AGAIN),
    ],
)
def test_a_network_fault_passes_and_tells_no_secret(trouble, advice):
    url = f"{BASE}/oauth2/advertiser/get/"
    responses.get(url, body=trouble(f"no luck with {url}?secret={SECRET} and {TOKEN}"))
    error = refusal(lambda: client().authorised_advertisers(TOKEN))
    assert error.advice is advice
    assert SECRET not in loggable_text(error)
    assert TOKEN not in loggable_text(error)


def test_a_server_that_says_nothing_is_left_in_time(silent_address):
    slow = TikTokClient(silent_address, timeout=(0.3, 0.3))
    error = refusal(lambda: slow.daily_spend(TOKEN, ACCOUNT, FIRST, FIRST))
    assert error.advice is Advice.NARROW
    assert "in time" in str(error)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", Advice.NARROW),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Advice.NARROW),
        ('HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nConnection: close\r\n\r\n{"code": 0}', Advice.AGAIN),
    ],
    ids=["nothing follows", "no piece follows", "cut off"],
)
def test_a_body_that_stops_is_no_answer(text, advice):
    with serve_once(text, then_close=advice is Advice.AGAIN) as address:
        error = refusal(
            lambda: TikTokClient(address, timeout=(5.0, 0.3)).daily_spend(TOKEN, ACCOUNT, FIRST, FIRST)
        )
    assert error.advice is advice


def test_a_body_that_trickles_is_not_waited_for_endlessly():
    head = "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{"
    with serve_once(head, then_close=False) as address:
        impatient = TikTokClient(address, http=Http(timeout=(5.0, 5.0), whole_seconds=0.0))
        error = refusal(lambda: impatient.daily_spend(TOKEN, ACCOUNT, FIRST, FIRST))
    assert (error.advice, "in time" in str(error)) == (Advice.NARROW, True)


def test_a_web_request_waits_for_all_its_calls_together_only_so_long(monkeypatch):
    head = "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{"
    monkeypatch.setattr("receiver.integrations.tiktok.client.REQUEST_SECONDS", 0.5)
    with serve_once(head, then_close=False) as address:
        hurried = TikTokClient(address).for_request()
        for _ in range(2):  # the first takes all there is, and the second is not even made
            error = refusal(lambda: hurried.daily_spend(TOKEN, ACCOUNT, FIRST, FIRST))
            assert (error.advice, "in time" in str(error)) == (Advice.NARROW, True)


def test_a_server_that_is_not_there_is_tried_again_later():
    nobody = TikTokClient("http://127.0.0.1:1", app=APP, timeout=(0.3, 0.3))
    error = refusal(lambda: nobody.authorised_advertisers(TOKEN))
    assert error.advice is Advice.AGAIN
    assert SECRET not in loggable_text(error)


@responses.activate
def test_an_endless_answer_is_cut():
    responses.get(REPORT_URL, body=b"x" * 2000)
    error = refusal(lambda: read(http=Http(max_bytes=1000)))
    assert error.advice is Advice.CONFIGURATION


@pytest.mark.parametrize("spoiled", [f"{TOKEN}\n", f"{TOKEN}\u20ac"])
def test_a_token_spoiled_in_storage_is_our_fault_and_is_not_told(silent_address, spoiled):
    here = TikTokClient(silent_address, timeout=(0.3, 0.3))
    error = refusal(lambda: here.daily_spend(spoiled, ACCOUNT, FIRST, LAST))
    assert error.advice is Advice.CONFIGURATION
    assert TOKEN not in loggable_text(error)


@responses.activate
def test_cookies_of_one_call_are_not_sent_with_the_next():
    answer_with(page(), headers={"Set-Cookie": "session=merchant-a; Path=/"})
    item = client()
    for _ in range(2):
        item.daily_spend(TOKEN, ACCOUNT, FIRST, LAST)
    assert "Cookie" not in responses.calls[1].request.headers


def test_a_login_of_the_machine_is_not_sent_along(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine business-api.tiktok.com login me password private\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with responses.RequestsMock() as mock:
        mock.get(REPORT_URL, json={"code": 0, "data": page()})
        read()
        assert "Authorization" not in mock.calls[0].request.headers


# What is logged


@responses.activate
def test_each_call_leaves_one_line_with_its_request_id():
    play(recorded("report_integrated_empty"))
    with capture_logs() as lines:
        read()
    assert [(line["path"], line["tiktok_request_id"]) for line in lines] == [
        ("report/integrated/get", "202610310200000000000000000000000A")
    ]


@responses.activate
def test_a_refusal_is_logged_with_its_code_and_no_secret_even_when_tiktok_repeats_it():
    refused = {"code": 40105, "message": f"token {TOKEN} of {SECRET} is wrong", "request_id": f"R {TOKEN}"}
    responses.get(f"{BASE}/oauth2/advertiser/get/", json=refused)
    with capture_logs() as lines:
        error = refusal(lambda: client().authorised_advertisers(TOKEN))
    assert [line["code"] for line in lines] == [40105]
    for secret in (TOKEN, SECRET):
        assert secret not in json.dumps(lines) + loggable_text(error)


def test_the_http_library_logs_no_address(silent_address, caplog):
    caplog.set_level(logging.DEBUG)
    here = TikTokClient(silent_address, app=APP, timeout=(0.3, 0.3))
    refusal(lambda: here.authorised_advertisers(TOKEN))
    logging.getLogger("urllib3.connectionpool").debug('"GET /?secret=%s"', SECRET)
    assert SECRET not in caplog.text
