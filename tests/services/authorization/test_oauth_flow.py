"""A consent links what it should and leaves alone the rest, whoever brings the answer, and however late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select, text

from receiver.domain.consent import ConsentOutcome, Permission
from receiver.domain.poll_reasons import PollReason
from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.oauth import AuthorisedAdvertiser, Consent
from receiver.services.authorization.oauth_flow import (
    FlowRefused,
    choose,
    handle_callback,
    redeem_ticket,
    show_flow,
    start_authorization,
)
from receiver.services.authorization.tickets import issue_ticket
from receiver.services.polling.refresh import refresh_for_token
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.links import add_link
from receiver.storage import spend
from receiver.storage.cipher import token_hash
from receiver.storage.tables import Account, AuditEntry, ConsentFlow, Link
from tests.conftest import on_both_databases
from tests.db_factories import keep_account, keep_link, keep_store, rows_of

MERCHANTS, ATTACKERS = "m" * 43, "a" * 43  # browsers
SCOPES = frozenset({4, 44, 100, 152, 200})
TOKEN = "new-token-of-tiktoks"


@pytest.fixture
def database_kind() -> str:
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


class GrantingTikTok:
    """A TikTok that grants what a test sets, or fails, and records the codes it was given."""

    def __init__(self):
        self.covered: tuple[str, ...] = ("7001",)
        self.scopes = SCOPES
        self.fault: ProviderError | None = None
        self.nameless = False
        self.user: str | None = "74001"
        self.unanswered = ProviderError("no permission (code 40001)", advice=Advice.GIVE_UP, code=40001)
        self.answers: set[str] = set()
        self.asked: list[str] = []
        self.codes: list[str] = []
        self.meanwhile = lambda: None

    def exchange_code(self, auth_code):
        self.codes.append(auth_code)
        self.meanwhile()
        if self.fault:
            raise self.fault
        return Consent(TOKEN, self.scopes, self.covered)

    def consenting_user(self, token):
        if self.nameless:
            raise ProviderError("no names today", advice=Advice.AGAIN)
        return self.user

    def advertiser_info(self, token, advertiser_ids):
        return self._answered("account")

    def daily_spend(self, token, advertiser_id, first, last):
        return self._answered("reports")

    def _answered(self, call):
        self.asked.append(call)
        if call not in self.answers:
            raise self.unanswered
        return []

    def authorised_advertisers(self, token):
        if self.nameless:
            raise ProviderError("no names today", advice=Advice.AGAIN)
        return [AuthorisedAdvertiser(item, f"Account {item[-1]}") for item in self.covered]


class Way:
    """The steps of one store's consent; each is one call of a service."""

    def __init__(self, container, tiktok, store_id="st_1"):
        self.container, self.tiktok, self.store_id = container, tiktok, store_id

    def ticket(self) -> str:
        return issue_ticket(self.container, f"token-{self.store_id}", None).text

    def open(self, ticket=None, browser=MERCHANTS) -> str:
        return redeem_ticket(self.container, ticket or self.ticket(), browser)

    def leave(self, flow_id, browser=MERCHANTS) -> str:
        return start_authorization(self.container, flow_id, browser)

    def back(self, state, auth_code="code", browser=MERCHANTS):
        container, callback = self.container, {"state": state, "auth_code": auth_code, "browser": browser}
        return self.status(handle_callback(replace(container, tiktok=self.tiktok), **callback), browser)

    def status(self, flow_id, browser=MERCHANTS):
        return show_flow(self.container, flow_id, browser)

    def pick(self, flow_id, advertiser_id, browser=MERCHANTS):
        who = {"flow_id": flow_id, "browser": browser, "advertiser_id": advertiser_id}
        choose(self.container, **who)
        return self.status(flow_id, browser)

    def whole(self):
        return self.back(self.leave(self.open()))

    def links(self):
        return {
            link.advertiser_id: link
            for link in rows_of(self.container, Link)
            if link.store_id == self.store_id
        }


@pytest.fixture
def tiktok():
    return GrantingTikTok()


