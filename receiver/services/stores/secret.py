"""Sets the signing secret of a webhook made by hand, and releases the quarantined calls it verifies."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from receiver.errors import InputError, ReceiverError
from receiver.services.context import ServiceContext
from receiver.services.inbox.quarantine import release_from_quarantine
from receiver.services.stores.details import validate_secret
from receiver.services.stores.rotate_secret import rotate_secret
from receiver.services.stores.show import show_store

OVERLAP_HOURS = 24  # in which the old secret is valid too
FORM_VALID_FOR = timedelta(hours=1)  # from a preview to the form that keeps it
REASON = "the store's secret was set"


@dataclass(frozen=True)
class SecretChange:
    """The calls in quarantine when a store's secret was set, and those of them it verified."""

    quarantined: int = 0
    accepted: int = 0
    new_secret: str | None = None  # a generated one, to be shown only once


def set_secret(
    context: ServiceContext,
    store_id: str,
    *,
    webhook_secret: str,
    actor: str,
    overlap_hours: int = OVERLAP_HOURS,
    release: bool = True,
    dry_run: bool = False,
) -> SecretChange:
    """Set a secret, and with `release` release the quarantined calls that it verifies.

    The secret is in no answer, log or audit entry. Raises NotFound and InputError.
    """
    with context.rolled_back() if dry_run else nullcontext(context) as target:
        rotate_secret(
            target, store_id, actor=actor, overlap_hours=overlap_hours, webhook_secret=webhook_secret
        )
        if not (release or dry_run):
            return SecretChange()
        results = release_from_quarantine(target, store=store_id, reason=REASON, actor=actor)
    return SecretChange(len(results), sum(result.delivery_id is not None for result in results))


def rotate_or_set(
    context: ServiceContext,
    store_id: str,
    *,
    webhook_secret: str | None,
    actor: str,
    overlap_hours: int,
    release: bool,
    dry_run: bool,
) -> SecretChange:
    """Set the given secret, or generate one; only a given one can verify quarantined calls.

    Raises NotFound and InputError.
    """
    if webhook_secret is not None:
        return set_secret(
            context,
            store_id,
            webhook_secret=webhook_secret,
            actor=actor,
            overlap_hours=overlap_hours,
            release=release,
            dry_run=dry_run,
        )
    if release or dry_run:
        raise InputError("must be named: nothing is signed with a new one yet", path="webhook-secret")
    created = rotate_secret(context, store_id, actor=actor, overlap_hours=overlap_hours)
    return SecretChange(new_secret=created)


def encrypt_secret(context: ServiceContext, store_id: str, webhook_secret: str) -> str:
    """Return a secret, validated and encrypted, for the form that sets it after a preview.

    Raises InputError and NotFound.
    """
    show_store(context.database, store_id)
    until = (context.now() + FORM_VALID_FOR).isoformat()
    return context.cipher.encrypt(json.dumps([store_id, until, validate_secret(webhook_secret)]))


def decrypt_secret(context: ServiceContext, store_id: str, encrypted: str) -> str:
    """Return the secret that `encrypt_secret` encrypted for this store. Raises InputError."""
    try:
        of_store, until, webhook_secret = json.loads(context.cipher.decrypt(encrypted))
        if of_store == store_id and context.now() < datetime.fromisoformat(until):
            return str(webhook_secret)
    except (ReceiverError, ValueError):  # not ours, or damaged
        pass
    raise InputError("type it once more, this form is too old", path="webhook-secret")
