"""A redacted body: nothing under a hidden key shows, nothing else changes."""

from __future__ import annotations

import json
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.documents import redaction
from receiver.documents.redaction import (
    HIDDEN,
    MOST_CHARACTERS,
    MOST_PATHS,
    MOST_VALUES,
    is_hidden,
    redact,
)
from tests.captures import FILES, Capture, captures

HIDDEN_KEYS = (
    # secrets
    "password", "user_pass", "secret", "webhookSecret", "consumer_key", "consumer_secret", "apiKey",
    "API_KEY", "access_token", "refreshtoken", "Authorization", "auth_code", "X-WC-Webhook-Signature",
    "private-key", "session_id", "nonce", "cookie",
    # people
    "email", "E-Mail", "billing_email", "userEmailAddress", "mail", "name", "first_name", "lastName",
    "FullName", "username", "display_name", "phone", "phoneNumber", "mobile", "address", "address_1",
    "shipping_address", "street", "city", "postcode", "zip", "ip", "ip_address", "customer",
    "customer_note", "billing", "shipping", "birthday",
    # payment
    "card", "card_number", "cardNumber", "cvc", "iban", "bank", "account_number", "payment_method",
    "payment", "transaction_id", "paypal_email",
)  # fmt: skip
SHOWN_KEYS = (
    "action", "arg", "v", "install_id", "home_url", "seq", "at", "event", "advertiser_id",
    "business_center", "external_business_id", "exact", "previous", "plugin", "integration", "installed",
    "set_up", "copies", "account", "store_name", "state", "key", "id", "status", "code", "message",
    "country", "currency", "total", "keyboard", "shipment", "tags", "",
)  # fmt: skip


@pytest.mark.parametrize("key", HIDDEN_KEYS)
def test_what_names_a_secret_a_person_or_a_payment_is_hidden(key: str):
    assert redact({key: "value"}) == ({key: HIDDEN}, [key])


@pytest.mark.parametrize("key", SHOWN_KEYS)
def test_what_names_none_of_these_is_shown(key: str):
    assert redact({key: "value"}) == ({key: "value"}, [])


TEXTS = {
    "write to ann.lee+shop@mail.example, please": "write to (hidden), please",
    "https://ann:pw1@shop.example/wp": "https://(hidden)@shop.example/wp",
    "Bearer abcdef123456": "(hidden)",
    "got eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl here": "got (hidden) here",
    "ck_0123456789abcdef0123456789abcdef01234567": "(hidden)",
    "https://shop.example/?a=1&access_token=abc&b=2": "https://shop.example/?a=1&(hidden)&b=2",
    "call +44 20 7946 0958 now": "call (hidden) now",
    "card 4111 1111 1111 1111": "card (hidden)",
    "5500000000000004": "(hidden)",
}
UNCHANGED = (
    "https://shop.example/blog/", "2026-11-23T00:01:00Z", "2025-11-20 12:00:00", "7300000000000000017",
    "tt4b_woocommerce_0123456789abc", "3f0d5a52-8f0e-4c0b-9b5e-6f0a2f1d7c11", "1763640000000",
    "STATUS_ENABLE", "Café 東京 🛍", "1+1=2", "d24874523d0e5885039d59d9d2576c6c",
)  # fmt: skip


@pytest.mark.parametrize(("text", "result"), TEXTS.items(), ids=TEXTS)
def test_what_looks_like_somebodys_is_cut_out_of_a_text(text: str, result: str):
    assert redact([text]) == ([result], ["[0]"])


@pytest.mark.parametrize("text", UNCHANGED)
def test_a_text_that_is_nobodys_stays_as_it_is(text: str):
    assert redact({"arg": text}) == ({"arg": text}, [])


def test_a_number_may_be_a_card_too():
    assert redact({"n": 4111111111111111, "id": 7300000000000000017}) == (
        {"n": HIDDEN, "id": 7300000000000000017},
        ["n"],
    )


def test_a_value_named_by_the_key_beside_it_is_hidden():
    meta = {
        "meta_data": [{"id": 1, "key": "_billing_email", "value": "x"}, {"key": "_colour", "value": "red"}]
    }
    result, paths = redact(meta)
    assert result["meta_data"][0] == {"id": 1, "key": "_billing_email", "value": HIDDEN}
    assert result["meta_data"][1] == meta["meta_data"][1]
    assert paths == ["meta_data[0].value"]


def test_json_in_a_text_hides_what_json_hides():
    event = {"event": "im_receive_msg", "content": '{"from": {"phone": "5551234"}, "id": 7}'}
    result, hidden = redact(event)
    assert result == {**event, "content": '{"from": {"phone": "(hidden)"}, "id": 7}'}
    assert hidden == ["content.from.phone"]


@pytest.mark.parametrize("text", ['{"reason":1}', '{"phone":', "[", "{not json}", "[1,  2]"])
def test_a_text_that_is_json_without_secrets_or_none_at_all_stays_as_it_is(text: str):
    assert redact({"content": text}) == ({"content": text}, [])


def test_a_key_that_is_an_address_itself_is_hidden_and_loses_no_neighbour():
    result, paths = redact({"ann@shop.example": 1, "bob@shop.example": {"token": "t"}})
    assert result == {"(hidden) 1": 1, "(hidden) 2": {"token": HIDDEN}}
    assert paths == ["(hidden) 2.token"]


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_that_nothing_was_given_may_be_seen(nothing: Any):
    assert redact({"email": nothing}) == ({"email": nothing}, [])


@pytest.mark.parametrize("something", [0, False, 7, "x", [None], {"a": None}])
def test_anything_that_was_given_may_not(something: Any):
    assert redact({"email": something}) == ({"email": HIDDEN}, ["email"])