@pytest.fixture
def way(container, tiktok):
    keep_store(container, "st_1", status_token_hash=token_hash("token-st_1"))
    return Way(container, tiktok)


@pytest.fixture
def attacker(container, tiktok):
    keep_store(container, "st_2", status_token_hash=token_hash("token-st_2"))
    return Way(container, tiktok, "st_2")


def claim_account(container, advertiser_id="7001", **changes):
    """Store the link of a store that named an account, to which nobody has consented yet."""
    keep_link(container, advertiser_id=advertiser_id, **{"token_encrypted": None, "consent": None, **changes})
    keep_account(container, advertiser_id, next_poll_at=None, failures=3, last_error="old")


def refusal_of(call, *arguments, **more) -> str:
    with pytest.raises(FlowRefused) as caught:
        call(*arguments, **more)
    return caught.value.why


def stored_text(container) -> str:
    """Return all stored rows of links, flows and the audit log, as text."""
    with container.database.reading() as session:
        rows = [row for table in (Link, ConsentFlow, AuditEntry) for row in session.scalars(select(table))]
    return " ".join(str(vars(row)) for row in rows)


# What is linked


@on_both_databases
def test_consent_for_what_the_store_named_is_kept_encrypted_and_its_account_is_read_at_once(way, container):
    claim_account(container)
    assert way.whole().outcome is ConsentOutcome.LINKED
    link = way.links()["7001"]
    assert (link.consent, link.consent_at, link.scopes) == (True, container.now(), sorted(SCOPES))
    assert container.cipher.decrypt(link.token_encrypted) == TOKEN
    with container.database.reading() as session:
        account = session.get(Account, "7001")
    assert (account.next_poll_at, account.failures, account.last_error) == (container.now(), 0, None)
    assert TOKEN not in stored_text(container)


@on_both_databases
def test_consent_given_again_replaces_the_token_of_the_same_link(way, container):
    claim_account(container, consent=False, prior_spend=None)
    first = way.links()["7001"]
    assert way.whole().outcome is ConsentOutcome.LINKED
    (link,) = way.links().values()
    assert (link.id, link.linked_at, link.consent) == (first.id, first.linked_at, True)


def test_the_only_account_is_linked_where_the_store_named_none(way, container):
    status = way.whole()
    link = way.links()["7001"]
    assert (status.account.name, link.linked_at, link.exact) == ("Account 1", container.now(), False)


@on_both_databases
def test_of_several_the_merchant_chooses_and_the_token_waits_encrypted_until_then(way, container, tiktok):
    tiktok.covered = ("7001", "7002")
    status = way.whole()
    assert (status.outcome, [account.name for account in status.accounts]) == (
        ConsentOutcome.CHOOSE,
        ["Account 1", "Account 2"],
    )
    assert way.links() == {}
    assert TOKEN not in stored_text(container)
    assert way.pick(status.id, "7009").outcome is ConsentOutcome.CHOOSE  # not one it covers
    assert way.pick(status.id, "7002").outcome is ConsentOutcome.LINKED
    assert list(way.links()) == ["7002"]
    with container.database.reading() as session:
        assert session.get(ConsentFlow, status.id).token_encrypted is None
    assert refusal_of(way.pick, status.id, "7001") == "expired"


def test_a_choice_never_overrides_what_the_store_named_meanwhile(way, container, tiktok):
    tiktok.covered = ("7001", "7002")
    flow_id = way.whole().id
    claim_account(container, "7001")
    status = way.pick(flow_id, "7002")
    assert (status.outcome, status.account.advertiser_id) == (ConsentOutcome.OTHER_ACCOUNT, "7001")
    assert {item: link.consent for item, link in way.links().items()} == {"7001": None}


def test_a_consent_for_another_account_changes_nothing(way, container, tiktok):
    claim_account(container, "7009", token_encrypted=container.cipher.encrypt("old"), consent=True)
    assert way.whole().outcome is ConsentOutcome.OTHER_ACCOUNT
    (link,) = way.links().values()
    assert (link.advertiser_id, container.cipher.decrypt(link.token_encrypted)) == ("7009", "old")


