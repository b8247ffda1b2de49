"""Whatever is called JSON is read within bounds, or refused in one sentence."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from receiver import strict_json
from receiver.errors import InputError
from receiver.integrations.http import HttpResponse
from receiver.integrations.tiktok.envelope import open_envelope
from receiver.strict_json import DEEPEST, read_json, read_loose_json
from wp_bridge.errors import StoreError
from wp_bridge.responses import read_object
from wp_bridge.safe_http import SafeHttpResponse as StoreAnswer

OUT_OF_BOUNDS = {
    "too deep": ["[" * 65 + "]" * 65, '{"a":' * 65 + "1" + "}" * 65, "[" * 1_000_000, '[{"a":' * 500],
    "too long": ["9" * 41, "-" + "9" * 4_300, "0." + "1" * 4_300, "[1" + "0" * 40 + "]"],
    "exponent": ["1e1000", "1e-1000", "1E+99999999999999999999", "1e-99999999999999999999", "[-1.5e-1001]"],
}
WITHIN = {
    "[" * DEEPEST + "]" * DEEPEST: None,
    "9" * 40: int("9" * 40),
    "1e999": Decimal("1e999"),
    "0.1": Decimal("0.1"),
    '"[[[[' + "[" * 1_000 + '"': "[" * 1_004,  # brackets in a text are text
    '["' + '\\"[' * 100 + '"]': ['"[' * 100],
}


@pytest.mark.parametrize("read", [read_json, read_loose_json])
@pytest.mark.parametrize(
    ("text", "why"), [(text, why) for why, texts in OUT_OF_BOUNDS.items() for text in texts], ids=range(13)
)
def test_what_is_larger_than_anybody_means_is_refused_with_what_is_wrong(read, text, why):
    with pytest.raises(InputError, match=f"not JSON that can be read: .*{why}"):
        read(text.encode(), path="body")


@pytest.mark.parametrize(("text", "value"), WITHIN.items(), ids=range(len(WITHIN)))
def test_what_lies_within_the_bounds_is_read_exactly(text, value):
    assert value is None or read_json(text) == value
    assert read_loose_json(text) == read_json(text)


@given(
    some.recursive(some.none() | some.booleans() | some.integers() | some.text(), some.lists, max_leaves=9)
)
def test_what_python_writes_is_read_back(value):
    text = json.dumps(value)
    if "\\ud" not in text and not re.search("[0-9]{40}", text):
        assert read_json(text) == value


@pytest.mark.parametrize("text", [text for texts in OUT_OF_BOUNDS.values() for text in texts], ids=range(13))
def test_in_an_answer_of_others_it_is_their_error(text):
    body = f'{{"code": 0, "data": {text}}}'.encode()
    with pytest.raises(Exception, match="an answer that is no JSON"):
        open_envelope("/x/", HttpResponse(200, {}, body))
    with pytest.raises(StoreError):
        read_object(StoreAnswer(200, {}, body))


@given(some.text('"\\\\[a', max_size=60))
def test_no_quote_is_ever_looked_at_twice_to_tell_the_depth(text):
    """A string that is open, or ends in half an escape, is one piece to the end."""
    assert '"' not in strict_json.TEXT_OR_BRACKET.sub("", text)
