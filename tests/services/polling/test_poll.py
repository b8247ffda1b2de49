"""Polling keeps what TikTok says, asks only where consent stands, and never turns a fault into a no."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest

from receiver.domain.facts import Outcome
from receiver.domain.poll_reasons import PollReason
from receiver.domain.schedule import share_of
from receiver.errors import Advice, NotFound, ProviderError, Refused
from receiver.integrations.tiktok.advertisers import AdvertiserInfo
from receiver.services.authorization.consent import give_consent
from receiver.services.decisions.decide import decide_store
from receiver.services.operations.metrics import collect_metrics
from receiver.services.polling.poll import poll_account, poll_due, put_off_unreadable
from receiver.services.polling.request_poll import request_poll
from receiver.services.polling.spend import spend_of
from receiver.storage import spend, tables
from tests.conftest import on_both_databases
from tests.db_factories import keep_account, keep_all, keep_link, keep_store
from tests.factories import OPEN
from tests.fake_tiktok import FakeTikTok, day
from tests.fakes import at

REVOKED = ProviderError("revoked", advice=Advice.REAUTHORISE, code=40105)


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


@pytest.fixture
def linked(container):
    keep_store(container)
    keep_link(container, prior_spend=None, prior_spend_before=None, prior_spend_at=None)
    keep_account(container, read_at=None, spend_read_at=None, timezone=None, country=None)
    return container


def poll(container, tiktok, now=OPEN):
    return poll_account(at(container, now, tiktok=tiktok), "7001")


def kept_days(container):
    with container.database.reading() as session:
        return {row.date: row.cash_spend for row in spend.days(session, "7001")}


def stored(container, table, key):
    with container.database.reading() as session:
        return session.get(table, key)


def test_the_first_poll_reads_from_the_link_date_and_the_ninety_dates_before_it(linked):
    tiktok = FakeTikTok()
    poll(linked, tiktok)
    assert tiktok.calls[:3] == [
        ("info", "token-of-7001", "7001"),
        ("days", date(2025, 10, 31), date(2025, 11, 20)),
        ("total", date(2025, 8, 2), date(2025, 10, 30)),
    ]
    assert (date(2025, 10, 30) - date(2025, 8, 2)).days + 1 == 90


@pytest.mark.parametrize("until", [None, OPEN + timedelta(hours=1)])
def test_what_is_urgent_stays_so_while_it_fails_or_is_put_back(linked, until):
    keep_all(linked, "st_2", "7000")
    with linked.database.writing() as session:
        assert request_poll(session, "7001", OPEN, PollReason.ASKED)
    advice = Advice.AGAIN if until is None else Advice.PAUSE_APP
    tiktok = FakeTikTok()
    tiktok.fault = ProviderError("not now", advice=advice, until=until)
    poll(linked, tiktok)
    with linked.database.reading() as session:
        due = spend.due_accounts(session, OPEN + timedelta(hours=2), 10)
    assert due == [("7001", True), ("7000", False)]


@on_both_databases
@pytest.mark.parametrize(("why", "urgent"), [(PollReason.ASKED, True), (PollReason.FIGURES_CHANGED, False)])
def test_what_tiktok_tells_every_hour_is_read_at_once_and_crowds_nothing_out(linked, why, urgent):
    with linked.database.writing() as session:
        assert request_poll(session, "7001", OPEN, why)
        assert spend.due_accounts(session, OPEN, 10) == [("7001", urgent)]


def test_a_poll_that_was_overtaken_by_a_later_one_overwrites_nothing(linked):
    later = OPEN + timedelta(hours=6)

    class OvertakenTikTok(FakeTikTok):
        def daily_spend(self, *arguments):
            poll(linked, FakeTikTok(day(date(2025, 11, 2), "80.00")), later)
            return [day(date(2025, 11, 2), "25.00")]

    poll(linked, OvertakenTikTok())
    assert kept_days(linked) == {date(2025, 11, 2): Decimal("80.00")}
    account = stored(linked, tables.Account, "7001")
    assert (account.read_at, account.next_poll_at > later) == (later, True)


def test_a_clock_that_was_put_back_stops_no_poll(linked):
    poll(linked, FakeTikTok(day(date(2025, 11, 19), "25.00")), OPEN + timedelta(days=1))
    poll(linked, FakeTikTok(day(date(2025, 11, 19), "80.00")))
    assert kept_days(linked) == {date(2025, 11, 19): Decimal("80.00")}


@on_both_databases
def test_a_change_told_while_an_account_is_read_is_read_next(linked):
    changed_at = OPEN + timedelta(seconds=20)

    class Changing(FakeTikTok):
        def daily_spend(self, *arguments):
            with linked.database.writing() as session:
                assert request_poll(session, "7001", changed_at, PollReason.FIGURES_CHANGED)
            return super().daily_spend(*arguments)

    poll(linked, Changing())
    account = stored(linked, tables.Account, "7001")
    assert (account.next_poll_at, account.poll_reason) == (changed_at, PollReason.FIGURES_CHANGED)
    poll(linked, FakeTikTok(), changed_at)
    assert stored(linked, tables.Account, "7001").next_poll_at > changed_at + timedelta(minutes=5)


@on_both_databases
def test_days_are_overwritten_when_restated_and_stay_with_a_fault_when_no_longer_listed(linked):
    poll(linked, FakeTikTok(day(date(2025, 11, 18), "40.00"), day(date(2025, 11, 19), "50.00")))
    poll(linked, FakeTikTok(day(date(2025, 11, 18), "38.50")), OPEN + timedelta(hours=6))
    assert kept_days(linked) == {date(2025, 11, 18): Decimal("38.50"), date(2025, 11, 19): Decimal("50.00")}
    assert stored(linked, tables.Account, "7001").fault == "incomplete"
    poll(
        linked,
        FakeTikTok(day(date(2025, 11, 18), "38.50"), day(date(2025, 11, 19), "51.00")),
        OPEN + timedelta(hours=12),
    )
    assert kept_days(linked)[date(2025, 11, 19)] == Decimal("51.00")
    assert stored(linked, tables.Account, "7001").fault is None


@on_both_databases
def test_a_figure_that_tiktok_no_longer_tells_stays_as_it_was_read(linked):
    poll(linked, FakeTikTok(day(date(2025, 11, 18), "40.00")))
    incomplete = replace(day(date(2025, 11, 18), "41.00"), cash_spend=None)
    poll(linked, FakeTikTok(incomplete), OPEN + timedelta(hours=6))
    row = stored(linked, tables.SpendDay, ("7001", date(2025, 11, 18)))
    assert (row.spend, row.cash_spend) == (Decimal("41.00"), Decimal("40.00"))


@on_both_databases
def test_an_empty_report_where_there_were_figures_is_a_fault_and_not_a_zero(linked):
    poll(linked, FakeTikTok(day(date(2025, 11, 18), "40.00")))
    later = OPEN + timedelta(hours=6)
    polled = poll(linked, FakeTikTok(), later)
    assert polled.error == "TikTok's report is empty where it had figures"
    assert kept_days(linked) == {date(2025, 11, 18): Decimal("40.00")}
    assert stored(linked, tables.Account, "7001").spend_read_at == OPEN


@on_both_databases
def test_an_empty_report_of_dates_without_spend_is_an_answer(linked):
    poll(linked, FakeTikTok(day(date(2025, 11, 10), "40.00"), day(date(2025, 11, 18), "0.00")))
    later = OPEN + timedelta(hours=6)
    assert poll(linked, FakeTikTok(), later).error is None
    assert kept_days(linked) == {date(2025, 11, 10): Decimal("40.00")}
    assert stored(linked, tables.Account, "7001").spend_read_at == later


def test_later_polls_read_only_dates_that_may_have_moved(linked):
    poll(linked, FakeTikTok())
    later = FakeTikTok()
    poll(linked, later, OPEN + timedelta(hours=6))
    assert later.calls[1] == ("days", date(2025, 11, 16), date(2025, 11, 20))
    assert not [question for question in later.calls if question[0] == "total"]


def test_polling_twice_gives_the_same_rows(linked):
    tiktok = FakeTikTok(day(date(2025, 11, 18), "40.00"))
    poll(linked, tiktok)
    once = kept_days(linked)
    poll(linked, tiktok)
    assert kept_days(linked) == once


@on_both_databases
def test_earlier_spend_read_before_its_last_date_was_final_is_read_once_more(linked):
    early = datetime(2025, 11, 1, tzinfo=UTC)
    poll(linked, FakeTikTok(), early)
    again = FakeTikTok()
    poll(linked, again, early + timedelta(days=3))
    assert ("total", date(2025, 8, 2), date(2025, 10, 30)) in again.calls
    last = FakeTikTok()
    poll(linked, last, early + timedelta(days=4))
    assert not [question for question in last.calls if question[0] == "total"]


@on_both_databases
def test_without_a_zone_no_dates_are_asked_for(linked):
    tiktok = FakeTikTok()
    tiktok.info = AdvertiserInfo("7001", None, None, None, None, None, None, None)
    poll(linked, tiktok)
    assert [question[0] for question in tiktok.calls] == ["info"]
    assert stored(linked, tables.Account, "7001").spend_read_at is None


@pytest.mark.parametrize("failing", [Advice.AGAIN, Advice.CONFIGURATION, Advice.GIVE_UP, Advice.REAUTHORISE])
def test_a_fault_leaves_every_figure_as_it_was(linked, failing):
    poll(linked, FakeTikTok(day(date(2025, 11, 18), "40.00")))
    before = stored(linked, tables.Account, "7001")
    tiktok = FakeTikTok()
    tiktok.fault = ProviderError("TikTok said no", advice=failing)
    polled = poll(linked, tiktok, OPEN + timedelta(hours=6))
    after = stored(linked, tables.Account, "7001")
    assert (polled.error, after.last_error) == ("TikTok said no", "TikTok said no")
    assert kept_days(linked) == {date(2025, 11, 18): Decimal("40.00")}
    assert (after.country, after.status, after.spend_read_at) == (
        before.country,
        before.status,
        before.spend_read_at,
    )


def test_a_revoked_token_is_forgotten_and_never_called_with_again(linked):
    revoked = FakeTikTok()
    revoked.fault = REVOKED
    poll(linked, revoked)
    silent = FakeTikTok()
    assert poll_due(at(linked, OPEN + timedelta(days=30), tiktok=silent)) == []
    with pytest.raises(Refused, match="consent"):
        poll(linked, silent, OPEN + timedelta(days=30))
    assert silent.calls == []
    link = stored(linked, tables.Link, 1)
    assert (link.consent, link.token_encrypted) == (False, None)


@on_both_databases
def test_a_consent_given_again_while_the_old_one_failed_stands(linked):
    class Renewing(FakeTikTok):
        def advertiser_info(self, token, advertiser_ids):
            with linked.database.writing() as session:
                give_consent(session, linked.cipher, OPEN, "st_1", "7001", "new")
            return super().advertiser_info(token, advertiser_ids)

    revoked = Renewing()
    revoked.fault = REVOKED
    poll(linked, revoked)
    assert linked.cipher.decrypt(stored(linked, tables.Link, 1).token_encrypted) == "new"
    assert stored(linked, tables.Account, "7001").next_poll_at == OPEN


def test_an_account_is_read_on_with_another_stores_consent(linked):
    keep_store(linked, "st_2")
    keep_link(linked, "st_2", token_encrypted=linked.cipher.encrypt("another-users"))
    revoked = FakeTikTok()
    revoked.fault = REVOKED
    polled = poll(linked, revoked)
    assert polled.stores == ("st_1", "st_2")
    assert [stored(linked, tables.Link, number).consent for number in (1, 2)] == [True, False]
    good = FakeTikTok()
    assert poll_due(at(linked, OPEN, tiktok=good))
    assert good.calls[0] == ("info", "token-of-7001", "7001")


@on_both_databases
def test_staff_can_look_up_why_a_consent_is_gone(linked):
    revoked = FakeTikTok()
    revoked.fault = REVOKED
    poll(linked, revoked)
    assert stored(linked, tables.AuditEntry, 1).detail == {"advertiser_id": "7001", "why": "revoked"}
    assert stored(linked, tables.Account, "7001").poll_reason == PollReason.NO_CONSENT


def test_passing_faults_are_tried_again_with_growing_waits(linked):
    tiktok = FakeTikTok()
    tiktok.fault = ProviderError("busy", advice=Advice.AGAIN)
    waits = []
    for _ in range(8):
        poll(linked, tiktok)
        waits.append(stored(linked, tables.Account, "7001").next_poll_at - OPEN)
    shared = 1 - share_of("7001") / 4  # accounts that failed together are not asked together
    assert waits[:3] == [shared * timedelta(minutes=minutes) for minutes in (5, 10, 20)]
    assert waits == sorted(waits)
    assert waits[-1] == shared * timedelta(hours=6)


class Unlisting(FakeTikTok):
    def advertiser_info(self, token, advertiser_ids):
        return []


@on_both_databases
def test_an_account_tiktok_does_not_list_is_asked_again_and_told_once_it_stays_away(linked):
    faults = []
    for _ in range(4):
        assert "does not list" in poll(linked, Unlisting()).error
        account = stored(linked, tables.Account, "7001")
        faults.append((account.fault, account.next_poll_at - OPEN))
    shared = 1 - share_of("7001") / 4
    waits = [shared * timedelta(minutes=minutes) for minutes in (5, 10, 20, 40)]
    assert faults == list(zip(["passing", "passing", "missing", "missing"], waits, strict=True))
    poll(linked, FakeTikTok())
    assert stored(linked, tables.Account, "7001").fault is None


@on_both_databases
@pytest.mark.parametrize(
    ("code", "fault"), [(40001, "unreachable"), (40106, "unreachable"), (40300, "missing")]
)
def test_an_account_out_of_reach_is_told_and_still_asked_for(linked, code, fault):
    refusing = FakeTikTok()
    refusing.fault = ProviderError("no", advice=Advice.GIVE_UP, code=code)
    waits = []
    for _ in range(5):
        poll(linked, refusing)
        account = stored(linked, tables.Account, "7001")
        assert account.fault == fault
        waits.append(account.next_poll_at - OPEN)
    assert waits == sorted(waits)
    assert waits[-1] <= timedelta(days=2)
    again = OPEN + timedelta(days=2)
    assert [item.error for item in poll_due(at(linked, again, tiktok=FakeTikTok()))] == [None]


SPENT = date(2025, 11, 18)


@on_both_databases
def test_a_report_in_another_currency_is_not_kept_and_leaves_the_currency_unknown(linked):
    poll(linked, FakeTikTok(day(SPENT, "25.00")))
    foreign = FakeTikTok(replace(day(SPENT, "5000000.00"), currency="VND"))
    assert poll(linked, foreign).error == "TikTok's report is in VND, the account in USD"
    account = stored(linked, tables.Account, "7001")
    assert (kept_days(linked), account.fault) == ({SPENT: Decimal("25.00")}, "currency")
    assert account.next_poll_at == OPEN + timedelta(hours=6)
    decision = decide_store(linked.at(OPEN), "st_1")
    assert decision.outcome("account_currency") is decision.outcome("spend_reached") is Outcome.UNKNOWN
    assert decision.tier is None
    poll(linked, FakeTikTok(day(SPENT, "25.00")))
    assert decide_store(linked.at(OPEN), "st_1").outcome("account_currency") is Outcome.PASS


def test_rows_that_name_no_currency_are_in_the_accounts(linked):
    poll(linked, FakeTikTok(replace(day(SPENT, "25.00"), currency=None)))
    assert kept_days(linked) == {SPENT: Decimal("25.00")}


@on_both_databases
def test_a_refused_metric_leaves_the_other_figures_and_makes_no_date_final(linked):
    without_cash = replace(day(SPENT, "25.00"), cash_spend=None, refused=("cash_spend",))
    poll(linked, FakeTikTok(without_cash))
    account = stored(linked, tables.Account, "7001")
    assert (account.currency, account.fault, account.spend_read_at) == ("USD", "refused", None)
    assert account.last_error == "TikTok refuses the report's cash_spend (code 40002)"
    assert spend_of(linked.at(OPEN), "7001")["days"][0]["billed_cost"] == "25.00"
    decision = decide_store(linked.at(OPEN + timedelta(days=60)), "st_1")
    assert decision.outcome("spend_reached") is not Outcome.FAIL  # it is not zero


@on_both_databases
def test_what_was_read_of_an_account_before_its_report_failed_is_kept(linked):
    class Halfway(FakeTikTok):
        def daily_spend(self, *arguments):
            raise ProviderError("refused (code 40002)", advice=Advice.CONFIGURATION, code=40002)

    poll(linked, Halfway())
    account = stored(linked, tables.Account, "7001")
    assert (account.country, account.status, account.read_at) == ("US", "STATUS_ENABLE", OPEN)
    assert (account.fault, account.spend_read_at) == ("refused", None)


def test_only_due_accounts_are_polled(linked):
    tiktok = FakeTikTok()
    assert [item.stores for item in poll_due(at(linked, OPEN, tiktok=tiktok))] == [("st_1",)]
    assert poll_due(at(linked, OPEN + timedelta(hours=1), tiktok=tiktok)) == []


def test_an_unknown_account_is_told(container):
    with pytest.raises(NotFound, match="7009"):
        poll_account(at(container, OPEN, tiktok=FakeTikTok()), "7009")
    with pytest.raises(NotFound, match="7009"):
        spend_of(container.at(OPEN), "7009")


def test_spend_shown_says_which_dates_are_final(linked):
    poll(linked, FakeTikTok(day(date(2025, 11, 17), "40.00"), day(date(2025, 11, 18), "1.00")))
    document = spend_of(linked.at(OPEN), "7001")
    assert [(row["cash_spend"], row["final"]) for row in document["days"]] == [
        ("40.00", True),
        ("1.00", False),
    ]
    assert (document["currency"], document["why"]) == ("USD", "its window is open")


@on_both_databases
def test_two_pollers_at_once_ask_once(linked):
    tiktok = FakeTikTok()
    with linked.database.writing() as session:
        assert spend.claim_poll(session, "7001", OPEN, timedelta(minutes=10))
    assert poll_due(at(linked, OPEN, tiktok=tiktok)) == []
    assert len(poll_due(at(linked, OPEN + timedelta(minutes=10), tiktok=tiktok))) == 1


def test_an_account_that_breaks_its_poll_holds_up_no_other(linked):
    keep_store(linked, "st_2")
    keep_link(linked, "st_2", "7002")
    keep_account(linked, "7002", next_poll_at=OPEN - timedelta(days=60))

    class FailingTikTok(FakeTikTok):
        def advertiser_info(self, token, advertiser_ids):
            if "7002" in advertiser_ids:
                raise RuntimeError("something nobody foresaw")
            return super().advertiser_info(token, advertiser_ids)

    assert [item.advertiser_id for item in poll_due(at(linked, OPEN, tiktok=FailingTikTok()))] == ["7001"]


@on_both_databases
def test_accounts_are_read_side_by_side(linked):
    keep_store(linked, "st_2")
    keep_link(linked, "st_2", "7002")
    keep_account(linked, "7002", next_poll_at=OPEN)
    both_are_asked = Barrier(2)

    class SimultaneousTikTok(FakeTikTok):
        def advertiser_info(self, token, advertiser_ids):
            both_are_asked.wait(timeout=60)
            return [replace(self.info, advertiser_id=advertiser_ids[0])]

    polled = poll_due(at(linked, OPEN, tiktok=SimultaneousTikTok()))
    assert [(item.advertiser_id, item.error) for item in polled] == [("7001", None), ("7002", None)]


def test_a_disconnected_stores_account_is_not_polled(linked):
    with linked.database.writing() as session:
        session.get(tables.Store, "st_1").disconnected_at = OPEN
    assert poll_due(at(linked, OPEN, tiktok=FakeTikTok())) == []


def test_an_account_whose_store_is_gone_is_never_late_and_is_read_once_the_store_is_back(linked):
    linked_again, hours = OPEN + timedelta(hours=2), timedelta(hours=1)
    with linked.database.writing() as session:
        session.get(tables.Store, "st_1").disconnected_at = OPEN
    put_off_unreadable(linked.at(linked_again))
    metrics = collect_metrics(linked.at(linked_again))
    assert metrics.poll_late is None
    with linked.database.writing() as session:
        session.get(tables.Store, "st_1").disconnected_at = None
    put_off_unreadable(linked.at(linked_again + hours))
    assert len(poll_due(at(linked, linked_again + hours, tiktok=FakeTikTok()))) == 1


def test_an_account_that_can_be_read_is_not_put_off(linked):
    put_off_unreadable(linked.at(OPEN))
    assert len(poll_due(at(linked, OPEN, tiktok=FakeTikTok()))) == 1


def test_a_poll_marks_its_stores_undecided_so_that_a_crash_forgets_none(linked):
    with linked.database.writing() as session:
        session.get(tables.Store, "st_1").decided_at = OPEN
    poll(linked, FakeTikTok())
    assert stored(linked, tables.Store, "st_1").decided_at is None
