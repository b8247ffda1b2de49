"""The rows that decisions about stores look at, read for any number of stores in the same statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.programme import Programme
from receiver.services.programmes.places import is_admitted
from receiver.services.programmes.terms import terms_of
from receiver.storage import (
    address_claims,
    awards,
    connections,
    decisions,
    likeness,
    links,
    lost_signals,
    notices,
    places,
    recorded_facts,
    store_marks,
    store_troubles,
    tables,
    webhook_endpoints,
)
from receiver.storage.figures import AccountFigures, figures_of_links, is_proven
from receiver.storage.lost_signals import LostMessages
from receiver.storage.other_awards import OtherAwards


@dataclass(frozen=True)
class StoreRecords:
    """The rows about one store at one moment; nobody changes them but its decision."""

    store: tables.Store
    terms: Programme
    link: tables.Link | None  # the one that stands; a claim where nobody consented to it
    figures: AccountFigures | None
    recorded: Mapping[str, tables.RecordedFact]
    award: tables.Award | None
    account_awards: Sequence[tables.Award]  # for the link's account, the oldest first
    holds_place: bool
    place_proven: bool  # its reservation, if it had one, has ended
    history: RelatedRecords
    lost_messages: LostMessages
    shop: connections.ConnectionTrouble | None
    webhooks: Collection[str]
    claims: Sequence[tables.AddressClaim]
    troubles: Mapping[str, datetime]  # as of the last decision, with since when
    notices: Mapping[str, notices.StoredNotice]
    last: tuple[int, str] | None  # number and digest of the last decision

    @property
    def proven(self) -> tables.Link | None:
        """Return the link that stands, if its advertiser ever consented to it."""
        return self.link if is_proven(self.link) else None

    @property
    def account(self) -> tables.Account | None:
        """Return the linked ad account; None where there is none."""
        return self.figures.account if self.figures else None


@dataclass(frozen=True)
class RelatedRecords:
    """The counts of other awards and links that matter for one store; None: not known."""

    set_up_before: bool
    merchant_awards: int | None
    account_awards: int | None
    center_awards: int | None


def gather_records(
    session: Session, stores: Sequence[tables.Store], now: datetime
) -> dict[str, StoreRecords]:
    """Return the records of stores, by store id."""
    batch = _Batch(session, stores)
    return {store.id: batch.records_of(store, now) for store in stores}


def records_of(session: Session, store: tables.Store, now: datetime) -> StoreRecords:
    """Return the records of one store."""
    return gather_records(session, [store], now)[store.id]


class _Batch:
    """The rows about a batch of stores, each kind of them read for all stores at once."""

    def __init__(self, session: Session, stores: Sequence[tables.Store]) -> None:
        ids = [store.id for store in stores]
        self._open_links = links.open_links(session, ids)
        self._figures = _figures_of_stores(session, self._open_links)
        self._awards = awards.awards_of_stores(session, stores)
        self._awards_by_account = _awards_by_account(session, self._figures.values())
        self._related = _Related(session, stores, self._open_links, self._figures, self._awards)
        self._terms = {name: terms_of(session, name) for name in {store.programme for store in stores}}
        self._recorded = recorded_facts.recorded_facts_of(session, ids)
        reserved = [store for store in stores if store.admitted_at and store.reserved_until]
        self._proven = places.proven_since(session, reserved)
        self._lost_messages = lost_signals.lost_messages(session, ids)
        self._shops = connections.connection_troubles(session, ids)
        self._webhooks = webhook_endpoints.webhook_troubles(session, ids)
        self._claims = address_claims.claims_of_stores(session, ids)
        self._troubles = store_troubles.since_of_stores(session, ids)
        self._notices = notices.stored_notices(session, ids)
        self._last = decisions.last_digests(session, ids)

    def records_of(self, store: tables.Store, now: datetime) -> StoreRecords:
        """Return the records of one store of the batch."""
        figures = self._figures.get(store.id)
        account_id = figures.account.advertiser_id if figures else ""
        return StoreRecords(
            store=store,
            terms=self._terms[store.programme],
            link=self._open_links.get(store.id),
            figures=figures,
            recorded=self._recorded.get(store.id, {}),
            award=self._awards.get(store.id),
            account_awards=self._awards_by_account.get(account_id, ()),
            holds_place=is_admitted(store, now, proven=store.id in self._proven),
            place_proven=store.id in self._proven,
            history=self._related.of(store),
            lost_messages=self._lost_messages.get(store.id, LostMessages()),
            shop=self._shops.get(store.id),
            webhooks=self._webhooks.get(store.id, ()),
            claims=self._claims.get(store.id, ()),
            troubles=self._troubles.get(store.id, {}),
            notices=self._notices.get(store.id, {}),
            last=self._last.get(store.id),
        )


def _figures_of_stores(session: Session, open_links: Mapping[str, tables.Link]) -> dict[str, AccountFigures]:
    """Return, by store, the figures of the ad account it links now; a store without any is left out."""
    figures = figures_of_links(session, open_links.values())
    return {store_id: figures[link.id] for store_id, link in open_links.items() if link.id in figures}


def _awards_by_account(
    session: Session, figures: Iterable[AccountFigures]
) -> Mapping[str, Sequence[tables.Award]]:
    """Return, by ad account, its awards, of the accounts whose bills were ever asked for."""
    accounts = (item.account for item in figures)
    ids = {account.advertiser_id for account in accounts if account.bills_readable is not None}
    return awards.awards_of_accounts(session, ids) if ids else {}


class _Related:
    """The awards, links and likenesses around a batch of stores, read for all of them."""

    def __init__(
        self,
        session: Session,
        stores: Sequence[tables.Store],
        open_links: Mapping[str, tables.Link],
        figures: Mapping[str, AccountFigures],
        award_of_store: Mapping[str, tables.Award],
    ) -> None:
        self._links, self._figures, self._award_of_store = open_links, figures, award_of_store
        self._lineages = store_marks.lineages(session, stores)
        ids = {store.id for store in stores}
        earlier = {item for lineage in self._lineages.values() for item in lineage}
        proven = {link.advertiser_id for link in open_links.values() if is_proven(link)}
        centers = {item.account.business_center for item in figures.values()} - {None}
        self._proven_links = links.ProvenLinks(
            links.proven_links(session, ids | earlier, proven) if proven else ()
        )
        self._awards = OtherAwards(
            session, stores, lineages=earlier, advertiser_ids=proven, business_centers=filter(None, centers)
        )
        self._apart = likeness.different_merchants(session, ids)
        unsure = [
            store for store in stores if store.id not in award_of_store and not self._of_merchant(store)
        ]
        self._alike = (
            likeness.find_alike_of(session, unsure, self._apart, only_holding=True) if unsure else {}
        )

    def of(self, store: tables.Store) -> RelatedRecords:
        """Return the counts of awards and links around one store."""
        link, lineage = self._links.get(store.id), self._lineages.get(store.id, ())
        return RelatedRecords(
            set_up_before=links.set_up_before(store, link, lineage, self._proven_links),
            merchant_awards=None if self._alike.get(store.id) else self._of_merchant(store),
            account_awards=self._of_account(store, link),
            center_awards=self._of_center(store),
        )

    def _of_merchant(self, store: tables.Store) -> int:
        return self._awards.of_merchant(store, self._lineages.get(store.id, ()))

    def _of_account(self, store: tables.Store, link: tables.Link | None) -> int | None:
        """Return how many other awards the linked account has; 0 without a link.

        None of an account whose advertiser did not consent: of that, a store learns nothing.
        """
        if link is None:
            return 0
        return self._awards.of_account(store, link.advertiser_id) if is_proven(link) else None

    def _of_center(self, store: tables.Store) -> int | None:
        """Return how many other awards the account's Business Center has; None where it is not known."""
        figures, award = self._figures.get(store.id), self._award_of_store.get(store.id)
        if figures is None or figures.account.read_at is None:
            return None
        if not figures.account.business_center:
            return 0
        apart = self._apart.get(store.id, ())  # clients of one agency, as staff answered
        before_own = award.decided_at if award else None  # a later award does not question this one
        center = figures.account.business_center
        return self._awards.of_business_center(store, center, but=apart, until=before_own)