def test_a_depth_nobody_reads_is_hidden():
    deep: Any = "the bottom"
    for _ in range(400):
        deep = [deep]
    result, paths = redact(deep)
    assert "the bottom" not in json.dumps(result)
    assert len(paths) == 1


def test_a_real_signal_is_shown_as_it_is():
    for capture in captures("signals.json"):
        assert redact(capture.json) == (capture.json, [])


def test_nothing_of_a_real_customer_is_left():
    checked = 0
    for file in FILES:
        for body in filter(None, map(parsed, captures(file))):
            people = [body.get(name) or {} for name in ("billing", "shipping")]
            theirs = {
                value for item in people for name, value in item.items() if value and name not in PUBLIC
            }
            text = json.dumps(redact(body)[0], ensure_ascii=False)
            assert not [value for value in theirs if value in text]
            checked += len(theirs)
    assert checked > 20


PUBLIC = ("country", "state")


def parsed(capture: Capture) -> dict[str, Any] | None:
    try:
        return capture.json if isinstance(capture.json, dict) else None
    except ValueError:
        return None


NEARLY = (
    "a" * 200_000,
    "a@" * 100_000,
    "?token" * 30_000,
    "-eyJaaaa.aaaa" * 15_000,
    "+1 2" * 50_000,
    "//:" * 60_000,
)


@pytest.mark.parametrize("text", NEARLY, ids=lambda text: text[:8])
def test_a_long_text_that_nearly_fits_is_read_all_the_same(text: str):
    result, _ = redact({"arg": text})
    assert isinstance(result["arg"], str)


# -- Bodies of any shape ---------------------------------------------------------------------------


def trees() -> st.SearchStrategy[Any]:
    keys = st.sampled_from(HIDDEN_KEYS + SHOWN_KEYS)
    return st.recursive(
        st.just("leaf"), lambda below: st.lists(below, max_size=4) | st.dictionaries(keys, below, max_size=4)
    )


def number_leaves(tree: Any, numbers: count[int]) -> Any:
    """Give each leaf a text of its own."""
    if isinstance(tree, list):
        return [number_leaves(item, numbers) for item in tree]
    if isinstance(tree, dict):
        return {key: number_leaves(item, numbers) for key, item in tree.items()}
    return f"leaf-{next(numbers)}-"


def leaves(tree: Any, under: bool, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], str, bool]]:
    """Return each leaf's place and text, and whether it lies under a hidden key."""
    if isinstance(tree, str):
        return [(path, tree, under)]
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    return [
        leaf
        for key, item in pairs
        for leaf in leaves(item, under or key in HIDDEN_KEYS, (*path, key))
    ]  # fmt: skip


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


@given(trees())
def test_no_value_under_a_hidden_key_shows_and_all_others_stand_where_they_stood(tree: Any):
    numbered = number_leaves(tree, count())
    # A value beside "key" may be named by it; no leaf here reads like such a name.
    result, _ = redact(numbered)
    json_text = json.dumps(result)
    for path, text, hidden in leaves(numbered, under=False):
        if hidden:
            assert text not in json_text
        else:
            assert at(result, path) == text


@given(st.text(max_size=30))
def test_any_key_is_told_one_way_or_the_other(key: str):
    assert is_hidden(key) in (True, False)


def count_searched_characters(monkeypatch: pytest.MonkeyPatch, value: Any) -> int:
    """Count the characters that the patterns search while a value is redacted."""
    lengths = []
    real = redaction._redact_text

    def count_and_redact(text: str) -> str:
        lengths.append(len(text))
        return real(text)

    monkeypatch.setattr(redaction, "_redact_text", count_and_redact)
    redact(value)
    monkeypatch.setattr(redaction, "_redact_text", real)
    return sum(lengths)


LARGE = {
    "one text": lambda size: "x" * size,
    "many texts": lambda size: ["x" * 10] * (size // 10),
    "many keys": lambda size: {f"k{n:08}": 1 for n in range(size // 9)},
    "a long key over many": lambda size: {"k" * (size // 2): [{"email": "x"}] * (size // 20)},
    "long keys over each other": lambda size: {"a" * (size // 2): {"b" * (size // 2): {"email": "x"}}},
    "JSON in JSON": lambda size: nested_text("x" * (size // 64), 6),
}


def nested_text(text: str, times: int) -> str:
    for _ in range(times):
        text = json.dumps({"a": text, "email": "x"})
    return text


@pytest.mark.parametrize("make", LARGE.values(), ids=LARGE)
def test_the_work_grows_with_the_body_and_no_further_than_its_bound(
    monkeypatch: pytest.MonkeyPatch, make: Any
):
    work = [count_searched_characters(monkeypatch, make(4**power)) for power in range(6, 11)]
    assert all(more <= 4 * less + 4_096 for less, more in pairwise(work)), work
    # At most twice the characters that may be searched, before and after JSON is redacted; and short numbers.
    assert max(work) <= 2 * MOST_CHARACTERS + 20 * MOST_VALUES


@pytest.mark.parametrize("make", LARGE.values(), ids=LARGE)
def test_what_is_told_of_a_body_stays_short_however_large_it_is(make: Any):
    _, paths = redact(make(4**10))
    assert len(paths) <= MOST_PATHS
    assert sum(map(len, paths)) <= 1_000_000


def test_what_lies_beyond_the_bound_is_hidden_and_never_shown_unread():
    secret = "ann@mail.example"
    result, _ = redact({"a": "x" * MOST_CHARACTERS, "b": [secret], "c": {"d": secret}})
    assert secret not in json.dumps(result)
    result, _ = redact([1] * MOST_VALUES + [secret])
    assert result == HIDDEN
