"""A merchant's history tells each change between two documents; each of its sentences is used."""

from __future__ import annotations

from itertools import pairwise

import pytest

from receiver.documents.merchant_history import changes_for_merchant
from receiver.documents.status import status_document
from receiver.domain.decision import Stage
from receiver.domain.notices import NoticeKind
from receiver.i18n import notices
from receiver.services.notices.addresses import LinkUse
from tests.documents.test_every_answer import all_decisions


def test_every_stage_rule_and_outcome_of_the_history_is_said_between_some_two_documents(monkeypatch):
    monkeypatch.setattr(notices, "translate", lambda message_id, english, locale: message_id)
    documents = [status_document(decision) for decision in all_decisions()]
    pairs = [(None, document) for document in documents]
    pairs += [pair for way in (documents, documents[::-1], documents[::7]) for pair in pairwise(way)]
    message_ids = {
        change["text"] for before, after in pairs for change in changes_for_merchant(before, after)
    }
    assert message_ids == {f"{message_id}:history" for message_id in notices.HISTORY}


def test_there_is_a_sentence_for_each_stage_notice_and_use_of_a_link():
    assert {f"stage.{stage}" for stage in Stage} == {
        item for item in notices.HISTORY if item.startswith("stage.")
    }
    assert set(notices.NOTICES) == set(NoticeKind)
    assert {f"{use}_{part}" for use in LinkUse for part in ("ask", "button", "done")} < set(
        notices.MAIL_PAGES
    )


@pytest.mark.parametrize("spend", [None, {"qualifying": None, "currency": "USD"}])
def test_a_tier_that_nobody_can_tell_any_more_is_not_said_to_be_lost(spend):
    before = next(
        document
        for decision in all_decisions()
        if (document := status_document(decision))["tier"] and document["spend"]["qualifying"]
    )
    after = {**before, "tier": None, "spend": spend}
    assert changes_for_merchant(before, after) == []
    lower = {**before, "tier": None}
    assert [item["kind"] for item in changes_for_merchant(before, lower)] == ["tier"]
