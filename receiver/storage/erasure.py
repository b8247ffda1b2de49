"""Erasure of a store's personal data: addresses, names, people's words, bodies, keys, tokens, codes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from receiver.storage import address_claims
from receiver.storage.deliveries import of_stores
from receiver.storage.tables import (
    AuditEntry,
    Award,
    ConnectionAttempt,
    ConsentFlow,
    Delivery,
    Link,
    MerchantAnswer,
    NoticeAddress,
    Quarantined,
    RecordedFact,
    RejectionSample,
    Review,
    Store,
    StoreNotice,
    StoreTroubleRow,
    WebhookEndpoint,
    WebhookSecret,
)

ERASED = "erased"
ADDRESSES = ("url", "old_url", "address", "home_url")


def erase(session: Session, store: Store) -> dict[str, int]:
    """Erase a store's personal data; decisions, awards and amounts stay. Return the rows changed by table."""
    changed = {
        **_erase_messages(session, store),
        **_delete_access(session, store),
        **_delete_notes(session, store),
        **_erase_tokens(session, store),
        **_erase_words(session, store),
        "audit entries": _erase_audited_addresses(session, store.id),
    }
    store.url, store.name, store.status_token_hash = f"{ERASED}:{store.id}", ERASED, None
    store.moved_from = None
    store.shop_uuid = None  # its mark stays (storage/store_marks.py), so that coming back is no new beginning
    return {name: count for name, count in changed.items() if count}


def _erase_messages(session: Session, store: Store) -> dict[str, int]:
    """Clear the bodies of deliveries, and delete quarantined and sampled calls."""
    return {
        "deliveries": _rows(
            session,
            update(Delivery)
            .where(of_stores([store.id]), Delivery.body.is_not(None))
            .values(body=None, headers=[]),
        ),
        "quarantine": _rows(session, delete(Quarantined).where(Quarantined.store_id == store.id)),
        "samples": _rows(session, delete(RejectionSample).where(RejectionSample.store_id == store.id)),
    }


def _delete_access(session: Session, store: Store) -> dict[str, int]:
    """Delete webhook secrets, consent flows and attempts to connect."""
    endpoints = select(WebhookEndpoint.id).where(WebhookEndpoint.store_id == store.id)
    return {
        "secrets": _rows(session, delete(WebhookSecret).where(WebhookSecret.hook_id.in_(endpoints))),
        "consent flows": _rows(session, delete(ConsentFlow).where(ConsentFlow.store_id == store.id)),
        "connects": _rows(
            session,
            delete(ConnectionAttempt).where(
                (ConnectionAttempt.store_id == store.id) | (ConnectionAttempt.shop == store.url)
            ),
        ),
    }


def _delete_notes(session: Session, store: Store) -> dict[str, int]:
    """Delete troubles, notices, the address for notices, and claims about the store's address."""
    return {
        "troubles": _rows(session, delete(StoreTroubleRow).where(StoreTroubleRow.store_id == store.id)),
        "notices": _rows(session, delete(StoreNotice).where(StoreNotice.store_id == store.id)),
        "notice addresses": _rows(session, delete(NoticeAddress).where(NoticeAddress.store_id == store.id)),
        "address claims": address_claims.forget_claims(session, store.id, store.url),
    }


def _erase_tokens(session: Session, store: Store) -> dict[str, int]:
    """Clear the tokens of consents and the codes of awards."""
    return {
        "consents": _rows(
            session,
            update(Link)
            .where(
                Link.store_id == store.id,
                or_(Link.token_encrypted.is_not(None), Link.tiktok_user_hash.is_not(None)),
            )
            .values(token_encrypted=None, tiktok_user_hash=None),
        ),
        "codes": _rows(
            session,
            update(Award)
            .where(Award.store_id == store.id, Award.code_encrypted.is_not(None))
            .values(code_encrypted=None),
        ),
    }


def _erase_words(session: Session, store: Store) -> dict[str, int]:
    """Overwrite what merchants and staff wrote in reviews, recorded facts and answers about merchants."""
    return {
        "reviews": _rows(
            session,
            update(Review)
            .where(Review.store_id == store.id, Review.message != ERASED)
            .values(message=ERASED, reason=None),
        ),
        "recorded facts": _rows(
            session,
            update(RecordedFact)
            .where(RecordedFact.store_id == store.id, RecordedFact.evidence != ERASED)
            .values(evidence=ERASED, reason=ERASED),
        ),
        "answers about merchants": _rows(
            session,
            update(MerchantAnswer)
            .where(
                or_(MerchantAnswer.store_id == store.id, MerchantAnswer.other_id == store.id),
                MerchantAnswer.reason != ERASED,
            )
            .values(reason=ERASED),
        ),
    }


def _erase_audited_addresses(session: Session, store_id: str) -> int:
    """Remove addresses from the store's audit entries, which otherwise stay; return the number changed."""
    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject == store_id)).all()
    with_addresses = [entry for entry in entries if _without_addresses(entry.detail) != entry.detail]
    for entry in with_addresses:
        entry.detail = _without_addresses(entry.detail)
    return len(with_addresses)


def _without_addresses(detail: dict[str, Any]) -> dict[str, Any]:
    others = {name: value for name, value in detail.items() if name not in ADDRESSES}
    return {
        name: _without_addresses(item) if isinstance(item, dict) else item for name, item in others.items()
    }


def _rows(session: Session, statement: Any) -> int:
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)  # type: ignore[attr-defined]  # typed as any Result
