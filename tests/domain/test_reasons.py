"""Tests of every reason a rule can give: its message id, and the typed parameters of its sentence."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from receiver.domain.facts import ConsentLoss, DaySpend, LostSignals, Payment
from receiver.domain.programme import Anchor
from receiver.i18n.sentences import RULES
from tests.factories import LAST, LINKED, OPEN, SETTLED, bill, cash, decision_for, make_programme, override

BY_REGISTRATION = make_programme(anchor=Anchor.REGISTRATION)
CREDIT_IS_ENDING = make_programme(credit_expires=OPEN.date())
LAST_USEFUL = {"by": date(2025, 11, 26)}  # seven days before the credit's end
CREDIT_ENDS_EARLY = make_programme(credit_expires=date(2025, 12, 3))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def joined(day: date) -> dict:
    return {"joined": day, "opens": date(2025, 7, 1), "closes": date(2025, 12, 31)}


def market(country: str) -> dict:
    return {"country": country, "markets": ["US", "GB"]}


def earlier(spent: str) -> dict:
    return {"days": 90, "prior_spend": Decimal(spent), "currency": "USD"}


def money(qualifying: str, threshold: str = "500", currency: str = "USD") -> dict:
    return {
        "qualifying": Decimal(qualifying),
        "threshold": Decimal(threshold),
        "currency": currency,
        "last_date": LAST,
    }


OLD = {"created_at": at("2024-01-01T00:00")}
SPENT = {"history": {"prior_spend": Decimal("0.01")}}
LONDON = {"country": "GB", "currency": "GBP", "timezone": "Europe/London"}
AUTOMATIC = {"account": {"payment": Payment.AUTOMATIC}, "bills_readable": True}
IN_DOUBT = {**AUTOMATIC, "payments": (bill(None, OPEN),)}
BILLED = {"bills_until": date(2026, 1, 5)}  # 35 days after the last date
EXPIRES = {"expires": date(2026, 1, 30)}
ENDS_EARLY = {"expires": date(2025, 12, 3)}  # a day before the window's last date is final

UNSPLIT = DaySpend(date(2025, 11, 19), Decimal(140), None, None, None)

AT_ONCE = [
    # the programme and the store
    ("programme_open.pass", {}, joined(date(2025, 10, 30))),
    (
        "programme_open.fail.before",
        {"store": {"joined_at": at("2025-06-30T23:59")}},
        joined(date(2025, 6, 30)),
    ),
    ("programme_open.unknown", {"store": {"joined_at": None}}, {}),
    ("admission.pass", {}, {}),
    ("admission.pending", {"store": {"admitted": False}}, {}),
    ("admission.unknown", {"store": {"admitted": None}}, {}),
    ("integration_set_up.pass", {"store": {"set_up_at": LINKED}}, {"at": LINKED}),
    (
        "integration_set_up.pass.seen",
        {"store": {"set_up_at": LINKED}, "claimed_dates": {"store.set_up_at": OPEN}},
        {"at": LINKED},
    ),
    ("integration_set_up.pending", {"store": {"set_up_at": None}}, {}),
    *(
        (f"integration_set_up.unknown.{lost}", {"store": {"set_up_at": None}, "lost_signals": lost}, {})
        for lost in LostSignals
    ),
    ("first_set_up.pass", {}, {}),
    ("first_set_up.pass.before", {"store": {"set_up_at": None}}, {}),
    ("first_set_up.pass.before", {"account": False}, {}),
    ("first_set_up.fail", {"history": {"set_up_before": True}}, {}),
    ("first_set_up.unknown", {"history": {"set_up_before": None}}, {}),
    ("store_market.pass", {}, market("US")),
    ("store_market.pass", {"store": {"country": "UK"}}, market("UK")),
    ("store_market.fail", {"store": {"country": "FR"}}, market("FR")),
    ("store_market.unknown", {"store": {"country": None}}, {}),
    # the ad account
    ("account_linked.pass", {}, {"at": LINKED}),
    ("account_linked.pending", {"account": False}, {}),
    ("account_linked.pending", {"account": {"linked_at": None}}, {}),
    ("account_linked.pending.claimed", {"account": False, "claimed_account": "7001"}, {"advertiser": "7001"}),
    ("account_linked.pass.seen", {"account": {"linked_at_exact": False}}, {"at": LINKED}),
    ("account_linked.pass.seen", {"account": {"linked_at_exact": None}}, {"at": LINKED}),
    ("account_linked.unknown.withdrawn", {"account": {"consent": False}}, {}),
    *(
        (f"account_linked.unknown.{loss}", {"account": {"consent": False, "consent_lost": loss}}, {})
        for loss in ConsentLoss
    ),
    *(
        (f"account_linked.unknown.{lost}", {"account": False, "lost_signals": lost}, {})
        for lost in LostSignals
    ),
    ("account_linked.unknown.unread", {"account": {"consent": None}}, {}),
    ("account_market.pass", {"account": {"country": "GB"}}, market("GB")),
    ("account_market.pending", {"account": False}, {}),
    ("account_market.fail", {"account": {"country": "DE"}}, market("DE")),
    ("account_market.unknown", {"account": {"country": None}}, {}),
    ("account_currency.pass", {}, {"currency": "USD", "expected": "USD"}),
    ("account_currency.pending", {"account": False}, {}),
    (
        "account_currency.unknown.other",
        {"account": {"currency": "EUR"}},
        {"currency": "EUR", "expected": "USD"},
    ),
    ("account_currency.unknown.market", {"account": {"country": "DE"}}, {}),
    ("account_currency.unknown.country", {"account": {"country": None}}, {}),
    ("account_currency.unknown", {"account": {"currency": None}}, {}),
    ("not_yet_advertising.pass.new", {}, {}),
    ("not_yet_advertising.pass.quiet", {"account": OLD}, earlier("0")),
    ("not_yet_advertising.pending.account", {"account": False}, {}),
    ("not_yet_advertising.pending.link", {"account": {**OLD, "linked_at": None}}, {}),
    ("not_yet_advertising.fail", {"account": OLD, **SPENT}, earlier("0.01")),
    ("not_yet_advertising.unknown", {"account": OLD, "history": {"prior_spend": None}}, {"days": 90}),
    ("not_yet_advertising.unknown.age", {"account": {"created_at": None}, **SPENT}, earlier("0.01")),
    (
        "not_yet_advertising.unknown.date",
        {"account": {**OLD, "linked_at_exact": False}, **SPENT},
        earlier("0.01"),
    ),
    ("merchant_once.pass", {}, {}),
    ("merchant_once.fail", {"history": {"merchant_awards": 1}}, {}),
    ("merchant_once.unknown", {"history": {"merchant_awards": None}}, {}),
    ("account_once.pass", {}, {}),
    ("account_once.pending", {"account": False}, {}),
    ("account_once.fail", {"history": {"account_awards": 1}}, {}),
    ("account_once.unknown.business_center", {"history": {"business_center_awards": 1}}, {}),
    ("account_once.unknown", {"history": {"business_center_awards": None}}, {}),
    ("no_conflicting_promotion.pass", {}, {}),
    ("no_conflicting_promotion.pending", {"account": False}, {}),
    ("no_conflicting_promotion.fail", {"history": {"conflicting_promotion": True}}, {}),
    ("no_conflicting_promotion.unknown.foreign", {"history": {"foreign_credit_issued": True}}, {}),
    ("no_conflicting_promotion.unknown", {"history": {"conflicting_promotion": None}}, {}),
    ("good_standing.pass", {}, {}),
    ("good_standing.pending.account", {"account": False}, {}),
    (
        "good_standing.pending.review",
        {"account": {"status": "STATUS_PENDING_CONFIRM"}},
        {"status": "STATUS_PENDING_CONFIRM"},
    ),
    ("good_standing.fail.safety", {"history": {"safety_flag": True, "policy_violation": True}}, {}),
    ("good_standing.fail.policy", {"history": {"policy_violation": True}}, {}),
    ("good_standing.fail.suspended", {"account": {"status": "STATUS_LIMIT"}}, {"status": "STATUS_LIMIT"}),
    ("good_standing.fail.closed", {"account": {"status": "STATUS_DISABLE"}}, {"status": "STATUS_DISABLE"}),
    (
        "good_standing.fail.refused",
        {"account": {"status": "STATUS_CONFIRM_FAIL"}},
        {"status": "STATUS_CONFIRM_FAIL"},
    ),
    ("good_standing.unknown.status", {"account": {"status": None}}, {}),
    ("good_standing.unknown.status.new", {"account": {"status": "STATUS_NEW"}}, {"status": "STATUS_NEW"}),
    ("good_standing.unknown", {"history": {"safety_flag": None}}, {}),
    # spend and time
    ("spend_reached.pass", {"spend": (cash("500.00"),)}, money("500.00")),
    ("spend_reached.pending.account", {"account": False}, {}),
    ("spend_reached.pending.set_up", {"account": {"linked_at": None}}, {}),
    ("spend_reached.pending.set_up", {"store": {"set_up_at": None}}, {}),
    ("spend_reached.pending.start", {}, {}),
    ("spend_reached.pending.start", {"account": {"created_at": None}}, {}),  # its age begins no window here
    ("spend_reached.pending.open", {"spend": (cash("499.99"),)}, money("499.99")),
    (
        "spend_reached.pending.open",
        {"account": LONDON, "spend": (cash("394.99"),)},
        money("394.99", "395", "GBP"),
    ),
    ("spend_reached.unknown.zone", {"account": {"timezone": None}}, {}),
    ("spend_reached.unknown.threshold.currency", {"account": {"currency": "EUR"}}, {}),
    ("spend_reached.unknown.threshold.market", {"account": {"country": "DE"}}, {}),
    ("spend_reached.unknown.threshold.untold", {"account": {"country": None}}, {}),
    ("spend_reached.unknown.threshold.untold", {"account": {"currency": None}}, {}),
    ("spend_reached.pending.start.waiting", {"store": {"admitted": False}}, {"days": 30}),
    (
        "spend_reached.pending.open.waiting",
        {"store": {"admitted": False}, "spend": (cash("499.99"),)},
        money("499.99"),
    ),
    ("spend_reached.pending.split", {"spend": (UNSPLIT,)}, {}),
    ("spend_reached.unknown.bill", {"spend": (cash("600.00"),), **IN_DOUBT}, {}),
    (
        "spend_reached.unknown.provisional",
        {"account": {"payment": Payment.UNKNOWN}, "spend": (cash("600.00"),)},
        money("600.00"),
    ),
    ("credit_in_time.pass", {}, EXPIRES),
    ("credit_in_time.unknown", {"account": {"timezone": None}}, {}),
    # staff's word
    (
        "override.pass",
        {"store": {"country": "FR"}, "history": {"overrides": {"store_market": override()}}},
        {"reason": "seen by us", "by": "ann@staff.example", "rule": "store_market"},
    ),
    (
        "override.fail",
        {"history": {"overrides": {"admission": override("fail")}}},
        {"reason": "seen by us", "by": "ann@staff.example", "rule": "admission"},
    ),
]

LATE = at("2026-01-01T00:00")
LAST_MINUTE = at("2025-12-31T23:59")
OVER = at("2025-12-02T05:00")  # New York's 2 December, nothing of the 1st final yet
LESS = {"spend": (cash("499.99"),)}
REFUNDED = {
    "spend": (cash("500.00"),),
    **AUTOMATIC,
    "payments": (bill("500.00", OPEN), bill("100.00", OPEN, "REFUND")),
}
UNPAID = {"spend": (cash("500.00"),), **AUTOMATIC}

IN_TIME = [
    (LATE, "programme_open.pass", {"store": {"joined_at": LAST_MINUTE}}, joined(LAST_MINUTE.date())),
    (LATE, "programme_open.fail.after", {"store": {"joined_at": LATE}}, joined(LATE.date())),
    (OVER, "spend_reached.pending.settling", LESS, money("499.99")),
    (SETTLED, "spend_reached.pending.bills", UNPAID, {**money("0"), **BILLED, "net": Decimal(500)}),
    (
        at("2026-01-06T05:00"),
        "spend_reached.fail.unpaid",
        UNPAID,
        {**money("0"), **BILLED, "net": Decimal(500)},
    ),
    (
        SETTLED,
        "spend_reached.pending.refunded",
        REFUNDED,
        {**money("400.00"), **BILLED, "net": Decimal(500), "refunded": Decimal(100)},
    ),
    (
        at("2026-01-06T05:00"),  # after the grace of bills
        "spend_reached.fail.refunded",
        REFUNDED,
        {**money("400.00"), **BILLED, "net": Decimal(500), "refunded": Decimal(100)},
    ),
    (SETTLED, "spend_reached.fail", LESS, {**money("499.99"), **BILLED, "net": Decimal("499.99")}),
    (at("2026-01-31T05:00"), "credit_in_time.fail", {}, EXPIRES),
]

OF_OTHER_TERMS = [
    (BY_REGISTRATION, "spend_reached.unknown.registration", {"account": {"created_at": None}}, {}),
    (
        BY_REGISTRATION,
        "spend_reached.pending.set_up",
        {"account": {"created_at": None, "linked_at": None}},
        {},
    ),
    (CREDIT_ENDS_EARLY, "credit_in_time.pending", {"spend": (cash("10.00"),)}, {**ENDS_EARLY, **LAST_USEFUL}),
    (
        CREDIT_ENDS_EARLY,
        "credit_in_time.pending",
        {"spend": (cash("4999.99"),)},
        {**ENDS_EARLY, **LAST_USEFUL},
    ),
    (
        CREDIT_IS_ENDING,
        "credit_in_time.pending.late",
        {"spend": (cash("4999.99"),)},
        {"expires": OPEN.date()},
    ),
    (CREDIT_ENDS_EARLY, "credit_in_time.pass", {"spend": (cash("5000.00"),)}, ENDS_EARLY),
]

REASONS = (
    [(OPEN, None, *case) for case in AT_ONCE]
    + [(as_of, None, *case) for as_of, *case in IN_TIME]
    + [(OPEN, terms, *case) for terms, *case in OF_OTHER_TERMS]
)


@pytest.mark.parametrize(("as_of", "terms", "reason", "parts", "params"), REASONS)
def test_a_rule_gives_its_reason_with_what_the_sentence_needs(as_of, terms, reason, parts, params):
    params_by_reason = {rule.reason: rule.params for rule in decision_for(as_of, terms, **parts).rules}
    assert reason in params_by_reason
    assert params_by_reason[reason] == params


def test_the_table_above_leaves_no_reason_out():
    assert {reason for _, _, reason, _, _ in REASONS} == set(RULES)
