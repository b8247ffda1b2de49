"""Issuing, crediting, blocking and lifting an award: audited, and once, whoever else is at it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from receiver.documents.status import full_document
from receiver.domain.awards import AwardState
from receiver.errors import InputError, NotFound, ReceiverError, Refused
from receiver.services.awards.block import block_award, lift_block
from receiver.services.awards.credit import mark_credited
from receiver.services.awards.issue import issue
from receiver.services.awards.issue_file import preview
from receiver.services.awards.listing import show_award
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_of
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage import tables
from tests.award_fixtures import NOW, AwardActions
from tests.db_factories import keep_all
from tests.factories import SETTLED


def refusal_text(call) -> str:
    with pytest.raises(Refused) as refusal:
        call()
    return str(refusal.value)


# -- One award ---------------------------------------------------------------------------------


def test_issuing_keeps_the_reference_and_how_it_was_given(awards):
    row = awards.issue("INV-1", as_="code")
    assert (row["state"], row["reference"], row["delivery"]) == ("issued", "••••-1", "code")
    award = awards.award()
    assert (award.state, awards.cipher.decrypt(award.code_encrypted)) == ("issued", "INV-1")


def test_issuing_twice_answers_the_same_and_writes_nothing(awards):
    assert awards.issue() == awards.issue()
    assert len(awards.audit_entries()) == 1


def test_another_reference_is_a_second_credit_and_refused(awards):
    awards.issue("INV-1")
    assert (
        refusal_text(lambda: awards.issue("INV-2"))
        == "award aw_0 was issued before: applied, reference INV-1"
    )
    assert refusal_text(lambda: awards.issue("INV-1", as_="code")).startswith("award aw_0 was issued before")
    assert (awards.award().reference, len(awards.audit_entries())) == ("INV-1", 1)


@pytest.mark.parametrize("state", sorted({*AwardState} - {"due"}))
def test_only_a_due_award_can_be_issued(awards, state):
    awards.set_state(state)
    assert f"award aw_0 is {state}; only one that is due can be issued" in refusal_text(awards.issue)
    assert (awards.award().reference, awards.audit_entries()) == (None, [])


def test_a_repeat_is_the_same_whatever_became_of_the_award(awards):
    awards.issue()
    awards.credit()
    assert awards.issue()["state"] == "credited"


def test_a_store_with_a_safety_flag_gets_no_credit_until_it_is_lifted(awards):
    def flag(value):
        fact = {"value": value, "reason": "told", "evidence": "T-1", "actor": "ann"}
        record_staff_fact(awards.container.at(NOW), store_id="st_0", name="safety_flag", **fact)

    flag("yes")
    assert "safety flag for store st_0" in refusal_text(awards.issue)
    assert "safety flag" in preview(awards.container.at(NOW), "award,reference\naw_0,INV-1")[0].problem
    flag("no")
    assert awards.issue()["state"] == "issued"


def test_evidence_makes_an_issued_award_credited(awards):
    awards.issue()
    assert awards.credit(source="grant_balance")["state"] == "credited"
    assert (awards.award().evidence, awards.award().evidence_source) == (
        "PROMOTION_ISSUED of 5 December",
        "grant_balance",
    )
    assert awards.credit(source="grant_balance") == awards.credit(source="grant_balance")
    assert "was credited before, by grant_balance: PROMOTION_ISSUED" in refusal_text(
        lambda: awards.credit("other")
    )
    assert len(awards.audit_entries()) == 2


@pytest.mark.parametrize("state", ["due", "expired", "blocked"])
def test_what_was_not_issued_cannot_be_credited(awards, state):
    awards.set_state(state)
    assert "only one that is issued can be credited" in refusal_text(awards.credit)


def test_a_block_keeps_its_cause_for_the_merchant_apart_from_the_reason_for_staff(awards):
    awards.block("police called", "requested_by_tiktok")
    award = awards.award()
    assert (award.block_cause, award.block_reason) == ("requested_by_tiktok", "police called")
    status = full_document(status_of(awards.container.at(NOW), "st_0"))
    assert status["award"]["block_cause"] == "requested_by_tiktok"
    assert status["headline"] == "Our team has stopped your ad credit because TikTok asked it to."
    assert "police called" not in str(status)
    awards.lift()
    assert full_document(status_of(awards.container.at(NOW), "st_0"))["award"]["block_cause"] is None


def test_a_block_from_before_causes_were_kept_is_told_as_it_was(awards):
    awards.set_state("blocked")
    headline = full_document(status_of(awards.container.at(NOW), "st_0"))["headline"]
    assert headline == "Our team has stopped your ad credit until it lifts the stop."


@pytest.mark.parametrize("state", ["due", "issued", "credited"])
def test_a_lift_goes_back_to_where_the_block_found_the_award(awards, state):
    awards.set_state(state)
    assert awards.block()["state"] == awards.block()["state"] == "blocked"
    assert awards.award().blocked_from == state
    assert awards.lift()["state"] == awards.lift()["state"] == state
    assert awards.award().blocked_from is None
    assert [entry.action for entry in awards.audit_entries()] == ["award block", "award lift"]


def test_a_blocked_award_is_neither_issued_nor_credited(awards):
    awards.block()
    assert "is blocked (police called); only one that is due" in refusal_text(awards.issue)
    assert "is blocked (police called); only one that is issued" in refusal_text(awards.credit)
    assert "is blocked (police called)" in refusal_text(lambda: awards.block("for another reason"))


def test_what_never_was_blocked_cannot_be_lifted(awards):
    assert refusal_text(awards.lift) == "award aw_0 is due; only one that is blocked can be lifted"


def test_blocked_lifted_and_blocked_again_for_the_same_reason_is_blocked(awards):
    awards.block()
    awards.lift()
    assert awards.block()["state"] == "blocked"


def test_an_expired_award_stays_as_it_is(awards):
    awards.set_state("expired")
    for call in (awards.issue, awards.credit, awards.block, awards.lift):
        assert "is expired" in refusal_text(call)


@pytest.mark.parametrize("database_kind", ["sqlite"])  # no matter of what keeps the rows
@pytest.mark.parametrize("words", ["", "  ", "two\nlines", "bell\x07", "x" * 501])
def test_a_reference_evidence_or_reason_says_something_on_one_line(awards, words):
    for call in (awards.issue, awards.credit, awards.block, awards.lift):
        with pytest.raises(InputError, match="1 to 500 characters on one line"):
            call(words)
    assert awards.award().state == "due"


def test_an_unknown_award_or_way_is_told(awards):
    with pytest.raises(NotFound, match="there is no award aw_9"):
        awards.issue(award_id="aw_9")
    with pytest.raises(NotFound, match="there is no award aw_9"):
        show_award(awards.container.at(NOW), "aw_9")
    with pytest.raises(InputError, match="as: must be applied or code"):
        awards.issue(as_="cash")


def test_each_change_is_audited_with_who_from_where_and_why(awards):
    awards.issue()
    awards.block()
    issued, blocked = show_award(awards.container.at(NOW), "aw_0")["history"]
    assert issued == {
        "at": NOW, "actor": "ann", "action": "award issue", "from": "due", "to": "issued",
        "note": "as: applied, reference: INV-1",
    }  # fmt: skip
    assert (blocked["from"], blocked["to"], blocked["note"]) == (
        "issued",
        "blocked",
        "cause: suspected_fraud, reason: police called",
    )


def test_a_code_is_given_to_one_award_only(container):
    awards = AwardActions(container, 2)
    awards.issue("CODE-1", "aw_0", as_="code")
    refusal = refusal_text(lambda: awards.issue("CODE-1", "aw_1", as_="code"))
    assert refusal == "award aw_1: code ••••E-1 was given to award aw_0"
    assert awards.issue("CODE-1", "aw_1")["state"] == "issued"  # a ticket may stand for several


def test_the_database_itself_holds_a_code_to_one_award(container, monkeypatch):
    awards = AwardActions(container, 2)
    awards.issue("CODE-1", "aw_0", as_="code")
    monkeypatch.setattr("receiver.storage.awards.holders_of_codes", lambda *_: {})  # as if at this moment
    assert "somebody gave one of these codes" in refusal_text(
        lambda: awards.issue("CODE-1", "aw_1", as_="code")
    )
    assert "somebody gave" in refusal_text(
        lambda: awards.issue_from_file("award,reference,as\naw_1,CODE-1,code")
    )
    assert awards.award("aw_1").state == "due"


# -- At once -----------------------------------------------------------------------------------


def run_together(*calls) -> list[str]:
    """Run calls at the same moment; return of each the award's state or the error's name, sorted."""
    start = Barrier(len(calls))

    def run(call):
        start.wait()
        try:
            return call()["state"]
        except ReceiverError as error:
            return type(error).__name__

    with ThreadPoolExecutor(len(calls)) as workers:
        return sorted(workers.map(run, calls))


def test_of_two_references_at_once_one_is_kept(awards):
    calls = [lambda n=n: awards.issue(f"INV-{n}") for n in range(6)]
    assert run_together(*calls) == [*["Refused"] * 5, "issued"]
    assert len(awards.audit_entries()) == 1


def test_the_same_words_at_once_are_kept_once(awards):
    assert run_together(*[awards.issue] * 6) == ["issued"] * 6
    assert len(awards.audit_entries()) == 1


def test_an_award_is_either_issued_or_blocked_first(awards):
    outcomes = run_together(awards.issue, awards.block)
    assert outcomes in (["Refused", "blocked"], ["blocked", "issued"])
    assert awards.award().blocked_from == ("due" if "Refused" in outcomes else "issued")


def test_two_files_at_once_do_not_wait_for_each_other_for_ever(container):
    awards = AwardActions(container, 40)
    rows = [f"{award_id},INV-1" for award_id in awards.ids]
    texts = ["\n".join(["award,reference", *rows]), "\n".join(["award,reference", *reversed(rows)])]
    with ThreadPoolExecutor(4) as workers:
        outcomes = list(workers.map(awards.issue_from_file, texts * 2))
    assert sorted(item[0] for item in outcomes) == [*["already issued"] * 3, "issued"]
    assert len(awards.audit_entries()) == 40


# -- What others see ---------------------------------------------------------------------------


def test_the_stores_stage_follows_its_award(container):
    store_id = keep_all(container)
    award_id = decide_store(container.at(SETTLED), store_id).award.id
    later = SETTLED + timedelta(hours=1)

    def stage():
        status = status_of(container.at(later), store_id)
        with container.database.reading() as session:
            assert session.get_one(tables.Store, store_id).decided_at is None  # lists will follow, too
        return decide_store(container.at(later), store_id).stage, status.decision.award.reference

    def stage_after(move, **values):
        move(container.at(later), award_id, actor="ann", **values)
        return stage()

    issue(container.at(later), award_id, reference="INV-1", delivered_as="applied", actor="ann")
    assert stage() == ("issued", "INV-1")
    assert stage_after(mark_credited, evidence="a grown grant balance") == ("credited", "INV-1")
    assert stage_after(block_award, reason="police called") == ("blocked", "INV-1")
    assert stage_after(lift_block, reason="a mistake") == ("credited", "INV-1")