def test_a_poorer_consent_does_not_replace_one_that_works(way, container, tiktok):
    claim_account(container, token_encrypted=container.cipher.encrypt("old"), consent=True)
    tiktok.scopes = frozenset({152})
    status = way.whole()
    assert (status.outcome, [str(item) for item in status.missing]) == (
        ConsentOutcome.NOT_ENOUGH,
        ["reports", "account"],
    )
    assert container.cipher.decrypt(way.links()["7001"].token_encrypted) == "old"


@pytest.mark.parametrize("scopes", [{4, 10, 15}, {1, 4}, {10, 44, 152}])
def test_a_consent_told_by_parents_links_and_asks_tiktok_nothing_more(container, tiktok, way, scopes):
    tiktok.scopes = frozenset(scopes)
    status = way.whole()
    assert (status.outcome, status.missing, tiktok.asked) == (ConsentOutcome.LINKED, (), [])


def test_a_consent_whose_numbers_are_strange_links_where_tiktok_answers_the_calls(container, tiktok, way):
    tiktok.scopes, tiktok.answers = frozenset({152, 7000001}), {"account", "reports"}
    status = way.whole()
    assert (status.outcome, status.missing) == (ConsentOutcome.LINKED, ())
    assert tiktok.asked == ["account", "reports"]


def test_a_call_that_tiktok_refuses_leaves_the_permission_missing(tiktok, way):
    tiktok.scopes, tiktok.answers = frozenset({152}), {"account"}
    status = way.whole()
    assert (status.outcome, status.missing) == (ConsentOutcome.NOT_ENOUGH, (Permission.REPORTS,))
    assert way.links() == {}


@on_both_databases
def test_a_call_that_neither_answers_nor_refuses_says_nothing_of_the_permission(tiktok, way):
    tiktok.scopes = frozenset()
    tiktok.unanswered = ProviderError("maintenance", advice=Advice.AGAIN)
    assert way.whole().outcome is ConsentOutcome.FAULT
    assert way.links() == {}


def test_without_names_accounts_are_told_by_their_numbers(way, tiktok):
    tiktok.covered, tiktok.nameless = ("7001", "7002"), True
    assert [(account.advertiser_id, account.name) for account in way.whole().accounts] == [
        ("7001", None),
        ("7002", None),
    ]


# What fails leaves everything as it was


@on_both_databases
@pytest.mark.parametrize(
    ("advice", "outcome"),
    [
        (Advice.REAUTHORISE, ConsentOutcome.REFUSED),
        (Advice.GIVE_UP, ConsentOutcome.REFUSED),
        (Advice.CONFIGURATION, ConsentOutcome.NOT_SET_UP),
        (Advice.AGAIN, ConsentOutcome.FAULT),
        (Advice.PAUSE_APP, ConsentOutcome.FAULT),
    ],
)
def test_a_fault_of_tiktoks_links_nothing_and_the_way_can_be_gone_again(
    way, container, tiktok, advice, outcome
):
    claim_account(container)
    tiktok.fault = ProviderError("no", advice=advice)
    status = way.whole()
    assert (status.outcome, way.links()["7001"].consent) == (outcome, None)
    tiktok.fault = None
    assert way.back(way.leave(status.id)).outcome is ConsentOutcome.LINKED


def test_who_cancels_at_tiktok_changed_nothing(way, container, tiktok):
    claim_account(container)
    assert way.back(way.leave(way.open()), auth_code=None).outcome is ConsentOutcome.CANCELLED
    assert (way.links()["7001"].consent, tiktok.codes) == (None, [])


def test_a_store_that_disconnects_meanwhile_is_linked_to_nothing(way, container, tiktok):
    state = way.leave(way.open())
    tiktok.meanwhile = lambda: disconnect_store(container, "st_1", reason="closed", actor="ann")
    assert refusal_of(way.back, state) == "store_gone"
    assert way.links() == {}


# Attacks


