"""The key is the stored secret with WordPress's few entities decoded once, and nothing else."""

import base64

import pytest

from receiver.integrations.woocommerce.signature import sign, signing_key, verify
from tests.captures import FILES, captures

KEYS = {
    # decoded
    "a&amp;b &#38; &#038; &#x26; &#X0026;": "a&b & & & &",
    "&lt; &#60; &#0060;": "< < <",
    "&gt; &#62; &#062;": "> > >",
    "&quot; &#34; &#034; &#x22;": '" " " "',
    "&#39; &#039; &#x27; &#X27;": "' ' ' '",
    # one pass only
    "&amp;amp;": "&amp;",
    "&amp;lt;": "&lt;",
    "&#38;#39;": "&#39;",
    # left as they are
    "&apos; &#x3C; &#x3E; &nbsp; &copy; &AMP; &amp &": "&apos; &#x3C; &#x3E; &nbsp; &copy; &AMP; &amp &",
    "%41 + \\ \0 \t": "%41 + \\ \0 \t",
    "é😀": "é😀",
}


@pytest.mark.parametrize(("secret", "key"), KEYS.items())
def test_exactly_wordpresss_entities_are_decoded(secret: str, key: str):
    assert signing_key(secret) == key.encode()


@pytest.mark.parametrize("file", [file for file in FILES if "signatures" in file])
def test_the_key_of_every_special_secret_is_the_one_the_store_used(file: str):
    with_key = [capture for capture in captures(file) if capture.key is not None]
    assert len(with_key) > 30
    for capture in with_key:
        assert signing_key(capture.secret) == capture.key, capture.note


def test_any_of_the_keys_may_have_signed():
    signature = sign(b"body", b"second")
    assert verify(b"body", signature, [b"first", b"second"])
    assert not verify(b"body", signature, [b"first"])
    assert not verify(b"body", signature, [])


@pytest.mark.parametrize("garbage", [None, "", "é", "\ud800", "A" * 44, "\0", "=" * 100_000])
def test_garbage_never_verifies_and_never_breaks(garbage: str):
    assert verify(b"body", garbage, [b"key"]) is False


def test_the_signature_is_exact():
    signature = sign(b"body", b"key")
    assert verify(b"body", signature, [b"key"])
    for near in (signature.lower(), signature + "=", signature.rstrip("="), f" {signature}"):
        assert not verify(b"body", near, [b"key"])
    assert len(base64.b64decode(signature)) == 32
