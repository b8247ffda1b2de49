"""The reasons of the next poll as staff read them."""

import pytest

from receiver.documents.poll_reasons import SENTENCES, poll_reason_text
from receiver.domain.poll_reasons import PollReason


def test_each_reason_has_a_sentence_of_its_own():
    assert set(SENTENCES) == set(PollReason)
    assert len(set(SENTENCES.values())) == len(SENTENCES)


@pytest.mark.parametrize("stored", [None, "", "a_reason_of_a_newer_release"])
def test_a_reason_that_is_not_known_has_no_sentence(stored):
    assert poll_reason_text(stored) is None