def test_a_victims_consent_never_lands_on_the_store_of_an_attacker_who_sent_the_address(
    way, attacker, tiktok, container
):
    """The attacker goes as far as TikTok's address, and the victim follows it from there."""
    state = attacker.leave(attacker.open(browser=ATTACKERS), browser=ATTACKERS)
    assert refusal_of(attacker.back, state, "code-of-the-victim") == "wrong_browser"
    assert (attacker.links(), tiktok.codes) == ({}, [])
    # nor once the victim has a flow of their own, nor when the attacker brings the state afterwards
    way.open()
    assert refusal_of(attacker.back, state, "code-of-the-victim") == "state_unknown"
    assert refusal_of(attacker.back, state, "stolen-code", browser=ATTACKERS) == "state_unknown"
    assert (attacker.links(), tiktok.codes) == ({}, [])
    with container.database.reading() as session:
        entries = [(row.action, row.subject) for row in session.scalars(select(AuditEntry))]
    assert entries == [("tiktok consent refused", "st_2")]


def test_a_victim_with_a_flow_of_their_own_is_not_taken_for_the_attacker(way, attacker, tiktok):
    own = way.leave(way.open())
    state = attacker.leave(attacker.open(browser=ATTACKERS), browser=ATTACKERS)
    assert refusal_of(attacker.back, state) == "wrong_browser"
    assert way.back(own).outcome is ConsentOutcome.LINKED
    assert (list(way.links()), attacker.links()) == (["7001"], {})


def test_an_attackers_code_does_not_land_on_the_victims_store(way, attacker, tiktok):
    way.leave(way.open())
    guessed = attacker.leave(attacker.open(browser=ATTACKERS), browser=ATTACKERS)
    assert refusal_of(way.back, guessed, "code-of-the-attacker") == "wrong_browser"
    assert (way.links(), tiktok.codes) == ({}, [])


def test_a_state_serves_once(way, tiktok):
    state = way.leave(way.open())
    way.back(state)
    assert refusal_of(way.back, state, "another-code") == "state_unknown"
    assert tiktok.codes == ["code"]


@on_both_databases
def test_a_state_serves_for_half_an_hour(way, clock, tiktok):
    early, late = way.leave(way.open()), way.leave(way.open())
    clock.move(minutes=30, seconds=-1)
    assert way.back(early).outcome is ConsentOutcome.LINKED
    clock.move(seconds=1)
    assert refusal_of(way.back, late) == "expired"
    assert tiktok.codes == ["code"]


def test_a_newer_state_of_the_same_way_voids_the_older(way):
    flow_id = way.open()
    old, new = way.leave(flow_id), way.leave(flow_id)
    assert refusal_of(way.back, old) == "state_unknown"
    assert way.back(new).outcome is ConsentOutcome.LINKED


def test_two_ways_in_one_browser_each_end_at_their_own_store(way, attacker, tiktok):
    ours, theirs = way.leave(way.open()), attacker.leave(attacker.open())
    tiktok.covered = ("7002",)
    attacker.back(theirs)
    tiktok.covered = ("7001",)
    way.back(ours)
    assert (list(way.links()), list(attacker.links())) == (["7001"], ["7002"])


def test_a_ticket_is_for_the_first_browser_that_opens_it(way):
    ticket = way.ticket()
    flow_id = way.open(ticket)
    assert way.open(ticket) == flow_id  # reloaded
    assert refusal_of(way.open, ticket, ATTACKERS) == "ticket_used"


def test_a_ticket_serves_for_ten_minutes(way, clock):
    early, late = way.ticket(), way.ticket()
    clock.move(minutes=10, seconds=-1)
    assert way.open(early)
    clock.move(seconds=1)
    assert refusal_of(way.open, late) == "expired"
    assert refusal_of(way.open, "never-given") == "ticket_unknown"


def test_a_ticket_leads_to_its_own_store_whoever_opens_it(way, attacker):
    assert way.status(way.open(attacker.ticket())).store_url == "https://st-2.example/"


