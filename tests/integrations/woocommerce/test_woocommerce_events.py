"""A body says what happened, or exactly what is wrong with it."""

import json

import pytest

from receiver.errors import InputError
from receiver.integrations.woocommerce.events import SIGNAL, read_event
from receiver.integrations.woocommerce.webhooks import is_ping
from tests.captures import FILES, captures

GOOD = b'{"action":"wc_ad_credit_signal","arg":{"v":1}}'


def test_the_argument_of_the_action_is_what_is_read():
    assert read_event(SIGNAL, GOOD) == {"v": 1}


@pytest.mark.parametrize("argument", ["", None, [], "text", 15])
def test_any_argument_is_handed_on(argument: object):
    raw = json.dumps({"action": "wc_ad_credit_signal", "arg": argument}).encode()
    assert read_event(SIGNAL, raw) == argument


BAD = {  # raw: the path and a word of what is wrong
    b"": ("body", "not JSON"),
    b"<html>": ("body", "not JSON"),
    GOOD[:-1]: ("body", "not JSON"),
    b"\xff": ("body", "no text"),
    b"\xef\xbb\xbf" + GOOD: ("body", "not JSON"),
    b"[]": ("body", "object"),
    b'"text"': ("body", "object"),
    b"null": ("body", "object"),
    b"{}": ("action", "wc_ad_credit_signal"),
    b'{"action":"woocommerce_settings_saved","arg":""}': ("action", "wc_ad_credit_signal"),
    b'{"action":["wc_ad_credit_signal"],"arg":""}': ("action", "wc_ad_credit_signal"),
    b'{"action":"wc_ad_credit_signal"}': ("arg", "missing"),
    b'{"code":"woocommerce_rest_cannot_view","message":"m","data":{"status":401}}': (
        "code",
        "woocommerce_rest_cannot_view",
    ),
    # hostile
    b'{"action":"wc_ad_credit_signal","arg":NaN}': ("body", "NaN"),
    b'{"action":"wc_ad_credit_signal","arg":-Infinity}': ("body", "Infinity"),
    b'{"arg":1,"action":"wc_ad_credit_signal","arg":2}': ("body", "twice"),
    b'{"action":"wc_ad_credit_signal","arg":{"seq":1,"seq":2}}': ("body", "twice"),
    b'{"action":"wc_ad_credit_signal","arg":"\\ud800"}': ("body", "no text"),
    b'{"action":"wc_ad_credit_signal","arg":{"\\udfff":1}}': ("body", "no text"),
    b'{"action":"wc_ad_credit_signal","arg":' + b"9" * 10_000 + b"}": ("body", "too long"),
    b'{"action":"wc_ad_credit_signal","arg":' + b"[" * 100_000: ("body", "too deep"),
    b'{"a":' * 100_000: ("body", "too deep"),
    b'{"action":"wc_ad_credit_signal","arg":' + b"[" * 5000 + b"]" * 5000 + b"}": ("body", "too deep"),
}


@pytest.mark.parametrize(("raw", "wrong"), BAD.items(), ids=[raw[:40].decode("latin-1") for raw in BAD])
def test_what_cannot_be_read_is_named(raw: bytes, wrong: tuple[str, str]):
    path, word = wrong
    with pytest.raises(InputError, match=word) as caught:
        read_event(SIGNAL, raw)
    assert caught.value.path == path


def test_a_number_beyond_a_float_is_still_a_number():
    assert read_event(SIGNAL, b'{"action":"wc_ad_credit_signal","arg":1e999}') > 10**300


@pytest.mark.parametrize("file", FILES)
def test_every_capture_of_an_action_is_read_and_every_other_refused(file: str):
    for capture in captures(file):
        topic = dict(capture.headers).get("X-WC-Webhook-Topic", "")
        if topic.startswith("action."):
            assert read_event(topic, capture.body) == capture.json["arg"]  # type: ignore[index]
        elif capture.is_signed:
            with pytest.raises(InputError):
                read_event(topic, capture.body)
        elif capture.method == "POST":
            assert is_ping({"content-type": dict(capture.headers)["Content-Type"]}, capture.body), (
                capture.note
            )
