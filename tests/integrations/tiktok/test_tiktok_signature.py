"""TikTok's two signatures, as recorded, and what only looks like them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from receiver.integrations.tiktok.signature import (
    escape_non_ascii,
    verify_open,
    verify_timed,
)
from tests.tiktok_signatures import sign_open, sign_timed

FOLDER = Path(__file__).parents[2] / "data" / "tiktok_webhooks"
EXAMPLES = {file.stem: json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))}
SECRET, RAW = "app-secret", '{"name":"Café 🍵"}'.encode()
AT = datetime(2025, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_recorded_signature_verifies_and_no_other_body_does(name):
    example = EXAMPLES[name]
    raw, secret = example["raw_body"].encode(), example["secret"]
    headers = {key.lower(): value for key, value in example["headers"].items()}
    if example["scheme"] == "x-open-signature":

        def check(body, key):
            return verify_open(key, headers["x-open-signature"], body)

        assert sign_open(secret, raw) == headers["x-open-signature"]
    else:
        signed = datetime.fromtimestamp(int(headers["tiktok-signature"].split(",")[0][2:]), UTC)

        def check(body, key):
            return verify_timed(key, headers["tiktok-signature"], body, signed)

        assert sign_timed(secret, raw, signed) == headers["tiktok-signature"]
    assert check(raw, secret) is None
    assert check(raw + b" ", secret) == "wrong signature"
    assert check(raw, secret + "x") == "wrong signature"


def test_a_body_is_signed_as_escaped_and_may_come_in_either_form():
    signature = sign_open(SECRET, RAW)
    assert escape_non_ascii(RAW) == b'{"name":"Caf\\u00e9 \\ud83c\\udf75"}'
    assert verify_open(SECRET, signature, RAW) is None
    assert verify_open(SECRET, signature, escape_non_ascii(RAW)) is None
    assert verify_open(SECRET, sign_timed(SECRET, RAW, AT), RAW) == "wrong signature"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "é",
        "aéb",
        "\u0080\u07ff\u0800\uffff\U00010000\U0010ffff",
        "ü" * 999,
        "é1\U0001f375 ü" * 9,
    ],
)
def test_a_text_is_escaped_as_json_does_it(text):
    assert escape_non_ascii(text.encode()) == json.dumps(text)[1:-1].encode()


def test_bytes_that_are_no_text_can_still_be_signed():
    assert verify_open(SECRET, sign_open(SECRET, b"\xff\xfe"), b"\xff\xfe") is None


@pytest.mark.parametrize(
    ("seconds", "problem"),
    [
        (0, None),
        (300, None),
        (-300, None),
        (301, "signature too old or from the future"),
        (-301, "signature too old or from the future"),
    ],
)
def test_a_timed_signature_is_good_for_five_minutes_on_either_side(seconds, problem):
    header = sign_timed(SECRET, RAW, AT)
    assert verify_timed(SECRET, header, RAW, AT + timedelta(seconds=seconds)) == problem
    assert verify_timed(SECRET, header, RAW, None) is None


def test_a_time_past_every_calendar_is_too_far_off():
    header = sign_timed(SECRET, RAW, SimpleNamespace(timestamp=lambda: 999_999_999_999))
    assert verify_timed(SECRET, header, RAW, AT) == "signature too old or from the future"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda header: "",
        lambda header: header.split(",")[0],
        lambda header: header.split(",")[1],
        lambda header: header.upper(),
        lambda header: header.replace("t=", "t=1"),
        lambda header: header.replace("t=", "t=x"),
        lambda header: header.replace("t=", "t=-"),
        lambda header: f"{header},{header}",
        lambda header: f"t=1,{header}",
        lambda header: f"{header},s=00",
        lambda header: header.replace("s=", "s=0"),
        lambda header: f"{header[:-1]}é",
        lambda header: "t=9999999999999,s=00",
    ],
)
def test_a_timed_signature_that_was_touched_is_none(spoil):
    header = spoil(sign_timed(SECRET, RAW, AT))
    assert verify_timed(SECRET, header, RAW, AT) is not None


@pytest.mark.parametrize("header", [None, "", "0" * 64, "é" * 64])
def test_an_open_signature_that_is_none_is_none(header):
    assert verify_open(SECRET, header, RAW) is not None


def test_an_open_signature_in_capitals_is_not_tiktoks():
    assert verify_open(SECRET, sign_open(SECRET, RAW).upper(), RAW) == "wrong signature"
