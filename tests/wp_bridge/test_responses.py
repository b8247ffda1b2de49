"""What a shop answers is read as values of a bounded form."""

import pytest

from wp_bridge.responses import MOST_TEXT, clean_text


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("Shop", "Shop"),
        ("s" * 5_000, "s" * MOST_TEXT),
        ("Sh\x00op\x1b[31m\n", "Shop[31m"),
        ("Shop \u202egnp.exe", "Shop gnp.exe"),
        ("\ud800Shop", "Shop"),
        ("\x00", None),
        (["Shop"], None),
        (None, None),
    ],
)
def test_a_text_of_a_shop_is_cut_and_holds_no_sign_that_could_mislead(value: object, cleaned: str | None):
    assert clean_text(value) == cleaned
