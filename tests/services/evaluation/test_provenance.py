"""The evidence of a store's answer says truly who told each fact and when."""

from datetime import date, timedelta

import pytest

from receiver.documents.status import status_document
from receiver.services.decisions.status import status_of
from receiver.services.evaluation.evaluate import evaluate
from receiver.services.stores.links import add_link
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage.tables import Link, Store
from tests.conftest import on_both_databases
from tests.db_factories import keep_account, keep_all, keep_link, keep_store
from tests.factories import JOINED, LINKED, OPEN, SETTLED

NOW = OPEN
RECORDED = OPEN - timedelta(hours=3)


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


@pytest.fixture
def source_of(container):
    """A function that returns the source and the time of a rule's fact, as answered now."""

    def ask(rule_id, fact, store_id="st_1"):
        with container.database.reading() as session:
            decision = evaluate(session, session.get(Store, store_id), NOW)
        rule = next(rule for rule in decision.rules if rule.id == rule_id)
        line = next(line for line in rule.evidence if line.fact == fact)
        return line.source, line.read_at

    return ask


def say(container, name, value):
    record_staff_fact(
        container.at(RECORDED),
        store_id="st_1", name=name, value=value, reason="told", evidence="T-2", actor="ann",
    )  # fmt: skip


def change(container, row, **values):
    with container.database.writing() as session:
        target = session.get(Store, "st_1") if row is Store else session.query(Link).one()
        for name, value in values.items():
            setattr(target, name, value)


READ = [
    ("programme_open", "joined", "service", JOINED),
    ("admission", "admitted", "service", JOINED),
    ("store_market", "store country", "staff", JOINED),  # typed in when the store was added
    ("merchant_once", "merchant", "service", JOINED),
    ("account_linked", "consent", "tiktok", LINKED),
    ("account_market", "account country", "tiktok", LINKED),
    ("account_currency", "account currency", "tiktok", LINKED),
    ("not_yet_advertising", "account created", "tiktok", LINKED),
    ("not_yet_advertising", "prior spend", "tiktok", LINKED + timedelta(days=4)),
    ("account_once", "business center", "tiktok", LINKED),
    ("good_standing", "account status", "tiktok", LINKED),
    ("spend_reached", "qualifying spend", "tiktok", SETTLED),
    ("spend_reached", "account time zone", "tiktok", LINKED),
    ("integration_set_up", "set up", "companion plugin", LINKED - timedelta(minutes=5)),
]
LOOKED_UP = [
    ("first_set_up", "set up before"),
    ("merchant_once", "merchant's other awards"),
    ("account_once", "account's other awards"),
    ("account_once", "business center's other awards"),
]
FLAGS = [
    ("no_conflicting_promotion", "conflicting promotion"),
    ("good_standing", "safety flag"),
    ("good_standing", "policy violation"),
]


def test_what_was_read_is_told_with_who_was_asked_and_when(container, source_of):
    keep_all(container)
    assert [(rule, fact, *source_of(rule, fact)) for rule, fact, _, _ in READ] == READ


def test_what_the_service_looks_up_itself_is_of_the_moment_of_the_decision(container, source_of):
    keep_all(container)
    assert {source_of(rule, fact) for rule, fact in LOOKED_UP} == {("service", NOW)}
    change(container, Store, admitted_at=None)
    assert source_of("admission", "admitted") == ("service", NOW)


def test_a_flag_that_nobody_looked_for_is_nothing_recorded_and_no_no_of_anybodys(container):
    keep_all(container)
    document = status_document(status_of(container.at(NOW), "st_1").decision)
    lines = {
        (rule["id"], line["fact"]): (line["value"], line["source"], line["read_at"])
        for rule in document["rules"]
        for line in rule["evidence"]
    }
    assert {lines[flag] for flag in FLAGS} == {("nothing recorded", "staff", None)}


def test_what_nobody_read_has_no_time(container, source_of):
    keep_store(container, set_up_at=None)
    keep_link(container, consent=None, consent_at=None, prior_spend_before=date(2025, 10, 1))
    keep_account(container, read_at=None, spend_read_at=None)
    for rule, fact in [
        ("account_linked", "consent"),
        ("account_market", "account country"),
        ("not_yet_advertising", "prior spend"),  # read for another link date
        ("spend_reached", "qualifying spend"),
        ("no_conflicting_promotion", "foreign credit issued"),
    ]:
        assert source_of(rule, fact) == ("tiktok", None)
    assert source_of("integration_set_up", "set up") == ("companion plugin", None)


STAFFS_WORD = [
    ("payment", "automatic", "spend_reached", "payment option"),
    ("paid_bills_confirmed", "yes", "spend_reached", "paid bills confirmed"),
    ("conflicting_promotion", "yes", "no_conflicting_promotion", "conflicting promotion"),
    ("policy_violation", "no", "good_standing", "policy violation"),
    ("safety_flag", "unknown", "good_standing", "safety flag"),
    ("linked_at", "2025-11-01T10:05:00+02:00", "account_linked", "linked"),
    ("linked_at", "2025-11-01T10:05:00+02:00", "not_yet_advertising", "link date exact"),
    ("set_up_at", "2025-11-01T10:05:00Z", "integration_set_up", "set up"),
    ("merchant", "m_9", "merchant_once", "merchant"),
    ("override", "admission=fail", "admission", "override"),
    ("override", "admission=fail", "admission", "override by"),
]


@pytest.mark.parametrize(("name", "value", "rule", "fact"), STAFFS_WORD)
def test_what_staff_recorded_is_theirs_and_of_the_moment_they_did(
    container, source_of, name, value, rule, fact
):
    keep_all(container)
    if name == "paid_bills_confirmed":
        say(container, "payment", "unknown")
    say(container, name, value)
    assert source_of(rule, fact) == ("staff", RECORDED)


@on_both_databases
def test_a_date_of_staff_is_theirs_only_while_it_stands(container, source_of):
    keep_all(container)
    say(container, "linked_at", "2025-11-01T10:05:00Z")
    say(container, "set_up_at", "2025-11-01T10:05:00Z")
    news = ["i-1", 4, LINKED.isoformat()]
    change(container, Link, linked_at=LINKED, exact=True, linked_news=news)
    change(container, Store, set_up_at=LINKED)
    assert source_of("account_linked", "linked") == ("companion plugin", LINKED)
    assert source_of("integration_set_up", "set up") == ("companion plugin", LINKED)


@pytest.mark.parametrize(
    ("linked_at", "expected"), [(LINKED, ("staff", None)), (None, ("service", RECORDED))]
)
def test_a_link_made_by_hand_is_staffs_date_or_our_first_sight(container, source_of, linked_at, expected):
    keep_store(container)
    add_link(
        container.at(RECORDED),
        store_id="st_1", advertiser_id="700001", token="secret-token", linked_at=linked_at, actor="ann"
    )  # fmt: skip
    assert source_of("account_linked", "linked") == expected
