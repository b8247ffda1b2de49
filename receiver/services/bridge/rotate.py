"""Gives the webhooks that the bridge made new secrets, and loses no delivery while it does."""

from __future__ import annotations

from datetime import datetime, timedelta

from receiver.errors import InputError
from receiver.services.bridge.shops import Keys, Shops
from receiver.services.stores.registry import LONGEST_OVERLAP, new_secret
from receiver.storage import audit, bridges, hooks, stores
from receiver.storage.database import Database
from receiver.storage.seal import Seal


def rotate_made_secrets(
    database: Database,
    seal: Seal,
    shops: Shops,
    now: datetime,
    store_id: str,
    *,
    overlap_hours: int,
    actor: str,
) -> list[str]:
    """The topics whose webhook has a new secret now; the old one verifies until the overlap is over.

    Both verify before the store is told, and the old one ends only after it was: whatever falls in between,
    what the store signs is verified. Raises ShopError, NotFound
    and InputError.
    """
    if not 0 <= overlap_hours <= LONGEST_OVERLAP:
        raise InputError(f"must be 0 to {LONGEST_OVERLAP} hours", path="overlap")
    with database.reading() as session:
        stores.known_store(session, store_id)
        bridge = bridges.bridge_of(session, store_id)
        if bridge is None:  # its webhooks were made by hand
            return []
        shop = shops.open(bridge.rest_base, *Keys.of_text(seal.open(bridge.keys_sealed)).pair())
        made = [(hook.id, hook.topic, hook.webhook_id) for hook in bridges.made_hooks(session, store_id)]
    turned = []
    for hook_id, topic, webhook_id in made:
        if webhook_id is None or topic is None:
            continue
        secret = new_secret()
        with database.writing() as session:
            before = bridges.newest_secret(session, hook_id)
            hooks.add_secret(session, hook_id, seal.close(secret), now)
        shop.change_secret(webhook_id, secret)
        with database.writing() as session:
            if before is not None:
                hooks.end_older_secrets(session, hook_id, before.id, now + timedelta(hours=overlap_hours))
            detail = {"topic": topic, "overlap_hours": overlap_hours}
            audit.record(session, now, actor, "stores rotate-secret", store_id, detail)
        turned.append(topic)
    return turned