@pytest.mark.parametrize("flow_id", ["its own", "cf_unknown", "cf_\0"])
def test_what_another_browser_began_can_be_neither_seen_nor_gone_on_with(way, tiktok, flow_id):
    tiktok.covered = ("7001", "7002")
    flow_id = way.whole().id if flow_id == "its own" else flow_id
    for step in (way.status, way.leave):
        assert refusal_of(step, flow_id, ATTACKERS) == "not_yours"
    assert refusal_of(way.pick, flow_id, "7001", ATTACKERS) == "not_yours"
    assert way.links() == {}


@on_both_databases
def test_who_goes_again_leaves_the_choice_and_its_token_behind(way, tiktok):
    tiktok.covered = ("7001", "7002")
    flow_id = way.whole().id
    way.leave(flow_id)
    assert way.status(flow_id).outcome is None
    assert refusal_of(way.pick, flow_id, "7001") == "expired"
    assert way.links() == {}


def test_a_choice_waits_for_half_an_hour(way, clock, tiktok):
    tiktok.covered = ("7001", "7002")
    flow_id = way.whole().id
    clock.move(minutes=30)
    assert way.status(flow_id).expired
    assert refusal_of(way.pick, flow_id, "7001") == "expired"
    assert refusal_of(way.leave, flow_id) == "expired"
    assert way.links() == {}


def test_what_was_linked_can_be_looked_at_later(way, clock):
    flow_id = way.whole().id
    clock.move(hours=5)
    assert not way.status(flow_id).expired


def test_nothing_that_opens_a_door_is_kept_as_it_is(way, container):
    ticket = way.ticket()
    state = way.leave(way.open(ticket))
    stored = stored_text(container)
    assert not [secret for secret in (ticket, state, MERCHANTS) if secret in stored]


@on_both_databases
def test_a_flow_lasts_half_an_hour_from_each_step(way, clock, container):
    flow_id = way.open()
    clock.move(minutes=29)
    way.leave(flow_id)
    with container.database.reading() as session:
        assert session.get(ConsentFlow, flow_id).expires_at == clock() + timedelta(minutes=30)


# Two at the same moment; where only one writes at a time, nobody can meet


def while_waiting(session, call):
    """Begin the call in a thread; the session goes on once the call waits for what it holds."""
    caught = []

    def run():
        try:
            call()
        except Exception as error:
            caught.append(error)

    thread = Thread(target=run)
    thread.start()
    waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    while thread.is_alive() and not session.execute(text(waits)).all():
        thread.join(0.01)
    return thread, caught


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite's writers wait anyway
@pytest.mark.parametrize("call", ["consent", "choice", "link by hand", "refresh"])
def test_what_meets_a_poll_of_its_account_waits_for_it_and_both_are_kept(container, way, tiktok, call):
    keep_account(container, "700001")
    keep_link(container, advertiser_id="700001")
    tiktok.covered = ("700001", "700002")
    if call == "choice":
        with container.database.writing() as session:
            session.get_one(Link, 1).ended_at = container.now()
        flow = way.whole().id
        with container.database.writing() as session:
            session.get_one(Link, 1).ended_at = None
    state = way.leave(way.open()) if call == "consent" else ""
    calls = {
        "consent": lambda: way.back(state),
        "choice": lambda: way.pick(flow, "700001"),
        "link by hand": lambda: add_link(
            container, store_id="st_1", advertiser_id="700001", token="t", actor="ann"
        ),
        "refresh": lambda: refresh_for_token(container, "token-st_1"),
    }
    with container.database.writing() as session:  # as a poll
        session.get_one(Account, "700001", with_for_update=True)
        thread, caught = while_waiting(session, calls[call])
        assert spend.stores_to_decide(session, "700001") == ["st_1"]
    thread.join(120)
    assert caught == []


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_two_stores_whose_advertiser_consents_at_the_same_moment_are_both_linked(container, way, attacker):
    states = [item.leave(item.open()) for item in (way, attacker)]
    with container.database.writing() as session:
        spend.account_for_polling(session, "7001", container.now(), PollReason.LINKED)
        session.flush()
        thread, caught = while_waiting(session, lambda: attacker.back(states[1]))
    thread.join(120)
    assert caught == []
    assert way.back(states[0]).outcome is ConsentOutcome.LINKED
    assert attacker.links()["7001"].consent
