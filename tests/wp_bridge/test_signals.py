"""The signal both sides agreed on: each test spoils one field of a valid one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.captures import captures
from tests.signals import ACCOUNT, INSTALL, link_signal, signal
from wp_bridge import signals
from wp_bridge.errors import BadSignal
from wp_bridge.signals import EVENTS, read_signal

MISSING = object()


def test_the_real_ones_are_read():
    read = [read_signal(capture.json["arg"]) for capture in captures("signals.json")]  # type: ignore[index]
    assert [(item["seq"], item["event"]) for item in read] == [
        (1, "integration_installed"),
        (2, "integration_set_up"),
        (3, "account_linked"),
        (4, "account_switched"),
        (5, "link_lost"),
        (6, "state"),
        (7, "integration_removed"),
    ]
    assert read[0]["at"] == datetime(2026, 11, 23, 0, 1, tzinfo=UTC)
    assert (read[3]["advertiser_id"], read[3]["previous"]) == ("7300000000000000025", ACCOUNT)
    assert read[5]["integration"] == {"installed": True, "set_up": True}
    assert read[5]["account"]["exact"] is False


@pytest.mark.parametrize("event", EVENTS)
def test_fields_a_newer_plugin_adds_are_let_pass(event: str):
    assert read_signal(link_signal(1, event=event, newer={"a": 1}))["event"] == event


def test_an_offset_is_brought_to_utc_and_an_install_id_to_one_case():
    read = read_signal(signal(at="2025-11-01T02:00:00+02:00", install_id=INSTALL.upper()))
    assert (read["at"], read["install_id"]) == (datetime(2025, 11, 1, tzinfo=UTC), INSTALL)


@pytest.mark.parametrize("account", [None, MISSING])
def test_a_state_without_an_account_says_that_none_is_linked(account: Any):
    fields = {} if account is MISSING else {"account": account}
    assert read_signal(signal(event="state", **fields))["account"] is None


SPOILED = {
    "v": [0, 2, "1", 1.0, True, None, MISSING],
    "install_id": ["", "x", INSTALL[:-1], f"{INSTALL}\n", 7, None, MISSING],
    "seq": [0, -1, "7", 7.0, True, 2**63, None, MISSING],
    "at": ["", "2025-11-01", "2025-11-01T00:00:00", "1762000000", 1762000000, "2025-13-01T00:00:00Z"],
    "home_url": ["", "shop.example", "ftp://shop.example/", "https://", "https://a b", "https://a\0b", 1],
    "event": ["", "account_linke", "STATE", 1, None, [], {}, MISSING],
}
AT_THE_EDGE = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-12-31T00:00:00Z"]
SPOILED["at"] += [*AT_THE_EDGE, None, MISSING]


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in SPOILED.items() for value in values]
)
def test_a_wrong_field_is_named(field: str, value: Any):
    spoiled = {**signal(), field: value}
    if value is MISSING:
        del spoiled[field]
    with pytest.raises(BadSignal) as caught:
        read_signal(spoiled)
    assert caught.value.path == field


@pytest.mark.parametrize("event", ["account_linked", "account_switched"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "0",
        "00000",
        "1234",
        "01234567",
        "7" * 31,
        "12 345",
        "7a",
        "٧٧٧٧٧",
        12345,
        -1,
        0,
        None,
        MISSING,
    ],
)
def test_an_advertiser_id_is_digits_as_text(event: str, value: Any):
    spoiled = link_signal(1, event=event, advertiser_id=value)
    if value is MISSING:
        del spoiled["advertiser_id"]
    with pytest.raises(BadSignal) as caught:
        read_signal(spoiled)
    assert caught.value.path == "advertiser_id"


def test_spaces_around_an_advertiser_id_are_no_part_of_it():
    assert read_signal(link_signal(1, advertiser_id=f" {ACCOUNT}\n"))["advertiser_id"] == ACCOUNT


@pytest.mark.parametrize("value", ["", "  ", "0", " 000 ", 0, None])
def test_a_state_whose_account_has_no_id_says_that_none_is_linked(value: Any):
    account = {"advertiser_id": value, "business_center": "0", "exact": True}
    assert read_signal(signal(event="state", account=account))["account"] is None


@pytest.mark.parametrize("value", ["", "0", None])
def test_what_stands_beside_an_account_may_be_none(value: Any):
    read = read_signal(link_signal(1, event="account_switched", previous=value, business_center=value))
    assert (read["previous"], read["business_center"]) == (None, None)


NESTED = {
    "account.advertiser_id": {"account": {"advertiser_id": 7}},
    "account.exact": {"account": {"advertiser_id": ACCOUNT, "exact": "false"}},
    "integration.set_up": {"integration": {"set_up": 1}},
    "account": {"account": []},
    "integration": {"integration": True},
}


@pytest.mark.parametrize(("path", "fields"), NESTED.items())
def test_a_wrong_field_inside_a_state_is_named_by_its_path(path: str, fields: dict[str, Any]):
    with pytest.raises(BadSignal) as caught:
        read_signal(signal(event="state", **fields))
    assert caught.value.path == path


@pytest.mark.parametrize("data", [None, "", "text", [], 1])
def test_what_is_no_object_is_no_signal(data: Any):
    with pytest.raises(BadSignal, match="object"):
        read_signal(data)


ANYTHING = st.sampled_from(
    [None, True, 0, 1, 7, "", "0", " ", "x", "7000001", {}, [], {"advertiser_id": "7000001"}, 1.5]
)
ACCOUNT_FIELDS = {
    "advertiser_id": st.just(ACCOUNT) | ANYTHING,
    "business_center": st.just("60001") | ANYTHING,
    "external_business_id": st.just("a text") | ANYTHING,
    "exact": st.booleans() | ANYTHING,
    "newer": ANYTHING,
}
ACCOUNTS = st.fixed_dictionaries({}, optional=ACCOUNT_FIELDS)
INTEGRATIONS = st.fixed_dictionaries({}, optional={"installed": ANYTHING, "set_up": st.booleans()})
SIGNALS = st.fixed_dictionaries(
    {"event": st.sampled_from(list(EVENTS))},
    optional={
        **ACCOUNT_FIELDS,
        "seq": st.integers(0, 9) | ANYTHING,
        "previous": st.just("70001") | ANYTHING,
        "integration": INTEGRATIONS | ANYTHING,
        "account": ACCOUNTS | ANYTHING,
    },
)


def result_of(data: dict[str, Any]) -> dict[str, Any] | tuple[str, str]:
    try:
        return read_signal(data)
    except BadSignal as error:
        return error.path, error.message


@given(changes=SIGNALS)
def test_a_signal_is_read_as_marshmallow_alone_would_read_it(changes: dict[str, Any]):
    data = link_signal(1) | changes
    read = result_of(data)
    with pytest.MonkeyPatch.context() as alone:
        alone.setattr(signals, "_load", lambda schema, part: schema.load(part))
        assert result_of(data) == read
