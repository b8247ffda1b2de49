"""What is wrong about a store is kept with who must act and since when, and reaches whom it concerns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from receiver.documents.status import full_document
from receiver.domain.deliveries import DeliveryReason
from receiver.domain.troubles import ADVICE
from receiver.services.alerts.notify_staff import notify_staff
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_of
from receiver.services.operations.metrics import collect_metrics
from receiver.storage import heartbeats, tables
from receiver.storage.lost_signals import forget_losses
from receiver.storage.store_troubles import present_ids, since_of_stores
from tests.conftest import on_both_databases
from tests.db_factories import keep_account, keep_all, keep_day, keep_link, keep_store
from tests.factories import SETTLED

SIGNAL = "action.wc_ad_credit_signal"
HOUR = timedelta(hours=1)


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


def change(container, table, key, **values):
    with container.database.writing() as session:
        row = session.get_one(table, key)
        for name, value in values.items():
            setattr(row, name, value)


def document(container, now=SETTLED):
    return full_document(status_of(container.at(now), "st_1"), for_staff=True)


def outcome(container, rule):
    return next(item["outcome"] for item in document(container)["rules"] if item["id"] == rule)


# -- Since when ------------------------------------------------------------------------------------


def test_a_trouble_keeps_the_time_at_which_it_was_first_noticed_and_goes_when_it_is_over(container):
    keep_all(container, spent="10.00")
    change(container, tables.Account, "7001", fault="missing")
    for hours in range(3):
        decide_store(container.at(SETTLED - 240 * HOUR + hours * HOUR), "st_1")
    (trouble,) = document(container, SETTLED - 230 * HOUR)["troubles"]
    assert (trouble["id"], trouble["who"], trouble["since"]) == (
        "account_missing",
        "merchant",
        "2025-11-24T12:00:00Z",
    )
    change(container, tables.Account, "7001", fault=None)
    decide_store(container.at(SETTLED - 236 * HOUR), "st_1")
    with container.database.reading() as session:
        assert since_of_stores(session, ["st_1"]) == {}


# -- Messages that were lost -----------------------------------------------------------------------


def dead(error, reason=DeliveryReason.UNREADABLE):
    return tables.Delivery(
        identity="d",
        source="woocommerce",
        store_id="st_1",
        topic=SIGNAL,
        headers=[],
        body_sha256="0" * 64,
        received_at=SETTLED - HOUR,
        state="dead",
        reason=reason,
        error=error,
    )


NEXT_STEPS = {
    "refused": "Nothing for you to do: our team looks at the messages of your store.",
    "unreadable": "Nothing for you to do: our team looks at the messages of your store.",
    "outdated": "Update our plugin",
    "held": "If your store has moved, write to our team",
}
LOST = [
    ("unreadable", lambda: dead("arg.seq: must be a whole number")),
    ("outdated", lambda: dead("arg.v: must be 1", DeliveryReason.OLD_VERSION)),
    ("held", lambda: dead("reworded", DeliveryReason.ELSEWHERE)),
    (
        "refused",
        lambda: tables.RejectionSample(store_id="st_1", reason="signature", at=SETTLED - HOUR, headers=[]),
    ),
    (
        "refused",
        lambda: tables.Quarantined(
            identity="q",
            store_id="st_1",
            hook_id="st_1",
            topic=SIGNAL,
            headers=[],
            body_encrypted="",
            body_sha256="0" * 64,
            bytes=2,
            received_at=SETTLED - HOUR,
        ),
    ),
]


@on_both_databases
@pytest.mark.parametrize(("cause", "build_row"), LOST)
def test_a_store_whose_newest_message_was_lost_is_unknown_and_not_told_to_set_up(container, cause, build_row):
    keep_store(container, set_up_at=None)
    assert outcome(container, "integration_set_up") == "pending"
    with container.database.writing() as session:
        session.add(build_row())
    status = document(container)
    assert (outcome(container, "integration_set_up"), outcome(container, "account_linked")) == (
        "unknown",
        "unknown",
    )
    assert status["next_step"].startswith(NEXT_STEPS[cause])
    assert troubles_but_advice(status) == [f"signals_{cause}"]
    change(container, tables.Store, "st_1", clock_read_at=SETTLED)  # one that was applied since
    assert outcome(container, "integration_set_up") == "pending"
    assert troubles_but_advice(document(container)) == []


def test_what_was_lost_is_remembered_when_the_message_is_deleted_with_its_age(container):
    keep_store(container, set_up_at=None)
    with container.database.writing() as session:
        session.add(LOST[0][1]())
    decide_store(container.at(SETTLED), "st_1")
    with container.database.writing() as session:
        session.execute(delete(tables.Delivery))
    decide_store(container.at(SETTLED + HOUR), "st_1")
    assert outcome(container, "integration_set_up") == "unknown"
    with container.database.writing() as session:
        forget_losses(session, ["st_1"])
    assert outcome(container, "integration_set_up") == "pending"


def troubles_but_advice(status):
    return [item["id"] for item in status["troubles"] if item["id"] not in ADVICE]


# -- Whom it reaches -------------------------------------------------------------------------------


def test_every_trouble_is_counted_in_the_metrics_with_who_must_act(container):
    keep_all(container, spent="10.00")
    change(container, tables.Account, "7001", fault="refused")
    decide_store(container.at(SETTLED - 240 * HOUR), "st_1")
    troubles = collect_metrics(container.at(SETTLED)).troubles
    assert troubles == {("reading_refused", "service"): 1}


class Channel:
    """Keeps what staff are told."""

    words = "by a test"

    def __init__(self):
        self.told = []

    def send(self, message):
        self.told += [(item["id"], item["news"], item["stores"]) for item in message.data["matters"]]


@on_both_databases
def test_staff_are_told_of_stores_that_wait_for_them_or_for_the_service(container):
    keep_all(container, spent="10.00")
    keep_store(container, "st_2", set_up_at=None)
    channel, now = Channel(), SETTLED - 240 * HOUR
    change(container, tables.Account, "7001", fault="refused", status="STATUS_NEW")
    decide_store(container.at(now), "st_1")
    for minutes in (0, 6):
        with container.database.writing() as session:
            heartbeats.beat(session, heartbeats.WORKER, now + timedelta(minutes=minutes))
        notify_staff(container.at(now + timedelta(minutes=minutes)), channel)
    assert channel.told == [
        ("stores_for_staff", "began", ["st_1"]),
        ("stores_for_service", "began", ["st_1"]),
    ]


# -- State that is remembered ----------------------------------------------------------------------


def test_a_later_award_of_the_same_agency_puts_no_first_receiver_in_doubt(container):
    keep_all(container)
    change(container, tables.Account, "7001", business_center="6001")
    decide_store(container.at(SETTLED), "st_1")
    keep_store(container, "st_2")
    keep_link(container, "st_2", "7002")
    keep_account(container, "7002", business_center="6001")
    keep_day(container, "600.00", advertiser_id="7002")
    later = SETTLED + HOUR
    assert decide_store(container.at(later), "st_2").stage == "held"
    with container.database.writing() as session:
        session.add_all(
            tables.RecordedFact(
                store_id="st_2",
                name=f"override:{rule}",
                value="pass",
                reason="another client",
                evidence="T-1",
                by="ann",
                at=later,
            )
            for rule in ("account_once", "merchant_once")
        )
    assert decide_store(container.at(later), "st_2").stage == "due"
    first = decide_store(container.at(later + HOUR), "st_1")
    assert {rule.outcome for rule in first.rules if rule.id == "account_once"} == {"pass"}
    with container.database.reading() as session:
        assert len(session.scalars(select(tables.Award)).all()) == 2


@on_both_databases
def test_the_time_at_which_a_credit_arrived_outlives_the_credit(container):
    keep_all(container)
    decide_store(container.at(SETTLED), "st_1")
    with container.database.writing() as session:
        award = session.scalars(select(tables.Award)).one()
        award.state, award.credited_at = "expired", SETTLED + HOUR
    assert document(container)["award"]["credited_at"] == "2025-12-04T13:00:00Z"


def test_each_trouble_that_any_store_has_is_found_once(container):
    with container.database.reading() as session:
        assert present_ids(session) == set()
    for store_id in ("st_1", "st_2"):
        keep_store(container, store_id)
        with container.database.writing() as session:
            for trouble in ("award_flagged", "store_busy", "webhook_mute"):
                values = {"id": trouble, "who": "staff", "since": SETTLED}
                session.add(tables.StoreTroubleRow(store_id=store_id, **values))
    with container.database.reading() as session:
        assert present_ids(session) == {"award_flagged", "store_busy", "webhook_mute"}
