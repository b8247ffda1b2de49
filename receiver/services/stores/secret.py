"""Sets the signing secret of a webhook made by hand, and accepts what was held and verifies with it."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from receiver.errors import InputError, ReceiverError
from receiver.services.context import ServiceContext
from receiver.services.inbox.quarantine import release_from_quarantine
from receiver.services.stores.details import checked_secret
from receiver.services.stores.rotate_secret import rotate_secret
from receiver.services.stores.show import show_store

OVERLAP_HOURS = 24  # in which the old secret verifies as well
FORM_VALID_FOR = timedelta(hours=1)  # from a preview to the form that keeps it
REASON = "the store's secret was set"


@dataclass(frozen=True)
class SecretChange:
    """The calls of a store in quarantine when its secret was set, and those that verified then."""

    held: int = 0
    accepted: int = 0
    new_secret: str | None = None  # one that was made here, to be shown this once


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
    """Set the secret, and with `release` accept from quarantine what verifies then.

    The secret is in no answer, log or audit entry. Raises NotFound and InputError.
    """
    database = context.database
    with database.rolled_back() if dry_run else nullcontext(database) as place:
        there = replace(context, database=place)
        rotate_secret(
            there, store_id, actor=actor, overlap_hours=overlap_hours, webhook_secret=webhook_secret
        )
        if not (release or dry_run):
            return SecretChange()
        tried = release_from_quarantine(there, store=store_id, reason=REASON, actor=actor)
    return SecretChange(len(tried), sum(result.delivery_id is not None for result in tried))


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
    """Set the secret that is named, or make a new one; only a named one can be tried on what is held.

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
    """Return a checked secret encrypted, for the form that keeps it after a preview.

    Raises InputError and NotFound.
    """
    show_store(context.database, store_id)
    until = (context.now() + FORM_VALID_FOR).isoformat()
    return context.cipher.encrypt(json.dumps([store_id, until, checked_secret(webhook_secret)]))


def decrypt_secret(context: ServiceContext, store_id: str, encrypted: str) -> str:
    """Return the secret that `encrypt_secret` encrypted for this store. Raises InputError."""
    try:
        of_store, until, webhook_secret = json.loads(context.cipher.decrypt(encrypted))
        if of_store == store_id and context.now() < datetime.fromisoformat(until):
            return str(webhook_secret)
    except (ReceiverError, ValueError):  # not ours, or damaged
        pass
    raise InputError("type it once more, this form is too old", path="webhook-secret")
