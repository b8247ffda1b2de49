"""A store's records put together as the facts that the domain decides from; an unknown one is None."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from receiver.domain.awards import AwardState, remaining_credit
from receiver.domain.calendar import local_date
from receiver.domain.facts import (
    AccountProfile,
    ConsentLoss,
    Facts,
    History,
    LostSignals,
    Outcome,
    Override,
    Payment,
    RecordedAward,
    StoreProfile,
)
from receiver.domain.staff_facts import StaffFactName, overridden_rule
from receiver.domain.troubles import ReadingFault
from receiver.services.evaluation.bills import Bills, bills_of
from receiver.services.evaluation.payment_method import gather_payment
from receiver.services.evaluation.provenance import add_provenance
from receiver.services.evaluation.records import StoreRecords
from receiver.storage import tables
from receiver.storage.lost_signals import newest_loss

# Flags are raised by staff; one that nobody raised is False. Staff may also record "unknown".
NOT_FLAGGED = False
AD_CREDIT_HOLDS = timedelta(days=2)  # a balance that is read about daily and falls with each day's spend
OUT_OF_REACH = (ConsentLoss.UNREACHABLE, ConsentLoss.MISSING)


def facts_from(records: StoreRecords, now: datetime) -> Facts:
    """Return a store's facts, with their sources and times, from its records; reads nothing more.

    What the service looks up among its own records is of `now`.
    """
    store, link, proven, account = records.store, records.link, records.proven, records.account
    figures, recorded = records.figures, records.recorded
    bills = bills_of(figures, records.account_awards, records.terms.opens)
    days = tuple(figures.days) if figures else ()
    pays = gather_payment(recorded, account, bills, days)
    facts = Facts(
        store=_store(store, admitted=records.holds_place),
        account=_account(proven, account, pays.option) if proven else None,
        history=_history(records, bills),
        spend=days,
        payments=bills.payments,
        bills_readable=bills.readable,
        paid_bills_confirmed=_recorded_value(recorded, StaffFactName.PAID_BILLS_CONFIRMED),
        award=_award(records.award, account, bills, now),
        discrepancies=pays.discrepancies,
        lost_signals=_lost_signals(records),
        claimed_account=link.advertiser_id if link and not proven else None,
        claimed_dates=_claimed_dates(store, proven),
    )
    return add_provenance(facts, store, proven, account, recorded, pays.source, now)


def _claimed_dates(store: tables.Store, link: tables.Link | None) -> dict[str, datetime]:
    linked_at = link.claimed_at if link else None
    claimed = {"store.set_up_at": store.set_up_claimed_at, "account.linked_at": linked_at}
    return {path: at for path, at in claimed.items() if at is not None}


def _store(store: tables.Store, *, admitted: bool) -> StoreProfile:
    return StoreProfile(
        id=store.id,
        merchant=store.merchant,
        country=store.country,
        joined_at=store.joined_at,
        admitted=admitted,
        set_up_at=store.set_up_at,
    )


def _account(link: tables.Link, account: tables.Account | None, payment: Payment) -> AccountProfile:
    access_loss = _access_loss(link, account)
    return AccountProfile(
        advertiser_id=link.advertiser_id,
        business_center=account.business_center if account else None,
        country=account.country if account else None,
        currency=_currency(account),
        timezone=account.timezone if account else None,
        created_at=account.created_at if account else None,
        linked_at=link.linked_at,
        linked_at_exact=link.exact,
        consent=None if access_loss else link.consent,
        status=account.status if account and access_loss is not ConsentLoss.MISSING else None,
        payment=payment,
        consent_lost=access_loss or (ConsentLoss(link.consent_lost) if link.consent_lost else None),
    )


def _currency(account: tables.Account | None) -> str | None:
    """Return the account's currency; None while its report is in another one."""
    return None if account is None or account.fault == ReadingFault.CURRENCY else account.currency


def _access_loss(link: tables.Link, account: tables.Account | None) -> ConsentLoss | None:
    """Return why a consent that stands does not let us read the account; None where it does."""
    if account is None or not link.consent or account.fault not in OUT_OF_REACH:
        return None
    return ConsentLoss(account.fault)


def _lost_signals(records: StoreRecords) -> LostSignals | None:
    """Return why the newest news could not be used; None where none was lost.

    None also where the store has reported all that it has to.
    """
    has_reported = records.store.set_up_at is not None and records.proven is not None
    return None if has_reported else newest_loss(records.store, records.lost_messages, records.troubles)


def _history(records: StoreRecords, bills: Bills) -> History:
    recorded, related = records.recorded, records.history
    return History(
        prior_spend=_prior_spend(records.link, records.account),
        set_up_before=related.set_up_before,
        merchant_awards=related.merchant_awards,
        account_awards=related.account_awards,
        business_center_awards=related.center_awards,
        conflicting_promotion=_recorded_value(recorded, StaffFactName.CONFLICTING_PROMOTION, NOT_FLAGGED),
        policy_violation=_recorded_value(recorded, StaffFactName.POLICY_VIOLATION, NOT_FLAGGED),
        safety_flag=_recorded_value(recorded, StaffFactName.SAFETY_FLAG, NOT_FLAGGED),
        foreign_credit_issued=bills.foreign_credit_issued,
        overrides=_overrides(recorded),
    )


def _prior_spend(link: tables.Link | None, account: tables.Account | None) -> Decimal | None:
    """Return earlier spend, if it was read for the link date as it stands now; None otherwise."""
    if link is None or link.linked_at is None or account is None or account.timezone is None:
        return None
    is_current = link.prior_spend_before == local_date(link.linked_at, ZoneInfo(account.timezone))
    return link.prior_spend if is_current else None


def _overrides(recorded: Mapping[str, tables.RecordedFact]) -> dict[str, Override]:
    return {
        rule: Override(Outcome(row.value), row.reason, row.by)
        for name, row in recorded.items()
        if (rule := overridden_rule(name)) and row.value is not None
    }


def _recorded_value(
    recorded: Mapping[str, tables.RecordedFact], name: StaffFactName, default: Any = None
) -> Any:
    return recorded[name].value if name in recorded else default


def _award(
    row: tables.Award | None, account: tables.Account | None, bills: Bills, now: datetime
) -> RecordedAward | None:
    if row is None:
        return None
    ad_credit = _ad_credit(row, account, now)
    return RecordedAward(
        id=row.id,
        state=row.state,
        credit=row.credit,
        currency=row.currency,
        decided_at=row.decided_at,
        due_by=row.due_by,
        delivery=row.delivery,
        reference=row.reference,
        flags=tuple(row.flags),
        cleared_flags={
            flag: datetime.fromisoformat(at) for flag, at in sorted((row.cleared_flags or {}).items())
        },
        credited_at=row.credited_at,
        timezone=row.timezone,
        remaining=remaining_credit(
            row.state, row.credit, ad_credit, other_credit=bills.foreign_credit_issued
        ),
        block_cause=row.block_cause if row.state is AwardState.BLOCKED else None,
    )


def _ad_credit(award: tables.Award, account: tables.Account | None, now: datetime) -> Decimal | None:
    """Return the ad credit of the award's own account; None unless it was read lately."""
    if account is None or account.advertiser_id != award.advertiser_id or account.currency != award.currency:
        return None
    read_at = account.ad_credit_read_at
    return account.ad_credit if read_at is not None and now - read_at <= AD_CREDIT_HOLDS else None
