"""Awards to other stores that a store's decision counts: of its merchant, ad account, Business Center."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, select, union
from sqlalchemy.orm import Session

from receiver.storage.parameters import ADVERTISER_IDS, values_of
from receiver.storage.tables import Account, Award, Store


@dataclass(frozen=True)
class OtherAward:
    """An award as recorded, with the present merchant of its store and Business Center of its account."""

    id: str
    programme: str
    store_id: str
    merchant: str
    advertiser_id: str
    business_center: str | None
    decided_at: datetime
    merchant_now: str | None
    business_center_now: str | None


class OtherAwards:
    """The awards around a batch of stores, read in one statement and counted for each of them."""

    def __init__(
        self,
        session: Session,
        stores: Collection[Store],
        *,
        lineages: Iterable[str] = (),
        advertiser_ids: Iterable[str] = (),
        business_centers: Iterable[str] = (),
    ) -> None:
        """Read the awards of the stores' merchants, and of these earlier records, accounts and Centers."""
        self._by: defaultdict[tuple[str, str], set[OtherAward]] = defaultdict(set)
        values_by_name = {
            "merchants": {store.merchant for store in stores},
            "lineages": set(lineages),
            "advertiser_ids": set(advertiser_ids),
            "business_centers": set(business_centers),
        }
        ids = {name: list(values) for name, values in values_by_name.items() if values}
        programmes = list({store.programme for store in stores})
        for row in session.execute(_awards_by(*ids), {**ids, "programmes": programmes}) if ids else ():
            self._add(OtherAward(*row))

    def _add(self, award: OtherAward) -> None:
        for name, value in (
            ("merchant", award.merchant),
            ("merchant", award.merchant_now),
            ("store", award.store_id),
            ("advertiser_id", award.advertiser_id),
            ("business_center", award.business_center),
            ("business_center", award.business_center_now),
        ):
            if value is not None:
                self._by[name, value].add(award)

    def of_merchant(self, store: Store, lineage: Collection[str]) -> int:
        """Count the awards to other stores of a store's merchant, and to earlier records of the store."""
        awards = self._by["merchant", store.merchant].union(
            *(self._by["store", earlier_id] for earlier_id in lineage)
        )
        return _count(awards, store)

    def of_account(self, store: Store, advertiser_id: str) -> int:
        """Count the awards to other stores for an ad account."""
        return _count(self._by["advertiser_id", advertiser_id], store)

    def of_business_center(
        self, store: Store, center: str, *, but: Collection[str], until: datetime | None
    ) -> int:
        """Count the awards to other stores for accounts of a Business Center.

        `but`: ids of stores known to be of another merchant. `until`: count only awards decided before, since
        a later one puts no earlier one in doubt.
        """
        return _count(
            (
                award
                for award in self._by["business_center", center]
                if award.store_id not in but and (until is None or award.decided_at < until)
            ),
            store,
        )


def _count(awards: Iterable[OtherAward], store: Store) -> int:
    return sum(1 for award in awards if award.programme == store.programme and award.store_id != store.id)


_MERCHANTS, _CENTERS = values_of("merchants"), values_of("business_centers")
# Conditions by the parameter that each takes.
_CONDITIONS: Mapping[str, tuple[ColumnElement[bool], ...]] = {
    "merchants": (
        Award.merchant.in_(_MERCHANTS),
        Award.store_id.in_(select(Store.id).where(Store.merchant.in_(_MERCHANTS))),
    ),
    "lineages": (Award.store_id.in_(values_of("lineages")),),
    "advertiser_ids": (Award.advertiser_id.in_(ADVERTISER_IDS),),
    "business_centers": (
        Award.business_center.in_(_CENTERS),
        Award.advertiser_id.in_(select(Account.advertiser_id).where(Account.business_center.in_(_CENTERS))),
    ),
}


@cache
def _awards_by(*names: str) -> Select[*tuple[Any, ...]]:
    """Return the statement for the awards that match one of these parameters."""
    conditions = [condition for name in names for condition in _CONDITIONS[name]]
    programmes = values_of("programmes")
    # Each condition has its own index: with `or` between them, all awards of the programme are scanned.
    ids = union(
        *(select(Award.id).where(Award.programme.in_(programmes), condition) for condition in conditions)
    )
    columns = (
        *(Award.id, Award.programme, Award.store_id, Award.merchant, Award.advertiser_id),
        *(Award.business_center, Award.decided_at, Store.merchant, Account.business_center),
    )
    query = select(*columns).outerjoin(Store, Store.id == Award.store_id)
    query = query.outerjoin(Account, Account.advertiser_id == Award.advertiser_id)
    return query.where(Award.id.in_(ids))
